"""JSON Schemas, the configuration reference and ``borough init``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from borough.compile.programme import compile_project
from borough.errors import UsageError
from borough.project.checks import check
from borough.project.load import load
from borough.project.reference import configuration_reference
from borough.project.scaffold import init
from borough.project.schema import json_schemas, write_schemas

from .folders import BOROUGH, DATASET, SOURCE

ROOT = Path(__file__).parents[2]


class _Editor(yaml.SafeLoader):
    """Reads YAML as editors do: a date is text."""


_Editor.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _valid(name: str, value: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(json_schemas()[f"{name}.schema.json"]).is_valid(value))


@pytest.mark.parametrize("name", ["borough", "source", "dataset"])
def test_the_schemas_are_schemas(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schemas()[f"{name}.schema.json"])


GOOD = [
    ("borough", BOROUGH),
    ("borough", "borough: X\nengine: {duckdb: {threads: 4, memory: 8GB}}\nmaintenance: {rewrite_current_above: 20%}"),
    ("borough", "borough: X\nengine: {duckdb: {threads: '${THREADS:-2}'}}\n"),
    ("source", SOURCE),
    ("source", SOURCE.replace("delivers: full", "delivers: full\n    format: {csv: {delimiter: ';'}}\n    unknown: [1, n/a]")),
    ("dataset", DATASET),
    ("dataset", DATASET + "  bare:\ntitle: 2026\nareas: {ward: {point: [a, b]}}\nrules:\n"),
    ("dataset", DATASET + "  n: {type: integer, values: [1, 2], between: [1, 2]}\n"),
]
BAD = [
    ("borough", "lake: x"),
    ("borough", "borough: X\nengine: {duckdb: {thread: 4}}"),
    ("borough", "borough: X\nengine: oracle"),
    ("source", SOURCE.replace("delivers: full", "delivrs: full")),
    ("source", SOURCE.replace("delivers: full", "delivers: ful")),
    ("source", SOURCE.replace("homes:", "My Homes:")),
    ("dataset", DATASET.replace("integer", "intger")),
    ("dataset", DATASET.replace("key: ref", "key: {a: b}")),
    ("dataset", DATASET + "  n: {between: [1]}\n"),
    ("dataset", DATASET + "rules: [{name: a, check: b}]\n"),
]


@pytest.mark.parametrize(("name", "text"), GOOD)
def test_good_declarations_pass_the_schema(name: str, text: str) -> None:
    assert _valid(name, yaml.load(text, _Editor))


@pytest.mark.parametrize(("name", "text"), BAD)
def test_broken_declarations_fail_the_schema(name: str, text: str) -> None:
    assert not _valid(name, yaml.load(text, _Editor))


def test_the_schemas_are_written(tmp_path: Path) -> None:
    written = write_schemas(tmp_path / "a" / "b")
    assert [p.name for p in written] == ["borough.schema.json", "source.schema.json", "dataset.schema.json", "entity.schema.json", "linkage.schema.json", "licensing.schema.json", "dna.schema.json", "model.schema.json", "page.schema.json"]
    assert json.loads(written[2].read_text(encoding="utf-8")) == json_schemas()["dataset.schema.json"]


def test_the_configuration_reference_is_up_to_date() -> None:
    page = ROOT / "docs" / "reference" / "configuration.md"
    again = "python -c 'from borough.project.reference import configuration_reference as r; print(r(), end=\"\")' > docs/reference/configuration.md"
    assert page.read_text(encoding="utf-8") == configuration_reference(), f"write it again: {again}"


def test_the_reference_describes_every_key() -> None:
    rows = [line for line in configuration_reference().splitlines() if line.startswith("| `")]
    assert len(rows) > 80
    assert not [row for row in rows if not row.split("|")[-2].strip()]


# ── init ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [None, 'St "Quote" $1: it\'s', "Caerdydd – Cardiff"])
def test_init_makes_a_project_without_mistakes(tmp_path: Path, name: str | None) -> None:
    root = tmp_path / "my-council"
    written = init(root, name)
    assert all(path.is_file() for path in written)
    assert {str(p.relative_to(root)) for p in written} >= {
        "borough.yaml",
        ".gitignore",
        ".vscode/settings.json",
        "README.md",
        ".borough/schema/source.schema.json",
    }
    project = load(root, {})
    assert project.borough.borough == (name or "My Council")
    assert check(project) == []
    assert compile_project(project, lambda feed: None)[1] == []
    for path in [*root.glob("sources/*"), *root.glob("datasets/*"), root / "borough.yaml"]:
        first, text = path.read_text(encoding="utf-8").split("\n", 1)
        schema = path.parent / first.partition("$schema=")[2]
        assert schema.is_file() and _valid(schema.name.split(".")[0], yaml.load(text, _Editor))


def test_init_refuses_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"holds mine\.txt"):
        init(tmp_path, None)
    with pytest.raises(UsageError, match="is a file"):
        init(tmp_path / "mine.txt", None)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
