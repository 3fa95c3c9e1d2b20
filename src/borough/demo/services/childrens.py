"""Children's social care, as its database has it: children, referrals, episodes of care (SSDA903) and decisions on adoption."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from borough.demo.mess.make import mess_of
from borough.demo.plan import HORIZON, START, Period
from borough.demo.services.people.chances import Chances, code, later, named
from borough.demo.services.people.homes import believed, people, settled, strained, truly
from borough.demo.services.people.schooling import numbers
from borough.demo.services.people.versions import steps, table
from borough.demo.world import World
from borough.demo.yard import Yard

SOURCE = "childrens"
REFERRED, STRAINED = 0.042, 2.4
"""Referrals for a child and year, and how many times more where the household claims benefits."""
CARE, ADOPTED = 0.042, 0.45
"""Of the referrals those that end in care, and of the children under five taken into care those for whom adoption is decided."""
FROM = START.year - 5
_SOURCES = {"1A": 9.0, "1C": 2.0, "2A": 20.0, "2B": 4.0, "3A": 3.0, "3C": 8.0, "3E": 5.0, "4": 2.0, "5A": 8.0, "6": 28.0, "8": 5.0, "9": 4.0, "10": 2.0}
_NEEDS = {"N1": 52.0, "N2": 9.0, "N3": 4.0, "N4": 9.0, "N5": 15.0, "N6": 4.0, "N7": 1.0, "N8": 6.0}
_OUTCOMES = {"no further action": 29.0, "early help": 22.0, "child in need plan": 38.0, "child protection plan": 11.0}
_OPEN_DAYS = {"no further action": 3, "early help": 30, "child in need plan": 320, "child protection plan": 340, "looked after": 900}
_LEGAL = ("V2", "C1", "C2", "C2")


def write(world: World, period: Period, yard: Yard) -> None:
    """Write what was new or changed in the four tables."""
    chances = Chances(world.plan.seed, SOURCE)
    referrals = _referrals(world, chances)
    care = _care(referrals, chances)
    _write_referrals(world, period, yard, referrals)
    _write_episodes(world, period, yard, chances, care)
    _write_adoptions(world, period, yard, chances, care)
    _write_children(world, period, yard, chances, referrals)


def _referrals(world: World, chances: Chances) -> pl.DataFrame:
    """Every referral since five years before START, with its days."""
    young = people(world).filter(pl.col("born") > dt.date(FROM - 18, 1, 1))
    lived = world.lives.stays.sort("person", "start", maintain_order=True).unique("person", keep="first", maintain_order=True).select("person", "household")
    young = young.join(lived, on="person", how="left", maintain_order="left").join(strained(world), on="household", how="left", maintain_order="left").drop("household")
    rows = pl.concat([_of_year(young, year, chances) for year in range(FROM, HORIZON.year + 1)])
    ids = rows["referral"]
    outcome = chances.pick("outcome", ids, _OUTCOMES)
    cared = chances.happens("care", ids, CARE)
    rows = rows.with_columns(outcome=pl.when(cared).then(pl.lit("looked after")).otherwise(outcome), child="C" + code(rows["person"], 9, 31_337))
    mean = rows["outcome"].replace_strict(_OPEN_DAYS, return_dtype=pl.Int64)
    open_days = pl.Series((-mean.to_numpy() * pl.Series(1 - chances.share("open", ids)).log().to_numpy()).astype("int64") + 1)
    return rows.with_columns(
        closed=later(rows["received"], open_days.clip(0, 6000)), reference="R" + code(ids, 11, 808), ref_source=chances.pick("source", ids, _SOURCES), need=chances.pick("need", ids, _NEEDS),
        why=chances.pick("why", ids, {"Needs met": 55, "Stepped down to early help": 25, "Moved to another authority": 8, "Other": 12}), since="received",
    )


def _of_year(young: pl.DataFrame, year: int, chances: Chances) -> pl.DataFrame:
    """At most one referral for a child in a year."""
    ids = young["person"] * 100 + (year - 2000)
    share = pl.when(pl.col("claims").fill_null(False)).then(REFERRED * STRAINED).otherwise(REFERRED)
    day = later(pl.Series([dt.date(year, 1, 2)]).new_from_index(0, young.height), chances.number("day", ids, 0, 362))
    rows = young.with_columns(referral=ids, received=day).filter(pl.lit(chances.share("referred", ids)) < share)
    received = pl.col("received")
    here = (received >= pl.col("arrived")) & (pl.col("left").is_null() | (received < pl.col("left")))
    return rows.filter(here & (received > pl.col("born")) & (received < pl.col("born").dt.offset_by("18y")))


def _write_referrals(world: World, period: Period, yard: Yard, referrals: pl.DataFrame) -> None:
    chances = Chances(world.plan.seed, SOURCE)
    entered = referrals.with_columns(
        made=later(referrals["received"], chances.entry("typed", referrals["referral"], 2, 45)), shut=later(referrals["closed"], chances.entry("shut", referrals["referral"], 12, 90))
    ).with_columns(shut=pl.max_horizontal("made", "shut"))
    rows = table(steps(entered, ["made", "shut"], {"shut": ("closed", "why")}), period, "reference")
    frame = rows.select(
        referral_no="reference", child_id="child", ref_date="received", ref_source="ref_source", primary_need="need", outcome="outcome",
        close_date="closed", close_reason="why", last_updated=_stamp(),
    )  # fmt: skip
    yard.table(SOURCE, "referral", frame, key="referral_no")
    yard.truth(SOURCE, "referrals", rows.select(truly(), key="reference", on="received"))


def _stamp() -> pl.Expr:
    """When a row was changed, as the database has it: in the evening's batch."""
    return (pl.col("entered").cast(pl.Datetime("us")) + pl.duration(hours=19, minutes=30)).alias("last_updated")


