"""Mistakes in datasets that can be found without reading any SQL: columns, references, areas, rules, purposes."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.identity_checks import check_identity
from borough.project.odcs.checks import check_contract
from borough.project.purpose_checks import check_purposes
from borough.project.specs import ColumnSpec, DatasetSpec

NUMERIC = ("integer", "number", "money")
TEMPORAL = ("date", "timestamp")
# RE2, which runs the patterns, has neither look-around nor back-references: they can take time without end.
_BEYOND_RE2 = re.compile(r"\\(?:\\|[1-9]|.)|\(\?(?:<?[=!]|P=|\(|>)", re.DOTALL)
_MOST_REPEATS = 1000
POINT_SYSTEMS = ("EPSG:4326", "EPSG:27700", "EPSG:29902", "EPSG:2157", "EPSG:3857")
"""In which the points of rows may be given: what British and Irish registers use."""


def check_dataset(findings: Findings, name: str, spec: DatasetSpec) -> None:
    """All mistakes of one dataset."""
    at = Where("dataset", name)
    _key(findings, at, spec)
    for column, contract in spec.columns.items():
        _column(findings, at.below("columns", column), contract)
        _classified(findings, at.below("columns", column), spec, contract)
    _references(findings, at, spec)
    _true(findings, at, spec)
    _area(findings, at, spec)
    _areas(findings, at, spec)
    check_identity(findings, name, spec)
    _rules(findings, at, spec)
    _precedence(findings, at, name, spec)
    check_contract(findings, at.below("contract"), spec)


def _key(findings: Findings, at: Where, spec: DatasetSpec) -> None:
    if not spec.key:
        findings.error(at.below("key"), "an empty list", "the column(s) that identify a row")
    for index, column in enumerate(spec.key):
        where = at.below("key", index)
        _existing(findings, where, spec, column)
        if column in spec.key[:index]:
            findings.error(where, f"the column {findings.said(where, column)} a second time", "each column of the key once")
        if column in spec.columns and spec.columns[column].type == "geometry":
            findings.error(where, f"{findings.said(where, column)} of type geometry", "a column with a value that identifies the row")


def _existing(findings: Findings, where: Where, spec: DatasetSpec, column: str, types: tuple[str, ...] = ()) -> None:
    """A name that must be a column of the dataset, of one of the types."""
    if column not in spec.columns:
        findings.error(
            where,
            f"unknown column {findings.said(where, column)}",
            f"a column of {spec.dataset}: {one_of(spec.columns)}",
            nearest(column, spec.columns),
        )
    elif types and spec.columns[column].type not in types:
        findings.error(
            where, f"the column {findings.said(where, column)} of type {spec.columns[column].type}", f"a column of type {one_of(types)}"
        )


# ── Columns ─────────────────────────────────────────────────────────────────────────────────────


def _column(findings: Findings, at: Where, column: ColumnSpec) -> None:
    if column.between is not None:
        _between(findings, at.below("between"), column)
    if column.values is not None:
        _values(findings, at.below("values"), column)
    if column.pattern is not None:
        _pattern(findings, at.below("pattern"), column)


def _between(findings: Findings, at: Where, column: ColumnSpec) -> None:
    if column.type in ("boolean", "geometry"):
        findings.error(at, f"`between` on a column of type {column.type}", "a column of numbers, dates or text")
        return
    assert column.between is not None
    limits = [_limit(column.type, value) for value in column.between]
    for index, (limit, value) in enumerate(zip(limits, column.between, strict=True)):
        if limit is None:
            findings.error(
                at.below(index), findings.said(at.below(index), value), f"{_LIMITS[column.type]}, since the column is of type {column.type}"
            )
    low, high = limits
    if low is not None and high is not None and low > high:
        findings.error(at, "a lowest value above the highest", "the lowest value first")


_LIMITS = {
    "integer": "a whole number",
    "number": "a number",
    "money": "a number",
    "date": "a date such as 2026-01-31",
    "timestamp": "a date or timestamp such as 2026-01-31 09:30:00",
    "string": "text (a number here means that the column should be of type integer or number)",
}


def _limit(kind: str, value: Any) -> Any:
    """The value as the column's type compares it; None when it is of another type."""
    if kind == "integer":
        return value if isinstance(value, int) else None
    if kind in ("number", "money"):
        return value if isinstance(value, (int, float)) and math.isfinite(value) else None
    if kind == "date":
        return value if isinstance(value, dt.date) else None
    if kind == "timestamp":
        return _instant(value)
    return value if isinstance(value, str) else None


def _instant(value: Any) -> dt.datetime | None:
    try:
        read = dt.datetime.fromisoformat(str(value)) if isinstance(value, (str, dt.date)) else None
    except ValueError:
        return None
    return read.replace(tzinfo=dt.UTC) if read is not None and read.tzinfo is None else read


