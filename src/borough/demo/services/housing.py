"""Council and partner housing: homes, tenancies and their people, as the last changes left them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import Period, Plan
from borough.demo.services.council_tax import stated
from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "housing"
MANAGED = 0.4
"""Of the associations' homes, how many the council manages."""
_TYPES = {"detached": "HSE", "semi": "HSE", "terrace": "HSE", "bungalow": "BUN", "estate_flat": "FLT", "block_flat": "FLT", "conversion": "FLT", "above_shop": "MAI"}
_MEMBERS = {"head": "MT", "partner": "JT"}


def write(world: World, period: Period, yard: Yard) -> None:
    """Write what changed in the tables."""
    chances = Chances(world.plan.seed, SOURCE)
    homes = _homes(world, chances)
    lets = _lets(world, chances, homes)
    _properties(world, period, yard, homes, lets)
    _tenancies(period, yard, chances, lets)
    _people(world, period, yard, chances, lets)


def _homes(world: World, chances: Chances) -> pl.DataFrame:
    """The homes that the system knows: the council's, and some of associations."""
    social = world.lives.spells.filter(pl.col("tenure").is_in(["council", "association"])).sort("uprn", "start")
    homes = social.group_by("uprn", maintain_order=True).agg(pl.col("tenure").last(), pl.col("rent").last(), since=pl.col("start").min())
    kept = (pl.col("tenure") == "council") | (pl.lit(chances.share("managed", homes["uprn"])) < MANAGED)
    homes = world.at(homes.filter(kept))
    return homes.with_columns(propref=pl.format("NM{}", (pl.col("uprn") * 53 % 10**8).cast(pl.String).str.zfill(8)), weekly=_weekly(pl.col("bedrooms"), pl.col("tenure")))


def _weekly(bedrooms: pl.Expr, tenure: pl.Expr) -> pl.Expr:
    """A social rent in pounds a week."""
    return (78 + 17.35 * bedrooms.fill_null(2) + pl.when(tenure == "association").then(14.6).otherwise(0.0)).round(2)


def _lets(world: World, chances: Chances, homes: pl.DataFrame) -> pl.DataFrame:
    """The tenancies: ``spell uprn started ended entered end_entered`` with the home's columns."""
    spells = world.lives.spells.filter(pl.col("tenure").is_in(["council", "association"])).select("spell", "uprn", started="start", ended="end")
    lets = spells.join(homes.select("uprn", "propref", "tenure", "weekly"), on="uprn", how="inner", maintain_order="left").sort("spell")
    keyed = chances.lag("keyed", lets["spell"], 3, 30)
    left = later(lets["ended"], chances.lag("left", lets["spell"], 9, 90))
    return lets.with_columns(entered=pl.lit(later(lets["started"], keyed)), end_entered=pl.lit(left))


def _properties(world: World, period: Period, yard: Yard, homes: pl.DataFrame, lets: pl.DataFrame) -> None:
    """Each home in its latest state: let, void since the end of a tenancy was entered, or closed."""
    begun = lets.select("uprn", on="started", known="entered", status=pl.lit("OCC"))
    over = lets.filter(pl.col("end_entered").is_not_null()).select("uprn", on="ended", known="end_entered", status=pl.lit("VOI"))
    closed = homes.filter(pl.col("last_day").is_not_null()).select("uprn", on="last_day", known=pl.col("last_day").dt.offset_by("14d"), status=pl.lit("CLO"))
    steps = pl.concat([begun, over, closed]).filter(pl.col("known") <= period.until).sort("uprn", "on", "known")
    latest = steps.group_by("uprn", maintain_order=True).agg(pl.col("status").last(), pl.col("on").last(), changed=pl.col("known").max())
    if not period.first:
        latest = latest.filter(pl.col("changed") >= period.since)
    rows = latest.join(homes, on="uprn", how="left", maintain_order="left")
    mess = mess_of(world.plan, yard, SOURCE, "properties", rows["propref"], rows["uprn"])
    address = mess.address(rows, "line", lines=3, column="address")
    frame = rows.select(
        "propref", uprn=mess.uprn(rows["uprn"], rows["parent_uprn"], column="uprn"), landlord=pl.when(pl.col("tenure") == "council").then(pl.lit("LBN")).otherwise(pl.lit("HA")),
        prop_type=pl.col("kind").replace_strict(_TYPES, default="FLT", return_dtype=pl.String), bedrooms=pl.col("bedrooms"),
        address1=address["address_1"], address2=address["address_2"], address3=address["address_3"], postcode=address["postcode"],
        occ_status="status", status_date="on", rent="weekly", lastupdated="changed",
    )  # fmt: skip
    yard.table(SOURCE, "property", frame, key="propref")
    yard.truth(SOURCE, "properties", rows.select("uprn", "on", key="propref"))


