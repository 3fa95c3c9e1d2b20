"""The address gazetteer: a full extract in DTF 7.3 on the first of each month, one file (volume) for each district."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.plan import REDRAWN, Period
from borough.demo.services.land.dtf import CUSTODIAN, bare, header, key, record, text, trailer
from borough.demo.services.land.known import LOADED, names, objects
from borough.demo.world import World
from borough.demo.yard import Yard

SCHEME = "AddressBase Premium Classification Scheme"


def write(world: World, period: Period, yard: Yard) -> None:
    """The last extract that falls due in the period: on the ninth, when little else comes."""
    volume, volumes = world.district.number + 1, len(world.plan.districts())
    for day in period.last(day=9):
        found = objects(world, day)
        parts = [_streets(world, day), _objects(world, found, day), _references(found), _names(world, found, day), _classes(found)]
        lines = pl.concat([header(day, volume), *parts, trailer(day, volume + 1 if volume < volumes else 0, sum(map(len, parts)))])
        more = f"_{volume:03d}" if volume > 1 else ""
        yard.lines(f"data/gazetteer/llpg_{day:%Y-%m-%d}{more}.csv", lines)


def _streets(world: World, day: dt.date) -> pl.Series:
    """15: usrn, descriptor, locality, town, administrative area, language."""
    return record(15, world.ground.streets, bare("usrn"), text("street_name"), text("locality"), text("town"), text(pl.lit("Northmere")), text(pl.lit("ENG")))


def _objects(world: World, found: pl.DataFrame, day: dt.date) -> pl.Series:
    """21: the BLPUs. The ward is the one of the day."""
    number = "ward" if day >= REDRAWN else "old_ward"
    wards = world.ground.wards.select(pl.col("ward").alias(number), "ward_code")
    found = found.join(wards, on=number, how="left", maintain_order="left")
    return record(
        21, found, bare("uprn"), bare("status"), bare("state"), bare(pl.coalesce("closed", "approved", "entered")), text("class_code"), bare("parent_uprn"),
        bare(pl.col("x").round(2)), bare(pl.col("y").round(2)), pl.lit("1"), pl.lit(str(CUSTODIAN)), bare("entered"), bare("closed"), bare("updated"), bare("entered"),
        text("organisation"), text("ward_code"), text(None), text(None), text(None), text(None),
    )  # fmt: skip


def _references(found: pl.DataFrame) -> pl.Series:
    """23: the property's references in council tax and on the electoral register."""
    homes = found.filter(pl.col("is_dwelling") & pl.col("approved").is_not_null())
    tax = homes.with_columns(source=pl.lit("CTAX"), reference="CT" + (pl.col("uprn") * 37 % 10**9).cast(pl.String).str.zfill(9), nth=pl.lit(1))
    roll = homes.with_columns(source=pl.lit("ER"), reference="ER" + (pl.col("uprn") * 61 % 10**8).cast(pl.String).str.zfill(8), nth=pl.lit(2))
    both = pl.concat([tax, roll])
    since = pl.max_horizontal("approved", pl.lit(LOADED))
    return record(23, both, bare("uprn"), key("X", pl.col("uprn") % 10**8 * 10 + pl.col("nth")), bare(since), bare(pl.max_horizontal(since, "closed")), bare(since), bare("closed"), text("reference"), text("source"))


def _names(world: World, found: pl.DataFrame, day: dt.date) -> pl.Series:
    """24: the LPIs."""
    named = names(found, day, world.plan.seed)
    postal = pl.when(pl.col("kind").is_in(["shell", "land"])).then(pl.lit("N")).otherwise(pl.lit("Y"))
    official = pl.when(pl.col("status").is_in([3, 6])).then(pl.lit("N")).otherwise(pl.lit("Y"))
    return record(
        24, named, bare("uprn"), key("L", pl.col("uprn") % 10**8 * 10 + pl.col("nth")), text(pl.lit("ENG")), bare("status"),
        bare("name_from"), bare("name_to"), bare("name_from"), bare("name_updated"),
        bare("sao_number"), text(None), bare(None), text(None), text("sao_text"), bare("pao_number"), text("pao_suffix"), bare("pao_end"), text(None), text("pao_text"),
        bare("usrn"), text("floor"), text(postal), text("postcode"), text("town"), text(official), text(None), text(None), text(None),
    )  # fmt: skip


def _classes(found: pl.DataFrame) -> pl.Series:
    """32: what each object is, and was before a licence told of an HMO."""
    now = found.with_columns(nth=pl.lit(1), since=pl.coalesce("class_since", "entered"), until="closed")
    before = found.filter(pl.col("previous_class").is_not_null())
    before = before.with_columns(nth=pl.lit(2), since="entered", until="class_since", class_code="previous_class")
    both = pl.concat([now, before])
    return record(
        32, both, bare("uprn"), key("C", pl.col("uprn") % 10**8 * 10 + pl.col("nth")), text("class_code"), '"' + pl.lit(SCHEME) + '"', pl.lit("1.0"),
        bare("since"), bare("until"), bare(pl.max_horizontal("since", "until")), bare("since"),
    )  # fmt: skip
