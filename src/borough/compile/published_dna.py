"""Profiles, for readers: the DNA of each entity as a relation of the read gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from borough.catalogue.dna import profile_name, profile_table
from borough.compile.attributes.model import MISSING, Profile, profile_columns
from borough.engine.port import Engine
from borough.governance.classification import ColumnAccess, Relation
from borough.lake.model import TableState
from borough.project.load import Project


def profile_relations(project: Project, engine: Engine, tables: Callable[[str], TableState | None]) -> dict[str, Relation]:
    """The profiles of a published run, each as of the day of the last run that made it."""
    if not project.dna:
        return {}
    from borough.compile.attributes.resolve import profiles

    made, _ = profiles(project)
    found = {}
    for entity, profile in made.items():
        state = tables(profile_table(entity))
        found[profile_name(entity)] = profile_relation(profile, engine.scan(state.files if state else [], profile_columns(profile)))
    return found


def profile_relation(profile: Profile, sql: str) -> Relation:
    """A profile that some SQL reads, and who may see each of its attributes: a flag is as its attribute is."""
    access: Mapping[str, tuple[str, tuple[str, ...]]] = {a.name: (a.sensitivity, a.purposes) for a in profile.attributes}
    columns = []
    for name, kind in profile_columns(profile):
        classification, purposes = access.get(name.removesuffix(MISSING) if name not in access else name, ("internal", ()))
        columns.append(ColumnAccess(name, kind, classification, purposes, bool(purposes)))
    return Relation(profile_name(profile.entity), sql, tuple(columns), "entity")
