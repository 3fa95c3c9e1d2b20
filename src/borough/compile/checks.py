"""The checks of a mapping: contract and rules as numbered predicates over the mapped row.

Each check owns one bit of a mask (61 to a BIGINT), so that one scan says everything that is wrong
with a row, and counting failures per rule is a GROUP BY over a handful of masks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from borough.compile.expressions import Bound, bind
from borough.engine.dialects import DIALECTS
from borough.engine.patterns import portable
from borough.engine.quoting import literal, quoted
from borough.project.specs import ColumnSpec, DatasetSpec, RuleSpec

BITS = 61  # a BIGINT has 63 bits; sums of powers up to 2^60 stay exact in every engine


@dataclass(frozen=True)
class Check:
    """One predicate that a good row passes.

    ``fails`` is SQL over the mapped row (alias ``m``); null, like false, means that nothing is wrong. ``says`` is the reason a person reads.
    ``found`` is the received column that the reason quotes, if there is one.
    """

    name: str
    column: str | None
    dimension: str
    severity: str  # error | warn | stop
    share: float
    says: str
    fails: str
    found: str | None = None
    on_key: bool = False


@dataclass(frozen=True)
class Numbered:
    """A check with its place in the masks."""

    check: Check
    mask: int
    bit: int

    @property
    def failed(self) -> str:
        """SQL: did this check fail, given the masks?"""
        return f"(_m{self.mask} & {1 << self.bit}) <> 0"


def numbered(checks: Sequence[Check]) -> tuple[Numbered, ...]:
    """Number the checks. Bit 0 of mask 0 is the reader's own refusal (``_problem``)."""
    return tuple(Numbered(check, (i + 1) // BITS, (i + 1) % BITS) for i, check in enumerate(checks))


def typed_literal(value: object, kind: str) -> str:
    """A value from the YAML as an SQL literal of a column's type."""
    if kind == "date":
        return f"DATE '{value}'"
    if kind == "timestamp":
        return f"TIMESTAMP '{value.isoformat(' ') if isinstance(value, dt.datetime) else value}'"
    if kind in ("integer", "number", "money"):
        return str(value)
    return literal(str(value))


THINGS = {
    "uk_date": "a date", "uk_timestamp": "a date and time", "postcode": "a postcode", "uprn": "a UPRN", "nino": "a National Insurance number",
    "money": "an amount of money", "integer": "a whole number", "number": "a number", "yes_no": "yes or no", "phone": "a phone number",
    "email": "an email address", "geometry": "a shape", "person_name": "a person's name",
}  # fmt: skip


def _thing(bound: Bound | None, kind: str) -> str:
    """What a column is read as, in a person's words: by its reader if it has one, else by its type."""
    readers = [THINGS[f] for f in bound.functions if f in THINGS] if bound is not None else []
    return readers[0] if len(readers) == 1 else kind


def _column_checks(name: str, spec: ColumnSpec, bound: Bound | None, *, is_key: bool) -> Iterator[Check]:
    """The contract of one column, in the order in which a person would look."""
    col = f"m.{quoted(name)}"
    unreadable = f"m.{quoted('_u_' + name)}"
    reads = bound is not None and bound.unreadable() is not None
    found = bound.columns[0] if bound is not None and bound.columns else None

    def check(kind: str, dimension: str, says: str, fails: str, severity: str = spec.severity) -> Check:
        return Check(f"{name}_{kind}", name, dimension, severity, 0.0, says, fails, found, is_key)

    if reads:
        severity = "warn" if spec.on_unreadable == "null" and not is_key else "error"
        yield check("readable", "validity", f"{name} can't be read as {_thing(bound, spec.type)}", unreadable, severity)
    if spec.required or is_key:
        missing = f"{col} IS NULL" + (f" AND NOT {unreadable}" if reads else "")
        yield check("required", "completeness", f"{name} is missing", missing, "error" if is_key else spec.severity)
    if spec.values is not None:
        permitted = [typed_literal(v, spec.type) for v in spec.values]
        # DuckDB makes a join of a long IN, which takes twice as long; of words, whose types can't differ, a list is the same.
        among = DIALECTS["duckdb"].among(col, permitted) if spec.type == "string" else f"{col} IN ({', '.join(permitted)})"
        yield check("values", "validity", f"{name} is not one of the permitted values", f"NOT {among}")
    if spec.between is not None:
        low, high = (typed_literal(v, spec.type) for v in spec.between)
        says = f"{name} is not between {spec.between[0]} and {spec.between[1]}"
        yield check("between", "validity", says, f"{col} NOT BETWEEN {low} AND {high}")
    if spec.pattern is not None:
        whole = literal(f"^(?:{portable(spec.pattern)})$")
        yield check("pattern", "validity", f"{name} does not match {spec.pattern}", f"NOT regexp_matches({col}, {whole})")
    if spec.references is not None:
        absent = f"{col} IS NOT NULL AND {quoted('_r_' + name)}.v IS NULL"
        yield check("references", "consistency", f"{name} is not in {spec.references}", absent)


def _rule_check(rule: RuleSpec, bound: Bound) -> Check:
    says = rule.description or f"rule {rule.name}: {' '.join(rule.check.split())}"
    fails = f"NOT ({bound.sql()})" if rule.nulls == "pass" else f"({bound.sql()}) IS NOT TRUE"
    return Check(rule.name, None, rule.dimension, rule.severity, rule.share, says, fails)


def bind_rule(rule: RuleSpec, columns: Mapping[str, str]) -> Bound:
    """A rule's expression, bound to the dataset's columns. Raises ExpressionError."""
    return bind(rule.check, columns, as_type="boolean")


def row_checks(dataset: DatasetSpec, bounds: Mapping[str, Bound], rules: Sequence[tuple[RuleSpec, Bound]]) -> tuple[Check, ...]:
    """Every check of a dataset's row: columns in order of declaration, then rules."""
    checks: list[Check] = []
    for name, spec in dataset.columns.items():
        checks.extend(_column_checks(name, spec, bounds.get(name), is_key=name in dataset.key))
    checks.extend(_rule_check(rule, bound) for rule, bound in rules)
    return tuple(checks)


def kept_checks(dataset: DatasetSpec, rules: Sequence[tuple[RuleSpec, Bound]]) -> tuple[Check, ...]:
    """The checks that a kept row may fail, over the dataset's own rows (alias ``m``): those that refuse nothing, and ask neither the extract nor another dataset."""
    return tuple(check for check in row_checks(dataset, {}, rules) if check.severity != "error" and not check.name.endswith("_references"))


def mask_sql(checks: Sequence[Numbered], mask: int, *, deletes: bool = False) -> str:
    """SQL of one mask over the mapped row; a row that the reader refused fails nothing else. ``deletes``: some rows may be deletes."""
    terms = []
    for one in checks:
        if one.mask == mask:
            # A delete of a changes feed carries its key and need carry nothing else.
            fails = one.check.fails if one.check.on_key or not deletes else f"m._op <> 'delete' AND ({one.check.fails})"
            terms.append(f"CASE WHEN {fails} THEN {1 << one.bit} ELSE 0 END")
    total = " + ".join(terms) or "0"
    problem = "1" if mask == 0 else "0"
    return f"CAST(CASE WHEN m._problem IS NOT NULL THEN {problem} ELSE {total} END AS BIGINT)"


def refused_sql(checks: Sequence[Numbered]) -> str:
    """SQL over the masks: is the row refused?"""
    parts = []
    for mask in range(mask_count(checks)):
        bits = sum(1 << one.bit for one in checks if one.mask == mask and one.check.severity == "error")
        bits |= 1 if mask == 0 else 0
        if bits:
            parts.append(f"(_m{mask} & {bits}) <> 0")
    return " OR ".join(parts)


def mask_count(checks: Sequence[Numbered]) -> int:
    return 1 + max((one.mask for one in checks), default=0)
