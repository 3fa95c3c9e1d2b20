"""Real files that no example uses, brought in by declarations alone; the ledger's figures are counted again without Borough."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

DECLARATIONS = Path(__file__).parent / "unseen"
POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")


@dataclass(frozen=True)
class Council:
    """The declarations, over the data where it is."""

    project: Path
    data: Path

    def borough(self, *arguments: str) -> Any:
        command = [sys.executable, "-m", "borough", *arguments, "--json", "--project", str(self.project)]
        done = subprocess.run(command, env={**os.environ, "DATA": str(self.data)}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def council(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Council:
    project = tmp_path_factory.mktemp("unseen") / "project"
    shutil.copytree(DECLARATIONS, project)
    council = Council(project, shared_data)
    council.borough("check")
    council.borough("run")
    return council


def ledger(council: Council) -> dict[str, dict[str, int]]:
    """By dataset: read, and where the rows went."""
    rows = council.borough("query", "SELECT * FROM ledger")
    counted = ("read", "accepted", "unchanged", "superseded", "quarantined", "held")
    return {row["dataset"]: {name: row[name] for name in counted} for row in rows}


def failed(council: Council, dataset: str, rule: str) -> int:
    """How many rows failed a rule."""
    return int(next(row["failed"] for row in council.borough("quality", dataset) if row["rule"] == rule))


def went(read: int, quarantined: int = 0) -> dict[str, int]:
    return {"read": read, "accepted": read - quarantined, "unchanged": 0, "superseded": 0, "quarantined": quarantined, "held": 0}


def is_postcode(text: str) -> bool:
    """Whether it is a postcode once blanks are gone and the O before the last two letters is a nought."""
    tidy = text.replace(" ", "").upper()
    return bool(POSTCODE.fullmatch(tidy[:-3] + tidy[-3:].replace("O", "0", 1)))


def test_food_hygiene_places_without_a_postcode_that_is_one_wait_for_their_authority(council: Council) -> None:
    with (council.data / "addresses" / "food-hygiene_sample.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = {row["test"]: row["postcode"] for row in rows if row["postcode"] and not is_postcode(row["postcode"])}
    assert wrong, "the sample has none: the test would show nothing"
    assert ledger(council)["food_establishment"] == went(len(rows), len(wrong))
    waiting = council.borough("quarantine", "list", "food_establishment")
    assert {row["key"]: row["reasons"][0]["found"] for row in waiting} == wrong
    points = sum(1 for row in rows if row["point"] and row["test"] not in wrong)
    assert council.borough("query", "SELECT count(latitude) AS n FROM food_establishment") == [{"n": points}]
    missing = sum(1 for row in rows if not row["postcode"])
    assert failed(council, "food_establishment", "has_postcode") >= missing


def test_inspections_are_all_taken_and_odd_ones_are_counted(council: Council) -> None:
    visits = pl.read_parquet(council.data / "risk" / "chicago-food-inspections-train.parquet")
    assert ledger(council)["food_inspection"] == went(visits.height)
    critical, passed = int(visits["criticalCount"].sum()), int(visits["pass_flag"].sum())
    sums = "SELECT CAST(sum(critical) AS BIGINT) AS critical, count(*) FILTER (WHERE passed) AS passed FROM food_inspection"
    assert council.borough("query", sums) == [{"critical": critical, "passed": passed}]
    odd = visits.filter((pl.col("criticalCount") > 0) & (pl.col("pass_flag") == 1)).height
    assert failed(council, "food_inspection", "critical_fails") == odd > 0


def test_ward_profiles_keep_withheld_figures_as_unknown(council: Council) -> None:
    with (council.data / "reference" / "ward_profiles_london_2015.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert ledger(council)["ward_profile"] == went(len(rows))
    sums = "SELECT CAST(sum(population) AS BIGINT) AS people, CAST(count(jobs) AS BIGINT) AS jobs FROM ward_profile"
    people = sum(int(row["population__2015"]) for row in rows)
    assert council.borough("query", sums) == [{"people": people, "jobs": sum(1 for row in rows if row["number_of_jobs_in_area__2013"])}]
    withheld = sum(1 for row in rows if not row["pc_children_in_reception_year_who_are_obese__2011_12_to_2013_14"])
    assert failed(council, "ward_profile", "obesity_is_known") == withheld > 0
