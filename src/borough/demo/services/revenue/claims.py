"""Claims of housing benefit and council tax reduction: who claims, with whom, from when until when, and every change of it."""

from __future__ import annotations

import polars as pl

from borough.demo.plan import HORIZON, START
from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World

_RANK = {"head": 0, "sharer": 1, "parent": 2, "partner": 3, "adult": 4, "lodger": 5}
CANCELLED = 0.01
"""Claims that were entered in error, and deleted within weeks."""
TENURES = {"owned": "OO", "mortgaged": "OO", "council": "CT", "association": "HA", "private": "PT"}


def claims(world: World, chances: Chances) -> pl.DataFrame:
    """The claims: ``claim`` (the claimant's stay) ``person uprn household type tenure started ended entered end_entered cancelled rent pip``."""
    people = world.lives.people.select("person", "born", "benefits", "disabled")
    spells = world.lives.spells.select("spell", "tenure", monthly="rent")
    stays = world.lives.stays.join(people, on="person", how="left", maintain_order="left")
    pip = stays.filter(pl.col("disabled")).select("household").unique(maintain_order=True).with_columns(pip=pl.lit(value=True))
    able = stays.filter(pl.col("benefits") & (pl.col("role") != "child") & (pl.col("born").dt.offset_by("18y") <= pl.col("start")))
    able = able.with_columns(rank=pl.col("role").replace_strict(_RANK, default=6, return_dtype=pl.Int64)).sort("household", "rank", "stay")
    rows = able.unique("household", keep="first", maintain_order=True).sort("stay").rename({"stay": "claim"})
    rows = rows.join(spells, on="spell", how="left", maintain_order="left").join(pip, on="household", how="left", maintain_order="left")
    ids = rows["claim"]
    rows = rows.with_columns(started=later(rows["start"], chances.lag("starts", ids, 25, 300)), stops=later(rows["start"], chances.number("stops", ids, 200, 9000)))
    rows = rows.with_columns(ended=pl.min_horizontal("end", pl.when(pl.col("stops") <= HORIZON).then("stops")))
    rows = rows.filter(pl.col("ended").is_null() | ((pl.col("ended") > pl.col("started")) & (pl.col("ended") >= START)))
    ids, drawn = rows["claim"], pl.Series(chances.share("type", rows["claim"]))
    owner = pl.col("tenure").is_in(["owned", "mortgaged"])
    kind = pl.when(owner).then(pl.lit("CR")).when(pl.lit(drawn) < 0.42).then(pl.lit("HC")).when(pl.lit(drawn) < 0.9).then(pl.lit("CR")).otherwise(pl.lit("HB"))
    return rows.with_columns(
        type=kind, code=pl.col("tenure").replace_strict(TENURES, default="PT", return_dtype=pl.String), pip=pl.col("pip").fill_null(value=False),
        rent=pl.col("monthly").cast(pl.Float64).fill_null(560.0) * 12 / 52, entered=later(rows["started"], chances.lag("entered", ids, 16, 200)),
        end_entered=later(rows["ended"], chances.lag("ends", ids, 24, 300)), cancelled=chances.happens("cancelled", ids, CANCELLED),
    ).with_columns(end_entered=pl.max_horizontal("entered", "end_entered") + pl.when(pl.col("end_entered").is_null()).then(None).otherwise(pl.duration(days=0)))  # fmt: skip


def versions(rows: pl.DataFrame, key: str, *, uprated: bool) -> pl.DataFrame:
    """Every change of records with ``entered end_entered cancelled``: ``action changed`` and, until the end is entered, no ``ended``."""
    open_end = pl.lit(None, pl.Date)
    kept = rows.filter(~pl.col("cancelled"))
    parts = [rows.with_columns(action=pl.lit("A"), changed="entered", ended=open_end)]
    if uprated:
        for year in range(START.year + 1, HORIZON.year + 1):
            day = pl.date(year, 4, 1)
            live = kept.filter((pl.col("entered") < day) & (pl.col("end_entered").is_null() | (pl.col("end_entered") > day)))
            parts.append(live.with_columns(action=pl.lit("C"), changed=day, ended=open_end))
    parts.append(kept.filter(pl.col("end_entered").is_not_null()).with_columns(action=pl.lit("C"), changed=pl.max_horizontal("end_entered", "entered")))
    parts.append(rows.filter(pl.col("cancelled")).with_columns(action=pl.lit("D"), changed=pl.col("entered").dt.offset_by("21d"), ended=open_end))
    # Of two changes on one day the later step counts.
    every = pl.concat([part.with_columns(step=pl.lit(n)) for n, part in enumerate(parts)])
    return every.sort("changed", key, "step").unique([key, "changed"], keep="last", maintain_order=True).drop("step")


def members(world: World, chances: Chances, found: pl.DataFrame) -> pl.DataFrame:
    """The people of claims: ``stay claim member person relation dependant started ended entered end_entered cancelled``."""
    held = found.select("claim", "household", "cancelled", "uprn", c_start="started", c_end="ended", c_entered="entered", c_end_entered="end_entered", claimant="person")
    stays = world.lives.stays.select("stay", "person", "household", "role", "told", begun="start", over="end")
    rows = stays.join(held, on="household", how="inner", maintain_order="left")
    there = (pl.col("over").is_null() | (pl.col("over") > pl.col("c_start"))) & (pl.col("c_end").is_null() | (pl.col("begun") < pl.col("c_end")))
    rows = rows.filter(there & (pl.col("told").is_not_null() | (pl.col("person") == pl.col("claimant"))))
    first = pl.col("person") == pl.col("claimant")
    rows = world.of(rows, "born").with_columns(is_claimant=first).sort("claim", pl.col("is_claimant").not_(), "begun", "stay", maintain_order=True)
    rows = rows.unique(["claim", "person"], keep="first", maintain_order=True).with_columns(member=pl.int_range(1, pl.len() + 1).over("claim"))
    left = later(rows["over"], chances.lag("left", rows["stay"], 35, 400))
    end = pl.min_horizontal("over", "c_end")
    young = pl.col("born").dt.offset_by("18y") > pl.max_horizontal("begun", "c_start")
    relation = pl.when("is_claimant").then(pl.lit("CL")).when(pl.col("role") == "partner").then(pl.lit("PA")).when(young).then(pl.lit("DC")).otherwise(pl.lit("ND"))
    entered = pl.max_horizontal("c_entered", "told", "begun")
    rows = rows.with_columns(started=pl.max_horizontal("begun", "c_start"), ended=end, entered=entered, relation=relation, known=pl.min_horizontal("c_end_entered", pl.lit(left)))
    over = pl.when(pl.col("ended").is_not_null()).then(pl.max_horizontal("known", "entered"))
    return rows.with_columns(end_entered=over).filter((pl.col("member") <= 20) & (pl.col("c_end_entered").is_null() | (pl.col("entered") < pl.col("c_end_entered")))).sort("stay")


def uprating(changed: pl.Expr) -> pl.Expr:
    """How much more a week's amount is than in 2021, by the April before a change."""
    year = pl.when(changed.dt.month() >= 4).then(changed.dt.year()).otherwise(changed.dt.year() - 1)
    return 1.0 + 0.035 * (year - 2021)
