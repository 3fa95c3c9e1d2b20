"""Datasets → contracts: what Borough says, with what their ``contract:`` says laid over it, in the standard's order of keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from borough.project.load import Project
from borough.project.odcs.describe import contract_id, describe_document, describe_table
from borough.project.odcs.naming import Naming
from borough.project.odcs.reading import read_column, read_table
from borough.project.odcs.remainder import lay, lay_agreeing
from borough.project.odcs.words import DOCUMENT, KINDS, PROPERTY, TABLE, Words, column_type, in_order, said, same
from borough.project.specs import DatasetSpec

# Keys of a dataset's ``contract:`` that are not the standard's keys above the tables.
LOCAL = ("schema", "key", "physicalTypes", "table", "columns")
_KEY = ("primaryKey", "primaryKeyPosition")


Denied = tuple[str, tuple[str, ...]]  # a dataset, and the path of a value in its declaration


@dataclass(frozen=True)
class Contract:
    """One contract, with the datasets that it describes; the first one gives the file its name."""

    datasets: tuple[str, ...]
    document: Words = field(repr=False)
    denied: tuple[Denied, ...] = ()  # what `contract:` says against Borough's own words, and was left out

    @property
    def file(self) -> str:
        return f"{self.datasets[0]}.odcs.yaml"


def contracts(project: Project, datasets: Iterable[str]) -> list[Contract]:
    """The contracts of these datasets. Datasets of one contract (one ``contract: id``) leave together, whichever is asked for."""
    naming = Naming().learn(project.datasets.values())
    groups = _groups(project)
    asked = {contract_id(project.datasets[name], project.borough.borough): None for name in datasets}
    return [contract_of(groups[one], project.borough.borough, shown_lake(project), naming) for one in asked]


def shown_lake(project: Project) -> str:
    """Where the lake is, as anyone may read it: variables that hold a secret are not filled in."""
    lake = project.borough.lake
    secret = any(value in lake for value in project.secret_values())
    return (project.written("borough", "", "lake") or "lake") if secret else lake


def _groups(project: Project) -> dict[str, list[DatasetSpec]]:
    """Contract id → its datasets, in the order that the one with ``schema`` says."""
    groups: dict[str, list[DatasetSpec]] = {}
    for spec in project.datasets.values():
        groups.setdefault(contract_id(spec, project.borough.borough), []).append(spec)
    return {one: _ordered(specs) for one, specs in groups.items()}


def _ordered(specs: list[DatasetSpec]) -> list[DatasetSpec]:
    order = next((list(s.contract["schema"]) for s in specs if isinstance(s.contract.get("schema"), list)), [])
    return sorted(specs, key=lambda s: (order.index(s.dataset) if s.dataset in order else len(order), s.dataset))


def contract_of(specs: Sequence[DatasetSpec], council: str, lake: str, naming: Naming) -> Contract:
    """One contract of one or several datasets; what is said above the tables is said by the first."""
    head, denied = specs[0], list[Denied]()
    document = describe_document(head, council, lake)
    rest = {key: value for key, value in head.contract.items() if key not in LOCAL}
    document = lay_agreeing(document, rest, _read_document, lambda key: denied.append((head.dataset, ("contract", key))))
    document["schema"] = [table_of(spec, naming, owner_of(document), denied) for spec in specs]
    return Contract(tuple(spec.dataset for spec in specs), in_order(document, DOCUMENT), tuple(denied))


def owner_of(document: Mapping[str, Any]) -> str | None:
    """Who answers for the datasets of a contract: the name of its team."""
    team = document.get("team")
    name = team.get("name") if isinstance(team, Mapping) else None
    return name.strip() or None if isinstance(name, str) else None


def _read_document(document: Words) -> Words:
    return {"owner": owner} if (owner := owner_of(document)) else {}


def table_of(spec: DatasetSpec, naming: Naming, owner: str | None, denied: list[Denied]) -> Words:
    """The dataset's table with its properties, all that its contract says laid over them."""
    mine = describe_table(spec, naming, owner)
    plain: list[Words] = mine.pop("properties")
    properties = _properties(spec, plain, naming, denied, ())
    names = list(spec.columns)
    if read_table({"properties": properties}, names, naming, None)["key"] != list(spec.key) and spec.contract.get("key") is not False:
        properties = _properties(spec, plain, naming, denied, _KEY)  # the key has changed since

    rules = {rule["name"]: rule for rule in said(spec).get("rules", ())}

    def read(table: Words) -> Words:
        words = read_table({**table, "properties": properties}, names, naming, owner)
        found: Words = {}
        for rule in words.get("rules", ()):  # of two that share a name, ours counts
            if f"rules.{rule['name']}" not in found or same(rule, rules.get(rule["name"])):
                found[f"rules.{rule['name']}"] = rule
        return {word: value for word, value in words.items() if word not in ("columns", "key", "owner", "rules")} | found

    table = lay_agreeing(
        mine, _mapping(spec.contract.get("table")), read, lambda key: denied.append((spec.dataset, ("contract", "table", key)))
    )
    return in_order({**table, "properties": properties}, TABLE)


def _properties(spec: DatasetSpec, plain: Sequence[Words], naming: Naming, denied: list[Denied], but: Sequence[str]) -> list[Words]:
    contracted = _mapping(spec.contract.get("columns"))
    laid = []

    def read(prop: Words) -> Words:
        return {"type": "string", **read_column(prop, naming, spec.classification)}

    for column, prop in zip(spec.columns, plain, strict=True):
        rest = {key: value for key, value in _mapping(contracted.get(column)).items() if key not in but}
        keyed = {key: rest.pop(key) for key in _KEY if key in rest}

        def refused(key: str, column: str = column) -> None:
            denied.append((spec.dataset, ("contract", "columns", column, key)))

        if not _same_type(spec.columns[column].type, rest):
            for key in [key for key in KINDS if rest.pop(key, None) is not None]:
                refused(key)
        one = lay_agreeing(prop, rest, read, refused)
        laid.append(in_order(lay(one, keyed), PROPERTY))
    return laid


def _same_type(kind: str, rest: Mapping[str, Any]) -> bool:
    """Whether the types that a contract says are still the column's: a physical type alone speaks for itself."""
    told = {key: rest[key] for key in KINDS if rest.get(key) is not None}
    return not told or kind == "geometry" or column_type(told) == kind


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
