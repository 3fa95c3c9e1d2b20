"""Datasets ↔ contracts of the Open Data Contract Standard: nothing is lost either way."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.errors import DeclarationError
from borough.project.load import Project, load, load_leniently
from borough.project.odcs.exporting import contracts
from borough.project.odcs.importing import Imported, import_contracts
from borough.project.odcs.shapes import read_contract
from borough.project.odcs.writing import contract_yaml, dataset_yaml, read_yaml
from borough.project.specs import BoroughSpec, DatasetSpec, SourceSpec

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = sorted((Path(__file__).parent / "contracts").glob("*.odcs.yaml"))
PROJECTS = [ROOT / "examples" / "waltham-forest", ROOT / "tests/small_council/project", ROOT / "src/borough/project/template"]
N = 60
WARD = DatasetSpec.model_validate(
    {
        "dataset": "ward",
        "key": "code",
        "columns": {"code": {}, "outline": {"type": "geometry"}},
        "area": {"code": "code", "shape": "outline"},
    }
)
SOURCE = SourceSpec.model_validate({"source": "s", "feeds": {"one": {"delivers": "full", "to": "thing"}, "two": {"delivers": "full", "to": "thing"}}})


def project(*datasets: DatasetSpec) -> Project:
    purposes = {"planning": {"title": "Planning"}, "care": {"title": "Care"}}
    council = BoroughSpec.model_validate({"borough": "Exampleton", "purpose": "planning", "purposes": purposes})
    return Project(root=Path("."), borough=council, sources={"s": SOURCE}, datasets={d.dataset: d for d in datasets}, reports={})


def made_of(into: Project, *texts: str) -> list[Imported]:
    read = []
    for text in texts:
        documents, mistakes = read_yaml("x.odcs.yaml", text.encode())
        assert mistakes == []
        read += [read_contract(document, value) for document, value in documents]
    return import_contracts(into, read)


def exported(out_of: Project, *names: str) -> list[str]:
    return [contract_yaml(one.document) for one in contracts(out_of, names or out_of.datasets)]


def as_declared(spec: DatasetSpec) -> DatasetSpec:
    """The dataset after a trip through a file of a project."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "datasets").mkdir()
        (root / "borough.yaml").write_text("borough: Exampleton\n")
        (root / "datasets" / "it.yaml").write_text(dataset_yaml(spec, "A comment."), encoding="utf-8", newline="")
        return load(root, env={}).datasets[spec.dataset]


def meant(value: Any, inside: str = "") -> Any:
    """What a contract says: keys without a value say nothing, and white space around a text does not either."""
    if isinstance(value, dict):
        free = inside in ("value", "arguments", "implementation", "examples")
        return {k: meant(v, inside if free else k) for k, v in value.items() if free or v is not None or k in ("value", "mustBe", "mustNotBe")}
    if isinstance(value, list):
        return [meant(one, inside) for one in value]
    return value.strip() if isinstance(value, str) else value


def equal(one: Any, other: Any) -> bool:
    return json.dumps(meant(one), sort_keys=True) == json.dumps(meant(other), sort_keys=True)


