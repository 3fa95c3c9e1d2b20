"""The record of every look at the data: append-only, on disk before the answer is handed out."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from borough.errors import LakeError

Clock = Callable[[], dt.datetime]


def _wall_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Notes(Protocol):
    """Where lines are only ever added."""

    def add(self, at: dt.datetime, line: bytes) -> None:
        """Keep a line for good before returning. Raises LakeError or OSError."""

    def contents(self) -> Iterator[tuple[str, bytes]]:
        """All lines, oldest first: the name of each file or object, and what is in it."""


class Audit:
    """The audit log: in a folder one file a month (``2026-11.jsonl``, UTC), one JSON object a line; in an object store, where
    nothing can be added to an object, one object a line below the month.

    A look is two lines with one ``id``: ``look`` (who, role, purpose, SQL without its literals, tables, columns,
    permitted or the reason why not) before any row is read, and ``answer`` (rows) before the rows are handed out.
    The time is the wall clock's, whatever the clock of a run says.
    """

    def __init__(self, place: Path | Notes, *, clock: Clock = _wall_clock) -> None:
        self.folder = place if isinstance(place, Path) else None
        self._notes = FolderNotes(place) if isinstance(place, Path) else place
        self._clock = clock

    def look(self, **facts: Any) -> str:
        """Record a look, permitted or denied. Returns its id. Raises LakeError if it can't be recorded."""
        identity = uuid.uuid4().hex
        self._append({"event": "look", "id": identity, **facts})
        return identity

    def answered(self, look: str, rows: int) -> None:
        """Record how many rows a permitted look is given."""
        self._append({"event": "answer", "id": look, "rows": rows})

    def entries(self) -> Iterator[dict[str, Any]]:
        """All entries, oldest first. A line that a crash cut short is told as such, never left out."""
        for name, content in self._notes.contents():
            for number, line in enumerate(content.splitlines(), 1):
                yield _entry(line, f"{name}:{number}")

    def _append(self, entry: Mapping[str, Any]) -> None:
        now = self._clock().astimezone(dt.UTC)
        line = json.dumps({"at": now.isoformat(timespec="microseconds"), **entry}, ensure_ascii=False) + "\n"
        self._notes.add(now, line.encode())


class FolderNotes:
    """Notes in a folder: a file for each month, to which lines are added."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def contents(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self.folder.glob("????-??.jsonl")):
            yield path.name, path.read_bytes()

    def add(self, at: dt.datetime, line: bytes) -> None:
        try:
            self._write(self.folder / f"{at:%Y-%m}.jsonl", line)
        except OSError as error:
            reason = error.strerror or str(error)
            raise LakeError(
                f"the look can't be recorded in {self.folder}: {reason}",
                advice="nothing is read without a record; make the folder writable",
            ) from error

    def _write(self, path: Path, line: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        created = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)  # another process may be half-way through its line
            # A crash may have cut the last line short: begin a new one, so that this entry stays readable.
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                line = b"\n" + line
            if os.write(handle, line) != len(line):
                raise OSError(None, "the disk is full")
            os.fsync(handle)
        finally:
            os.close(handle)
        if created:
            self._settle_folder()

    def _settle_folder(self) -> None:
        """A new file survives a power cut only when its folder is on disk too."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _entry(line: bytes, place: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    return entry if isinstance(entry, dict) else {"event": "unreadable", "place": place}
