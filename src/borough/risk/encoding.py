"""How features become numbers, as the rows that a regression is fitted on teach."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from borough.compile.models.model import Feature
from borough.compile.models.terms import Encoding
from borough.risk.regression import Reals

RARE = 20
"""Rows that a category needs to have a weight of its own."""
FEW = 10
"""Rows in which a value must be missing, and as many in which it must not, for a term that says so."""
SKEWED = 5.0
"""A number whose 99th percentile is so many times its median, or whose median is 0, is logged for splines."""
LIMITS = (0.001, 0.999)


def encode(feature: Feature, values: npt.NDArray[np.object_] | Reals) -> Encoding | None:
    """The encoding of a feature by its values (numbers with NaN, texts with None); None where they say nothing: all missing, or all the same."""
    return _texts(feature, values) if feature.transform == "categories" else _numbers(feature, np.asarray(values, dtype=np.float64))


def _texts(feature: Feature, values: npt.NDArray[np.object_] | Reals) -> Encoding | None:
    known = np.array([str(v) for v in values if v is not None and v == v], dtype=object)
    levels, counts = np.unique(known.astype(str), return_counts=True) if len(known) else (np.array([], dtype=str), np.array([], dtype=int))
    missing = len(values) - len(known)
    often = [(int(n), str(v)) for v, n in zip(levels, counts, strict=True) if n >= RARE]
    rare = tuple(str(v) for v, n in zip(levels, counts, strict=True) if n < RARE)
    if len(often) + bool(rare) < 2 and missing < FEW:
        return None
    # The commonest is what the others are compared with.
    usual = max(often)[1] if often else ""
    kept = tuple(sorted(v for _, v in often if v != usual))
    return Encoding(feature.name, feature.kind, "categories", flag=_flagged(missing, len(values)), levels=kept, rare=tuple(sorted({*rare, usual} - {""})))


def _flagged(missing: int, rows: int) -> bool:
    return missing >= FEW and rows - missing >= FEW


def _numbers(feature: Feature, values: Reals) -> Encoding | None:
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    flag = _flagged(len(values) - len(known), len(values))
    if known.min() == known.max() and not flag:
        return None
    fill = 0.0 if feature.kind == "yes" else float(np.median(known))
    if feature.kind == "yes":
        return Encoding(feature.name, "yes", "linear", fill=fill, flag=flag, high=1.0)
    log = feature.transform == "log" or (feature.transform == "spline" and _skewed(known))
    own = np.log1p(np.maximum(known, 0)) if log else known
    low, high = (float(f"{v:.12g}") for v in np.quantile(own, LIMITS))
    if low == high:
        low, high = float(own.min()), float(own.max())
    edges: tuple[float, ...] = ()
    if feature.transform in ("bins", "spline"):
        edges = _edges(np.clip(own, low, high), feature.into, steps=feature.transform == "bins")
    return Encoding(feature.name, "number", feature.transform, fill=fill, flag=flag, log=log, low=low, high=high, edges=edges)


def _skewed(known: Reals) -> bool:
    if known.min() < 0:
        return False
    middle, far = np.quantile(known, (0.5, 0.99))
    return bool(far > SKEWED * middle)


def _edges(values: Reals, into: int, *, steps: bool) -> tuple[float, ...]:
    """Where bins begin or pieces bend: at quantiles. Of a value that many rows share, quantiles are taken of the others."""
    shared, counts = np.unique(values, return_counts=True)
    if len(shared) <= into + 1:
        cut = shared[1:] if steps else shared[1:-1]
    else:
        bulk = shared[counts > len(values) / into]
        others = values[~np.isin(values, bulk)]
        places = np.linspace(0, 1, into + 1)[0 if len(bulk) else 1 : -1]
        cut = np.unique(np.r_[np.quantile(others, places), bulk[bulk > shared[0]]])
        cut = cut[(cut > shared[0]) & (cut <= shared[-1] if steps else cut < shared[-1])]
    return tuple(float(f"{v:.12g}") for v in cut)
