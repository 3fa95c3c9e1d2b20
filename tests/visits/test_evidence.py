"""Evidence that can be trusted: nothing is recorded twice, no number is given twice, and what was drawn at random stays told apart."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from pathlib import Path

import numpy as np
import pytest
from tests.cli.council import borough, write

from .test_visits import BAD, FILES, HOMES, NOW, rows, visits

LATER = "2099-12-01T09:00:00Z"
LPI = (
    "dataset: lpi\nkey: line_key\nclassification: internal\nknown: entered\ncolumns:\n  line_key: {type: string, required: true}\n  uprn: {type: integer}\n"
    "  text: {type: string}\n  postcode: {type: string}\n  status: {type: string}\n  entered: {type: date}\n"
)
LINES = "  lines: {files: 'data/lines_{extract_date:%Y-%m-%d}.csv', delivers: full, to: lpi, map: {line_key: line_key, uprn: integer(uprn), text: text, postcode: postcode, status: status, entered: uk_date(entered)}}\n"


def _calls() -> np.ndarray:
    return np.random.default_rng(1).poisson(2, HOMES)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town with a gazetteer, in which one home had another name once, fitted and rated."""
    root = tmp_path_factory.mktemp("town")
    chance, calls = np.random.default_rng(2), _calls()
    write(root, {**FILES, "datasets/lpi.yaml": LPI, "entities/property.yaml": "entity: property\ndataset: home\nkey: uprn\ngazetteer: {addresses: lpi}\n", "sources/town.yaml": FILES["sources/town.yaml"] + LINES})
    found = ""
    for n in range(400):
        i = int(chance.integers(0, HOMES - 40))  # the last forty were never visited
        bad = chance.random() < 1 / (1 + np.exp(3.5 - 1.2 * calls[i]))
        found += f"INS{1000000 + n},{1000 + i},{np.datetime64('2024-01-01') + int(chance.integers(0, 600))},{'random' if n % 3 else 'complaint'},{BAD if bad else 'owner-occupied'}\n"
    lines = "".join(f'A{i},{1000 + i},"{i + 1}, NORTH STREET, NORTHMERE",NM1 2AB,approved,2020-01-01\n' for i in range(HOMES))
    lines += "".join(f'H{i},{1000 + i},"1{i}, AARDVARK ROW, NORTHMERE",NM1 2AA,historic,2020-01-01\n' for i in range(HOMES))
    write(root, {
        "data/homes_2026-02-27.csv": "uprn,built,calls\n" + "".join(f"{1000 + i},2020-01-01,{calls[i]}\n" for i in range(HOMES)),
        "data/visits_2026-02-27.csv": "visit_id,uprn,visited,reason,outcome\n" + found,
        "data/lines_2026-02-27.csv": "line_key,uprn,text,postcode,status,entered\n" + lines,
    })  # fmt: skip
    for words in (("run", "--now", NOW), ("model", "fit"), ("run", "--now", NOW)):
        done = borough(*words, "--project", root)
        assert done.code == 0, done.err
    return root


@pytest.fixture
def town(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "town"))


def record(town: Path, *words: str | Path) -> dict[str, object]:
    done = borough("visits", "record", *words, "--project", town, "--json")
    assert done.code == 0, done.err
    told: dict[str, object] = done.json
    return told


def refused(town: Path, *words: str | Path) -> str:
    done = borough("visits", "record", *words, "--project", town)
    assert done.code == 2, done.out + done.err
    assert not list((town / "recorded").rglob("*.csv"))
    return done.err


def planned(town: Path, to: Path, *words: str) -> list[dict[str, str]]:
    done = borough("visits", "plan", "--to", to, "--project", town, *words)
    assert done.code == 0, done.err
    return rows(to)


def test_what_was_said_before_is_not_recorded_again(town: Path, tmp_path: Path) -> None:
    file = write(tmp_path, {"o.csv": "uprn,outcome,visited\n1001,licensed,2026-02-01\n1002,void,2026-02-01\n"}) / "o.csv"
    first = record(town, "--file", file)
    assert first["new"] == 2
    for run in (False, True):  # from the folder, and from bronze
        if run:
            assert borough("run", "--project", town, "--now", LATER).code == 0
            shutil.rmtree(town / "recorded")
        assert record(town, "--file", file) == {"visits": first["visits"], "new": 0, "wrote": []}
    assert record(town, "1001", "HMO confirmed", "--on", "2026-02-01") == {"visits": ["INS900000003"], "new": 1, "wrote": []}


