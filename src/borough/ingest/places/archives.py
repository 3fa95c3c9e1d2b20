"""Archives: the members of a zip, and what gzip, bzip2 and xz pack. Nothing is ever written under a name that an archive gives.

A file that says it inflates to more than ``LARGE`` bytes and more than ``MOST_TIMES`` its packed size is refused, and so is
one that does so whatever it says: no council's extract packs like that, but a bomb does. ``largest_member`` overrides both.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import posixpath
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from borough.project.reaching import size_in_bytes

LARGE = 1_000_000_000
MOST_TIMES = 100
PIECE = 1 << 20
PACKED: dict[str, tuple[str, Callable[[str], Any]]] = {".gz": ("gzip", gzip.open), ".bz2": ("bzip2", bz2.open), ".xz": ("xz", lzma.open)}
_BROKEN = (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, UnicodeDecodeError)
AGAIN = "ask for it again"


class ArchiveError(ValueError):
    """An archive that can't be unpacked: what was found, and what to do."""


@dataclass(frozen=True)
class Member:
    """A file in an archive. ``name`` with ``/``; ``problem``: why it can't be unpacked, where the archive's table tells already."""

    name: str
    size: int
    problem: str | None = None

    @property
    def inside(self) -> str:
        """The name without what leads out of the archive: what patterns are held against."""
        steps = posixpath.normpath(self.name).split("/")
        return "/".join(step for step in steps if step not in ("", "..") and not step.endswith(":"))


@dataclass(frozen=True)
class Bound:
    """How much a packed file may inflate to. ``declared`` in bytes; without it, see above."""

    declared: int | None = None

    def passed(self, size: int, packed: int) -> str | None:
        """Why so many bytes out of so many packed ones are too many, if they are."""
        if self.declared is not None:
            why = f"more than largest_member: {self.declared / 1e9:g} GB" if size > self.declared else None
        else:
            why = f"{size // max(packed, 1):,} times its packed size" if size > LARGE and size > MOST_TIMES * packed else None
        return why and f"it inflates to {size / 1e9:,.1f} GB or more, {why}: that looks like a bomb; if it is right, declare connect.options.largest_member: {size // 10**9 + 1} GB"


def bound_of(declared: str | None) -> Bound:
    """``20 GB`` as a bound. Raises ValueError for what is no size."""
    if declared is None:
        return Bound()
    size = size_in_bytes(declared)
    if size is None:
        raise ValueError(f"largest_member: {declared!r} is no size; write it as 20 GB")
    return Bound(size)


def members(file: BinaryIO, bound: Bound) -> list[Member]:
    """The files in a zip, by its table of contents. Raises ArchiveError where it has no readable one, OSError."""
    with _zip(file) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
    times = Counter(_name(info) for info in infos)
    return [Member(_name(info), info.file_size, _problem(info, times, bound)) for info in infos]


def extract(file: BinaryIO, name: str, to: Path, bound: Bound) -> None:
    """One member of a zip into a file. Raises ArchiveError where it is not there or damaged, OSError."""
    with _zip(file) as archive:
        info = next((i for i in archive.infolist() if _name(i) == name), None)
        if info is None:
            raise ArchiveError(f"the archive has no {name!r} any more: {AGAIN}")
        if problem := _problem(info, Counter([name]), bound):
            raise ArchiveError(problem)
        with _told(f"{name!r} in the archive"), archive.open(info) as packed:
            _pour(packed, to, bound, info.compress_size)


def unpack(path: Path, name: str, to: Path, bound: Bound) -> None:
    """A file that gzip, bzip2 or xz packed, told by the ending of ``name``, into another. Raises ArchiveError, OSError."""
    kind, opened = PACKED[packing(name)]
    with _told(f"the {kind} file"):
        try:
            with opened(str(path)) as packed:
                _pour(packed, to, bound, path.stat().st_size)
        except OSError as error:
            if error.errno is not None:
                raise  # of the disk, not of the file
            raise ArchiveError(f"the {kind} file can't be unpacked ({error}): {AGAIN}") from error


def packing(name: str) -> str:
    """The ending that tells how a file is packed; empty where it is not."""
    return next((ending for ending in PACKED if name.lower().endswith(ending)), "")


def _pour(packed: IO[bytes], to: Path, bound: Bound, size: int) -> None:
    written = 0
    with to.open("wb") as out:
        while piece := packed.read(PIECE):
            written += len(piece)
            if problem := bound.passed(written, size):
                raise ArchiveError(problem)
            out.write(piece)


@contextmanager
def _zip(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    with _told("the archive"):
        archive = zipfile.ZipFile(file)
    with archive:
        yield archive


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        text = str(error).rstrip(".")
        why = "it is cut short, or no zip at all" if text == "File is not a zip file" else "it ends too early" if isinstance(error, EOFError) else text
        raise ArchiveError(f"{what} can't be unpacked ({why}): {AGAIN}") from error


def _problem(info: zipfile.ZipInfo, times: Counter[str], bound: Bound) -> str | None:
    name = _name(info)
    if info.flag_bits & 0x1:
        return "it is encrypted, and Borough has no password for archives: ask for it without one, or unpack it on its way"
    if _unsafe(name):
        return f"its name {name!r} in the archive leads out of it: find out who made the archive"
    if times[name] > 1:
        return f"the archive holds {name!r} {times[name]} times: {AGAIN}"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        return f"it is packed by method {info.compress_type}, which is not known here: ask for a plain zip"
    return bound.passed(info.file_size, info.compress_size)


def _unsafe(name: str) -> bool:
    return name.startswith("/") or ":" in name.split("/")[0] or ".." in name.split("/") or any(ord(c) < 32 for c in name)


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name. Many programs write UTF-8 without the flag that says so; where it is none, the zip format means cp437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")
