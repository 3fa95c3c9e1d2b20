"""Bronze as the mapping reads it: the rows of some extracts, with their position and people's corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borough.engine.quoting import literal, quoted
from borough.lake.logs import instant, names
from borough.standardise.stage import Extract

# What bronze has beside the received columns, with logical types.
BRONZE_COLUMNS: tuple[tuple[str, str], ...] = (
    ("_delivery", "long"),
    ("_file", "string"),
    ("_row", "long"),
    ("_problem", "string"),
    ("_raw", "string"),
    ("_run", "long"),
    ("_received", "timestamp"),
)


@dataclass(frozen=True)
class Corrections:
    """Corrected cells of a feed: SQL of (delivery, row, column, value), and the columns that occur."""

    sql: str
    columns: tuple[str, ...]


def bronze_rows(scan: str, received: Sequence[str], extracts: Sequence[Extract], corrections: Corrections | None) -> str:
    """SQL of the bronze rows of some extracts, with ``_position`` and ``_extract`` (its place in the list); corrected cells take the place of the received ones.

    Rows of an extract without a date stand at the time of their receipt, unless they bring their own.
    """
    rows = scan if corrections is None or not corrections.columns else _corrected(scan, received, corrections)
    marks = ", ".join(
        f"({d}, {instant(e.position) if e.position is not None else 'CAST(NULL AS TIMESTAMP)'}, {i})"
        for i, e in enumerate(extracts)
        for d in e.deliveries
    )
    return (
        f"(SELECT b.*, coalesce(p._position, b._received) AS _position, p._extract FROM {rows} b "
        f"JOIN (VALUES {marks}) AS p (_delivery, _position, _extract) ON p._delivery = b._delivery)"
    )


def original_sql(received: Sequence[str], corrections: Corrections | None) -> str:
    """SQL over bronze rows (alias ``b``): a JSON object of the values as received, whatever was corrected since."""
    corrected = corrections.columns if corrections is not None else ()
    cells = ", ".join(f"{literal(c)}, b.{quoted('_original_' + c if c in corrected else c)}" for c in received)
    return f"CAST(CASE WHEN b._raw IS NOT NULL THEN json_object('_raw', b._raw) ELSE json_object({cells}) END AS VARCHAR)"


def _corrected(scan: str, received: Sequence[str], corrections: Corrections) -> str:
    corrected = [c for c in received if c in corrections.columns]
    pivot = ", ".join(
        f"max(value) FILTER (WHERE column_name = {literal(c)}) AS {quoted('v_' + c)}, "
        f"bool_or(column_name = {literal(c)}) AS {quoted('h_' + c)}"
        for c in corrected
    )
    wide = f"SELECT delivery, row, {pivot} FROM {corrections.sql} GROUP BY delivery, row"
    cells = [
        f"CASE WHEN x.{quoted('h_' + c)} THEN x.{quoted('v_' + c)} ELSE b.{quoted(c)} END AS {quoted(c)}" if c in corrected else f"b.{quoted(c)}"
        for c in received
    ]
    cells += [f"b.{quoted(c)} AS {quoted('_original_' + c)}" for c in corrected]
    # A corrected row is readable by definition: a person gave its values.
    return (
        f"(SELECT {', '.join(cells)}, {names(['_delivery', '_file', '_row'], 'b')}, "
        f"CASE WHEN x.delivery IS NULL THEN b._problem END AS _problem, b._raw, b._run, b._received "
        f"FROM {scan} b LEFT JOIN ({wide}) x ON x.delivery = b._delivery AND x.row = b._row)"
    )
