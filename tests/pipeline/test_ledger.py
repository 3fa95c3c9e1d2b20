"""read = accepted + unchanged + superseded + quarantined + held, and what may hold an extract."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from borough.catalogue.contracts import DECISIONS
from borough.catalogue.tables import DECISION_COLUMNS
from borough.pipeline.conductor import Summary

from .conftest import Make
from .council import DATASET, Council

STOP = DATASET + "rules:\n  - {name: small, check: v < 50, dimension: validity, severity: stop, share: 40%}\n"
FIGURES = ("read", "accepted", "unchanged", "superseded", "quarantined", "held", "deleted", "deletes_held")


def line(summary: Summary, at: int = -1) -> dict[str, Any]:
    return {f: summary.ledger[at][f] for f in FIGURES if summary.ledger[at][f]}


def keys(council: Council) -> list[str]:
    return [row[0] for row in council.query("SELECT k FROM {} ORDER BY 1")]


def rows(names: str, value: str = "1") -> list[tuple[str, str, str]]:
    return [(name, value, "") for name in names]


def test_every_figure_of_the_law(make: Make) -> None:
    c = make(more="    max_drop: 50%\n")
    c.put("2024-01-01.csv", rows("abcdefgh"))
    assert line(c.run()) == {"read": 8, "accepted": 8}
    c.put("2024-02-01.csv", [*rows("a", "2"), *rows("bcde"), *rows("ee"), *rows("f", "x"), *rows("g"), *rows("g", "3"), *rows("i")])
    found = c.run()
    # a updated, i new; b c d e unchanged; two copies of e; f unreadable, g twice and different: they stand; h is gone
    assert line(found) == {"read": 11, "accepted": 2, "unchanged": 4, "superseded": 2, "quarantined": 3, "deleted": 1}
    assert keys(c) == list("abcdefgi")
    assert c.query("SELECT v FROM {} WHERE k = 'g'") == [(1,)]
    assert c.ledger("SELECT sum(read), sum(accepted + unchanged + superseded + quarantined + held) FROM {}") == [(19, 19)]


def test_read_is_what_the_files_hold(make: Make) -> None:
    c = make()
    text = 'k,v,d\na,1,\n"b\nb",2,\n,,\nragged\nc,3,,surplus\n'
    (c.root / "data").mkdir()
    (c.root / "data" / "2024-01-01.csv").write_text(text, encoding="utf-8")
    assert line(c.run())["read"] == 5


def test_an_unreadable_key_holds_the_deletes_of_its_extract(make: Make) -> None:
    c = make(more="    max_drop: 100%\n")
    c.put("2024-01-01.csv", rows("abc"))
    c.run()
    c.put("2024-02-01.csv", [*rows("a"), ("", "1", "")])
    found = c.run()
    assert line(found) == {"read": 2, "unchanged": 1, "quarantined": 1, "deletes_held": 2}
    assert found.exit_code == 0
    assert keys(c) == ["a", "b", "c"]
    c.put("2024-03-01.csv", rows("ab"))
    assert line(c.run()) == {"read": 2, "unchanged": 2, "deleted": 1}
    assert keys(c) == ["a", "b"]


def test_a_drop_is_held_until_it_is_released(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", rows("abcdefghij"))
    c.put("2024-02-01.csv", rows("abcdefgh"))
    assert line(c.run()) == {"read": 8, "unchanged": 8, "deleted": 2}  # a fifth may go
    c.put("2024-03-01.csv", [*rows("abcd", "2"), *rows("z", "x")])
    held = c.run()
    assert line(held) == {"read": 5, "held": 5, "deletes_held": 4}
    assert held.exit_code == 3
    assert [h["feed"] for h in held.held] == ["reg.things"]
    assert "max_drop" in held.held[0]["reason"]
    assert (keys(c), c.quarantine("SELECT * FROM {}")) == (list("abcdefgh"), [])
    assert c.run().number is None, "what is held stays held, and nothing is committed for it"
    c.put("2024-04-01.csv", rows("abcdefghi"))  # compared with what stands, not with what is held
    assert line(c.run()) == {"read": 9, "accepted": 1, "unchanged": 8}
    released = c.run(release=("reg.things",), who="kim")
    assert [line(released, 0), line(released)] == [
        {"read": 5, "accepted": 4, "quarantined": 1, "deleted": 4},
        {"read": 9, "accepted": 9},
    ]
    assert released.exit_code == 0
    assert c.records(DECISIONS, DECISION_COLUMNS, "SELECT feed, position, decision, who FROM {}") == [
        ("reg.things", dt.datetime(2024, 3, 1), "release", "kim")
    ]
    assert len(c.quarantine("SELECT * FROM {}")) == 1
    # A decision outlives a rebuild.
    before = c.seen(DAYS)
    c.declare(dataset=DATASET.replace("[0, 99]", "[0, 98]"))
    assert c.run().exit_code == 0
    after = c.seen(DAYS)
    assert (after.current, after.history, after.as_of) == (before.current, before.history, before.as_of)


DAYS = tuple(dt.date(2024, month, 15) for month in range(1, 6))


def test_an_empty_extract_is_a_drop_too(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", rows("abc"))
    c.run()
    c.put("2024-02-01.csv", [])
    held = c.run()
    assert line(held) == {"deletes_held": 3}
    assert held.exit_code == 3
    assert [h["rows"] for h in held.held] == [0]
    assert keys(c) == ["a", "b", "c"]
    assert line(c.run(release=("reg.things",))) == {"deleted": 3}
    assert keys(c) == []


@pytest.mark.parametrize("delivers", ["full", "append"])
def test_a_stop_rule_holds_the_load(make: Make, delivers: str) -> None:
    c = make(delivers, dataset=STOP)
    c.put("2024-01-01.csv", [*rows("abc"), *rows("de", "60")])  # two of five: 40% may
    assert line(c.run()) == {"read": 5, "accepted": 5}
    c.put("2024-02-01.csv", [*rows("ab"), *rows("cde", "60")])
    held = c.run()
    assert line(held) == {"read": 5, "held": 5}
    assert "60.0%" in held.held[0]["reason"]
    assert c.query("SELECT v FROM {} WHERE k = 'c'") == [(1,)]
    assert line(c.run(release=("reg.things",))) == {"read": 5, "accepted": 1, "unchanged": 4}
    assert c.query("SELECT v FROM {} WHERE k = 'c'") == [(60,)]


def test_a_stop_rule_holds_a_file_without_a_date_alone(make: Make) -> None:
    c = make("append", dataset=STOP + "known: seen\n", glob="*.csv")
    c.put("good.csv", [("a", "1", "01/01/2024")])
    c.put("bad.csv", [("b", "60", "01/01/2024"), ("c", "70", "01/01/2024"), ("d", "1", "01/01/2024")])
    held = c.run()
    assert sorted((one["read"], one["accepted"], one["held"]) for one in held.ledger) == [(1, 1, 0), (3, 0, 3)]
    assert [h["rows"] for h in held.held] == [3]
    assert keys(c) == ["a"]
    c.put("more.csv", [("e", "1", "01/01/2024")])
    assert [h["rows"] for h in c.run().held] == [3], "it is still held"
    released = c.run(release=("reg.things",))
    assert released.exit_code == 0
    assert keys(c) == ["a", "b", "c", "d", "e"]


def test_two_files_of_one_date_are_refused_unless_declared(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", rows("ab"))
    assert line(c.run()) == {"read": 2, "accepted": 2}
    c.put("2024-01-01-b.csv", rows("abc"))
    held = c.run()
    assert line(held) == {"read": 5, "held": 5}
    assert "same_date" in held.held[0]["reason"]
    c.declare(source=c.source + "    same_date: latest\n")
    # "2024-01-01.csv" sorts after "2024-01-01-b.csv"
    assert line(c.run()) == {"read": 5, "accepted": 2, "superseded": 3}
    assert keys(c) == ["a", "b"]
    c.declare(source=c.source.replace("latest", "parts"))
    assert line(c.run()) == {"read": 5, "accepted": 3, "superseded": 2}
    assert keys(c) == ["a", "b", "c"]


def test_the_latest_file_of_a_date_takes_the_refused_rows_of_the_others_along(make: Make) -> None:
    c = make(more="    same_date: latest\n")
    c.put("2024-01-01-a.csv", [*rows("a"), *rows("b", "x")])
    c.run()
    assert len(c.quarantine("SELECT * FROM {}")) == 1
    c.put("2024-01-01-b.csv", rows("ab"))
    assert line(c.run()) == {"read": 4, "accepted": 2, "superseded": 2}
    assert c.quarantine("SELECT * FROM {}") == []


def test_the_last_row_of_a_key_wins_in_changes(make: Make) -> None:
    c = make("changes", header="k,v,d,op")
    c.put("2024-01-01.csv", [("a", "1", "", "I"), ("a", "2", "", "U"), ("b", "1", "", "I"), ("b", "", "", "D"), ("c", "", "", "D")])
    assert line(c.run()) == {"read": 5, "accepted": 1, "unchanged": 2, "superseded": 2}
    c.put("2024-02-01.csv", [("a", "", "", "D"), ("b", "x", "", "U")])
    assert line(c.run()) == {"read": 2, "accepted": 1, "quarantined": 1, "deleted": 1}
    assert keys(c) == []


def test_undated_files_that_contradict_each_other_are_refused_whichever_came_first(make: Make) -> None:
    c = make("append", dataset=DATASET + "known: seen\n", glob="*.csv")
    c.put("1.csv", [("a", "1", "01/01/2024"), ("a", "2", "01/02/2024")])
    assert line(c.run()) == {"read": 2, "accepted": 2}
    assert c.query("SELECT v FROM {}") == [(2,)]
    c.put("2.csv", [("a", "3", "01/02/2024")])
    assert line(c.run()) == {"read": 3, "accepted": 1, "quarantined": 2}
    assert c.query("SELECT v FROM {}") == [(1,)]
    c.put("3.csv", [("a", "3", "01/02/2024")])
    c.run()
    assert c.query("SELECT v FROM {}") == [(1,)]
    assert len(c.quarantine("SELECT * FROM {}")) == 3


def test_a_release_is_for_what_was_seen(make: Make) -> None:
    """A released extract that is sent again with still fewer rows asks again."""
    c = make()
    c.put("2024-01-01.csv", rows("abcdefghij"))
    c.put("2024-02-01.csv", rows("abcde"))
    c.run()
    assert c.run(release=("reg.things",)).exit_code == 0
    c.put("2024-02-01.csv", rows("a"))
    held = c.run()
    assert [h["rows"] for h in held.held] == [1]
    assert keys(c) == list("abcdefghij")
