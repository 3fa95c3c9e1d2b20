"""Blocks that readers made, written to Parquet files of bronze."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from borough.engine.port import Engine, WrittenFile
from borough.engine.quoting import locations
from borough.errors import EngineError, FeedError
from borough.ingest.block import Block, Workshop
from borough.ingest.port import Stamp

LARGE = 200_000  # rows: such a file gets a Parquet file of its own


class Writer:
    """Writes blocks to Parquet in ``into``, by way of ``folder``: a large one to a file of its own, small ones together to one."""

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

    def add(self, block: Block) -> Path:
        """Write a block. The file it gives can be taken back. Raises EngineError, and FeedError where the rows written are not those announced."""
        large = block.rows >= LARGE
        sql, folder = (self._stamp(block.sql), self._into) if large else (block.sql, self._folder)
        path = folder / f"{uuid4().hex}.parquet"
        try:
            files = self._engine.copy(sql, str(path))
            written = sum(f.rows for f in files)
            if written != block.rows:
                raise FeedError(f"{written} rows were written to bronze where {block.rows} were received", advice="please report this file: nothing was loaded")
        except (EngineError, FeedError):
            path.unlink(missing_ok=True)
            raise
        (self._written if large else self._small).extend(files)
        return path

    def take_back(self, path: Path) -> None:
        """Forget a block that was added."""
        self._written, self._small = ([f for f in files if f.path != str(path)] for files in (self._written, self._small))
        path.unlink(missing_ok=True)

    def finish(self) -> list[WrittenFile]:
        """The files written, in the order in which their rows were received, small ones last."""
        if self._small:
            paths = locations(f.path for f in self._small)
            sql = f"SELECT * FROM read_parquet({paths}, union_by_name=true, hive_partitioning=false)"
            self._written += self._engine.copy(self._stamp(sql), str(self._into / f"{uuid4().hex}.parquet"))
        return self._written
