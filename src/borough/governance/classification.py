"""How sensitive a column is: what a purpose may see of it, and what a report's columns inherit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from borough.governance.selects import BoundSelect

ORDER = ("public", "internal", "personal", "special")
"""From open to strict."""


@dataclass(frozen=True)
class ColumnAccess:
    """A column and who may see it: ``purposes`` are those that may see it if it is special; if ``only``, whatever it is."""

    name: str
    type: str
    classification: str
    purposes: tuple[str, ...] = ()
    only: bool = False

    @property
    def named(self) -> bool:
        """Must a purpose be among its own to see it?"""
        return self.only or self.classification == "special"


@dataclass(frozen=True)
class Relation:
    """Something that can be read by its bare name.

    ``sql`` is how the engine reads it (a parenthesised SELECT or a name), ``kind`` is ``dataset``, ``report`` or ``system``.
    ``narrowed`` reads it otherwise for some purposes: those rows that each may see. ``light`` is a cheaper way to read it, in which the columns ``dear`` are null: for those who use none of them.
    """

    name: str
    sql: str
    columns: tuple[ColumnAccess, ...]
    kind: str = "dataset"
    light: str | None = None
    dear: frozenset[str] = frozenset()
    narrowed: Mapping[str, str] = field(default_factory=dict)

    def reading(self, columns: Iterable[str], purpose: str) -> str:
        """How the engine reads it for someone who uses these columns, for a purpose."""
        if purpose in self.narrowed:
            return self.narrowed[purpose]
        return self.sql if self.light is None or self.dear & set(columns) else self.light


def strictest(classifications: Iterable[str], *, default: str = "internal") -> str:
    """The strictest of some classifications; the default when there are none."""
    return max(classifications, key=ORDER.index, default=default)


def visible(column: ColumnAccess, purpose: str, permits: Iterable[str]) -> bool:
    """May this column be seen for this purpose? A special column, and one for some purposes only, must name the purpose itself as well."""
    return column.classification in tuple(permits) and (not column.named or purpose in column.purposes)


def report_columns(bound: BoundSelect, relations: Mapping[str, Relation]) -> tuple[ColumnAccess, ...]:
    """What the columns of a report inherit.

    A column takes the strictest classification of the columns it is made from, and the purposes that all the special
    ones among them name; made from no column (``count(*)``), it is internal. A special column that chooses the rows
    (WHERE, JOIN …), itself shown or not, taints every column: to know who is in such a report is to know the special fact about them.
    """
    access = {(name, column.name): column for name in bound.tables for column in relations[name].columns}
    made_from = {ref for refs in bound.lineage.values() for ref in refs}
    deciding = {ref for ref, way in bound.ways().rows if way.subtype in ("FILTER", "JOIN")}
    choosing = [access[ref] for ref in sorted((bound.uses - made_from) | deciding) if access[ref].named]
    return tuple(_inherit(name, kind, [access[ref] for ref in bound.lineage.get(name, ())] + choosing) for name, kind in bound.columns)


def _inherit(name: str, kind: str, parents: list[ColumnAccess]) -> ColumnAccess:
    named = [set(parent.purposes) for parent in parents if parent.named]
    purposes = tuple(sorted(set.intersection(*named))) if named else ()
    return ColumnAccess(name, kind, strictest(parent.classification for parent in parents), purposes, any(parent.only for parent in parents))
