"""How far a source was read: the furthest value of a column that only rises, and where to go on from it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation

from borough.engine.port import Engine
from borough.engine.quoting import literal, quoted
from borough.errors import FeedError
from borough.ingest.spans import span
from borough.project.connect import CursorSpec


def going_on(cursor: CursorSpec, bookmark: str | None) -> str | None:
    """The value to ask from: the bookmark less the overlap, in the bookmark's own style; None: from the beginning.

    Raises FeedError where the overlap does not fit the values.
    """
    if bookmark is None:
        return cursor.start
    if cursor.overlap is None:
        return bookmark
    try:
        return _behind(bookmark, cursor.overlap)
    except (ValueError, InvalidOperation) as error:
        expected = "a number, such as 1000" if _is_number(bookmark) else "a span of time, such as 2 days"
        raise FeedError(f"cursor: the overlap {cursor.overlap!r} does not fit {cursor.column}, which was {bookmark!r}", advice=f"declare {expected}") from error


def _behind(bookmark: str, overlap: str) -> str:
    if overlap.isdigit():
        return str(Decimal(bookmark) - Decimal(overlap))
    if len(bookmark) == 10:
        return (dt.date.fromisoformat(bookmark) - span(overlap)).isoformat()
    earlier = dt.datetime.fromisoformat(bookmark) - span(overlap)
    text = earlier.isoformat(sep=bookmark[10], timespec="microseconds" if "." in bookmark else "seconds")
    return text.removesuffix("+00:00") + "Z" if bookmark.endswith("Z") else text


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def furthest(engine: Engine, relation: str, cursor: CursorSpec, bookmark: str | None) -> tuple[str | None, int]:
    """The furthest value of the cursor over the bookmark and received rows (texts), as it was written; and how many rows have none.

    Values are compared as numbers where all are, else as times. Raises FeedError where they are neither.
    """
    column = quoted(cursor.column)
    if bookmark is not None:
        relation = f"(SELECT {column} FROM {relation} UNION ALL SELECT {literal(bookmark)})"
    number, time = f"TRY_CAST({column} AS DECIMAL(38, 9))", f"TRY_CAST({column} AS TIMESTAMPTZ)"
    sql = (
        f"SELECT count({column}), count(*) - count({column}), count({number}), max_by({column}, {number}), count({time}), max_by({column}, {time}), "
        f"any_value({column}) FILTER (WHERE {number} IS NULL AND {time} IS NULL) FROM {relation}"
    )
    values, nothing, numbers, by_number, times, by_time, odd = engine.rows(sql)[0]
    if numbers == values:
        return by_number, nothing
    if times == values:
        return by_time, nothing
    raise FeedError(f"cursor: {cursor.column} has values that are neither numbers nor times, such as {odd!r}", advice="declare a cursor column that only rises")
