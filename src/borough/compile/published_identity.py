"""Who and where, for readers: the entities and what links them, as relations of the read gate.

What comes from a dataset of special category is shown for those purposes alone that may see the dataset's people; to all others
it is not there: neither its rows, nor a count of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from borough.catalogue.entities import ENTITY_TABLES
from borough.catalogue.identity import APPEARANCE_COLUMNS, EVENT_COLUMNS, EVENTS, LINK_COLUMNS, LINKS, STATEMENT_COLUMNS, STATEMENTS
from borough.catalogue.rows import read_rows
from borough.catalogue.tables import Columns
from borough.compile.appearances import shown_appearances
from borough.compile.dataset_access import dataset_columns
from borough.compile.entities import addressed, peopled
from borough.engine.port import Engine
from borough.engine.quoting import literal
from borough.governance.classification import ColumnAccess, Relation, visible
from borough.governance.gate import purposes_of
from borough.lake.model import TableState
from borough.project.load import Project
from borough.project.roles import people_of, person_column

TABLES: Mapping[str, tuple[str, Columns]] = {
    "identity_event": (EVENTS, EVENT_COLUMNS),
    **ENTITY_TABLES,
}
"""Bare name → table and columns; where everybody appears is ``appearances_in``."""


def seen_for(project: Project, purpose: str) -> tuple[str, ...]:
    """The datasets whose people a purpose may see."""
    return _seen(project, _people_columns(project), purpose)


def _people_columns(project: Project) -> dict[str, tuple[ColumnAccess, ...]]:
    """By dataset, the columns that its people add, and who may see them."""
    wanted = {d: {person_column(name) for name in people_of(project.datasets[d])} for d in peopled(project)}
    return {d: tuple(c for c in dataset_columns(project, d) if c.name in names) for d, names in wanted.items()}


def _seen(project: Project, people: Mapping[str, tuple[ColumnAccess, ...]], purpose: str) -> tuple[str, ...]:
    spec = purposes_of(project.borough.purposes).get(purpose)
    return tuple(d for d, columns in people.items() if spec is not None and any(visible(c, purpose, spec.permits) for c in columns))


def identity_relations(project: Project, engine: Engine, tables: Callable[[str], TableState | None]) -> dict[str, Relation]:
    """The relations of a published run about who and where."""
    if not addressed(project) and not peopled(project):
        return {}
    people = _people_columns(project)
    seen = {purpose: _seen(project, people, purpose) for purpose in purposes_of(project.borough.purposes)}
    found = {name: _relation(seen, read_rows(engine, table, tables(table), columns), name, columns) for name, (table, columns) in TABLES.items()}
    return {"appearance": _relation(seen, appearances_in(engine, tables), "appearance", APPEARANCE_COLUMNS), **found}


def appearances_in(engine: Engine, tables: Callable[[str], TableState | None], people: str | None = None) -> str:
    """SQL of where everybody appears in a published run (``APPEARANCE_COLUMNS``); or the ``people`` alone, a relation (person)."""
    if people is None:
        return shown_appearances(read_rows(engine, STATEMENTS, tables(STATEMENTS), STATEMENT_COLUMNS), read_rows(engine, LINKS, tables(LINKS), LINK_COLUMNS))
    links = read_rows(engine, LINKS, tables(LINKS), LINK_COLUMNS, f"person IN (SELECT person FROM {people})")
    return shown_appearances(read_rows(engine, STATEMENTS, tables(STATEMENTS), STATEMENT_COLUMNS, f"signature IN (SELECT signature FROM {links})"), links)


def _relation(seen: Mapping[str, tuple[str, ...]], rows: str, name: str, columns: Columns) -> Relation:
    access = tuple(ColumnAccess(column, kind, "personal") for column, kind in columns)
    has = {column for column, _ in columns}
    if "special" not in has:
        return Relation(name, rows, access, "entity")
    plain = f"(SELECT * FROM {rows} WHERE NOT special)"
    if "dataset" not in has:
        return Relation(name, plain, access, "entity")
    narrowed = {purpose: _among(rows, datasets) for purpose, datasets in seen.items()}
    return Relation(name, plain, access, "entity", narrowed=narrowed)


def _among(rows: str, datasets: tuple[str, ...]) -> str:
    named = ", ".join(literal(d) for d in datasets) or "NULL"
    return f"(SELECT * FROM {rows} WHERE dataset IN ({named}))"
