"""Plots: the buildings along each street, their numbers, names and points."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.ground.lattice import Floats, Ints
from borough.demo.ground.names import BUILDING_TYPES, drawn

KINDS = ("terrace", "semi", "detached", "bungalow", "conversion", "block_flat", "estate_flat", "above_shop")
MIX = {
    "terraced": (0.66, 0.03, 0.00, 0.00, 0.26, 0.05, 0.00, 0.00),
    "suburban": (0.12, 0.61, 0.12, 0.04, 0.05, 0.06, 0.00, 0.00),
    "modern": (0.19, 0.05, 0.01, 0.00, 0.05, 0.70, 0.00, 0.00),
    "estate": (0.20, 0.00, 0.00, 0.00, 0.00, 0.00, 0.80, 0.00),
    "high": (0.10, 0.00, 0.00, 0.00, 0.25, 0.26, 0.00, 0.39),
}
"""Of a street's dwellings, by its sort."""
OTHERS = {"shop": 0.38, "office": 0.3, "hall": 0.08, "land": 0.24}
OTHERS_A_DWELLING = {"terraced": 0.010, "suburban": 0.010, "modern": 0.014, "estate": 0.012, "high": 0.30}
SCHOOLS = 85
"""Of a district with as many dwellings as at scale 1; never fewer than one for every five wards."""


def sizes(kind: str, count: int, most: int, chance: np.random.Generator) -> Ints:
    """How many dwellings buildings of a kind have."""
    if kind == "conversion":
        return chance.choice([2, 2, 2, 2, 3, 3, 4, 5, 6], count)
    if kind == "block_flat":
        return np.clip(chance.lognormal(2.75, 0.6, count), 6, max(6, min(60, most))).astype(np.int64)
    if kind == "estate_flat":
        return np.clip(chance.lognormal(3.05, 0.45, count), 6, max(6, min(60, most))).astype(np.int64)
    if kind == "above_shop":
        return chance.choice([1, 1, 1, 2], count)
    return np.ones(count, dtype=np.int64)


def plots(streets: pl.DataFrame, most: int, chance: np.random.Generator) -> pl.DataFrame:
    """A row for each building: street, kind, units (dwellings), number, number_to, suffix, building, side, x, y, in the order along the street."""
    drawn = [_homes(streets, most, chance), _others(streets, chance)]
    street, kind, units = (np.concatenate(column) for column in zip(*drawn, strict=True))
    order = np.lexsort((chance.random(len(street)), street))
    street, kind, units = street[order], kind[order], units[order]
    frame = pl.DataFrame({"street": street, "kind": kind, "units": units, "sort": streets["sort"].to_numpy()[street]})
    frame = frame.with_columns(place=pl.int_range(pl.len()).over("street"), many=pl.len().over("street")).with_row_index("plot")
    frame = frame.with_columns(pl.col("plot", "place", "many").cast(pl.Int64))
    frame = _numbered(frame, chance)
    return _pointed(_named(frame, chance), streets, chance)


def _homes(streets: pl.DataFrame, most: int, chance: np.random.Generator) -> tuple[Ints, np.ndarray, Ints]:
    means = np.array([sizes(kind, 4096, most, chance).mean() for kind in KINDS])
    weights = np.array([MIX[sort] for sort in streets["sort"]]) / means
    # So many buildings that their dwellings, on average, make up the street's size.
    count = np.maximum(1, np.floor(streets["size"].to_numpy() * weights.sum(axis=1) + chance.random(len(streets)))).astype(np.int64)
    street = np.repeat(np.arange(len(streets)), count)
    edges = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)[street]
    which = np.minimum((chance.random((len(street), 1)) > edges).sum(axis=1), len(KINDS) - 1)
    units = np.ones(len(street), dtype=np.int64)
    for n, kind in enumerate(KINDS):
        units[which == n] = sizes(kind, int((which == n).sum()), most, chance)
    return street, np.array(KINDS)[which], units


