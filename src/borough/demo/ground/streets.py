"""Streets: where they run, what sort they are, how many dwellings they are to have."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.ground.lattice import Floats, Ints, Lattice
from borough.demo.ground.names import Names, street_names

SORTS = ("terraced", "suburban", "modern", "estate", "high")
USUAL = np.array([0.45, 0.20, 0.175, 0.10, 0.075])
"""Of dwellings, by the sort of their street."""
DWELLINGS_A_STREET = 85
FRONTAGE = 7.5
"""Metres of street for each two buildings that face each other."""


def streets(ground: Lattice, lsoa: Ints, lsoas: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """The streets, LSOA by LSOA. ``lsoas`` has a row each with its character and ``dwellings``, how many it is to have about."""
    counts = np.maximum(1, _whole(lsoas["dwellings"].to_numpy() / DWELLINGS_A_STREET, chance))
    home = np.repeat(np.arange(len(lsoas)), counts)
    sizes = chance.lognormal(0, 0.55, len(home))
    sizes = sizes / np.bincount(home, weights=sizes)[home] * lsoas["dwellings"].to_numpy()[home]
    sort = _sorts(lsoas, home, chance)
    long = np.where(sort == "high", "high", np.where(sizes > 45, "long", "short"))
    named_estate = (sort == "estate") & (chance.random(len(home)) < 0.5)
    names = street_names(np.where(named_estate, "estate", long).tolist(), chance)
    estates = street_names(["estate"] * len(home), chance)
    frame = pl.DataFrame({"lsoa_at": home, "sort": sort, "size": sizes, "street_name": names, "estate": estates})
    return frame.with_columns(
        pl.when((pl.col("sort") == "estate") & ~pl.Series(named_estate)).then("estate").alias("estate"), **_lines(ground, lsoa, home, sizes, chance)
    )


def _sorts(lsoas: pl.DataFrame, home: Ints, chance: np.random.Generator) -> Names:
    dense, modern, poor = (lsoas[name].to_numpy()[home] for name in ("dense", "modern", "poor"))
    lean = np.stack([0.1 * dense - 0.3 * modern, -0.7 * dense - 0.2 * poor, 0.8 * modern + 0.2 * dense, 0.7 * poor, 0.6 * dense], axis=1)
    weights = np.exp(lean) / np.exp(lean).mean(axis=0) * USUAL
    edges = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    sorts: Names = np.array(SORTS)[np.minimum((chance.random((len(home), 1)) > edges).sum(axis=1), len(SORTS) - 1)]
    return sorts


def _lines(ground: Lattice, lsoa: Ints, home: Ints, sizes: Floats, chance: np.random.Generator) -> dict[str, pl.Series]:
    """Straight lines whose middle lies in the LSOA, more or less along or across its grain."""
    order = np.argsort(lsoa, kind="stable")
    counts = np.bincount(lsoa, minlength=int(home.max()) + 1)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    hexagon = order[first[home] + (chance.random(len(home)) * counts[home]).astype(np.int64)]
    middle = ground.middles[hexagon] + chance.uniform(-25, 25, (len(home), 2))
    grain = chance.uniform(0, np.pi, int(home.max()) + 1)[home]
    angle = grain + chance.integers(0, 2, len(home)) * np.pi / 2 + chance.normal(0, 0.12, len(home))
    half = np.clip(sizes * FRONTAGE / 2, 40, 700)[:, None] / 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    (x1, y1), (x2, y2) = (middle - half).T, (middle + half).T
    return {name: pl.Series(np.round(values, 1)) for name, values in {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "hexagon": hexagon.astype(float)}.items()}


def _whole(values: Floats, chance: np.random.Generator) -> Ints:
    """Rounded up or down by chance, so that the sum stays."""
    return np.floor(values + chance.random(len(values))).astype(np.int64)
