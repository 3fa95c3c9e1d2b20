"""Checks of a whole dataset, which no single row can fail."""

from __future__ import annotations


def repeated_values(relation: str, column: str) -> str:
    """SQL of (rows, rows that share their value of a column with another row)."""
    shared = f'SELECT count(*) AS n FROM {relation} WHERE "{column}" IS NOT NULL GROUP BY "{column}" HAVING count(*) > 1'
    return f"SELECT (SELECT count(*) FROM {relation}), (SELECT coalesce(sum(n), 0) FROM ({shared}))"


def failing_rows(relation: str, check: str, *, null_passes: bool) -> str:
    """SQL of (rows, rows that fail a rule), for rules over columns that are worked out after acceptance."""
    holds = "true" if null_passes else "false"
    return f"SELECT count(*), count(*) FILTER (WHERE NOT coalesce(({check}), {holds})) FROM {relation}"