_READABLE = {
    "integer": re.compile(r"[-+]?\d+"),
    "number": re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"),
    "money": re.compile(r"[-+]?\d+(\.\d{1,2})?"),
}


def _values(findings: Findings, at: Where, column: ColumnSpec) -> None:
    values = column.values or ()
    if not values:
        findings.error(at, "an empty list", "the permitted values")
    if column.type in ("boolean", "geometry"):
        findings.error(at, f"`values` on a column of type {column.type}", "a column of text, numbers or dates")
        return
    for index, value in enumerate(values):
        if not _readable(column.type, value):
            findings.error(
                at.below(index), findings.said(at.below(index), value), f"{_LIMITS[column.type]}, since the column is of type {column.type}"
            )
        if value in values[:index]:
            findings.warning(at.below(index), f"{findings.said(at.below(index), value)} a second time", "each value once")


def _readable(kind: str, value: str) -> bool:
    if kind in TEMPORAL:
        return _instant(value) is not None and (kind == "timestamp" or len(value) == 10)
    return kind not in _READABLE or _READABLE[kind].fullmatch(value) is not None


def _pattern(findings: Findings, at: Where, column: ColumnSpec) -> None:
    pattern = column.pattern or ""
    if column.type != "string":
        findings.error(at, f"`pattern` on a column of type {column.type}", "a column of type string (a pattern is matched against text)")
    for match in _BEYOND_RE2.finditer(pattern):
        if match[0].startswith("(") or match[0][1].isdigit():
            what = "a back-reference" if "P=" in match[0] or match[0][0] == "\\" else "look-around or a group"
            findings.error_inside(
                at, match.start(), f"{what} {match[0]!r}, which the engine does not have", "a regular expression as in RE2"
            )
            return
    for match in re.finditer(r"\{(\d*),?(\d*)\}", pattern):
        if any(int(n or 0) > _MOST_REPEATS for n in match.groups()):
            findings.error_inside(at, match.start(), f"the repetition {match[0]}", f"at most {_MOST_REPEATS} repetitions")
            return
    try:
        re.compile(pattern)
    except re.error as error:
        findings.error_inside(at, error.pos or 0, f"a pattern that can't be read ({error.msg})", "a regular expression")


def _classified(findings: Findings, at: Where, spec: DatasetSpec, column: ColumnSpec) -> None:
    """Who may see the column: purposes are declared, and a special column has at least one."""
    check_purposes(findings, at, column.purposes)
    if (column.classification or spec.classification) == "special" and not column.purposes:
        findings.warning(at, "a special column without purposes", "`purposes: [NAME]`: until then nobody can see it")


# ── Between datasets ────────────────────────────────────────────────────────────────────────────


def _references(findings: Findings, at: Where, spec: DatasetSpec) -> None:
    datasets = findings.project.datasets
    for name, column in spec.columns.items():
        if column.references is None:
            continue
        where = at.below("columns", name, "references")
        target, _, target_column = column.references.partition(".")
        if target not in datasets:
            if not findings.is_declared("dataset", target):
                findings.error(where, f"unknown dataset {target!r}", f"a dataset: {one_of(sorted(datasets))}", nearest(target, datasets))
            continue
        other = datasets[target].columns.get(target_column)
        if other is None:
            columns = datasets[target].columns
            close = nearest(target_column, columns)
            findings.error(
                where,
                f"unknown column {target_column!r} of {target}",
                one_of(f"{target}.{c}" for c in columns),
                close and f"{target}.{close}",
            )
        elif other.type != column.type:
            findings.error(where, f"a reference from type {column.type} to type {other.type}", "columns of one type")


def check_cycles(findings: Findings) -> None:
    """Datasets are loaded in the order of their references and areas: that order must exist."""
    edges = {name: dict(_needs(spec)) for name, spec in findings.project.datasets.items()}
    for cycle in _cycles(edges):
        path = edges[cycle[0]][cycle[1 % len(cycle)]]
        chain = " → ".join([*cycle, cycle[0]])
        findings.error(
            Where("dataset", cycle[0], path),
            f"datasets that need each other: {chain}",
            "an order in which they can be loaded: take one reference out",
        )


def _needs(spec: DatasetSpec) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    for name, column in spec.columns.items():
        if column.references:
            yield column.references.partition(".")[0], ("columns", name, "references")
    for area in spec.areas:
        yield area, ("areas", area)


