"""What must not harm the operational state: killed writers, several processes, databases that are away, older and newer schemas."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from borough.errors import StateError, UsageError
from borough.project.load import Project
from borough.state import Message, open_state
from borough.state.contacts import note_contacts
from borough.state.database import Database
from borough.state.gathering import Gathering
from borough.state.migrations import VERSIONS, migrate
from borough.state.opening import _postgres, _sqlite

from .conftest import NOW, Make, project

DRIVER = Path(__file__).with_name("state_driver.py")


def start(root: Path, what: str, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(DRIVER), str(root), what, name, str(count)], stdout=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str]) -> list[str]:
    """The lines that it still said, once it has ended."""
    assert process.stdout is not None
    with process.stdout as out:
        lines = out.read().split()  # what was read ahead of the last line included, which communicate() would leave out
    process.wait(60)
    return lines


def everything(state: Database) -> list[str]:
    return [r.message.id for r in state.read("events", after=0, limit=100_000)]


def test_what_a_killed_writer_was_told_is_there_is_there(make: Make) -> None:
    made = make()
    state = open_state(made)
    for attempt in range(3):
        process = start(made.root, "append", f"w{attempt}", 100_000)
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(25 + 17 * attempt)][1:]
        process.send_signal(signal.SIGKILL)
        told += said(process)
        found = everything(state)
        assert len(found) == len(set(found))
        assert set(told) <= set(found)
        # the pair is one transaction: at most one more pair than was told
        assert len([one for one in found if one.startswith(f"w{attempt}-")]) <= len(told) + 1
        assert state.append([Message("events", f"after-{attempt}", b"{}", NOW)]) == (True,)
    state.close()


def test_processes_that_append_at_once_lose_and_double_nothing(make: Make) -> None:
    """And a reader that follows them sees every message once, in the order of the end."""
    made = make()
    processes = [start(made.root, "append", name, 60) for name in "ab"]  # the schema does not exist yet: they race for that too
    state = open_state(made)
    followed: list[str] = []
    last = 0
    while True:
        ended = all(p.poll() is not None for p in processes)
        for one in state.read("events", after=last, limit=7):
            followed.append(one.message.id)
            last = one.sequence
        if ended and not state.read("events", after=last):
            break
    assert [p.returncode for p in processes] == [0, 0]
    assert sorted(followed) == sorted([f"{p}-{n}" for p in ("a", "b", "same") for n in range(60)])
    assert followed == everything(state)
    for process in processes:
        assert len(said(process)) == 61
    state.close()


def test_a_fork_goes_on_with_connections_of_its_own(make: Make) -> None:
    made = make()
    process = start(made.root, "fork", "f", 20)
    lines = said(process)
    assert process.returncode == 0 and len(lines) == 41
    state = open_state(made)
    assert len(everything(state)) == 1 + 20 + 20 + 20
    state.close()


# ── group commit ────────────────────────────────────────────────────────────────────────────────


class Disk:
    """Commits a batch when it is told to; never one with a 0 in it."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.commits.append(list(items))
        self.begun.set()
        assert self.go.wait(10)
        if 0 in items:
            raise ValueError("the disk is full")
        return [item * 10 for item in items]


def together(disk: Disk, most: int, *callers: list[int]) -> list[Any]:
    """What callers get, the first of whom is being served when the others come."""
    gathering: Gathering[int, int] = Gathering(disk, most)
    results: list[Any] = [None] * len(callers)

    def call(at: int) -> None:
        try:
            results[at] = gathering(callers[at])
        except ValueError as error:
            results[at] = str(error)

    threads = [threading.Thread(target=call, args=(at,)) for at in range(len(callers))]
    threads[0].start()
    assert disk.begun.wait(10)
    for at, thread in enumerate(threads[1:], 1):
        thread.start()
        while len(gathering._waiting) < at:
            time.sleep(0.001)
    disk.go.set()
    for thread in threads:
        thread.join()
    return results


