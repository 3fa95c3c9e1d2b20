"""Noise, disrepair and housing conditions: service requests of Environmental Health, from Uniform. The property is picked for about half of them."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.lives.traces import Rates
from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.people.chances import Chances
from borough.demo.services.people.versions import files, steps
from borough.demo.services.place.callers import located, neighbour, occupant, told, truly
from borough.demo.services.place.happenings import Kind, Office, alike, closed, happened, numbered, recorded
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "noise"
KINDS = {
    "noise": Kind(0, "noise"),
    "quarrel": Kind(1, "noise_quarrel", alike(22)),
    "street": Kind(2, where="street", yearly=10),
    "shop": Kind(3, where="shop", yearly=6),
    "disrepair": Kind(4, "disrepair"),
    # what tenants say of a home beside its repair: damp, cold, crowding, means of escape
    "conditions": Kind(5, "conditions", Rates(owned=0.4, social=7, family=9, hmo=18, void=0, bad=6.0, deprived=1.6)),
}
OFFICE = Office(SERVICE, worst=0.75, reported=2, entered=1, down=(dt.date(2023, 6, 12), dt.date(2023, 7, 2)))
CODES = {
    "noise": {"NOIMUS": 45, "NOIPAR": 22, "NOIVOI": 15, "NOIDOG": 10, "NOIDIY": 6, "NOIALM": 2},
    "other": {"NOIDIY": 30, "NOIMUS": 25, "NOIDOG": 20, "NOIALM": 15, "NOIVOI": 10},
    "disrepair": {"HOUREP": 100},
    "conditions": {"HOUDMP": 55, "HOUHEA": 18, "HOUOVC": 15, "HOUFIR": 12},
}
OUTCOMES = {"ADVICE": 35, "NFA": 25, "WARNLET": 18, "RESOLVED": 15, "ABATEMENT": 4, "REFERRED": 3}
OFFICERS = {"EH01": 20, "EH02": 18, "EH04": 16, "EH07": 14, "EH09": 12, "EH11": 10, "OOH": 10}
LAYOUT = "%d-%b-%Y"


def write(world: World, period: Period, yard: Yard) -> None:
    """The requests entered or completed in the period."""
    for day, part in files(_versions(world), period, "request"):
        _put(world, yard, f"data/noise/uniform_sr_{day:%Y%m%d}.csv", part)


def _versions(world: World) -> pl.DataFrame:
    chances = Chances(world.plan.seed, SERVICE)
    found = recorded(world, happened(world, SERVICE, KINDS), OFFICE)
    cases = closed(found, chances, mean=30, entered=5, never=0.1)
    cases = numbered(cases, block=20_000, district=world.district.number, by_year=True)
    number = pl.col("serial").cast(pl.String).str.zfill(6)
    cases = cases.with_columns(
        pl.format("SR/{}/{}", pl.col("opened").dt.strftime("%y"), number).alias("request"),
        pl.when(pl.col("closed").is_not_null()).then(pl.lit(chances.pick("outcome", cases["id"], OUTCOMES))).alias("outcome"),
    )
    return steps(cases, ("opened", "closed_entered"), {"closed_entered": ("closed", "closed_entered", "outcome")})


def _codes(cases: pl.DataFrame, chances: Chances) -> pl.Series:
    drawn = cases.select("kind").with_columns(chances.pick(f"code.{kind}", cases["id"], codes).alias(kind) for kind, codes in CODES.items())
    said = pl.when(pl.col("kind").is_in(["noise", "disrepair", "conditions"]))
    own = pl.when(pl.col("kind") == "noise").then("noise").when(pl.col("kind") == "disrepair").then("disrepair").otherwise("conditions")
    return drawn.select(said.then(own).otherwise("other").alias("code")).to_series()


def _put(world: World, yard: Yard, path: str, cases: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, SERVICE)
    ids = cases["id"]
    inside = cases["kind"].is_in(["disrepair", "conditions"])
    caller = occupant(world, cases, chances).zip_with(inside, neighbour(world, cases, chances))
    named = inside | ~chances.happens("anonymous", ids, 0.12)
    cases = located(world, cases.with_columns(pl.when(named).then(caller).alias("person")))
    people = told(world, cases)
    mess = mess_of(world.plan, yard, SERVICE, "requests", cases["request"], ids, expects={"RECPD.date_unknown": "refused"})
    place = mess.address(cases, "upper", postcode=False, column="SITEADDR", lines=1)
    picked = cases.select(pl.when("home").then("uprn").alias("uprn")).to_series()
    frame = pl.DataFrame({
        "REFVAL": cases["request"], "COMPCODE": _codes(cases, chances), "RECPD": mess.date(cases["reported"], LAYOUT, column="RECPD"),
        "DATEINPUT": cases["opened"].dt.strftime(LAYOUT), "COMPLDATE": cases["closed"].dt.strftime(LAYOUT),
        "COMPLINPUT": cases["closed_entered"].dt.strftime(LAYOUT), "OUTCOME": cases["outcome"],
        "SITEADDR": mess.text(place["address_1"], column="SITEADDR"),
        "UPRN": mess.uprn(picked, cases["parent_uprn"], column="UPRN", patchy=0.4),
        "CUSTNAME": mess.name(people, "initials", column="CUSTNAME", on=cases["reported"]),
        "CUSTPHONE": mess.contact(people["phone"], "phone", column="CUSTPHONE"),
        "CUSTEMAIL": mess.contact(people["email"], "email", column="CUSTEMAIL"),
        "OFFCODE": chances.pick("officer", ids, OFFICERS),
    })  # fmt: skip
    yard.csv(path, mess.doubled(frame), separator="|")
    yard.truth(SERVICE, "requests", truly(cases, "request"))
