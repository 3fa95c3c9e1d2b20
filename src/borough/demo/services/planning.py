"""Planning applications with the outline of their site, as GeoJSON; and building control, as a feed of its own."""

from __future__ import annotations

import math

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.people.versions import files, steps
from borough.demo.services.place.building_work import WORKS, applications
from borough.demo.services.place.callers import located, occupant, owners_names, owners_of, told, truly
from borough.demo.services.place.happenings import closed, happened, numbered
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "planning"
TYPES = {
    "householder": ("HOU", "Householder", None, None), "lawful": ("LDC", "Lawful development certificate", None, None), "prior": ("PNA", "Prior approval", None, None),
    "trees": ("TPO", "Works to trees", None, None), "minor": ("FUL", "Full", "C3", "C3"), "shop": ("FUL", "Full", "E", "E"), "advert": ("ADV", "Advertisement", None, None),
    "hmo": ("COU", "Change of use", "C3", "C4"), "large_hmo": ("COU", "Change of use", "C3", "SG"), "conversion": ("FUL", "Full", "C3", "C3"),
}  # fmt: skip
PROPOSALS = {
    "householder": {"Single storey rear extension": 40, "Loft conversion with rear dormer and two front rooflights": 25, "Two storey side extension": 12, "Part single, part two storey rear extension": 13, "Outbuilding in rear garden": 10},
    "lawful": {"Rear dormer roof extension (proposed)": 60, "Outbuilding ancillary to the dwellinghouse (proposed)": 20, "Use as a single dwellinghouse (existing)": 14, "Use as a small house in multiple occupation (existing)": 6},
    "prior": {"Single storey rear extension of 6m depth, 3m maximum height": 80, "Enlargement by an additional storey": 20},
    "trees": {"Crown reduction of oak by 30%": 40, "Fell sycamore": 30, "Pollard two limes": 30},
    "minor": {"Demolition of garages and erection of two dwellings": 35, "Erection of a three storey building to provide 6 flats": 30, "Erection of a dwelling on land to the rear": 35},
    "shop": {"Installation of new shopfront": 50, "Extract flue to rear elevation": 30, "Change of use of the upper floors from storage to a self-contained flat": 20},
    "advert": {"One internally illuminated fascia sign": 60, "Fascia and projecting sign": 40},
    "hmo": {"Change of use from dwellinghouse (C3) to small house in multiple occupation (C4)": 70, "Change of use to HMO for up to 6 persons (C4) with loft conversion": 30},
    "large_hmo": {"Change of use from dwellinghouse (C3) to large house in multiple occupation (sui generis)": 100},
    "conversion": {"Conversion of dwellinghouse into self-contained flats": 70, "Conversion of dwelling into flats with rear extension": 30},
}  # fmt: skip
GAINED = {"minor": "2", "conversion": "1", "shop": "0"}
DECISIONS = {"Granted": 76, "Refused": 18, "Withdrawn": 6}
LAWFUL = {"Lawful": 82, "Not lawful": 18}
HMO_DECISIONS = {"Granted": 58, "Refused": 34, "Withdrawn": 8}
WORKS_SAID = {
    "works": {"Single storey rear extension": 28, "Loft conversion": 24, "Removal of load bearing wall": 16, "Replacement windows": 12, "Internal alterations and new bathroom": 10, "Conversion of garage to habitable room": 6, "Rewiring, fire doors and detection throughout": 4},
    "boiler": {"Install a gas-fired boiler": 80, "Consumer unit replacement": 20}, "shop": {"Shop fit-out": 100},
}  # fmt: skip
AGENTS = ("Fenmarsh Architects", "Plan & Elevation Ltd", "Marsh and Daughters Planning", "Northsea Design Studio", "Holm Building Consultants")


def write(world: World, period: Period, yard: Yard) -> None:
    """Applications and building control cases entered, decided or completed in the period; with the first delivery comes the register of the years before."""
    for day, part in files(_applications(world), period, "reference"):
        _put_applications(world, yard, f"data/planning/applications_{day:%Y-%m-%d}.geojson", part)
    for day, part in files(_cases(world), period, "case"):
        _put_cases(world, yard, f"data/planning/building_control_{day:%Y-%m-%d}.csv", part)


