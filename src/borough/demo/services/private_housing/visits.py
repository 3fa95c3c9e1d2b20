"""Visits to homes and the notices that follow, as the private housing team keys them."""

from __future__ import annotations

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import Period
from borough.demo.services.people.chances import Chances, later
from borough.demo.services.people.versions import files, steps
from borough.demo.services.private_housing.holders import PLACE, called, with_owner
from borough.demo.world import World
from borough.demo.yard import Yard

SERVICE = "enforcement"
DAY = "%d/%m/%Y"
TRIGGERS = {"complaint": "CMP", "application": "APP", "random": "RND", "patrol": "PAT", "referral": "REF"}
OUTCOMES = {
    "licensed": "LIC", "owner_occupied": "OOC", "hmo_unlicensed": "HMU", "single_let_unlicensed": "SLU", "social": "SOC", "exempt": "EXM", "void": "VOI",
    "no_access": "NAC", "wrong_address": "WAD",
}  # fmt: skip
REMARKS = {
    "": 60, "Carded, no reply": 6, "Spoke to tenant": 12, "Spoke to neighbour": 5, "Tenancy agreement seen": 6, "Council tax bill seen": 3,
    "Dog on premises": 2, "Do not visit alone": 1, "Re-visit in evening": 5,
}  # fmt: skip
LEADS = {"hmo_unlicensed": 0.45, "single_let_unlicensed": 0.22, "licensed": 0.05, "exempt": 0.03}
"""How often a visit that found this leads to a notice."""
NOTICES = {"improvement": 52, "hazard awareness": 22, "civil penalty": 16, "prohibition": 7, "emergency remedial action": 3}
RESULTS = {"Complied": 80, "Revoked": 8, "Works in default": 7, "Appealed": 5}


def visits(world: World) -> pl.DataFrame:
    """The visits, with the day on which each was keyed. Those of a Friday wait for Monday, and some far longer."""
    chances = Chances(world.plan.seed, SERVICE)
    made = world.law.visits.with_columns(
        pl.col("visit").alias("id"), pl.format("INS{}", pl.col("visit").cast(pl.String).str.zfill(8)).alias("ref")
    )
    return made.with_columns(later(made["on"], chances.lag("keyed", made["id"], 2.0, 120)).alias("entered"))


def put_visits(world: World, period: Period, yard: Yard) -> None:
    """The visits that were keyed in the period."""
    chances = Chances(world.plan.seed, SERVICE)
    for day, part in files(visits(world), period, "ref"):
        frame = world.at(part, *PLACE)
        mess = mess_of(world.plan, yard, SERVICE, "visits", frame["ref"], frame["id"], expects={"INSPDATE.date_unknown": "refused"})
        place = mess.address(frame, "lines", column="ADDR", lines=3)
        rows = pl.DataFrame({
            "INSPNO": frame["ref"], "UPRN": mess.uprn(frame["uprn"], frame["parent_uprn"], column="UPRN", patchy=0.12),
            "ADDR1": place["address_1"], "ADDR2": place["address_2"], "ADDR3": place["address_3"], "PCODE": place["postcode"],
            "INSPDATE": mess.date(frame["on"], DAY, column="INSPDATE"), "KEYED": frame["entered"].dt.strftime(DAY),
            "TRIGGER": frame["reason"].replace_strict(TRIGGERS), "OFFICER": frame["officer"], "OUTCOME": frame["found"].replace_strict(OUTCOMES),
            "REMARKS": chances.pick("remark", frame["id"], REMARKS),
        })  # fmt: skip
        yard.csv(f"data/enforcement/visits_{day:%Y-%m-%d}.csv", mess.doubled(rows))
        yard.truth(SERVICE, "visits", frame.select(key="ref", uprn="uprn", on="on"))


def put_notices(world: World, period: Period, yard: Yard) -> None:
    """The notices that were served, or complied with, in the period."""
    for day, part in files(_notices(world), period, "notice"):
        frame = world.at(with_owner(world, part), *PLACE)
        mess = mess_of(world.plan, yard, SERVICE, "notices", frame["notice"], frame["id"], expects={"Date Served.date_unknown": "refused"})
        place = mess.address(frame, "line", column="Premises")
        rows = pl.DataFrame({
            "Notice Ref": frame["notice"], "Notice Type": frame["type"].str.to_titlecase(), "Insp No": frame["ref"],
            "Date Served": mess.date(frame["served"], DAY, column="Date Served"), "Date Entered": frame["opened"].dt.strftime(DAY),
            "Comply By": frame["comply_by"].dt.strftime(DAY), "Date Complied": frame["closed"].dt.strftime(DAY),
            "Complied Entered": frame["closed_entered"].dt.strftime(DAY), "Result": frame["result"],
            "Served On": called(world, frame, mess, "surname_first", "Served On", "served"), "Premises": place["address_1"], "Premises Postcode": place["postcode"],
            "UPRN": mess.uprn(frame["uprn"], frame["parent_uprn"], column="UPRN", patchy=0.2), "Civil Penalty": frame["penalty"],
        })  # fmt: skip
        yard.csv(f"data/enforcement/notices_{day:%Y-%m-%d}.csv", rows, encoding="cp1252", separator=";")
        yard.truth(SERVICE, "notices", frame.select(key="notice", uprn="uprn", person="person", on="served"))


def _notices(world: World) -> pl.DataFrame:
    """The notices in their versions: when served, and when closed."""
    chances = Chances(world.plan.seed, SERVICE)
    made = visits(world)
    chance = made["found"].replace_strict(LEADS, default=0.0, return_dtype=pl.Float64)
    led = made.filter(chances.happens("notice", made["id"], chance))
    ids = led["id"]
    kind = chances.pick("notice_type", ids, NOTICES)
    fine = (500 * chances.number("penalty", ids, 1, 30)).cast(pl.Decimal(10, 2)).cast(pl.String)
    served = later(led["on"], 7 + chances.lag("served", ids, 40, 300))
    closed = later(served, 10 + chances.lag("closed", ids, 70, 500))
    opened = later(served, chances.lag("opened", ids, 2, 60))
    noted = later(closed, chances.lag("noted", ids, 6, 120))
    never = chances.happens("open", ids, 0.18)
    full = led.with_columns(
        kind.alias("type"), served.alias("served"), opened.alias("opened"), later(served, 28 + 28 * chances.number("weeks", ids, 0, 2)).alias("comply_by"),
        closed.alias("closed"), noted.alias("closed_entered"), chances.pick("result", ids, RESULTS).alias("result"), never.alias("never"), fine.alias("fine"),
        pl.format("HN{}", pl.col("visit").cast(pl.String).str.zfill(8)).alias("notice"),
    ).with_columns(
        *(pl.when(~pl.col("never")).then(pl.col(name)).alias(name) for name in ("closed", "result")),
        pl.when(~pl.col("never")).then(pl.max_horizontal("closed_entered", "opened")).alias("closed_entered"),
        pl.when(pl.col("type") == "civil penalty").then("fine").alias("penalty"),
    )  # fmt: skip
    return steps(_owned(world, full), ("opened", "closed_entered"), {"closed_entered": ("closed", "closed_entered", "result")})


def _owned(world: World, led: pl.DataFrame) -> pl.DataFrame:
    """Notices with the owner of the home on the day of the visit."""
    spells = world.lives.spells.select("uprn", "start", "owner").sort("start", "uprn")
    ordered = led.sort("on", "visit")
    return ordered.join_asof(spells, left_on="on", right_on="start", by="uprn", check_sortedness=False)
