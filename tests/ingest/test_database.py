"""The connector for databases, against real ones: whole tables and queries, cursors, what is new."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.errors import FeedError
from borough.ingest.port import Connector, Since

from . import databases
from .connector_contract import COLUMNS, ConnectorContract, Row
from .database_servers import Database, OnServer
from .databases import NOW, after, connector, receive

database, mariadb, mariadb_server, postgres, postgres_server, served, sqlite = (
    databases.database, databases.mariadb, databases.mariadb_server, databases.postgres, databases.postgres_server, databases.served, databases.sqlite,
)  # fmt: skip


def literal(value: str | None, kind: str) -> str:
    if value is None:
        return "NULL"
    return "'" + (value.replace("\\", "\\\\") if kind == "mariadb" else value).replace("'", "''") + "'"


class TestContract(ConnectorContract):
    several = False
    here: Database

    @pytest.fixture(autouse=True)
    def _database(self, database: Database) -> Iterator[None]:
        self.here = database
        yield

    def put(self, rows: list[Row], name: str) -> None:
        columns = ", ".join(f"{column} text" for column in COLUMNS)
        values = [f"({', '.join(literal(row[c], self.here.kind) for c in COLUMNS)})" for row in rows]
        self.here.run(f"DROP TABLE IF EXISTS one; CREATE TABLE one ({columns});" + (f"INSERT INTO one VALUES {', '.join(values)};" if rows else ""))
        if self.here.kind == "postgres":  # it writes names small unless they are quoted
            self.here.run('ALTER TABLE one RENAME name TO "Name"')

    def spoil(self, name: str) -> None:
        self.here.run("DROP TABLE one")

    def connector(self) -> Connector:
        one: Any = connector(self.here.url, self.engine, self.folder, table="one")
        one._scratch = self.scratch
        return one

    def test_what_is_unreadable_is_a_problem_and_no_error(self) -> None:
        """A database has one extract a run, so that one that can't be read is the feed's error: nothing else is kept from being read."""
        self.put(self.awkward(), "one")
        self.spoil("one")
        with pytest.raises(FeedError, match="no table 'one'"):
            self.receive()

    def test_nothing_is_written_elsewhere_or_left_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = self.connector()  # writes the project that it is declared in
        monkeypatch.setattr(self, "connector", lambda: made)
        super().test_nothing_is_written_elsewhere_or_left_behind(monkeypatch)


def test_an_extract_is_of_now(database: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    one = connector("postgresql://nobody@nowhere.invalid/x", engine, tmp_path, table="council_tax.account")
    (found,) = one.discover()  # asks nobody
    assert (found.name, found.extract_date) == ("council_tax.account@2026-11-01T09:00:00Z", NOW)
    assert one.live


def test_a_full_extract_that_says_the_same_is_nothing_new(database: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    database.run("CREATE TABLE t (a integer, b varchar(10)); INSERT INTO t VALUES (1, 'x'), (2, NULL), (3, '')")
    first = receive(database, engine, tmp_path, table="t")
    assert first.cells("a", "b") == [("1", "x"), ("2", None), ("3", "")]
    again = receive(database, engine, tmp_path, after(first), table="t")
    assert (again.only.same, again.batch.files) == (True, ())
    database.run("DELETE FROM t WHERE a = 1; INSERT INTO t VALUES (1, 'x')")
    assert receive(database, engine, tmp_path, after(first), table="t").only.same, "the order of rows says nothing"
    database.run("UPDATE t SET b = '' WHERE a = 2")
    assert not receive(database, engine, tmp_path, after(first), table="t").only.same, "null is not an empty text"
    database.run("DELETE FROM t WHERE a = 2; INSERT INTO t VALUES (2, NULL), (2, NULL), (2, NULL)")
    assert not receive(database, engine, tmp_path, after(first), table="t").only.same, "a row three times is not the row once"


def test_an_empty_table_has_columns_and_no_records(database: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    database.run("CREATE TABLE t (a integer, b varchar(10))")
    got = receive(database, engine, tmp_path, table="t")
    assert (got.only.counted, got.only.rows, got.only.columns, got.only.problem) == (0, 0, ("a", "b"), None)
    assert "no records" in got.only.notices
    got = receive(database, engine, tmp_path, query="SELECT * FROM t", delivers="full")
    assert (got.only.rows, got.only.columns) == (0, ("a", "b"))


def test_odd_names(database: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    q = "`" if database.kind == "mariadb" else '"'
    names = ["Account No", "select", "quote'd", "_row", "Straße", "a.b", "100%"]
    columns = ", ".join(f"{q}{name}{q} varchar(5)" for name in names)
    database.run(f"CREATE TABLE {q}Odd Table{q} ({columns}); INSERT INTO {q}Odd Table{q} VALUES ('1','2','3','4','5','6','7')")
    got = receive(database, engine, tmp_path, table="Odd Table")
    assert got.only.columns == ("Account No", "select", "quote'd", "x_row", "Straße", "a.b", "100%")
    assert got.cells(*got.only.columns) == [tuple("1234567")]
    assert connector(database.url, engine, tmp_path, table="odd table").columns(got.only.found) == got.only.columns


def test_a_table_is_found_in_its_schema(served: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    schema = f"{served.name}_tax"
    served.run(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.account (id integer); INSERT INTO {schema}.account VALUES (7); CREATE VIEW {schema}.debt AS SELECT id + 1 AS id FROM {schema}.account")
    assert receive(served, engine, tmp_path, table=f"{schema}.account").cells("id") == [("7",)]
    assert receive(served, engine, tmp_path, table=f"{schema.upper()}.DEBT").cells("id") == [("8",)]
    with pytest.raises(FeedError, match=f"no table '{schema}.acount' in the database; did you mean '{schema}.account'"):
        receive(served, engine, tmp_path, table=f"{schema}.acount")


QUERIES = {
    "a comment at its end": "SELECT a FROM t -- all of them",
    "a semicolon": "SELECT a FROM t;\n",
    "WITH": "WITH u AS (SELECT a FROM t) SELECT a FROM u",
    "an order": "SELECT a FROM t ORDER BY a DESC LIMIT 2",
    "a union": "SELECT a FROM t WHERE a = 2 UNION ALL SELECT 1",
    "signs": "SELECT a FROM t WHERE '%s {x} $1 ? :y' <> 'z'",
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
def test_queries(database: Database, query: str, engine: DuckDBEngine, tmp_path: Path) -> None:
    database.run("CREATE TABLE t (a integer, b varchar(10)); INSERT INTO t VALUES (1, 'x'), (2, 'y')")
    got = receive(database, engine, tmp_path, query=query)
    assert sorted(got.cells("a")) == [("1",), ("2",)]
    assert got.only.found.name == "query@2026-11-01T09:00:00Z"


# ── Cursors ──────────────────────────────────────────────────────────────────────────────────────

TIMES = {"postgres": "timestamptz", "mariadb": "datetime(6)", "sqlite": "text"}


def table_of_changes(database: Database, kind: str | None = None) -> None:
    database.run(f"CREATE TABLE t (id integer, at {kind or TIMES[database.kind]} NULL); INSERT INTO t VALUES (1, '2026-10-01 10:00:00'), (2, '2026-10-02 10:00:00.5'), (3, '2026-10-02 10:00:00.5')")


CURSOR = {"column": "at"}


def ids(delivery: Any) -> list[str]:
    return sorted(row["id"] for row in delivery.rows)


def test_a_cursor_goes_on_and_loses_nothing(database: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    table_of_changes(database)
    first = receive(database, engine, tmp_path, table="t", cursor=CURSOR)
    assert ids(first) == ["1", "2", "3"]
    assert str(first.only.bookmark).startswith("2026-10-02 10:00:00.5")
    assert receive(database, engine, tmp_path, after(first), table="t", cursor=CURSOR).only.same, "what stands at the bookmark came already"
    database.run("INSERT INTO t VALUES (4, '2026-10-02 10:00:00.5')")
    second = receive(database, engine, tmp_path, after(first), table="t", cursor=CURSOR)
    assert ids(second) == ["2", "3", "4"], "one more of the same instant"
    assert second.only.bookmark == first.only.bookmark
    database.run("INSERT INTO t VALUES (5, '2026-10-02 09:00:00'), (6, '2026-10-03 00:00:00')")
    third = receive(database, engine, tmp_path, after(second), table="t", cursor=CURSOR)
    assert ids(third) == ["2", "3", "4", "6"]
    late = receive(database, engine, tmp_path, after(second), table="t", cursor={**CURSOR, "overlap": "2 hours"})
    assert ids(late) == ["2", "3", "4", "5", "6"], "what came late is behind the overlap"


def test_an_overlap_is_nothing_new_by_itself(database: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    table_of_changes(database)
    cursor = {**CURSOR, "overlap": "2 days"}
    first = receive(database, engine, tmp_path, table="t", cursor=cursor)
    assert receive(database, engine, tmp_path, after(first), table="t", cursor=cursor).only.same
    database.run("DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (1, '2026-10-01 10:00:01')")
    changed = receive(database, engine, tmp_path, after(first), table="t", cursor=cursor)
    assert not changed.only.same
    assert ids(changed) == ["1", "2", "3"]


def test_a_start_and_rows_without_a_value(database: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    table_of_changes(database)
    database.run("INSERT INTO t VALUES (9, NULL)")
    got = receive(database, engine, tmp_path, table="t", cursor={**CURSOR, "start": "2026-10-02"})
    assert ids(got) == ["2", "3", "9"], "a row without a time would otherwise never come"
    assert "1 rows have no at: they are received each time" in got.only.notices
    assert receive(database, engine, tmp_path, after(got), table="t", cursor=CURSOR).only.same


def test_a_time_in_the_future_does_not_hide_what_comes_until_then(database: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    table_of_changes(database)
    database.run("INSERT INTO t VALUES (9, '9999-12-31 00:00:00')")
    first = receive(database, engine, tmp_path, table="t", cursor=CURSOR)
    assert str(first.only.bookmark).startswith("2026-10-02")
    assert "1 rows have a at in the future: they are received each time" in first.only.notices
    database.run("INSERT INTO t VALUES (10, '2026-10-31 00:00:00')")
    second = receive(database, engine, tmp_path, after(first), table="t", cursor=CURSOR)
    assert ids(second) == ["10", "2", "3", "9"]
    assert receive(database, engine, tmp_path, after(second), table="t", cursor=CURSOR).only.same


@pytest.mark.parametrize(("kind", "values", "bookmark"), [("integer", ("9", "10", "11"), "11"), ("decimal(20,2)", ("9.5", "10.25", "10.50"), "10.5"), ("date", ("'2026-09-09'", "'2026-10-10'", "'2026-10-11'"), "2026-10-11")])
def test_cursors_of_other_types(database: Database, kind: str, values: tuple[str, ...], bookmark: str, engine: DuckDBEngine, tmp_path: Path) -> None:
    database.run(f"CREATE TABLE t (id integer, at {kind}); INSERT INTO t VALUES (1, {values[0]}), (2, {values[1]})")
    first = receive(database, engine, tmp_path, table="t", cursor=CURSOR)
    database.run(f"INSERT INTO t VALUES (3, {values[2]})")
    for query in ({"table": "t"}, {"query": "SELECT * FROM t"}):
        second = receive(database, engine, tmp_path, after(first), cursor=CURSOR, **query)
        assert ids(second) == ["2", "3"]
        assert str(second.only.bookmark).rstrip("0").startswith(bookmark)
    number = kind != "date"
    back = receive(database, engine, tmp_path, after(second), table="t", cursor={**CURSOR, "overlap": "1" if number else "30 days"})
    assert "3" in ids(back)


def test_a_cursor_that_can_be_none(served: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    served.run("CREATE TABLE t (id integer, at integer, name varchar(10)); INSERT INTO t VALUES (1, 1, 'x')")
    with pytest.raises(FeedError, match=r"cursor name: its type is .*; expected a date, a time, or a whole or decimal number"):
        receive(served, engine, tmp_path, Since("5"), table="t", cursor={"column": "name"})
    with pytest.raises(FeedError, match="no cursor 'ats' among its columns, which are id, at, name; did you mean 'at'"):
        receive(served, engine, tmp_path, table="t", cursor={"column": "ats"})
    with pytest.raises(FeedError, match="cursor at: '5 OR 1=1' is no number"):
        receive(served, engine, tmp_path, table="t", cursor={"column": "at", "start": "5 OR 1=1"})
    with pytest.raises(FeedError, match="overlap '2 days' does not fit"):
        receive(served, engine, tmp_path, Since("5"), table="t", cursor={"column": "at", "overlap": "2 days"})


def test_writers_go_on_while_a_table_is_read(served: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    """One statement sees one state of the table, so that rows and count agree however busy it is."""
    filled = "SELECT s FROM generate_series(1, 20000) s" if served.kind == "postgres" else "SELECT seq FROM seq_1_to_20000"
    served.run(f"CREATE TABLE t (id integer); INSERT INTO t {filled}")
    done = threading.Event()

    def write() -> None:
        while not done.is_set():
            served.run("INSERT INTO t VALUES (0), (0), (0); DELETE FROM t WHERE id BETWEEN 100 AND 2000; INSERT INTO t VALUES (-1)")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = [receive(served, engine, tmp_path / str(n), table="t").only for n in range(3)]
    finally:
        done.set()
        writer.join()
    assert all(one.counted == one.rows > 15000 for one in counts)
    assert len({one.counted for one in counts}) > 1, "nothing was written meanwhile"


def test_another_now_is_another_extract(sqlite: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE t (a integer); INSERT INTO t VALUES (1)")
    later = NOW + dt.timedelta(hours=1)
    got = receive(sqlite, engine, tmp_path, now=later, table="t")
    assert got.only.found.name == "t@2026-11-01T10:00:00Z"
    assert got.rows[0]["_file"] == got.only.found.name
