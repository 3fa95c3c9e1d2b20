"""Attributes of one source in one scan: each an aggregate with its own condition over the rows as known on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from borough.compile.attributes.cases import Cases, visible_to
from borough.compile.attributes.model import Attribute, Population, Profile, Source
from borough.compile.attributes.rows import Rows, visible
from borough.engine.quoting import quoted

_EVER = "DATE '0001-01-01'"
_EXACT = "DECIMAL(38,6)"
"""Sums of numbers are exact, so that no order of rows changes a last digit."""


def needed_columns(attributes: Sequence[Attribute], population: Population | None = None) -> tuple[str, ...]:
    """The columns of a source that its attributes read, and the condition of its entities, in order."""
    bounds = [b for a in attributes for b in (a.value, a.where, a.on, a.until)] + ([population.where] if population else [])
    return tuple(dict.fromkeys(c for bound in bounds if bound is not None for c in bound.columns))


def on_day(day: dt.date | Cases) -> str:
    """SQL of a day; of cases, that of the row's own."""
    return "_day" if isinstance(day, Cases) else f"DATE '{day}'"


def _seen(rows: Rows, day: dt.date | Cases) -> str:
    return visible_to(rows, day) if isinstance(day, Cases) else visible(rows, day)


def measured(rows: Rows, attributes: Sequence[Attribute], day: dt.date | Cases) -> str:
    """SQL (entity, a column for each attribute): the attributes of a source, as known at the end of a day; of entities without rows there is none. Of cases, ``entity`` is the case."""
    seen = f"({_seen(rows, day)})"
    changes = [a for a in attributes if a.kind == "change"]
    for i, attribute in enumerate(changes):
        seen = f"(SELECT *, {_before(attribute, day)} AS _before{i} FROM {seen})"
    places = {a.name: i for i, a in enumerate(changes)}
    cells = ", ".join(f"{_aggregate(a, day, places.get(a.name))} AS {quoted(a.name)}" for a in attributes)
    return f"(SELECT _entity AS entity, {cells} FROM {seen} GROUP BY _entity)"


def population_sql(rows: Rows, population: Population, day: dt.date | Cases) -> str:
    """SQL (entity): which entities there are at the end of a day."""
    where = f" WHERE coalesce({population.where.sql()}, false)" if population.where is not None else ""
    return f"(SELECT DISTINCT _entity AS entity FROM ({_seen(rows, day)}){where})"


def condition(attribute: Attribute, day: dt.date | Cases, *, window: bool = True) -> str:
    """SQL of whether a row counts for an attribute on a day."""
    return " AND ".join(_conditions(attribute, on_day(day), window=window)) or "true"


def _conditions(attribute: Attribute, day: str, *, window: bool) -> Iterator[str]:
    if attribute.where is not None:
        yield f"coalesce({attribute.where.sql()}, false)"
    if attribute.on is not None and attribute.dated:
        yield f"{date_sql(attribute)} <= {day}"
        if attribute.window is not None and window:
            yield f"{date_sql(attribute)} > {attribute.window.before(day)}"
    if attribute.until is not None:
        yield f"coalesce({attribute.until.sql()} >= {day}, true)"


def date_sql(attribute: Attribute) -> str:
    """SQL of the date of a row; the first of all where rows have none."""
    return attribute.on.sql() if attribute.on is not None else _EVER


def value_sql(attribute: Attribute) -> str:
    """SQL of what a row says for an attribute; its date, for kinds that count rows."""
    return attribute.value.sql() if attribute.value is not None else date_sql(attribute)


def order_sql(attribute: Attribute) -> str:
    """SQL by which rows follow each other: later rows have more."""
    return f"coalesce({date_sql(attribute)}, {_EVER}), _record"


def _before(attribute: Attribute, day: dt.date | Cases) -> str:
    """SQL of the value of the row before, among those that count and have one."""
    counts = f"coalesce({condition(attribute, day, window=False)}, false) AND {value_sql(attribute)} IS NOT NULL"
    return f"lag({value_sql(attribute)}) OVER (PARTITION BY _entity, {counts} ORDER BY {order_sql(attribute)})"


def _aggregate(attribute: Attribute, day: dt.date | Cases, change: int | None) -> str:
    """SQL of the aggregate, in the type in which it is kept."""
    where, value = condition(attribute, day), value_sql(attribute)
    some = f" FILTER (WHERE {where})" if where != "true" else ""
    kind = attribute.kind
    if kind == "fact":
        return f"arg_max({value}, ({order_sql(attribute)})){some}"
    if kind == "count":
        return f"count(*){some}"
    if kind == "sum":
        return _sum(attribute, value, some)
    if kind == "mean":
        return f"CAST(sum(CAST({value} AS {_EXACT})){some} AS DOUBLE) / nullif(count({value}){some}, 0)"
    if kind in ("least", "greatest", "recency"):
        return f"{'min' if kind == 'least' else 'max'}({value}){some}"
    if kind == "share":
        return f"CAST(count(*) FILTER (WHERE {where} AND {value}) AS DOUBLE) / nullif(count({value}){some}, 0)"
    if kind == "rate" and attribute.window is not None:
        return f"count(*){some} / {attribute.window.number_of(attribute.spec.rate or 'year')!r}"
    if kind == "trend" and attribute.window is not None:
        window = attribute.window
        two = [c for c in _conditions(attribute, on_day(day), window=False)] + [f"{date_sql(attribute)} > {window.before(on_day(day), 2)}", f"{date_sql(attribute)} <= {window.before(on_day(day))}"]
        return f"count(*){some} - count(*) FILTER (WHERE {' AND '.join(two)})"
    if kind == "change":
        return f"count(*) FILTER (WHERE {where} AND {value} <> _before{change})"
    return f"count(DISTINCT {value}){some}"


def _sum(attribute: Attribute, value: str, some: str) -> str:
    if attribute.type == "integer":
        return f"CAST(coalesce(sum({value}){some}, 0) AS BIGINT)"
    if attribute.type == "money":
        return f"CAST(coalesce(sum({value}){some}, 0) AS DECIMAL(18,2))"
    return f"CAST(coalesce(sum(CAST({value} AS {_EXACT})){some}, 0) AS DOUBLE)"


def sources_of(profile: Profile) -> dict[Source, tuple[Attribute, ...]]:
    """Each source with the attributes that are made in its scan; the population's own may have none."""
    return {source: profile.of_source(source) for source in profile.sources}
