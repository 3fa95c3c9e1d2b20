"""Records become people: connected by their links, then taken apart where the records of a component are not alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

from borough.identity.clusters.averaging import BOUND, agglomerate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from borough.engine.duckdb import DuckDBEngine

    Numbers = NDArray[Any]

LIMIT = 500
"""Records of one component above which it falls to its stronger links."""


@dataclass
class Clustered:
    """What became of the records: counts, and what people should look at."""

    nodes: int = 0
    clusters: int = 0
    components: int = 0
    taken_apart: int = 0  # components whose records did not look like one person
    stopped: list[tuple[int, int]] = field(default_factory=list)  # (least node, records): larger than the limit
    contradictory: list[tuple[int, int]] = field(default_factory=list)  # 'same' that a 'different' rules out, as nodes


Inside = Callable[[str, str], None]
"""Given a relation (node, component) and a name: makes the temp table of that name, (l, r, weight in bits) of all pairs in a component."""


def cluster(
    engine: DuckDBEngine, nodes: str, pairs: str, decisions: str, into: str, *, match_above: float, floor: float, inside: Inside, chance: float = 0.0, dirty: str | None = None, limit: int = LIMIT
) -> Clustered:
    """Make the temp table ``into`` (node, cluster): the least node of each cluster names it.

    ``nodes`` (node), ``pairs`` (l, r, weight in bits) and ``decisions`` (l, r, decision 'same' or 'different', and if there is one a
    column ``decided`` (when, of any type that orders): the last one of a pair holds; without it 'different' holds) are relations. Links
    from ``match_above`` bits connect; within a component groups join while the mean weight between them is ``floor`` or more. With
    ``dirty`` (node) only components that hold one of its nodes are in ``into``. The outcome depends on what is in the relations and on nothing else.
    """
    try:
        _tables(engine, nodes, pairs, decisions, match_above)
        told = Clustered()
        component = _connected(engine, match_above, limit, told)
        _write(engine, "borough_cl_component", component)
        if dirty is not None:
            _keep_dirty(engine, dirty)
        _look_inside(engine, inside)
        _part(engine, (match_above, floor, chance), told)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT n.node, c.node AS cluster FROM borough_cl_component f JOIN borough_cl_node n USING (i) JOIN borough_cl_node c ON c.i = f.cluster")
        ((told.nodes, told.clusters, told.components),) = engine.rows("SELECT count(*), count(DISTINCT cluster), count(DISTINCT component) FROM borough_cl_component")
        _name(engine, told)
        return told
    finally:
        for table in ("node", "pair", "decided", "component", "inside", "member", "whole", "parts"):
            engine.execute(f"DROP TABLE IF EXISTS borough_cl_{table}")


def _tables(engine: DuckDBEngine, nodes: str, pairs: str, decisions: str, match_above: float) -> None:
    """Nodes numbered from 0 in order of their ids; links and decisions between these numbers."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE borough_cl_node AS SELECT CAST(row_number() OVER (ORDER BY node) - 1 AS INTEGER) AS i, node FROM {nodes}")
    when = "decided" if "decided" in {name for name, _ in engine.describe(f"SELECT * FROM {decisions}")} else "0"
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE borough_cl_decided AS SELECT least(a.i, b.i) AS l, greatest(a.i, b.i) AS r, "
        f"arg_max(decision, row({when}, decision = 'different')) AS decision FROM (SELECT * FROM {decisions}) d "
        "JOIN borough_cl_node a ON a.node = d.l JOIN borough_cl_node b ON b.node = d.r WHERE a.i <> b.i AND decision IN ('same', 'different') GROUP BY 1, 2"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE borough_cl_pair AS SELECT least(a.i, b.i) AS l, greatest(a.i, b.i) AS r, max(weight) AS weight "
        f"FROM (SELECT l, r, weight FROM {pairs} WHERE weight >= {match_above!r}) p JOIN borough_cl_node a ON a.node = p.l JOIN borough_cl_node b ON b.node = p.r WHERE a.i <> b.i GROUP BY 1, 2"
    )
    engine.execute("DELETE FROM borough_cl_pair p USING borough_cl_decided d WHERE d.l = p.l AND d.r = p.r AND decision = 'different'")


