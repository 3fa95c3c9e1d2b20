"""Persons keep their ids through runs, merges and splits; the crosswalk tells how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine
from borough.identity.clusters.crosswalk import Chapter, as_of, changes, retired, story
from borough.identity.clusters.ledger import Assigned, assign

EMPTY = "(SELECT CAST(NULL AS BIGINT) AS node, CAST(NULL AS BIGINT) AS cluster WHERE false)"


class World:
    """A crosswalk that grows run by run."""

    def __init__(self) -> None:
        self.engine, self.run, self.free = DuckDBEngine(threads=2), 0, 1
        self.engine.execute("CREATE TABLE crosswalk (node BIGINT, person BIGINT, run BIGINT, op VARCHAR)")

    def advance(self, clusters: Mapping[int, int]) -> tuple[dict[int, int], set[tuple[str, int, int | None, int]], Assigned]:
        """A run in which each node is in the cluster given; returns persons by node, events and counts."""
        rows = ", ".join(f"(CAST({n} AS BIGINT), CAST({c} AS BIGINT))" for n, c in clusters.items())
        relation = f"(SELECT * FROM (VALUES {rows}) v (node, cluster))" if rows else EMPTY
        standing = f"({as_of('crosswalk', self.run)})"
        told = assign(self.engine, relation, standing, "given", run=self.run + 1, first_free=self.free, retired=f"({retired('crosswalk', self.run)})")
        self.engine.execute(f"INSERT INTO crosswalk {changes('given', standing, run=self.run + 1)}")
        self.run, self.free = self.run + 1, told.next_free
        events = {(e, p, o, n) for e, p, o, n, _ in self.engine.rows(f"SELECT * FROM {told.events}")}
        return dict(self.engine.rows("SELECT node, person FROM given")), events, told


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    yield made
    made.engine.close()


def test_ids_survive_a_run_in_which_nothing_changes(world: World) -> None:
    first, events, told = world.advance({5: 5, 6: 5, 9: 9})
    assert first == {5: 1, 6: 1, 9: 2}
    assert events == {("made", 1, None, 2), ("made", 2, None, 1)}
    assert told.next_free == 3
    assert world.advance({9: 9, 6: 5, 5: 5})[:2] == (first, set())
    assert world.engine.rows("SELECT count(*) FROM crosswalk") == [(3,)]


def test_a_merge_keeps_the_larger_and_the_other_returns_when_it_is_undone(world: World) -> None:
    apart = {1: 1, 2: 2, 3: 2}
    first, _, _ = world.advance(apart)
    assert first == {1: 1, 2: 2, 3: 2}
    merged, events, _ = world.advance({1: 1, 2: 1, 3: 1})
    assert merged == {1: 2, 2: 2, 3: 2}
    assert events == {("merged", 1, 2, 1)}
    new, _, _ = world.advance({1: 1, 2: 1, 3: 1, 8: 8})
    assert new[8] == 3, "a retired id is never given to somebody else"
    undone, events, _ = world.advance({**apart, 8: 8})
    assert undone == {**first, 8: 3}
    assert events == {("returned", 1, None, 1), ("split", 2, 1, 1)}
    assert story(world.engine, "crosswalk", 1) == [Chapter(1, "came", None, 1), Chapter(2, "left", 2, 1), Chapter(4, "came", 2, 1)]


def test_a_split_keeps_the_id_with_the_larger_part(world: World) -> None:
    world.advance(dict.fromkeys((1, 2, 3, 4, 5), 1))
    split, events, _ = world.advance({1: 1, 2: 1, 3: 3, 4: 3, 5: 3})
    assert split == {3: 1, 4: 1, 5: 1, 1: 2, 2: 2}
    assert events == {("made", 2, None, 2), ("split", 1, 2, 2)}


def test_among_equals_the_lower_id(world: World) -> None:
    world.advance({1: 1, 2: 2})
    assert world.advance({1: 1, 2: 1})[0] == {1: 1, 2: 1}


def test_who_goes_keeps_the_id_for_when_they_return(world: World) -> None:
    world.advance({1: 1, 2: 2})
    _, events, _ = world.advance({2: 2})
    assert events == {("gone", 1, None, 1)}
    assert world.advance({2: 2, 7: 7})[0] == {2: 2, 7: 3}
    back, events, _ = world.advance({1: 1, 2: 2, 7: 7})
    assert back[1] == 1
    assert events == {("returned", 1, None, 1)}
    assert [op for (op,) in world.engine.rows("SELECT op FROM crosswalk WHERE node = 1 ORDER BY run")] == ["insert", "delete", "insert"]


def test_an_empty_run_loses_nothing(world: World) -> None:
    first, _, _ = world.advance({1: 1, 2: 1})
    world.advance({})
    assert world.advance({1: 1, 2: 1})[0] == first


@settings(max_examples=25)
@given(st.lists(st.dictionaries(st.integers(1, 12), st.integers(1, 5), max_size=12), min_size=1, max_size=6))
def test_whatever_happens(batches: list[dict[int, int]]) -> None:
    world = World()
    try:
        made: set[int] = set()
        left: list[tuple[int, dict[int, int]]] = []
        for clusters in batches:
            persons, events, _ = world.advance(clusters)
            assert persons.keys() == clusters.keys()
            assert len({(clusters[n], p) for n, p in persons.items()}) == len(set(clusters.values())) == len(set(persons.values()))
            new = {p for e, p, _, _ in events if e == "made"}
            assert not new & made, "an id is made once"
            made |= new
            assert set(persons.values()) <= made
            left.append((world.run, persons))
            assert world.advance(clusters)[:2] == (persons, set())
        for run, persons in left:
            assert dict(world.engine.rows(f"SELECT node, person FROM ({as_of('crosswalk', run)}) WHERE active")) == persons
    finally:
        world.engine.close()
