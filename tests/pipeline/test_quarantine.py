"""Refused rows: corrected, replayed, taken in exactly once, under their original known time."""

from __future__ import annotations

import datetime as dt
import json

from .conftest import Make
from .council import DATASET, Council

DAYS = tuple(dt.date(2024, month, 15) for month in range(1, 6))
JANUARY, FEBRUARY, MARCH = (dt.datetime(2024, month, 1) for month in (1, 2, 3))


def reasons(council: Council) -> list[tuple[str, list[str]]]:
    return [(key, [r["check"] for r in json.loads(text)]) for key, text in council.quarantine("SELECT key, reasons FROM {} ORDER BY ALL")]


def test_all_reasons_and_the_original_text(make: Make) -> None:
    strict = DATASET + "rules:\n  - {name: dated, check: seen is not null, dimension: completeness, nulls: fail}\n"
    c = make(dataset=strict)
    c.put("2024-01-01.csv", [(" a ", "x 1", "31/02/2024"), ("b", "100", "")])
    c.run()
    assert reasons(c) == [("a", ["v_readable", "seen_readable", "dated"]), ("b", ["v_between", "dated"])]
    found = c.quarantine("SELECT original, file, row FROM {} ORDER BY row")
    assert next((json.loads(o), f, r) for o, f, r in found) == ({"k": " a ", "v": "x 1", "d": "31/02/2024"}, "2024-01-01.csv", 1)


def test_a_corrected_row_is_taken_in_once_under_its_known_time(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "x", ""), ("b", "1", "")])
    c.put("2024-02-01.csv", [("a", "x", ""), ("b", "1", "")])
    c.run()
    delivery = c.quarantine("SELECT min(delivery) FROM {}")[0][0]
    c.correct("reg.things", delivery, 1, {"v": "7"})
    run = c.run()
    assert {one["cause"] for one in run.ledger} == {"correction"}
    seen = c.seen(DAYS)
    assert [row[:5] for row in seen.history if row[1] == "a"] == [("reg.things", "a", JANUARY, "insert", JANUARY)]
    assert seen.as_of[DAYS[0]] == [("a", 7, None), ("b", 1, None)]
    assert len(seen.quarantine) == 1, "February's row is still refused: January's stands"
    for again in (("reg.things",), ("reg.things",)):
        c.run(replay=again)
        assert c.seen(DAYS) == seen
    assert c.log("SELECT count(*) FROM {} WHERE k = 'a'") == [(1,)]


def test_newer_rows_win_over_a_corrected_one(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "x", "")])
    c.put("2024-02-01.csv", [("a", "2", "")])
    c.run()
    c.correct("reg.things", c.quarantine("SELECT delivery FROM {}")[0][0], 1, {"v": "1"})
    c.run(replay=("reg.things",))
    assert c.query("SELECT v FROM {}") == [(2,)]
    assert c.query("SELECT v FROM {}", as_of=DAYS[0]) == [(1,)]
    assert c.quarantine("SELECT * FROM {}") == []
    events = c.log("SELECT v, _position, _op, _cause FROM {} ORDER BY _run, _position")
    assert events == [(2, FEBRUARY, "insert", "delivery"), (1, JANUARY, "insert", "correction"), (2, FEBRUARY, "update", "correction")] or events == [
        (2, FEBRUARY, "insert", "delivery"),
        (1, JANUARY, "insert", "correction"),
    ]


def test_a_correction_that_is_wrong_too_keeps_the_original(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "x", "")])
    c.run()
    delivery = c.quarantine("SELECT delivery FROM {}")[0][0]
    c.correct("reg.things", delivery, 1, {"v": "1000"})
    c.run()
    assert reasons(c) == [("a", ["v_between"])]
    found = c.quarantine("SELECT original, reasons FROM {}")
    assert json.loads(found[0][0]) == {"k": "a", "v": "x", "d": ""}
    assert json.loads(found[0][1])[0]["found"] == "1000"
    c.correct("reg.things", delivery, 1, {"v": "10"})  # the later correction counts
    c.run()
    assert c.query("SELECT v FROM {}") == [(10,)]
    assert c.quarantine("SELECT * FROM {}") == []


def test_a_corrected_key_lets_the_deletes_go(make: Make) -> None:
    c = make(more="    max_drop: 100%\n")
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "1", "")])
    c.put("2024-02-01.csv", [("", "2", "")])
    c.run()
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("a", 1), ("b", 1)]
    c.correct("reg.things", c.quarantine("SELECT delivery FROM {}")[0][0], 1, {"k": "b"})
    c.run()
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("b", 2)]


def test_a_row_that_the_reader_refused_can_be_corrected(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "1", "", "surplus"), ("b", "1", "")])
    c.run()
    assert reasons(c)[0][1] == ["readable_row"]
    c.correct("reg.things", *c.quarantine("SELECT delivery, row FROM {}")[0], {"k": "a", "v": "1"})
    c.run()
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("a", 1), ("b", 1)]
    assert c.quarantine("SELECT * FROM {}") == []


def test_a_mended_rule_takes_the_rows_in(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "100", ""), ("b", "1", "")])
    c.run()
    c.put("2024-02-01.csv", [("a", "100", ""), ("b", "2", "")])
    c.run()
    assert len(c.quarantine("SELECT * FROM {}")) == 2
    c.declare(dataset=DATASET.replace("[0, 99]", "[0, 100]"))
    c.run(replay=("reg.things",))
    assert c.quarantine("SELECT * FROM {}") == []
    assert c.log("SELECT v, _position, _known, _cause FROM {} WHERE k = 'a'") == [(100, JANUARY, JANUARY, "declaration")]
    c.run(replay=("reg.things",))
    assert c.log("SELECT count(*) FROM {} WHERE k = 'a'") == [(1,)]


def test_a_rebuild_keeps_corrections(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "x", "")])
    c.run()
    c.correct("reg.things", c.quarantine("SELECT delivery FROM {}")[0][0], 1, {"v": "7"})
    c.run()
    c.declare(dataset=DATASET.replace("v: {type: integer, between: [0, 99]}", "v: {type: string}"))  # the log is written anew
    c.run()
    assert c.query("SELECT k, v FROM {}") == [("a", "7")]
    assert c.quarantine("SELECT * FROM {}") == []


def test_a_file_sent_again_takes_its_refused_rows_along(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "x", ""), ("b", "y", "")])
    c.put("2024-02-01.csv", [("a", "2", "")])
    c.run()
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "yy", ""), ("c", "1", "")])
    c.run()
    assert [(key, row) for key, row in c.quarantine("SELECT key, row FROM {}")] == [("b", 2)]
    fresh = make(at="fresh")
    fresh.put("2024-01-01.csv", [("a", "1", ""), ("b", "yy", ""), ("c", "1", "")])
    fresh.put("2024-02-01.csv", [("a", "2", "")])
    fresh.run()
    assert c.seen(DAYS) == fresh.seen(DAYS)
