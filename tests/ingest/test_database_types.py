"""Every type of each database arrives as text and loses nothing. Those that can't run here have their SQL compared."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot

from borough.engine.duckdb import DuckDBEngine
from borough.errors import FeedError
from borough.ingest.databases.dialects import dialect_of

from . import databases
from .database_servers import Database, OnServer
from .databases import receive

mariadb, mariadb_server, postgres, postgres_server, sqlite = (
    databases.mariadb, databases.mariadb_server, databases.postgres, databases.postgres_server, databases.sqlite,
)  # fmt: skip

# type, value as SQL, as it arrives
POSTGRES = [
    ("smallint", "-32768", "-32768"),
    ("bigint", "9223372036854775807", "9223372036854775807"),
    ("numeric", "12345678901234567890123456789012345678901234567890.123456789012345678901234567890", "12345678901234567890123456789012345678901234567890.123456789012345678901234567890"),
    ("numeric(12,4)", "0.1", "0.1000"),
    ("numeric", "'NaN'", "NaN"),
    ("real", "12.1", "12.1"),
    ("double precision", "0.1::float8 + 0.2::float8", "0.30000000000000004"),
    ("double precision", "'-Infinity'", "-Infinity"),
    ("money", "'-1234567.89'", "-1234567.89"),
    ("boolean", "true", "true"),
    ("char(5)", "'ab'", "ab"),
    ("varchar(5)", "''", ""),
    ("text", r'''E'a\tb\nc\\d "é東' ''', 'a\tb\nc\\d "é東'),
    ("date", "'0001-01-01'", "0001-01-01"),
    ("date", "'infinity'", "infinity"),
    ("timestamp", "'2024-02-29 23:59:59.123456'", "2024-02-29 23:59:59.123456"),
    ("timestamp", "'2024-02-29 10:00:00'", "2024-02-29 10:00:00"),
    ("timestamptz", "'2024-07-01 10:00:00+01'", "2024-07-01 09:00:00Z"),
    ("timestamptz", "'2024-07-01 10:00:00.5 Asia/Kathmandu'", "2024-07-01 04:15:00.5Z"),
    ("time", "'24:00:00'", "24:00:00"),
    ("timetz", "'10:00+01'", "10:00:00+01"),
    ("interval", "'1 year 2 months 3 days 04:05:06.789'", "P1Y2M3DT4H5M6.789S"),
    ("bytea", r"'\x00ff0a'", "00ff0a"),
    ("uuid", "'123E4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000"),
    ("json", """'{"a": 1.10, "a": 2}'""", '{"a": 1.10, "a": 2}'),
    ("jsonb", """'{"b": 1.10, "a": [null]}'""", '{"a": [null], "b": 1.10}'),
    ("integer[]", "'{1,NULL,3}'", "[1,null,3]"),
    ("text[]", """'{a,"b,c",""}'""", '["a","b,c",""]'),
    ("bit(3)", "B'101'", "101"),
    ("inet", "'10.0.0.1/8'", "10.0.0.1/8"),
    ("int4range", "'[1,5)'", "[1,5)"),
    ("point", "'(1.5,-2)'", "(1.5,-2)"),
    ("tsvector", "'a b'", "'a' 'b'"),
    ("mood", "'so so'", "so so"),
    ("postcode", "'E17 4JF'", "E17 4JF"),
    ("since", "'2024-07-01 10:00:00+01'", "2024-07-01 09:00:00Z"),
]
MARIADB = [
    ("tinyint(1)", "1", "1"),
    ("bigint unsigned", "18446744073709551615", "18446744073709551615"),
    ("decimal(65,30)", "12345678901234567890123456789012345.123456789012345678901234567891", "12345678901234567890123456789012345.123456789012345678901234567891"),
    ("decimal(12,4)", "0.1", "0.1000"),
    ("float", "12.1", "12.1"),
    ("float", "16777217.5", "16777218"),
    ("float", "0.333333333", "0.3333333432674408"),
    ("double", "0.1e0 + 0.2e0", "0.30000000000000004"),
    ("bit(5)", "b'10101'", "21"),
    ("char(5)", "'ab'", "ab"),
    ("varchar(5)", "''", ""),
    ("longtext", "'a\\tb\\nc\\\\d \"é東😀'", 'a\tb\nc\\d "é東😀'),
    ("date", "'1000-01-01'", "1000-01-01"),
    ("datetime(6)", "'2024-02-29 23:59:59.123456'", "2024-02-29 23:59:59.123456"),
    ("datetime", "'2024-02-29 10:00:00'", "2024-02-29 10:00:00"),
    ("timestamp(3) null", "'2024-07-01 10:00:00.5'", "2024-07-01 09:00:00.500Z"),
    ("time(2)", "'-838:59:59'", "-838:59:59.00"),
    ("year", "2024", "2024"),
    ("binary(3)", "x'00ff'", "00ff00"),
    ("varbinary(5)", "x'00ff'", "00ff"),
    ("blob", "x''", ""),
    ("enum('x','y')", "'y'", "y"),
    ("set('p','q')", "'p,q'", "p,q"),
    ("json", """'{"a": 1.10}'""", '{"a": 1.10}'),
    ("point", "point(1.5, -2)", "POINT(1.5 -2)"),
    ("uuid", "'123E4567-e89b-12d3-a456-426655440000'", "123e4567-e89b-12d3-a456-426655440000"),
    ("inet6", "'::1'", "::1"),
]
SQLITE = [
    ("integer", "9223372036854775807", "9223372036854775807"),
    ("integer", "'00123x'", "00123x"),
    ("text", "'00123'", "00123"),
    ("", "00123", "123"),
    ("", "'00123'", "00123"),
    ("real", "12.1", "12.1"),
    ("real", "0.1 + 0.2", "0.30000000000000004"),
    ("real", "1e300", "1.0e+300"),
    ("decimal(10,2)", "1234.5", "1234.5"),
    ("date", "'2024-02-29'", "2024-02-29"),
    ("blob", "x'00ff'", "00ff"),
    ("text", "x'00ff'", "00ff"),
    ("boolean", "true", "1"),
    ("varchar(3)", "'longer than three'", "longer than three"),
    ("text", "''", ""),
    ("text", "'é東😀' || char(9, 10) || '\\'", "é東😀\t\n\\"),
]


def arrives(database: Database, cases: list[tuple[str, str, str]], engine: DuckDBEngine, folder: Path, before: str = "") -> None:
    columns = ", ".join(f"c{i} {kind}" for i, (kind, _v, _e) in enumerate(cases))
    database.run(f"CREATE TABLE t (id integer, {columns}); {before} INSERT INTO t VALUES (1, {', '.join(value for _k, value, _e in cases)})")
    database.run(f"INSERT INTO t VALUES (2, {', '.join('NULL' for _ in cases)})")
    got = receive(database, engine, folder, table="t")
    first, second = got.rows
    assert [(kind, first[f"c{i}"]) for i, (kind, _v, _e) in enumerate(cases)] == [(kind, expected) for kind, _v, expected in cases]
    assert [second[f"c{i}"] for i in range(len(cases))] == [None] * len(cases)


def test_postgres(postgres: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    postgres.run("CREATE TYPE mood AS ENUM ('sad', 'so so'); CREATE DOMAIN postcode AS text; CREATE DOMAIN since AS timestamptz; ALTER ROLE reader SET DateStyle = 'SQL, DMY'; ALTER ROLE reader SET TimeZone = 'Europe/London'")
    arrives(postgres, POSTGRES, engine, tmp_path)
    plain = [i for i, (kind, _v, _e) in enumerate(POSTGRES) if kind != "since"]
    got = receive(postgres, engine, tmp_path / "query", query=f"SELECT id, {', '.join(f'c{i}' for i in plain)} FROM t WHERE id = 1")
    assert [got.rows[0][f"c{i}"] for i in plain] == [POSTGRES[i][2] for i in plain], "a query tells its types, too"


def test_mariadb(mariadb: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    arrives(mariadb, MARIADB, engine, tmp_path, before="SET time_zone = '+01:00';")
    untold = ("timestamp", "bit", "point")  # of a query the driver tells these as another type, or not at all
    plain = [i for i, (kind, _v, _e) in enumerate(MARIADB) if not kind.startswith(untold)]
    got = receive(mariadb, engine, tmp_path / "query", query=f"SELECT id, {', '.join(f'c{i}' for i in plain)} FROM t WHERE id = 1")
    assert [got.rows[0][f"c{i}"] for i in plain] == [MARIADB[i][2] for i in plain]


def test_sqlite(sqlite: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    arrives(sqlite, SQLITE, engine, tmp_path)
    got = receive(sqlite, engine, tmp_path / "query", query="SELECT * FROM t WHERE id = 1")
    assert [got.rows[0][f"c{i}"] for i in range(len(SQLITE))] == [expected for _k, _v, expected in SQLITE]


def test_a_first_row_of_nulls_and_values_of_several_kinds(sqlite: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE t (a); INSERT INTO t VALUES (NULL), (1), ('one'), (1.5), (x'01'), ('')")
    assert receive(sqlite, engine, tmp_path, table="t").cells("a") == [(None,), ("1",), ("one",), ("1.5",), ("01",), ("",)]


def test_generated_columns_and_views(sqlite: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2)); INSERT INTO t (a) VALUES (21); CREATE VIEW v AS SELECT b AS twice FROM t")
    assert receive(sqlite, engine, tmp_path, table="t").cells("a", "b") == [("21", "42")]
    assert receive(sqlite, engine, tmp_path, table="v").cells("twice") == [("42",)]


# ── SQL Server and Oracle do not run here ────────────────────────────────────────────────────────

SQL_SERVER = {
    "int": "CAST([c] AS nvarchar(max))",
    "decimal": "CAST([c] AS nvarchar(max))",
    "nvarchar": "CAST([c] AS nvarchar(max))",
    "xml": "CAST([c] AS nvarchar(max))",
    "char": "RTRIM([c])",
    "bit": "CASE [c] WHEN 1 THEN 'true' WHEN 0 THEN 'false' END",
    "float": "CONVERT(varchar(40), [c], 3)",
    "money": "CONVERT(varchar(40), [c], 2)",
    "date": "CONVERT(varchar(33), [c], 23)",
    "datetime": "CONVERT(varchar(33), [c], 121)",
    "datetime2": "CONVERT(varchar(33), [c], 121)",
    "datetimeoffset": "CONVERT(varchar(33), CAST(SWITCHOFFSET([c], '+00:00') AS datetime2), 121) + 'Z'",
    "varbinary": "LOWER(CONVERT(varchar(max), CAST([c] AS varbinary(max)), 2))",
    "rowversion": "CAST(CAST([c] AS bigint) AS varchar(20))",
    "uniqueidentifier": "LOWER(CAST([c] AS varchar(36)))",
    "geography": "[c].STAsText()",
}
ORACLE = {
    "varchar2": '"c"',
    "clob": '"c"',
    "char": 'RTRIM("c")',
    "number": "TO_CHAR(\"c\", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')",
    "binary_double": "TO_CHAR(\"c\", 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')",
    "date": "TO_CHAR(\"c\", 'YYYY-MM-DD HH24:MI:SS')",
    "timestamp(6)": "TO_CHAR(CAST(\"c\" AS TIMESTAMP(9)), 'YYYY-MM-DD HH24:MI:SS.FF9')",
    "timestamp(6) with time zone": "TO_CHAR(SYS_EXTRACT_UTC(\"c\"), 'YYYY-MM-DD HH24:MI:SS.FF9\"Z\"')",
    "raw": 'LOWER(RAWTOHEX("c"))',
    "interval day(2) to second(6)": 'TO_CHAR("c")',
    "xmltype": 'XMLSERIALIZE(CONTENT "c" AS CLOB)',
}


@pytest.mark.parametrize(("name", "types"), [("tsql", SQL_SERVER), ("oracle", ORACLE)])
def test_types_as_sql(name: str, types: dict[str, str]) -> None:
    dialect = dialect_of(name)
    column = dialect.quoted("c")
    assert {kind: dialect.text(column, kind) for kind in types} == types
    for kind, sql in types.items():
        if kind not in ("xmltype",):  # sqlglot does not know its function
            sqlglot.parse_one(f"SELECT {sql} AS c1 FROM t", dialect=name)


BOUNDS = [
    ("tsql", "datetime2", "2024-01-31 09:30:00.1234567", "[c] >= CAST('2024-01-31T09:30:00.1234567' AS datetime2)"),
    ("tsql", "datetimeoffset", "2024-01-31 09:30:00Z", "[c] >= CAST('2024-01-31T09:30:00Z' AS datetimeoffset)"),
    ("tsql", "date", "2024-01-31", "[c] >= CAST('2024-01-31' AS date)"),
    ("tsql", "rowversion", "2001", "[c] >= CAST(CAST(2001 AS bigint) AS binary(8))"),
    ("tsql", "int", "7", "[c] >= 7"),
    ("oracle", "number", "7.5", '"c" >= 7.5'),
    ("oracle", "date", "2024-01-31 09:30:00", "\"c\" >= TO_DATE('2024-01-31 09:30:00', 'YYYY-MM-DD HH24:MI:SS')"),
    ("oracle", "timestamp(6)", "2024-01-31", "\"c\" >= TO_TIMESTAMP('2024-01-31 00:00:00', 'YYYY-MM-DD HH24:MI:SS')"),
    ("oracle", "timestamp(6) with time zone", "2024-01-31 09:30:00.5Z", "\"c\" >= FROM_TZ(TO_TIMESTAMP('2024-01-31 09:30:00.5', 'YYYY-MM-DD HH24:MI:SS.FF9'), 'UTC')"),
]


@pytest.mark.parametrize(("name", "kind", "value", "expected"), BOUNDS)
def test_cursors_as_sql(name: str, kind: str, value: str, expected: str) -> None:
    dialect = dialect_of(name)
    assert dialect.bound(dialect.quoted("c"), kind, value) == expected
    sqlglot.parse_one(f"SELECT 1 FROM t WHERE {expected}", dialect=name)


@pytest.mark.parametrize("name", ["tsql", "oracle", "postgres", "mysql", "sqlite"])
def test_no_value_of_a_cursor_becomes_sql(name: str) -> None:
    dialect = dialect_of(name)
    for kind in ("int", "number", "integer", "date", "datetime", "timestamp", "varchar"):
        with pytest.raises(ValueError, match=r"is no|its type is"):
            dialect.bound("c", kind, "1; DROP TABLE t --")


def test_statements_as_sql() -> None:
    server, oracle = dialect_of("tsql"), dialect_of("oracle")
    assert server.statement(["a", "b"], "[dbo].[t]", "a >= 1") == "SELECT a AS c1, b AS c2, CAST(COUNT_BIG(*) OVER () AS varchar(20)) AS counted FROM [dbo].[t] WHERE a >= 1"
    assert oracle.statement(["a"], '"T"', None) == 'SELECT a AS c1, TO_CHAR(COUNT(*) OVER ()) AS counted FROM "T"'


def test_what_sql_server_takes_in_a_from() -> None:
    server = dialect_of("tsql")
    assert server.within("SELECT a FROM t") == ("", "(\nSELECT a FROM t\n) q")
    before, source = server.within("WITH u AS (SELECT a FROM t) SELECT a FROM u ORDER BY a")
    assert (before, source) == ("WITH u AS (SELECT a AS a FROM t) ", "(\nSELECT a FROM u\n) q")
    assert server.within("SELECT TOP 5 a FROM t ORDER BY a")[1] == "(\nSELECT TOP 5 a FROM t ORDER BY a\n) q"


def test_what_can_not_be_text(engine: DuckDBEngine) -> None:
    with pytest.raises(ValueError, match="blob can't be read as text"):
        dialect_of("oracle").text('"c"', "blob")
    assert issubclass(FeedError, Exception)
