"""Whose car it is: residents', and visitors' who come again."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.chance import Shares, keyed
from borough.demo.lives.identifiers import vrms
from borough.demo.lives.owners import STREETS, TOWNS
from borough.demo.plan import HORIZON
from borough.demo.services.people.chances import Chances
from borough.demo.world import World

RESIDENTS = 0.42
"""The share of fines that could be residents', if all of them lived here at the time."""
BEYOND_PEOPLE = 1_500_000
"""Visitors' marks begin here, behind those of all residents of a district."""


def drivers(world: World, events: pl.DataFrame, salt: str) -> pl.DataFrame:
    """For each event (``id on``) the mark of a car, and its keeper's ``person``, null where that is a visitor."""
    seed = world.plan.seed
    cars = _residents(world)
    which = _uneven(keyed(seed, f"{salt}.car", cars["person"].to_numpy()))
    ids = events["id"].to_numpy()
    at = np.searchsorted(which.cumsum(), keyed(seed, f"{salt}.resident", ids) * which.sum(), side="right").clip(0, max(0, cars.height - 1))
    visitors = max(50, round(1.6 * cars.height))
    other = (keyed(seed, f"{salt}.visitor", ids) ** 1.6 * visitors).astype(np.int64)
    frame = events.select("on").hstack(cars[pl.Series(at.astype(np.uint32))])
    lives = pl.Series(keyed(seed, f"{salt}.who", ids) < RESIDENTS) & frame.select((pl.col("on") >= pl.col("since")) & (pl.col("on") < pl.col("until"))).to_series()
    marks = vrms(BEYOND_PEOPLE + other, world.district.number)
    return frame.select(pl.when(lives).then("person").alias("person"), pl.when(lives).then("vrm").otherwise(marks).alias("vrm"), pl.Series("visitor", other))


def _residents(world: World) -> pl.DataFrame:
    """People with a car, and from when to when they live here."""
    here = world.lives.stays.group_by("person", maintain_order=True).agg(pl.col("start").min().alias("since"), pl.col("end").fill_null(HORIZON).max().alias("until"))
    people = world.lives.people.filter(pl.col("vrm").is_not_null()).select("person", "vrm", "born")
    grown = pl.col("born").dt.offset_by("17y")
    return people.join(here, on="person", how="left", maintain_order="left").with_columns(pl.max_horizontal("since", grown).alias("since")).drop("born")


def _uneven(shares: Shares) -> Shares:
    """How often each is caught: many seldom, a few always."""
    weights: Shares = (-np.log1p(-shares)) ** 1.5 + 0.05
    return weights


def home_on(world: World, events: pl.DataFrame) -> pl.Series:
    """The UPRN where the ``person`` of each event (``id on``) lived on that day; null where there is no person, or none."""
    stays = world.lives.stays.select("person", "uprn", "start", "end")
    rows = events.select("person", "on").with_row_index("row")
    found = (
        rows.filter(pl.col("person").is_not_null())
        .join(stays, on="person", how="inner", maintain_order="left_right")
        .filter(pl.col("start") <= pl.col("on"), pl.col("end").is_null() | (pl.col("end") > pl.col("on")))
        .unique("row", keep="first", maintain_order=True)
    )
    return rows.join(found.select("row", "uprn"), on="row", how="left", maintain_order="left")["uprn"]


def strangers(world: World, visitors: pl.Series, chances: Chances) -> pl.DataFrame:
    """Visitors as keepers: ``title first middle surname … died`` as people have, with an ``address`` elsewhere and its ``postcode``."""
    people = world.lives.people.sort("group", "person")
    size = people.height
    at = np.floor(chances.share("stranger", visitors) * size).astype(np.int64)
    beside = (at + 1 + np.floor(chances.share("strangers_name", visitors) * 60).astype(np.int64)) % size
    names = people[pl.Series(at.astype(np.uint32))].with_columns(
        people["surname"].gather(pl.Series(beside.astype(np.uint32))).alias("surname"),
        *(pl.lit(None, people.schema[name]).alias(name) for name in ("birth_surname", "surname_from", "died", "middle")),
    )
    towns = TOWNS.split("|")
    town = chances.number("town", visitors, 0, len(towns) // 2 - 1)
    number, inward = chances.number("door", visitors, 1, 160).cast(pl.String), chances.number("inward", visitors, 1, 9).cast(pl.String)
    street = chances.pick("street", visitors, dict.fromkeys(STREETS.split("|"), 1.0))
    letters = chances.pick("letters", visitors, dict.fromkeys(("AB", "DH", "EJ", "FL", "GN", "HP", "JQ", "LR", "NS", "PT"), 1.0))
    named = pl.DataFrame({"n": number, "s": street, "t": pl.Series(towns[0::2]).gather(town), "c": pl.Series(towns[1::2]).gather(town) + inward + letters})
    return names.hstack(named.select(pl.format("{} {}, {}", "n", "s", "t").alias("address"), pl.col("c").alias("postcode")))
