"""Reads one SELECT: what it asks for, from where, and whether it keeps to the closed language.

Used by the read gate (what a person asks) and by the compiler (what a report declares). Nothing is run here. What is
executed later is the SELECT as it was written, with each table replaced by a relation that shows only the permitted
columns: the answer is the engine's own reading of the SELECT, and a column that is not to be seen isn't there to be read.
"""

from __future__ import annotations

import difflib
import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, ParseError, SqlglotError, TokenError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema
from sqlglot.tokenizer_core import Token, TokenType

from borough.governance import language, lineage
from borough.governance.lineage import ColumnRef

DIALECT = "duckdb"

# sqlglot logs what it does not know; here that is a fault with its place, told once.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake in a SELECT: line and column from 1, what was found, what was expected, the nearest right word."""

    line: int
    column: int
    found: str
    expected: str
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"line {self.line}, column {self.column}: {self.found}; expected {self.expected}{hint}"


class SelectError(Exception):
    """A SELECT has mistakes: all of them. Callers turn it into a BoroughError with their own place."""

    def __init__(self, faults: Collection[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda f: (f.line, f.column, f.found, f.expected)))
        super().__init__("\n".join(str(f) for f in self.faults))


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

    def over(self, relations: Mapping[str, str]) -> str:
        """The SELECT with each bare table replaced by SQL: a parenthesised SELECT or a quoted name.

        Only the columns it was bound to are shown of each relation, whatever else the relation has.
        """
        tree = self._tree.copy()
        text = self.sql
        stand_ins: dict[str, str] = {}
        for table in list(tree.find_all(exp.Table)):
            name = table.meta.get("base")
            if name is None:
                continue
            stand_in = _stand_in(name, text)
            columns = ", ".join(_quoted(c) for c in self.shown[name])
            stand_ins[_quoted(stand_in)] = f"(SELECT {columns} FROM {_relation(relations[name])} AS {_quoted(name)})"
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
            table.set("this", exp.to_identifier(stand_in, quoted=True))
        written = _written(tree)
        if not stand_ins:
            return written
        pattern = re.compile("|".join(re.escape(s) for s in stand_ins))
        return pattern.sub(lambda m: stand_ins[m.group()], written)


def bind_select(sql: str, tables: Mapping[str, Mapping[str, str]], *, hidden: Mapping[str, Collection[str]] | None = None) -> BoundSelect:
    """Bind one SELECT to tables (name -> column -> logical type).

    ``hidden`` columns exist and may be named (the caller judges ``uses``), but ``*`` does not show them and ``over``
    does not hand them out. Raises SelectError with every mistake.
    """
    hidden = hidden or {}
    shown = {name: tuple(c for c in columns if c not in hidden.get(name, ())) for name, columns in tables.items()}
    where = _Places(sql)
    tree = _parse(sql, where)
    faults = list(language.faults(tree, where.fault))
    tree = normalize_identifiers(tree, dialect=DIALECT)
    faults += _mark_tables(tree, tables, where)
    faults += [_column_fault(*missing, where) for missing in lineage.missing(tree, tables)]
    if faults:
        raise SelectError(faults)
    redacted = _redacted(tree)
    _name_outputs(tree)
    read = sorted({t.meta["base"] for t in tree.find_all(exp.Table) if "base" in t.meta})
    qualified = _qualify(tree, tables, shown, where)
    found = lineage.trace(qualified, tables)
    if found.unresolved:
        raise SelectError([_column_fault(*missing, where) for missing in found.unresolved])
    return BoundSelect(
        sql=_written(tree),
        tables=tuple(read),
        columns=_outputs(qualified),
        lineage=found.outputs,
        uses=found.uses | lineage.left_out(tree, tables),
        redacted=redacted,
        shown={name: shown[name] for name in read},
        _tree=tree,
    )


def references(sql: str, names: Collection[str]) -> tuple[str, ...]:
    """Which of the names a SELECT reads as tables; none if it can't be read."""
    try:
        tree = normalize_identifiers(_parse(sql, _Places(sql)), dialect=DIALECT)
    except SelectError:
        return ()
    found = {t.name for t in tree.find_all(exp.Table) if not isinstance(t.this, exp.Func) and not _is_cte(t)}
    return tuple(sorted(found & set(names)))


def redact_text(sql: str, known: Collection[str]) -> str:
    """Any text without what may be personal: for SQL that could not be read. Keeps keywords and known names only."""
    try:
        tokens = sqlglot.tokenize(sql, read=DIALECT)
    except SqlglotError:
        return "(not SQL)"
    return " ".join(t.text if t.text.lower() in known or _is_plain(t) else "?" for t in tokens)


