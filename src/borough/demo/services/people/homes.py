"""Where people live, as it is and as a system believes it; and people from outside the borough."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World

OUTSIDE = 1_000_000_000
"""Ids of people from outside the borough begin here: no resident has them."""
SHIFT = 37
"""People from outside have the first name of one resident and the surname of another, so many rows away."""
TOWNS = {"Easthaven": ("Easthaven", "EM"), "Wyvering": ("Wyvering", "WY"), "Saltmere": ("Saltmere", "SV"), "Upper Dunwick": ("Dunwick", "DU")}
"""The towns round about, with their post towns and fictional postcode areas."""
_ROLES = ("head", "partner", "single", "adult", "parent", "sharer", "lodger", "child")


def presence(world: World) -> pl.DataFrame:
    """For each person the first and the last day in the borough (null: stays): ``person arrived left``."""
    stays = world.lives.stays
    return stays.group_by("person", maintain_order=True).agg(
        arrived=pl.col("start").min(),
        left=pl.when(pl.col("end").is_null().any()).then(None).otherwise(pl.col("end").max()),
    )


def people(world: World) -> pl.DataFrame:
    """Everybody who ever lived here, with the days of presence."""
    return presence(world).join(world.lives.people, on="person", how="left", maintain_order="left")


def believed(world: World, members: pl.DataFrame, day: dt.date | str, chances: Chances, *, learns: float = 0.6) -> pl.DataFrame:
    """Members (``person since …``) with the ``uprn``, ``household`` and ``stay`` that a system has for them on a day (or on the day of a column).

    It knew the address on the day ``since`` when they came to it. Of later moves a share (``learns``) is told within weeks, others
    when the council knows, and some never: so its addresses are stale.
    """
    on = pl.col(day) if isinstance(day, str) else pl.lit(day)
    stays = world.lives.stays.select("stay", "person", "uprn", "household", "start", "told")
    soon = chances.happens("learns", stays["stay"], learns)
    stays = stays.with_columns(
        seen=pl.when(pl.lit(soon)).then(later(stays["start"], chances.lag("learnt", stays["stay"], 20))).otherwise("told")
    )
    rows = members.with_row_index("_row").select("_row", "person", "since", on.alias("_on"))
    known = (
        rows.join(stays, on="person", how="inner", maintain_order="left")
        .filter(pl.col("start") <= pl.col("_on"))
        .filter((pl.col("start") <= pl.col("since")) | (pl.col("seen") <= pl.col("_on")))
        .sort("_row", "start", maintain_order=True)
        .unique("_row", keep="last", maintain_order=True)
        .select("_row", "uprn", "household", "stay")
    )
    return members.with_row_index("_row").join(known, on="_row", how="left", maintain_order="left").drop("_row")


def heads(world: World) -> pl.DataFrame:
    """For each household the adult who answers for it: ``household adult partner``."""
    rank = pl.col("role").replace_strict({role: n for n, role in enumerate(_ROLES)}, default=9, return_dtype=pl.Int64)
    ranked = world.lives.stays.with_columns(rank=rank).filter(pl.col("rank") < _ROLES.index("child"))
    ordered = ranked.sort("household", "rank", "person", maintain_order=True).unique(["household", "person"], keep="first", maintain_order=True)
    return ordered.group_by("household", maintain_order=True).agg(
        adult=pl.col("person").first(), partner=pl.col("person").filter(pl.col("role") == "partner").first()
    )


def strained(world: World) -> pl.DataFrame:
    """Households with an adult who claims benefits: ``household claims`` (true)."""
    claimants = world.lives.people.filter(pl.col("benefits")).select("person")
    return world.lives.stays.join(claimants, on="person", how="semi", maintain_order="left").select("household").unique(maintain_order=True).with_columns(claims=pl.lit(True))


def strangers(world: World, chances: Chances, share: float, *, born: tuple[int, int]) -> pl.DataFrame:
    """People from outside the borough, born in some years: as many as a share of the residents so old, with the columns of ``people`` and of their address.

    Names are put together of two residents'; nobody of them is a resident.
    """
    pool = world.lives.people.filter(pl.col("born").dt.year().is_between(*born))
    pool = pool.filter(chances.happens("stranger", pool["person"], share))
    other = pl.int_range(pl.len()) + SHIFT
    mixed = pool.with_columns(
        pl.col("first", "middle").gather(other % pl.max_horizontal(pl.len(), 1)),
        person=pl.col("person") + OUTSIDE, birth_surname=pl.lit(None, pl.String), surname_from=pl.lit(None, pl.Date), nickname=pl.lit(None, pl.String),
        email=pl.lit(None, pl.String), phone=pl.lit(None, pl.String), nino=pl.lit(None, pl.String), died=pl.lit(None, pl.Date),
    )  # fmt: skip
    # the first name must fit the sex: who gets another's first name gets the sex and title of its bearer too
    mixed = mixed.with_columns(pool.select(pl.col("sex", "title").gather(other % pl.max_horizontal(pl.len(), 1))))
    return pl.concat([mixed, _far_places(world, chances, mixed["person"])], how="horizontal")


def _far_places(world: World, chances: Chances, ids: pl.Series) -> pl.DataFrame:
    """An address in a neighbouring town for each id."""
    homes = world.ground.properties.filter(pl.col("is_dwelling") & pl.col("flat").is_null())
    rows = pl.Series((chances.share("far", ids) * homes.height).astype("int64"))
    town = chances.pick("town", ids, dict.fromkeys(TOWNS, 1.0))
    area = town.replace_strict({name: area for name, (_, area) in TOWNS.items()}, return_dtype=pl.String)
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    part = pl.DataFrame([area.alias("area"), chances.number("district", ids, 1, 19), chances.number("sector", ids, 1, 9), chances.number("unit1", ids, 0, 19), chances.number("unit2", ids, 0, 19)])
    unit = [pl.col(name).replace_strict(dict(enumerate(letters)), return_dtype=pl.String) for name in ("unit1", "unit2")]
    postcode = part.select(pl.concat_str("area", "district", pl.lit(" "), "sector", *unit).alias("postcode")).to_series()
    places = homes[rows].select("number", "number_to", "suffix", "building", "flat", "flat_suffix", "flat_text", "floor", "organisation", "street_name")
    post_town = town.replace_strict({name: post for name, (post, _) in TOWNS.items()}, return_dtype=pl.String)
    return places.with_columns(uprn=pl.lit(None, pl.Int64), locality=pl.lit(None, pl.String), town=post_town, postcode=postcode, building=pl.lit(None, pl.String))


def settled(world: World, members: pl.DataFrame, others: pl.DataFrame | None = None) -> pl.DataFrame:
    """Members with a ``uprn`` and their property's columns; below them the people from outside, where there are any."""
    known = world.at(members, *_PLACE)
    if others is None or not others.height:
        return known
    return pl.concat([known, others.select(pl.col(name) for name in others.columns if name in known.columns)], how="diagonal")


_PLACE = (
    "parent_uprn", "usrn", "street_name", "number", "number_to", "suffix", "building", "flat", "flat_suffix", "flat_text", "floor",
    "organisation", "locality", "town", "postcode", "lsoa",
)  # fmt: skip


def residents(rows: pl.DataFrame) -> pl.DataFrame:
    """Those of the rows that are residents', without columns of an address."""
    return rows.filter(pl.col("person") < OUTSIDE).drop("uprn", *_PLACE, strict=False)


def outsiders(rows: pl.DataFrame) -> pl.DataFrame:
    """Those of the rows that are not."""
    return rows.filter(pl.col("person") >= OUTSIDE)


def truly(person: str = "person") -> pl.Expr:
    """The person for the truth: null for who comes from outside."""
    return pl.when(pl.col(person) < OUTSIDE).then(person).alias("person")
