"""The synthetic borough through its commands: made, run, moved on, measured; the same seed gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from borough.project.load import load

from .council import borough, process, rows

SCALE = "0.01"


def digests(folder: Path) -> dict[str, str]:
    """Of every file that generate writes (a run's lake apart)."""
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.relative_to(folder).parts[0] in ("data", "truth", "sources", "datasets", "reports")]
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "northmere"
    done = process("demo", "generate", folder, "--scale", SCALE)
    assert done.code == 0, done.err
    assert "faults of" in done.out and "next: borough run" in done.out
    return folder


@pytest.fixture(scope="module")
def ran(made: Path) -> Path:
    checked = borough("check", "--project", made)
    assert checked.code == 0 and "no warnings" in checked.out, checked.out + checked.err
    done = process("run", "--project", made)
    assert done.code == 0, done.out + done.err
    return made


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    before = digests(made)
    assert borough("demo", "generate", tmp_path / "again", "--scale", SCALE).code == 0
    assert digests(tmp_path / "again") == before


@pytest.mark.slow
def test_another_seed_gives_another_borough(made: Path, tmp_path: Path) -> None:
    assert borough("demo", "generate", tmp_path / "other", "--scale", SCALE, "--seed", "8").code == 0
    ours, theirs = digests(made), digests(tmp_path / "other")
    same = {name for name in ours.keys() & theirs.keys() if ours[name] == theirs[name]}
    assert {name.split("/")[0] for name in same} <= {"sources", "datasets", "reports", "data"}
    assert len([n for n in same if n.startswith("data/")]) < len([n for n in ours if n.startswith("data/")]) / 4


def test_every_feed_delivers_and_the_ledger_adds_up(ran: Path) -> None:
    ledger = rows(ran, "SELECT feed, sum(read) AS read, sum(accepted + unchanged + superseded + quarantined + held) AS went FROM ledger GROUP BY feed")
    assert all(line["read"] == line["went"] for line in ledger)
    declared = json.loads(borough("source", "status", "--json", "--project", ran).out)
    assert {feed["feed"] for feed in declared} == {line["feed"] for line in ledger if line["read"]}


def test_nothing_is_held_and_little_is_refused(ran: Path) -> None:
    ((read, quarantined, held),) = [tuple(r.values()) for r in rows(ran, "SELECT sum(read) AS read, sum(quarantined) AS q, sum(held) AS held FROM ledger")]
    assert held == 0
    assert 0 < quarantined < read * 0.02


def test_the_pipeline_never_reads_the_truth(ran: Path) -> None:
    for path in [*ran.glob("sources/*.yaml"), *ran.glob("reports/*.sql")]:
        assert "truth/" not in path.read_text(encoding="utf-8"), path


def test_licensing_of_the_whole_borough(ran: Path) -> None:
    """With the library's register, designations and gazetteer there is nothing to declare; in April 2022 no selective scheme was in force."""

    def homes(on: str) -> dict[tuple[int, int, str, str], int]:
        done = borough("licensing", "list", "--on", on, "--json", "--project", ran)
        assert done.code == 0, done.err
        return {(r["people"], r["households"], r["needs"], r["status"]): r["homes"] for r in done.json}

    between, now = homes("2022-04-15"), homes("2026-10-31")
    assert {needs for people, _, needs, _ in between if people == 2} == {"no licence"}
    assert now[2, 1, "selective", "licensed"] > 0 and now[2, 1, "selective", "unlicensed"] > now[2, 1, "selective", "licensed"]
    assert now[3, 2, "additional", "licensed"] > 0 and now[5, 2, "mandatory", "licensed"] > 0
    ((register, licences),) = [tuple(r.values()) for r in rows(ran, "SELECT (SELECT count(*) FROM licence_register) AS a, (SELECT count(*) FROM licence) AS b")]
    assert register == licences > 0


@pytest.fixture(scope="module")
def said(ran: Path) -> Any:
    return borough("demo", "truth", "--json", "--project", ran).json


