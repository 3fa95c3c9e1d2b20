"""Regeneration: the programme office's schemes, and the grants officer's workbook."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.people.layout import laid_out
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "regeneration"
GRANTS = 260
"""In a year of a borough at scale 1."""
DWELLINGS = 110_000
EACH = 2_500
"""Numbers kept for the grants of a district."""
_TYPES = {"High street": 30.0, "Estate renewal": 18.0, "Public realm": 24.0, "Workspace": 12.0, "Skills": 8.0, "Transport": 8.0}
_NAMES = {
    "High street": "{} High Street Revival", "Estate renewal": "{} Estate Renewal", "Public realm": "{} Public Realm", "Workspace": "{} Makers' Yard", "Skills": "{} Skills Hub", "Transport": "{} Liveable Streets",
}  # fmt: skip
_FUNDERS = {"Council capital programme": 36.0, "UK Shared Prosperity Fund": 20.0, "Good Growth Fund": 22.0, "Section 106": 14.0, "Levelling Up Fund": 8.0}
_SECTORS = {"Food and drink": 24.0, "Retail": 22.0, "Construction": 12.0, "Creative": 14.0, "Health and beauty": 14.0, "Light manufacturing": 8.0, "Digital": 6.0}
_FIRST = ("Heron", "Saltings", "Kittiwake", "Lantern", "Copper Beech", "Northlight", "Fenwick", "Juniper", "Marram", "Halcyon", "Beacon", "Tidewell", "Samphire", "Cooper & Daughters", "Blue Door", "Old Ropewalk")
_SECOND = {
    "Food and drink": ("Kitchen", "Bakery", "Coffee"), "Retail": ("Stores", "Books", "Furnishings"), "Construction": ("Builders", "Joinery", "Roofing"), "Creative": ("Studio", "Print Works", "Films"),
    "Health and beauty": ("Hair", "Pharmacy", "Fitness"), "Light manufacturing": ("Fabrications", "Textiles", "Packaging"), "Digital": ("Systems", "Labs", "Software"),
}  # fmt: skip

_SCHEME = pl.format("RG-{}", pl.col("id").cast(pl.String).str.zfill(4))


def write(world: World, period: Period, yard: Yard) -> None:
    """Write the latest quarter's schemes and grants."""
    chances = Chances(world.plan.seed, SOURCE)
    for day in sorted(d for month in (1, 4, 7, 10) for d in period.days(month, 15))[-1:]:
        _schemes(world, yard, chances, day)
        _grants(world, yard, chances, day)


def _programme(world: World, chances: Chances) -> pl.DataFrame:
    """Two schemes for each ward."""
    wards = world.ground.wards.filter(pl.col("valid_to").is_null()).sort("ward")
    middle = world.ground.properties.group_by("ward", maintain_order=True).agg(pl.col("longitude", "latitude").median().round(5))
    wards = wards.join(middle, on="ward", how="left", maintain_order="left").select("ward", "ward_name", "longitude", "latitude")
    rows = pl.concat([wards.with_columns(n=pl.lit(n), id=pl.col("ward") * 4 + n) for n in (0, 1)]).sort("id")
    ids = rows["id"]
    kind = chances.pick("type", ids, _TYPES)
    begins = later(pl.Series([START]).new_from_index(0, rows.height), chances.number("begins", ids, -700, (HORIZON - START).days - 300))
    planned = later(begins, chances.number("length", ids, 200, 1300))
    slipped = later(planned, chances.lag("slip", ids, 120, 700) - 20)
    name = pl.coalesce(*[pl.when(kind == each).then(pl.format(text, "ward_name")) for each, text in _NAMES.items()])
    return rows.with_columns(kind=kind, begins=begins, planned=planned, finished=slipped, name=name, funder=chances.pick("funder", ids, _FUNDERS), budget=chances.number("budget", ids, 8, 900) * 10_000)


def _schemes(world: World, yard: Yard, chances: Chances, day: dt.date) -> None:
    rows = _programme(world, chances).filter(pl.col("begins") <= day)
    over = pl.col("finished") <= day
    length = (pl.col("finished") - pl.col("begins")).dt.total_days().clip(1)
    share = ((pl.lit(day) - pl.col("begins")).dt.total_days() / length).clip(0, 1) * (0.86 + 0.17 * pl.lit(pl.Series(chances.share("spend", rows["id"]))))
    state = pl.when(over).then(pl.lit("C")).when(pl.col("planned") < day).then(pl.lit("R")).otherwise(chances.pick("state", rows["id"], {"G": 60, "A": 32, "R": 8}))
    frame = laid_out(rows, {
        "Scheme ID": _SCHEME, "Scheme Name": pl.col("name"), "Type": pl.col("kind"), "Funder": pl.col("funder"),
        "Budget (£)": _pounds(pl.col("budget")), "Spend to date (£)": _pounds((pl.col("budget") * share).round(0).cast(pl.Int64)), "RAG": state, "Lon": pl.col("longitude").cast(pl.String), "Lat": pl.col("latitude").cast(pl.String),
        "Start": _month("begins"), "Finish (planned)": _month("planned"), "Finish (actual)": pl.when(over).then(_month("finished")),
    })  # fmt: skip
    yard.csv(f"data/{SOURCE}/schemes_{day}.csv", frame)


