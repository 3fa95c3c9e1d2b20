"""Declarations that are odd but legal, and declarations that change what a dataset shows."""

from __future__ import annotations

from typing import Any

import pytest

from borough.errors import DeclarationError

from .conftest import Make
from .council import DATASET, SOURCE, Council

BRONZE_ONLY = """\
source: reg
connect: {files: "data/{extract_date:%Y-%m-%d}*.csv"}
feeds:
  things: {delivers: full, max_drop: 100%}
"""


def test_a_feed_that_begins_to_fill_a_dataset_brings_what_was_received(make: Make) -> None:
    c = make(more="    max_drop: 100%\n")
    filling = c.source
    c.declare(source=BRONZE_ONLY)
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "2", "")])
    c.run()
    c.declare(source=filling)
    assert c.run().exit_code == 0
    assert c.query("SELECT k, v FROM {} ORDER BY ALL") == [("a", 1), ("b", 2)]


def test_a_feed_that_fills_its_dataset_no_longer(make: Make) -> None:
    c = make(more="    max_drop: 100%\n")
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "2", "")])
    c.run()
    c.declare(source=BRONZE_ONLY)
    c.run()
    assert c.query("SELECT * FROM {}") == []
    assert c.seen().report == []
    assert c.run().number is None


def test_a_feed_that_fills_another_dataset(make: Make) -> None:
    c = make(more="    max_drop: 100%\n")
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "2", "")])
    c.run()
    c.declare(source=c.source.replace("to: thing", "to: other"), others={"datasets/other.yaml": DATASET.replace("dataset: thing", "dataset: other")})
    c.run()
    assert c.query("SELECT * FROM {}") == []
    assert c.query("SELECT k, v FROM {} ORDER BY ALL", dataset="other") == [("a", 1), ("b", 2)]
    assert c.seen().report == []
    assert c.run().number is None


def test_a_feed_and_its_dataset_are_taken_out_together(make: Make) -> None:
    c = make()
    other = {
        "datasets/other.yaml": DATASET.replace("dataset: thing", "dataset: other"),
        "sources/oth.yaml": SOURCE.format(delivers="full", glob="oth-{extract_date:%Y-%m-%d}.csv").replace("reg", "oth").replace("to: thing", "to: other"),
    }
    c.declare(others=other)
    c.put("2024-01-01.csv", [("a", "1", "")])
    c.put("oth-2024-01-01.csv", [("a", "1", "")])
    c.run()
    for name in other:
        (c.root / name).unlink()
    c.others = {}
    c.run()
    again = c.run()
    assert (again.number, again.notices) == (None, ())


def test_a_changed_precedence_makes_reports_again(make: Make) -> None:
    c = make()
    two = SOURCE.format(delivers="full", glob="oth-{extract_date:%Y-%m-%d}.csv").replace("reg", "oth")
    c.declare(others={"sources/oth.yaml": two})
    c.put("2024-01-01.csv", [("a", "1", "")])
    c.put("oth-2024-01-01.csv", [("a", "7", "")])
    c.run()
    first = c.seen().report
    c.declare(dataset=DATASET + "precedence: [reg.things]\n")
    c.run()
    assert first == [(7, 1)]
    assert c.query("SELECT v FROM {}") == [(1,)]
    assert c.seen().report == [(1, 1)]


def test_a_rule_with_the_name_of_a_contract_check_is_counted_apart(make: Make) -> None:
    from borough.catalogue.contracts import SCORECARD
    from borough.catalogue.tables import SCORECARD_COLUMNS

    c = make(dataset=DATASET + "rules:\n  - {name: v_between, check: v > 5, dimension: accuracy, severity: warn}\n")
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "200", ""), ("c", "7", "")])
    c.run()
    scores = c.records(SCORECARD, SCORECARD_COLUMNS, "SELECT column_name, dimension, rows, failed FROM {} WHERE rule = 'v_between' ORDER BY ALL")
    assert scores == [("v", "validity", 3, 1), (None, "accuracy", 3, 1)]


def test_an_infinite_limit_is_a_mistake(make: Make) -> None:
    c = make(dataset=DATASET.replace("v: {type: integer, between: [0, 99]}", "v: {type: number, between: [0, inf]}"))
    c.put("2024-01-01.csv", [("a", "1", "")])
    with pytest.raises(DeclarationError, match=r"thing.yaml:5:34: found 'inf'; expected a number"):
        c.run()


def test_a_file_without_the_operation_column_is_refused(make: Make) -> None:
    c = make("changes", header="k,v,d,op")
    c.put("2024-01-01.csv", [("a", "1", "", "I"), ("b", "2", "", "I")])
    c.run()
    c.put("2024-02-01.csv", [("a", "1", "")], header="k,v,d")
    run = c.run()
    assert run.exit_code == 3
    assert "op" in run.failures[0].problem


def test_the_first_file_without_the_operation_column(make: Make) -> None:
    c = make("changes", header="k,v,d")
    c.put("2024-01-01.csv", [("a", "1", "")])
    run = c.run()
    assert "'op' is needed and absent" in run.failures[0].problem


BY_ROWS = """\
source: reg
connect: {files: "data/*.csv"}
feeds:
  things:
    delivers: full
    max_drop: 100%
    extract_date: uk_date(made)
    to: thing
    map: {k: k, v: v}
"""


