"""Many cases at once: an entity as of a day, each case with a day of its own.

Training data of a model is such: every home as it was known before its visit. A query for each day would read everything hundreds of times; here each
source is read once, and every row is met with the cases that it was known to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

from borough.compile.attributes.model import Attribute, Profile
from borough.compile.attributes.rows import NEVER, Rows
from borough.engine.quoting import literal, quoted
from borough.lake.logs import end_of_day, instant


@dataclass(frozen=True)
class Cases:
    """Cases in a table: ``case`` (BIGINT), ``entity``, ``day`` (DATE) and ``until``, the instant at which the day ends in London."""

    table: str


def days_sql(days: Collection[dt.date]) -> str:
    """SQL (day, until) of the instants at which days end."""
    rows = ", ".join(f"(DATE '{day}', {instant(end_of_day(day))})" for day in sorted(days))
    return f"(VALUES {rows}) d(day, until)" if rows else "(SELECT CAST(NULL AS DATE) AS day, CAST(NULL AS TIMESTAMP) AS until WHERE false) d"


def can_be_met(rows: Rows) -> bool:
    """Can rows be met with cases? So unless another row, for which several may stand, says whose they are."""
    return all(not target.ranked and target.unique and can_be_met(target) and (column == "_entity" or column not in target.through) for target, column in rows.through.values())


def flattened(rows: Rows) -> Rows:
    """Rows with the entity that another row gives them beside: a version for each time in which both were known."""
    if "_entity" not in rows.through:
        return rows
    target, column = rows.through["_entity"]
    there = flattened(target)
    never = f"TIMESTAMP {literal(NEVER)}"
    sql = (
        f"(SELECT v.* REPLACE (t.{quoted(column)} AS _entity, greatest(v._seen, t._seen) AS _seen, least(v._gone, t._gone) AS _gone) FROM {rows.sql} v JOIN {there.sql} t "
        f"ON t._key = v.{quoted('_r__entity')} AND t._seen < coalesce(v._gone, {never}) AND v._seen < coalesce(t._gone, {never}))"
    )
    return replace(rows, sql=sql, through={name: to for name, to in rows.through.items() if name != "_entity"})


def visible_to(rows: Rows, cases: Cases) -> str:
    """SQL (_entity: the case, _record, _day, columns) of the rows that each case knows of its entity. As ``rows.visible``, for many days."""
    flat = flattened(rows)
    known = "v._seen < s.until AND (v._gone IS NULL OR v._gone >= s.until)"
    masked = [f"CASE WHEN v.{quoted('_k_' + c)} < v._until THEN v.{quoted(c)} END AS {quoted(c)}" if c in rows.masked else f"v.{quoted(c)}" for c in rows.columns if c not in flat.through]
    if rows.ranked:
        # Which of several rows about a record wins is settled before it is asked whose it is.
        about = f"(SELECT DISTINCT v._record, s.* FROM {flat.sql} v JOIN {cases.table} s ON s.entity = v._entity)"
        best = "QUALIFY row_number() OVER (PARTITION BY s.case, v._record ORDER BY v._rank) = 1"
        own = f"SELECT * FROM (SELECT v.*, s.case AS _case, s.day AS _day, s.until AS _until, s.entity AS _whose FROM {flat.sql} v JOIN {about} s ON s._record = v._record WHERE {known} {best}) WHERE _entity = _whose"
    else:
        own = f"SELECT v.*, s.case AS _case, s.day AS _day, s.until AS _until FROM {flat.sql} v JOIN {cases.table} s ON s.entity = v._entity WHERE {known}"
    joins, found = "", []
    for i, (name, (target, column)) in enumerate(flat.through.items()):
        ref = quoted("_r_" + name)
        joins += f" LEFT JOIN {_referred(target, column, ref)} t{i} ON t{i}._key = v.{ref} AND t{i}._until = v._until"
        found.append(f"t{i}.found AS {quoted(name)}")
    cells = ", ".join(["v._case AS _entity", "v._record", "v._day", *masked, *found])
    return f"WITH own AS MATERIALIZED ({own}) SELECT {cells} FROM own v{joins}"


def _referred(target: Rows, column: str, ref: str) -> str:
    """SQL (_key, _until, found): the column of the row that is referred to, as it was known then."""
    there = flattened(target)
    value = f"CASE WHEN t.{quoted('_k_' + column)} < k._until THEN t.{quoted(column)} END" if column in target.masked else f"t.{quoted(column)}"
    return (
        f"(SELECT k._key, k._until, min({value}) AS found FROM (SELECT DISTINCT {ref} AS _key, _until FROM own) k JOIN {there.sql} t ON t._key = k._key "
        "AND t._seen < k._until AND (t._gone IS NULL OR t._gone >= k._until) GROUP BY k._key, k._until)"
    )


def neighbouring(profile: Profile) -> list[Attribute]:
    """The aggregates over neighbours among the attributes."""
    return [a for a in profile.attributes if a.kind == "neighbours"]


def neighbours_sql(attribute: Attribute, base: str, others: str, number: str) -> str:
    """SQL (_case, value) of an aggregate over neighbours: ``base`` has the cases, ``others`` everybody who may be a neighbour on the day (both with ``_id``, ``as_of``), ``number`` is SQL of what is aggregated."""
    spec = attribute.spec.neighbours
    if spec is None:
        raise ValueError(f"{attribute.name} is no aggregate over neighbours")
    by, exact = quoted(spec.by), f"CAST({number} AS DECIMAL(38,9))"
    value = {"count": "count(n._id)", "sum": f"sum({exact})", "mean": f"CAST(sum({exact}) AS DOUBLE) / nullif(count({number}), 0)"}[spec.take]
    apart = "" if spec.itself else " AND n._id <> b._id"
    return f"(SELECT b._case, {value} AS value FROM {base} b LEFT JOIN {others} n ON n.{by} = b.{by} AND n.as_of = b.as_of{apart} WHERE b.{by} IS NOT NULL GROUP BY b._case)"
