"""What was known at the end of a day in London, and nothing that came later."""

from __future__ import annotations

import datetime as dt

import pytest

from .conftest import Make
from .council import DATASET

STAMPED = "dataset: thing\nkey: k\ncolumns:\n  k: {type: string}\n  v: {type: integer}\n  seen: {type: timestamp}\nknown: seen\n"


def test_a_day_ends_at_midnight_in_london(make: Make) -> None:
    """In summer the day of 1 July ends at 23:00 UTC."""
    c = make("append", dataset=STAMPED, glob="*.csv")
    c.declare(source=c.source.replace("uk_date(d)", "d"))
    rows = {"a": "2024-07-01T22:59:59Z", "b": "2024-07-01T23:00:00Z", "c": "2024-01-01T23:59:59Z", "d": "2024-01-02T00:00:00Z"}
    c.put("1.csv", [(k, "1", at) for k, at in rows.items()])
    c.run()
    assert c.quarantine("SELECT * FROM {}") == []
    assert c.query("SELECT k FROM {} ORDER BY 1", as_of=dt.date(2024, 1, 1)) == [("c",)]
    assert c.query("SELECT k FROM {} ORDER BY 1", as_of=dt.date(2024, 7, 1)) == [("a",), ("c",), ("d",)]
    assert c.query("SELECT count(*) FROM {}", as_of=dt.date(2024, 7, 2)) == [(4,)]


def test_an_extract_is_known_on_its_own_day(make: Make) -> None:
    """A date in summer begins at 23:00 UTC of the day before, and yet is not known on that day."""
    c = make()
    c.put("2024-07-01.csv", [("a", "1", "")])
    c.run()
    assert c.log("SELECT _position, _known FROM {}") == [(dt.datetime(2024, 6, 30, 23),) * 2]
    assert c.query("SELECT k FROM {}", as_of=dt.date(2024, 6, 30)) == []
    assert c.query("SELECT k FROM {}", as_of=dt.date(2024, 7, 1)) == [("a",)]


@pytest.mark.parametrize("delivers", ["full", "append"])
def test_a_lag_makes_rows_known_later(make: Make, delivers: str) -> None:
    lagging = DATASET + "known: {date: seen, lag: 2 months}\n"
    c = make(delivers, dataset=lagging)
    c.put("2024-05-01.csv", [("a", "1", "01/01/2024"), ("b", "1", "01/04/2024"), ("c", "1", "")])
    c.run()
    shown = {day: [k for (k,) in c.query("SELECT k FROM {} ORDER BY 1", as_of=day)] for day in (dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2024, 5, 1), dt.date(2024, 6, 1))}
    # A complete extract can't have known a row later than itself; an appended row may be known only later.
    assert list(shown.values()) == [[], ["a"], ["a", "b", "c"] if delivers == "full" else ["a", "c"], ["a", "b", "c"]]


def test_a_column_reads_null_before_it_was_known(make: Make) -> None:
    ended = DATASET.replace("seen: {type: date}", "seen: {type: date, known: seen}")
    c = make(dataset=ended)
    c.put("2024-01-01.csv", [("a", "1", "10/02/2024"), ("b", "1", "")])
    c.run()
    before = c.query("SELECT k, v, seen FROM {} ORDER BY 1", as_of=dt.date(2024, 2, 9))
    assert before == [("a", 1, None), ("b", 1, None)]
    assert c.query("SELECT seen FROM {} ORDER BY k", as_of=dt.date(2024, 2, 10)) == [(dt.date(2024, 2, 10),), (None,)]
    assert c.query("SELECT seen FROM {} ORDER BY k") == [(dt.date(2024, 2, 10),), (None,)]


def test_a_late_extract_claims_no_earlier_knowledge(make: Make) -> None:
    """An appended row known only in April; the row that stood in its way is withdrawn: April's is not seen before April."""
    c = make("append", dataset=DATASET + "known: seen\n")
    c.put("2024-01-01.csv", [("a", "1", "10/04/2024")])
    c.put("2024-02-01.csv", [("a", "2", "01/02/2024")])
    c.run()
    assert c.query("SELECT v FROM {}", as_of=dt.date(2024, 2, 15)) == [(2,)]
    c.put("2024-02-01.csv", [("b", "2", "01/02/2024")])
    c.run()
    assert c.query("SELECT k FROM {}", as_of=dt.date(2024, 2, 15)) == [("b",)]
    assert c.query("SELECT k, v FROM {} ORDER BY 1", as_of=dt.date(2024, 4, 10)) == [("a", 1), ("b", 2)]
