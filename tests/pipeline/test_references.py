"""Rows that refer to another dataset: in whichever order the two arrive."""

from __future__ import annotations

import datetime as dt
import json

from .conftest import Make
from .council import DATASET, Council

SOURCE = """\
source: reg
connect: {files: "data/{extract_date:%Y-%m-%d}.csv"}
feeds:
  things: {delivers: append, to: thing, map: {k: k, v: v, seen: uk_date(d)}}
  owners: {delivers: full, max_drop: 100%, files: "owners/{extract_date:%Y-%m-%d}.csv", to: owner, map: {id: id}}
"""
OWNER = "dataset: owner\nkey: id\ncolumns: {id: {type: integer}}\n"
REFERRING = DATASET.replace("v: {type: integer, between: [0, 99]}", "v: {type: integer, references: owner.id}")
DAYS = (dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1))


def council(make: Make, at: str = "council") -> Council:
    c = make("append", at=at)
    c.declare(source=SOURCE, dataset=REFERRING, others={"datasets/owner.yaml": OWNER})
    return c


def owners(c: Council, day: str, *ids: str) -> None:
    (c.root / "owners").mkdir(exist_ok=True)
    (c.root / "owners" / f"{day}.csv").write_text("id\n" + "".join(f"{i}\n" for i in ids), encoding="utf-8")


def test_what_is_referred_to_comes_later(make: Make) -> None:
    c = council(make)
    owners(c, "2024-01-01", "1")
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "2", ""), ("c", "3", ""), ("d", "", "")])
    c.run()
    assert [json.loads(r)[0]["check"] for (r,) in c.quarantine("SELECT reasons FROM {}")] == ["v_references", "v_references"]
    owners(c, "2024-02-01", "1", "2")
    run = c.run()
    assert [(one["feed"], one["cause"]) for one in run.ledger] == [("reg.owners", "delivery"), ("reg.things", "replay")]
    assert c.query("SELECT k FROM {} ORDER BY 1") == [("a",), ("b",), ("d",)]
    whole = council(make, "whole")
    owners(whole, "2024-01-01", "1")
    owners(whole, "2024-02-01", "1", "2")
    whole.put("2024-01-01.csv", [("a", "1", ""), ("b", "2", ""), ("c", "3", ""), ("d", "", "")])
    whole.run()
    assert c.seen(DAYS) == whole.seen(DAYS)
    assert c.run().number is None
