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
OTHERS = {"shop": "CR08", "office": "CO01", "hall": "CC04", "land": "LP02"}
CALLED = {
    "Cafe": "CR07", "Grill": "CR07", "Chicken": "CR10", "Fish Bar": "CR10", "Kebab House": "CR10", "Pizza": "CR10", "Dental Practice": "CM01", "Surgery": "CM02",
    "Joinery": "CI03", "Print": "CI03", "Motors": "CI03", "Logistics": "CI04", "Baptist Church": "ZW", "Gospel Hall": "ZW", "Islamic Centre": "ZW", "Methodist Church": "ZW",
    "Temple": "ZW", "Social Club": "CL", "Allotments": "LL", "Car Park": "CT03", "Garages": "RG02", "Playground": "LP03", "Recreation Ground": "LP01", "Substation": "CU01",
}  # fmt: skip
"""Classes of what is called so; the others are what is usual of their kind."""


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
        energy_score=pl.when(home).then(pl.Series(score).cast(pl.Int64)), class_code=_classes(),
    )  # fmt: skip
    band = pl.lit("G")
    for least, letter in reversed(ENERGY):
        band = pl.when(pl.col("energy_score") >= least).then(pl.lit(letter)).otherwise(band)
    return frame.with_columns(energy_band=pl.when(home).then(band))


def _banded(value: Floats, home: np.ndarray) -> np.ndarray:
    """Bands by value, the cheapest A."""
    edges = np.quantile(value[home], np.cumsum(list(BANDS.values()))[:-1])
    return np.array(list(BANDS))[np.searchsorted(edges, value)]


def _classes() -> pl.Expr:
    called = pl.col("organisation").str.replace(r"^\S+ ", "").replace_strict(CALLED, default=None, return_dtype=pl.String)
    return pl.coalesce(called, pl.col("kind").replace_strict(CLASSES | OTHERS, return_dtype=pl.String))
