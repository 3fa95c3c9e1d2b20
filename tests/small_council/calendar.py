"""The year that the demo covers: months counted from a fixed first one, so that no run depends on the day it is made."""

from __future__ import annotations

import calendar
import datetime as dt

FIRST = dt.date(2023, 11, 1)
NEW_WARDS = dt.date(2024, 5, 2)
"""The day of the election at which the new ward boundaries came into force."""


def months(count: int) -> list[dt.date]:
    """The first days of the demo's months."""
    return [later(FIRST, n) for n in range(count)]


def later(month: dt.date, count: int) -> dt.date:
    """The first day of the month so many months later (or earlier)."""
    index = month.year * 12 + month.month - 1 + count
    return dt.date(index // 12, index % 12 + 1, 1)


def day(month: dt.date, number: int) -> dt.date:
    """A day of a month, the last one where the month is shorter."""
    return month.replace(day=min(number, calendar.monthrange(month.year, month.month)[1]))


def uk(date: dt.date | None) -> str:
    """A date as British systems write it."""
    return "" if date is None else f"{date:%d/%m/%Y}"
