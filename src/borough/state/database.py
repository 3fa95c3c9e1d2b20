"""The operational state in a database, through SQLAlchemy: one adapter for SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
import os
import weakref
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, column, insert, table, text
from sqlalchemy.exc import SQLAlchemyError

from borough.errors import StateError
from borough.state.gathering import Gathering
from borough.state.migrations import migrate
from borough.state.model import Attempt, Message, Received
from borough.state.refusals import refused

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

MOST_TOGETHER = 1_000
"""Messages of one transaction of the inbox."""
_LONGEST = 200  # characters of a topic or an id
_PROBLEM = 500  # characters of a problem that are kept
_INBOX = table("inbox", *(column(name) for name in ("sequence", "topic", "id", "body", "received")))

Row = dict[str, Any]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

_PUT = "INSERT INTO documents (kind, key, body, expires) VALUES (:kind, :key, :body, :expires) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body, expires = excluded.expires"
_GET = "SELECT body FROM documents WHERE kind = :kind AND key = :key AND (expires IS NULL OR expires > :now)"
_ALL = "SELECT key, body FROM documents WHERE kind = :kind AND (expires IS NULL OR expires > :now) ORDER BY key"
_ATTEMPT = "kind, name, tries, failures, last_try, last_success, last_failure, problem, next_try"
_TRIED = f"""INSERT INTO attempts AS a ({_ATTEMPT})
VALUES (:kind, :name, 1, :failed, :now, :success, :failure, :problem, :next)
ON CONFLICT (kind, name) DO UPDATE SET tries = a.tries + 1, failures = CASE WHEN excluded.failures = 0 THEN 0 ELSE a.failures + 1 END,
last_try = excluded.last_try, last_success = coalesce(excluded.last_success, a.last_success),
last_failure = coalesce(excluded.last_failure, a.last_failure), problem = coalesce(excluded.problem, a.problem), next_try = excluded.next_try
RETURNING {_ATTEMPT}"""
_ATTEMPTS = f"SELECT {_ATTEMPT} FROM attempts WHERE kind = :kind ORDER BY name"
_ATTEMPT_OF = f"SELECT {_ATTEMPT} FROM attempts WHERE kind = :kind AND name = :name"
# The counter's row is held until the commit: so sequences come to light in their order, and a reader misses none.
_NUMBERS = "UPDATE sequences SET last = last + :count WHERE name = 'inbox' RETURNING last"
_KNOWN = "SELECT id FROM inbox WHERE topic = :topic AND id IN :ids"
_APPEND = "INSERT INTO inbox (sequence, topic, id, body, received) VALUES (:sequence, :topic, :id, :body, :received)"
_READ = "SELECT sequence, topic, id, body, received FROM inbox WHERE topic = :topic AND sequence > :after ORDER BY sequence LIMIT :limit"
_DONE = "INSERT INTO cursors AS c (topic, through) VALUES (:topic, :through) ON CONFLICT (topic) DO UPDATE SET through = CASE WHEN c.through < excluded.through THEN excluded.through ELSE c.through END"
_PURGE = "DELETE FROM inbox WHERE topic = :topic AND received < :before AND sequence <= (SELECT through FROM cursors WHERE topic = :topic)"
_CLAIM = "INSERT INTO leases AS l (name, holder, until) VALUES (:name, :holder, :until) ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until WHERE l.holder = :holder OR l.until <= :now RETURNING name"


_OPEN: weakref.WeakSet[Database] = weakref.WeakSet()


def _before_fork() -> None:
    """No connection may live in two processes: SQLite would lose commits without a word. Both open their own again."""
    for database in _OPEN:
        database.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork)


class Database:
    """The port ``State`` over one SQLAlchemy engine. ``secrets`` are struck out of problems; ``where`` names the database in messages."""

    def __init__(self, engine: Engine, where: str, secrets: Collection[str] = ()) -> None:
        self._engine, self._where = engine, where
        self._secrets = sorted((s for s in secrets if len(s) >= 3), key=len, reverse=True)
        self._process = os.getpid()
        _OPEN.add(self)
        self._gathered: Gathering[Row, bool] = Gathering(self._append, MOST_TOGETHER)
        try:
            with self._writing() as connection:
                migrate(connection, where)
                self._identity = str(connection.execute(text("SELECT id FROM identity")).scalar_one())
        except BaseException:
            engine.dispose()
            raise

    @property
    def identity(self) -> str:
        return self._identity

    def put(self, kind: str, key: str, document: Mapping[str, Any], *, expires: dt.datetime | None = None) -> None:
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        self._change(_PUT, kind=kind, key=key, body=body, expires=None if expires is None else _micros(expires))

    def get(self, kind: str, key: str, *, now: dt.datetime) -> dict[str, Any] | None:
        found = self._rows(_GET, kind=kind, key=key, now=_micros(now))
        document: dict[str, Any] | None = json.loads(found[0][0]) if found else None
        return document

    def documents(self, kind: str, *, now: dt.datetime) -> dict[str, dict[str, Any]]:
        return {str(key): json.loads(body) for key, body in self._rows(_ALL, kind=kind, now=_micros(now))}

    def delete(self, kind: str, key: str) -> None:
        self._change("DELETE FROM documents WHERE kind = :kind AND key = :key", kind=kind, key=key)

    def sweep(self, now: dt.datetime) -> int:
        return self._change("DELETE FROM documents WHERE expires <= :now", now=_micros(now))

    def tried(self, kind: str, name: str, *, now: dt.datetime, problem: str | None = None, next_try: dt.datetime | None = None) -> Attempt:
        with self._writing() as connection:
            row = connection.execute(text(_TRIED), self._try(kind, name, now, problem, next_try)).one()
        return _attempt(row)

    def tried_all(self, kind: str, problems: Mapping[str, str | None], *, now: dt.datetime) -> None:
        with self._writing() as connection:
            for name in sorted(problems):  # in one order, so that two who note at once wait for each other rather than both
                connection.execute(text(_TRIED), self._try(kind, name, now, problems[name], None))

    def attempts(self, kind: str, name: str | None = None) -> list[Attempt]:
        return [_attempt(row) for row in (self._rows(_ATTEMPTS, kind=kind) if name is None else self._rows(_ATTEMPT_OF, kind=kind, name=name))]

    def forget(self, kind: str, name: str) -> None:
        self._change("DELETE FROM attempts WHERE kind = :kind AND name = :name", kind=kind, name=name)

    def append(self, messages: Sequence[Message]) -> tuple[bool, ...]:
        self._notice_fork()
        rows = [_row(message) for message in messages]
        return self._gathered(rows) if rows else ()

    def read(self, topic: str, *, after: int, limit: int = 1_000) -> list[Received]:
        rows = self._rows(_READ, topic=topic, after=after, limit=limit)
        return [Received(n, Message(topic, key, bytes(body), _instant(at))) for n, topic, key, body, at in rows]

    def done(self, topic: str, through: int) -> None:
        self._change(_DONE, topic=topic, through=through)

    def through(self, topic: str) -> int:
        found = self._rows("SELECT through FROM cursors WHERE topic = :topic", topic=topic)
        return int(found[0][0]) if found else 0

    def purge(self, topic: str, before: dt.datetime) -> int:
        return self._change(_PURGE, topic=topic, before=_micros(before))

    def claim(self, name: str, holder: str, *, now: dt.datetime, until: dt.datetime) -> bool:
        with self._writing() as connection:
            return connection.execute(text(_CLAIM), {"name": name, "holder": holder, "now": _micros(now), "until": _micros(until)}).first() is not None

    def release(self, name: str, holder: str) -> None:
        self._change("DELETE FROM leases WHERE name = :name AND holder = :holder", name=name, holder=holder)

    def close(self) -> None:
        self._engine.dispose()

    def _append(self, rows: Sequence[Row]) -> list[bool]:
        """Messages of all callers that came together, in one transaction."""
        with self._writing() as connection:
            last = connection.execute(text(_NUMBERS), {"count": len(rows)}).scalar_one()
            known = self._known(connection, rows)
            new: list[bool] = []
            added: list[Row] = []
            for sequence, row in enumerate(rows, last - len(rows) + 1):
                key = (row["topic"], row["id"])
                new.append(key not in known)
                if new[-1]:
                    added.append({**row, "sequence": sequence})
                    known.add(key)
            for start in range(0, len(added), MOST_TOGETHER):
                _insert(connection, added[start : start + MOST_TOGETHER])
        return new

    def _known(self, connection: Connection, rows: Sequence[Row]) -> set[tuple[str, str]]:
        """Which of them lie in the inbox already. Nobody else adds any meanwhile: the counter's row is ours."""
        statement = text(_KNOWN).bindparams(bindparam("ids", expanding=True))
        known: set[tuple[str, str]] = set()
        for topic in dict.fromkeys(row["topic"] for row in rows):
            ids = list(dict.fromkeys(row["id"] for row in rows if row["topic"] == topic))
            for start in range(0, len(ids), MOST_TOGETHER):
                found = connection.execute(statement, {"topic": topic, "ids": ids[start : start + MOST_TOGETHER]})
                known.update((topic, row[0]) for row in found)
        return known

    def _try(self, kind: str, name: str, now: dt.datetime, problem: str | None, next_try: dt.datetime | None) -> dict[str, Any]:
        for secret in self._secrets:
            problem = problem and problem.replace(secret, "***")
        at, planned, failed = _micros(now), None if next_try is None else _micros(next_try), problem is not None
        return {
            "kind": kind, "name": name, "failed": int(failed), "now": at, "success": None if failed else at, "failure": at if failed else None,
            "problem": problem and problem[:_PROBLEM], "next": planned,
        }  # fmt: skip

    def _rows(self, sql: str, **values: Any) -> Sequence[Any]:
        with self._connected(reads=True) as connection:
            return connection.execute(text(sql), values).all()

    def _change(self, sql: str, **values: Any) -> int:
        with self._writing() as connection:
            return int(connection.execute(text(sql), values).rowcount)

    def _notice_fork(self) -> None:
        """In a forked process: locks that other threads held are never given back there, so begin with new ones."""
        if self._process != os.getpid():
            self._engine.dispose(close=False)
            self._process = os.getpid()
            self._gathered = Gathering(self._append, MOST_TOGETHER)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._connected(reads=False) as connection:
            yield connection

    @contextmanager
    def _connected(self, *, reads: bool) -> Iterator[Connection]:
        """A connection in a transaction, which is committed at the end. Raises StateError."""
        self._notice_fork()
        try:
            with self._engine.execution_options(reads=reads).begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as error:
            raise refused(error, self._where) from error


