"""SQL that several databases share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from borough.ingest.databases.dialects.port import COUNTED


def literal(text: str) -> str:
    """A text as an SQL literal, where a backslash means itself."""
    return "'" + text.replace("'", "''") + "'"


def number(value: str) -> str:
    """A number as an SQL literal. Raises ValueError for anything else."""
    try:
        parsed = Decimal(value)
    except InvalidOperation:
        parsed = Decimal("NaN")
    if not parsed.is_finite():
        raise ValueError(f"{value!r} is no number, which the column holds")
    return f"{parsed:f}"


def moment(value: str) -> str:
    """A date or time in ISO 8601, as it was given. Raises ValueError for anything else."""
    try:
        dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is no date or time as ISO 8601 writes it, such as 2024-01-31 09:30:00") from error
    return value


def headed(items: Sequence[str], source: str, where: str | None, text: str, nothing: str = "NULL") -> str:
    """A row with the count, then the rows. One statement sees one state of the table, so both agree however busy it is.

    ``text`` is the type of a text to cast to. The first row has no null: some drivers tell the types by it.
    """
    condition = f" WHERE {where}" if where else ""
    empty = ", ".join(f"CAST('' AS {text}) AS c{i}" for i in range(1, len(items) + 1))
    head = f"SELECT {empty}, CAST(count(*) AS {text}) AS {COUNTED} FROM {source}{condition}"
    cells = ", ".join(f"{item} AS c{i}" for i, item in enumerate(items, 1))
    return f"{head} UNION ALL SELECT {cells}, CAST({nothing} AS {text}) FROM {source}{condition}"


def beside(items: Sequence[str], source: str, where: str | None, count: str) -> str:
    """The rows, each with the count of all: for databases where the two halves of a statement may see different rows."""
    condition = f" WHERE {where}" if where else ""
    cells = ", ".join(f"{item} AS c{i}" for i, item in enumerate(items, 1))
    return f"SELECT {cells}, {count} AS {COUNTED} FROM {source}{condition}"


def derived(query: str) -> str:
    """A query as it stands in a FROM. It may end in a comment."""
    return f"(\n{query}\n) q"
