"""Find the files that match globs, wherever they lie, and the members of archives that do."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from borough.errors import FeedError
from borough.ingest.places.archives import ArchiveError, Bound, Member, members
from borough.ingest.places.globs import SPECIAL, Glob, glob_of
from borough.ingest.places.sidecars import folder_of, is_shapefile, whole
from borough.ingest.places.stores import Entry, Folders, Store, unfinished
from borough.ingest.port import Found
from borough.project.reaching import WEB, Address

Listing = Callable[[Glob], Sequence[Entry]]
Opening = Callable[[Glob, Entry], BinaryIO]


def discover(patterns: Sequence[str], root: Path) -> list[Found]:
    """The files of this machine that match, sorted by name. A folder that is absent has none."""
    store = Folders()
    globs = [glob_of(pattern, root) for pattern in patterns]
    return Search(globs, lambda _glob: store, lambda glob: list(store.files(glob.folder, glob.depth, glob.wants)), lambda _glob, entry: store.open(entry.path), Bound()).found()


@dataclass
class Search:
    """One look at everything that globs may match.

    ``listing`` gives the files below a glob's folder, ``opening`` an archive; both as patient as is declared.
    """

    globs: Sequence[Glob]
    store_of: Callable[[Glob], Store]
    listing: Listing
    opening: Opening
    bound: Bound
    _names: dict[str, Found] = field(default_factory=dict)

    def found(self) -> list[Found]:
        """What matches, sorted by name. Each file once, even if two globs match it. Raises FeedError, OSError."""
        several = len({self.store_of(g).address for g in self.globs}) > 1
        bases = self._bases()
        for glob in self.globs:
            address = self.store_of(glob).address
            base = bases[address]
            ahead = f"{glob.address.host}/" if several and glob.address is not None else ""
            where = _Where(address, base, ahead, glob.address)
            for entry in whole(self.listing(glob)):
                self._see(glob, entry, where)
        return sorted(self._names.values(), key=lambda f: f.name)

    def _bases(self) -> dict[str, str]:
        """By store, the folder that all its globs have in common: names begin below it."""
        folders: dict[str, list[str]] = {}
        for glob in self.globs:
            folders.setdefault(self.store_of(glob).address, []).append(glob.folder)
        return {address: os.path.commonpath(some) if address == "" else _common(some) for address, some in folders.items()}

    def _see(self, glob: Glob, entry: Entry, where: _Where) -> None:
        if glob.archive is None:
            match = glob.match(entry.path)
            if match is not None:
                self._add(found_of(glob, entry, match.groupdict(), where))
        elif glob.archive.fullmatch(glob.below(entry.path)) and not unfinished(entry.path):
            self._look_into(glob, entry, where)

    def _look_into(self, glob: Glob, entry: Entry, where: _Where) -> None:
        """The members of one archive that match. One that can't be read is told as the archive's own problem."""
        try:
            with self.opening(glob, entry) as file:
                inside = members(file, self.bound)
        except FileNotFoundError:
            return  # gone since
        except ArchiveError as error:
            self._add(Found(where.path(entry), where.name(entry), entry.size, entry.modified_ns, problem=str(error)))
            return
        matching = [(member, match) for member in inside if (match := glob.match(entry.path, member.inside)) is not None]
        for member, match in matching:
            self._add(_member(glob, entry, member, inside, match.groupdict(), where))
        if not matching and glob.member is not None and not SPECIAL.search(glob.member):
            some = ", ".join(repr(m.name) for m in inside[:5]) + (f" and {len(inside) - 5:,} more" if len(inside) > 5 else "")
            problem = f"the archive has no {glob.member!r}; it has {some or 'no files at all'}: ask for it again, or mend the pattern"
            self._add(Found(where.path(entry), where.name(entry), entry.size, entry.modified_ns, problem=problem))

    def _add(self, found: Found) -> None:
        found = _named_in_utf8(found)
        before = self._names.setdefault(found.name, found)
        if before.path != found.path:
            raise FeedError(f"two addresses would both be called {found.name!r}", advice="give each a feed of its own")


@dataclass(frozen=True)
class _Where:
    """A store, the folder below which its names begin, and what goes before them where there are several stores."""

    store: str
    base: str
    ahead: str
    address: Address | None

    def path(self, entry: Entry) -> str:
        return f"{self.store}/{entry.path}" if self.address is not None else entry.path

    def name(self, entry: Entry) -> str:
        if self.address is None:
            return os.path.relpath(entry.path, self.base).replace(os.sep, "/")
        path = entry.path.partition("?")[0] if self.address.scheme in WEB else entry.path  # what is asked of a server may hold secrets
        return self.ahead + path.removeprefix(f"{self.base}/" if self.base else "")


def found_of(glob: Glob, entry: Entry, captures: dict[str, str | None], where: _Where) -> Found:
    """What a match says of a file. Raises FeedError where its date can't be read."""
    name = where.name(entry)
    parts, date = glob.parts(captures, name)
    return Found(where.path(entry), name, entry.size, entry.modified_ns, parts, date)


def _member(glob: Glob, entry: Entry, member: Member, inside: Sequence[Member], captures: dict[str, str | None], where: _Where) -> Found:
    name = f"{where.name(entry)}/{member.name}"
    parts, date = glob.parts(captures, name)
    size = member.size
    if is_shapefile(member.name):
        size = whole([Entry(m.name, m.size, 0) for m in inside if folder_of(m.name) == folder_of(member.name)], only=member.name)[0].size
    return Found(where.path(entry), name, size, entry.modified_ns, parts, date, member.problem, member.name)


def _named_in_utf8(found: Found) -> Found:
    """A name that another program wrote in its own alphabet can't be kept in a table: its file is told instead of read."""
    name = _readable(found.name)
    if name == found.name:
        return found
    parts = tuple((key, _readable(value)) for key, value in found.parts)
    return replace(found, name=name, parts=parts, problem="its name is not UTF-8: rename it")


def _readable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _common(folders: Sequence[str]) -> str:
    steps = [folder.split("/") if folder else [] for folder in folders]
    shared = [some[0] for some in zip(*steps, strict=False) if len(set(some)) == 1]
    return "/".join(shared) if all(s[: len(shared)] == shared for s in steps) else ""


