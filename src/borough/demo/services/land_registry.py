"""Ownership: titles with their proprietors, complete each quarter, and the Price Paid Data of each month, as changes."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.place.callers import PLACE, owners_names, owners_of
from borough.demo.services.place.months import monthly
from borough.demo.services.place.titles import FLATS, hexadecimal, ownerships, prices, registered
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "land_registry"
CATEGORIES = {"company": "Limited Company or Public Limited Company", "council": "Local Authority", "association": "Housing Association Registered Society (Company)"}
TYPES = {"detached": "D", "bungalow": "D", "semi": "S", "terrace": "T"}
UNREGISTERED = 0.04


def write(world: World, period: Period, yard: Yard) -> None:
    """The titles at the quarters' beginnings (of the first delivery the latest), and the prices of each month (of the past, of each year)."""
    for day in quarters(period):
        _titles(world, yard, day)
    if period.days():
        for day, part in monthly(_sales(world), period, "transaction", yearly=True):
            _prices(world, yard, f"data/land_registry/pp-monthly-{day:%Y-%m}.csv", part)


def quarters(period: Period) -> list[dt.date]:
    """The days of full extracts: the first of January, April, July and October."""
    days = [day for day in period.days() if day.month % 3 == 1]
    return days[-1:] if period.first else days


def _titles(world: World, yard: Yard, day: dt.date) -> None:
    chances = Chances(world.plan.seed, SERVICE)
    held = _held(world, chances, day)
    owners = owners_of(world, held)
    homes = world.at(held, *PLACE)
    mess = mess_of(world.plan, yard, SERVICE, "titles", homes["title"], homes["id"])
    place = mess.address(homes, "line", column="Property Address", lines=1)
    kind = owners["kind"].cast(pl.String)
    names = owners_names(owners, mess, "Proprietor Name (1)")
    frame = pl.DataFrame({
        "Title Number": homes["title"], "Tenure": homes["hold"], "Property Address": place["address_1"], "Postcode": place["postcode"],
        "Multiple Address Indicator": homes["many"], "Price Paid": homes.select(pl.when(pl.col("priced")).then(pl.col("price").cast(pl.String)).alias("p")).to_series(),
        "Proprietor Name (1)": mess.text(names.str.to_uppercase(), column="Proprietor Name (1)"), "Company Registration No. (1)": owners["company_number"].cast(pl.String),
        "Proprietorship Category (1)": kind.replace_strict(CATEGORIES, default="Private Individual", return_dtype=pl.String),
        "Proprietor (1) Address (1)": owners["address"],
        "Date Proprietor Added": homes["registered"].dt.strftime("%d-%m-%Y"),
    })  # fmt: skip
    yard.csv(f"data/land_registry/titles_full_{day:%Y_%m}.csv", mess.doubled(frame), quote="always")
    truth = pl.DataFrame([homes["title"].alias("key"), homes["uprn"], owners["person"], homes["registered"].alias("on")])
    yard.truth(SERVICE, "titles", truth)


def _held(world: World, chances: Chances, day: dt.date) -> pl.DataFrame:
    """Each title with who was registered on the day: ``id title uprn owner hold many registered price priced``. The council's own flats are in the block's freehold."""
    every = ownerships(world)
    every = every.with_columns(registered(every, chances).alias("registered"), prices(world, every, chances).alias("price"))
    held = every.filter((pl.col("registered") <= day) | (pl.col("turn") == 0)).unique("uprn", keep="last", maintain_order=True)
    held = held.with_columns(pl.min_horizontal("registered", pl.lit(day)).alias("registered"))
    homes = world.at(held.select("uprn"), "kind", "parent_uprn", "first_day", "last_day")
    flat = homes["kind"].cast(pl.String).is_in(list(FLATS))
    alive = (homes["first_day"].is_null() | (homes["first_day"] <= day)) & (homes["last_day"].is_null() | (homes["last_day"] > day))
    own = flat & (held["kind"] == "council")
    seldom = chances.happens("unregistered", held["uprn"], UNREGISTERED) & (held["turn"] == 0)
    titles = held.with_columns(homes["parent_uprn"], pl.lit(flat).alias("flat")).filter(alive & ~own & ~seldom)
    single = titles.select(
        pl.col("uprn").alias("id"), "uprn", "owner", "registered", "price", pl.when("flat").then(pl.lit("Leasehold")).otherwise(pl.lit("Freehold")).alias("hold"),
        pl.lit("N").alias("many"), (pl.col("kind").is_in(["council", "association"]).not_() & (pl.col("registered") >= dt.date(2000, 4, 1))).alias("priced"),
    )  # fmt: skip
    every_title = pl.concat([single, _blocks(world, held.with_columns(homes["parent_uprn"]), chances)])
    return every_title.with_columns(("NMX" + code(every_title["id"], 8)).alias("title"))


