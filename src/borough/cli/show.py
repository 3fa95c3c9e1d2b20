"""Tables and lines on a terminal: plain, aligned, readable without colour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import typer


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S").removesuffix(" 00:00:00")
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    return str(value)


def day(moment: dt.datetime | None) -> str:
    """An instant of the lake (UTC) as people here say it: the civil day in London, with the time unless it is midnight."""
    if moment is None:
        return ""
    from borough.lake.logs import LONDON

    local = moment.replace(tzinfo=dt.UTC).astimezone(LONDON)
    return f"{local:%Y-%m-%d}" if (local.hour, local.minute, local.second) == (0, 0, 0) else f"{local:%Y-%m-%d %H:%M}"


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str | None = None) -> None:
    """Print rows as a table. On a terminal the widest column is folded if that makes the table fit; else it is as wide as it is."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    terminal = Console()
    folds = terminal.is_terminal and _fits(headings, rows, terminal.width)
    console = Console(width=None if folds else 10_000, highlight=False, soft_wrap=not folds)
    widths = width(headings, rows)
    widest = widths.index(max(widths, default=0)) if widths else 0
    out = Table(box=SIMPLE_HEAD, title=title, title_justify="left", show_edge=False, pad_edge=False)
    for i, heading in enumerate(headings):
        number = any(isinstance(row[i], (int, float)) and not isinstance(row[i], bool) for row in rows)
        out.add_column(Text(heading), justify="right" if number else "left", overflow="fold", no_wrap=i != widest)
    for row in rows:
        out.add_row(*(Text(cell(v)) for v in row))
    console.print(out)


def width(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """How wide each column of a table is, with the space beside it."""
    return [3 + max(len(line) for line in (heading, *(cell(row[i]) for row in rows))) for i, heading in enumerate(headings)]


def _fits(headings: Sequence[str], rows: Sequence[Sequence[Any]], room: int) -> bool:
    widths = sorted(width(headings, rows))
    return sum(widths[:-1]) + min(widths[-1], 30) <= room


def heading(text: str) -> None:
    typer.echo("")
    typer.secho(text, bold=True)


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 row``, ``2 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(bytes: int) -> str | None:
    """``12 kB``, ``3.4 MB``; nothing for nothing."""
    if not bytes:
        return None
    return f"{bytes / 1e6:,.1f} MB" if bytes >= 1e6 else f"{max(round(bytes / 1e3), 1):,} kB"
