"""Errors of typing: a letter lost, doubled, wrong or in the wrong place."""

from __future__ import annotations

import polars as pl

from borough.demo.mess.draws import Draws

_NEIGHBOURS = dict(zip("abcdefghijklmnopqrstuvwxyz", "snvfrghjoklknmpowtdyibecux", strict=True))
_FROM = [*_NEIGHBOURS, *map(str.upper, _NEIGHBOURS), *"0123456789"]
_TO = [*_NEIGHBOURS.values(), *map(str.upper, _NEIGHBOURS.values()), *"9876504321"]


def mistyped(values: pl.Series, draws: Draws) -> pl.Series:
    """Texts with one error of typing each, after the first letter; shorter ones than three letters are as they were."""
    place = pl.Series("at", draws.share("typing.at"))
    frame = pl.DataFrame([values.alias("x"), place, draws.pick("typing.how", 4).alias("how")])
    at = (1 + pl.col("at") * (pl.col("x").str.len_chars().cast(pl.Int64) - 2)).cast(pl.Int64)
    frame = frame.with_columns(at=at).with_columns(
        a=pl.col("x").str.slice(0, pl.col("at")),
        b=pl.col("x").str.slice(pl.col("at"), 1),
        c=pl.col("x").str.slice(pl.col("at") + 1, 1),
        d=pl.col("x").str.slice(pl.col("at") + 2),
    )
    wrong = pl.col("b").replace_strict(_FROM, _TO, default=pl.col("b"), return_dtype=pl.String)
    made = (
        pl.when(pl.col("how") == 0).then(pl.concat_str("a", "c", "b", "d"))
        .when(pl.col("how") == 1).then(pl.concat_str("a", "c", "d"))
        .when(pl.col("how") == 2).then(pl.concat_str("a", wrong, "c", "d"))
        .otherwise(pl.concat_str("a", "b", "b", "c", "d"))
    )  # fmt: skip
    frame = frame.with_columns(made=made)
    # Two spaces for one would be no error that anybody sees.
    unseen = (pl.col("made") == pl.col("x")) | (pl.col("b") == " ") | (pl.col("c") == " ")
    told = pl.when(unseen).then(pl.concat_str("x", pl.col("x").str.tail(1))).otherwise(pl.col("made"))
    return frame.select(pl.when(pl.col("x").str.len_chars() < 3).then(pl.col("x")).otherwise(told)).to_series()


def wrong_figure(values: pl.Series, draws: Draws) -> pl.Series:
    """Texts with one of their last five figures wrong, letters after it aside."""
    frame = pl.DataFrame([values.alias("x"), draws.pick("figure.at", 5).alias("at"), draws.pick("figure.by", 9).alias("by")])
    ending = pl.col("x").str.extract(r"(\D*)$").str.len_chars().cast(pl.Int64)
    frame = frame.with_columns(at=pl.col("x").str.len_chars().cast(pl.Int64) - ending - 1 - pl.col("at"))
    digit = (pl.col("x").str.slice(pl.col("at"), 1).cast(pl.Int64, strict=False) + 1 + pl.col("by")) % 10
    made = pl.concat_str(pl.col("x").str.head(pl.col("at")), digit.cast(pl.String), pl.col("x").str.slice(pl.col("at") + 1))
    return frame.select(made.fill_null(pl.col("x"))).to_series()
