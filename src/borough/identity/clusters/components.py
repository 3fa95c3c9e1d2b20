"""Records become people: connected by their links, then taken apart where a group contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from borough.identity.clusters.contradictions import Name
from borough.identity.clusters.parting import SPARSE, SPARSE_FROM, Component, Link, part

if TYPE_CHECKING:
    import numpy as np

    from borough.engine.duckdb import DuckDBEngine


@dataclass
class Clustered:
    """What became of the records: counts, and what people should look at."""

    nodes: int = 0
    clusters: int = 0
    components: int = 0
    taken_apart: int = 0  # components that contradicted themselves, were too large, or hung by few links
    stopped: list[tuple[int, int]] = field(default_factory=list)  # (least node, records): larger than the limit
    contradictory: list[tuple[int, int]] = field(default_factory=list)  # 'same' that a 'different' rules out, as nodes
    doubtful: list[int] = field(default_factory=list)  # nodes left apart, because they fit two people alike


def cluster(engine: DuckDBEngine, nodes: str, pairs: str, decisions: str, into: str, *, match_above: float, limit: int = 500) -> Clustered:
    """Make the temp table ``into`` (node, cluster): the least node of each cluster names it.

    ``nodes``, ``pairs`` (l, r, weight in bits, against) and ``decisions`` (l, r, decision 'same' or 'different', and if there is one a
    column ``decided`` (when, of any type that orders): the last one of a pair holds; without it 'different' holds) are relations. Links above ``match_above`` bits join.
    The outcome depends on what is in them and on nothing else.
    """
    try:
        _tables(engine, nodes, pairs, decisions, match_above)
        least = _connected(engine)
        _write(engine, "borough_cl_component", "component", least)
        _suspect(engine, limit)
        told = Clustered(nodes=len(least), components=engine.rows("SELECT count(DISTINCT component) FROM borough_cl_component")[0][0])
        found = _part_all(engine, least, told, match_above, limit)
        _write(engine, "borough_cl_found", "cluster", found)
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT n.node, c.node AS cluster FROM borough_cl_found f "
            "JOIN borough_cl_node n USING (i) JOIN borough_cl_node c ON c.i = f.cluster"
        )
        told.clusters = engine.rows(f"SELECT count(DISTINCT cluster) FROM {into}")[0][0]
        return told
    finally:
        for table in ("node", "pair", "decided", "component", "suspect", "found"):
            engine.execute(f"DROP TABLE IF EXISTS borough_cl_{table}")


def _tables(engine: DuckDBEngine, nodes: str, pairs: str, decisions: str, match_above: float) -> None:
    """Nodes numbered from 0 in order of their ids; links and decisions between these numbers."""
    has = {name for name, _ in engine.describe(f"SELECT * FROM {nodes}")}
    dob = "CASE WHEN dob_doubtful THEN NULL ELSE dob END" if "dob_doubtful" in has else "dob" if "dob" in has else "NULL"
    first = "first" if "first" in has else "NULL"
    root = "coalesce(root, first)" if "root" in has else first
    tokens = "coalesce(tokens, '')" if "tokens" in has else "''"
    nino = "nino" if "nino" in has else "NULL"
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE borough_cl_node AS SELECT CAST(row_number() OVER (ORDER BY node) - 1 AS INTEGER) AS i, node, "
        f"CAST({dob} AS VARCHAR) AS dob, {nino} AS nino, {first} AS first, {root} AS root, {tokens} AS tokens FROM {nodes}"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE borough_cl_pair AS SELECT least(a.i, b.i) AS l, greatest(a.i, b.i) AS r, max(weight) AS weight, "
        f"CAST(bit_or(coalesce(against, 0)) AS SMALLINT) AS against FROM (SELECT l, r, weight, against FROM {pairs}) p "
        "JOIN borough_cl_node a ON a.node = p.l JOIN borough_cl_node b ON b.node = p.r "
        f"WHERE a.i <> b.i AND (weight >= {match_above!r} OR against & 7 <> 0) GROUP BY 1, 2"
    )
    when = "decided" if "decided" in {name for name, _ in engine.describe(f"SELECT * FROM {decisions}")} else "0"
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE borough_cl_decided AS SELECT least(a.i, b.i) AS l, greatest(a.i, b.i) AS r, "
        f"arg_max(decision, row({when}, decision = 'different')) AS decision FROM (SELECT * FROM {decisions}) d "
        "JOIN borough_cl_node a ON a.node = d.l JOIN borough_cl_node b ON b.node = d.r "
        "WHERE a.i <> b.i AND decision IN ('same', 'different') GROUP BY 1, 2"
    )
    engine.execute(f"UPDATE borough_cl_pair SET weight = -1e9 WHERE weight < {match_above!r}")


def _connected(engine: DuckDBEngine) -> np.ndarray[Any, Any]:
    """By record, the least record that it is connected to."""
    import numpy as np
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    size = engine.rows("SELECT count(*) FROM borough_cl_node")[0][0]
    if not size:
        return np.zeros(0, np.int32)
    edges = engine.native.execute(
        "SELECT l, r FROM borough_cl_pair WHERE weight > -1e9 UNION ALL SELECT l, r FROM borough_cl_decided WHERE decision = 'same'"
    ).fetchnumpy()
    graph = coo_matrix((np.ones(len(edges["l"]), np.int8), (edges["l"], edges["r"])), shape=(size, size))
    count, labels = connected_components(graph.tocsr(), directed=False)
    least = np.zeros(count, np.int32)
    least[labels[::-1]] = np.arange(size - 1, -1, -1, dtype=np.int32)
    return np.asarray(least[labels])


def _write(engine: DuckDBEngine, table: str, column: str, values: np.ndarray[Any, Any]) -> None:
    import numpy as np
    import pyarrow as pa

    rows = pa.table({"i": pa.array(np.arange(len(values), dtype=np.int32)), column: pa.array(values.astype(np.int32))})
    engine.native.register("borough_cl_rows", rows)
    try:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT * FROM borough_cl_rows")
    finally:
        engine.native.unregister("borough_cl_rows")


def _suspect(engine: DuckDBEngine, limit: int) -> None:
    """Components that may hold more than one person."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE borough_cl_suspect AS
        WITH said AS (
            SELECT component, count(*) AS size, min(dob) IS DISTINCT FROM max(dob) OR min(nino) IS DISTINCT FROM max(nino)
                OR min(root) IS DISTINCT FROM max(root) AS differs
            FROM borough_cl_node JOIN borough_cl_component USING (i) GROUP BY component HAVING count(*) > 1),
        linked AS (
            SELECT a.component, count(*) FILTER (WHERE weight > -1e9) AS links, coalesce(bool_or(against & 7 <> 0), false) AS flagged
            FROM borough_cl_pair p JOIN borough_cl_component a ON a.i = p.l JOIN borough_cl_component b ON b.i = p.r
            WHERE a.component = b.component GROUP BY a.component),
        parted AS (
            SELECT DISTINCT a.component FROM borough_cl_decided d JOIN borough_cl_component a ON a.i = d.l WHERE decision = 'different')
        SELECT component FROM said LEFT JOIN linked USING (component)
        WHERE differs OR flagged OR size > {limit} OR (size >= {SPARSE_FROM} AND links < size * {SPARSE})
            OR component IN (SELECT component FROM parted)"""
    )


def _part_all(engine: DuckDBEngine, least: np.ndarray[Any, Any], told: Clustered, match_above: float, limit: int) -> np.ndarray[Any, Any]:
    """By record, the least record of its cluster."""
    found = least.copy()
    ids: list[int] = []
    roots: list[int] = []
    names = dict[int, int]()
    for component in _components(engine):
        parts = part(component, match_above=match_above, limit=limit)
        ids += component.nodes
        roots += [component.nodes[root] for root in parts.root]
        told.taken_apart += 1
        told.stopped += parts.stopped
        told.contradictory += [(component.nodes[a], component.nodes[b]) for a, b in parts.contradictory]
        told.doubtful += [component.nodes[node] for node in parts.doubtful]
    found[ids] = roots
    wanted = sorted({*told.doubtful, *(i for pair in told.contradictory for i in pair), *(i for i, _ in told.stopped)})
    if wanted:
        names = dict(engine.rows("SELECT i, node FROM borough_cl_node WHERE i IN (SELECT unnest(?))", [wanted]))
    told.doubtful = sorted(names[i] for i in told.doubtful)
    told.contradictory = sorted((names[a], names[b]) for a, b in told.contradictory)
    told.stopped = sorted((names[i], size) for i, size in told.stopped)
    return found


def _components(engine: DuckDBEngine) -> Iterator[Component]:
    """The suspects, one after the other, in order of their least record."""
    inside = "JOIN borough_cl_component a ON a.i = {0}.l JOIN borough_cl_component b ON b.i = {0}.r AND b.component = a.component"
    suspects = "SEMI JOIN borough_cl_suspect s ON s.component = a.component"
    nodes = _fetch(engine, f"SELECT a.component, n.i, dob, nino, first, root, tokens FROM borough_cl_node n JOIN borough_cl_component a ON a.i = n.i {suspects} ORDER BY a.component, n.i")
    links = _fetch(engine, f"SELECT a.component, l, r, weight, against FROM borough_cl_pair p {inside.format('p')} {suspects} ORDER BY a.component, l, r")
    decided = _fetch(engine, f"SELECT a.component, l, r, decision FROM borough_cl_decided d {inside.format('d')} {suspects} ORDER BY a.component, l, r")
    name: dict[tuple[str, str, str], Name] = {}
    link = decision = 0
    for start, end in _runs(nodes[0]):
        one, members = nodes[0][start], nodes[1][start:end]
        at = {node: position for position, node in enumerate(members)}
        said = []
        for dob, nino, *words in zip(*(column[start:end] for column in nodes[2:]), strict=True):
            first, root, tokens = words
            said.append((dob, nino, None if not first else name.setdefault((first, root, tokens), Name(first, root, tokens))))
        found = []
        while link < len(links[0]) and links[0][link] == one:
            found.append(Link(at[links[1][link]], at[links[2][link]], links[3][link], links[4][link]))
            link += 1
        verdicts: dict[str, list[tuple[int, int]]] = {"same": [], "different": []}
        while decision < len(decided[0]) and decided[0][decision] == one:
            verdicts[decided[3][decision]].append((at[decided[1][decision]], at[decided[2][decision]]))
            decision += 1
        yield Component(members, said, found, verdicts["same"], verdicts["different"])


def _fetch(engine: DuckDBEngine, sql: str) -> list[list[Any]]:
    return [column.to_pylist() for column in engine.native.execute(sql).to_arrow_table().columns]


def _runs(values: list[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for end in range(1, len(values) + 1):
        if end == len(values) or values[end] != values[start]:
            yield start, end
            start = end
