"""borough contract export and import, through the door that people use; what is exported passes the standard's own checks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from .council import BIN, borough, environment, write

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "tests" / "project" / "contracts"
PROJECTS = [ROOT / "examples" / "waltham-forest", ROOT / "tests/small_council/project"]
SECRET = "s3cret-key"
FILES = {
    "borough.yaml": "borough: Exampleton\nlake: s3://bucket/${LAKE_KEY:-}lake\n",
    "datasets/thing.yaml": "dataset: thing\ntitle: Things\nkey: id\ncolumns:\n  id: {type: integer}\n  made: {type: date, references: day.day}\n",
    "datasets/day.yaml": "dataset: day\nkey: day\ncolumns: {day: {type: date}}\n",
}


@pytest.fixture
def council(tmp_path: Path) -> Path:
    return write(tmp_path / "council", FILES)


def test_export_prints_all_or_those_asked_for(council: Path) -> None:
    every = borough("contract", "export", "--project", council)
    assert every.code == 0 and every.err == ""
    day, thing = yaml.safe_load_all(every.out)
    assert (day["schema"][0]["name"], thing["schema"][0]["name"]) == ("day", "thing")
    one = borough("contract", "export", "thing", "-p", council, "--json")
    assert one.json["contracts"] == [thing]
    assert thing["schema"][0]["properties"][1]["relationships"] == [{"type": "foreignKey", "to": "day.day"}]


def test_a_contract_is_the_same_every_time(council: Path) -> None:
    first, second = (borough("contract", "export", "--project", council).out for _ in range(2))
    assert first == second


def test_export_to_a_folder_never_overwrites_unless_told(council: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = borough("contract", "export", "thing", "--out", out, "-p", council)
    assert done.code == 0 and done.out.split() == [str(out / "thing.odcs.yaml")]
    (out / "thing.odcs.yaml").write_text("mine")
    refused = borough("contract", "export", "--out", out, "-p", council)
    assert refused.code == 2 and "thing.odcs.yaml" in refused.err and "--force" in refused.err
    assert not (out / "day.odcs.yaml").exists() and (out / "thing.odcs.yaml").read_text() == "mine"
    forced = borough("contract", "export", "--out", out, "--force", "-p", council, "--json")
    assert forced.json == {"files": [str(out / "day.odcs.yaml"), str(out / "thing.odcs.yaml")]}
    assert (out / "thing.odcs.yaml").read_text().startswith("apiVersion: v3.2.0\nkind: DataContract\n")


def test_an_unknown_dataset_is_told_with_the_nearest(council: Path) -> None:
    done = borough("contract", "export", "thingg", "-p", council)
    assert done.code == 2 and "there is no dataset 'thingg'" in done.err and "'thing'" in done.err


def test_secrets_stay_out_of_contracts(council: Path) -> None:
    with environment(LAKE_KEY=SECRET):
        done = borough("contract", "export", "-p", council)
    assert done.code == 0 and SECRET not in done.out and "${LAKE_KEY:-}" in done.out


def test_secrets_in_what_a_dataset_says_stay_out_too(council: Path, tmp_path: Path) -> None:
    write(council, {"datasets/thing.yaml": FILES["datasets/thing.yaml"] + "contract: {domain: '${LAKE_KEY:-}'}\n"})
    with environment(LAKE_KEY=SECRET):
        done = borough("contract", "export", "-p", council)
        borough("contract", "export", "--out", tmp_path / "out", "-p", council)
    assert SECRET not in done.out + (tmp_path / "out" / "thing.odcs.yaml").read_text()


def test_a_folder_that_is_a_file_is_told(council: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    done = borough("contract", "export", "--out", tmp_path / "out", "-p", council)
    assert done.code == 2 and "can't be written" in done.err and "Traceback" not in done.err


def test_imported_datasets_pass_check_and_go_out_again(council: Path, tmp_path: Path) -> None:
    done = borough("contract", "import", CONTRACTS / "parking.odcs.yaml", CONTRACTS / "stops.odcs.yaml", "-p", council)
    assert done.code == 0, done.err
    assert [Path(line).name for line in done.out.split()] == ["permits.yaml", "zones.yaml", "log.yaml", "stops.yaml"]
    assert "note: log: the contract has no primaryKey" in done.err and "error" not in done.err
    assert borough("check", "-p", council).code == 0
    text = (council / "datasets" / "permits.yaml").read_text(encoding="utf-8")
    assert text.startswith("# From the contract parking.odcs.yaml (Open Data Contract Standard).\ndataset: permits\ntitle: Parking permits\n")
    assert "  zone_id: {type: integer, required: true, between: [1, 99], references: zones.id}\n" in text
    # Asked for any of its datasets, the contract leaves as one.
    again = yaml.safe_load(borough("contract", "export", "zones", "-p", council).out)
    theirs = yaml.safe_load((CONTRACTS / "parking.odcs.yaml").read_text(encoding="utf-8"))
    assert [table["name"] for table in again["schema"]] == ["Permits", "zones", "log"]
    assert again["price"] == theirs["price"] and again["customProperties"] == theirs["customProperties"]
    assert [p["name"] for p in again["schema"][0]["properties"]] == [p["name"] for p in theirs["schema"][0]["properties"]]


def test_import_never_overwrites_unless_told(council: Path) -> None:
    words = ("contract", "import", CONTRACTS / "stops.odcs.yaml", "-p", council)
    assert borough(*words).code == 0
    before = (council / "datasets" / "stops.yaml").read_text()
    refused = borough(*words)
    assert refused.code == 2 and "datasets/stops.yaml:2" in refused.err and "--force" in refused.err
    assert borough(*words, "--force", "--json").json["files"] == [str(council / "datasets" / "stops.yaml")]
    assert (council / "datasets" / "stops.yaml").read_text() == before


def test_a_dataset_of_another_file_is_never_replaced(council: Path) -> None:
    write(council, {"datasets/old/it.yaml": "dataset: stops\nkey: a\ncolumns: {a: {}}\n"})
    done = borough("contract", "import", CONTRACTS / "stops.odcs.yaml", "-p", council, "--force")
    assert done.code == 2 and "datasets/old/it.yaml:1" in done.err
    assert not (council / "datasets" / "stops.yaml").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind: DataContract\n  id: [\n", ["bad.yaml:2"]),
        ("kind: DataContract\nkind: DataContract\n", ["bad.yaml:2:1", "second time"]),
        ("kind: DataContract\napiVersion: v2.2.0\n", ["bad.yaml:2:13", "the apiVersion 'v2.2.0'", "the id None"]),
        ("", ["bad.yaml:1:1", "an empty file"]),
    ],
)
def test_mistakes_of_a_contract_are_told_with_their_place(council: Path, tmp_path: Path, text: str, words: list[str]) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    done = borough("contract", "import", tmp_path / "bad.yaml", CONTRACTS / "stops.odcs.yaml", "-p", council)
    assert done.code == 1 and all(word in done.err for word in words), done.err
    assert not (council / "datasets" / "stops.yaml").exists()


def test_a_file_that_is_not_there_is_told(council: Path) -> None:
    done = borough("contract", "import", "nowhere.yaml", "-p", council)
    assert done.code == 2 and "nowhere.yaml" in done.err


def test_what_a_rule_of_the_contract_gets_wrong_is_told(council: Path, tmp_path: Path) -> None:
    contract = yaml.safe_load((CONTRACTS / "stops.odcs.yaml").read_text(encoding="utf-8"))
    rule = {"name": "wrong", "type": "custom", "engine": "borough", "dimension": "conformity", "implementation": "no_such_column > 1"}
    contract["schema"][0]["quality"] = [rule]
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(contract))
    feed = "source: s\nconnect: {files: '*.csv'}\nfeeds:\n  stops: {delivers: append, extract_date: 2026-01-01, to: stops, map: {stop_id: id}}\n"
    write(council, {"sources/s.yaml": feed})  # what no feed fills is not compiled, nor are its rules
    done = borough("contract", "import", tmp_path / "x.yaml", "-p", council)
    assert done.code == 1 and "no_such_column" in done.err and "datasets/stops.yaml:" in done.err


@pytest.mark.parametrize(
    ("contract", "place", "words"),
    [
        ("{columns: {idd: {tags: [a]}}}", "thing.yaml:7:22", ["error", "unknown column 'idd'", "did you mean 'id'"]),
        ("{columns: [id]}", "thing.yaml:7:12", ["error", "words of the standard"]),
        ("{verison: 2.0.0}", "thing.yaml:7:21", ["warning", "'verison'", "'version'"]),
        ("{schema: [other]}", "thing.yaml:7:21", ["error", "no dataset of this contract"]),
        ("{columns: {id: {primaryKey: false, businessName: x, required: true}}, table: {businessName: No}}", "thing.yaml:7:", ["warning", "says otherwise"]),
    ],
)  # fmt: skip
def test_mistakes_in_what_a_dataset_says_of_its_contract(council: Path, contract: str, place: str, words: list[str]) -> None:
    write(council, {"datasets/thing.yaml": FILES["datasets/thing.yaml"] + f"contract: {contract}\n"})
    done = borough("check", "-p", council)
    assert place in done.out and all(word in done.out for word in words), done.out


# ── The standard's own checks ───────────────────────────────────────────────────────────────────


def exported(root: Path, out: Path) -> list[Path]:
    with environment(DATA="/data"):
        done = borough("contract", "export", "--out", out, "-p", root)
    assert done.code == 0, done.err
    return sorted(out.glob("*.odcs.yaml"))


@pytest.fixture
def contracts(tmp_path: Path, council: Path) -> list[Path]:
    """Contracts of all examples, and of datasets that came from contracts."""
    assert borough("contract", "import", *sorted(CONTRACTS.glob("*.yaml")), "-p", council).code == 0
    assert borough("init", tmp_path / "new").code == 0
    return [path for number, root in enumerate([*PROJECTS, tmp_path / "new", council]) for path in exported(root, tmp_path / str(number))]


def test_exported_contracts_are_valid_by_the_standards_schema(contracts: list[Path]) -> None:
    """By the standard's own JSON Schema, which `datacontract lint` uses, and by its model, which refuses what it does not know."""
    standard = pytest.importorskip("open_data_contract_standard.model", reason="the package open-data-contract-standard is not installed")
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(standard.__file__).parent / "schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert len(contracts) > 20

    def wrong(path: Path) -> list[str]:
        contract: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return sorted(f"{e.json_path}: {e.message}" for e in validator.iter_errors(contract))

    # The schema in the package wrongly wants a map where there is no logicalType: what came in so, goes out so.
    came_in = {"permits.odcs.yaml": CONTRACTS / "parking.odcs.yaml", "stops.odcs.yaml": CONTRACTS / "stops.odcs.yaml"}
    for path in contracts:
        assert wrong(path) == (wrong(came_in[path.name]) if path.name in came_in else []), path.name
        standard.OpenDataContractStandard.from_file(str(path))


