"""Owners as those whom the council writes to."""

from __future__ import annotations

import polars as pl

from borough.demo.mess.mess import Mess, NameStyle
from borough.demo.world import World

PLACE = (
    "parent_uprn", "kind", "rooms", "bedrooms", "street_name", "number", "number_to", "suffix", "building", "flat", "flat_suffix", "flat_text",
    "floor", "organisation", "locality", "town", "postcode", "ward", "x", "y", "longitude", "latitude",
)  # fmt: skip
"""What these services ask of a property."""


def with_owner(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with an ``owner``, and of that owner the columns named ``owner_…``."""
    names = {
        "kind": "owner_kind",
        "name": "owner_name",
        "company_number": "owner_company",
        "person": "person",
        "address": "owner_address",
        "agent": "agent",
    }
    owners = world.lives.owners.select("owner", *(pl.col(old).alias(new) for old, new in names.items()))
    return frame.join(owners, on="owner", how="left", maintain_order="left")


def called(world: World, frame: pl.DataFrame, mess: Mess, style: NameStyle, column: str, on: str) -> pl.Series:
    """The owners' names as somebody typed them: of people in the style of the system, of companies as companies are written."""
    people = world.of(frame.select("person"))
    typed = mess.name(people, style, column=column, on=frame[on])
    company = pl.col("owner_kind").is_in(["company", "association", "council"])
    firms = mess.organisation(frame.select(pl.when(company).then("owner_name")).to_series(), column=column)
    names = pl.DataFrame([typed.alias("typed"), firms.alias("firm"), frame["owner_name"], frame["person"]])
    return names.select(
        pl.when(pl.col("firm").is_not_null()).then("firm")
        .when(pl.col("person").is_not_null() & pl.col("typed").is_not_null()).then("typed")
        .otherwise("owner_name").alias(column),
    ).to_series()  # fmt: skip


def contact(world: World, frame: pl.DataFrame) -> pl.DataFrame:
    """Telephone and email of the owners that are people of the borough; else null."""
    return world.of(frame.select("person"), "phone", "email")