def _is_plain(token: Token) -> bool:
    """A keyword or a sign: its type says it all, so its text can't be personal."""
    kind = token.token_type
    return kind not in (TokenType.VAR, TokenType.IDENTIFIER, TokenType.NUMBER) and not kind.name.endswith(("STRING", "LITERAL"))


# ── where things stand ──────────────────────────────────────────────────────────────────────────


class _Places:
    """Line and column of the nodes of one text."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def at(self, offset: int) -> tuple[int, int]:
        return self.sql.count("\n", 0, offset) + 1, offset - self.sql.rfind("\n", 0, offset)

    def of(self, node: exp.Expr) -> tuple[int, int]:
        """The first character of a node that remembers its place: itself, else the first within, else its parents'."""
        if isinstance(node, exp.Func) and "start" not in node.meta:
            # A function without parentheses (current_date) does not remember its place.
            word = re.search(rf"\b{re.escape(node.sql_name())}\b", self.sql, re.I)
            if word:
                return self.at(word.start())
        here: Any = node
        while here is not None:
            starts = [n.meta["start"] for n in here.walk() if "start" in n.meta]
            if starts:
                return self.at(min(starts))
            here = here.parent
        return 1, 1

    def fault(self, node: exp.Expr, found: str, expected: str, nearest: str | None = None) -> Fault:
        return Fault(*self.of(node), found, expected, nearest)


def nearest(word: str, words: Collection[str]) -> str | None:
    """The nearest right word, if any is near."""
    close = difflib.get_close_matches(word.lower(), sorted(words), n=1, cutoff=0.6)
    return close[0] if close else None


def _listed(words: Collection[str], limit: int = 12) -> str:
    ordered = sorted(words)
    return ", ".join(ordered[:limit]) + (f" … ({len(ordered)} in all)" if len(ordered) > limit else "") if ordered else "none"


# ── parsing ─────────────────────────────────────────────────────────────────────────────────────


def _parse(sql: str, where: _Places) -> exp.Query:
    try:
        statements = [s for s in sqlglot.parse(sql, dialect=DIALECT) if s is not None and not isinstance(s, exp.Semicolon)]
    except ParseError as error:
        raise SelectError(
            [_syntax_fault(e, where) for e in error.errors] or [Fault(1, 1, "text that can't be read as SQL", "one SELECT")]
        ) from error
    except TokenError as error:
        place = re.search(r"(?:line|Line) (\d+)", str(error))
        raise SelectError(
            [Fault(int(place.group(1)) if place else 1, 1, "text that can't be read as SQL (an unclosed quote?)", "one SELECT")]
        ) from error
    except RecursionError as error:
        raise SelectError([Fault(1, 1, "a SELECT nested too deep", "a simpler SELECT")]) from error
    if len(statements) != 1:
        found = "nothing" if not statements else f"{len(statements)} statements"
        second = where.of(statements[1]) if len(statements) > 1 else (1, 1)
        raise SelectError([Fault(*second, found, "one SELECT")])
    statement = statements[0]
    if not isinstance(statement, exp.Query) or isinstance(statement, exp.Values) or not statement.selects:
        word = re.match(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(\w+)", sql, re.S)
        raise SelectError(
            [
                Fault(
                    *where.at(word.start(1) if word else 0),
                    (word.group(1).upper() if word else type(statement).__name__),
                    "a SELECT: reads only",
                )
            ]
        )
    return statement


def _syntax_fault(error: Mapping[str, Any], where: _Places) -> Fault:
    highlight = error.get("highlight") or ""
    line, column = int(error.get("line") or 1), int(error.get("col") or 1)
    description = str(error.get("description") or "Invalid SQL").rstrip(".")
    return Fault(
        line,
        max(1, column - max(len(highlight) - 1, 0)),
        f"{highlight!r}: {description[:1].lower()}{description[1:]}",
        "a SELECT in DuckDB's SQL",
    )


# ── tables ──────────────────────────────────────────────────────────────────────────────────────


def _mark_tables(tree: exp.Query, tables: Mapping[str, Any], where: _Places) -> Iterator[Fault]:
    """Mark each table of the SELECT that is not one of its own CTEs, so that it is replaced by node and never by name."""
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func):
            continue  # a function in FROM: the language has judged it
        if table.db or table.catalog:
            yield where.fault(table, f"table {table.sql(dialect=DIALECT)}", "a bare name", nearest(table.name, tables))
        elif _is_cte(table):
            continue
        elif table.name not in tables:
            yield where.fault(table, f"unknown table {table.name!r}", f"one of {_listed(tables)}", nearest(table.name, tables))
        else:
            table.meta["base"] = table.name


