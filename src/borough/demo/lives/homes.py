"""The dwellings as the simulation of lives sees them: numbers only, in the order of their UPRNs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.plan import HORIZON, START
from borough.demo.world import Ground

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

OWNED, PRIVATE, SOCIAL = 0, 1, 2
TARGETS = np.array([0.535, 0.270, 0.195])
"""Shares of owned, privately rented and social homes in a borough of outer London (of the order of Census 2021)."""

# How much likelier a kind of dwelling is owned, let privately, or social, than the others of its neighbourhood.
LEANINGS = {
    "detached": (1.8, 0.5, 0.05),
    "semi": (1.6, 0.7, 0.3),
    "terrace": (1.2, 1.0, 0.5),
    "bungalow": (1.6, 0.4, 0.5),
    "conversion": (0.7, 1.9, 0.5),
    "estate_flat": (0.35, 0.6, 3.5),
    "block_flat": (0.8, 1.5, 1.0),
    "above_shop": (0.25, 2.6, 0.2),
}


def day(date: dt.date) -> int:
    """A date as the number of days since 1970."""
    return (date - dt.date(1970, 1, 1)).days


FIRST, LAST = day(START), day(HORIZON)


@dataclass(frozen=True)
class Homes:
    """Dwellings: days of their beginning and end, size, kind, and the character of their place (0 on average, 1 much)."""

    uprn: Ints
    first: Ints
    last: Ints
    beds: Ints
    kind: npt.NDArray[np.str_]
    place: Ints
    student: Reals
    churn: Reals
    deprivation: Reals
    age: Reals
    leaning: Reals
    """For each dwelling the chances of being owned, let privately, social."""

    def __len__(self) -> int:
        return len(self.uprn)


def homes_of(ground: Ground) -> Homes:
    """The dwellings of a district."""
    character = ["private", "social", "owned", "student", "churn", "deprivation", "age"]
    frame = (
        ground.properties.filter(pl.col("is_dwelling"))
        .select("uprn", "kind", "bedrooms", "lsoa", "first_day", "last_day")
        .join(ground.lsoas.select("lsoa", *character), on="lsoa", how="left", maintain_order="left")
        .sort("uprn")
    )
    days = pl.col("first_day", "last_day").cast(pl.Date).dt.epoch("d").cast(pl.Int64)
    frame = frame.with_columns(days, *(pl.col(c).fill_null(pl.col(c).mean()).fill_null(0.3) for c in character))
    kind = frame["kind"].fill_null("terrace").to_numpy().astype(np.str_)
    shares = frame.select("owned", "private", "social").to_numpy().astype(float)
    lean = np.array([LEANINGS.get(k, (1.0, 1.0, 1.0)) for k in np.unique(kind)])[np.unique(kind, return_inverse=True)[1]]
    return Homes(
        uprn=_ints(frame["uprn"]),
        first=_ints(frame["first_day"].fill_null(day(dt.date(1900, 1, 1)))),
        last=_ints(frame["last_day"].fill_null(LAST + 40_000)),
        beds=np.clip(_ints(frame["bedrooms"].fill_null(2)), 1, 6),
        kind=kind,
        place=_ints(frame["lsoa"]),
        student=_standard(frame["student"]),
        churn=_standard(frame["churn"]),
        deprivation=_standard(frame["deprivation"]),
        age=frame["age"].to_numpy().astype(float),
        leaning=_balanced(np.clip(shares, 0.01, None) * lean, TARGETS),
    )


def _ints(column: pl.Series) -> Ints:
    return column.to_numpy().astype(np.int64)


def _standard(column: pl.Series) -> Reals:
    """Mean 0, deviation 1, nothing beyond 2.5."""
    values = column.to_numpy().astype(float)
    standard: Reals = np.clip((values - values.mean()) / (values.std() or 1.0), -2.5, 2.5)
    return standard


def _balanced(weights: Reals, targets: Reals) -> Reals:
    """Chances in each row that add up to 1, and on average over the rows are the targets."""
    for _ in range(40):
        weights = weights / weights.sum(axis=1, keepdims=True)
        weights = weights * (targets / weights.mean(axis=0))
    balanced: Reals = weights / weights.sum(axis=1, keepdims=True)
    return balanced
