"""What was true of every home and day, and what the law asked: in intervals."""

from __future__ import annotations

import datetime as dt

import polars as pl

from borough.demo.law.needs import followed
from borough.demo.world import Lives

DAY = dt.timedelta(days=1)
COLUMNS = ("uprn", "spell", "first_day", "last_day", "tenure", "hmo", "needs", "licensed", "applied")


def status_of(lives: Lives, pieces: pl.DataFrame, licences: pl.DataFrame, owing: pl.DataFrame) -> pl.DataFrame:
    """The intervals of all spells. ``licensed``: a licence of the part that is needed, held by the owner, is in force.

    ``applied``: none is, but an application is in progress, which is a defence (Housing Act 2004, sections 72(4) and 95(3)).
    """
    facts = lives.spells.select("spell", "tenure", "hmo")
    keys = ["uprn", "owner", "part", "designation"]
    lets = pieces.join(owing.select("owing", *keys), on=keys, how="left", maintain_order="left", nulls_equal=True).with_row_index("piece")
    cut = _licensed(_cut(lets, licences), licences).join(facts, on="spell", how="left", maintain_order="left").select(COLUMNS)
    others = followed(lives.spells).filter(pl.col("tenure") != "private").select(
        "uprn", "spell", pl.col("start").alias("first_day"), pl.col("end").alias("last_day"), "tenure", "hmo",
        pl.lit(None, dtype=pl.String).alias("needs"), pl.lit(value=False).alias("licensed"), pl.lit(value=False).alias("applied"),
    )  # fmt: skip
    return pl.concat([cut, others.select(COLUMNS)]).sort("uprn", "first_day")


def status_on(status: pl.DataFrame, on: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """A frame with ``uprn`` and ``on``, and of the status in force then the columns named; null where there is none (before a home was built)."""
    ordered = on.with_row_index("_n").sort("on", "uprn")
    right = status.select("uprn", "first_day", "last_day", *columns).sort("first_day", "uprn")
    found = ordered.join_asof(right, left_on="on", right_on="first_day", by="uprn", strategy="backward", check_sortedness=False)
    ended = pl.col("last_day") < pl.col("on")
    kept = found.with_columns(pl.when(ended).then(None).otherwise(pl.col(c)).alias(c) for c in columns)
    return kept.sort("_n").drop("_n", "first_day", "last_day")


def _cut(lets: pl.DataFrame, licences: pl.DataFrame) -> pl.DataFrame:
    """Pieces cut at every day on which a licence or an application begins or ends."""
    granted = licences.filter(pl.col("outcome") == "granted")
    turns = pl.concat([
        licences.select("owing", on="applied"), licences.select("owing", on="decided"),
        granted.select("owing", on="starts"), granted.select("owing", on=pl.col("valid_to") + DAY),
    ]).drop_nulls()  # fmt: skip
    inside = (
        lets.select("piece", "owing", "first_day", "last_day")
        .join(turns, on="owing", how="inner", maintain_order="left")
        .filter((pl.col("on") > pl.col("first_day")) & (pl.col("on") <= pl.col("last_day")))
        .select("piece", "on")
    )
    days = pl.concat([lets.select("piece", on="first_day"), inside]).unique().sort("piece", "on")
    next_day = pl.col("on").shift(-1).over("piece") - DAY
    return (
        days.with_columns(until=next_day)
        .join(lets, on="piece", how="left", maintain_order="left")
        .with_columns(first_day=pl.col("on"), last_day=pl.col("until").fill_null(pl.col("last_day")))
        .drop("on", "until")
    )


def _licensed(cut: pl.DataFrame, licences: pl.DataFrame) -> pl.DataFrame:
    """Whether pieces, in each of which nothing changes, have a licence, or an application in progress."""
    granted = licences.filter((pl.col("outcome") == "granted") & (pl.col("valid_to") >= pl.col("starts"))).select(
        "owing", "starts", "valid_to"
    )
    # Applications of one owner may overlap: each counts until the latest decision of those made before.
    asked = licences.select("owing", "applied", until=pl.col("decided").fill_null(dt.date(9999, 1, 1))).sort("owing", "applied")
    asked = asked.with_columns(pl.col("until").cum_max().over("owing"))
    ordered = cut.sort("first_day", "piece")
    ordered = ordered.join_asof(granted.sort("starts", "owing"), left_on="first_day", right_on="starts", by="owing", check_sortedness=False)
    ordered = ordered.join_asof(asked.sort("applied", "owing"), left_on="first_day", right_on="applied", by="owing", check_sortedness=False)
    licensed = (pl.col("valid_to") >= pl.col("first_day")).fill_null(value=False) & pl.col("needs").is_not_null()
    applied = (pl.col("until") > pl.col("first_day")).fill_null(value=False) & pl.col("needs").is_not_null() & ~licensed
    return ordered.drop("applied").with_columns(licensed=licensed, applied=applied)