def _insert(connection: Connection, rows: list[Row]) -> None:
    """Rows for the inbox. pg8000 sends the rows of an ``executemany`` one by one: for PostgreSQL they go in one statement."""
    if len(rows) > 1 and connection.dialect.name == "postgresql":
        connection.execute(insert(_INBOX).values(rows))
    else:
        connection.execute(text(_APPEND), rows)


def _row(message: Message) -> Row:
    """A message as its row. Refused here, it spoils no transaction that others share."""
    for name, word in (("topic", message.topic), ("id", message.id)):
        if not word or not word.isprintable() or not word.isascii() or len(word) > _LONGEST:
            raise StateError(f"a message's {name} is {word[:40]!r}", advice=f"1 to {_LONGEST} printable ASCII characters")
    return {"topic": message.topic, "id": message.id, "body": bytes(message.body), "received": _micros(message.received)}


def _micros(at: dt.datetime) -> int:
    if at.tzinfo is None:
        raise StateError(f"the instant {at.isoformat()} has no time zone", advice="give it in UTC")
    return (at - _EPOCH) // dt.timedelta(microseconds=1)


def _instant(micros: int) -> dt.datetime:
    return _EPOCH + dt.timedelta(microseconds=micros)


def _attempt(row: Sequence[Any]) -> Attempt:
    kind, name, tries, failures, last_try, last_success, last_failure, problem, next_try = row
    success, failure, planned = (None if at is None else _instant(at) for at in (last_success, last_failure, next_try))
    return Attempt(kind, name, tries, failures, _instant(last_try), success, failure, problem, planned)
