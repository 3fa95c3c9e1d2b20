"""Checking a term: names are resolved, types worked out, constants looked at; every mistake is noted with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from borough.compile.syntax import Term
from borough.engine.functions import FUNCTIONS, READERS, Function
from borough.engine.operators import NUMERIC, unify
from borough.engine.patterns import PatternError, portable
from borough.engine.transpile import Node

_TYPE_WORDS = {
    "string": ("string", "varchar", "text", "char"),
    "integer": ("integer", "int", "bigint", "long", "smallint"),
    "number": ("number", "double", "float", "real"),
    "money": ("money", "decimal", "numeric"),
    "date": ("date",),
    "timestamp": ("timestamp", "datetime"),
    "boolean": ("boolean", "bool"),
}
_TYPES = {word: kind for kind, words in _TYPE_WORDS.items() for word in words}
_ACCEPTS = {
    "numeric": NUMERIC,
    "day": ("date", "timestamp"),
    "pattern": ("string",),
    "word": ("string",),
    "constant": ("string",),
    "unit": ("string",),
    "count": ("integer",),
}
_WORDS_FOR = {"numeric": "a number", "day": "a date", "integer": "a whole number", "boolean": "a condition", "string": "text", "null": "null"}
_UNITS = ("year", "quarter", "month", "week", "day")
# What people know from elsewhere.
_ELSEWHERE = {
    "substr": "substring", "len": "length", "date": "uk_date", "to_date": "uk_date", "strptime": "uk_date", "ifnull": "coalesce", "nvl": "coalesce", "iif": "if",
    "regexp_like": "regexp_matches", "rlike": "regexp_matches", "startswith": "starts_with", "ceiling": "ceil", "datediff": "days_between", "date_diff": "days_between",
    "date_add": "add_days", "dateadd": "add_days", "int": "integer", "float": "number", "decimal": "money", "trunc": "floor", "ltrim": "trim", "rtrim": "trim",
    "bool": "yes_no", "boolean": "yes_no", "timestamp": "uk_timestamp", "to_timestamp": "uk_timestamp", "instr": "contains", "strip": "trim", "ucase": "upper", "lcase": "lower",
}  # fmt: skip
_NULL = Node("literal", "null")


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The nearest right word, whatever the letter case."""
    folded = {w.casefold(): w for w in words}
    close = get_close_matches(word.casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def is_true_date(text: str, kind: str) -> bool:
    """Whether a text is an ISO date or instant."""
    try:
        dt.date.fromisoformat(text) if kind == "date" else dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return len(text) >= 10


class Checker:
    """Turns terms into typed nodes and notes mistakes as (offset, found, expected, nearest)."""

    def __init__(self, columns: Mapping[str, str] | None, unknown: Sequence[str], raw: bool) -> None:
        self.columns = columns
        self.unknown = tuple(unknown)
        self.raw = raw
        self.found: list[tuple[int, str, str, str | None]] = []

    def wrong(self, at: int, found: str, expected: str, near: str | None = None) -> Node:
        """Note a mistake; what stands there counts as null, so that no mistake follows from it."""
        self.found.append((at, found, expected, near))
        return _NULL

    def check(self, term: Term) -> Node:
        """The node of a term."""
        if term.kind == "name":
            return self.choose(((term.at, term.text),))
        if term.kind == "string":
            return Node("literal", "string", value=term.text)
        if term.kind == "number":
            return self.number(term)
        if term.kind == "word":
            return _NULL if term.text == "null" else Node("literal", "boolean", value=term.text == "true")
        if term.kind == "dated":
            return self.dated(term)
        if term.kind == "cast":
            return self.cast(term)
        return self.call(term) if term.kind == "call" else self.operator(term)

    # columns

    def resolve(self, name: str) -> str | None:
        """The column of the name: exactly, else whatever the letter case."""
        if self.columns is None or name in self.columns:
            return name
        same = [c for c in self.columns if c.casefold() == name.casefold()]
        return same[0] if same else None

    def choose(self, names: Sequence[tuple[int, str]]) -> Node:
        """The alternatives that there are: a file has one of them, but different files may have different ones."""
        there_are = dict.fromkeys(column for _, name in names if (column := self.resolve(name)) is not None)
        if there_are:
            first, *others = (Node("column", "string" if self.columns is None else self.columns[c], c) for c in there_are)
            return replace(first, args=tuple(others))
        assert self.columns is not None
        wanted = " or ".join(repr(name) for _, name in names)
        near = next((n for n in (nearest(name, self.columns) for _, name in names) if n), None)
        there = ", ".join(list(self.columns)[:12]) + (", …" if len(self.columns) > 12 else "")
        return self.wrong(names[0][0], f"unknown column {wanted}", f"one of the columns: {there}" if there else "a column (there are none)", near)

    def alternatives(self, term: Term) -> Node:
        names = [t for t in term.walk() if not (t.kind == "op" and t.text == "|")]
        odd = next((t for t in names if t.kind != "name"), None)
        if odd is not None:
            return self.wrong(odd.at, f"{odd.text!r} beside '|'", "column names: `A | B` is whichever the file has (`||` joins texts)")
        return self.choose([(t.at, t.text) for t in names])

    # constants

    def number(self, term: Term) -> Node:
        text = term.text.replace("_", "")
        try:
            if "." in text or "e" in text.lower():
                return Node("literal", "number", value=float(text))
            value = int(text)
        except ValueError:
            return self.wrong(term.at, repr(term.text), "a number")
        if not -(2**63) < value < 2**63:
            return self.wrong(term.at, term.text, "a whole number of at most 18 digits")
        return Node("literal", "integer", value=value)

    def dated(self, term: Term) -> Node:
        value = term.args[0]
        if not is_true_date(value.text, term.text):
            return self.wrong(value.at, repr(value.text), "a date such as '2016-03-01'" if term.text == "date" else "an instant such as '2016-03-01 12:00:00'")
        return Node("literal", term.text, value=value.text.replace("T", " "))

    # operators

    def operator(self, term: Term) -> Node:
        if term.text == "|":
            return self.alternatives(term)
        args = [self.check(arg) for arg in term.args]
        if term.text in ("and", "or", "not"):
            for arg, node in zip(term.args, args, strict=True):
                self.must_be(arg, node, "boolean")
            return Node("op", "boolean", term.text, tuple(args))
        if term.text == "is null":
            return Node("op", "boolean", term.text, tuple(args))
        if term.text == "case":
            return self.case(term, args)
        if term.text == "||" or term.text in ("like", "ilike"):
            for arg, node in zip(term.args, args, strict=True):
                self.must_be(arg, node, "string")
            return Node("op", "string" if term.text == "||" else "boolean", term.text, tuple(args))
        if term.text in ("+", "-", "*", "/", "%", "negate"):
            return self.arithmetic(term, args)
        return self.comparison(term, args)

    def arithmetic(self, term: Term, args: list[Node]) -> Node:
        kinds = [node.type for node in args]
        if term.text in "+-" and "date" in kinds:
            return self.wrong(term.at, f"'{term.text}' on a date", "add_days(d, n), add_months(d, n) or days_between(d, e)", "add_days")
        for arg, node in zip(term.args, args, strict=True):
            self.must_be(arg, node, "integer" if term.text == "%" else "numeric")
        kind = unify([k for k in kinds if k in NUMERIC]) or "number"
        if term.text == "/" or (term.text == "*" and kinds == ["money", "money"]):
            kind = "number"
        return Node("op", "integer" if kind == "null" else kind, term.text, tuple(self.typed(n, "integer") for n in args))

    def typed(self, node: Node, kind: str) -> Node:
        """An untyped null with a type."""
        return Node("literal", kind) if node.type == "null" and node.kind == "literal" else node

    def comparison(self, term: Term, args: list[Node]) -> Node:
        args = self.dates_from_text(args)
        kind = unify([node.type for node in args])
        if kind is None:
            first = args[0].type
            at, other = next((t, n) for t, n in zip(term.args, args, strict=True) if unify([first, n.type]) is None)
            self.wrong(at.at, f"{other.type} compared with {first}", self.advice(first, other.type))
        elif kind == "geometry":
            self.wrong(term.at, f"'{term.text}' on a geometry", "a comparison of texts, numbers or dates")
        return Node("op", "boolean", term.text, tuple(args))

    def advice(self, one: str, other: str) -> str:
        typed = other if one == "string" else one
        if "string" in (one, other) and typed in READERS:
            return f"the same type on both sides: {READERS[typed]}(…) reads text as {typed}"
        return "the same type on both sides"

    def dates_from_text(self, args: list[Node]) -> list[Node]:
        """A constant such as '2016-03-01' beside a date is a date."""
        kinds = [node.type for node in args if node.type in ("date", "timestamp")]
        if not kinds:
            return args
        out = []
        for node in args:
            value = str(node.value)
            if node.kind == "literal" and node.type == "string" and is_true_date(value, "timestamp"):
                node = Node("literal", "date" if len(value) == 10 else "timestamp", value=value.replace("T", " "))
            out.append(node)
        return out

    def case(self, term: Term, args: list[Node]) -> Node:
        for i in range(0, len(args) - 1, 2):
            self.must_be(term.args[i], args[i], "boolean")
        values = [*args[1:-1:2], args[-1]]
        places = [*term.args[1:-1:2], term.args[-1]]
        return Node("op", self.one_type(places, values), "case", tuple(args))

    def one_type(self, places: Sequence[Term], values: Sequence[Node]) -> str:
        kind = unify([v.type for v in values])
        if kind is None:
            first = next(v.type for v in values if v.type != "null")
            place, value = next((p, v) for p, v in zip(places, values, strict=True) if unify([first, v.type]) is None)
            self.wrong(place.at, f"{value.type} where others are {first}", self.advice(first, value.type))
            return "null"
        return kind

    def cast(self, term: Term) -> Node:
        node = self.check(term.args[0])
        wanted = _TYPES.get(term.text)
        if wanted is None:
            return self.wrong(term.at, f"type {term.text!r}", "one of " + ", ".join(_TYPE_WORDS), nearest(term.text, _TYPES))
        return self.convert(term, node, wanted)

    def convert(self, term: Term, node: Node, wanted: str) -> Node:
        """A cast that can't fail; text is read with the type's reader."""
        if node.type == wanted:
            return node
        if node.type == "null":
            return Node("literal", wanted) if node.kind == "literal" else node
        if node.type == "string":
            return Node("call", wanted, READERS[wanted], (node,), unknown=self.unknown)
        allowed = {
            "string": ("integer", "money", "date", "boolean"),
            "integer": ("number", "money", "boolean"),
            "number": ("integer", "money"),
            "money": ("integer", "number"),
            "date": ("timestamp",),
            "timestamp": ("date",),
        }
        if node.type not in allowed.get(wanted, ()):
            return self.wrong(term.at, f"a cast from {node.type} to {wanted}", "a cast that engines agree on: whole numbers, money, dates and booleans to text; numbers to numbers")
        return Node("op", wanted, "cast", (node,))

    # functions

    def call(self, term: Term) -> Node:
        function = FUNCTIONS.get(term.text.lower())
        args = [self.check(arg) for arg in term.args]
        if function is None:
            near = _ELSEWHERE.get(term.text.lower()) or nearest(term.text, FUNCTIONS)
            return self.wrong(term.at, f"unknown function {term.text}()", "a function of the closed set (see docs/reference/functions.md)", near)
        if len(args) < function.fewest or (function.most is not None and len(args) > function.most):
            return self.wrong(term.at, f"{function.name}() with {_counted(len(args), 'argument')}", f"{_arguments(function)}, as in {function.example}")
        before = len(self.found)
        for i, (place, node) in enumerate(zip(term.args, args, strict=True)):
            args[i] = self.argument(function, function.kind_of(i), place, node)
        if function.name in ("coalesce", "nullif", "least", "greatest"):
            args = self.dates_from_text(args)
        shared = [i for i in range(len(args)) if function.kind_of(i) in ("same", "branch")]
        same = self.one_type([term.args[i] for i in shared], [args[i] for i in shared]) if shared else "null"
        if len(self.found) > before:
            return _NULL
        kind = {"same": same, "first": args[0].type if args else "null", "first day": args[-1].type if args else "null"}.get(function.gives, function.gives)
        return Node("call", kind, function.name, tuple(args), unknown=self.unknown if function.reader else ())

    def argument(self, function: Function, kind: str, place: Term, node: Node) -> Node:
        if kind in ("same", "branch"):
            return node
        if kind in ("pattern", "word", "constant", "unit", "count"):
            return self.constant(function, kind, place, node)
        self.must_be(place, node, kind, function)
        return self.typed(node, "integer" if kind == "numeric" else "date" if kind == "day" else kind)

    def constant(self, function: Function, kind: str, place: Term, node: Node) -> Node:
        """An argument that has to be a constant, and what it may be."""
        what = {"pattern": "a pattern", "unit": "a unit", "count": "a number from 0 to 9", "word": "a text that is not empty", "constant": "a text"}[kind]
        if node.kind != "literal" or node.type != _ACCEPTS[kind][0] or node.value is None:
            return self.wrong(place.at, f"{place.text!r} in {function.name}()", f"{what} written out, as in {function.example}")
        value = node.value
        if kind == "unit" and value not in _UNITS:
            return self.wrong(place.at, repr(value), "one of " + ", ".join(_UNITS), nearest(str(value), _UNITS))
        if kind == "word" and value == "":
            return self.wrong(place.at, "an empty text", f"{what}, as in {function.example}")
        if function.name == "regexp_replace" and kind == "constant" and set(str(value)) & {"$", "\\"}:
            return self.wrong(place.at, repr(value), "a replacement without `$` and backslash, which engines read differently")
        if kind == "count" and not 0 <= int(value) <= 9:
            return self.wrong(place.at, str(value), what)
        if kind == "pattern":
            try:
                return Node("literal", "string", value=portable(str(value)))
            except PatternError as error:
                return self.wrong(place.at + 1 + error.at, f"{error.found} in the pattern", error.expected)
        return node

    def must_be(self, place: Term, node: Node, kind: str, function: Function | None = None) -> None:
        """Note a mistake unless the node has the kind."""
        accepted = _ACCEPTS.get(kind, (kind,))
        if node.type in (*accepted, "null"):
            return
        where = f" in {function.name}()" if function else ""
        reader = READERS.get(accepted[0]) if node.type == "string" else None
        if kind == "numeric":
            reader = "number" if node.type == "string" else None
        hint = f"; use {reader}(…)" if reader else ""
        if kind == "string" and function is not None and function.reader:
            hint = f": {function.name}() reads text as received"
        self.wrong(place.at, f"{node.type}{where}", f"{_WORDS_FOR.get(kind, kind)}{hint}", reader)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _arguments(function: Function) -> str:
    if function.most is None:
        return f"{_counted(function.fewest, 'argument')} or more"
    if function.most == function.fewest:
        return _counted(function.fewest, "argument")
    return f"{function.fewest} to {_counted(function.most, 'argument')}"


def wrap(checker: Checker, node: Node, wanted: str) -> Node:
    """The node as a column's type: text is read, whole numbers widen, anything else is a mistake."""
    if node.type == wanted:
        bare = node.kind == "column" and wanted == "string"
        return Node("call", "string", "text", (node,), unknown=checker.unknown) if bare and checker.raw else node
    if node.type == "null":
        return Node("literal", wanted) if node.kind == "literal" else Node("op", wanted, "widen", (node,))
    if node.type == "string":
        return Node("call", wanted, READERS[wanted], (node,), unknown=checker.unknown)
    if (node.type == "integer" and wanted in ("number", "money")) or (node.type, wanted) in (("money", "number"), ("date", "timestamp")):
        return Node("op", wanted, "widen", (node,))
    return checker.wrong(0, node.type, f"{wanted}{_way(node.type, wanted)}")


def _way(found: str, wanted: str) -> str:
    ways = {
        ("date", "integer"): "; use year(…), month(…) or days_between(…)",
        ("timestamp", "date"): "; use cast(… as date)",
        ("number", "integer"): "; use round, floor or ceil in a cast(… as integer)",
        ("number", "money"): "; use cast(… as money)",
        ("boolean", "integer"): "; use if(…, 1, 0)",
        ("integer", "string"): "; use cast(… as string)",
        ("date", "string"): "; use cast(… as string)",
    }
    return ways.get((found, wanted), "")
