"""Files that outside bodies give out once a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from borough.demo.plan import Period


def before(day: dt.date, months: int) -> dt.date:
    """The first day of the month so many months before that of a day."""
    count = day.year * 12 + day.month - 1 - months
    return dt.date(count // 12, count % 12 + 1, 1)


def monthly(versions: pl.DataFrame, period: Period, key: str, *, entered: str = "entered", each: bool = False) -> Iterator[tuple[dt.date, pl.DataFrame]]:
    """Files dated the first of a month, with what was entered in the month before, in its latest version.

    The first delivery has one file with all the past, or where ``each`` one for each month.
    """
    days = period.days()
    for place, day in enumerate(days):
        if period.first and not each and place < len(days) - 1:
            continue
        alone = each or not period.first
        since = before(day, 1) if alone and not (period.first and place == 0) else dt.date.min
        part = versions.filter(pl.col(entered) < day, pl.col(entered) >= since).sort(entered, key, maintain_order=True)
        part = part.unique(key, keep="last", maintain_order=True)
        if part.height:
            yield day, part
