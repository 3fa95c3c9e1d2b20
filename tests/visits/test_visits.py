"""From rating to evidence and back: a plan, what was found, and what the next fit learns from it."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.council import borough, write

from borough.errors import UsageError
from borough.library import shelf
from borough.pipeline.visiting import OUTCOMES, Visit, outcome_word, record_visits, routed

NOW = "2026-03-01T09:00:00Z"
HOMES = 240
BAD = '"single let, not licensed"'
FILES = {
    "borough.yaml": "borough: Testing\nlake: ./lake\nstate: sqlite:///./state.db\npurpose: private_housing_enforcement\npurposes:\n  private_housing_enforcement: {title: E, permits: [public, internal, personal]}\n  environmental_enforcement: {title: E, permits: [public]}\n  community_safety: {title: E, permits: [public]}\n",
    "datasets/home.yaml": "dataset: home\nkey: uprn\nclassification: internal\nknown: built\ncolumns:\n  uprn: {type: integer, required: true}\n  built: {type: date}\n  calls: {type: integer}\n",
    "datasets/visit.yaml": shelf.text("datasets", "visit"),
    "entities/property.yaml": "entity: property\ndataset: home\nkey: uprn\n",
    "dna/home.yaml": "dna: home\nentity: property\nattributes:\n  calls: {title: Calls, meaning: Calls., from: home, by: uprn, fact: calls}\n",
    "models/risk.yaml": (
        "model: risk\ntitle: Risk\nmeaning: Risk.\nentity: property\npurposes: [private_housing_enforcement]\ncapacity: 20\n"
        "outcome: {from: visit, by: uprn, on: visited, where: \"outcome not in ('no access', 'wrong address')\", yes: \"outcome in ('HMO, not licensed', 'single let, not licensed')\", reason: reason, random: \"reason = 'random'\"}\n"
        "stages: {bad: {title: Bad}}\nfeatures: {calls: log}\n"
    ),
    "sources/town.yaml": (
        "source: town\nowner: Tests\nlawful_basis: public task\nfeeds:\n"
        "  homes: {files: 'data/homes_{extract_date:%Y-%m-%d}.csv', delivers: full, to: home, map: {uprn: uprn, built: uk_date(built), calls: integer(calls)}}\n"
        "  visits: {files: 'data/visits_{extract_date:%Y-%m-%d}.csv', delivers: append, to: visit, map: {visit_id: visit_id, uprn: uprn, visited: uk_date(visited), entered: uk_date(visited), reason: reason, outcome: outcome}}\n"
    ),
}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Homes of which those with many calls are bad, with visits in the past, fitted and rated."""
    chance = np.random.default_rng(1)
    write(tmp_path, FILES)
    calls = chance.poisson(2, HOMES)
    homes = "".join(f"{1000 + i},2020-01-01,{calls[i]}\n" for i in range(HOMES))
    visits = ""
    for n in range(400):
        i = int(chance.integers(0, HOMES))
        bad = chance.random() < 1 / (1 + np.exp(3.5 - 1.2 * calls[i]))
        day = np.datetime64("2024-01-01") + int(chance.integers(0, 600))
        visits += f"INS{1000000 + n},{1000 + i},{day},{'random' if n % 3 else 'complaint'},{BAD if bad else 'owner-occupied'}\n"
    write(tmp_path, {"data/homes_2026-02-27.csv": "uprn,built,calls\n" + homes, "data/visits_2026-02-27.csv": "visit_id,uprn,visited,reason,outcome\n" + visits})
    assert borough("run", "--project", tmp_path, "--now", NOW).code == 0
    assert borough("model", "fit", "--project", tmp_path).code == 0
    assert borough("run", "--project", tmp_path, "--now", NOW).code == 0
    return tmp_path


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def visits(root: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = borough("query", "SELECT visit_id, uprn, outcome, reason, officer, note FROM visit WHERE visit_id >= 'INS9' AND length(visit_id) = 12 ORDER BY visit_id", "--project", root, "--json").json
    return found


def test_an_outcome_comes_in_by_the_front_door_and_is_learnt_from(town: Path) -> None:
    before = borough("model", "fit", "--project", town, "--json").json
    done = borough("visits", "record", "1005", "HMO confirmed", "--who", "A. Officer", "--note", "five tenants", "--on", "2026-02-28", "--project", town)
    assert done.code == 0 and "INS900000001" in done.out and "sources/visits.yaml" in done.out
    assert borough("run", "--project", town, "--now", "2026-12-01T09:00:00Z").code == 0
    assert visits(town) == [{"visit_id": "INS900000001", "uprn": 1005, "outcome": "HMO, not licensed", "reason": "rating", "officer": "A. Officer", "note": "five tenants"}]
    after = borough("model", "fit", "--project", town, "--json").json
    assert after["data"] != before["data"]
    # The built-in feed is bronze like any other: the same run again finds nothing new.
    assert borough("run", "--project", town, "--now", "2026-12-01T09:30:00Z").code == 0  # rates by the new fit
    assert "nothing new" in borough("run", "--project", town, "--now", "2026-12-01T10:00:00Z").out


def test_a_mistake_is_put_right_by_a_later_recording(town: Path) -> None:
    for words in (("1005", "void"), ("1005", "exempt", "--corrects", "INS900000001"), ("1006", "licensed")):
        assert borough("visits", "record", *words, "--on", "2026-02-20", "--project", town).code == 0
        assert borough("run", "--project", town, "--now", "2026-12-01T09:00:00Z").code == 0
    assert [(v["visit_id"], v["outcome"]) for v in visits(town)] == [("INS900000001", "exempt"), ("INS900000002", "licensed")]


def test_many_outcomes_come_from_a_file_or_none_of_them(town: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("uprn,outcome,visited,who,reason\n1001,licensed,2026-02-01,B,random\n1002,no access,2026-02-02,B,random\n", encoding="utf-8")
    bad.write_text("uprn,outcome\n1003,licensed\n1004,licenced\n", encoding="utf-8")
    assert borough("visits", "record", "--file", good, "--project", town).code == 0
    done = borough("visits", "record", "--file", bad, "--project", town)
    assert done.code == 2 and "bad.csv:3" in done.err and "did you mean 'licensed'" in done.err and "nothing was recorded" in done.err
    assert borough("run", "--project", town, "--now", "2026-12-01T09:00:00Z").code == 0
    assert [(v["uprn"], v["reason"]) for v in visits(town)] == [(1001, "random"), (1002, "random")]


@pytest.mark.parametrize(("words", "found"), [(("1001", "lisensed"), "is no outcome"), (("1001", "licensed", "--on", "2099-01-01"), "which is to come"), (("1001", "licensed", "--reason", "whim"), "no reason for a visit"), ((), "a UPRN and an outcome")])
def test_what_can_not_be_is_refused(town: Path, words: tuple[str, ...], found: str) -> None:
    done = borough("visits", "record", *words, "--project", town)
    assert done.code == 2 and found in done.err
    assert not list((town / "recorded").rglob("*.csv")) if (town / "recorded").exists() else True


def test_a_plan_has_its_random_share_and_leaves_in_peace_who_was_visited(town: Path, tmp_path: Path) -> None:
    first, again, other = (tmp_path / name for name in ("one.csv", "again.csv", "other.csv"))
    for file, seed in ((first, "a"), (again, "a"), (other, "b")):
        done = borough("visits", "plan", "--visits", "40", "--random", "20", "--seed", seed, "--to", file, "--project", town)
        assert done.code == 0, done.err
    assert first.read_text() == again.read_text() != other.read_text()
    plan = rows(first)
    assert len(plan) == 40 and sum(r["reason"] == "random" for r in plan) == 8
    rated = {r["property"]: r["rating"] for r in borough("query", "SELECT property, rating FROM risk_rating", "--project", town, "--json").json}
    chosen = sorted((r for r in plan if r["reason"] == "rating"), key=lambda r: -float(r["rating"]))
    drawn = {int(r["uprn"]) for r in plan if r["reason"] == "random"}
    least = float(chosen[-1]["rating"])
    assert all(rating <= least for uprn, rating in rated.items() if uprn not in {int(r["uprn"]) for r in plan} | drawn)
    assert [(int(r["round"]), int(r["place"])) for r in plan] == [(i // 10 + 1, i % 10 + 1) for i in range(40)]
    for row in plan[:3]:
        today = dt.date.today().isoformat()
        assert borough("visits", "record", row["uprn"], "owner-occupied", "--reason", row["reason"], "--on", today, "--project", town).code == 0
    assert borough("run", "--project", town, "--now", "2026-12-01T09:00:00Z").code in (0, 3)
    later = tmp_path / "later.csv"
    assert borough("visits", "plan", "--visits", "40", "--seed", "a", "--to", later, "--project", town).code == 0
    assert not {r["uprn"] for r in plan[:3]} & {r["uprn"] for r in rows(later)}


def test_letters_wait_for_a_person(town: Path, tmp_path: Path) -> None:
    plan, merge = tmp_path / "plan.csv", tmp_path / "merge.csv"
    assert borough("visits", "plan", "--visits", "12", "--to", plan, "--project", town).code == 0
    done = borough("visits", "letters", plan, "--to", merge, "--project", town)
    assert done.code == 0 and "none sent" in done.out
    written = rows(merge)
    assert len(written) == 12 and {r["approved"] for r in written} == {""} and {r["salutation"] for r in written} == {"The Owner or Occupier"}
    assert borough("visits", "letters", merge, "--to", plan, "--project", town).code == 2


def test_every_outcome_has_a_word_of_the_dataset() -> None:
    allowed = yaml.safe_load(FILES["datasets/visit.yaml"])["columns"]["outcome"]["values"]
    assert set(OUTCOMES.values()) == set(allowed)
    assert outcome_word("hmo CONFIRMED") == outcome_word("HMO, not licensed") == "HMO, not licensed"
    with pytest.raises(UsageError):
        outcome_word("")


@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 1000)) | st.just((float("nan"), 1.0)), max_size=40))
@settings(max_examples=50, deadline=None)
def test_a_route_goes_everywhere_once(points: list[tuple[float, float]]) -> None:
    assert sorted(routed(np.array(points, dtype=float).reshape(-1, 2))) == list(range(len(points)))


def test_recordings_at_the_same_time_have_numbers_of_their_own(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    day, now = dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    with ThreadPoolExecutor(8) as pool:
        ids = [i for some in pool.map(lambda n: record_visits(tmp_path, [Visit(n, "void", day, "x"), Visit(n, "void", day, "x")], now)[0], range(20)) for i in some]
    assert len(set(ids)) == 40
    assert sum(len(rows(f)) for f in (tmp_path / "recorded" / "visits").glob("*.csv")) == 40
