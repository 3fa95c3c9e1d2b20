"""The connector for files: find them, read each by its format, write bronze Parquet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from borough.engine.port import Engine, WrittenFile
from borough.engine.quoting import locations
from borough.errors import FeedError
from borough.ingest.block import Block, Workshop, cannot_open, unreadable
from borough.ingest.delimited import head_layout, read_delimited
from borough.ingest.discover import discover
from borough.ingest.documents import Shape, head_columns, read_documents
from borough.ingest.names import union_of, unique_names
from borough.ingest.parquet import parquet_columns, read_parquet
from borough.ingest.port import Batch, Connector, Found, Received, Stamp, as_it_is
from borough.project.specs import CsvSpec, FeedSpec, FormatSpec

ENDINGS = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv", ".psv": "csv",
    ".json": "json", ".jsonl": "json", ".ndjson": "json", ".geojson": "geojson", ".parquet": "parquet",
}  # fmt: skip
LARGE = 200_000  # rows: such a file gets a Parquet file of its own


def files_connector(feed: FeedSpec, patterns: Sequence[str], root: Path, engine: Engine, scratch: Path) -> Connector:
    """A connector over the files that match any of the globs, which are relative to ``root`` unless absolute."""
    return FilesConnector(feed, tuple(patterns), root, engine, scratch)


class FilesConnector:
    """Files by glob. See ``Connector``."""

    def __init__(self, feed: FeedSpec, patterns: tuple[str, ...], root: Path, engine: Engine, scratch: Path) -> None:
        self._feed, self._patterns, self._root = feed, patterns, root
        self._engine, self._scratch = engine, scratch

    def discover(self) -> list[Found]:
        return discover(self._patterns, self._root)

    def columns(self, found: Found) -> tuple[str, ...]:
        kind = self._kind(found)
        try:
            if kind == "csv":
                names: Sequence[str] = head_layout(found, self._csv(), self._feed.columns).header
            elif kind == "parquet":
                names = parquet_columns(found, self._engine)
            else:
                names = head_columns(found, self._shape(kind))
        except (OSError, ValueError) as error:
            raise FeedError(f"{found.name}: the column names can't be read: {error}", advice="look at the file, or declare its format") from error
        if not names:
            raise FeedError(f"{found.name}: the file is empty, so it has no column names", advice="ask for the file again")
        return unique_names(names, (name for name, _ in found.parts))[0]

    def receive(self, found: Sequence[Found], into: str, stamp: Stamp = as_it_is) -> Batch:
        received: dict[str, Received] = {}
        files: list[WrittenFile] = []
        with ThreadPoolExecutor(1) as counting, self._writer(into, stamp) as writer:
            documents: dict[str, list[Found]] = {}
            for file in found:
                kind = self._kind(file)
                if kind in ("json", "geojson"):
                    documents.setdefault(kind, []).append(file)
                    continue
                received[file.name] = self._one(file, kind, counting, writer)
            for kind, group in documents.items():
                for outcome in self._documents(group, kind, writer):
                    received[outcome.found.name] = outcome
            files = writer.finish()
        ordered = tuple(received[f.name] for f in found)
        return Batch(tuple(files), union_of(r.columns for r in ordered if r.problem is None), ordered)

    def _one(self, found: Found, kind: str, counting: ThreadPoolExecutor, writer: _Writer) -> Received:
        with writer.workshop() as shop:
            try:
                before = Path(found.path).stat()
                if kind == "csv":
                    received, block = read_delimited(found, self._csv(), self._feed.columns, shop, counting)
                else:
                    received, block = read_parquet(found, shop, counting)
                after = Path(found.path).stat()
            except OSError as error:
                return unreadable(found, cannot_open(error))
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                return replace(received, rows=0, problem="the file changed while it was read; run again when it is complete")
            if block is not None and received.problem is None:
                writer.add(block)
            return received

    def _documents(self, group: Sequence[Found], kind: str, writer: _Writer) -> list[Received]:
        shape = self._shape(kind)
        with writer.workshop() as shop:
            received, block = read_documents(group, shape, shop)
            if block is not None:
                writer.add(block)
        return received

    @contextmanager
    def _writer(self, into: str, stamp: Stamp) -> Iterator[_Writer]:
        self._scratch.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="ingest-", dir=self._scratch))
        try:
            yield _Writer(self._engine, folder, Path(into), stamp)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _kind(self, found: Found) -> str:
        declared = self._feed.format
        if isinstance(declared, str):
            return declared
        if isinstance(declared, FormatSpec):
            kinds = (("csv", declared.csv), ("json", declared.json_), ("parquet", declared.parquet), ("geojson", declared.geojson))
            return next((kind for kind, spec in kinds if spec is not None), ENDINGS.get(_ending(found), "csv"))
        return ENDINGS.get(_ending(found), "csv")

    def _csv(self) -> CsvSpec:
        declared = self._feed.format.csv if isinstance(self._feed.format, FormatSpec) else None
        return declared or CsvSpec()

    def _shape(self, kind: str) -> Shape:
        declared = self._feed.format.json_ if isinstance(self._feed.format, FormatSpec) else None
        return Shape(declared.records if declared else None, geojson=kind == "geojson")


def _ending(found: Found) -> str:
    return Path(found.name).suffix.lower()


class _Writer:
    """Writes blocks to Parquet: a large one to a file of its own, small ones together to one."""

    def __init__(self, engine: Engine, folder: Path, into: Path, stamp: Stamp) -> None:
        self._engine, self._folder, self._into, self._stamp = engine, folder, into, stamp
        self._written: list[WrittenFile] = []
        self._small: list[WrittenFile] = []

    @contextmanager
    def workshop(self) -> Iterator[Workshop]:
        """A folder for one reader, cleared afterwards."""
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        yield Workshop(self._engine, folder)
        shutil.rmtree(folder, ignore_errors=True)

    def add(self, block: Block) -> None:
        """Write a block. Raises FeedError where the rows written are not those announced."""
        large = block.rows >= LARGE
        sql, folder = (self._stamp(block.sql), self._into) if large else (block.sql, self._folder)
        files = self._engine.copy(sql, str(folder / f"{uuid4().hex}.parquet"))
        written = sum(f.rows for f in files)
        if written != block.rows:
            raise FeedError(f"{written} rows were written to bronze where {block.rows} were received", advice="please report this file: nothing was loaded")
        (self._written if large else self._small).extend(files)

    def finish(self) -> list[WrittenFile]:
        """The files written, in the order in which their rows were received, small ones last."""
        if self._small:
            paths = locations(f.path for f in self._small)
            sql = f"SELECT * FROM read_parquet({paths}, union_by_name=true, hive_partitioning=false)"
            self._written += self._engine.copy(self._stamp(sql), str(self._into / f"{uuid4().hex}.parquet"))
        return self._written
