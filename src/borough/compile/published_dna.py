"""Profiles, for readers: the DNA of each entity as a relation of the read gate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from borough.catalogue.dna import profile_name, profile_table
from borough.catalogue.models import rating_name, rating_table
from borough.catalogue.rows import read_rows
from borough.compile.attributes.model import MISSING, Profile, profile_columns
from borough.compile.models.model import REGISTER, Model, kept_ratings, rating_columns
from borough.engine.port import Engine
from borough.engine.quoting import quoted
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


def rating_relations(project: Project, engine: Engine, tables: Callable[[str], TableState | None], record: Mapping[str, Any]) -> dict[str, Relation]:
    """The ratings of a published run, by the models that are declared."""
    if not project.models:
        return {}
    from borough.compile.attributes.resolve import profiles
    from borough.compile.models.resolve import models

    made, _ = models(project, profiles(project)[0])
    return {rating_name(name): rating_relation(model, engine, tables, record.get("ratings", {}).get(name, {}).get("day")) for name, model in made.items()}


def rating_relation(model: Model, engine: Engine, tables: Callable[[str], TableState | None], day: str | None) -> Relation:
    """A model's ratings, for the purposes of the model."""
    table = rating_table(model.name)
    rows = read_rows(engine, table, tables(table), kept_ratings(model))
    return Relation(rating_name(model.name), rating_sql(model, rows, day), tuple(ColumnAccess(name, kind, model.classification, model.spec.purposes, bool(model.spec.purposes)) for name, kind in rating_columns(model)), "entity")


def rating_sql(model: Model, rows: str, day: str | None) -> str:
    """SQL (``rating_columns``) of ratings as they are read. ``status``: what the register says of the usual way of letting."""
    rest = next((way for way, spec in model.spec.register_.ways.items() if spec.stage is None), None) if model.spec.register_ is not None else None
    named = {model.entity: "entity", "as_of": f"CAST({repr(day) if day else 'NULL'} AS DATE)", "status": quoted(REGISTER + rest) if rest else "CAST(NULL AS VARCHAR)"}
    return f"(SELECT {', '.join(f'{named.get(name, quoted(name))} AS {quoted(name)}' for name, _ in rating_columns(model))} FROM {rows})"


def profile_relation(profile: Profile, sql: str) -> Relation:
    """A profile that some SQL reads, and who may see each of its attributes: a flag is as its attribute is."""
    access: Mapping[str, tuple[str, tuple[str, ...]]] = {a.name: (a.sensitivity, a.purposes) for a in profile.attributes}
    columns = []
    for name, kind in profile_columns(profile):
        classification, purposes = access.get(name.removesuffix(MISSING) if name not in access else name, ("internal", ()))
        columns.append(ColumnAccess(name, kind, classification, purposes, bool(purposes)))
    return Relation(profile_name(profile.entity), sql, tuple(columns), "entity")
