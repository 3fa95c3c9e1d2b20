"""A mapping: one SQL statement per feed that casts, maps, applies the contract and every rule in one scan."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from borough.catalogue.contracts import added_columns, contract_types, logical_columns
from borough.compile.checks import Numbered, bind_rule, mask_count, mask_sql, numbered, refused_sql, row_checks
from borough.compile.expressions import Bound, ExpressionError, bind
from borough.engine.functions import FUNCTIONS
from borough.engine.patterns import PatternError, portable
from borough.engine.quoting import literal, quoted
from borough.errors import Mistake
from borough.lake.logs import LOG_COLUMNS, instant
from borough.project.load import Project
from borough.project.specs import DatasetSpec, FeedSpec, KnownSpec, RuleSpec

# Raise this when compiled SQL changes its meaning: every dataset is then derived again from bronze.
LANGUAGE = 1

SEPARATOR, NULL_MARK = "chr(31)", "chr(30)"


@dataclass(frozen=True)
class MappedFeed:
    """A feed bound to its dataset: everything the stages need, as data."""

    feed: str
    spec: FeedSpec
    dataset: str
    contract: DatasetSpec
    bounds: Mapping[str, Bound]
    checks: tuple[Numbered, ...]
    rules: tuple[tuple[RuleSpec, Bound], ...]
    area_rules: tuple[tuple[RuleSpec, Bound], ...]
    known: str | None
    references: Mapping[str, str]
    fingerprint: str

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The dataset's own columns with logical types."""
        return logical_columns(self.contract)

    @property
    def log_columns(self) -> tuple[tuple[str, str], ...]:
        return (*self.columns, *LOG_COLUMNS)

    @property
    def needed(self) -> tuple[tuple[str, ...], ...]:
        """Groups of received columns, one of each of which a file must have."""
        operation = [(self.spec.operation.column,)] if self.spec.operation is not None else []
        return tuple(dict.fromkeys([*(group for b in self.bounds.values() for group in b.groups), *operation]))

    @property
    def read(self) -> tuple[str, ...]:
        """The received columns that the mapping reads: rows that agree in them give the same values."""
        operation = [self.spec.operation.column] if self.spec.operation is not None else []
        return tuple(dict.fromkeys([*(c for b in self.bounds.values() for c in b.columns), *operation]))

    @property
    def key_sql(self) -> dict[str, str]:
        """SQL of the key's columns over bronze rows."""
        return {name: _value_sql(self.bounds[name]) if name in self.bounds else "NULL" for name in self.contract.key}

    def stage_sql(self, bronze: str, run: Stamp) -> str:
        """The statement: bronze rows in; typed, checked rows out, with ``_refused`` to split them by."""
        deletes = self.spec.operation is not None
        masks = ", ".join(f"{mask_sql(self.checks, i, deletes=deletes)} AS _m{i}" for i in range(mask_count(self.checks)))
        names = ", ".join(f"m.{quoted(name)}" for name, _ in self.columns)
        checked = f"SELECT m.*, {masks} FROM ({self._mapped_sql(bronze)}) m{self._reference_joins()}"
        cells = ", ".join(_cell(f"m.{quoted(name)}", kind) for name, kind in self.columns)
        masked = ", ".join(f"_m{i}" for i in range(mask_count(self.checks)))
        return (
            f"SELECT {names}, {literal(self.feed)} AS _feed, m._op, {run.position} AS _position, "
            f"{self._first_known_sql(run)} AS _known, md5(concat_ws({SEPARATOR}, {cells})) AS _hash, "
            f"m._delivery, m._file, m._row, CAST({run.number} AS BIGINT) AS _run, "
            f"m._delivery * 4294967296 + m._row AS _n, {literal(run.cause)} AS _cause, {instant(run.recorded)} AS _recorded, "
            f"{self.known or 'CAST(NULL AS TIMESTAMP)'} AS _declared, m._extract, {masked}, CAST({refused_sql(self.checks)} AS BOOLEAN) AS _refused FROM ({checked}) m"
        )

    def _mapped_sql(self, bronze: str) -> str:
        """Two projections: each column read once, then whether those that are null could be read at all."""
        read = "".join(f", {_value_sql(bound)} AS {quoted('_v_' + name)}" for name, bound in self.bounds.items())
        parts = []
        for name, kind in self.columns:
            bound = self.bounds.get(name)
            value = quoted("_v_" + name)
            parts.append(f"{value if bound else f'CAST(NULL AS {sql_type(kind)})'} AS {quoted(name)}")
            unreadable = bound.unreadable(value=value) if bound else None
            if bound is not None and unreadable is not None:
                filled = _filled(bound)
                asked = f"CASE WHEN {value} IS NULL AND {filled} THEN {unreadable} ELSE false END" if filled else unreadable
                parts.append(f"coalesce({asked}, false) AS {quoted('_u_' + name)}")
        op = "'insert'"
        if self.spec.operation is not None:
            values = ", ".join(literal(v) for v in self.spec.operation.delete)
            op = f"CASE WHEN trim({quoted(self.spec.operation.column)}) IN ({values}) THEN 'delete' ELSE 'insert' END"
        own = "_problem, _delivery, _file, _row, _position, _extract"
        return f"SELECT {', '.join(parts)}, {op} AS _op, {own} FROM (SELECT *{read} FROM {bronze}) b"

    def _reference_joins(self) -> str:
        joins = []
        for name, target in self.references.items():
            alias = quoted("_r_" + name)
            joins.append(f" LEFT JOIN {{{target}}} AS {alias} ON {alias}.v = m.{quoted(name)}")
        return "".join(joins)

    def _first_known_sql(self, run: Stamp) -> str:
        """When the source knew the row, as far as one extract tells. A complete extract can't know it later than itself."""
        declared = self.known or "CAST(NULL AS TIMESTAMP)"
        known = f"coalesce({declared}, {run.position})"
        return known if self.spec.delivers == "append" else f"least({known}, {run.position})"


