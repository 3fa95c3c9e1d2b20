"""The library: every ready-made source can be copied into a project, passes check there, and says what it is for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from borough.library import shelf
from borough.project.checks import check
from borough.project.load import load

from .council import borough

SERVICES = (
    "recycling and waste", "planning and building control", "SEND and transport", "adult social care", "housing", "enforcement and licensing",
    "arts, parks and libraries", "benefits and money advice", "electoral services", "births, deaths and marriages", "regeneration",
    "children's services", "telecare", "commercial trading", "highways and parking", "CCTV", "public health", "addresses and land", "revenues",
    "customer services", "education", "outside data",
)  # fmt: skip
START = "borough: Somewhere  # ours\nlake: ./lake\n\npurpose: service_planning\npurposes:\n  service_planning: # for plans\n    title: Planning\n# the end\nengine: duckdb\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "borough.yaml").write_text(START)
    return tmp_path


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_source(service: str) -> None:
    assert service in {ready.service for ready in shelf.sources().values()}


def test_no_source_is_of_another_service() -> None:
    assert {ready.service for ready in shelf.sources().values()} == set(SERVICES)


@pytest.mark.parametrize("name", shelf.sources())
def test_a_source_says_what_it_is_and_passes_check_alone(name: str, project: Path) -> None:
    ready = shelf.sources()[name]
    assert ready.title and ready.service and ready.systems and ready.purposes and ready.fills
    assert "UK GDPR article 6" in ready.lawful_basis or "no personal data" in ready.lawful_basis.lower()
    added = borough("source", "add", name, "--project", project)
    assert added.code == 0, added.err
    told = [m for m in check(load(project)) if "which no feed fills" not in str(m)]
    assert told == []


def test_all_of_them_pass_check_together(project: Path) -> None:
    assert borough("source", "add", "--all", "--project", project).code == 0
    assert check(load(project)) == []
    checked = borough("check", "--project", project)  # the expressions too
    assert checked.code == 0, checked.out + checked.err
    assert "no warnings" in checked.out


def test_purposes_go_below_those_that_are_there_and_comments_stay(project: Path) -> None:
    borough("source", "add", "council_tax", "--project", project)
    text = (project / "borough.yaml").read_text()
    assert text.startswith(START.split("# the end")[0])
    assert text.endswith("# the end\nengine: duckdb\n")
    assert "  revenue_collection:\n    title: " in text


def test_a_project_without_purposes_gets_them_and_its_own(project: Path) -> None:
    (project / "borough.yaml").write_text("borough: Somewhere")
    borough("source", "add", "epc", "--project", project)
    assert check(load(project)) == [m for m in check(load(project)) if "no feed fills" in str(m)]


def test_a_purpose_that_a_project_goes_by_is_declared_once(project: Path) -> None:
    (project / "borough.yaml").write_text("borough: Somewhere\npurpose: revenue_collection\n")
    borough("source", "add", "council_tax", "--project", project)
    assert (project / "borough.yaml").read_text().count("  revenue_collection:\n") == 1
    assert borough("check", "--project", project).code == 0


def test_a_second_time_nothing_changes(project: Path) -> None:
    borough("source", "add", "telecare", "--project", project)
    before = {p: p.read_bytes() for p in project.rglob("*.yaml")}
    again = borough("source", "add", "telecare", "--project", project)
    assert again.code == 0 and "left as they are" in again.out
    assert {p: p.read_bytes() for p in project.rglob("*.yaml")} == before


def test_what_a_council_made_its_own_is_not_replaced(project: Path) -> None:
    borough("source", "add", "telecare", "--project", project)
    own = project / "sources" / "telecare.yaml"
    own.write_text(own.read_text().replace("owner: ", "owner: Our "))
    refused = borough("source", "add", "telecare", "--project", project)
    assert refused.code == 2
    assert "sources/telecare.yaml is there and differs" in refused.err and "-owner: Our" in refused.err
    assert "owner: Our" in own.read_text()
    assert borough("source", "add", "telecare", "--force", "--project", project).code == 0
    assert "owner: Our" not in own.read_text()


def test_a_wrong_name_is_told_with_the_nearest(project: Path) -> None:
    refused = borough("source", "add", "council_taks", "--project", project)
    assert refused.code == 2
    assert "council_tax" in refused.err


def test_nothing_is_written_where_there_is_no_project(tmp_path: Path) -> None:
    refused = borough("source", "add", "telecare", "--project", tmp_path)
    assert refused.code == 2 and "no borough.yaml" in refused.err
    assert list(tmp_path.iterdir()) == []


def test_the_list_is_by_service_and_searched_by_word(project: Path) -> None:
    borough("source", "add", "telecare", "--project", project)
    listed = {one["name"]: one for one in json.loads(borough("source", "list", "--json", "--project", project).out)}
    assert set(listed) == set(shelf.sources())
    assert listed["telecare"]["in_project"] and not listed["epc"]["in_project"]
    only = json.loads(borough("source", "list", "--service", "housing", "--json", "--project", project).out)
    assert {one["service"] for one in only} == {"housing"}
    assert "council_tax" in {one["name"] for one in json.loads(borough("source", "list", "academy", "--json", "--project", project).out)}


def test_print_writes_nothing(project: Path) -> None:
    printed = borough("source", "add", "epc", "--print", "--project", project)
    assert "source: epc" in printed.out
    assert not (project / "sources").exists()


def test_what_a_source_says_of_itself_is_shown(project: Path) -> None:
    borough("source", "add", "libraries", "--project", project)
    hires = project / "data" / "libraries" / "hires_2026-11-02.csv"
    hires.parent.mkdir(parents=True)
    hires.write_text("Booking #,Venue,Category,Hirer,Organisation,Hirer Email,Purpose of hire,Hire Date,Hours,Price inc VAT,Status,Booked On\nB1,Hall,Hall,,,,Fair,14 November 2026,2,£9.00,Confirmed,1 November 2026\n")
    assert borough("run", "--select", "libraries.hires", "--project", project).code == 0
    shown = borough("show", "venue_hire", "--project", project)
    assert "from libraries · Libraries, parks and halls · service: arts, parks and libraries · purposes: library_service" in shown.out, shown.err
    assert "Public Libraries and Museums Act 1964" in shown.out
    feeds = {feed["feed"]: feed for feed in borough("source", "status", "--json", "--project", project).json}
    assert feeds["libraries.hires"]["service"] == "arts, parks and libraries" and "library_service" in feeds["libraries.hires"]["purposes"]


REVEALING = {"uprn", "nhs_number", "nino", "pupil_id", "person_id", "elector_id", "child_id", "name", "surname", "address", "postcode", "date_of_birth"}


def test_what_names_a_person_or_a_home_is_not_seen_through_a_special_dataset() -> None:
    """Whose home or number stands in a dataset of health, care or benefits is itself such a fact; the key alone says nothing."""
    for name, dataset in {name: yaml.safe_load(shelf.text("datasets", name)) for ready in shelf.sources() for name in shelf.datasets_for(ready)}.items():
        if dataset.get("classification") != "special":
            continue
        keys = dataset["key"] if isinstance(dataset["key"], list) else [dataset["key"]]
        open_ = [c for c, spec in dataset["columns"].items() if c in REVEALING - set(keys) and (spec or {}).get("classification") in ("public", "internal")]
        assert open_ == [], name


def test_force_replaces_what_is_asked_for_and_no_other(project: Path) -> None:
    borough("source", "add", "asb", "--project", project)
    ward = project / "datasets" / "ward.yaml"
    ward.write_text(ward.read_text() + "# ours\n")
    assert borough("source", "add", "asb", "--force", "--project", project).code == 0
    assert ward.read_text().endswith("# ours\n")


def test_a_broken_borough_yaml_is_told(project: Path) -> None:
    for text in ("borough: [", "- a list\n"):
        (project / "borough.yaml").write_text(text)
        done = borough("source", "add", "epc", "--project", project)
        assert done.code == 2 and "borough.yaml" in done.err, done
