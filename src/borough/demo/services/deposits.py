"""Tenancy deposits: what a scheme discloses to the council each month. Of the deposits of whole homes about two in three are with it, of those of rooms far fewer."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.people.versions import steps
from borough.demo.services.place.callers import PLACE, owners_names, owners_of, told
from borough.demo.services.place.months import monthly
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "deposits"
SINCE = dt.date(2019, 1, 1)
"""Tenancies that began before are not disclosed."""
ROOMS_LESS = 0.72
"""How much less often the deposit of a room is protected than that of a home."""
LAYOUT = "%d/%m/%Y"


def write(world: World, period: Period, yard: Yard) -> None:
    """The deposits registered or released in the months that ended in the period."""
    for day, part in monthly(_versions(world), period, "certificate") if period.days() else ():
        _put(world, yard, f"data/deposits/TDS_disclosure_{day:%d%m%Y}.csv", part)


def tenancies(world: World) -> pl.DataFrame:
    """Households in private lets, each with its lead tenant: ``uprn spell household person tenants start end owner rent managed``."""
    lets = world.lives.spells.filter(pl.col("tenure").cast(pl.String) == "private").select("spell", "owner", "rent", "managed", "households", pl.col("end").alias("let_end"))
    adults = world.lives.stays.filter(pl.col("role") != "child").join(lets, on="spell", how="inner", maintain_order="left")
    return adults.group_by("spell", "household", maintain_order=True).agg(
        pl.col("uprn", "owner", "rent", "managed", "households").first(), pl.col("person").first(), pl.len().alias("tenants"),
        pl.col("start").min(), pl.when(pl.col("end").is_null().any()).then(None).otherwise(pl.col("end").max()).alias("end"),
    )  # fmt: skip


def _versions(world: World) -> pl.DataFrame:
    chances = Chances(world.plan.seed, SERVICE)
    lets = tenancies(world).filter(pl.col("start") >= SINCE)
    ids = lets["household"]
    kept = lets["managed"].cast(pl.Float64).fill_null(0.5)
    # who lets a home by the room seldom protects each room's deposit, or takes it under a licence to occupy
    rooms = (lets["households"].cast(pl.Int64).fill_null(1) > 1).cast(pl.Float64)
    lets = lets.filter(chances.happens("protected", ids, (0.40 + 0.44 * kept) * (1 - rooms * ROOMS_LESS)))
    ids = lets["household"]
    released = later(lets["end"], 6 + chances.lag("released", ids, 14, 120))
    lets = lets.with_columns(
        later(lets["start"], chances.lag("registered", ids, 14, 300)).alias("registered"), released.alias("released"),
        pl.format("TD{}", (ids.cast(pl.Int64) % 10**10).cast(pl.String).str.zfill(9)).alias("certificate"),
    )
    lets = lets.unique("certificate", keep="first", maintain_order=True).with_columns(pl.max_horizontal("registered", "released").alias("released"))
    lets = lets.with_columns(pl.when(pl.col("end").is_not_null()).then("released").alias("released"))
    return steps(lets, ("registered", "released"), {"released": ("end", "released")})


def _put(world: World, yard: Yard, path: str, lets: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, SERVICE)
    ids = lets["household"]
    homes = world.at(lets, *PLACE)
    owners = owners_of(world, lets)
    mess = mess_of(world.plan, yard, SERVICE, "certificates", lets["certificate"], ids, expects={"TenancyStart.date_unknown": "refused", "TenancyEnd.date_impossible": "counted"})
    place = mess.address(homes.with_columns(pl.lit(None, pl.String).alias("town")), "lines", column="TenancyAddress1", lines=2)
    # a room's rent where households have a contract each
    rent = (lets["rent"].cast(pl.Float64).fill_null(1500.0) / lets["households"].cast(pl.Float64).fill_null(1).clip(1) / 5).round() * 5
    capped = pl.Series("weeks", [5.0]).new_from_index(0, lets.height).zip_with(~chances.happens("over_cap", ids, 0.02), pl.Series([8.0]))
    frame = pl.DataFrame({
        "CertificateNumber": lets["certificate"], "LandlordName": owners_names(owners, mess, "LandlordName"),
        "LandlordPostcode": mess.postcode(owners["postcode"], column="LandlordPostcode"), "AgentName": owners["agent"].fill_null("NULL"),
        "TenancyAddress1": place["address_1"], "TenancyAddress2": place["address_2"], "TenancyTown": homes["town"].str.to_titlecase(), "TenancyPostcode": place["postcode"],
        "NumberOfTenants": lets["tenants"].cast(pl.String), "LeadTenant": mess.name(told(world, lets), column="LeadTenant", on=lets["start"]),
        "MonthlyRent": rent.cast(pl.Int64).cast(pl.String) + ".00", "DepositAmount": (rent * 12 / 52 * capped * 100).round().cast(pl.Int64).cast(pl.String).str.replace(r"(\d\d)$", ".${1}"),
        "TenancyStart": mess.date(lets["start"], LAYOUT, column="TenancyStart"), "TenancyEnd": mess.date(lets["end"], LAYOUT, column="TenancyEnd"),
        "RegisteredOn": lets["registered"].dt.strftime(LAYOUT), "ReleasedOn": lets["released"].dt.strftime(LAYOUT),
    })  # fmt: skip
    yard.csv(path, mess.doubled(frame, differing="DepositAmount"))
    yard.truth(SERVICE, "certificates", lets.select(pl.col("certificate").alias("key"), "uprn", "person", pl.col("start").alias("on")))
