"""Broken projects, and exactly what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from borough.errors import DeclarationError, Mistake, UsageError
from borough.project.checks import check
from borough.project.load import load, load_leniently

from .folders import DATASET, SOURCE, folder

H, R, B = "datasets/home.yaml", "sources/register.yaml", "borough.yaml"
FORMATS = "csv, json, parquet, geojson, excel, fixed_width, record_types, xml, shapefile, geopackage"


def said(root: Path) -> list[str]:
    project, mistakes = load_leniently(root, {})
    found = sorted({*mistakes, *(check(project) if project else [])})
    return [("warning: " if m.severity == "warning" else "") + str(m) for m in found]


def dataset(old: str, new: str) -> dict[str, str | bytes]:
    assert old in DATASET
    return {H: DATASET.replace(old, new, 1)}


def source(old: str, new: str) -> dict[str, str | bytes]:
    assert old in SOURCE
    return {R: SOURCE.replace(old, new, 1)}


def columns(text: str) -> dict[str, str | bytes]:
    """The dataset with another last column, in line 5 from column 3."""
    return dataset("  rooms: {type: integer}", f"  {text}\n  rooms: {{type: integer}}")


AREA = "---\ndataset: ward\nkey: code\ncolumns: {code: {}, shape: {type: geometry}}\narea: {code: code, shape: shape}\n"
UNFILLED = "warning: {}: found the dataset {!r}, which no feed fills; expected a feed with `to: {}`"
NAME = "a name of lower-case letters, digits and _, starting with a letter, at most 63 long"
YEARS = "borough: X\nvariables: {target_year: 2015, kind: home}\n"

CASES: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    "good": ({}, []),
    # keys, types, choices
    "unknown key": (
        source("delivers: full", "delivrs: full"),
        [f"{R}:5:5: found unknown key 'delivrs'; expected one of title, files, format, table, query, resource, cursor, extract_date, delivers, "
         "operation, same_date, max_drop … (18 in all); did you mean 'delivers'?"],
    ),
    "missing key": (
        source("    delivers: full\n", ""),
        [f"{R}:4:3: found no 'delivers'; expected 'delivers': `append`: rows are added or corrected. `full`: each extract is complete, absent keys are deletes. "
         "`changes`: rows carry an operation."],
    ),
    "wrong choice": (source("delivers: full", "delivers: ful"), [f"{R}:5:15: found 'ful'; expected one of append, full, changes; did you mean 'full'?"]),
    "wrong type of column": (
        dataset("integer", "intger"),
        [f"{H}:5:17: found 'intger'; expected one of string, integer, number, money, date, timestamp, boolean, geometry; did you mean 'integer'?"],
    ),
    "not a number": ({B: "borough: X\nengine: {duckdb: {threads: four}}\n"}, [f"{B}:2:28: found 'four'; expected a whole number"]),
    "too few": ({B: "borough: X\nengine: {duckdb: {threads: 0}}\n"}, [f"{B}:2:28: found '0'; expected a number of at least 1"]),
    "pattern": (
        {B: "borough: X\nengine: {duckdb: {memory: 8}}\n"},
        [f"{B}:2:27: found '8'; expected Memory limit, such as `4GB`. Default: 6.5 GB, or 80% of the machine's where that is less"],
    ),
    "one mistake for a union": (
        {B: "borough: X\nengine: {duckdb: {thread: 4}}\n"},
        [f"{B}:2:19: found unknown key 'thread'; expected one of threads, memory, scratch; did you mean 'threads'?"],
    ),
    "engine": ({B: "borough: X\nengine: dukdb\n"}, [f"{B}:2:9: found 'dukdb'; expected duckdb or keys (duckdb) or keys (spark); did you mean 'duckdb'?"]),
    "engine's key": ({B: "borough: X\nengine: {duckbd: {}}\n"}, [f"{B}:2:10: found unknown key 'duckbd'; expected duckdb or spark; did you mean 'duckdb'?"]),
    "format": (
        source("delivers: full", "delivers: full\n    format: {csv: {delimeter: ';'}}"),
        [f"{R}:6:20: found unknown key 'delimeter'; expected one of delimiter, quote, encoding, header; did you mean 'delimiter'?"],
    ),
    "format's word": (
        source("delivers: full", "delivers: full\n    format: cvs"),
        [f"{R}:6:13: found 'cvs'; expected one of {FORMATS} or keys ({FORMATS}); did you mean 'csv'?"],
    ),
    "text where a list is due": (dataset("key: ref", "key: {a: 1}"), [f"{H}:2:1: found keys; expected text, or a list of texts"]),
    "name": (dataset("  rooms", "  No Rooms"), [
        f"{H}:5:3: found the name 'No Rooms'; expected {NAME}; did you mean 'no_rooms'?",
        f"{R}:9:7: found unknown column 'rooms'; expected a column of home: ref",
    ]),
    "name of a dataset": ({"datasets/x.yaml": "dataset: _x\nkey: a\ncolumns: {a: }\n"}, [f"datasets/x.yaml:1:10: found '_x'; expected {NAME}; did you mean 'x'?"]),
    "nothing after a key": (source("source: register", "source:"), [f"{R}:1:1: found nothing after 'source'; expected 'source': Name of the source."]),
    "share": (source("delivers: full", "delivers: full\n    max_drop: 120%"), [f"{R}:6:15: found '120%'; expected a share such as 0.2 or 20%"]),
    "pair": (columns("n: {type: integer, between: [1]}"), [f"{H}:5:22: found a list; expected a list of 2"]),
    "all in one go": (
        {B: "borough: X\nlak: y\n", **dataset("key: ref", "kye: ref\nowner: [x]"), **source("Rooms", "Rooms\n      romms: Rooms")},
        [f"{B}:2:1: found unknown key 'lak'; expected one of borough, lake, storage, state, engine, variables, purpose, purposes, other_engines, scorecard_areas, maintenance, web … (13 in all); did you mean 'lake'?",
         f"{H}:2:1: found unknown key 'kye'; expected one of dataset, title, description, owner, classification, key, columns, known, true, area, areas, address … (18 in all); "
         "did you mean 'key'?",
         f"{H}:3:1: found a list; expected text",
         f"{R}:10:7: found unknown column 'romms'; expected a column of home: ref or rooms; did you mean 'rooms'?"],
    ),
    # YAML
    "empty file": ({H: ""}, [f"{H}:1:1: found an empty file; expected a declaration in YAML, or no file", f"{R}:6:9: found unknown dataset 'home'; expected a dataset: none is declared in datasets/"]),
    "tab": ({B: "borough: X\nengine:\n\tduckdb: {}\n"}, [f"{B}:3:1: found a tab at the start of the line; expected spaces: YAML does not indent with tabs"]),
    "colon": ({B: "borough: X: Y\n"}, [f"{B}:1:11: found a second colon in a value; expected quotes around text that holds a colon and a space"]),
    "not UTF-8": ({B: b"borough: X\nlake: caf\xe9\n"}, [f"{B}:2:10: found the byte 0xe9, which is not UTF-8; expected a file saved as UTF-8"]),
    "control character": ({B: "borough: X\nlake: a\x01\n"}, [f"{B}:2:8: found a character that YAML does not allow (control characters are not allowed); expected printable text"]),
    "key twice": ({B: "borough: X\nlake: a\nlake: b\n"}, [f"{B}:3:1: found the key 'lake' a second time; expected each key once (the first is in line 2)"]),
    "tag": ({B: "borough: !x y\n"}, [f"{B}:1:10: found the tag !x; expected a value without a tag"]),
    "alias": ({B: "borough: *x\n"}, [f"{B}:1:10: found an alias to nothing; expected an alias to an anchor (&name) further up"]),
    "open list": ({B: "borough: [X\n"}, [f"{B}:2:1: found a list that is not closed; expected a comma or the closing ]"]),
    "open quote": ({B: "borough: 'X\n"}, [f"{B}:2:1: found a quote that is not closed; expected the closing quote"]),
    "no colon": ({B: "borough: X\nlake\n"}, [f"{B}:3:1: found a line without a colon; expected a key, a colon and a value"]),
    "depth": ({B: "borough: " + "[" * 900 + "]" * 900}, [f"{B}:1:1: found brackets within brackets without end; expected a declaration that people can read"]),
    "a list": ({B: "- a\n"}, [f"{B}:1:1: found a declaration without keys; expected `borough: NAME` and its other keys"]),
    "braces as a key": ({B: "{a: b}: c\nborough: X\n"}, [f"{B}:1:1: found a key that is not a word; expected a word before the colon (a value in braces needs quotes)"]),
    "dataset among sources": (
        {"sources/x.yaml": "dataset: other\nkey: a\ncolumns: {a: }\n"},
        ["sources/x.yaml:1:1: found a dataset; expected a source here; a dataset belongs in datasets/"],
    ),
    # variables
    "variable": ({B: "borough: X\nlake: a/${LAKE}\n"}, [f"{B}:2:9: found ${{LAKE}}, which is not set; expected an environment variable LAKE: set it, or write ${{LAKE:-default}}"]),
    "variable's form": ({B: "borough: X\nlake: ${la ke}\n"}, [f"{B}:2:7: found '${{la ke}}'; expected ${{NAME}} or ${{NAME:-default}}; write $$ for a dollar sign"]),
    "variable of the project": (
        {B: YEARS, R: SOURCE.replace("Rooms", "n_${target_yaer}_${kind-1}_${TARGET_YEAR-1}_${target_year -1}_${target_year-1}")},
        [f"{R}:9:16: found ${{target_yaer}}, which is not set; expected an environment variable target_yaer: set it, or write ${{target_yaer:-default}}; or one of `variables` in borough.yaml (kind, target_year)",
         f"{R}:9:31: found '${{kind-1}}' of a variable that is no whole number; expected a whole number for kind in borough.yaml, or in KIND of the environment",
         f"{R}:9:41: found '${{TARGET_YEAR-1}}'; expected a variable that borough.yaml declares (kind, target_year): only on those can one count",
         f"{R}:9:58: found '${{target_year -1}}'; expected ${{NAME}} or ${{NAME:-default}}; write $$ for a dollar sign; ${{name}} or ${{name-1}} for a variable of borough.yaml"],
    ),
    "variables in borough.yaml": (
        {B: "borough: X\nlake: a/${target_year}/${target_year-1}\nvariables: {target_year: 2015}\n"},
        [f"{B}:2:9: found ${{target_year}}, which is not set; expected an environment variable target_year: set it, or write ${{target_year:-default}}",
         f"{B}:2:24: found '${{target_year-1}}'; expected ${{NAME}} or ${{NAME:-default}}; write $$ for a dollar sign"],
    ),
    "name of a variable": ({B: "borough: X\nvariables:\n  Target: 2015\n  n: [1]\n"}, [f"{B}:3:3: found the name 'Target'; expected {NAME}; did you mean 'target'?", f"{B}:4:3: found a list; expected text"]),
    "variable as a name": ({B: YEARS, H: DATASET.replace("home", "${kind}"), R: SOURCE.replace("to: home", "to: ${kind}")}, [
        f"{H}:1:10: found a name with a variable in it; expected the name itself",
        f"{R}:6:9: found unknown dataset '${{kind}}'; expected a dataset: none is declared in datasets/",
    ]),
    # names
    "dataset twice": (
        {"datasets/z.yaml": DATASET},
        ["datasets/z.yaml:1:10: found the dataset 'home' a second time; expected one declaration (the first is at datasets/home.yaml:1:10)"],
    ),
    "report twice": ({"reports/a.sql": "select 1", "reports/b/a.sql": "select 1"}, ["reports/b/a.sql:1:1: found the report 'a' a second time; expected one file of that name (the first is reports/a.sql)"]),
    "report and dataset": (
        {"reports/home.sql": "select 1"},
        ["reports/home.sql:1:1: found the report 'home', which is also a dataset (datasets/home.yaml:1:10); expected another name: reports and datasets are queried by name"],
    ),
    "report's name": ({"reports/A b.sql": "select 1"}, [f"reports/A b.sql:1:1: found the file name 'A b.sql'; expected {NAME}, and .sql"]),
    "empty report": ({"reports/a.sql": "-- title: x\n"}, ["reports/a.sql:1:1: found no SQL; expected a SELECT"]),
    "system name": ({"reports/ledger.sql": "select 1"}, ["reports/ledger.sql:1:1: found the name 'ledger', which is a table of Borough itself; expected another name"]),
    "SQL word": ({"reports/order.sql": "select 1"}, ["reports/order.sql:1:1: found the name 'order', which is a word of SQL; expected another name"]),
    # feeds
    "missing dataset": (source("to: home", "to: hoem"), [
        UNFILLED.format(f"{H}:1:10", "home", "home"),
        f"{R}:6:9: found unknown dataset 'hoem'; expected a dataset: home; did you mean 'home'?",
    ]),
    "unmapped": (source("      ref: Ref\n", ""), [f"{R}:7:5: found no 'ref', which is part of the key in home; expected `ref:` with an expression"]),
    "no map": ({R: SOURCE[: SOURCE.index("    map:")]}, [f"{R}:6:5: found no `map`; expected `map:` with an expression for each column of home"]),
    "map without to": (source("    to: home\n", ""), [
        UNFILLED.format(f"{H}:1:10", "home", "home"),
        f"{R}:6:5: found a `map` but no `to`; expected `to:` with the dataset that the feed fills",
    ]),
    "empty expression": (source("rooms: Rooms", "rooms: ''"), [f"{R}:9:7: found nothing after 'rooms'; expected an SQL expression over the feed's columns (`null` for no value)"]),
    "changes": (source("delivers: full", "delivers: changes"), [f"{R}:5:15: found `delivers: changes` without `operation`; expected `operation: {{column: NAME}}`: what happened to the row"]),
    "operation": (source("delivers: full", "delivers: full\n    operation: {column: op}"), [f"{R}:6:5: found `operation` with `delivers: full`; expected `delivers: changes`, or no `operation`"]),
    "undated": (source("{extract_date:%Y-%m-%d}", "x"), [
        f"{R}:5:15: found `delivers: full` without the date of the extract; expected `{{extract_date:%Y-%m-%d}}` in the path, or `extract_date:` with a date or an expression"
    ]),
    "undated append": ({R: SOURCE.replace("{extract_date:%Y-%m-%d}", "x").replace("full", "append")}, [
        f"{R}:5:15: found rows without a date on which they were known; expected `{{extract_date:%Y-%m-%d}}` in the path, or `extract_date:` with a date or an expression, "
        "or `known:` in the dataset home"
    ]),
    "date's format": (source("%Y-%m-%d", "%Y-%q"), [f"{R}:2:41: found '%q' in the date's format; expected %Y %m %d %y %b %B %j %H %M %S"]),
    "no year": (source("%Y-%m-%d", "%m"), [f"{R}:2:38: found the date's format '%m' without a year; expected a format such as %Y-%m-%d"]),
    "brace": (source(".csv", "{.csv"), [f"{R}:2:47: found a '{{' without its partner; expected `{{name}}` for a part of the path"]),
    "part's name": (source(".csv", "{_x}.csv"), [f"{R}:2:48: found the part '_x'; expected {NAME}"]),
    "ending": (source(".csv", ".dat"), [f"{R}:4:3: found files whose ending does not tell their format; expected `format:` with one of {FORMATS}"]),
    "no files": (source('connect: {files: "data/{extract_date:%Y-%m-%d}.csv"}\n', ""), [f"{R}:3:3: found no files; expected `files:` with a glob, here or in the source's `connect`"]),
    "header none": (
        source("delivers: full", "delivers: full\n    format: {csv: {header: none}}"),
        [f"{R}:6:28: found `header: none` but no `columns`; expected `columns:` with their names, in order"],
    ),
    # datasets
    "key": (dataset("key: ref", "key: rof"), [f"{H}:2:6: found unknown column 'rof'; expected a column of home: ref or rooms; did you mean 'ref'?"]),
    "between of another type": (
        columns("d: {type: date, between: [1, 2026-01-31]}"),
        [f"{H}:5:29: found '1'; expected a date such as 2026-01-31, since the column is of type date"],
    ),
    "between upside down": (columns("n: {type: number, between: [2, 1]}"), [f"{H}:5:21: found a lowest value above the highest; expected the lowest value first"]),
    "values": (columns("n: {type: integer, values: [1, 1.5]}"), [f"{H}:5:34: found '1.5'; expected a whole number, since the column is of type integer"]),
    "regular expression": (columns("p: {pattern: 'a(b'}"), [f"{H}:5:18: found a pattern that can't be read (missing ), unterminated subpattern); expected a regular expression"]),
    "look-around": (columns("p: {pattern: 'a(?=b)'}"), [f"{H}:5:18: found look-around or a group '(?=', which the engine does not have; expected a regular expression as in RE2"]),
    "back-reference": (columns(r"p: {pattern: '(a)\\\1'}"), [f"{H}:5:22: found a back-reference '\\\\1', which the engine does not have; expected a regular expression as in RE2"]),
    "reference": (columns("o: {references: hme.ref}"), [f"{H}:5:19: found unknown dataset 'hme'; expected a dataset: home; did you mean 'home'?"]),
    "referenced column": (columns("o: {references: ward.cod}") | {"datasets/w.yaml": AREA[4:]}, [
        f"{H}:5:19: found unknown column 'cod' of ward; expected ward.code or ward.shape; did you mean 'ward.code'?",
        UNFILLED.format("datasets/w.yaml:1:10", "ward", "ward"),
    ]),
    "reference to itself": (columns("o: {references: home.ref}"), [f"{H}:5:19: found datasets that need each other: home → home; expected an order in which they can be loaded: take one reference out"]),
    "cycle": (
        columns("o: {references: two.a}") | {"datasets/two.yaml": "dataset: two\nkey: a\ncolumns: {a: {references: home.ref}}\n"},
        [f"{H}:5:19: found datasets that need each other: home → two → home; expected an order in which they can be loaded: take one reference out",
         UNFILLED.format("datasets/two.yaml:1:10", "two", "two")],
    ),
    "areas": (
        {H: DATASET + "areas: {wrd: {point: [rooms, y], on: ref}}\n" + AREA},
        [f"{H}:6:9: found unknown dataset 'wrd'; expected a dataset with `area:`: ward; did you mean 'ward'?",
         f"{H}:6:23: found the column 'rooms' of type integer; expected a column of type number",
         f"{H}:6:30: found unknown column 'y'; expected a column of home: ref or rooms",
         f"{H}:6:38: found the column 'ref' of type string; expected a column of type date",
         UNFILLED.format(f"{H}:8:10", "ward", "ward")],
    ),
    "an area's point": (
        {H: DATASET + "  x: {type: number}\nareas: {ward: {point: [x, x], crs: EPSG:27701}}\n" + AREA},
        [f"{H}:7:36: found the coordinate reference system 'EPSG:27701'; expected one of EPSG:4326, EPSG:27700, EPSG:29902, EPSG:2157, EPSG:3857; did you mean 'EPSG:27700'?",
         UNFILLED.format(f"{H}:9:10", "ward", "ward")],
    ),
    "area": (
        {H: DATASET + AREA.replace("shape: shape", "shape: code, label: nam")},
        [UNFILLED.format(f"{H}:7:10", "ward", "ward"),
         f"{H}:10:27: found the column 'code' of type string; expected a column of type geometry",
         f"{H}:10:40: found unknown column 'nam'; expected a column of ward: code or shape"],
    ),
    "area's column": (
        {H: DATASET + "  ward_code: {}\n  x: {type: number}\nareas: {ward: {point: [x, x]}}\n" + AREA},
        [f"{H}:6:3: found the column 'ward_code', which `areas: ward` adds; expected another name", UNFILLED.format(f"{H}:10:10", "ward", "ward")],
    ),
    "precedence": (
        {H: DATASET + "precedence: [register.hoems, register.homes, register.homes]\n"},
        [f"{H}:6:14: found unknown feed 'register.hoems'; expected a feed with `to: home`, as source.feed: register.homes; did you mean 'register.homes'?",
         f"{H}:6:46: found the feed 'register.homes' a second time; expected each feed once"],
    ),
    "rules": (
        {H: DATASET + "rules:\n  - {name: a, check: x, dimension: validity}\n  - {name: a, check: x, dimension: validty, severity: stop, share: 100%}\n"},
        [f"{H}:8:12: found the rule 'a' a second time; expected each name once (the first is at {H}:7:12)",
         f"{H}:8:36: found 'validty'; expected one of completeness, uniqueness, consistency, timeliness, validity, accuracy; did you mean 'validity'?",
         f"{H}:8:68: found a share that no load can exceed; expected less than 1 (100%)"],
    ),
    "special": (columns("s: {classification: special}"), [f"warning: {H}:5:3: found a special column without purposes; expected `purposes: [NAME]`: until then nobody can see it"]),
    "purpose of a column": (
        columns("s: {classification: special, purposes: [healt]}") | {B: "borough: X\npurpose: health\npurposes: {health: {title: Health}}\n"},
        [f"{H}:5:43: found unknown purpose 'healt'; expected a purpose of borough.yaml: health; did you mean 'health'?"],
    ),
    "purpose": ({B: "borough: X\npurpose: helth\npurposes: {health: {title: Health}}\n"}, [f"{B}:2:10: found unknown purpose 'helth'; expected a purpose that is declared: health; did you mean 'health'?"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_broken_project_is_told_exactly_what_is_wrong(tmp_path: Path, name: str) -> None:
    files, expected = CASES[name]
    assert said(folder(tmp_path, files)) == expected


def test_load_raises_all_mistakes_at_once_and_warnings_do_not_stop_it(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError) as caught:
        load(folder(tmp_path, {B: "borugh: X\n", **dataset("integer", "intger")}), {})
    assert [m.place.file for m in caught.value.mistakes] == [B, H]
    assert all(isinstance(m, Mistake) for m in caught.value.mistakes)
    assert caught.value.exit_code == 1


def test_no_project_says_where_it_looked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no borough\.yaml") as caught:
        load(tmp_path, {})
    assert "borough init" in (caught.value.advice or "") and "--project" in (caught.value.advice or "")
    inside = folder(tmp_path) / "datasets"
    with pytest.raises(UsageError) as caught:
        load(inside, {})
    assert str(tmp_path.resolve()) in (caught.value.advice or "")
    with pytest.raises(UsageError, match="no folder"):
        load(tmp_path / "absent", {})


API = """\
source: crm
connect: {api: {url: "https://crm.example/", auth: {bearer: x, basic: {user: a, password: b}}}}
feeds:
  cases: {resource: {path: cases}, cursor: {column: id}, delivers: full}
  both: {resource: {path: cases}, files: x.csv, delivers: append}
  other: {table: cases, format: csv, delivers: append}
