"""Which records hang together with some of them, by links: what a change may touch."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from borough.engine.duckdb import DuckDBEngine


def reach(engine: DuckDBEngine, links: str, nodes: str, some: str, into: str) -> int:
    """Make the temp table ``into`` (node): of ``nodes`` (node), those that hang together with ``some`` (node) by ``links`` (l, r). Returns them.

    Ids of nodes are counted from 1 and have few gaps: a flag is held for each, and each link looked at once a step.
    """
    import numpy as np

    ((most,),) = engine.rows(f"SELECT coalesce(max(node), 0) FROM {nodes}")
    stands, reached = np.zeros(int(most) + 1, dtype=bool), np.zeros(int(most) + 1, dtype=bool)
    stands[engine.native.execute(f"SELECT node FROM {nodes}").fetchnumpy()["node"]] = True
    reached[engine.native.execute(f"SELECT node FROM {some} WHERE node <= {int(most)}").fetchnumpy()["node"]] = True
    edges = engine.native.execute(f"SELECT l, r FROM {links} WHERE l <= {int(most)} AND r <= {int(most)}").fetchnumpy()
    left, right = edges["l"], edges["r"]
    alive = stands[left] & stands[right]
    left, right = left[alive], right[alive]
    while True:
        crossing = reached[left] != reached[right]
        if not crossing.any():
            break
        reached[left[crossing]] = reached[right[crossing]] = True
        left, right = left[~crossing], right[~crossing]
    found = np.flatnonzero(reached & stands)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT unnest(CAST(? AS BIGINT[])) AS node", [found.tolist()])
    return len(found)
