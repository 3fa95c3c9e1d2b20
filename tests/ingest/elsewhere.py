"""Files that are not plainly in a folder of this machine: the contract over CSV, wherever it lies and however it is packed."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from borough.engine.duckdb import DuckDBEngine
from borough.ingest.files import FilesConnector
from borough.ingest.places.places import Places
from borough.ingest.port import Connector
from borough.project.connect import ConnectSpec, RetrySpec
from borough.project.specs import FeedSpec

from .connector_contract import COLUMNS, ConnectorContract, Row

AT_ONCE = RetrySpec(attempts=3, wait="0 seconds")


def connect(options: Mapping[str, str] | None = None, **more: Any) -> ConnectSpec:
    return ConnectSpec(options=dict(options or {}), retry=AT_ONCE, **more)


def files(patterns: Sequence[str], root: Path, engine: DuckDBEngine, scratch: Path, spec: ConnectSpec | None = None, **feed: Any) -> FilesConnector:
    return FilesConnector(FeedSpec.model_validate({"delivers": "append", **feed}), Places(patterns, root, spec or connect()), engine, scratch)


def csv_of(rows: Sequence[Row]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
    return out.getvalue().encode()


def zip_of(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


class PackedContract(ConnectorContract):
    """A subclass says how CSV is packed, what its files are called, and which pattern finds them."""

    absent = ""
    file: ClassVar[str] = "{}.csv"
    pattern: ClassVar[str] = "*.csv"

    def pack(self, data: bytes) -> bytes:
        return data

    def upload(self, name: str, data: bytes) -> None:
        (self.folder / "in").mkdir(exist_ok=True)
        (self.folder / "in" / name).write_bytes(data)

    def address(self) -> str:
        return "in"

    def options(self) -> dict[str, str]:
        return {}

    def put(self, rows: Sequence[Row], name: str) -> None:
        self.upload(self.file.format(name), self.pack(csv_of(rows)))

    def spoil(self, name: str) -> None:
        self.upload(self.file.format(name), self.pack(csv_of([dict.fromkeys(COLUMNS, "x")] * 1000))[:-9])

    def connector(self) -> Connector:
        return files([f"{self.address()}/{self.pattern}"], self.folder, self.engine, self.scratch, connect(self.options()))


class PlainContract(PackedContract):
    """As it is: what can't be read is an empty file."""

    def spoil(self, name: str) -> None:
        self.upload(self.file.format(name), b"")


class GzipContract(PackedContract):
    file = "{}.csv.gz"
    pattern = "*.csv.gz"

    def pack(self, data: bytes) -> bytes:
        return gzip.compress(data)


class ZipContract(PackedContract):
    file = "{}.zip"
    pattern = "*.zip/data*.csv"

    def pack(self, data: bytes) -> bytes:
        return zip_of({"data 1.csv": data, "read me.txt": b"x"})
