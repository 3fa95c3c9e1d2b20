"""Small objects and folders of the lake on a local path.

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
from collections.abc import Iterator
from pathlib import Path

from borough.errors import LakeError

LOG = "_delta_log"
ZONES = ("bronze", "silver", "gold", "system")
"""The top folders of a lake: tables live below them and nowhere else."""
_VERSION = re.compile(r"^(\d{20})\.json$")
_ENTRY = re.compile(r"^(\d{20})\.(json|checkpoint\.parquet)$")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")


class LocalStorage:
    """The lake's root as a folder of this machine (or a shared POSIX file system)."""

    def __init__(self, root: str) -> None:
        if _SCHEME.match(root):
            raise LakeError(
                f"the lake {root!r} is not a local folder", advice="give a folder, such as ./lake; object stores are not supported yet"
            )
        self.root = str(Path(root).absolute())

    def path(self, name: str) -> str:
        """The absolute path of something below the root."""
        return os.path.join(self.root, *name.split("/"))

    def read(self, name: str) -> bytes | None:
        """The content of a small object, or None if there is none."""
        try:
            return Path(self.path(name)).read_bytes()
        except FileNotFoundError:
            return None

    def swap(self, name: str, expected: bytes | None, new: bytes | None) -> bool:
        """Replace an object if it still equals ``expected`` (None: absent) by ``new`` (None: delete). False if it does not."""
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
        """A folder below the root, created if need be."""
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        return path

    def drop_folder(self, name: str) -> None:
        """Delete a folder and all below it, the log last: until it is gone the folder is still known as a table."""
        path = self.path(name)
        for entry in sorted(os.scandir(path), key=lambda e: e.name == LOG):
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
        os.rmdir(path)

    def tables(self) -> list[str]:
        """The names of all folders that hold a Delta log."""
        found = []
        for zone in ZONES:
            for folder, below, _ in os.walk(self.path(zone)):
                if LOG in below:
                    found.append(os.path.relpath(folder, self.root).replace(os.sep, "/"))
                    below.clear()
        return sorted(found)

    def head(self, name: str) -> int | None:
        """The last version of a table: a look at its log folder, much cheaper than opening it. None if it has none."""
        try:
            names = os.listdir(os.path.join(self.path(name), LOG))
        except (FileNotFoundError, NotADirectoryError):
            return None
        return max((int(m[1]) for m in map(_VERSION.match, names) if m), default=None)

    def has_version(self, name: str, version: int) -> bool:
        """Whether the log still has the entry of a version."""
        return os.path.exists(os.path.join(self.path(name), LOG, f"{version:020d}.json"))

    def log_files_before(self, name: str, version: int) -> Iterator[tuple[str, os.stat_result]]:
        """The entries of a table's log that nobody needs who reads ``version`` or later: all before the checkpoint that serves it."""
        folder = os.path.join(self.path(name), LOG)
        versions = [(int(m[1]), m[2], entry) for entry in os.scandir(folder) if (m := _ENTRY.match(entry.name))]
        checkpoint = max((v for v, kind, _ in versions if kind == "checkpoint.parquet" and v <= version), default=0)
        for found, _, entry in versions:
            if found < checkpoint:
                yield entry.path, entry.stat()

    def data_files(self) -> Iterator[tuple[str, os.stat_result]]:
        """All Parquet files of the lake that are not part of a Delta log, with their size and time."""
        for folder, below, names in os.walk(self.root):
            if folder == self.root:  # what else a council keeps beside its zones is none of ours
                below[:] = [b for b in below if b in ZONES]
                continue
            below[:] = [b for b in below if b != LOG]
            for name in names:
                if name.endswith(".parquet"):
                    path = os.path.join(folder, name)
                    with contextlib.suppress(FileNotFoundError):
                        yield path, os.stat(path)


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
