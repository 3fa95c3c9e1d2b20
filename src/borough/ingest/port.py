"""The ``Connector`` port: what brings a feed's extracts in, and what it says about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from borough.engine.port import WrittenFile


@dataclass(frozen=True)
class Found:
    """One extract: a file that matches a feed's globs, or a table or resource now. ``size`` in bytes, ``modified_ns`` since the epoch."""

    path: str  # to open it
    name: str  # stable: posix path below the globs' fixed folder
    size: int
    modified_ns: int
    parts: tuple[tuple[str, str], ...] = ()  # what ``{name}`` took from the path
    extract_date: dt.date | dt.datetime | None = None
    problem: str | None = None  # why it can't be read, where listing told already
    member: str | None = None  # the file wanted inside the archive at ``path``


@dataclass(frozen=True)
class Since:
    """What was received last, so that a source can be asked for what is new only."""

    bookmark: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class Received:
    """One file, read. ``rows`` equals ``counted``, or ``problem`` says why the file can't be read."""

    found: Found
    sha256: str  # of the bytes as they came
    counted: int  # records, counted independently of the reader, header excluded
    rows: int  # rows in bronze, problem rows included
    columns: tuple[str, ...]  # received names, made unique, in order
    encoding: str | None = None
    notices: tuple[str, ...] = ()
    problem: str | None = None
    left: str | None = None  # why it is left for the next run: no rows, no delivery
    same: bool = False  # it says what the delivery before said: no rows, no delivery
    bookmark: str | None = None  # the value of the cursor up to which this extract goes


@dataclass(frozen=True)
class Batch:
    """What one call of ``receive`` wrote."""

    files: tuple[WrittenFile, ...]
    columns: tuple[str, ...]  # union of received columns, first seen first; no system columns, no parts of the path
    received: tuple[Received, ...]


def extract_now(origin: str, now: dt.datetime) -> Found:
    """What a table or a resource says now, as one extract: by the same clock it is the same extract."""
    return Found(origin, f"{origin}@{now.isoformat(timespec='milliseconds' if now.microsecond else 'seconds')}Z", 0, 0, extract_date=now)


Stamp = Callable[[str], str]


def as_it_is(sql: str) -> str:
    """No stamp."""
    return sql


class Connector(Protocol):
    """Brings in the extracts of one feed, as received.

    Every Parquet file that ``receive`` writes has the received columns and the parts of the path as
    text, and ``_file``, ``_row`` (from 1, problem rows counted), ``_problem`` and ``_raw``.
    """

    @property
    def live(self) -> bool:
        """Does it ask another machine, so that looking takes time and may fail?"""

    def discover(self) -> list[Found]:
        """What there is, sorted by name. Raises FeedError where a path has no readable extract date, or a place can't be reached."""

    def digest(self, found: Found) -> str | None:
        """The sha256 of an extract's content, before it is received; None where that can't be told."""

    def receive(self, found: Sequence[Found], into: str, stamp: Stamp = as_it_is) -> Batch:
        """Read these and write Parquet into a folder. What can't be read is a problem of its file, not an error.

        ``stamp`` turns the SELECT that is written into the caller's: it may add columns of its own, not rows.
        """

    def columns(self, found: Found) -> tuple[str, ...]:
        """The column names of one file, from its beginning alone. Raises FeedError when it has none."""
