"""Chance for a service's records: keyed by their ids, as polars columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from borough.demo.chance import Shares, keyed
from borough.demo.plan import Plan

MULTIPLIER = 7_368_787
"""Odd and no multiple of 5, so that multiplying by it makes of different numbers below a power of ten different ones."""


@dataclass(frozen=True)
class Chances:
    """The draws of one service. The same record draws the same in every extract."""

    seed: int
    service: str

    def share(self, what: str, ids: pl.Series) -> Shares:
        """A number from 0 to 1 for each id."""
        return keyed(self.seed, f"{self.service}.{what}", ids.cast(pl.Int64).to_numpy())

    def happens(self, what: str, ids: pl.Series, share: float | pl.Series) -> pl.Series:
        """Whether it happens to each, with one probability or one of its own."""
        limits = share if isinstance(share, pl.Series) else pl.lit(share)
        return pl.DataFrame({"drawn": self.share(what, ids)}).select(pl.col("drawn") < limits).to_series()

    def pick(self, what: str, ids: pl.Series, options: Mapping[str, float]) -> pl.Series:
        """One of the options for each id, by their weights."""
        weights = np.cumsum(list(options.values()))
        places = np.searchsorted(weights / weights[-1], self.share(what, ids), side="right")
        return pl.Series(what, list(options), dtype=pl.String).gather(np.minimum(places, len(options) - 1))

    def number(self, what: str, ids: pl.Series, low: int, high: int) -> pl.Series:
        """A whole number for each id, both ends included."""
        return pl.Series(what, (low + np.floor(self.share(what, ids) * (high - low + 1))).astype(np.int64))

    def lag(self, what: str, ids: pl.Series, mean: float, longest: int = 400) -> pl.Series:
        """Whole days for each id: most few, some many."""
        return pl.Series(what, np.minimum(np.floor(-mean * np.log1p(-self.share(what, ids))), longest).astype(np.int64))

    def entry(self, what: str, ids: pl.Series, mean: float, longest: int = 400) -> pl.Series:
        """Days until somebody enters it: a lag, of which one in sixty is ten times as long."""
        lag = self.lag(what, ids, mean, longest)
        return (lag * 10 + 20).clip(0, longest).zip_with(self.happens(f"{what} late", ids, 1 / 60), lag)


def later(days: pl.Series, by: pl.Series) -> pl.Series:
    """Dates, so many days later."""
    return (days.cast(pl.Int32) + by.cast(pl.Int32)).cast(pl.Date).alias(days.name)


def code(ids: pl.Series, digits: int, salt: int = 0) -> pl.Series:
    """A number of so many digits for each id below 10^digits: different for each, and without a likeness to the id."""
    limit = 10**digits
    mixed = (pl.col("id") % limit * (MULTIPLIER % limit) + salt) % limit
    return ids.cast(pl.Int64).alias("id").to_frame().select(mixed.cast(pl.String).str.zfill(digits)).to_series()


def named(plan: Plan) -> Plan:
    """The plan for systems in which every record is a person whom somebody has met: no occupier, no company."""
    return replace(plan, rates={**plan.rates, "name_occupier": 0.0, "name_company": 0.0})
