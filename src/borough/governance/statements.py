"""One statement as text and as a tree: parsing, places of mistakes, the tables it names, and its text without personal data."""

from __future__ import annotations

import difflib
import logging
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.tokenizer_core import Token, TokenType

DIALECT = "duckdb"

MOST_SELECTS = 200
"""More in one statement would take seconds to resolve."""

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


UNREADABLE = Fault(1, 1, "text that can't be read as SQL (an unclosed quote?)", "one SELECT")
TOO_DEEP = Fault(1, 1, "a SELECT nested too deep", "a simpler SELECT")


# ── where things stand ──────────────────────────────────────────────────────────────────────────


class Places:
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


def listed(words: Collection[str], limit: int = 12) -> str:
    ordered = sorted(words)
    return ", ".join(ordered[:limit]) + (f" … ({len(ordered)} in all)" if len(ordered) > limit else "") if ordered else "none"


# ── parsing ─────────────────────────────────────────────────────────────────────────────────────


def parse(sql: str, where: Places) -> exp.Query:
    """The one SELECT that a text is. Raises SelectError where it is anything else."""
    try:
        _judge_tokens(sqlglot.tokenize(sql, read=DIALECT), where)
        statements = [s for s in sqlglot.parse(sql, dialect=DIALECT) if s is not None and not isinstance(s, exp.Semicolon)]
    except ParseError as error:
        begun = re.match(r"(\s|--[^\n]*\n|/\*.*?\*/)*(\(|(select|with|from|table)\b)", sql, re.S | re.I)
        faults = [_syntax_fault(e) for e in error.errors] if begun else [_other_statement(sql, where)]
        raise SelectError(faults or [UNREADABLE]) from error
    except TokenError as error:
        place = re.search(r"[Ll]ine (\d+)", str(error))
        raise SelectError([replace(UNREADABLE, line=int(place.group(1)) if place else 1)]) from error
    except RecursionError as error:
        raise SelectError([TOO_DEEP]) from error
    if len(statements) != 1:
        found = "nothing" if not statements else f"{len(statements)} statements"
        second = where.of(statements[1]) if len(statements) > 1 else (1, 1)
        raise SelectError([Fault(*second, found, "one SELECT")])
    statement = statements[0]
    if not isinstance(statement, exp.Query) or isinstance(statement, exp.Values) or not statement.selects:
        raise SelectError([_other_statement(sql, where)])
    return statement


def _judge_tokens(tokens: Sequence[Token], where: Places) -> None:
    """What the parser would let pass, or take too long over."""
    doubled = next((b for a, b in pairwise(tokens) if a.token_type is b.token_type is TokenType.COMMA), None)
    if doubled is not None:
        raise SelectError([Fault(*where.at(doubled.start), "',' after ','", "a column between them")])
    kinds = Counter(token.token_type for token in tokens)
    if max(kinds[TokenType.SELECT], kinds[TokenType.UNION] + kinds[TokenType.EXCEPT] + kinds[TokenType.INTERSECT]) > MOST_SELECTS:
        raise SelectError([Fault(1, 1, f"more than {MOST_SELECTS} SELECTs in one", "a simpler SELECT")])


def _other_statement(sql: str, where: Places) -> Fault:
    """Not a SELECT: told by its first word, past comments."""
    word = re.match(r"\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*)*(\w+)", sql, re.S)
    found = word.group(1).upper() if word else "another statement"
    near = "SELECT" if difflib.SequenceMatcher(None, found, "SELECT").ratio() > 0.7 else None
    return Fault(*where.at(word.start(1) if word else 0), found, "a SELECT: reads only", near)


def _syntax_fault(error: Mapping[str, Any]) -> Fault:
    highlight = error.get("highlight") or ""
    line, column = int(error.get("line") or 1), int(error.get("col") or 1)
    description = str(error.get("description") or "Invalid SQL").rstrip(".")
    description = re.sub(r"Required keyword: .*", "something is missing here", description).replace(
        "Invalid expression / Unexpected token", "is not expected here"
    )
    return Fault(
        line,
        max(1, column - max(len(highlight) - 1, 0)),
        f"{highlight!r}: {description[:1].lower()}{description[1:]}",
        "a SELECT in DuckDB's SQL",
    )


# ── tables ──────────────────────────────────────────────────────────────────────────────────────


def mark_tables(tree: exp.Query, tables: Mapping[str, Any], where: Places) -> Iterator[Fault]:
    """Mark each table of the SELECT that is not one of its own CTEs, so that it is replaced by node and never by name."""
    for table in tree.find_all(exp.Table):
        if isinstance(table.this, exp.Func):
            continue  # a function in FROM: the language has judged it
        if table.db or table.catalog:
            yield where.fault(table, f"table {table.sql(dialect=DIALECT)}", "a bare name", nearest(table.name, tables))
        elif _is_cte(table):
            continue
        elif table.name not in tables:
            yield where.fault(table, f"unknown table {table.name!r}", f"one of {listed(tables)}", nearest(table.name, tables))
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


def references(sql: str, names: Collection[str] | None = None) -> tuple[str, ...]:
    """Which of the names a SELECT reads as tables (all that it reads, where none are given); none if it can't be read."""
    try:
        tree = normalize_identifiers(parse(sql, Places(sql)), dialect=DIALECT)
    except SelectError:
        return ()
    found = {t.name for t in tree.find_all(exp.Table) if not isinstance(t.this, exp.Func) and not _is_cte(t)}
    return tuple(sorted(found if names is None else found & set(names)))


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


def redacted(tree: exp.Query) -> str:
    def hide(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Literal):
            return exp.Placeholder()
        if isinstance(node, exp.Identifier) and not re.fullmatch(r"\w+", node.name, re.A):
            return exp.to_identifier("?", quoted=True)
        return node

    return written(tree.transform(hide))


def written(tree: exp.Expr) -> str:
    return str(tree.sql(dialect=DIALECT, comments=False))
