"""Street-level crime and anti-social behaviour, as the police API answers: a document a month, at map points, and again half a year later with what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl

from borough.demo.plan import START, Period
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.place.happenings import Kind, happened, numbered
from borough.demo.services.place.months import before
from borough.demo.services.place.titles import hexadecimal
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "police"
KINDS = {"home": Kind(0, "asb"), "street": Kind(1, where="street", yearly=255)}
"""What homes leave is what the council hears of too: people call both."""
CATEGORIES = {
    "anti-social-behaviour": 22, "violent-crime": 26, "vehicle-crime": 12, "other-theft": 8, "criminal-damage-arson": 6, "burglary": 6, "drugs": 5, "public-order": 6,
    "shoplifting": 6, "theft-from-the-person": 3, "robbery": 3, "bicycle-theft": 2, "possession-of-weapons": 1, "other-crime": 1,
}  # fmt: skip
OUTCOMES = {"Investigation complete; no suspect identified": 62, "Unable to prosecute suspect": 20, "Awaiting court outcome": 6, "Local resolution": 4, "Offender given a caution": 3, "Further investigation is not in the public interest": 3, "Status update unavailable": 2}  # fmt: skip
PUBLISHED, AGAIN = 2, 8
"""A month is published so many months after its beginning, and asked for again so many months after it."""


def write(world: World, period: Period, yard: Yard) -> None:
    """What was asked for on the first of each month of the period; of the past, on the first of each year and of the last month."""
    documents = list(asked(period))
    if documents:
        incidents = _incidents(world)
        for day, month in documents:
            _put(yard, day, month, incidents.filter(pl.col("month") == month))


def asked(period: Period) -> Iterator[tuple[dt.date, dt.date]]:
    """The days on which the police were asked, and the months of which: those published since, and those of half a year before them again."""
    days = period.days()
    if period.first:
        days = [day for day in days if day.month == 1 or day == days[-1]]
    for place, day in enumerate(days):
        since = before(day, 1) if not period.first else days[place - 1] if place else START
        new = [month for month in _months(START, day) if since < before(month, -PUBLISHED) <= day or since < before(month, -AGAIN) <= day]
        yield from ((day, month) for month in new)


def _months(since: dt.date, until: dt.date) -> list[dt.date]:
    return [before(until, ago) for ago in range((until.year - since.year) * 12 + until.month - since.month, 0, -1)]


def _incidents(world: World) -> pl.DataFrame:
    chances = Chances(world.plan.seed, SERVICE)
    found = happened(world, SERVICE, KINDS)
    found = found.filter((found["kind"] == "street") | chances.happens("called", found["id"], 0.6))
    drawn = chances.pick("category", found["id"], CATEGORIES)
    asb = pl.Series(["anti-social-behaviour"]).new_from_index(0, found.height)
    found = numbered(found.with_columns(asb.zip_with(found["kind"] == "home", drawn).alias("category")), block=3_000_000, district=world.district.number, day="on")
    ids = found["id"]
    ended = later(found["on"], 10 + chances.lag("outcome", ids, 75, 400))
    return _points(world, found).with_columns(
        pl.col("on").dt.truncate("1mo").alias("month"), ended.dt.truncate("1mo").alias("ended"), chances.pick("outcome", ids, OUTCOMES).alias("outcome"),
        hexadecimal(world.plan.seed, "police.persistent", ids, 64).alias("persistent"),
    )


def _points(world: World, found: pl.DataFrame) -> pl.DataFrame:
    """The map point of each incident: the middle of its street."""
    middle = world.ground.properties.group_by("usrn", maintain_order=True).agg(pl.col("longitude", "latitude").mean().round(6))
    streets = world.ground.streets.select("usrn", "street_name").unique("usrn", keep="first", maintain_order=True)
    return world.at(found, "usrn").join(middle, on="usrn", how="left", maintain_order="left").join(streets, on="usrn", how="left", maintain_order="left")


def _put(yard: Yard, day: dt.date, month: dt.date, incidents: pl.DataFrame) -> None:
    if not incidents.height:
        return
    crime = pl.col("category") != "anti-social-behaviour"
    seen = pl.col("ended") <= (before(month, PUBLISHED - AGAIN) if day >= before(month, -AGAIN) else month)
    status = pl.struct(
        category=pl.when(seen).then("outcome").otherwise(pl.lit("Under investigation")), date=pl.when(seen).then("ended").otherwise("month").dt.strftime("%Y-%m"),
    )  # fmt: skip
    records = incidents.select(
        "category", pl.lit("Force").alias("location_type"),
        pl.struct(
            latitude=pl.col("latitude").cast(pl.String), longitude=pl.col("longitude").cast(pl.String),
            street=pl.struct(id=pl.col("usrn").cast(pl.Int64), name=pl.format("On or near {}", pl.col("street_name").str.to_titlecase())),
        ).alias("location"),
        pl.lit("").alias("context"), pl.when(crime).then(status).alias("outcome_status"),
        pl.when(crime).then("persistent").otherwise(pl.lit("")).alias("persistent_id"), (pl.col("serial") + 100_000_000).alias("id"), pl.lit("").alias("location_subtype"), pl.col("month").dt.strftime("%Y-%m"),
    )  # fmt: skip
    yard.json(f"data/police/{day:%Y-%m-%d}/street_crime_{month:%Y-%m}.json", records)
