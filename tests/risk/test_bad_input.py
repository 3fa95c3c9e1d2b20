"""Outcomes that teach nothing, features that say nothing, files of another version: each a clear message, never a silent number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.council import borough
from tests.risk.world import City, begin, city, model, run

from borough.compile.models.fitted import Fitted
from borough.errors import UsageError


def brought(root: Path, visits: list[dict[str, Any]], made: City | None = None, features: str | None = None) -> City:
    made = made or City(homes=400, visits=900)
    begin(root, model() if features is None else model(features, mistakes=False))
    made.write(root, visits=visits)
    assert run(root).code == 0
    return made


def test_one_class_only(tmp_path: Path) -> None:
    made = City(homes=400, visits=900)
    brought(tmp_path, [{**v, "outcome": "fine"} for v in made.visits], made)
    done = borough("model", "fit", "--project", tmp_path)
    assert done.code == 2 and "0 of " in done.err and "too few to learn from" in done.err


def test_twelve_labels(tmp_path: Path) -> None:
    made = City(homes=400, visits=900)
    brought(tmp_path, made.visits[:12], made)
    done = borough("model", "fit", "--project", tmp_path)
    assert done.code == 2 and "too few to learn from" in done.err and "30 of either kind" in done.err


def test_labels_of_the_future_are_left_out_and_counted(tmp_path: Path) -> None:
    made = City(homes=400, visits=900)
    later = [{**v, "visit": f"F{i}", "visited": "2027-01-01"} for i, v in enumerate(made.visits[:7])]
    brought(tmp_path, made.visits + later, made)
    done = borough("model", "fit", "--project", tmp_path)
    assert done.code == 0 and "7 of 907 outcomes are dated after 2026-03-01: they are left out" in done.err


def test_a_constant_a_copy_and_a_missing_feature_are_told_and_weigh_nothing(tmp_path: Path) -> None:
    city(tmp_path, homes=600, visits=1500, files=model("calls: log, twin: log, same: linear, nothing: linear, shared: linear"))
    done = borough("model", "fit", "--project", tmp_path)
    assert done.code == 0, done.err
    assert "same says nothing of Bad" in done.err and "nothing says nothing of Bad" in done.err
    assert "twin (log) says the same as calls (log)" in done.err
    weights = borough("model", "show", "--project", tmp_path, "--json").json["stages"][0]["weights"]
    assert weights["twin"] == [0.0] and weights["calls"] != [0.0] and "same" not in weights


def test_a_feature_that_separates_perfectly_is_told(tmp_path: Path) -> None:
    made = City(homes=400, visits=900, wrong=0.0)
    made.shared = made.bad.copy()
    brought(tmp_path, made.visits, made, "shared: linear")
    done = borough("model", "fit", "--project", tmp_path)
    assert done.code == 0, done.err
    assert "told without any mistake on data that was not fitted on" in done.err
    factors = borough("model", "show", "--project", tmp_path, "--json").json["report"]["factors"]["bad"]
    assert "no odds ratio can be told" in factors[0]["note"]


def test_no_visits_at_all(tmp_path: Path) -> None:
    made = City(homes=100, visits=200)
    begin(tmp_path)
    made.write(tmp_path)
    assert run(tmp_path).code == 0
    done = borough("model", "fit", "--as-of", "2024-01-01", "--project", tmp_path)
    assert done.code == 2 and "visit has no outcome that was known on 2024-01-01" in done.err


def test_before_a_fit_nobody_is_rated_and_commands_say_so(tmp_path: Path) -> None:
    city(tmp_path, homes=100, visits=200)
    for words in (("evaluate",), ("show",), ("card",), ("score",), ("monitor",), ("compare",)):
        done = borough("model", *words, "--project", tmp_path)
        assert done.code == 2 and "borough model fit risk" in done.err, words
    assert borough("model", "explain", "5", "--project", tmp_path).code == 2


def test_a_document_of_another_version_is_refused() -> None:
    with pytest.raises(UsageError, match="another version of Borough"):
        Fitted.from_json('{"format": 99}')


def test_a_document_is_the_same_read_and_written_again(tmp_path: Path) -> None:
    city(tmp_path, homes=300, visits=800)
    assert borough("model", "fit", "--project", tmp_path).code == 0
    from borough.pipeline.modelling import fitted_models
    from borough.pipeline.survey import open_engine, open_lake
    from borough.project.load import load

    project = load(tmp_path)
    engine, lake = open_engine(project), open_lake(project)
    try:
        published = lake.published()
        assert published is not None
        text = fitted_models(engine, lake, published)[0]["document"]
    finally:
        engine.close()
    assert Fitted.from_json(text).to_json() == text
    assert np.isfinite(Fitted.from_json(text).stages[0].intercept)