@dataclass(frozen=True)
class Stamp:
    """What a run puts on each row it stages. ``position`` is SQL: a literal, or a column of the bronze relation."""

    number: int
    recorded: dt.datetime
    cause: str
    position: str


def _filled(bound: Bound) -> str | None:
    """Where an expression is one reader of one column that refuses what it can't read: the condition that a cell has anything to read.

    Such a reader makes null of an empty text; asking first spares it the cells that are empty, in many extracts most of a column.
    """
    node = bound.node
    if node.kind != "call" or not FUNCTIONS[node.name].refuses or len(node.args) != 1:
        return None
    column = node.args[0]
    return f"{quoted(column.name)} <> ''" if column.kind == "column" and not column.args else None


def _value_sql(bound: Bound) -> str:
    filled = _filled(bound)
    return f"CASE WHEN {filled} THEN {bound.sql()} END" if filled else bound.sql()


def sql_type(logical: str) -> str:
    words = {"string": "VARCHAR", "long": "BIGINT", "double": "DOUBLE", "binary": "BLOB"}
    return words.get(logical, logical.upper())


def _cell(column: str, kind: str) -> str:
    """A value as canonical text, null-safe, the same in every engine."""
    if kind == "double":
        # 1e-07, 1e-7 and 1.0E-7 are one number: as a decimal they are one text too.
        # One of 64 bits shows the same text as one of 128, in an eighth of the time.
        wide = f"coalesce(CAST(TRY_CAST({column} AS DECIMAL(38,12)) AS VARCHAR), CAST({column} AS VARCHAR))"
        text = f"CASE WHEN abs({column}) < 100000 THEN CAST(TRY_CAST({column} AS DECIMAL(18,12)) AS VARCHAR) ELSE {wide} END"
    elif kind == "binary":
        text = f"hex({column})"
    else:
        text = f"CAST({column} AS VARCHAR)"
    return f"coalesce({text}, {NULL_MARK})"


def _instant_sql(bound: Bound, lag: str | None) -> str:
    """A civil date (its start, in London) or a UTC timestamp, later by a lag, as a UTC timestamp."""
    value = f"({bound.sql()})" + (f" + INTERVAL '{lag}'" if lag else "")
    if bound.type == "date":
        return f"timezone('UTC', timezone('Europe/London', CAST({value} AS TIMESTAMP)))"
    return f"CAST({value} AS TIMESTAMP)"


def known_sql(known: str | KnownSpec, columns: Mapping[str, str], alias: str = "m") -> str:
    """A declared known time over mapped columns. Raises ExpressionError."""
    spec = known if isinstance(known, KnownSpec) else KnownSpec(date=known)
    return _instant_sql(bind(spec.date, columns), spec.lag)


