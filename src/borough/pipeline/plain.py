"""Datasets as plain Delta tables, for engines that know nothing of logs: Spark, Power BI, pandas, polars, DuckDB.

A dataset's log and current table say more than other programs ask for, and neither alone is what the dataset shows. Where
``borough.yaml`` names a purpose for other engines, each dataset is kept as ``silver/DATASET/table`` too: the rows of
``borough query "SELECT * FROM DATASET"``, with the columns that this purpose may see. It costs one copy of what changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from borough.catalogue.contracts import log_table, plain_table
from borough.compile.dataset_access import dataset_columns
from borough.engine.duckdb import engine_type
from borough.engine.quoting import quoted
from borough.governance.classification import ColumnAccess, visible
from borough.governance.gate import purposes_of
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.project.load import Project


def outdated(record: Mapping[str, Any], project: Project) -> bool:
    """Is a plain table missing, or of other columns than its purpose may see now, or wanted no more?"""
    properties = record.get("properties", {})
    wanted = _wanted(project)
    there = {name: _said(wanted[name]) for name in wanted if properties.get(log_table(name))}
    return there != {name: memory["columns"] for name in _kept(properties) if (memory := properties[plain_table(name)]).get("columns")}


def keep_plain_tables(run: Run) -> None:
    """Bring the plain tables up to date; those that nobody wants any more are emptied."""
    wanted = _wanted(run.project)
    for name in sorted(wanted):
        table = plain_table(name)
        if run.writer.state(log_table(name)) is not None and (name in run.changed or run.properties(table).get("columns") != _said(wanted[name])):
            _write(run, name, table, wanted[name])
    for name in sorted(set(_kept(run.record.get("properties", {}))) - wanted.keys()):
        table = plain_table(name)
        if (state := run.writer.state(table)) is not None:
            run.writer.replace(table, [], state.columns, app=table)
            run.noted = True
        run.record["properties"].pop(table, None)


def _write(run: Run, name: str, table: str, columns: tuple[ColumnAccess, ...]) -> None:
    run.progress.step(name, "plain table")
    cells = ", ".join(f"CAST({quoted(c.name)} AS {engine_type(c.type)}) AS {quoted(c.name)}" for c in columns)
    files = run.engine.copy(f"SELECT {cells} FROM {run.relations.holding(name, [c.name for c in columns])}", run.writer.new_file(table)) if columns else []
    classified = [Column(c.name, c.type, c.classification in ("personal", "special")) for c in columns]
    run.writer.replace(table, files, classified, app=table)
    run.properties(table)["columns"] = _said(columns)
    run.noted = True


def _wanted(project: Project) -> dict[str, tuple[ColumnAccess, ...]]:
    """The datasets to keep as plain tables, with the columns that the purpose may see; a dataset of which it sees none is left out."""
    purpose = project.borough.other_engines
    if purpose is None:
        return {}
    permits = purposes_of(project.borough.purposes)[purpose].permits
    seen = {name: tuple(c for c in dataset_columns(project, name) if visible(c, purpose, permits)) for name in project.datasets}
    return {name: columns for name, columns in seen.items() if columns}


def _said(columns: tuple[ColumnAccess, ...]) -> str:
    return json.dumps([[c.name, c.type, c.classification] for c in columns])


def _kept(properties: Mapping[str, Any]) -> list[str]:
    return [table.split("/")[1] for table in properties if table.startswith("silver/") and table == plain_table(table.split("/")[1])]