@pytest.mark.slow
def test_truth_measures_the_run(said: Any) -> None:
    feeds = {feed["feed"]: feed for feed in said["feeds"]}
    assert len(feeds) > 30
    for feed in feeds.values():
        assert feed["found"] <= feed["records"]
        placed = feed["uprn_missing"] + feed["uprn_right"] + feed["uprn_parent"] + feed["uprn_wrong"]
        assert placed == feed["about_a_property"] <= feed["found"]
    about, right = (sum(feed[k] for feed in feeds.values()) for k in ("about_a_property", "uprn_right"))
    assert 0.7 < right / about < 0.95


@pytest.mark.slow
def test_truth_measures_the_links(said: Any) -> None:
    whole = next(part for part in said["addresses"] if part["feed"] == part["group"] == "all")
    assert whole["precision"] > 0.98 and whole["recall"] > 0.95
    assert said["people"]["pair_precision"] > 0.95 and said["people"]["pair_recall"] > 0.9
    assert {told["feed"] for told in said["people"]["feeds"]} > {"council_tax.accounts", "electoral.register", "housing.persons"}
    assert {group["by"] for group in said["fairness"]["groups"]} == {"name", "age", "tenure", "stay"} == set(said["fairness"]["gaps"])

@pytest.mark.slow
def test_truth_tells_what_became_of_each_kind_of_fault(ran: Path, said: Any) -> None:
    by = {(b["kind"], b["expect"]): b for b in said["faults"]}
    assert len({kind for kind, _ in by}) > 40
    for (kind, expect), b in by.items():
        if expect == "refused":
            assert b["refused"] == b["records"], (kind, b)  # every one is in quarantine, none in a dataset
        else:
            # The others are in the dataset, but for those that another fault cost or that have left it since.
            assert b["found"] >= 0.85 * b["records"] - 2, (kind, b)
    told = borough("demo", "truth", "--faults", "--addresses", "--people", "--project", ran).out
    assert "what should become of them" in told and "uprn_parent" in told
    assert "of the building" in told and "no postcode" in told and "with someone else's" in told and "gap between" in told


@pytest.mark.slow
def test_days_pass(ran: Path, tmp_path: Path) -> None:
    later = borough("demo", "advance", "--days", "3", "--json", "--project", ran).json
    assert later["until"] == "2026-11-03" and later["rows"] > 0
    done = borough("run", "--project", ran)
    assert done.code == 0, done.out + done.err
    read = rows(ran, "SELECT sum(read) AS n FROM ledger WHERE run = (SELECT max(run) FROM ledger)")[0]["n"]
    assert read > 0
    asked = borough("query", "SELECT count(*) AS n FROM asb_case WHERE entered > DATE '2026-10-31'", "--json", "--project", ran)
    assert asked.json[0]["n"] >= 0


@pytest.mark.slow
def test_no_faults_where_none_are_wanted(tmp_path: Path) -> None:
    folder = tmp_path / "clean"
    said = borough("demo", "generate", folder, "--scale", SCALE, "--without", "all", "--json").json
    assert said["faults"] == {}
    assert list((folder / "truth").glob("faults/*.parquet")) == []


