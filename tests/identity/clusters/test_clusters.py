"""Records become people: never against what people decided, always the same from the same input, in parts as in whole."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.identity.clusters.components import Clustered, cluster

Pair = tuple[int, int, float]


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
    engine: DuckDBEngine, nodes: Sequence[int], pairs: Sequence[Pair], decisions: Sequence[tuple[int, int, str]] = (), limit: int = 500,
    *, other: float = 0.0, dirty: Sequence[int] | None = None, floor: float = -4.0,
) -> tuple[dict[int, int], Clustered]:  # fmt: skip
    """Cluster; all pairs that are not told weigh ``other`` bits."""
    weights: Mapping[frozenset[int], float] = {frozenset((left, right)): weight for left, right, weight in pairs}

    def inside(members: str, into: str) -> None:
        asked = engine.rows(f"SELECT a.node, b.node FROM {members} a JOIN {members} b ON a.component = b.component AND a.node < b.node")
        scored = [(left, right, weights.get(frozenset((left, right)), other)) for left, right in asked]
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM {_values(scored, 'l, r, weight', ('BIGINT', 'BIGINT', 'DOUBLE'))}")

    told = cluster(
        engine,
        _values([(n,) for n in nodes], "node", ("BIGINT",)),
        _values(pairs, "l, r, weight", ("BIGINT", "BIGINT", "DOUBLE")),
        _values(decisions, "l, r, decision", ("BIGINT", "BIGINT", "VARCHAR")),
        "found", match_above=5.0, floor=floor, inside=inside, limit=limit,
        dirty=None if dirty is None else _values([(n,) for n in dirty], "node", ("BIGINT",)),
    )  # fmt: skip
    return dict(engine.rows("SELECT node, cluster FROM found")), told


def test_links_above_the_threshold_join_and_the_least_node_names_the_cluster(engine: DuckDBEngine) -> None:
    found, told = _run(engine, [70, 30, 50, 90], [(30, 70, 5.0), (50, 70, 9.0), (70, 90, 4.9)])
    assert found == {30: 30, 50: 30, 70: 30, 90: 90}
    assert (told.nodes, told.clusters, told.taken_apart) == (4, 2, 0)


def test_nothing_gives_nothing(engine: DuckDBEngine) -> None:
    assert _run(engine, [], [])[0] == {}


def test_two_people_who_share_a_vague_record_stay_two(engine: DuckDBEngine) -> None:
    found, told = _run(engine, [1, 2, 3], [(1, 2, -20.0), (1, 3, 9.0), (2, 3, 7.0)])
    assert found == {1: 1, 3: 1, 2: 2}, "the record goes where it fits better"
    assert told.taken_apart == 1


def test_a_thin_link_does_not_join_two_groups_that_are_unlike(engine: DuckDBEngine) -> None:
    groups = [(a, b, 15.0) for g in (0, 4) for a in range(g, g + 4) for b in range(a + 1, g + 4)]
    assert set(_run(engine, range(8), [*groups, (0, 4, 6.0)], other=-15.0)[0].values()) == {0, 4}
    assert set(_run(engine, range(8), [*groups, (0, 4, 6.0)], other=3.0)[0].values()) == {0}


def test_one_odd_record_in_many_stays_where_the_others_are(engine: DuckDBEngine) -> None:
    alike = [(a, b, 12.0) for a in range(6) for b in range(a + 1, 6)]
    assert set(_run(engine, range(7), [*alike, (0, 6, 12.0), (1, 6, -6.0)], other=-2.0)[0].values()) == {0}


def test_people_have_the_last_word(engine: DuckDBEngine) -> None:
    found, _ = _run(engine, [1, 2, 3], [(2, 3, 30.0), (1, 2, -30.0), (1, 3, -30.0)], [(2, 1, "same"), (2, 3, "different")])
    assert found == {1: 1, 2: 1, 3: 3}
    _, told = _run(engine, [1, 2, 3], [], [(1, 2, "same"), (2, 3, "same"), (1, 3, "different")])
    assert told.contradictory == [(2, 3)]


def test_a_later_decision_wins(engine: DuckDBEngine) -> None:
    decided = "(SELECT * FROM (VALUES (1, 2, 'different', 1), (2, 1, 'same', 2)) d (l, r, decision, decided))"
    nobody = "(SELECT 0 AS l, 0 AS r, 0.0::DOUBLE AS weight WHERE false)"

    def inside(members: str, into: str) -> None:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT node AS l, node AS r, 0.0 AS weight FROM {members}")

    cluster(engine, "(SELECT unnest([1, 2]) AS node)", nobody, decided, "found", match_above=5.0, floor=-4.0, inside=inside)
    assert engine.rows("SELECT DISTINCT cluster FROM found") == [(1,)]


def test_a_cluster_that_swallows_too_many_is_stopped_and_told(engine: DuckDBEngine) -> None:
    chain = [(n, n + 1, 6.0 if n % 5 == 4 else 30.0) for n in range(39)]
    found, told = _run(engine, range(40), [*chain, *((n, n + 2, 6.0) for n in range(38))], limit=10)
    assert told.stopped == [(0, 40)]
    assert set(found.values()) == set(range(0, 40, 5))


def test_a_component_of_equal_links_falls_apart_rather_than_hang(engine: DuckDBEngine) -> None:
    found, told = _run(engine, range(60), [(a, b, 9.0) for a in range(60) for b in range(a + 1, 60)], limit=50)
    assert told.stopped == [(0, 60)]
    assert max(list(found.values()).count(c) for c in set(found.values())) <= 50


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[list[int], list[Pair], list[tuple[int, int, str]]]:
    size = draw(st.integers(2, 14))
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda e: e[0] < e[1])
    pairs = [(3 * a, 3 * b, draw(st.integers(-80, 80)) / 4) for a, b in draw(st.lists(ends, max_size=40, unique=True))]
    decisions = [(3 * a, 3 * b, draw(st.sampled_from(["same", "different"]))) for a, b in draw(st.lists(ends, max_size=4, unique=True))]
    return [n * 3 for n in range(size)], pairs, decisions


@settings(max_examples=60)
@given(_worlds(), st.randoms(use_true_random=False))
def test_order_does_not_matter(engine: DuckDBEngine, world: tuple[Any, ...], chance: random.Random) -> None:
    first, told = _run(engine, *world)
    again = [chance.sample(rows, len(rows)) for rows in world]
    again[1] = [(right, left, w) if chance.random() < 0.5 else (left, right, w) for left, right, w in again[1]]
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
    reached = {frozenset((a, b)) for a, b, w in world[1] if w >= 5} | {frozenset((a, b)) for a, b, d in world[2] if d == "same"}
    for one in {c for c in found.values() if list(found.values()).count(c) > 1}:
        members = [n for n, c in found.items() if c == one]
        near = {members[0]}
        for _ in members:
            near |= {m for m in members if any(frozenset((m, n)) in reached for n in near)}
        assert near == set(members)


@settings(max_examples=60)
@given(_worlds(), st.data())
def test_a_part_is_settled_as_the_whole_is(engine: DuckDBEngine, world: tuple[Any, ...], data: st.DataObject) -> None:
    whole, _ = _run(engine, *world)
    dirty = data.draw(st.lists(st.sampled_from(world[0]), max_size=4))
    part, _ = _run(engine, *world, dirty=dirty)
    assert set(dirty) <= set(part)
    assert part == {node: whole[node] for node in part}
