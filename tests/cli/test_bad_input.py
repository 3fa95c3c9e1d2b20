"""Bad input, each kind in a feed of its own, all in one run: told clearly, nothing lost, and the others go on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from .council import NOW, Done, borough, rows, write

HEADER = "id,name\n"
GOOD = HEADER + "1,Ann\n2,Bob\n"

# Feed → its files, and what its declaration says beside the usual.
FEEDS: Mapping[str, tuple[Mapping[str, str | bytes], str]] = {
    "good": ({"2026-01-01.csv": GOOD}, ""),
    "nothing": ({}, ""),
    "empty": ({"2026-01-01.csv": ""}, ""),
    "header_only": ({"2026-01-01.csv": HEADER}, ""),
    "unreadable": ({"2026-01-01.csv": b"id,name\n1,Ann\n2,B\x81\x8d\xffb\n", "2026-01-02.csv": GOOD}, ""),
    "ragged": ({"2026-01-01.csv": "id,name\n1,Ann\n2\n3,Cy,more,cells\n4,Dee\n"}, ""),
    "unclosed": ({"2026-01-01.csv": 'id,name\n1,Ann\n2,"Bob\n3,Cy\n4,Dee\n'}, ""),
    "mixed": ({"2026-01-01.csv": b"id,name\r\n1,Ann\n2,Bob\r3,Cy\r\n"}, ""),
    "nul": ({"2026-01-01.csv": b"id,name\n1,Ann\n2,B\x00ob\n"}, ""),
    "twins": ({"2026-01-01.csv": GOOD + "1,Ann\n"}, ""),
    "rivals": ({"2026-01-01.csv": GOOD + "1,Anne\n"}, ""),
    "same_day": ({"a/2026-01-01.csv": GOOD, "b/2026-01-01.csv": HEADER + "3,Cy\n"}, ""),
    "new_added": ({"2026-01-01.csv": GOOD}, "on_new_column: add"),
    "new_ignored": ({"2026-01-01.csv": GOOD}, "on_new_column: ignore"),
    "new_refused": ({"2026-01-01.csv": GOOD}, "on_new_column: refuse"),
    "lack_null": ({"2026-01-01.csv": GOOD, "2026-01-02.csv": "id\n1\n2\n"}, 'on_missing_column: "null"'),
    "lack_refused": ({"2026-01-01.csv": GOOD, "2026-01-02.csv": "id\n1\n2\n"}, "on_missing_column: refuse"),
    "ages": ({"2026-01-01.csv": GOOD, "2026-01-02.csv": "id,name,age\n1,Ann,9\n2,Bob,8\n"}, "on_new_column: refuse"),
    "renamed_ignored": ({"2026-01-01.csv": GOOD, "2026-01-02.csv": "id,Full Name,age\n1,Ann,9\n2,Bobby,8\n"}, "on_new_column: ignore"),
    "renamed": ({"2026-01-01.csv": GOOD, "2026-01-02.csv": "id,Full Name\n1,Ann\n2,Bobby\n"}, ""),
}


def _project(root: Path) -> Path:
    files: dict[str, str | bytes] = {"borough.yaml": "borough: Ill-fed\n"}
    for name, (given, more) in FEEDS.items():
        files.update({f"data/{name}/{path}": content for path, content in given.items()})
        read = 'name | "Full Name"' if name.startswith("renamed") else "name"
        files[f"sources/{name}.yaml"] = (
            f"source: {name}\nconnect: {{files: 'data/{name}/**/{{extract_date:%Y-%m-%d}}.csv'}}\n"
            f"feeds:\n  people:\n    delivers: full\n    to: {name}\n    {more}\n    map: {{id: id, name: '{read}'}}\n"
        )
        files[f"datasets/{name}.yaml"] = (
            f"dataset: {name}\nclassification: internal\nkey: id\ncolumns:\n  id: {{type: integer, required: true}}\n  name: {{type: string}}\n"
        )
    return write(root, files)


@pytest.fixture(scope="module")
def ill_fed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Done]:
    project = _project(tmp_path_factory.mktemp("ill-fed"))
    return project, borough("run", "--project", project, "--now", NOW)


def test_the_run_ends_with_3_and_the_others_go_on(ill_fed: tuple[Path, Done]) -> None:
    project, done = ill_fed
    assert done.code == 3, done.err
    assert "run 1 is published" in done.out
    assert rows(project, "SELECT id, name FROM good ORDER BY id") == [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}]


@pytest.mark.parametrize(
    ("feed", "says"),
    [
        ("nothing", "failed: nothing.people: no file matches data/nothing/**/{extract_date:%Y-%m-%d}.csv"),
        ("empty", "failed: empty.people: 2026-01-01.csv: empty file"),
        ("header_only", "note: header_only.people: 2026-01-01.csv: header only"),
        ("unreadable", "failed: unreadable.people: 2026-01-01.csv: unreadable encoding"),
        ("unclosed", "note: unclosed.people: 2026-01-01.csv: read slowly: unclosed quote on line 3"),
        ("mixed", "note: mixed.people: 2026-01-01.csv: read slowly: mixed line ends"),
        ("nul", "note: nul.people: 2026-01-01.csv: read slowly: NUL bytes"),
        ("same_day", "held: same_day.people of 2026-01-01, 3 rows: 2 files for one extract date (a/2026-01-01.csv, b/2026-01-01.csv)"),
        ("ages", "failed: ages.people: 2026-01-02.csv: column 'age' was not seen before"),
        ("lack_refused", "failed: lack_refused.people: 2026-01-02.csv: column 'name' is needed and absent; the file has 'id'"),
    ],
)
def test_each_fault_is_told_with_its_feed_and_file(ill_fed: tuple[Path, Done], feed: str, says: str) -> None:
    assert says in ill_fed[1].out, feed


# feed → read, accepted, unchanged, superseded, quarantined, held
LEDGER = {
    "good": (2, 2, 0, 0, 0, 0),
    "header_only": (0, 0, 0, 0, 0, 0),
    "unreadable": (2, 2, 0, 0, 0, 0),
    "ragged": (4, 2, 0, 0, 2, 0),
    "unclosed": (4, 3, 0, 0, 1, 0),
    "mixed": (3, 3, 0, 0, 0, 0),
    "nul": (2, 1, 0, 0, 1, 0),
    "twins": (3, 2, 0, 1, 0, 0),
    "rivals": (3, 1, 0, 0, 2, 0),
    "same_day": (3, 0, 0, 0, 0, 3),
    "lack_null": (4, 4, 0, 0, 0, 0),
    "lack_refused": (4, 2, 0, 0, 0, 2),
    "ages": (4, 2, 0, 0, 0, 2),
    "renamed_ignored": (4, 3, 1, 0, 0, 0),
    "renamed": (4, 3, 1, 0, 0, 0),
}


def test_nothing_is_lost(ill_fed: tuple[Path, Done]) -> None:
    figures = ("read", "accepted", "unchanged", "superseded", "quarantined", "held")
    sums = ", ".join(f"CAST(sum({f}) AS BIGINT) AS {f}" for f in figures)
    ledger = {r["feed"].split(".")[0]: tuple(r[f] for f in figures) for r in rows(ill_fed[0], f"SELECT feed, {sums} FROM ledger WHERE run = 1 GROUP BY feed")}
    assert {feed: ledger.get(feed) for feed in LEDGER} == LEDGER
    assert all(read == sum(rest) for read, *rest in ledger.values())


@pytest.mark.parametrize(
    ("dataset", "reasons"),
    [
        ("ragged", {"line 3: expected 2 values, found 1", "line 4: expected 2 values, found 4"}),
        ("unclosed", {"line 3: unclosed quote"}),
        ("nul", {"line 3: NUL byte"}),
        ("rivals", {"the extract has rows of this key that differ"}),
    ],
)
def test_refused_rows_say_why(ill_fed: tuple[Path, Done], dataset: str, reasons: set[str]) -> None:
    listed = borough("quarantine", "list", dataset, "--json", "--project", ill_fed[0]).json
    assert {reason["says"] for row in listed for reason in row["reasons"]} == reasons


@pytest.mark.parametrize("dataset", ["renamed", "renamed_ignored"])
def test_a_renamed_column_is_read_by_its_alternative(ill_fed: tuple[Path, Done], dataset: str) -> None:
    assert rows(ill_fed[0], f"SELECT id, name FROM {dataset} ORDER BY id") == [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bobby"}]
    assert borough("query", f"SELECT age FROM {dataset}", "--project", ill_fed[0]).code == 2


def test_a_column_that_went_is_null_or_refused(ill_fed: tuple[Path, Done]) -> None:
    assert [r["name"] for r in rows(ill_fed[0], "SELECT name FROM lack_null")] == [None, None]
    assert [r["name"] for r in rows(ill_fed[0], "SELECT name FROM lack_refused ORDER BY id")] == ["Ann", "Bob"]
    drift = rows(ill_fed[0], "SELECT feed, name, action FROM drift WHERE kind = 'missing_column' AND feed LIKE 'lack%' ORDER BY feed")
    renamed = rows(ill_fed[0], "SELECT kind, name, action FROM drift WHERE feed = 'renamed.people'")
    assert renamed == [{"kind": "new_column", "name": "Full Name", "action": "added"}]
    assert [(d["feed"], d["name"], d["action"]) for d in drift] == [("lack_null.people", "name", "null"), ("lack_refused.people", "name", "refused")]


def test_later_runs(ill_fed: tuple[Path, Done]) -> None:
    """What is outstanding is told, not failed again; what was mended comes in; new columns do as declared."""
    project, _ = ill_fed
    (project / "data/nothing").mkdir(parents=True, exist_ok=True)
    write(project, {"data/nothing/2026-01-01.csv": GOOD, "sources/same_day.yaml": (project / "sources/same_day.yaml").read_text().replace("to:", "same_date: parts\n    to:")})
    second = borough("run", "--project", project, "--now", NOW)
    assert second.code == 0, second.out
    assert "failed:" not in second.out and "held:" not in second.out
    assert "still refused: empty.people: 2026-01-01.csv, refused by run 1: empty file" in second.out
    assert len(rows(project, "SELECT id FROM same_day")) == 3

    third = borough("run", "--project", project)
    assert third.code == 0 and third.out.startswith("nothing new")
    assert third.out.count("still refused:") == 4
    plan = borough("plan", "--project", project)
    assert "nothing to do" in plan.out and "still refused: 1 file of empty.people" in plan.out

    aged = "id,name,age\n1,Ann,9\n2,Bob,8\n"
    write(project, {"data/empty/2026-01-01.csv": GOOD, **{f"data/new_{does}/2026-01-03.csv": aged for does in ("added", "ignored", "refused")}})
    fourth = borough("run", "--project", project, "--now", NOW)
    assert fourth.code == 3
    assert "failed: new_refused.people: 2026-01-03.csv: column 'age' was not seen before" in fourth.out
    assert "still refused: empty.people" not in fourth.out
    assert len(rows(project, "SELECT id FROM empty")) == 2
    drift = rows(project, "SELECT feed, name, action FROM drift WHERE kind = 'new_column' AND feed LIKE 'new%' ORDER BY feed")
    assert [(d["feed"], d["action"]) for d in drift] == [("new_added.people", "added"), ("new_ignored.people", "ignored"), ("new_refused.people", "refused")]
