"""Licensing and enforcement: what they write agrees with the world, an advance writes only what is new, and nothing good is refused."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from borough.demo.plan import Plan
from borough.demo.world import World

PLAN = Plan(scale=0.03)
SERVICES = ("boundaries", "licensing", "enforcement")
EARLIER, UNTIL = dt.date(2026, 8, 20), dt.date(2026, 10, 31)


def latest(root: Path, pattern: str, separator: str = ",") -> dict[str, Any]:
    """What the files of a feed add up to: of each key the latest record."""
    found: dict[str, Any] = {}
    for path in sorted(root.glob(f"data/{pattern}")):
        if path.suffix == ".json":
            found.update({record["noticeNumber"]: record for record in json.loads(path.read_text())["notices"]})
        else:
            found.update({row[0]: row for row in pl.read_csv(path, separator=separator, infer_schema=False, encoding="cp1252").iter_rows()})
    return found


FEEDS = [
    ("enforcement/visits_*.csv", ","),
    ("enforcement/notices_*.csv", ";"),
    ("enforcement/fpn_*.json", ""),
    ("licensing/applications_*.csv", ","),
]


@pytest.mark.parametrize(("pattern", "separator"), FEEDS)
def test_an_advance_adds_up_to_one_delivery(whole: Path, advanced: Path, pattern: str, separator: str) -> None:
    once = latest(whole, pattern, separator)
    assert once and once == latest(advanced, pattern, separator)


def test_an_advance_over_a_quarter_day_brings_the_register(advanced: Path, whole: Path) -> None:
    assert [path.name for path in sorted(advanced.glob("data/licensing/*.xlsx"))] == [
        "licence_register_2026-07-01.xlsx",
        "licence_register_2026-10-01.xlsx",
    ]
    assert (advanced / "data/licensing/designations_2026-10-01.csv").read_bytes() == (
        whole / "data/licensing/designations_2026-10-01.csv"
    ).read_bytes()


def told(root: Path, feed: str) -> pl.DataFrame:
    return pl.read_parquet(root / f"truth/records/{feed}" / "*.parquet").unique("key", keep="first", maintain_order=True)


def test_penalties_are_as_many_as_in_a_borough_and_follow_poverty(world: World, whole: Path) -> None:
    notices = told(whole, "enforcement.fixed_penalties")
    assert notices.height / (5 * PLAN.scale) == pytest.approx(8_000, rel=0.25)
    poor = world.at(notices, "lsoa").join(world.ground.lsoas.select("lsoa", "deprivation"), on="lsoa")["deprivation"].mean()
    everywhere = world.at(world.ground.properties.filter("is_dwelling").select("uprn"), "lsoa").join(
        world.ground.lsoas.select("lsoa", "deprivation"), on="lsoa"
    )
    assert poor > everywhere["deprivation"].mean() + 0.01  # type: ignore[operator]  # both are numbers


def test_payments_add_up(whole: Path) -> None:
    notices = latest(whole, "enforcement/fpn_*.json").values()
    for notice in notices:
        payments = notice["payments"]
        assert sum(item["amount"] for item in payments["items"]) == (payments["total"] or 0) <= notice["amount"]
    assert Counter(len(notice["payments"]["items"]) for notice in notices).keys() == {0, 1, 2}


def test_a_notice_has_its_visit(whole: Path) -> None:
    visits = latest(whole, "enforcement/visits_*.csv")
    notices = latest(whole, "enforcement/notices_*.csv", ";")
    assert notices and {row[2] for row in notices.values()} <= set(visits)


@pytest.fixture(scope="module")
def project(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """What a run of the ready-made sources makes of it."""
    root = tmp_path_factory.mktemp("project")
    (root / "borough.yaml").write_text("borough: Northmere\n")
    shutil.copytree(whole / "data", root / "data")
    for command in (["source", "add", *SERVICES], ["run", "--json"]):
        done = borough(root, *command)
        assert done.returncode == 0, done.stderr
    ledger: list[dict[str, Any]] = json.loads(done.stdout)["ledger"]
    return root, ledger


def borough(project: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "borough", *command, "--project", project], capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_only_what_was_broken_is_refused(project: tuple[Path, list[dict[str, Any]]], whole: Path) -> None:
    faults = pl.read_parquet(whole / "truth/faults" / "*.parquet").filter(pl.col("expect") == "refused")
    broken = Counter(f"{source}.{feed}" for source, feed in faults.select("source", "feed").iter_rows())
    totals: dict[str, Counter[str]] = {}
    for row in project[1]:
        if row["feed"].split(".")[0] in ("licensing", "enforcement"):
            totals.setdefault(row["feed"], Counter()).update(
                {name: row[name] for name in ("read", "accepted", "unchanged", "quarantined", "held")}
            )
    assert len(totals) == 6
    for feed, row in totals.items():
        assert row["read"] > 0 and row["held"] == 0, feed
        # The copy of a row that is refused is refused as well.
        assert broken[feed] <= row["quarantined"] <= broken[feed] + 2, (feed, row, broken[feed])
        assert row["accepted"] + row["unchanged"] > 0.95 * row["read"], (feed, row)


@pytest.mark.slow
def test_landlords_of_several_homes_can_be_told(project: tuple[Path, list[dict[str, Any]]]) -> None:
    sql = (
        "select count(*) as licences, count(holder) as landlords, sum(case when licences_held > 1 then 1 else 0 end) as multi from licence"
    )
    done = borough(project[0], "query", sql, "--json", "--purpose", "private_housing_enforcement")
    assert done.returncode == 0, done.stderr
    row = json.loads(done.stdout)
    row = row["rows"][0] if isinstance(row, dict) else row[0]
    licences, landlords, multi = (int(v) for v in (row.values() if isinstance(row, dict) else row))
    assert landlords == licences and 0.1 * licences < multi < licences
