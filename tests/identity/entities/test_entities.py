"""Stays, households, landlords and golden values, from appearances."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from borough.catalogue import entities as tables
from borough.engine.duckdb import DuckDBEngine, engine_type
from borough.identity.entities.golden import golden, golden_properties
from borough.identity.entities.households import households, stays
from borough.identity.entities.landlords import landlords
from borough.project.identity_specs import EntitySpec

COLUMNS = (
    "dataset VARCHAR, role VARCHAR, record VARCHAR, node BIGINT, person BIGINT, kind VARCHAR, property BIGINT, resident BOOLEAN, landlord_of BIGINT, "
    "from_day DATE, to_day DATE, known TIMESTAMP, special BOOLEAN, name VARCHAR, title VARCHAR, first_name VARCHAR, middle_name VARCHAR, surname VARCHAR, "
    "date_of_birth DATE, sex VARCHAR, nino VARCHAR, nhs_number VARCHAR, email VARCHAR, phone VARCHAR"
)
NAMES = [part.split()[0] for part in COLUMNS.split(", ")]
TODAY = date(2026, 1, 1)


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def row(person, prop, first=None, last=None, dataset="tax", **more):
    """A record that says that a person lived at a property."""
    known = more.pop("known", None) or first or "2020-01-01"
    cells = {
        "dataset": dataset, "role": "person", "record": f"{dataset}{person}{prop}{first}", "node": person, "person": person, "kind": "person", "property": prop,
        "resident": True, "from_day": day(first), "to_day": day(last), "known": datetime.fromisoformat(known), "special": False,
    } | more  # fmt: skip
    return tuple(cells.get(name) for name in NAMES)


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(threads=2)
    yield made
    made.close()


def put(engine, rows, table="app"):
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} ({COLUMNS}, lasting BOOLEAN)")
    for r in rows:
        engine.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(NAMES))}, ?)", [*r, r[0] in ("tax", "rent")])


def stayed(engine, *rows):
    put(engine, rows)
    stays(engine, "app", "st", today=TODAY)
    return engine.rows("SELECT person, property, from_day, to_day, confidence, sources, conflict FROM st ORDER BY ALL")


def says(columns):
    return [(name, engine_type(kind)) for name, kind in columns]


# ── Stays ───────────────────────────────────────────────────────────────────────────────────────


def test_statements_that_touch_are_one_stay_and_more_sources_are_surer(engine):
    alone = stayed(engine, row(1, 10, "2010-01-01", "2012-01-01"))
    assert alone == [(1, 10, day("2010-01-01"), day("2012-01-01"), 0.7, 1, None)]
    both = stayed(engine, row(1, 10, "2010-01-01", "2012-01-01"), row(1, 10, "2012-02-01", "2014-01-01", "rent"), row(1, 10, "2013-01-01", None, "parking"))
    assert both == [(1, 10, day("2010-01-01"), day("2014-01-01"), 0.955, 3, None)]


def test_a_long_gap_with_a_life_elsewhere_makes_two_stays(engine):
    here, there, again = row(1, 10, "2010-01-01", "2011-01-01"), row(1, 20, "2011-01-02", "2012-01-01"), row(1, 10, "2012-01-02", "2013-01-01")
    assert [r[1:4] for r in stayed(engine, here, there, again)] == [
        (10, day("2010-01-01"), day("2011-01-01")), (10, day("2012-01-02"), day("2013-01-01")), (20, day("2011-01-02"), day("2012-01-01")),
    ]  # fmt: skip
    assert [r[1:4] for r in stayed(engine, here, again)] == [(10, day("2010-01-01"), day("2013-01-01"))]


def test_an_open_stay_ends_where_the_person_goes_and_says_so(engine):
    found = stayed(engine, row(1, 10, "2010-01-01"), row(1, 20, "2015-01-01", dataset="rent"))
    assert [r[1:4] for r in found] == [(10, day("2010-01-01"), day("2015-01-01")), (20, day("2015-01-01"), None)]
    assert found[0][6] == "left open, but elsewhere later" and found[0][4] < found[1][4]
    assert engine.rows("SELECT said_to, elsewhere FROM st WHERE property = 10") == [(None, 20)]


def test_a_day_elsewhere_ends_nothing(engine):
    found = stayed(engine, row(1, 10, "2010-01-01"), row(1, 20, "2015-01-01", dataset="parking"))
    assert found[0][3] is None and found[0][6] is None


def test_two_homes_at_a_time_are_told(engine):
    found = stayed(engine, row(1, 10, "2010-01-01", "2020-01-01"), row(1, 20, "2011-01-01", "2012-01-01", "rent"))
    assert {r[6] for r in found} == {"elsewhere at the same time"}


def test_a_sighting_holds_a_year(engine):
    assert stayed(engine, row(1, 10, "2020-01-01", None, "parking"))[0][2:5] == (day("2020-01-01"), day("2020-12-31"), 0.5)
    assert stayed(engine, row(1, 10, "2025-06-01", None, "parking"))[0][3] is None


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("1900-01-01", None, ("2020-01-01", None)),
        ("2015-01-01", "2014-01-01", ("2015-01-01", "2016-01-01")),
        ("2099-01-01", None, ("2020-01-01", None)),
        ("2019-01-01", "2099-01-01", ("2019-01-01", None)),
        (None, "2019-01-01", ("2019-01-01", "2020-01-01")),
    ],
)
def test_dates_that_cannot_be(engine, first, last, expected):
    assert stayed(engine, row(1, 10, first, last, known="2020-01-01"))[0][2:4] == tuple(day(d) for d in expected)


def test_a_special_source_changes_nothing_that_others_see(engine):
    plain = [row(1, 10, "2010-01-01"), row(1, 10, "2012-01-01", None, "parking")]
    without = stayed(engine, *plain)
    stayed(engine, *plain, row(1, 20, "2015-01-01", None, "rent", special=True), row(1, 10, "2011-01-01", None, "rent", special=True))
    seen = engine.rows("SELECT person, property, from_day, to_day, confidence, sources, conflict FROM st WHERE NOT special ORDER BY ALL")
    assert seen == without
    assert engine.rows("SELECT count(*) FROM st WHERE special") == [(2,)]
    households(engine, "st", "hh", "hm")
    assert engine.rows("SELECT DISTINCT property FROM hm") == [(10,)]


def test_nothing_at_all(engine):
    assert stayed(engine) == []
    households(engine, "st", "hh", "hm")
    engine.execute("CREATE TEMP TABLE nodes (node BIGINT, organisation VARCHAR, company_number VARCHAR, trading_as VARCHAR, postcode VARCHAR, property BIGINT)")
    landlords(engine, "app", "nodes", "lk", "pf", "ll")
    golden(engine, "app", None, "gp", "gv")
    golden_properties(engine, EntitySpec(entity="property"), {}, "pp", "pv")
    made = {"st": "STAYS", "hh": "HOUSEHOLDS", "hm": "HOUSEHOLD_MEMBERS", "lk": "LANDLORD_LINKS", "pf": "PORTFOLIO", "ll": "LANDLORDS", "gp": "PERSON", "gv": "PERSON_VALUES", "pv": "PROPERTY_VALUES"}
    for table, columns in made.items():
        assert engine.describe(f"SELECT * FROM {table}") == says(getattr(tables, columns)), table


def test_without_a_column_lasting_a_dataset_with_ends_has_intervals(engine):
    put(engine, [row(1, 10, "2010-01-01", None, "x"), row(2, 11, "2010-01-01", "2012-01-01", "x"), row(3, 12, "2010-01-01", None, "y")])
    stays(engine, "(SELECT * EXCLUDE (lasting) FROM app)", "st", today=TODAY)
    assert engine.rows("SELECT person, to_day FROM st ORDER BY 1") == [(1, None), (2, day("2012-01-01")), (3, day("2010-12-31").replace(year=2011, month=1, day=1))]


@hypothesis_settings(max_examples=15)
@given(st.data())
def test_order_and_threads_change_nothing(data):
    days = st.integers(0, 6000).map(lambda n: date.fromordinal(date(2008, 1, 1).toordinal() + n).isoformat())
    rows = data.draw(
        st.lists(
            st.builds(lambda p, h, f, t, d: row(p, h, f, t, d), st.integers(1, 4), st.integers(10, 13), days, st.none() | days, st.sampled_from(["tax", "rent", "parking"])),
            max_size=20,
        )
    )
    told = []
    for threads, given_rows in ((1, rows), (2, data.draw(st.permutations(rows)))):
        engine = DuckDBEngine(threads=threads)
        try:
            stayed(engine, *given_rows)
            households(engine, "st", "hh", "hm")
            told.append((engine.rows("SELECT * FROM st ORDER BY ALL"), engine.rows("SELECT * FROM hh ORDER BY ALL"), engine.rows("SELECT * FROM hm ORDER BY ALL")))
        finally:
            engine.close()
    assert told[0] == told[1]
    for _, _, _, first, last, *_ in told[0][0]:
        assert last is None or first <= last


# ── Households ──────────────────────────────────────────────────────────────────────────────────


def homes(engine, **ledger):
    assigned = households(engine, "st", "hh", "hm", **ledger)
    return assigned, engine.rows("SELECT household, list(person ORDER BY person) FROM hm GROUP BY 1 ORDER BY 1")


def test_a_new_household_starts_when_nobody_is_left(engine):
    stayed(
        engine, row(1, 10, "2000-01-01", "2010-01-01"), row(2, 10, "2000-01-01", "2009-01-01"), row(3, 10, "2005-01-01", "2010-01-01"),
        row(4, 10, "2009-12-25"), row(5, 10, "2009-12-25"),
    )  # fmt: skip
    assert [people for _, people in homes(engine)[1]] == [[1, 2, 3], [4, 5]]
    assert engine.rows("SELECT from_day, to_day, members, size_max, size_now FROM hh ORDER BY 1") == [
        (day("2000-01-01"), day("2010-01-01"), 3, 3, 0), (day("2009-12-25"), None, 2, 2, 2),
    ]  # fmt: skip


def test_a_shared_house_that_changes_one_by_one_is_one_household(engine):
    stayed(engine, row(1, 10, "2000-01-01", "2004-01-01"), row(2, 10, "2002-01-01", "2006-01-01"), row(3, 10, "2004-06-01", "2008-01-01"))
    assert [people for _, people in homes(engine)[1]] == [[1, 2, 3]]


def test_households_keep_their_ids_through_corrected_dates_and_new_people(engine):
    stayed(engine, row(2, 20, "2001-01-01"))
    stayed(engine, row(1, 10, "2000-01-01", "2005-01-01"), row(2, 20, "2001-01-01"))
    assigned, before = homes(engine, first_free=7)
    engine.execute("CREATE TEMP TABLE stood AS SELECT node, person FROM hm_ledger")
    stayed(engine, row(1, 10, "2000-02-15", "2005-03-01"), row(2, 20, "2001-01-01"), row(3, 20, "2003-01-01"), row(4, 30, "2003-01-01"))
    _, after = homes(engine, standing="stood", first_free=assigned.next_free)
    ids = {people[0]: household for household, people in before}
    later = {person: household for household, people in after for person in people}
    assert min(ids.values()) == 7 and later[1] == ids[1] and later[2] == later[3] == ids[2] and later[4] == assigned.next_free


def test_five_hundred_people_at_one_address(engine):
    put(engine, [row(1, 10, "2010-01-01")])
    engine.execute("INSERT INTO app BY NAME (SELECT app.* REPLACE (n AS person) FROM app, range(2, 501) r (n))")
    stays(engine, "app", "st", today=TODAY)
    homes(engine)
    assert engine.rows("SELECT members, size_max, size_now FROM hh") == [(500, 500, 500)]


# ── Landlords ───────────────────────────────────────────────────────────────────────────────────


def lets(engine, rows, nodes):
    """``rows``: (node, person or null, property let, more)."""
    put(engine, [row(p, None, more.pop("first", "2015-01-01"), more.pop("last", None), more.pop("dataset", "title"), node=n, landlord_of=let, resident=False, kind="person" if p else "organisation", **more) for n, p, let, more in rows])
    engine.execute("CREATE OR REPLACE TEMP TABLE nodes (node BIGINT, organisation VARCHAR, company_number VARCHAR, trading_as VARCHAR, postcode VARCHAR, property BIGINT)")
    for node, name, number, postcode in nodes:
        engine.execute("INSERT INTO nodes VALUES (?, ?, ?, NULL, ?, NULL)", [node, name, number, postcode])
    landlords(engine, "app", "nodes", "lk", "pf", "ll", today=TODAY)
    return engine.rows("SELECT list(node ORDER BY node) FROM lk GROUP BY landlord ORDER BY 1")


def test_organisations_are_one_by_number_or_else_by_a_name_that_says_something(engine):
    found = lets(
        engine, [(n, None, 100 + n, {}) for n in range(1, 9)] + [(9, 77, 109, {"name": "MR Ray Oak"})],
        [
            (1, "OAK LIVING LTD", "00000001", "N1 1AA"), (2, "OAK LIVNG LTD", "00000001", None), (3, "OAK LIVING LTD", None, None), (4, "PROPERTY LETTINGS", None, "N1 1AA"),
            (5, "PROPERTY LETTINGS", None, "E2 2BB"), (6, "PROPERTY LETTINGS", None, "N1 1AA"), (7, None, None, None), (8, "", None, None), (9, None, None, None),
        ],
    )  # fmt: skip
    assert found == [([1, 2, 3],), ([4, 6],), ([5],), ([7],), ([8],), ([9],)]
    assert engine.rows("SELECT kind, person, name, properties_now, multi FROM ll WHERE person = 77 OR company_number = '00000001' ORDER BY kind") == [
        ("organisation", None, "OAK LIVING LTD", 3, True), ("person", 77, "Ray Oak", 1, False),
    ]  # fmt: skip


def test_one_name_of_two_companies_joins_neither_but_at_a_postcode(engine):
    nodes = [(1, "ACME HOLDINGS LTD", "00000001", "N1 1AA"), (2, "ACME HOLDINGS LTD", "00000002", "E2 2BB"), (3, "ACME HOLDINGS LTD", None, "E2 2BB"), (4, "ACME HOLDINGS LTD", None, None)]
    assert lets(engine, [(n, None, n, {}) for n in range(1, 5)], nodes) == [([1],), ([2, 3],), ([4],)]


def test_portfolios_count_homes_now_and_ever_without_special_sources(engine):
    rows = [(1, 5, 100, {}), (1, 5, 100, {"dataset": "licence"}), (2, 5, 200, {"last": "2020-01-01"}), (3, 5, 300, {"special": True}), (4, 5, 400, {"first": "2030-01-01"})]
    lets(engine, rows, [])
    assert engine.rows("SELECT properties_now, properties_ever, multi, datasets FROM ll") == [(1, 3, False, "licence, title")]
    assert engine.rows("SELECT property, role, now FROM pf ORDER BY ALL") == [(100, "licence.person", True), (100, "title.person", True), (200, "title.person", False), (400, "title.person", False)]


def test_who_lives_in_the_only_home_they_own_is_no_landlord(engine):
    put(engine, [row(1, 10, "2010-01-01"), row(2, 20, "2010-01-01"), row(3, 30, "2010-01-01", "2014-01-01"),
                 *(row(p, None, "2010-01-01", None, "title", landlord_of=h, resident=False) for p, h in ((1, 10), (2, 20), (2, 21), (3, 30)))])  # fmt: skip
    stays(engine, "app", "st", today=TODAY)
    engine.execute("CREATE TEMP TABLE nodes AS SELECT 1::BIGINT AS node, '' AS organisation, '' AS company_number, '' AS postcode, NULL::BIGINT AS property")
    landlords(engine, "app", "nodes", "lk", "pf", "ll", stays="st", today=TODAY)
    assert engine.rows("SELECT person, properties_now FROM ll ORDER BY 1") == [(2, 1), (3, 1)]


def test_an_organisation_with_five_thousand_homes(engine):
    lets(engine, [(1, None, 1, {})], [(1, "BOROUGH COUNCIL", None, None)])
    engine.execute("INSERT INTO app BY NAME (SELECT app.* REPLACE (n AS landlord_of, CAST(n AS VARCHAR) AS record) FROM app, range(2, 5001) r (n))")
    landlords(engine, "app", "nodes", "lk", "pf", "ll", today=TODAY)
    assert engine.rows("SELECT properties_now, multi FROM ll") == [(5000, True)]


# ── Golden values ───────────────────────────────────────────────────────────────────────────────


def person(engine, *rows, declared=None):
    put(engine, rows)
    golden(engine, "app", declared, "gp", "gv")
    cells = engine.rows("SELECT name, surname, date_of_birth, email, records, datasets FROM gp")
    return cells[0] if cells else None


def test_the_usual_choices(engine):
    found = person(
        engine, row(1, 10, name="SMITH, MR J", date_of_birth=day("1900-01-01"), email="old@example.org", known="2021-01-01"),
        row(1, 10, dataset="a", name="Smith, Mr J", date_of_birth=day("1900-01-01"), known="2022-01-01"),
        row(1, 10, dataset="b", first_name="John", surname="Smith", date_of_birth=day("1980-05-06"), email="new@example.org", known="2023-01-01"),
        row(1, 10, dataset="c", name="SMITH JOHN", known="2020-01-01"),
    )  # fmt: skip
    assert found == ("John Smith", "Smith", day("1980-05-06"), "new@example.org", 4, "a, b, c, tax")
    assert engine.rows("SELECT value, dataset, chosen FROM gv WHERE attribute = 'name' ORDER BY dataset") == [
        ("J Smith", "a", False), ("John Smith", "b", True), ("SMITH JOHN", "c", True), ("J SMITH", "tax", False),
    ]  # fmt: skip


def test_what_is_declared_is_chosen_and_the_others_stay(engine):
    declared = EntitySpec.model_validate({"entity": "person", "golden": {"email": {"from": ["b", "a.mail"], "choose": "precedence"}, "surname": {"choose": "latest"}}})
    rows = [row(1, 10, dataset="tax", email="tax@x.org", surname="Old", known="2020-01-01"), row(1, 10, dataset="rent", surname="Old", known="2019-01-01"),
            row(1, 10, dataset="a", email="a@x.org", surname="New", known="2021-01-01")]  # fmt: skip
    assert person(engine, *rows, declared=declared)[1:4:2] == ("New", "a@x.org")
    assert person(engine, *rows, row(1, 10, dataset="b", email="b@x.org", known="2001-01-01"), declared=declared)[3] == "b@x.org"
    assert engine.rows("SELECT count(*), count(*) FILTER (chosen) FROM gv WHERE attribute = 'email'") == [(3, 1)]


def test_special_values_are_apart(engine):
    plain = [row(1, 10, surname="Smith", email="a@x.org")]
    secret = [row(1, 10, dataset="care", surname="Smith", email="z@x.org", special=True, known=f"202{n}-01-01") for n in range(5)]
    assert person(engine, *plain, *secret) == person(engine, *plain)
    person(engine, *plain, *secret, row(2, 10, dataset="care", surname="Hidden", special=True))
    assert engine.rows("SELECT person FROM gp") == [(1,)]
    assert engine.rows("SELECT DISTINCT chosen FROM gv WHERE special") == [(False,)]


def test_a_persons_property_is_that_of_the_stay_that_holds(engine):
    stayed(engine, row(1, 10, "2010-01-01"), row(1, 20, "2012-01-01", "2014-01-01"), row(2, 30, "2010-01-01", "2011-01-01"))
    golden(engine, "app", None, "gp", "gv", stays="st")
    assert engine.rows("SELECT person, property FROM gp ORDER BY 1") == [(1, 20), (2, 30)]
    assert engine.rows("SELECT person, value FROM gv WHERE attribute = 'property' AND chosen ORDER BY 1") == [(1, "20"), (2, "30")]


def test_property_attributes_as_declared(engine):
    declared = EntitySpec.model_validate({"entity": "property", "golden": {"band": {"from": ["tax.band", "epc"], "choose": "precedence"}}})
    relation = "(SELECT * FROM (VALUES (1, 'b', 'epc', TIMESTAMP '2020-01-01'), (1, ' A ', 'tax', TIMESTAMP '2010-01-01'), (2, 'B', 'epc', NULL), (3, '', 'tax', NULL)) v (property, value, dataset, known))"
    golden_properties(engine, declared, {"band": relation}, "pp", "pv")
    assert engine.rows("SELECT * FROM pp") == [(1, "band", "A"), (2, "band", "B")]
    assert engine.rows("SELECT property, value, chosen FROM pv ORDER BY ALL") == [(1, "A", True), (1, "b", False), (2, "B", True)]
