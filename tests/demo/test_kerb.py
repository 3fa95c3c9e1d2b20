"""Parking and CCTV: as many as in a borough, an advance adds up, cars and permits are of people who live there, only what was broken is refused."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from borough.demo.plan import Plan
from borough.demo.world import World

SERVICES = ("boundaries", "parking", "cctv")
PLAN = Plan(scale=0.02)
EARLIER, UNTIL = dt.date(2026, 8, 20), dt.date(2026, 10, 31)
FEEDS = {"pcn": ("data/parking/pcn_*.csv", ",", "PCN Number"), "permits": ("data/parking/permits_*.csv", "\t", "permit_no"), "log": ("data/cctv/incident_log_*.txt", "|", "LOG_NO")}


def latest(root: Path, feed: str) -> pl.DataFrame:
    """What the files of a feed add up to: of each key the latest record."""
    pattern, separator, key = FEEDS[feed]
    files = [pl.read_csv(path, separator=separator, infer_schema=False) for path in sorted(root.glob(pattern))]
    return pl.concat(files).unique(key, keep="last", maintain_order=True).sort(key)


@pytest.mark.parametrize("feed", FEEDS)
def test_an_advance_adds_up_to_one_delivery(whole: Path, advanced: Path, feed: str) -> None:
    once, twice = latest(whole, feed), latest(advanced, feed)
    assert once.height and once.equals(twice)


def test_there_are_as_many_as_in_a_borough(whole: Path) -> None:
    fines, permits, log = (latest(whole, feed) for feed in FEEDS)
    assert 130_000 < fines.height / 5 / PLAN.scale < 175_000
    assert 10_000 < log.height / 5 / PLAN.scale < 15_000
    live = permits.filter(pl.col("state") == "A", pl.col("valid_from") <= str(UNTIL), pl.col("valid_to") >= str(UNTIL))
    assert 32_000 < live.height / PLAN.scale < 50_000


def test_fines_go_from_issued_to_settled(whole: Path) -> None:
    fines = latest(whole, "pcn").with_columns(pl.col("Issue Date", "Last Updated", "Created").str.to_date("%d/%m/%Y"))
    shares = dict(fines["Status"].value_counts(normalize=True).iter_rows())
    assert 0.45 < shares["Paid at discount"] < 0.65
    assert set(shares) == {"Issued", "Notice to Owner", "Paid at discount", "Paid in full", "Cancelled", "Warrant", "Written off"}
    assert fines.filter((pl.col("Created") < pl.col("Issue Date")) | (pl.col("Last Updated") < pl.col("Created")) | (pl.col("Last Updated") > UNTIL)).is_empty()
    assert fines.filter(pl.col("Status") == "Issued")["Keeper Name"].is_null().all()
    assert fines.filter(pl.col("Status") == "Notice to Owner")["Keeper Name"].is_not_null().mean() > 0.9


def test_cars_are_residents_or_visitors(world: World, whole: Path) -> None:
    fines = latest(whole, "pcn")
    truth = pl.read_parquet(whole / "truth/records/parking.penalty_charges/*.parquet").unique("key", keep="first")
    both = fines.join(truth, left_on="PCN Number", right_on="key", how="left").join(world.lives.people.select("person", "vrm"), on="person", how="left")
    residents = both.filter(pl.col("person").is_not_null())
    assert 0.2 < residents.height / fines.height < 0.5
    assert residents.filter(pl.col("vrm").str.replace(" ", "") != pl.col("VRM")).is_empty()
    strangers = both.filter(pl.col("person").is_null())["VRM"]
    assert not strangers.is_in(world.lives.people["vrm"].drop_nulls().str.replace(" ", "").implode()).any()
    assert fines["VRM"].value_counts()["count"].max() > 8


def test_permits_are_of_who_lives_there(world: World, whole: Path) -> None:
    permits = latest(whole, "permits")
    truth = pl.read_parquet(whole / "truth/records/parking.permits/*.parquet").unique("key", keep="first")
    both = permits.join(truth, left_on="permit_no", right_on="key", how="left")
    assert both["person"].is_not_null().all()
    homes = world.lives.stays.select("person", "uprn").unique()
    assert both.join(homes, on=["person", "uprn"], how="anti").is_empty()


@pytest.mark.slow
def test_only_what_was_broken_is_refused(whole: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(whole / "data", project / "data")
    (project / "borough.yaml").write_text("borough: Northmere\nlake: ./lake\n")
    command = [Path(sys.executable).parent / "borough"]
    for arguments in (["source", "add", *SERVICES], ["check"], ["run", "--json"]):
        done = subprocess.run([*command, *arguments, "--project", project], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr or done.stdout
    faults = pl.read_parquet(whole / "truth/faults/*.parquet").filter(pl.col("expect") == "refused")
    broken = Counter(f"{source}.{feed}" for source, feed in faults.unique(["source", "feed", "key"]).select("source", "feed").iter_rows())
    assert broken["cctv.incidents"] > 0
    read, refused = Counter[str](), Counter[str]()
    for row in json.loads(done.stdout)["ledger"]:
        read[row["feed"]] += row["read"]
        refused[row["feed"]] += row["quarantined"]
    assert set(read) == {"boundaries.wards", "boundaries.lsoas", "parking.penalty_charges", "parking.permits", "cctv.incidents"}
    assert all(read.values()) and +refused == broken
