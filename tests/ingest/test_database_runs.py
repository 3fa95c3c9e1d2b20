"""Projects whose sources are databases, run from end to end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from borough.compile.relations import Relations
from borough.engine.duckdb import DuckDBEngine
from borough.lake.lake import Lake
from borough.pipeline.conductor import Summary, run_project
from borough.pipeline.context import Options
from borough.project.load import load

from . import databases
from .database_servers import Database, OnServer, free_port

database, mariadb_server, postgres, postgres_server, sqlite = (
    databases.database, databases.mariadb_server, databases.postgres, databases.postgres_server, databases.sqlite,
)  # fmt: skip

DATASET = "dataset: account\nkey: uprn\ncolumns:\n  uprn: {type: integer, required: true}\n  balance: {type: money}\n  changed: {type: timestamp}\n"
FEED = "feeds:\n  accounts:\n    table: account\n    to: account\n    map: {uprn: uprn, balance: balance, changed: changed}\n"


class Silent:
    """Hears of progress and says nothing."""

    def begin(self, steps: int) -> None: ...

    def step(self, name: str, what: str) -> None: ...

    def done(self, name: str, rows: int) -> None: ...


class Town:
    """A project with a source in a database, and the clock of its runs."""

    def __init__(self, root: Path, url: str, feed: str) -> None:
        self.root, self.now = root, dt.datetime(2030, 6, 1, 9, tzinfo=dt.UTC)
        for folder in ("sources", "datasets"):
            (root / folder).mkdir(parents=True, exist_ok=True)
        (root / "borough.yaml").write_text("borough: Northmere\nengine: {duckdb: {threads: 2, memory: 1GB}}\n")
        (root / "datasets" / "account.yaml").write_text(DATASET)
        self.declare(url, feed)

    def declare(self, url: str, feed: str) -> None:
        retry = "  retry: {attempts: 2, wait: 0 seconds}\n"
        (self.root / "sources" / "revenues.yaml").write_text(f"source: revenues\nconnect:\n  database: '{url}'\n{retry}{FEED}{feed}")

    def run(self, **options: Any) -> Summary:
        self.now += dt.timedelta(hours=1)
        return run_project(load(self.root), now=self.now, options=Options(**options), progress=Silent())

    def accounts(self) -> list[tuple[Any, ...]]:
        engine, lake = DuckDBEngine(threads=2), Lake(str(self.root / "lake"))
        try:
            published = lake.published()
            relations = Relations(load(self.root), engine, lambda table: lake.table(table, published) if published else None)
            log = relations.log("account")
            return sorted(engine.rows(f"SELECT uprn, CAST(balance AS VARCHAR) FROM {log.current()}")) if log else []
        finally:
            engine.close()


def line(summary: Summary) -> dict[str, Any]:
    (only,) = [dict(one) for one in summary.ledger if one["feed"] == "revenues.accounts"]
    return only


def fill(database: Database) -> None:
    database.run("CREATE TABLE account (uprn integer, balance decimal(18,2), changed timestamp NULL); INSERT INTO account VALUES (1, 10.10, '2030-05-01 10:00:00'), (2, 20.20, '2030-05-02 10:00:00'), (3, 0, '2030-05-03 10:00:00')")


def test_a_whole_table(database: Database, tmp_path: Path) -> None:
    fill(database)
    town = Town(tmp_path / "town", database.url, "    delivers: full\n    max_drop: 1\n")
    assert (town.run().failures, town.accounts()) == ((), [(1, "10.10"), (2, "20.20"), (3, "0.00")])
    assert town.run().number is None, "nothing new"
    database.run("DELETE FROM account WHERE uprn = 1; UPDATE account SET balance = 5 WHERE uprn = 2")
    summary = town.run()
    assert (line(summary)["read"], line(summary)["accepted"], line(summary)["unchanged"]) == (2, 1, 1)
    assert town.accounts() == [(2, "5.00"), (3, "0.00")]


def test_a_cursor_with_overlap(database: Database, tmp_path: Path) -> None:
    fill(database)
    town = Town(tmp_path / "town", database.url, "    delivers: append\n    cursor: {column: changed, overlap: 1 day}\n")
    town.run()
    assert town.run().number is None, "nothing new"
    database.run("INSERT INTO account VALUES (4, 4, '2030-05-04 10:00:00'), (5, 5, '2030-05-02 12:00:00')")
    summary = town.run()
    assert (line(summary)["read"], line(summary)["accepted"], line(summary)["unchanged"]) == (4, 2, 2)
    assert [uprn for uprn, _ in town.accounts()] == [1, 2, 3, 4, 5]
    assert town.run().number is None


def test_one_database_away_and_the_others_go_on(sqlite: Database, tmp_path: Path) -> None:
    fill(sqlite)
    town = Town(tmp_path / "town", f"postgresql://reader:s3cret@127.0.0.1:{free_port()}/town", "    delivers: full\n")
    (town.root / "sources" / "other.yaml").write_text(f"source: other\nconnect: {{database: '{sqlite.url}'}}\n{FEED}    delivers: full\n")
    summary = town.run()
    (failure,) = summary.failures
    assert failure.name == "revenues.accounts"
    assert "is away: can't connect: Connection refused (tried 2 times)" in failure.problem
    assert "s3cret" not in str(failure)
    assert summary.exit_code == 3
    assert [uprn for uprn, _ in town.accounts()] == [1, 2, 3]


@pytest.mark.parametrize("on_missing", ["refuse", "null"])
def test_a_table_that_lost_a_column(postgres: OnServer, on_missing: str, tmp_path: Path) -> None:
    fill(postgres)
    town = Town(tmp_path / "town", postgres.url, f"    delivers: full\n    on_missing_column: {on_missing}\n")
    town.run()
    postgres.run("ALTER TABLE account DROP COLUMN balance")
    summary = town.run()
    if on_missing == "refuse":
        assert summary.exit_code == 3
        assert any("column 'balance' is needed and absent" in str(failure) for failure in (*summary.failures, *summary.notices))
        assert town.accounts() == [(1, "10.10"), (2, "20.20"), (3, "0.00")]
        postgres.run("ALTER TABLE account ADD COLUMN balance numeric(18,2) DEFAULT 7")
        assert town.run().failures == ()
        assert town.accounts() == [(1, "7.00"), (2, "7.00"), (3, "7.00")]
    else:
        assert summary.failures == ()
        assert town.accounts() == [(1, None), (2, None), (3, None)]

