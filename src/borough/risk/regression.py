"""Logistic regression with a penalty, for outcomes that may be recorded wrongly and were not sought at random.

A visit after a complaint finds more than one drawn at random, whatever is known of the homes: to the outcome that is sampling by outcome, which in a
logistic regression moves the intercept and nothing else (Prentice and Pyke 1979, Biometrika 66). So each reason has an intercept of its own, and
predictions take that of the random visits. Outcomes that are recorded wrongly with chances ``false_yes`` and ``false_no`` make
P(recorded) = false_yes + (1 - false_yes - false_no) P(true) (Hausman, Abrevaya and Scott-Morton 1998, J. Econometrics 87): both are estimated with
the calibration on data that was not fitted on, and the weights by expectation and maximisation.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

PENALTIES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Inverse strengths of the penalty that cross-validation chooses among, of standardised terms."""
FOLDS = 5
ROUNDS = 2
"""Of estimating how often outcomes are wrong, and the weights given that."""
STEPS = 8
"""Of expectation and maximisation."""
WRONG_PRIOR = (2.0, 30.0)
"""Beta prior of the chance that an outcome is recorded wrongly: some in a hundred."""
ARM_SCALE = 5.0
"""Reasons are hardly penalised: they are no features."""
NEAR = 0.001
"""A penalty whose loss is within this share of the best is as good: the stronger one is taken."""
ENOUGH = 20_000
"""Rows by which the penalty is chosen, of more than that a sample."""
LARGE, WIDE = 50_000, 120
"""Rows from which three folds do, and terms from which another solver is quicker."""


@dataclass(frozen=True)
class Sample:
    """What a regression is fitted on: terms (n × k), labels 0 or 1, groups that stay together, and dummies of the reasons other than random (n × r)."""

    terms: Reals
    labels: Reals
    groups: Whole
    arms: Reals


@dataclass(frozen=True)
class Regression:
    """A fitted regression: weights on the terms as they came, and of the reasons."""

    intercept: float
    weights: Reals
    arms: Reals
    penalty: float
    false_yes: float
    false_no: float
    held_out: Reals
    """Calibrated log-odds of each row from regressions that were not fitted on its group, as a random visit would have them."""
    held_out_arms: Reals
    """What the reason of each row adds."""


@dataclass(frozen=True)
class _Line:
    intercept: float
    weights: Reals

    def at(self, values: Reals) -> Reals:
        result: Reals = self.intercept + values @ self.weights
        return result


def sigmoid(z: Reals) -> Reals:
    """The logistic function."""
    result: Reals = 1.0 / (1.0 + np.exp(-np.clip(z, -700, 700)))
    return result


