"""A folder to put files into and receive them from, through the connector's doors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borough.engine.duckdb import DuckDBEngine
from borough.ingest.files import FilesConnector
from borough.ingest.places.places import Places
from borough.ingest.port import Batch, Received
from borough.project.connect import ConnectSpec
from borough.project.specs import FeedSpec

Row = dict[str, Any]


@dataclass
class Delivery:
    """What came of receiving a folder of files."""

    batch: Batch
    rows: list[Row]

    @property
    def only(self) -> Received:
        (received,) = self.batch.received
        return received

    def cells(self, *names: str) -> list[tuple[Any, ...]]:
        return [tuple(row[n] for n in names) for row in self.rows]


class Place:
    """A folder to put files into, and receive them from."""

    def __init__(self, folder: Path, engine: DuckDBEngine) -> None:
        self.folder, self.engine, self.into = folder, engine, folder / "bronze"
        (folder / "in").mkdir(parents=True, exist_ok=True)

    def put(self, name: str, data: bytes) -> Path:
        path = self.folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def connector(self, *patterns: str, **feed: Any) -> Any:
        spec = FeedSpec.model_validate({"delivers": "append", **feed})
        places = Places(patterns or ("in/**",), self.folder, ConnectSpec())
        return FilesConnector(spec, places, self.engine, self.folder / "scratch")

    def receive(self, *patterns: str, **feed: Any) -> Delivery:
        connector = self.connector(*patterns, **feed)
        batch = connector.receive(connector.discover(), str(self.into))
        return Delivery(batch, read_rows(self.engine, batch))


def read_rows(engine: DuckDBEngine, batch: Batch) -> list[Row]:
    if not batch.files:
        return []
    paths = ", ".join("'" + f.path.replace("'", "''") + "'" for f in batch.files)
    sql = f"SELECT * FROM read_parquet([{paths}], union_by_name=true, hive_partitioning=false)"
    names = [name for name, _ in engine.describe(sql)]
    return [dict(zip(names, row, strict=True)) for row in engine.rows(f"{sql} ORDER BY _file, _row")]
