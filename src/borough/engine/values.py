"""A few records of the program's own (deliveries, ledger lines) as SQL, so that they are written like any other rows."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from borough.engine.duckdb import engine_type
from borough.engine.quoting import literal, quoted


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, dt.date) else value


def records_sql(records: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]) -> str:
    """A SELECT of some records with these columns (name, logical type); a key that a record lacks is null."""
    typed = ", ".join(f"CAST({quoted(name)} AS {engine_type(kind)}) AS {quoted(name)}" for name, kind in columns)
    if not records:
        nulls = ", ".join(f"CAST(NULL AS {engine_type(kind)}) AS {quoted(name)}" for name, kind in columns)
        return f"SELECT {nulls} WHERE false"
    rows = [{name: _plain(record.get(name)) for name, _ in columns} for record in records]
    structure = json.dumps([{name: engine_type(kind) for name, kind in columns}])
    return f"SELECT {typed} FROM (SELECT unnest(from_json({literal(json.dumps(rows))}, {literal(structure)}), recursive := true))"
