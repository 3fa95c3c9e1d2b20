"""The connector for files: find them, read each by its format, write bronze Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from borough.engine.port import Engine
from borough.errors import EngineError, FeedError
from borough.ingest.block import Block, Workshop, cannot_open, unreadable, working_folder
from borough.ingest.bronze_files import Writer
from borough.ingest.names import union_of, unique_names
from borough.ingest.places.places import Places
from borough.ingest.port import Batch, Found, Received, Stamp, as_it_is
from borough.ingest.readers import Reader, reader_for
from borough.project.formats import ENDINGS, FormatKind, FormatSpec, ending
from borough.project.specs import FeedSpec


class FilesConnector:
    """Files by glob, wherever they are. See ``Connector``."""

    def __init__(self, feed: FeedSpec, places: Places, engine: Engine, scratch: Path) -> None:
        self._feed, self._places = feed, places
        self._engine, self._scratch = engine, scratch
        self._readers: dict[FormatKind, Reader] = {}

    @property
    def live(self) -> bool:
        return self._places.live

    def discover(self) -> list[Found]:
        return self._places.discover()

    def digest(self, found: Found) -> str | None:
        if found.problem is not None:
            return None
        with working_folder(self._scratch) as folder:
            try:
                return self._places.digest(found, folder)
            except (OSError, ValueError):
                return None  # receiving it tells why

    def columns(self, found: Found) -> tuple[str, ...]:
        try:
            with working_folder(self._scratch) as folder:
                here = self._places.fetch(found, folder)
                names = self._reader(found).columns(here, self._engine)
        except (OSError, ValueError) as error:
            raise FeedError(f"{found.name}: the column names can't be read: {error}", advice="look at the file, or declare its format") from error
        if not names:
            raise FeedError(f"{found.name}: the file is empty, so it has no column names", advice="ask for the file again")
        return unique_names(names, (name for name, _ in found.parts))[0]

    def receive(self, found: Sequence[Found], into: str, stamp: Stamp = as_it_is) -> Batch:
        received: dict[str, Received] = {}
        with ThreadPoolExecutor(1) as counting, working_folder(self._scratch) as folder:
            writer = Writer(self._engine, folder, Path(into), stamp)
            for reader, group in self._groups(found):
                for outcome in self._read(reader, group, counting, writer):
                    received[outcome.found.name] = outcome
            files = writer.finish()
        ordered = tuple(received[f.name] for f in found)
        return Batch(tuple(files), union_of(r.columns for r in ordered if r.problem is None and r.left is None), ordered)

    def _groups(self, found: Sequence[Found]) -> list[tuple[Reader, list[Found]]]:
        """What is read in one go: each file, but all files of a format whose reader takes them together (last)."""
        single: list[tuple[Reader, list[Found]]] = []
        together: dict[FormatKind, list[Found]] = {}
        for file in found:
            kind = self._kind(file)
            if self._reader(file).together:
                together.setdefault(kind, []).append(file)
            else:
                single.append((self._reader(file), [file]))
        return single + [(self._reader(group[0]), group) for group in together.values()]

    def _read(self, reader: Reader, group: Sequence[Found], counting: ThreadPoolExecutor, writer: Writer) -> list[Received]:
        """Read a group and write it. A file that can't be fetched, or changed meanwhile, is told; the others are read again without it."""
        with writer.workshop() as shop:
            out: list[Received] = []
            here: list[Found] = []
            for outcome, local in self._places.side_by_side(lambda file: self._fetch(file, shop), group):
                out += [outcome] if outcome is not None else []
                here += [local] if local is not None else []
            while here:
                received, block = self._parsed(reader, here, shop, counting)
                left = self._written(group, received, block, writer)
                if not left:
                    out += received
                    break
                out += left
                gone = {r.found.name for r in left}
                here = [f for f in here if f.name not in gone]
        original = {f.name: f for f in group}
        return [replace(r, found=original[r.found.name]) for r in out]

    def _fetch(self, found: Found, shop: Workshop) -> tuple[Received | None, Found | None]:
        """The file here, or what came of it: left for the next run, or unreadable."""
        try:
            why = self._places.unready(found)
            if why is not None:
                return _left(found, why), None
            if found.problem is not None:
                return self._refused(found, found.problem), None
            return None, self._places.fetch(found, shop.folder)
        except OSError as error:
            return unreadable(found, cannot_open(error)), None
        except ValueError as error:
            return self._refused(found, str(error)), None

    def _refused(self, found: Found, problem: str) -> Received:
        """A file that can't be unpacked, unless it is still being written."""
        why = self._places.unsettled(found)
        return _left(found, why) if why is not None else unreadable(found, problem)

    def _parsed(self, reader: Reader, here: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        try:
            return reader.read(here, shop, counting)
        except OSError as error:
            return [unreadable(file, cannot_open(error)) for file in here], None

    def _written(self, group: Sequence[Found], received: Sequence[Received], block: Block | None, writer: Writer) -> list[Received]:
        """Write what was read. It counts only if no file changed until it was written: else those that did, to be left for the next run."""
        try:
            path = writer.add(block) if block is not None else None
        except (EngineError, FeedError):
            if left := self._left(group, received):
                return left
            raise
        left = self._left(group, received)
        if left and path is not None:
            writer.take_back(path)
        return left

    def _left(self, group: Sequence[Found], received: Sequence[Received]) -> list[Received]:
        """Those of the files just read that must be left for the next run."""
        original = {f.name: f for f in group}
        told = self._places.side_by_side(lambda outcome: self._unsettled(original[outcome.found.name], outcome), received)
        return [outcome for outcome in told if outcome is not None]

    def _unsettled(self, original: Found, outcome: Received) -> Received | None:
        try:
            why = self._places.unsettled(original)
        except OSError as error:
            return unreadable(outcome.found, cannot_open(error)) if outcome.problem is None else None
        return _left(outcome.found, why) if why is not None else None

    def _kind(self, found: Found) -> FormatKind:
        declared = self._feed.format
        if isinstance(declared, str):
            return declared
        if isinstance(declared, FormatSpec) and declared.declared:
            return declared.declared[0]
        return ENDINGS.get(ending(found.name), "csv")

    def _reader(self, found: Found) -> Reader:
        kind = self._kind(found)
        if kind not in self._readers:
            self._readers[kind] = reader_for(kind, self._feed)
        return self._readers[kind]


def _left(found: Found, why: str) -> Received:
    return Received(found, "", 0, 0, (), left=why)