def folds(groups: Whole, seed: int = 0) -> list[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Rows (fitted, held out) of each fold: the rows of a group stay together."""
    unique, inverse = np.unique(groups, return_inverse=True)
    place = np.random.default_rng(seed).permutation(len(unique)) % FOLDS
    fold = place[inverse]
    number = min(FOLDS if len(groups) < LARGE else 3, len(unique))
    fold = fold % number
    return [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(number)]


def fit(sample: Sample, *, mistakes: bool) -> Regression:
    """Fit: the penalty by cross-validation, calibration on rows that were not fitted on, and how often outcomes are wrong. One thread, so that the same data give the same weights."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # weights that separate perfectly are penalised, and told by who reads the report
        return _fit(sample, mistakes)


def _fit(sample: Sample, mistakes: bool) -> Regression:
    centre, spread = _scale(sample.terms)
    values = np.hstack([(sample.terms - centre) / spread, sample.arms * ARM_SCALE])
    bare = np.hstack([(sample.terms - centre) / spread, np.zeros_like(sample.arms)])
    parts, labels = folds(sample.groups), sample.labels
    penalty = _penalty(values, labels, sample.groups)
    wrong = (0.0, 0.0)
    for _ in range(ROUNDS if mistakes else 1):
        held, arms = np.zeros(len(labels)), np.zeros(len(labels))
        for fitted, out in parts:
            line = _line(values[fitted], labels[fitted], penalty, wrong)
            held[out] = line.at(bare[out])
            arms[out] = line.at(values[out]) - held[out]
        shift, slope, wrong = calibrated(held, labels, arms, mistakes=mistakes)
    line = _line(values, labels, penalty, wrong)
    terms = sample.terms.shape[1]
    weights = slope * line.weights[:terms] / spread
    intercept = shift + slope * line.intercept - float(weights @ centre)
    return Regression(intercept, weights, slope * line.weights[terms:] * ARM_SCALE, penalty, *wrong, shift + slope * held, arms)


def _scale(terms: Reals) -> tuple[Reals, Reals]:
    if not len(terms):
        return np.zeros(terms.shape[1]), np.ones(terms.shape[1])
    spread = terms.std(axis=0)
    return terms.mean(axis=0), np.where(spread > 0, spread, 1.0)


def _penalty(values: Reals, labels: Reals, groups: Whole) -> float:
    """The penalty with the least loss on held-out rows; of those nearly as good, the strongest. It grows with the rows, so a sample's is scaled."""
    if len(labels) > ENOUGH:
        some = np.sort(np.random.default_rng(1).permutation(len(labels))[:ENOUGH])
        values, labels, groups = values[some], labels[some], groups[some]
    parts, losses = folds(groups), []
    for penalty in PENALTIES:
        held = np.zeros(len(labels))
        for fitted, out in parts:
            held[out] = _line(values[fitted], labels[fitted], penalty, (0.0, 0.0)).at(values[out])
        losses.append(loss(held, labels))
    best = min(losses)
    return next(p for p, found in zip(PENALTIES, losses, strict=True) if found <= best * (1 + NEAR))


def loss(logit: Reals, labels: Reals) -> float:
    """Mean log loss."""
    return float(np.mean(np.logaddexp(0.0, logit) - labels * logit))


def _line(values: Reals, labels: Reals, penalty: float, wrong: tuple[float, float]) -> _Line:
    """Weights given how often labels are wrong: each row counts as yes and as no by its chance of being so."""
    if wrong == (0.0, 0.0):
        return _plain(values, labels, np.ones(len(labels)), penalty)
    false_yes, false_no = wrong
    true = np.where(labels == 1, 0.8, 0.1)
    both, sides = np.vstack([values, values]), np.r_[np.ones(len(labels)), np.zeros(len(labels))]
    line = _Line(0.0, np.zeros(values.shape[1]))
    for _ in range(STEPS):
        line = _plain(both, sides, np.r_[true, 1 - true], penalty)
        chance = sigmoid(line.at(values))
        yes = chance * np.where(labels == 1, 1 - false_no, false_no)
        no = (1 - chance) * np.where(labels == 1, false_yes, 1 - false_yes)
        true = yes / (yes + no)
    return line


def _plain(values: Reals, labels: Reals, weights: Reals, penalty: float) -> _Line:
    from sklearn.linear_model import LogisticRegression

    wide = len(labels) > ENOUGH and values.shape[1] > WIDE
    model = LogisticRegression(C=penalty, solver="lbfgs" if wide else "newton-cholesky", max_iter=500 if wide else 60, tol=1e-5 if wide else 1e-6)
    model.fit(values, labels, sample_weight=weights)
    return _Line(float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64))


def calibrated(logit: Reals, labels: Reals, arms: Reals, *, mistakes: bool) -> tuple[float, float, tuple[float, float]]:
    """Intercept and slope on held-out log-odds, and the chances of a false yes and a false no: by maximum likelihood, with weak priors."""
    from scipy.optimize import minimize

    first, second = WRONG_PRIOR

    def unlikely(t: Reals) -> float:
        false_yes, false_no = (float(v) for v in sigmoid(t[2:])) if mistakes else (0.0, 0.0)
        chance = np.clip(false_yes + (1 - false_yes - false_no) * sigmoid(t[0] + t[1] * logit + arms), 1e-9, 1 - 1e-9)
        total = -float(labels @ np.log(chance) + (1 - labels) @ np.log(1 - chance)) + 0.5 * float(t[1] - 1) ** 2
        return total - (sum(first * np.log(w) + second * np.log(1 - w) for w in (false_yes, false_no)) if mistakes else 0.0)

    found = minimize(unlikely, np.array([0.0, 1.0, -3.0, -3.0][: 4 if mistakes else 2]), method="L-BFGS-B").x
    false = (float(sigmoid(found[2:3])[0]), float(sigmoid(found[3:4])[0])) if mistakes else (0.0, 0.0)
    return float(found[0]), float(found[1]), false


def rounded(values: Iterator[float] | Sequence[float] | Reals) -> tuple[float, ...]:
    """Weights to eight significant digits: what differs beyond is arithmetic, not data."""
    return tuple(float(f"{float(v):.8g}") for v in values)
