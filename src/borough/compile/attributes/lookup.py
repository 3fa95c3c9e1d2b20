"""Which entity a row is about: the columns, addresses and people of datasets, and where everybody appears."""

from __future__ import annotations

from collections.abc import Mapping

from borough.catalogue.contracts import contract_types
from borough.compile.attributes.model import APPEARANCE, SHIPPED, Population, Source
from borough.compile.entities import gazetteer_of
from borough.compile.expressions import ExpressionError, bind
from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.load import Project
from borough.project.roles import addresses_of, people_of
from borough.project.specs import DatasetSpec

_APPEARANCE: Mapping[str, str] = {
    "dataset": "string",  # whose row it is
    "role": "string",  # as whom they stand in it
    "kind": "string",  # person | organisation
    "resident": "boolean",  # does the row say that they lived there?
    "person": "integer",
    "property": "integer",  # where they are found
    "let": "integer",  # the property of which they are landlord
    "household": "integer",
    "landlord": "integer",
    "from_day": "date",  # as the row says
    "to_day": "date",
    "since": "date",  # from_day, else the day on which the row was known
    "holds_until": "date",  # to_day; a year from since where the row is of one day; empty: it goes on
    "born": "date",
    "adult_from": "date",  # since, or their 18th birthday if that is later
}
BY_APPEARANCE = {"property": ("property", "let"), "person": ("person",), "household": ("household",), "landlord": ("landlord",)}
"""For each entity, the columns of appearances that tell which one a row is about; the first is the usual."""


def appearance_types() -> Mapping[str, str]:
    """The columns of appearances with their types."""
    return _APPEARANCE


def source_of(findings: Findings, at: Where, entity: str, dataset: str, by: str | None) -> Source | None:
    """The source that an attribute names; None where it names none, and that is told."""
    if dataset == APPEARANCE:
        ways = {column: "appearance" for column in BY_APPEARANCE.get(entity, ())}
    else:
        ways = _ways(findings.project, entity, findings.project.datasets[dataset])
    where = at.below("by") if by is not None else at
    if by is None:
        usual = _usual(entity, ways)
        if usual is not None:
            return Source(dataset, usual, ways[usual])
        found = f"rows of {dataset}, which are about {'several' if ways else 'no'} {entity}"
        findings.error_at_key(where, found, f"`by:` with {one_of(ways)}" if ways else f"a dataset whose rows are about a {entity}" + (f", or `from: {APPEARANCE}`" if entity in SHIPPED else ""))
        return None
    if by not in ways:
        findings.error(where, f"unknown {findings.said(where, by)}", f"what tells the {entity} of a row of {dataset}: {one_of(ways) or 'nothing does'}", nearest(by, ways))
        return None
    return Source(dataset, by, ways[by])


def _usual(entity: str, ways: Mapping[str, str]) -> str | None:
    """By what a row is about an entity, where nothing is said: the only way, else the plain one."""
    named = [name for name, via in ways.items() if via != "column"]
    for choices in (named, list(ways)):
        if len(choices) == 1:
            return choices[0]
    plain = {"property": ("address", "property"), "person": ("person",)}.get(entity, (entity,))
    return next((name for name in plain if name in ways), None)


def _ways(project: Project, entity: str, contract: DatasetSpec) -> dict[str, str]:
    """What tells of an entity in a row of a dataset, and how."""
    ways = {}
    if entity == "property":
        ways = dict.fromkeys(addresses_of(contract), "address")
    elif entity == "person":
        ways = dict.fromkeys(people_of(contract), "person")
    elif entity in SHIPPED:
        return {}
    key, _ = key_of(project, entity)
    wanted = _key_type(project, entity)
    for column, spec in contract.columns.items():
        if spec.type == wanted and (entity != "property" or column == key or column == "uprn") and column not in ways and entity != "person":
            ways[column] = "column"
    if entity not in SHIPPED and key in ways:
        return {key: ways.pop(key), **ways} if len(ways) == 1 else {key: "column", **ways}
    return ways


def key_of(project: Project, entity: str) -> tuple[str, str | None]:
    """The column with an entity's id in its dataset, and the dataset."""
    spec = project.entities.get(entity)
    if entity == "property":
        gazetteer = gazetteer_of(project)
        usual = (gazetteer.properties or gazetteer.addresses) if gazetteer is not None else None
        return (spec.key if spec and spec.key else "uprn"), (spec.dataset if spec and spec.dataset else usual)
    return (spec.key or entity, spec.dataset) if spec is not None else (entity, None)


def _key_type(project: Project, entity: str) -> str:
    key, dataset = key_of(project, entity)
    contract = project.datasets.get(dataset or "")
    if entity in SHIPPED or contract is None or key not in contract.columns:
        return "integer"
    return contract.columns[key].type


def population_of(project: Project, entity: str) -> tuple[Population | None, str]:
    """Which entities there are, and the type of their ids."""
    if entity in ("person", "household", "landlord"):
        return Population(Source(APPEARANCE, entity, "appearance")), "integer"
    key, dataset = key_of(project, entity)
    contract = project.datasets.get(dataset or "")
    if contract is None or key not in contract.columns:
        return None, "integer"
    spec = project.entities.get(entity)
    where = None
    if spec is not None and spec.where is not None:
        try:
            where = bind(spec.where, contract_types(contract), as_type="boolean")
        except ExpressionError:
            where = None  # told where the entity is declared
    return Population(Source(contract.dataset, key, "column"), where), contract.columns[key].type