def test_a_file_without_rows_has_no_date_of_its_own(make: Make) -> None:
    c = make(header="k,v,made")
    c.declare(source=BY_ROWS)
    c.put("1.csv", [("a", "1", "01/01/2024"), ("b", "2", "01/01/2024")])
    c.run()
    c.put("2.csv", [])
    run = c.run()
    print(run)
    assert c.query("SELECT k FROM {} ORDER BY ALL") == [("a",), ("b",)]
    c.put("3.csv", [("a", "3", "01/03/2024")])
    run = c.run()
    assert c.query("SELECT k, v FROM {} ORDER BY ALL") == [("a", 3)]


def test_one_file_without_a_date_does_not_stop_the_others(make: Make) -> None:
    c = make(header="k,v,made")
    c.declare(source=BY_ROWS)
    c.put("1.csv", [("a", "1", "01/01/2024")])
    c.put("2.csv", [("b", "1", "")])
    run = c.run()
    assert run.exit_code == 3
    assert c.query("SELECT k FROM {} ORDER BY ALL") == [("a",)]


@pytest.mark.parametrize("word", ["reg", "thing", "+reg.things"])
def test_a_release_by_the_name_of_a_source_or_dataset(make: Make, word: str) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "2", ""), ("c", "3", "")])
    c.run()
    c.put("2024-02-01.csv", [("a", "1", "")])
    assert c.run().held
    run = c.run(release=(word,))
    assert (run.held, run.notices) == ((), ())
    assert c.query("SELECT k FROM {} ORDER BY ALL") == [("a",)]


def test_a_release_beside_a_selection(make: Make) -> None:
    c = make()
    c.put("2024-01-01.csv", [("a", "1", ""), ("b", "2", ""), ("c", "3", "")])
    c.run()
    c.put("2024-02-01.csv", [("a", "1", "")])
    assert c.run().held
    c.run(release=("reg.things",), select=("totals",))
    c.run()
    assert c.query("SELECT k FROM {} ORDER BY ALL") == [("a",)]


WORDS = ["x", "select", "order", "row", "file", "feed", "op", "known", "m", "b", "s", "k", "value", "rows", "count", "position", "verdict", "date", "timestamp", "end", "v"]


def odd(tmp: Any, words: list[str], key: list[str], kinds: dict[str, str] | None = None) -> Council:
    kinds = kinds or {}
    columns = "".join(f"  {w}: {{type: {kinds.get(w, 'string')}}}\n" for w in words)
    mapping = "".join(f"      {w}: '\"{w}\"'\n" for w in words)
    source = f'source: reg\nconnect: {{files: "data/{{extract_date:%Y-%m-%d}}*.csv"}}\nfeeds:\n  things:\n    delivers: full\n    max_drop: 100%\n    to: thing\n    map:\n{mapping}'
    c = Council(tmp / "it's {b} #c?*", source, f"dataset: thing\nkey: [{', '.join(key)}]\ncolumns:\n{columns}", header=",".join(words))
    c.declare(others={"reports/totals.sql": "SELECT count(*) AS n FROM thing"})
    return c


def test_columns_named_like_words_of_sql_and_of_the_lake(tmp_path: Any) -> None:
    c = odd(tmp_path, WORDS, ["select", "x", "row"])
    row = [str(i) for i in range(len(WORDS))]
    c.put("2024-01-01.csv", [row, ["1"] * len(WORDS)])
    assert not c.run().failures
    c.put("2024-02-01.csv", [[*row[:-1], "new"], ["1"] * len(WORDS), ["2"] * len(WORDS), ["2"] * (len(WORDS) - 1) + ["3"]])
    run = c.run()
    assert not run.failures
    c.put("2024-01-15.csv", [[*row[:-1], "mid"]])
    run = c.run()
    assert not run.failures
    assert c.query("SELECT count(*) FROM {}") == [(2,)]
    assert c.quarantine("SELECT count(*) FROM {}") == [(2,)]
    with c._open() as (engine, _, relations):
        log = relations.log("thing")
        assert log is not None
        assert len(engine.rows(f"SELECT * FROM {log.history()}")) > 3


def test_a_dataset_of_its_key_alone(tmp_path: Any) -> None:
    c = odd(tmp_path, ["k"], ["k"])
    c.put("2024-01-01.csv", [["a"], ["b"], ["b"]])
    assert not c.run().failures
    c.put("2024-02-01.csv", [["a"], ["c"], ['""']])
    run = c.run()
    assert not run.failures
    assert c.query("SELECT * FROM {} ORDER BY ALL") == [("a",), ("b",), ("c",)]  # a key that can't be read holds the deletes


def test_every_kind_of_key(tmp_path: Any) -> None:
    kinds = {"a": "date", "b": "timestamp", "c": "money", "d": "boolean", "e": "number"}
    c = odd(tmp_path, list(kinds), list(kinds), kinds)
    row = ["01/02/2024", "2024-02-01 10:00:00", "1.50", "yes", "0.1"]
    c.put("2024-01-01.csv", [row, [*row[:4], "-0.0"], [*row[:4], "0.0"]])
    assert not (run := c.run()).failures, run.failures
    c.put("2024-02-01.csv", [row])
    assert not c.run().failures
    assert c.query("SELECT count(*) FROM {}") == [(1,)]


def test_a_retired_feed_with_refused_rows_does_not_stop_a_replay(make: Make) -> None:
    from tests.cli.council import borough

    c = make()
    c.put("2024-01-01.csv", [("a", "x", ""), ("b", "2", "")])
    c.run()
    c.declare(source=c.source.replace("  things:", "  items:"))
    c.run()
    done = borough("quarantine", "replay", "--project", c.root)
    assert done.code == 0, done.err