def map_feed(project: Project, feed: str, columns: Sequence[str] | None) -> tuple[MappedFeed | None, list[Mistake]]:
    """Bind a feed's mapping to its dataset. ``columns`` are the feed's received columns, None while unknown.

    Returns the bound feed, or None with every mistake found.
    """
    source, name = feed.split(".")
    spec = project.sources[source].feeds[name]
    contract = project.datasets[spec.to or ""]
    mistakes: list[Mistake] = []
    received = None if columns is None else dict.fromkeys(columns, "string")
    bounds: dict[str, Bound] = {}
    for column, text in spec.map.items():
        target = contract.columns.get(column)
        if target is None:
            continue
        try:
            bounds[column] = bind(text, received, as_type=target.type, unknown=(*spec.unknown, *target.unknown), raw=True)
        except ExpressionError as error:
            mistakes.extend(_placed(project, error, "source", source, "feeds", name, "map", column))
    if spec.operation is not None:
        try:
            bind(quoted(spec.operation.column), received, raw=True)
        except ExpressionError as error:
            mistakes.extend(_placed(project, error, "source", source, "feeds", name, "operation", "column"))
    rules, area_rules = _bind_rules(project, contract, mistakes)
    known = _bind_known(project, contract, mistakes)
    mistakes.extend(_pattern_mistakes(project, contract))
    if mistakes:
        return None, mistakes
    checks = numbered(row_checks(contract, bounds, rules))
    references = {n: c.references for n, c in contract.columns.items() if c.references is not None}
    return (
        MappedFeed(feed, spec, contract.dataset, contract, bounds, checks, tuple(rules), tuple(area_rules), known, references, fingerprint(spec, contract)),
        [],
    )


def _placed(project: Project, error: ExpressionError, kind: str, name: str, *path: str | int) -> list[Mistake]:
    return [
        Mistake(project.place(kind, name, *path, line=f.line, column=f.column), f.found, f.expected, f.nearest) for f in error.faults
    ]


def _bind_rules(
    project: Project, contract: DatasetSpec, mistakes: list[Mistake]
) -> tuple[list[tuple[RuleSpec, Bound]], list[tuple[RuleSpec, Bound]]]:
    own, added = contract_types(contract), added_columns(project, contract)
    rules, over_areas = [], []
    for i, rule in enumerate(contract.rules):
        try:
            bound = bind_rule(rule, {**own, **added})
        except ExpressionError as error:
            mistakes.extend(_placed(project, error, "dataset", contract.dataset, "rules", i, "check"))
            continue
        if not set(bound.columns) & set(added):
            rules.append((rule, bound))
        elif rule.severity == "warn":
            over_areas.append((rule, bound))
        else:
            place = project.place("dataset", contract.dataset, "rules", i, "severity")
            found = f"rule {rule.name} on a column that Borough adds, with severity {rule.severity}"
            mistakes.append(Mistake(place, found, "severity: warn, since areas, properties and people are worked out after rows are accepted"))
    return rules, over_areas


def _pattern_mistakes(project: Project, contract: DatasetSpec) -> Iterator[Mistake]:
    """Patterns that engines would read differently."""
    for name, column in contract.columns.items():
        try:
            portable(column.pattern or "")
        except PatternError as error:
            place = project.place("dataset", contract.dataset, "columns", name, "pattern", column=error.at + 1)
            yield Mistake(place, error.found, error.expected)


def _bind_known(project: Project, contract: DatasetSpec, mistakes: list[Mistake]) -> str | None:
    own = contract_types(contract)
    for name, column in contract.columns.items():
        if column.known is not None:
            _try_known(project, column.known, own, mistakes, contract.dataset, "columns", name, "known")
    return None if contract.known is None else _try_known(project, contract.known, own, mistakes, contract.dataset, "known")


def _try_known(
    project: Project, known: str | KnownSpec, columns: Mapping[str, str], mistakes: list[Mistake], dataset: str, *path: str | int
) -> str | None:
    try:
        text = known.date if isinstance(known, KnownSpec) else known
        bound = bind(text, columns)
        if bound.type not in ("date", "timestamp"):
            place = project.place("dataset", dataset, *path)
            mistakes.append(Mistake(place, f"{text!r} of type {bound.type}", "a date or timestamp: when the source knew it"))
            return None
        return known_sql(known, columns)
    except ExpressionError as error:
        mistakes.extend(_placed(project, error, "dataset", dataset, *path))
        return None


def fingerprint(spec: FeedSpec, contract: DatasetSpec) -> str:
    """Identifies what a derivation depends on: words for people (titles, owners, classification) don't count."""
    feed = spec.model_dump(mode="json", exclude={"title", "files", "columns", "on_new_column"})
    prose = {"title", "description", "owner", "classification", "purposes"}
    dataset = contract.model_dump(mode="json", exclude=prose | {"precedence", "areas", "area", "address", "addresses", "person", "people", "true", "contract"})
    for column in dataset["columns"].values():
        for word in prose:
            column.pop(word, None)
    return hashlib.sha256(json.dumps([LANGUAGE, feed, dataset], sort_keys=True).encode()).hexdigest()[:16]


def shape(contract: DatasetSpec) -> str:
    """Identifies the physical columns of a log: when it changes, the log is written anew."""
    return json.dumps([list(contract.key), [(n, c.type) for n, c in contract.columns.items()]])
