"""What can be read by its bare name: the datasets, reports and system tables of one published run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from borough.catalogue.contracts import AREA_SCORECARD, DELIVERIES, DRIFT, LEDGER, QUARANTINE, SCORECARD, report_table
from borough.catalogue.quarantined import open_rows
from borough.catalogue.tables import (
    AREA_SCORECARD_COLUMNS,
    DELIVERY_COLUMNS,
    DRIFT_COLUMNS,
    LEDGER_COLUMNS,
    QUARANTINE_COLUMNS,
    SCORECARD_COLUMNS,
    Columns,
)
from borough.catalogue.visits import NOTED_COLUMNS, PLANS
from borough.compile.dataset_access import access_to, dataset_columns, own_columns
from borough.compile.published_dna import profile_relations, rating_relations
from borough.compile.published_identity import identity_relations
from borough.compile.relations import Relations
from borough.compile.reports import BoundSelect, order_reports
from borough.engine.port import Engine
from borough.engine.quoting import literal
from borough.governance.classification import ColumnAccess, Relation, report_columns
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.project.load import Project
from borough.project.roles import link_columns
from borough.project.specs import DatasetSpec

QUOTING = ("original", "reasons", "key")
"""Columns of the quarantine that quote a row."""

SYSTEM: Mapping[str, tuple[str, Columns]] = {
    "ledger": (LEDGER, LEDGER_COLUMNS),
    "scorecard": (SCORECARD, SCORECARD_COLUMNS),
    "scorecard_area": (AREA_SCORECARD, AREA_SCORECARD_COLUMNS),
    "drift": (DRIFT, DRIFT_COLUMNS),
    "deliveries": (DELIVERIES, DELIVERY_COLUMNS),
}


def published_relations(
    project: Project, engine: Engine, lake: Lake, published: Published | None, reports: Mapping[str, BoundSelect], *, as_of: dt.date | None = None
) -> dict[str, Relation]:
    """Every relation of a published run. ``as_of`` reads datasets as known at the end of that day; reports stay as published."""
    relations = {name: dataset_relation(project, engine, lake, published, name, as_of=as_of) for name in project.datasets}
    relations.update(rating_relations(project, engine, lambda table: lake.table(table, published) if published else None, published.record if published else {}))
    relations.update(profile_relations(project, engine, lambda table: lake.table(table, published) if published else None))
    entities = identity_relations(project, engine, lambda table: lake.table(table, published) if published else None)
    relations.update({name: relation for name, relation in entities.items() if name not in relations and name not in project.reports})
    tables = {name: report_table(name) for name in project.reports}
    for name in order_reports(reports):
        relation = _report_relation(engine, lake, published, name, tables[name], report_columns(reports[name], relations))
        relations[name] = relation
    for name, (table, columns) in SYSTEM.items():
        state = lake.table(table, published) if published else None
        sql = engine.scan(state.files if state else [], columns)
        relations.setdefault(name, Relation(name, sql, tuple(ColumnAccess(c, kind, "internal") for c, kind in columns), "system"))
    if project.models:
        relations.setdefault("visit_plan", _plan_relation(project, engine, lake, published))
    return relations


def dataset_relation(
    project: Project, engine: Engine, lake: Lake, published: Published | None, name: str, *, as_of: dt.date | None = None
) -> Relation:
    """A dataset with its area columns, and who may see each."""
    builder = Relations(project, engine, lambda table: lake.table(table, published) if published else None)
    dear = frozenset(link_columns(project.datasets[name]))
    light = builder.unlinked(name, as_of=as_of) if dear else None
    return Relation(name, builder.dataset(name, as_of=as_of), dataset_columns(project, name), light=light, dear=dear)


def _plan_relation(project: Project, engine: Engine, lake: Lake, published: Published | None) -> Relation:
    """The plans of visits that were noted, for the purposes of the models that they were made by."""
    state = lake.table(PLANS, published) if published else None
    purposes = tuple(sorted({p for model in project.models.values() for p in model.purposes}))
    columns = tuple(ColumnAccess(name, kind, "personal", purposes, bool(purposes)) for name, kind in NOTED_COLUMNS)
    return Relation("visit_plan", engine.scan(state.files if state else [], NOTED_COLUMNS), columns, "system")


def _report_relation(
    engine: Engine, lake: Lake, published: Published | None, name: str, table: str, declared: tuple[ColumnAccess, ...]
) -> Relation:
    """A report as published. A column that today's declaration does not explain is shown to nobody."""
    state = lake.table(table, published) if published else None
    access = {c.name: c for c in declared}
    if state is None:
        return Relation(name, engine.scan([], [(c.name, "string") for c in declared]), declared, "report")
    columns = tuple(
        ColumnAccess(c.name, c.type, access[c.name].classification, access[c.name].purposes, access[c.name].only) if c.name in access else ColumnAccess(c.name, c.type, "special")
        for c in state.columns
    )
    return Relation(name, engine.scan(state.files, [(c.name, c.type) for c in state.columns]), columns, "report")


