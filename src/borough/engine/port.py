"""The ``Engine`` port: where SQL runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class WrittenFile:
    """A Parquet file that an engine wrote: absolute path or URL, rows, bytes, Hive partition values."""

    path: str
    rows: int
    size: int
    partition: tuple[tuple[str, str], ...] = ()


class Engine(Protocol):
    """Runs SQL in its dialect, in bulk. Instants are UTC; nothing is fetched from another host."""

    dialect: str
    """The dialect of its SQL: ``duckdb`` or ``spark``."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement for its effect. Raises EngineError with the statement's cause."""

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a (small) result; values that the statement leaves open are given in their order (``?``) or by name (``$name``)."""

    def describe(self, sql: str) -> list[tuple[str, str]]:
        """Column names and engine types of a query, without running it."""

    def copy(self, sql: str, to: str, *, partition_by: Sequence[str] = ()) -> list[WrittenFile]:
        """Write a query to Parquet: one file at ``to``, or Hive partitions below it. Keeps row order."""

    def scan(self, files: Sequence[str], columns: Sequence[tuple[str, str]]) -> str:
        """SQL (a parenthesised SELECT) over Parquet files with exactly these columns (name, logical type); a column that a file lacks is null; no files give no rows."""

    @property
    def native(self) -> Any:
        """The native connection, for libraries that need one."""

    def close(self) -> None:
        """Give back memory and scratch files."""
