"""What is made of the kept values: missing values and their flags, days since, neighbours, formulas, scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from borough.compile.attributes.cases import Cases
from borough.compile.attributes.measures import on_day
from borough.compile.attributes.model import MISSING, Attribute, Profile, profile_columns
from borough.engine.duckdb import engine_type
from borough.engine.quoting import quoted

_EXACT = "DECIMAL(38,9)"


def completed(profile: Profile, kept: str, day: dt.date | Cases) -> str:
    """SQL of the whole profile on a day (``profile_columns``): ``kept`` has ``entity`` and the attributes made from rows, null where no row says anything.

    Of cases, ``kept`` has ``entity``, ``_case``, ``_day``, and ``_n_NAME`` for each aggregate over neighbours; ``_case`` is in what comes out.
    """
    named = {a.name: a for a in profile.attributes}
    case = ", _case" if isinstance(day, Cases) else ""
    around = "".join(f", {quoted('_n_' + a.name)}" for a in profile.attributes if a.kind == "neighbours") if case else ""
    sql = f"(SELECT entity{case}{around}, {on_day(day)} AS as_of{''.join(_filled(a, day) for a in profile.kept)} FROM {kept})"
    for attribute in profile.attributes:
        if not attribute.of_rows:
            value = quoted("_n_" + attribute.name) if case and attribute.kind == "neighbours" else _value(attribute, named)
            cast = f"CAST({value} AS {engine_type(attribute.logical)})"
            missing = f"coalesce({cast}, {attribute.missing})" if attribute.missing is not None else cast
            # The flag says whether anything was known: a formula that counts missing values as nothing may have a value all the same.
            sql = f"(SELECT *, {missing} AS {quoted(attribute.name)}, ({cast}) IS NULL AS {quoted(attribute.name + MISSING)} FROM {sql})"
    cells = ", ".join(f"{quoted(c) if c != profile.entity else 'entity AS ' + quoted(profile.entity)}" for c, _ in profile_columns(profile))
    return f"(SELECT {cells}{case} FROM {sql})"


def _filled(attribute: Attribute, day: dt.date | Cases) -> str:
    own = quoted(attribute.name)
    value = f"date_diff('day', {own}, {on_day(day)})" if attribute.kind == "recency" else own
    filled = f"coalesce({value}, CAST({attribute.missing} AS {engine_type(attribute.logical)}))" if attribute.missing is not None and attribute.lacks is None else value
    return f", {filled} AS {own}, {own} IS NULL AS {quoted(attribute.name + MISSING)}"


def _value(attribute: Attribute, others: Mapping[str, Attribute]) -> str:
    spec = attribute.spec
    if attribute.value is not None:
        return attribute.value.sql()
    if spec.score is not None:
        total = " + ".join([repr(spec.score.intercept), *(f"{weight!r} * coalesce({number_sql(name, others)}, 0)" for name, weight in spec.score.weights.items())])
        return total if spec.score.scale == "sum" else f"{100 if spec.score.scale == 'rating' else 1} / (1 + exp(-({total})))"
    return _neighbours(attribute, others)


def number_sql(name: str, others: Mapping[str, Attribute], of: str = "") -> str:
    """SQL of an attribute as a number: a yes counts as 1. ``of``: the relation's alias with its dot."""
    return f"CAST({of}{quoted(name)} AS INTEGER)" if others[name].type == "boolean" else f"{of}{quoted(name)}"


def _neighbours(attribute: Attribute, others: Mapping[str, Attribute]) -> str:
    """SQL over all entities that share the value; where it is missing, there are no neighbours to tell of."""
    spec = attribute.spec.neighbours
    if spec is None:
        raise ValueError(f"{attribute.name} is no aggregate over neighbours")
    by = quoted(spec.by)
    among = f"OVER (PARTITION BY {by})"
    if spec.take == "count":
        return f"CASE WHEN {by} IS NOT NULL THEN count(*) {among}{'' if spec.itself else ' - 1'} END"
    own = number_sql(spec.of or "", others)
    exact = f"CAST({own} AS {_EXACT})"
    total = f"(sum({exact}) {among}{'' if spec.itself else f' - coalesce({exact}, 0)'})"
    count = f"(count({own}) {among}{'' if spec.itself else f' - CAST({own} IS NOT NULL AS INTEGER)'})"
    value = f"{total}" if spec.take == "sum" else f"CAST({total} AS DOUBLE) / {count}"
    return f"CASE WHEN {by} IS NOT NULL AND {count} > 0 THEN {value} END"
