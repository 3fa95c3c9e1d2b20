"""SEND: education, health and care plans each quarter, and the transport team's workbook of passengers each term."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.people.chances import Chances, code, later, named
from borough.demo.services.people.homes import believed, heads, people, settled, truly
from borough.demo.services.people.layout import laid_out
from borough.demo.services.people.schooling import first_september, numbers, schools
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "send"
SHARE, DISABLED = 0.052, 0.30
"""Who has a plan at some time: of all children, and of those with a disability."""
TRAVELS = 0.32
_NEEDS = {"ASD": 36.0, "SEMH": 17.0, "SLCN": 19.0, "MLD": 8.0, "SLD": 5.0, "PMLD": 2.0, "SPLD": 4.0, "HI": 2.0, "VI": 1.5, "PD": 4.0, "DS": 1.0, "OTH": 0.5}


def write(world: World, period: Period, yard: Yard) -> None:
    """Write the quarters' plans and the terms' passengers."""
    chances = Chances(world.plan.seed, SOURCE)
    plans = _plans(world, chances)
    for day in (d for month in (1, 4, 7, 10) for d in period.days(month, 8)):
        _extract(world, yard, chances, plans, day)
    parents = heads(world).join(world.lives.people.select(adult="person", p_phone="phone"), on="adult", how="left", maintain_order="left").select("household", "p_phone")
    for day in (d for month, on in ((1, 10), (4, 24), (9, 14)) for d in period.days(month, on)):
        _transport(world, yard, chances, plans, parents, day)


def _plans(world: World, chances: Chances) -> pl.DataFrame:
    """Every plan with its days: asked for at three to fourteen, ceased with the leaving of school or borough."""
    young = people(world).filter(pl.col("born") >= dt.date(START.year - 25, 1, 1))
    able = pl.when(pl.col("disabled")).then(DISABLED).otherwise(SHARE)
    young = young.filter(pl.lit(chances.share("plan", young["person"])) < able)
    ids = young["person"]
    asked = later(young["born"], chances.number("age", ids, 3 * 365, 14 * 365))
    row = young.with_columns(
        numbers(ids), requested=asked, plan="EHC" + code(ids, 9, 515), refused=chances.happens("refused", ids, 0.12),
        issued=later(asked, chances.number("weeks", ids, 85, 205)), need=chances.pick("need", ids, _NEEDS), need2=chances.pick("need2", ids, {**_NEEDS, "": 90.0}),
    )
    over = pl.date(first_september(pl.col("born")) + 12 + pl.lit(chances.number("until", ids, 0, 6)), 7, 31)
    row = row.with_columns(ceased=pl.min_horizontal(over, pl.col("left") + pl.duration(days=21)), since=pl.max_horizontal("requested", "arrived"))
    row = row.filter(pl.col("ceased").is_null() | (pl.col("ceased") > pl.col("since")))
    choice = schools(world)["name"]
    return row.with_columns(
        issued=pl.when(~pl.col("refused") & (pl.col("ceased").is_null() | (pl.col("issued") < pl.col("ceased")))).then("issued"),
        placement=choice.gather(chances.number("placed", row["person"], 0, choice.len() - 1)),
        review=pl.lit(chances.number("review", row["person"], 0, 364)),
    ).sort("person")


def _known(plans: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """The plans of a day: asked for, and not ceased more than a year ago."""
    known = plans.filter((pl.col("since") <= day) & (pl.col("ceased").is_null() | (pl.col("ceased") > day - dt.timedelta(days=365))))
    known = known.filter(~pl.col("refused") | (pl.col("requested") > day - dt.timedelta(days=500)))
    known = known.filter(pl.col("issued").is_not_null() | pl.col("ceased").is_null() | (pl.col("ceased") > day))
    ended = pl.col("ceased") <= day
    out = pl.col("issued") <= day
    years = (pl.lit(day) - pl.col("issued") - pl.duration(days=pl.col("review"))).dt.total_days() // 365
    reviewed = pl.col("issued") + pl.duration(days=pl.col("review") + years * 365)
    state = pl.when(pl.col("refused") & (pl.col("requested") + pl.duration(days=42) <= day)).then(pl.lit("R")).when(ended & out).then(pl.lit("C")).when(out).then(pl.lit("F")).otherwise(pl.lit("A"))
    return known.with_columns(
        state=state, final=pl.when(out).then("issued"), over=pl.when(ended & out).then("ceased"),
        last=pl.when(out & (years >= 0) & ~ended.fill_null(False)).then(reviewed),
    )


def _extract(world: World, yard: Yard, chances: Chances, plans: pl.DataFrame, day: dt.date) -> None:
    full = settled(world, believed(world, _known(plans, day), day, chances))
    mess = mess_of(named(world.plan), yard, SOURCE, "plans", full["plan"], full["person"], expects={"date_impossible": "counted"})
    address = mess.address(full, "line", column="address", lines=3)
    final = pl.col("final").is_not_null()
    frame = full.select(
        PlanRef="plan", StudentNo="pupil_id", PupilName=mess.name(full.drop("died"), "surname_first", column="name", on=pl.Series([day]).new_from_index(0, full.height)),
        BirthDate=mess.date(full["born"], column="date_of_birth"),
        Addr1=address["address_1"], Addr2=address["address_2"], Addr3=address["address_3"], PostCode=address["postcode"],
        NeedPrim=pl.when(final).then("need"), NeedSec=pl.when(final & (pl.col("need2") != pl.col("need")) & (pl.col("need2") != "")).then("need2"),
        EstabName=pl.when(final).then("placement"), DateRequest=pl.col("requested").dt.strftime("%d/%m/%Y"), DateFinalPlan=pl.col("final").dt.strftime("%d/%m/%Y"),
        DateLastReview=pl.col("last").dt.strftime("%d/%m/%Y"), DateCeased=pl.col("over").dt.strftime("%d/%m/%Y"), Status="state",
    )  # fmt: skip
    yard.csv(f"data/{SOURCE}/SEN2_plans_{day}.txt", mess.doubled(frame), separator="\t", encoding="cp1252")
    yard.truth(SOURCE, "plans", full.select(truly(), "uprn", key="plan", on=pl.lit(day)))


def _transport(world: World, yard: Yard, chances: Chances, plans: pl.DataFrame, parents: pl.DataFrame, day: dt.date) -> None:
    live = _known(plans, day).filter(pl.col("state") == "F")
    live = live.filter(chances.happens("travels", live["person"], TRAVELS) & (live["born"] > dt.date(day.year - 20, day.month, 1)))
    full = settled(world, believed(world, live, day, chances, learns=0.9)).join(parents, on="household", how="left", maintain_order="left")
    ids = full["person"]
    autumn = dt.date(day.year if day.month >= 9 else day.year - 1, 9, 1)
    vehicle = chances.pick("vehicle", ids, {"MB": 60, "TAXI": 30, "WAV": 10})
    route = pl.format("{}{}", pl.when(vehicle == "MB").then(pl.lit("M")).otherwise(pl.lit("T")), chances.number("route", ids, 1, max(2, full.height // 6)).cast(pl.String).str.zfill(3))
    full = full.with_columns(passenger="P" + code(ids, 9, 616), vehicle=vehicle, route=route, cost=chances.number("cost", ids, 28, 140))
    mess = mess_of(named(world.plan), yard, SOURCE, "transport", full["passenger"], ids)
    address = mess.address(full, "line", column="address")
    frame = laid_out(full, {
        "Passenger No": pl.col("passenger"), "EHCP Ref": pl.col("plan"), "Child's Name": mess.name(full.drop("died"), column="name"), "Pick Up": address["address_1"], "P/Code": address["postcode"],
        "Parent Tel": mess.contact(full["p_phone"], "phone", column="phone"), "School": pl.col("placement"), "Route": pl.col("route"), "Vehicle": pl.col("vehicle"),
        "PA Y/N": pl.when(chances.happens("assistant", ids, 0.45)).then(pl.lit("Y")).otherwise(pl.lit("N")), "Cost per day": pl.col("cost").cast(pl.Float64),
        "From": pl.max_horizontal(pl.lit(autumn), "since"), "To": pl.lit(dt.date(autumn.year + 1, 7, 20)),
    })  # fmt: skip
    yard.sheet(
        f"data/{SOURCE}/transport_{day}.xlsx", frame, sheet="Passengers",
        above=[["Home to school transport"], [f"Passengers as at {day:%d/%m/%Y}"]], below=[["Total passengers", "{rows}"]],
    )  # fmt: skip
    yard.truth(SOURCE, "transport", full.select(truly(), "uprn", key="passenger", on=pl.lit(day)))
