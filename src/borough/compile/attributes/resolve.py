"""From what a project declares in ``dna/`` to the profile of each entity, and every mistake on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from borough.catalogue.contracts import contract_types
from borough.compile.attributes.access import check_access
from borough.compile.attributes.derivation import bind_derived, missing_sql
from borough.compile.attributes.lookup import appearance_types, population_of, source_of
from borough.compile.attributes.model import APPEARANCE, MISSING, SHIPPED, Attribute, Profile, Window
from borough.compile.expressions import Bound, ExpressionError, bind
from borough.errors import Mistake
from borough.library import shelf
from borough.project.dna_specs import KINDS, OF_ROWS, AttributeSpec, DnaSpec
from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.load import Project
from borough.project.roles import addresses_of, property_column

_TYPES = {"count": "integer", "trend": "integer", "change": "integer", "distinct": "integer", "recency": "integer", "rate": "number", "share": "number", "mean": "number"}
_NUMBERS = ("integer", "number", "money")
_ROW_KEYS = ("from_", "by", "where", "on", "until", "window")
_WINDOW = re.compile(r"last (\d+) (day|week|month|year)s?")


@dataclass
class Resolving:
    """Attributes of a project while they are resolved."""

    findings: Findings
    found: dict[str, dict[str, Attribute]] = field(default_factory=dict)
    lacking: set[str] = field(default_factory=set)
    """Datasets that the project has not, each told once."""

    @property
    def project(self) -> Project:
        return self.findings.project


def profiles(project: Project) -> tuple[dict[str, Profile], list[Mistake]]:
    """The profile of each entity that has attributes, by name; and every mistake, warnings included. What has a mistake is left out."""
    if not project.dna:
        return {}, []
    work = Resolving(Findings(project))
    for name, group in project.dna.items():
        if _is_entity(work, Where("dna", name), group):
            for attribute, spec in group.attributes.items():
                _attribute(work, name, group, attribute, spec)
    made = {}
    for entity, attributes in sorted(work.found.items()):
        population, key_type = population_of(project, entity)
        ordered = bind_derived(work.findings, attributes, key_type)
        check_access(work.findings, ordered)
        made[entity] = Profile(entity, key_type, tuple(ordered), population)
    return made, sorted(set(work.findings.mistakes))


def _is_entity(work: Resolving, at: Where, group: DnaSpec) -> bool:
    project, entity = work.project, group.entity
    if entity in SHIPPED or (entity in project.entities and project.entities[entity].dataset is not None):
        return True
    known = sorted({*SHIPPED, *project.entities})
    if entity not in project.entities:
        work.findings.error(at.below("entity"), f"unknown entity {work.findings.said(at.below('entity'), entity)}", f"an entity: {one_of(known)}; entities/NAME.yaml declares another", nearest(entity, known))
    return False  # an entity of the project's own without a dataset is told where it is declared


def _attribute(work: Resolving, group_name: str, group: DnaSpec, name: str, spec: AttributeSpec) -> None:
    at = Where("dna", group_name, ("attributes", name))
    others = work.found.setdefault(group.entity, {})
    if name in others:
        first = work.findings.place(Where("dna", others[name].group, ("attributes", name)))
        work.findings.error_at_key(at, f"the attribute {name!r} of {group.entity} a second time", f"one declaration (the first is at {first})")
        return
    if name in (group.entity, "as_of") or name.endswith(MISSING):
        work.findings.error_at_key(at, f"the name {name!r}, which another column has", "another name")
        return
    given = [kind for kind in KINDS if getattr(spec, kind) is not None]
    if len(given) != 1:
        found = " and ".join(f"`{kind}`" for kind in given) or "no kind"
        work.findings.error_at_key(at, found, f"exactly one of {one_of(KINDS)}")
        return
    owner, purposes = spec.owner or group.owner, spec.purposes if spec.purposes is not None else group.purposes
    base = Attribute(name, group.entity, group_name, spec, _TYPES.get(spec.kind, "number"), owner, tuple(purposes), spec.sensitivity or "public")
    if spec.kind in OF_ROWS:
        made = _of_rows(work, at, group, base)
        if made is not None:
            others[name] = made
        return
    for key in _ROW_KEYS:
        if getattr(spec, key) is not None:
            work.findings.error_at_key(at.below(key.rstrip("_")), f"`{key.rstrip('_')}:` with `{spec.kind}`", f"no `{key.rstrip('_')}:`: a {spec.kind} is made from other attributes")
    others[name] = base


def _of_rows(work: Resolving, at: Where, group: DnaSpec, base: Attribute) -> Attribute | None:
    """An attribute that is made from rows; None where it can't be."""
    spec, project = base.spec, work.project
    dataset, said = spec.from_ or group.from_, at.below("from") if spec.from_ else Where("dna", base.group, ("from",))
    if dataset is None:
        work.findings.error_at_key(at, f"a {spec.kind} without `from:`", "`from:` with the dataset whose rows it is made from")
        return None
    if dataset != APPEARANCE and dataset not in project.datasets:
        return _lacking(work, said, base, dataset)
    source = source_of(work.findings, at, base.entity, dataset, spec.by)
    if source is None:
        return None
    types = appearance_types() if dataset == APPEARANCE else _row_types(project, dataset)
    bounds, own = _Bounds(work.findings, at, types), _dates(types) if dataset == APPEARANCE else contract_types(project.datasets[dataset])
    conditions = {"where": bounds.bind("where", spec.where, "boolean"), **{key: bounds.bind(key, getattr(spec, key), "date", own) for key in ("on", "until")}}
    value = bounds.bind(spec.kind, spec.expression, "boolean" if spec.kind == "share" else None)
    on = conditions["on"] or _usual_date(project, dataset, types)
    kind = _value_type(work.findings, at, spec, value)
    window = _window(work.findings, at, project, dataset, spec, on)
    if bounds.broken or kind is None:
        return None
    dated = spec.on is not None or window is not None or spec.until is not None or spec.kind == "recency"
    missing = missing_sql(work.findings, at, spec, kind)
    return _with(base, type=kind, source=source, value=value, where=conditions["where"], on=on, until=conditions["until"], window=window, dated=dated,
                 missing=missing, made_from=_made_from(dataset, value, on if dated or spec.kind in ("fact", "change") else None, conditions["where"], conditions["until"]))  # fmt: skip


