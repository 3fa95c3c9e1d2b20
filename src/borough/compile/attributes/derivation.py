"""Attributes that are made of others: in which order, of which type, and every mistake in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

from borough.compile.attributes.access import sensitivity_of
from borough.compile.attributes.model import COUNTED, MISSING, Attribute
from borough.compile.expressions import ExpressionError, bind
from borough.compile.syntax import GrammarError, parse
from borough.engine.quoting import literal
from borough.errors import Mistake
from borough.project.dna_specs import AttributeSpec
from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where

_NUMBERS = ("integer", "number", "money", "boolean")


def bind_derived(findings: Findings, attributes: Mapping[str, Attribute], key_type: str) -> list[Attribute]:
    """All attributes of an entity, each after those that it reads, with types and sensitivity. Those with a mistake are left out."""
    del key_type
    done: dict[str, Attribute] = {}
    for name in sorted(attributes):
        _visit(findings, attributes, name, (), done)
    return list(done.values())


def _visit(findings: Findings, attributes: Mapping[str, Attribute], name: str, path: tuple[str, ...], done: dict[str, Attribute]) -> bool:
    """Resolve an attribute after those that it reads. False where it can't be."""
    if name in done:
        return True
    attribute = attributes[name]
    at = Where("dna", attribute.group, ("attributes", name))
    if name in path:
        cycle = " → ".join((*path[path.index(name) :], name))
        findings.error_at_key(at, f"a cycle of attributes: {cycle}", "attributes that don't read each other in a circle")
        return False
    reads = attribute.reads if attribute.of_rows else tuple(dict.fromkeys(_names(findings, at, attribute, attributes)))
    fine = [_visit(findings, attributes, other, (*path, name), done) for other in reads if other in attributes]
    if not all(fine) or len(fine) < len(reads):
        return False
    typed = attribute if attribute.of_rows else _typed(findings, at, replace(attribute, reads=reads), done)
    if typed is None or name in done:
        return name in done
    sensitivity = attribute.spec.sensitivity or sensitivity_of(findings.project, typed, done)
    inherited = tuple(dict.fromkeys(source for other in reads for source in done[other].made_from))
    purposes = typed.purposes or _shared([done[other].purposes for other in reads])
    done[name] = replace(typed, sensitivity=sensitivity, purposes=purposes, made_from=typed.made_from or inherited)
    return True


