"""Records become people: never two that contradict, always the same from the same input."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.identity.clusters.components import Clustered, cluster

Person = tuple[int, str | None, str | None, str | None]  # node, dob, nino, first
Pair = tuple[int, int, float, int]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(threads=2)
    yield made
    made.close()


def _values(rows: Sequence[Sequence[Any]], columns: str, types: Sequence[str]) -> str:
    said = [[f"CAST({'NULL' if v is None else literal(v) if isinstance(v, str) else v} AS {t})" for v, t in zip(row, types, strict=True)] for row in rows]
    empty = ", ".join(f"CAST(NULL AS {t})" for t in types)
    body = " UNION ALL ".join(f"SELECT {', '.join(row)}" for row in said) or f"SELECT {empty} WHERE false"
    return f"(SELECT * FROM ({body}) x ({columns}))"


def _run(
    engine: DuckDBEngine, people: Sequence[Person], pairs: Sequence[Pair], decisions: Sequence[tuple[int, int, str]] = (), limit: int = 500
) -> tuple[dict[int, int], Clustered]:
    told = cluster(
        engine,
        _values(people, "node, dob, nino, first", ("BIGINT", "DATE", "VARCHAR", "VARCHAR")),
        _values(pairs, "l, r, weight, against", ("BIGINT", "BIGINT", "DOUBLE", "SMALLINT")),
        _values(decisions, "l, r, decision", ("BIGINT", "BIGINT", "VARCHAR")),
        "found", match_above=5.0, limit=limit,
    )  # fmt: skip
    return dict(engine.rows("SELECT node, cluster FROM found")), told


def _anyone(*nodes: int) -> list[Person]:
    return [(n, None, None, None) for n in nodes]


def test_links_above_the_threshold_join_and_the_least_node_names_the_cluster(engine: DuckDBEngine) -> None:
    found, told = _run(engine, _anyone(70, 30, 50, 90), [(30, 70, 5.0, 0), (50, 70, 9.0, 0), (70, 90, 4.9, 0)])
    assert found == {30: 30, 50: 30, 70: 30, 90: 90}
    assert (told.nodes, told.clusters, told.taken_apart) == (4, 2, 0)


def test_nothing_gives_nothing(engine: DuckDBEngine) -> None:
    assert _run(engine, [], [])[0] == {}


def test_two_dates_of_birth_are_two_people(engine: DuckDBEngine) -> None:
    people: list[Person] = [(1, "1950-03-01", None, "JOHN"), (2, "1981-11-20", None, "JOHN"), (3, "1950-03-01", None, "JOHN")]
    found, _ = _run(engine, people, [(1, 2, 6.0, 0), (2, 3, 6.0, 0), (1, 3, 20.0, 0)])
    assert found == {1: 1, 3: 1, 2: 2}


@pytest.mark.parametrize("other", ["1950-01-03", "1950-03-07", "1905-03-01"])
def test_a_slip_in_the_date_of_birth_is_one_person(engine: DuckDBEngine, other: str) -> None:
    found, _ = _run(engine, [(1, "1950-03-01", None, "ANN"), (2, other, None, "ANN")], [(1, 2, 6.0, 0)])
    assert found == {1: 1, 2: 1}


def test_twins_stay_apart_and_a_record_that_fits_both_goes_to_neither(engine: DuckDBEngine) -> None:
    people: list[Person] = [(1, "1990-05-05", None, "AMINA"), (2, "1990-05-05", None, "FATIMA"), (3, None, None, None)]
    found, told = _run(engine, people, [(1, 3, 7.0, 0), (2, 3, 7.5, 0)])
    assert found == {1: 1, 2: 2, 3: 3}
    assert told.doubtful == [3]


def test_the_stronger_by_a_margin_takes_it(engine: DuckDBEngine) -> None:
    people: list[Person] = [(1, "1950-05-05", None, "JOHN"), (2, "1990-02-15", None, "JOHN"), (3, None, None, "J")]
    found, told = _run(engine, people, [(1, 3, 7.0, 0), (2, 3, 17.5, 0)])
    assert found == {1: 1, 2: 2, 3: 2}
    assert told.doubtful == []


def test_one_number_outvotes_one_wrong_date_but_not_two_contradictions(engine: DuckDBEngine) -> None:
    link: list[Pair] = [(1, 2, 12.0, 0)]
    typed: list[Person] = [(1, "1950-05-05", "AB123456", "JOHN"), (2, "1990-02-15", "AB123456", "JOHN")]
    borrowed: list[Person] = [(1, "1950-05-05", "AB123456", "JOHN"), (2, "1990-02-15", "AB123456", "MARY")]
    assert _run(engine, typed, link)[0] == {1: 1, 2: 1}
    assert _run(engine, borrowed, link)[0] == {1: 1, 2: 2}


def test_what_scoring_says_against_a_pair_counts(engine: DuckDBEngine) -> None:
    people: list[Person] = [(1, None, None, "MARIO"), (2, None, None, "MARIA")]
    assert _run(engine, people, [(1, 2, 8.0, 0)])[0] == {1: 1, 2: 1}
    assert _run(engine, people, [(1, 2, 8.0, 4)])[0] == {1: 1, 2: 2}


def test_one_weak_link_does_not_join_two_large_groups(engine: DuckDBEngine) -> None:
    inside: list[Pair] = [(a, b, 15.0, 0) for g in (0, 4) for a in range(g, g + 4) for b in range(a + 1, g + 4)]
    inside = [p for p in inside if (p[0], p[1]) not in ((0, 3), (4, 7), (1, 3), (5, 7), (0, 2), (4, 6))]
    people = _anyone(*range(8))
    assert set(_run(engine, people, [*inside, (0, 4, 6.0, 0)])[0].values()) == {0, 4}
    assert set(_run(engine, people, [*inside, (0, 4, 6.0, 0), (1, 5, 6.0, 0)])[0].values()) == {0}
    assert set(_run(engine, people, [*inside, (0, 4, 12.0, 0)])[0].values()) == {0}


def test_people_have_the_last_word(engine: DuckDBEngine) -> None:
    people: list[Person] = [(1, "1950-05-05", None, "JOHN"), (2, "1990-02-15", None, "MARY"), (3, "1990-02-15", None, "MARY")]
    found, told = _run(engine, people, [(2, 3, 30.0, 0)], [(2, 1, "same"), (2, 3, "different")])
    assert found == {1: 1, 2: 1, 3: 3}
    _, told = _run(engine, people, [], [(1, 2, "same"), (2, 3, "same"), (1, 3, "different")])
    assert told.contradictory == [(2, 3)]


def test_a_later_decision_wins(engine: DuckDBEngine) -> None:
    decided = "(SELECT * FROM (VALUES (1, 2, 'different', 1), (2, 1, 'same', 2)) d (l, r, decision, decided))"
    nobody = "(SELECT 0 AS l, 0 AS r, 0.0::DOUBLE AS weight, 0 AS against WHERE false)"
    cluster(engine, "(SELECT unnest([1, 2]) AS node)", nobody, decided, "found", match_above=5.0)
    assert engine.rows("SELECT DISTINCT cluster FROM found") == [(1,)]


def test_a_cluster_that_swallows_too_many_is_stopped_and_told(engine: DuckDBEngine) -> None:
    chain: list[Pair] = [(n, n + 1, 6.0 if n % 5 == 4 else 30.0, 0) for n in range(39)]
    found, told = _run(engine, _anyone(*range(40)), [*chain, *((n, n + 2, 6.0, 0) for n in range(38))], limit=10)
    assert told.stopped == [(0, 40)]
    assert set(found.values()) == set(range(0, 40, 5))


def test_a_component_of_equal_links_falls_apart_rather_than_hang(engine: DuckDBEngine) -> None:
    pairs: list[Pair] = [(a, b, 9.0, 0) for a in range(60) for b in range(a + 1, 60)]
    found, told = _run(engine, _anyone(*range(60)), pairs, limit=50)
    assert told.stopped == [(0, 60)]
    assert max(list(found.values()).count(c) for c in set(found.values())) <= 50


BORN = (None, "1950-03-01", "1950-03-02", "1981-11-20", "1990-02-15")
NINO = (None, None, "AB123456", "CD654321")
FIRST = (None, "J", "JOHN", "JAMES", "MARY")


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[Person], list[Pair], list[tuple[int, int, str]]]:
    size = draw(st.integers(2, 14))
    people = [(n * 3, draw(st.sampled_from(BORN)), draw(st.sampled_from(NINO)), draw(st.sampled_from(FIRST))) for n in range(size)]
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda e: e[0] < e[1])
    pairs = [(3 * a, 3 * b, draw(st.integers(0, 80)) / 4, draw(st.sampled_from([0, 0, 0, 1, 4]))) for a, b in draw(st.lists(ends, max_size=30, unique=True))]
    decisions = [(3 * a, 3 * b, draw(st.sampled_from(["same", "different"]))) for a, b in draw(st.lists(ends, max_size=4, unique=True))]
    return people, pairs, decisions


@settings(max_examples=60)
@given(_worlds(), st.randoms(use_true_random=False))
def test_order_does_not_matter(engine: DuckDBEngine, world: tuple[Any, ...], chance: random.Random) -> None:
    first, told = _run(engine, *world)
    again = [chance.sample(rows, len(rows)) for rows in world]
    again[1] = [(r, l, w, a) if chance.random() < 0.5 else (l, r, w, a) for l, r, w, a in again[1]]  # noqa: E741 - the columns' names
    second, told_again = _run(engine, *again)
    assert (first, told) == (second, told_again)
    assert all(cluster_ == min(n for n, c in first.items() if c == cluster_) for cluster_ in first.values())


@settings(max_examples=60)
@given(_worlds())
def test_nobody_is_joined_to_whom_they_are_not(engine: DuckDBEngine, world: tuple[Any, ...]) -> None:
    found, told = _run(engine, *world)
    for left, right, decision in world[2]:
        if decision == "different":
            assert found[left] != found[right]
        elif (left, right) not in told.contradictory:
            assert found[left] == found[right]
    joined = {c for c in found.values() if list(found.values()).count(c) > 1}
    reached = {frozenset((a, b)) for a, b, w, _ in world[1] if w >= 5} | {frozenset((a, b)) for a, b, d in world[2] if d == "same"}
    for one in joined:
        members = [n for n, c in found.items() if c == one]
        near = {members[0]}
        for _ in members:
            near |= {m for m in members if any(frozenset((m, n)) in reached for n in near)}
        assert near == set(members)
