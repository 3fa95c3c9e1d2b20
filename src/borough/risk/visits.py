"""Who is visited: the chance of a visit by what is known of a home, so that those who were can stand for those who weren't."""

from __future__ import annotations

import warnings

import numpy as np

from borough.risk.regression import Reals

MOST = 0.99
"""Weights above this quantile are cut to it: a few homes that hardly anybody would visit shall not speak for all."""
PENALTY = 0.01


def weights(visited: Reals, everybody: Reals) -> Reals:
    """Inverse chances of a visit, with mean 1, for the visited: from a regression of being among them rather than among everybody (rows × terms of both)."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    values = np.vstack([visited, everybody])
    spread = values.std(axis=0)
    values = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    labels = np.r_[np.ones(len(visited)), np.zeros(len(everybody))]
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logit = LogisticRegression(C=PENALTY, solver="newton-cholesky", max_iter=60).fit(values, labels).decision_function(values[: len(visited)])
    inverse = np.exp(-np.clip(logit, -30, 30))
    cut: Reals = np.minimum(inverse, np.quantile(inverse, MOST))
    mean_one: Reals = cut / cut.mean()
    return mean_one