def datacontract() -> str | None:
    """The real `datacontract`: BOROUGH_DATACONTRACT, else beside this Python, else on the PATH. It asks for an older Typer than ours."""
    return os.environ.get("BOROUGH_DATACONTRACT") or shutil.which("datacontract", path=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}")


@pytest.mark.skipif(datacontract() is None, reason="datacontract-cli is not installed: pipx install datacontract-cli, or say where in BOROUGH_DATACONTRACT")
def test_exported_contracts_pass_datacontract_lint(contracts: list[Path]) -> None:
    chosen = [path for path in contracts if path.stem.split(".")[0] in ("incident", "council_tax_account", "permits", "stops")]
    assert len(chosen) == 4
    for path in chosen:
        # No references: the standard's schemas come with the tool, so that it needs no network.
        words = [str(datacontract()), "lint", "--all-errors", "--no-inline-references", str(path)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{path.name}: {done.stdout}{done.stderr}"


def test_only_one_dataset_says_the_top_of_a_contract(council: Path) -> None:
    assert borough("contract", "import", CONTRACTS / "parking.odcs.yaml", "-p", council).code == 0
    zones = council / "datasets" / "zones.yaml"
    zones.write_text(zones.read_text().replace("contract:\n", "contract:\n  status: retired\n"))
    done = borough("check", "-p", council)
    assert "warning: datasets/zones.yaml:" in done.out and "found 'status', which permits says for the whole contract" in done.out