def test_saying_the_first_again_does_not_undo_a_correction(town: Path) -> None:
    record(town, "1005", "void", "--on", "2026-02-01")
    assert record(town, "1005", "exempt", "--on", "2026-02-01", "--corrects", "INS900000001")["new"] == 1
    assert record(town, "1005", "exempt", "--on", "2026-02-01", "--corrects", "INS900000001")["new"] == 0
    assert record(town, "1005", "void", "--on", "2026-02-01")["new"] == 0
    assert borough("run", "--project", town, "--now", LATER).code == 0
    assert [v["outcome"] for v in visits(town)] == ["exempt"]
    # But back to what it said is a correction too.
    assert record(town, "1005", "void", "--on", "2026-02-01", "--corrects", "INS900000001")["new"] == 1


def test_no_number_is_given_twice_though_the_folder_is_lost(town: Path) -> None:
    record(town, "1001", "licensed", "--on", "2026-02-01")
    assert borough("run", "--project", town, "--now", LATER).code == 0
    shutil.rmtree(town / "recorded")
    assert record(town, "1002", "void", "--on", "2026-02-02")["visits"] == ["INS900000002"]
    assert record(town, "1001", "exempt", "--on", "2026-02-01", "--corrects", "INS900000001")["new"] == 1
    assert borough("run", "--project", town, "--now", LATER).code == 0
    assert [(v["uprn"], v["outcome"]) for v in visits(town)] == [(1001, "exempt"), (1002, "void")]


@pytest.mark.parametrize("visit", ["NONSENSE", "INS1000000", "INS900000009"])
def test_only_what_was_recorded_here_is_put_right_here(town: Path, visit: str) -> None:
    assert "was recorded here" in refused(town, "1005", "void", "--corrects", visit)
    assert not (town / "sources" / "visits.yaml").exists()


def test_a_home_that_the_gazetteer_has_not_is_refused(town: Path) -> None:
    assert "the gazetteer has no 999999" in refused(town, "999999", "void")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("uprn,outcome\n", "has no visits"),
        ("uprn,outcome\nhome,void\n", "o.csv:2: 'home' is no UPRN"),
        ("uprn,outcome,visited\n1001,void,2099-01-01\n", "o.csv:2: a visit on 2099-01-01"),
        ("uprn,outcome,visited\n1001,void,1/2/26\n", "o.csv:2:"),
        ("uprn,outcome,reason\n1001,void,\n1002,void,whim\n", "o.csv:3: 'whim' is no reason"),
        ("uprn,outcome,plan\n1001,void,P1\n", "o.csv:2: no plan is called 'P1'"),
        ("uprn,outcome\n1001,void\n1001,void\n", "o.csv:3: says the same as line 2"),
        ("home,outcome\n1001,void\n", "it needs uprn and outcome"),
    ],
)
def test_a_file_with_a_mistake_records_nothing(town: Path, tmp_path: Path, text: str, said: str) -> None:
    assert said in refused(town, "--file", write(tmp_path, {"o.csv": text}) / "o.csv")


def test_a_file_as_a_spreadsheet_saves_it(town: Path, tmp_path: Path) -> None:
    record(town, "--file", write(tmp_path, {"o.csv": "uprn,outcome,visited,note\r\n1001,licensed,2026-02-01,café – ‘let’\r\n".encode("cp1252")}) / "o.csv")
    assert borough("run", "--project", town, "--now", LATER).code == 0
    assert [v["note"] for v in visits(town)] == ["café – ‘let’"]