"""


def test_how_a_feed_is_reached_is_said_once_and_rightly(tmp_path: Path) -> None:
    assert said(folder(tmp_path, {"sources/crm.yaml": API})) == [
        "sources/crm.yaml:2:46: found 2 ways to say who asks; expected one of bearer, basic, api_key, oauth2",
        "sources/crm.yaml:4:36: found `cursor` with `delivers: full`; expected `delivers: append` or `changes`: what is not new is not sent, and would count as deleted",
        "sources/crm.yaml:4:36: found `cursor` without `param`; expected `param:` with the API's parameter that takes the value, such as `updated_since`",
        "sources/crm.yaml:5:10: found `resource` beside `files`; expected one of files, table, query, resource",
        "sources/crm.yaml:6:11: found `table`, but the source has no `connect.database`; expected `connect: {database: …}` in the source",
        "sources/crm.yaml:6:25: found `format` with `table`; expected no `format`: it is for files",
    ]


def test_lineage_goes_to_one_place(tmp_path: Path) -> None:
    both = "borough: N\nopenlineage: {file: a.jsonl, url: 'https://m.example'}\n"
    assert [line for line in said(folder(tmp_path / "a", {B: both})) if line.startswith(B)] == [
        "borough.yaml:2:1: found `file` and `url`; expected one of them: where runs tell their lineage"
    ]
    neither = "borough: N\nopenlineage: {namespace: x}\n"
    assert [line for line in said(folder(tmp_path / "b", {B: neither})) if line.startswith(B)] == [
        "borough.yaml:2:1: found neither `file` nor `url`; expected one of them: where runs tell their lineage"
    ]
