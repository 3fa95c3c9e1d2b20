"""Licensing: the register as a workbook each quarter, applications as they are entered and decided, and the schemes by ward. From Northgate M3."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.files.delimited import ROWS
from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.people.versions import files, steps
from borough.demo.services.private_housing.holders import PLACE, called, contact, with_owner
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "licensing"
TYPES = {"mandatory": "HMO MANDATORY", "additional": "HMO ADDITIONAL", "selective": "SELECTIVE"}
CODES = {"mandatory": "MAND", "additional": "ADDL", "selective": "SELE"}
DECISIONS = {"granted": "GRA", "refused": "REF", "withdrawn": "WDN"}
KINDS = {
    "terrace": "Terraced house", "semi": "Semi-detached house", "detached": "Detached house", "bungalow": "Bungalow", "conversion": "Flat in converted house",
    "estate_flat": "Purpose built flat", "block_flat": "Purpose built flat", "above_shop": "Flat above commercial premises",
}  # fmt: skip
DAY = "%d/%m/%Y"


def write(world: World, period: Period, yard: Yard) -> None:
    """The applications of the period, and the register and the schemes as they were on the first day of the last quarter."""
    licences = _licences(world)
    for day, part in files(_applications(licences), period, "application"):
        _put_applications(world, yard, f"data/licensing/applications_{day:%Y%m%d}.csv", part)
    for day in [d for d in period.days() if d.month in (1, 4, 7, 10)][-1:]:
        _put_register(world, yard, day, _register(licences, day))
        _put_designations(world, yard, day)


def _licences(world: World) -> pl.DataFrame:
    """All licences, with the days on which things were entered."""
    chances = Chances(world.plan.seed, SERVICE)
    known = world.law.licences.rename({"kind": "asked"}).with_columns(pl.col("licence").str.extract(r"(\d+)$").cast(pl.Int64).alias("id"))
    ids = known["id"]
    return known.with_columns(
        pl.format("LA{}", code(ids, 8, 31)).alias("application"),
        later(known["applied"], chances.lag("entered", ids, 3, 60)).alias("opened"),
        later(known["decided"], chances.lag("decided", ids, 3, 90)).alias("noted"),
        later(known["ended"], 5 + chances.lag("ended", ids, 40, 300)).alias("end_noted"),
        chances.happens("revoked", ids, 0.15).alias("revoked"),
    ).with_columns(pl.max_horizontal("noted", "opened").alias("noted"))


def _applications(licences: pl.DataFrame) -> pl.DataFrame:
    return steps(licences, ("opened", "noted"), {"noted": ("decided", "noted", "outcome")})


def _put_applications(world: World, yard: Yard, path: str, applications: pl.DataFrame) -> None:
    frame = world.at(with_owner(world, applications), *PLACE)
    mess = mess_of(
        world.plan,
        yard,
        SERVICE,
        "applications",
        frame["application"],
        frame["id"],
        expects={"DATEAPRECV.date_unknown": "refused", "DATEDECISS.date_impossible": "counted"},
    )
    place = mess.address(frame, "lines", column="PREMADD", lines=3)
    people = contact(world, frame)
    granted = frame.select(pl.when(pl.col("outcome") == "granted").then("licence")).to_series()
    rows = pl.DataFrame({
        "APPREF": frame["application"], "LICTYPE": frame["asked"].replace_strict(CODES), "DATEAPRECV": mess.date(frame["applied"], DAY, column="DATEAPRECV"),
        "DATEENTERED": frame["opened"].dt.strftime(DAY), "APPNAME": called(world, frame, mess, "surname_first", "APPNAME", "applied"),
        "APPEMAIL": mess.contact(people["email"], "email", column="APPEMAIL"), "APPTEL": mess.contact(people["phone"], "phone", column="APPTEL"),
        "AGTNAME": frame["agent"], "PREMADD1": place["address_1"], "PREMADD2": place["address_2"], "PREMADD3": place["address_3"],
        "PREMPCODE": place["postcode"], "UPRN": mess.uprn(frame["uprn"], frame["parent_uprn"], column="UPRN", patchy=0.1),
        "FEEDUE": frame["fee"].cast(pl.Decimal(10, 2)).cast(pl.String),
        "DECSN": frame["outcome"].replace_strict(DECISIONS, default=None, return_dtype=pl.String),
        "DATEDECISS": mess.date(frame["decided"], DAY, column="DATEDECISS"), "DECENTERED": frame["noted"].dt.strftime(DAY), "LICREF": granted,
    })  # fmt: skip
    yard.csv(path, mess.doubled(rows), encoding="cp1252")
    yard.truth(SERVICE, "applications", frame.select(key="application", uprn="uprn", person="person", on="applied"))


def _register(licences: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """The licences that were in force at some time since START, as the register has them on a day."""
    granted = licences.filter((pl.col("outcome") == "granted") & (pl.col("noted") <= day) & (pl.col("expires") >= START))
    told = pl.col("end_noted") <= day
    shown = granted.with_columns(pl.when(told).then(pl.col(name)).alias(name) for name in ("ended", "end_noted"))
    valid = (pl.col("starts") <= day) & (pl.col("expires") >= day) & pl.col("ended").is_null()
    held = shown.filter(valid).group_by("owner", maintain_order=True).len("held")
    return (
        shown.join(held, on="owner", how="left", maintain_order="left")
        .with_columns(pl.col("held").fill_null(0).cast(pl.Int64))
        .sort("licence")
    )


def _put_register(world: World, yard: Yard, day: dt.date, register: pl.DataFrame) -> None:
    path = f"data/licensing/licence_register_{day:%Y-%m-%d}.xlsx"
    chances = Chances(world.plan.seed, SERVICE)
    frame = world.at(with_owner(world, register), *PLACE)
    ids = frame["id"]
    mess = mess_of(world.plan, yard, SERVICE, "register", frame["licence"], ids, expects={"date_unknown": "refused"})
    place = mess.address(frame, "line", column="Property Address")
    flat = frame["kind"].is_in(["estate_flat", "block_flat", "conversion", "above_shop"])
    rows = pl.DataFrame({
        "Licence Ref": frame["licence"], "Licence Type": frame["asked"].replace_strict(TYPES),
        "UPRN": mess.uprn(frame["uprn"], frame["parent_uprn"], column="UPRN", patchy=0.06),
        "Property Address": place["address_1"], "Property Postcode": place["postcode"],
        "Description of Property": frame["kind"].replace_strict(KINDS, default="Dwelling", return_dtype=pl.String),
        "Licence Holder": called(world, frame, mess, "spoken", "Licence Holder", "decided"),
        "Holder Address": frame["owner_address"], "Company No": frame["owner_company"], "Managing Agent": frame["agent"],
        "Licences Held": frame["held"], "Date Issued": frame["decided"], "Register Entry": frame["noted"],
        "Licence From": frame["starts"], "Licence To": frame["expires"], "Ended On": frame["ended"], "End Entered": frame["end_noted"],
        "End Reason": frame.select(pl.when(pl.col("ended").is_not_null()).then(pl.when("revoked").then(pl.lit("Revoked")).otherwise(pl.lit("Surrendered")))).to_series(),
        "Max Persons": frame["max_occupants"], "Max Households": frame["max_households"], "Storeys": frame["storeys"],
        "Living Rooms": frame.select((pl.col("rooms") - pl.col("bedrooms")).clip(0, 3)).to_series(), "Sleeping Rooms": frame["bedrooms"],
        "Kitchens": 1 + chances.happens("kitchens", ids, 0.07).cast(pl.Int64),
        "Bath/Shower": 1 + chances.happens("bathrooms", ids, 0.3).cast(pl.Int64) * (~flat).cast(pl.Int64),
    })  # fmt: skip
    above = [
        ["London Borough of Northmere"],
        ["Public register of licences, Housing Act 2004 section 232", "", f"as at {day:%d %B %Y}"],
        [],
    ]
    last = world.district.number == len(world.plan.districts()) - 1  # a file ends but once, however many districts are in it
    totals = last and mess.file("totals_row", path, "Total licences")
    yard.sheet(path, rows, sheet="Register", above=above, below=[["Total licences", ROWS]] if totals else [])
    yard.truth(SERVICE, "register", frame.select(key="licence", uprn="uprn", person="person", on="decided"))


def _put_designations(world: World, yard: Yard, day: dt.date) -> None:
    """The schemes that had been made by then, a line for each ward."""
    made = (pl.col("first_day").dt.offset_by("-3mo").dt.offset_by("-9d")).alias("made")
    names = world.ground.wards.select("ward_code", "ward_name").unique("ward_code", maintain_order=True)
    lines = world.law.designations.with_columns(made).filter(pl.col("made") <= day).explode("wards")
    lines = lines.join(names, left_on="wards", right_on="ward_code", how="left", maintain_order="left")
    rows = lines.select(
        scheme_ref="designation", licence_type=pl.col("kind").str.to_titlecase(), scheme_title="title", ward_code="wards", ward_name="ward_name",
        date_made=pl.col("made").dt.strftime(DAY), in_force_from=pl.col("first_day").dt.strftime(DAY), in_force_to=pl.col("last_day").dt.strftime(DAY),
    )  # fmt: skip
    yard.csv(f"data/licensing/designations_{day:%Y-%m-%d}.csv", rows)
