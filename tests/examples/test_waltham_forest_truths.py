"""The example over real data, by its public doors, against truths worked out without Borough."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import truths

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "waltham-forest"
LATE_MONTH = "2017-12"
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Council:
    """A copy of the example project over a copy of the data."""

    project: Path
    data: Path

    def borough(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "borough", *arguments, "--project", str(self.project)]
        done = subprocess.run(command, env={**os.environ, "DATA": str(self.data)}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def query(self, sql: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.borough("query", sql, "--format", "json"))
        return rows

    def totals(self) -> truths.Totals:
        rows = self.query("SELECT ward_code, month, measure, total FROM ward_totals")
        totals = {(row["ward_code"], row["month"], row["measure"]): row["total"] for row in rows}
        assert len(totals) == len(rows), "a ward, month and measure stands twice"
        return totals

    def commits(self) -> list[str]:
        """Every commit of every table of the lake."""
        return sorted(str(file.relative_to(self.project)) for file in self.project.rglob("_delta_log/*.json"))


@dataclass(frozen=True)
class Told:
    """The example after a run without the last month, after the month came, and after a run with nothing new."""

    council: Council
    before: truths.Totals
    ledger: list[dict[str, Any]]
    after: truths.Totals
    commits_of_idle_run: int


@pytest.fixture(scope="module")
def told(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Told:
    root = tmp_path_factory.mktemp("waltham-forest")
    council = Council(root / "project", root / "data")
    shutil.copytree(EXAMPLE, council.project, ignore=shutil.ignore_patterns("lake", ".borough", "state.db*"))
    for folder in ("waltham-forest", "reference", "licences"):
        shutil.copytree(shared_data / folder, council.data / folder, ignore=shutil.ignore_patterns(LATE_MONTH))
    ledger = json.loads(council.borough("run", "--json"))["ledger"]
    before = council.totals()
    month = Path("waltham-forest") / "street-crime" / LATE_MONTH
    shutil.copytree(shared_data / month, council.data / month)
    council.borough("run")
    after = council.totals()
    commits = council.commits()
    council.borough("run")
    return Told(council, before, ledger, after, len(council.commits()) - len(commits))


@pytest.fixture(scope="module")
def true_totals(shared_data: Path) -> truths.Totals:
    return truths.ward_totals(shared_data)


# The truths themselves: the figures of the example's README.


def test_the_data_have_the_traits_that_the_readme_tells(shared_data: Path) -> None:
    rows = list(truths.incident_rows(shared_data))
    once = truths.incidents(shared_data)
    ward_of = truths.containing_wards(shared_data)
    files = Counter(row.id for row in rows)
    assert (len(rows), len(once), Counter(files.values())) == (54_620, 52_468, {1: 50_316, 2: 2_152})
    assert len({row.content for row in rows}) == len(once), "the two copies of a border incident agree in everything"
    assert sum(ward is None for ward in ward_of.values()) == 126
    assert sum(ward_of[row.id] is not None and row.file_ward != ward_of[row.id] for row in rows) == 2_198
    assert set(truths.months_between("2016-01", "2017-12")) - set(truths.delivered_months(shared_data)) == {"2016-03"}


def test_the_totals_have_the_sums_that_the_readme_tells(true_totals: truths.Totals) -> None:
    sums: Counter[str] = Counter()
    for (_, _, measure), total in true_totals.items():
        sums[measure] += total or 0
    assert sums == {"asb": 12_993, "crime": 39_349, "fly_tipping": 1_236}
    assert sum(total is None for total in true_totals.values()) == 40


# Borough against the truths.


def test_ward_totals_are_true(told: Told, true_totals: truths.Totals) -> None:
    assert told.after == true_totals


def test_a_month_that_came_late_changed_exactly_its_own_totals(told: Told, true_totals: truths.Totals) -> None:
    changed = {key for key in true_totals.keys() | told.before.keys() if told.before.get(key, "no row") != told.after.get(key, "no row")}
    assert changed == {key for key in true_totals if key[1] == f"{LATE_MONTH}-01" and key[2] in ("asb", "crime")}
    assert told.before == {key: total for key, total in true_totals.items() if key not in changed}


def test_a_run_with_nothing_new_commits_nothing(told: Told) -> None:
    assert told.commits_of_idle_run == 0


def test_a_month_that_was_never_delivered_is_missing_and_not_zero(told: Told) -> None:
    sql = "SELECT measure, count(*) AS wards, count(total) AS known FROM ward_totals WHERE month = DATE '2016-03-01' GROUP BY measure ORDER BY measure"
    assert told.council.query(sql) == [
        {"measure": "asb", "wards": 20, "known": 0},
        {"measure": "crime", "wards": 20, "known": 0},
        {"measure": "fly_tipping", "wards": 20, "known": 20},
    ]
    missing = told.council.query("SELECT month FROM incident_months WHERE NOT delivered")
    assert missing == [{"month": "2016-03-01"}]


def test_every_incident_is_there_once(told: Told, shared_data: Path) -> None:
    (counts,) = told.council.query("SELECT count(*) AS n, count(DISTINCT incident_id) AS ids, count(ward_code) AS placed FROM incident")
    ward_of = truths.containing_wards(shared_data)
    assert counts == {"n": len(ward_of), "ids": len(ward_of), "placed": sum(ward is not None for ward in ward_of.values())}


def test_no_outcome_is_seen_before_it_was_known(told: Told, shared_data: Path) -> None:
    # A month is published two months later: at the end of January 2017 that was November 2016.
    sql = "SELECT count(*) AS incidents, count(outcome) AS outcomes FROM incident"
    (counts,) = json.loads(told.council.borough("query", sql, "--as-of", "2017-01-31", "--format", "json"))
    assert (counts["incidents"], counts["outcomes"]) == truths.known_on(shared_data, "2016-11") == (22_615, 12_045)


def test_the_ledger_tells_the_copies_from_the_incidents(told: Told) -> None:
    lines = [line for line in told.ledger if line["feed"] == "police.street_crime"]
    sums = {
        figure: sum(line[figure] for line in lines) for figure in ("read", "accepted", "unchanged", "superseded", "quarantined", "held")
    }
    assert sums == {"read": 52_526, "accepted": 50_451, "unchanged": 0, "superseded": 2_075, "quarantined": 0, "held": 0}


def test_nothing_is_refused_or_held(told: Told) -> None:
    assert {line["feed"]: line["quarantined"] + line["held"] for line in told.ledger if line["quarantined"] + line["held"]} == {}
    assert len({line["feed"] for line in told.ledger}) == 19


def test_licence_changes_are_true(told: Told, shared_data: Path) -> None:
    rows = told.council.query("SELECT change, count(*) AS n FROM licence_changes GROUP BY change")
    true = truths.licence_changes(shared_data, "2024-09-09", "2025-08-11")
    assert true == {"kept": 856, "renewed": 90, "new": 79, "replaced": 90, "lapsed": 798}
    assert {row["change"]: row["n"] for row in rows} == true


def test_the_register_stands_as_its_latest_snapshot(told: Told, shared_data: Path) -> None:
    rows = told.council.query("SELECT licence_number FROM licence")
    assert {str(row["licence_number"]) for row in rows} == set(truths.licences(shared_data, "2025-08-11"))


def test_each_classification_holds_every_report(told: Told) -> None:
    rows = told.council.query(
        "SELECT classification, CAST(sum(reports) AS BIGINT) AS n FROM fms_report GROUP BY classification ORDER BY classification"
    )
    assert rows == [{"classification": "broad", "n": 4_208}, {"classification": "detailed", "n": 4_208}]
