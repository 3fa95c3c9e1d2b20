"""What was written about each home, seen with perfect sight: every record is where it truly belongs.

These are the features of the ceiling (``ceiling.py``): counts of what systems held about a home on a day, what its street is like, what
the register says of its licence and of its owner's other homes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.world import World

WINDOW = dt.timedelta(days=3 * 365)
LATELY = dt.timedelta(days=365)
SIGNS = (
    "council_tax.", "electoral.", "benefits.", "housing.", "asb.", "noise.", "pest_control.", "waste.", "planning.", "epc.", "deposits.", "land_registry.", "parking.",
    "enforcement.fixed_penalties",
)  # fmt: skip
"""Feeds that private housing enforcement may use and that tell of a home. Visits and notices are not among them: a visit's own record tells the
answer. Licences come from the register as it was."""
OPEN = dt.date(9999, 12, 31)


def written(folder: Path) -> pl.DataFrame:
    """The truth of all records below a project's ``truth`` folder: ``feed key uprn person on``."""
    parts = []
    for feed in sorted((folder / "records").iterdir()):
        found = [pl.read_parquet(path) for path in sorted(feed.glob("*.parquet"))]
        parts += (
            [
                pl.concat(found)
                .unique("key", keep="first", maintain_order=True)
                .select(pl.lit(feed.name).alias("feed"), "key", "uprn", "person", "on")
            ]
            if found
            else []
        )
    return (
        pl.concat(parts)
        if parts
        else pl.DataFrame(schema={"feed": pl.String, "key": pl.String, "uprn": pl.Int64, "person": pl.Int64, "on": pl.Date})
    )


def homes_on(world: World, day: dt.date) -> pl.DataFrame:
    """The dwellings that there were on a day, with what the gazetteer and the neighbourhood's figures say of them."""
    columns = ("uprn", "usrn", "ward", "lsoa", "kind", "rooms", "bedrooms", "area_m2", "built", "first_day", "last_day")
    there = (pl.col("first_day").is_null() | (pl.col("first_day") <= day)) & (pl.col("last_day").is_null() | (pl.col("last_day") >= day))
    shares = world.ground.lsoas.select("lsoa", "private", "social", "churn", "deprivation")
    homes = world.ground.properties.filter(pl.col("is_dwelling") & there).select(columns).drop("first_day", "last_day").sort("uprn")
    return homes.join(shares, on="lsoa", how="left", maintain_order="left")


