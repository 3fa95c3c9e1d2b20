"""What is written is what is loaded, and every value's place is known."""

from __future__ import annotations

import datetime as dt
import string
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borough.errors import DeclarationError, Place
from borough.project.checks import check
from borough.project.documents import read_documents
from borough.project.environment import Environment
from borough.project.load import load, load_leniently
from borough.project.resolve import resolve_feed

from .folders import DATASET, SOURCE, folder


def test_a_project_is_loaded_into_frozen_specs(tmp_path: Path) -> None:
    project = load(folder(tmp_path, {"reports/totals.sql": "-- title: Totals\n-- owner: Housing\nSELECT 1 AS n\n-- title: not this\n"}), {})
    assert project.borough.borough == "Exampleton"
    assert list(project.sources) == ["register"] and list(project.datasets) == ["home"]
    assert [(name, source.source, feed.to) for name, source, feed in project.feeds()] == [("register.homes", "register", "home")]
    report = project.reports["totals"]
    assert (report.title, report.owner, report.description) == ("Totals", "Housing", None)
    with pytest.raises(ValueError, match="frozen"):
        project.borough.borough = "Other"
    with pytest.raises(TypeError):
        project.datasets["home"] = project.datasets["home"]  # type: ignore[index]  # that it is refused is the point


def test_files_may_hold_several_declarations_at_any_depth(tmp_path: Path) -> None:
    two = DATASET.replace("home", "one") + "---\n" + DATASET.replace("home", "two") + "---\n"
    project = load(folder(tmp_path, {"datasets/deep/er/both.yml": two, "datasets/notes.txt": "no: yaml: here"}), {})
    assert list(project.datasets) == ["home", "one", "two"]
    assert project.place("dataset", "two", "columns", "rooms") == Place("datasets/deep/er/both.yml", 11, 3)


SURPRISES = """\
dataset: odd
key: [id]
columns:
  id: {type: integer, required: yes, values: [01, 1.10, 2026-01-01]}
  answer: {values: [YES, NO, on, off, true, Null, null, ~x, "3"], unknown: [null, n/a, 1]}
  day: {type: date, between: [2016-01-01, 2026-12-31], on_unreadable: null}
  size: {type: number, between: [-0.10, 4]}
  bare:
  nothing: null
  x: {type: number}
areas: {ward: {point: [x, x], on: day}}
known: {date: day, lag: 2 months}
title: 2026
description:
owner: ~
rules: null
"""


def test_words_of_yaml_1_1_numbers_and_dates_mean_what_they_seem_to(tmp_path: Path) -> None:
    project, mistakes = load_leniently(folder(tmp_path, {"datasets/odd.yaml": SURPRISES}), {})
    assert project is not None and mistakes == []
    odd = project.datasets["odd"]
    assert odd.columns["id"].required is True
    assert odd.columns["id"].values == ("01", "1.10", "2026-01-01")
    assert odd.columns["answer"].values == ("YES", "NO", "on", "off", "true", "Null", "null", "~x", "3")
    assert odd.columns["answer"].unknown == ("null", "n/a", "1")
    assert odd.columns["day"].between == (dt.date(2016, 1, 1), dt.date(2026, 12, 31))
    assert odd.columns["day"].on_unreadable == "null"
    assert odd.columns["size"].between == (-0.10, 4)
    assert odd.columns["bare"].type == odd.columns["nothing"].type == "string"
    assert odd.areas["ward"].on == "day"
    assert (odd.title, odd.description, odd.owner, odd.rules) == ("2026", None, None, ())


def test_a_feed_takes_dates_nulls_tabs_and_numbers_as_written(tmp_path: Path) -> None:
    text = SOURCE.replace(
        "delivers: full",
        'delivers: full\n    extract_date: 2019-01-01\n    on_missing_column: null\n    format: {csv: {delimiter: "\\t", quote: ""}}',
    )
    project = load(
        folder(tmp_path, {"sources/register.yaml": text.replace("rooms: Rooms", "rooms: null").replace("ref: Ref", "ref: 1.10")}), {}
    )
    feed = project.sources["register"].feeds["homes"]
    assert feed.extract_date == dt.date(2019, 1, 1)
    assert feed.on_missing_column == "null"
    assert feed.map == {"ref": "1.10", "rooms": "null"}
    resolved = resolve_feed(project, "register", "homes")
    assert resolved.kind == "csv" and resolved.extract_from == "date" and resolved.same_date == "refuse"
    assert resolved.options is not None and resolved.options.model_dump(exclude_none=True) == {"delimiter": "\t", "quote": ""}


