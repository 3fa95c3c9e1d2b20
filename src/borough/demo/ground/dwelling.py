"""What a home is like inside: size, rooms, tax band, energy; and what class of object each is."""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.ground.lattice import Floats

AREAS = {
    "detached": (138, 0.24), "semi": (98, 0.18), "terrace": (88, 0.20), "bungalow": (76, 0.16),
    "conversion": (54, 0.24), "block_flat": (57, 0.22), "estate_flat": (61, 0.20), "above_shop": (58, 0.24),
}  # fmt: skip
"""Square metres in the middle, and the spread."""
BANDS = {"A": 0.05, "B": 0.14, "C": 0.29, "D": 0.28, "E": 0.14, "F": 0.065, "G": 0.033, "H": 0.002}
"""Council tax bands of outer London, about."""
ENERGY = ((92, "A"), (81, "B"), (69, "C"), (55, "D"), (39, "E"), (21, "F"))
CLASSES = {
    "detached": "RD02", "bungalow": "RD02", "semi": "RD03", "terrace": "RD04", "conversion": "RD06", "block_flat": "RD06", "estate_flat": "RD06",
    "above_shop": "RD06", "shell": "PP", "school": "CE03",
}  # fmt: skip
OTHER_CLASSES = {
    "shop": ("CR08", "CR08", "CR08", "CR07", "CR10", "CR06"), "office": ("CO01", "CO01", "CI01", "CM02", "CS01"),
    "hall": ("ZW", "CC04", "CC04", "ZW", "CL"), "land": ("LP02", "LU01", "RG02", "LO01", "CU11"),
}  # fmt: skip


def furnished(objects: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """The objects with ``rooms``, ``bedrooms``, ``area_m2``, ``tax_band``, ``energy_score`` and ``energy_band`` (all null but for dwellings) and ``class_code``."""
    n = len(objects)
    home = pl.col("is_dwelling")
    middle, spread = (objects["kind"].replace_strict({k: v[i] for k, v in AREAS.items()}, default=0.0, return_dtype=pl.Float64).to_numpy() for i in (0, 1))
    deprivation, built = objects["deprivation"].to_numpy(), objects["built"].to_numpy()
    area = np.round(middle * np.exp(spread * chance.normal(size=n) - 0.08 * (deprivation - 0.5)), 1)
    bedrooms = np.clip(np.round((area - 18) / 25 + chance.normal(0, 0.3, n)), 1, 7).astype(np.int64)
    rooms = bedrooms + 1 + (chance.random(n) < np.clip(area / 130, 0.1, 0.9)) + (area > 105)
    value = np.log(np.maximum(area, 10)) - 0.55 * deprivation + 0.12 * chance.normal(size=n)
    score = np.clip(np.round(56 + 0.20 * np.clip(built - 1900, 0, 125) + np.where(middle < 70, 5, 0) - 4 * deprivation + chance.normal(0, 9, n)), 1, 99)
    frame = objects.with_columns(
        area_m2=pl.when(home).then(pl.Series(area)), bedrooms=pl.when(home).then(pl.Series(bedrooms)),
        rooms=pl.when(home).then(pl.Series(rooms).cast(pl.Int64)), tax_band=pl.when(home).then(pl.Series(_banded(value, objects["is_dwelling"].to_numpy()))),
        energy_score=pl.when(home).then(pl.Series(score).cast(pl.Int64)), class_code=_classes(objects),
    )  # fmt: skip
    band = pl.lit("G")
    for least, letter in reversed(ENERGY):
        band = pl.when(pl.col("energy_score") >= least).then(pl.lit(letter)).otherwise(band)
    return frame.with_columns(energy_band=pl.when(home).then(band))


def _banded(value: Floats, home: np.ndarray) -> np.ndarray:
    """Bands by value, the cheapest A."""
    edges = np.quantile(value[home], np.cumsum(list(BANDS.values()))[:-1])
    return np.array(list(BANDS))[np.searchsorted(edges, value)]


def _classes(objects: pl.DataFrame) -> pl.Series:
    kind, luck = objects["kind"].to_numpy(), objects["about"].to_numpy()
    code = objects["kind"].replace_strict(CLASSES, default="", return_dtype=pl.String).to_numpy().astype(object)
    for sort, codes in OTHER_CLASSES.items():
        code = np.where(kind == sort, np.array(codes, dtype=object)[(luck * 7919 % 1 * len(codes)).astype(np.int64)], code)
    return pl.Series(code.astype(str))