def _shared(purposes: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The purposes for which all of them may be seen."""
    named = [set(p) for p in purposes if p]
    return tuple(sorted(set.intersection(*named))) if named else ()


def _names(findings: Findings, at: Where, attribute: Attribute, attributes: Mapping[str, Attribute]) -> Iterator[str]:
    """The attributes that it reads; those that there are not are told."""
    spec = attribute.spec
    if spec.formula is not None:
        yield from _in_formula(findings, at, spec.formula, attributes)
        return
    named: list[tuple[Where, str]] = []
    if spec.neighbours is not None:
        named = [(at.below("neighbours", key), other) for key in ("by", "of") if (other := getattr(spec.neighbours, key)) is not None]
    elif spec.score is not None:
        named = [(at.below("score", "weights", other), other) for other in spec.score.weights]
    for where, other in named:
        if other not in attributes:
            tell = findings.error_at_key if "weights" in where.path else findings.error
            tell(where, f"unknown attribute {other!r}", f"an attribute of {attribute.entity}: {one_of(sorted(attributes))}", nearest(other, attributes))
        yield other


def _in_formula(findings: Findings, at: Where, formula: str, attributes: Mapping[str, Attribute]) -> Iterator[str]:
    try:
        columns = [term.text for term in parse(formula).walk() if term.kind == "name"]
    except GrammarError:
        try:
            bind(formula, {})
        except ExpressionError as error:
            yield from _told(findings, at.below("formula"), error)
        return
    for column in dict.fromkeys(columns):
        plain = column.removesuffix(MISSING) if column not in attributes else column
        if plain in attributes:
            yield plain
        elif column != "as_of":
            known = [*sorted(attributes), "as_of"]
            findings.error(at.below("formula"), f"unknown attribute {column!r}", f"an attribute, its flag (NAME{MISSING}) or as_of: {one_of(known)}", nearest(column, known))
            yield column


def _told(findings: Findings, where: Where, error: ExpressionError) -> Iterator[str]:
    for f in error.faults:
        findings.mistakes.append(Mistake(findings.project.place(where.kind, where.name, *where.path, line=f.line, column=f.column), f.found, f.expected, f.nearest))
    yield ""  # reads what is not there: left out


def derived_types(attributes: Mapping[str, Attribute]) -> dict[str, str]:
    """What a formula may read: attributes, their flags, and the day."""
    return {"as_of": "date", **{name + MISSING: "boolean" for name in attributes}, **{name: a.type for name, a in attributes.items()}}


def _typed(findings: Findings, at: Where, attribute: Attribute, done: Mapping[str, Attribute]) -> Attribute | None:
    spec = attribute.spec
    if spec.formula is not None:
        try:
            bound = bind(spec.formula, derived_types(done))
        except ExpressionError as error:
            list(_told(findings, at.below("formula"), error))
            return None
        if bound.type == "geometry":
            findings.error(at.below("formula"), "a geometry", "a number, text, date, yes or no")
            return None
        kind = "string" if bound.type == "null" else bound.type
        return replace(attribute, value=bound, type=kind, missing=missing_sql(findings, at, spec, kind))
    if spec.neighbours is not None:
        return _neighbours(findings, at, attribute, done)
    for other in spec.score.weights if spec.score is not None else ():
        if done[other].type not in _NUMBERS:
            findings.error_at_key(at.below("score", "weights", other), f"a weight for {other}, a {done[other].type}", "a number, or a yes and no")
            return None
    return replace(attribute, type="number", missing=missing_sql(findings, at, attribute.spec, "number"))


def _neighbours(findings: Findings, at: Where, attribute: Attribute, done: Mapping[str, Attribute]) -> Attribute | None:
    spec = attribute.spec.neighbours
    if spec is None:
        return None
    if spec.take == "count":
        return replace(attribute, type="integer", missing=missing_sql(findings, at, attribute.spec, "number"))
    if spec.of is None:
        findings.error_at_key(at.below("neighbours"), f"`take: {spec.take}` without `of:`", "`of:` with the attribute, or `take: count`")
        return None
    if done[spec.of].type not in _NUMBERS:
        findings.error(at.below("neighbours", "of"), f"the {spec.take} of {spec.of}, a {done[spec.of].type}", "a number, or a yes and no")
        return None
    kind = "number" if spec.take == "mean" else {"boolean": "integer"}.get(done[spec.of].type, done[spec.of].type)
    return replace(attribute, type=kind, missing=missing_sql(findings, at, attribute.spec, "number"))


def missing_sql(findings: Findings, at: Where, spec: AttributeSpec, kind: str) -> str | None:
    """SQL of the value that nothing counts as, for an attribute of a type; None for no value."""
    if spec.missing is None:
        return "0" if spec.kind in COUNTED else None
    value, where = spec.missing.as_, at.below("missing")
    if value is None:
        return None
    if kind in ("integer", "number", "money"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            findings.error(where, f"{value!r} for a missing {kind}", "a number")
            return None
        return repr(value)
    if kind == "boolean":
        if str(value).lower() not in ("true", "false"):
            findings.error(where, f"{value!r} for a missing yes or no", "true or false")
            return None
        return str(value).lower()
    if kind in ("date", "timestamp") and not isinstance(value, dt.date):
        findings.error(where, f"{value!r} for a missing {kind}", "a date")
        return None
    return f"DATE {literal(str(value))}" if kind in ("date", "timestamp") else literal(str(value))
