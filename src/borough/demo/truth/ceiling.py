"""How well a model could tell the homes that need a licence and have none, had it perfect sight and the outcome of every home.

It is what a model fitted on visited homes, with records that had to be matched first, is to be compared with. The ward alone is the
other anchor: what anybody would know without any record at all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from borough.demo.law.status import status_on
from borough.demo.truth.traces import features, homes_on, matrix
from borough.demo.world import World

CEILING_AUC = (0.82, 0.92)
"""Within which the ceiling lies."""
WARD_AUC = 0.70
"""What the ward alone reaches at most."""
UNLICENSED_SHARE = (0.02, 0.06)
"""Of all dwellings, those that need a licence and have none."""
FOLDS = 5
MONTHS = 12
Reals = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Ceiling:
    """The measures of a borough on a day. ``share`` is that of unlicensed homes among all dwellings, ``homes`` how many there are."""

    day: dt.date
    homes: int
    share: float
    auc: float
    ward_auc: float

    @property
    def sound(self) -> bool:
        """Whether the borough is as hard as life."""
        return (
            CEILING_AUC[0] <= self.auc <= CEILING_AUC[1]
            and self.ward_auc <= WARD_AUC
            and UNLICENSED_SHARE[0] <= self.share <= UNLICENSED_SHARE[1]
        )


def day_before(until: dt.date) -> dt.date:
    """The day as of which a borough until then is judged: a year before."""
    before: dt.date = pl.Series([until]).dt.offset_by(f"-{MONTHS}mo").item()
    return before


def unlicensed(world: World, homes: pl.DataFrame, day: dt.date) -> npt.NDArray[np.bool_]:
    """Of each of the homes, whether it needs a licence on the day and has none; who has applied has a defence, and isn't meant."""
    on = homes.select("uprn", on=pl.lit(day))
    facts = status_on(world.law.status, on, "needs", "licensed", "applied")
    found = facts.select(pl.col("needs").is_not_null() & ~pl.col("licensed") & ~pl.col("applied")).to_series()
    result: npt.NDArray[np.bool_] = found.fill_null(value=False).to_numpy()
    return result


def ceiling(world: World, records: pl.DataFrame, day: dt.date) -> Ceiling:
    """The measures of a district's world, from the truth of its records (``traces.written``)."""
    homes = homes_on(world, day)
    outcome = unlicensed(world, homes, day)
    streets = homes["usrn"].to_numpy()
    wards = homes["ward"].fill_null(-1).to_numpy()
    seen = foretold(matrix(features(world, records, homes, day)), outcome, streets)
    by_ward = foretold((wards[:, None] == np.unique(wards)[None, :]).astype(np.float64), outcome, streets)
    return Ceiling(day, homes.height, float(outcome.mean()), auc(outcome, seen), auc(outcome, by_ward))


def foretold(values: Reals, outcome: npt.NDArray[np.bool_], groups: npt.NDArray[np.int64]) -> Reals:
    """The probability of each, from a logistic regression that was fitted on other groups (streets)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold

    chance = np.zeros(len(outcome))
    for fitted, held_out in GroupKFold(FOLDS).split(values, outcome, groups):
        model = LogisticRegression(C=0.05, max_iter=400)
        model.fit(values[fitted], outcome[fitted])
        chance[held_out] = model.predict_proba(values[held_out])[:, 1]
    return chance


def auc(outcome: npt.NDArray[np.bool_], chance: Reals) -> float:
    """The chance that a home that is unlicensed has the higher probability of two (ROC-AUC)."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(outcome, chance))
