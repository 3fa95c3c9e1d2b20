"""The crosswalk: which node was which person, run by run. Rows are appended where something changed, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from borough.engine.duckdb import DuckDBEngine


def changes(clustered: str, standing: str, *, run: int) -> str:
    """SQL of the rows (node, person, run, op) to append: insert, update, and delete (person null) for nodes without a standing record.

    ``clustered`` (node, person) is what ``assign`` made; ``standing`` (node, person, active) is ``as_of`` the last run.
    """
    return (
        f"SELECT coalesce(c.node, s.node) AS node, c.person, CAST({run} AS BIGINT) AS run, "
        "CASE WHEN c.node IS NULL THEN 'delete' WHEN s.node IS NULL OR NOT s.active THEN 'insert' ELSE 'update' END AS op "
        f"FROM (SELECT node, person FROM {clustered}) c FULL JOIN (SELECT node, person, active FROM {standing}) s ON s.node = c.node "
        "WHERE CASE WHEN c.node IS NULL THEN s.active ELSE s.node IS NULL OR NOT s.active OR s.person <> c.person END"
    )


def as_of(crosswalk: str, run: int) -> str:
    """SQL (node, person, active) as the run left it: a node whose records went keeps its person, inactive, for when it returns."""
    return (
        "SELECT node, arg_max(person, run) FILTER (WHERE op <> 'delete') AS person, arg_max(op, run) <> 'delete' AS active "
        f"FROM {crosswalk} WHERE run <= {run} GROUP BY node"
    )


def retired(crosswalk: str, run: int) -> str:
    """SQL (node, person) of ids that a node once had and that no node has as of the run; given back when a merge is undone."""
    return (
        f"SELECT DISTINCT node, person FROM {crosswalk} WHERE run <= {run} AND op <> 'delete' "
        f"AND person NOT IN (SELECT person FROM ({as_of(crosswalk, run)}))"
    )


@dataclass(frozen=True)
class Chapter:
    """In a run, so many nodes came to a person or left it; ``other`` is where they came from or went to (None: from or to nowhere)."""

    run: int
    event: str  # came | left
    other: int | None
    nodes: int


def story(engine: DuckDBEngine, crosswalk: str, person: int) -> list[Chapter]:
    """How a person came to be, run by run."""
    found = engine.rows(
        f"""WITH steps AS (
            SELECT node, run, person AS now, lag(person) OVER (PARTITION BY node ORDER BY run) AS before
            FROM (SELECT * FROM {crosswalk} WHERE node IN (SELECT node FROM {crosswalk} WHERE person = ?)))
        SELECT run, CASE WHEN now = ? THEN 'came' ELSE 'left' END AS event, CASE WHEN now = ? THEN before ELSE now END AS other, count(*)
        FROM steps WHERE now IS DISTINCT FROM before AND (now = ? OR before = ?) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 NULLS FIRST""",
        [person] * 5,
    )
    return [Chapter(*row) for row in found]
