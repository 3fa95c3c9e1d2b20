"""The challenger: gradient boosting on the same features, to see what a plain regression leaves on the table."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from borough.risk.regression import Reals


def matrix(raw: Mapping[str, npt.NDArray[np.object_] | Reals]) -> Reals:
    """Features as numbers, texts by their order; those that are the same everywhere say nothing and are left out."""
    columns = []
    for values in raw.values():
        if values.dtype == object:
            texts = np.array(["" if v is None else str(v) for v in values])
            columns.append(np.unique(texts, return_inverse=True)[1].astype(np.float64))
        else:
            columns.append(np.asarray(values, dtype=np.float64))
    return np.column_stack([c for c in columns if len(np.unique(c[np.isfinite(c)])) > 1] or columns[:1])


def boosted(values: Reals, labels: Reals, asked: Reals) -> Reals:
    """The probabilities of the rows asked, by boosted trees fitted on the others. The same data give the same."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if not np.isfinite(values).any():
            return np.full(len(asked), labels.mean())  # nothing to learn from
        model = HistGradientBoostingClassifier(random_state=0, early_stopping=len(labels) > 10_000).fit(values, labels)
        found: Reals = np.asarray(model.predict_proba(asked)[:, 1], dtype=np.float64)
    return found