# ── Contracts → datasets → contracts ────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda p: p.name)
def test_every_section_of_the_standard_comes_back(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    made = made_of(project(), text)
    declared = [as_declared(one.spec) for one in made]
    assert declared == [one.spec for one in made]
    (again,) = exported(project(*declared))
    ((_, before),), ((_, after),) = read_yaml("a", text.encode())[0], read_yaml("b", again.encode())[0]
    assert after["schema"] == meant(before)["schema"]
    assert equal(before, after)


def test_what_borough_acts_on_is_in_its_own_words() -> None:
    permits, zones, log = (one.spec for one in made_of(project(), CONTRACTS[0].read_text(encoding="utf-8")))
    assert (permits.dataset, permits.title, permits.owner, permits.key) == ("permits", "Parking permits", "Parking Services", ("permit_no",))
    columns = permits.columns
    assert (columns["permit_no"].unique, columns["permit_no"].required, columns["permit_no"].pattern) == (True, True, "P[0-9]{4,11}")
    assert (columns["zone_id"].type, columns["zone_id"].between, columns["zone_id"].references) == ("integer", (1, 99), "zones.id")
    assert [columns[c].type for c in ("price", "issued", "expires", "paper", "windows", "address", "notes", "likeness")] == [
        "money", "timestamp", "date", "boolean", "string", "string", "string", "string",
    ]  # fmt: skip
    assert columns["expires"].between == (dt.date(2015, 1, 1), dt.date(2036, 12, 31))
    assert columns["kind"].values == ("R", "V")
    assert columns["plate"].classification == "personal", "restricted: the stricter word"
    assert columns["plate"].pattern is None, "the engine has no look-ahead"
    assert zones.key == ("id", "year") and list(zones.columns) == ["id", "year", "year_2"]
    assert log.key == ("at", "text")


def test_values_of_a_quality_rule_are_values() -> None:
    (stops,) = (one.spec for one in made_of(project(), CONTRACTS[1].read_text(encoding="utf-8")))
    assert stops.columns["kind"].values == ("bus", "tram") and stops.columns["kind"].severity == "warn"
    assert stops.columns["filled"].values is None, "at most 5 percent is no rule of values"


def test_rules_without_which_a_row_is_refused_are_words_of_the_column() -> None:
    text = """
    {kind: DataContract, apiVersion: v3.1.0, id: a, version: '1', status: draft, schema: [{name: t, properties: [
      {name: a, logicalType: string, quality: [{metric: nullValues, mustBe: 0}, {metric: duplicateValues, mustBe: 0, type: library}]},
      {name: b, logicalType: string, quality: [{metric: nullValues, mustBe: 0, severity: warning}, {metric: duplicateValues, mustBeLessThan: 9}]}]}]}
    """
    (made,) = made_of(project(), text)
    assert [(c.required, c.unique) for c in made.spec.columns.values()] == [(True, True), (False, False)]
    assert [note for note in made.notes if "quality" in note] == ["t.b: Borough does not check quality; kept for export"]
    ((_, before),), ((_, after),) = read_yaml("a", text.encode())[0], read_yaml("b", exported(project(made.spec))[0].encode())[0]
    assert equal(before, after)


def test_a_word_of_the_standard_in_a_dataset_is_told_ours(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "borough.yaml").write_text("borough: Exampleton\n")
    (tmp_path / "datasets" / "it.yaml").write_text("dataset: it\nkey: id\ncolumns:\n  id: {businessName: Number, logicalType: integer}\nquality: []\n")
    with pytest.raises(DeclarationError) as refused:
        load(tmp_path, env={})
    assert {(m.found, m.nearest) for m in refused.value.mistakes} == {
        ("unknown key 'businessName'", "title"),
        ("unknown key 'logicalType'", "type"),
        ("unknown key 'quality'", "rules"),
    }


def test_people_are_told_what_is_not_checked() -> None:
    notes = "\n".join(note for one in made_of(project(), CONTRACTS[0].read_text(encoding="utf-8")) for note in one.notes)
    assert "windows, address, notes, likeness hold nested values" in notes
    assert "permits.plate: Borough does not check logicalTypeOptions.pattern" in notes
    assert "log: the contract has no primaryKey; the key is at, text" in notes
    assert "export will not give" not in notes


def test_references_need_their_target() -> None:
    alone = CONTRACTS[0].read_text(encoding="utf-8").replace("- to: zones.id", "- to: nowhere.id")
    permits, *_ = (one.spec for one in made_of(project(), alone))
    assert permits.columns["zone_id"].references is None
    assert "nowhere.id" in json.dumps(permits.contract)


# What a contract may say, as far as its shape matters: texts that look like other things, every kind of list, names that are strange.
plain_text = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029"), max_size=12)
text = st.one_of(
    plain_text,
    st.sampled_from(["null", "yes", "1.0", "~", "2026-01-01", "${A}", "$$", "- a", "a: b", "# c", "'", '"', "two\nlines", "tail\n", "%", "0x1F", "1_000", "=", "<<"]),
)
said = text.filter(lambda t: bool(t.strip()))
scalar = st.one_of(text, st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
free = st.recursive(st.one_of(st.none(), scalar), lambda x: st.one_of(st.lists(x, max_size=2), st.dictionaries(said, x, max_size=2)), max_leaves=4)
label = st.from_regex(r"[A-Za-z][A-Za-z0-9_ -]{0,8}", fullmatch=True).filter(lambda t: t.strip("n_ -N") != "")
customs = st.lists(st.fixed_dictionaries({"property": said, "value": free}), max_size=2)
check = st.one_of(
    st.fixed_dictionaries({"metric": st.sampled_from(["nullValues", "rowCount", "invalidValues", "duplicateValues"]), "mustBe": st.just(0)}, optional={"name": said, "severity": st.sampled_from(["error", "warning"]), "customProperties": customs}),
    st.fixed_dictionaries({"type": st.just("library"), "metric": st.just("invalidValues"), "mustBe": st.just(0), "arguments": st.fixed_dictionaries({"validValues": st.lists(scalar, max_size=3)})}, optional={"severity": st.sampled_from(["error", "warning"]), "dimension": st.just("conformity")}),
    st.fixed_dictionaries({"type": st.just("sql"), "query": said, "mustBe": scalar}, optional={"name": said}),
    st.fixed_dictionaries({"type": st.just("custom"), "engine": st.sampled_from(["soda", "borough"]), "implementation": st.one_of(said, st.dictionaries(said, free, max_size=2))}, optional={"name": st.sampled_from(["a", "b", "A b"]), "dimension": st.sampled_from(["conformity", "coverage", "accuracy"]), "severity": st.sampled_from(["error", "warning", "fatal"]), "description": text, "customProperties": customs}),
)  # fmt: skip
prop = st.fixed_dictionaries(
    {"name": label},
    optional={
        "logicalType": st.sampled_from(["string", "date", "timestamp", "time", "number", "integer", "boolean", "array", "object"]),
        "physicalType": st.sampled_from(["int", "varchar(8)", "decimal(18,2)", "timestamp", "STRING", "bit", "double"]),
        "logicalTypeOptions": st.fixed_dictionaries({}, optional={"minimum": st.one_of(st.integers(), st.just("2020-01-01")), "maximum": st.one_of(st.integers(), st.just("2030-01-01")), "pattern": st.sampled_from(["[a-z]+", "(?=a)", "a{2000}", "("]), "format": said}),
        "businessName": text, "description": text, "required": st.booleans(), "unique": st.booleans(), "primaryKey": st.booleans(),
        "primaryKeyPosition": st.integers(-1, 3), "classification": st.sampled_from(["public", "internal", "Restricted", "special", "gold"]),
        "enum": st.lists(st.fixed_dictionaries({"value": scalar}, optional={"label": text}), min_size=1, max_size=3),
        "examples": st.lists(free, max_size=2), "tags": st.lists(text, max_size=2), "quality": st.lists(check, max_size=3), "customProperties": customs,
        "relationships": st.lists(st.fixed_dictionaries({"to": st.sampled_from(["a.b", "b.a", "schema/a/properties/b", "a.b.c"])}, optional={"type": st.just("foreignKey")}), max_size=2),
    },
)  # fmt: skip
table = st.fixed_dictionaries(
    {"name": label, "properties": st.lists(prop, min_size=1, max_size=3)},
    optional={"physicalType": st.sampled_from(["table", "view"]), "businessName": text, "description": text, "quality": st.lists(check, max_size=3), "customProperties": customs, "tags": st.lists(text, max_size=2)},
)  # fmt: skip
contract = st.fixed_dictionaries(
    {"kind": st.just("DataContract"), "apiVersion": st.sampled_from(["v3.2.0", "v3.1.0", "v3.0.2"]), "id": said, "version": said, "schema": st.lists(table, min_size=1, max_size=2)},
    optional={
        "name": text, "status": said, "tenant": text, "domain": text, "description": st.dictionaries(st.sampled_from(["usage", "purpose", "limitations"]), text),
        "team": st.one_of(st.fixed_dictionaries({}, optional={"name": text, "members": st.lists(st.fixed_dictionaries({"username": said}), max_size=2)}), st.lists(st.fixed_dictionaries({"username": said}), max_size=2)),
        "servers": st.lists(st.dictionaries(st.sampled_from(["server", "type", "path"]), said), max_size=2), "price": st.fixed_dictionaries({}, optional={"priceAmount": st.floats(0, 99)}),
        "slaProperties": st.lists(st.fixed_dictionaries({"property": said, "value": scalar}), max_size=2), "customProperties": customs,
    },
)  # fmt: skip


@settings(max_examples=N)
@given(contract)
def test_any_contract_comes_back(before: dict[str, Any]) -> None:
    text = json.dumps(before, ensure_ascii=False)
    ((_, before),) = read_yaml("a", text.encode())[0]  # YAML has other numbers than JSON: 1e-05 is a text
    made = made_of(project(), text)
    declared = [as_declared(one.spec) for one in made]
    assert declared == [one.spec for one in made]
    assert not [note for one in made for note in one.notes if "export will not give" in note]
    again = exported(project(*declared))
    assert len(again) == 1
    ((_, after),) = read_yaml("b", again[0].encode())[0]
    assert equal(before, after)
    # And what came back makes the same datasets again.
    assert [one.spec for one in made_of(project(), again[0])] == declared


# ── Datasets → contracts → datasets ─────────────────────────────────────────────────────────────


words = said.map(str.strip).filter(lambda t: t != "null")
name = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
classifications = st.sampled_from(["public", "internal", "personal", "special"])
severities = st.sampled_from(["error", "warn", "stop"])
dates = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
known = st.one_of(words, st.fixed_dictionaries({"date": words}, optional={"lag": st.sampled_from(["1 day", "2 months", "3 years"])}))
LIMITS: dict[str, Any] = {
    "integer": st.integers(-(10**12), 10**12),
    "number": st.one_of(st.integers(-9, 9), st.floats(-1e9, 1e9, allow_nan=False)),
    "money": st.integers(0, 100),
    "date": dates,
    "timestamp": dates,
    "string": st.sampled_from(["a", "b", "c d"]),
}
VALUES: dict[str, Any] = {
    "string": words,
    "integer": st.sampled_from(["1", "01", "-5", "+7"]),
    "number": st.sampled_from(["1", "1.5", "1.50", "2.0"]),
    "money": st.sampled_from(["1.50", "2"]),
    "date": dates.map(str),
    "timestamp": dates.map(str),
}


@st.composite
def column(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["string", "integer", "number", "money", "date", "timestamp", "boolean", "geometry"]))
    optional: dict[str, Any] = {
        "title": words, "description": words, "required": st.booleans(), "unique": st.booleans(), "severity": severities, "known": known,
        "unknown": st.lists(words, max_size=2), "on_unreadable": st.sampled_from(["refuse", "null"]), "classification": classifications,
        "purposes": st.lists(st.sampled_from(["planning", "care"]), max_size=2, unique=True),
    }  # fmt: skip
    if kind in LIMITS:
        optional |= {"between": st.tuples(LIMITS[kind], LIMITS[kind]).map(sorted), "values": st.lists(VALUES[kind], min_size=1, max_size=3)}
    if kind == "string":
        optional |= {"pattern": st.sampled_from(["[a-z]+$", "a|b", "\\d{2}"]), "references": st.just("ward.code")}
    return {"type": kind, **draw(st.fixed_dictionaries({}, optional=optional))}


@st.composite
def dataset(draw: st.DrawFn) -> DatasetSpec:
    columns = draw(st.dictionaries(name.filter(lambda n: n not in ("ward_code", "at", "x", "y")), column(), min_size=1, max_size=4))
    keyable = [c for c, spec in columns.items() if spec["type"] != "geometry"]
    columns |= {"at": {"type": "date"}, "x": {"type": "number"}, "y": {"type": "number"}}
    key = draw(st.permutations([*keyable[:2], "at"]))[: draw(st.integers(1, 3))]
    rule = st.fixed_dictionaries(
        {"name": name, "check": words, "dimension": st.sampled_from(["completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy"])},
        optional={"severity": st.sampled_from(["error", "warn"]), "nulls": st.sampled_from(["pass", "fail"]), "description": words},
    )  # fmt: skip
    stop = st.fixed_dictionaries({"name": st.just("stop_it"), "check": words, "dimension": st.just("validity"), "severity": st.just("stop"), "share": st.floats(0, 0.99)})
    optional = {
        "title": words, "description": words, "owner": words, "classification": classifications, "known": known,
        "true": st.sampled_from([{"from": "at"}, {"from": "at", "to": "at"}]),
        "areas": st.sampled_from([{"ward": {"point": ["x", "y"]}}, {"ward": {"point": ["x", "y"], "on": "at"}}]),
        "rules": st.tuples(st.lists(rule, max_size=3, unique_by=lambda r: r["name"]), st.lists(stop, max_size=1)).map(lambda two: two[0] + two[1]),
        "precedence": st.sampled_from([["s.one"], ["s.two", "s.one"]]),
    }  # fmt: skip
    return DatasetSpec.model_validate({"dataset": "thing", "key": key, "columns": columns, **draw(st.fixed_dictionaries({}, optional=optional))})


def test_any_exported_dataset_is_valid_by_the_standards_schema() -> None:
    standard = pytest.importorskip("open_data_contract_standard", reason="the package open-data-contract-standard is not installed")
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((Path(standard.__file__).parent / "schema.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)

    @settings(max_examples=N)
    @given(dataset())
    def valid(spec: DatasetSpec) -> None:
        (text,) = exported(project(WARD, spec), "thing")
        ((_, document),) = read_yaml("x", text.encode())[0]
        assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(document)] == []

    valid()


@settings(max_examples=N)
@given(dataset())
def test_any_dataset_comes_back(spec: DatasetSpec) -> None:
    (text,) = exported(project(WARD, spec), "thing")
    (made,) = made_of(project(WARD), text)
    assert made.spec == spec
    assert as_declared(made.spec) == spec


@pytest.mark.parametrize("root", PROJECTS, ids=lambda p: p.name)
def test_datasets_of_the_examples_come_back(root: Path) -> None:
    loaded, _ = load_leniently(root, env={"DATA": "/data"})
    assert loaded is not None and loaded.datasets
    made = made_of(loaded, *exported(loaded))
    assert {one.spec.dataset: one.spec for one in made} == dict(loaded.datasets)


def test_another_council_keeps_whose_contract_it_is() -> None:
    theirs = BoroughSpec(borough="Elsewhere")
    spec = DatasetSpec.model_validate({"dataset": "thing", "owner": "Them", "key": "id", "columns": {"id": {}}})
    away = Project(root=Path("."), borough=theirs, sources={}, datasets={"thing": spec}, reports={})
    (text,) = exported(away)
    (made,) = made_of(project(), text)
    assert made.spec.contract["tenant"] == "Elsewhere" and made.spec.contract["id"]
    assert exported(project(made.spec)) == [text]


# ── What people change afterwards ───────────────────────────────────────────────────────────────


def test_boroughs_own_word_wins_over_what_the_contract_said() -> None:
    (stops,) = (one.spec for one in made_of(project(), CONTRACTS[1].read_text(encoding="utf-8")))
    assert stops.contract["columns"]["stop_id"]["required"] is False
    changed = stops.columns["stop_id"].model_copy(update={"required": True, "type": "integer"})
    (one,) = contracts(project(stops.model_copy(update={"columns": {**stops.columns, "stop_id": changed}})), ["stops"])
    prop = one.document["schema"][0]["properties"][0]
    assert (prop["required"], prop["logicalType"], prop["physicalType"], prop["name"]) == (True, "integer", "bigint", "stop id")
    assert ("stops", ("contract", "columns", "stop_id", "required")) in one.denied


def test_a_new_key_is_told_though_the_contract_had_none() -> None:
    *_, log = (one.spec for one in made_of(project(), CONTRACTS[0].read_text(encoding="utf-8")))
    (one,) = contracts(project(log.model_copy(update={"key": ("text",)})), ["log"])
    assert [prop.get("primaryKey") for prop in one.document["schema"][0]["properties"]] == [None, True]


def test_a_rule_that_is_gone_takes_what_was_said_of_it() -> None:
    spec = DatasetSpec.model_validate(
        {
            "dataset": "thing",
            "key": "id",
            "columns": {"id": {}},
            "rules": [{"name": "kept", "check": "id <> ''", "dimension": "validity"}],
            "contract": {"table": {"quality": [{"of": "gone", "businessImpact": "none"}, {"of": "kept", "businessImpact": "much"}]}},
        }
    )
    (one,) = contracts(project(spec), ["thing"])
    (rule,) = one.document["schema"][0]["quality"]
    assert (rule["name"], rule["businessImpact"], rule["dimension"], rule["implementation"]) == ("kept", "much", "conformity", "id <> ''")


# ── What is no contract ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "where", "found"),
    [
        ("kind: DataProduct\n", "1:7", "DataProduct"),
        ("dataset: thing\n", "1:1", "the kind None"),
        ("kind: DataContract\napiVersion: v2.2.2\nid: a\nversion: '1'\n", "2:13", "v2.2.2"),
        ("kind: DataContract\napiVersion: v3.1.0\nid: 5\nversion: '1'\n", "3:5", "the id 5"),
        ("kind: DataContract\napiVersion: v3.1.0\nid: a\nversion: '1'\n", "1:1", "without a table"),
        ("kind: DataContract\napiVersion: v3.1.0\nid: a\nversion: '1'\nschema:\n  - name: t\n", "6:5", "'t' without properties"),
        ("kind: DataContract\napiVersion: v3.1.0\nid: a\nversion: '1'\nschema:\n  - name: t\n    properties:\n      - {logicalType: date}\n", "8:9", "a property without a name"),
        ("- a\n", "1:1", "something else"),
        ("kind: DataContract\napiVersion: v3.1.0\nid: a\nversion: '1'\ntags: x\nschema:\n  - name: t\n    quality: [5]\n    properties:\n      - {name: a, required: yes please}\n", "5:7", "the tags 'x'"),
        ("kind: DataContract\napiVersion: v3.1.0\nid: a\nversion: '1'\nschema:\n  - name: t\n    quality: [5]\n    properties:\n      - {name: a, required: 'yes'}\n", "9:30", "the required 'yes'"),
    ],
)  # fmt: skip
def test_what_is_no_contract_is_refused_where_it_stands(text: str, where: str, found: str) -> None:
    with pytest.raises(DeclarationError) as refused:
        made_of(project(), text)
    assert f"x.odcs.yaml:{where}" in str(refused.value) and found in str(refused.value)


junk = st.one_of(st.none(), st.integers(), st.booleans(), st.just("x"), st.lists(st.integers(), max_size=2), st.dictionaries(st.sampled_from(["name", "a"]), st.integers(), max_size=1))


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in below for place in places(one, (*path, key)))]


