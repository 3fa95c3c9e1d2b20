"""What the law asks of each let, to the day: a mandatory, an additional or a selective licence, or none."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.law.designations import MANDATORY_FROM, ward_codes, ward_on
from borough.demo.plan import HORIZON
from borough.demo.world import Ground, Lives

PURPOSE_BUILT = ("block_flat", "estate_flat")
"""Flats in purpose-built blocks of three and more: no mandatory licence (SI 2018/221 article 4)."""
LONG_AGO = dt.date(1900, 1, 1)


def pieces(ground: Ground, lives: Lives, designations: pl.DataFrame) -> pl.DataFrame:
    """The private lets, cut where what the law asks may change: ``spell, uprn, owner, first_day, last_day, needs, part, designation``.

    ``part`` is that of the Housing Act 2004: 2 for HMOs, 3 for other lets. A smaller HMO outside additional licensing comes under part 3, like
    every other let. ``designation`` is null for part 2: a licence stands, whichever scheme it was granted under. ``selective`` is the
    selective scheme that is in force there, whatever the let needs.
    """
    homes = ward_codes(ground).join(ground.properties.select("uprn", "kind"), on="uprn", how="left", maintain_order="left")
    lets = (
        followed(lives.spells)
        .filter(pl.col("tenure") == "private")
        .select("spell", "uprn", "owner", "start", "end", "hmo", "households", "occupants")
    )
    cut = (
        lets.join(homes, on="uprn", how="left", maintain_order="left")
        .join(_periods(designations), how="cross", maintain_order="left")
        .with_columns(
            first_day=pl.max_horizontal("start", "from"),
            last_day=pl.min_horizontal("end", "to"),
        )
        .filter(pl.col("first_day") <= pl.col("last_day"))
    )
    asked = cut.with_columns(additional=_in_force(designations, "additional"), selective=_in_force(designations, "selective"))
    needs = _needs()
    return asked.with_columns(needs=needs).select(
        "spell", "uprn", "owner", "first_day", "last_day", "needs",
        part=pl.when(pl.col("needs").is_in(["mandatory", "additional"])).then(2).when(pl.col("needs").is_not_null()).then(3),
        designation=pl.when(pl.col("needs") == "selective").then(pl.col("selective")), selective="selective",
    )  # fmt: skip


def followed(spells: pl.DataFrame) -> pl.DataFrame:
    """Spells with their last days as ``end``: of those that end on the day on which the next begins, the day before; of open ones ``HORIZON``."""
    ordered = spells.sort("uprn", "start", "spell")
    before_next = pl.col("start").shift(-1).over("uprn") - dt.timedelta(days=1)
    last = pl.min_horizontal(pl.col("end").fill_null(HORIZON), before_next.fill_null(HORIZON), pl.lit(HORIZON))
    return ordered.with_columns(last.alias("end")).filter(pl.col("start") <= pl.col("end"))


def _needs() -> pl.Expr:
    """What a piece of a let needs, from its facts and the designations in force there."""
    large = (pl.col("occupants") >= 5) & (pl.col("households") >= 2)
    block = pl.col("kind").is_in(PURPOSE_BUILT)
    mandatory = pl.col("hmo") & large & ~block & (pl.col("first_day") >= MANDATORY_FROM)
    return (
        pl.when(mandatory).then(pl.lit("mandatory"))
        .when(pl.col("hmo") & pl.col("additional").is_not_null()).then(pl.lit("additional"))
        .when(pl.col("selective").is_not_null()).then(pl.lit("selective"))
    )  # fmt: skip


def _periods(designations: pl.DataFrame) -> pl.DataFrame:
    """Time, cut at every day on which the law changes."""
    day = dt.timedelta(days=1)
    firsts = {LONG_AGO, MANDATORY_FROM, *designations["first_day"], *(d + day for d in designations["last_day"])}
    starts = sorted(firsts)
    return pl.DataFrame({"from": starts, "to": [*(d - day for d in starts[1:]), dt.date(9999, 12, 31)]})


def _in_force(designations: pl.DataFrame, kind: str) -> pl.Expr:
    """The designation of a kind that is in force for a piece, null where none is."""
    found = pl.lit(None, dtype=pl.String)
    for row in designations.filter(pl.col("kind") == kind).to_dicts():
        within = (pl.col("first_day") >= row["first_day"]) & (pl.col("last_day") <= row["last_day"])
        here = pl.col(ward_on(row["first_day"])).is_in(row["wards"])
        found = pl.when(within & here).then(pl.lit(row["designation"])).otherwise(found)
    return found
