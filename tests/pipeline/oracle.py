"""What should come out, worked out from the files one row at a time: slow, plain, and sharing no code with the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .stories import Row

Values = tuple[int | None, dt.date | None]
Shown = list[tuple[Any, ...]]
LIMIT = 99


@dataclass(frozen=True)
class Said:
    """One row: its key, its values (None: refused) and whether it deletes: then nothing but its key counts."""

    key: str | None
    values: Values | None
    delete: bool
    number: int | None


def read(row: Row) -> Said:
    key, value, day, *operation = row
    delete = operation == ["D"]
    number = int(value) if value.isdigit() else None
    good = bool(key) and (delete or (number is not None and number <= LIMIT))
    seen = dt.datetime.strptime(day, "%d/%m/%Y").date() if day else None
    return Said(key or None, (number, seen) if good else None, delete, number)


@dataclass
class Books:
    """What stands, and everything that was ever asserted: (position, known, key, values; None: gone)."""

    declared: str
    known: bool
    standing: dict[str, Values] = field(default_factory=dict)
    asserted: list[tuple[dt.date, dt.date, str, Values | None]] = field(default_factory=list)
    previous: dt.date | None = None

    def when(self, day: dt.date, values: Values) -> dt.date:
        """When the source knew a row: the date that it gives, as far as that can be."""
        date = values[1] if self.known else None
        if date is None or "delivers: append" in self.declared:
            return date or day
        if self.previous is None:
            return min(date, day)
        return date if self.previous < date <= day else day

    def enter(self, day: dt.date, key: str, values: Values | None, known: dt.date) -> None:
        if self.standing.get(key) == values:
            return
        self.asserted.append((day, known, key, values))
        self.standing.pop(key, None) if values is None else self.standing.update({key: values})

    def take(self, day: dt.date, parts: list[list[Row]]) -> None:
        """One extract, which may come in several files."""
        full = "delivers: full" in self.declared
        if len(parts) > 1 and full and "same_date" not in self.declared:
            return
        if "same_date: latest" in self.declared:
            parts = parts[-1:]
        rows = [read(row) for part in parts for row in part]
        if "severity: stop" in self.declared and sum(1 for r in rows if r.number == 3) > 0.4 * len(rows):
            return
        absent = [key for key in self.standing if key not in {r.key for r in rows}] if full else []
        share = float(self.declared.split("max_drop: ")[1].split("%")[0]) / 100 if full else 0
        if full and len(absent) > share * len(self.standing):
            return
        if "delivers: changes" in self.declared:
            last = {r.key: r for r in rows if r.key and r.values}
            for key, r in last.items():
                assert r.values is not None
                self.enter(day, key, None if r.delete else r.values, self.when(day, r.values))
        else:
            self.complete(day, rows)
        if all(r.key for r in rows):
            for key in absent:
                self.enter(day, key, None, day)
        self.previous = day

    def complete(self, day: dt.date, rows: list[Said]) -> None:
        said: dict[str, set[Values]] = {}
        for r in rows:
            if r.key and r.values:
                said.setdefault(r.key, set()).add(r.values)
        for key, values in said.items():
            if len(values) == 1:
                only = next(iter(values))
                self.enter(day, key, only, self.when(day, only))


def states(files: dict[str, list[Row]], declared: str, *, known: bool) -> Callable[[dt.date], Shown]:
    """The rows as they were known at the end of any day. ``declared``: the feed's declaration and its rules."""
    extracts: dict[dt.date, list[str]] = {}
    for name in sorted(files):
        extracts.setdefault(dt.date.fromisoformat(name[:10]), []).append(name)
    books = Books(declared, known)
    for day in sorted(extracts):
        books.take(day, [files[n] for n in extracts[day]])

    def at(day: dt.date) -> Shown:
        latest: dict[str, tuple[dt.date, Values | None]] = {}
        for position, when, key, values in books.asserted:
            if when <= day:
                latest[key] = (position, values)
        return sorted((key, *values) for key, (_, values) in latest.items() if values is not None)

    return at
