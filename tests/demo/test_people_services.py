"""The services that know people: what they write agrees with the world, an advance writes only what is new, and nothing good is refused."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from delivering import deliver

from borough.demo import build
from borough.demo.plan import Period, Plan
from borough.demo.world import World
from borough.library import shelf

SERVICES = (
    "schools", "send", "childrens", "adult_social_care", "telecare", "libraries", "further_education", "public_health", "ceremonies", "regeneration",
)  # fmt: skip
PLAN = Plan(scale=0.01)
EARLIER, UNTIL = dt.date(2026, 8, 31), dt.date(2026, 10, 31)
KEYS = {
    "schools/admissions": ("APP_REF", "UPDATED", "%d/%m/%Y", "|"),
    "schools/ews_actions": ("Case/Action No", "Input Date", "%d/%m/%Y", ","),
    "adult-social-care/CLD": ("Event Reference", "Last Updated", "%d/%m/%Y", ","),
    "libraries/hires": ("Booking #", "Booked On", "%d %B %Y", ","),
}
"""Feeds that append: their key, the day of entry and its layout, the separator."""


def told(root: Path, feed: str) -> pl.DataFrame:
    return pl.read_parquet(root / f"truth/records/{feed}" / "*.parquet")


def csv(path: Path, **how: Any) -> pl.DataFrame:
    return pl.read_csv(path.read_bytes().decode("cp1252" if how.pop("old", False) else "utf-8").encode(), infer_schema=False, **how)


def test_pupils_are_of_school_age_and_live_where_the_truth_says(world: World, whole: Path) -> None:
    pupils = csv(whole / "data/schools/pupils_2026-10-01.csv").unique("STUD_ID")
    true = told(whole, "schools.pupils").filter(pl.col("on") == dt.date(2026, 10, 1))
    assert set(true["key"]) == set(pupils["STUD_ID"])
    residents = true.drop_nulls("person").join(world.lives.people.select("person", "born"), on="person")
    age = (pl.col("on") - pl.col("born")).dt.total_days() / 365.25
    assert residents.filter(~age.is_between(3, 19.2)).is_empty()
    homes = residents.join(world.lives.stays.select("person", "uprn", "start"), on=["person", "uprn"]).filter(pl.col("start") <= pl.col("on"))
    assert homes["key"].n_unique() == residents.height  # each at a home that was the child's, then or before
    now = residents.join(world.lives.stays.select("person", "uprn", "start", "end"), on=["person", "uprn"])
    now = now.filter((pl.col("start") <= pl.col("on")) & (pl.col("end").is_null() | (pl.col("end") >= pl.col("on"))))
    assert 0.8 < now["key"].n_unique() / residents.height < 0.995  # some addresses are stale


def test_some_come_from_outside_the_borough(world: World, whole: Path) -> None:
    ours = set(world.ground.properties["postcode"].str.head(2).drop_nulls())
    pupils = csv(whole / "data/schools/pupils_2026-10-01.csv").unique("STUD_ID")
    strangers = pupils.join(told(whole, "schools.pupils").filter(pl.col("person").is_null()), left_on="STUD_ID", right_on="key", how="semi")
    assert 0 < strangers.height < 0.1 * pupils.height
    areas = strangers.filter(pl.col("Post Code") != "")["Post Code"].str.to_uppercase().str.head(2)
    assert not ours & set(areas)


@pytest.mark.parametrize(
    ("feed", "a_scale_1"), [("schools.pupils", 45_000), ("send.plans", 2_200), ("libraries.members", 90_000), ("telecare.units", 3_500)]
)
def test_there_are_as_many_as_in_a_borough(whole: Path, feed: str, a_scale_1: int) -> None:
    latest = told(whole, feed).filter(pl.col("on") == pl.col("on").max())
    assert 0.5 < latest.height / (a_scale_1 * PLAN.scale) < 1.6


def test_nobody_is_cared_for_who_is_dead_or_gone(world: World, whole: Path) -> None:
    gone = world.lives.stays.group_by("person").agg(pl.when(pl.col("end").is_null().any()).then(None).otherwise(pl.col("end").max()).alias("gone"))
    events = told(whole, "adult_social_care.events").join(gone, on="person")
    assert events.height and events.filter(pl.col("on") > pl.col("gone")).is_empty()
    calls = told(whole, "telecare.calls").join(gone, on="person")
    assert calls.height and calls.filter(pl.col("on") > pl.col("gone")).is_empty()


def test_small_counts_are_never_given(whole: Path) -> None:
    counts = pl.concat(csv(path) for path in sorted(whole.glob("data/public-health/uptake_*.csv")))["Count"]
    assert (counts == "*").any()
    assert counts.filter(counts != "*").cast(pl.Int64).min() in (None, *range(5, 500))
    seen = "".join(path.read_text() for path in whole.glob("data/public-health/interventions_*.csv"))
    assert "NM" not in seen.upper().replace("NHSHC", "")  # no postcode of ours


@pytest.mark.parametrize("feed", KEYS)
def test_an_advance_has_only_what_is_new_and_adds_up(whole: Path, advanced: Path, feed: str) -> None:
    key, entered, layout, separator = KEYS[feed]

    def all_of(paths: list[Path]) -> pl.DataFrame:
        files = [csv(path, separator=separator, old=separator == "|").unique(key, keep="first", maintain_order=True) for path in paths]
        return pl.concat(files).unique(key, keep="last", maintain_order=True).sort(key)

    new = [path for path in advanced.glob(f"data/{feed}_*") if path.stem[-10:].replace("-", "").replace("_", "").endswith("20261031")]
    days = csv(new[0], separator=separator, old=separator == "|")[entered].str.to_date(layout)
    assert len(new) == 1 and days.min() > EARLIER and days.max() <= UNTIL
    assert all_of(sorted(advanced.glob(f"data/{feed}_*"))).equals(all_of(sorted(whole.glob(f"data/{feed}_*"))))


def test_a_database_is_the_same_however_often_it_was_told(whole: Path, advanced: Path) -> None:
    for table in ("child", "referral", "episode", "adoption"):
        rows = []
        for root in (whole, advanced):
            with closing(sqlite3.connect(root / "data/childrens.sqlite")) as database:
                rows.append(sorted(database.execute(f"SELECT * FROM {table}"), key=repr))
        assert rows[0] and rows[0] == rows[1], table


def test_complete_extracts_are_the_same_whenever_they_are_written(whole: Path, advanced: Path) -> None:
    def extracts(root: Path) -> dict[str, str]:
        kinds = ("schools/pupils_*", "send/*", "libraries/users_20261006*", "telecare/units_*", "regeneration/*")
        found = {path for kind in kinds for path in root.glob(f"data/{kind}")}
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}

    once, twice = extracts(whole), extracts(advanced)
    assert "pupils_2026-10-01.csv" in once
    assert {name: once[name] for name in once} == {name: twice.get(name) for name in once}


def test_the_same_seed_writes_the_same_bytes(world: World, whole: Path, tmp_path: Path) -> None:
    deliver(build.world(PLAN, PLAN.districts()[0]), tmp_path, SERVICES, Period(UNTIL))
    for path in sorted(whole.glob("data/**/*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / path.relative_to(whole)).read_bytes(), path.name


@pytest.fixture(scope="module")
def ledger(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What a run of the ready-made sources makes of it."""
    project = tmp_path_factory.mktemp("project")
    (project / "borough.yaml").write_text("borough: Northmere\n")
    shutil.copytree(whole / "data", project / "data")
    for command in (["source", "add", *SERVICES], ["run", "--json", "--now", "2026-11-01T09:00:00Z"]):
        done = subprocess.run([Path(sys.executable).parent / "borough", *command, "--project", project], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    rows: list[dict[str, Any]] = json.loads(done.stdout)["ledger"]
    return rows


@pytest.mark.slow
def test_only_what_was_broken_is_refused(ledger: list[dict[str, Any]], whole: Path) -> None:
    faults = pl.read_parquet(whole / "truth/faults" / "*.parquet").filter(pl.col("expect") == "refused")
    broken: Counter[str] = Counter()
    for source, feed, kind in faults.select("source", "feed", "kind").iter_rows():
        broken[f"{source}.{feed}"] += 2 if kind == "double_differing" else 1
    refused: Counter[str] = Counter()
    for row in ledger:
        assert row["read"] > 0 and row["held"] == 0, row
        refused[row["feed"]] += row["quarantined"]
    assert len(refused) == 22
    assert +refused == broken


def test_every_library_file_here_is_of_these_services() -> None:
    ready = shelf.sources()
    assert set(SERVICES) <= set(ready)
    special = {"childrens", "adult_social_care", "telecare", "public_health", "send"}
    assert all("article 9(2)" in ready[name].lawful_basis for name in special)
