"""The indices of deprivation by LSOA, of 2019 and of 2025: what is published of the areas' character, a little off each time."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from borough.demo.chance import keyed
from borough.demo.plan import Period
from borough.demo.world import World
from borough.demo.yard import Yard

RELEASES = {dt.date(2019, 9, 26): 2011, dt.date(2025, 10, 30): 2021}
"""Day of publication, and the Census whose LSOAs it has."""
AREAS = {2011: 32_844, 2021: 33_755}
"""LSOAs of England: ranks go from 1 to so many."""
DOMAINS = (
    ("Income Score (rate)", 0.02, 0.30), ("Employment Score (rate)", 0.02, 0.20), ("Education, Skills and Training Score", 2, 45),
    ("Health Deprivation and Disability Score", -1.8, 1.6), ("Crime Score", -1.0, 1.6), ("Barriers to Housing and Services Score", 18, 48), ("Living Environment Score", 15, 45),
)  # fmt: skip


def write(world: World, period: Period, yard: Yard) -> None:
    """The releases of the period; the first delivery has those before it too."""
    for day, census in RELEASES.items():
        if day <= period.until and (period.first or day >= period.since):
            yard.csv(f"data/deprivation/iod_{day:%Y-%m-%d}_file_7.csv", _release(world, day, census))


def _release(world: World, day: dt.date, census: int) -> pl.DataFrame:
    areas = world.ground.lsoas
    ids, poor = areas["lsoa"].to_numpy(), areas["deprivation"].to_numpy()

    def near(name: str, much: float) -> np.ndarray:
        return np.clip(poor + much * (keyed(world.plan.seed, f"deprivation {day} {name}", ids) * 2 - 1), 0.002, 0.998)

    whole = near("whole", 0.05)
    rank = np.maximum(1, np.round((1 - whole**0.9) * 0.93 * AREAS[census])).astype(np.int64)
    frame = areas.select(
        pl.col("lsoa_code").alias(f"LSOA code ({census})"), pl.col("lsoa_name").alias(f"LSOA name ({census})"),
        pl.lit("N09000001").alias("Local Authority District code"), pl.lit("Northmere").alias("Local Authority District name"),
    )  # fmt: skip
    score, highest = "Index of Multiple Deprivation (IMD)", AREAS[census]
    return frame.with_columns(
        pl.Series(f"{score} Score", np.round(4 + 46 * whole**1.3, 3)), pl.Series(f"{score} Rank (where 1 is most deprived)", rank),
        pl.Series(f"{score} Decile (where 1 is most deprived 10% of LSOAs)", (rank - 1) * 10 // highest + 1),
        *(pl.Series(name, np.round(low + (high - low) * near(name, 0.12), 3)) for name, low, high in DOMAINS),
    )  # fmt: skip
