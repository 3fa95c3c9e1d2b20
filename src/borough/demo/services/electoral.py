"""The electoral register: complete on 1 December, and notices of alteration in the months after."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.people.chances import Chances
from borough.demo.services.revenue.roll import Roll, entries
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "electoral"
FIRST_NOTICE = dt.date(2025, 12, 31)
"""Notices of alteration are kept for the present register only: the first delivery has those since."""
NO_NOTICES = (10, 11, 12)
"""Months without a notice of alteration: the canvass is on, and December's register has them all."""


def write(world: World, period: Period, yard: Yard) -> None:
    """Write the registers and notices that were published in the period."""
    chances = Chances(world.plan.seed, SOURCE)
    roll = entries(world, chances)
    for day in period.days(month=12):
        _register(world, yard, chances, roll, day)
    for day in period.days():
        if day.month not in NO_NOTICES and day > FIRST_NOTICE:
            _notice(world, yard, roll, day)


def _register(world: World, yard: Yard, chances: Chances, roll: Roll, day: dt.date) -> None:
    rows = roll.on(day)
    keys = rows["stay"].cast(pl.String)
    mess = mess_of(roll.plan, yard, SOURCE, "register", keys, rows["stay"])
    name = mess.names(rows, columns=("first_name", "surname"), on=pl.Series([day]).new_from_index(0, rows.height))
    address = mess.address(rows, "line", lines=4, column="address")
    shown = ~pl.lit(rows["anonymous"])
    comes = pl.col("born").dt.offset_by("18y")
    frame = rows.select(
        pl.when(pl.col("anonymous")).then(pl.lit("")).otherwise("district").alias("Elector Number Prefix"), pl.col("on_roll").cast(pl.String).alias("Elector Number"),
        keys.alias("Elector ID"), pl.when(shown).then(pl.lit(name["surname"])).alias("Elector Surname"), pl.when(shown).then(pl.lit(name["first_name"])).alias("Elector Forename"),
        pl.when(shown & pl.lit(chances.share("middle", rows["stay"]) < 0.7)).then("middle").alias("Elector Middle Name"),
        pl.when(comes > day).then(comes.dt.strftime("%d/%m/%Y")).alias("Date of Attainment"), pl.when("opted_out").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("Opt Out"),
        pl.when("anonymous").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("Anonymous"), pl.when(pl.lit(chances.share("franchise", rows["person"]) < 0.08)).then(pl.lit("L")).alias("Franchise Flag"),
        *(pl.when(shown).then(pl.lit(address[f"address_{n}"])).alias(f"Address {n}") for n in (1, 2, 3, 4)), pl.when(shown).then(pl.lit(address["postcode"])).alias("Post Code"),
        pl.when(shown).then(pl.lit(mess.uprn(rows["uprn"], rows["parent_uprn"], column="uprn"))).alias("UPRN"), pl.col("entered").dt.strftime("%d/%m/%Y").alias("Date Added"),
    )  # fmt: skip
    yard.csv(f"data/{SOURCE}/register_{day}.csv", mess.doubled(frame), encoding="cp1252", quote="always")
    yard.truth(SOURCE, "register", rows.select("uprn", "person", key=keys, on="entered"))


def _notice(world: World, yard: Yard, roll: Roll, day: dt.date) -> None:
    """What was determined since the last notice (or the register, in January)."""
    since = (day - dt.timedelta(days=1)).replace(day=1) if day.month > 1 else dt.date(day.year - 1, 12, 1)
    rows = roll.changes(since, day - dt.timedelta(days=1))
    keys = rows["notice"].cast(pl.String)
    mess = mess_of(roll.plan, yard, SOURCE, "alterations", keys, rows["notice"])
    name = mess.names(rows, columns=("first_name", "surname"), on=rows["changed"])
    address = mess.address(rows, "line", lines=4, column="address")
    frame = pl.DataFrame([
        keys.alias("Notice"), rows["stay"].cast(pl.String).alias("Elector ID"), rows["operation"].alias("Alteration"), name["surname"].alias("Elector Surname"), name["first_name"].alias("Elector Forename"),
        *(address[f"address_{n}"].alias(f"Address {n}") for n in (1, 2, 3, 4)), address["postcode"].alias("Post Code"), mess.uprn(rows["uprn"], rows["parent_uprn"], column="uprn").alias("UPRN"),
        rows["changed"].dt.strftime("%d/%m/%Y").alias("Determined"), pl.Series("Published", [day.strftime("%d/%m/%Y")]).new_from_index(0, rows.height).alias("Published"),
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/alterations_{day}.csv", frame, encoding="cp1252", quote="always")
    yard.truth(SOURCE, "alterations", rows.select("uprn", "person", key=keys, on="changed"))


