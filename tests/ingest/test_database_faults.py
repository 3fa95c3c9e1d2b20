"""Databases that are away, refuse, break off or are asked for what they have not."""

from __future__ import annotations

import socket
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.errors import BoroughError, FeedError
from borough.ingest.databases.session import SourceError
from borough.ingest.databases.url import address
from borough.project.checks import check
from borough.project.load import load

from . import databases
from .database_servers import PASSWORD, Database, OnServer, free_port
from .databases import connector, receive

mariadb_server, postgres, postgres_server, served, sqlite = (
    databases.mariadb_server, databases.postgres, databases.postgres_server, databases.served, databases.sqlite,
)  # fmt: skip


def refused(url: str, engine: DuckDBEngine, folder: Path, **feed: Any) -> str:
    """What is told, which never has the password in it."""
    with pytest.raises(FeedError) as caught:
        receive(url, engine, folder, **(feed or {"table": "t"}))
    told = f"{caught.value.message} | {caught.value.advice}"
    assert PASSWORD not in told
    assert "s3cret" not in told
    assert "\n" not in told
    return told


def test_nobody_is_there(engine: DuckDBEngine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    for scheme in ("postgresql", "mariadb", "mssql", "oracle"):
        told = refused(f"{scheme}://reader:s3cret@127.0.0.1:{port}/town?timeout=1", engine, tmp_path)
        assert told.startswith(f"t: the database at 127.0.0.1:{port}/town is away: can't connect: Connection refused (tried 2 times) | check the address")
    assert "away" in refused("postgresql://reader:s3cret@nowhere.invalid/town", engine, tmp_path)
    assert capfd.readouterr().err == ""


def test_a_port_that_speaks_something_else(engine: DuckDBEngine, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        def hang_up() -> None:
            for _ in range(6):
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        told = refused(f"postgresql://reader:s3cret@127.0.0.1:{server.getsockname()[1]}/town", engine, tmp_path)
    assert "is away" in told


def test_a_wrong_password_is_told_at_once(served: OnServer, engine: DuckDBEngine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    told = refused(served.as_user("reader", "s3cret-but-wrong"), engine, tmp_path)
    assert time.monotonic() - began < 20, "the driver alone tries for half a minute"
    assert "check the user and the password" in told
    assert "tried" not in told, "waiting does not mend it"
    assert capfd.readouterr().err == "", "what the driver prints is for nobody"


def test_an_unknown_database(served: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    told = refused(served.url + "x", engine, tmp_path)
    assert f"{served.name}x" in told
    assert "check the name of the database" in told or "check the user" in told  # MariaDB does not tell those who may not know


def test_what_may_not_be_read(served: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    served.run("CREATE TABLE t (id integer)")
    if served.kind == "mariadb":
        served.server.admin(f"CREATE TABLE {served.name}.open (id integer); GRANT SELECT ON {served.name}.open TO nobody@'%'")
        told = refused(served.as_user("nobody"), engine, tmp_path)
        assert "no table 't' in the database" in told, "it shows only what may be read"
    told = refused(served.as_user("nobody"), engine, tmp_path, query="SELECT * FROM t")
    assert "denied" in told
    assert "ask for permission to SELECT" in told


def test_names_that_are_not_there(served: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    served.run("CREATE TABLE account (uprn integer, balance integer)")
    assert "no table 'acount' in the database; did you mean" in refused(served.url, engine, tmp_path, table="acount")
    assert "did you mean" in refused(served.url, engine, tmp_path, query="SELECT * FROM acount")
    assert "did you mean 'balance'?" in refused(served.url, engine, tmp_path, query="SELECT balanse FROM account")
    assert "mend query in the feed" in refused(served.url, engine, tmp_path, query="SELECT uprn FROM account WHERE uprn IN (SELECT 1, 2)")


def test_a_session_only_reads(served: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    if served.kind == "postgres":
        served.run("CREATE TABLE t (id integer); CREATE FUNCTION sly() RETURNS integer LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO t VALUES (1) RETURNING id'")
    else:
        served.run("CREATE TABLE t (id integer); CREATE FUNCTION sly() RETURNS integer MODIFIES SQL DATA BEGIN INSERT INTO t VALUES (1); RETURN 1; END".replace("; CREATE", ";\nDELIMITER //\nCREATE", 1) + "//")
        served.server.admin("GRANT EXECUTE ON *.* TO reader@'%'")
    told = refused(served.url, engine, tmp_path, query="SELECT sly() AS a")
    assert "read-only" in told.lower() or "read only" in told.lower()
    assert served.run("SELECT count(*) FROM t").strip() == "0"


def test_a_statement_that_fails_while_its_rows_are_read(postgres: OnServer, engine: DuckDBEngine, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    postgres.run("CREATE TABLE t (name text); INSERT INTO t SELECT CASE s WHEN 30000 THEN 'Siân Jones' ELSE s::text END FROM generate_series(1, 40000) s")
    told = refused(postgres.url, engine, tmp_path, query="SELECT name::integer AS n FROM t")
    assert "invalid input syntax for type integer" in told
    assert "Jones" not in told, "what residents are called is not for messages"
    assert capfd.readouterr().err == ""
    assert list((tmp_path / "bronze").rglob("*")) == []


def test_a_server_that_dies_while_it_is_read_and_comes_back(served: OnServer, engine: DuckDBEngine, tmp_path: Path) -> None:
    numbers = "SELECT s AS id, repeat('x', 400) AS note FROM generate_series(1, 300000) s" if served.kind == "postgres" else "SELECT seq AS id, repeat('x', 400) AS note FROM seq_1_to_300000"
    served.run(f"CREATE VIEW t AS {numbers}")
    killed = threading.Event()

    def disturb() -> None:
        """Kill the server once rows are coming, which the scratch file shows."""
        while not any(f.stat().st_size > 100_000 for f in engine.scratch.rglob("extract.parquet")):
            time.sleep(0.005)
        served.server.kill()
        killed.set()
        time.sleep(0.5)
        served.server.start()

    other = threading.Thread(target=disturb, daemon=True)
    other.start()
    one = connector(served.url, engine, tmp_path, table="t", retry={"attempts": 6, "wait": "1 second"})
    batch = one.receive(one.discover(), str(tmp_path / "bronze"))
    other.join()
    assert killed.is_set()
    (only,) = batch.received
    distinct = engine.rows(f"SELECT count(DISTINCT id) FROM read_parquet('{batch.files[0].path}')")[0][0]
    assert only.rows == only.counted == distinct == 300_000
    assert [n for n in only.notices if n.startswith("attempt 1 failed")], "it is told that it was not smooth"


def test_a_file_that_is_not_there_or_no_database(engine: DuckDBEngine, tmp_path: Path) -> None:
    told = refused("sqlite:///town.db", engine, tmp_path)
    assert f"no such file: {tmp_path}/town.db" in told
    assert "check the path" in told
    assert not (tmp_path / "town.db").exists(), "reading makes no file"
    (tmp_path / "town.db").write_bytes(b"id,name\n1,x\n" * 200)
    assert "file is not a database" in refused("sqlite:///town.db", engine, tmp_path)


def test_a_text_that_is_none(sqlite: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE t (id integer, a text); INSERT INTO t VALUES (1, 'a' || char(0) || 'b'); CREATE TABLE u (id integer, a text); INSERT INTO u VALUES (1, CAST(x'ff41' AS TEXT))")
    assert receive(sqlite, engine, tmp_path, table="t").cells("a") == [("a\0b",)]
    told = refused(sqlite.url, engine, tmp_path, table="u")
    assert "column 2 has a text that is not UTF-8" in told
    assert "hex(" in told


def test_an_sqlite_file_that_somebody_writes(sqlite: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE t (a integer); INSERT INTO t VALUES (1)")
    writer = sqlite3.connect(tmp_path / "town.db", isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    told = refused(sqlite.url, engine, tmp_path, table="t", retry={"attempts": 1, "wait": "0 seconds"})
    assert "is away: database is locked |" in told
    writer.close()
    assert receive(sqlite, engine, tmp_path, table="t").cells("a") == [("1",)]


def test_an_sqlite_file_is_relative_to_the_project(sqlite: Database, engine: DuckDBEngine, tmp_path: Path) -> None:
    sqlite.run("CREATE TABLE t (a integer); INSERT INTO t VALUES (1)")
    (tmp_path / "odd % name").mkdir()
    (tmp_path / "town.db").rename(tmp_path / "odd % name" / "the town.db")
    for url in ("sqlite:///odd %25 name/the town.db", "sqlite:///./odd%20%25%20name/the%20town.db", f"sqlite:///{tmp_path}/odd %25 name/the town.db"):
        assert receive(url, engine, tmp_path, table="t").cells("a") == [("1",)]


@pytest.mark.parametrize("password", ["plain", "with@sign", "with:colon/slash", "%41 per cent", "p%40ss", "?#&", "é"])
def test_passwords_with_signs(password: str) -> None:
    place = address(f"postgresql://reader:{password}@db.example.gov.uk/town?sslmode=require", Path())
    assert (place.host, place.port, place.shown) == ("db.example.gov.uk", 5432, "db.example.gov.uk:5432/town")
    assert place.url.endswith("@db.example.gov.uk:5432/town?sslmode=require")
    assert place.url.count("@") == 1
    assert password not in repr(place)
    assert password not in place.scrubbed(f"refused {place.url} and {password}")


def test_addresses_as_the_driver_has_them() -> None:
    assert address("sqlserver://u:p@h/d?encrypt=true", Path()).url == "mssql://u:p@h:1433/d?encrypt=true"
    assert address("mariadb://u:p@h:3307/d", Path()).url == "mysql://u:p@h:3307/d"
    assert address("oracle://u:p@h/service", Path()).url == "oracle://u:p@h:1521/service"
    assert address("postgres://h/d", Path()).url == "postgresql://h:5432/d"


def mistakes(folder: Path, url: str, feed: str) -> list[str]:
    (folder / "sources").mkdir(exist_ok=True)
    (folder / "borough.yaml").write_text("borough: Northmere\n")
    (folder / "sources" / "r.yaml").write_text(f"source: r\nconnect: {{database: '{url}'}}\nfeeds:\n  a:\n    delivers: full\n    {feed}\n")
    try:
        return [str(m) for m in check(load(folder, {})) if m.severity == "error"]
    except BoroughError as error:
        return [error.message]


@pytest.mark.parametrize("query", ["SELECT 1 AS a", "WITH a AS (SELECT 1 AS b) SELECT b FROM a", "SELECT a FROM t UNION SELECT b FROM u;", "(SELECT 1)", "SELECT a FROM t -- it; really"])
def test_queries_that_read(query: str, tmp_path: Path) -> None:
    for url in ("postgresql://h/d", "mysql://h/d", "sqlite:///x.db", "mssql://h/d", "oracle://h/d"):
        assert mistakes(tmp_path, url, f"query: {query!r}") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("DELETE FROM t", "a statement that is no SELECT (DELETE)"),
        ("DROP TABLE t", "a statement that is no SELECT (DROP)"),
        ("SELECT 1; SELECT 2", "2 statements"),
        ("SELECT 1; DROP TABLE t", "2 statements"),
        ("WITH x AS (DELETE FROM t RETURNING id) SELECT id FROM x", "a SELECT that writes (DELETE)"),
        ("SELECT a INTO u FROM t", "a SELECT that writes (INTO)"),
        ("SELECT a FROM t FOR UPDATE", "a SELECT that locks its rows"),
        ("SELECT a FRM t WHERE", "a query that can't be read at line 1"),
        ("-- nothing", "no statements"),
    ],
)
def test_queries_that_check_refuses(query: str, found: str, tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, "postgresql://h/d", f"query: {query!r}")
    assert mistake.startswith("sources/r.yaml:6:")
    assert found in mistake
    assert "expected one SELECT, which changes nothing" in mistake


def test_addresses_that_check_refuses(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, "postgrs://u:s3cret@h/d", "table: t")
    assert "sources/r.yaml:2:" in mistake
    assert "an address that begins postgrs:" in mistake
    assert "did you mean 'postgres" in mistake
    assert "oracle" in mistake
    assert "s3cret" not in mistake
    (mistake,) = mistakes(tmp_path, "council_tax", "table: t")
    assert "no address" in mistake


def test_no_part_of_a_password_is_taken_for_it(tmp_path: Path) -> None:
    """Expressions may not hold a secret: the first letters of one with a sign in it are none."""
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "p.yaml").write_text("dataset: p\nkey: k\ncolumns: {k: {type: string}}\n")
    assert mistakes(tmp_path, "postgresql://u:k@s/s@h/d", "table: t\n    to: p\n    map: {k: k}") == []


PASSING = [
    "can't connect: Connection refused", "db error: FATAL: the database system is starting up", "terminating connection due to administrator command",
    "sorry, too many clients already", "database is locked", "Deadlock found when trying to get lock; try restarting transaction", "CodecError { IO error: `bytes remaining on stream' }",
    "ORA-12541: TNS:no listener", "error communicating with the server: Connection reset by peer (os error 104)",
]  # fmt: skip
LASTING = [
    'password authentication failed for user "reader"', 'column reference "connect_date" is ambiguous', "unterminated quoted string", "subquery has too many columns",
    "Access denied for user 'reader'@'%' to database 'lookup'", "Login failed for user 'reader'", "ORA-00942: table or view does not exist", "canceling statement due to statement timeout",
    "Invalid object name 'dbo.reset'", "division by zero",
]  # fmt: skip


def test_what_waiting_mends() -> None:
    assert [said for said in PASSING if not SourceError(said).passing] == []
    assert [said for said in LASTING if SourceError(said).passing] == []
