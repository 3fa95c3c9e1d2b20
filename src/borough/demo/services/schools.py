"""Schools: the termly census, applications for a place, claims for free meals, attendance and exclusions."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.people import school_events, schooling
from borough.demo.services.people.chances import Chances, named
from borough.demo.services.people.homes import believed, outsiders, residents, settled, strained, truly
from borough.demo.services.people.layout import laid_out
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "schools"
FREE_MEALS = 0.85
"""Of the children of households that claim benefits."""
RECODED = dt.date(2023, 9, 1)
"""Before this day the system had 1 and 2 for the sexes."""


def write(world: World, period: Period, yard: Yard) -> None:
    """Write what the education database knows."""
    chances = Chances(world.plan.seed, SOURCE)
    rows = schooling.enrolments(world, chances)
    for day in kept(census_days(period.since, period.until), period):
        _pupils(world, yard, chances, rows, day)
    school_events.admissions(world, period, yard, chances, rows)
    school_events.meals(world, period, yard, chances, rows)
    school_events.actions(world, period, yard, chances, rows)


def kept(days: list[dt.date], period: Period) -> list[dt.date]:
    """The censuses that are still there: of longer ago than two years the autumn's alone."""
    return [day for day in days if not period.first or day.month == 10 or (period.until - day).days < 2 * 365]


def census_days(first: dt.date, last: dt.date) -> list[dt.date]:
    """The census days from one day to another: the first Thursday of October, the third Thursdays of January and May."""
    days = []
    for year in range(first.year, last.year + 1):
        for month, week in ((1, 2), (5, 2), (10, 0)):
            start = dt.date(year, month, 1)
            days.append(start + dt.timedelta(days=(3 - start.weekday()) % 7 + 7 * week))
    return [day for day in days if first <= day <= last]


def _pupils(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    before = (census_days(START.replace(year=START.year - 1), day - dt.timedelta(days=1)))[-1]
    roll = schooling.on_roll(rows, day, before)
    inside = believed(world, residents(roll), day, chances)
    full = settled(world, inside, outsiders(roll)).sort("person")
    full = full.join(strained(world), on="household", how="left", maintain_order="left")
    full = full.with_columns(schooling.numbers(full["person"]))
    mess = mess_of(named(world.plan), yard, SOURCE, "pupils", full["pupil_id"], full["person"], expects={"date_impossible": "counted"})
    name = mess.names(full.with_columns(died=pl.lit(None, pl.Date)), columns=("Forename", "Surname"), on=pl.Series([day]).new_from_index(0, full.height))
    address = mess.address(full, "line", column="address", lines=3)
    meals = pl.col("claims").fill_null(False) & pl.lit(chances.happens("free meals", full["person"], FREE_MEALS))
    frame = laid_out(full, {
        "STUD_ID": pl.col("pupil_id"), "UPN": pl.col("upn"), "Surname": name["Surname"], "Forename": name["Forename"],
        "Middle Name": pl.col("middle"), "Gender": pl.col("sex") if day >= RECODED else pl.col("sex").replace_strict({"M": "1", "F": "2"}, default=None), "DOB": mess.date(full["born"], column="date_of_birth"),
        "Address 1": address["address_1"], "Address 2": address["address_2"], "Address 3": address["address_3"], "Post Code": address["postcode"], "School Name": pl.col("school"), "DfE No": pl.col("dfe"), "NC Year": pl.col("year_group"),
        "Enrol Status": pl.when("gone").then(pl.lit("P")).otherwise(pl.lit(chances.pick("status", full["person"], {"C": 96, "M": 3, "S": 1}))),
        "FSM": pl.when(meals).then(pl.lit("Y")).otherwise(pl.lit("N")),
        "Date of Entry": pl.col("since").dt.strftime("%d/%m/%Y"), "Date of Leaving": pl.col("left_on").dt.strftime("%d/%m/%Y"),
    })  # fmt: skip
    yard.csv(f"data/{SOURCE}/pupils_{day}.csv", mess.doubled(frame), quote="always")
    yard.truth(SOURCE, "pupils", full.select(truly(), key="pupil_id", uprn="uprn", on=pl.lit(day)))