@settings(max_examples=N)
@given(contract, st.data())
def test_a_contract_with_anything_wrong_is_taken_or_refused_with_its_place(good: dict[str, Any], data: st.DataObject) -> None:
    *path, last = data.draw(st.sampled_from([place for place in places(good) if place]))
    inside: Any = good
    for step in path:
        inside = inside[step]
    inside[last] = data.draw(junk)
    try:
        made = made_of(project(), json.dumps(good, ensure_ascii=False))
    except DeclarationError as error:
        assert all(m.place.file == "x.odcs.yaml" and m.expected for m in error.mistakes)
    else:
        assert not [note for one in made for note in one.notes if "export will not give" in note]


def test_two_contracts_of_one_id_are_refused() -> None:
    text = CONTRACTS[1].read_text(encoding="utf-8")
    with pytest.raises(DeclarationError, match=r"the id .stops., which the contract at x\.odcs\.yaml:4:5"):
        made_of(project(), text, text)


def test_owners_of_one_contract_may_differ() -> None:
    permits, zones, log = (one.spec for one in made_of(project(), CONTRACTS[0].read_text(encoding="utf-8")))
    zones = zones.model_copy(update={"owner": "Mapping"})
    log = log.model_copy(update={"owner": None})
    (text,) = exported(project(permits, zones, log))
    assert [one.spec.owner for one in made_of(project(), text)] == ["Parking Services", "Mapping", None]
