"""The services of the place: what they write agrees with the world, an advance writes only what is new, and nothing good is refused."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from borough.demo import build
from borough.demo.files.yard import FilesYard
from borough.demo.plan import Period, Plan
from borough.demo.services.place.happenings import CAUGHT_UP
from borough.demo.world import World
from borough.library import shelf

SERVICES = ("asb", "noise", "pest_control", "waste", "planning", "epc", "deposits", "land_registry", "police")
PLAN = Plan(scale=0.03)
EARLIER, UNTIL = dt.date(2026, 8, 20), dt.date(2026, 10, 31)
YEARS = 5
A_YEAR = {
    "asb.cases": 9_000, "noise.requests": 6_500, "pest_control.jobs": 4_700, "waste.jobs": 55_000, "planning.building_control": 3_800, "land_registry.prices": 4_200,
}  # fmt: skip
"""Records a year of a borough at scale 1."""


def told(root: Path, feed: str) -> pl.DataFrame:
    """The truth of a feed's records, each once."""
    return pl.read_parquet(root / f"truth/records/{feed}" / "*.parquet").unique("key", keep="first", maintain_order=True)


def day_of(path: Path) -> dt.date:
    """The day in a file's (or its folder's) name."""
    text = re.sub(r"[-_]", "", str(path.relative_to(path.parents[2])))
    found = re.findall(r"\d{8}", text)
    if found:
        return dt.datetime.strptime(found[0], "%d%m%Y" if "TDS" in text else "%Y%m%d").date()
    year, month = re.findall(r"(\d{4})(\d{2})\.", text)[0]
    return dt.date(int(year), int(month), 1)


def records(path: Path) -> Iterator[tuple[str, Any]]:
    """The records of a file with their keys, headers inside the file left out."""
    if path.suffix in (".json", ".geojson"):
        document = json.loads(path.read_text())
        for record in document if isinstance(document, list) else document.get("jobs") or document["features"]:
            yield str(record.get("id") or record["properties"]["reference"]), record
        return
    text = path.read_bytes().decode("cp1252" if "asb" in path.parts else "utf-8")
    headed = "pp-monthly" not in path.name
    frame = pl.read_csv(io.BytesIO(text.encode()), separator="|" if "noise" in path.parts else ",", infer_schema=False, has_header=headed)
    yield from ((row[0], row) for row in frame.iter_rows() if not headed or row[0] != frame.columns[0])


def latest(root: Path, pattern: str) -> dict[str, Any]:
    """What the files of a feed add up to: of each key the latest record."""
    found: dict[str, Any] = {}
    for path in sorted(root.glob(f"data/{pattern}"), key=day_of):
        found.update(records(path))
    return found


APPENDING = (
    "asb/*.csv", "noise/*.csv", "waste/*.json", "planning/*.geojson", "planning/*.csv", "epc/*.csv", "deposits/*.csv", "land_registry/pp-*.csv", "police/*/*.json",
)  # fmt: skip


@pytest.mark.parametrize("pattern", APPENDING)
def test_an_advance_adds_up_to_one_delivery(whole: Path, advanced: Path, pattern: str) -> None:
    once, twice = latest(whole, pattern), latest(advanced, pattern)
    if "pp-" in pattern:  # a sale that was deleted before anybody saw it is in neither
        once, twice = ({key: row for key, row in found.items() if row[-1] != "D"} for found in (once, twice))
        once, twice = ({key: row[:-1] for key, row in found.items()} for found in (once, twice))
    assert once and once == twice


def test_an_advance_has_only_what_is_new(advanced: Path) -> None:
    cases = pl.read_csv(io.BytesIO((advanced / f"data/asb/react_cases_{UNTIL}.csv").read_bytes().decode("cp1252").encode()), infer_schema=False)
    days = cases.select(pl.max_horizontal(pl.col("Date Entered", "Closure Entered").str.to_date("%d/%m/%Y"))).to_series()
    assert cases.height and days.min() > EARLIER and days.max() <= UNTIL  # type: ignore[operator]  # dates, all of them
    assert {path.name for path in advanced.glob("data/police/2026-10-01/*")} == {"street_crime_2026-08.json", "street_crime_2026-02.json"}
    assert not list(advanced.glob("data/land_registry/titles_full_2026_09*"))


@pytest.mark.parametrize("feed", A_YEAR)
def test_there_are_as_many_as_in_a_borough(whole: Path, feed: str) -> None:
    assert 0.7 < told(whole, feed).height / (A_YEAR[feed] * PLAN.scale * YEARS) < 1.4


def rates(world: World, records: pl.DataFrame) -> dict[str, float]:
    """Records for each 1,000 years of owners' homes, lets to one household, and HMOs."""
    until = pl.lit(UNTIL)
    spells = world.lives.spells.filter(pl.col("start") < until).with_columns(
        end=pl.min_horizontal(pl.col("end").fill_null(UNTIL), until), start=pl.max_horizontal("start", pl.lit(dt.date(2022, 1, 1)))
    )
    let = pl.col("tenure") == "private"
    kind = pl.when(let & pl.col("hmo")).then(pl.lit("hmo")).when(let).then(pl.lit("let")).when(pl.col("tenure").is_in(["owned", "mortgaged"])).then(pl.lit("own"))
    spells = spells.with_columns(kind=kind, days=(pl.col("end") - pl.col("start")).dt.total_days()).filter(pl.col("days") > 0, pl.col("kind").is_not_null())
    met = records.drop_nulls("uprn").join(spells, on="uprn").filter(pl.col("on").is_between("start", "end", closed="left"))
    years = dict(spells.group_by("kind").agg(pl.col("days").sum() / 365.25).iter_rows())
    return {kind: count / years[kind] * 1000 for kind, count in met.group_by("kind").len().iter_rows()}


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """A borough with enough shared houses: in a small one, chance alone makes their rates a fifth more or less."""
    plan, root = Plan(scale=0.2), tmp_path_factory.mktemp("larger")
    made = build.world(plan, plan.districts()[0])
    with FilesYard(root, UNTIL) as yard:
        build.deliver(made, Period(UNTIL), yard, ("asb", "noise", "pest_control", "waste"))
    return made, root


