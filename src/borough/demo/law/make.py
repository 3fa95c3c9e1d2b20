"""Makes the law of a district: schemes, licences, visits, and what was true and asked of every home and day."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.chance import stream
from borough.demo.law.designations import designations
from borough.demo.law.licences import Chain, chain, frame_of, joined
from borough.demo.law.needs import pieces as pieces_of
from borough.demo.law.owing import NEVER, Owing, applications, days, merged, owing_of
from borough.demo.law.status import status_of
from borough.demo.law.visits import UNLICENSED, drawn, expected, homes_of, seen
from borough.demo.plan import District, Plan
from borough.demo.world import Ground, Law, Lives

PERSUADED = 0.6
"""The share of those who are found unlicensed, and told so, who then apply."""
PRETENDING = 0.75
"""Of owners of an HMO without its licence, those who take out a selective one where there is such a scheme, as if they let to one household."""
VISIBLE = [
    "licence",
    "uprn",
    "owner",
    "kind",
    "applied",
    "decided",
    "outcome",
    "starts",
    "expires",
    "ended",
    "max_occupants",
    "max_households",
    "storeys",
    "fee",
]


def make(plan: Plan, district: District, ground: Ground, lives: Lives) -> Law:
    """The law of a district, from before ``START`` to ``HORIZON``.

    Visits depend on who has no licence, and licences on who was visited: so licences are made twice, the second time with the
    applications of those who were found out.
    """

    def luck(name: str) -> np.random.Generator:
        return stream(plan.seed, district.number, "law", name)

    schemes = designations(ground)
    pieces = pieces_of(ground, lives, schemes)
    owing = owing_of(ground, lives, schemes, pieces, luck("willing"))
    first = applications(owing, luck("applies"))
    unasked = np.flatnonzero(first < NEVER)
    made = chain(owing, unasked, first[unasked], luck("chain"))
    pretended, false = _pretended(owing, made, owing_of(ground, lives, schemes, _as_single(pieces), luck("pretends")), luck("pretended"))
    before = frame_of(owing, made, district.number, luck("frame"))
    status = status_of(lives, pieces, before, owing.frame)
    chances = expected(homes_of(ground, lives, plan.seed), before)
    visits = drawn(chances, plan.seed, district.number, luck("visits"))
    found = seen(visits, status, luck("found"))
    made = joined([_persuaded(owing, made, found, luck("persuaded")), false])
    licences = frame_of(pretended, made, district.number, luck("frame"))
    status = status_of(lives, pieces, licences, owing.frame)
    visits = seen(visits, status, luck("found"))
    return Law(schemes, licences.select(VISIBLE), visits, status, chances.select("uprn", "year", "chance").sort("year", "uprn"))


def _as_single(pieces: pl.DataFrame) -> pl.DataFrame:
    """The pieces of HMOs where a selective scheme is in force, as if they were let to one household."""
    return pieces.filter((pl.col("part") == 2) & pl.col("selective").is_not_null()).with_columns(
        needs=pl.lit("selective"), part=pl.lit(3, pl.Int32), designation=pl.col("selective")
    )


def _pretended(owing: Owing, made: Chain, single: Owing, chance: np.random.Generator) -> tuple[Owing, Chain]:
    """The selective licences of HMOs that should have another: what is owed with them, and their chain. They don't count as a licence."""
    applied = owing.frame.filter(pl.col("part") == 2).filter(~pl.col("owing").is_in(np.unique(made.owing))).select("uprn", "owner")
    chosen = single.frame.with_columns(pl.Series(chance.random(len(single)) < PRETENDING).alias("chosen")).filter("chosen")
    which = chosen.join(applied.unique(maintain_order=True), on=["uprn", "owner"], how="semi", maintain_order="left")["owing"].to_numpy()
    day = single.first[which] + chance.exponential(90, len(which)).astype(np.int64)
    both = merged(owing, single)
    return both, chain(both, which + len(owing), day, chance)


def _persuaded(owing: Owing, made: Chain, visits: pl.DataFrame, chance: np.random.Generator) -> Chain:
    """Applications with those that visits led to: what the owner would have done later on comes to nothing."""
    told = visits.filter(pl.col("true_status").is_in(UNLICENSED) & pl.col("found").is_in(UNLICENSED))
    told = told.filter(pl.Series(chance.random(told.height) < PERSUADED)).select("uprn", "on")
    owed = owing.frame.select("uprn", "owing", "first_day", "last_day")
    led = (
        told.join(owed, on="uprn", how="inner", maintain_order="left")
        .filter((pl.col("on") >= pl.col("first_day")) & (pl.col("on") <= pl.col("last_day")))
        .sort("on", "owing")
        .unique("owing", keep="first", maintain_order=True)
        .sort("owing")
    )
    which = led["owing"].to_numpy()
    applied = days(led["on"]) + 7 + chance.exponential(30, len(which)).astype(np.int64)
    moved = np.full(len(owing), NEVER)
    moved[which] = applied
    kept = made.where(made.applied < moved[made.owing])
    return joined([kept, chain(owing, which, applied, chance)])
