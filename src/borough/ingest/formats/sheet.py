"""The layout of a sheet: where its header is, what its columns are called, which rows are totals. Rows and columns count from 0."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

Cells = Sequence[Any]
Range = tuple[tuple[int, int], tuple[int, int]]
LOOK = 60  # rows in which the header is looked for
# "Total", "Grand total:", "Totals (12)", "Total number of homes"; not "Total Fitness".
TOTAL = re.compile(r"\s*(?:(?:grand|overall|sub)[\s-]*)?totals?(?:\s*[:=(\d–-].*|\s+(?:of|for|number|records?|rows?|count|amount|value)\b.*|\s*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Header:
    """The names of the columns, by their place in the rows, and the rows of the header (first and last)."""

    names: tuple[str, ...]
    first: int
    last: int
    notices: tuple[str, ...]


def header_of(rows: Iterable[Cells], declared: int | None, merged: Sequence[Range], left: int) -> Header | None:
    """Find the header in the first rows. ``left`` is the sheet's column in which they begin. None where nothing is there."""
    head = list(islice(rows, max(LOOK, (declared or 0) + 2)))
    full = [n for n, row in enumerate(head) if any(cell != "" for cell in row)]
    if not full:
        return None
    first = declared - 1 if declared is not None else _detected(head, full)
    if first >= len(head) or first not in full:
        return None
    names, last = [str(_plain(cell)) for cell in head[first]], first
    wide = [(a[1] - left, b[1] - left) for a, b in merged if a[0] == b[0] == first and b[1] > a[1]]
    under = head[first + 1] if first + 1 < len(head) else []
    if wide and all(isinstance(cell, str) for cell in under) and all(any(under[c] for c in range(a, b + 1)) for a, b in wide):
        names, last = _joined(names, under, wide), first + 1
    above = [" ".join(str(_plain(cell)) for cell in head[n] if cell != "") for n in full if n < first]
    told = (f"{len(above)} row{'s' if len(above) > 1 else ''} above the header left out: {' / '.join(above)[:200]!r}",) if above else ()
    return Header(tuple(" ".join(name.split()) for name in names), first, last, told)


def _detected(head: list[Cells], full: list[int]) -> int:
    """The first row as wide as the table: titles above it fill few of its columns, and what is said of the table, such as its date, fills two."""
    width = max(_filled(head[n]) for n in full)
    least = max(width // 2 + 1, min(width, 3))
    return next(n for n in full if _filled(head[n]) >= least)


def _filled(row: Cells) -> int:
    return sum(1 for cell in row if cell != "")


def _joined(names: list[str], under: Cells, wide: Sequence[tuple[int, int]]) -> list[str]:
    """A header of two rows: the name of a group goes before those of its columns."""
    out = list(names)
    for column, below in enumerate(under):
        group = next((names[a] for a, b in wide if a <= column <= b), names[column])
        out[column] = f"{group} {below}".strip()
    return out


def _plain(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def looks_like_total(texts: Sequence[str]) -> bool:
    """Whether the first value of a row says that the row is a sum of others."""
    return TOTAL.fullmatch(next((text for text in texts if text), "")) is not None


def is_total(texts: Sequence[str], declared: str) -> bool:
    return next((text for text in texts if text), "").strip().casefold().startswith(declared.strip().casefold())


def merged_below(merged: Sequence[Range], row: int) -> int:
    """How many merged cells begin below a row."""
    return sum(1 for start, _ in merged if start[0] > row)
