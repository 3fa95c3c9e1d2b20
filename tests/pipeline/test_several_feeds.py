"""Several feeds fill one dataset: the declared precedence says which row shows."""

from __future__ import annotations

import datetime as dt

from .conftest import Make
from .council import DATASET, Council

SOURCE = """\
source: reg
connect: {files: "data/a/{extract_date:%Y-%m-%d}.csv"}
feeds:
  weak: {delivers: full, max_drop: 100%, to: thing, map: {k: k, v: v, seen: uk_date(d)}}
  zealous: {delivers: full, max_drop: 100%, files: "data/z/{extract_date:%Y-%m-%d}.csv", to: thing, map: {k: k, v: v, seen: uk_date(d)}}
"""
PRECEDENCE = DATASET + "precedence: [reg.zealous, reg.weak]\n"


def council(make: Make, dataset: str = PRECEDENCE) -> Council:
    c = make(dataset=dataset)
    c.declare(source=SOURCE)
    c.put("a/2024-01-01.csv", [("a", "1", ""), ("b", "1", "")])
    c.put("z/2024-01-01.csv", [("a", "9", ""), ("c", "9", "")])
    return c


def test_the_stronger_feed_shows(make: Make) -> None:
    c = council(make)
    c.run()
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("a", 9), ("b", 1), ("c", 9)]
    assert c.seen().report == [(1, 1), (9, 2)]


def test_by_name_where_nothing_is_declared(make: Make) -> None:
    c = council(make, DATASET)
    c.run()
    assert c.query("SELECT v FROM {} WHERE k = 'a'") == [(1,)]


def test_the_weaker_shows_when_the_stronger_is_gone(make: Make) -> None:
    c = council(make)
    c.run()
    c.put("a/2024-02-01.csv", [("a", "2", ""), ("b", "1", "")])
    c.put("z/2024-03-01.csv", [("c", "9", "")])
    c.run()
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("a", 2), ("b", 1), ("c", 9)]
    assert c.query("SELECT v FROM {} WHERE k = 'a'", as_of=dt.date(2024, 2, 15)) == [(9,)]
    assert c.query("SELECT v FROM {} WHERE k = 'a'", as_of=dt.date(2024, 3, 1)) == [(2,)]
    c.put("z/2024-04-01.csv", [("a", "8", ""), ("c", "9", "")])
    c.run()
    assert c.query("SELECT v FROM {} WHERE k = 'a'") == [(8,)]
    c.seen()


def test_precedence_can_change_without_a_new_derivation(make: Make) -> None:
    c = council(make)
    c.run()
    rows = c.log("SELECT count(*) FROM {}")
    c.declare(dataset=DATASET + "precedence: [reg.weak, reg.zealous]\n")
    c.run()
    assert c.query("SELECT v FROM {} WHERE k = 'a'") == [(1,)]
    assert c.log("SELECT count(*) FROM {}") == rows


def test_one_feed_begins_later_than_the_other(make: Make) -> None:
    c = council(make)
    late = c.root / "data" / "z" / "2024-01-01.csv"
    text = late.read_text(encoding="utf-8")
    late.unlink()
    assert [f.name for f in c.run().failures] == ["reg.zealous"]
    late.write_text(text, encoding="utf-8")
    c.run()
    both = council(lambda **how: make(at="both", **how))
    both.run()
    days = (dt.date(2023, 12, 31), dt.date(2024, 1, 1))
    assert c.seen(days) == both.seen(days)
