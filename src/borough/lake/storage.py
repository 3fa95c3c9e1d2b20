"""Where a lake lies: the port that folders and object stores fulfil, and the folder.

The lease needs one primitive, ``swap``: replace an object only if it still is what was read. An object store gives it
as a conditional put (``If-Match``, ``If-None-Match``); here a file lock makes it atomic. The rest is listing and deleting.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from borough.lake.model import Stored

LOG = "_delta_log"
ZONES = ("bronze", "silver", "gold", "system")
"""The top folders of a lake: tables live below them and nowhere else."""
VERSION = re.compile(r"^(\d{20})\.json$")
ENTRY = re.compile(r"^(\d{20})\.(json|checkpoint\.parquet)$")


class Storage(Protocol):
    """The root of a lake. Names are paths below it, with ``/``. Raises LakeError or OSError where it can't be reached."""

    root: str
    options: Mapping[str, str] | None
    """What delta-rs needs to open tables here."""

    def path(self, name: str) -> str:
        """The address of something below the root, as engines and delta-rs know it."""

    def read(self, name: str) -> bytes | None:
        """The content of a small object, or None if there is none."""

    def swap(self, name: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace an object if it still equals ``expected`` (None: absent) by ``new`` (None: delete). False if it does not."""

    def make_folder(self, name: str) -> str:
        """The local folder in which the new files of a table are written, created if need be."""

    def place(self, name: str, files: Sequence[str]) -> list[str]:
        """Bring new files from that folder into the table. Returns their names relative to the table."""

    def nearest(self, file: str) -> str:
        """Where a table's file is read best: a copy on this machine, while the run that wrote it lasts."""

    def leave(self) -> None:
        """The run is over: copies on this machine are not needed any more."""

    def drop_folder(self, name: str) -> None:
        """Delete a folder and all below it, the log last: until it is gone the folder is still known as a table."""

    def heads(self) -> dict[str, int | None]:
        """All folders that hold a Delta log, with the last version of each (None: the log is empty)."""

    def head(self, name: str) -> int | None:
        """The last version of a table: a look at its log folder, much cheaper than opening it. None if it has none."""

    def has_version(self, name: str, version: int) -> bool:
        """Whether the log still has the entry of a version."""

    def all_there(self, name: str, files: Iterable[str]) -> bool:
        """Whether none of a table's files is missing."""

    def log_files_before(self, name: str, version: int) -> Iterator[Stored]:
        """The entries of a table's log that nobody needs who reads ``version`` or later: all before the checkpoint that serves it."""

    def data_files(self) -> Iterator[Stored]:
        """All Parquet files of the lake that are not part of a Delta log."""

    def delete(self, paths: Sequence[str]) -> None:
        """Delete files by their addresses, in this order."""


class LocalStorage:
    """The lake's root as a folder of this machine (or a shared POSIX file system)."""

    def __init__(self, root: str) -> None:
        self.options: Mapping[str, str] | None = None
        self.root = str(Path(root).absolute())

    def path(self, name: str) -> str:
        return os.path.join(self.root, *name.split("/"))

    def read(self, name: str) -> bytes | None:
        try:
            return Path(self.path(name)).read_bytes()
        except FileNotFoundError:
            return None

    def swap(self, name: str, expected: bytes | None, new: bytes | None) -> bool:
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + ".lock", "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.read(name) != expected:
                return False
            if new is None:
                os.unlink(path)
            else:
                _replace(path, new)
            return True

    def make_folder(self, name: str) -> str:
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        return path

    def place(self, name: str, files: Sequence[str]) -> list[str]:
        """They were written where they belong."""
        return [os.path.relpath(file, self.path(name)) for file in files]

    def nearest(self, file: str) -> str:
        return file

    def leave(self) -> None:
        """There are no copies."""

    def drop_folder(self, name: str) -> None:
        path = self.path(name)
        for entry in sorted(os.scandir(path), key=lambda e: e.name == LOG):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
        os.rmdir(path)

    def heads(self) -> dict[str, int | None]:
        found = []
        for zone in ZONES:
            for folder, below, _ in os.walk(self.path(zone)):
                if LOG in below:
                    found.append(os.path.relpath(folder, self.root).replace(os.sep, "/"))
                    below.clear()
        return {name: self.head(name) for name in sorted(found)}

    def head(self, name: str) -> int | None:
        try:
            names = os.listdir(os.path.join(self.path(name), LOG))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return max((int(m[1]) for m in map(VERSION.match, names) if m), default=None)

    def has_version(self, name: str, version: int) -> bool:
        return os.path.exists(os.path.join(self.path(name), LOG, f"{version:020d}.json"))

    def all_there(self, name: str, files: Iterable[str]) -> bool:
        return all(map(os.path.exists, files))

    def log_files_before(self, name: str, version: int) -> Iterator[Stored]:
        folder = os.path.join(self.path(name), LOG)
        entries = {entry.name: entry for entry in os.scandir(folder)}
        for found in superfluous(entries, version):
            yield _stored(entries[found].path)

    def data_files(self) -> Iterator[Stored]:
        for folder, below, names in os.walk(self.root):
            if folder == self.root:  # what else a council keeps beside its zones is none of ours
                below[:] = [b for b in below if b in ZONES]
                continue
            below[:] = [b for b in below if b != LOG]
            for name in names:
                if name.endswith(".parquet"):
                    with contextlib.suppress(FileNotFoundError):
                        yield _stored(os.path.join(folder, name))

    def delete(self, paths: Sequence[str]) -> None:
        for path in paths:
            os.unlink(path)


def superfluous(names: Iterable[str], version: int) -> list[str]:
    """Of the names in a Delta log, the entries before the checkpoint that serves a version."""
    entries = [(int(m[1]), m[2], name) for name in names if (m := ENTRY.match(name))]
    checkpoint = max((v for v, kind, _ in entries if kind == "checkpoint.parquet" and v <= version), default=0)
    return [name for found, _, name in entries if found < checkpoint]


def _stored(path: str) -> Stored:
    status = os.stat(path)
    return Stored(path, status.st_size, status.st_mtime)


def _replace(path: str, content: bytes) -> None:
    """Write a file so that readers see the old or the new content, never a part."""
    temporary = f"{path}.{uuid.uuid4().hex}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
