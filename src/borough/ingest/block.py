"""What a reader makes of files, before it is written to bronze."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from borough.engine.port import Engine
from borough.engine.quoting import literal, quoted
from borough.ingest.port import Found, Received


@dataclass(frozen=True)
class Block:
    """A SELECT with the received columns, the parts of the path, ``_file``, ``_row``, ``_problem``, ``_raw``, and its rows."""

    sql: str
    rows: int


@contextmanager
def working_folder(scratch: Path, purpose: str = "ingest") -> Iterator[Path]:
    """A folder below ``scratch`` for one piece of work, gone afterwards."""
    scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{purpose}-", dir=scratch))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Workshop:
    """Where readers work: the engine, and a folder for this call that is cleared afterwards."""

    engine: Engine
    folder: Path

    def path(self, name: str) -> str:
        return str(self.folder / name)


def system_columns(found: Found) -> str:
    """The parts of the path and ``_file`` as SELECT items."""
    parts = [f"{literal(value)} AS {quoted(name)}" for name, value in found.parts]
    return ", ".join([*parts, f"{literal(found.name)} AS _file"])


def unreadable(found: Found, problem: str, *, sha256: str = "", encoding: str | None = None, notices: tuple[str, ...] = ()) -> Received:
    """A file of which nothing can be read."""
    return Received(found, sha256, 0, 0, (), encoding, notices, problem)


def cannot_open(error: OSError) -> str:
    """What to tell of a file that can't be opened."""
    if isinstance(error, FileNotFoundError):
        return "the file is gone: it was there when the folder was listed; run again"
    return f"the file can't be opened: {error.strerror or error}"


def sha256_of(path: str) -> str:
    """The sha256 of a file's bytes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
