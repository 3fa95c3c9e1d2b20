"""The synthetic borough with its systems' databases on a PostgreSQL server, where they would be in life."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.ingest.database_servers import Postgres

from .council import borough, process, rows

TABLES = ("council_tax", "housing", "childrens")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of this module's own."""
    server = Postgres()
    yield server
    server.stop()


def database(server: Postgres, name: str) -> str:
    server.admin(f"CREATE ROLE owner_{name} LOGIN PASSWORD 'Zq7-harbour'")
    server.admin(f"CREATE DATABASE {name} OWNER owner_{name}")
    return f"postgresql://owner_{name}:Zq7-harbour@127.0.0.1:{server.port}/{name}"


@pytest.mark.slow
def test_databases_on_a_server(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url, folder = database(postgres, "northmere"), tmp_path / "northmere"
    made = process("demo", "generate", folder, "--scale", "0.01", "--postgres", url)
    assert made.code == 0, made.err
    assert "BOROUGH_DEMO_POSTGRES" in made.out and not list((folder / "data").glob("*.sqlite"))
    assert not [p for p in folder.rglob("*") if p.is_file() and url.encode() in p.read_bytes()]  # a secret is not kept
    lost = borough("demo", "advance", "--project", folder)
    assert lost.code == 2 and "on a server" in lost.err and "--postgres" in lost.err
    monkeypatch.setenv("BOROUGH_DEMO_POSTGRES", url)
    done = process("run", "--project", folder, "--select", *" --select ".join(TABLES).split())
    assert done.code == 0, done.out + done.err
    ledger = {line["feed"]: line for line in rows(folder, "SELECT feed, accepted, quarantined FROM ledger")}
    assert ledger["council_tax.accounts"]["accepted"] > 1000 and ledger["housing.tenancies"]["accepted"] > 10
    later = borough("demo", "advance", "--days", "3", "--json", "--project", folder)
    assert later.json["until"] == "2026-11-03"
    # Made anew: nothing of before is left in it.
    before = postgres.admin("SELECT max(last_updated) FROM council_tax.account", "northmere")
    assert process("demo", "generate", folder, "--scale", "0.01", "--until", "2024-10-31").code == 0
    assert postgres.admin("SELECT max(last_updated) FROM council_tax.account", "northmere") != before


def test_schemas_that_are_not_the_demos_are_left_alone(postgres: Postgres, tmp_path: Path) -> None:
    url = database(postgres, "real")
    postgres.admin("CREATE SCHEMA council_tax; CREATE TABLE council_tax.account (ours int); INSERT INTO council_tax.account VALUES (7)", "real")
    done = borough("demo", "generate", tmp_path / "x", "--scale", "0.01", "--postgres", url)
    assert done.code == 2 and "schema council_tax that borough demo did not make" in done.err
    assert postgres.admin("SELECT * FROM council_tax.account", "real").split() == ["7"]


@pytest.mark.parametrize("url", ["postgresql://nobody:secret@127.0.0.1:1/x", "mysql://localhost/x"])
def test_a_server_that_is_not_there(url: str, tmp_path: Path) -> None:
    done = borough("demo", "generate", tmp_path / "x", "--scale", "0.01", "--postgres", url)
    assert done.code == 2 and "advice:" in done.err and "secret" not in done.err and "Traceback" not in done.err
