"""Addresses and land: the gazetteer in DTF 7.3, boundaries, Census and deprivation; and that their ready-made sources take all of it in."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from delivering import deliver

from borough.demo.plan import Period, Plan
from borough.demo.services.census import BANDS, SIZES
from borough.demo.world import World

PLAN = Plan(scale=0.02)
EARLIER, UNTIL = dt.date(2023, 5, 31), dt.date(2026, 10, 31)
SERVICES = ("boundaries", "gazetteer", "census", "deprivation")
WIDTHS = {"10": 9, "15": 9, "21": 23, "23": 11, "24": 30, "32": 12, "99": 5}
"""Values of each kind of record, by the specification."""


@pytest.fixture(scope="module")
def delivered(world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twice: three years ago, and what has come since."""
    return deliver(world, tmp_path_factory.mktemp("land"), SERVICES, Period(EARLIER), Period(UNTIL, EARLIER))


def records(path: Path) -> dict[str, list[list[str]]]:
    """The records of a DTF file by their kind."""
    found: dict[str, list[list[str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            found.setdefault(row[0], []).append(row)
    return found


@pytest.fixture(scope="module")
def gazetteer(delivered: Path) -> dict[str, list[list[str]]]:
    return records(delivered / "data/gazetteer/llpg_2026-10-09.csv")


def test_a_delivery_has_the_last_full_extract_and_an_advance_those_that_fall_due(delivered: Path, world: World, tmp_path: Path) -> None:
    assert sorted(path.name for path in (delivered / "data/gazetteer").iterdir()) == ["llpg_2023-05-09.csv", "llpg_2026-10-09.csv"]
    deliver(world, tmp_path, SERVICES, Period(dt.date(2026, 11, 30), UNTIL))
    assert [path.name for path in (tmp_path / "data").rglob("*.*")] == ["llpg_2026-11-09.csv"]
    deliver(world, tmp_path / "days", SERVICES, Period(dt.date(2026, 11, 30), dt.date(2026, 11, 10)))
    assert not (tmp_path / "days/data").exists()


def test_every_record_has_the_values_of_its_kind(gazetteer: dict[str, list[list[str]]]) -> None:
    assert {kind: {len(row) for row in rows} for kind, rows in gazetteer.items()} == {kind: {width} for kind, width in WIDTHS.items()}
    body = sum(len(rows) for kind, rows in gazetteer.items() if kind not in ("10", "99"))
    assert gazetteer["99"][0][1:3] == ["0", str(body)]
    assert gazetteer["10"][0][7:] == ["7.3", "F"]


def test_keys_are_unique_and_references_resolve(gazetteer: dict[str, list[list[str]]]) -> None:
    uprns, usrns = {row[3] for row in gazetteer["21"]}, {row[3] for row in gazetteer["15"]}
    assert len(uprns) == len(gazetteer["21"])
    for kind in ("23", "24", "32"):
        keys = [row[4] for row in gazetteer[kind]]
        assert len(set(keys)) == len(keys)
        assert {row[3] for row in gazetteer[kind]} <= uprns
    assert {row[21] for row in gazetteer["24"]} <= usrns
    assert {row[8] for row in gazetteer["21"]} - {""} <= uprns
    assert {row[3] for row in gazetteer["24"] if row[6] in "168"} == uprns


def test_the_gazetteer_says_what_is_true(gazetteer: dict[str, list[list[str]]], world: World) -> None:
    approved = {int(row[3]): row for row in gazetteer["24"] if row[6] == "1"}
    homes = world.ground.properties.filter(pl.col("uprn").is_in(list(approved)) & pl.col("is_dwelling"))
    assert homes.height > 2000
    for uprn, address, postcode in homes.select("uprn", "address", "postcode").iter_rows():
        row = approved[uprn]
        assert row[24] == postcode
        for part in (row[15], row[20], row[16] and row[16] + row[17]):
            assert part in address
    tax = {int(row[3]): row[9] for row in gazetteer["23"] if row[10] == "CTAX"}
    assert all(reference == f"CT{uprn * 37 % 10**9:09d}" for uprn, reference in tax.items())
    assert set(homes["uprn"]) <= set(tax)


def test_second_and_former_names_are_as_usual_as_in_life(gazetteer: dict[str, list[list[str]]]) -> None:
    status = Counter(row[6] for row in gazetteer["24"])
    assert 0.04 < status["3"] / status["1"] < 0.12
    assert status["8"] > 0
    main = {row[3]: row[11:21] for row in gazetteer["24"] if row[6] == "1"}
    assert all(row[11:21] != main.get(row[3]) for row in gazetteer["24"] if row[6] == "3")


def test_an_extract_knows_nothing_of_later_days_and_forgets_nothing(delivered: Path, gazetteer: dict[str, list[list[str]]]) -> None:
    before = records(delivered / "data/gazetteer/llpg_2023-05-09.csv")
    for kind, dates in (("21", (13, 14, 15, 16)), ("23", (5, 6, 7)), ("24", (7, 9, 10)), ("32", (8, 10, 11))):
        assert max(row[n] for row in before[kind] for n in dates) <= "2023-05-01"
    assert {row[3] for row in before["21"]} < {row[3] for row in gazetteer["21"]}
    later = {row[3]: row for row in gazetteer["21"]}
    same = [row for row in before["21"] if later[row[3]][15] == row[15]]
    assert len(same) > 0.85 * len(before["21"])
    assert all(later[row[3]][3:] == row[3:] for row in same)  # what wasn't touched reads the same
    turned = {(row[4], later[row[3]][4]) for row in before["21"]}
    assert ("1", "8") in turned
    assert turned <= {("1", "1"), ("6", "6"), ("8", "8"), ("6", "1"), ("1", "8")}


def test_the_census_adds_up(delivered: Path) -> None:
    tenure, sizes, ages = (pl.read_csv(delivered / f"data/census/census2021-{table}-lsoa.csv") for table in ("ts054", "ts017", "ts007a"))
    households = tenure["Tenure of household: Total: All households"]
    assert (households == sizes["Household size: Total: All household spaces"]).all()
    assert (sizes.select(f"Household size: {name}" for name in SIZES).sum_horizontal() == households).all()
    assert (ages.select(f"Age: {name}" for name in BANDS).sum_horizontal() == ages["Age: Total"]).all()
    total, private, people = int(households.sum()), int(tenure["Tenure of household: Private rented"].sum()), int(ages["Age: Total"].sum())
    assert 0.2 < private / total < 0.36
    assert 2.0 < people / total < 3.2


def test_deprivation_ranks_as_it_scores(delivered: Path) -> None:
    files = sorted((delivered / "data/deprivation").iterdir())
    assert [path.name for path in files] == ["iod_2019-09-26_file_7.csv", "iod_2025-10-30_file_7.csv"]
    index, score = pl.read_csv(files[1]), "Index of Multiple Deprivation (IMD)"
    assert index.select(pl.corr(f"{score} Score", f"{score} Rank (where 1 is most deprived)", method="spearman")).item() < -0.99
    assert index[f"{score} Decile (where 1 is most deprived 10% of LSOAs)"].is_between(1, 10).all()


def borough(root: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "borough", *words, "--project", str(root)], capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def query(root: Path, sql: str) -> list[list[str]]:
    return list(csv.reader(borough(root, "query", sql, "--format", "csv").splitlines()))[1:]


@pytest.fixture(scope="module")
def project(delivered: Path) -> Path:
    (delivered / "borough.yaml").write_text("borough: Northmere\n", encoding="utf-8")
    borough(delivered, "source", "add", *SERVICES)
    borough(delivered, "run")
    return delivered


def test_the_ready_made_sources_take_in_all_of_it(project: Path) -> None:
    with (project / "data/gazetteer/llpg_2026-10-09.csv").open(encoding="utf-8") as file:
        sent = Counter(line[:2] for line in file)
    expected = {"street": sent["15"], "blpu": sent["21"], "cross_reference": sent["23"], "lpi": sent["24"], "blpu_class": sent["32"], "ward": 42, "deprivation": 292, "census_age": 146}
    counts = " union all ".join(f"select '{dataset}' as dataset, count(*) as n from {dataset}" for dataset in expected)
    assert {dataset: int(n) for dataset, n in query(project, counts)} == expected
    # The ward by the point of the National Grid is the one that the gazetteer says.
    assert query(project, "select count(*), count(lsoa_code) from blpu where ward_code = ward_given") == [[str(sent["21"])] * 2]


def test_an_address_can_be_put_together_from_it(project: Path, world: World) -> None:
    sql = """select l.uprn, concat_ws(', ', l.sao, l.pao_text, concat_ws(' ', nullif(concat(cast(l.number as varchar), l.number_suffix,
    case when l.number_to is null then '' else '-' end, cast(l.number_to as varchar)), ''), s.street),
    s.locality, s.town, l.postcode) as address from lpi l join street s on s.usrn = l.usrn where l.status = 'approved'"""
    put_together = {int(uprn): address for uprn, address in query(project, sql)}
    homes = world.ground.properties.filter(pl.col("is_dwelling") & pl.col("uprn").is_in(list(put_together)))
    assert homes.height > 2000
    assert {uprn: put_together[uprn] for uprn in homes["uprn"]} == dict(homes.select("uprn", "address").iter_rows())