def _care(referrals: pl.DataFrame, chances: Chances) -> pl.DataFrame:
    """Episodes of care: up to four after each other, each with its legal status and placement."""
    taken = referrals.filter(pl.col("outcome") == "looked after").unique("person", keep="first", maintain_order=True)
    ids = taken["person"]
    grown = taken["born"].dt.offset_by("18y")
    begins = later(taken["received"], chances.number("taken", ids, 1, 40))
    stays = pl.Series((-950 * pl.Series(1 - chances.share("in care", ids)).log().to_numpy()).astype("int64") + 8)
    over = pl.DataFrame([later(begins, stays).alias("over"), grown.alias("grown")]).min_horizontal()
    young = (begins - taken["born"]).dt.total_days() < 5 * 365
    taken = taken.with_columns(begins=begins, over=over, adopts=young & chances.happens("adopts", ids, ADOPTED)).filter(pl.col("begins") < pl.col("over"))
    parts, start = [], taken["begins"]
    for n in range(4):
        key = taken["person"] * 4 + n
        ends = later(start, chances.number("episode", key, 45, 420)) if n < 3 else taken["over"]
        part = taken.with_columns(episode=key, n=pl.lit(n), started=start, ended=pl.min_horizontal(pl.lit(ends), "over"), legal=pl.lit(_LEGAL[n]))
        parts.append(part.filter(pl.col("started") < pl.col("over")))
        start = ends
    return pl.concat(parts).with_columns(last=pl.col("ended") == pl.col("over")).sort("person", "n", maintain_order=True)


def _write_episodes(world: World, period: Period, yard: Yard, chances: Chances, care: pl.DataFrame) -> None:
    ids = care["episode"]
    homes = world.ground.properties.filter("is_dwelling")["postcode"]
    placed = homes.gather(chances.number("placement", ids, 0, homes.len() - 1))
    older = (care["started"] - care["born"]).dt.total_days() > 16 * 365
    care = care.with_columns(
        key="E" + code(ids, 11, 51), placement=pl.when(older).then(chances.pick("old", ids, {"H5": 55, "U6": 30, "K2": 15})).otherwise(chances.pick("young", ids, {"U6": 52, "U1": 14, "U3": 8, "U4": 8, "K2": 11, "P1": 7})),
        provider=chances.pick("provider", ids, {"PR1": 48, "PR4": 42, "PR5": 6, "PR2": 4}), post=placed,
        rne=pl.when(pl.col("n") == 0).then(pl.lit("S")).otherwise(chances.pick("rne", ids, {"L": 50, "P": 35, "B": 15})),
        rec=pl.when(~pl.col("last")).then(pl.lit("X1")).when(pl.col("adopts")).then(pl.lit("E12")).otherwise(chances.pick("rec", ids, {"E4A": 45, "E8": 30, "E5": 15, "E45": 10})),
        made=later(care["started"], chances.entry("episode typed", ids, 5, 60)), shut=later(care["ended"], chances.entry("episode shut", ids, 6, 60)),
    ).with_columns(shut=pl.max_horizontal("made", "shut"))  # fmt: skip
    rows = table(steps(care, ["made", "shut"], {"shut": ("ended", "rec")}), period, "key")
    mess = mess_of(world.plan, yard, SOURCE, "episodes", rows["key"], rows["episode"])
    frame = rows.select(
        episode_id="key", child_id="child", decom="started", rne="rne", ls="legal", place="placement", place_provider="provider",
        pl_post=mess.postcode(rows["post"], column="placement_postcode"), dec="ended", rec="rec", last_updated=_stamp(),
    )  # fmt: skip
    yard.table(SOURCE, "episode", frame, key="episode_id")
    yard.truth(SOURCE, "episodes", rows.select(truly(), key="key", on="started"))


