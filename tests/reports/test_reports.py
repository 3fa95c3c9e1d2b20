"""Reports over datasets and over each other."""

from __future__ import annotations

import pytest

from borough.compile.reports import SelectError, bind_reports, bind_select, order_reports, storable
from borough.engine.duckdb import DuckDBEngine
from borough.governance.classification import ColumnAccess, Relation, report_columns

DATASETS = {"incident": {"id": "long", "month": "date", "ward": "string", "cost": "decimal(18,2)"}}


def test_reports_come_in_the_order_of_their_references() -> None:
    reports = {
        "a_summary": "SELECT ward, sum(n) AS n FROM totals GROUP BY ward",
        "totals": "SELECT ward, month, count(*) AS n FROM incident GROUP BY ALL",
        "best": "SELECT max(n) AS n FROM a_summary",
        "z": "WITH totals AS (SELECT 1 AS one) SELECT one FROM totals",
    }
    result = bind_reports(reports, DATASETS)
    assert not result.faults and list(result.bound) == ["totals", "a_summary", "best", "z"] == order_reports(result.bound)
    assert result.bound["a_summary"].lineage == {"ward": (("totals", "ward"),), "n": (("totals", "n"),)}
    assert dict(result.bound["totals"].columns) == {"ward": "string", "month": "date", "n": "long"}


def test_a_cycle_is_named_where_it_is_read() -> None:
    reports = {
        "a": "SELECT x\nFROM b",
        "b": "SELECT x FROM c",
        "c": "SELECT x FROM a",
        "d": "SELECT x FROM a",
        "fine": "SELECT id FROM incident",
    }
    result = bind_reports(reports, DATASETS)
    assert list(result.bound) == ["fine"] and sorted(result.faults) == ["a", "b", "c"]
    (fault,) = result.faults["a"]
    assert (fault.line, fault.column) == (2, 6) and "a → b → c → a" in fault.found
    assert "b → c → a → b" in result.faults["b"][0].found
    assert "a → a" in bind_reports({"a": "SELECT x FROM a"}, DATASETS).faults["a"][0].found


def test_order_reports_refuses_a_cycle() -> None:
    tables = {"a": {"x": "long"}, "b": {"x": "long"}}
    cycle = {"a": bind_select("SELECT x FROM b", tables), "b": bind_select("SELECT x FROM a", tables)}
    with pytest.raises(SelectError, match="a → b → a"):
        order_reports(cycle)


def test_faults_of_all_reports_come_at_once() -> None:
    reports = {
        "bad": "SELECT mnth FROM incident",
        "over_bad": "SELECT mnth FROM bad",
        "broken": "SELEC 1",
        "incident": "SELECT 1 AS one",
        "unnamed": "SELECT count(*) FROM incident",
        "twice": "SELECT id, ward AS id FROM incident",
    }
    faults = bind_reports(reports, DATASETS).faults
    assert sorted(faults) == ["bad", "broken", "incident", "twice", "unnamed"]
    assert faults["bad"][0].nearest == "month" and "dataset" in faults["incident"][0].found
    assert "AS name" in faults["unnamed"][0].expected and "2 columns named 'id'" in faults["twice"][0].found


@pytest.mark.parametrize(
    ("sql", "place", "found"),
    [
        ("SELECT id FROM incident LIMIT 3", (1, 31), "LIMIT without ORDER BY"),
        ("WITH c AS (SELECT id FROM incident\nLIMIT 3) SELECT id FROM c ORDER BY id", (2, 7), "LIMIT"),
        ("SELECT DISTINCT ON (ward) id FROM incident", (1, 21), "DISTINCT ON"),
        ("SELECT string_agg(ward, ',') AS w FROM incident", (1, 19), "string_agg()"),
        ("SELECT row_number() OVER (PARTITION BY ward) AS n FROM incident", (1, 8), "row_number()"),
        ("SELECT lag(id IGNORE NULLS) OVER () AS n FROM incident", (1, 8), "lag()"),
    ],
)
def test_what_hangs_on_an_order_says_which(sql: str, place: tuple[int, int], found: str) -> None:
    (fault,) = bind_reports({"r": sql}, DATASETS).faults["r"]
    assert (fault.line, fault.column) == place and found in fault.found


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT id FROM incident ORDER BY id LIMIT 3",
        "SELECT string_agg(ward, ',' ORDER BY ward) AS w, sum(id) AS s FROM incident",
        "SELECT row_number() OVER w AS n, sum(id) OVER (PARTITION BY ward) AS s FROM incident WINDOW w AS (ORDER BY id)",
        "SELECT DISTINCT ON (ward) id FROM incident ORDER BY ward, id",
    ],
)
def test_what_says_its_order_is_fine(sql: str) -> None:
    assert not bind_reports({"r": sql}, DATASETS).faults


def test_types_become_those_that_the_lake_stores() -> None:
    engine = DuckDBEngine(threads=1)
    sql = "SELECT sum(i) AS n, i::SMALLINT AS s, 1.5::FLOAT AS f, TIMESTAMPTZ '2016-01-01 00:00:00+00' AS t, sum(1.5::DECIMAL(18,2)) AS d, [1] AS l FROM range(3) r(i) GROUP BY i"
    stored, columns = storable(sql, engine.describe(sql))
    assert columns == (("n", "long"), ("s", "long"), ("f", "double"), ("t", "timestamp"), ("d", "decimal(38,2)"), ("l", "string"))
    assert [kind for _, kind in engine.describe(stored)] == ["BIGINT", "BIGINT", "DOUBLE", "TIMESTAMP", "DECIMAL(38,2)", "VARCHAR"]
    assert engine.rows(f"SELECT count(*), sum(n) FROM ({stored})") == [(3, 3)]
    engine.close()


PERSON = Relation(
    "person",
    "person",
    (
        ColumnAccess("id", "long", "public"),
        ColumnAccess("ward", "string", "internal"),
        ColumnAccess("name", "string", "personal"),
        ColumnAccess("faith", "string", "special", ("equality", "chaplaincy")),
        ColumnAccess("health", "string", "special", ("equality", "care")),
    ),
)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT id FROM person", [("public", ())]),
        ("SELECT count(*) AS n, 1 AS one FROM person", [("internal", ()), ("internal", ())]),
        ("SELECT ward, count(name) AS n FROM person GROUP BY ward", [("internal", ()), ("personal", ())]),
        ("SELECT id || ward AS k FROM person", [("internal", ())]),
        ("SELECT name || faith AS k FROM person", [("special", ("chaplaincy", "equality"))]),
        ("SELECT faith || health AS k, ward FROM person", [("special", ("equality",)), ("internal", ())]),
        (
            "WITH c AS (SELECT faith AS f, ward FROM person) SELECT max(f) AS f, ward FROM c GROUP BY ward",
            [("special", ("chaplaincy", "equality")), ("internal", ())],
        ),
        (
            "SELECT ward, name FROM person WHERE faith = 'x'",
            [("special", ("chaplaincy", "equality")), ("special", ("chaplaincy", "equality"))],
        ),
        ("SELECT ward FROM person WHERE name = 'x'", [("internal", ())]),
        # Shown beside it, it chooses the rows all the same.
        ("SELECT ward, faith FROM person WHERE faith = 'x'", [("special", ("chaplaincy", "equality")), ("special", ("chaplaincy", "equality"))]),
    ],
)
def test_report_columns_inherit_the_strictest_classification(sql: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    bound = bind_select(sql, {"person": {c.name: c.type for c in PERSON.columns}})
    assert [(c.classification, c.purposes) for c in report_columns(bound, {"person": PERSON})] == expected
