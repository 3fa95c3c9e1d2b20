"""Freedom passes: all that are in force on 1 April."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.housing import of_the_living
from borough.demo.services.people.chances import Chances, code
from borough.demo.services.people.homes import believed, presence
from borough.demo.services.revenue.roll import PEOPLE, PLACE
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "freedom_passes"
OLDER, DISABLED = 0.93, 0.35
"""Shares of those entitled who have a pass."""
YEARS = 5
_GROUNDS = {"A": 8, "B": 6, "C": 2, "D": 38, "E": 4, "F": 26, "G": 16}
_LONG_AGO = dt.date(2000, 1, 1)


def write(world: World, period: Period, yard: Yard) -> None:
    """Write the passes of each 1 April in the period."""
    chances = Chances(world.plan.seed, SOURCE)
    holders = _holders(world, chances)
    for day in period.days(month=4):
        _passes(world, yard, chances, _in_force(holders, day), day)


def _holders(world: World, chances: Chances) -> pl.DataFrame:
    """Who has a pass in this borough, of which scheme, from when until when: ``person scheme since until``."""
    people = presence(world).join(world.lives.people.select("person", "born", "disabled"), on="person", how="left", maintain_order="left")
    people = people.with_columns(pension=pl.col("born").dt.offset_by("66y"), grown=pl.col("born").dt.offset_by("18y"))
    older = people.filter(chances.happens("older", people["person"], OLDER)).with_columns(scheme=pl.lit("OP"), entitled="pension", over="left")
    disabled = people.filter(pl.col("disabled") & chances.happens("disabled", people["person"], DISABLED))
    disabled = disabled.with_columns(scheme=pl.lit("DP"), entitled="grown", over=pl.min_horizontal("left", "pension"))
    both = pl.concat([older, disabled])
    wait = chances.lag("applies", both["person"], 60, 700).cast(pl.Int64)
    since = pl.max_horizontal("arrived", "entitled", pl.lit(_LONG_AGO)) + pl.duration(days=pl.lit(wait))
    # Who moved or died is found out later, from the register of deaths or when mail comes back.
    until = pl.col("over") + pl.duration(days=pl.lit(chances.lag("ends", both["person"], 70, 500)).cast(pl.Int64))
    return both.with_columns(since=since, until=until).filter(pl.col("until").is_null() | (pl.col("until") > pl.col("since"))).select("person", "scheme", "since", "until")


def _in_force(holders: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    rows = holders.filter((pl.col("since") <= day) & (pl.col("until").is_null() | (pl.col("until") > day)))
    # A pass ends on 31 March, five years after the year in which it was issued; the next has another number.
    ended = pl.col("since").dt.year() + YEARS
    turn = pl.when(day.year < ended).then(0).otherwise(1 + (day.year - ended) // YEARS).cast(pl.Int64)
    rows = rows.with_columns(turn=turn, ended=ended.cast(pl.Int64))
    issued = pl.when(pl.col("turn") == 0).then("since").otherwise(pl.date(pl.col("ended") + (pl.col("turn") - 1) * YEARS, 4, 1))
    rows = rows.with_columns(issued=issued, expires=pl.date(pl.col("ended") + pl.col("turn") * YEARS, 3, 31))
    return rows.with_columns(pass_id=(pl.col("person") * 10 + pl.col("turn")) * 2 + (pl.col("scheme") == "DP").cast(pl.Int64)).sort("pass_id")


def _passes(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    rows = world.at(world.of(believed(world, rows, day, chances), *PEOPLE), *PLACE)
    ids = rows["pass_id"]
    keys = "633597" + code(ids, 10)
    mess = mess_of(of_the_living(world.plan), yard, SOURCE, "passes", keys, ids, expects={"date_impossible": "counted"})
    name = mess.names(rows, columns=("FORENAME", "SURNAME"), on=rows["issued"])
    address = mess.address(rows, "upper", lines=3, column="ADD1")
    ground = rows.select(pl.when(pl.col("scheme") == "DP").then(pl.lit(chances.pick("ground", rows["person"], _GROUNDS))).alias("CATEGORY"))
    frame = pl.DataFrame([
        keys.alias("PASS_NO"), rows["scheme"].alias("SCHEME"), rows["title"].alias("TITLE"), name["FORENAME"].str.to_uppercase(), name["SURNAME"].str.to_uppercase(), mess.date(rows["born"], column="DOB"),
        *(address[f"address_{n}"].alias(f"ADD{n}") for n in (1, 2, 3)), address["postcode"].alias("PCODE"), ground["CATEGORY"],
        rows["issued"].dt.strftime("%d/%m/%Y").alias("ISSUED"), rows["expires"].dt.strftime("%d/%m/%Y").alias("EXPIRES"),
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/passes_{day:%d%m%Y}.csv", mess.doubled(frame), encoding="cp1252", separator="|")
    yard.truth(SOURCE, "passes", rows.select("uprn", "person", key=keys, on="issued"))
