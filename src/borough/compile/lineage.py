"""Column lineage from the compiled programme: report → dataset → received column. Nothing is inferred from data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import sqlglot
from sqlglot import exp

from borough.catalogue.contracts import added_columns, feeds_of
from borough.compile.links import found_by
from borough.compile.programme import Programme
from borough.errors import UsageError


@dataclass(frozen=True)
class Step:
    """One origin of ``column``: ``source`` is TABLE.COLUMN, FEED:COLUMN RECEIVED, or a table of which only rows count.

    ``depth`` is how far below the column that was asked for; ``by`` is the expression that makes the value.
    """

    column: str
    depth: int
    source: str
    by: str | None = None


def trace(programme: Programme, name: str) -> list[Step]:
    """Where a table's columns, or one column, come from. Raises UsageError for a name that is not there."""
    table, _, column = name.partition(".")
    columns = columns_of(programme, table)
    if column and column not in columns:
        raise UsageError(f"{table} has no column {column!r}{_meant(column, columns)}", advice=f"it has {', '.join(columns)}")
    return [step for c in ([column] if column else columns) for step in _walk(programme, table, c, 0)]


def columns_of(programme: Programme, table: str) -> list[str]:
    """The columns of a dataset or report, in order. Raises UsageError for a name that is not there."""
    project = programme.project
    if table in programme.reports:
        return [name for name, _ in programme.reports[table].columns]
    if table in project.datasets:
        contract = project.datasets[table]
        return [*contract.columns, *added_columns(project, contract)]
    if table in project.reports:
        raise UsageError(f"report {table!r} has mistakes", advice="borough check tells them")
    raise UsageError(f"no dataset or report is called {table!r}{_meant(table, [*project.datasets, *project.reports])}", advice="borough tables lists them")


def _meant(word: str, names: Sequence[str]) -> str:
    near = get_close_matches(word, names, n=1) or [name for name in names if name.startswith(word)]
    return f"; did you mean {near[0]!r}?" if near else ""


def _walk(programme: Programme, table: str, column: str, depth: int) -> Iterator[Step]:
    here = f"{table}.{column}"
    if table in programme.reports:
        yield from _reported(programme, table, column, depth)
        return
    contract = programme.project.datasets[table]
    if column in contract.columns:
        yield Step(column, depth, here)
        yield from _received(programme, table, column, depth + 1)
        return
    yield from _linked(programme, table, column, depth)
    for area, where in contract.areas.items():
        if column in (f"{area}_code", f"{area}_name"):
            on = f", as in force on {where.on}" if where.on else ""
            yield Step(column, depth, here, f"the {area} in which ({', '.join(where.point)}) lies{on}")
            target = programme.project.datasets[area].area
            shape = [target.shape, target.code if column.endswith("_code") else target.label or target.code] if target else []
            for point in (*where.point, *([where.on] if where.on else [])):
                yield from _walk(programme, table, point, depth + 1)
            for made in shape:
                yield from _walk(programme, area, made, depth + 1)


def _linked(programme: Programme, table: str, column: str, depth: int) -> Iterator[Step]:
    """A property or a person: what it was found by."""
    for added, (means, made_from) in found_by(programme.project.datasets[table]).items():
        if added == column:
            yield Step(column, depth, f"{table}.{column}", means)
            for one in made_from:
                yield from _walk(programme, table, one, depth + 1)


def _reported(programme: Programme, report: str, column: str, depth: int) -> Iterator[Step]:
    """A column of a report: its expression and what that is made from; a count of rows is made from the rows."""
    bound = programme.reports[report]
    yield Step(column, depth, f"{report}.{column}", _written(bound.sql, column))
    parents = sorted(bound.lineage.get(column, ()))
    for parent, parent_column in parents:
        yield from _walk(programme, parent, parent_column, depth + 1)
    if not parents:
        yield from (Step(column, depth + 1, table, "its rows") for table in bound.tables)


def _written(sql: str, column: str) -> str | None:
    """The expression of a report's column as its SELECT has it; None for a plain column and where several SELECTs are joined by UNION."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    made = next((e for e in tree.selects if e.alias_or_name == column), None) if isinstance(tree, exp.Select) else None
    return made.this.sql(dialect="duckdb") if isinstance(made, exp.Alias) and not isinstance(made.this, exp.Column) else None


def _received(programme: Programme, dataset: str, column: str, depth: int) -> Iterator[Step]:
    for feed in feeds_of(programme.project, dataset):
        mapped = programme.feeds.get(feed)
        if mapped is None or column not in mapped.bounds:
            continue
        text = " ".join(mapped.spec.map[column].split())
        received = mapped.bounds[column].columns
        yield from (Step(column, depth, f"{feed}:{name}", text) for name in received)
        if not received:
            yield Step(column, depth, feed, text)