def _others(streets: pl.DataFrame, chance: np.random.Generator) -> tuple[Ints, np.ndarray, Ints]:
    expected = streets["size"].to_numpy() * np.array([OTHERS_A_DWELLING[sort] for sort in streets["sort"]])
    street = np.repeat(np.arange(len(streets)), np.floor(expected + chance.random(len(streets))).astype(np.int64))
    kind = chance.choice(list(OTHERS), len(street), p=list(OTHERS.values()))
    schools = max(round(SCHOOLS * float(streets["size"].sum()) / 110_000), 4, len(streets) // 200)
    kept = streets.with_row_index().filter(pl.col("sort") != "high")["index"].to_numpy().astype(np.int64)
    at = chance.choice(kept, schools, replace=len(kept) < schools)
    return np.concatenate([street, at]), np.concatenate([kind, np.full(schools, "school")]), np.zeros(len(street) + schools, dtype=np.int64)


def _numbered(frame: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Odd on one side, even on the other (short streets: one after another), with gaps, infill (14A), ranges (12-14); often without 13."""
    many, place = frame["many"].to_numpy(), frame["place"].to_numpy()
    street = frame["street"].to_numpy()
    through = (chance.random(int(street.max()) + 1)[street] < 0.6) & (many <= 24)
    side = np.where(through, np.minimum(place // np.maximum(1, (many + 1) // 2), 1), place % 2)
    house = np.isin(frame["kind"].to_numpy(), ("terrace", "semi", "detached", "bungalow"))
    luck = chance.random(len(frame))
    first = place == np.where(side == 1, np.where(through, (many + 1) // 2, 1), 0)
    unnumbered = ~first & np.isin(frame["kind"].to_numpy(), ("land", "hall", "school")) & (chance.random(len(frame)) < 0.8)
    infill = house & (luck < 0.02) & ~first
    ranged = ~house & ~unnumbered & (luck > 0.86)
    step = np.where(through, 1, 2)
    gap = np.where((chance.random(len(frame)) < 0.03), step * chance.integers(1, 4, len(frame)), 0)
    grown = np.where(unnumbered | infill, 0, step + gap)
    frame = frame.with_columns(
        side=pl.Series(side), through=pl.Series(through), grown=pl.Series(grown), after=pl.Series(np.where(ranged, step, 0)),
        infill=pl.Series(infill), unnumbered=pl.Series(unnumbered), ranged=pl.Series(ranged), luck=pl.Series(chance.random(len(frame))),
    )  # fmt: skip
    run = pl.when("through").then(0).otherwise("side")
    climbed = (pl.col("grown") + pl.col("after").shift(1, fill_value=0).over("street", run)).cum_sum().over("street", run)
    frame = frame.with_columns(number=pl.when("through").then(climbed).otherwise(climbed - 1 + pl.col("side")).cast(pl.Int64))
    return _suffixed(_without_13(frame))


def _without_13(frame: pl.DataFrame) -> pl.DataFrame:
    # Six streets of ten pass over 13: whoever comes from there on moves up.
    past = (pl.col("number") >= 13) & (pl.col("street") * 7919 % 10 < 6)
    moved = pl.when(past).then(pl.col("number") + pl.when("through").then(1).otherwise(2)).otherwise("number")
    return frame.with_columns(number=pl.when(pl.col("through") | (pl.col("side") == 0)).then(moved).otherwise("number"))


def _suffixed(frame: pl.DataFrame) -> pl.DataFrame:
    """14A stands between 14 and 16, 14B after it. ``followed``: such a house is there, so that flats cannot be called 14A."""
    letters = pl.DataFrame({"nth": list(range(1, 21)), "letter": [chr(64 + n) for n in range(1, 21)]})
    nth = pl.col("infill").cast(pl.Int64).cum_sum().over("street", "number")
    return frame.with_columns(nth=nth).join(letters, on="nth", how="left", maintain_order="left").with_columns(
        suffix=pl.when("infill").then("letter"),
        number_to=pl.when("ranged").then(pl.col("number") + pl.col("after")),
        followed=pl.col("infill").any().over("street", "number"),
        number=pl.when(~pl.col("unnumbered")).then("number"),
    ).drop("letter", "nth")  # fmt: skip


def _named(frame: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Names of blocks and of a few houses, each once in its district; a named block has its number in half the cases, a named house hardly ever."""
    kind, luck = frame["kind"].to_numpy(), frame["luck"].to_numpy()
    blocks = np.isin(kind, ("block_flat", "estate_flat"))
    villas = np.isin(kind, ("detached", "semi", "bungalow"))
    named = (blocks & ((luck < 0.78) | (kind == "estate_flat"))) | (villas & (luck < 0.03))
    types = np.array(list(dict.fromkeys(BUILDING_TYPES)))
    weights = np.array([BUILDING_TYPES.count(word) for word in types]) / len(BUILDING_TYPES)
    type_of = chance.choice(types, len(frame), p=weights)
    base_of = drawn(len(frame), chance)
    cottage = chance.choice(["Cottage", "Lodge", "Villa"], len(frame))
    names = np.char.add(np.char.add(base_of, " "), np.where(blocks, type_of, cottage))
    numberless = named & (np.where(blocks, chance.random(len(frame)) < 0.5, chance.random(len(frame)) < 0.8))
    frame = frame.with_columns(building=pl.when(pl.Series(named)).then(pl.Series(names)), numberless=pl.Series(numberless))
    # A second building of the same name in a street is told apart by its number alone.
    again = ~pl.col("building").is_first_distinct().over("street") & pl.col("building").is_not_null()
    frame = frame.with_columns(building=pl.when(~again).then("building"), numberless=pl.col("numberless") & ~again)
    bare = pl.col("numberless")
    return frame.with_columns(number=pl.when(~bare).then("number"), number_to=pl.when(~bare).then("number_to"), suffix=pl.when(~bare).then("suffix"))


def _pointed(frame: pl.DataFrame, streets: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Points along the street's line, twelve metres to either side of it."""
    street = frame["street"].to_numpy()
    ends: dict[str, Floats] = {name: streets[name].to_numpy()[street] for name in ("x1", "y1", "x2", "y2")}
    along = (frame["place"].to_numpy() + chance.uniform(0.25, 0.75, len(frame))) / frame["many"].to_numpy()
    dx, dy = ends["x2"] - ends["x1"], ends["y2"] - ends["y1"]
    length = np.hypot(dx, dy)
    off = np.where(frame["side"].to_numpy() == 1, 1, -1) * chance.uniform(9, 15, len(frame))
    return frame.with_columns(x=pl.Series(ends["x1"] + along * dx - off * dy / length), y=pl.Series(ends["y1"] + along * dy + off * dx / length))
