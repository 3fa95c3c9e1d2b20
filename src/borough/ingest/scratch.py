"""Rows that Python has read, on their way to the engine: canonical CSV in scratch.

Every cell is quoted and every line ends in LF, so that the engine's reader has nothing to guess. When a new column turns
up, a new segment begins: nothing has to be held in memory until all columns are known.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any

from borough.engine.quoting import literal, location, quoted
from borough.ingest.block import Block, Workshop

# Stands for null; no received text equals it.
NULL = "\x01\x02no value\x02\x01"
SYSTEM = {"_row": "BIGINT", "_problem": "VARCHAR", "_raw": "VARCHAR"}


@dataclass
class _Segment:
    path: str
    columns: tuple[str, ...]
    rows: int = 0
    longest: int = 0


class Rows:
    """Takes rows and gives a Block over them. ``name`` is unique within the workshop."""

    def __init__(self, shop: Workshop, name: str) -> None:
        self._shop, self._name = shop, name
        self._segments: list[_Segment] = []
        self._file: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()

    def columns(self, columns: Sequence[str]) -> None:
        """The columns of the rows that follow, system columns included."""
        if self._segments and self._segments[-1].columns == tuple(columns):
            return
        self._close()
        segment = _Segment(self._shop.path(f"{self._name}-{len(self._segments)}.csv"), tuple(columns))
        # What JSON may escape and UTF-8 may not hold (half of a surrogate pair) is written as its escape.
        self._file = open(segment.path, "w", encoding="utf-8", errors="backslashreplace", newline="")  # noqa: SIM115 - closed in _close
        self._writer = csv.writer(self._file, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self._segments.append(segment)

    def add(self, row: Sequence[str | int | None]) -> None:
        """One row, in the order of the columns; None is null."""
        segment = self._segments[-1]
        length: int = self._writer.writerow([NULL if value is None else value for value in row])
        segment.rows += 1
        segment.longest = max(segment.longest, length)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def block(self, constant: str = "") -> Block | None:
        """The rows, in order. ``constant``: SELECT items that all rows share."""
        self._close()
        filled = [s for s in self._segments if s.rows]
        return Block(" UNION ALL BY NAME ".join(_scan(s, constant) for s in filled), sum(s.rows for s in filled)) if filled else None


def _scan(segment: _Segment, constant: str) -> str:
    spec = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(segment.columns)))
    cells = [f"c{i} AS {quoted(name)}" for i, name in enumerate(segment.columns) if name not in SYSTEM]
    system = [f"CAST(c{segment.columns.index(name)} AS {kind}) AS {name}" for name, kind in SYSTEM.items()]
    # The length is in characters, the reader's limit in bytes; its buffer holds some lines.
    limit = max(1 << 21, 4 * segment.longest + 1024)
    return (
        f"SELECT {', '.join([*cells, *([constant] if constant else []), *system])} FROM read_csv({location(segment.path)}, auto_detect=false, "
        f"header=false, delim=',', quote='\"', escape='\"', new_line='\\n', columns={{{spec}}}, nullstr={literal(NULL)}, strict_mode=true, "
        f"max_line_size={limit}, buffer_size={16 * limit})"
    )
