"""Where files are: how they are listed, and brought here to be read."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from borough.ingest.discover import discover
from borough.ingest.port import Found
from borough.project.connect import ConnectSpec


class Places:
    """The files that match any of the globs, wherever they are."""

    def __init__(self, patterns: Sequence[str], root: Path, connect: ConnectSpec) -> None:
        self._patterns, self._root, self._connect = tuple(patterns), root, connect

    @property
    def live(self) -> bool:
        """Does listing ask another machine?"""
        return False

    def discover(self) -> list[Found]:
        """What there is, sorted by name. Raises FeedError where a path has no readable date, or a place can't be reached."""
        return discover(self._patterns, self._root)

    def fetch(self, found: Found, folder: Path) -> Found:
        """The file with a ``path`` that can be opened here, unpacked; copies go to ``folder``. Raises OSError, and ValueError where it can't be unpacked."""
        return found

    def unsettled(self, found: Found) -> str | None:
        """Why the file must be left for the next run: it is still being written, or changed since it was listed. Raises OSError."""
        now = Path(found.path).stat()
        changed = (found.size, found.modified_ns) != (now.st_size, now.st_mtime_ns)
        return "it changed while it was read" if changed else None

    def digest(self, found: Found) -> str:
        """The sha256 of the content that ``fetch`` brings. Raises OSError."""
        with Path(found.path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
