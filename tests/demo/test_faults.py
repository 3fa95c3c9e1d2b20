"""What becomes of each kind of fault: the ledger, the quarantine, the scorecard and the rows say what the fault rates predict.

The same services write twice, once without a fault and once with many; the pipeline runs over both with the library's own declarations.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

import borough.library
from borough.demo import build
from borough.demo.files.yard import FilesYard
from borough.demo.mess.kinds import KINDS
from borough.demo.plan import UNTIL, Period, Plan
from borough.demo.services import asb
from borough.demo.world import World

pytestmark = pytest.mark.slow
BOROUGH = str(Path(sys.executable).parent / "borough")
LIBRARY = Path(borough.library.__file__).parent
SERVICES = ("boundaries", "asb", "noise", "pest_control", "waste", "libraries", "benefits", "council_tax")
NONE = dict.fromkeys(KINDS, 0.0)
MANY = {kind: 0.04 for kind in KINDS} | {
    "header_repeated": 1.0, "totals_row": 1.0, "double_same": 0.02, "double_differing": 0.02, "text_mojibake": 0.4, "text_garbled": 0.4,
    "name_diacritics_lost": 0.2, "name_middle_missing": 0.3, "name_exors": 0.9, "company_style": 0.3, "name_maiden": 0.3, "nino_short": 0.1, "nino_temporary": 0.1, "nino_recycled": 0.1, "nino_mistyped": 0.1, "nino_missing": 0.1,
}  # fmt: skip

# Where each kind is looked at: the feed, the column that was written (as told), the dataset's key and column. One that no row shows stands for a whole record or file.
CASES = ("asb.cases", "asb_case", "case_id")
REQUESTS = ("noise.requests", "service_request", "request_id")
JOBS = ("waste.jobs", "waste_job", "job_id")
MEMBERS = ("libraries.members", "library_member", "card_number")
CLAIMS = ("benefits.claims", "benefit_claim", "claim_id")
ACCOUNTS = ("council_tax.accounts", "council_tax_account", "account_ref")
SPOTS: dict[str, tuple[tuple[str, str, str], str, str]] = {
    **{kind: (JOBS, "property.uprn", "uprn") for kind in ("uprn_missing", "uprn_parent", "uprn_float", "uprn_zero")},
    **{kind: (JOBS, "reporter.name", "name") for kind in ("name_surname_first", "name_occupier", "name_company", "name_swapped", "name_maiden", "name_nickname", "name_typo", "name_initial", "name_diacritics_lost", "name_middle_missing")},
    **{kind: (JOBS, "property.address.line", "address") for kind in ("flat_described", "flat_missing", "address_number_split", "address_abbreviated", "address_typo", "address_town_missing", "address_stale", "text_spaces", "text_no_break")},
    "postcode_inside": (JOBS, "property.address.line", "postcode"),
    **{kind: (JOBS, "property.address.line.postcode", "postcode") for kind in ("postcode_letters", "postcode_spacing", "postcode_lower", "postcode_wrong", "postcode_missing")},
    "text_mojibake": (CASES, "Complainant", "name"),
    "text_garbled": (CASES, "Complainant", "name"),
    "date_unknown": (CASES, "Date of Incident", "occurred"),
    "date_swapped": (CASES, "Date of Incident", "occurred"),
    "date_impossible": (CASES, "Date Reported", "reported"),
    **{kind: (MEMBERS, "email", "email") for kind in ("email_capitals", "email_typo", "email_broken", "email_other")},
    **{kind: (MEMBERS, "phone", "phone") for kind in ("phone_layout", "phone_short")},
    "name_exors": (ACCOUNTS, "name", "name"),
    "company_style": (ACCOUNTS, "name", "name"),
    **{kind: (CLAIMS, "nino", "nino") for kind in ("nino_mistyped", "nino_short", "nino_recycled", "nino_spaced", "nino_temporary", "nino_missing")},
}  # fmt: skip
BY_RECORD = {"double_same", "double_differing", "header_repeated", "totals_row"}
ELSEWHERE = {
    "move_late": "news of it comes on another day, and no row is wrong",
    "move_untold": "no news of it comes, and no row is wrong",
}


@dataclass
class Council:
    """A project that has been run."""

    folder: Path
    done: dict[str, Any] = field(default_factory=dict)
    _read: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def says(self, *words: str) -> Any:
        environment = {**os.environ, "NO_COLOR": "1"}
        command = [BOROUGH, *words, "--project", str(self.folder), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=240)
        assert done.returncode in (0, 3), done.stdout + done.stderr
        return json.loads(done.stdout)

    @cached_property
    def faults(self) -> pl.DataFrame:
        return pl.read_parquet(self.folder / "truth/faults/*.parquet").with_columns(feed=pl.concat_str("source", "feed", separator="."))

    def told(self, kind: str, feed: str, column: str | None = None) -> pl.DataFrame:
        found = self.faults.filter((pl.col("kind") == kind) & (pl.col("feed") == feed))
        return found if column is None else found.filter(pl.col("column") == column)

    def rows(self, of: tuple[str, str, str]) -> dict[str, dict[str, Any]]:
        """The current rows of a dataset by key, with the columns that are looked at."""
        _, dataset, key = of
        if dataset not in self._read:
            columns = {key, *(column for spot, _, column in SPOTS.values() if spot == of)}
            found = self.says("query", f"SELECT {', '.join(sorted(columns))} FROM {dataset}", "--purpose", "benefits_administration" if dataset == "benefit_claim" else "everything")
            self._read[dataset] = {str(row[key]): row for row in found}
        return self._read[dataset]

    def refused(self, dataset: str) -> list[dict[str, Any]]:
        name = f"refused {dataset}"
        if name not in self.done:
            self.done[name] = self.says("quarantine", "list", dataset, "--limit", "100000")
        return self.done[name]

    def ledger(self, feed: str, column: str) -> int:
        return sum(row[column] for row in self.done["ledger"] if row["feed"] == feed)

    def failed(self, dataset: str, rule: str) -> int:
        name = f"quality {dataset}"
        if name not in self.done:
            self.done[name] = self.says("quality", dataset)
        return sum(row["failed"] for row in self.done[name] if row["rule"] == rule)


def _declared(folder: Path) -> None:
    """The library's sources of these services, their datasets, and a purpose that may see everything."""
    for name in ("sources", "datasets"):
        (folder / name).mkdir(parents=True)
    for service in SERVICES:
        source = LIBRARY / "sources" / f"{service}.yaml"
        shutil.copy(source, folder / "sources")
        for feed in yaml.safe_load(source.read_text(encoding="utf-8"))["feeds"].values():
            shutil.copy(LIBRARY / "datasets" / f"{feed['to']}.yaml", folder / "datasets")
    purposes = yaml.safe_load((LIBRARY / "purposes.yaml").read_text(encoding="utf-8"))
    purposes = purposes.get("purposes", purposes)
    purposes["everything"] = {"title": "Tests", "lawful_basis": "nobody's data", "permits": ["public", "internal", "personal", "special"]}
    (folder / "borough.yaml").write_text(yaml.safe_dump({"borough": "Northmere", "lake": "./lake", "purpose": "everything", "purposes": purposes}), encoding="utf-8")


