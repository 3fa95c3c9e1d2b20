"""The Census of 2021 by LSOA: tenure, size of household, age. Counted from the people and homes of the first day, as tables of Nomis. It comes once."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from borough.demo.chance import keyed
from borough.demo.plan import START, Period
from borough.demo.world import World
from borough.demo.yard import Yard

CENSUS = dt.date(2021, 3, 21)
BANDS = ("Aged 4 years and under", *(f"Aged {n} to {n + 4} years" for n in range(5, 85, 5)), "Aged 85 years and over")
SIZES = ("1 person in household", *(f"{n} people in household" for n in range(2, 8)), "8 or more people in household")
OUTRIGHT, SHARED = 0.46, 0.03
"""Of owned homes: those without a mortgage where nobody borrowed, and those owned in part."""


def write(world: World, period: Period, yard: Yard) -> None:
    """Three tables, with the first delivery."""
    if not period.first:
        return
    living = _living(world)
    yard.csv("data/census/census2021-ts054-lsoa.csv", _tenure(world, living))
    yard.csv("data/census/census2021-ts017-lsoa.csv", _sizes(world, living))
    yard.csv("data/census/census2021-ts007a-lsoa.csv", _ages(world, living))


def _living(world: World) -> pl.DataFrame:
    """Who lives where, by household; on the first day of which there are events, half a year after the Census."""
    stays = world.lives.stays.filter((pl.col("start") <= START) & (pl.col("end").is_null() | (pl.col("end") > START)))
    return world.at(stays.select("person", "uprn", "spell", "household"), "lsoa")


def _tenure(world: World, living: pl.DataFrame) -> pl.DataFrame:
    households = living.unique("household", maintain_order=True).join(world.lives.spells.select("spell", "tenure"), on="spell", how="left", maintain_order="left")
    luck = keyed(world.plan.seed, "census tenure", households["household"].to_numpy())
    tenure = households["tenure"].fill_null("owned").to_numpy()
    owned = np.where(luck < SHARED, "shared", np.where(luck < SHARED + OUTRIGHT, "outright", "loan"))
    rented = np.where(luck < 0.93, "landlord", "other private")
    free = (tenure == "private") & (luck > 0.985)
    said = np.select([free, tenure == "private", tenure == "council", tenure == "association", tenure == "mortgaged"], ["free", rented, "council", "association", np.where(luck < SHARED, "shared", "loan")], owned)
    of = _counts(world, households.with_columns(what=pl.Series(said)), ("outright", "loan", "shared", "council", "association", "landlord", "other private", "free"))
    total, own, social, private = ("Tenure of household: Total: All households", "Tenure of household: Owned", "Tenure of household: Social rented", "Tenure of household: Private rented")
    return _table(
        world,
        {
            total: _sum(of), own: of["outright"] + of["loan"], f"{own}: Owns outright": of["outright"], f"{own}: Owns with a mortgage or loan": of["loan"],
            "Tenure of household: Shared ownership": of["shared"], social: of["council"] + of["association"],
            f"{social}: Rents from council or Local Authority": of["council"], f"{social}: Other social rented": of["association"],
            private: of["landlord"] + of["other private"], f"{private}: Private landlord or letting agency": of["landlord"],
            f"{private}: Other private rented": of["other private"], "Tenure of household: Lives rent free": of["free"],
        },
    )  # fmt: skip


def _sizes(world: World, living: pl.DataFrame) -> pl.DataFrame:
    households = living.group_by("household", maintain_order=True).agg(pl.col("lsoa").first(), size=pl.len())
    names = np.array(SIZES)[np.minimum(households["size"].to_numpy(), len(SIZES)).astype(np.int64) - 1]
    of = _counts(world, households.with_columns(what=pl.Series(names)), SIZES)
    return _table(world, {"Household size: Total: All household spaces": _sum(of), **{f"Household size: {name}": of[name] for name in SIZES}})


def _ages(world: World, living: pl.DataFrame) -> pl.DataFrame:
    people = world.of(living, "born").filter(pl.col("born") <= CENSUS)
    years = (pl.lit(CENSUS).dt.year() - pl.col("born").dt.year()) - ((pl.col("born").dt.ordinal_day() > pl.lit(CENSUS).dt.ordinal_day()).cast(pl.Int32))
    band = people.select(band=years.clip(0, 85) // 5)["band"].to_numpy()
    of = _counts(world, people.with_columns(what=pl.Series(np.array(BANDS)[band])), BANDS)
    return _table(world, {"Age: Total": _sum(of), **{f"Age: {name}": of[name] for name in BANDS}})


def _counts(world: World, frame: pl.DataFrame, names: tuple[str, ...]) -> dict[str, pl.Series]:
    """For each LSOA how many of each name."""
    counted = frame.group_by("lsoa", "what", maintain_order=True).len()
    return {
        name: world.ground.lsoas.select("lsoa").join(counted.filter(pl.col("what") == name), on="lsoa", how="left", maintain_order="left")["len"].fill_null(0).cast(pl.Int64)
        for name in names
    }


def _table(world: World, columns: dict[str, pl.Series]) -> pl.DataFrame:
    areas = world.ground.lsoas.select(pl.lit(2021).alias("date"), pl.col("lsoa_name").alias("geography"), pl.col("lsoa_code").alias("geography code"))
    return areas.with_columns(values.alias(name) for name, values in columns.items())


def _sum(of: dict[str, pl.Series]) -> pl.Series:
    return pl.DataFrame(of).sum_horizontal()
