"""New York and Chicago: rows that were held out, ours beside plain scikit-learn, and the differences with their intervals."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import numpy as np
from bench.risk.work import line, opened, tenths

from borough.compile.models.scoring import chance_sql
from borough.pipeline.outcomes import ROWS, column
from borough.risk.challenger import boosted, matrix

CITIES = (
    ("new-york", "serious_violations", dt.date(2015, 12, 31)),
    ("chicago", "critical_findings", dt.date(2014, 12, 31)),
    ("chicago", "critical_findings_with_inspector", dt.date(2014, 12, 31)),
)
DRAWS = 500


def judged_city(root: Path, name: str, day: dt.date) -> None:
    """Fit on most rows, judge by the others: by building in New York, by time in Chicago."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    work = opened(root, name, day)
    rows = work.rows()
    held, split = work.modelling._split(rows)
    begun = time.perf_counter()
    fitted = work.fitted(rows, ~held)
    seconds = time.perf_counter() - begun
    labels, chance = rows.outcome[held], column(work.engine, ROWS, chance_sql(work.model, fitted))[held]
    values = matrix(rows.raw)
    texts = [i for i, v in enumerate(rows.raw.values()) if v.dtype == object]
    numbers = [i for i in range(values.shape[1]) if i not in texts]
    coded = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), texts), (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers))
    plain = make_pipeline(coded, LogisticRegression(max_iter=2000)).fit(values[~held], rows.outcome[~held]).predict_proba(values[held])[:, 1]
    trees = boosted(values[~held], rows.outcome[~held], values[held])
    print(f"\n{root.name}, {name}: judged by {len(labels):,} of {len(rows.outcome):,} rows ({split['kind']})")
    aucs = {who: roc_auc_score(labels, p) for who, p in (("ours", chance), ("plain logistic", plain), ("boosting", trees))}
    low, high = _difference(labels, chance, plain)
    to_trees = _difference(labels, chance, trees)
    limit = "boosting - 0.006" if root.name == "new-york" else "plain logistic, not worse"
    line("ROC-AUC", f"{aucs['ours']:.4f}", limit, f"plain logistic {aucs['plain logistic']:.4f}, boosting {aucs['boosting']:.4f}")
    line("ours less plain logistic, 95% interval", f"{aucs['ours'] - aucs['plain logistic']:+.4f}", "low end above -0.02", f"{low:+.4f} to {high:+.4f}")
    line("ours less boosting, 95% interval", f"{aucs['ours'] - aucs['boosting']:+.4f}", "", f"{to_trees[0]:+.4f} to {to_trees[1]:+.4f}")
    line("calibration error over tenths", f"{tenths(labels, chance):.4f}", "at most 0.008" if root.name == "new-york" else "", f"plain logistic {tenths(labels, plain):.4f}, boosting {tenths(labels, trees):.4f}")
    if root.name == "new-york":
        rule = np.asarray(rows.raw["viol_bbl_ser_1"], dtype=float)[held] > 0
        k = int(rule.sum())
        line(f"precision at the {k:,} that a last-year rule flags", f"{labels[np.argsort(-chance, kind='stable')[:k]].mean():.3f}", "", f"the rule {labels[rule].mean():.3f}, boosting {labels[np.argsort(-trees, kind='stable')[:k]].mean():.3f}")
    line("seconds to fit", f"{seconds:.1f}")
    work.engine.close()


def _difference(labels: np.ndarray, ours: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    """95% interval of the difference in ROC-AUC, by resampling rows in pairs."""
    from sklearn.metrics import roc_auc_score

    chance, found = np.random.default_rng(0), []
    for _ in range(DRAWS if len(labels) < 20_000 else 60):
        some = chance.integers(0, len(labels), len(labels))
        if 0 < labels[some].sum() < len(some):
            found.append(roc_auc_score(labels[some], ours[some]) - roc_auc_score(labels[some], other[some]))
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)
