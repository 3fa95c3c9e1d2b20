"""A changed declaration: derived again from bronze, under the original known times, it equals a lake built anew."""

from __future__ import annotations

import datetime as dt

import pytest

from .conftest import Make
from .council import DATASET, SOURCE, Council

DAYS = tuple(dt.date(2024, month, day) for month in range(1, 6) for day in (1, 20))
MORE = "    max_drop: 100%\n"
FILES = {
    "2024-01-01.csv": [("a", "1", "05/01/2024"), ("b", "2", "01/01/2020"), ("c", "x", ""), ("d", "40", "")],
    "2024-02-01.csv": [("a", "1", "20/01/2024"), ("b", "3", "15/01/2024"), ("c", "3", ""), ("c", "4", "")],
    "2024-03-01.csv": [("a", "60", "20/02/2024"), ("B", "3", "15/01/2024"), ("d", "40", "")],
    "2024-04-01.csv": [("a", "60", "20/02/2024"), ("b", "5", ""), ("", "7", "")],
}
MAP = "map: {k: k, v: v, seen: uk_date(d)}"
CHANGES = {
    "rule added": ("", DATASET + "rules:\n  - {name: small, check: v < 50, dimension: validity}\n"),
    "limits changed": ("", DATASET.replace("[0, 99]", "[2, 50]")),
    "known added": ("", DATASET + "known: seen\n"),
    "known with a lag": ("", DATASET + "known: {date: seen, lag: 3 weeks}\n"),
    "column added": ("map: {k: k, v: v, seen: uk_date(d), w: v}", DATASET + "  w: {type: string}\n"),
    "column removed": ("map: {k: k, v: v}", DATASET.replace("  seen: {type: date}\n", "")),
    "type changed": ("", DATASET.replace("v: {type: integer, between: [0, 99]}", "v: {type: string}")),
    "key changed": ("", DATASET.replace("key: k", "key: [k, v]")),
    "mapping changed": ("map: {k: lower(k), v: v, seen: uk_date(d)}", ""),
    "columns reordered": ("", "dataset: thing\nkey: k\ncolumns:\n  seen: {type: date}\n  k: {type: string}\n  v: {type: integer}\n"),
}


def filled(council: Council) -> Council:
    for name, rows in FILES.items():
        council.put(name, rows)
    return council


@pytest.mark.parametrize(
    ("delivers", "change"), [*(("full", change) for change in CHANGES), *(("append", change) for change in ("known with a lag", "type changed", "rule added"))]
)
def test_a_changed_declaration_equals_a_lake_built_anew(make: Make, delivers: str, change: str) -> None:
    mapping, dataset = CHANGES[change]
    more = MORE if delivers == "full" else ""
    c = filled(make(delivers, more=more))
    later = c.root / "data" / "2024-04-01.csv"
    text = later.read_text(encoding="utf-8")
    later.unlink()
    c.run()
    source = c.source.replace(MAP, mapping or MAP)
    c.declare(source=source, dataset=dataset or None)
    later.write_text(text, encoding="utf-8")  # something new comes in the same run
    run = c.run()
    assert run.exit_code == 0
    assert {one["cause"] for one in run.ledger} == {"declaration"}
    anew = filled(make(delivers, more=more, at="anew"))
    anew.declare(source=source, dataset=dataset or None)
    anew.run()
    assert c.seen(DAYS) == anew.seen(DAYS)
    assert c.run().number is None, "nothing is left to do"


def test_words_for_people_change_nothing(make: Make) -> None:
    c = filled(make(more=MORE))
    c.run()
    c.declare(dataset=DATASET.replace("key: k", "title: Things\nkey: k"))
    assert c.run().number is None


def test_and_back_again(make: Make) -> None:
    c = filled(make(more=MORE))
    c.run()
    before = c.seen(DAYS)
    for name in ("rule added", "known added", "limits changed", "key changed"):
        c.declare(dataset=CHANGES[name][1])
        c.run()
    c.declare(dataset=DATASET)
    c.run()
    assert c.seen(DAYS) == before


def test_rows_without_a_date_keep_the_time_of_their_receipt(make: Make) -> None:
    """Nothing says when they were known but their receipt: deriving them again must not make them newer."""
    c = make("append", dataset=DATASET + "known: seen\n", glob="*.csv")
    c.put("1.csv", [("a", "1", ""), ("b", "1", "05/01/2024")])
    c.run()
    c.put("2.csv", [("a", "2", "")])
    c.run()
    before = c.log("SELECT k, v, _position, _known FROM {} ORDER BY ALL")
    c.declare(dataset=DATASET.replace("[0, 99]", "[0, 98]") + "known: seen\n")
    c.run()
    assert c.log("SELECT k, v, _position, _known FROM {} ORDER BY ALL") == before
    c.declare(dataset=DATASET.replace("v: {type: integer, between: [0, 99]}", "v: {type: string}") + "known: seen\n")
    c.run()
    assert c.log("SELECT k, CAST(v AS BIGINT), _position, _known FROM {} ORDER BY ALL") == before


def test_only_what_changes_is_logged(make: Make) -> None:
    c = filled(make(more=MORE))
    c.run()
    rows = c.log("SELECT count(*) FROM {}")[0][0]
    c.declare(dataset=DATASET.replace("[0, 99]", "[0, 59]"))
    c.run()
    # a's value of March is refused now: what was asserted then is overridden by what stood before
    assert c.log("SELECT k, v, _op, _position, _cause FROM {} WHERE _run = 2") == [("a", 1, "update", dt.datetime(2024, 3, 1), "declaration")]
    assert c.log("SELECT count(*) FROM {}") == [(rows + 1,)]


TWO = SOURCE.format(glob="a/{extract_date:%Y-%m-%d}.csv", delivers="full") + MORE + """\
  others:
    delivers: append
    files: "data/b/{extract_date:%Y-%m-%d}.csv"
    to: thing
    map: {k: k, v: v, seen: uk_date(d)}
"""


@pytest.mark.parametrize("change", ["column added", "known added", "key changed", "rule added", "mapping changed"])
def test_two_feeds_of_one_dataset_change_together(make: Make, change: str) -> None:
    mapping, dataset = CHANGES[change]

    def filled_twice(at: str) -> Council:
        c = make(at=at)
        c.declare(source=TWO)
        for name, rows in FILES.items():
            c.put(f"a/{name}", rows)
            c.put(f"b/{name}", [(k, v + "0", d) for k, v, d in rows[::-1]])
        return c

    c = filled_twice("council")
    c.run()
    source = TWO.replace(MAP, mapping or MAP)
    c.declare(source=source, dataset=dataset or None)
    c.run(select=("reg.others+",))  # the other feed comes along where the log is written anew
    c.run()
    anew = filled_twice("anew")
    anew.declare(source=source, dataset=dataset or None)
    anew.run()
    assert c.seen(DAYS) == anew.seen(DAYS)


def test_a_feed_that_is_no_longer_declared_shows_no_more(make: Make) -> None:
    c = make()
    c.declare(source=TWO)
    c.put("a/2024-01-01.csv", [("a", "1", "")])
    c.put("b/2024-01-01.csv", [("b", "1", "")])
    c.run()
    assert c.query("SELECT k FROM {} ORDER BY 1") == [("a",), ("b",)]
    c.declare(source=TWO.split("  others:")[0])
    c.run()
    assert c.query("SELECT k FROM {} ORDER BY 1") == [("a",)]
