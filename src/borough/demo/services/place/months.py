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


def monthly(versions: pl.DataFrame, period: Period, key: str, *, entered: str = "entered", yearly: bool = False) -> Iterator[tuple[dt.date, pl.DataFrame]]:
    """Files dated the first of a month, with what was entered since the file before, in its latest version.

    The first delivery has one file with all the past; or where ``yearly`` one for each year, dated January, and one for the year so far.
    """
    days = period.days()
    if period.first:
        days = [day for day in days if day == days[-1] or (yearly and day.month == 1)]
    for place, day in enumerate(days):
        since = (days[place - 1] if place else dt.date.min) if period.first else before(day, 1)
        part = versions.filter(pl.col(entered) < day, pl.col(entered) >= since).sort(entered, key, maintain_order=True)
        part = part.unique(key, keep="last", maintain_order=True)
        if part.height:
            yield day, part