def _is_cte(table: exp.Table) -> bool:
    """Does a WITH in whose reach the table stands define its name? A CTE does not see itself or the ones after it."""
    node: Any = table
    while node.parent is not None:
        parent = node.parent
        if isinstance(parent, exp.With):
            visible = parent.expressions[: node.index]
        elif isinstance(parent, exp.Query) and not isinstance(node, exp.With) and parent.args.get("with_"):
            visible = parent.args["with_"].expressions
        else:
            visible = []
        if any(cte.alias == table.name for cte in visible):
            return True
        node = parent
    return False


def _stand_in(name: str, text: str) -> str:
    number = 0
    while f"relation_{number}_{name}" in text:
        number += 1
    return f"relation_{number}_{name}"


def _relation(sql: str) -> str:
    text = sql.strip()
    return text if text.startswith(("(", '"')) or re.fullmatch(r"[A-Za-z_][\w.]*", text) else f"({text})"


def _written(tree: exp.Expr) -> str:
    return str(tree.sql(dialect=DIALECT, comments=False))


def _redacted(tree: exp.Query) -> str:
    def hide(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Literal):
            return exp.Placeholder()
        if isinstance(node, exp.Identifier) and not re.fullmatch(r"\w+", node.name, re.A):
            return exp.to_identifier("?", quoted=True)
        return node

    return _written(tree.transform(hide))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


# ── columns ─────────────────────────────────────────────────────────────────────────────────────


def _name_outputs(tree: exp.Query) -> None:
    """Give outputs without a name their own text as name, so that the engine and the binder name them alike."""
    for select in list(tree.find_all(exp.Select)):
        for output in select.expressions:
            if isinstance(output, exp.Alias | exp.Column | exp.Star) or output.is_star or isinstance(output.unnest(), exp.Column):
                continue
            name = _written(output).lower().replace("listagg(", "string_agg(")
            output.replace(exp.alias_(output.copy(), exp.to_identifier(name, quoted=True)))


def _qualify(tree: exp.Query, tables: Mapping[str, Mapping[str, str]], shown: Mapping[str, tuple[str, ...]], where: _Places) -> exp.Query:
    """A copy with every column qualified and every star expanded: for resolving names, never for running."""
    types: dict[str, object] = {name: {column: _sql_type(kind) for column, kind in columns.items()} for name, columns in tables.items()}
    schema = MappingSchema(types, visible={n: list(c) for n, c in shown.items()}, dialect=DIALECT, normalize=False)
    try:
        qualified = qualify(tree.copy(), schema=schema, dialect=DIALECT, validate_qualify_columns=False, quote_identifiers=False)
        return annotate_types(qualified, schema=schema, dialect=DIALECT)
    except OptimizeError as error:
        raise SelectError([_resolution_fault(str(error), tree, where)]) from error
    except (SqlglotError, RecursionError) as error:
        raise SelectError([Fault(1, 1, f"names that can't be resolved: {error}", "a simpler SELECT")]) from error


def _resolution_fault(message: str, tree: exp.Query, where: _Places) -> Fault:
    """Sqlglot's message names the column; find where it stands first."""
    for node in tree.find_all(exp.Identifier):
        if re.search(rf"(?<!\w){re.escape(node.name)}(?!\w)", message) and not isinstance(node.parent, exp.TableAlias | exp.Table):
            return where.fault(
                node, message.split("\n")[0].rstrip(". "), "a column of exactly one of the tables (qualify it: table.column)"
            )
    return Fault(1, 1, message.split("\n")[0], "names that can be resolved")


def _column_fault(column: exp.Expr, candidates: Collection[str], where: _Places) -> Fault:
    qualifier = column.text("table")
    name = f"{qualifier}.{column.name}" if qualifier else column.name
    if column.name in candidates:
        expected = "a column of exactly one of the tables (qualify it: table.column)"
        return where.fault(
            column, f"column {name!r} of several tables" if isinstance(column, exp.Column) else f"the table {name!r} as a value", expected
        )
    return where.fault(column, f"unknown column {name!r}", f"one of {_listed(candidates)}", nearest(column.name, candidates))


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
