"""Who reports a thing: somebody of the home, or of another home of the street."""

from __future__ import annotations

import polars as pl

from borough.demo.mess.mess import Mess
from borough.demo.services.people.chances import Chances
from borough.demo.world import World

PLACE = (
    "usrn", "parent_uprn", "street_name", "number", "number_to", "suffix", "building", "flat", "flat_suffix", "flat_text", "floor",
    "organisation", "locality", "town", "postcode", "x", "y", "longitude", "latitude",
)  # fmt: skip
"""What services of the place ask of a property."""
_EXACT = ("number", "number_to", "suffix", "building", "flat", "flat_suffix", "flat_text", "floor", "organisation")


def occupant(world: World, frame: pl.DataFrame, chances: Chances, *, on: str = "on", uprn: str = "uprn") -> pl.Series:
    """For each row an adult who lived at its ``uprn`` on the day; null where nobody did."""
    stays = world.lives.stays.filter(pl.col("role") != "child").select(pl.col("uprn").alias("_home"), "person", "start", "end")
    rows = frame.select(pl.col(uprn).alias("_home"), pl.col(on).alias("_on")).with_row_index("_row")
    living = (
        rows.join(stays, on="_home", how="inner", maintain_order="left_right")
        .filter(pl.col("start") <= pl.col("_on"), pl.col("end").is_null() | (pl.col("end") >= pl.col("_on")))
        .group_by("_row", maintain_order=True).agg(pl.col("person").sort())
    )  # fmt: skip
    share = pl.Series("share", chances.share("occupant", frame["id"]))
    found = rows.select("_row").with_columns(share).join(living, on="_row", how="left", maintain_order="left")
    place = (pl.col("share") * pl.col("person").list.len()).floor().cast(pl.Int64)
    return found.select(pl.col("person").list.get(place, null_on_oob=True)).to_series()


def neighbour(world: World, frame: pl.DataFrame, chances: Chances, *, on: str = "on") -> pl.Series:
    """For each row an adult who lived in a home of the same street on the day, seldom in the same one; null where nobody did."""
    homes = world.ground.properties.filter(pl.col("is_dwelling")).select("uprn", "usrn").sort("usrn", "uprn").with_row_index("_at")
    streets = homes.group_by("usrn", maintain_order=True).agg(pl.col("_at").min().alias("first"), pl.len().alias("homes"))
    where = world.at(frame.select("uprn"), "usrn").join(streets, on="usrn", how="left", maintain_order="left")
    share = pl.Series("share", chances.share("neighbour", frame["id"]))
    at = where.with_columns(share).select(pl.col("first") + (pl.col("share") * pl.col("homes")).floor().cast(pl.UInt32)).to_series()
    beside = frame.select("id", on).with_columns(homes["uprn"].gather(at).alias("uprn"))
    return occupant(world, beside, chances, on=on)


def located(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """Events (``uprn home``) with the columns of their place; of what happened in a street, the street alone."""
    placed = world.at(frame, *PLACE)
    return placed.with_columns(pl.when("home").then(pl.col(name)).alias(name) for name in _EXACT)


def told(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """The callers (``person``) of events, with all that people are known by; who gave no name has nulls."""
    return world.of(frame.select("person"))


def truly(frame: pl.DataFrame, key: str, *, on: str = "on", person: str = "person") -> pl.DataFrame:
    """What the truth notes of events: the home where there is one, and the caller."""
    return frame.select(
        pl.col(key).cast(pl.String).alias("key"), pl.when("home").then("uprn").alias("uprn"), pl.col(person).alias("person"), pl.col(on).alias("on")
    )


def owners_of(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """The owners (``owner``) of rows, with all that is known of them."""
    return frame.select("owner").join(world.lives.owners, on="owner", how="left", maintain_order="left")


def owners_names(owners: pl.DataFrame, mess: Mess, column: str) -> pl.Series:
    """The names of owners: bodies as systems write them, people as they are."""
    body = owners["kind"].cast(pl.String).is_in(["company", "association"])
    bodies = owners.select(pl.when(body).then("name")).to_series()
    return mess.organisation(bodies, column=column).fill_null(owners["name"])