def test_a_feed_is_resolved_with_its_defaults(tmp_path: Path) -> None:
    text = (
        SOURCE.replace("full", "append").replace(".csv", "_{ward}_{extract}.json.gz")
        + "  raw:\n    delivers: full\n    files: [a.geojson, b.geojson]\n"
    )
    project = load(folder(tmp_path, {"sources/register.yaml": text}), {})
    homes, raw = (resolve_feed(project, "register", name) for name in ("homes", "raw"))
    assert (homes.name, homes.kind, homes.extract_from, homes.same_date, homes.parts) == (
        "register.homes",
        "json",
        "path",
        "parts",
        ("ward", "extract"),
    )
    assert homes.dataset is project.datasets["home"]
    assert (raw.patterns, raw.kind, raw.extract_from, raw.dataset) == (("a.geojson", "b.geojson"), "geojson", None, None)


def test_anchors_and_merge_keys(tmp_path: Path) -> None:
    text = "dataset: m\nkey: a\ncolumns:\n  a: &base\n    type: integer\n    required: true\n  b:\n    <<: *base\n    type: strang\n  c: *base\n"
    project, mistakes = load_leniently(folder(tmp_path, {"datasets/m.yaml": text}), {})
    assert [str(m.place) for m in mistakes] == ["datasets/m.yaml:9:11"]
    assert project is not None and project.datasets["m"].columns["b"].required and project.datasets["m"].columns["c"].type == "integer"
    loop = "dataset: m\nkey: a\ncolumns: &c\n  a: *c\n"
    _, mistakes = load_leniently(folder(tmp_path / "loop", {"datasets/m.yaml": loop}), {})
    assert [str(m.place) for m in mistakes] == ["datasets/m.yaml:3:10"]


# ── Variables ───────────────────────────────────────────────────────────────────────────────────


def test_variables_are_filled_in_and_secrets_known(tmp_path: Path) -> None:
    text = "borough: ${COUNCIL:-Exampleton}\nlake: ${LAKE:-./lake}/$$x\nstate: postgresql://me:${DB_PASSWORD}@host/db\nengine: {duckdb: {threads: '${N}'}}\n"
    env = {"DB_PASSWORD": "hunter2", "N": "3", "LAKE": "", "UNUSED_TOKEN": "unused"}
    project = load(folder(tmp_path, {"borough.yaml": text}), env)
    assert (project.borough.borough, project.borough.lake) == ("Exampleton", "./lake/$x")
    assert project.borough.state == "postgresql://me:hunter2@host/db"
    assert project.borough.engine["duckdb"].threads == 3  # type: ignore[index, union-attr]  # a mapping, as declared above
    assert project.secret_values() == {"hunter2"}
    assert "hunter2" not in repr(project) + repr(project.borough) + repr(project.documents)


def test_the_password_of_a_url_is_secret_whatever_the_variable_is_called(tmp_path: Path) -> None:
    project = load(
        folder(tmp_path, {"borough.yaml": "borough: X\nstate: ${STATE}\n"}), {"STATE": "postgresql+psycopg://me:s3same@host:5432/db"}
    )
    assert project.secret_values() == {"s3same"}


BY_YEAR = "sources/register.yaml", SOURCE.replace("Rooms\n", "number(rooms_${target_year-1})\n").replace("{extract_date:%Y-%m-%d}", "${kind}-${target_year+2}-{extract_date:%m-%d}")
YEARS = "borough: X\nvariables: {target_year: 2015, kind: '${KIND_OF:-homes}', my_token: shown}\n"


