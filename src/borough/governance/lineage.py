"""Which column is made from which: read from the syntax tree of a qualified SELECT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

ColumnRef = tuple[str, str]
"""(table, column)"""
Missing = tuple[exp.Expr, tuple[str, ...]]
"""A name in the tree, and the names that would have been right."""


@dataclass(frozen=True)
class Trace:
    """``outputs``: output column -> the base columns it is made from; ``uses``: every base column touched;
    ``unresolved``: columns that no source has, with the names that would have been right.
    """

    outputs: Mapping[str, tuple[ColumnRef, ...]]
    uses: frozenset[ColumnRef]
    unresolved: tuple[Missing, ...]


def trace(query: exp.Query, tables: Mapping[str, Mapping[str, str]]) -> Trace:
    """Trace a SELECT whose columns are qualified, and whose base tables are marked (``meta["base"]``)."""
    return Tracer(query, tables).run()


def missing(query: exp.Query, tables: Mapping[str, Mapping[str, str]]) -> Iterator[Missing]:
    """Columns that can't be there, told before anything is qualified (which stops at the first).

    Judges only what is certain: scopes whose sources, and those of the scopes around them, are marked base tables.
    """
    for scope in traverse_scope(query):
        for column in scope.find_all(exp.Column):
            if column.is_star:
                continue
            around = list(_chain(scope))
            if column.args.get("db"):
                yield column, ()  # no column has parts, no table is in a schema
            elif column.table:
                source = next((s.sources[column.table] for s in around if column.table in s.sources), None)
                base = _base(source) if source is not None else None
                if base is not None and column.name not in tables[base]:
                    yield column, tuple(tables[base])
                elif source is None:
                    yield column, tuple(f"{name}.{column.name}" for s in around for name in s.sources)
            elif all(_base(source) for s in around for source in s.sources.values()):
                names = {name for s in around for source in s.sources.values() for name in tables[_base(source) or ""]}
                aliases = {o.alias for s in around for o in getattr(s.expression, "selects", ()) if isinstance(o, exp.Alias)}
                if column.name not in names | aliases | {name for s in around for name in s.sources}:
                    yield column, tuple(names)


def left_out(query: exp.Query, tables: Mapping[str, Mapping[str, str]]) -> frozenset[ColumnRef]:
    """Base columns that a star names to leave out or rename (``* EXCLUDE (a)``): gone once the star is expanded, named all the same."""
    named: set[ColumnRef] = set()
    for scope in traverse_scope(query):
        words = {node.name for star in scope.find_all(exp.Star) for node in star.find_all(exp.Column, exp.Identifier)}
        bases = {base for source in scope.sources.values() if (base := _base(source)) is not None}
        named |= {(base, word) for base in bases for word in words if word in tables[base]}
    return frozenset(named)


def _chain(scope: Scope | None) -> Iterator[Scope]:
    while scope is not None:
        yield scope
        scope = scope.parent


class Tracer:
    """One pass over the scopes of one query."""

    def __init__(self, query: exp.Query, tables: Mapping[str, Mapping[str, str]]) -> None:
        self.tables = tables
        self.scopes = traverse_scope(query)
        self.root = self.scopes[-1]
        self.scope_of = {id(column): scope for scope in self.scopes for column in scope.find_all(exp.Column)}
        self.made: dict[tuple[int, int], frozenset[ColumnRef]] = {}

    def run(self) -> Trace:
        uses: set[ColumnRef] = set()
        unresolved: list[Missing] = []
        for scope in self.scopes:
            # A table's name as a value is a whole row: which columns that is can't be told.
            unresolved += [(node, (node.name,)) for node in scope.find_all(exp.TableColumn)]
        for scope in self.scopes:
            for column in scope.find_all(exp.Column):
                source = self.source(column, scope)
                if source is None:
                    if not _is_output(column, scope):
                        unresolved.append((column, self._candidates(scope)))
                elif column.name in self.names_of(source):
                    base = _base(source)
                    if base is not None:
                        uses.add((base, column.name))
                elif not _is_open(source):
                    unresolved.append((column, tuple(self.names_of(source))))
        outputs: dict[str, set[ColumnRef]] = {}
        if not unresolved:
            for position, name in enumerate(_outputs(self.root)):
                outputs.setdefault(name, set()).update(self._origins(self.root, position))
        return Trace({n: tuple(sorted(refs)) for n, refs in outputs.items()}, frozenset(uses), tuple(unresolved))

    def source(self, column: exp.Column, scope: Scope) -> exp.Table | Scope | None:
        """What a column's qualifier means: a source of its own scope, else of the scopes around it."""
        if not column.table:
            return None
        here: Scope | None = scope
        while here is not None:
            if column.table in here.sources:
                source = here.sources[column.table]
                # An alias may have the name of a CTE that is not read here under that name.
                selected = here.selected_sources.get(column.table)
                return selected[1] if selected else source
            here = here.parent
        return None

    def source_of(self, column: exp.Column) -> exp.Table | Scope | None:
        """What a column's qualifier means where it stands."""
        return self.source(column, self.scope_of.get(id(column), self.root))

    def names_of(self, source: exp.Table | Scope) -> list[str]:
        if isinstance(source, Scope):
            named = getattr(source.expression, "named_selects", None)
            return list(named) if named else list(source.outer_columns)
        base = _base(source)
        return list(self.tables[base]) if base is not None else []

    def _candidates(self, scope: Scope) -> tuple[str, ...]:
        return tuple({name for _, source in scope.selected_sources.values() for name in self.names_of(source)})

    def _origins(self, scope: Scope, position: int) -> frozenset[ColumnRef]:
        """The base columns that one output of a scope is made from."""
        key = (id(scope), position)
        if key not in self.made:
            self.made[key] = self._make(scope, position)
        return self.made[key]

    def _make(self, scope: Scope, position: int) -> frozenset[ColumnRef]:
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            return frozenset().union(*(self._of_branch(query, scope, branch, position) for branch in scope.set_operation_scopes))
        if isinstance(query, exp.Select) and position < len(query.selects):
            made_from: exp.Expr = query.selects[position]
        elif scope.derived_table_scopes and isinstance(query, exp.Subquery):
            return self._origins(scope.derived_table_scopes[0], position)
        else:
            made_from = query  # a table function or VALUES: made from all of its arguments
        return frozenset().union(*(self._from_column(column) for column in made_from.find_all(exp.Column)))

    def _of_branch(self, query: exp.SetOperation, scope: Scope, branch: Scope, position: int) -> frozenset[ColumnRef]:
        at = self.position_in(query, branch, position)
        return self._origins(branch, at) if at is not None else frozenset()

    def position_in(self, query: exp.SetOperation, branch: Scope, position: int) -> int | None:
        """Where a branch of a set operation has one of its outputs; None if it has not."""
        if not query.args.get("by_name"):
            return position
        name, names = query.named_selects[position], _outputs(branch)
        return names.index(name) if name in names else None

    def _from_column(self, column: exp.Column) -> frozenset[ColumnRef]:
        source = self.source_of(column)
        if isinstance(source, Scope):
            names = self.names_of(source)
            return self._origins(source, names.index(column.name)) if column.name in names else frozenset()
        base = _base(source) if source is not None else None
        return frozenset({(base, column.name)}) if base is not None else frozenset()


def _outputs(scope: Scope) -> list[str]:
    return list(getattr(scope.expression, "named_selects", ()))


def _base(source: exp.Table | Scope) -> str | None:
    return source.meta.get("base") if isinstance(source, exp.Table) else None


def _is_open(source: exp.Table | Scope) -> bool:
    """A table function or VALUES: the engine names its columns."""
    return isinstance(source.expression, exp.UDTF) if isinstance(source, Scope) else isinstance(source.this, exp.Func)


def _is_output(column: exp.Column, scope: Scope) -> bool:
    """ORDER BY and DISTINCT ON may name an output of their own SELECT."""
    clause = column.find_ancestor(exp.Order, exp.Distinct, exp.Window, exp.Query)
    return isinstance(clause, exp.Order | exp.Distinct) and column.name in getattr(scope.expression, "named_selects", ())
