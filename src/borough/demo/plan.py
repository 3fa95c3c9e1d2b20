"""What is to be made: how large, from which seed, over which days, with which faults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

START = dt.date(2021, 11, 1)
"""The first day of which systems hold events. Stays, tenancies and licences may have begun long before."""
HORIZON = dt.date(2027, 12, 31)
"""Life is always simulated up to here, whatever day is asked for: so that more days only ever add to what was there."""
UNTIL = dt.date(2026, 10, 31)
REDRAWN = dt.date(2022, 5, 5)
"""The day of the election at which 20 wards became 22."""

WARDS, LSOAS, DWELLINGS = 22, 146, 110_000
"""Of a borough at scale 1."""


@dataclass(frozen=True)
class Plan:
    """A borough to be made. ``rates`` are the faults' shares of the records that can have them, where they differ from the usual ones."""

    scale: float = 1.0
    seed: int = 7
    rates: Mapping[str, float] = field(default_factory=dict)

    def districts(self) -> list[District]:
        """The parts that are made one after another, of at most 22 wards: memory is bounded by the largest."""
        wards = round(WARDS * max(1.0, self.scale))
        each = round(DWELLINGS * self.scale / wards)
        return [District(n, min(WARDS, wards - n * WARDS), each) for n in range(-(-wards // WARDS))]


@dataclass(frozen=True)
class District:
    """A part of the borough: its number, its wards, and the dwellings that a ward has on average."""

    number: int
    wards: int
    dwellings_per_ward: int


@dataclass(frozen=True)
class Period:
    """Which days' extracts are written: after one day (None: from the beginning) and until another, included."""

    until: dt.date
    after: dt.date | None = None

    @property
    def first(self) -> bool:
        """Whether this is the first delivery, with all the past in it."""
        return self.after is None

    @property
    def since(self) -> dt.date:
        """The first day of the period."""
        return START if self.after is None else self.after + dt.timedelta(days=1)

    def days(self, month: int | None = None, day: int = 1) -> list[dt.date]:
        """The days of the period with this day of the month (and month, where one is given): the dates of regular extracts."""
        span = (self.until - self.since).days + 1
        every = (self.since + dt.timedelta(days=n) for n in range(span))
        return [d for d in every if d.day == day and month in (None, d.month)]

    def last(self, day: int = 1) -> list[dt.date]:
        """The latest of those days alone: for a full extract of which the first delivery has but one. May be empty in an advance."""
        return self.days(day=day)[-1:]
