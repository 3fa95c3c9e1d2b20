"""After the feeds: areas, checks of whole datasets, report tables."""

from __future__ import annotations

from typing import Any

from borough.catalogue.contracts import area_table, feeds_of, log_table, report_table
from borough.catalogue.dna import profile_table
from borough.catalogue.entities import ENTITY_TABLES
from borough.catalogue.models import rating_table
from borough.catalogue.rows import read_rows
from borough.compile.areas import area_side_table, boundary_edges, mended_boundaries
from borough.compile.mapping import MappedFeed
from borough.compile.models.model import kept_ratings
from borough.compile.programme import Programme, report_fingerprint
from borough.compile.published_dna import rating_sql
from borough.compile.relations import AREA_COLUMNS
from borough.compile.reports import storable
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.scoring_areas import score_areas
from borough.quality.uniqueness import failing_rows, repeated_values


def area(run: Run, dataset: str, name: str) -> int:
    """Bring the side table of one area over one dataset up to date. Returns the points placed.

    New points are placed and added; new boundaries place every point again. No row of the dataset is rewritten.
    """
    table = area_table(dataset, name)
    anew = name in run.changed or run.writer.state(table) is None or run.record.setdefault("areas", {}).get(table) != _declared(run, dataset, name)
    if not anew and dataset not in run.changed:
        return 0
    run.progress.step(f"{dataset}@{name}", f"placing {dataset} in {name}")
    run.engine.load("spatial")
    relations = run.relations
    points = relations.points(dataset, run.project.datasets[dataset].areas[name])
    if not anew:
        side = run.engine.scan(run.files(table), AREA_COLUMNS)
        points = f"(SELECT p.* FROM {points} p ANTI JOIN {side} s ON s.x = p.x AND s.y = p.y AND s.day IS NOT DISTINCT FROM p.day)"
    mended, report = mended_boundaries(relations.boundaries(name))
    if anew:
        for code, reason in run.engine.rows(report):
            run.drifts.append({"feed": ", ".join(feeds_of(run.project, name)), "file": name, "kind": "boundary", "name": code, "action": reason})
    columns = ", ".join(f'"{c}"' for c, _ in AREA_COLUMNS)
    edges = [day for (day,) in run.engine.rows(boundary_edges(f"({mended})"))]
    placed = area_side_table(points, f"({mended})", edges, run.project.datasets[dataset].areas[name].crs)
    files = run.engine.copy(f"SELECT {columns} FROM ({placed})", run.writer.new_file(table))
    commit = run.writer.replace if anew else run.writer.append
    if files or anew:
        commit(table, files, [Column(c, kind) for c, kind in AREA_COLUMNS], app=table)
        run.changed.add(dataset)
    run.record.setdefault("areas", {})[table] = _declared(run, dataset, name)
    return sum(f.rows for f in files)


def _declared(run: Run, dataset: str, name: str) -> str:
    where, what = run.project.datasets[dataset].areas[name], run.project.datasets[name].area
    return f"{where.model_dump_json()} {what.model_dump_json() if what else ''}"


def dataset_checks(run: Run, programme: Programme, dataset: str) -> None:
    """Checks that no single row can fail: unique columns, and rules over area columns."""
    contract = run.project.datasets[dataset]
    feeds = [f for f in feeds_of(run.project, dataset) if f in programme.feeds]
    if not feeds or run.writer.state(log_table(dataset)) is None:
        return
    mapped: MappedFeed = programme.feeds[feeds[0]]
    for name, column in contract.columns.items():
        if column.unique:
            rows, failed = run.engine.rows(repeated_values(run.relations.holding(dataset, ()), name))[0]
            _score(run, dataset, f"{name}_unique", name, "uniqueness", "warn", rows, failed)
    for rule, bound in mapped.area_rules:
        rows, failed = run.engine.rows(failing_rows(run.relations.holding(dataset, bound.columns), bound.sql(), null_passes=rule.nulls == "pass"))[0]
        _score(run, dataset, rule.name, None, rule.dimension, rule.severity, rows, failed)
    score_areas(run, mapped)


def _score(run: Run, dataset: str, rule: str, column: str | None, dimension: str, severity: str, rows: int, failed: int) -> None:
    score = 1.0 if rows == 0 else 1 - failed / rows
    run.scores.append(
        {
            "dataset": dataset, "feed": None, "rule": rule, "column_name": column, "dimension": dimension,
            "severity": severity, "rows": rows, "failed": failed, "score": score,
        }
    )  # fmt: skip


def report(run: Run, programme: Programme, name: str) -> int | None:
    """Make one report table, if what it reads or its SELECT changed. Returns its rows, None when it stands as it is."""
    bound = programme.reports[name]
    remembered: dict[str, Any] = run.record.setdefault("reports", {})
    table = report_table(name)
    unchanged = remembered.get(name) == report_fingerprint(bound) and not run.changed & set(bound.tables)
    if unchanged and run.writer.state(table) is not None:
        return None
    run.progress.step(name, "report")
    relations = {t: _relation(run, programme, t, {c for table, c in bound.uses if table == t}) for t in bound.tables}
    written = bound.over(relations)
    sql, columns = storable(written, run.engine.describe(written))
    files = run.engine.copy(sql, run.writer.new_file(table))
    run.writer.replace(table, files, [Column(c, kind) for c, kind in columns], app=table)
    remembered[name] = report_fingerprint(bound)
    run.changed.add(name)
    return sum(f.rows for f in files)


def _relation(run: Run, programme: Programme, name: str, columns: set[str]) -> str:
    if name in run.project.datasets:
        return run.relations.holding(name, columns)
    if name in ENTITY_TABLES and name not in run.project.reports:
        entity, kept = ENTITY_TABLES[name]
        rows = read_rows(run.engine, entity, run.state(entity), kept)
        return f"(SELECT * FROM {rows} WHERE NOT special)" if "special" in dict(kept) else rows
    model = programme.models.get(name.removesuffix("_rating")) if name not in run.project.reports else None
    if model is not None:
        table = rating_table(model.name)
        return rating_sql(model, read_rows(run.engine, table, run.state(table), kept_ratings(model)), run.record.get("ratings", {}).get(model.name, {}).get("day"))
    state = run.writer.state(report_table(name) if name in run.project.reports else profile_table(name.removesuffix("_dna")))
    return run.engine.scan(state.files if state else [], [(c.name, c.type) for c in state.columns] if state else [])


