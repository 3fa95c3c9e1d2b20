"""Reads one SELECT: what it asks for, from where, and whether it keeps to the closed language.

Used by the read gate (what a person asks) and by the compiler (what a report declares). Nothing is run here. What is
executed later is the SELECT as it was written, with each table replaced by a relation that shows only the permitted
columns: the answer is the engine's own reading of the SELECT, and a column that is not to be seen isn't there to be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp
from sqlglot.errors import OptimizeError, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from borough.engine.quoting import quoted
from borough.governance import language, lineage
from borough.governance.lineage import ColumnRef
from borough.governance.statements import (
    DIALECT,
    TOO_DEEP,
    Fault,
    Places,
    SelectError,
    listed,
    mark_tables,
    nearest,
    parse,
    redacted,
    written,
)
from borough.governance.ways import Made, ways

__all__ = ["BoundSelect", "ColumnRef", "Fault", "SelectError", "bind_select"]


@dataclass(frozen=True)
class BoundSelect:
    """A SELECT that keeps to the language, with its names resolved.

    ``tables`` are the bare names it reads, ``columns`` its output (name, logical type or ``unknown``), ``lineage`` the
    (table, column)s that each output column is made from, ``uses`` every (table, column) that it touches anywhere.
    ``redacted`` is the SELECT with every literal replaced by ``?``: literals may be personal data.
    """

    sql: str
    tables: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    lineage: Mapping[str, tuple[ColumnRef, ...]]
    uses: frozenset[ColumnRef]
    redacted: str = field(repr=False)
    shown: Mapping[str, tuple[str, ...]] = field(repr=False)
    _tree: exp.Query = field(repr=False, compare=False)
    _qualified: exp.Query = field(repr=False, compare=False)

    def ways(self) -> Made:
        """How the base columns have a say in each output column and in which rows there are."""
        return ways(self._qualified, {table: dict.fromkeys(columns, "") for table, columns in self.shown.items()})

    def over(self, relations: Mapping[str, str]) -> str:
        """The SELECT with each bare table replaced by SQL: a parenthesised SELECT or a quoted name.

        Only the columns it was bound to are shown of each relation, whatever else the relation has.
        """
        try:
            return self._over(relations)
        except RecursionError as error:
            raise SelectError([TOO_DEEP]) from error

    def _over(self, relations: Mapping[str, str]) -> str:
        tree = self._tree.copy()
        text = self.sql
        stand_ins: dict[str, str] = {}
        for table in list(tree.find_all(exp.Table)):
            name = table.meta.get("base")
            if name is None:
                continue
            stand_in = _stand_in(name, text)
            columns = ", ".join(quoted(c) for c in self.shown[name])
            stand_ins[quoted(stand_in)] = f"(SELECT {columns} FROM {_relation(relations[name])} AS {quoted(name)})"
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
            table.set("this", exp.to_identifier(stand_in, quoted=True))
        text_over = written(tree)
        if not stand_ins:
            return text_over
        pattern = re.compile("|".join(re.escape(s) for s in stand_ins))
        return pattern.sub(lambda m: stand_ins[m.group()], text_over)


def bind_select(sql: str, tables: Mapping[str, Mapping[str, str]], *, hidden: Mapping[str, Collection[str]] | None = None, parameters: bool = False) -> BoundSelect:
    """Bind one SELECT to tables (name -> column -> logical type).

    ``hidden`` columns exist and may be named (the caller judges ``uses``), but ``*`` does not show them and ``over``
    does not hand them out. ``parameters``: values may be left open by name (``$ward``). Raises SelectError with every mistake.
    """
    try:
        return _bind(sql, tables, hidden or {}, parameters)
    except RecursionError as error:
        raise SelectError([TOO_DEEP]) from error


def _bind(sql: str, tables: Mapping[str, Mapping[str, str]], hidden: Mapping[str, Collection[str]], parameters: bool) -> BoundSelect:
    shown = {name: tuple(c for c in columns if c not in hidden.get(name, ())) for name, columns in tables.items()}
    where = Places(sql)
    tree = parse(sql, where)
    faults = list(language.faults(tree, where.fault, parameters=parameters))
    tree = normalize_identifiers(tree, dialect=DIALECT)
    faults += mark_tables(tree, tables, where)
    faults += [_column_fault(*missing, where) for missing in lineage.missing(tree, tables)]
    if faults:
        raise SelectError(faults)
    without_literals = redacted(tree)
    _name_outputs(tree)
    read = sorted({t.meta["base"] for t in tree.find_all(exp.Table) if "base" in t.meta})
    qualified = _qualify(tree, tables, shown, where)
    found = lineage.trace(qualified, tables)
    if found.unresolved:
        raise SelectError([_column_fault(*missing, where) for missing in found.unresolved])
    return BoundSelect(
        sql=written(tree),
        tables=tuple(read),
        columns=_outputs(qualified),
        lineage=found.outputs,
        uses=found.uses | lineage.left_out(tree, tables),
        redacted=without_literals,
        shown={name: shown[name] for name in read},
        _tree=tree,
        _qualified=qualified,
    )


def _stand_in(name: str, text: str) -> str:
    number = 0
    while f"relation_{number}_{name}" in text:
        number += 1
    return f"relation_{number}_{name}"


def _relation(sql: str) -> str:
    text = sql.strip()
    return text if text.startswith(("(", '"')) or re.fullmatch(r"[A-Za-z_][\w.]*", text) else f"({text})"


# ── columns ─────────────────────────────────────────────────────────────────────────────────────


def _name_outputs(tree: exp.Query) -> None:
    """Give outputs without a name their own text as name, so that the engine and the binder name them alike."""
    for select in list(tree.find_all(exp.Select)):
        for output in select.expressions:
            if isinstance(output, exp.Alias | exp.Column | exp.Star) or output.is_star or isinstance(output.unnest(), exp.Column):
                continue
            name = written(output).lower().replace("listagg(", "string_agg(")
            output.replace(exp.alias_(output.copy(), exp.to_identifier(name, quoted=True)))


def _qualify(tree: exp.Query, tables: Mapping[str, Mapping[str, str]], shown: Mapping[str, tuple[str, ...]], where: Places) -> exp.Query:
    """A copy with every column qualified and every star expanded: for resolving names, never for running."""
    types: dict[str, object] = {name: {column: _sql_type(kind) for column, kind in columns.items()} for name, columns in tables.items()}
    schema = MappingSchema(types, visible={n: list(c) for n, c in shown.items()}, dialect=DIALECT, normalize=False)
    try:
        qualified = qualify(tree.copy(), schema=schema, dialect=DIALECT, validate_qualify_columns=False, quote_identifiers=False)
        return annotate_types(qualified, schema=schema, dialect=DIALECT)
    except OptimizeError as error:
        raise SelectError([_resolution_fault(str(error), tree, where)]) from error
    except SqlglotError as error:
        raise SelectError([Fault(1, 1, f"names that can't be resolved: {error}", "a simpler SELECT")]) from error


def _resolution_fault(message: str, tree: exp.Query, where: Places) -> Fault:
    """Sqlglot's message names the column; find where it stands first."""
    for node in tree.find_all(exp.Identifier):
        if re.search(rf"(?<!\w){re.escape(node.name)}(?!\w)", message) and not isinstance(node.parent, exp.TableAlias | exp.Table):
            return where.fault(
                node, message.split("\n")[0].rstrip(". "), "a column of exactly one of the tables (qualify it: table.column)"
            )
    return Fault(1, 1, message.split("\n")[0], "names that can be resolved")


