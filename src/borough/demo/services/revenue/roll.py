"""Who is on the electoral roll, from when until when: late to come, later to go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import polars as pl

from borough.demo.plan import Plan
from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World

CANVASSED = 0.5
"""Of the voters who told nobody that they moved in, how many the canvass finds."""
ANONYMOUS = 0.0008
PEOPLE = ("title", "first", "middle", "surname", "birth_surname", "surname_from", "nickname", "born", "died", "opted_out")
PLACE = (
    "parent_uprn", "street_name", "number", "number_to", "suffix", "building", "flat", "flat_suffix", "flat_text", "floor", "organisation", "locality", "town", "postcode",
)  # fmt: skip


@dataclass(frozen=True)
class Roll:
    """Entries: ``stay person uprn entered removed renamed`` with names, address, ``district`` and ``on_roll`` (its number)."""

    world: World
    entries: pl.DataFrame

    @property
    def plan(self) -> Plan:
        """The plan for a system in which every record is a person who lives."""
        return replace(self.world.plan, rates={**self.world.plan.rates, "name_occupier": 0.0, "name_company": 0.0, "name_exors": 0.0, "name_swapped": min(0.002, self.world.plan.rates.get("name_swapped", 1.0))})

    def on(self, day: dt.date) -> pl.DataFrame:
        """The entries of the register published on a day: of all who are 17 or nearly."""
        there = (pl.col("entered") < day) & (pl.col("removed").is_null() | (pl.col("removed") >= day))
        return self._whole(self.entries.filter(there))

    def changes(self, first: dt.date, last: dt.date) -> pl.DataFrame:
        """What was determined in some days: ``notice operation changed`` of entries."""
        steps = (("A", "entered"), ("D", "removed"), ("M", "renamed"))
        parts = [
            self.entries.filter(pl.col(column).is_between(first, last) & ~pl.col("anonymous")).with_columns(operation=pl.lit(name), changed=pl.col(column), notice=pl.col("stay") * 10 + place)
            for place, (name, column) in enumerate(steps, 1)
        ]
        return self._whole(pl.concat(parts).sort("changed", "notice"))

    def _whole(self, rows: pl.DataFrame) -> pl.DataFrame:
        return self.world.at(self.world.of(rows, *PEOPLE), *PLACE)


def entries(world: World, chances: Chances) -> Roll:
    """All entries that there ever were, by district and number."""
    people = world.lives.people.select("person", "voter", "born", "died", "surname_from")
    stays = world.lives.stays.join(people, on="person", how="left", maintain_order="left").filter("voter")
    ids = stays["stay"]
    canvass = later(stays["start"], chances.number("canvass", ids, 60, 420))
    found = pl.lit(chances.share("canvassed", ids)) < CANVASSED
    soon = later(stays["told"], chances.lag("registers", ids, 45))
    of_age = pl.col("born").dt.offset_by("16y")
    stays = stays.with_columns(entered=pl.max_horizontal(pl.coalesce(pl.lit(soon), pl.when(found).then(pl.lit(canvass))), "start", of_age).dt.offset_by("3d"))
    stays = stays.filter(pl.coalesce("told", pl.when(found).then("start")).is_not_null())
    ids = stays["stay"]
    # Deaths are told by the registrar; who moves away is found out when somebody else registers, or by the canvass.
    dead = (pl.col("died") == pl.col("end")).fill_null(value=False)
    gone = pl.when(dead).then(pl.lit(chances.lag("buried", ids, 25))).otherwise(pl.lit(chances.lag("gone", ids, 150, 700)))
    stays = stays.with_columns(removed=pl.col("end") + pl.duration(days=gone.cast(pl.Int64) + 1))
    stays = stays.filter(pl.col("removed").is_null() | (pl.col("removed") > pl.col("entered")))
    renamed = pl.col("surname_from").dt.offset_by("60d")
    known = (renamed > pl.col("entered")) & (pl.col("removed").is_null() | (renamed < pl.col("removed")))
    stays = world.at(stays, "lsoa", "ward").sort("ward", "lsoa", "uprn", "entered", "stay")
    wards = world.ground.wards.filter(pl.col("ward") < 1000).select("ward", letters=pl.col("ward_name").str.head(1).str.to_uppercase())
    stays = stays.join(wards, on="ward", how="left", maintain_order="left")
    district = pl.format("{}{}", pl.col("letters").fill_null("X"), (pl.col("lsoa") % 26).replace_strict({n: chr(65 + n) for n in range(26)}, return_dtype=pl.String))
    stays = stays.with_columns(renamed=pl.when(known).then(renamed), district=district, anonymous=pl.lit(chances.share("anonymous", stays["person"])) < ANONYMOUS)
    return Roll(world, stays.with_columns(on_roll=pl.int_range(1, pl.len() + 1).over("district")).select("stay", "person", "uprn", "entered", "removed", "renamed", "district", "on_roll", "anonymous"))
