"""Recycling and waste: jobs of the contractor's system, as nested JSON. The property is picked; a fly-tip is a point on the map."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.people.chances import Chances
from borough.demo.services.people.versions import files, steps
from borough.demo.services.place.callers import located, neighbour, occupant, told, truly
from borough.demo.services.place.happenings import Kind, Office, alike, closed, happened, numbered, recorded
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "waste"
KINDS = {
    "missed": Kind(0, "missed_bin"),
    "street_missed": Kind(1, "street_missed", alike(120)),  # a crew leaves out a street: tells nothing of a home
    "contaminated": Kind(2, "contaminated_bin"),
    "bulky": Kind(3, "bulky"),
    "container": Kind(4, "container", alike(70)),
    "fly_tip": Kind(5, "fly_tip"),
    "street_fly_tip": Kind(6, where="street", yearly=190),
}
TYPES = {"missed": "MC", "street_missed": "MC", "contaminated": "CT", "bulky": "BK", "container": "CR", "fly_tip": "FT", "street_fly_tip": "FT"}
OFFICE = Office(SERVICE, worst=0.8, reported=0.7, entered=0.4, down=(dt.date(2023, 10, 16), dt.date(2023, 10, 29)))
DETAILS = {
    "FT": {"Black bags": 40, "Household furniture": 20, "Mattress": 12, "Builders' rubble": 9, "White goods": 8, "Garden waste": 6, "Tyres": 3, "Other": 2},
    "BK": {"Sofa": 28, "Mattress": 24, "Fridge freezer": 14, "Wardrobe": 14, "Washing machine": 10, "Mixed items (6)": 10},
    "CT": {"Food in recycling": 40, "Nappies": 16, "Black bags in recycling": 36, "Electrical items": 8},
    "MC": {"Not presented per crew": 18, "Missed": 70, "Access blocked": 12}, "CR": {"New container": 60, "Replacement - damaged": 40},
}  # fmt: skip
STREAMS = {"refuse": 36, "recycling": 40, "food": 14, "garden": 10}
LITRES = {"refuse": 180, "recycling": 240, "food": 23, "garden": 240}
CHANNELS = {"Online": 58, "Phone": 24, "App": 14, "Crew": 4}
STATUSES = {"Done": 88, "No fault found": 8, "Cancelled": 4}


def write(world: World, period: Period, yard: Yard) -> None:
    """The jobs entered or completed in the period."""
    for day, part in files(_versions(world), period, "job"):
        _put(world, yard, f"data/waste/jobs_{day:%Y-%m-%d}.json", day, part)


def _versions(world: World) -> pl.DataFrame:
    chances = Chances(world.plan.seed, SERVICE)
    found = recorded(world, happened(world, SERVICE, KINDS), OFFICE)
    jobs = numbered(closed(found, chances, mean=3, entered=0.6, never=0.02), block=1_000_000, district=world.district.number)
    jobs = jobs.with_columns(
        pl.format("W{}", pl.col("serial").cast(pl.String).str.zfill(8)).alias("job"),
        pl.when(pl.col("closed").is_not_null()).then(pl.lit(chances.pick("status", jobs["id"], STATUSES))).alias("status"),
    )
    return steps(jobs, ("opened", "closed_entered"), {"closed_entered": ("closed", "closed_entered", "status")})


def _put(world: World, yard: Yard, path: str, day: dt.date, jobs: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, SERVICE)
    ids = jobs["id"]
    tipped = jobs["kind"].is_in(["fly_tip", "street_fly_tip"])
    caller = neighbour(world, jobs, chances).zip_with(tipped, occupant(world, jobs, chances))
    named = chances.happens("named", ids, 0.55) & (jobs["kind"] != "contaminated")
    jobs = located(world, jobs.with_columns(pl.when(named).then(caller).alias("person"), jobs["kind"].replace_strict(TYPES).alias("code")))
    mess = mess_of(world.plan, yard, SERVICE, "jobs", jobs["job"], ids)
    people, place = told(world, jobs), mess.address(jobs, "line", column="property.address.line", lines=1)
    details = jobs.select("code").with_columns(chances.pick(f"detail.{code}", ids, said).alias(code) for code, said in DETAILS.items())
    # a contractor's crew knows its containers by property; a fly-tip is where the caller put the pin
    picked = jobs.select(pl.when(pl.col("code") != "FT").then("uprn").alias("uprn")).to_series()
    flat = jobs.with_columns(
        details.select(pl.coalesce(pl.when(pl.col("code") == code).then(code) for code in DETAILS).alias("detail")).to_series(),
        mess.uprn(picked, jobs["parent_uprn"], column="property.uprn").alias("said_uprn"),
        mess.text(place["address_1"], column="property.address.line").alias("said_address"), place["postcode"].alias("said_postcode"),
        mess.name(people, column="reporter.name", on=jobs["reported"]).alias("name"), mess.contact(people["email"], "email", column="reporter.email").alias("email"),
        chances.pick("channel", ids, CHANNELS).alias("channel"), chances.pick("stream", ids, STREAMS).alias("stream"),
        chances.number("off_east", ids, -20, 20).alias("east"), chances.number("off_north", ids, -20, 20).alias("north"),
        chances.number("round", ids, 1, 6).alias("round"), pl.lit(pl.Series(~chances.happens("no_pin", ids, 0.02))).alias("pinned"),
    )
    yard.json(path, mess.doubled(_nested(flat)), envelope="jobs", about={"system": "Whitespace", "contract": "Northmere Waste and Street Scene", "extracted": str(day)})
    yard.truth(SERVICE, "jobs", truly(jobs, "job"))


def _nested(jobs: pl.DataFrame) -> pl.DataFrame:
    """The jobs as the system's own documents."""
    stream = pl.when(pl.col("code").is_in(["MC", "CT", "CR"])).then("stream")
    pin = pl.when("pinned")
    return jobs.select(
        pl.col("job").alias("id"),
        pl.struct(code="code", detail="detail").alias("type"),
        pl.col("status").fill_null("Open"),
        pl.struct(
            reported=pl.col("reported").dt.strftime("%Y-%m-%d"), entered=pl.col("opened").dt.strftime("%Y-%m-%d"),
            completed=pl.col("closed").dt.strftime("%Y-%m-%d"), completedEntered=pl.col("closed_entered").dt.strftime("%Y-%m-%d"),
        ).alias("dates"),
        pl.struct(uprn="said_uprn", address=pl.struct(line="said_address", postcode="said_postcode")).alias("property"),
        pl.struct(
            lat=pin.then((pl.col("latitude") + pl.col("north") * 9e-6).round(6)), lng=pin.then((pl.col("longitude") + pl.col("east") * 1.5e-5).round(6)),
        ).alias("location"),
        pl.struct(stream=stream, litres=stream.replace_strict(LITRES, default=None, return_dtype=pl.Int64)).alias("container"),
        pl.struct(
            round=pl.format("{}{}", pl.col("code"), pl.col("round")), vehicle=pl.when(pl.col("closed").is_not_null()).then(pl.format("RCV {}", pl.col("round") + 20)),
        ).alias("crew"),
        pl.struct(name="name", email="email", channel="channel").alias("reporter"),
    )  # fmt: skip
