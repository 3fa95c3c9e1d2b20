"""How far a register is to be believed: of homes of which it says the same, the share that visits found let without the licence they need.

A licence is not transferable (Housing Act 2004, sections 68(6) and 91(6)): one that a former owner held stands in the register, and covers nobody. And a
licence whose address could not be matched seems to be missing. So a status is not taken as certain, but as far as visits bear it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from borough.risk.regression import WRONG_PRIOR, Reals, sigmoid

PRIORS: Mapping[str, tuple[float, float]] = {"unlicensed": (18.0, 2.0), "licensed": (1.0, 19.0), "applied": (1.0, 9.0), "other": (1.0, 29.0)}
"""Beta priors: the register is right nine times in ten or more, until visits say otherwise."""
SHIFT_SPREAD = 0.7
"""Normal prior of how far the random visits may move the log-odds of being let."""


@dataclass(frozen=True)
class Ways:
    """What is known of homes that were visited: log-odds of being let (as the visit's reason has them), each way's probability and what the register says of it, and what was found."""

    logit: Reals
    ways: Sequence[tuple[Reals, npt.NDArray[np.object_]]]
    labels: Reals

    def of(self, chosen: npt.NDArray[np.bool_]) -> Ways:
        return Ways(self.logit[chosen], [(chance[chosen], said[chosen]) for chance, said in self.ways], self.labels[chosen])

    def mixed(self, shares: Reals) -> Reals:
        """The chance that a home, if it is let, is let without the licence that it needs."""
        kinds = list(PRIORS)
        mixed: Reals = np.sum([chance * shares[np.array([kinds.index(group(s)) for s in said], dtype=np.intp)] for chance, said in self.ways], axis=0)
        return mixed


@dataclass(frozen=True)
class Believed:
    """The estimated shares by status, and how often the finding is recorded wrongly."""

    shares: Mapping[str, float]
    false_yes: float
    false_no: float


def group(status: str | None) -> str:
    """The statuses that are estimated together."""
    return status if status is not None and status in PRIORS else "other"


def believe(homes: Ways, *, mistakes: bool) -> Believed:
    """Estimate the shares by maximum likelihood with weak priors, from all visits: what a licence is worth does not hang on why somebody went."""
    from scipy.optimize import minimize

    priors = np.array(list(PRIORS.values()))

    def read(t: Reals) -> tuple[Reals, float, float]:
        false_yes, false_no = (float(v) for v in sigmoid(t[-2:])) if mistakes else (0.0, 0.0)
        return np.clip(sigmoid(t[: len(priors)]), 1e-9, 1 - 1e-9), false_yes, false_no

    let = sigmoid(homes.logit)

    def unlikely(t: Reals) -> float:
        shares, false_yes, false_no = read(t)
        total = _unlikely(let * homes.mixed(shares), homes.labels, false_yes, false_no)
        total -= float(priors[:, 0] @ np.log(shares) + priors[:, 1] @ np.log(1 - shares))
        first, second = WRONG_PRIOR
        return total - (sum(first * np.log(w) + second * np.log(1 - w) for w in (false_yes, false_no)) if mistakes else 0.0)

    found = minimize(unlikely, np.r_[np.log(priors[:, 0] / priors[:, 1]), -3.0, -3.0], method="L-BFGS-B").x
    shares, false_yes, false_no = read(found)
    return Believed({k: round(float(v), 6) for k, v in zip(PRIORS, shares, strict=True)}, false_yes, false_no)


def shift_of(homes: Ways, believed: Believed) -> float:
    """By how much random visits move the log-odds of being let: they alone say how many homes in general are."""
    from scipy.optimize import minimize_scalar

    mixed = homes.mixed(np.array(list(believed.shares.values())))

    def unlikely(shift: float) -> float:
        return _unlikely(sigmoid(homes.logit + shift) * mixed, homes.labels, believed.false_yes, believed.false_no) + 0.5 * (shift / SHIFT_SPREAD) ** 2

    return round(float(minimize_scalar(unlikely, bounds=(-3, 3), method="bounded").x), 6)


def _unlikely(chance: Reals, labels: Reals, false_yes: float, false_no: float) -> float:
    seen = np.clip(false_yes + (1 - false_yes - false_no) * chance, 1e-9, 1 - 1e-9)
    return -float(labels @ np.log(seen) + (1 - labels) @ np.log(1 - seen))


def by_status(shares: Mapping[str, float], statuses: Sequence[str]) -> dict[str, float]:
    """The share of each status that the register may say."""
    return {status: shares[group(status)] for status in statuses}
