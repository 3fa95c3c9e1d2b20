"""Boundaries: wards of both generations and LSOAs, as the statistical office's portal gives them. They come once."""

from __future__ import annotations

import polars as pl

from borough.demo.plan import REDRAWN, Period
from borough.demo.world import World
from borough.demo.yard import Yard


def write(world: World, period: Period, yard: Yard) -> None:
    """A file for each set of wards (the present one once it is in force), one for the LSOAs."""
    old, new = (world.ground.wards.filter(pl.col("ward") >= 1000), world.ground.wards.filter(pl.col("ward") < 1000))
    if period.first:
        _wards(yard, old, "21")
        areas = world.ground.lsoas.select(pl.col("lsoa_code").alias("LSOA21CD"), pl.col("lsoa_name").alias("LSOA21NM"), "shape")
        yard.geojson("data/boundaries/lsoas_2021.geojson", areas, "shape")
    if period.since <= REDRAWN <= period.until:
        _wards(yard, new, "22")


def _wards(yard: Yard, wards: pl.DataFrame, year: str) -> None:
    first, last = wards.row(0, named=True)["valid_from"], wards.row(0, named=True)["valid_to"]
    shown = wards.select(
        pl.col("ward_code").alias(f"WD{year}CD"), pl.col("ward_name").alias(f"WD{year}NM"),
        pl.lit("N09000001").alias(f"LAD{year}CD"), pl.lit("Northmere").alias(f"LAD{year}NM"), "shape",
    )  # fmt: skip
    yard.geojson(f"data/boundaries/wards_{first}_to_{last or 'open'}.geojson", shown, "shape")
