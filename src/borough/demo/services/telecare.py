"""Telecare: alarm units, whom to ring, and the calls that the response centre took."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later, named
from borough.demo.services.people.homes import believed, people, settled, truly
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "telecare"
OLD, CARED = 0.085, 0.4
"""Who has a unit at some time: of people over 70, and of those who are cared for."""
CALLS = 1.65
"""Calls of a unit in a month, the monthly test among them."""
_MOST = 6
_KINDS = {"Test": 52.0, "Accidental": 20.0, "Fall": 8.0, "Medical": 5.0, "No activity": 5.0, "Low battery": 5.0, "Door": 2.0, "Smoke": 1.5, "Other": 1.5}
_URGENT = {"Contact informed": 45.0, "Responder attended": 35.0, "Ambulance called": 15.0, "No response needed": 5.0}


def write(world: World, period: Period, yard: Yard) -> None:
    """Write units and contacts as they stand at each quarter (the first time the last alone), and the calls of the period."""
    chances = Chances(world.plan.seed, SOURCE)
    units = _units(world, chances)
    quarters = [d for month in (2, 5, 8, 11) for d in period.days(month, 3)]
    for day in sorted(quarters)[-1:]:
        known = units.filter((pl.col("since") <= day) & (pl.col("removed").is_null() | (pl.col("removed") > day - dt.timedelta(days=90))))
        _write_units(world, yard, chances, known, day)
        _write_contacts(world, yard, chances, known, day)
    since = START if period.first else period.since
    while since <= period.until:
        last = min(dt.date(since.year, 12, 31), period.until) if period.first else period.until
        _write_calls(yard, chances, units, since, last)
        since = last + dt.timedelta(days=1)


def _units(world: World, chances: Chances) -> pl.DataFrame:
    """Every unit: put in when its user is old or frail, taken out some time after the user has gone."""
    old = people(world).filter(pl.col("cared_for") | (pl.col("born") < dt.date(HORIZON.year - 70, 1, 1)))
    share = pl.when(pl.col("cared_for")).then(CARED).otherwise(OLD)
    old = old.filter(pl.lit(chances.share("unit", old["person"])) < share)
    ids = old["person"]
    span = (HORIZON - START).days
    fitted = pl.lit(START) + pl.duration(days=pl.lit(chances.number("fitted", ids, -2200, span)))
    fitted = pl.max_horizontal(fitted, pl.col("arrived") + pl.duration(days=14))
    gone = pl.min_horizontal("left", "died") + pl.duration(days=pl.lit(chances.lag("collected", ids, 40, 300)))
    units = old.with_columns(unit="TC" + code(ids, 9, 77_003), since=fitted, removed=gone, idle=pl.min_horizontal("left", "died"))
    return units.filter(pl.col("idle").is_null() | (pl.col("since") < pl.col("idle"))).sort("person")


def _write_units(world: World, yard: Yard, chances: Chances, known: pl.DataFrame, day: dt.date) -> None:
    full = settled(world, believed(world, known, day, chances, learns=0.85))
    ids = full["person"]
    gone = pl.when(pl.col("removed") <= day).then("removed")
    mess = mess_of(named(world.plan), yard, SOURCE, "units", full["unit"], ids, expects={"date_impossible": "counted"})
    address = mess.address(full, "line", column="address", lines=2)
    flag = chances.pick("flag", ids, {"Falls": 30, "COPD": 9, "Dementia": 14, "Diabetes": 12, "Stroke": 8, "": 27}).replace("", None)
    frame = full.select(
        UnitSerial="unit", ClientName=mess.name(full.drop("died"), "initials", column="name"), ClientDOB=mess.date(full["born"], "%d-%b-%y", column="date_of_birth"),
        PropertyUPRN=mess.uprn(full["uprn"], full["parent_uprn"], column="uprn", patchy=0.25), Address1=address["address_1"], Address2=address["address_2"], PostCode=address["postcode"],
        ClientTel=mess.contact(full["phone"], "phone", column="phone"), UnitType=chances.pick("type", ids, {"Lifeline Digital": 44, "Lifeline Vi": 38, "SmartHub": 12, "Fall detector kit": 6}),
        MedicalFlag=flag, KeySafe=pl.when(chances.happens("key safe", ids, 0.7)).then(pl.lit("Y")).otherwise(pl.lit("N")),
        InstallDate=pl.col("since").dt.strftime("%d/%m/%Y"), RemovedDate=gone.dt.strftime("%d/%m/%Y"),
    )  # fmt: skip
    yard.csv(f"data/{SOURCE}/units_{day}.csv", mess.doubled(frame, differing="UnitType"), encoding="cp1252", separator=";")
    yard.truth(SOURCE, "units", full.select(truly(), "uprn", key="unit", on=pl.lit(day)))


def _write_contacts(world: World, yard: Yard, chances: Chances, known: pl.DataFrame, day: dt.date) -> None:
    """One to three for each unit: most a relative, whose surname is often the user's."""
    adults = world.lives.people.filter(pl.col("phone").is_not_null() & (pl.col("born") < dt.date(START.year - 20, 1, 1))).sort("person")
    parts = []
    for n in (1, 2, 3):
        ids = known["person"] * 4 + n
        some = chances.happens("contact", ids, 1.0 if n == 1 else 0.62)
        who = adults[chances.number("who", ids, 0, adults.height - 1)].select("title", "first", "middle", "surname", "phone", contact="person")
        part = pl.concat([known.select("unit", "person", user="surname"), who], how="horizontal").with_columns(n=pl.lit(n), id=ids)
        parts.append(part.filter(some))
    rows = pl.concat(parts).sort("person", "n", maintain_order=True)
    ids = rows["id"]
    tie = chances.pick("tie", ids, {"Son": 24, "Daughter": 33, "Neighbour": 18, "Friend": 10, "Spouse": 8, "Carer": 7})
    family = tie.is_in(["Son", "Spouse"]) | ((tie == "Daughter") & chances.happens("maiden", ids, 0.4))
    rows = rows.with_columns(tie=tie, surname=pl.when(family).then("user").otherwise("surname"), key=pl.format("{}|{}", "unit", "n"))
    mess = mess_of(named(world.plan), yard, SOURCE, "contacts", rows["key"], ids)
    frame = rows.select(
        UnitSerial="unit", ContactOrder=pl.col("n").cast(pl.String), ContactName=mess.name(rows, column="name"), Relationship="tie",
        ContactTel=mess.contact(rows["phone"], "phone", column="phone"), Keyholder=pl.when(chances.happens("keys", ids, 0.5)).then(pl.lit("Y")).otherwise(pl.lit("N")),
    )  # fmt: skip
    yard.csv(f"data/{SOURCE}/contacts_{day}.csv", frame, encoding="cp1252", separator=";")
    yard.truth(SOURCE, "contacts", rows.select("key", person=pl.when(~family).then("contact")))


