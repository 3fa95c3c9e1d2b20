"""Feeds of databases for tests, received through the connector's doors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from borough.engine.duckdb import DuckDBEngine
from borough.ingest.connectors import NOTHING, Surroundings, connector_for
from borough.ingest.port import Connector, Since
from borough.project.load import load
from borough.project.resolve import resolve_feed

from .database_servers import Database, File, MariaDB, OnServer, Postgres, Server, running
from .receiving import Delivery, read_rows

NOW = dt.datetime(2026, 11, 1, 9)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    yield from running(Postgres)


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[Server]:
    yield from running(MariaDB)


@pytest.fixture(params=["postgres", "mariadb", "sqlite"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Each database in turn."""
    if request.param == "sqlite":
        return File(tmp_path / "town.db")
    return OnServer(request.getfixturevalue(f"{request.param}_server"))


@pytest.fixture(params=["postgres", "mariadb"])
def served(request: pytest.FixtureRequest) -> OnServer:
    return OnServer(request.getfixturevalue(f"{request.param}_server"))


@pytest.fixture
def postgres(postgres_server: Server) -> OnServer:
    return OnServer(postgres_server)


@pytest.fixture
def mariadb(mariadb_server: Server) -> OnServer:
    return OnServer(mariadb_server)


@pytest.fixture
def sqlite(tmp_path: Path) -> File:
    return File(tmp_path / "town.db")


def connector(url: str, engine: DuckDBEngine, folder: Path, since: Since = NOTHING, now: dt.datetime = NOW, retry: Any = None, **feed: Any) -> Connector:
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "borough.yaml").write_text("borough: Northmere\n")
    feed = {"delivers": "append" if "cursor" in feed else "full", **feed}
    source = {"source": "revenues", "connect": {"database": url.replace("$", "$$"), "retry": retry or {"attempts": 2, "wait": "0 seconds"}}, "feeds": {"accounts": feed}}
    (folder / "sources" / "revenues.yaml").write_text(yaml.safe_dump(source))
    resolved = resolve_feed(load(folder, {}), "revenues", "accounts")
    return connector_for(resolved, Surroundings(folder, engine, now), since)


def receive(database: Database | str, engine: DuckDBEngine, folder: Path, since: Since = NOTHING, **options: Any) -> Delivery:
    url = database if isinstance(database, str) else database.url
    one = connector(url, engine, folder, since, **options)
    batch = one.receive(one.discover(), str(folder / "bronze"))
    return Delivery(batch, read_rows(engine, batch))


def after(delivery: Delivery) -> Since:
    """What the next run knows of this one."""
    return Since(delivery.only.bookmark, delivery.only.sha256)
