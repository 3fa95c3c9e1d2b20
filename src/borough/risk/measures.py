"""How well probabilities tell who is a yes: the usual measures, each with its interval and how many it is told by."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from borough.risk.regression import Reals, sigmoid

DECILES = 10
Z = 1.959964
"""Of a 95% interval."""
ENOUGH_VISITS = 20
"""Below so many, no share is told."""
Flags = npt.NDArray[np.bool_]


def wilson(yes: float, n: float) -> tuple[float, float]:
    """95% interval of a share (Wilson 1927)."""
    if n <= 0:
        return 0.0, 1.0
    share, z2 = yes / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True)
class Wrong:
    """How often a no is recorded as a yes, and a yes as a no."""

    false_yes: float = 0.0
    false_no: float = 0.0

    def right(self, share: float) -> float:
        """The share of true yeses behind a share of recorded ones."""
        return min(1.0, max(0.0, (share - self.false_yes) / (1 - self.false_yes - self.false_no)))


def share(labels: Reals, wrong: Wrong | None = None) -> dict[str, Any]:
    """A share with its interval; ``wrong`` puts right what was recorded wrongly. Under 20 it says that there are not enough visits."""
    n, yes = len(labels), float(labels.sum())
    if n < ENOUGH_VISITS:
        return {"n": n, "share": None, "low": None, "high": None, "note": "not enough visits"}
    low, high = wilson(yes, n)
    told = [yes / n, low, high] if wrong is None else [wrong.right(v) for v in (yes / n, low, high)]
    return {"n": n, "share": _short(told[0]), "low": _short(told[1]), "high": _short(told[2])}


def percent(value: float | None) -> str:
    """A share in words."""
    return "–" if value is None else f"{value:.1%}"


def interval(told: Mapping[str, Any]) -> str:
    """A share with its interval, and how many it is told by."""
    if told.get("share") is None:
        return f"not enough visits ({told['n']})"
    return f"{told['share']:.1%} ({told['low']:.1%} to {told['high']:.1%}, n={told.get('effective', told['n']):,})"


def _short(value: float) -> float:
    return round(float(value), 5)


def discrimination(labels: Reals, chance: Reals) -> dict[str, Any]:
    """ROC-AUC, PR-AUC and Brier score; empty where all labels are the same."""
    from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

    n, yes = len(labels), int(labels.sum())
    if yes in (0, n):
        return {"n": n, "yes": yes, "roc_auc": None, "pr_auc": None, "brier": None}
    return {
        "n": n, "yes": yes, "roc_auc": _short(roc_auc_score(labels, chance)), "pr_auc": _short(average_precision_score(labels, chance)),
        "brier": _short(brier_score_loss(labels, chance)),
    }  # fmt: skip


def corrected_auc(labels: Reals, auc: float, wrong: Wrong) -> float:
    """ROC-AUC against what was true, from that against what was recorded (Menon and others 2015, ICML, proposition 3)."""
    recorded = float(labels.mean())
    true = wrong.right(recorded)
    not_yes = wrong.false_yes * (1 - true) / recorded  # of recorded yeses, those that are none
    not_no = wrong.false_no * true / (1 - recorded)
    return _short(min(1.0, 0.5 + (auc - 0.5) / max(0.05, 1 - not_yes - not_no)))


def calibration(labels: Reals, chance: Reals, wrong: Wrong | None = None) -> dict[str, Any]:
    """The curve over deciles of the probability, its mean error, and the slope and intercept of the labels on the log-odds (Cox 1958)."""
    order = np.argsort(chance, kind="stable")
    curve = []
    for part in np.array_split(order, DECILES):
        if len(part):
            low, high = wilson(float(labels[part].sum()), len(part))
            found = [float(labels[part].mean()), low, high]
            found = found if wrong is None else [wrong.right(v) for v in found]
            curve.append({"n": len(part), "predicted": _short(chance[part].mean()), "found": _short(found[0]), "low": _short(found[1]), "high": _short(found[2])})
    error = float(np.mean([abs(c["predicted"] - c["found"]) for c in curve])) if curve else 0.0
    intercept, slope = _line(labels, chance, wrong or Wrong())
    return {"curve": curve, "error": _short(error), "slope": slope, "intercept": intercept}


def _line(labels: Reals, chance: Reals, wrong: Wrong) -> tuple[float | None, float | None]:
    from scipy.optimize import minimize

    if labels.min() == labels.max():
        return None, None
    logit = np.log(np.clip(chance, 1e-6, 1 - 1e-6) / (1 - np.clip(chance, 1e-6, 1 - 1e-6)))

    def unlikely(t: Reals) -> float:
        seen = np.clip(wrong.false_yes + (1 - wrong.false_yes - wrong.false_no) * sigmoid(t[0] + t[1] * logit), 1e-9, 1 - 1e-9)
        return -float(labels @ np.log(seen) + (1 - labels) @ np.log(1 - seen))

    found = minimize(unlikely, np.array([0.0, 1.0]), method="L-BFGS-B").x
    return _short(found[0]), _short(found[1])


def at_capacity(labels: Reals, chance: Reals, capacity: int, weeks: float, base: dict[str, float | None]) -> list[dict[str, Any]]:
    """The share that is found among those rated highest, were so many visited a week, and the lift over other ways of choosing (``base``: way → share)."""
    order = np.argsort(-chance, kind="stable")
    told = []
    for name, k in (("a week's visits", capacity), ("a month's visits", capacity * 4), ("all the weeks' visits", int(capacity * weeks))):
        k = min(k, len(labels))
        if k:
            found = share(labels[order[:k]])
            lifts = {f"lift over {way}": round(found["share"] / rate, 2) if found["share"] is not None and rate else None for way, rate in base.items()}
            told.append({"visits": name, "k": k, **found, "recall": _short(labels[order[:k]].sum() / max(1.0, labels.sum())), **lifts})
    return told


def recall(labels: Reals, chance: Reals) -> list[dict[str, Any]]:
    """Of all yeses, those among the highest rated few in a hundred."""
    order, total = np.argsort(-chance, kind="stable"), max(1.0, float(labels.sum()))
    return [{"of": f"{part:.0%}", "k": k, "recall": _short(labels[order[:k]].sum() / total)} for part in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5) if (k := int(len(labels) * part))]
