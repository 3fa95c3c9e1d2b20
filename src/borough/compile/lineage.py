"""Column lineage from the compiled programme: report → dataset → received column. Nothing is inferred from data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from borough.catalogue.contracts import area_columns, feeds_of
from borough.compile.programme import Programme
from borough.errors import UsageError


@dataclass(frozen=True)
class Step:
    """One origin: ``source`` is a table.column, at a depth below ``column``; ``by`` is the expression that makes it."""

    column: str
    depth: int
    source: str
    by: str | None = None


def trace(programme: Programme, name: str) -> list[Step]:
    """Where a table's columns, or one column, come from. Raises UsageError for a name that is not there."""
    table, _, column = name.partition(".")
    columns = _columns(programme, table)
    if column and column not in columns:
        near = get_close_matches(column, columns, n=1)
        raise UsageError(f"{table} has no column {column!r}" + (f"; did you mean {near[0]!r}?" if near else ""), advice=f"it has {', '.join(columns)}")
    return [step for c in ([column] if column else columns) for step in _walk(programme, table, c, 0)]


def _columns(programme: Programme, table: str) -> list[str]:
    project = programme.project
    if table in programme.reports:
        return [name for name, _ in programme.reports[table].columns]
    if table in project.datasets:
        contract = project.datasets[table]
        return [*contract.columns, *area_columns(project, contract)]
    names = [*project.datasets, *project.reports]
    near = get_close_matches(table, names, n=1)
    raise UsageError(f"no dataset or report is called {table!r}" + (f"; did you mean {near[0]!r}?" if near else ""), advice="borough tables lists them")


def _walk(programme: Programme, table: str, column: str, depth: int) -> Iterator[Step]:
    here = f"{table}.{column}"
    yield Step(column, depth, here)
    if table in programme.reports:
        for parent, parent_column in sorted(programme.reports[table].lineage.get(column, ())):
            yield from _walk(programme, parent, parent_column, depth + 1)
        return
    contract = programme.project.datasets[table]
    if column in contract.columns:
        yield from _received(programme, table, column, depth + 1)
        return
    for area, where in contract.areas.items():
        if column in (f"{area}_code", f"{area}_name"):
            target = programme.project.datasets[area].area
            shape = [target.shape, target.code if column.endswith("_code") else target.label or target.code] if target else []
            for point in (*where.point, *([where.on] if where.on else [])):
                yield from _walk(programme, table, point, depth + 1)
            for made in shape:
                yield from _walk(programme, area, made, depth + 1)


def _received(programme: Programme, dataset: str, column: str, depth: int) -> Iterator[Step]:
    for feed in feeds_of(programme.project, dataset):
        mapped = programme.feeds.get(feed)
        if mapped is None or column not in mapped.bounds:
            continue
        text = " ".join(mapped.spec.map[column].split())
        for received in mapped.bounds[column].columns:
            yield Step(column, depth, f"{feed}:{received}", text)
