"""Spots along streets where cars are: before shops more than before homes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.chance import stream
from borough.demo.plan import HORIZON, START
from borough.demo.world import World

Weekdays = tuple[float, float, float, float, float, float, float]
BLOCK = 10_000_000
"""Records of a district are fewer than this."""
VISITED = {"shop": 6.0, "office": 2.5, "school": 8.0, "hall": 3.0}
"""How many cars a place draws, in homes."""


@dataclass(frozen=True)
class Streets:
    """Streets with the cars that they draw."""

    frame: pl.DataFrame
    cumulative: npt.NDArray[np.float64]

    def draw(self, shares: npt.NDArray[np.float64]) -> pl.Series:
        """Places of streets in the frame."""
        places = np.searchsorted(self.cumulative, shares * self.cumulative[-1], side="right")
        return pl.Series(np.minimum(places, self.frame.height - 1).astype(np.uint32))


def streets_of(world: World) -> Streets:
    """The streets of a district."""
    drawn = pl.col("kind").replace_strict(VISITED, default=0.0, return_dtype=pl.Float64) + pl.col("is_dwelling").cast(pl.Float64) * 0.35
    cars = world.ground.properties.group_by("usrn", maintain_order=True).agg(drawn.sum().alias("cars"))
    frame = world.ground.streets.join(cars, on="usrn", how="left", maintain_order="left").with_columns(pl.col("cars").fill_null(0.0) + 0.3)
    return Streets(frame, frame["cars"].to_numpy().cumsum())


def happened(world: World, name: str, yearly: float, weekdays: Weekdays) -> pl.DataFrame:
    """Events of a kind from START to HORIZON, ``yearly`` for each 1,000 dwellings, by day: ``id on``, and shares (``a b c``) for what else is drawn of each."""
    chance = stream(world.plan.seed, world.district.number, "kerb", name)
    days = (HORIZON - START).days + 1
    weight = np.array([weekdays[(START + dt.timedelta(days=n)).weekday()] for n in range(days)])
    dwellings = int(world.ground.properties["is_dwelling"].sum())
    count = int(chance.poisson(yearly * dwellings / 1000 * days / 365.25))
    on = np.sort(np.searchsorted(weight.cumsum() / weight.sum(), chance.random(count), side="right").clip(0, days - 1))
    numbers = world.district.number * BLOCK + 1 + np.arange(count)
    first = (START - dt.date(1970, 1, 1)).days
    shares = {letter: chance.random(count) for letter in "abc"}
    return pl.DataFrame({"id": numbers, "on": pl.Series((on + first).astype(np.int32)).cast(pl.Date), **shares})


def placed(streets: Streets, events: pl.DataFrame) -> pl.DataFrame:
    """Events with their street and the point along it (``easting northing``), by their shares ``a`` and ``b``."""
    at = streets.draw(events["a"].to_numpy())
    rows = streets.frame.select("usrn", "street_name", "ward", "x1", "y1", "x2", "y2")[at]
    along = pl.col("b")
    return (
        events.hstack(rows)
        .with_columns(
            (pl.col("x1") + along * (pl.col("x2") - pl.col("x1"))).round(0).cast(pl.Int64).alias("easting"),
            (pl.col("y1") + along * (pl.col("y2") - pl.col("y1"))).round(0).cast(pl.Int64).alias("northing"),
        )
        .drop("x1", "y1", "x2", "y2")
    )
