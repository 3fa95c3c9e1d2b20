"""What an LSOA is like: who owns its homes, who comes and goes, how poor and how old it is, how it was built.

Shares are of the order that the 2021 Census reports for outer London: a quarter of homes privately rented, a fifth social.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from borough.demo.ground.lattice import Floats, Ints

SHARES = ("private", "social", "owned", "student", "churn", "deprivation", "age")


def character(middles: Floats, ward: Ints, chance: np.random.Generator) -> pl.DataFrame:
    """For each LSOA (by its middle, and its ward's number among the district's) the shares, and how dense and how old its building is (z scores)."""
    size = np.ptp(middles, axis=0).max() + 1.0
    place = (middles - middles.mean(axis=0)) / size
    centre = _z(-np.hypot(*(place - chance.uniform(-0.15, 0.15, 2)).T))
    poor = _z(0.8 * _field(place, chance) + 0.35 * centre + 0.35 * chance.normal(size=len(place)))
    let = _z(0.6 * _field(place, chance) + 0.5 * centre + 0.25 * chance.normal(size=len(place)))
    ward_let, ward_poor = _mean(let, ward), _mean(poor, ward)
    campus = np.exp(-(np.hypot(*(place - chance.uniform(-0.3, 0.3, 2)).T) ** 2) / (2 * 0.1**2))
    private = np.clip(0.27 + 0.055 * _z(ward_let) + 0.035 * _z(let - ward_let), 0.08, 0.48)
    social = np.clip(0.215 + 0.055 * _z(ward_poor) + 0.06 * _z(poor - ward_poor), 0.03, 0.5)
    social = np.minimum(social, 0.86 - private)
    owned = 1 - private - social
    student = np.clip(0.02 + 0.14 * campus + 0.01 * chance.normal(size=len(place)), 0.005, 0.25)
    churn = np.clip(0.045 + 0.24 * private + 0.25 * student + 0.012 * chance.normal(size=len(place)), 0.05, 0.25)
    age = np.clip(37.5 + 14 * (owned - 0.5) - 30 * (student - 0.03) - 1.2 * poor + 0.8 * chance.normal(size=len(place)), 25, 52)
    return pl.DataFrame(
        {
            "private": private, "social": social, "owned": owned, "student": student, "churn": churn,
            "deprivation": 1 / (1 + np.exp(-1.6 * poor)), "age": age,
            "dense": _z(0.6 * centre + 0.6 * let + 0.3 * poor), "modern": _z(_field(place, chance)), "poor": poor,
        }
    )  # fmt: skip


def _field(place: Floats, chance: np.random.Generator) -> Floats:
    """A smooth landscape of nine hills and hollows."""
    hills = chance.uniform(-0.6, 0.6, (9, 2))
    heights = chance.normal(size=9)
    far = ((place[:, None, :] - hills[None]) ** 2).sum(axis=2)
    return _z((np.exp(-far / (2 * 0.17**2)) * heights).sum(axis=1))


def _mean(values: Floats, of: Ints) -> Floats:
    means: Floats = np.bincount(of, weights=values) / np.maximum(np.bincount(of), 1)
    return means[of]


def _z(values: Floats) -> Floats:
    spread = values.std()
    z: Floats = np.clip((values - values.mean()) / (spread if spread > 0 else 1.0), -2.5, 2.5)
    return z
