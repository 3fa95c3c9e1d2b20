"""The scorecard: how good each dataset is, by rule and by dimension.

Dimensions are those of the UK Government Data Quality Framework (2020).
"""

from __future__ import annotations

DIMENSIONS = ("completeness", "uniqueness", "consistency", "timeliness", "validity", "accuracy")

# A rule's last score counts: the run in which its feed was last derived.
_LATEST = (
    "SELECT s.dataset AS dataset, s.rule AS rule, s.column_name AS column_name, s.dimension AS dimension, s.severity AS severity, "
    "s.rows AS rows, s.failed AS failed FROM scorecard AS s JOIN (SELECT dataset, feed, rule, max(run) AS run FROM scorecard GROUP BY dataset, feed, rule) AS l "
    "ON s.dataset = l.dataset AND s.rule = l.rule AND s.run = l.run AND coalesce(s.feed, '') = coalesce(l.feed, '')"
)


def by_rule(dataset: str) -> str:
    """SELECT of one dataset's rules: rows seen, rows failed, score (0–1)."""
    return (
        "SELECT rule, column_name AS column_name, dimension, severity, sum(rows) AS rows, sum(failed) AS failed, "
        "CASE WHEN sum(rows) = 0 THEN 1.0 ELSE 1.0 - sum(failed) * 1.0 / sum(rows) END AS score "
        f"FROM ({_LATEST}) AS latest WHERE dataset = '{dataset}' GROUP BY rule, column_name, dimension, severity ORDER BY score, rule"
    )


def by_dimension() -> str:
    """SELECT of (dataset, dimension or ``all``, score): checks passed as a share of checks made."""
    score = "1.0 - sum(failed) * 1.0 / nullif(sum(rows), 0)"
    return (
        f"SELECT dataset, dimension, score FROM (SELECT dataset, dimension, {score} AS score FROM ({_LATEST}) AS latest GROUP BY dataset, dimension "
        f"UNION ALL SELECT dataset, 'all' AS dimension, {score} AS score FROM ({_LATEST}) AS latest GROUP BY dataset) AS scores ORDER BY dataset, dimension"
    )
