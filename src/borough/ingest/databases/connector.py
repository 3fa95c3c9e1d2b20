"""The connector for databases: each run is one extract, a whole table or query, or what a cursor says is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from borough.engine.port import Engine
from borough.errors import FeedError
from borough.ingest.block import working_folder
from borough.ingest.bronze_files import Writer
from borough.ingest.databases.dialects import dialect_of
from borough.ingest.databases.extract import Extract, content, read_extract, same_again
from borough.ingest.databases.faults import explained
from borough.ingest.databases.session import Session, SourceError
from borough.ingest.databases.target import Target, target
from borough.ingest.databases.url import Address, address
from borough.ingest.patience import patiently
from borough.ingest.port import Batch, Found, Received, Since, Stamp, as_it_is, extract_now
from borough.project.resolve import ResolvedFeed

T = TypeVar("T")


class DatabaseConnector:
    """A table or query of a database. See ``Connector``. A database that is away, or lacks the table, is a FeedError."""

    live = True

    def __init__(self, feed: ResolvedFeed, engine: Engine, scratch: Path, now: dt.datetime, since: Since, root: Path = Path()) -> None:
        """``root`` is the project's folder: the file of an SQLite database is relative to it."""
        self._feed, self._engine, self._scratch, self._now, self._since, self._root = feed, engine, scratch, now, since, root

    def discover(self) -> list[Found]:
        """One extract, of now. The database is not asked yet."""
        origin = self._feed.feed.table or "query"
        return [extract_now(origin, self._now)]

    def digest(self, found: Found) -> str | None:
        return None

    def columns(self, found: Found) -> tuple[str, ...]:
        asked, _tries = self._patiently(lambda session: self._target(session))
        return asked.names

    def receive(self, found: Sequence[Found], into: str, stamp: Stamp = as_it_is) -> Batch:
        if not found:
            return Batch((), (), ())
        (one,) = found
        with working_folder(self._scratch) as folder:
            extract, tries = self._patiently(lambda session: read_extract(session, self._target(session), self._engine, folder))
            received = self._received(one, extract, tries)
            if received.same or received.rows == 0:
                return Batch((), (), (received,))
            writer = Writer(self._engine, folder, Path(into), stamp)
            writer.add(extract.block(one))
            return Batch(tuple(writer.finish()), received.columns, (received,))

    def _received(self, one: Found, extract: Extract, tries: tuple[str, ...]) -> Received:
        cursor, bookmark, since = extract.target.cursor, self._since.bookmark, self._since
        notices = (*extract.target.notices, *tries)
        if extract.rows == 0:
            same = cursor is not None and since.sha256 is not None
            digest = content(self._engine, extract)
            same = same or (digest == since.sha256 and since.sha256 is not None)
            return Received(one, digest, 0, 0, extract.target.names, "utf-8", (*notices, "no records"), same=same, bookmark=bookmark)
        digest = again = content(self._engine, extract)
        if cursor is not None:
            marked = same_again(self._engine, extract, bookmark, self._now)
            again, bookmark, notices = marked.sha256, marked.bookmark, (*notices, *marked.notices)
        same = since.sha256 is not None and digest == since.sha256
        return Received(one, again, extract.counted, extract.rows, extract.target.names, "utf-8", notices, same=same, bookmark=bookmark)

    def _target(self, session: Session) -> Target:
        return target(session, dialect_of(self._address.dialect), self._feed, self._since.bookmark)

    @cached_property
    def _address(self) -> Address:
        url = self._feed.source.connect.database
        assert url is not None, "check found it"
        try:
            return address(url, self._root)
        except ValueError as error:
            raise FeedError(f"connect.database has {error}", advice="postgresql://user:password@host:port/database, or another that the guide to databases names") from error

    def _patiently(self, act: Callable[[Session], T]) -> tuple[T, tuple[str, ...]]:
        """What comes of a conversation, and why it was begun again. Raises FeedError."""
        told: list[str] = []
        retry, place = self._feed.source.connect.retry, self._address
        before = dialect_of(place.dialect).before

        def once() -> T:
            with Session(place, before) as session:
                return act(session)

        try:
            done = patiently(retry, once, lambda error: isinstance(error, SourceError) and error.passing, lambda _n, error: told.append(str(error)))
        except SourceError as error:
            with Session(place, before) as session:
                raise explained(error, self._feed, place, session, len(told) + 1) from error
        return done, tuple(f"attempt {n} failed: {why}" for n, why in enumerate(told, 1))
