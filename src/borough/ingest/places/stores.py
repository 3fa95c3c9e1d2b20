"""Where files lie: folders of this machine, buckets, servers. The port, the folder, and which adapter is for which address."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from borough.errors import FeedError


@dataclass(frozen=True)
class Entry:
    """A file as its store tells it. ``path``: below the store's root, with ``/``. ``modified_ns``: by the store's own clock, since the epoch.

    ``dated``: does the store know when it was changed? If not, ``modified_ns`` is when it was asked.
    """

    path: str
    size: int
    modified_ns: int
    dated: bool = True

    def differs(self, other: Entry) -> bool:
        """Was the file changed between the two looks?"""
        return self.size != other.size or (self.dated and other.dated and self.modified_ns != other.modified_ns)


Wanted = Callable[[str], bool]


def all_of_them(path: str) -> bool:
    """Every file is wanted."""
    return True


class RefusedError(OSError):
    """A store that is there and says no: waiting does not mend it. ``advice`` says what would."""

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(why)
        self.advice = advice


class Store(Protocol):
    """Where files lie.

    Its methods raise FileNotFoundError for a file that is not there, RefusedError where the store says no, and
    ConnectionError or TimeoutError where it is away for now.
    """

    @property
    def address(self) -> str:
        """What stands before the path of its files, to tell: no password. Empty for this machine."""

    def files(self, folder: str, depth: int | None, wanted: Wanted = all_of_them) -> Iterator[Entry]:
        """The files below a folder, and below so many folders in it (None: any). A folder that is absent has none.

        What is not ``wanted`` may be left out, where that is cheaper.
        """

    def look(self, path: str) -> Entry:
        """A file as it is now."""

    def copy(self, path: str, to: Path) -> None:
        """Bring a file here, whole."""

    def open(self, path: str) -> BinaryIO:
        """A file to read from any position: an archive, of which only parts are wanted."""

    def close(self) -> None:
        """End the connection; the next call makes another."""


class Folders:
    """The folders of this machine."""

    address = ""

    def files(self, folder: str, depth: int | None, wanted: Wanted = all_of_them) -> Iterator[Entry]:
        # Links are followed only where the depth is fixed, so that a loop of links ends.
        for above, folders, files in os.walk(folder, followlinks=depth is not None, onerror=_unreadable):
            below = os.path.relpath(above, folder).replace(os.sep, "/")
            prefix = "" if below == "." else below + "/"
            if depth is not None and prefix.count("/") >= depth:
                folders.clear()
            folders.sort()
            for file in sorted(files):
                path = os.path.join(above, file)
                entry = self._entry(path) if wanted(path) else None
                if entry is not None:
                    yield entry

    def _entry(self, path: str) -> Entry | None:
        try:
            return self.look(path)
        except FileNotFoundError:
            return None  # gone since, or a link to nothing

    def look(self, path: str) -> Entry:
        status = os.stat(path)
        return Entry(path, status.st_size, status.st_mtime_ns)

    def copy(self, path: str, to: Path) -> None:
        shutil.copyfile(path, to)

    def open(self, path: str) -> BinaryIO:
        return open(path, "rb")

    def close(self) -> None:
        pass


def _unreadable(error: OSError) -> None:
    """A folder that can't be read must not look like an empty one."""
    if isinstance(error, FileNotFoundError | NotADirectoryError) or os.path.basename(str(error.filename)) == "lost+found":
        return
    raise FeedError(f"the folder {error.filename} can't be read: {error.strerror}", advice="see that Borough's user may read it, and that the share is there") from error


_TELLING = re.compile(r"(?:.*\.(?:part|partial|filepart|tmp|crdownload|download|swp)|~\$.*|\.~lock\..*#)", re.IGNORECASE | re.DOTALL)


def unfinished(path: str) -> bool:
    """Does the name tell that a program is still writing the file, or has it open?"""
    return _TELLING.fullmatch(path.rsplit("/", 1)[-1]) is not None
