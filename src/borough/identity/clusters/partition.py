"""Clusters of records: who is one person, given the pairs that are alike and what people decided.

Connected components of the pairs at or above the threshold; those that hold a contradiction, or are too large to be one person,
are taken apart: strongest pair first, and two groups that contradict each other are never joined.
The result depends on nodes, pairs and decisions alone, not on their order nor on what was before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from borough.engine.duckdb import DuckDBEngine
from borough.identity.clusters.agglomeration import Edge, take_apart
from borough.identity.clusters.contradictions import contradictions

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

_LABELS, _TROUBLED = "cluster_labels", "cluster_troubled"


@dataclass(frozen=True)
class Clustered:
    """What clustering did: nodes, clusters, components taken apart, those too large (records, least node), decisions that contradict each other (pairs of nodes)."""

    nodes: int
    clusters: int
    taken_apart: int
    stopped: tuple[tuple[int, int], ...]
    clashes: tuple[tuple[int, int], ...]

    def told(self) -> list[str]:
        """What someone should look at, in words."""
        large = [f"a cluster of {size:,} records was stopped (record {node}): it fell to its strongest parts" for size, node in self.stopped]
        return [*large, *(f"decisions contradict each other (records {left} and {right}): the later one counts" for left, right in self.clashes)]


def cluster(engine: DuckDBEngine, nodes: str, pairs: str, decisions: str, into: str, *, match_above: float, limit: int = 500) -> Clustered:
    """Cluster nodes into people: a temp table ``into`` (node, cluster), the cluster being its least node.

    ``nodes``: relation (node, dob, dob_doubtful, nino, first, others, first_only_initial, root, tokens); ``pairs``: (l, r, weight);
    ``decisions``: (l, r, decision same or different, run): the last word of people on two nodes. ``limit``: records of a person at most.
    """
    ids = _column(engine, f"SELECT node FROM {nodes} ORDER BY node")
    linked = f"SELECT l, r FROM {pairs} WHERE weight >= {match_above!r} UNION ALL SELECT l, r FROM {decisions} WHERE decision = 'same'"
    labels = _components(ids, *_ends(engine, f"SELECT l, r FROM ({linked}) WHERE l IN (SELECT node FROM {nodes}) AND r IN (SELECT node FROM {nodes})"))
    _store(engine, ids, labels, _LABELS)
    troubled, stopped = _troubled(engine, nodes, decisions, limit)
    clashes: tuple[tuple[int, int], ...] = ()
    if troubled:
        clashes = _mend(engine, nodes, pairs, decisions, match_above, limit)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT node, cluster FROM {_LABELS} ORDER BY node")
    ((count,),) = engine.rows(f"SELECT count(DISTINCT cluster) FROM {into}")
    for table in (_LABELS, _TROUBLED):
        engine.execute(f"DROP TABLE IF EXISTS {table}")
    return Clustered(len(ids), int(count), troubled, stopped, clashes)


def _column(engine: DuckDBEngine, sql: str) -> Ints:
    import numpy as np

    return np.asarray(engine.native.execute(sql).fetchnumpy()["node"], dtype=np.int64)


def _ends(engine: DuckDBEngine, sql: str) -> tuple[Ints, Ints]:
    import numpy as np

    found = engine.native.execute(sql).fetchnumpy()
    return np.asarray(found["l"], dtype=np.int64), np.asarray(found["r"], dtype=np.int64)


def _components(ids: Ints, left: Ints, right: Ints) -> Ints:
    """The least node of each node's component."""
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not len(ids):
        return ids
    edges = (np.ones(len(left), dtype=np.int8), (np.searchsorted(ids, left), np.searchsorted(ids, right)))
    _, component = connected_components(coo_matrix(edges, shape=(len(ids), len(ids))), directed=False)
    least = np.full(int(component.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(least, component, ids)
    return np.asarray(least[component], dtype=np.int64)


def _store(engine: DuckDBEngine, ids: Ints, labels: Ints, into: str) -> None:
    import pyarrow as pa

    engine.native.register("cluster_arrow", pa.table({"node": ids, "cluster": labels}))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT CAST(node AS BIGINT) AS node, CAST(cluster AS BIGINT) AS cluster FROM cluster_arrow")
    engine.native.unregister("cluster_arrow")


def _troubled(engine: DuckDBEngine, nodes: str, decisions: str, limit: int) -> tuple[int, tuple[tuple[int, int], ...]]:
    """The components to take apart: those that hold a contradiction, or a decision that two records differ, or too many records."""
    contradictions(engine, nodes, _LABELS, "cluster_against")
    decided = f"SELECT a.cluster FROM {decisions} d JOIN {_LABELS} a ON a.node = d.l JOIN {_LABELS} b ON b.node = d.r AND b.cluster = a.cluster WHERE d.decision = 'different'"
    large = f"SELECT cluster FROM {_LABELS} GROUP BY cluster HAVING count(*) > {int(limit)}"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {_TROUBLED} AS SELECT DISTINCT cluster FROM (SELECT cluster FROM cluster_against UNION ALL {decided} UNION ALL {large})")
    stopped = engine.rows(f"SELECT count(*) AS size, cluster FROM {_LABELS} GROUP BY cluster HAVING count(*) > {int(limit)} ORDER BY size DESC, cluster")
    return int(engine.rows(f"SELECT count(*) FROM {_TROUBLED}")[0][0]), tuple((int(size), int(node)) for size, node in stopped)


def _mend(engine: DuckDBEngine, nodes: str, pairs: str, decisions: str, match_above: float, limit: int) -> tuple[tuple[int, int], ...]:
    """Take the troubled components apart. Returns the decisions that contradict each other."""
    inside = f"SELECT n.node FROM {_LABELS} n SEMI JOIN {_TROUBLED} t ON t.cluster = n.cluster"
    edges = [
        Edge(float(weight), int(left), int(right))
        for left, right, weight in engine.rows(f"SELECT l, r, max(weight) FROM {pairs} WHERE weight >= {match_above!r} AND l IN ({inside}) GROUP BY l, r ORDER BY 3 DESC, 1, 2")
    ]
    words = [(int(left), int(right), str(word), int(run)) for left, right, word, run in engine.rows(f"SELECT l, r, decision, run FROM {decisions} WHERE l IN ({inside}) AND r IN ({inside}) ORDER BY run DESC, l, r")]
    values: dict[int, list[str]] = {}
    for node, value in engine.rows(f"SELECT node, value FROM cluster_values WHERE node IN ({inside}) ORDER BY node, value"):
        values.setdefault(int(node), []).append(str(value))
    against: dict[int, set[tuple[str, str]]] = {}
    for component, left, right in engine.rows("SELECT cluster, a, b FROM cluster_against"):
        against.setdefault(int(component), set()).update(((left, right), (right, left)))
    members: dict[int, list[int]] = {}
    home: dict[int, int] = {}
    for node, component in engine.rows(f"SELECT n.node, n.cluster FROM {_LABELS} n SEMI JOIN {_TROUBLED} t ON t.cluster = n.cluster ORDER BY 1"):
        members.setdefault(int(component), []).append(int(node))
        home[int(node)] = int(component)
    grouped: dict[int, list[Edge]] = {component: [] for component in members}
    for edge in edges:
        grouped[home[edge.left]].append(edge)
    decided: dict[int, list[tuple[int, int, str, int]]] = {component: [] for component in members}
    for word in words:
        if home[word[0]] == home[word[1]]:
            decided[home[word[0]]].append(word)
    apart: list[tuple[int, int]] = []
    clashes: list[tuple[int, int]] = []
    for component, inhabitants in members.items():
        groups, clashing = take_apart(inhabitants, grouped[component], decided[component], values, against.get(component, set()), limit)
        apart.extend(groups.items())
        clashes.extend(clashing)
    import numpy as np

    _store(engine, np.array([n for n, _ in apart], dtype=np.int64), np.array([c for _, c in apart], dtype=np.int64), "cluster_apart")
    engine.execute(f"UPDATE {_LABELS} SET cluster = a.cluster FROM cluster_apart a WHERE a.node = {_LABELS}.node")
    for table in ("cluster_apart", "cluster_values", "cluster_against"):
        engine.execute(f"DROP TABLE IF EXISTS {table}")
    return tuple(sorted(set(clashes)))
