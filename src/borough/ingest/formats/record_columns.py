"""The columns of records that each have their own: they are known when the last record of the last file has been read."""

from __future__ import annotations

from collections.abc import Container, Sequence

from borough.engine.quoting import literal, quoted
from borough.ingest.block import Block
from borough.ingest.names import union_of, unique_names
from borough.ingest.port import Found, Received
from borough.ingest.scratch import SYSTEM, Rows

Path = tuple[str, ...]
Record = dict[Path, str | None]


class RecordColumns:
    """The columns seen so far, over all files, and the rows they are written to."""

    def __init__(self, rows: Rows, files: Sequence[Found]) -> None:
        self.rows, self.parts = rows, tuple(dict.fromkeys(name for file in files for name, _ in file.parts))
        self.names: dict[Path, str] = {}
        self.notices: dict[Path, tuple[str, ...]] = {}

    def write(self, found: Found, records: Sequence[Record], first: int) -> None:
        """Write records of one file, ``first`` being the ordinal of the first of them."""
        for path in new_paths(records, self.names):
            self._add(path)
        paths = list(self.names)
        self.rows.columns((*self.names.values(), *self.parts, "_file", *SYSTEM))
        parts = dict(found.parts)
        constant = [*map(parts.get, self.parts), found.name]
        for number, record in enumerate(records, start=first):
            self.rows.add([*map(record.get, paths), *constant, number, None, None])

    def _add(self, path: Path) -> None:
        if path not in self.names:
            (name,), self.notices[path] = unique_names([".".join(path)], (*self.parts, *self.names.values()))
            self.names[path] = name


def new_paths(records: Sequence[Record], known: Container[Path]) -> list[Path]:
    """The paths of records that are not known yet, in the order in which they are seen."""
    if all(path in known for path in set().union(*records)):
        return []
    return [path for path in dict.fromkeys(path for record in records for path in record) if path not in known]


def readable_rows(block: Block | None, received: Sequence[Received], columns: RecordColumns) -> Block | None:
    """The rows without those of files that turned out to be a problem: none of these may stay."""
    if block is None:
        return None
    bad = [r.found.name for r in received if r.problem]
    left = [r for r in received if r.problem is None]
    rows_left = sum(r.rows for r in left)
    names = ", ".join(map(quoted, (*union_of(r.columns for r in left), *columns.parts, "_file", *SYSTEM)))
    sql = f"SELECT {names} FROM ({block.sql}) WHERE _file NOT IN ({', '.join(map(literal, bad))})" if bad else block.sql
    return Block(sql, rows_left) if rows_left else None
