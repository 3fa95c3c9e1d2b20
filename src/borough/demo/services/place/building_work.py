"""What is built and converted: householders' extensions, shops' works, conversions to flats and to shared houses."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.lives.traces import Rates
from borough.demo.plan import HORIZON
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.place.happenings import KINDS as STEP
from borough.demo.services.place.happenings import Kind, happened
from borough.demo.world import World

APPLIED = {
    "householder": Kind(0, "householder", Rates(owned=20, social=0.3, family=8, hmo=6, void=8, bad=1.0, deprived=0.8)),
    "lawful": Kind(1, "lawful", Rates(owned=5, social=0.1, family=3, hmo=4, void=3, bad=1.0, deprived=0.8)),
    "prior": Kind(2, "prior", Rates(owned=4, social=0.1, family=2, hmo=3, void=3, bad=1.0, deprived=0.9)),
    "trees": Kind(3, "trees", Rates(owned=3, social=1, family=1, hmo=0.5, void=0.5, bad=1.0, deprived=0.6)),
    "minor": Kind(4, where="street", yearly=4.5),
    "shop": Kind(5, where="shop", yearly=5),
    "advert": Kind(6, where="shop", yearly=1.5),
}
SHARED, SPLIT = 14, 15
"""Numbers of the kinds of event that follow from how homes are used: to shared houses, and to flats."""
WORKS = {
    "works": Kind(0, "works", Rates(owned=30, social=3, family=14, hmo=20, void=24, bad=1.0, deprived=0.8)),
    "boiler": Kind(1, "boiler", Rates(owned=8, social=2, family=6, hmo=7, void=4, bad=1.0, deprived=1.0)),
    "shop": Kind(2, where="shop", yearly=2),
}
REGISTER = dt.date(2005, 1, 1)
"""How far back the planning register can be exported."""


def applications(world: World, chances: Chances) -> pl.DataFrame:
    """What needed permission: ``id kind uprn home on owner``; the owner where it was one who let the home who asked."""
    plain = happened(world, chances.service, APPLIED).with_columns(pl.lit(None, pl.Int64).alias("owner"))
    return pl.concat([plain, _shared(world, chances).select(plain.columns), _split(world).select(plain.columns)]).sort("on", "id")


def _shared(world: World, chances: Chances) -> pl.DataFrame:
    """Homes that became shared houses: those who let with care ask for permission (C3 to C4, or beyond six people), many others don't."""
    spells = world.lives.spells.filter(pl.col("hmo").fill_null(False)).select("spell", "uprn", "start", "owner", "managed", "occupants")
    first = spells.sort("uprn", "start", "spell").unique(["uprn", "owner"], keep="first", maintain_order=True)
    care = first["managed"].cast(pl.Float64).fill_null(0.5)
    asked = first.filter(chances.happens("asked", first["spell"], 0.08 + 0.34 * care))
    on = later(asked["start"], chances.number("asked_days", asked["spell"], -200, 120))
    large = pl.col("occupants") > 6
    return asked.select(
        (pl.col("spell") * STEP + SHARED).alias("id"), pl.when(large).then(pl.lit("large_hmo")).otherwise(pl.lit("hmo")).alias("kind"),
        "uprn", pl.lit(True).alias("home"), pl.lit(on).alias("on"), pl.col("owner").cast(pl.Int64),
    ).filter(pl.col("on") >= REGISTER)  # fmt: skip


def _split(world: World) -> pl.DataFrame:
    """Houses that became flats: of those whose flats are younger than the register there is an application, for the building."""
    flats = world.ground.properties.filter((pl.col("kind").cast(pl.String) == "conversion") & pl.col("is_dwelling"))
    built = flats.group_by(pl.coalesce("parent_uprn", "uprn").alias("uprn"), maintain_order=True).agg(pl.col("first_day").min().alias("first_day"))
    on = pl.col("first_day") - pl.duration(days=300 + pl.col("uprn") % 500)
    return built.with_columns(on.alias("on")).filter(pl.col("on").is_between(REGISTER, HORIZON)).select(
        (pl.col("uprn") * STEP + SPLIT).alias("id"), pl.lit("conversion").alias("kind"), "uprn", pl.lit(True).alias("home"), "on", pl.lit(None, pl.Int64).alias("owner")
    )
