"""The run against the hidden truth: what the generator worked out by itself is what comes out of the lake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.small_council.council import generate

BOROUGH = str(Path(sys.executable).parent / "borough")


def _borough(council: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run([BOROUGH, *words, "--project", str(council)], capture_output=True, text=True, env=environment, timeout=240)


def _query(council: Path, sql: str) -> list[dict[str, Any]]:
    done = _borough(council, "query", sql, "--format", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("northmere")
    generate(directory)
    done = _borough(directory, "run")
    assert done.returncode in (0, 3), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return directory


@pytest.fixture(scope="module")
def truth(council: Path) -> dict[str, Any]:
    return json.loads((council / "truth.json").read_text(encoding="utf-8"))


def test_the_declarations_are_in_order(tmp_path: Path) -> None:
    generate(tmp_path, months=1)
    done = _borough(tmp_path, "check")
    assert done.returncode == 0, done.stderr


def test_ward_totals_are_the_true_ones(council: Path, truth: dict[str, Any]) -> None:
    found = _query(council, "SELECT ward_code, ward_name, CAST(month AS VARCHAR) AS month, measure, total FROM ward_totals")
    columns = ("ward_code", "ward_name", "month", "measure", "total")
    assert sorted([row[c] for c in columns] for row in found) == truth["ward_totals"]


@pytest.mark.parametrize("dataset", ["ward", "council_tax_account", "licence", "asb_case", "missed_bin", "pest_visit"])
def test_each_dataset_holds_what_it_should(council: Path, truth: dict[str, Any], dataset: str) -> None:
    assert _query(council, f"SELECT count(*) AS n FROM {dataset}") == [{"n": truth["current"][dataset]}]


def test_what_could_be_mended_was_mended(council: Path, truth: dict[str, Any]) -> None:
    last = max(f["file"] for f in truth["faults"] if f["kind"] == "mojibake")
    keys = {f["kind"]: f["key"] for f in truth["faults"] if f["file"] == last}
    rows = _query(council, "SELECT account, uprn, postcode, liable_party, liable_to FROM council_tax_account")
    by_key = {row["account"]: row for row in rows}
    assert by_key[keys["UPRN with .0"]]["uprn"] > 999000000000
    assert " 0" in by_key[keys["postcode with O for 0"]]["postcode"]
    assert "RENÉE" in str(by_key[keys["mojibake"]]["liable_party"]).upper()
    assert by_key[keys["01/01/1900 for unknown"]]["liable_to"] is None
    assert by_key[keys["n/a for unknown"]]["liable_party"] is None
    assert keys["bad date"] not in by_key


def test_a_second_run_changes_nothing(council: Path) -> None:
    before = _query(council, "SELECT count(*) AS n, sum(total) AS total FROM ward_totals")
    done = _borough(council, "run")
    assert done.returncode in (0, 3), done.stderr
    assert _query(council, "SELECT count(*) AS n, sum(total) AS total FROM ward_totals") == before


def test_special_columns_need_their_purpose(council: Path) -> None:
    sql = "SELECT count(*) AS n FROM asb_case WHERE reporter_vulnerable"
    denied = _borough(council, "query", sql)
    assert denied.returncode == 5, denied.stdout + denied.stderr
    assert "Traceback" not in denied.stderr
    permitted = _borough(council, "query", sql, "--purpose", "safeguarding", "--format", "json")
    assert permitted.returncode == 0, permitted.stderr
    assert json.loads(permitted.stdout)[0]["n"] > 0


def test_the_past_reads_as_it_was_known(council: Path) -> None:
    """Cases that were entered later were not known yet."""
    sql = "SELECT count(*) AS n FROM asb_case"
    done = _borough(council, "query", sql, "--as-of", "2024-02-29", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert 0 < json.loads(done.stdout)[0]["n"] < _query(council, sql)[0]["n"]
