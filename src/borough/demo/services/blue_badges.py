"""Blue badges: issued, and what became of them."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.housing import of_the_living
from borough.demo.services.people import versions
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.people.homes import believed, presence
from borough.demo.services.revenue.roll import PEOPLE, PLACE
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "blue_badges"
HOLDERS = 0.6
"""Of disabled residents, how many ever have a badge."""
TURNS = 5
"""Badges that somebody has one after another, at most."""
_GROUNDS = {"PIP": 44, "DLA": 14, "WALKD": 24, "BLIND": 4, "HIDDEN": 14}


def write(world: World, period: Period, yard: Yard) -> None:
    """Write badges issued or changed in the period."""
    chances = Chances(world.plan.seed, SOURCE)
    for day, rows in versions.files(_versions(world, chances), period, "badge"):
        _badges(world, yard, chances, rows, day)


def _versions(world: World, chances: Chances) -> pl.DataFrame:
    """Each badge when it was issued, and when it ended: ``badge person since started expires status entered``."""
    people = world.lives.people.filter("disabled").select("person", "born", "died")
    people = people.filter(chances.happens("holds", people["person"], HOLDERS)).join(presence(world), on="person", how="inner", maintain_order="left")
    able = pl.max_horizontal(pl.col("arrived"), pl.col("born").dt.offset_by("3y"), pl.lit(dt.date(2019, 1, 1)))
    first = pl.col("able") + pl.duration(days=pl.lit(chances.lag("first", people["person"], 420, 2000)).cast(pl.Int64))
    people = people.with_columns(able=able).with_columns(begins=first)
    rows = people.join(pl.DataFrame({"turn": range(TURNS)}, schema={"turn": pl.Int64}), how="cross", maintain_order="left")
    rows = rows.with_columns(badge=pl.col("person") * 10 + pl.col("turn"), started=pl.col("begins").dt.offset_by(pl.format("{}y", pl.col("turn") * 3)))
    rows = rows.with_columns(expires=pl.col("started").dt.offset_by("3y").dt.offset_by("-1d"), since="started")
    rows = rows.filter((pl.col("left").is_null() | (pl.col("started") < pl.col("left"))) & (pl.col("expires") >= START) & (pl.col("started") <= HORIZON))
    ids = rows["badge"]
    issued = rows.with_columns(status=pl.lit("Issued"), entered=pl.max_horizontal(pl.lit(later(rows["started"], chances.number("keyed", ids, -6, 2))), pl.lit(START)))
    lost = chances.share("lost", ids)
    ends = later(rows["started"], chances.number("lost on", ids, 30, 1050))
    died = pl.col("died").is_not_null() & (pl.col("died") <= pl.col("expires"))
    told = pl.lit(later(rows["died"], chances.lag("died", ids, 40, 300)))
    early = pl.when(pl.lit(lost) < 0.03).then(pl.lit("Lost")).when(pl.lit(lost) < 0.045).then(pl.lit("Stolen")).when(pl.lit(lost) < 0.055).then(pl.lit("Cancelled")).when(pl.lit(lost) < 0.07).then(pl.lit("Surrendered"))
    alive = pl.col("died").is_null() | (pl.lit(ends) < pl.col("died"))
    status = pl.when(early.is_not_null() & alive).then(early).when(died).then(pl.lit("Deceased")).otherwise(pl.lit("Expired"))
    on = pl.when(early.is_not_null() & alive).then(pl.lit(ends)).when(died).then(told).otherwise(pl.col("expires").dt.offset_by("1d"))
    return pl.concat([issued, rows.with_columns(status=status, entered=pl.max_horizontal(on, pl.lit(START)))])


def _badges(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    rows = world.at(world.of(believed(world, rows.drop("born", "died"), "entered", chances), *PEOPLE, "nino", "email", "phone"), *PLACE)
    ids = rows["badge"]
    keys = "QH" + code(ids, 10)
    mess = mess_of(of_the_living(world.plan), yard, SOURCE, "badges", keys, ids, expects={"date_impossible": "counted"})
    address = mess.address(rows, "line", lines=2, column="Address Line 1")
    frame = pl.DataFrame([
        keys.alias("Badge Number"), mess.name(rows, "spoken", column="Holder Name", on=rows["entered"]), mess.date(rows["born"], column="Date of Birth"), mess.nino(rows["nino"], column="NI Number"),
        address["address_1"].alias("Address Line 1"), address["address_2"].alias("Address Line 2"),
        address["postcode"].alias("Postcode"), mess.contact(rows["phone"], "phone", column="Contact Number"), mess.contact(rows["email"], "email", column="Email"),
        chances.pick("ground", rows["person"], _GROUNDS).alias("Eligibility Code"), rows["started"].dt.strftime("%d-%b-%Y").alias("Start Date"), rows["expires"].dt.strftime("%d-%b-%Y").alias("Expiry Date"),
        rows["status"].alias("Status"), rows["entered"].dt.strftime("%d-%b-%Y").alias("Last Update"),
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/badges_{day}.csv", mess.doubled(frame))
    yard.truth(SOURCE, "badges", rows.select("uprn", "person", key=keys, on="started"))