def _applications(world: World) -> pl.DataFrame:
    chances = Chances(world.plan.seed, SERVICE)
    found = applications(world, chances)
    opened = later(found["on"], 1 + chances.lag("entered", found["id"], 2, 60))
    found = closed(found.with_columns(pl.col("on").alias("reported"), opened.alias("opened")), chances, mean=52, entered=2, never=0.01)
    known = numbered(found, block=10_000, district=world.district.number, by_year=True)
    ending = known["kind"].replace_strict({kind: said[0] for kind, said in TYPES.items()}, return_dtype=pl.String)
    reference = pl.format("{}/{}/{}", pl.col("opened").dt.strftime("%y"), pl.col("serial").cast(pl.String).str.zfill(5), pl.lit(ending))
    known = known.with_columns(reference.alias("reference"))
    versions = steps(known, ("opened", "closed_entered"), {"closed_entered": ("closed", "closed_entered")})
    return versions.with_columns(pl.max_horizontal("entered", pl.lit(START)).alias("entered"))


def _put_applications(world: World, yard: Yard, path: str, found: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, SERVICE)
    ids = found["id"]
    found = located(world, found.with_columns(occupant(world, found, chances).alias("person")))
    owners = owners_of(world, found)
    mess = mess_of(world.plan, yard, SERVICE, "applications", found["reference"], ids, expects={"received_date.date_unknown": "refused"})
    place = mess.address(found, "line", column="site_address", lines=1)
    picked = found.select(pl.when("home").then("uprn").alias("uprn")).to_series()
    named = mess.name(told(world, found), column="applicant_name", on=found["on"])
    applicant = owners_names(owners, mess, "applicant_name").fill_null(named).fill_null(found["organisation"].str.to_titlecase())
    agent = pl.Series(AGENTS).gather(pl.Series((chances.share("agent", ids) * len(AGENTS)).astype("int64")))
    done = found["closed"].is_not_null()
    nothing = pl.Series([None], dtype=pl.String)
    frame = pl.DataFrame({
        "reference": found["reference"], "application_type": _said(found, 1), "proposal": mess.text(_drawn(found, chances, "proposal", PROPOSALS), column="proposal"),
        "existing_use": _said(found, 2), "proposed_use": _said(found, 3), "net_units": found["kind"].replace_strict(GAINED, default=None, return_dtype=pl.String),
        "received_date": mess.date(found["on"], "%Y-%m-%d", column="received_date"), "valid_date": later(found["on"], 2 + chances.lag("valid", ids, 6, 60)).dt.strftime("%Y-%m-%d"),
        "entered_date": found["opened"].dt.strftime("%Y-%m-%d"), "decision_date": found["closed"].dt.strftime("%Y-%m-%d"), "decision_entered": found["closed_entered"].dt.strftime("%Y-%m-%d"),
        "decision": _decision(found, chances).zip_with(done, nothing), "applicant_name": mess.text(applicant, column="applicant_name"),
        "agent_name": agent.zip_with(chances.happens("has_agent", ids, 0.7), nothing), "site_address": place["address_1"], "site_postcode": place["postcode"],
        "uprn": mess.uprn(picked, found["parent_uprn"], column="uprn", patchy=0.25),
        "centroid_easting": found["x"].round(0).cast(pl.Int64), "centroid_northing": found["y"].round(0).cast(pl.Int64), "site": _site(found, chances),
    })  # fmt: skip
    yard.geojson(path, mess.doubled(frame), "site")
    person = found["person"].zip_with(found["owner"].is_null(), owners["person"]).alias("person")
    yard.truth(SERVICE, "applications", truly(found.with_columns(person), "reference"))


def _said(found: pl.DataFrame, place: int) -> pl.Series:
    return found["kind"].replace_strict({kind: said[place] for kind, said in TYPES.items()}, return_dtype=pl.String)


def _drawn(found: pl.DataFrame, chances: Chances, what: str, options: dict[str, dict[str, int]]) -> pl.Series:
    """One of the options of each record's kind."""
    drawn = found.select("kind").with_columns(chances.pick(f"{what}.{kind}", found["id"], said).alias(kind) for kind, said in options.items())
    return drawn.select(pl.coalesce(pl.when(pl.col("kind") == kind).then(kind) for kind in options).alias(what)).to_series()


