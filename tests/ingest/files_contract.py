"""The connector's contract over files of one format in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from borough.ingest.files import FilesConnector
from borough.ingest.places.places import Places
from borough.ingest.port import Connector
from borough.project.connect import ConnectSpec
from borough.project.specs import FeedSpec

from .connector_contract import ConnectorContract, Row


class FilesContract(ConnectorContract):
    """Files of one format in a folder: a subclass gives ``ending``, ``write`` and what the feed declares."""

    ending: ClassVar[str]
    feed: ClassVar[dict[str, Any]] = {}

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        raise NotImplementedError

    def path(self, name: str) -> Path:
        (self.folder / "in").mkdir(exist_ok=True)
        return self.folder / "in" / f"{name}.{self.ending}"

    def put(self, rows: Sequence[Row], name: str) -> None:
        self.write(self.path(name), rows)

    def spoil(self, name: str) -> None:
        self.path(name).write_bytes(b"")

    def connector(self) -> Connector:
        feed = FeedSpec.model_validate({"delivers": "append", **self.feed})
        places = Places((f"in/*.{self.ending}",), self.folder, ConnectSpec())
        return FilesConnector(feed, places, self.engine, self.scratch)
