"""Contract checks and rules: which rows they refuse, and what they say."""

from __future__ import annotations

import json

import pytest

from borough.catalogue.contracts import SCORECARD
from borough.catalogue.tables import SCORECARD_COLUMNS

from .conftest import Make
from .council import Council

MAP = "map: {k: k, v: v, seen: uk_date(d)}"


def one_column(make: Make, column: str, rules: str = "") -> Council:
    """A dataset with a key and one column, read as it comes."""
    c = make("append", dataset=f"dataset: thing\nkey: k\ncolumns:\n  k: {{type: string}}\n  v: {column}\n{rules}", header="k,v")
    c.declare(source=c.source.replace(MAP, "map: {k: k, v: v}"))
    return c


def refused(council: Council) -> dict[str, list[str]]:
    return {key: [r["check"] for r in json.loads(text)] for key, text in council.quarantine("SELECT key, reasons FROM {}")}


@pytest.mark.parametrize(
    ("column", "good", "bad", "check"),
    [
        ("{type: string, required: true}", ["x"], ["", "  "], "v_required"),
        ("{type: string, values: [a, \"it's\"]}", ["a", "it's", ""], ["b", "A"], "v_values"),
        ("{type: integer, values: [1, 20]}", ["1", "20", ""], ["2", "12"], "v_values"),
        ("{type: money, values: [1.50]}", ["1.5", "£1.50"], ["1.51"], "v_values"),
        ("{type: date, values: [2024-02-29]}", ["29/02/2024"], ["01/03/2024"], "v_values"),
        ("{type: integer, between: [-5, 5]}", ["-5", "5", ""], ["-6", "6"], "v_between"),
        ("{type: number, between: [0.5, 2]}", ["0.5", "2.0"], ["0.49", "2.01"], "v_between"),
        ("{type: date, between: [2024-01-01, 2024-12-31]}", ["01/01/2024", "31/12/2024"], ["31/12/2023", "01/01/2025"], "v_between"),
        ("{type: string, pattern: \"[A-Z]{2}|it's\"}", ["AB", "it's", ""], ["ABC", "xAB", "A"], "v_pattern"),
        ("{type: integer}", ["1", "007", ""], ["1.5", "one", "1 2"], "v_readable"),
        ("{type: date}", ["29/02/2024", ""], ["30/02/2024", "soon"], "v_readable"),
        ("{type: boolean}", ["yes", "N", ""], ["perhaps"], "v_readable"),
    ],
)
def test_a_contract_check(make: Make, column: str, good: list[str], bad: list[str], check: str) -> None:
    c = one_column(make, column)
    values = {f"g{i}": v for i, v in enumerate(good)} | {f"b{i}": v for i, v in enumerate(bad)}
    c.put("2024-01-01.csv", [(k, f'"{v}"') for k, v in values.items()])
    c.run()
    assert refused(c) == {f"b{i}": [check] for i in range(len(bad))}
    assert [k for (k,) in c.query("SELECT k FROM {} ORDER BY 1")] == [f"g{i}" for i in range(len(good))]


@pytest.mark.parametrize(("nulls", "expected"), [("pass", ["b"]), ("fail", ["b", "c"])])
def test_a_rule_says_what_null_means(make: Make, nulls: str, expected: list[str]) -> None:
    c = one_column(make, "{type: integer}", f"rules:\n  - {{name: small, check: v < 10, dimension: validity, nulls: {nulls}}}\n")
    c.put("2024-01-01.csv", [("a", "1"), ("b", "11"), ("c", "")])
    c.run()
    assert sorted(refused(c)) == expected


def test_a_warning_accepts_and_counts(make: Make) -> None:
    c = one_column(make, "{type: integer, between: [0, 9], severity: warn, on_unreadable: \"null\"}")
    c.put("2024-01-01.csv", [("a", "1"), ("b", "11"), ("c", "x")])
    c.run()
    assert c.query("SELECT k, v FROM {} ORDER BY 1") == [("a", 1), ("b", 11), ("c", None)]
    scores = c.records(SCORECARD, SCORECARD_COLUMNS, "SELECT rule, severity, rows, failed FROM {} WHERE column_name = 'v' ORDER BY 1")
    assert scores == [("v_between", "warn", 3, 1), ("v_readable", "warn", 3, 1)]


def test_more_checks_than_a_number_has_bits(make: Make) -> None:
    count = 130
    names = [f"c{i}" for i in range(count)]
    columns = "".join(f"  {n}: {{type: string, values: [ok]}}\n" for n in names)
    c = make("append", dataset=f"dataset: thing\nkey: k\ncolumns:\n  k: {{type: string}}\n{columns}", header="k," + ",".join(names))
    c.declare(source=c.source.replace(MAP, "map: {k: k, " + ", ".join(f"{n}: {n}" for n in names) + "}"), others={"reports/totals.sql": "SELECT count(*) AS n FROM thing"})
    wrong = {"a": [], "b": [0], "c": [58, 59, 60, 61, 62], "d": [119, 120, 121, 122, 123, 129], "e": list(range(count))}
    c.put("2024-01-01.csv", [(k, *("no" if i in at else "ok" for i in range(count))) for k, at in wrong.items()])
    c.run()
    assert refused(c) == {k: [f"c{i}_values" for i in at] for k, at in wrong.items() if at}
    assert c.query("SELECT k FROM {}") == [("a",)]
