"""Persons keep their ids: clusters of this run take over the ids of the last run's persons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from borough.engine.duckdb import DuckDBEngine

NOBODY = "(SELECT CAST(NULL AS BIGINT) AS node, CAST(NULL AS BIGINT) AS person WHERE false)"


@dataclass(frozen=True)
class Assigned:
    """The ids given: ``next_free`` is the first that no person has had yet; ``events`` the table that tells what became of persons."""

    made: int
    merged: int
    split: int
    gone: int
    returned: int
    next_free: int
    events: str


def assign(engine: DuckDBEngine, clusters: str, standing: str, into: str, *, run: int, first_free: int, retired: str = NOBODY) -> Assigned:
    """Make the temp tables ``into`` (node, person) and ``into``_events (event, person, other, nodes, run).

    ``clusters`` (node, cluster), ``standing`` (node, person and, if there is one, ``active``: had the node a record at the last run?) and
    ``retired`` (node, person: ids that a node had before and that nobody holds now) are relations. The largest shared number of nodes
    takes an id; among equals the lower id, then the cluster of the lower node. A cluster left without gets a retired id of its nodes
    in the same way, else a new one from ``first_free``, in order of its least node.
    """
    active = "active" if "active" in {name for name, _ in engine.describe(f"SELECT * FROM {standing}")} else "true"
    try:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE borough_id_stood AS SELECT node, person, {active} AS active FROM {standing}")
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE borough_id_cluster AS SELECT c.node, min(c.node) OVER (PARTITION BY cluster) AS cluster, s.person AS before "
            f"FROM (SELECT node, cluster FROM {clusters}) c LEFT JOIN borough_id_stood s ON s.node = c.node"
        )
        engine.execute("CREATE OR REPLACE TEMP TABLE borough_id_given (cluster BIGINT, person BIGINT, back BOOLEAN)")
        _take(engine, "SELECT cluster, before, count(*) FROM borough_id_cluster WHERE before IS NOT NULL GROUP BY 1, 2", back=False)
        _take(
            engine,
            f"SELECT c.cluster, r.person, count(*) FROM borough_id_cluster c JOIN (SELECT DISTINCT node, person FROM {retired}) r ON r.node = c.node "
            "WHERE c.cluster NOT IN (SELECT cluster FROM borough_id_given) AND r.person NOT IN (SELECT person FROM borough_id_stood) GROUP BY 1, 2",
            back=True,
        )
        engine.execute(
            f"INSERT INTO borough_id_given SELECT cluster, {first_free} - 1 + row_number() OVER (ORDER BY cluster), NULL FROM "
            "(SELECT DISTINCT cluster FROM borough_id_cluster) c ANTI JOIN borough_id_given g USING (cluster)"
        )
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT c.node, g.person FROM borough_id_cluster c JOIN borough_id_given g USING (cluster)")
        _tell(engine, into, run)
        counted = dict(engine.rows(f"SELECT event, count(*) FROM {into}_events GROUP BY event"))
        next_free = engine.rows(f"SELECT greatest({first_free}, coalesce(max(person) + 1, 0)) FROM borough_id_given")[0][0]
        made, merged, split, gone, returned = (counted.get(event, 0) for event in ("made", "merged", "split", "gone", "returned"))
        return Assigned(made, merged, split, gone, returned, next_free, f"{into}_events")
    finally:
        for table in ("stood", "cluster", "given"):
            engine.execute(f"DROP TABLE IF EXISTS borough_id_{table}")


def _take(engine: DuckDBEngine, shared: str, *, back: bool) -> None:
    """Ids go to clusters, the largest share first. Where there is no choice, in bulk."""
    told = "true" if back else "false"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE borough_id_shared AS SELECT * FROM ({shared}) s (cluster, person, nodes)")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE borough_id_shared AS SELECT *, count(*) OVER (PARTITION BY cluster) = 1 "
        "AND count(*) OVER (PARTITION BY person) = 1 AS alone FROM borough_id_shared"
    )
    engine.execute(f"INSERT INTO borough_id_given SELECT cluster, person, {told} FROM borough_id_shared WHERE alone")
    contested = engine.rows("SELECT cluster, person FROM borough_id_shared WHERE NOT alone ORDER BY nodes DESC, person, cluster")
    engine.execute("DROP TABLE borough_id_shared")
    taken = _greedy(contested)
    if taken:
        engine.execute(
            f"INSERT INTO borough_id_given SELECT unnest(CAST(? AS BIGINT[])), unnest(CAST(? AS BIGINT[])), {told}", [[c for c, _ in taken], [p for _, p in taken]]
        )


def _greedy(contested: Iterable[tuple[int, ...]]) -> list[tuple[int, int]]:
    clusters, persons, taken = set[int](), set[int](), []
    for cluster, person in contested:
        if cluster not in clusters and person not in persons:
            clusters.add(cluster)
            persons.add(person)
            taken.append((cluster, person))
    return taken


def _tell(engine: DuckDBEngine, into: str, run: int) -> None:
    """What became of the persons: one row each for merged, split, moved (records that went to another standing person), made, gone and returned."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into}_events AS
        WITH moved AS (
            SELECT c.before, g.person, g.back, count(*) AS nodes FROM borough_id_cluster c JOIN borough_id_given g USING (cluster) GROUP BY ALL),
        stood AS (SELECT person, bool_or(active) AS active, count(*) AS nodes FROM borough_id_stood GROUP BY person),
        held AS (SELECT person, any_value(back) AS back, sum(nodes) AS nodes FROM moved GROUP BY person),
        told AS (
            SELECT 'merged' AS event, before AS person, arg_max(person, (nodes, -person)) AS other, sum(nodes) AS nodes FROM moved
            WHERE before NOT IN (SELECT person FROM held) GROUP BY before
            UNION ALL
            SELECT 'split', before, person, nodes FROM moved WHERE before <> person AND before IN (SELECT person FROM held)
                AND (back IS NULL OR back)
            UNION ALL
            SELECT 'moved', before, person, nodes FROM moved WHERE before <> person AND before IN (SELECT person FROM held) AND back = false
            UNION ALL
            SELECT 'made', person, NULL, nodes FROM held WHERE back IS NULL
            UNION ALL
            SELECT 'returned', person, NULL, nodes FROM held WHERE back
            UNION ALL
            SELECT 'returned', h.person, NULL, h.nodes FROM held h JOIN stood s USING (person) WHERE NOT s.active
            UNION ALL
            SELECT 'gone', person, NULL, s.nodes FROM stood s WHERE active AND person NOT IN (SELECT person FROM held)
                AND person NOT IN (SELECT before FROM moved WHERE before IS NOT NULL))
        SELECT event, CAST(person AS BIGINT) AS person, CAST(other AS BIGINT) AS other, CAST(nodes AS BIGINT) AS nodes,
            CAST({run} AS BIGINT) AS run FROM told ORDER BY person, event, other"""
    )
