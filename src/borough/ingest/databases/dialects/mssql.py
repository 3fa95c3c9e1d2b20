"""SQL Server and Azure SQL."""

from __future__ import annotations

from collections.abc import Sequence

from borough.ingest.databases.dialects.port import Ask, SourceColumn, not_rising
from borough.ingest.databases.dialects.statements import beside, derived, literal, moment, number

_TEXT = "nvarchar(max)"
_BYTES = {"binary", "varbinary", "image"}
_PADDED = {"char", "nchar"}
_PLAIN_TIMES = {"datetime", "datetime2", "smalldatetime", "date", "time"}
_NUMBERS = {"tinyint", "smallint", "int", "bigint", "decimal", "numeric", "money", "smallmoney"}
_VERSIONS = {"timestamp", "rowversion"}  # both names mean a number that rises with each change of a row


class SQLServer:
    """See ``Dialect``. Reading takes locks row by row, so that the count is a window over the rows themselves."""

    name = "tsql"
    header = False
    before: tuple[str, ...] = ()  # the driver takes none; what is run is one SELECT

    def quoted(self, name: str) -> str:
        return "[" + name.replace("]", "]]") + "]"

    def tables(self) -> str:
        return "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t FROM INFORMATION_SCHEMA.TABLES ORDER BY 1, 2"

    def columns(self, schema: str | None, table: str) -> str:
        inside = f"LOWER(TABLE_SCHEMA) = LOWER({literal(schema)})" if schema else "TABLE_SCHEMA = SCHEMA_NAME()"
        return (
            "SELECT TABLE_SCHEMA AS s, TABLE_NAME AS t, COLUMN_NAME AS c, LOWER(DATA_TYPE) AS k FROM INFORMATION_SCHEMA.COLUMNS "
            f"WHERE {inside} AND LOWER(TABLE_NAME) = LOWER({literal(table)}) ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION"
        )

    def describe(self, ask: Ask, query: str) -> list[SourceColumn]:
        described = f"sys.dm_exec_describe_first_result_set(N{literal(query)}, NULL, 0)"
        answer = ask(f"SELECT name AS c, LOWER(system_type_name) AS k FROM {described} WHERE is_hidden = 0 ORDER BY column_ordinal")
        return [SourceColumn(name or "", str(kind).split("(")[0]) for name, kind in answer.rows]

    def text(self, column: str, kind: str) -> str:
        if kind in _BYTES:
            return f"LOWER(CONVERT(varchar(max), CAST({column} AS varbinary(max)), 2))"
        if kind in _VERSIONS:
            return f"CAST(CAST({column} AS bigint) AS varchar(20))"
        if kind == "datetimeoffset":
            return f"CONVERT(varchar(33), CAST(SWITCHOFFSET({column}, '+00:00') AS datetime2), 121) + 'Z'"
        if kind in _PLAIN_TIMES:
            return f"CONVERT(varchar(33), {column}, {23 if kind == 'date' else 121})"
        if kind in ("float", "real"):  # seventeen digits: all that the number has
            return f"CONVERT(varchar(40), {column}, 3)"
        if kind in ("money", "smallmoney"):  # four digits after the point
            return f"CONVERT(varchar(40), {column}, 2)"
        if kind == "bit":
            return f"CASE {column} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"
        if kind in _PADDED:
            return f"RTRIM({column})"
        if kind == "uniqueidentifier":
            return f"LOWER(CAST({column} AS varchar(36)))"
        if kind in ("geometry", "geography"):
            return f"{column}.STAsText()"
        return f"CAST({column} AS {_TEXT})"

    def bound(self, column: str, kind: str, value: str) -> str:
        if kind in _VERSIONS:
            return f"{column} >= CAST(CAST({number(value)} AS bigint) AS binary(8))"
        if kind == "datetimeoffset":
            return f"{column} >= CAST({literal(moment(value).replace(' ', 'T'))} AS datetimeoffset)"
        if kind in _PLAIN_TIMES - {"time"}:
            return f"{column} >= CAST({literal(moment(value).removesuffix('Z').replace(' ', 'T'))} AS {'datetime2' if kind != 'date' else 'date'})"
        if kind in _NUMBERS:
            return f"{column} >= {number(value)}"
        raise not_rising(kind)

    def within(self, query: str) -> tuple[str, str]:
        before, rest = hoisted(query)
        return before, derived(rest)

    def statement(self, items: Sequence[str], source: str, where: str | None) -> str:
        return beside(items, source, where, "CAST(COUNT_BIG(*) OVER () AS varchar(20))")


def hoisted(query: str) -> tuple[str, str]:
    """What stands before the SELECT, and the query as it may stand in a FROM.

    SQL Server takes no WITH there, and no ORDER BY unless it limits.
    """
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(query, dialect="tsql")
    ctes, order = tree.args.get("with_") or tree.args.get("with"), tree.args.get("order")
    loose = order is not None and not tree.args.get("limit") and not tree.args.get("offset")
    if ctes is None and not loose:
        return "", query
    if loose and isinstance(order, exp.Expression):
        order.pop()
    before = ""
    if isinstance(ctes, exp.Expression):
        before = ctes.sql("tsql") + " "
        ctes.pop()
    return before, tree.sql("tsql")