def _tenancies(period: Period, yard: Yard, chances: Chances, lets: pl.DataFrame) -> None:
    rows = stated(lets, period)
    kinds, recent = pl.lit(chances.share("kind", rows["spell"])), pl.col("started") > dt.date(2020, 4, 1)
    council = pl.when(kinds < 0.06).then(pl.lit("TMP")).when(recent & (kinds < 0.25)).then(pl.lit("FLX")).when(recent & (kinds < 0.35)).then(pl.lit("INT")).otherwise(pl.lit("SEC"))
    behind = pl.Series(chances.share("behind", rows["spell"]))
    owed = pl.when(pl.lit(behind) < 0.62).then(-pl.col("weekly") * pl.lit(behind)).otherwise(pl.col("weekly") * (pl.lit(behind) - 0.6) * 22).round(2)
    frame = rows.select(
        tenancy_ref=tenancy_ref(), propref="propref", tenure_type=pl.when(pl.col("tenure") == "council").then(council).otherwise(pl.lit("ASS")), status=pl.when(pl.col("ended").is_null()).then(pl.lit("OCC")).otherwise(pl.lit("CLO")),
        start_date="started", end_date="ended", rent="weekly", balance=owed, created="entered", end_created="end_entered", lastupdated="last_updated",
    )  # fmt: skip
    yard.table(SOURCE, "tenancy", frame, key="tenancy_ref")
    members = rows.select("uprn", key=tenancy_ref(), on="started")
    yard.truth(SOURCE, "tenancies", members)


def tenancy_ref() -> pl.Expr:
    """The number of a tenancy."""
    return pl.format("T{}", "spell")


def of_the_living(plan: Plan) -> Plan:
    """The plan for a system in which every record is a person."""
    return replace(plan, rates={**plan.rates, "name_occupier": 0.0, "name_company": 0.0, "name_exors": 0.0})


def _people(world: World, period: Period, yard: Yard, chances: Chances, lets: pl.DataFrame) -> None:
    stays = world.lives.stays.select("stay", "person", "spell", "role", "told", begun="start", over="end").sort("spell", "begun", "stay")
    stays = stays.unique(["spell", "person"], keep="first", maintain_order=True)
    rows = stays.join(lets, on="spell", how="inner", maintain_order="left").sort("stay")
    # Members of a household who were never told of are not there; tenants always are.
    rows = rows.filter(pl.col("told").is_not_null() | pl.col("role").is_in(["head", "partner"]))
    gone = later(rows["over"], chances.lag("gone", rows["stay"], 60))
    end = pl.when(pl.col("over").is_not_null()).then(pl.min_horizontal(pl.lit(gone), "end_entered"))
    rows = rows.with_columns(entered=pl.max_horizontal("entered", pl.coalesce("told", "begun")), started="begun", ended="over", end_entered=end)
    rows = rows.with_columns(end_entered=pl.max_horizontal("entered", "end_entered") + pl.when(pl.col("over").is_null()).then(None).otherwise(pl.duration(days=0)))
    rows = world.of(stated(rows, period), "title", "first", "middle", "surname", "birth_surname", "surname_from", "nickname", "born", "died", "nino", "phone")
    references = pl.format("{}", "person")
    keys = rows.select(pl.format("T{}|{}", "spell", "person").alias("k"))["k"]
    mess = mess_of(of_the_living(world.plan), yard, SOURCE, "persons", keys, rows["stay"], expects={"date_impossible": "counted"})
    name = mess.names(rows, columns=("first_name", "surname"), on=rows["last_updated"])
    frame = rows.select(
        tenancy_ref=tenancy_ref(), person_ref=references, party_role=pl.col("role").replace_strict(_MEMBERS, default="HM", return_dtype=pl.String), title="title",
        forename=name["first_name"], surname=name["surname"], dob=mess.date(rows["born"], "%Y-%m-%d", column="date_of_birth"), ni_number=mess.nino(rows["nino"], column="nino"),
        telephone=mess.contact(rows["phone"], "phone", column="phone"), joined="started", departed="ended", created="entered", end_created="end_entered", lastupdated="last_updated",
    )  # fmt: skip
    yard.table(SOURCE, "person", frame, key=["tenancy_ref", "person_ref"])
    yard.truth(SOURCE, "persons", rows.select("uprn", "person", key=keys, on="started"))
