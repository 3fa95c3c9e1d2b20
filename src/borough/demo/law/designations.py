"""The schemes of licensing: which kind, where, from when to when.

A designation is of an area on a map: the wards as they were on the day it was made. So a scheme that began before the wards were redrawn goes on
in the old wards (``ward_on`` says which wards a designation means).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from borough.demo.plan import REDRAWN
from borough.demo.world import Ground

MANDATORY_FROM = dt.date(2018, 10, 1)
"""Since this day five people of two households need a licence however many storeys the house has (SI 2018/221)."""


@dataclass(frozen=True)
class Scheme:
    """A scheme: its days, and in which share of the wards it is, those with most private letting first."""

    designation: str
    kind: str
    title: str
    first_day: dt.date
    last_day: dt.date
    share: float


SCHEMES = (
    Scheme("SEL-2017", "selective", "Selective licensing, whole borough", dt.date(2017, 4, 1), dt.date(2022, 3, 31), 1.0),
    Scheme("ADD-2020", "additional", "Additional licensing of smaller HMOs", dt.date(2020, 4, 1), dt.date(2025, 3, 31), 0.75),
    Scheme("SEL-2022", "selective", "Selective licensing, second designation", dt.date(2022, 5, 1), dt.date(2027, 4, 30), 0.9),
    Scheme("ADD-2025", "additional", "Additional licensing of smaller HMOs, whole borough", dt.date(2025, 4, 1), dt.date(2030, 3, 31), 1.0),
)
"""Between the two selective schemes April 2022 has none."""


def designations(ground: Ground) -> pl.DataFrame:
    """The schemes in a district, with the codes of its wards."""
    old, new = _by_letting(ground, "old_ward"), _by_letting(ground, "ward")
    rows = []
    for scheme in SCHEMES:
        wards = old if scheme.first_day < REDRAWN else new
        rows.append({
            "designation": scheme.designation, "kind": scheme.kind, "title": scheme.title,
            "wards": sorted(wards[: max(1, round(scheme.share * len(wards)))]),
            "first_day": scheme.first_day, "last_day": scheme.last_day,
        })  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"wards": pl.List(pl.String)})


def ward_on(first_day: dt.date) -> str:
    """The column of ``properties`` that has the wards of a designation that was made then."""
    return "old_ward" if first_day < REDRAWN else "ward"


def ward_codes(ground: Ground) -> pl.DataFrame:
    """For each property the codes of its ward and of the ward that was there before: ``uprn, ward, old_ward`` as texts."""
    codes = ground.wards.select("ward", "ward_code").unique("ward", maintain_order=True)
    homes = ground.properties.select("uprn", "ward", "old_ward")
    for column in ("ward", "old_ward"):
        homes = homes.join(codes.rename({"ward": column, "ward_code": f"{column}_code"}), on=column, how="left", maintain_order="left")
    return homes.select("uprn", ward="ward_code", old_ward="old_ward_code")


def _by_letting(ground: Ground, ward: str) -> list[str]:
    """The codes of wards, those with the largest share of private letting first."""
    codes = ground.wards.select("ward", "ward_code").unique("ward", maintain_order=True)
    shares = ground.lsoas.drop_nulls(ward).group_by(ward, maintain_order=True).agg(pl.col("private").mean())
    ordered = shares.join(codes, left_on=ward, right_on="ward", how="inner", maintain_order="left").sort(
        "private", "ward_code", descending=[True, False]
    )
    return ordered["ward_code"].to_list()
