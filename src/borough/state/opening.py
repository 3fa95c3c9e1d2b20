"""Opening the operational state that ``borough.yaml`` declares: SQLite in a file, or PostgreSQL by URL."""

from __future__ import annotations

import os
import sqlite3
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from borough.errors import StateError, UsageError
from borough.project.load import Project

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

    from borough.state.database import Database

PATIENCE = 30
"""Seconds that a call waits for other writers of SQLite, or for PostgreSQL to answer."""
_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def open_state(project: Project) -> Database:
    """Open the project's operational state; make it, or bring it up to date. Raises StateError, and UsageError for an address of another kind."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    from borough.state.database import Database

    declared = project.borough.state
    try:
        url = make_url(declared)
    except (ArgumentError, ValueError) as error:
        raise _unknown("an address that can't be read") from error
    if url.get_backend_name() == "sqlite":
        engine, where = _sqlite(url, project.root)
    elif url.drivername in ("postgresql", "postgres", "postgresql+pg8000"):
        engine, where = _postgres(url)
    else:
        raise _unknown(f"{url.drivername}://")
    return Database(engine, where, project.secret_values() | ({str(url.password)} if url.password else set()))


def _unknown(found: str) -> UsageError:
    return UsageError(f"state: has {found}", advice="write sqlite:///./state.db, or postgresql://user:${PASSWORD}@host/database")


def _sqlite(url: URL, root: Path) -> tuple[Engine, str]:
    from sqlalchemy import create_engine, event

    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise _unknown("an SQLite database that is no file")
    path = (root / url.database).resolve()
    where = os.path.relpath(path, root) if path.is_relative_to(root.resolve()) else str(path)
    _make_private(path, where)
    # Transactions are begun by hand: sqlite3's own wait for the first change, and then two writers can stand in each other's way.
    engine = create_engine(url.set(drivername="sqlite+pysqlite", database=str(path)), connect_args={"timeout": PATIENCE, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "synchronous = FULL", f"busy_timeout = {PATIENCE * 1000}"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if connection.get_execution_options().get("reads") else "BEGIN IMMEDIATE")

    return engine, where


def _make_private(path: Path, where: str) -> None:
    """A new database is its owner's alone: sessions are in it. SQLite gives its other files the same permissions."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise StateError(
            f"the operational state at {where} can't be opened: {error.strerror}", advice="make its folder, and let this user write to it"
        ) from error


def _postgres(url: URL) -> tuple[Engine, str]:
    """As libpq reads such an address: ``?sslmode=…``, and ``?host=/folder`` for the server's socket."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.exc import DisconnectionError

    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    mode, socket = query.pop("sslmode", "prefer"), query.pop("host", None)
    if mode not in _MODES or query or (socket is not None and not socket.startswith("/")):
        found = f"sslmode={mode}" if mode not in _MODES else f"host={socket}" if socket else ", ".join(sorted(query))
        raise UsageError(f"state: has {found}", advice=f"after the ? may stand sslmode ({', '.join(_MODES)}) and host, the folder of a socket")
    arguments: dict[str, Any] = {"timeout": PATIENCE, "application_name": "borough"}
    if mode != "prefer":
        arguments["ssl_context"] = _ssl(mode)
    if socket is not None:
        arguments |= {"unix_sock": f"{socket}/.s.PGSQL.{url.port or 5432}", "ssl_context": False}
    address = url.set(drivername="postgresql+pg8000", query={})
    engine = create_engine(address, connect_args=arguments, pool_timeout=PATIENCE)

    @event.listens_for(engine, "checkout")
    def checked_out(connection: Any, _record: object, _proxy: object) -> None:
        """A connection that the server has ended is replaced. (pool_pre_ping sees pg8000's own errors, but not those of the socket.)"""
        try:
            engine.dialect.do_ping(connection)
        except (engine.dialect.loaded_dbapi.Error, OSError) as error:
            raise DisconnectionError from error

    where = f"postgresql://{socket or url.host or 'localhost'}{f':{url.port}' if url.port else ''}/{url.database or ''}"
    return engine, where


def _ssl(mode: str) -> ssl.SSLContext | bool | None:
    """As libpq has it: ``require`` encrypts, ``verify-ca`` checks who signed the certificate, ``verify-full`` the host's name too."""
    if not mode.startswith("verify"):
        return {"disable": False, "require": True}.get(mode)
    context = ssl.create_default_context()
    context.check_hostname = mode == "verify-full"
    return context


@contextmanager
def opened_state(project: Project) -> Iterator[Database]:
    """The project's state, for as long as a ``with`` lasts."""
    state = open_state(project)
    try:
        yield state
    finally:
        state.close()
