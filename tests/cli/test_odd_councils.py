"""Odd but legal councils through the commands: secrets with signs in them, purposes that see nothing, names that clash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .council import NOW, borough, rows, write

SIGNS = "pa'ss\"wo\\rd"
OPEN = """\
borough: Open
purpose: statistics
purposes:
  statistics: {title: Statistics, permits: [public, internal]}
  care: {title: Care, permits: [public, internal, personal, special]}
"""
SOURCE = """\
source: reg
connect: {files: "data/{extract_date:%Y-%m-%d}.csv"}
feeds:
  people: {delivers: full, max_drop: 100%, to: person, map: {id: ID, op: Op, op_: Op, x: X, y: Y}}
  wards: {delivers: full, files: "data/wards.csv", extract_date: 2020-01-01, to: ward, map: {code: code, shape: geometry(wkt)}}
"""
PERSON = """\
dataset: person
classification: {kind}
key: id
columns:
  id: {{type: integer}}
  op: {{type: string}}
  op_: {{type: string}}
  x: {{type: number, classification: special, purposes: [care]}}
  y: {{type: number, classification: special, purposes: [care]}}
areas: {{ward: {{point: [x, y]}}}}
"""
WARD = "dataset: ward\nclassification: public\nkey: code\ncolumns:\n  code: {type: string}\n  shape: {type: geometry}\narea: {code: code, shape: shape}\n"
FILES = {
    "borough.yaml": OPEN,
    "sources/reg.yaml": SOURCE,
    "datasets/person.yaml": PERSON.format(kind="internal"),
    "datasets/ward.yaml": WARD,
    "data/2026-01-01.csv": "ID,Op,X,Y\n1,a,0.5,0.5\n2,b,-0.0,0.0\n3,c,0.0,0.0\nx,d,1,1\n",
    "data/wards.csv": 'code,wkt\nW1,"POLYGON((-1 -1, 2 -1, 2 2, -1 2, -1 -1))"\n',
}


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    project = write(tmp_path, FILES)
    done = borough("run", "--project", project, "--now", NOW)
    assert done.code == 0, done.out + done.err
    return project


def test_where_a_hidden_point_lies_is_hidden_too(odd: Path) -> None:
    assert rows(odd, "SELECT * FROM person ORDER BY id")[0] == {"id": 1, "op": "a", "op_": "a"}
    assert borough("query", "SELECT ward_code FROM person", "--project", odd).code == 5
    assert rows(odd, "SELECT id, ward_code FROM person ORDER BY id", "--purpose", "care") == [{"id": n, "ward_code": "W1"} for n in (1, 2, 3)]


def test_history_of_columns_named_like_its_own(odd: Path) -> None:
    done = borough("history", "person", "1", "--project", odd, "--json")
    assert done.code == 0, done.err
    assert [(row["op"], row["op_"], row["op__"]) for row in done.json] == [("a", "a", "insert")]
    assert borough("history", "person", "1", "--project", odd).code == 0


def test_tables_are_listed_though_one_may_not_be_seen(odd: Path) -> None:
    write(odd, {"datasets/person.yaml": PERSON.format(kind="personal")})
    done = borough("tables", "--project", odd, "--json")
    assert done.code == 0, done.err
    assert {one["name"]: one["rows"] for one in done.json} == {"person": None, "ward": 1}


def test_rows_of_a_dataset_that_is_gone_stay_out_of_the_others(odd: Path) -> None:
    gone = SOURCE.replace("people:", "folk:").replace("to: person", "to: zerson")
    write(odd, {"sources/reg.yaml": gone, "datasets/zerson.yaml": PERSON.format(kind="internal").replace("dataset: person", "dataset: zerson")})
    (odd / "datasets/person.yaml").unlink()
    assert borough("run", "--project", odd, "--now", NOW).code == 0
    listed = borough("quarantine", "list", "--project", odd, "--json").json
    assert {one["dataset"] for one in listed} == {"person", "zerson"}
    row = borough("quarantine", "list", "zerson", "--project", odd, "--json", "--purpose", "care").json[0]
    done = borough("quarantine", "show", row["id"], "--project", odd, "--json", "--purpose", "care")
    assert (done.code, done.err) == (0, "")
    assert done.json["dataset"] == "zerson"


def test_a_secret_with_signs_in_it_is_nowhere(tmp_path: Path) -> None:
    source = SOURCE.replace("data/{", "data/${DB_PASSWORD}/{")
    project = write(tmp_path, {**FILES, "sources/reg.yaml": source})
    words = (["check"], ["run"], ["run", "--json"], ["plan", "--sql"], ["plan", "--json"])
    told = "".join(done.out + done.err for done in (borough(*w, "--project", project, DB_PASSWORD=SIGNS) for w in words))
    log = (project / ".borough/log.jsonl").read_text(encoding="utf-8")
    for written in (SIGNS, json.dumps(SIGNS)[1:-1], repr(SIGNS)[1:-1], SIGNS.replace("'", "''")):
        assert written not in told + log
    assert "***" in told


def test_an_error_that_quotes_a_secret_is_logged_without_it(tmp_path: Path) -> None:
    project = write(tmp_path, {**FILES, "borough.yaml": OPEN + 'lake: "./${DB_PASSWORD}"\n'})
    done = borough("run", "--project", project, DB_PASSWORD=SIGNS)
    log = (project / ".borough/log.jsonl").read_text(encoding="utf-8")
    assert done.code == 2
    assert "***" in done.err and "***" in log
    assert json.dumps(SIGNS)[1:-1] not in log


@pytest.mark.parametrize("name", ["a[b", "a]b", "a|b", "a^b", "a\\b", "a%41b"])
def test_a_folder_where_no_table_can_be(tmp_path: Path, name: str) -> None:
    done = borough("run", "--project", write(tmp_path / name, FILES), "--now", NOW)
    assert done.code == 2
    assert "where Delta tables can't be" in done.err
