"""The ledger of people: ids that survive re-runs, merges and splits, and how each came to be."""

from __future__ import annotations

from dataclasses import dataclass

from borough.engine.duckdb import DuckDBEngine

OVERLAP, TAKEN = "ledger_overlap", "ledger_taken"


@dataclass(frozen=True)
class Assigned:
    """What the ledger did. ``events``: a temp table (event made, merged, split, gone or returned; person, other, nodes)."""

    events: str
    made: int
    returned: int


def standing_people(crosswalk: str) -> str:
    """SQL of each node's last person (node, person, active): a node whose records are gone keeps the person that it last had."""
    last = f"SELECT node, person, op, run FROM {crosswalk} QUALIFY row_number() OVER (PARTITION BY node ORDER BY run DESC) = 1"
    return f"(SELECT node, person, op <> 'delete' AS active FROM ({last}))"


def people_as_of(crosswalk: str, run: int) -> str:
    """SQL of each active node's person (node, person) as the ledger said after a run."""
    return f"(SELECT node, person FROM {standing_people(f'(SELECT * FROM {crosswalk} WHERE run <= {int(run)})')} WHERE active)"


def assign(engine: DuckDBEngine, clusters: str, crosswalk: str, into: str) -> Assigned:
    """Give each cluster (node, cluster) a person: a temp table ``into`` (node, person).

    A cluster takes the id of the person with whom it shares most nodes, active ones first (ties: the lower id), and each id goes to one cluster at most: the
    one that shares most. A cluster left without takes back an id that its nodes once had and nobody has now, else a new one,
    counting up in order of the cluster's least node. Ids are never given to somebody else.
    """
    standing = standing_people(crosswalk)
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {OVERLAP} AS SELECT c.cluster, s.person, count(*) FILTER (WHERE s.active) AS live, count(*) AS nodes "
        f"FROM {clusters} c JOIN {standing} s ON s.node = c.node GROUP BY ALL"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {TAKEN} (cluster BIGINT, person BIGINT, how VARCHAR)")
    _take(engine, OVERLAP, "kept")
    once = (
        f"SELECT c.cluster, x.person, 0 AS live, count(DISTINCT c.node) AS nodes FROM {clusters} c JOIN {crosswalk} x ON x.node = c.node "
        f"WHERE c.cluster NOT IN (SELECT cluster FROM {TAKEN}) AND x.person NOT IN (SELECT person FROM {TAKEN}) GROUP BY ALL"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {OVERLAP}_once AS {once}")
    _take(engine, f"{OVERLAP}_once", "returned")
    engine.execute(
        f"INSERT INTO {TAKEN} SELECT cluster, row_number() OVER (ORDER BY cluster) + (SELECT coalesce(max(person), 0) FROM {crosswalk}), 'made' "
        f"FROM (SELECT DISTINCT cluster FROM {clusters}) WHERE cluster NOT IN (SELECT cluster FROM {TAKEN})"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT c.node, t.person FROM {clusters} c JOIN {TAKEN} t ON t.cluster = c.cluster ORDER BY c.node")
    _tell(engine, into, standing)
    ((made, returned),) = engine.rows(f"SELECT count(*) FILTER (WHERE how = 'made'), count(*) FILTER (WHERE how = 'returned') FROM {TAKEN}")
    for table in (OVERLAP, f"{OVERLAP}_once"):
        engine.execute(f"DROP TABLE {table}")
    return Assigned("ledger_events", int(made), int(returned))


def _take(engine: DuckDBEngine, overlap: str, how: str) -> None:
    """Give ids by overlap. Where both a cluster and an id have no other choice, at once; the contested few one after the other."""
    alone = f"SELECT cluster, person FROM {overlap} QUALIFY count(*) OVER (PARTITION BY cluster) = 1 AND count(*) OVER (PARTITION BY person) = 1"
    contested = engine.rows(f"SELECT cluster, person FROM {overlap} ANTI JOIN ({alone}) a USING (cluster, person) ORDER BY live DESC, nodes DESC, person, cluster")
    engine.execute(f"INSERT INTO {TAKEN} SELECT cluster, person, '{how}' FROM ({alone})")
    clusters: set[int] = set()
    people: set[int] = set()
    given: list[tuple[int, int]] = []
    for cluster, person in contested:
        if cluster not in clusters and person not in people:
            clusters.add(cluster)
            people.add(person)
            given.append((cluster, person))
    if given:
        rows = ", ".join(f"({cluster}, {person}, '{how}')" for cluster, person in given)
        engine.execute(f"INSERT INTO {TAKEN} VALUES {rows}")


def _tell(engine: DuckDBEngine, assigned: str, standing: str) -> None:
    """What became of people: made, returned, gone, merged into another, split off another."""
    before = f"(SELECT node, person FROM {standing} WHERE active)"
    now = f"(SELECT DISTINCT person FROM {assigned})"
    was = f"(SELECT DISTINCT person FROM {before})"
    moved = f"(SELECT a.person, b.person AS other, count(*) AS nodes FROM {assigned} a JOIN {before} b ON b.node = a.node AND b.person <> a.person GROUP BY ALL)"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE ledger_events AS "
        f"SELECT t.how AS event, t.person, CAST(NULL AS BIGINT) AS other, count(*) AS nodes FROM {TAKEN} t JOIN {assigned} a ON a.person = t.person "
        f"WHERE t.how = 'made' OR t.how = 'returned' OR (t.how = 'kept' AND t.person NOT IN (SELECT person FROM {was})) GROUP BY ALL "
        f"UNION ALL SELECT 'merged', person, other, nodes FROM {moved} WHERE other NOT IN (SELECT person FROM {now}) "
        f"UNION ALL SELECT 'split', person, other, nodes FROM {moved} WHERE other IN (SELECT person FROM {now}) "
        f"UNION ALL SELECT 'gone', b.person, NULL, count(*) FROM {before} b WHERE b.person NOT IN (SELECT person FROM {now}) "
        f"AND b.person NOT IN (SELECT other FROM {moved}) GROUP BY b.person"
    )
    engine.execute("UPDATE ledger_events SET event = 'returned' WHERE event = 'kept'")


def crosswalk_rows(assigned: str, crosswalk: str) -> str:
    """SQL of what changes in the crosswalk (node, person, op): nodes that are new, moved to another person, gone or back."""
    standing = standing_people(crosswalk)
    op = "CASE WHEN a.node IS NULL THEN 'delete' WHEN s.node IS NULL THEN 'insert' ELSE 'update' END"
    return (
        f"(SELECT coalesce(a.node, s.node) AS node, coalesce(a.person, s.person) AS person, {op} AS op FROM {assigned} a FULL JOIN {standing} s ON s.node = a.node "
        f"WHERE (a.node IS NULL AND s.active) OR s.node IS NULL OR (a.node IS NOT NULL AND (NOT s.active OR a.person <> s.person)))"
    )


def story(crosswalk: str, events: str, person: int) -> str:
    """SQL of how a person came to be: each run in which nodes came, went, or were another's (run, recorded, what, nodes, other)."""
    changes = f"SELECT run, min(recorded) AS recorded, CASE op WHEN 'delete' THEN 'records went' ELSE 'records came' END AS what, count(*) AS nodes, CAST(NULL AS BIGINT) AS other FROM {crosswalk} WHERE person = {int(person)} GROUP BY run, op"
    told = f"SELECT run, recorded, event, count, other FROM {events} WHERE entity = 'person' AND (id = {int(person)} OR other = {int(person)})"
    return f"(SELECT * FROM ({changes} UNION ALL {told}) ORDER BY run, what)"
