"""The regression finds the law that made the data, though labels are wrong and visits are no random sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.risk.inference import e_value, factors
from borough.risk.measures import Wrong, calibration, corrected_auc, discrimination, share, wilson
from borough.risk.register import PRIORS, Ways, believe, shift_of
from borough.risk.regression import Sample, fit, folds, rounded, sigmoid


def sample(seed: int, n: int = 6000, wrong: tuple[float, float] = (0.0, 0.0)) -> tuple[Sample, np.ndarray, np.ndarray]:
    """Terms, labels by a known law and its log-odds; some labels wrong; half of the rows drawn by their outcome."""
    chance = np.random.default_rng(seed)
    terms = np.column_stack([chance.normal(size=n), chance.random(n) < 0.3, chance.exponential(size=n)]).astype(float)
    logit = -2.0 + terms @ np.array([1.0, 1.5, -0.5])
    true = chance.random(n) < sigmoid(logit)
    sought = chance.random(n) < np.where(true, 0.8, 0.2)  # by outcome: they have an intercept of their own
    recorded = np.where(true, chance.random(n) >= wrong[1], chance.random(n) < wrong[0]).astype(float)
    return Sample(terms, recorded, np.arange(n), sought.astype(float)[:, None]), logit, true.astype(float)


def test_the_weights_of_the_law_come_back() -> None:
    made, _, _ = sample(1)
    found = fit(made, mistakes=False)
    assert found.weights == pytest.approx([1.0, 1.5, -0.5], abs=0.15)
    assert (found.false_yes, found.false_no) == (0.0, 0.0)


def test_how_often_labels_are_wrong_is_found_and_allowed_for() -> None:
    made, logit, _ = sample(2, 12000, (0.08, 0.05))
    naive, right = fit(made, mistakes=False), fit(made, mistakes=True)
    assert right.false_yes == pytest.approx(0.08, abs=0.025)
    # Unsought rows are those whose log-odds are lower by ln(0.2/0.8): so says the law by which they were drawn.
    unsought = logit + np.log(0.2 / 0.8)
    off = [abs(float(sigmoid(f.intercept + made.terms @ f.weights).mean() - sigmoid(unsought).mean())) for f in (naive, right)]
    assert off[1] < 0.02 < off[0]


def test_the_reason_of_a_visit_moves_the_intercept_alone() -> None:
    made, _, _ = sample(3)
    found = fit(made, mistakes=False)
    assert found.arms[0] == pytest.approx(np.log(0.8 / 0.2) * 2, abs=0.3)


def test_the_same_data_give_the_same_weights_to_the_last_digit() -> None:
    made, _, _ = sample(4, 2000)
    first, second = fit(made, mistakes=True), fit(made, mistakes=True)
    assert rounded(first.weights) == rounded(second.weights)
    assert first.intercept == second.intercept


@given(st.integers(2, 300), st.integers(0, 5))
@settings(max_examples=40, deadline=None)
def test_folds_keep_groups_together(groups: int, seed: int) -> None:
    members = np.random.default_rng(seed).integers(0, groups, 500)
    parts = folds(members)
    assert np.array_equal(np.sort(np.concatenate([out for _, out in parts])), np.arange(500))
    for fitted, out in parts:
        assert not set(members[fitted]) & set(members[out])


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share_is_wilsons(pair: tuple[int, int]) -> None:
    from statsmodels.stats.proportion import proportion_confint

    assert wilson(*pair) == pytest.approx(proportion_confint(*pair, method="wilson"), abs=1e-6)


def test_under_twenty_visits_no_share_is_told() -> None:
    assert share(np.ones(19))["note"] == "not enough visits"
    assert share(np.ones(20))["share"] == 1.0


def test_what_was_recorded_wrongly_is_put_right() -> None:
    chance = np.random.default_rng(5)
    true = (chance.random(40000) < 0.1).astype(float)
    score = true * 1.2 + chance.normal(size=40000)
    recorded = np.where(true == 1, chance.random(40000) >= 0.08, chance.random(40000) < 0.06).astype(float)
    wrong = Wrong(0.06, 0.08)
    assert wrong.right(recorded.mean()) == pytest.approx(true.mean(), abs=0.005)
    naive, right = (discrimination(labels, sigmoid(score))["roc_auc"] for labels in (recorded, true))
    assert corrected_auc(recorded, naive, wrong) == pytest.approx(right, abs=0.02)
    assert naive < right - 0.05


def test_calibration_tells_its_slope_and_error() -> None:
    chance = np.random.default_rng(6)
    logit = chance.normal(-1, 1.5, 20000)
    labels = (chance.random(20000) < sigmoid(logit)).astype(float)
    good, bold = calibration(labels, sigmoid(logit)), calibration(labels, sigmoid(2 * logit))
    assert good["slope"] == pytest.approx(1.0, abs=0.05) and good["error"] < 0.01
    assert bold["slope"] == pytest.approx(0.5, abs=0.05) and bold["error"] > 0.03


def test_a_register_is_believed_as_far_as_visits_bear_it_out() -> None:
    chance = np.random.default_rng(7)
    n = 8000
    logit = chance.normal(0, 2, n)
    said = chance.choice(["unlicensed", "licensed"], n).astype(object)
    let = chance.random(n) < sigmoid(logit - 0.6)  # fewer are let than visits made it seem
    found = let & (chance.random(n) < np.where(said == "unlicensed", 0.93, 0.08))
    homes = Ways(logit - 0.6, [(np.ones(n), said)], found.astype(float))
    told = believe(homes, mistakes=False)
    assert told.shares["unlicensed"] == pytest.approx(0.93, abs=0.03) and told.shares["licensed"] == pytest.approx(0.08, abs=0.02)
    assert set(told.shares) == set(PRIORS)
    assert shift_of(Ways(logit, homes.ways, homes.labels), told) == pytest.approx(-0.6, abs=0.15)


def test_factors_have_the_figures_of_a_plain_regression() -> None:
    made, _, _ = sample(8, 4000)
    values = np.column_stack([made.terms, made.terms[:, 0], np.ones(len(made.terms))])
    told = {line["factor"]: line for line in factors(["x", "yes", "z", "copy", "flat"], values, made.labels, made.groups, made.arms)}
    assert told["yes"]["odds_low"] < np.exp(1.5) < told["yes"]["odds_high"]
    assert told["yes"]["p_value"] < 1e-6 and told["yes"]["variance_inflation"] < 1.2 and told["yes"]["points"] > 0 > told["z"]["points"]
    assert told["copy"]["note"] == "nearly the same as x" and told["flat"]["note"] == "the same everywhere"


def test_a_factor_that_goes_with_one_outcome_alone_says_so() -> None:
    made, _, _ = sample(9, 1000)
    always = (made.labels == 1) & (np.arange(1000) % 2 == 0)
    told = {line["factor"]: line for line in factors(["x", "always"], np.column_stack([made.terms[:, 0], always]), made.labels, made.groups, made.arms)}
    assert "are a yes: no odds ratio" in told["always"]["note"] and "points" in told["x"]


def test_the_e_value_is_that_of_its_authors() -> None:
    assert e_value(np.log(3.9), 0.01) == pytest.approx(7.26, abs=0.01)  # VanderWeele and Ding 2017, the first example
    assert e_value(0.0, 0.5) == 1.0
