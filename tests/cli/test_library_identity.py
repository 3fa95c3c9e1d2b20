"""Every ready-made dataset that tells who or where declares it, or is here with the reason why not."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

import borough.library
from borough.project.load import load
from borough.project.roles import addresses_of, people_of
from borough.project.spec import Spec
from borough.project.specs import DatasetSpec

NAMES = frozenset({"name", "surname", "first_name", "applicant", "proprietor", "holder", "landlord", "tenant", "pupil_name", "hirer", "second_name", "informant", "contact_name"})
PLACES = frozenset({"uprn", "address", "correspondence_address", "proprietor_address", "holder_address", "previous_address", "informant_address", "first_party_address", "property_ref"})
NO_PERSON = {
    "housing_property": "its landlord is the council or an association, told by kind",
}
NO_PLACE = {
    "blpu": "it is the gazetteer",
    "blpu_class": "it is the gazetteer",
    "lpi": "it is the gazetteer",
    "cross_reference": "it is the gazetteer",
}


FOLDER = Path(borough.library.__file__).parent / "datasets"
ALL = sorted(path.stem for path in FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, DatasetSpec]:
    project = tmp_path_factory.mktemp("library")
    (project / "borough.yaml").write_text("borough: Somewhere\nlake: ./lake\npurpose: all\npurposes:\n  all: {title: All}\nengine: duckdb\n")
    shutil.copytree(FOLDER, project / "datasets", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return load(project).datasets


@pytest.mark.parametrize("name", ALL)
def test_a_dataset_that_tells_who_or_where_declares_it(name: str, contracts: Mapping[str, DatasetSpec]) -> None:
    contract = contracts[name]
    if NAMES.intersection(contract.columns) and name not in NO_PERSON:
        assert people_of(contract), f"{name} has names, but no person"
    if PLACES.intersection(contract.columns) and name not in NO_PLACE:
        assert addresses_of(contract), f"{name} has addresses, but no address"


def test_the_reasons_are_of_datasets_that_need_them(contracts: Mapping[str, DatasetSpec]) -> None:
    assert [n for n in NO_PERSON if n not in contracts or not NAMES.intersection(contracts[n].columns)] == []
    assert [n for n in NO_PLACE if addresses_of(contracts[n])] == []


@pytest.mark.parametrize("name", ALL)
def test_every_name_and_address_column_is_used(name: str, contracts: Mapping[str, DatasetSpec]) -> None:
    """A contract that forgets its applicant's company number, or a second address, links less than it could."""
    contract = contracts[name]
    used: set[str] = set()
    for spec in (*addresses_of(contract).values(), *people_of(contract).values()):
        used |= _columns(spec)
    telling = {"nino", "nhs_number", "date_of_birth", "email", "company_number"} & contract.columns.keys()
    assert telling <= used, f"{name}: {sorted(telling - used)}"


def _columns(spec: Spec) -> set[str]:
    found: set[str] = set()
    for value in spec.model_dump().values():
        found.update([value] if isinstance(value, str) else value if isinstance(value, tuple | list) else ())
    return found