def test_a_visit_has_its_plans_reason(town: Path, tmp_path: Path) -> None:
    plan = planned(town, tmp_path / "plan.csv", "--visits", "20", "--random", "50")
    (name,) = {r["plan"] for r in plan}
    by = {reason: [r["uprn"] for r in plan if r["reason"] == reason] for reason in ("random", "rating")}
    record(town, by["random"][0], "void", "--plan", name)
    told = borough("visits", "record", by["random"][1], "void", "--project", town)
    assert f"random (plan {name})" in told.out
    record(town, by["rating"][0], "void", "--plan", name)
    record(town, by["random"][2], "void", "--reason", "complaint")
    # The plan itself, with outcomes beside, is a file of outcomes.
    rest = [{**r, "outcome": "no access"} for r in plan if r["uprn"] in by["random"][3:] + by["rating"][1:]]
    with (tmp_path / "done.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(rest[0]))
        out.writeheader()
        out.writerows(rest)
    record(town, "--file", tmp_path / "done.csv")
    assert borough("run", "--project", town, "--now", LATER).code == 0
    found = {str(v["uprn"]): v["reason"] for v in visits(town)}
    assert found == {r["uprn"]: "complaint" if r["uprn"] == by["random"][2] else r["reason"] for r in plan}
    outside = next(str(1000 + i) for i in range(HOMES) if str(1000 + i) not in found)
    done = borough("visits", "record", outside, "void", "--plan", name, "--project", town)
    assert done.code == 2 and f"has no home {outside}" in done.err


def test_a_plan_made_again_is_the_same_plan(town: Path, tmp_path: Path) -> None:

    first, again, other = (planned(town, tmp_path / "p.csv", "--visits", "10", "--seed", seed) for seed in ("a", "a", "b"))
    assert first == again and first[0]["plan"] != other[0]["plan"]
    assert _noted(town) == {first[0]["plan"]: 10, other[0]["plan"]: 10}
    assert borough("run", "--project", town, "--now", NOW).code == 0  # a plan is no news to a run
    assert _noted(town) == {first[0]["plan"]: 10, other[0]["plan"]: 10}


def _noted(town: Path) -> dict[str, int]:
    from borough.catalogue.visits import NOTED_COLUMNS, PLANS
    from borough.pipeline.survey import open_engine, open_lake
    from borough.project.load import load

    project = load(town)
    engine, lake = open_engine(project), open_lake(project)
    try:
        state = lake.table(PLANS, lake.published())
        assert state is not None
        return dict(engine.rows(f"SELECT plan, count(*) FROM {engine.scan(state.files, NOTED_COLUMNS)} GROUP BY 1"))
    finally:
        engine.close()


def test_the_random_share_is_of_all_whatever_their_rating(town: Path, tmp_path: Path) -> None:
    """Drawn with many seeds, homes come up as often whether they are rated high or low."""
    rated = {str(r["property"]): r["rating"] for r in borough("query", "SELECT property, rating FROM risk_rating", "--project", town, "--json").json}
    middle = float(np.median(list(rated.values())))
    drawn = [r for seed in range(8) for r in planned(town, tmp_path / "p.csv", "--visits", "60", "--random", "50", "--seed", str(seed)) if r["reason"] == "random"]
    assert len(drawn) == 8 * 30
    high, all_high = sum(rated[r["uprn"]] > middle for r in drawn) / len(drawn), sum(v > middle for v in rated.values()) / len(rated)
    assert abs(high - all_high) < 4 * (all_high * (1 - all_high) / len(drawn)) ** 0.5


def test_a_band_is_of_those_by_rating_alone(town: Path, tmp_path: Path) -> None:
    plan = planned(town, tmp_path / "p.csv", "--visits", "8", "--weeks", "2", "--random", "25", "--band", "Low")
    assert sum(r["reason"] == "random" for r in plan) == 4
    assert {r["band"] for r in plan if r["reason"] == "rating"} <= {"Low"}
    done = borough("visits", "plan", "--band", "Hihg", "--to", tmp_path / "q.csv", "--project", town)
    assert done.code == 2 and "no band 'Hihg'" in done.err and not (tmp_path / "q.csv").exists()


@pytest.mark.parametrize(
    ("outcome", "days", "there"),
    [("owner-occupied", 179, False), ("owner-occupied", 181, True), ("no access", 13, False), ("no access", 15, True), ("wrong address", 15, True), ("exempt", 300, False), ("exempt", 370, True)],
)
def test_who_is_left_in_peace(town: Path, tmp_path: Path, outcome: str, days: int, there: bool) -> None:
    home = str(1000 + HOMES - 1)
    record(town, home, outcome, "--on", (dt.datetime.now(dt.UTC).date() - dt.timedelta(days=days)).isoformat())
    assert borough("run", "--project", town, "--now", LATER).code == 0
    assert (home in {r["uprn"] for r in planned(town, tmp_path / "p.csv", "--visits", "1000")}) is there


def test_a_letter_goes_to_the_approved_name_of_a_home(town: Path, tmp_path: Path) -> None:
    plan = planned(town, tmp_path / "plan.csv", "--visits", "12")
    assert all(r["address"].startswith(f"{int(r['uprn']) - 999}, NORTH STREET") and r["postcode"] == "NM1 2AB" for r in plan)
    assert borough("visits", "letters", tmp_path / "plan.csv", "--to", tmp_path / "merge.csv", "--project", town).code == 0
    for letter in rows(tmp_path / "merge.csv"):
        lines = [letter[f"address_{i}"] for i in range(1, 6)]
        assert "NORTH STREET" in lines and letter["postcode"] == "NM1 2AB"


def test_a_long_address_is_whole_and_says_its_postcode_once(made: Path) -> None:
    from borough.pipeline.visiting import letters
    from borough.project.load import load

    row = {"uprn": "1", "address": "FLAT 1, A HOUSE, 12 NORTH STREET, OLD TOWN, NORTHMERE, NM1 2AB", "postcode": "NM1 2AB", "reason": "rating", "band": "High"}
    (letter,) = letters([row], load(made))
    assert letter["address_5"] == "NORTHMERE, NM1 2AB" and letter["postcode"] == ""
    assert "We may be wrong" in letter["body"]
