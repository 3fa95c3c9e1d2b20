"""What is kept beside the extracts and never read by the pipeline: who records really are, and what was broken."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import polars as pl

from borough.demo.files.sink import Sink

TRUTH = "truth/records"
FAULTS = "truth/faults"
HELD = 200_000
"""Faults that are held in memory before they are written."""


class ParquetSink(Sink):
    """One frame."""

    def __init__(self, path: Path, frame: pl.DataFrame) -> None:
        super().__init__(path)
        frame.write_parquet(self.part, statistics=False)
        self.rows = frame.height


class Notes:
    """The notes of one delivery, named by its day."""

    def __init__(self, folder: Path, delivered: dt.date) -> None:
        self._folder = folder
        self._delivered = delivered
        self._numbers: Counter[str] = Counter()
        self._faults: list[pl.DataFrame] = []
        self.kinds: Counter[str] = Counter()
        self.sinks: list[Sink] = []

    def truth(self, source: str, table: str, frame: pl.DataFrame) -> None:
        """Who and where records are."""
        missing = {"uprn": pl.Int64, "person": pl.Int64, "on": pl.Date}
        whole = frame.with_columns(pl.lit(None, kind).alias(name) for name, kind in missing.items() if name not in frame.columns)
        columns = [pl.col("key").cast(pl.String), *(pl.col(name).cast(kind) for name, kind in missing.items())]
        self._write(f"{TRUTH}/{source}.{table}", whole.select(columns))

    def faults(self, kind: str, source: str, table: str, keys: pl.Series, column: str | None, expect: str) -> None:
        """What was broken, and what should become of it."""
        if keys.is_empty():
            return
        self.kinds[kind] += keys.len()
        told = {"column": column, "expect": expect}
        texts = [pl.lit(value, pl.String).alias(name) for name, value in {"kind": kind, "source": source, "feed": table}.items()]
        rest = [pl.lit(value, pl.String).alias(name) for name, value in told.items()]
        frame = keys.cast(pl.String).alias("key").to_frame().select(*texts, "key", *rest, pl.lit(self._delivered).alias("delivered"))
        self._faults.append(frame)
        if sum(held.height for held in self._faults) > HELD:
            self.flush()

    def flush(self) -> None:
        """Write the faults that are held."""
        if self._faults:
            self._write(FAULTS, pl.concat(self._faults))
            self._faults = []

    def _write(self, folder: str, frame: pl.DataFrame) -> None:
        self._numbers[folder] += 1
        self.sinks.append(ParquetSink(self._folder / folder / f"{self._delivered}-{self._numbers[folder]:04d}.parquet", frame))
