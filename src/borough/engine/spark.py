"""A Spark Connect server (Spark, Databricks, EMR, Sail) as an engine. The only module that imports pyspark, and only when used.

Sail is not Spark: what they disagree about stays out of ``engine.dialects``. The server has to see the paths that it is given.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from borough.engine.dialects import DIALECTS
from borough.engine.port import WrittenFile
from borough.errors import EngineError

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession
    from pyspark.sql.dataframe import DataFrame

# Borough's logical types, as Spark spells them.
TYPES = {
    "string": "STRING",
    "long": "BIGINT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP_NTZ",
    "boolean": "BOOLEAN",
    "binary": "BINARY",
}
_SETTINGS = {"spark.sql.session.timeZone": "UTC", "spark.sql.timestampType": "TIMESTAMP_NTZ"}
_WORDS = DIALECTS["spark"]
_ALL_ROWS = 2**31 - 1


def engine_type(logical: str) -> str:
    """A logical type (``long``, ``decimal(18,2)``) in Spark's words."""
    return logical.upper() if logical.startswith("decimal") else TYPES[logical]


def _reason(error: Exception) -> str:
    return str(error).split("JVM stacktrace")[0].strip()


class SparkEngine:
    """A session of its own on a Spark Connect server: instants in UTC, timestamps without a zone."""

    dialect = "spark"

    def __init__(self, url: str) -> None:
        try:
            from pyspark.sql.connect.session import SparkSession
        except ImportError as error:
            raise EngineError("Spark needs the package pyspark", advice="pip install 'borough[spark]'") from error
        try:
            self._session: SparkSession = SparkSession.builder.remote(url).create()
            for name, value in _SETTINGS.items():
                self._session.conf.set(name, value)
        except Exception as error:
            raise EngineError(f"no Spark Connect server answers at {url}: {_reason(error)}", advice="start the server, or mend `engine:` in borough.yaml") from error

    @property
    def native(self) -> SparkSession:
        return self._session

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._collect(sql, parameters)

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        if isinstance(parameters, Mapping):
            raise EngineError("values by name", advice="Spark takes values in their order")
        return [tuple(row) for row in self._collect(sql, parameters)]

    def describe(self, sql: str) -> list[tuple[str, str]]:
        try:
            return [(field.name, field.dataType.simpleString()) for field in self._frame(sql).schema.fields]
        except Exception as error:
            raise EngineError(_reason(error)) from error

    def copy(self, sql: str, to: str, *, partition_by: Sequence[str] = ()) -> list[WrittenFile]:
        if "://" in to:
            raise EngineError(f"Spark can't write single files to {to}", advice="use a path that the server and Borough both see")
        target = Path(to)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".spark-", dir=target.parent) as folder:
            parts = Path(folder) / "parts"
            try:
                # A limit gathers the rows in order; Sail forgets an ORDER BY below coalesce(1).
                writer = self._frame(sql).limit(_ALL_ROWS).write.mode("overwrite")
                (writer.partitionBy(*partition_by) if partition_by else writer).parquet(str(parts))
            except Exception as error:
                raise EngineError(_reason(error)) from error
            written = [self._moved(part, parts, target, bool(partition_by)) for part in sorted(parts.rglob("*.parquet"))]
        return [file for file in written if file.rows > 0]

    def scan(self, files: Sequence[str], columns: Sequence[tuple[str, str]]) -> str:
        typed = ", ".join(f"CAST(NULL AS {engine_type(kind)}) AS {_WORDS.column(name)}" for name, kind in columns)
        halves = [f"SELECT {typed} WHERE false"]
        for file in files:
            source = f"parquet.{_WORDS.column(file)}"
            there = {name for name, _ in self.describe(f"SELECT * FROM {source}")}
            cells = (
                f"CAST({_WORDS.column(name) if name in there else 'NULL'} AS {engine_type(kind)}) AS {_WORDS.column(name)}" for name, kind in columns
            )
            halves.append(f"SELECT {', '.join(cells)} FROM {source}")
        return "(" + " UNION ALL ".join(halves) + ")"

    def close(self) -> None:
        self._session.stop()

    def _frame(self, sql: str, parameters: Sequence[Any] = ()) -> DataFrame:
        return self._session.sql(sql, args=list(parameters)) if parameters else self._session.sql(sql)

    def _collect(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        try:
            return list(self._frame(sql, parameters).collect())
        except Exception as error:
            raise EngineError(_reason(error)) from error

    def _moved(self, part: Path, parts: Path, target: Path, partitioned: bool) -> WrittenFile:
        """A part that Spark wrote, at the place where the caller wants it."""
        place = target / part.relative_to(parts) if partitioned else target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(part, place)
        keys = tuple((k, v) for k, _, v in (folder.partition("=") for folder in part.relative_to(parts).parts[:-1]))
        rows = int(self.rows(f"SELECT count(*) FROM parquet.{_WORDS.column(str(place))}")[0][0])
        return WrittenFile(str(place), rows, place.stat().st_size, keys)
