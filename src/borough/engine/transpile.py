"""The bound syntax tree of an expression, and its text in the dialect of an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from borough.engine.dialects import DIALECTS, Dialect
from borough.engine.functions import FUNCTIONS
from borough.engine.operators import write_literal, write_operator


@dataclass(frozen=True)
class Node:
    """A typed node. ``kind``: column, literal, call (a function of the closed set) or op (an operator).

    A column's ``args`` are its alternatives: columns of which a file has one.
    """

    kind: str
    type: str
    name: str = ""
    args: tuple[Node, ...] = ()
    value: str | int | float | bool | None = None
    unknown: tuple[str, ...] = ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the text."""
        yield self
        for arg in self.args:
            yield from arg.walk()


def write(node: Node, dialect: str) -> str:
    """The expression as SQL text. The same tree always gives the same text."""
    return _write(node, DIALECTS[dialect])


def _write(node: Node, d: Dialect) -> str:
    if node.kind == "column":
        # Alternatives: a file that lacks a column has null in it.
        names = [d.column(node.name), *(_write(other, d) for other in node.args)]
        return names[0] if len(names) == 1 else f"coalesce({', '.join(names)})"
    if node.kind == "literal":
        return write_literal(d, node.value, node.type)
    args = [_write(arg, d) for arg in node.args]
    types = [arg.type for arg in node.args]
    if node.kind == "op":
        return write_operator(d, node.name, args, types, node.type)
    function = FUNCTIONS[node.name]
    if function.reader:
        return _once(d, args[0], lambda x: unless_unknown(d, x, node.unknown, "NULL", function.write(d, [x], types)))
    return function.write(d, args, types)


# More text than this is not repeated: a reader says thirty times what it reads.
_SHORT = 100


def _once(d: Dialect, value: str, body: Callable[[str], str]) -> str:
    """The body over a value that is written, and computed, once; unless computing it again is cheaper than giving it a name.

    Names of columns always are. On DuckDB so are plain functions of texts: a lambda takes a good deal longer, since it prepares the
    patterns inside it anew for every 2,048 rows.
    """
    heavy = len(value) > _SHORT or "regexp" in value or "list_" in value or "trim" in value
    if d.is_column(value) or (d.name == "duckdb" and not heavy) or body("\0").count("\0") == 1:
        return body(value)
    return d.let("x", value, body("x"))


def unless_unknown(d: Dialect, x: str, unknown: tuple[str, ...], missing: str, read: str) -> str:
    """What is read of a text, or what stands for one that means unknown (letter case and outer white space don't matter)."""
    if not unknown:
        return read
    words = [d.literal(w) for w in sorted({u.strip().lower() for u in unknown})]
    return f"CASE WHEN {d.among(f'lower({d.trim(x)})', words)} THEN {missing} ELSE {read} END"


def write_unreadable(node: Node, dialect: str, value: str | None = None) -> str | None:
    """A condition: the value is null because a reader met a text it can't read. None when no reader is inside.

    ``value`` is the SQL name of the value where a query has it already, to spare a second evaluation.
    """
    d = DIALECTS[dialect]
    met = _met(node, d, top=True)
    return None if met is None else f"CASE WHEN {value or _write(node, d)} IS NULL THEN {met} ELSE FALSE END"


def _met(node: Node, d: Dialect, *, top: bool = False) -> str | None:
    """A condition that is never null: some reader below met a text that it can't read."""
    if node.kind == "op" and node.name == "case":
        return _met_case(node, d)
    found = [m for m in (_met(arg, d) for arg in node.args) if m is not None]
    if node.kind == "call" and FUNCTIONS[node.name].reader:
        own = _met_reader(node, d, top=top)
        found += [own] if own else []
    if not found:
        return None
    return found[0] if len(found) == 1 else "(" + " OR ".join(found) + ")"


def _met_reader(node: Node, d: Dialect, *, top: bool) -> str | None:
    function = FUNCTIONS[node.name]
    if not function.refuses:
        return None
    unknown = function.unknown

    def asked(x: str) -> str:
        return unless_unknown(d, x, node.unknown, "FALSE", d.filled(x) + (f" AND NOT {unknown(d, x)}" if unknown else ""))

    parts = [_once(d, _write(node.args[0], d), asked)]
    # At the top the value itself is the reader's: it was asked already.
    if not top:
        parts.insert(0, f"{_write(node, d)} IS NULL")
    return "(" + " AND ".join(parts) + ")"


def _met_case(node: Node, d: Dialect) -> str | None:
    """Only the branch that was taken counts, and the conditions."""
    *pairs, other = node.args
    conditions, values = pairs[0::2], pairs[1::2]
    met = [_met(v, d) for v in (*values, other)]
    found = [m for m in (_met(c, d) for c in conditions) if m is not None]
    if any(met):
        whens = " ".join(f"WHEN {_write(c, d)} THEN {m or 'FALSE'}" for c, m in zip(conditions, met, strict=False))
        found.append(f"CASE {whens} ELSE {met[-1] or 'FALSE'} END")
    if not found:
        return None
    return found[0] if len(found) == 1 else "(" + " OR ".join(found) + ")"
