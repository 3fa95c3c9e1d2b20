"""What should come out, worked out from the files one row at a time: slow, plain, and sharing no code with the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from .stories import Row

Values = tuple[int | None, dt.date | None]
Shown = list[tuple[Any, ...]]


def read(row: Row) -> tuple[str | None, Values | None, bool]:
    """Key, values (None: refused) and whether the row deletes: then nothing but its key counts."""
    key, value, day, *operation = row
    delete = operation == ["D"]
    good = bool(key) and (delete or (value.isdigit() and int(value) <= 99))
    number = int(value) if value.isdigit() else None
    seen = dt.datetime.strptime(day, "%d/%m/%Y").date() if day else None
    return key or None, (number, seen) if good else None, delete


def states(files: dict[str, list[Row]], declared: str) -> Callable[[dt.date], Shown]:
    """The rows that stand at the end of any day, where nothing is known before its extract."""
    extracts: dict[dt.date, list[str]] = {}
    for name in sorted(files):
        extracts.setdefault(dt.date.fromisoformat(name[:10]), []).append(name)
    standing: dict[str, Values] = {}
    after: list[tuple[dt.date, dict[str, Values]]] = []
    for day in sorted(extracts):
        standing = applied(standing, [files[n] for n in extracts[day]], declared)
        after.append((day, standing))

    def at(day: dt.date) -> Shown:
        then = [state for d, state in after if d <= day]
        return sorted(((k, *v) for k, v in then[-1].items()), key=lambda r: (r[0],)) if then else []

    return at


def applied(standing: dict[str, Values], parts: list[list[Row]], declared: str) -> dict[str, Values]:
    """The state after one extract, which may come in several files."""
    full, changes = "delivers: full" in declared, "delivers: changes" in declared
    if len(parts) > 1 and full and "same_date" not in declared:
        return standing
    if "same_date: latest" in declared:
        parts = parts[-1:]
    rows = [read(row) for part in parts for row in part]
    if changes:
        state = dict(standing)
        for key, values, delete in rows:
            if key and values:
                state.pop(key, None) if delete else state.update({key: values})
        return state
    said: dict[str, set[Values]] = {}
    for key, values, _ in rows:
        if key and values:
            said.setdefault(key, set()).add(values)
    taken = {key: next(iter(values)) for key, values in said.items() if len(values) == 1}
    state = {**standing, **taken}
    if full:
        absent = [key for key in standing if key not in {key for key, _, _ in rows}]
        share = float(declared.split("max_drop: ")[1].split("%")[0]) / 100
        if len(absent) > share * len(standing):
            return standing
        if all(key for key, _, _ in rows):
            state = {key: values for key, values in state.items() if key not in absent}
    return state