def _pounds(amount: pl.Expr) -> pl.Expr:
    """As people write it: £1,234,500."""
    text = amount.cast(pl.String)
    grouped = text.str.reverse().str.replace_all(r"(\d{3})", "${1},").str.reverse().str.strip_chars_start(",")
    return pl.format("£{}", grouped)


def _month(column: str) -> pl.Expr:
    return pl.col(column).dt.strftime("%d-%b-%y")


def _businesses(world: World, chances: Chances) -> pl.DataFrame:
    """Who was ever given a grant, with the premises: shops and offices, or where there are none any homes."""
    premises = world.ground.properties.filter(pl.col("kind").is_in(["shop", "office"])).sort("uprn")
    premises = premises if premises.height else world.ground.properties.sort("uprn")
    a_year = max(3, round(GRANTS * world.district.wards * world.district.dwellings_per_ward / DWELLINGS))
    ids = pl.Series("id", range(a_year * (HORIZON.year - START.year)), dtype=pl.Int64) + world.district.number * EACH
    rows = premises[chances.number("premises", ids, 0, premises.height - 1)].drop("organisation").with_columns(id=ids)
    sector = chances.pick("sector", ids, _SECTORS)
    ends = pl.coalesce(*[pl.when(sector == each).then(pl.lit(pl.Series(words)).gather(chances.number("end", ids, 0, 2))) for each, words in _SECOND.items()])
    stem = pl.Series(_FIRST).gather(chances.number("stem", ids, 0, len(_FIRST) - 1))
    company = chances.happens("company", ids, 0.72)
    rows = rows.with_columns(sector=sector, company=company, business=pl.concat_str(pl.lit(stem), pl.lit(" "), ends, pl.when(pl.lit(company)).then(pl.lit(" Ltd")).otherwise(pl.lit(""))))
    return _companies(world, rows, chances)


def _companies(world: World, rows: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """With a company number: a few are companies that let homes as well, sole traders have none."""
    owners = world.lives.owners.filter(pl.col("company_number").is_not_null()).sort("owner")
    rows = rows.with_columns(company_no=pl.when("company").then("995" + code(rows["id"], 5, 55_501)))
    if not owners.height:
        return rows
    landlord = chances.happens("landlord", rows["id"], 0.12)
    theirs = owners[chances.number("whose", rows["id"], 0, owners.height - 1)]
    return rows.with_columns(
        company_no=pl.when(landlord).then(theirs["company_number"]).otherwise("company_no"), business=pl.when(landlord).then(theirs["name"]).otherwise("business"),
        sector=pl.when(landlord).then(pl.lit("Construction")).otherwise("sector"),
    )  # fmt: skip


def _grants(world: World, yard: Yard, chances: Chances, day: dt.date) -> None:
    rows = _businesses(world, chances)
    ids = rows["id"]
    awarded = later(pl.Series([START]).new_from_index(0, rows.height), chances.number("awarded", ids, 0, (HORIZON - START).days))
    schemes = _programme(world, chances).select(_SCHEME).to_series()
    people = world.lives.people.filter(pl.col("works") & pl.col("email").is_not_null()).sort("person")
    contacts = people[chances.number("contact", ids, 0, people.height - 1)].select("person", "title", "first", "middle", "surname", "email")
    rows = pl.concat([rows, contacts], how="horizontal").with_columns(
        key="NMG" + code(ids, 7, 4_711), awarded=awarded, paid=later(awarded, chances.number("paid", ids, 4, 120)), amount=chances.number("amount", ids, 4, 220) * 250, jobs=chances.lag("jobs", ids, 2, 40),
        scheme=schemes.gather(chances.number("scheme", ids, 0, schemes.len() - 1)),
    )  # fmt: skip
    rows = rows.filter(pl.col("awarded") <= day).sort("awarded", "id")
    mess = mess_of(world.plan, yard, SOURCE, "grants", rows["key"], rows["id"])
    address = mess.address(rows, "line", column="address")
    paid = pl.when(pl.col("paid") <= day).then("paid")
    frame = laid_out(rows, {
        "Grant Ref": pl.col("key"), "Scheme": pl.col("scheme"), "Business Name": mess.organisation(rows["business"], column="business"), "Co. No.": pl.col("company_no"), "Sector": pl.col("sector"),
        "UPRN": mess.uprn(rows["uprn"], rows["parent_uprn"], column="uprn", patchy=0.2), "Premises": address["address_1"], "Postcode": address["postcode"], "Contact": mess.name(rows.select(contacts.columns), column="contact_name"),
        "Email": mess.contact(rows["email"], "email", column="email"), "Award": pl.col("amount").cast(pl.Float64), "Jobs created": pl.col("jobs"), "Date of award": pl.col("awarded"), "Date paid": paid,
    })  # fmt: skip
    yard.sheet(f"data/{SOURCE}/grants_{day}.xlsx", mess.doubled(frame), sheet="Grants", above=[["Business grants register"], []], below=[["TOTAL", "{rows} grants"]])
    yard.truth(SOURCE, "grants", rows.select("uprn", "person", "key", on="awarded"))
