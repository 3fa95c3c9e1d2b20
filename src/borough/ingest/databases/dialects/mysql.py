"""MySQL and MariaDB."""

from __future__ import annotations

from collections.abc import Sequence

from borough.ingest.databases.dialects.port import Ask, SourceColumn, not_rising
from borough.ingest.databases.dialects.statements import derived, headed, moment, number

_BYTES = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "large_binary", "binary_view"}
_SPATIAL = {"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection"}
_TIMES = {"date", "datetime", "timestamp"}
_NUMBERS = {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year"}


class MySQL:
    """See ``Dialect``. The types of a query's columns are those that the driver tells, which has one for both kinds of time."""

    name = "mysql"
    header = True
    before: tuple[str, ...] = ("SET SESSION TRANSACTION READ ONLY", "SET time_zone = '+00:00'")

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def tables(self) -> str:
        hidden = "'information_schema', 'mysql', 'performance_schema', 'sys'"
        return (
            "SELECT CAST(table_schema AS CHAR) AS s, CAST(table_name AS CHAR) AS t FROM information_schema.tables "
            f"WHERE table_schema NOT IN ({hidden}) ORDER BY table_schema <> database(), 1, 2"
        )

    def columns(self, schema: str | None, table: str) -> str:
        inside = f"lower(table_schema) = lower({_literal(schema)})" if schema else "table_schema = database()"
        return (
            "SELECT CAST(table_schema AS CHAR) AS s, CAST(table_name AS CHAR) AS t, CAST(column_name AS CHAR) AS c, CAST(lower(data_type) AS CHAR) AS k "
            f"FROM information_schema.columns WHERE {inside} AND lower(table_name) = lower({_literal(table)}) ORDER BY 1, 2, ordinal_position"
        )

    def describe(self, ask: Ask, query: str) -> list[SourceColumn]:
        answer = ask(f"SELECT * FROM (\n{query}\n) q LIMIT 0")
        return [SourceColumn(name, _driver_type(kind)) for name, kind in zip(answer.names, answer.types, strict=True)]

    def text(self, column: str, kind: str) -> str:
        plain = f"CAST({column} AS CHAR)"
        if kind in _BYTES:
            return f"lower(hex({column}))"
        if kind in _SPATIAL:
            return f"ST_AsText({column})"
        if kind == "bit":
            return f"CAST({column} + 0 AS CHAR)"
        if kind == "timestamp":
            return f"concat({plain}, 'Z')"
        if kind == "float":  # its text has six digits: enough for most, else all that the number has
            exact = f"({column} + 0e0)"
            half_a_step = f"pow(2, floor(log2(abs({exact}))) - 24)"  # of single precision: less apart, it reads back as the same number
            return f"if(abs({plain} - {exact}) < {half_a_step}, {plain}, CAST({exact} AS CHAR))"
        return plain

    def bound(self, column: str, kind: str, value: str) -> str:
        if kind in _TIMES:  # the session's clock is UTC, so what ends in Z needs no sign of it
            return f"{column} >= CAST({_literal(_without_zone(moment(value)))} AS DATETIME(6))"
        if kind in _NUMBERS:
            return f"{column} >= {number(value)}"
        raise not_rising(kind)

    def within(self, query: str) -> tuple[str, str]:
        return "", derived(query)

    def statement(self, items: Sequence[str], source: str, where: str | None) -> str:
        return headed(items, source, where, "CHAR")


def _without_zone(value: str) -> str:
    return value.removesuffix("Z").removesuffix("+00:00")


def _literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def _driver_type(kind: str) -> str:
    """Arrow's word as the database's."""
    if kind.startswith("timestamp"):
        return "datetime"
    if kind.startswith("decimal"):
        return "decimal"
    if kind.startswith(("int", "uint")):
        return "bigint"
    return {"date32[day]": "date", "float": "float"}.get(kind, kind)
