"""A model from end to end, through the commands: fitted, judged, rated, explained, and brought up to date."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.council import borough
from tests.risk.world import City, city, model, run


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, City, Any]]:
    root = tmp_path_factory.mktemp("city")
    made = city(root)
    done = borough("model", "fit", "--project", root, "--json")
    assert done.code == 0, done.err
    assert run(root).code == 0
    yield root, made, done.json


def ratings(root: Path) -> dict[int, dict[str, Any]]:
    rows = borough("query", "SELECT * FROM risk_rating ORDER BY home", "--project", root, "--json").json
    return {row["home"]: row for row in rows}


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_ratings_go_by_the_truth(fitted: tuple[Path, City, Any]) -> None:
    root, made, _ = fitted
    from sklearn.metrics import roc_auc_score

    found = ratings(root)
    chance = np.array([found[int(h)]["probability"] for h in made.homes])
    assert roc_auc_score(made.bad, chance) > roc_auc_score(made.bad, made.truth) - 0.02
    # Visits find three times as many as there are; the ratings don't.
    recorded = np.mean([v["outcome"] == "bad" for v in made.visits if v["outcome"] != "no access"])
    assert recorded > 2 * made.bad.mean()
    assert chance.mean() == pytest.approx(made.bad.mean(), abs=0.02)
    for row in found.values():
        assert row["band"] == ("High" if row["rating"] >= 50 else "Moderate" if row["rating"] >= 20 else "Some" if row["rating"] >= 5 else "Low")


def test_the_naive_share_misses_the_truth_and_the_corrected_one_does_not(fitted: tuple[Path, City, Any]) -> None:
    root, made, _ = fitted
    shares = borough("model", "evaluate", "--project", root, "--json").json["shares"]
    truth = float(made.bad.mean())
    assert not shares["naive"]["low"] <= truth <= shares["naive"]["high"]
    assert shares["corrected"]["low"] <= truth <= shares["corrected"]["high"]


def test_a_fit_can_be_repeated_to_the_byte(fitted: tuple[Path, City, Any]) -> None:
    root, _, first = fitted
    again = borough("model", "fit", "--project", root, "--json").json
    assert again["version"] == first["version"] + 1 and again["data"] == first["data"]
    one, two = (borough("model", "show", "--project", root, "--version", str(v), "--json").json for v in (first["version"], again["version"]))
    for said in (one, two):
        for key in ("made", "version"):
            said.pop(key)
    assert json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)


def test_points_add_up_to_the_rating(fitted: tuple[Path, City, Any]) -> None:
    root, _, _ = fitted
    document = borough("model", "show", "--project", root, "--json").json
    stage = document["stages"][0]
    usual = 100 / (1 + np.exp(-(stage["intercept"] + sum(stage["usual"].values()))))
    some = [row for row in ratings(root).values() if row["rating"] > 20][:20]
    assert some
    for row in some:  # four features, and five drivers are kept: all of them, but for those that hardly move it
        points = sum(float(p) for _, p in json.loads(row["drivers"]))
        assert points == pytest.approx(row["rating"] - usual, abs=0.35)


def test_explain_names_factors_with_their_rows(fitted: tuple[Path, City, Any]) -> None:
    root, _, _ = fitted
    home = max(ratings(root).values(), key=lambda r: r["rating"])["home"]
    told = borough("model", "explain", str(home), "--project", root, "--json").json
    assert told["drivers"][0]["points"] > 0
    assert any("facts_2026-02-28.csv row" in line for d in told["drivers"] for line in d["evidence"])
    assert borough("model", "explain", "999999", "--project", root).code == 2


def test_the_card_tells_what_was_fitted(fitted: tuple[Path, City, Any]) -> None:
    root, _, first = fitted
    card = borough("model", "card", "--project", root).out
    for word in ("Tier 1", "Tier 2", "Homes at risk", first["data"], "ethnicity, nationality, language, religion", "Not said in the declaration", "Risks"):
        assert word in card


def test_pictures_say_in_words_what_they_show(fitted: tuple[Path, City, Any], tmp_path: Path) -> None:
    root, _, _ = fitted
    assert borough("model", "evaluate", "--pictures", tmp_path, "--project", root).code == 0
    assert {f.name for f in tmp_path.iterdir()} == {"calibration.svg", "bands.svg", "factors_bad.svg"}
    for file in tmp_path.iterdir():
        picture = ET.parse(file).getroot()
        assert picture.findtext("{http://www.w3.org/2000/svg}title", "").startswith(("Homes at risk", "Bad"))
        assert len(picture.findtext("{http://www.w3.org/2000/svg}desc", "")) > 20


@pytest.mark.parametrize("words", [("list",), ("evaluate",), ("compare",), ("show",), ("monitor",), ("score",)])
def test_each_command_prints_words_and_json(fitted: tuple[Path, City, Any], words: tuple[str, ...]) -> None:
    root, _, _ = fitted
    plain = borough("model", *words, "--project", root)
    assert plain.code == 0 and plain.out.strip(), plain.err
    assert borough("model", *words, "--project", root, "--json").json


def test_scores_as_of_a_day_are_written_to_a_file(fitted: tuple[Path, City, Any], tmp_path: Path) -> None:
    root, made, _ = fitted
    file = tmp_path / "then.csv"
    assert borough("model", "score", "--as-of", "2025-06-30", "--to", file, "--project", root).code == 0
    rows = read(file)
    assert len(rows) == len(made.homes) and {r["as_of"] for r in rows} == {"2025-06-30"}
    assert [float(r["rating"]) for r in rows] == sorted((float(r["rating"]) for r in rows), reverse=True)


def test_a_run_rates_again_only_whose_inputs_changed_as_a_whole_rating_would(tmp_path: Path) -> None:
    made = city(tmp_path, homes=600, visits=1500)
    assert borough("model", "fit", "--project", tmp_path).code == 0
    assert run(tmp_path).code == 0
    before = ratings(tmp_path)
    chance = np.random.default_rng(3)
    for day in ("2026-03-02", "2026-03-04"):
        made.homes = made.homes[:-1]  # one home is gone
        facts = made.facts()
        for i in chance.choice(590, 5, replace=False):
            facts[int(i)] |= {"calls": int(chance.integers(0, 9)), "kind": "barge" if chance.random() < 0.4 else "house", "entered": day}
        made.write(tmp_path, day, facts=facts, visits=made.visits[:1])
        done = run(tmp_path, f"{day}T09:00:00Z")
        assert done.code == 0, done.out + done.err
        rated = re.search(r"risk_rating: (\d+) rows", done.err)
        assert rated is not None and 2 <= int(rated[1]) <= 11  # the changed, those changed back, and the one that is gone
        after = ratings(tmp_path)
        scored = tmp_path / "scored.csv"
        assert borough("model", "score", "--to", scored, "--project", tmp_path).code == 0
        whole = {int(r["home"]): r for r in read(scored)}
        assert whole.keys() == after.keys()
        for home, row in after.items():
            assert (float(whole[home]["rating"]), whole[home]["drivers"], whole[home]["unseen"] or None) == (row["rating"], row["drivers"], row["unseen"])
    assert 600 in before and 600 not in after
    assert any(row["unseen"] == "kind" for row in after.values())


def test_a_purpose_that_is_not_the_models_sees_no_rating(tmp_path: Path) -> None:
    city(tmp_path, homes=400, visits=900)
    text = (tmp_path / "borough.yaml").read_text()
    (tmp_path / "borough.yaml").write_text(text + "  planning: {title: Planning, permits: [public, internal, personal]}\n")
    assert borough("model", "fit", "--project", tmp_path).code == 0
    assert run(tmp_path).code == 0
    assert borough("query", "SELECT rating FROM risk_rating", "--project", tmp_path, "--purpose", "planning").code == 5
    assert borough("model", "explain", "5", "--project", tmp_path, "--purpose", "planning").code == 5


def test_a_model_declared_otherwise_than_it_was_fitted_rates_nobody_anew(tmp_path: Path) -> None:
    city(tmp_path, homes=400, visits=900)
    assert borough("model", "fit", "--project", tmp_path).code == 0
    assert run(tmp_path).code == 0
    before = ratings(tmp_path)
    (tmp_path / "models" / "risk.yaml").write_text(model("calls: log")["models/risk.yaml"])
    done = run(tmp_path, "2026-03-03T09:00:00Z")
    assert "is declared otherwise than it was fitted" in done.out + done.err
    assert {h: r["rating"] for h, r in ratings(tmp_path).items()} == {h: r["rating"] for h, r in before.items()}
