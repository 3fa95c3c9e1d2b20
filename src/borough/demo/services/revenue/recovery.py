"""Recovery of council tax: reminders, summonses and liability orders to whom the system believed liable, and what stayed owed."""

from __future__ import annotations

import polars as pl

from borough.demo.lives.traces import events
from borough.demo.services.people.chances import Chances, later
from borough.demo.world import World

CHARGE = {"A": 1210, "B": 1412, "C": 1614, "D": 1815, "E": 2219, "F": 2622, "G": 3026, "H": 3631}
"""A year's bill by band, in pounds."""
ORDERED = 0.7
"""Of the summonses, how many end in a liability order."""
_BILL = pl.col("tax_band").replace_strict(CHARGE, default=1815, return_dtype=pl.Float64)


def steps(world: World, chances: Chances, held: pl.DataFrame) -> pl.DataFrame:
    """Each step: ``recovery stage on entered uprn account person amount costs``."""
    reminders = events(world, "reminder").select("uprn", "on", recovery=pl.col("n") * 10 + 1, stage=pl.lit("RM"))
    summonses = events(world, "summons").select("uprn", "on", recovery=pl.col("n") * 10 + 2, stage=pl.lit("SU"))
    ordered = summonses.filter(chances.happens("ordered", summonses["recovery"], ORDERED))
    orders = ordered.with_columns(pl.col("on").dt.offset_by("35d"), recovery=pl.col("recovery") + 1, stage=pl.lit("LO"))
    every = pl.concat([reminders, summonses, orders]).sort("on", "recovery")
    known = held.select("uprn", "account", "person", "entered", "occupation").sort("entered", "occupation")
    every = every.join_asof(known, left_on="on", right_on="entered", by="uprn", strategy="backward", check_sortedness=False).drop("entered", "occupation")
    every = world.at(every.filter(pl.col("account").is_not_null()), "tax_band")
    share = 0.1 + 0.8 * pl.lit(chances.share("amount", every["recovery"]))
    lag = later(every["on"], chances.number("keyed", every["recovery"], 0, 2))
    costs = pl.col("stage").replace_strict({"RM": 0.0, "SU": 69.0, "LO": 40.0}, return_dtype=pl.Float64)
    return every.with_columns(amount=(_BILL * share).round(2), costs=costs, entered=lag)


def arrears(chances: Chances, taken: pl.DataFrame) -> pl.DataFrame:
    """What was owed at the end of the financial years in which there was a summons: a version for the year's end, and one when it was paid.

    ``row account uprn fin_year charged paid entered``.
    """
    start = pl.when(pl.col("on").dt.month() >= 4).then(pl.col("on").dt.year()).otherwise(pl.col("on").dt.year() - 1)
    years = taken.filter(pl.col("stage") == "SU").with_columns(year=start).unique(["account", "uprn", "year"], keep="first", maintain_order=True)
    rows = years.select("account", "uprn", "person", "year", row="recovery", charged=_BILL, share=pl.lit(chances.share("paid", years["recovery"])))
    rows = rows.with_columns(
        fin_year=pl.format("{}/{}", "year", ((pl.col("year") + 1) % 100).cast(pl.String).str.zfill(2)), entered=pl.date(pl.col("year") + 1, 4, 1), paid=(pl.col("charged") * pl.col("share") * 0.95).round(2)
    )
    cleared = rows.filter(chances.happens("cleared", rows["row"], 0.45))
    cleared = cleared.with_columns(paid=pl.col("charged"), entered=later(cleared["entered"], chances.number("cleared on", cleared["row"], 10, 500)))
    return pl.concat([rows, cleared])
