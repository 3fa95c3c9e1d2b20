"""Anti-social behaviour: the cases of ReACT, as exported. Addresses are as callers say them; no UPRN."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.people.chances import Chances
from borough.demo.services.people.versions import files, steps
from borough.demo.services.place.callers import located, neighbour, told, truly
from borough.demo.services.place.happenings import Kind, Office, alike, closed, happened, numbered, recorded
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "asb"
KINDS = {
    "home": Kind(0, "asb"),
    "quarrel": Kind(1, "asb_quarrel", alike(16)),
    "street": Kind(2, where="street", yearly=62),
}
OFFICE = Office(SERVICE, worst=0.65, reported=3, entered=2, down=(dt.date(2023, 3, 6), dt.date(2023, 4, 2)))
TYPES = {
    "home": {"Noise": 30, "Nuisance Neighbours": 22, "Rubbish and Fly-tipping": 16, "Verbal Abuse": 9, "Drugs": 8, "Domestic Disturbance": 5, "Animal Nuisance": 4, "Intimidation and Harassment": 3, "Vandalism": 3},
    "quarrel": {"Nuisance Neighbours": 40, "Noise": 30, "Animal Nuisance": 10, "Verbal Abuse": 12, "Vehicle Nuisance": 8},
    "street": {"Drugs": 22, "Street Drinking": 16, "Vehicle Nuisance": 18, "Rubbish and Fly-tipping": 12, "Vandalism": 10, "Intimidation and Harassment": 8, "Begging": 6, "Trespass": 4, "Other": 4},
}  # fmt: skip
OUTCOMES = {"Advice given": 40, "No further action": 24, "Warning letter": 14, "Referred to police": 8, "Mediation": 5, "Community Protection Warning": 4, "Unfounded": 5}
SOURCES = {"Online form": 48, "Telephone": 34, "Email": 12, "Councillor": 3, "Police": 3}
PRIORITIES = {"Standard": 70, "Low": 20, "High": 10}
LAYOUT = "%d/%m/%Y"
PAGE = 500
"""Rows of a page of the export; where pages were joined, each has the header."""


def write(world: World, period: Period, yard: Yard) -> None:
    """The cases opened or closed in the period."""
    for day, part in files(_versions(world), period, "case"):
        _put(world, yard, f"data/asb/react_cases_{day:%Y-%m-%d}.csv", part)


def _versions(world: World) -> pl.DataFrame:
    chances = Chances(world.plan.seed, SERVICE)
    found = recorded(world, happened(world, SERVICE, KINDS), OFFICE)
    cases = numbered(closed(found, chances, mean=24, entered=3, never=0.08), block=100_000, district=world.district.number)
    cases = cases.with_columns(
        pl.format("ASB{}", pl.col("serial").cast(pl.String).str.zfill(7)).alias("case"), chances.pick("outcome", cases["id"], OUTCOMES).alias("outcome")
    ).with_columns(pl.when(pl.col("closed").is_not_null()).then("outcome").alias("outcome"))
    return steps(cases, ("opened", "closed_entered"), {"closed_entered": ("closed", "closed_entered", "outcome")})


def _put(world: World, yard: Yard, path: str, cases: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, SERVICE)
    ids = cases["id"]
    named = ~chances.happens("anonymous", ids, 0.22)
    caller = neighbour(world, cases, chances)
    cases = located(world, cases.with_columns(pl.when(named).then(caller).alias("person")))
    people = told(world, cases)
    kinds = [chances.pick(f"type.{kind}", ids, types) for kind, types in TYPES.items()]
    types = kinds[0].zip_with(cases["kind"] == "home", kinds[1].zip_with(cases["kind"] == "quarrel", kinds[2]))
    plotted = ~chances.happens("not_plotted", ids, 0.05)
    mess = mess_of(world.plan, yard, SERVICE, "cases", cases["case"], ids, expects={
        "Date Reported.date_unknown": "refused", "Date of Incident.date_impossible": "counted",
    })  # fmt: skip
    place = mess.address(cases, "line", column="Incident Address", lines=1)
    point = pl.when(plotted)
    frame = pl.DataFrame({
        "Case Reference": cases["case"], "Case Type": types, "Priority": chances.pick("priority", ids, PRIORITIES),
        "Date of Incident": mess.date(_incident(cases, chances), LAYOUT, column="Date of Incident"),
        "Date Reported": mess.date(cases["reported"], LAYOUT, column="Date Reported"),
        "Date Entered": cases["opened"].dt.strftime(LAYOUT), "Date Closed": cases["closed"].dt.strftime(LAYOUT),
        "Closure Entered": cases["closed_entered"].dt.strftime(LAYOUT), "Closure Reason": cases["outcome"],
        "Complainant": mess.text(mess.name(people, column="Complainant", on=cases["reported"]), column="Complainant").fill_null("Unknown"),
        "Complainant Tel": mess.contact(people["phone"], "phone", column="Complainant Tel"),
        "Incident Address": mess.text(place["address_1"], column="Incident Address"), "Incident Postcode": place["postcode"],
        "Longitude": cases.select(point.then(pl.col("longitude").round(6).cast(pl.String))).to_series(),
        "Latitude": cases.select(point.then(pl.col("latitude").round(6).cast(pl.String))).to_series(),
        "Source": chances.pick("source", ids, SOURCES),
    })  # fmt: skip
    rows = mess.doubled(frame)
    pages = mess.file("header_repeated", path, "Case Reference", times=(rows.height - 1) // PAGE)
    yard.csv(path, rows, encoding="cp1252", header_every=PAGE if pages else None)
    yard.truth(SERVICE, "cases", truly(cases, "case"))


def _incident(cases: pl.DataFrame, chances: Chances) -> pl.Series:
    """When it happened, as the caller remembers it: some say no day."""
    unsaid = chances.happens("no_day", cases["id"], 0.1)
    return cases.select(pl.when(~unsaid).then(pl.col("on")).alias("on")).to_series()
