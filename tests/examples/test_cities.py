"""The examples of New York and Chicago by their public doors: every attribute of every entity against the files, read without Borough."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
HOUSING = "nyc-housing-violations-{}-{}.parquet"
VISITS = "chicago-food-inspections-train.parquet"
# Facts of the file that are told as they are there, under another name or none.
AS_THEY_ARE = ["assessed_value", "basement_code", "lot_area", "res_sqft", "boro", "cd", "floors", "buildings", "res_units", "other_units", "avg_res_unit_sqft", "zoning1", "building_class1"]
BY_YEAR = {1: ["viol_bbl_oth", "viol_bbl_ser", "viol_trct", "lit", "comp_bbl", "comp_trct"], 2: ["viol_bbl_oth", "viol_bbl_ser", "viol_trct", "lit"]}
LICENCES = ["consumption_on_premises_incidental_activity", "tobacco_retail_over_counter", "package_goods", "limited_business_license", "outdoor_patio", "public_place_of_amusement", "childrens_services_facility_license", "tavern", "regulated_business_license", "filling_station", "caterers_liquor_license", "mobile_food_license"]
HEATS = ["heat_burglary", "heat_garbage", "heat_sanitation"]
FLAGS = {"past_fail": "pastFail", "first_record": "firstRecord", **{name: name for name in LICENCES}}
OF_VISITS = {
    "past_critical": "pastCritical", "past_serious": "pastSerious", "past_minor": "pastMinor", "time_since_last": "timeSinceLast", "age_at_inspection": "ageAtInspection",
    "precip_intensity": "precipIntensity", "temperature_max": "temperatureMax", "wind_speed": "windSpeed", "humidity": "humidity", "inspector": "Inspector_Assigned",
    **{name: name for name in HEATS},
}  # fmt: skip


@dataclass(frozen=True)
class City:
    """A copy of an example project, over the data where it is."""

    project: Path
    environment: dict[str, str]

    def borough(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "borough", *arguments, "--project", str(self.project)]
        inherited = {name: value for name, value in os.environ.items() if name != "TARGET_YEAR"}
        done = subprocess.run(command, env={**inherited, **self.environment}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def query(self, sql: str, *options: str) -> dict[str, Any]:
        (row,) = json.loads(self.borough("query", sql, "--format", "json", *options))
        return dict(row)

    def went(self) -> dict[str, tuple[int, int]]:
        """Rows read and accepted, by dataset."""
        rows = json.loads(self.borough("query", "SELECT dataset, read, accepted FROM ledger", "--format", "json"))
        return {row["dataset"]: (row["read"], row["accepted"]) for row in rows}

    def dna(self, entity: str) -> pl.DataFrame:
        """The attributes of every entity, by its id, without flags."""
        file = self.project / "dna.parquet"
        self.borough("dna", "export", entity, "--to", str(file))
        found = pl.read_parquet(file)
        names = sorted(name for name in found.columns if f"{name}_missing" in found.columns)
        return found.select(entity, *names).sort(entity)


def city(name: str, root: Path, **environment: str) -> City:
    project = root / "project"
    shutil.copytree(EXAMPLES / name, project, ignore=shutil.ignore_patterns("lake", ".borough", "state*.db*"))
    made = City(project, environment)
    assert "no mistakes, no warnings" in made.borough("check")
    made.borough("run")
    return made


def agree(told: pl.DataFrame, truth: pl.DataFrame) -> None:
    """The same ids, the same attributes, the same values."""
    key = told.columns[0]
    truth = truth.sort(key)
    assert sorted(told.columns) == sorted(truth.columns)
    for name in told.columns:
        assert told[name].cast(truth[name].dtype).equals(truth[name]), name


def buildings(file: pl.DataFrame, year: int) -> pl.DataFrame:
    """What was known of each building before the year, by the file."""
    lags = [pl.col(f"{name}_{year - lag}").alias(f"{name}_{lag}") for lag, names in BY_YEAR.items() for name in names]
    reno = pl.when(pl.col("last_reno") < year).then(pl.col("last_reno")).alias("last_reno")
    return file.select(pl.col("bbl").alias("building"), *AS_THEY_ARE, reno, *lags)


# ── New York ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def housing(shared_data: Path) -> pl.DataFrame:
    path = shared_data / "risk" / HOUSING.format(2013, 2015)
    if not path.is_file():
        pytest.skip(f"real open data is not here: {path}")
    return pl.read_parquet(path)


@pytest.fixture(scope="module")
def new_york(housing: pl.DataFrame, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    return city("new-york", tmp_path_factory.mktemp("new-york"), DATA=str(shared_data))


@pytest.mark.slow
def test_every_building_of_new_york_is_as_the_file_has_it(new_york: City, housing: pl.DataFrame) -> None:
    assert new_york.went() == {"building": (153_468, 153_468), "serious_violation": (153_468, 153_468)} == dict.fromkeys(["building", "serious_violation"], (len(housing), len(housing)))
    agree(new_york.dna("building"), buildings(housing, 2015))
    found = new_york.query("SELECT sum(violations) AS total, count(*) FILTER (WHERE violations > 0) AS serious, min(year) AS y, max(first_day) AS d FROM serious_violation")
    assert found.pop("total") == pytest.approx(housing["viol_bbl_ser_2015"].sum())
    assert found == {"serious": (housing["viol_bbl_ser_2015"] > 0).sum(), "y": 2015, "d": "2015-01-01"} and found["serious"] == 15_056


@pytest.mark.slow
def test_nothing_of_the_target_year_is_known_before_it(new_york: City, housing: pl.DataFrame) -> None:
    known = [
        tuple(new_york.query(f"SELECT count(*) AS n FROM {dataset}", "--as-of", day)["n"] for dataset in ("building", "serious_violation"))
        for day in ("2014-12-30", "2014-12-31", "2015-12-30", "2015-12-31")
    ]
    assert known == [(0, 0), (len(housing), 0), (len(housing), 0), (len(housing), len(housing))]


@pytest.mark.slow
def test_the_dna_of_a_building_can_be_listed_and_shown(new_york: City, housing: pl.DataFrame) -> None:
    assert "24 attributes" in new_york.borough("dna", "list", "building")
    worst = housing.sort("viol_bbl_ser_2014").row(-1, named=True)
    shown = new_york.borough("dna", "show", "building", worst["bbl"], "--as-of", "2014-12-31")
    assert f"Serious violations, last year: {worst['viol_bbl_ser_2014']:.6g}" in shown


@pytest.mark.slow
def test_another_year_needs_another_file_and_no_other_declaration(housing: pl.DataFrame, tmp_path: Path) -> None:
    later = housing.rename({name: f"{name[:-4]}{int(name[-4:]) + 1}" for name in housing.columns if name[-5:-1] == "_201"})
    (tmp_path / "data" / "risk").mkdir(parents=True)
    later.write_parquet(tmp_path / "data" / "risk" / HOUSING.format(2014, 2016))
    new_york = city("new-york", tmp_path, DATA=str(tmp_path / "data"), TARGET_YEAR="2016")
    agree(new_york.dna("building"), buildings(later, 2016))
    sql = "SELECT max(known_on) AS known_on, min(year) AS y, max(last_day) AS last_day, count(*) FILTER (WHERE violations > 0) AS serious FROM building JOIN serious_violation USING (bbl)"
    assert new_york.query(sql) == {"known_on": "2015-12-31", "y": 2016, "last_day": "2016-12-31", "serious": 15_056}


# ── Chicago ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def visits(shared_data: Path) -> pl.DataFrame:
    path = shared_data / "risk" / VISITS
    if not path.is_file():
        pytest.skip(f"real open data is not here: {path}")
    return pl.read_parquet(path)


@pytest.fixture(scope="module")
def chicago(visits: pl.DataFrame, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> City:
    return city("chicago", tmp_path_factory.mktemp("chicago"), DATA=str(shared_data))


@pytest.mark.slow
def test_every_visit_of_chicago_is_as_the_file_has_it(chicago: City, visits: pl.DataFrame) -> None:
    assert chicago.went() == {"inspection": (17_075, 17_075), "inspection_result": (17_075, 17_075)} == dict.fromkeys(["inspection", "inspection_result"], (len(visits), len(visits)))
    truth = visits.select(
        pl.col("Inspection_ID").cast(pl.Int64).alias("inspection"),
        pl.col("Facility_Type").str.replace_all("_", " ").alias("facility_type"),
        *[(pl.col(column) == 1).alias(name) for name, column in FLAGS.items()],
        *[pl.col(column).alias(name) for name, column in OF_VISITS.items()],
    )
    assert truth["inspection"].is_unique().all(), "no two rows of one inspection"
    agree(chicago.dna("inspection"), truth)
    assert "28 attributes" in chicago.borough("dna", "list", "inspection")


@pytest.mark.slow
def test_a_visits_result_is_known_on_its_day_and_no_sooner(chicago: City, visits: pl.DataFrame) -> None:
    day = dt.date(2013, 1, 10)
    earlier, made = ((visits["Inspection_Date"].dt.date() <= end).sum() for end in (day - dt.timedelta(1), day))
    sql = "SELECT (SELECT count(*) FROM inspection) AS visits, (SELECT count(*) FROM inspection_result) AS results"
    assert chicago.query(sql, "--as-of", "2013-01-09") == {"visits": made, "results": earlier}
    found = chicago.query("SELECT count(*) FILTER (WHERE critical_found) AS critical, min(inspected) AS first, max(inspected) AS last FROM inspection_result")
    assert found == {"critical": visits["criticalFound"].sum(), "first": "2011-09-02", "last": "2014-04-16"} and found["critical"] == 2_402


@pytest.mark.slow
def test_chicago_is_rated_by_what_was_known_before_each_visit(chicago: City) -> None:
    """With the inspector it is rated as the city did; without, far less can be told: the inspector is no property of the place."""
    told = {name: json.loads(chicago.borough("model", "fit", name, "--as-of", "2014-12-31", "--json"))["discrimination"]["roc_auc"] for name in ("critical_findings", "critical_findings_with_inspector")}
    assert told["critical_findings"] > 0.55
    assert told["critical_findings_with_inspector"] > told["critical_findings"] + 0.1
    split = json.loads(chicago.borough("model", "evaluate", "critical_findings", "--json"))["split"]
    assert split["kind"] == "time" and split["until"] == "2014-04-16"


def test_new_yorks_model_reads_every_fact_of_a_building(new_york: City) -> None:
    new_york.borough("check")
    (listed,) = json.loads(new_york.borough("model", "list", "--json"))
    assert listed["features"] == 24
