"""What a SELECT asks for: names, lineage, places of mistakes; and that it answers as the engine itself would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from borough.compile.reports import BoundSelect, SelectError, bind_select
from borough.engine.duckdb import DuckDBEngine

TABLES = {
    "incident": {"incident_id": "long", "month": "date", "category": "string", "ward_code": "string", "name": "string"},
    "ward": {"ward_code": "string", "ward_name": "string", "population": "long", "budget": "decimal(18,2)"},
}
DATA = {
    "incident": """(SELECT * FROM (VALUES (1, DATE '2016-01-01', 'asb', 'E1', 'b'), (2, DATE '2016-02-01', 'asb', 'E2', 'a'),
        (3, DATE '2016-02-01', 'theft', 'E1', NULL), (4, DATE '2016-04-01', 'theft', NULL, 'c')) AS v(incident_id, month, category, ward_code, name))""",
    "ward": "(SELECT * FROM (VALUES ('E1', 'Chapel End', 100, 10.50::DECIMAL(18,2)), ('E2', 'Leyton', 200, 20.25), ('E3', 'Wood St', 300, NULL)) AS v(ward_code, ward_name, population, budget))",
}

ANSWERED = [
    "select * from incident",
    "from ward",
    "select count(*) from incident",
    "select ward_name, count(*) as n from incident i join ward using (ward_code) where category = 'asb' group by ward_name order by n desc, 1",
    "with incident as (select * from incident where category = 'asb'), c(a, b) as (select ward_code, count(*) from incident group by all) "
    "select a, b * 2 as d, sum(b) over (order by a) as s from c",
    "select upper(name) as name from incident where name = 'a' order by name",
    "select incident_id % 2 as odd, count(*) as n from incident group by odd",
    "select category as c, c || 'x' as e from incident",
    "select ward_code from incident union all select ward_name from ward order by 1",
    "select ward_code from incident except select ward_code from ward",
    "select w.* exclude (ward_code) from ward w where exists (select 1 from incident i where i.ward_code = w.ward_code and i.name is not null)",
    "select * replace (lower(ward_name) as ward_name) from ward",
    "select w.ward_code, g.generate_series as n from generate_series(1, 3) g, ward w",
    "select m.month, count(i.incident_id) as n from (select unnest(generate_series(date '2016-01-01', date '2016-04-01', interval 1 month))::date as month) m "
    "left join incident i on i.month = m.month group by m.month",
    "select sum(budget) as s, avg(population) as p, quantile_cont(population, 0.5) as q, string_agg(ward_name, ',' order by ward_name desc) as l from ward",
    "select (select max(population) from ward w where w.ward_code = i.ward_code) as p, incident_id from incident i",
    "select ward_code, row_number() over w as r from ward window w as (order by ward_name desc) qualify r = 1",
    "select a.ward_code as a, b.ward_code as b from ward a join ward b on a.ward_code < b.ward_code",
    "select case when name = 'a' then 1 else 0 end f, extract(year from month) y, month::varchar m, date_trunc('month', month) t, year(month) z from incident",
    "select category, count(*) n from incident group by category having n > 1 order by count(*)",
    "select count(distinct name) filter (where category = 'asb') as n, count_if(category = 'asb') as m, bool_or(name is null) as b from incident",
    "select ward_code from ward union by name select ward_code, ward_name from ward",
    'select "Ward_Name" from WARD',
    "select i.incident_id from incident i semi join ward w on w.ward_code = i.ward_code",
    "select i.incident_id from incident i anti join ward w using (ward_code)",
    "select * from ward natural join (select ward_code, category from incident)",
    "select v.a, ward_code from ward, (values (1), (2)) v(a)",
    "select category, ward_code, count(*) as n, grouping(ward_code) as g from incident group by rollup (category, ward_code)",
    "select category, month, lag(month) over (partition by category order by month) as before from incident",
    "select coalesce(ward_code, '?') as w, try_cast(name as integer) as n, name like 'a%' as l, name is distinct from 'a' as d from incident",
    "select distinct on (category) category, incident_id from incident order by category, incident_id",
    "select split_part(ward_name, ' ', 1) as a, regexp_extract(ward_name, '(\\w+)', 1) as b, lpad(ward_code, 5, '0') as c, 7 // 2 as d from ward",
    "select date_diff('day', min(month), max(month)) as d, max(month) + interval 1 month as m, strftime(min(month), '%Y-%m') as f from incident",
    "select * from (select ward_code, population from ward order by population desc limit 2) order by ward_code",
    "(select ward_code from ward order by 1 limit 1)",
    "select ward_code -- a comment\nfrom ward /* another */ where ward_name <> '-- none';",
]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(threads=1)
    for name, sql in DATA.items():
        engine.execute(f"CREATE TABLE {name} AS FROM {sql}")
    yield engine
    engine.close()


def bound(sql: str) -> BoundSelect:
    return bind_select(sql, TABLES)


@pytest.mark.parametrize("sql", ANSWERED)
def test_it_answers_what_the_engine_answers_to_the_select_as_written(engine: DuckDBEngine, sql: str) -> None:
    select = bound(sql)
    over = select.over(DATA)
    assert sorted(engine.rows(over), key=repr) == sorted(engine.rows(sql), key=repr)
    assert [name for name, _ in engine.describe(over)] == [name for name, _ in select.columns]
    if "order by" in sql.split(")")[-1]:
        assert engine.rows(over) == engine.rows(sql)
    # Deterministic: binding what was bound gives the same again.
    assert bound(select.sql).sql == select.sql


TYPES = {
    "BIGINT": "long",
    "INTEGER": "long",
    "HUGEINT": "long",
    "VARCHAR": "string",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "DOUBLE": "double",
    "TIMESTAMP": "timestamp",
}


@pytest.mark.parametrize("sql", ANSWERED[:10])
def test_the_types_of_columns_passed_through_are_the_engines(engine: DuckDBEngine, sql: str) -> None:
    for (name, logical), (_, kind) in zip(bound(sql).columns, engine.describe(sql), strict=True):
        assert logical in ("unknown", TYPES.get(kind, kind.lower())), name


@pytest.mark.parametrize(
    ("sql", "lineage"),
    [
        ("select ward_name as w, count(*) as n from ward group by 1", {"w": {"ward.ward_name"}, "n": set()}),
        ("with c as (select upper(name) as n, month from incident) select n || '!' as m from c", {"m": {"incident.name"}}),
        ("with c(a) as (select ward_code from ward) select a from c", {"a": {"ward.ward_code"}}),
        ("select ward_code from incident union all select ward_name from ward", {"ward_code": {"incident.ward_code", "ward.ward_name"}}),
        (
            "select i.*, w.ward_name from (select name from incident) i, ward w",
            {"name": {"incident.name"}, "ward_name": {"ward.ward_name"}},
        ),
        ("select ward_code from incident full join ward using (ward_code)", {"ward_code": {"incident.ward_code", "ward.ward_code"}}),
        (
            "select sum(population) over (partition by ward_name order by budget) as s from ward",
            {"s": {"ward.population", "ward.ward_name", "ward.budget"}},
        ),
        (
            "select (select max(population) from ward w where w.ward_code = i.ward_code) as p from incident i",
            {"p": {"ward.population", "ward.ward_code", "incident.ward_code"}},
        ),
        ("select category as c, c || name as e from incident", {"c": {"incident.category"}, "e": {"incident.category", "incident.name"}}),
        (
            "with a as (select name x from incident), b as (select x as y from a union select ward_name from ward) select y from b",
            {"y": {"incident.name", "ward.ward_name"}},
        ),
        (
            "select ward_code from ward union by name select ward_name from ward",
            {"ward_code": {"ward.ward_code"}, "ward_name": {"ward.ward_name"}},
        ),
        ("select case when name = 'a' then month end as m from incident", {"m": {"incident.name", "incident.month"}}),
        ("with incident as (select ward_name as name from ward) select name from incident", {"name": {"ward.ward_name"}}),
        (
            "with w as (select * from ward) select x.population from w as x join w as y using (ward_code)",
            {"population": {"ward.population"}},
        ),
    ],
)
def test_lineage_is_read_from_the_tree(sql: str, lineage: dict[str, set[str]]) -> None:
    found = bound(sql).lineage
    assert {name: {f"{t}.{c}" for t, c in refs} for name, refs in found.items()} == lineage


def test_uses_are_all_columns_touched_anywhere() -> None:
    select = bound(
        "with c as (select ward_code from incident where category = 'asb') select w.ward_name from ward w join c using (ward_code) where w.population > 1 order by w.budget"
    )
    assert select.tables == ("incident", "ward")
    assert {f"{t}.{c}" for t, c in select.uses} == {
        "incident.ward_code", "incident.category", "ward.ward_name", "ward.ward_code", "ward.population", "ward.budget",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "place", "found", "nearest"),
    [
        ("select nme from incident", (1, 8), "unknown column 'nme'", "name"),
        ("select ward_code\nfrom incident\n  where catgory = 'x'", (3, 9), "unknown column 'catgory'", "category"),
        ("select i.nam from incident i", (1, 8), "unknown column 'i.nam'", "name"),
        ("select x.name from incident i", (1, 8), "unknown column 'x.name'", "i.name"),
        ("select *\nfrom incidnt", (2, 6), "unknown table 'incidnt'", "incident"),
        ("select lowr(name) from incident", (1, 8), "function lowr()", "lower"),
        ("select ward_code from ward, incident", (1, 8), "column 'ward_code' of several tables", None),
        ("with c as (select nam from incident) select 1 as one from c", (1, 19), "unknown column 'nam'", "name"),
        ("with c as (select name from incident) select nam from c", (1, 46), "unknown column 'nam'", "name"),
        ("select 1 as x from ward order by zz", (1, 34), "unknown column 'zz'", None),
        ("select * from read_csv('x')", (1, 15), "table function read_csv()", None),
        ("select current_date as d", (1, 8), "function current_date()", None),
        ("select * from ward a join ward b using (wrd_code)", (1, 41), "wrd_code", None),
        ("select 1 as a;\nselect 2 as b", (2, 8), "2 statements", None),
        ("selec name from ward", (1, 1), "SELEC", "SELECT"),
        ("update ward set a = 1", (1, 1), "UPDATE", None),
        ("-- a title\ndelete from ward", (2, 1), "DELETE", None),
        ("select name,, month from incident", (1, 13), "','", None),
        ("select (name from incident", (1, 14), "'from'", None),
    ],
)
def test_mistakes_have_their_place(sql: str, place: tuple[int, int], found: str, nearest: str | None) -> None:
    with pytest.raises(SelectError) as caught:
        bound(sql)
    fault = caught.value.faults[0]
    assert (fault.line, fault.column) == place, fault
    assert found in fault.found and fault.nearest == nearest and fault.expected


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(SelectError) as caught:
        bound("select nme, foo(name)\nfrom incident join wrd on true\nwhere catgory = 1 and incident.mnth is null")
    assert [(f.line, f.found) for f in caught.value.faults] == [
        (1, "function foo()"), (2, "unknown table 'wrd'"), (3, "unknown column 'incident.mnth'"),
    ]  # fmt: skip
    with pytest.raises(SelectError) as caught:
        bound("select nme, upper(nam)\nfrom incident\nwhere catgory = 1")
    assert [f.nearest for f in caught.value.faults] == ["name", "name", "category"]


def test_hidden_columns_are_not_in_a_star_but_may_be_named() -> None:
    hidden = {"incident": ["name", "category"]}
    assert [c for c, _ in bind_select("select * from incident", TABLES, hidden=hidden).columns] == ["incident_id", "month", "ward_code"]
    named = bind_select("select ward_code from incident where name is null", TABLES, hidden=hidden)
    assert ("incident", "name") in named.uses and '"name"' not in named.over(DATA)


def test_a_literal_that_looks_like_a_stand_in_stays_a_literal(engine: DuckDBEngine) -> None:
    sql = """select '"relation_0_ward"' as a, 'ward' as b, count(*) as n from ward"""
    assert engine.rows(bound(sql).over(DATA)) == [('"relation_0_ward"', "ward", 3)]


def test_relations_may_be_names_and_may_have_more_columns(engine: DuckDBEngine) -> None:
    select = bind_select("select * from ward", {"ward": {"ward_code": "string"}})
    assert sorted(engine.rows(select.over({"ward": "main.ward"}))) == [("E1",), ("E2",), ("E3",)]
    assert sorted(engine.rows(select.over({"ward": "SELECT *, 1 AS _row FROM ward"}))) == [("E1",), ("E2",), ("E3",)]
