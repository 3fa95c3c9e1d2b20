"""Binding: an expression as a council writes it → checked, typed, and SQL in the dialect of an engine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from borough.compile.checking import Checker, wrap
from borough.compile.syntax import KEYWORDS, GrammarError, parse
from borough.engine.functions import FUNCTIONS
from borough.engine.transpile import Node, write, write_unreadable


@dataclass(frozen=True)
class Fault:
    """One mistake in an expression: line and column from 1 inside its text, what was found, what was expected, the nearest right word."""

    line: int
    column: int
    found: str
    expected: str
    nearest: str | None


class ExpressionError(Exception):
    """An expression has mistakes: all that could be found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{f.line}:{f.column}: {f.found}; expected {f.expected}" for f in self.faults))


@dataclass(frozen=True)
class Bound:
    """A checked expression.

    ``type``: string, integer, number, money, date, timestamp, boolean, geometry or null (unknown).
    ``columns``: the columns that it reads, in order, each once. ``functions``: the functions that it calls.
    """

    type: str
    columns: tuple[str, ...]
    functions: tuple[str, ...]
    node: Node

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Each column that it reads, with its alternatives: of each group a file needs one."""
        beside = {id(other) for n in self.node.walk() if n.kind == "column" for other in n.args}
        read = [n for n in self.node.walk() if n.kind == "column" and id(n) not in beside]
        return tuple(dict.fromkeys((n.name, *(other.name for other in n.args)) for n in read))

    def sql(self, dialect: str = "duckdb") -> str:
        """The value. The same expression always gives the same text. Raises EngineError for geometry() on Spark."""
        return write(self.node, dialect)

    def unreadable(self, dialect: str = "duckdb", value: str | None = None) -> str | None:
        """A condition: the value is null and a reader inside met a text that it can't read. None when no reader inside can refuse.

        ``value`` is the SQL name of the value where the query has it already: cheaper, the reader is then not run twice.
        """
        return write_unreadable(self.node, dialect, value)


def bind(
    text: str,
    columns: Mapping[str, str] | None,
    *,
    as_type: str | None = None,
    unknown: Sequence[str] = (),
    raw: bool = False,
) -> Bound:
    """Check an expression against the columns that it may read, and give it the wanted type.

    ``columns``: name → type; None when they are not known yet: any name goes, and is text. ``as_type``: the type of the column that
    the value is for; text as received is read with that type's reader. ``unknown``: texts that readers take for null.
    ``raw``: over a feed as received, whose column names may hold spaces and signs: a text that is only a name, or names
    between ``|``, is that column. Raises ExpressionError with every mistake found.
    """
    known = None if columns is None else tuple(columns.items())
    outcome = _bind(text, known, as_type, tuple(unknown), raw)
    if isinstance(outcome, tuple):
        raise ExpressionError(outcome)
    return outcome


@lru_cache(maxsize=4096)
def _bind(
    text: str, columns: tuple[tuple[str, str], ...] | None, as_type: str | None, unknown: tuple[str, ...], raw: bool
) -> Bound | tuple[Fault, ...]:
    checker = Checker(None if columns is None else dict(columns), unknown, raw)
    names = plain_names(text, checker.columns) if raw else None
    if names is not None:
        node = checker.choose(names)
        names = None if checker.found and _is_sum(text, checker) else names
    if names is None:
        try:
            node = checker.check(parse(text))
        except GrammarError as error:
            return (_fault(text, error.at, error.found, error.expected, _keyword(error.found)),)
    if as_type is not None and not checker.found:
        node = wrap(checker, node, as_type)
    if checker.found:
        faults = sorted(_fault(text, *entry) for entry in dict.fromkeys(checker.found))
        return tuple(faults)
    return _bound(node)


def _bound(node: Node) -> Bound:
    walked = tuple(node.walk())
    columns = tuple(dict.fromkeys(n.name for n in walked if n.kind == "column"))
    functions = tuple(dict.fromkeys(n.name for n in walked if n.kind == "call"))
    return Bound(node.type, columns, functions, node)


def _fault(text: str, at: int, found: str, expected: str, nearest: str | None) -> _OrderedFault:
    before = text[:at]
    line = before.count("\n") + 1
    return _OrderedFault(line, at - (before.rfind("\n") + 1) + 1, found, expected, nearest)


@dataclass(frozen=True)
class _OrderedFault(Fault):
    def __lt__(self, other: Fault) -> bool:
        return (self.line, self.column, self.found) < (other.line, other.column, other.found)


def _keyword(found: str) -> str | None:
    close = get_close_matches(found.strip("'").lower(), ["and", "or", "not", "is", "in", "between", "like", "then", "else", "end", *FUNCTIONS], 1, 0.7)
    return close[0] if close else None


def _is_sum(text: str, checker: Checker) -> bool:
    """Whether a text that could be a name, but is none, is an expression over columns that there are (``a-b``)."""
    other = Checker(checker.columns, checker.unknown, checker.raw)
    try:
        other.check(parse(text))
    except GrammarError:
        return False
    if other.found:
        return False
    checker.found.clear()
    return True


_PLAIN = re.compile(r"[\w\s./()#&':£%?,@!*+$€-]+")
_CALL = re.compile(r"[A-Za-z_]\w*\(")


def plain_names(text: str, columns: Mapping[str, str] | None) -> tuple[tuple[int, str], ...] | None:
    """The names (with their places) of a text that is only a column's name, or alternatives; None when it is an expression."""
    parts: list[tuple[int, str]] = []
    offset = 0
    for piece in text.split("|"):
        name = piece.strip()
        start = offset + len(piece) - len(piece.lstrip())
        if len(name) > 1 and name[0] == name[-1] == '"' and '"' not in name[1:-1]:
            parts.append((start, name[1:-1]))
        elif not name or not _is_plain(name, columns):
            return None
        else:
            parts.append((start, name))
        offset += len(piece) + 1
    return tuple(parts)


def _is_plain(name: str, columns: Mapping[str, str] | None) -> bool:
    if columns is not None and name in columns:
        return True
    if not _PLAIN.fullmatch(name) or re.fullmatch(r"[\d.\s+-]+", name):
        return False
    if not any(c.isalpha() or c == "_" for c in name) or name.count("'") > 1 or name[0] == "'":
        return False
    if {w.lower() for w in re.findall(r"[A-Za-z_]+", name)} & (KEYWORDS - {"date", "timestamp", "from", "over", "with", "union", "select", "end", "as", "distinct"}):
        return False
    # `year(x)` is a call and `Size (m)` a name; `a - b` is a sum, `a-b` a name.
    return not (_CALL.search(name) or re.search(r"(^|\s)[-+*/%](\s|$)|[*+,]|^-", name))