@pytest.mark.slow
def test_a_fault_has_the_rate_that_is_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "hard"
    said = borough("demo", "generate", folder, "--scale", SCALE, "--without", "all", "--fault", "uprn_missing=0.5", "--json").json
    assert set(said["faults"]) == {"uprn_missing"}
    faults = pl.read_parquet(folder / "truth" / "faults" / "*.parquet")
    assert set(faults["expect"]) <= {"unknown", "refused", "kept", "counted"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--scale", "0"), "scale 0"),
        (("--scale", "34"), "0.01 to 33"),
        (("--until", "2030-01-01"), "2027-12-31"),
        (("--until", "yesterday"), "--until"),
        (("--fault", "uprn_mising=0.1"), "uprn_missing"),
        (("--fault", "uprn_missing"), "has no rate"),
        (("--fault", "uprn_missing=2"), "uprn_missing"),
        (("--without", "typoes"), "typoes"),
    ],
)
def test_what_can_not_be_made_is_told(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = borough("demo", "generate", tmp_path / "x", *words)
    assert done.code == 2, done
    assert says in done.err and "advice:" in done.err and "Traceback" not in done.err


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = borough("demo", "generate", tmp_path)
    assert done.code == 2 and "no demo" in done.err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_what_is_refused_leaves_the_demo_that_is_there(made: Path) -> None:
    before = digests(made)
    for words in (("--until", "2030-01-01"), ("--scale", "99"), ("--fault", "nonsense=1"), ("--postgres", "postgresql://nobody:se/cret@127.0.0.1:1/x"), ("--postgres", "postgresql://nobody@127.0.0.1:1/x")):
        done = borough("demo", "generate", made, *words)
        assert done.code == 2 and "se/cret" not in done.err and "'se'" not in done.err, done
    assert digests(made) == before


def test_a_note_that_was_cut_short_is_told(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text('{"scale": 0.')
    done = borough("demo", "advance", "--project", tmp_path)
    assert done.code == 2 and "demo.json can't be read" in done.err


def test_there_must_be_a_demo_to_move_on(tmp_path: Path) -> None:
    done = borough("demo", "advance", "--project", tmp_path)
    assert done.code == 2 and "no demo" in done.err


def test_kinds_of_faults_are_listed() -> None:
    listed = borough("demo", "faults", "--json").json
    assert len(listed) > 40
    assert all(kind["means"] and kind["expect"] for kind in listed)


# The attributes of the two lists of the proof of concept of 2019, a new resident's and a complex household's, and the column that has each.
ATTRIBUTES = {
    "new resident": {
        "age": "library_member.date_of_birth",
        "address": "lpi.pao_text|lpi.number",
        "home owner": "land_title.proprietor",
        "tenure": "housing_property.landlord|tenancy.tenure",
        "tenancy": "tenancy.started",
        "education status": "pupil.status",
        "council tax status": "council_tax_account.status",
        "school registration": "pupil.started",
        "library status": "library_member.status",
        "further-education registration": "further_education_enrolment.started",
        "ASB": "asb_case.category",
        "education service action": "education_action.action",
        "contact preference": "customer_account.contact_preference",
        "school meals": "school_meal_claim.outcome|pupil.free_school_meals",
        "service preference": "customer_account.service_preference",
        "children's services": "childrens_referral.received|supported_child.child_id",
        "adoption": "adoption_decision.decided",
        "new resident": "move_notice.new_resident",
    },
    "complex household": {
        "age": "benefit_member.date_of_birth",
        "address": "council_tax_property.address",
        "home owner": "council_tax_occupation.occupier_class",
        "household id": "benefit_claim.household_id",
        "size of property": "energy_certificate.floor_area_m2",
        "address history": "council_tax_occupation.started",
        "council tax status": "council_tax_account.status",
        "tenancy": "tenancy.status",
        "property history": "blpu.started|blpu.status",
        "planning request": "planning_application.received",
        "planning history": "planning_application.decision",
        "PCN count": "penalty_charge.pcn",
        "landlord": "licence.holder",
        "multi-property landlord": "land_title.company_number|licence.licences_held",
        "adult social care": "adult_care_event.service",
        "PIP": "benefit_claim.pip",
        "blue badge": "blue_badge.started",
        "freedom pass": "freedom_pass.started",
    },
}


def test_there_are_36_of_them() -> None:
    assert [len(columns) for columns in ATTRIBUTES.values()] == [18, 18]


@pytest.mark.parametrize(("list_", "attribute"), [(name, attribute) for name, columns in ATTRIBUTES.items() for attribute in columns])
def test_every_attribute_has_a_column_that_the_demo_fills(ran: Path, list_: str, attribute: str) -> None:
    for column in ATTRIBUTES[list_][attribute].split("|"):
        dataset, name = column.split(".")
        spec = load(ran).datasets[dataset]
        purposes = spec.columns[name].purposes or ("data_engineering",)
        (found,) = rows(ran, f"SELECT count({name}) AS filled, count(DISTINCT {name}) AS different FROM {dataset}", "--purpose", purposes[0])
        assert found["filled"] > 0, column
        # A freedom pass, say, has a date for each; a status has at least two values somewhere, however small the borough.
        assert found["different"] > 0, column