@pytest.mark.parametrize(("env", "year", "kind"), [({}, 2015, "homes"), ({"TARGET_YEAR": "2016", "KIND": "flats", "KIND_OF": "houses", "target_year": "1999"}, 2016, "flats"), ({"TARGET_YEAR": ""}, 2015, "homes")])
def test_variables_of_the_project_are_filled_in_and_the_environment_goes_before_them(tmp_path: Path, env: dict[str, str], year: int, kind: str) -> None:
    files = {"borough.yaml": YEARS, BY_YEAR[0]: BY_YEAR[1], "datasets/home.yaml": f"title: Homes of ${{target_year:-1}} and ${{my_token}}\n{DATASET}"}
    project = load(folder(tmp_path, files), env)
    source = project.sources["register"]
    assert source.connect.files == (f"data/{kind}-{year + 2}-{{extract_date:%m-%d}}.csv",)
    assert source.feeds["homes"].map["rooms"] == f"number(rooms_{year - 1})"
    assert project.datasets["home"].title == f"Homes of {year} and shown"
    assert project.secret_values() == set(), "what stands in borough.yaml is no secret"


def test_a_variable_of_the_project_from_the_environment_may_be_a_secret(tmp_path: Path) -> None:
    project = load(folder(tmp_path, {"borough.yaml": YEARS, "datasets/home.yaml": f"title: ${{my_token}}\n{DATASET}"}), {"MY_TOKEN": "hunter2"})
    assert (project.datasets["home"].title, project.secret_values()) == ("hunter2", {"hunter2"})


def test_a_mistake_in_an_expression_after_a_variable_is_found_where_it_stands(tmp_path: Path) -> None:
    source = BY_YEAR[1].replace("number(rooms_${target_year-1})", "number(rooms_${target_year-1}) + nmber(Ref)")
    project, mistakes = load_leniently(folder(tmp_path, {"borough.yaml": YEARS, BY_YEAR[0]: source}), {})
    assert project is not None and mistakes == []
    expression = project.sources["register"].feeds["homes"].map["rooms"]
    place = project.place("source", "register", "feeds", "homes", "map", "rooms", column=expression.index("nmber") + 1)
    assert source.splitlines()[place.line - 1][place.column - 1 :].startswith("nmber(Ref)")


def _scalars(text: str) -> list[tuple[int, int]]:
    return [(n.start_mark.index, n.end_mark.index) for n in _values(yaml.compose(text, Loader=yaml.SafeLoader) or yaml.ScalarNode("", ""))]


