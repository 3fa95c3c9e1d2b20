"""The traces that a home leaves with the council's services: how often, by who lives there and how well it is kept.

One table for all services, so that what a model can learn from all of them together stays within what is known of real boroughs
(``truth.ceiling`` measures it). Rates are events for each 1,000 dwellings and year.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.chance import keyed, stream
from borough.demo.plan import HORIZON, START
from borough.demo.world import World

YEAR = 365.25


@dataclass(frozen=True)
class Rates:
    """Events for each 1,000 dwellings and year, by what the home is; ``family`` is any private let to one household.

    ``bad``: how many times as often in a let that is kept worst (``managed`` 0) as in one that is kept best (1).
    ``deprived``: the same of the most and the least deprived neighbourhood. ``uneven``: how much homes differ otherwise
    (the variance of a factor that each home has; 0: not at all).
    """

    owned: float
    social: float
    family: float
    hmo: float
    void: float
    bad: float = 3.0
    deprived: float = 1.8
    uneven: float = 1.0


RATES: dict[str, Rates] = {
    "noise": Rates(owned=11, social=24, family=20, hmo=62, void=1, bad=3.5),
    "asb": Rates(owned=12, social=34, family=22, hmo=52, void=6, bad=3.0, deprived=2.5),
    "pests": Rates(owned=26, social=34, family=26, hmo=58, void=4, bad=3.0, deprived=1.5),
    "missed_bin": Rates(owned=60, social=55, family=70, hmo=110, void=5, bad=1.4, deprived=1.2),
    "contaminated_bin": Rates(owned=18, social=34, family=42, hmo=120, void=8, bad=2.5, deprived=1.5),
    "bulky": Rates(owned=55, social=60, family=62, hmo=85, void=40, bad=0.8, deprived=1.2),
    "fly_tip": Rates(owned=8, social=22, family=20, hmo=55, void=25, bad=3.5, deprived=2.5),
    "fixed_penalty": Rates(owned=10, social=22, family=22, hmo=48, void=12, bad=3.0, deprived=2.5),
    "liability_change": Rates(owned=8, social=8, family=50, hmo=130, void=0, bad=1.3, deprived=1.1),
    "reminder": Rates(owned=110, social=230, family=240, hmo=340, void=150, bad=1.7, deprived=2.0),
    "summons": Rates(owned=34, social=95, family=90, hmo=150, void=70, bad=2.0, deprived=2.2),
    "disrepair": Rates(owned=0.5, social=14, family=18, hmo=36, void=0, bad=6.0, deprived=1.4),
    "permit": Rates(owned=130, social=70, family=105, hmo=150, void=0, bad=1.0, deprived=0.6),
}
"""By name. ``liability_change``: changes of the liable party within a spell, beyond those that spells themselves bring."""


def rate(rates: Rates, spells: pl.DataFrame) -> npt.NDArray[np.float64]:
    """Events for each 1,000 dwellings and year of spells that have ``tenure, hmo, managed`` and their neighbourhood's ``deprivation``."""
    tenure = spells["tenure"].cast(pl.String)
    let = (tenure == "private").fill_null(value=False).to_numpy()
    several = let & spells["hmo"].fill_null(value=False).to_numpy()
    social = tenure.is_in(["council", "association"]).to_numpy()
    void = (tenure == "void").to_numpy()
    base = np.select([several, let, social, void], [rates.hmo, rates.family, rates.social, rates.void], rates.owned)
    kept = spells["managed"].cast(pl.Float64).fill_null(0.5).to_numpy()
    # Both factors are 1 in the middle, so that the table's figures are what a home of average keeping in an average place leaves.
    keeping = np.where(let, rates.bad ** (0.5 - kept), 1.0)
    place = rates.deprived ** (spells["deprivation"].cast(pl.Float64).fill_null(0.4).to_numpy() - 0.4)
    result: npt.NDArray[np.float64] = base * keeping * place
    return result


def events(world: World, name: str, rates: Rates | None = None, *, since: dt.date = START, until: dt.date = HORIZON) -> pl.DataFrame:
    """The events of a kind over all spells: ``n`` (a number of its own, the same in every extract), ``uprn``, ``spell``, ``on``, by day.

    ``name`` is of the table, or any other where ``rates`` are given. Draws are from a stream of that name, over the whole window:
    always leave the window as it is for one name, or events are others.
    """
    rates = rates or RATES[name]
    spells = _within(world, since, until)
    chance = stream(world.plan.seed, world.district.number, "traces", name)
    expected = rate(rates, spells) / 1000 * spells["days"].to_numpy() / YEAR * _homes(world, name, spells["uprn"], rates.uneven)
    often = chance.poisson(expected)
    which = np.repeat(np.arange(spells.height), often)
    share = chance.random(len(which))
    frame = spells.select("uprn", "spell", "first", "days")[which].with_columns(share=pl.Series(share))
    on = pl.col("first") + pl.duration(days=(pl.col("share") * pl.col("days")).floor().cast(pl.Int64))
    drawn = frame.select("uprn", "spell", on.alias("on")).sort("on", "uprn", "spell", maintain_order=True)
    numbers = pl.int_range(pl.len(), dtype=pl.Int64) + world.district.number * 10_000_000 + 1
    return drawn.select(numbers.alias("n"), "uprn", "spell", "on")


def _within(world: World, since: dt.date, until: dt.date) -> pl.DataFrame:
    """Spells as far as they lie in the window, with their neighbourhood's deprivation."""
    lsoas = world.ground.lsoas.select("lsoa", "deprivation")
    first = pl.max_horizontal("start", pl.lit(since))
    last = pl.min_horizontal(pl.col("end").fill_null(until), pl.lit(until))
    return (
        world.at(world.lives.spells, "lsoa")
        .join(lsoas, on="lsoa", how="left", maintain_order="left")
        .with_columns(first=first, days=(last - first).dt.total_days() + 1)
        .filter(pl.col("days") > 0)
    )


def _homes(world: World, name: str, uprns: pl.Series, uneven: float) -> npt.NDArray[np.float64]:
    """A factor that each home has for this kind of event, 1 on average: a home that was reported once is likelier to be again."""
    if uneven <= 0:
        return np.ones(len(uprns))
    # A mixture of an exponential's quantiles raised to a power has a long tail, and needs no table of the gamma distribution.
    power = max(uneven, 0.1) ** 0.5
    drawn = (-np.log1p(-keyed(world.plan.seed, f"traces:{name}", uprns.to_numpy()))) ** power
    factor: npt.NDArray[np.float64] = drawn / _mean_of_power(power)
    return factor


def _mean_of_power(power: float) -> float:
    """The mean of an exponential variable to a power."""
    import math

    return math.gamma(1 + power)