def _cycles(edges: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Each cycle once, from its first name."""
    found: set[tuple[str, ...]] = set()
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            cycle = trail[trail.index(name) :]
            first = cycle.index(min(cycle))
            found.add(cycle[first:] + cycle[:first])
        elif name in edges and name not in done:
            for other in edges[name]:
                visit(other, (*trail, name))
            done.add(name)

    for name in sorted(edges):
        visit(name, ())
    return sorted(found)


# ── Times, areas ────────────────────────────────────────────────────────────────────────────────


def _true(findings: Findings, at: Where, spec: DatasetSpec) -> None:
    if spec.true is not None:
        for key, column in (("from", spec.true.from_), ("to", spec.true.to)):
            if column is not None:
                _existing(findings, at.below("true", key), spec, column, TEMPORAL)


def _area(findings: Findings, at: Where, spec: DatasetSpec) -> None:
    if spec.area is None:
        return
    parts: Iterable[tuple[str, tuple[str, ...]]] = (
        ("code", ()),
        ("label", ()),
        ("shape", ("geometry",)),
        ("valid_from", ("date",)),
        ("valid_to", ("date",)),
    )
    for key, types in parts:
        column = getattr(spec.area, key)
        if column is not None:
            _existing(findings, at.below("area", key), spec, column, types)


def _areas(findings: Findings, at: Where, spec: DatasetSpec) -> None:
    datasets = findings.project.datasets
    possible = sorted(name for name, other in datasets.items() if other.area is not None)
    added: dict[str, str] = {}
    for name, area in spec.areas.items():
        where = at.below("areas", name)
        if name not in datasets:
            if not findings.is_declared("dataset", name):
                findings.error_at_key(
                    where,
                    f"unknown dataset {name!r}",
                    f"a dataset with `area:`: {one_of(possible) or 'there is none'}",
                    nearest(name, possible),
                )
        elif datasets[name].area is None:
            findings.error_at_key(
                where, f"the dataset {name!r}, which has no `area:`", f"a dataset of areas: {one_of(possible) or 'there is none'}"
            )
        for index, column in enumerate(area.point):
            _existing(findings, where.below("point", index), spec, column, ("number",))
        if area.crs not in POINT_SYSTEMS:
            findings.error(where.below("crs"), f"the coordinate reference system {area.crs!r}", one_of(POINT_SYSTEMS), nearest(area.crs, POINT_SYSTEMS))
        if area.on is not None:
            _existing(findings, where.below("on"), spec, area.on, ("date",))
        for column in (f"{name}_code", f"{name}_name"):
            if column in spec.columns:
                findings.error_at_key(at.below("columns", column), f"the column {column!r}, which `areas: {name}` adds", "another name")
            elif column in added:
                findings.error_at_key(where, f"{column!r}, which `areas: {added[column]}` adds too", "areas whose columns differ in name")
            added.setdefault(column, name)


# ── Rules, precedence ───────────────────────────────────────────────────────────────────────────


def _rules(findings: Findings, at: Where, spec: DatasetSpec) -> None:
    counts = Counter(rule.name for rule in spec.rules)
    first: dict[str, int] = {}
    for index, rule in enumerate(spec.rules):
        where = at.below("rules", index)
        if counts[rule.name] > 1 and rule.name in first:
            place = findings.place(at.below("rules", first[rule.name], "name"))
            findings.error(
                where.below("name"),
                f"the rule {findings.said(where.below('name'), rule.name)} a second time",
                f"each name once (the first is at {place})",
            )
        first.setdefault(rule.name, index)
        if rule.severity == "stop" and rule.share >= 1:
            findings.error(where.below("share"), "a share that no load can exceed", "less than 1 (100%)")
        if rule.severity != "stop" and "share" in rule.model_fields_set:
            findings.error(where.below("share"), f"a share for severity {rule.severity}", "`severity: stop` with it")


def _precedence(findings: Findings, at: Where, name: str, spec: DatasetSpec) -> None:
    filling = [feed for feed, _, f in findings.project.feeds() if f.to == name]
    every = {feed for feed, _, _ in findings.project.feeds()}
    for index, feed in enumerate(spec.precedence):
        where = at.below("precedence", index)
        if feed in spec.precedence[:index]:
            findings.error(where, f"the feed {findings.said(where, feed)} a second time", "each feed once")
        elif feed in every and feed not in filling:
            findings.error(
                where,
                f"the feed {findings.said(where, feed)}, which does not fill {name}",
                f"a feed with `to: {name}`: {one_of(filling) or 'there is none'}",
            )
        elif feed not in every and not findings.is_broken("source", feed.partition(".")[0]):
            expected = f"a feed with `to: {name}`, as source.feed: {one_of(filling) or 'there is none'}"
            findings.error(where, f"unknown feed {findings.said(where, feed)}", expected, nearest(feed, filling))
