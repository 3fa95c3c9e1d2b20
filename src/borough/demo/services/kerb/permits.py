"""Parking permits of residents, their visitors and carers: for a year, renewed while somebody lives there and remembers."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.chance import keyed
from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.people.versions import files, steps
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE, FEED = "parking", "permits"
ZONES = 0.68
"""The share of wards that are controlled zones: those with most flats."""
TAKEN = 0.77
"""In a zone: of residents with a car, those who take a permit."""
FEES = {"Resident": "112.50", "Second vehicle": "185.00", "Carer": "0.00", "Disabled": "0.00"}
RENEWALS = 8
"""A stay has fewer permits than this in the time of the world."""
DAY = "%Y-%m-%d"


def put_permits(world: World, period: Period, yard: Yard) -> None:
    """The permits issued, renewed or given up in the period."""
    chances = Chances(world.plan.seed, "parking.permit")
    for day, part in files(_versions(world, chances), period, "permit"):
        _put(world, yard, f"data/parking/permits_{day:%Y%m%d}.csv", part, chances)


def _holders(world: World, chances: Chances) -> pl.DataFrame:
    """Stays of people with a car in a zone, with the day of the first permit that the world's time has."""
    wards = world.ground.wards.filter(pl.col("ward") < 1000).sort("flats", "ward", descending=[True, False])
    zones = wards.head(max(1, round(ZONES * wards.height)))["ward"]
    cars = world.lives.people.filter(pl.col("vrm").is_not_null()).select("person", "born", "disabled", "carer")
    stays = world.at(world.lives.stays, "ward").filter(pl.col("ward").is_in(zones.implode())).join(cars, on="person", how="inner", maintain_order="left")
    stays = stays.filter(chances.happens("taken", stays["stay"], TAKEN))
    begun = pl.max_horizontal(pl.col("start") + pl.duration(days="wait"), pl.col("born").dt.offset_by("17y1m"))
    stays = stays.with_columns(chances.lag("applied", stays["stay"], 24, 300).alias("wait")).with_columns(begun.alias("begun"))
    # Long residents renew at any time of year.
    old = pl.col("begun") < START
    shifted = pl.lit(START) - pl.duration(days="before")
    stays = stays.with_columns(chances.number("anniversary", stays["stay"], 1, 364).alias("before"))
    return stays.with_columns(pl.when(old).then(pl.max_horizontal(shifted, "begun")).otherwise("begun").alias("begun"))


def _versions(world: World, chances: Chances) -> pl.DataFrame:
    holders = _holders(world, chances)
    last = pl.min_horizontal(pl.col("end").fill_null(HORIZON), pl.lit(HORIZON))
    years = ((last - pl.col("begun")).dt.total_days() // 365 + 1).clip(0, RENEWALS)
    permits = holders.with_columns(pl.int_ranges(0, years).alias("nth")).explode("nth").filter(pl.col("nth").is_not_null())
    permits = permits.with_columns((pl.col("stay") * RENEWALS + pl.col("nth")).alias("id"))
    # Some give the car up, or forget: what follows is missing.
    lapsed = pl.Series(keyed(world.plan.seed, "parking.permit.lapsed", permits["id"].to_numpy()) < 0.04).cast(pl.Int64)
    permits = permits.with_columns(lapsed.alias("lapsed")).filter(pl.col("lapsed").cum_sum().over("stay") == 0)
    ids = permits["id"]
    started = pl.col("begun") + pl.duration(days=pl.col("nth") * 365)
    permits = permits.with_columns(started.alias("started"), pl.format("RP{}", _serial(permits, world.district.number)).alias("permit"))
    permits = permits.with_columns(
        pl.max_horizontal(later(permits["started"], -chances.lag("early", ids, 5, 28)), pl.lit(START)).alias("issued"),
        (pl.col("started") + pl.duration(days=364)).alias("expires"),
        pl.when(chances.happens("gives_up", ids, 0.4)).then(later(permits["end"], chances.lag("given_up", ids, 12, 120))).alias("surrendered"),
    )
    ends = pl.col("surrendered") < pl.col("expires")
    permits = permits.with_columns(pl.when(ends).then("surrendered").alias("surrendered")).with_columns(pl.col("surrendered").alias("updated"))
    return steps(permits, ("issued", "updated"), {"updated": ("surrendered",)})


def _serial(permits: pl.DataFrame, district: int) -> pl.Series:
    """Numbers that rise with the stays, not with the days: as where permits are printed from a list of addresses."""
    return pl.Series(district * 10_000_000 + 1 + np.arange(permits.height)).cast(pl.String).str.zfill(8)


def _put(world: World, yard: Yard, path: str, part: pl.DataFrame, chances: Chances) -> None:
    ids = part["id"]
    people, homes = world.of(part.select("person")), world.at(part.select("uprn"))
    mess = mess_of(world.plan, yard, SERVICE, FEED, part["permit"], ids)
    place = mess.address(homes, "line", column="address", lines=1)
    kind = pl.when("disabled").then(pl.lit("Disabled")).when(pl.col("carer") & chances.happens("carers", ids, 0.3)).then(pl.lit("Carer")).when(chances.happens("second", ids, 0.08)).then(pl.lit("Second vehicle")).otherwise(pl.lit("Resident"))
    given_up = pl.col("surrendered").is_not_null()
    rows = part.with_columns(kind.alias("kind")).select(
        pl.col("permit").alias("permit_no"), pl.col("kind").alias("permit_type"), people["vrm"].alias("vehicle_reg"),
        mess.name(people, "spoken", column="holder", on=part["started"]).alias("holder"),
        mess.contact(people["email"], "email", column="holder_email").alias("holder_email"),
        mess.contact(people["phone"], "phone", column="holder_mobile").alias("holder_mobile"),
        place["address_1"].alias("address"), place["postcode"].alias("post_code"),
        mess.uprn(homes["uprn"], homes["parent_uprn"], column="llpg_uprn", patchy=0.1).alias("llpg_uprn"),
        pl.format("NM{}", pl.col("ward") % 22 + 1).alias("zone"), pl.col("started").dt.strftime(DAY).alias("valid_from"), pl.col("expires").dt.strftime(DAY).alias("valid_to"),
        pl.col("kind").replace_strict(FEES, return_dtype=pl.String).alias("fee"), pl.when(given_up).then(pl.lit("S")).otherwise(pl.lit("A")).alias("state"),
        pl.col("surrendered").dt.strftime(DAY).alias("surrendered_on"), pl.col("issued").dt.strftime(DAY).alias("created"), pl.col("entered").dt.strftime(DAY).alias("modified"),
    )  # fmt: skip
    yard.csv(path, mess.doubled(rows), separator="\t", line_end="\n")
    yard.truth(SERVICE, FEED, part.select(key="permit", uprn="uprn", person="person", on="started"))
