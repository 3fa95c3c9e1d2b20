"""The connector's contract, over files of the formats that the engine reads by itself."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from borough.engine.quoting import literal, quoted

from .connector_contract import COLUMNS, Row
from .files_contract import FilesContract


class TestCsv(FilesContract):
    ending = "csv"
    absent = ""

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerows([COLUMNS, *([row[name] for name in COLUMNS] for row in rows)])
        path.write_bytes(out.getvalue().encode())


class TestCsvInUtf16(TestCsv):
    ending = "txt"

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        super().write(path, rows)
        path.write_text(path.read_text(), encoding="utf-16", newline="")


class TestJson(FilesContract):
    ending = "json"

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        path.write_text(json.dumps(list(rows)))


class TestJsonLines(FilesContract):
    ending = "jsonl"
    nothing = False

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


class TestGeoJson(FilesContract):
    ending = "geojson"
    added = ("geometry",)

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        point = {"type": "Point", "coordinates": [-0.01, 51.5]}
        features = [{"type": "Feature", "properties": row, "geometry": point} for row in rows]
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))


class TestParquet(FilesContract):
    ending = "parquet"

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        cells = [f"({', '.join(literal(row[name]) for name in COLUMNS)})" for row in rows]
        values = f"VALUES {', '.join(cells)}" if rows else f"SELECT {', '.join(map(literal, COLUMNS))} WHERE false"
        names = ", ".join(map(quoted, COLUMNS))
        self.engine.execute(f"COPY (SELECT * FROM ({values}) AS t({names})) TO {literal(str(path))} (FORMAT parquet)")
