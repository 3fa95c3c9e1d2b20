"""How each output of a SELECT is made from base columns: passed on, transformed, aggregated, or chosen by them.

The words are OpenLineage's: IDENTITY, TRANSFORMATION and AGGREGATION make a value; CONDITIONAL, WINDOW, FILTER, JOIN,
GROUP_BY and SORT only decide which value, which rows or in what order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from borough.governance.lineage import ColumnRef, Tracer

MAKING = ("IDENTITY", "TRANSFORMATION", "AGGREGATION")
"""From the weakest to the strongest: a way of several steps is as strong as its strongest."""

_HIDING = (exp.Count, exp.CountIf, exp.ApproxDistinct, exp.MD5, exp.MD5Digest, exp.SHA, exp.SHA2)
_CLAUSES = {"where": "FILTER", "having": "FILTER", "qualify": "FILTER", "joins": "JOIN", "group": "GROUP_BY", "order": "SORT"}


@dataclass(frozen=True, order=True)
class Way:
    """One way in which a column has a say: ``hides`` when the value can't be told from the outcome (a count, a hash)."""

    subtype: str
    hides: bool = False

    @property
    def makes(self) -> bool:
        return self.subtype in MAKING


Ways = frozenset[tuple[ColumnRef, Way]]


@dataclass(frozen=True)
class Made:
    """``outputs``: output column → the base columns that have a say in its values, and how; ``rows``: those that decide which rows there are."""

    outputs: Mapping[str, Ways]
    rows: Ways


def ways(query: exp.Query, tables: Mapping[str, Mapping[str, str]]) -> Made:
    """Read the ways from a SELECT whose columns are qualified, and whose base tables are marked."""
    return _Ways(query, tables).made_all()


class _Ways(Tracer):
    """The tracer's walk, remembering how each step was made."""

    def __init__(self, query: exp.Query, tables: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(query, tables)
        self._known: dict[tuple[int, int], Ways] = {}

    def made_all(self) -> Made:
        outputs: dict[str, Ways] = {}
        for position, name in enumerate(getattr(self.root.expression, "named_selects", ())):
            outputs[name] = outputs.get(name, frozenset()) | self._of(self.root, position)
        return Made(outputs, frozenset(self._rows()))

    def _of(self, scope: Scope, position: int) -> Ways:
        key = (id(scope), position)
        if key not in self._known:
            self._known[key] = self._find(scope, position)
        return self._known[key]

    def _find(self, scope: Scope, position: int) -> Ways:
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            branches = ((branch, self.position_in(query, branch, position)) for branch in scope.set_operation_scopes)
            return _union(self._of(branch, at) for branch, at in branches if at is not None)
        if isinstance(query, exp.Select) and position < len(query.selects):
            return self._from(query.selects[position].unalias())
        if scope.derived_table_scopes and isinstance(query, exp.Subquery):
            return self._of(scope.derived_table_scopes[0], position)
        return self._from(query)

    def _from(self, made_from: exp.Expr) -> Ways:
        return _union(self._through(column, _step(column, made_from)) for column in made_from.find_all(exp.Column))

    def _through(self, column: exp.Column, step: Way) -> Ways:
        """The base columns behind one column of an expression; ``step`` is what the expression does to it."""
        source = self.source_of(column)
        if isinstance(source, Scope):
            names = self.names_of(source)
            inner = self._of(source, names.index(column.name)) if column.name in names else frozenset()
            return frozenset((ref, _then(way, step)) for ref, way in inner)
        base = source.meta.get("base") if source is not None else None
        return frozenset({((str(base), column.name), step)}) if base is not None else frozenset()

    def _rows(self) -> Iterator[tuple[ColumnRef, Way]]:
        for scope in self.scopes:
            for clause, subtype in _CLAUSES.items():
                found = scope.expression.args.get(clause) or ()
                for node in found if isinstance(found, list) else [found] if found else []:
                    for column in node.find_all(exp.Column):
                        if not (clause == "joins" and column.find_ancestor(exp.Subquery, exp.Join) is not node):
                            yield from ((ref, Way(subtype)) for ref, _ in self._through(column, Way(subtype)))


def _union(many: Iterable[Ways]) -> Ways:
    return frozenset[tuple[ColumnRef, Way]]().union(*many)


def _then(first: Way, second: Way) -> Way:
    """Two steps as one. Once a column only decides, it makes no value any more."""
    hides = first.hides or second.hides
    if not first.makes or not second.makes:
        return Way(first.subtype if not first.makes else second.subtype, hides)
    return Way(max(first.subtype, second.subtype, key=MAKING.index), hides)


def _step(column: exp.Column, root: exp.Expr) -> Way:
    """What an expression does to one of its columns: judged by what stands between the two."""
    way, node = Way("IDENTITY"), column
    below: exp.Expr = node
    while below is not root and below.parent is not None:
        above = below.parent
        way = _then(way, Way(_subtype(above, below), isinstance(above, _HIDING)))
        below = above
    return way


def _subtype(above: exp.Expr, below: exp.Expr) -> str:
    if isinstance(above, exp.Paren | exp.Alias):
        return "IDENTITY"
    if isinstance(above, exp.If) and below.arg_key == "this":
        return "CONDITIONAL"
    if isinstance(above, exp.Case) and below.arg_key == "this":
        return "CONDITIONAL"
    if isinstance(above, exp.Where):
        return "FILTER"
    if isinstance(above, exp.Window) and below.arg_key in ("partition_by", "order"):
        return "WINDOW"
    if isinstance(above, exp.Ordered) and isinstance(above.find_ancestor(exp.AggFunc, exp.Query, exp.Window), exp.AggFunc):
        return "SORT"
    return "AGGREGATION" if isinstance(above, exp.AggFunc) else "TRANSFORMATION"
