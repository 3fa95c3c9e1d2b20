"""What was recorded of visits so far, from the project's folder and from bronze: no number is given twice, and nothing is recorded twice."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from borough.catalogue.contracts import bronze_table
from borough.engine.duckdb import DuckDBEngine
from borough.errors import UsageError
from borough.lake.lake import Lake
from borough.lake.model import Published

FEED = "visits.recorded"
COLUMNS = ("visit_id", "uprn", "visited", "entered", "reason", "officer", "outcome", "note", "plan")
SAID = ("uprn", "visited", "reason", "officer", "outcome", "note")
"""What makes two recordings the same."""
FIRST = 900_000_001
"""The first number of visits that are recorded here: those of the enforcement system have fewer digits."""
_OURS = re.compile(r"INS(9\d{8})")

Row = Mapping[str, str]
Files = Mapping[str, Sequence[Row]]
"""Rows by the name of the file that brought them. It begins with the instant, so names sort as the files were made."""


@dataclass(frozen=True)
class Recorded:
    """All recordings, in order."""

    files: Files

    @property
    def rows(self) -> list[Row]:
        return [row for name in sorted(self.files) for row in self.files[name]]

    @property
    def next(self) -> int:
        """The first number that no visit has."""
        found = [int(match[1]) for row in self.rows if (match := _OURS.fullmatch(row["visit_id"]))]
        return max([FIRST - 1, *found]) + 1

    def again(self) -> dict[tuple[str, ...], str]:
        """What was said of new visits → the visit, for those who say it again."""
        found: dict[tuple[str, ...], str] = {}
        seen: set[str] = set()
        for row in self.rows:
            if row["visit_id"] not in seen:
                found.setdefault(said_of(row), row["visit_id"])
            seen.add(row["visit_id"])
        return found

    def last(self) -> dict[str, tuple[str, ...]]:
        """Visit → what was last said of it."""
        return {row["visit_id"]: said_of(row) for row in self.rows}


def said_of(row: Row) -> tuple[str, ...]:
    return tuple(row[c] for c in SAID)


def recorded(folder: Path, bronze: Files) -> Recorded:
    """All recordings: those of the folder, and those that bronze has while the folder has not, as where somebody else's machine recorded them."""
    own = {file.name: _of_file(file) for file in folder.glob("*_*-*.csv")}
    return Recorded({**bronze, **own})


def in_bronze(engine: DuckDBEngine, lake: Lake, published: Published | None) -> Files:
    """The recordings that a published run has taken in."""
    state = lake.table(bronze_table(FEED), published) if published else None
    if state is None:
        return {}
    scan = engine.scan(state.files, [(c, "string") for c in ("_file", *COLUMNS, "_problem")])
    found: dict[str, list[Row]] = {}
    for file, *cells in engine.rows(f"SELECT _file, {', '.join(COLUMNS)} FROM {scan} WHERE _problem IS NULL AND visit_id IS NOT NULL"):
        found.setdefault(Path(file).name, []).append({c: v or "" for c, v in zip(COLUMNS, cells, strict=True)})
    return found


def _of_file(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [{c: row.get(c) or "" for c in COLUMNS} for row in csv.DictReader(lines)]


def outcome_lines(file: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of a file of outcomes, with their numbers. Raises UsageError for a file that has no outcomes."""
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # as a spreadsheet of an office saves it
    reader = csv.DictReader(text.splitlines(keepends=True))
    if not {"uprn", "outcome"} <= set(reader.fieldnames or ()):
        raise UsageError(f"{file} has the columns {', '.join(reader.fieldnames or ())}", advice="it needs uprn and outcome, and may have visited, who, note, reason, plan and corrects")
    lines = [(reader.line_num, {k: (v or "").strip() for k, v in row.items() if isinstance(k, str) and not isinstance(v, list)}) for row in reader]
    if not lines:
        raise UsageError(f"{file} has no visits", advice="a line for each, below the names of the columns")
    return lines
