"""Weddings, civil partnerships, namings and citizenship ceremonies, booked in a workbook a year."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later, named
from borough.demo.services.people.homes import heads, people, settled, truly
from borough.demo.services.people.layout import laid_out
from borough.demo.services.people.versions import files
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "ceremonies"
WEDS, RENEWS, NAMES, CITIZENS = 0.011, 0.0006, 0.004, 0.0024
"""In a year: of couples who marry, of couples who renew their vows, of households that name a child; of adults who become citizens."""
_VENUES = {"Council Chamber": 520, "The Register Office": 110, "Priory House": 690, "The Foundry Arts Centre": 760, "Beacon Park Pavilion": 610}
_CITIZEN_FEE = 80


def write(world: World, period: Period, yard: Yard) -> None:
    """Write what was booked, changed or held in the period."""
    chances = Chances(world.plan.seed, SOURCE)
    rows = _bookings(world, chances)
    for day, part in files(_versions(rows, chances), period, "key"):
        _extract(world, yard, chances, day, part)


def _bookings(world: World, chances: Chances) -> pl.DataFrame:
    """Every ceremony with its day: ``key person partner type on``."""
    everyone = people(world)
    couples = heads(world).filter(pl.col("partner").is_not_null()).rename({"adult": "person"}).unique("person", keep="last", maintain_order=True)
    couples = couples.join(everyone, on="person", how="inner", maintain_order="left")
    adults = everyone.filter(pl.col("born") < dt.date(START.year - 18, 1, 1))
    parts = []
    for year in range(START.year, HORIZON.year + 1):
        parts += [
            _of_year(couples, "W", year, WEDS * 0.92, chances), _of_year(couples, "CP", year, WEDS * 0.08, chances), _of_year(couples, "RV", year, RENEWS, chances),
            _of_year(couples, "N", year, NAMES, chances), _of_year(adults, "CIT", year, CITIZENS, chances),
        ]  # fmt: skip
    rows = pl.concat(parts, how="diagonal")
    rows = rows.filter((pl.col("on") >= pl.col("arrived")) & (pl.col("left").is_null() | (pl.col("on") < pl.col("left"))))
    other = world.lives.people.select(partner="person", q_title="title", q_first="first", q_middle="middle", q_surname=pl.coalesce("birth_surname", "surname"))
    return rows.join(other, on="partner", how="left", maintain_order="left")


def _of_year(pool: pl.DataFrame, kind: str, year: int, share: float, chances: Chances) -> pl.DataFrame:
    ids = pool["person"] * 1000 + year % 100 * 10 + ("W", "CP", "RV", "N", "CIT").index(kind)
    month = chances.number("month", ids, 0, 364)
    rows = pool.with_columns(id=ids, type=pl.lit(kind), on=later(pl.Series([dt.date(year, 1, 2)]).new_from_index(0, pool.height), month)).filter(chances.happens(kind, ids, share))
    # couples prefer Saturdays, citizens are sworn on Wednesdays
    weekday = 3 if kind == "CIT" else 6
    return rows.with_columns(on=pl.col("on") + pl.duration(days=(weekday - pl.col("on").dt.weekday()) % 7))


def _versions(rows: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    ids = rows["id"]
    booked = later(rows["on"], -(chances.lag("ahead", ids, 130, 700) + 15))
    citizen = pl.col("type") == "CIT"
    venue = pl.when(citizen).then(pl.lit("Council Chamber")).otherwise(chances.pick("venue", ids, dict.fromkeys(_VENUES, 1.0)))
    rows = rows.with_columns(key="CER" + code(ids, 12, 12_121), venue=venue, guests=pl.when(citizen).then(pl.lit(chances.number("few", ids, 0, 3))).otherwise(pl.lit(chances.number("guests", ids, 2, 110))))
    fee = pl.when(citizen).then(_CITIZEN_FEE).otherwise(pl.col("venue").replace_strict(_VENUES, return_dtype=pl.Int64))
    made = rows.with_columns(fee=fee, entered=booked, status=pl.lit("Booked"))
    off = chances.happens("off", ids, 0.05)
    called_off = made.with_columns(entered=later(booked, chances.number("called off", ids, 1, 14)), status=pl.lit("Cancelled")).filter(off)
    amended = made.with_columns(entered=later(booked, chances.number("amended", ids, 2, 13)), status=pl.lit("Amended"), guests=pl.col("guests") + 4).filter(~off & chances.happens("amends", ids, 0.12))
    held = made.with_columns(entered=pl.col("on") + pl.duration(days=1), status=pl.lit("Held")).filter(~off)
    return pl.concat([made, called_off, amended, held])


def _extract(world: World, yard: Yard, chances: Chances, day: dt.date, part: pl.DataFrame) -> None:
    stays = world.lives.stays.select("person", "uprn", "start")
    home = part.select("key", "person", "on").join(stays, on="person", how="inner", maintain_order="left").filter(pl.col("start") <= pl.col("on"))
    home = home.sort("key", "start", maintain_order=True).unique("key", keep="last", maintain_order=True).select("key", "uprn")
    full = settled(world, part.join(home, on="key", how="left", maintain_order="left"))
    mess = mess_of(named(world.plan), yard, SOURCE, "bookings", full["key"], full["id"])
    address = mess.address(full, "line", column="address")
    partner = full.select(pl.col(f"q_{name}").alias(name) for name in ("title", "first", "middle", "surname"))
    paid = pl.lit(chances.happens("paid", full["id"], 0.9)) | (pl.col("status") == "Held")
    frame = laid_out(full, {
        "Ref": pl.col("key"), "Type": pl.col("type"), "Booked By": mess.name(full.drop("died"), column="name", on=full["on"]), "Partner": mess.name(partner, column="second_name"),
        "Address": address["address_1"], "Postcode": address["postcode"], "Contact No.": mess.contact(full["phone"], "phone", column="phone"), "E-mail": mess.contact(full["email"], "email", column="email"),
        "Venue": pl.col("venue"), "Date of Ceremony": pl.col("on"), "Guests": pl.col("guests"), "Fee £": pl.col("fee"), "Paid?": pl.when(paid).then(pl.lit("Yes")).otherwise(pl.lit("No")),
        "Status": pl.col("status"), "Date Booked/Amended": pl.col("entered"),
    })  # fmt: skip
    yard.sheet(
        f"data/{SOURCE}/Ceremonies {day}.xlsx", mess.doubled(frame), sheet="Bookings",
        above=[["Northmere Ceremonies"], [f"Bookings to {day:%d %B %Y}"], []], below=[["Total bookings", "{rows}"]],
    )  # fmt: skip
    yard.truth(SOURCE, "bookings", full.select(truly(), "uprn", "key", "on"))