def _blocks(world: World, held: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """The freeholds of buildings with flats: the council's where it has a flat there, else of whoever has the first one, or of a company."""
    council = pl.col("owner").filter(pl.col("kind") == "council").first()
    blocks = held.filter(pl.col("parent_uprn").is_not_null()).group_by("parent_uprn", maintain_order=True).agg(
        pl.coalesce(council, pl.col("owner").first()).alias("owner"), council.is_not_null().alias("own"), pl.col("registered").min()
    )  # fmt: skip
    companies = world.lives.owners.filter(pl.col("kind").cast(pl.String) == "company").sort("owner")["owner"]
    if companies.len():
        which = pl.Series((chances.share("freeholder", blocks["parent_uprn"]) * companies.len()).astype("int64"))
        private = ~blocks["own"] & chances.happens("company_freehold", blocks["parent_uprn"], 0.7)
        blocks = blocks.with_columns(pl.when(private).then(companies.gather(which)).otherwise("owner").alias("owner"))
    return blocks.select(
        pl.col("parent_uprn").alias("id"), pl.col("parent_uprn").alias("uprn"), "owner", "registered", pl.lit(0, pl.Int64).alias("price"), pl.lit("Freehold").alias("hold"), pl.lit("Y").alias("many"), pl.lit(False).alias("priced"),
    )  # fmt: skip


def _sales(world: World) -> pl.DataFrame:
    """Sales since START as the data say them: added when registered; some changed and a few deleted months later."""
    chances = Chances(world.plan.seed, SERVICE)
    every = ownerships(world)
    sold = every.filter(pl.col("turn") > 0, pl.col("since") >= START, ~pl.col("kind").is_in(["council", "association"]))
    known = registered(sold, chances)
    sold = sold.with_columns(prices(world, sold, chances).alias("price"), known.alias("entered"), pl.lit("A").alias("status"))
    sold = sold.with_columns(_guid(world.plan.seed, sold["spell"]).alias("transaction"))
    changed = sold.filter(chances.happens("changed", sold["spell"], 0.015)).with_columns((pl.col("price") + 10_000).alias("price"), pl.lit("C").alias("status"))
    deleted = sold.filter(chances.happens("deleted", sold["spell"], 0.006) & ~chances.happens("changed", sold["spell"], 0.015)).with_columns(pl.lit("D").alias("status"))
    again = pl.concat([changed, deleted])
    return pl.concat([sold, again.with_columns(later(again["entered"], 35 + chances.lag("again", again["spell"], 60, 300)).alias("entered"))])


def _guid(seed: int, ids: pl.Series) -> pl.Series:
    text = hexadecimal(seed, "land_registry.guid", ids, 32).str.to_uppercase()
    cuts = ((0, 8), (8, 4), (12, 4), (16, 4), (20, 12))
    return text.alias("x").to_frame().select(pl.concat_str(pl.lit("{"), pl.concat_str((pl.col("x").str.slice(at, size) for at, size in cuts), separator="-"), pl.lit("}"))).to_series()


def _prices(world: World, yard: Yard, path: str, sold: pl.DataFrame) -> None:
    homes = world.at(sold.rename({"kind": "owner_kind"}), *PLACE, "kind", "built")
    mess = mess_of(world.plan, yard, SERVICE, "prices", homes["transaction"], homes["spell"])
    kind = homes["kind"].cast(pl.String)
    paon = pl.coalesce(pl.concat_str(pl.concat_str("number", "suffix", ignore_nulls=True), pl.col("number_to"), separator=" - ", ignore_nulls=True), "building")
    saon = pl.when(pl.col("flat").is_not_null()).then(pl.format("FLAT {}{}", "flat", pl.col("flat_suffix").fill_null(""))).otherwise("flat_text")
    text = pl.col("number", "number_to", "suffix", "building", "flat", "flat_suffix", "flat_text").cast(pl.String)
    named = homes.with_columns(text).with_columns(paon.replace("", None).alias("paon"), saon.alias("saon"))
    frame = pl.DataFrame({
        "transaction": homes["transaction"], "price": homes["price"].cast(pl.String), "date": homes["since"].dt.strftime("%Y-%m-%d 00:00"), "postcode": mess.postcode(homes["postcode"], column="postcode"),
        "type": kind.replace_strict(TYPES, default="F", return_dtype=pl.String), "new": homes.select(pl.when(pl.col("since").dt.year() - pl.col("built") <= 1).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("n")).to_series(),
        "duration": homes.select(pl.when(pl.lit(kind.is_in(list(FLATS)))).then(pl.lit("L")).otherwise(pl.lit("F")).alias("d")).to_series(),
        "paon": named["paon"].str.to_uppercase(), "saon": named["saon"].str.to_uppercase(), "street": homes["street_name"].str.to_uppercase(), "locality": homes["locality"].str.to_uppercase(), "town": homes["town"].str.to_uppercase(),
        "district": pl.Series(["NORTHMERE"]).new_from_index(0, homes.height), "county": pl.Series(["GREATER LONDON"]).new_from_index(0, homes.height),
        "category": homes.select(pl.when(pl.col("owner_kind").is_in(["company", "landlord"])).then(pl.lit("B")).otherwise(pl.lit("A")).alias("c")).to_series(), "status": homes["status"],
    })  # fmt: skip
    yard.csv(path, frame, quote="always", header=False, line_end="\n")
    yard.truth(SERVICE, "prices", homes.select(pl.col("transaction").alias("key"), "uprn", pl.col("since").alias("on")))