def _decision(found: pl.DataFrame, chances: Chances) -> pl.Series:
    ids = found["id"]
    usual, lawful, hmo = chances.pick("decision", ids, DECISIONS), chances.pick("lawful", ids, LAWFUL), chances.pick("hmo", ids, HMO_DECISIONS)
    said = lawful.zip_with(found["kind"] == "lawful", usual)
    return hmo.zip_with(found["kind"].is_in(["hmo", "large_hmo"]), said)


def _site(found: pl.DataFrame, chances: Chances) -> pl.Series:
    """A plot about the point, as a rectangle in longitude and latitude; of a site that was never drawn nothing."""
    latitude = float(found["latitude"].mean() or 0)  # type: ignore[arg-type]  # polars says the mean may be anything
    wide = pl.lit(pl.Series(chances.number("wide", found["id"], 3, 9))) / (111_320 * math.cos(math.radians(latitude)))
    deep = pl.lit(pl.Series(chances.number("deep", found["id"], 8, 22))) / 111_250
    x, y = pl.col("longitude"), pl.col("latitude")
    corners = [(x - wide, y - deep), (x + wide, y - deep), (x + wide, y + deep), (x - wide, y + deep), (x - wide, y - deep)]
    ring = [pl.format("[{},{}]", east.round(7), north.round(7)) for east, north in corners]
    shape = pl.concat_str(pl.lit('{"type":"Polygon","coordinates":[['), pl.concat_str(ring, separator=","), pl.lit("]]}"))
    drawn = pl.lit(pl.Series(~chances.happens("not_drawn", found["id"], 0.04)))
    return found.select(pl.when(drawn).then(shape).alias("site")).to_series()


def _cases(world: World) -> pl.DataFrame:
    chances = Chances(world.plan.seed, "building_control")
    found = happened(world, "building_control", WORKS)
    opened = later(found["on"], chances.lag("entered", found["id"], 3, 120))
    found = closed(found.with_columns(pl.col("on").alias("reported"), opened.alias("opened")), chances, mean=130, entered=9, never=0.18)
    known = numbered(found, block=10_000, district=world.district.number, by_year=True)
    known = known.with_columns(pl.format("BC/{}/{}", pl.col("opened").dt.year(), pl.col("serial").cast(pl.String).str.zfill(4)).alias("case"))
    return steps(known, ("opened", "closed_entered"), {"closed_entered": ("closed", "closed_entered")})


def _put_cases(world: World, yard: Yard, path: str, found: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, "building_control")
    ids = found["id"]
    found = located(world, found.with_columns(occupant(world, found, chances).alias("person")))
    mess = mess_of(world.plan, yard, SERVICE, "building_control", found["case"], ids, expects={"DATE_RECD.date_unknown": "refused"})
    place = mess.address(found, "lines", column="ADDR_1", lines=3)
    named = mess.name(told(world, found), "surname_first", column="OWNER_NAME", on=found["on"])
    types = chances.pick("type", ids, {"BN": 48, "FP": 26, "IN": 22, "RG": 4})
    started = later(found["on"], 5 + chances.lag("started", ids, 25, 200))
    closed_on = found["closed"]
    frame = pl.DataFrame({
        "BC_REF": found["case"], "BC_TYPE": pl.Series(["CP"]).new_from_index(0, found.height).zip_with(found["kind"] == "boiler", types),
        "WORKS_DESC": _drawn(found, chances, "works", WORKS_SAID), "DATE_RECD": mess.date(found["on"], "%d/%m/%Y 00:00", column="DATE_RECD"),
        "DATE_ENTERED": found["opened"].dt.strftime("%d/%m/%Y"),
        "DATE_COMMENCED": pl.DataFrame([started.alias("s"), closed_on.alias("c")]).select(pl.when(pl.col("s") <= pl.col("c")).then("s")).to_series().dt.strftime("%d/%m/%Y"),
        "DATE_COMPLETED": closed_on.dt.strftime("%d/%m/%Y"), "COMPLETION_ENTERED": found["closed_entered"].dt.strftime("%d/%m/%Y"),
        "ADDR_1": place["address_1"], "ADDR_2": place["address_2"], "ADDR_3": place["address_3"], "POST_CODE": place["postcode"],
        "UPRN": mess.uprn(found["uprn"], found["parent_uprn"], column="UPRN", patchy=0.2), "OWNER_NAME": named.fill_null(found["organisation"]).fill_null("NOT KNOWN"),
    })  # fmt: skip
    yard.csv(path, mess.doubled(frame))
    yard.truth(SERVICE, "building_control", truly(found, "case"))
