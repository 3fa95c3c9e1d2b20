"""Who was visited, why and with what result. Most visits follow complaints, officers' habits and applications; a small arm is random."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.chance import keyed
from borough.demo.law.owing import dates, days
from borough.demo.law.status import status_on
from borough.demo.plan import DWELLINGS, HORIZON, START
from borough.demo.world import Ground, Lives

Reals = npt.NDArray[np.float64]

A_YEAR = 2_500
"""Visits a year in a borough of scale 1."""
REASONS = {"complaint": 0.42, "patrol": 0.22, "application": 0.13, "referral": 0.10, "random": 0.13}
"""And which share of the visits each has."""
OFFICERS = 14
NO_ACCESS, WRONG_ADDRESS, MISTAKEN = 0.20, 0.02, 0.065
CONFUSED = {
    "licensed": ("single_let_unlicensed", "owner_occupied"),
    "owner_occupied": ("single_let_unlicensed", "exempt"),
    "hmo_unlicensed": ("single_let_unlicensed", "owner_occupied"),
    "single_let_unlicensed": ("owner_occupied", "hmo_unlicensed"),
    "social": ("single_let_unlicensed", "owner_occupied"),
    "exempt": ("owner_occupied", "single_let_unlicensed"),
    "void": ("owner_occupied", "exempt"),
}
"""What a status is taken for when it is recorded wrongly: more often the first."""
UNLICENSED = ("hmo_unlicensed", "single_let_unlicensed")


def years() -> list[tuple[dt.date, dt.date]]:
    """The calendar years of the events, the first and last as far as they go."""
    return [(max(START, dt.date(y, 1, 1)), min(HORIZON, dt.date(y, 12, 31))) for y in range(START.year, HORIZON.year + 1)]


def homes_of(ground: Ground, lives: Lives, seed: int) -> pl.DataFrame:
    """The dwellings in each year, as they are in its middle, and how often (in proportion) each reason brings an officer there: a column for each."""
    homes = (
        ground.properties.filter(pl.col("is_dwelling"))
        .select("uprn", "usrn", "ward", "lsoa", "kind", "first_day", "last_day")
        .join(ground.lsoas.select("lsoa", "deprivation"), on="lsoa", how="left", maintain_order="left")
        .sort("uprn")
    )
    streets = _habit(homes["usrn"], seed, "street", 0.9)
    wards = _habit(homes["ward"], seed, "ward", 0.6)
    homes = homes.with_columns(habit=pl.Series(streets * wards)).drop("first_day", "last_day")
    spells = lives.spells.select("uprn", "start", "end", "tenure", "hmo", "managed", "occupants").sort("start", "uprn")
    each = []
    for first, last in years():
        middle = homes.with_columns(on=pl.lit(first + (last - first) / 2), year=pl.lit(first.year, pl.Int32))
        met = middle.join_asof(spells, left_on="on", right_on="start", by="uprn", check_sortedness=False).filter(
            pl.col("tenure").is_not_null()
        )
        each.append(met.with_columns(span=pl.lit(((last - first).days + 1) / 365.25)))
    return _drawn_to(pl.concat(each))


def _habit(places: pl.Series, seed: int, name: str, spread: float) -> Reals:
    """How much officers like to go somewhere: a factor of a street or ward that has nothing to do with its homes."""
    u = keyed(seed, f"visits:{name}", places.fill_null(-1).cast(pl.Int64).to_numpy())
    factor: Reals = np.exp(spread * np.sqrt(3) * (2 * u - 1))
    return factor


def _drawn_to(homes: pl.DataFrame) -> pl.DataFrame:
    """How often, in proportion, each reason but applications brings an officer."""
    let, hmo = pl.col("tenure") == "private", pl.col("hmo").fill_null(value=False)
    bad = 1.0 - pl.col("managed").fill_null(0.7).clip(0.0, 1.0)
    own = (
        pl.when(hmo)
        .then(3.0)
        .when(let)
        .then(1.0)
        .when(pl.col("tenure") == "void")
        .then(0.4)
        .when(pl.col("tenure").is_in(["council", "association"]))
        .then(0.12)
        .otherwise(0.16)
    )
    trouble = pl.when(let).then((2.4 * (bad - 0.4)).exp()).otherwise(1.0)
    # Neighbours complain more where there is much to complain of, and then of all around.
    around = (pl.when(let).then(bad).otherwise(0.0)).mean().over("usrn", "year")
    seen = pl.when(let).then(1.0).when(pl.col("tenure").is_in(["council", "association"])).then(0.35).otherwise(0.55)
    crowded = pl.when(let & (pl.col("occupants").fill_null(1) >= 4)).then(2.0).when(let).then(1.0).otherwise(0.15)
    return homes.with_columns(
        complaint=own * trouble * (1 + 3 * around) * (0.6 + pl.col("deprivation")),
        patrol=seen * pl.col("habit") * pl.when(pl.col("kind").is_in(["above_shop", "terrace", "conversion"])).then(1.5).otherwise(1.0),
        referral=crowded * (1 + bad) * (0.5 + pl.col("deprivation")),
        random=pl.lit(1.0),
    )


def expected(homes: pl.DataFrame, licences: pl.DataFrame) -> pl.DataFrame:
    """The visits that each dwelling may expect in each year, by reason; and ``chance``, that of at least one."""
    asked = licences.select("uprn", year=pl.col("applied").dt.year()).group_by("uprn", "year", maintain_order=True).len("application")
    homes = homes.join(asked, on=["uprn", "year"], how="left", maintain_order="left").with_columns(
        pl.col("application").fill_null(0).cast(pl.Float64)
    )
    visits = A_YEAR * homes["uprn"].n_unique() / DWELLINGS
    total = visits * (len(years()) - 2 + _ends())

    def level(reason: str, share: float) -> pl.Expr:
        drawn_to = pl.col(reason) * pl.col("span")
        return (drawn_to * total * share / drawn_to.sum().clip(1e-9)).alias(reason)

    return homes.with_columns(level(*arm) for arm in REASONS.items()).with_columns(chance=1.0 - (-pl.sum_horizontal(*REASONS)).exp())


def _ends() -> float:
    """How much of a year the first and the last year are."""
    first, *_, last = years()
    return sum(((b - a).days + 1) / 365.25 for a, b in (first, last))


def drawn(expected: pl.DataFrame, seed: int, district: int, chance: np.random.Generator) -> pl.DataFrame:
    """The visits: which homes, why, on which day (weekdays), by which officer. ``chance`` is that of a home in that year."""
    made = []
    starts = dict((a.year, a) for a, _ in years())
    for reason in REASONS:
        often = chance.poisson(expected[reason].to_numpy())
        rows = expected.select("uprn", "year", "ward", "span", "chance")[np.repeat(np.arange(expected.height), often)]
        first = days(rows["year"].replace_strict(starts, return_dtype=pl.Date))
        day = first + (chance.random(rows.height) * rows["span"].to_numpy() * 365.25).astype(np.int64)
        # 1 January 1970 was a Thursday. Saturdays and Sundays are moved to the Friday before, or the Monday after where the year begins.
        weekday = (day + 3) % 7
        day = np.where(weekday >= 5, np.where(day - 2 < first, day + 2, day - (weekday - 4)), day)
        made.append(rows.with_columns(on=dates(day), reason=pl.lit(reason), luck=pl.Series(chance.random(rows.height))))
    visits = pl.concat(made).sort("on", "uprn", "reason", "luck").with_row_index("visit", district * 1_000_000 + 1)
    patch = (keyed(seed, "visits:patch", visits["ward"].fill_null(-1).to_numpy()) * OFFICERS).astype(np.int64)
    other = (chance.random(visits.height) * OFFICERS).astype(np.int64)
    officer = np.where(chance.random(visits.height) < 0.7, patch, other) + 1
    names = pl.Series(officer).cast(pl.String).str.zfill(2)
    return visits.select(
        pl.col("visit").cast(pl.Int64), "uprn", "on", "reason", pl.concat_str([pl.lit("EHO"), names]).alias("officer"), "chance"
    )


def seen(visits: pl.DataFrame, status: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Visits with what was true, and what was recorded."""
    facts = status_on(status, visits, "tenure", "hmo", "needs", "licensed", "applied")
    true = facts.select(true_status()).to_series()
    size = visits.height
    draw, which = chance.random(size), chance.random(size)
    mistaken = pl.DataFrame({"t": true, "first": which < 0.7}).select(
        pl.when("first").then(_taken_for(0)).otherwise(_taken_for(1)),
    ).to_series()  # fmt: skip
    found = pl.DataFrame({"t": true, "m": mistaken, "d": draw, "w": chance.random(size)}).select(
        pl.when(pl.col("d") < NO_ACCESS).then(pl.lit("no_access"))
        .when(pl.col("d") < NO_ACCESS + WRONG_ADDRESS).then(pl.lit("wrong_address"))
        .when(pl.col("w") < MISTAKEN / (1 - NO_ACCESS - WRONG_ADDRESS)).then("m")
        .otherwise("t"),
    ).to_series()  # fmt: skip
    return visits.with_columns(true_status=true, found=found)


def true_status() -> pl.Expr:
    """What a visit would find, were it without error. Who has applied has a defence, and counts as licensed."""
    return (
        pl.when(pl.col("tenure").is_null() | (pl.col("tenure") == "void")).then(pl.lit("void"))
        .when(pl.col("tenure").is_in(["council", "association"])).then(pl.lit("social"))
        .when(pl.col("tenure") != "private").then(pl.lit("owner_occupied"))
        .when(pl.col("needs").is_null()).then(pl.lit("exempt"))
        .when(pl.col("licensed") | pl.col("applied")).then(pl.lit("licensed"))
        .when(pl.col("hmo")).then(pl.lit("hmo_unlicensed"))
        .otherwise(pl.lit("single_let_unlicensed"))
    )  # fmt: skip


def _taken_for(n: int) -> pl.Expr:
    return pl.col("t").replace_strict({k: v[n] for k, v in CONFUSED.items()}, return_dtype=pl.String)
