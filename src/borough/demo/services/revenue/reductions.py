"""What makes a council tax bill less or more: single persons, students, empty homes, the reduction scheme."""

from __future__ import annotations

import polars as pl

from borough.demo.plan import START
from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World

CODES = ("SPD", "N", "F", "C", "PREM", "CTR", "DBR")
CLAIMED, FALSE, FALSE_LET = 0.92, 0.035, 0.07
"""Shares of single adults who claim the discount, and of others who do, in lets more often."""


def reductions(world: World, chances: Chances, held: pl.DataFrame) -> pl.DataFrame:
    """Reductions of periods of liability: ``reduction occupation account uprn code percentage started ended entered end_entered person``."""
    ids = held["occupation"]
    lived = (pl.col("tenure") != "void") & pl.col("person").is_not_null()
    people = world.lives.people.select("person", "benefits", "disabled")
    rows = held.join(_adults(world, held), on="occupation", how="left", maintain_order="left").join(people, on="person", how="left", maintain_order="left")
    alone, wrong = pl.lit(chances.share("alone", ids)), pl.lit(chances.share("false", ids))
    let = pl.col("tenure") == "private"
    several = pl.col("adults") > 1
    studying = (pl.col("adults") > 0) & (pl.col("students") == pl.col("adults"))
    single = ~studying & (((pl.col("adults") == 1) & (alone < CLAIMED)) | (several & (wrong < pl.when(let).then(FALSE_LET).otherwise(FALSE))))
    empty, estate = pl.col("tenure") == "void", pl.col("party_type") == "E"
    month, year = pl.col("started").dt.offset_by("1mo"), pl.col("started").dt.offset_by("1y")
    scheme, lowered = pl.lit(chances.share("scheme", ids)) < 0.8, pl.lit(chances.share("lowered", ids)) < 0.08
    share = pl.lit(chances.number("percentage", ids, 6, 10)) * 10.0
    end = pl.col("ended")
    parts = [
        _part(rows, "SPD", lived & single, pl.lit(25.0)),
        _part(rows, "N", lived & studying & (alone < 0.9), pl.lit(100.0)),
        _part(rows, "F", empty & estate, pl.lit(100.0)),
        _part(rows, "C", empty & ~estate, pl.lit(100.0), ended=pl.min_horizontal(month, end)),
        _part(rows, "PREM", empty & ~estate & (end.is_null() | (end > year)), pl.lit(-100.0), started=year),
        _part(rows, "CTR", lived & pl.col("benefits").fill_null(value=False) & scheme, share),
        _part(rows, "DBR", lived & pl.col("disabled").fill_null(value=False) & lowered, pl.lit(16.67)),
    ]
    frame = pl.concat(parts).with_columns(reduction=pl.col("occupation") * 10 + pl.col("code").replace_strict({c: n for n, c in enumerate(CODES)}, return_dtype=pl.Int64))
    own = later(frame["started"], chances.lag("entered", frame["reduction"], 30))
    frame = frame.with_columns(entered=pl.max_horizontal(pl.lit(own), "known"))
    # What ends by itself is entered with its beginning; the rest ends when the end of the liability is entered.
    end_entered = pl.when(pl.col("ended").is_null()).then(None).when(pl.col("code") == "C").then("entered").otherwise(pl.max_horizontal("end_known", "entered"))
    return frame.with_columns(end_entered=end_entered).filter(pl.col("ended").is_null() | (pl.col("ended") > pl.col("started"))).drop("known", "end_known")


def _part(rows: pl.DataFrame, code: str, which: pl.Expr, percentage: pl.Expr, *, started: pl.Expr | None = None, ended: pl.Expr | None = None) -> pl.DataFrame:
    start = pl.col("started") if started is None else started
    end = pl.col("ended") if ended is None else ended
    shown = rows.with_columns(percentage=percentage, begins=start, ends=end).filter(which.fill_null(value=False))
    return shown.select("occupation", "account", "uprn", "person", "percentage", code=pl.lit(code), started="begins", ended="ends", known="entered", end_known="end_entered")


def _adults(world: World, held: pl.DataFrame) -> pl.DataFrame:
    """Adults in a home six weeks after a period began, and how many of them study."""
    people = world.lives.people.select("person", "born", "student")
    stays = world.lives.stays.select("spell", "person", since="start", until="end").join(people, on="person", how="left", maintain_order="left")
    on = pl.max_horizontal(pl.col("started").dt.offset_by("45d"), pl.lit(START))
    found = held.select("occupation", "spell", on=on).join(stays, on="spell", how="inner", maintain_order="left")
    found = found.filter((pl.col("since") <= pl.col("on")) & (pl.col("until").is_null() | (pl.col("until") > pl.col("on"))) & (pl.col("born").dt.offset_by("18y") <= pl.col("on")))
    return found.group_by("occupation", maintain_order=True).agg(adults=pl.len(), students=pl.col("student").fill_null(value=False).sum())