def _values(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [v for _, value in node.value for v in _values(value)]
    if isinstance(node, yaml.SequenceNode):
        return [v for value in node.value for v in _values(value)]
    return [node]


FULL = (
    DATASET
    + """\
  kind: {values: [a, b], between: [a, b], pattern: 'a', references: ward.code, purposes: [health], known: ref}
precedence: [register.homes]
true: {from: ref, to: ref}
areas: {ward: {point: [rooms, rooms], on: ref}}
area: {code: ref, label: ref, shape: ref, valid_from: ref}
rules:
  - {name: one, check: ref is not null, dimension: validity, severity: stop, share: 5%, nulls: pass}
"""
)


@pytest.mark.parametrize("kind", ["sources/register.yaml", "datasets/home.yaml"])
def test_no_mistake_shows_what_came_from_the_environment(tmp_path: Path, kind: str) -> None:
    text = SOURCE if kind.startswith("sources") else FULL
    for number, (start, end) in enumerate(_scalars(text)):
        for value in ("zzsecretzz", "Zz Secret.(zz"):
            broken = text[:start] + "'${V}'" + text[end:]
            project, mistakes = load_leniently(folder(tmp_path / str(number), {kind: broken}), {"V": value})
            every = [*mistakes, *(check(project) if project else [])]
            assert not [m for m in every if "secret" in str(m).lower() and "${V}" not in str(m)], broken


# ── Places ──────────────────────────────────────────────────────────────────────────────────────

STYLES = {
    "plain": ("      x: upper(name)\n", (3, 16)),
    "single": ("      x: 'it''s name'\n", (3, 17)),
    "double": ('      x: "say \\"a\\" name"\n', (3, 21)),
    "literal": ("      x: |\n        upper(\n          name)\n", (5, 11)),
    "folded": ("      x: >-  # why\n        upper(\n        name)\n", (5, 9)),
    "many lines": ("      x: upper(\n        name)\n", (4, 9)),
    "variable": ("      x: ${FUNCTION}(${LONG}, name)\n", (3, 31)),
    "quoted variable": ("      x: '${LONG} ''name'\n", (3, 21)),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_place_inside_a_text_is_its_place_in_the_file(tmp_path: Path, style: str, end: str) -> None:
    written, (line, column) = STYLES[style]
    text = "source: s\nmap:\n" + written
    environment = Environment({"FUNCTION": "f", "LONG": "a-long-value-of-many-letters"})
    (document,), _ = read_documents("s.yaml", text.replace("\n", end).encode(), environment)
    value = document.value["map"]["x"].strip()
    offset = value.index("name")
    before = value[:offset]
    place = document.place(["map", "x"], before.count("\n") + 1, offset - before.rfind("\n"))
    assert (place.line, place.column) == (line, column)


WORDS = st.lists(
    st.text(alphabet=string.ascii_letters + "é'\"\\ ()|#:€", min_size=1, max_size=12).map(str.strip).filter(bool), min_size=1, max_size=5
)


@given(words=WORDS, style=st.sampled_from(["'", '"', "|", ">"]), width=st.integers(8, 40))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_character_of_a_text_is_found_in_the_file(words: list[str], style: str, width: int) -> None:
    value = "\n".join(words) if style == "|" else " ".join(words)
    text = yaml.dump({"k": {"x": value}}, default_style=style, width=width, allow_unicode=True)
    (document,), mistakes = read_documents("f.yaml", text.encode(), Environment({}))
    assert mistakes == []
    loaded = document.value["k"]["x"]
    if loaded.strip() != value:  # the emitter may choose another style, never another text
        assert loaded == value
    lines = text.split("\n")
    for offset, char in enumerate(loaded.strip()):
        if not char.isspace():
            before = loaded.strip()[:offset]
            place = document.place(["k", "x"], before.count("\n") + 1, offset - before.rfind("\n"))
            assert lines[place.line - 1][place.column - 1] in (char, "\\"), (text, place)


def test_what_cannot_be_found_falls_back_to_the_nearest_key(tmp_path: Path) -> None:
    project = load(folder(tmp_path, {"reports/r.sql": "SELECT 1"}), {})
    assert project.place("source", "register", "feeds", "homes", "format", "csv") == Place("sources/register.yaml", 4, 3)
    assert project.place("dataset", "home", "key", 0) == Place("datasets/home.yaml", 2, 6)
    assert project.place("borough", "", "lake") == Place("borough.yaml", 1, 1)
    assert project.place("report", "r", line=3, column=7) == Place("reports/r.sql", 3, 7)


@given(text=st.text(alphabet=st.sampled_from("ab01:-{}[]'\"|>&*!#,?%@`\t\n ~\x00é$"), max_size=60))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_loaded_or_explained(tmp_path: Path, text: str) -> None:
    for name in ("borough.yaml", "sources/register.yaml", "datasets/home.yaml"):
        files: dict[str, str | bytes] = {
            "borough.yaml": "borough: X\n",
            "sources/register.yaml": SOURCE,
            "datasets/home.yaml": DATASET,
            name: text,
        }
        root = folder(tmp_path, files)
        try:
            check(load(root, {}))
        except DeclarationError as error:
            assert error.mistakes and all(m.place.line >= 1 and m.place.column >= 1 for m in error.mistakes)


def test_many_sources_load_and_check(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {}
    for n in range(50):
        files[f"sources/s{n}.yaml"] = SOURCE.replace("register", f"s{n}").replace("to: home", f"to: d{n}")
        files[f"datasets/d{n}.yaml"] = DATASET.replace("home", f"d{n}")
    project = load(folder(tmp_path, files), {})
    assert len(project.sources) == 51 and check(project) == []
