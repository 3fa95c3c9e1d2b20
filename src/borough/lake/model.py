"""What the lake hands out: columns, the state of a table, a published run, reports of maintenance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, its logical type (``string``, ``decimal(18,2)`` …) and whether it holds personal data."""

    name: str
    type: str
    personal: bool = False


@dataclass(frozen=True)
class TableState:
    """A table at one version: exactly the Parquet files that hold its rows, oldest commit first.

    ``files`` are absolute paths, ``rows`` is their number of rows, ``properties`` is the small JSON that the run attached
    to the table (``record["properties"][name]`` of the publication).
    """

    name: str
    version: int
    files: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: int
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """A published run: the version of every table, the record that the pipeline stored, and when (UTC)."""

    number: int
    tables: Mapping[str, int]
    record: Mapping[str, Any]
    recorded: dt.datetime


@dataclass(frozen=True)
class CompactReport:
    """What a compaction did: the tables it rewrote, and their files before and after."""

    tables: tuple[str, ...]
    files_before: int
    files_after: int


@dataclass(frozen=True)
class VacuumReport:
    """What a vacuum deleted (or would delete): data files with their tables and bytes, and entries of Delta logs."""

    tables: tuple[str, ...]
    files: int
    bytes: int
    log_files: int = 0


@dataclass(frozen=True)
class Stored:
    """A file of the lake as its storage has it: address, bytes, and when it was last written (seconds since the epoch)."""

    path: str
    size: int
    modified: float
