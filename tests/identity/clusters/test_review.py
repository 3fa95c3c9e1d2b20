"""The links to look at: the most useful first, and nothing of what the reader may not see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.identity.clusters.review import doubtful


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(threads=2)
    made.execute("CREATE TABLE clusters AS SELECT * FROM (VALUES (1, 1), (2, 1), (3, 1), (4, 4), (5, 5), (6, 6), (7, 1)) v (node, cluster)")
    made.execute(
        "CREATE TABLE pairs AS SELECT * FROM (VALUES (1, 2, 20.0::DOUBLE), (2, 3, 20.0), (1, 4, 0.5), (4, 5, 0.5), (5, 6, -9.0), (4, 6, 9.0), (3, 7, 5.5)) v (l, r, weight)"
    )
    yield made
    made.close()


def _asked(engine: DuckDBEngine, visible: str = "clusters", decided: str = "(0, 0, 'same')") -> list[tuple[int, int, str]]:
    decisions = f"(SELECT * FROM (VALUES {decided}) d (l, r, decision))"
    return [(a, b, reason) for a, b, _, _, reason, _ in engine.rows(doubtful("pairs", "clusters", decisions, visible, review_above=-3.0, match_above=5.0))]


def test_the_most_useful_first(engine: DuckDBEngine) -> None:
    assert _asked(engine) == [(1, 4, "may be one"), (4, 5, "may be one"), (3, 7, "hangs by this link"), (4, 6, "kept apart")]


@pytest.mark.parametrize("decided", ["(4, 1, 'unsure')", "(1, 4, 'same')"])
def test_what_is_decided_is_not_asked_again(engine: DuckDBEngine, decided: str) -> None:
    assert (1, 4, "may be one") not in _asked(engine, decided=decided)


def test_what_the_reader_may_not_see_leaves_no_trace(engine: DuckDBEngine) -> None:
    sql = doubtful("pairs", "clusters", "(SELECT 0 AS l, 0 AS r WHERE false)", "(SELECT node FROM clusters WHERE node <> 3)", review_above=-3.0, match_above=5.0)
    hidden = engine.rows(sql)
    engine.execute("DELETE FROM clusters WHERE node = 3")
    engine.execute("DELETE FROM pairs WHERE 3 IN (l, r)")
    assert hidden == engine.rows(sql)
    assert 3 not in {end for row in hidden for end in row[:2]}
