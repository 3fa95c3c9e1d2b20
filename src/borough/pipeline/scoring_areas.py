"""Data quality by area: each dataset that a run changed, by the wards of its rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from borough.catalogue.contracts import AREA_SCORECARD, area_columns, log_table
from borough.catalogue.tables import AREA_SCORE_COLUMNS, AREA_SCORECARD_COLUMNS
from borough.compile.attributes.lookup import key_of
from borough.compile.checks import Check, kept_checks
from borough.compile.dataset_access import dataset_columns
from borough.compile.mapping import MappedFeed
from borough.engine.duckdb import engine_type
from borough.engine.quoting import quoted
from borough.lake.logs import instant
from borough.pipeline.context import Run
from borough.project.roles import people_of, person_column, property_columns
from borough.quality.areas import by_area

SCORES = "borough_area_scores"
LITTLE = 0.01
"""The share of a dataset's rows that may change before its areas are counted again."""


def score_areas(run: Run, mapped: MappedFeed) -> None:
    """Count what the rows of one dataset fail in each area, for as many kinds of area as are declared and known of them.

    Datasets and columns of a special category are left out: where such rows are is told to nobody here.
    """
    contract = mapped.contract
    silent = {person_column(name) for name in people_of(contract)} | _special(run, mapped.dataset)
    rules = [(rule, bound) for rule, bound in (*mapped.rules, *mapped.area_rules) if not set(bound.columns) & silent]
    checks = [check for check in kept_checks(contract, rules) if check.column not in silent]
    if not checks or contract.classification == "special" or not _due(run, mapped.dataset, checks):
        return
    for area in run.project.borough.scorecard_areas:
        rows = _rows(run, mapped.dataset, area)
        if rows is not None:
            _begin(run)
            run.engine.execute(f"INSERT INTO {SCORES} {by_area(mapped.dataset, area, rows, checks)}")


def _due(run: Run, dataset: str, checks: Sequence[Check]) -> bool:
    """Is a new count worth its while? Not before as many rows changed since the last as could move it."""
    areas = run.project.borough.scorecard_areas
    stamp = hashlib.sha256(json.dumps([areas, [(c.name, c.fails) for c in checks]]).encode()).hexdigest()[:16]
    noted: dict[str, Any] = run.record.setdefault("area_scores", {}).setdefault(dataset, {})
    log = run.writer.state(log_table(dataset))
    changed = noted.get("changed", 0) + sum(line[what] or 0 for line in run.ledger if line["dataset"] == dataset for what in ("inserted", "updated", "deleted"))
    due = noted.get("stamp") != stamp or log is None or changed > LITTLE * log.rows or bool(run.changed & set(areas))
    noted.update(stamp=stamp, changed=0 if due else changed)
    return due


def _special(run: Run, dataset: str) -> set[str]:
    """Columns of a special category, those that areas and addresses add among them."""
    return {c.name for c in dataset_columns(run.project, dataset) if c.classification == "special"}


def keep_area_scores(run: Run) -> None:
    """Append what was counted to the scorecard by area."""
    if SCORES not in run.made:
        return
    sql = f"SELECT CAST({run.writer.number} AS BIGINT) AS run, *, {instant(run.recorded)} AS recorded FROM {SCORES} ORDER BY dataset, area, code NULLS FIRST, rule"
    run.append(AREA_SCORECARD, run.engine.copy(sql, run.writer.new_file(AREA_SCORECARD)), AREA_SCORECARD_COLUMNS, app=AREA_SCORECARD)


def _begin(run: Run) -> None:
    if SCORES not in run.made:
        columns = ", ".join(f"{quoted(name)} {engine_type(kind)}" for name, kind in AREA_SCORE_COLUMNS)
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {SCORES} ({columns})")
        run.made.add(SCORES)


def _rows(run: Run, dataset: str, area: str) -> str | None:
    """Rows with the area in which they are: by their own point, else by their home's. None where neither is known of them."""
    contract = run.project.datasets[dataset]
    if area in contract.areas:
        if f"{area}_code" in _special(run, dataset):
            return None
        named = f"{area}_name" in area_columns(run.project, contract)
        label = quoted(f"{area}_name") if named else "CAST(NULL AS VARCHAR)"
        return f"(SELECT *, {quoted(area + '_code')} AS _code, {label} AS _label FROM {run.relations.dataset(dataset, people=False)})"
    told = [column for column in property_columns(contract) if column not in _special(run, dataset)]
    homes = _homes(run, area) if told else None
    if homes is None:
        return None
    return f"(SELECT r.*, h._code, h._label FROM {run.relations.dataset(dataset, people=False)} r LEFT JOIN {homes} h ON h._home = r.{quoted(told[0])})"


def _homes(run: Run, area: str) -> str | None:
    """A temp table of the properties with the area of each, made once in a run."""
    table = f"borough_homes_by_{area}"
    if table in run.made:
        return table
    key, dataset = key_of(run.project, "property")
    contract = run.project.datasets.get(dataset or "")
    if contract is None or area not in contract.areas or key not in contract.columns:
        return None
    label = quoted(f"{area}_name") if f"{area}_name" in area_columns(run.project, contract) else "CAST(NULL AS VARCHAR)"
    rows = run.relations.dataset(contract.dataset, links=False)
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(table)} AS SELECT {quoted(key)} AS _home, any_value({quoted(area + '_code')}) AS _code, any_value({label}) AS _label FROM {rows} GROUP BY 1")
    run.made.add(table)
    return table
