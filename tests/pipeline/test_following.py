"""One full extract after the other: rows that say what the day before said are not read again, and that shows nowhere."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from borough.catalogue.contracts import SCORECARD
from borough.catalogue.tables import SCORECARD_COLUMNS
from borough.standardise import duplicates

from .conftest import Make
from .council import Council, Rows

EXAMPLES = int(os.environ.get("BOROUGH_EXAMPLES", "5"))
DAYS = ("2024-01-10", "2024-01-11", "2024-01-12")
SOURCE = """\
source: reg
connect: {files: "data/{extract_date:%Y-%m-%d}.csv"}
feeds:
  things: {delivers: full, max_drop: 60%, to: thing, map: {k: k, v: v, seen: uk_date(d), w: "coalesce(w, 'none')"}}
"""
DATASET = """\
dataset: thing
key: k
columns:
  k: {type: integer}
  v: {type: integer, between: [0, 99]}
  seen: {type: date, on_unreadable: 'null'}
  w: {type: string}
rules:
  - {name: early, check: v < 3, dimension: validity, severity: warn}
  - {name: few, check: v <> 4, dimension: validity, severity: stop, share: 70%}
"""
# Texts that differ and mean the same, keys that can't be read, values that are refused, told or fine.
CELLS = (("1", "01", "2", "3", "4", "x", ""), ("1", "01", "3", "4", "100", "x"), ("05/01/2024", "soon", ""), ("a", ""))
extract = st.lists(st.tuples(*(st.sampled_from(cells) for cells in CELLS)), max_size=6)


@st.composite
def days(draw: st.DrawFn) -> list[list[tuple[str, ...]]]:
    """Each day's rows are mostly those of the day before."""
    rows = draw(extract)
    told = [rows]
    for _ in DAYS[1:]:
        rows = [row for row in rows if draw(st.integers(0, 4))] + draw(extract)[:2]
        told.append(draw(st.permutations(rows)))
    return told


def council(folder: str) -> Council:
    return Council(Path(folder), SOURCE, DATASET, header="k,v,d,w")


def books(c: Council, run: int) -> tuple[list[Any], list[Any]]:
    """The ledger of all extracts, and the scorecard of one run."""
    ledger = c.ledger("SELECT position, read, accepted, unchanged, superseded, quarantined, held, inserted, updated, deleted, deletes_held, reason FROM {} ORDER BY position")
    scores = c.records(SCORECARD, SCORECARD_COLUMNS, f"SELECT rule, column_name, severity, rows, failed FROM {{}} WHERE run = {run} ORDER BY ALL")
    return ledger, scores


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(days())
def test_day_after_day_is_as_all_at_once(told: list[list[tuple[str, ...]]]) -> None:
    for rows in told:
        note(repr(rows))
    with tempfile.TemporaryDirectory() as daily, tempfile.TemporaryDirectory() as whole:
        one, other = council(daily), council(whole)
        for day, rows in zip(DAYS, told, strict=True):
            one.put(f"{day}.csv", rows)
            other.put(f"{day}.csv", rows)
            last = one.run().number
        number = other.run().number
        assert last is not None
        assert number is not None
        asked = [dt.date.fromisoformat(day) for day in DAYS]
        assert one.seen(asked) == other.seen(asked)
        ledger, scores = books(one, last)
        whole_ledger, whole_scores = books(other, number)
        assert ledger == whole_ledger
        if ledger[-1][-1] is None:  # a scorecard tells of the last extract that was not held
            assert scores == whole_scores


def steady(make: Make, first: Rows, then: Rows) -> tuple[Council, Sequence[Any]]:
    c = make(more="    max_drop: 100%\n")
    c.put("2024-01-10.csv", first)
    c.run()
    c.put("2024-01-11.csv", then)
    return c, c.run().ledger


def test_a_corrected_row_comes_again_as_it_was(make: Make) -> None:
    c, _ = steady(make, [("a", "1", ""), ("b", "x", "")], [("a", "1", ""), ("b", "x", "")])
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("a", 1)]
    (delivery,) = (d for (d,) in c.quarantine("SELECT delivery FROM {}") if d == 2)
    c.correct("reg.things", delivery, 2, {"v": "7"})
    c.run()
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("a", 1), ("b", 7)]
    c.put("2024-01-12.csv", [("a", "1", ""), ("b", "x", "")])
    (line,) = c.run().ledger
    # The text is the one that was refused before it was corrected: it is refused again, and what stood stands.
    assert (line["unchanged"], line["quarantined"]) == (1, 1)
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("a", 1), ("b", 7)]


def test_a_row_that_gets_a_twin_is_refused_with_it(make: Make) -> None:
    c, (line,) = steady(make, [("a", "1", ""), ("b", "2", "")], [("a", "1", ""), ("a", "9", ""), ("b", "2", "")])
    assert (line["unchanged"], line["quarantined"], line["accepted"]) == (1, 2, 0)
    c.put("2024-01-12.csv", [("a", "1", ""), ("b", "2", "")])
    (line,) = c.run().ledger
    assert (line["unchanged"], line["quarantined"], line["deleted"]) == (2, 0, 0)


def test_what_the_mapping_does_not_read_may_change(make: Make) -> None:
    c = make(header="k,v,d,note", more="    max_drop: 100%\n")
    c.put("2024-01-10.csv", [("a", "1", "", "x")])
    c.run()
    c.put("2024-01-11.csv", [("a", "1", "", "y")])
    (line,) = c.run().ledger
    assert (line["unchanged"], line["accepted"]) == (1, 0)


def test_repeated_keys_are_found_a_share_at_a_time(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "KEYS_AT_ONCE", 3)
    once, same, differing = [(f"o{i}", "1", "") for i in range(9)], [(f"s{i}", "2", "") for i in range(9)] * 2, [(f"d{i % 9}", str(i), "") for i in range(18)]
    c = make()
    c.put("2024-01-10.csv", [*once, *same, *differing])
    (line,) = c.run().ledger
    assert (line["accepted"], line["superseded"], line["quarantined"]) == (18, 9, 18)
