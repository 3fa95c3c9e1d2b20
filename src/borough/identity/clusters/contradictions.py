"""What no one person has: two dates of birth, NI numbers or first names that are more than a slip apart."""

from __future__ import annotations

from borough.engine.duckdb import DuckDBEngine


def contradictions(engine: DuckDBEngine, nodes: str, labels: str, into: str) -> None:
    """Make temp tables ``cluster_values`` (node, value) and ``into`` (cluster, a, b): values in one cluster that contradict each other.

    Values carry their kind: ``d`` a date of birth (YYYYMMDD), ``n`` an NI number, ``f`` a first name with its other forms.
    """
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE cluster_values AS "
        f"SELECT node, 'd' || strftime(dob, '%Y%m%d') AS value FROM {nodes} WHERE dob IS NOT NULL AND NOT coalesce(dob_doubtful, false) "
        f"UNION ALL SELECT node, 'n' || nino FROM {nodes} WHERE nino IS NOT NULL "
        f"UNION ALL SELECT node, 'f' || first || ' ' || coalesce(root, first) || ' ' || coalesce(tokens, '') FROM {nodes} "
        f"WHERE first IS NOT NULL AND length(first) > 1 AND NOT coalesce(first_only_initial, false)"
    )
    distinct = f"SELECT DISTINCT l.cluster, v.value FROM cluster_values v JOIN {labels} l ON l.node = v.node"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE cluster_distinct AS SELECT d.cluster, d.value, left(d.value, 1) AS kind FROM ({distinct}) d QUALIFY count(*) OVER (PARTITION BY d.cluster, left(d.value, 1)) > 1")
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT a.cluster, a.value AS a, b.value AS b FROM cluster_distinct a JOIN cluster_distinct b "
        f"ON b.cluster = a.cluster AND b.kind = a.kind AND a.value < b.value WHERE {_contradict('a.value', 'b.value')}"
    )
    engine.execute("DROP TABLE cluster_distinct")


def _contradict(a: str, b: str) -> str:
    """SQL: do two values of one kind contradict each other?"""
    return f"CASE left({a}, 1) WHEN 'd' THEN {_dates(a, b)} WHEN 'n' THEN damerau_levenshtein({a}, {b}) > 2 ELSE {_firsts(a, b)} END"


def _dates(a: str, b: str) -> str:
    """Two dates that are more than a slip apart: not one digit, two neighbours swapped, day and month swapped, or a year mistyped beside the same day."""
    swapped = f"substr({a}, 2, 4) || substr({a}, 8, 2) || substr({a}, 6, 2) = substr({b}, 2, 8)"
    same_day = f"substr({a}, 6, 4) = substr({b}, 6, 4) AND damerau_levenshtein(substr({a}, 2, 4), substr({b}, 2, 4)) <= 2 AND abs(CAST(substr({a}, 2, 4) AS INT) - CAST(substr({b}, 2, 4) AS INT)) IN (1, 2, 9, 10, 11, 100)"
    return f"NOT (damerau_levenshtein({a}, {b}) <= 1 OR {swapped} OR ({same_day}))"


def _firsts(a: str, b: str) -> str:
    """Two first names of which neither is the other's short form, another spelling of it, or among the other's names."""
    first_a, first_b = f"split_part(substr({a}, 2), ' ', 1)", f"split_part(substr({b}, 2), ' ', 1)"
    root_a, root_b = f"split_part(substr({a}, 2), ' ', 2)", f"split_part(substr({b}, 2), ' ', 2)"
    among = f"list_contains(string_split({b}, ' '), {first_a}) OR list_contains(string_split({a}, ' '), {first_b})"
    return (
        f"NOT ({root_a} = {root_b} OR {among} OR jaro_winkler_similarity({first_a}, {first_b}) >= 0.8 OR damerau_levenshtein({first_a}, {first_b}) <= 2 "
        f"OR starts_with({first_a}, {first_b}) OR starts_with({first_b}, {first_a}))"
    )