def _council(folder: Path, world: World, rates: dict[str, float]) -> Council:
    _declared(folder)
    plan = dataclasses.replace(world.plan, rates=rates)
    with FilesYard(folder, UNTIL) as yard:
        build.deliver(dataclasses.replace(world, plan=plan), Period(UNTIL), yard, SERVICES)
    council = Council(folder)
    council.done = council.says("run", "--now", "2026-11-01")
    assert council.done["failures"] == council.done["held"] == []
    return council


@pytest.fixture(scope="module")
def world() -> World:
    plan = Plan(scale=0.02)
    return build.world(plan, plan.districts()[0])


@pytest.fixture(scope="module", autouse=True)
def short_pages() -> Any:
    """Pages short enough for a small borough to have several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asb, "PAGE", 40)
        yield


@pytest.fixture(scope="module")
def clean(world: World, tmp_path_factory: pytest.TempPathFactory) -> Council:
    return _council(tmp_path_factory.mktemp("councils") / "clean", world, NONE)


@pytest.fixture(scope="module")
def messy(world: World, tmp_path_factory: pytest.TempPathFactory, short_pages: Any) -> Council:
    return _council(tmp_path_factory.mktemp("councils") / "messy", world, MANY)


def test_every_kind_is_looked_at() -> None:
    assert set(SPOTS) | BY_RECORD | set(ELSEWHERE) == set(KINDS)


def test_what_is_not_broken_is_not_refused(clean: Council) -> None:
    assert clean.says("quarantine", "list") == []
    assert not list((clean.folder / "truth/faults").glob("*")) or clean.faults.is_empty()
    assert sum(row["superseded"] for row in clean.done["ledger"]) == 0


def test_nothing_is_lost(messy: Council) -> None:
    for row in messy.done["ledger"]:
        assert row["read"] == row["accepted"] + row["unchanged"] + row["superseded"] + row["quarantined"] + row["held"], row["feed"]


def _alone(messy: Council, kind: str) -> list[str]:
    """The keys of records with this fault in its column, and there no other; and none that has it refused."""
    of, written, _ = SPOTS[kind]
    others = messy.faults.filter((pl.col("feed") == of[0]) & (pl.col("column") == written) & (pl.col("kind") != kind))
    refused = [row["key"] for row in messy.refused(of[1]) if row["key"] is not None]
    keys = messy.told(kind, of[0], written).unique("key", maintain_order=True).join(others, on="key", how="anti", maintain_order="left")
    return keys.filter(~pl.col("key").is_in(refused))["key"].to_list()


@pytest.mark.parametrize("kind", [kind for kind in SPOTS if kind != "date_impossible"])
def test_what_becomes_of_the_rows(clean: Council, messy: Council, kind: str) -> None:
    of, written, column = SPOTS[kind]
    told = messy.told(kind, of[0], written)
    assert told.height > 0, "else this test says nothing"
    assert told["expect"].unique().to_list() == [KINDS[kind].expect]
    right, rows = clean.rows(of), messy.rows(of)
    found = [(right[key][column], rows[key][column]) for key in _alone(messy, kind) if key in right]  # others were deleted by their system
    assert found, "no record has this fault alone"
    match KINDS[kind].expect:
        case "mended":
            wrong = [pair for pair in found if pair[0] != pair[1]]
            assert wrong == [] or (kind == "name_surname_first" and len(wrong) < 0.1 * len(found)), "capitals can't always be undone"
        case "unknown" | "counted":
            assert all(a is not None and b is None for a, b in found)
        case "kept":
            assert [pair for pair in found if pair[0] == pair[1]] == [] or kind == "company_style", "a reader of names takes capitals away"
        case other:
            pytest.fail(f"{other}: has a test of its own")


@pytest.mark.parametrize("kind", [kind for kind in SPOTS if KINDS[kind].expect == "counted"])
def test_what_can_not_be_read_is_on_the_scorecard(messy: Council, kind: str) -> None:
    of, written, column = SPOTS[kind]
    told = messy.told(kind, of[0], written)
    twice = messy.faults.filter((pl.col("feed") == of[0]) & pl.col("kind").str.starts_with("double")).join(told, on="key", how="semi").height
    standing = told.filter(pl.col("key").is_in(list(messy.rows(of)))).height  # a record that its system deletes says nothing more
    assert standing + twice <= messy.failed(of[1], f"{column}_readable") <= told.height + twice


@pytest.mark.parametrize("kind", ["uprn_missing", "uprn_float", "uprn_zero", "email_capitals", "email_broken", "phone_short", "postcode_missing", "date_unknown"])
def test_as_many_as_declared(clean: Council, messy: Council, kind: str) -> None:
    of, written, column = SPOTS[kind]
    able = sum(row[column] is not None for row in clean.rows(of).values())
    told = messy.told(kind, of[0], written)["key"].n_unique()
    assert abs(told - MANY[kind] * able) < 5 * math.sqrt(able * MANY[kind] * (1 - MANY[kind]))


def _is_row(key: str) -> bool:
    return key not in ("Total", "Case Reference")


@pytest.mark.parametrize("of", [CASES, REQUESTS, JOBS, MEMBERS, CLAIMS, ACCOUNTS], ids=lambda of: of[0])
def test_what_is_refused_is_what_was_broken(clean: Council, messy: Council, of: tuple[str, str, str]) -> None:
    told = messy.faults.filter((pl.col("feed") == of[0]) & (pl.col("expect") == "refused"))
    assert {row["key"] for row in messy.refused(of[1]) if row["feed"] == of[0] and _is_row(row["key"])} == {key for key in told["key"] if _is_row(key)}
    assert messy.ledger(of[0], "quarantined") >= told.height
    assert clean.rows(of).keys() - set(told["key"]) <= messy.rows(of).keys(), "and no other row is missing"


def test_a_day_that_is_none_is_refused_with_its_reason(clean: Council, messy: Council) -> None:
    of, written, column = SPOTS["date_impossible"]
    told = messy.told("date_impossible", of[0], written)["key"].unique().to_list()
    assert told
    assert not set(told) & messy.rows(of).keys()
    assert set(told) <= clean.rows(of).keys()
    row = next(row for row in messy.refused(of[1]) if row["key"] == told[0])
    assert f'"{column}' in json.dumps(messy.says("quarantine", "show", row["id"]))
    assert messy.failed(of[1], f"{column}_readable") > 0


@pytest.mark.parametrize("of", [CASES, JOBS, REQUESTS], ids=lambda of: of[0])
def test_copies_are_counted_once(clean: Council, messy: Council, of: tuple[str, str, str]) -> None:
    told = messy.told("double_same", of[0])
    assert told.height > 2
    refused = {row["key"] for row in messy.refused(of[1])}
    alike = told.filter(~pl.col("key").is_in(list(refused)))
    assert alike.height <= messy.ledger(of[0], "superseded") <= told.height
    assert set(alike["key"]) <= messy.rows(of).keys()


def test_copies_that_differ_are_refused_both(messy: Council) -> None:
    told = messy.told("double_differing", MEMBERS[0])
    assert told.height > 2
    refused = [row["key"] for row in messy.refused(MEMBERS[1])]
    assert all(refused.count(key) == 2 for key in told["key"])
    assert not set(told["key"]) & messy.rows(MEMBERS).keys()
    assert messy.failed(MEMBERS[1], "duplicate_key") == 2 * told.height


def test_a_header_inside_a_file_is_refused(messy: Council) -> None:
    told = messy.told("header_repeated", "asb.cases")
    assert told.height > 2
    assert sum(row["key"] == "Case Reference" for row in messy.refused("asb_case")) == told.height


def test_totals_are_no_records(messy: Council) -> None:
    told = messy.told("totals_row", "pest_control.jobs")
    assert told.height > 2
    rows = [row for row in messy.refused("pest_job") if row["key"] is None]
    assert len(rows) == told.height
    assert "otal" in json.dumps(messy.says("quarantine", "show", rows[0]["id"]))