def _write_calls(yard: Yard, chances: Chances, units: pl.DataFrame, first: dt.date, last: dt.date) -> None:
    """The calls of some days: for each unit and month up to six, each on a day and at a time of its own."""
    months = pl.date_range(first.replace(day=1), last, "1mo", eager=True).alias("month").to_frame()
    grid = units.select("unit", "person", "since", "removed", "idle").join(months, how="cross", maintain_order="left_right").join(pl.DataFrame({"k": range(_MOST)}), how="cross", maintain_order="left_right")
    number = pl.col("month").dt.year() * 12 + pl.col("month").dt.month() - START.year * 12
    grid = grid.with_columns(id=pl.col("person") * 1000 + number * 10 + pl.col("k"))
    grid = grid.filter(chances.happens("call", grid["id"], CALLS / _MOST))
    ids = grid["id"]
    grid = grid.with_columns(on=later(grid["month"], pl.Series(chances.share("day", ids)) * grid["month"].dt.days_in_month() // 1))
    grid = grid.with_columns(time=pl.col("on").cast(pl.Datetime("us")) + pl.duration(seconds=pl.lit(chances.number("time", ids, 0, 86_399))))
    here = pl.col("on").is_between(first, last) & (pl.col("on") > pl.col("since")) & (pl.col("idle").is_null() | (pl.col("on") < pl.col("idle")))
    calls = grid.filter(here).sort("time", "id", maintain_order=True)
    ids = calls["id"]
    kind = chances.pick("kind", ids, _KINDS)
    urgent = kind.is_in(["Fall", "Medical", "Smoke", "No activity"])
    outcome = chances.pick("outcome", ids, _URGENT).zip_with(urgent, pl.Series(["No response needed"]).new_from_index(0, calls.height))
    calls = calls.with_columns(key="CL" + code(ids, 13, 60_601), kind=kind, outcome=pl.when(kind == "Smoke").then(pl.lit("Fire brigade called")).otherwise(outcome))
    records = calls.select(
        call=pl.struct(pl.col("key").alias("id"), unit="unit", time=pl.col("time").dt.strftime("%Y-%m-%dT%H:%M:%S"), type="kind"),
        handling=pl.struct(pl.col("outcome"), answeredIn=pl.lit(chances.lag("answered", ids, 16, 600)) + 2, responder=pl.when(pl.col("outcome") == "Responder attended").then(pl.lit("Y")).otherwise(pl.lit("N"))),
    )  # fmt: skip
    if records.height:
        yard.jsonl(f"data/{SOURCE}/calls_{last}.jsonl", records)
        yard.truth(SOURCE, "calls", calls.select("key", "person", "on"))
