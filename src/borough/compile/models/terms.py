"""Features as terms of a regression: each term is SQL over attributes, so that what is fitted and what is scored are one expression."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from borough.compile.models.model import Feature
from borough.engine.quoting import literal, quoted

MISSING = "not known"
"""The label of the term that says that a feature's value is not known."""


@dataclass(frozen=True)
class Encoding:
    """How a feature becomes numbers, as the data it was fitted on taught: what a missing value counts as, limits, edges, levels."""

    name: str
    kind: str
    transform: str
    fill: float = 0.0
    """What a missing number counts as: the median."""
    flag: bool = False
    """Has it a term of its own where it is missing?"""
    log: bool = False
    low: float = 0.0
    high: float = 0.0
    """Limits within which values are taken: beyond what was seen, nothing is extrapolated."""
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] = ()
    rare: tuple[str, ...] = ()
    """Levels that were seen too seldom to have a weight."""


@dataclass(frozen=True)
class Term:
    """One column of the regression: of which feature, what it says, and its SQL (a DOUBLE, never null)."""

    feature: str
    label: str
    sql: str


def value_sql(feature: Feature | Encoding) -> str:
    """SQL of a feature's raw value: a DOUBLE or, of text, a VARCHAR; null where it is missing."""
    name = quoted(feature.name)
    if feature.transform == "categories":
        return f"CAST({name} AS VARCHAR)"
    return f"CAST(CAST({name} AS INTEGER) AS DOUBLE)" if feature.kind == "yes" else f"CAST({name} AS DOUBLE)"


def signal_sql(encoding: Encoding) -> str:
    """SQL of a number as it enters: filled, logged, within its limits."""
    value = f"coalesce({value_sql(encoding)}, {encoding.fill!r})"
    if encoding.log:
        value = f"ln(1 + greatest({value}, 0))"
    if encoding.kind == "yes":
        return value
    return f"least(greatest({value}, {encoding.low!r}), {encoding.high!r})"


def terms(encoding: Encoding) -> list[Term]:
    """The terms of one feature, in the order of their weights."""
    return [*_own(encoding), *([Term(encoding.name, MISSING, f"CAST({quoted(encoding.name)} IS NULL AS DOUBLE)")] if encoding.flag else [])]


def _own(encoding: Encoding) -> Iterator[Term]:
    if encoding.transform == "categories":
        for level in encoding.levels:
            yield Term(encoding.name, level, f"CAST(coalesce({value_sql(encoding)} = {literal(level)}, false) AS DOUBLE)")
        return
    signal = signal_sql(encoding)
    if encoding.transform == "bins":
        for edge in encoding.edges:
            yield Term(encoding.name, f"from {edge:.6g}", f"CAST({signal} >= {edge!r} AS DOUBLE)")
        return
    yield Term(encoding.name, "yes" if encoding.kind == "yes" else "log" if encoding.log else "value", signal)
    for edge in encoding.edges:
        yield Term(encoding.name, f"beyond {edge:.6g}", f"greatest({signal} - {edge!r}, 0)")


def crossed(left: Encoding, right: Encoding) -> list[Term]:
    """The terms of two features that work differently together: every part of one with every part of the other."""
    name = f"{left.name} × {right.name}"
    return [Term(name, f"{a.label} × {b.label}", f"({a.sql}) * ({b.sql})") for a, b in product(_parts(left), _parts(right))]


def _parts(encoding: Encoding) -> Sequence[Term]:
    if encoding.transform in ("categories", "bins"):
        return list(_own(encoding))
    plain = replace(encoding, transform="linear", edges=())
    return list(_own(plain))


def weighed_sql(encoding: Encoding, weights: Sequence[float]) -> str:
    """SQL of what a feature adds to the log-odds: the weighted sum of its terms, written as a person would."""
    own = list(_own(encoding))
    parts = []
    if encoding.transform == "categories":
        cases = " ".join(f"WHEN {literal(level)} THEN {weight!r}" for level, weight in zip(encoding.levels, weights, strict=False))
        parts.append(f"CASE {value_sql(encoding)} {cases} ELSE 0.0 END" if cases else "0.0")
    elif encoding.transform == "bins":
        parts.append(_steps(signal_sql(encoding), encoding.edges, weights))
    else:
        parts += [f"{weight!r} * {term.sql}" for term, weight in zip(own, weights, strict=False) if weight]
    if encoding.flag and weights[len(own)]:
        parts.append(f"CASE WHEN {quoted(encoding.name)} IS NULL THEN {weights[len(own)]!r} ELSE 0.0 END")
    return f"({' + '.join(parts) or '0.0'})"


def _steps(signal: str, edges: Sequence[float], weights: Sequence[float]) -> str:
    """A step function: below the first edge nothing, from each on the sum of the weights so far."""
    total, cases = 0.0, []
    for edge, weight in zip(edges, weights, strict=False):
        total += weight
        cases.append((edge, total))
    whens = " ".join(f"WHEN {signal} >= {edge!r} THEN {sum_!r}" for edge, sum_ in reversed(cases))
    return f"CASE {whens} ELSE 0.0 END" if whens else "0.0"