def _dates(types: Mapping[str, str]) -> dict[str, str]:
    return {column: kind for column, kind in types.items() if kind == "date"}


def _with(base: Attribute, **values: object) -> Attribute:
    return Attribute(**{**base.__dict__, **values})


def _made_from(dataset: str, *bounds: Bound | None) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((dataset, column) for bound in bounds if bound is not None for column in bound.columns))


def _lacking(work: Resolving, at: Where, base: Attribute, dataset: str) -> Attribute | None:
    """A dataset that the project has not: a warning where the library has it, and the attribute is empty; else a mistake."""
    if work.findings.is_declared("dataset", dataset):
        return None
    bringing = [name for name, ready in shelf.sources().items() if dataset in ready.fills]
    if bringing:
        if dataset not in work.lacking:
            work.findings.warning(at, f"the dataset {dataset!r}, which the project has not: attributes made from it are empty", f"`borough source add {bringing[0]}` brings it")
        work.lacking.add(dataset)
        return _with(base, lacks=dataset, type=_TYPES.get(base.spec.kind) or _type_in_library(base.spec, dataset))
    known = sorted({*work.project.datasets, APPEARANCE})
    work.findings.error(at, f"unknown dataset {work.findings.said(at, dataset)}", f"a dataset, or `{APPEARANCE}`: {one_of(known)}", nearest(dataset, known))
    return None


def _type_in_library(spec: AttributeSpec, dataset: str) -> str:
    """The type that a value would have, were the library's dataset there."""
    try:
        found = bind(spec.expression or "null", shelf.column_types(dataset)).type
    except ExpressionError:
        return "string"
    return "string" if found in ("null", "geometry") else found


