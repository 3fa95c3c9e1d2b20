"""Who may see what, through the commands: special columns, purposes, quarantine, history, secrets, and the record of every look."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .council import NOW, borough, rows, write

SECRET = "hunter2-and-more"
FILES = {
    "borough.yaml": """\
borough: Careful
state: postgresql://borough:${DB_PASSWORD}@db/borough
purpose: planning
purposes:
  planning: {title: Planning, permits: [public, internal, personal]}
  care: {title: Care, permits: [public, internal, personal, special]}
""",
    "sources/reg.yaml": """\
source: reg
description: signed in with ${DB_PASSWORD}
connect: {files: "data/reg_{extract_date:%Y-%m-%d}.csv"}
feeds:
  people: {delivers: full, max_drop: 100%, to: person, map: {id: ID, name: text(Name), need: Need}}
  lost: {delivers: full, to: person, files: "data/${DB_PASSWORD}/{extract_date:%Y-%m-%d}.csv", map: {id: ID, name: Name, need: Need}}
""",
    "datasets/person.yaml": """\
dataset: person
title: People
classification: personal
key: id
columns:
  id: {type: integer, required: true}
  name: {type: string, required: true}
  need: {type: string, classification: special, purposes: [care], values: [none, carer, disabled]}
""",
    "reports/needs.sql": "SELECT need, count(*) AS people FROM person GROUP BY need",
    "data/reg_2026-01-01.csv": "ID,Name,Need\n1,Ann,none\n2,Bob,carer\n3,Cy,dyslexic\n",
    "data/reg_2026-02-01.csv": "ID,Name,Need\n1,Anne,none\n2,Bob,disabled\n3,Cy,dyslexic\n",
}


@pytest.fixture(scope="module")
def careful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = write(tmp_path_factory.mktemp("careful"), FILES)
    done = borough("run", "--project", project, "--now", NOW, DB_PASSWORD=SECRET)
    assert done.code == 3, done.err  # one feed has no file
    return project


def look(project: Path, *words: str) -> Any:
    return borough(*words, "--project", project, DB_PASSWORD=SECRET)


def entries(project: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted((project / "lake/audit").glob("*.jsonl")) for line in path.read_text().splitlines()]


def test_a_special_column_is_not_in_the_star(careful: Path) -> None:
    assert look(careful, "query", "SELECT * FROM person WHERE id = 1", "--format", "csv").out == "id,name\n1,Anne\n"


@pytest.mark.parametrize(
    "sql",
    ["SELECT need FROM person", "SELECT id FROM person WHERE need = 'carer'", "SELECT count(DISTINCT need) AS n FROM person", "SELECT need FROM needs"],
)
def test_naming_a_special_column_ends_with_5_and_says_who_may(careful: Path, sql: str) -> None:
    done = look(careful, "query", sql)
    assert done.code == 5
    assert done.out == ""
    assert "need is special: purpose 'planning' may not see it (permitted for care)" in done.err


def test_the_right_purpose_sees_it(careful: Path) -> None:
    done = look(careful, "query", "SELECT id, need FROM person ORDER BY id", "--purpose", "care", "--format", "csv")
    assert (done.code, done.out) == (0, "id,need\n1,none\n2,disabled\n")


def test_an_undeclared_purpose_is_denied_with_the_nearest(careful: Path) -> None:
    done = look(careful, "query", "SELECT id FROM person", "--purpose", "plannin")
    assert done.code == 5
    assert "did you mean 'planning'" in done.err


def test_show_lists_what_is_hidden_without_its_values(careful: Path) -> None:
    shown = look(careful, "show", "person", "--json").json
    assert {c["name"]: c["visible"] for c in shown["columns"]} == {"id": "yes", "name": "yes", "need": "no"}
    assert all("need" not in row for row in shown["rows"])
    assert all("need" in row for row in look(careful, "show", "person", "--json", "--purpose", "care").json["rows"])


def test_history_hides_that_a_hidden_column_changed(careful: Path) -> None:
    plain, care = look(careful, "history", "person", "2"), look(careful, "history", "person", "2", "--purpose", "care")
    assert "changed" not in plain.out and "carer" not in plain.out
    assert "need: carer → disabled" in care.out
    assert [row["op"] for row in look(careful, "history", "person", "2", "--json").json] == ["insert"]


def test_quarantine_does_not_quote_what_may_not_be_seen(careful: Path) -> None:
    listed = look(careful, "quarantine", "list", "person")
    assert listed.code == 0 and "dyslexic" not in listed.out and "not shown for this purpose" in listed.out
    assert "dyslexic" not in look(careful, "quarantine", "list", "person", "--json").out
    identity = look(careful, "quarantine", "list", "person", "--json").json[0]["id"]
    for words in (("show", identity), ("correct", identity, "Need=carer")):
        denied = look(careful, "quarantine", *words)
        assert denied.code == 5 and "permitted for care" in denied.err and "dyslexic" not in denied.out + denied.err
    assert "dyslexic" in look(careful, "quarantine", "show", identity, "--purpose", "care").out


def test_every_look_is_recorded_denied_ones_too_without_literals(careful: Path) -> None:
    before = len(entries(careful))
    look(careful, "query", "SELECT name FROM person WHERE name = 'Anne Elk'")
    look(careful, "query", "SELECT need FROM person WHERE name = 'Anne Elk'")
    look(careful, "query", "SELECT nonsense FROM person WHERE name = 'Anne Elk'")
    look(careful, "history", "person", "4711")
    added = entries(careful)[before:]
    looks = [e for e in added if e["event"] == "look"]
    assert [e["permitted"] for e in looks] == [True, False, False, True]
    assert "special" in looks[1]["reason"]
    assert "Anne Elk" not in json.dumps(added) and "4711" not in json.dumps(added)
    assert {"who", "role", "purpose", "run", "tables", "columns", "at"} <= looks[0].keys()


def test_secrets_are_nowhere(careful: Path) -> None:
    told = [
        look(careful, *words)
        for words in (
            ["run"], ["run", "--json"], ["plan", "--sql"], ["plan", "--json"], ["check"], ["tables"], ["show", "person"],
            ["lineage", "person"], ["lineage", "person", "--json"], ["query", "SELECT * FROM deliveries", "--format", "json"], ["query", "SELECT * FROM ledger"],
        )
    ]  # fmt: skip
    assert not [d for d in told if SECRET in d.out + d.err]
    assert "no file matches data/***/" in told[0].out
    assert not [path for path in careful.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    # Parquet is compressed: read what the lake keeps of each run.
    from borough.lake.lake import Lake

    published = Lake(str(careful / "lake")).published()
    assert published is not None and SECRET not in json.dumps(published.record)


def test_a_variable_that_is_not_set_is_told_by_name(careful: Path) -> None:
    done = borough("check", "--project", careful)
    assert done.code == 1
    assert "borough.yaml:2:29: found ${DB_PASSWORD}, which is not set" in done.out


def test_rows_helper_reads_for_a_purpose(careful: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DB_PASSWORD", SECRET)
        assert len(rows(careful, "SELECT need FROM needs", "--purpose", "care")) == 2
