"""Benefits: interface files of fixed width with what changed, and the appointments of the money advice service."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.lives.traces import events
from borough.demo.mess.make import mess_of
from borough.demo.plan import START, Period
from borough.demo.services.housing import of_the_living
from borough.demo.services.people import versions as extracts
from borough.demo.services.people.chances import Chances, code, later
from borough.demo.services.revenue.claims import claims, members, uprating, versions
from borough.demo.services.revenue.roll import PEOPLE, PLACE
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "benefits"
CLAIM = {"action": 1, "claim_ref": 9, "type": 2, "status": 1, "hh_ref": 10, "claimant": 40, "nino": 13, "dob": 10, "uprn": 15, "address": 70, "postcode": 9, "tenure": 2, "from": 10, "to": 10, "hb": 7, "ctr": 7, "rent": 7, "pip": 1, "input": 10}  # fmt: skip
MEMBER = {"action": 1, "claim_ref": 9, "member": 2, "surname": 30, "forename": 25, "dob": 10, "nino": 13, "relation": 2, "dependant": 1, "pip": 1, "from": 10, "to": 10, "input": 10}
ADVISED = 0.18
"""Of the reminders that people get, how many lead to money advice."""


def write(world: World, period: Period, yard: Yard) -> None:
    """Write what was entered in the period. What came before START is in the first file."""
    chances = Chances(world.plan.seed, SOURCE)
    found = claims(world, chances)
    for day, rows in extracts.files(_from_start(versions(found, "claim", uprated=True)), period, "claim", entered="changed"):
        _claims(world, yard, chances, rows, day)
    for day, rows in extracts.files(_from_start(versions(members(world, chances, found), "stay", uprated=False)), period, "stay", entered="changed"):
        _members(world, yard, rows, day)
    _advice(world, period, yard, chances)


def _from_start(rows: pl.DataFrame) -> pl.DataFrame:
    """What was entered before START is delivered with the first day."""
    return rows.with_columns(input="changed", changed=pl.max_horizontal("changed", pl.lit(START)))


def _yes(name: str) -> pl.Expr:
    return pl.when(pl.col(name).fill_null(value=False)).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _day(name: str) -> pl.Expr:
    return pl.col(name).dt.strftime("%d/%m/%Y")


def _pence(pounds: pl.Expr) -> pl.Expr:
    return (pounds * 100).round(0).cast(pl.Int64).cast(pl.String).str.zfill(7)


def _claims(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    rows = world.at(world.of(rows.drop("born"), *PEOPLE, "nino"), *PLACE)
    keys = code(rows["claim"], 9)
    mess = mess_of(of_the_living(world.plan), yard, SOURCE, "claims", keys, rows["claim"], expects={"date_impossible": "counted"})
    suspended = pl.lit(chances.share("suspended", rows["claim"])) < 0.02
    more = uprating(pl.col("input"))
    address = mess.address(rows, "upper", column="address")
    frame = rows.select(
        action="action", claim_ref=keys, type="type", status=pl.when(pl.col("ended").is_not_null()).then(pl.lit("5")).when(suspended).then(pl.lit("7")).otherwise(pl.lit("1")),
        hh_ref="H" + code(rows["person"], 9), claimant=mess.name(rows, "surname_first", column="name", on=rows["input"]), nino=mess.nino(rows["nino"], column="nino"),
        dob=mess.date(rows["born"], column="date_of_birth"), uprn=mess.uprn(rows["uprn"], rows["parent_uprn"], column="uprn"),
        address=address["address_1"], postcode=address["postcode"], to=_day("ended"), **{"from": _day("started")},
        tenure="code", hb=pl.when(pl.col("type") == "CR").then(pl.lit("0" * 7)).otherwise(_pence(pl.col("rent") * more * 0.82)), ctr=pl.when(pl.col("type") == "HB").then(pl.lit("0" * 7)).otherwise(_pence(17.4 * more)),
        rent=_pence(pl.col("rent") * more), pip=_yes("pip"), input=_day("input"),
    )  # fmt: skip
    yard.fixed(f"data/{SOURCE}/claims_{day:%Y%m%d}.dat", frame, CLAIM, header=f"HCLAIMS  NORTHMERE {day:%d/%m/%Y}", trailer=True)
    yard.truth(SOURCE, "claims", rows.select("uprn", "person", key=keys, on="started"))


def _members(world: World, yard: Yard, rows: pl.DataFrame, day: dt.date) -> None:
    rows = world.of(rows.drop("born"), *PEOPLE, "nino", "disabled").with_columns(claim_ref=code(rows["claim"], 9))
    keys = rows.select(pl.format("{}|{}", "claim_ref", "member").alias("k"))["k"]
    mess = mess_of(of_the_living(world.plan), yard, SOURCE, "members", keys, rows["stay"], expects={"date_impossible": "counted"})
    name = mess.names(rows, columns=("forename", "surname"), on=rows["input"])
    frame = rows.select(
        "action", "claim_ref", "relation", member=pl.col("member").cast(pl.String).str.zfill(2), surname=name["surname"].str.to_uppercase(), forename=name["forename"],
        dob=mess.date(rows["born"], column="date_of_birth"), nino=mess.nino(rows.select(pl.when(pl.col("relation") != "DC").then("nino"))["nino"], column="nino"),
        dependant=pl.when(pl.col("relation") == "DC").then(pl.lit("Y")).otherwise(pl.lit("N")), pip=_yes("disabled"), **{"from": _day("started"), "to": _day("ended")}, input=_day("input"),
    )  # fmt: skip
    yard.fixed(f"data/{SOURCE}/members_{day:%Y%m%d}.dat", frame, MEMBER, header=f"HMEMBERS NORTHMERE {day:%d/%m/%Y}", trailer=True)
    yard.truth(SOURCE, "members", rows.select("uprn", "person", key=keys, on="started"))


def _advice(world: World, period: Period, yard: Yard, chances: Chances) -> None:
    reminded = events(world, "reminder")
    reminded = reminded.filter(chances.happens("advised", reminded["n"], ADVISED))
    stays = world.lives.stays.filter(pl.col("role").is_in(["head", "sharer"])).select("spell", "person", "stay", since="start", until="end")
    rows = reminded.join(stays, on="spell", how="inner", maintain_order="left")
    rows = rows.filter((pl.col("since") <= pl.col("on")) & (pl.col("until").is_null() | (pl.col("until") > pl.col("on")))).sort("n", "stay").unique("n", keep="first", maintain_order=True)
    met = later(rows["on"], chances.number("met", rows["n"], 12, 70))
    rows = rows.with_columns(met=met, entered=later(met, chances.lag("keyed", rows["n"], 3, 60)))
    for day, part in extracts.files(rows, period, "n"):
        _appointments(world, yard, chances, part, day)


def _appointments(world: World, yard: Yard, chances: Chances, rows: pl.DataFrame, day: dt.date) -> None:
    rows = world.at(world.of(rows, *PEOPLE, "phone"), "postcode")
    ids = rows["n"]
    keys = rows.select(pl.format("MA{}", pl.col("n").cast(pl.String).str.zfill(9)).alias("k"))["k"]
    mess = mess_of(of_the_living(world.plan), yard, SOURCE, "advice", keys, ids, expects={"date_impossible": "counted", "Appt Date.date_impossible": "refused"})
    topics = {"Council tax arrears": 30, "Rent arrears": 22, "Energy bills": 18, "Credit cards": 14, "Benefit check": 12, "Bailiffs": 4}
    outcomes = {"Advice given": 45, "Payment plan": 20, "Benefit gained": 15, "Referred on": 10, "Did not attend": 10}
    frame = pl.DataFrame([
        keys.alias("Appt Ref"), mess.name(rows, "spoken", column="Client Name", on=rows["met"]), mess.date(rows["born"], column="Client D.O.B."), mess.postcode(rows["postcode"], column="Client Postcode"),
        mess.contact(rows["phone"], "phone", column="Client Tel"), chances.pick("topic", ids, topics).alias("Issue"), pl.Series("Total Debt", chances.number("debt", ids, 2, 180)).cast(pl.String) + "50.00",
        chances.pick("seen", ids, {"Telephone": 55, "Face to face": 30, "Online": 15}).alias("How Seen"), rows["met"].dt.strftime("%d/%m/%Y").alias("Appt Date"),
        chances.pick("outcome", ids, outcomes).alias("Outcome"), rows["entered"].dt.strftime("%d/%m/%Y").alias("Date Keyed"),
    ])  # fmt: skip
    yard.csv(f"data/{SOURCE}/money_advice_{day}.csv", mess.doubled(frame))
    yard.truth(SOURCE, "advice", rows.select("uprn", "person", key=keys, on="met"))