def test_who_comes_during_a_commit_shares_the_next() -> None:
    disk = Disk()
    assert together(disk, 100, [1], [2, 3], [4], [5]) == [(10,), (20, 30), (40,), (50,)]
    assert disk.commits == [[1], [2, 3, 4, 5]]


def test_a_commit_is_not_made_too_large_and_no_caller_is_split() -> None:
    disk = Disk()
    assert together(disk, 3, [1], [2, 3], [4, 5], [6], [7, 8, 9, 10]) == [(10,), (20, 30), (40, 50), (60,), (70, 80, 90, 100)]
    assert disk.commits == [[1], [2, 3], [4, 5, 6], [7, 8, 9, 10]]


def test_a_commit_that_fails_fails_for_all_in_it_and_no_others() -> None:
    disk = Disk()
    assert together(disk, 3, [1], [2, 0], [4], [5, 6]) == [(10,), "the disk is full", "the disk is full", (50, 60)]


# ── schemas ─────────────────────────────────────────────────────────────────────────────────────


def engine_of(made: Project) -> Any:
    url = make_url(made.borough.state)
    return (_sqlite(url, made.root) if url.drivername == "sqlite" else _postgres(url))[0]


def test_a_database_of_the_first_version_is_brought_forward(make: Make) -> None:
    made = make()
    engine = engine_of(made)
    with engine.begin() as connection:
        migrate(connection, "here", VERSIONS[:1])
        connection.execute(text("INSERT INTO documents (kind, key, body) VALUES ('session', 'a', '{\"n\": 1}')"))
        identity = connection.execute(text("SELECT id FROM identity")).scalar_one()
        assert "inbox" not in inspect(connection).get_table_names()
    engine.dispose()
    state = open_state(made)
    assert state.get("session", "a", now=NOW) == {"n": 1} and state.identity == identity
    assert state.append([Message("events", "a", b"{}", NOW)]) == (True,)
    state.close()


def test_a_migration_is_done_wholly_or_not_at_all(make: Make) -> None:
    made = make()
    open_state(made).close()
    engine = engine_of(made)
    with pytest.raises(DBAPIError), engine.begin() as connection:
        migrate(connection, "here", (*VERSIONS, ("CREATE TABLE extra (id BIGINT)", "CREATE NONSENSE")))
    with engine.begin() as connection:
        assert "extra" not in inspect(connection).get_table_names()
        assert connection.execute(text("SELECT max(version) FROM schema_versions")).scalar_one() == len(VERSIONS)
    engine.dispose()
    open_state(made).close()


def test_a_database_of_a_later_borough_is_left_alone(make: Make) -> None:
    made = make()
    engine = engine_of(made)
    with engine.begin() as connection:
        migrate(connection, "here", (*VERSIONS, ("CREATE TABLE extra (id BIGINT)",)))
    engine.dispose()
    with pytest.raises(StateError, match=rf"has version {len(VERSIONS) + 1}; this Borough knows versions up to {len(VERSIONS)}"):
        open_state(made)


def test_eight_that_open_a_new_database_at_once(make: Make) -> None:
    made = make()
    opened: list[Any] = []

    def work() -> None:
        try:
            opened.append(open_state(made))
        except StateError as error:
            opened.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({state.identity for state in opened}) == 1
    for state in opened:
        state.close()


# ── databases that are away ─────────────────────────────────────────────────────────────────────


def test_a_server_that_is_away(tmp_path: Path) -> None:
    made = project(tmp_path, "postgresql://ann:swordfish@127.0.0.1:9/borough")
    with pytest.raises(StateError) as caught:
        open_state(made)
    assert caught.value.message == "the operational state at postgresql://127.0.0.1:9/borough can't be used: Connection refused"
    assert "can be reached" in (caught.value.advice or "")


