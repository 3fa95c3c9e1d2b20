"""Adult social care: the client-level data return, event by event."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later, named
from borough.demo.services.people.homes import believed, people, settled, truly
from borough.demo.services.people.layout import laid_out
from borough.demo.services.people.versions import files, steps
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "adult_social_care"
ASKS = 0.007
"""Requests of adults who never get a service, for a person and year; three times as many from 75 on."""
_REASONS = {"Physical Support: Personal Care": 48.0, "Physical Support: Access and Mobility": 14.0, "Learning Disability Support": 15.0, "Mental Health Support": 12.0, "Support with Memory and Cognition": 8.0, "Sensory Support": 3.0}
_TARIFF = pl.DataFrame([
    ("Home Support", "Long Term Support: Community", "hourly", 19, 26), ("Direct Payment", "Long Term Support: Community", "weekly", 120, 640),
    ("Day Support", "Long Term Support: Community", "per session", 45, 95), ("Supported Living", "Long Term Support: Community", "weekly", 600, 2100),
    ("Residential Care", "Long Term Support: Residential Care", "weekly", 780, 1500), ("Nursing Care", "Long Term Support: Nursing Care", "weekly", 900, 1650),
    ("Reablement", "Short Term Support: ST-Max", "weekly", 210, 480), ("Equipment", "Short Term Support: Other Short Term", "one-off", 35, 900),
], schema=["component", "service", "cost_per", "low", "high"], orient="row")  # fmt: skip
_MIX = {"Home Support": 34.0, "Direct Payment": 14.0, "Day Support": 10.0, "Supported Living": 8.0, "Residential Care": 9.0, "Nursing Care": 5.0, "Reablement": 9.0, "Equipment": 11.0}


def write(world: World, period: Period, yard: Yard) -> None:
    """Write the events entered or changed in the period."""
    chances = Chances(world.plan.seed, SOURCE)
    events = _entered(_events(world, chances), chances)
    for day, part in files(events, period, "key"):
        _extract(world, yard, chances, day, part)


def _clients(world: World, chances: Chances) -> pl.DataFrame:
    """Who is or was cared for, with the day on which care began: for a half before START."""
    cared = people(world).filter(pl.col("cared_for") | pl.col("carer"))
    ids = cared["person"]
    early = pl.lit(chances.happens("early", ids, 0.5))
    span = (HORIZON - START).days
    begins = pl.when(early).then(pl.lit(START) - pl.duration(days=pl.lit(chances.number("years", ids, 1, 2000)))).otherwise(pl.lit(START) + pl.duration(days=pl.lit(chances.number("begins", ids, 0, span))))
    begins = pl.max_horizontal(begins, pl.col("arrived"), pl.col("born").dt.offset_by("18y"))
    cared = cared.with_columns(begins=begins, finish=pl.min_horizontal("left", "died")).filter(pl.col("finish").is_null() | (pl.col("begins") < pl.col("finish")))
    return cared.with_columns(reason=chances.pick("reason", cared["person"], _REASONS), client=pl.when(pl.col("cared_for")).then(pl.lit("Service User")).otherwise(pl.lit("Carer")))


def _events(world: World, chances: Chances) -> pl.DataFrame:
    """Requests, assessments, services and reviews: ``person event kind started ended service …``."""
    clients = _clients(world, chances)
    ids = clients["person"]
    asked = clients.with_columns(event=ids * 1000, kind=pl.lit("Request"), started="begins", ended=pl.col("begins") + pl.duration(days=2), outcome=pl.lit("Assessment"))
    assessed = later(clients["begins"], chances.number("assessed", ids, 4, 60))
    assessment = clients.with_columns(event=ids * 1000 + 1, kind=pl.lit("Assessment"), started=assessed, ended=later(assessed, chances.number("took", ids, 1, 30)), outcome=pl.lit("Progress to support planning"))
    services = [_service(clients, chances, n) for n in range(3)]
    reviews = [_review(clients, chances, year) for year in range(START.year, HORIZON.year + 1)]
    rows = pl.concat([asked, assessment, _others(world, chances), *services, *reviews], how="diagonal")
    rows = rows.filter(pl.col("finish").is_null() | (pl.col("started") < pl.col("finish")))
    return rows.with_columns(ended=pl.min_horizontal("ended", "finish"), key="CLD" + code(rows["event"], 13, 9_009), since="started")


def _service(clients: pl.DataFrame, chances: Chances, n: int) -> pl.DataFrame:
    """The n-th service of each client who gets one: the first soon after the assessment, each next when the one before is not enough."""
    ids = clients["person"] * 1000 + 10 + n
    able = chances.happens("service", ids, 0.9 if n == 0 else 0.5) & (clients["client"] == "Service User")
    rows, ids = clients.filter(able), ids.filter(able)
    service = chances.pick("which", ids, _MIX)
    begins = later(rows["begins"], chances.number("starts", ids, 20 + n * 260, 90 + n * 620))
    brief = service.is_in(["Reablement", "Equipment"])
    length = chances.number("brief", ids, 1, 42).zip_with(brief, chances.lag("lasts", ids, 1500, 9000) + 30)
    rows = rows.with_columns(event=ids, kind=pl.lit("Service"), started=begins, ended=later(begins, length), component=service, _share=pl.Series(chances.share("cost", ids)))
    rows = rows.join(_TARIFF, on="component", how="left", maintain_order="left")
    return rows.with_columns(cost=(pl.col("low") + (pl.col("high") - pl.col("low")) * pl.col("_share")).round(2))


def _review(clients: pl.DataFrame, chances: Chances, year: int) -> pl.DataFrame:
    """The yearly review of who has been a client for a year: most happen."""
    ids = clients["person"] * 1000 + 100 + year % 100
    day = later(pl.Series([dt.date(year, 1, 3)]).new_from_index(0, clients.height), chances.number("review", ids, 0, 360))
    rows = clients.with_columns(event=ids, kind=pl.lit("Review"), started=day, ended=day, outcome=chances.pick("reviewed", ids, {"No change": 62, "Increase in support": 22, "Decrease in support": 10, "Support ended": 6}))
    return rows.filter(chances.happens("reviewed at all", ids, 0.72) & (pl.col("started") > pl.col("begins") + pl.duration(days=300)).fill_null(False))


def _others(world: World, chances: Chances) -> pl.DataFrame:
    """Requests of who is told what there is elsewhere, and no more."""
    adults = people(world).filter(~pl.col("cared_for") & (pl.col("born") < dt.date(START.year - 18, 1, 1)))
    parts = []
    for year in range(START.year, HORIZON.year + 1):
        ids = adults["person"] * 1000 + 200 + year % 100
        share = pl.when(pl.col("born") < dt.date(year - 75, 1, 1)).then(ASKS * 4).when(pl.col("born") < dt.date(year - 60, 1, 1)).then(ASKS).otherwise(ASKS / 4)
        rows = adults.with_columns(event=ids, started=later(pl.Series([dt.date(year, 1, 2)]).new_from_index(0, adults.height), chances.number("asked", ids, 0, 362)))
        rows = rows.filter(pl.lit(chances.share("asks", ids)) < share)
        parts.append(rows.filter((pl.col("started") >= pl.col("arrived")) & (pl.col("left").is_null() | (pl.col("started") < pl.col("left")))))
    rows = pl.concat(parts)
    ids = rows["event"]
    return rows.with_columns(
        kind=pl.lit("Request"), ended=pl.col("started") + pl.duration(days=pl.lit(chances.number("answered", ids, 0, 9))), finish=pl.min_horizontal("left", "died"),
        outcome=chances.pick("answer", ids, {"Information and advice": 62, "Universal services": 25, "No services": 13}), reason=chances.pick("reason", ids, _REASONS), client=pl.lit("Service User"),
    )  # fmt: skip


def _entered(events: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """A version when an event is entered, and another when its end is: ends of services are told late."""
    ids = events["event"]
    made = events.with_columns(made=later(events["started"], chances.entry("typed", ids, 6, 120)), shut=later(events["ended"], chances.entry("shut", ids, 16, 200)))
    # services that went on when the system came are in its first return
    goes_on = (pl.col("kind") == "Service") & (pl.col("made") < START) & (pl.col("ended").is_null() | (pl.col("ended") >= START))
    made = made.with_columns(made=pl.when(goes_on).then(pl.lit(START)).otherwise("made"))
    made = made.with_columns(shut=pl.max_horizontal("made", "shut")).with_columns(shut=pl.when(pl.col("ended").is_not_null()).then("shut"))
    return steps(made, ["made", "shut"], {"shut": ("ended", "outcome")})


def _extract(world: World, yard: Yard, chances: Chances, day: dt.date, part: pl.DataFrame) -> None:
    full = settled(world, believed(world, part, "entered", chances, learns=0.7))
    dead = pl.when(pl.col("died") <= pl.col("entered")).then("died")
    mess = mess_of(named(world.plan), yard, SOURCE, "events", full["key"], full["event"], expects={"date_impossible": "counted"})
    home = pl.when(pl.col("component").is_in(["Residential Care", "Nursing Care"])).then(pl.lit("Registered care home")).when(pl.col("component") == "Supported Living").then(pl.lit("Supported accommodation"))
    frame = laid_out(full, {
        "NHS Number": pl.col("nhs_number").cast(pl.String), "LA Person Unique Identifier": "P" + code(full["person"], 9, 2_021), "Name": mess.name(full.drop("died"), column="name"),
        "Gender": pl.col("sex").replace_strict({"M": "Male", "F": "Female"}, default="Unknown"), "Date of Birth": mess.date(full["born"], column="date_of_birth"), "Date of Death": dead.dt.strftime("%d/%m/%Y"),
        "Client Type": pl.col("client"), "Primary Support Reason": pl.col("reason"), "Postcode": mess.postcode(full["postcode"], column="postcode"),
        "Accommodation Status": home.otherwise(pl.lit("Settled accommodation")), "Event Type": pl.col("kind"), "Event Reference": pl.col("key"), "Event Start Date": pl.col("started").dt.strftime("%d/%m/%Y"),
        "Event End Date": pl.col("ended").dt.strftime("%d/%m/%Y"), "Event Outcome": pl.col("outcome"), "Service Type": pl.col("service"), "Service Component": pl.col("component"),
        "Unit Cost": pl.col("cost").cast(pl.String), "Cost Frequency (Unit Type)": pl.col("cost_per"), "Last Updated": pl.col("entered").dt.strftime("%d/%m/%Y"),
    })  # fmt: skip
    yard.csv(f"data/adult-social-care/CLD_{day:%Y%m%d}.csv", mess.doubled(frame, differing="Event Outcome"))
    yard.truth(SOURCE, "events", full.select(truly(), "uprn", "key", on="started"))
