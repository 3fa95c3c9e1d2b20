"""Which factors go with the outcome, and by how much: a plain regression beside the penalised one, with intervals. Association, not cause and effect."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from borough.risk.regression import Reals, Whole, sigmoid

NEARLY_SAME = 0.999
"""Correlation from which two factors can't be told apart."""
RARE = 0.10
"""An outcome rarer than this makes an odds ratio about a risk ratio."""


def factors(names: Sequence[str], values: Reals, labels: Reals, clusters: Whole, arms: Reals) -> list[dict[str, Any]]:
    """A line for each factor: coefficient for one standard deviation (for a yes: against a no), odds ratio, average effect in rating points, 95% interval
    (robust to clusters, here the entity: Liang and Zeger 1986), p-value, variance inflation and E-value (VanderWeele and Ding 2017).

    Factors that don't vary, or that are the same as others, have no line of figures but say so.
    """
    import statsmodels.api as sm

    kept, dropped = _distinct(names, values)
    alone = {names[i]: why for i in kept if (why := _alone(values[:, i], labels))}
    dropped |= alone
    kept = [i for i in kept if names[i] not in alone]
    scaled, spread = _scaled(values[:, kept])
    every = sm.add_constant(np.hstack([scaled, arms]), has_constant="add")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # separation and a singular matrix show in the intervals
        found = sm.GLM(labels, every, family=sm.families.Binomial()).fit(maxiter=60, cov_type="cluster", cov_kwds={"groups": clusters})
    chance = sigmoid(every @ np.asarray(found.params))
    inflation = _inflation(scaled)
    lines: list[dict[str, Any]] = []
    for i, place in enumerate(kept):
        weight, error = float(found.params[i + 1]), float(found.bse[i + 1])
        if not (math.isfinite(weight) and math.isfinite(error)):
            lines.append({"factor": names[place], "note": "can't be told from the others"})
            continue
        low, high = weight - 1.959964 * error, weight + 1.959964 * error
        points = 100 * float(np.mean(_moved(every, found.params, i + 1, spread[i])))
        lines.append({
            "factor": names[place], "coefficient": _short(weight), "low": _short(low), "high": _short(high), "odds_ratio": _odds(weight), "odds_low": _odds(low), "odds_high": _odds(high),
            "points": round(points, 2), "p_value": _short(float(found.pvalues[i + 1])), "variance_inflation": _short(inflation[i]), "e_value": e_value(weight, float(chance.mean())),
        })  # fmt: skip
    told = sorted(lines, key=lambda line: -abs(float(line.get("points", 0.0))))
    return [*told, *({"factor": name, "note": why} for name, why in dropped.items())]


def _distinct(names: Sequence[str], values: Reals) -> tuple[list[int], dict[str, str]]:
    """The factors that vary and are no copy of an earlier one."""
    kept: list[int] = []
    dropped: dict[str, str] = {}
    spread = values.std(axis=0)
    normed = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    for i, name in enumerate(names):
        if spread[i] == 0:
            dropped[name] = "the same everywhere"
            continue
        like = np.abs(normed[:, kept].T @ normed[:, i]) / len(values) if kept else np.array([])
        if len(like) and like.max() > NEARLY_SAME:
            dropped[name] = f"nearly the same as {names[kept[int(like.argmax())]]}"
        else:
            kept.append(i)
    return kept, dropped


def _alone(column: Reals, labels: Reals) -> str:
    """What is told of a yes or no that goes with one outcome only: no finite weight says that."""
    for value in (0.0, 1.0):
        own = labels[column == value]
        if set(np.unique(column)) <= {0.0, 1.0} and len(own) and own.min() == own.max():
            return f"all {len(own):,} {'with' if value else 'without'} it are a {'yes' if own[0] else 'no'}: no odds ratio can be told"
    return ""


def _scaled(values: Reals) -> tuple[Reals, Reals]:
    """Numbers in standard deviations from their mean; yes and no as they are."""
    binary = np.array([set(np.unique(column)) <= {0.0, 1.0} for column in values.T], dtype=bool)
    spread = np.where(binary, 1.0, values.std(axis=0))
    centre = np.where(binary, 0.0, values.mean(axis=0))
    scaled: Reals = (values - centre) / spread
    return scaled, np.where(binary, 1.0, 0.0)


def _moved(every: Reals, weights: npt.ArrayLike, column: int, binary: float) -> Reals:
    """By how much probabilities move: from no to yes, or by one standard deviation."""
    params = np.asarray(weights)
    without = every @ params - (every[:, column] * params[column] if binary else 0.0)
    moved: Reals = sigmoid(without + params[column]) - sigmoid(without)
    return moved


def _inflation(values: Reals) -> Reals:
    """Variance inflation: the diagonal of the inverse correlation matrix."""
    spread = values.std(axis=0)
    normed = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    found: Reals = np.diag(np.linalg.pinv(normed.T @ normed / len(values), rcond=1e-10))
    return found


def e_value(weight: float, share: float) -> float:
    """How strongly something unseen would have to go with both the factor and the outcome to explain the association away, as a risk ratio."""
    ratio = math.exp(min(abs(weight), 50.0))
    if share > RARE:
        ratio = math.sqrt(ratio)  # of a common outcome the odds ratio overstates the risk ratio
    return round(ratio + math.sqrt(ratio * (ratio - 1)), 2)


def _odds(weight: float) -> float:
    return _short(math.exp(max(-50.0, min(50.0, weight))))


def _short(value: float) -> float:
    return float(f"{value:.5g}") if math.isfinite(value) else 0.0


def proxies(features: Mapping[str, Reals], groups: Mapping[str, npt.NDArray[np.object_]]) -> list[dict[str, Any]]:
    """How much of a group each feature tells by itself: the correlation ratio (eta squared), those that tell most first."""
    lines: list[dict[str, Any]] = []
    for group, values in groups.items():
        known = np.array([v is not None for v in values])
        levels, place = np.unique(values[known].astype(str), return_inverse=True) if known.any() else (np.array([]), np.array([], dtype=np.intp))
        for name, column in features.items():
            own = column[known]
            total = float(((own - own.mean()) ** 2).sum()) if len(own) else 0.0
            if total > 0 and len(levels) > 1:
                counts = np.bincount(place)
                means = np.bincount(place, weights=own) / counts
                lines.append({"group": group, "feature": name, "told": round(float((counts * (means - own.mean()) ** 2).sum()) / total, 4)})
    return sorted(lines, key=lambda line: -float(line["told"]))[:20]