def test_a_run_is_only_told_when_contacts_can_not_be_noted(tmp_path: Path) -> None:
    made = project(tmp_path, "postgresql://ann:swordfish@127.0.0.1:9/borough")
    assert note_contacts(made, {}, now=NOW) == (
        "how sources were reached is not noted: the operational state at postgresql://127.0.0.1:9/borough can't be used: Connection refused"
    )


# pg8000 leaves the socket of a connection that was refused to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_database_and_a_user_that_are_not_there(postgres: Any, tmp_path: Path) -> None:
    with pytest.raises(StateError, match='database "nowhere" does not exist') as caught:
        open_state(project(tmp_path, postgres.get_uri("nowhere")))
    assert "create the database" in (caught.value.advice or "")
    with pytest.raises(StateError, match='role "nobody" does not exist'):
        open_state(project(tmp_path, postgres.get_uri().replace("postgres:@", "nobody:@")))
    del caught
    gc.collect()


def test_a_server_that_ends_connections_is_connected_to_again(postgres: Any, tmp_path: Path) -> None:
    postgres.psql("create database ended;")
    state = open_state(project(tmp_path, postgres.get_uri("ended")))
    state.put("session", "a", {})
    postgres.psql("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'ended';")
    assert state.get("session", "a", now=NOW) == {}
    assert state.append([Message("events", "a", b"{}", NOW)]) == (True,)
    state.close()


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda at: at.write_bytes(b"not a database at all, but long enough to be read as the head of one" * 20), "file is not a database"),
        (lambda at: at.mkdir(), "Is a directory"),
    ],
)
def test_a_file_that_is_no_database(tmp_path: Path, prepare: Callable[[Path], Any], says: str) -> None:
    prepare(tmp_path / "state.db")
    with pytest.raises(StateError, match=rf"the operational state at state.db can't be (used|opened): {says}"):
        open_state(project(tmp_path, "sqlite:///./state.db"))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"at away/state\.db can't be opened: No such file or directory"):
        open_state(project(tmp_path, "sqlite:///./away/state.db"))


def test_another_writer_that_holds_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("borough.state.opening.PATIENCE", 0.2)
    made = project(tmp_path, "sqlite:///./state.db")
    state = open_state(made)
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StateError, match="database is locked") as caught:
        state.put("session", "a", {"name": "Ann Example"})
    assert "Ann" not in caught.value.message and "writing for long" in (caught.value.advice or "")
    assert state.get("session", "a", now=NOW) is None  # readers don't wait
    other.execute("COMMIT")
    other.close()
    state.put("session", "a", {})
    state.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://ann:swordfish@host/borough", "has mysql://"), ("sqlite://", "an SQLite database that is no file"), ("sqlite:///:memory:", "that is no file"),
        ("./state.db", "an address that can't be read"), ("postgresql://host/db?sslmode=yes", "sslmode=yes"), ("postgresql://host/db?connect_timeout=3", "connect_timeout"),
        ("postgresql+psycopg://host/db", r"postgresql\+psycopg://"),
    ],
)  # fmt: skip
def test_addresses_of_another_kind(tmp_path: Path, url: str, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        open_state(project(tmp_path, url))
    assert "swordfish" not in caught.value.message


# ── SQLite ──────────────────────────────────────────────────────────────────────────────────────


def test_the_file_is_beside_the_project_and_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project(tmp_path / "council", "sqlite:///./state.db")
    monkeypatch.chdir(tmp_path)
    old = os.umask(0o022)
    try:
        state = open_state(made)
        state.put("session", "a", {})
        files = sorted((tmp_path / "council").glob("state.db*"))
        assert len(files) == 3  # with the write-ahead log
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        state.close()
    finally:
        os.umask(old)


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    engine = engine_of(project(tmp_path, "sqlite:///./state.db"))
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous", "busy_timeout")]
    assert found == ["wal", 2, 30_000]
    engine.dispose()


def test_sqlalchemy_is_not_imported_before_it_is_used() -> None:
    code = "import sys, borough.state, borough.state.contacts; assert 'sqlalchemy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
