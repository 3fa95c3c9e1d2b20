"""The files of a feed, wherever they are: how they are listed, brought here to be read, and told to be at rest."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, TypeVar

from borough.errors import FeedError
from borough.ingest.patience import patiently
from borough.ingest.places.archives import ArchiveError, Bound, bound_of, extract, members, packing, unpack
from borough.ingest.places.discover import Search
from borough.ingest.places.globs import Glob, glob_of
from borough.ingest.places.opening import store_for
from borough.ingest.places.settling import looked_at_too_soon, open_for_writing, too_young
from borough.ingest.places.sidecars import beside, folder_of, is_shapefile, whole
from borough.ingest.places.stores import Entry, RefusedError, Store
from borough.ingest.port import Found
from borough.project.connect import ConnectSpec
from borough.project.reaching import address_of

A = TypeVar("A")
T = TypeVar("T")
AT_ONCE = 12  # requests to a bucket that run side by side
_MANY_AT_ONCE = ("s3:", "gs:", "az:", "abfss:")
_PATHS = ("key_file", "known_hosts")  # options that are files of this machine


class Places:
    """The files that match any of the globs, wherever they are."""

    def __init__(self, patterns: Sequence[str], root: Path, connect: ConnectSpec) -> None:
        self._patterns, self._root = tuple(patterns), root
        paths = {key: str(root / Path(value).expanduser()) for key, value in connect.options.items() if key in _PATHS}
        self._connect = connect.model_copy(update={"options": {**connect.options, **paths}})
        self._stores: dict[str, Store] = {}
        self._lists: dict[tuple[str, str, int | None], list[Entry]] = {}
        self._listed: dict[str, Entry] = {}
        self._listed_at = 0.0

    @property
    def live(self) -> bool:
        """Does listing ask another machine?"""
        return any(address_of(pattern) is not None for pattern in self._patterns)

    def discover(self) -> list[Found]:
        """What there is, sorted by name. Raises FeedError where a path has no readable date, or a place can't be reached."""
        self._lists.clear()
        return Search(self._globs, self._store_of, self._list, self._open, self._bound).found()

    def fetch(self, found: Found, folder: Path) -> Found:
        """The file with a ``path`` that can be opened here, unpacked; copies go to ``folder``.

        Raises FeedError where its place can't be reached, OSError where the file can't be had, ValueError where it can't be unpacked.
        """
        store, path = self._at(found)
        if not store.address and found.member is None and not packing(found.name) and not found.name.lower().endswith(".zip"):
            return found
        folder = Path(tempfile.mkdtemp(dir=folder))
        if found.member is not None:
            here = self._member(store, path, found.member, folder)
        elif store.address:
            here = self._copied(store, path, folder)
        else:
            here = Path(path)
        here = self._unpacked(here, found.name, folder)
        return replace(found, path=str(here), size=here.stat().st_size, member=None)

    def unready(self, found: Found) -> str | None:
        """Why the file is not to be read yet, by what can be told without reading it. Raises OSError."""
        store, path = self._at(found)
        entry = self._listed.get(found.path)
        young = too_young(found.modified_ns, self._connect.settle) if entry is None or entry.dated else None
        if young is not None or store.address:
            return young
        return "another program has it open for writing" if open_for_writing(path) else None

    def unsettled(self, found: Found) -> str | None:
        """Why the file, which was read, must be left for the next run: it is still being written, or changed since it was listed. Raises OSError, FeedError."""
        store, path = self._at(found)
        if store.address.startswith("sftp:"):
            time.sleep(looked_at_too_soon(found.modified_ns, self._listed_at))
        with self._asking(store):
            now = self._patiently(store, lambda: self._look(store, path))
        before = self._listed.get(found.path)
        changed = now.differs(before if before is not None else replace(now, modified_ns=found.modified_ns))
        return "it changed while it was read" if changed else self.unready(found)

    def digest(self, found: Found, folder: Path) -> str | None:
        """The sha256 of the content that ``fetch`` brings; None for a shapefile, which is several files. Raises as ``fetch``."""
        if is_shapefile(found.name):
            return None
        here = self.fetch(found, folder)
        if is_shapefile(here.path):  # of a zip
            return None
        with Path(here.path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @cached_property
    def _globs(self) -> list[Glob]:
        return [glob_of(pattern, self._root) for pattern in self._patterns]

    def side_by_side(self, act: Callable[[A], T], items: Sequence[A]) -> list[T]:
        """What is asked of many files: at once where each answer takes its time and the store likes it so, else one by one."""
        if len(items) < 2 or not all(store.address.startswith(_MANY_AT_ONCE) for store in self._stores.values()):
            return [act(item) for item in items]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(act, items))

    # ── Stores ───────────────────────────────────────────────────────────────────────────────────

    def _store_of(self, glob: Glob) -> Store:
        key = glob.address.shown if glob.address is not None else ""
        if key not in self._stores:
            self._stores[key] = store_for(glob.address, self._connect)
        return self._stores[key]

    def _at(self, found: Found) -> tuple[Store, str]:
        """The store of a file, and its path there."""
        address = address_of(found.path)
        for glob in self._globs:
            store = self._store_of(glob)
            if address is None and not store.address:
                return store, found.path
            if store.address and found.path.startswith(store.address + "/"):
                return store, found.path[len(store.address) + 1 :]
        raise FileNotFoundError(found.path)

    @cached_property
    def _bound(self) -> Bound:
        try:
            return bound_of(self._connect.options.get("largest_member"))
        except ValueError as error:
            raise FeedError(str(error), advice="mend connect.options") from error

    def _list(self, glob: Glob) -> list[Entry]:
        store = self._store_of(glob)
        where = glob.folder if glob.exact is None else glob.exact
        key = (store.address, where, glob.depth)
        if key in self._lists:
            return self._lists[key]
        with self._asking(store):
            listed = self._patiently(store, lambda: list(store.files(where, glob.depth, glob.wants)))
        if store.address:
            self._lists[key] = listed  # all that is there; of folders of this machine, only what this glob wants
        self._listed_at = time.monotonic()
        ahead = f"{store.address}/" if store.address else ""
        self._listed.update((ahead + entry.path, entry) for entry in whole(listed))
        return listed

    def _open(self, glob: Glob, entry: Entry) -> BinaryIO:
        store = self._store_of(glob)
        with self._asking(store):
            return self._patiently(store, lambda: store.open(entry.path))

    def _look(self, store: Store, path: str) -> Entry:
        if not is_shapefile(path):
            return store.look(path)
        entries = whole(list(store.files(folder_of(path), 0)))
        found = next((e for e in entries if e.path == path), None)
        if found is None:
            raise FileNotFoundError(path)
        return found

    def _patiently(self, store: Store, act: Callable[[], T]) -> T:
        if not store.address:
            return act()
        return patiently(self._connect.retry, act, lambda error: isinstance(error, ConnectionError | TimeoutError))

    @contextmanager
    def _asking(self, store: Store) -> Iterator[None]:
        """A place that can't be reached is the feed's trouble, not one file's."""
        try:
            yield
        except RefusedError as error:
            raise FeedError(f"{store.address} can't be read: {error}", advice=f"{error.advice}; then run again") from error
        except (ConnectionError, TimeoutError) as error:
            tried = self._connect.retry.attempts
            times = f", after {tried} attempts" if tried > 1 else ""
            raise FeedError(f"{store.address} can't be reached: {error}{times}", advice="see that it is up, and run again: nothing of this feed was taken in") from error

    # ── Bringing files here ──────────────────────────────────────────────────────────────────────

    def _copied(self, store: Store, path: str, folder: Path) -> Path:
        """A copy of a file, with a shapefile's others beside it. Its name there is plain, but for the ending."""
        paths = [path]
        with self._asking(store):
            if is_shapefile(path):
                entries = self._patiently(store, lambda: list(store.files(folder_of(path), 0)))
                paths += beside(path, [e.path for e in entries])
            for one in paths:
                self._patiently(store, lambda one=one: store.copy(one, folder / _plain(one)))  # type: ignore[misc] # a default binds the loop's value
        return folder / _plain(path)

    def _member(self, store: Store, path: str, member: str, folder: Path) -> Path:
        def act() -> None:
            with store.open(path) as archive:
                names = [member, *(beside(member, (m.name for m in members(archive, self._bound))) if is_shapefile(member) else [])]
                for name in names:
                    extract(archive, name, folder / _plain(name), self._bound)

        with self._asking(store):
            self._patiently(store, act)
        return folder / _plain(member)

    def _unpacked(self, here: Path, name: str, folder: Path) -> Path:
        if packing(name):
            to = folder / ("unpacked" + Path(_plain(name.lower().removesuffix(packing(name)))).suffix)
            unpack(here, name, to, self._bound)
            return to
        if name.lower().endswith(".zip"):
            return self._only_file(here, folder)
        return here

    def _only_file(self, archive: Path, folder: Path) -> Path:
        """A zip that was declared as a file stands for the one file in it, or the one shapefile."""
        with archive.open("rb") as file:
            names = [m.name for m in members(file, self._bound)]
            shapes = [n for n in names if is_shapefile(n)]
            main = shapes if shapes else names
            if len(main) != 1:
                raise ArchiveError(f"the archive holds {len(main)} files ({', '.join(map(repr, main[:5]))}{' …' if len(main) > 5 else ''}): say which in the pattern, as in x.zip/*.csv")
            for name in [main[0], *(beside(main[0], names) if shapes else [])]:
                extract(file, name, folder / ("member" + Path(_plain(name)).suffix), self._bound)
        return folder / ("member" + Path(_plain(main[0])).suffix)


def _plain(path: str) -> str:
    """``file`` and the path's ending: no name of another machine is ever one here."""
    ending = path.rsplit("/", 1)[-1].partition("?")[0].rpartition(".")[2]
    return f"file.{ending.lower()}" if ending.isalnum() and "." in path else "file"
