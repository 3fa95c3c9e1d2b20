"""Who owes which licence: an owner, for a home, under a part of the Act and a scheme. And who applies, and when."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.plan import HORIZON
from borough.demo.world import Ground, Lives

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

NEVER = 2**40
"""A day that does not come."""
LEVEL = 1.6
"""How willing landlords are in general: moves the share of homes without the licence that they need."""
KINDS = {"company": 0.5, "landlord": 0.0, "resident": -0.7, "estate": -1.0, "association": 2.0, "council": 3.0}
EVE = dt.timedelta(days=75)
"""How long before a scheme begins the council takes applications."""


@dataclass(frozen=True)
class Owing:
    """What is owed, one row each, in the order of ``frame``: days as numbers since 1970."""

    frame: pl.DataFrame
    """``owing`` (0…), uprn, owner, part, designation, kind, first_day, last_day, scheme_first, scheme_last, fresh (arose with a scheme), households, occupants, hmo, and what bears on compliance."""
    first: Ints
    last: Ints
    willing: Reals
    """The chance that the owner applies unasked."""

    def __len__(self) -> int:
        return self.frame.height


def owing_of(ground: Ground, lives: Lives, designations: pl.DataFrame, pieces: pl.DataFrame, chance: np.random.Generator) -> Owing:
    """What is owed, from the pieces of lets that need a licence; voids and lets of another kind between them are bridged."""
    facts = lives.spells.select("spell", "managed", "occupants", "households", "letting", "hmo")
    schemes = designations.select("designation", scheme_first="first_day", scheme_last="last_day").unique(
        "designation", maintain_order=True
    )
    frame = (
        pieces.filter(pl.col("needs").is_not_null())
        .join(facts, on="spell", how="left", maintain_order="left")
        .sort("uprn", "first_day")
        .group_by("uprn", "owner", "part", "designation", maintain_order=True)
        .agg(
            pl.col("first_day").min(), pl.col("last_day").max(), pl.col("needs").first().alias("kind"), pl.col("managed").mean(),
            pl.col("occupants").max(), pl.col("households").max(), pl.col("hmo").any(), (pl.col("letting") == "students").any().alias("students"),
        )
        .join(schemes, on="designation", how="left", maintain_order="left")
        .join(_owners(lives), on="owner", how="left", maintain_order="left")
        .join(_places(ground), on="uprn", how="left", maintain_order="left")
        .sort("first_day", "uprn", "owner", "part", "designation", nulls_last=True)
        .with_row_index("owing")
        .with_columns(pl.col("owing").cast(pl.Int64), fresh=(pl.col("first_day") == pl.col("scheme_first")).fill_null(value=False))
    )  # fmt: skip
    return Owing(frame, days(frame["first_day"]), days(frame["last_day"]), _willing(frame, chance))


def merged(owing: Owing, more: Owing) -> Owing:
    """What is owed and what is only pretended: the numbers of ``more`` go on after those of ``owing``."""
    numbered = more.frame.with_columns(pl.col("owing") + len(owing))
    parts = [(owing.first, more.first), (owing.last, more.last), (owing.willing, more.willing)]
    first, last, willing = (np.concatenate(pair) for pair in parts)
    return Owing(pl.concat([owing.frame, numbered]), first, last, willing)


def days(dates: pl.Series) -> Ints:
    """Dates as days since 1970; none is ``NEVER``."""
    numbers: Ints = dates.cast(pl.Date).cast(pl.Int32).cast(pl.Int64).fill_null(NEVER).to_numpy()
    return numbers


def dates(numbers: npt.ArrayLike) -> pl.Series:
    """Days since 1970 as dates; beyond any calendar (``NEVER``) is null."""
    array = np.asarray(numbers, dtype=np.int64)
    series = pl.Series(np.where(array > NEVER // 2, 0, array)).cast(pl.Int32).cast(pl.Date)
    return pl.DataFrame({"d": series, "known": array <= NEVER // 2}).select(pl.when("known").then("d")).to_series()


def applications(owing: Owing, chance: np.random.Generator) -> Ints:
    """The day on which each owner applies unasked; ``NEVER`` for those who don't.

    Half of those who apply for a scheme do so before it begins. Word gets round: each year a few of the others apply late, fewer as a scheme ages.
    """
    size = len(owing)
    share, lag = chance.random(size), chance.exponential(1.0, size)
    fresh = owing.frame["fresh"].to_numpy()
    eve = -(chance.random(size) * EVE.days).astype(np.int64)
    soon = np.where(fresh, np.where(share < 0.5, eve, lag * 140), np.where(share < 0.55, lag * 12, lag * 80)).astype(np.int64)
    late = (chance.exponential(1.0, size) * np.where(fresh, 14.0, 25.0) * 365.25 + 120).astype(np.int64)
    day = owing.first + np.where(_resolve(owing.frame, chance) < owing.willing, soon, late)
    return np.where((day <= owing.last) & (day <= days(pl.Series([HORIZON]))[0]), day, NEVER)


def _resolve(frame: pl.DataFrame, chance: np.random.Generator) -> Reals:
    """A draw for each owner and home, nearly the same for each scheme: who didn't apply for the first seldom does for the second."""
    pairs, place = np.unique(frame.select("uprn", "owner").fill_null(-1).to_numpy(), axis=0, return_inverse=True)
    drawn = chance.random(len(pairs))[place.reshape(-1)]
    result: Reals = np.where(chance.random(frame.height) < 0.85, drawn, chance.random(frame.height))
    return result


def _owners(lives: Lives) -> pl.DataFrame:
    return lives.owners.select("owner", "homes", owner_kind="kind", agent=pl.col("agent").is_not_null())


def _places(ground: Ground) -> pl.DataFrame:
    homes = ground.properties.select("uprn", "kind", "bedrooms", "rooms", "area_m2", "lsoa").rename({"kind": "dwelling_kind"})
    return homes.join(ground.lsoas.select("lsoa", "deprivation"), on="lsoa", how="left", maintain_order="left")


def _willing(frame: pl.DataFrame, chance: np.random.Generator) -> Reals:
    """The chance of applying: companies and agents more, small amateurs less, who keeps homes badly much less; owners differ, all homes of one alike."""
    kind = frame["owner_kind"].replace_strict(KINDS, default=0.0, return_dtype=pl.Float64).to_numpy()
    owners, place = np.unique(frame["owner"].fill_null(-1).to_numpy(), return_inverse=True)
    temper = chance.normal(0, 0.9, len(owners))[place]
    homes = np.log(frame["homes"].cast(pl.Float64).fill_null(1.0).clip(1.0, 60.0).to_numpy())
    score = (
        LEVEL + kind + temper + 0.3 * homes + 0.8 * frame["agent"].fill_null(value=False).to_numpy()
        + 4.0 * (frame["managed"].cast(pl.Float64).fill_null(0.6).to_numpy() - 0.6)
        - 0.9 * frame["hmo"].fill_null(value=False).to_numpy()
        - 0.6 * (frame["deprivation"].cast(pl.Float64).fill_null(0.4).to_numpy() - 0.4)
    )  # fmt: skip
    willing: Reals = 1.0 / (1.0 + np.exp(-score))
    return willing