def features(world: World, records: pl.DataFrame, homes: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """For each of the homes, in their order, columns of numbers: what was known of it on the day."""
    known = records.filter(pl.col("uprn").is_not_null() & (pl.col("on") <= day))
    known = known.filter(pl.any_horizontal(pl.col("feed").str.starts_with(name) for name in SIGNS))
    recent = known.filter(pl.col("on") > day - WINDOW)
    lately = recent.filter(pl.col("on") > day - LATELY)
    table = homes.select("uprn", "usrn").join(_counts(recent, "n"), on="uprn", how="left", maintain_order="left")
    table = table.join(_counts(lately, "late"), on="uprn", how="left", maintain_order="left")
    table = table.join(_people(world, recent), on="uprn", how="left", maintain_order="left").fill_null(0)
    table = table.with_columns((pl.exclude("uprn", "usrn").cast(pl.Float64) + 1).log())
    return pl.concat(
        [_with_street(table), _place(homes), _licence(world, homes, day), _owner(world, homes, day), _owner_there(known, homes)],
        how="horizontal",
    ).drop("uprn", "usrn")


def _counts(records: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Records of each feed for each home."""
    counted = records.group_by("uprn", "feed", maintain_order=True).len()
    wide = counted.sort("uprn", "feed").pivot("feed", index="uprn", values="len")
    return wide.select("uprn", *(pl.col(c).alias(f"{prefix}:{c}") for c in sorted(set(wide.columns) - {"uprn"})))


def _people(world: World, records: pl.DataFrame) -> pl.DataFrame:
    """How many people, and how many surnames, any system names at a home."""
    named = records.filter(pl.col("person").is_not_null()).select("uprn", "person").unique(maintain_order=True)
    named = world.of(named, "surname")
    return named.group_by("uprn", maintain_order=True).agg(pl.len().alias("people"), pl.col("surname").n_unique().alias("surnames"))


def _with_street(table: pl.DataFrame) -> pl.DataFrame:
    """The counts, and their means over the other homes of the street."""
    counts = [c for c in table.columns if c.startswith("n:")]
    others = (pl.len().over("usrn") - 1).clip(1)
    return table.with_columns(((pl.col(c).sum().over("usrn") - pl.col(c)) / others).alias(f"street{c[1:]}") for c in counts)


def _place(homes: pl.DataFrame) -> pl.DataFrame:
    numbers = ("rooms", "bedrooms", "area_m2", "built", "private", "social", "churn", "deprivation")
    kinds = sorted(k for k in homes["kind"].unique().to_list() if k)
    return homes.select(
        *(pl.col(c).cast(pl.Float64).fill_null(strategy="mean") for c in numbers),
        *((pl.col("kind") == k).cast(pl.Float64).alias(f"kind:{k}") for k in kinds),
    )


def _licence(world: World, homes: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Whether the register has a licence for the home that is in force, had one, or somebody has applied: of whoever, for the register doesn't know who sold."""
    known = world.law.licences.filter(pl.col("applied") <= day)
    valid = (pl.col("outcome") == "granted") & (pl.col("starts") <= day) & (pl.min_horizontal("expires", "ended") >= day)
    pending = pl.col("decided").fill_null(OPEN) > day
    had = (pl.col("outcome") == "granted") & (pl.col("starts") <= day) & ~valid
    flags = known.group_by("uprn", maintain_order=True).agg(
        valid.any().alias("licensed"), pending.any().alias("applied"), had.any().alias("was_licensed")
    )
    found = homes.select("uprn").join(flags, on="uprn", how="left", maintain_order="left")
    return found.select(pl.col(c).fill_null(value=False).cast(pl.Float64) for c in ("licensed", "applied", "was_licensed"))


def _owner(world: World, homes: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """How many other homes the owner has, and which share of those has a licence."""
    spells = world.lives.spells.filter((pl.col("start") <= day) & (pl.col("end").fill_null(OPEN) >= day)).sort("uprn", "start")
    owner = spells.unique("uprn", keep="last", maintain_order=True).select("uprn", "owner")
    held = homes.select("uprn").join(owner, on="uprn", how="left", maintain_order="left")
    held = held.with_columns(_licence(world, homes, day)["licensed"])
    others = (pl.len().over("owner") - 1).cast(pl.Float64)
    share = (pl.col("licensed").sum().over("owner") - pl.col("licensed")) / others.clip(1)
    none = pl.col("owner").is_null()
    return held.select(
        pl.when(none).then(0.0).otherwise((others + 1).log()).alias("other_homes"),
        pl.when(none).then(0.0).otherwise(share).alias("others_licensed"),
    )


def _owner_there(known: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """Whether the registered owner is one of those whom council tax or the roll has at the home, and whether there is one who isn't."""
    named = known.filter(pl.col("person").is_not_null())
    living = named.filter(pl.col("feed").str.starts_with("council_tax.") | pl.col("feed").str.starts_with("electoral."))
    living = living.select("uprn", "person", there=pl.lit(value=True)).unique(maintain_order=True)
    titles = known.filter(pl.col("feed") == "land_registry.titles").sort("on", "key").unique("uprn", keep="last", maintain_order=True)
    owners = titles.select("uprn", "person", titled=pl.lit(value=True)).join(
        living, on=["uprn", "person"], how="left", maintain_order="left"
    )
    found = (
        homes.select("uprn")
        .join(owners, on="uprn", how="left", maintain_order="left")
        .with_columns(pl.col("titled", "there").fill_null(value=False))
    )
    return found.select(
        pl.col("there").cast(pl.Float64).alias("owner_there"),
        (pl.col("titled") & ~pl.col("there")).cast(pl.Float64).alias("owner_elsewhere"),
    )


def matrix(table: pl.DataFrame) -> npt.NDArray[np.float64]:
    """The features, each with mean 0 and deviation 1."""
    values = table.to_numpy().astype(np.float64)
    spread = values.std(axis=0)
    result: npt.NDArray[np.float64] = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return result


def names(table: pl.DataFrame) -> Sequence[str]:
    """The features' names, in the order of the matrix."""
    return table.columns
