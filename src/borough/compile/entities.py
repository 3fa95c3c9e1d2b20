"""The entities that a project has: which there are, what they are made from, and what they depend on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from borough.catalogue.contracts import log_table
from borough.catalogue.entities import entity_table
from borough.catalogue.identity import ADDRESSES, LINKS, STATEMENTS
from borough.compile.nodes import Node
from borough.project.identity_specs import GazetteerSpec
from borough.project.load import Project
from borough.project.roles import addresses_of, people_of

ORDER = ("property", "person", "household", "landlord")
"""In which entities are made: each from those before it."""


def gazetteer_of(project: Project) -> GazetteerSpec | None:
    """The gazetteer that a project declares, else the standard datasets where it has them."""
    spec = project.entities.get("property")
    declared = spec.gazetteer if spec is not None else None
    if declared is None and "lpi" not in project.datasets:
        return None
    made = declared or GazetteerSpec()
    standard = {"properties": "blpu", "streets": "street"}
    filled = {key: name for key, name in standard.items() if getattr(made, key) is None and made.addresses == "lpi" and name in project.datasets}
    return made.model_copy(update=filled)


def gazetteer_datasets(project: Project) -> tuple[str, ...]:
    """The datasets of the gazetteer."""
    spec = gazetteer_of(project)
    named = (spec.addresses, spec.properties, spec.streets) if spec is not None else ()
    return tuple(name for name in named if name is not None and name in project.datasets)


def addressed(project: Project) -> tuple[str, ...]:
    """The datasets whose rows have an address."""
    return tuple(name for name, contract in project.datasets.items() if addresses_of(contract))


def peopled(project: Project) -> tuple[str, ...]:
    """The datasets whose rows are about someone."""
    return tuple(name for name, contract in project.datasets.items() if people_of(contract))


def entity_nodes(project: Project) -> Iterator[Node]:
    """The nodes that make the entities, in order."""
    places, people = addressed(project), peopled(project)
    if places:
        reads = tuple(dict.fromkeys(log_table(d) for d in (*places, *gazetteer_datasets(project))))
        yield Node("property", "entity", reads, (ADDRESSES,))
    if people:
        reads = (*(log_table(d) for d in people), *((ADDRESSES,) if places else ()))
        yield Node("person", "entity", reads, (LINKS, STATEMENTS))
        homes = ("stay", "household", "household_member", "person", "person_value", "property_value")
        yield Node("household", "entity", (LINKS, STATEMENTS), tuple(map(entity_table, homes)))
        yield Node("landlord", "entity", (LINKS, STATEMENTS, entity_table("stay")), tuple(map(entity_table, ("landlord", "portfolio"))))


def entity_fingerprint(project: Project, entity: str, version: str = "2") -> str:
    """Identifies what an entity's declaration says, so that a change of it is seen."""
    said = {
        "version": version,
        "datasets": {
            name: [{k: v.model_dump(mode="json") for k, v in roles.items()} for roles in (addresses_of(contract), people_of(contract))]
            for name, contract in sorted(project.datasets.items())
            if addresses_of(contract) or people_of(contract)
        },
        "entity": project.entities[entity].model_dump(mode="json") if entity in project.entities else None,
        "linkage": {name: spec.model_dump(mode="json") for name, spec in project.linkages.items()} if entity != "property" else None,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