def quarantine_relation(project: Project, engine: Engine, lake: Lake, published: Published | None, dataset: str | None) -> Relation:
    """The rows in quarantine of one dataset (or of all: counts only).

    Original values and reasons quote the row, so they are as sensitive as the dataset's strictest column; the key as its own
    columns. Of a dataset that is declared no more, nobody may see them.
    """
    state = lake.table(QUARANTINE, published) if published else None
    rows = open_rows(engine.scan(state.files if state else [], QUARANTINE_COLUMNS))
    contract = project.datasets.get(dataset or "")
    where = "true" if dataset is None else f"dataset = {literal(dataset)}"
    columns = tuple(
        _quoting_access(contract, c, kind) if c in QUOTING else ColumnAccess(c, kind, "internal") for c, kind in QUARANTINE_COLUMNS
    )
    return Relation("quarantine", f"(SELECT * FROM {rows} WHERE {where})", columns, "system")


def _quoting_access(contract: DatasetSpec | None, column: str, kind: str) -> ColumnAccess:
    if contract is None:
        return ColumnAccess(column, kind, "special")
    return access_to(contract, column, kind, contract.key if column == "key" else list(contract.columns))


def fact_name(fact: str, contract: DatasetSpec) -> str:
    """What a fact of the history (``op``, ``run`` …) is called beside the dataset's own columns."""
    return fact_name(fact + "_", contract) if fact in contract.columns else fact


def history_relation(project: Project, engine: Engine, lake: Lake, published: Published | None, name: str) -> Relation:
    """Every change of a dataset's rows: what, as of which extract, known when, from which file and row."""
    contract = project.datasets[name]
    builder = Relations(project, engine, lambda table: lake.table(table, published) if published else None)
    log = builder.log(name)
    facts: tuple[tuple[str, str, str], ...] = (
        ("op", "_op", "string"), ("extract", "_position", "timestamp"), ("known", "_known", "timestamp"),
        ("recorded", "_recorded", "timestamp"), ("feed", "_feed", "string"), ("file", "_file", "string"), ("row", "_row", "long"), ("run", "_run", "long"),
        ("cause", "_cause", "string"),
    )  # fmt: skip
    facts = tuple((fact_name(alias, contract), column, kind) for alias, column, kind in facts)
    added = ", ".join(f'{column} AS "{alias}"' for alias, column, _ in facts)
    cells = ", ".join(f'"{c}"' for c in contract.columns)
    rows = log.history() if log is not None else builder.dataset(name, areas=False, system=True)
    access = [ColumnAccess(alias, kind, "internal") for alias, _, kind in facts]
    return Relation(f"{name}__history", f"(SELECT {added}, {cells} FROM {rows})", (*access, *own_columns(contract)), "system")