def _connected(engine: DuckDBEngine, match_above: float, limit: int, told: Clustered) -> Numbers:
    """By record, the least record that it is connected to. Components above the limit fall to their stronger links, a bit at a time."""
    import numpy as np

    ((size,),) = engine.rows("SELECT count(*) FROM borough_cl_node")
    edges = engine.native.execute("SELECT l, r, weight FROM borough_cl_pair UNION ALL SELECT l, r, 1e9 FROM borough_cl_decided WHERE decision = 'same'").fetchnumpy()
    left, right, weight = (np.asarray(edges[name]) for name in ("l", "r", "weight"))
    found = _components(int(size), left, right)
    threshold = match_above
    while True:
        sizes = np.bincount(found, minlength=1)
        large = sizes > limit
        if not large.any():
            return found
        if threshold == match_above:
            told.stopped = [(int(least), int(sizes[least])) for least in np.flatnonzero(large)]
        threshold += 1.0
        kept = (weight >= threshold) | ~large[found[left]]
        if kept.all() and threshold > weight.max(initial=0.0):
            return found  # what people said is the same stays together, however many they are
        left, right, weight = left[kept], right[kept], weight[kept]
        found = _components(int(size), left, right)
        if not (weight < 1e9).any():
            return found


def _components(size: int, left: Numbers, right: Numbers) -> Numbers:
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    if not size:
        return np.zeros(0, np.int32)
    graph = coo_matrix((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    count, labels = connected_components(graph.tocsr(), directed=False)
    least = np.zeros(count, np.int32)
    least[labels[::-1]] = np.arange(size - 1, -1, -1, dtype=np.int32)
    return np.asarray(least[labels])


def _write(engine: DuckDBEngine, table: str, component: Numbers) -> None:
    import numpy as np
    import pyarrow as pa

    rows = pa.table({"i": pa.array(np.arange(len(component), dtype=np.int32)), "component": pa.array(component.astype(np.int32))})
    engine.native.register("borough_cl_rows", rows)
    try:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT i, component, component AS cluster FROM borough_cl_rows")
    finally:
        engine.native.unregister("borough_cl_rows")


def _keep_dirty(engine: DuckDBEngine, dirty: str) -> None:
    touched = f"SELECT DISTINCT c.component FROM borough_cl_component c JOIN borough_cl_node n USING (i) WHERE n.node IN (SELECT node FROM {dirty})"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE borough_cl_component AS SELECT * FROM borough_cl_component WHERE component IN ({touched})")


def _look_inside(engine: DuckDBEngine, inside: Inside) -> None:
    """Compare all records of each component of three and more with each other."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE borough_cl_member AS SELECT n.node, c.component, c.i FROM borough_cl_component c JOIN borough_cl_node n USING (i) "
        "WHERE component IN (SELECT component FROM borough_cl_component GROUP BY 1 HAVING count(*) > 2)"
    )
    inside("(SELECT node, component FROM borough_cl_member)", "borough_cl_scored")
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE borough_cl_inside AS SELECT a.component, least(a.i, b.i) AS l, greatest(a.i, b.i) AS r, greatest({-BOUND}, least({BOUND}, s.weight)) AS weight "
        "FROM borough_cl_scored s JOIN borough_cl_member a ON a.node = s.l JOIN borough_cl_member b ON b.node = s.r"
    )
    engine.execute("DROP TABLE borough_cl_scored")


def _part(engine: DuckDBEngine, limits: tuple[float, float, float], told: Clustered) -> None:
    """Components of which each record fits the others, all told, stay whole; the rest is taken apart."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE borough_cl_parts AS SELECT DISTINCT component FROM ("
        "SELECT component FROM (SELECT component, l AS i, weight FROM borough_cl_inside UNION ALL SELECT component, r, weight FROM borough_cl_inside) GROUP BY component, i HAVING round(avg(weight), 6) < 0 "
        "UNION ALL SELECT a.component FROM borough_cl_decided d JOIN borough_cl_member a ON a.i = d.l JOIN borough_cl_member b ON b.i = d.r AND a.component = b.component WHERE d.decision = 'different')"
    )
    ids: list[int] = []
    roots: list[int] = []
    match_above, floor, chance = limits
    for members, weights, same, different in _suspects(engine):
        groups, contradictory = agglomerate(weights, match_above=match_above, floor=floor, chance=chance, same=same, different=different)
        told.contradictory += [(members[a], members[b]) for a, b in contradictory]
        told.taken_apart += 1
        for group in groups:
            ids += [members[i] for i in group]
            roots += [members[group[0]]] * len(group)
    engine.execute("CREATE OR REPLACE TEMP TABLE borough_cl_whole AS SELECT unnest(CAST(? AS INTEGER[])) AS i, unnest(CAST(? AS INTEGER[])) AS root", [ids, roots])
    engine.execute("UPDATE borough_cl_component SET cluster = w.root FROM borough_cl_whole w WHERE w.i = borough_cl_component.i")


def _suspects(engine: DuckDBEngine) -> Iterator[tuple[list[int], Numbers, list[tuple[int, int]], list[tuple[int, int]]]]:
    """Members, matrix of weights and decisions (as positions) of each component that is to be taken apart."""
    import numpy as np

    suspects = "SEMI JOIN borough_cl_parts p ON p.component = a.component"
    members = engine.rows(f"SELECT a.component, a.i FROM borough_cl_member a {suspects} ORDER BY 1, 2")
    pairs = engine.native.execute(f"SELECT a.component, l, r, weight FROM borough_cl_inside a {suspects} ORDER BY 1, 2, 3").fetchnumpy()
    decided: dict[int, list[tuple[int, int, str]]] = {}
    for component, left, right, decision in engine.rows(
        f"SELECT a.component, d.l, d.r, d.decision FROM borough_cl_decided d JOIN borough_cl_member a ON a.i = d.l JOIN borough_cl_member b ON b.i = d.r AND b.component = a.component {suspects} ORDER BY ALL"
    ):
        decided.setdefault(component, []).append((left, right, decision))
    sides: tuple[Literal["left", "right"], ...] = ("left", "right")
    asked = sorted({component for component, _ in members})
    starts, ends = (np.searchsorted(pairs["component"], asked, side=side) for side in sides)
    for (component, rows), start, end in zip(groupby(members, key=lambda row: row[0]), starts, ends, strict=True):
        ids = [i for _, i in rows]
        at = np.asarray(ids)
        weights = np.full((len(ids), len(ids)), -BOUND)
        left, right = (np.searchsorted(at, pairs[side][start:end]) for side in ("l", "r"))
        weights[left, right] = weights[right, left] = np.asarray(pairs["weight"][start:end], dtype=float)
        place = {node: i for i, node in enumerate(ids)}
        said = decided.get(component, [])
        same, different = ([(place[a], place[b]) for a, b, word in said if word == wanted] for wanted in ("same", "different"))
        yield ids, weights, same, different


def _name(engine: DuckDBEngine, told: Clustered) -> None:
    """What is told speaks of nodes."""
    wanted = sorted({*(i for pair in told.contradictory for i in pair), *(i for i, _ in told.stopped)})
    names = dict(engine.rows("SELECT i, node FROM borough_cl_node WHERE i IN (SELECT unnest(CAST(? AS INTEGER[])))", [wanted])) if wanted else {}
    told.contradictory = sorted((names[a], names[b]) for a, b in told.contradictory)
    told.stopped = sorted((names[i], size) for i, size in told.stopped)
