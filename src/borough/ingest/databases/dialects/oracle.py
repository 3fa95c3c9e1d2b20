"""Oracle."""

from __future__ import annotations

import re
from collections.abc import Sequence

from borough.ingest.databases.dialects.port import Ask, SourceColumn, not_rising
from borough.ingest.databases.dialects.statements import beside, derived, literal, moment, number

_POINT = "'NLS_NUMERIC_CHARACTERS=''.,'''"  # whatever the session's country writes
_CLOCK = "YYYY-MM-DD HH24:MI:SS"
_NUMBERS = {"number", "float", "integer"}
_BINARY = {"binary_float", "binary_double"}
_AS_THEY_ARE = {"varchar2", "nvarchar2", "varchar", "clob", "nclob", "long", "rowid", "urowid"}


class Oracle:
    """See ``Dialect``. The two halves of a UNION may not have different kinds of text, so that the count stands beside each row."""

    name = "oracle"
    header = False
    before: tuple[str, ...] = ()  # the driver takes none; what is run is one SELECT

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', "") + '"'

    def tables(self) -> str:
        return (
            "SELECT owner AS s, table_name AS t FROM all_tables UNION ALL SELECT owner, view_name FROM all_views "
            "ORDER BY 1, 2"
        )

    def columns(self, schema: str | None, table: str) -> str:
        inside = f"LOWER(owner) = LOWER({literal(schema)})" if schema else "owner = SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')"
        return (
            "SELECT owner AS s, table_name AS t, column_name AS c, LOWER(data_type) AS k FROM all_tab_columns "
            f"WHERE {inside} AND LOWER(table_name) = LOWER({literal(table)}) ORDER BY owner, table_name, column_id"
        )

    def describe(self, ask: Ask, query: str) -> list[SourceColumn]:
        answer = ask(f"SELECT q.* FROM (\n{query}\n) q WHERE 1 = 0")
        return [SourceColumn(name, _driver_type(kind)) for name, kind in zip(answer.names, answer.types, strict=True)]

    def text(self, column: str, kind: str) -> str:
        base = re.sub(r"\(\d+\)", "", kind)
        if base in _AS_THEY_ARE:
            return column
        if base in ("char", "nchar"):
            return f"RTRIM({column})"
        if base in _NUMBERS:
            return f"TO_CHAR({column}, 'TM9', {_POINT})"
        if base in _BINARY:  # a number holds forty digits, which is more than these have
            return f"TO_CHAR({column}, 'TM9', {_POINT})"
        if base == "date":  # has a clock, too
            return f"TO_CHAR({column}, '{_CLOCK}')"
        if base.startswith("timestamp") and "zone" in base:
            return f"TO_CHAR(SYS_EXTRACT_UTC({column}), '{_CLOCK}.FF9\"Z\"')"
        if base.startswith("timestamp"):
            return f"TO_CHAR(CAST({column} AS TIMESTAMP(9)), '{_CLOCK}.FF9')"
        if base == "raw":
            return f"LOWER(RAWTOHEX({column}))"
        if base == "xmltype":
            return f"XMLSERIALIZE(CONTENT {column} AS CLOB)"
        if base == "json":
            return f"JSON_SERIALIZE({column} RETURNING CLOB)"
        if base == "sdo_geometry":
            return f"SDO_UTIL.TO_WKTGEOMETRY({column})"
        if base in ("blob", "bfile", "long raw"):
            raise ValueError(f"the type {base} can't be read as text here; leave the column out with a query")
        return f"TO_CHAR({column})"

    def bound(self, column: str, kind: str, value: str) -> str:
        base = re.sub(r"\(\d+\)", "", kind)
        if base in _NUMBERS:
            return f"{column} >= {number(value)}"
        given = moment(value).replace("T", " ").removesuffix("Z").removesuffix("+00:00")
        given += " 00:00:00" if len(given) == 10 else ""
        form = f"{_CLOCK}{'.FF9' if '.' in given else ''}"
        if base == "date":
            return f"{column} >= TO_DATE({literal(given.split('.')[0])}, '{_CLOCK}')"
        if base.startswith("timestamp") and "zone" in base:
            return f"{column} >= FROM_TZ(TO_TIMESTAMP({literal(given)}, '{form}'), 'UTC')"
        if base.startswith("timestamp"):
            return f"{column} >= TO_TIMESTAMP({literal(given)}, '{form}')"
        raise not_rising(kind)

    def within(self, query: str) -> tuple[str, str]:
        return "", derived(query)

    def statement(self, items: Sequence[str], source: str, where: str | None) -> str:
        return beside(items, source, where, "TO_CHAR(COUNT(*) OVER ())")


def _driver_type(kind: str) -> str:
    """Arrow's word as the database's."""
    if kind.startswith("timestamp"):
        return "timestamp with time zone" if "tz=" in kind else "timestamp"
    if kind.startswith(("int", "uint", "decimal")):
        return "number"
    if kind.startswith("date"):
        return "date"
    return {"double": "binary_double", "float": "binary_float", "large_binary": "raw", "binary": "raw"}.get(kind, "varchar2")