def _column_fault(column: exp.Expr, candidates: Collection[str], where: Places) -> Fault:
    name = ".".join(part.name for part in column.parts) if isinstance(column, exp.Column) else column.name
    if column.name in candidates:
        expected = "a column of exactly one of the tables (qualify it: table.column)"
        return where.fault(
            column, f"column {name!r} of several tables" if isinstance(column, exp.Column) else f"the table {name!r} as a value", expected
        )
    return where.fault(column, f"unknown column {name!r}", f"one of {listed(candidates)}", nearest(column.name, candidates))


_TYPES = {
    "string": "VARCHAR",
    "long": "BIGINT",
    "double": "DOUBLE",
    "binary": "BLOB",
    "geometry": "BLOB",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "money": "DECIMAL(18,2)",
}
_LOGICAL: dict[str, Callable[[exp.DataType], str]] = {
    **dict.fromkeys(("TEXT", "VARCHAR", "CHAR"), lambda _: "string"),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INT", "BIGINT", "UTINYINT", "USMALLINT", "UINT"), lambda _: "long"),
    **dict.fromkeys(("DOUBLE", "FLOAT"), lambda _: "double"),
    "DECIMAL": lambda kind: f"decimal({','.join(p.name for p in kind.expressions)})" if len(kind.expressions) == 2 else "unknown",
    "DATE": lambda _: "date",
    "BOOLEAN": lambda _: "boolean",
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMPNTZ", "DATETIME"), lambda _: "timestamp"),
    **dict.fromkeys(("BINARY", "VARBINARY", "BLOB"), lambda _: "binary"),
}


def _sql_type(logical: str) -> str:
    return _TYPES.get(logical, logical.upper())


def _outputs(qualified: exp.Query) -> tuple[tuple[str, str], ...]:
    """Names and logical types. A column passed through keeps its declared type; others are inferred as far as can be."""
    kinds = {output.alias_or_name: _logical(output.type) for output in _leaves(qualified)}
    if isinstance(qualified, exp.SetOperation) and qualified.args.get("by_name"):
        return tuple((name, kinds.get(name, "unknown")) for name in qualified.named_selects)
    return tuple((output.alias_or_name, _logical(output.type)) for output in qualified.selects)


def _leaves(query: exp.Query) -> Iterator[exp.Expr]:
    """The outputs of every branch of a set operation, the first branch last: its types stand."""
    if isinstance(query, exp.SetOperation):
        for branch in (query.expression, query.this):
            yield from _leaves(branch)
    else:
        yield from query.selects


def _logical(kind: Any) -> str:
    if not isinstance(kind, exp.DataType) or not isinstance(kind.this, exp.DType):
        return "unknown"
    name = _LOGICAL.get(kind.this.value)
    return name(kind) if name else "unknown"
