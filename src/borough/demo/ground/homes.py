"""From buildings to the gazetteer's objects: houses, shells and their flats, shops and what is above them; and when each came and went."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from borough.demo.ground import names
from borough.demo.plan import START

FLOORS = {
    2: ("GROUND FLOOR FLAT", "FIRST FLOOR FLAT"),
    3: ("GROUND FLOOR FLAT", "FIRST FLOOR FLAT", "TOP FLOOR FLAT"),
    4: ("BASEMENT FLAT", "GROUND FLOOR FLAT", "FIRST FLOOR FLAT", "TOP FLOOR FLAT"),
}
LAST_CHANGE = dt.date(2027, 9, 30)
NEW = {"terrace": 0.008, "semi": 0.003, "detached": 0.012, "bungalow": 0.0, "conversion": 0.0, "block_flat": 0.05, "estate_flat": 0.03, "above_shop": 0.01}
"""Of the buildings, those that were built between START and LAST_CHANGE."""
CONVERTED = 0.09
"""Of the houses in flats, those converted then."""
DEMOLISHED = {"terrace": 0.003, "semi": 0.002, "detached": 0.005, "bungalow": 0.03, "estate_flat": 0.03, "shop": 0.01, "office": 0.01, "hall": 0.01}
BUILT = {"terraced": (1880, 1914), "suburban": (1924, 1939), "modern": (1962, 2019), "estate": (1948, 1977), "high": (1885, 1935)}


def dated(plots: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """When each building was built, converted and demolished: ``built``, ``up``, ``converted`` and ``down``."""
    n = len(plots)
    kind, luck = plots["kind"], chance.random(n)
    ages = np.array([BUILT[sort] for sort in plots["sort"]])
    built = (ages[:, 0] + (ages[:, 1] - ages[:, 0] + 1) * chance.random(n)).astype(np.int64)
    later = np.array(kind.is_in(["block_flat", "land", "school"])) & (chance.random(n) < 0.6)
    built = np.where(later, chance.integers(1955, 2020, n), np.where(chance.random(n) < 0.04, chance.integers(1950, 2019, n), built))
    new = luck < kind.replace_strict(NEW, default=0.0, return_dtype=pl.Float64).to_numpy()
    gone = ~new & (chance.random(n) < kind.replace_strict(DEMOLISHED, default=0.0, return_dtype=pl.Float64).to_numpy())
    converted = (kind == "conversion").to_numpy() & (chance.random(n) < CONVERTED)
    span = (LAST_CHANGE - START).days
    day = pl.lit(START) + pl.duration(days=pl.lit(pl.Series(chance.integers(1, span, n))))
    long_ago = pl.date(pl.lit(pl.Series(built)), 1, 1) + pl.duration(days=pl.lit(pl.Series(chance.integers(0, 365, n))))
    since = np.minimum(np.maximum(chance.integers(1958, 2021, n), built + 8), 2020)
    split = pl.date(pl.lit(pl.Series(since)), 1, 1) + pl.duration(days=pl.lit(pl.Series(chance.integers(0, 270, n))))
    frame = plots.with_columns(day=day, up=long_ago, new=pl.Series(new), late=pl.Series(converted))
    return frame.with_columns(
        built=pl.when("new").then(pl.col("day").dt.year()).otherwise(pl.Series(built)).cast(pl.Int64),
        up=pl.when("new").then("day").otherwise("up").cast(pl.Date),
        converted=pl.when("late").then("day").when(pl.col("kind") == "conversion").then(split).cast(pl.Date),
        down=pl.when(pl.Series(gone)).then("day").cast(pl.Date),
    )


def objects(plots: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """The objects on each plot; ``plot`` and ``role`` tell where each belongs: 0 the house, shop or land, 1 the shell, 2 a flat."""
    plots = plots.with_columns(style=pl.Series(_styles(plots, chance)), skips=pl.Series(chance.random(len(plots)) < 0.3))
    whole = pl.col("kind").is_in(["conversion", "block_flat", "estate_flat"])
    parts = [_houses(plots.filter(~whole)), _converted(plots.filter("late")), _shells(plots.filter(whole)), _flats(plots.filter(whole | (pl.col("kind") == "above_shop")))]
    return _organised(pl.concat(parts, how="diagonal_relaxed"), chance)


def _styles(plots: pl.DataFrame, chance: np.random.Generator) -> np.ndarray:
    """How flats are told apart: number (Flat 2), letter (Flat B), floor (FIRST FLOOR FLAT), house (14B), above (FLAT ABOVE)."""
    luck, kind, units = chance.random(len(plots)), plots["kind"].to_numpy(), plots["units"].to_numpy()
    in_house = ~plots["followed"].to_numpy() & plots["number_to"].is_null().to_numpy() & plots["suffix"].is_null().to_numpy()
    converted = np.where(luck < 0.45, "number", np.where(luck < 0.68, "letter", np.where((luck < 0.87) & (units <= 4), "floor", np.where(in_house, "house", "letter"))))
    above = np.where((luck < 0.62) & ~plots["followed"].to_numpy(), "house", np.where(units == 1, "above", np.where(luck < 0.8, "floor", "letter")))
    return np.where(kind == "conversion", converted, np.where(kind == "above_shop", above, "number"))


def _houses(plots: pl.DataFrame) -> pl.DataFrame:
    shop = pl.col("kind") == "above_shop"
    return plots.with_columns(
        kind=pl.when(shop).then(pl.lit("shop")).otherwise("kind"), role=pl.lit(0), unit=pl.lit(0), is_dwelling=(pl.col("units") > 0) & ~shop,
        first_day="up", last_day="down",
    )  # fmt: skip


def _converted(plots: pl.DataFrame) -> pl.DataFrame:
    """The houses that have become flats: gone the day before."""
    return plots.with_columns(
        kind=pl.lit("terrace"), role=pl.lit(0), unit=pl.lit(0), is_dwelling=pl.lit(True), first_day="up", last_day=pl.col("converted") - pl.duration(days=1),
    )  # fmt: skip


def _shells(plots: pl.DataFrame) -> pl.DataFrame:
    return plots.with_columns(
        kind=pl.lit("shell"), role=pl.lit(1), unit=pl.lit(0), is_dwelling=pl.lit(False), first_day=pl.coalesce("converted", "up"), last_day="down",
    )  # fmt: skip


def _flats(plots: pl.DataFrame) -> pl.DataFrame:
    units = plots["units"].to_numpy()
    at = np.repeat(np.arange(len(plots)), units)
    flats = plots[at].with_columns(unit=pl.int_range(pl.len()).over("plot"), role=pl.lit(2), is_dwelling=pl.lit(True))
    a_floor = (pl.col("units") / (pl.col("units") / 6).round().clip(2, 14)).ceil()
    above = pl.col("kind") == "above_shop"
    flats = flats.with_columns(
        floor=pl.when(pl.col("kind") == "conversion").then((pl.col("unit") * 3) // pl.col("units")).when(above).then(pl.col("unit") + 1)
        .otherwise(pl.col("unit") // a_floor).cast(pl.Int64),
        first_day=pl.coalesce("converted", "up"), last_day="down",
    )  # fmt: skip
    return _told_apart(flats, above)


def _told_apart(flats: pl.DataFrame, above: pl.Expr) -> pl.DataFrame:
    style, unit = pl.col("style"), pl.col("unit")
    letters = pl.DataFrame({"unit": list(range(26)), "letter": [chr(65 + n) for n in range(26)]})
    texts = pl.DataFrame([{"units": n, "unit": k, "text": text} for n, row in FLOORS.items() for k, text in enumerate(row)])
    upstairs = pl.when(unit == 0).then(pl.lit("FIRST FLOOR FLAT")).otherwise(pl.lit("SECOND FLOOR FLAT"))
    flats = flats.join(letters, on="unit", how="left", maintain_order="left").join(texts, on=["units", "unit"], how="left", maintain_order="left")
    return flats.with_columns(
        flat=pl.when(style == "number").then(unit + 1 + (pl.col("skips") & (unit >= 12)).cast(pl.Int64)),
        flat_suffix=pl.when(style == "letter").then("letter"),
        flat_text=pl.when(style == "above").then(pl.lit("FLAT ABOVE")).when((style == "floor") & above).then(upstairs).when(style == "floor").then("text"),
        suffix=pl.when(style == "house").then("letter").otherwise("suffix"),
        number_to=pl.when(style != "house").then("number_to"),
    )


def _organised(objects: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Shops, offices, schools, halls and land get a name; schools and halls are buildings of that name."""
    base = names.drawn(len(objects), chance)
    luck = chance.random(len(objects))
    kind = objects["kind"].to_numpy()
    called = np.full(len(objects), "", dtype=object)
    for sort, types in (("shop", names.SHOPS), ("office", names.OFFICES), ("school", names.SCHOOLS), ("hall", names.HALLS), ("land", names.LANDS)):
        called = np.where(kind == sort, np.array(types, dtype=object)[(luck * len(types)).astype(np.int64)], called)
    full = pl.Series(base) + " " + pl.Series(called.astype(str))
    public = pl.col("kind").is_in(["school", "hall", "land"])
    objects = objects.with_columns(organisation=pl.when(pl.Series(called != "")).then(full))
    return objects.with_columns(building=pl.when(public).then("organisation").otherwise("building"))