@pytest.mark.parametrize(("feed", "times"), [("noise.requests", 2.2), ("asb.cases", 1.8), ("pest_control.jobs", 1.3), ("waste.jobs", 1.3)])
def test_shared_houses_leave_more_and_quiet_owners_some(larger: tuple[World, Path], feed: str, times: float) -> None:
    found = rates(larger[0], told(larger[1], feed))
    assert found["own"] > 5
    assert found["hmo"] > times * found["own"]
    assert found["hmo"] < 8 * found["own"]  # nobody is told apart by one feed


def test_an_address_is_where_the_truth_says(world: World, whole: Path) -> None:
    homes = world.ground.properties.select("uprn", "postcode")
    true = told(whole, "epc.certificates").join(homes, on="uprn")
    written = latest(whole, "epc/*.csv")
    same = [written[key][4].replace(" ", "").upper() == code.replace(" ", "") for key, code in true.select("key", "postcode").iter_rows() if written[key][4]]
    assert len(same) > 0.85 * true.height
    assert sum(same) / len(same) > 0.95


def test_callers_lived_in_the_borough_when_they_called(world: World, whole: Path) -> None:
    cases = told(whole, "asb.cases").drop_nulls("person")
    stays = world.lives.stays.select("person", "start", "end").join(cases, on="person")
    there = stays.filter(pl.col("start") <= pl.col("on"), pl.col("end").is_null() | (pl.col("end") >= pl.col("on")))
    assert cases.height > 50 and there["key"].n_unique() == cases.height


def test_a_system_was_down_for_some_weeks(whole: Path) -> None:
    """Nothing is entered in them; part of it is caught up with afterwards, and the rest is lost."""
    entered = [dt.date.fromisoformat(job["dates"]["entered"]) for job in latest(whole, "waste/*.json").values()]
    by_week = Counter((day - dt.date(2023, 10, 16)).days // 7 for day in entered)
    usual = sum(by_week[week] for week in range(-12, 0)) / 12
    after = sum(by_week[week] for week in range(2, 6))
    assert by_week[0] == by_week[1] == 0
    assert 0 < CAUGHT_UP < 1 and 4.3 * usual < after < 6 * usual


def test_tenure_on_a_certificate_is_sometimes_wrong(world: World, whole: Path) -> None:
    """A home that is let now has, often enough, a certificate that says so; and often one that doesn't."""
    said = {key: row for key, row in latest(whole, "epc/*.csv").items()}
    let = world.lives.spells.filter(pl.col("tenure") == "private", pl.col("start") <= dt.date(2024, 1, 1), pl.col("end").is_null() | (pl.col("end") > dt.date(2024, 1, 1)))
    mine = told(whole, "epc.certificates").filter(pl.col("on") <= dt.date(2024, 1, 1)).sort("on").unique("uprn", keep="last").join(let.select("uprn"), on="uprn")
    tenures = Counter("private" in said[key][21].lower() for key in mine["key"])
    assert 0.45 < tenures[True] / mine.height < 0.95


def test_titles_name_who_owned_on_the_day(world: World, whole: Path) -> None:
    titles = told(whole, "land_registry.titles")
    day = dt.date(2026, 10, 1)
    owners = world.lives.spells.filter(pl.col("start") <= day, pl.col("end").is_null() | (pl.col("end") > day)).join(world.lives.owners.select("owner", "person"), on="owner")
    both = titles.drop_nulls("person").join(owners.select("uprn", pl.col("person").alias("now")).drop_nulls(), on="uprn")
    agree = both.filter(pl.col("person") == pl.col("now")).height / both.height
    assert 0.9 < agree < 1  # registration takes its time
    assert not titles.filter(pl.col("on") > day).height


@pytest.fixture(scope="module")
def ledger(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What a run of the ready-made sources makes of it."""
    project = tmp_path_factory.mktemp("project")
    (project / "borough.yaml").write_text("borough: Northmere\n")
    shutil.copytree(whole / "data", project / "data")
    for command in (["source", "add", *SERVICES], ["run", "--json"]):
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
    found: dict[str, Counter[str]] = {}
    for row in ledger:
        found.setdefault(row["feed"], Counter()).update({name: row[name] for name in ("read", "accepted", "unchanged", "quarantined", "held")})
    assert len(found) == 11
    for feed, row in found.items():
        assert row["read"] > 0 and row["held"] == 0, (feed, row)
        assert row["quarantined"] == broken[feed], (feed, row)
        assert row["accepted"] + row["unchanged"] > 0.95 * row["read"], (feed, row)


def test_every_source_says_what_it_is_for() -> None:
    ready = shelf.sources()
    assert set(SERVICES) <= set(ready)
    assert all(ready[name].lawful_basis and ready[name].purposes and ready[name].systems for name in SERVICES)
