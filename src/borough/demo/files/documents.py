"""JSON documents, JSON lines and GeoJSON, never whole in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import polars as pl

from borough.demo.files.sink import SLICE, ByteSink


class ArraySink(ByteSink):
    """One document with an array of records, which is opened at the first and closed at the end."""

    def __init__(self, path: Path, opening: str = "[", closing: str = "]") -> None:
        super().__init__(path)
        self._closing = closing
        self.write(opening.encode())

    def add(self, records: bytes, count: int) -> None:
        """Write records, one a line, each a JSON value."""
        if count:
            self.write((b",\n" if self.rows else b"\n") + records.rstrip(b"\n").replace(b"\n", b",\n"))
        self.rows += count

    def finish(self) -> None:
        self.write(f"\n{self._closing}\n".encode())
        super().finish()


class JsonLinesSink(ByteSink):
    """One record a line."""

    def add(self, frame: pl.DataFrame) -> None:
        """Write records."""
        for part in frame.iter_slices(SLICE):
            self.write(ndjson(part))
        self.rows += frame.height


def document(path: Path, envelope: str | None, about: Mapping[str, object] | None) -> ArraySink:
    """A document that is an array, or has one under the key ``envelope`` beside the members of ``about``."""
    if envelope is None:
        return ArraySink(path)
    members = "".join(f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False, default=str)}, " for k, v in (about or {}).items())
    return ArraySink(path, f"{{{members}{json.dumps(envelope)}: [", "]}")


def collection(path: Path) -> ArraySink:
    """A document of features."""
    return ArraySink(path, '{"type": "FeatureCollection", "features": [', "]}")


def ndjson(frame: pl.DataFrame) -> bytes:
    """Each row as a JSON object on a line of its own."""
    into = BytesIO()
    frame.write_ndjson(into)
    return into.getvalue()


def features(frame: pl.DataFrame, shape: str) -> bytes:
    """Each row as a feature: ``shape`` has its geometry as GeoJSON text."""
    others = frame.drop(shape)
    properties = pl.Series("p", ndjson(others).decode().split("\n")[: frame.height]) if others.width else pl.Series("p", ["{}"] * frame.height)
    geometry = frame.get_column(shape).fill_null("null").str.replace_all("\n", " ", literal=True).alias("g")
    start, middle, end = pl.lit('{"type": "Feature", "properties": '), pl.lit(', "geometry": '), pl.lit("}")
    lines = pl.select(pl.concat_str(start, properties, middle, geometry, end))
    return "\n".join(lines.to_series().to_list()).encode()
