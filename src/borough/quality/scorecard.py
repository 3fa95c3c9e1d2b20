"""The scorecard: how good each dataset is, by rule and by dimension.

Dimensions are those of the UK Government Data Quality Framework (2020).
"""

from __future__ import annotations

from borough.engine.quoting import literal

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
        f"FROM ({_LATEST}) AS latest WHERE dataset = {literal(dataset)} GROUP BY rule, column_name, dimension, severity ORDER BY score, rule"
    )


def by_dimension() -> str:
    """SELECT of (dataset, dimension or ``all``, score): checks passed as a share of checks made."""
    score = "1.0 - sum(failed) * 1.0 / nullif(sum(rows), 0)"
    return (
        f"SELECT dataset, dimension, score FROM (SELECT dataset, dimension, {score} AS score FROM ({_LATEST}) AS latest GROUP BY dataset, dimension "
        f"UNION ALL SELECT dataset, 'all' AS dimension, {score} AS score FROM ({_LATEST}) AS latest GROUP BY dataset) AS scores ORDER BY dataset, dimension"
    )


# An area is known by its name: wards of former boundaries and of today's that share it are told together.
_NAME = "coalesce(s.label, s.code)"
_LAST = "(SELECT dataset, area, max(run) AS run FROM scorecard_area GROUP BY dataset, area) AS l ON s.dataset = l.dataset AND s.area = l.area AND s.run = l.run"


def by_place(area: str, dataset: str | None = None) -> str:
    """SELECT of (name, dimension or ``all``, rows, failed, score) by ward or what ``area`` is: of the kept rows of every dataset, or of one.

    ``rows`` and ``failed`` count checks. The name is null where no area is known of a row.
    """
    where = f"s.area = {literal(area)}" + (f" AND s.dataset = {literal(dataset)}" if dataset else "")
    latest = f"SELECT {_NAME} AS name, s.dimension AS dimension, s.rows AS rows, s.failed AS failed FROM scorecard_area AS s JOIN {_LAST} WHERE {where}"
    sums = "sum(rows) AS rows, sum(failed) AS failed, 1.0 - sum(failed) * 1.0 / nullif(sum(rows), 0) AS score"
    return (
        f"SELECT name, dimension, {sums} FROM ({latest}) AS latest GROUP BY name, dimension "
        f"UNION ALL SELECT name, 'all' AS dimension, {sums} FROM ({latest}) AS latest GROUP BY name"
    )


def in_place(area: str, name: str) -> str:
    """SELECT of (dataset, rule, rows, failed, score) in one area, the worst first."""
    return (
        "SELECT s.dataset AS dataset, s.rule AS rule, s.dimension AS dimension, sum(s.rows) AS rows, sum(s.failed) AS failed, 1.0 - sum(s.failed) * 1.0 / sum(s.rows) AS score "
        f"FROM scorecard_area AS s JOIN {_LAST} WHERE s.area = {literal(area)} AND {_NAME} = {literal(name)} AND s.rows > 0 GROUP BY s.dataset, s.rule, s.dimension ORDER BY score, dataset, rule"
    )


def by_run(dataset: str | None = None) -> str:
    """SELECT of (run, recorded, score) of the last 60 runs, the newest first: of all datasets, or of one.

    A run that did not touch a feed leaves its rules' scores standing: each run is told with all that stood after it.
    """
    return _standing("scorecard", "dataset, coalesce(feed, ''), rule", f"dataset = {literal(dataset)}" if dataset else "1 = 1")


def by_place_and_run(area: str, name: str) -> str:
    """The same of one area, by its name, over the datasets that tell of it."""
    return _standing("scorecard_area", "dataset, code, rule", f"area = {literal(area)} AND coalesce(label, code) = {literal(name)}")


def _standing(table: str, whose: str, where: str) -> str:
    scores = f"SELECT run, rows, failed, lead(run) OVER (PARTITION BY {whose} ORDER BY run) AS until FROM {table} WHERE {where}"
    runs = f"SELECT run, max(recorded) AS recorded FROM {table} WHERE {where} GROUP BY run ORDER BY run DESC LIMIT 60"
    return (
        f"SELECT r.run AS run, r.recorded AS recorded, 1.0 - sum(s.failed) * 1.0 / nullif(sum(s.rows), 0) AS score FROM ({runs}) AS r "
        f"JOIN ({scores}) AS s ON s.run <= r.run AND (s.until IS NULL OR s.until > r.run) GROUP BY r.run, r.recorded ORDER BY run DESC"
    )
