"""Which rows a run touched, or a day that passed: by what was written, and by the days by which rows begin and cease to count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from borough.compile.attributes.model import Attribute
from borough.compile.attributes.rows import Rows, own_known
from borough.engine.quoting import quoted
from borough.lake.logs import end_of_day, instant
from borough.project.specs import DatasetSpec


@dataclass(frozen=True)
class Passed:
    """What lies between two looks: a run, and the days from the last look (``last``) to this one (``today``)."""

    run: int
    last: dt.date
    today: dt.date

    def known(self, cell: str) -> str:
        """SQL of whether an instant at which something was known lies between."""
        return f"({cell} >= {instant(end_of_day(self.last))} AND {cell} < {instant(end_of_day(self.today))})"

    def came(self, cell: str) -> str:
        """SQL of whether a first day that counts came."""
        return f"({cell} > DATE '{self.last}' AND {cell} <= DATE '{self.today}')"

    def ended(self, cell: str) -> str:
        """SQL of whether a last day that counts passed."""
        return f"({cell} >= DATE '{self.last}' AND {cell} < DATE '{self.today}')"


def turned(attributes: Sequence[Attribute], passed: Passed) -> Iterator[str]:
    """SQL conditions: did a row begin or cease to count for one of the attributes because days passed?"""
    if passed.today <= passed.last:
        return
    last, today = f"DATE '{passed.last}'", f"DATE '{passed.today}'"
    for attribute in attributes:
        if attribute.on is not None and attribute.dated:
            day = attribute.on.sql()
            yield passed.came(day)
            if attribute.window is not None:
                for times in (1, 2) if attribute.kind == "trend" else (1,):
                    yield f"({day} > {attribute.window.before(last, times)} AND {day} <= {attribute.window.before(today, times)})"
        if attribute.until is not None:
            yield passed.ended(attribute.until.sql())


def touched_row(contract: DatasetSpec, attributes: Sequence[Attribute], own: Sequence[str], passed: Passed) -> str:
    """SQL of whether a row of a dataset's log makes a difference between two looks. ``own``: the columns that are read of it."""
    conditions = [f"_run = {passed.run}"]
    if passed.today > passed.last:
        conditions += [passed.known("_known"), *(passed.known(own_known(contract, c)) for c in own if contract.columns[c].known is not None)]
        conditions += turned([a for a in attributes if _plain(a, contract)], passed)
    return f"({' OR '.join(dict.fromkeys(conditions))})"


def _plain(attribute: Attribute, contract: DatasetSpec) -> bool:
    """Are its days told by the dataset's own columns? (``check`` refuses others.)"""
    return all(c in contract.columns for bound in (attribute.on, attribute.until) if bound is not None for c in bound.columns)


def entities(rows: Rows) -> str:
    """SELECT (entity) of all that versions of rows are, or were, about."""
    if "_entity" not in rows.through:
        return f"SELECT DISTINCT _entity AS entity FROM {rows.sql} WHERE _entity IS NOT NULL"
    target, column = rows.through["_entity"]
    return f"SELECT DISTINCT t.{quoted(column)} AS entity FROM {rows.sql} v JOIN ({keyed(target, column)}) t ON t._key = v.\"_r__entity\" WHERE t.{quoted(column)} IS NOT NULL"


def keyed(target: Rows, column: str) -> str:
    """SELECT (_key, column) of the rows that others refer to, in all their versions."""
    if column != "_entity" or "_entity" not in target.through:
        return f"SELECT _key, {quoted(column)} FROM {target.sql}"
    further, there = target.through["_entity"]
    return f"SELECT v._key, f.{quoted(there)} AS _entity FROM {target.sql} v JOIN ({keyed(further, there)}) f ON f._key = v.\"_r__entity\""