def _write_adoptions(world: World, period: Period, yard: Yard, chances: Chances, care: pl.DataFrame) -> None:
    first = care.filter((pl.col("n") == 0) & pl.col("adopts"))
    ids = first["person"]
    decided = later(first["begins"], chances.number("decided", ids, 90, 260))
    matched = later(decided, chances.number("matched", ids, 60, 330))
    placed = later(matched, chances.number("placed", ids, 14, 60))
    ordered = later(placed, chances.number("ordered", ids, 90, 300))
    days = {"decided": decided, "matched": matched, "placed": placed, "ordered": ordered}
    first = first.with_columns(days[name].alias(name) for name in days).with_columns(key="A" + code(ids, 9, 4_242))
    entered = first.with_columns(later(days[name], chances.entry(f"{name} typed", ids, 8, 60)).alias(f"e_{name}") for name in days)
    entered = entered.with_columns(pl.max_horizontal(*[f"e_{before}" for before in list(days)[: n + 1]]).alias(f"e_{name}") for n, name in enumerate(days))
    shows: dict[str, Sequence[str]] = {f"e_{name}": (name,) for name in days}
    rows = table(steps(entered, list(shows), shows), period, "key")
    stage = pl.when(pl.col("ordered").is_not_null()).then(pl.lit("Adopted")).when(pl.col("placed").is_not_null()).then(pl.lit("Placed")).when(pl.col("matched").is_not_null()).then(pl.lit("Matched")).otherwise(pl.lit("Should be placed"))
    frame = rows.select(
        adoption_id="key", child_id="child", stage=stage, date_decided="decided", date_match="matched",
        date_placed="placed", date_order="ordered", last_updated=_stamp(),
    )  # fmt: skip
    yard.table(SOURCE, "adoption", frame, key="adoption_id")
    yard.truth(SOURCE, "adoptions", rows.select(truly(), key="key", on="decided"))


def _write_children(world: World, period: Period, yard: Yard, chances: Chances, referrals: pl.DataFrame) -> None:
    """A child's record comes with its referral, and its address is looked up again with each."""
    made = referrals.with_columns(entered=later(referrals["received"], chances.entry("typed", referrals["referral"], 2, 45)))
    rows = table(made, period, "child")
    full = settled(world, believed(world, rows, "received", chances, learns=0.75))
    mess = mess_of(named(world.plan), yard, SOURCE, "children", full["child"], full["person"], expects={"date_impossible": "counted"})
    name = mess.names(full.drop("died"), columns=("forenames", "surname"))
    address = mess.address(full, "line", column="address")
    frame = full.select(
        child_id="child", forenames=name["forenames"], surname=name["surname"], gender=pl.col("sex").replace_strict({"M": "1", "F": "2"}, default=None),
        dob=mess.date(full["born"], "%Y-%m-%d", column="date_of_birth"), upn=pl.when(pl.col("born").dt.offset_by("5y") <= pl.col("received")).then(numbers(full["person"])["upn"]),
        home_address=address["address_1"], home_postcode=address["postcode"], last_updated=_stamp(),
    )  # fmt: skip
    yard.table(SOURCE, "child", frame, key="child_id")
    yard.truth(SOURCE, "children", full.select(truly(), "uprn", key="child", on="received"))
