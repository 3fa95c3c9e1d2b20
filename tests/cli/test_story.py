"""What the commands tell of rows over time, and of quality, held against a council small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .council import borough, rows, write

FILES = {
    "borough.yaml": "borough: Countable\n",
    "sources/reg.yaml": """\
source: reg
connect: {files: "data/reg_{extract_date:%Y-%m-%d}.csv"}
feeds:
  homes: {delivers: full, max_drop: 100%, to: home, map: {uprn: UPRN, since: uk_date(Since), band: Band, rooms: Rooms}}
""",
    "datasets/home.yaml": """\
dataset: home
classification: internal
key: [uprn, since]
columns:
  uprn: {type: integer, required: true}
  since: {type: date, required: true}
  band: {type: string, values: [A, B, C], severity: warn}
  rooms: {type: integer, between: [1, 20]}
rules:
  - {name: band_known, check: band IS NOT NULL, dimension: completeness, severity: warn}
""",
}
HEADER = "UPRN,Since,Band,Rooms\n"
# Four rows: one with an unknown band, one without a band, one with too many rooms (refused).
JANUARY = HEADER + "1,01/04/2020,A,3\n2,01/04/2020,Z,4\n3,01/04/2020,,5\n4,01/04/2020,B,50\n"
MARCH = HEADER + "1,01/04/2020,B,3\n3,01/04/2020,C,5\n"
FEBRUARY = HEADER + "1,01/04/2020,A,6\n2,01/04/2020,Z,4\n3,01/04/2020,C,5\n"
JULY = HEADER + "3,01/04/2020,C,5\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("countable"), {**FILES, "data/reg_2026-01-15.csv": JANUARY})


def test_quality_equals_the_hand_count(project: Path) -> None:
    assert borough("run", "--project", project, "--now", "2026-01-16").code == 0
    rules = {r["rule"]: (r["rows"], r["failed"]) for r in borough("quality", "home", "--json", "--project", project).json}
    assert rules == {
        "uprn_required": (4, 0),
        "uprn_readable": (4, 0),
        "since_required": (4, 0),
        "since_readable": (4, 0),
        "band_values": (4, 1),
        "rooms_between": (4, 1),
        "rooms_readable": (4, 0),
        "band_known": (4, 1),
        "duplicate_key": (4, 0),
    }
    scores = {r["dimension"]: round(r["score"], 6) for r in borough("quality", "--json", "--project", project).json}
    # completeness: uprn, since, band_known over 4 rows; validity: 3 × readable, values, between; uniqueness: duplicate_key.
    assert scores == {"completeness": round(11 / 12, 6), "validity": round(18 / 20, 6), "uniqueness": 1.0, "all": round(33 / 36, 6)}
    table = borough("quality", "--project", project).out
    assert "91.67%" in table and "90.00%" in table and "100%" in table


def test_a_row_corrected_by_hand(project: Path) -> None:
    listed = borough("quarantine", "list", "home", "--json", "--project", project).json
    assert [(r["row"], r["reasons"][0]["says"], r["original"]["Rooms"]) for r in listed] == [(4, "rooms is not between 1 and 20", "50")]
    identity = listed[0]["id"]
    noted = borough("quarantine", "correct", identity, "Rooms=5", "--project", project, "--now", "2026-01-17")
    assert noted.code == 0 and "next: borough quarantine replay reg.homes" in noted.out
    assert "derive again: rows were corrected" in borough("plan", "--project", project).out
    wrong = borough("quarantine", "correct", identity, "Room=5", "--project", project)
    assert wrong.code == 2 and "did you mean 'Rooms'?" in wrong.err
    for _ in range(2):  # exactly once
        assert borough("quarantine", "replay", "--project", project, "--now", "2026-01-18").code == 0
    assert rows(project, "SELECT uprn, rooms FROM home WHERE uprn = 4") == [{"uprn": 4, "rooms": 5}]
    assert borough("quarantine", "list", "--project", project).out == "the quarantine is empty\n"
    assert borough("quarantine", "list", "--json", "--project", project).json == []
    told = borough("history", "home", "4", "2020-04-01", "--project", project).out
    assert told.splitlines()[3:] == [
        "  2026-01-15  came  known 2026-01-15 · reg_2026-01-15.csv, row 4 · run 3 of 2026-01-18 · a row was corrected",
        "              band: B",
        "              rooms: 5",
    ]


def test_history_tells_changes_deletes_and_late_extracts(project: Path) -> None:
    for day, content, now in (("2026-03-15", MARCH, "2026-03-16"), ("2026-02-15", FEBRUARY, "2026-03-17"), ("2026-07-15", JULY, "2026-07-16")):
        write(project, {f"data/reg_{day}.csv": content})
        assert borough("run", "--project", project, "--now", now).code == 0
    assert borough("history", "home", "1", "2020-04-01", "--project", project).out.splitlines() == [
        "home 1 2020-04-01",
        "",
        "reg.homes",
        "  2026-01-15  came  known 2026-01-15 · reg_2026-01-15.csv, row 1 · run 1 of 2026-01-16",
        "              band: A",
        "              rooms: 3",
        "  2026-02-15  changed  known 2026-02-15 · reg_2026-02-15.csv, row 1 · run 5 of 2026-03-17 · an extract that came late",
        "              rooms: 3 → 6",
        "  2026-03-15  changed  known 2026-03-15 · reg_2026-03-15.csv, row 1 · run 4 of 2026-03-16",
        "              band: A → B",
        "              rooms: 6 → 3",
        "  2026-07-15  went  known 2026-07-15 · run 6 of 2026-07-16",
    ]
    gone = borough("history", "home", "2", "2020-04-01", "--json", "--project", project).json
    assert [(c["op"], c["extract"][:10]) for c in gone] == [("insert", "2026-01-15"), ("delete", "2026-03-15")]
    # An extract's date is a civil day in London: in summer that is 23:00 of the day before in UTC.
    assert borough("history", "home", "1", "2020-04-01", "--json", "--project", project).json[-1]["extract"] == "2026-07-14T23:00:00Z"


def test_as_of_reads_what_was_known_then(project: Path) -> None:
    for day, bands in (("2026-01-14", []), ("2026-01-20", [("A", 3)]), ("2026-02-20", [("A", 6)]), ("2026-03-20", [("B", 3)]), ("2026-07-20", [])):
        assert [(r["band"], r["rooms"]) for r in rows(project, "SELECT band, rooms FROM home WHERE uprn = 1", "--as-of", day)] == bands, day


def test_the_ledger_adds_up_over_all_runs(project: Path) -> None:
    assert rows(project, "SELECT run FROM ledger WHERE read <> accepted + unchanged + superseded + quarantined + held") == []
    assert json.loads(borough("--json", "query", "SELECT count(DISTINCT run) AS runs FROM ledger", "--project", project).out) == [{"runs": 5}]
