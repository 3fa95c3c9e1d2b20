"""The fictional council: the same seed gives the same bytes, and its truth adds up with its files."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest
from tests.small_council.council import generate
from tests.small_council.town import OLD_WARDS, WARDS, homes, ward_at


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("northmere")
    generate(directory)
    return directory


@pytest.fixture(scope="module")
def truth(council: Path) -> dict:
    return json.loads((council / "truth.json").read_text(encoding="utf-8"))


def _digests(directory: Path) -> dict[str, str]:
    return {str(f.relative_to(directory)): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(directory.rglob("*")) if f.is_file()}


def test_a_seed_gives_the_same_bytes_again(council: Path, tmp_path: Path) -> None:
    generate(tmp_path)
    assert _digests(tmp_path) == _digests(council)


def test_another_seed_gives_other_data_and_the_same_declarations(council: Path, tmp_path: Path) -> None:
    generate(tmp_path, seed=8)
    ours, theirs = _digests(council), _digests(tmp_path)
    assert {n: d for n, d in ours.items() if n.endswith((".yaml", ".sql"))} == {n: d for n, d in theirs.items() if n.endswith((".yaml", ".sql"))}
    assert ours["truth.json"] != theirs["truth.json"]


def test_fewer_months_are_the_first_of_more(council: Path, tmp_path: Path) -> None:
    generate(tmp_path, months=3)
    few, many = _digests(tmp_path), _digests(council)
    extracts = [name for name in few if name.startswith("data/")]
    assert extracts
    assert {n: few[n] for n in extracts} == {n: many[n] for n in extracts}


@pytest.mark.parametrize("months", [1, 2, 7, 30])
@pytest.mark.parametrize("seed", [0, 1, 99])
def test_every_seed_and_length_can_be_made(tmp_path: Path, seed: int, months: int) -> None:
    summary = generate(tmp_path, seed=seed, months=months)
    assert summary.rows > 0
    assert summary.truth.is_file()


@pytest.mark.parametrize("months", [0, 121])
def test_a_length_out_of_bounds_is_refused(tmp_path: Path, months: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 120"):
        generate(tmp_path, months=months)


def test_every_file_is_counted(council: Path, truth: dict) -> None:
    found = {str(f.relative_to(council)) for f in (council / "data").rglob("*") if f.is_file()}
    assert found == set(truth["rows"])


def test_encodings_are_what_the_systems_write(council: Path) -> None:
    tax = next((council / "data/council-tax").iterdir()).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        tax.decode("utf-8")
    assert "£" in tax.decode("cp1252")
    assert next((council / "data/licensing").iterdir()).read_bytes().startswith(b"\xef\xbb\xbf")
    assert next((council / "data/waste").iterdir()).read_bytes().startswith(b"\xff\xfe")


def test_the_licence_register_renames_a_column(council: Path) -> None:
    texts = [f.read_text(encoding="utf-8-sig") for f in sorted((council / "data/licensing").iterdir())]
    headers = [next(csv.reader(text.splitlines()))[0] for text in texts]
    assert sorted(set(headers)) == ["LICENCE NO", "Licence Number"]
    assert headers == sorted(headers)


def test_the_truth_counts_each_case_once(council: Path, truth: dict) -> None:
    ids = set()
    for file in (council / "data/asb").rglob("*.json"):
        ids |= {case["id"] for case in json.loads(file.read_text(encoding="utf-8"))["cases"]}
    refused = {f["key"] for f in truth["faults"] if f["outcome"] == "refused" and "asb" in f["file"]}
    assert truth["current"]["asb_case"] == len(ids - refused)
    assert sum(total for *_, measure, total in truth["ward_totals"] if measure == "asb") == len(ids - refused)


def test_a_month_is_absent_and_not_zero(council: Path, truth: dict) -> None:
    assert not (council / "data/asb/2024-03").exists()
    assert "2024-03-01" not in {month for _, _, month, measure, _ in truth["ward_totals"] if measure == "asb"}


def test_every_kind_of_fault_is_there(truth: dict) -> None:
    kinds = {fault["kind"] for fault in truth["faults"]}
    assert kinds >= {
        "01/01/1900 for unknown", "UPRN with .0", "bad date", "case in two wards' files", "coordinates at 0, 0", "differing duplicate",
        "empty extract", "identical duplicate", "invalid polygon", "mojibake", "month absent", "n/a for unknown",
        "postcode with O for 0", "ragged row", "renamed column", "swapped coordinates", "unclosed quote",
    }  # fmt: skip


def test_each_home_is_in_one_ward_at_a_time() -> None:
    for home in homes(7, 500):
        for on, wards in ((dt.date(2024, 5, 1), OLD_WARDS), (dt.date(2024, 5, 2), WARDS)):
            found = [ward for ward in wards if ward.holds(home.longitude, home.latitude, on)]
            assert len(found) == 1
            assert ward_at(home.longitude, home.latitude, on) == found[0]


def test_a_shared_border_belongs_to_the_lowest_code() -> None:
    ward = ward_at(1.04, 54.42, dt.date(2024, 1, 1))
    assert ward is not None
    assert ward.code == "N05000001"