@dataclass
class _Bounds:
    """Binds the expressions of one attribute; every fault is told where it stands."""

    findings: Findings
    at: Where
    types: Mapping[str, str]
    broken: bool = False

    def bind(self, key: str, text: str | None, as_type: str | None, types: Mapping[str, str] | None = None) -> Bound | None:
        if text is None:
            return None
        try:
            if as_type == "date" and (found := bind(text, types or self.types)).type not in ("date", "timestamp", "null"):
                self.broken = True
                self.findings.error(self.at.below(key), f"a {found.type}", "a date" + ("; uk_date(…) reads one from text" if found.type == "string" else ""))
                return None
            return bind(text, types or self.types, as_type=as_type)
        except ExpressionError as error:
            self.broken = True
            where = self.at.below(key)
            for f in error.faults:
                place = self.findings.project.place(where.kind, where.name, *where.path, line=f.line, column=f.column)
                self.findings.mistakes.append(Mistake(place, f.found, f.expected, f.nearest))
            return None


def _usual_date(project: Project, dataset: str, types: Mapping[str, str]) -> Bound | None:
    """The date of rows that don't declare one: since when they hold, else when they were known, where a column says so."""
    if dataset == APPEARANCE:
        return bind("since", types, as_type="date")
    contract = project.datasets[dataset]
    named = contract.true.from_ if contract.true is not None else contract.known if isinstance(contract.known, str) else contract.known.date if contract.known else None
    try:
        return bind(named, types, as_type="date") if named else None
    except ExpressionError:
        return None  # told where the dataset is declared


def _value_type(findings: Findings, at: Where, spec: AttributeSpec, value: Bound | None) -> str | None:
    kind = spec.kind
    if kind in _TYPES:
        if kind == "mean" and value is not None and value.type not in _NUMBERS:
            findings.error(at.below(kind), f"the mean of a {value.type}", "a number")
        return _TYPES[kind]
    if value is None:
        return None  # the expression is broken, and that is told
    if kind == "sum" and value.type not in _NUMBERS:
        findings.error(at.below(kind), f"the sum of a {value.type}", "a number")
        return None
    if value.type == "geometry":
        findings.error(at.below(kind), "a geometry", "a number, text, date, yes or no")
        return None
    return "string" if value.type == "null" else value.type


def _window(findings: Findings, at: Where, project: Project, dataset: str, spec: AttributeSpec, on: Bound | None) -> Window | None:
    wanting = [kind for kind in ("rate", "trend") if spec.kind == kind]
    if spec.window is None:
        if wanting:
            findings.error_at_key(at.below(wanting[0]), f"a {wanting[0]} without `window:`", "`window:`, such as `last 3 years`")
        if spec.kind == "recency" and on is None:
            findings.error_at_key(at.below("recency"), f"a recency of rows of {dataset}, which have no date", "`on:` with the date of a row")
        if spec.until is not None and on is None:
            findings.error_at_key(at.below("until"), f"`until:` for rows of {dataset}, which have no first day", "`on:` with the first day")
        return None
    if dataset != APPEARANCE and project.datasets[dataset].known is None:
        findings.error(at.below("window"), f"a window over {dataset}, of whose rows it is not known when they were known", f"`known:` in the dataset {dataset}: else its past is as long as its extracts")
        return None
    if on is None:
        findings.error(at.below("window"), f"a window over rows of {dataset}, which have no date", "`on:` with the date of a row")
        return None
    match = _WINDOW.fullmatch(spec.window)
    return Window(int(match[1]), match[2]) if match else None


def attribute_mistakes(project: Project) -> Iterator[Mistake]:
    """Every mistake in ``dna/`` and in the entities that it is about."""
    yield from profiles(project)[1]


def _row_types(project: Project, dataset: str) -> Mapping[str, str]:
    """The columns that expressions over a dataset's rows may use: its own, the properties of its addresses, and those of rows that it refers to (``COLUMN.OTHER``)."""
    contract = project.datasets[dataset]
    types = contract_types(contract) | {c: "integer" for n, a in addresses_of(contract).items() if a.through is None and (c := property_column(n)) not in contract.columns}
    for name, column in contract.columns.items():
        target = project.datasets.get((column.references or "").partition(".")[0])
        if target is not None:
            types |= {f"{name}.{other}": kind for other, kind in contract_types(target).items()}
    return types
