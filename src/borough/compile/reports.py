"""Reports: SELECTs over datasets and other reports, in the order of their references.

``sum`` and ``avg`` over doubles depend on the order of the rows, and so on the threads; over integers and ``money`` they
don't. Reports that must not change by a last digit sum those.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from borough.governance.selects import BoundSelect, bind_select
from borough.governance.statements import Fault, Places, SelectError, parse, references

__all__ = ["BoundReports", "BoundSelect", "Fault", "SelectError", "bind_reports", "bind_select", "order_reports", "storable"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


@dataclass(frozen=True)
class BoundReports:
    """The reports that could be bound, in the order they are to be made, and the faults of the others."""

    bound: Mapping[str, BoundSelect]
    faults: Mapping[str, tuple[Fault, ...]]


def bind_reports(reports: Mapping[str, str], datasets: Mapping[str, Mapping[str, str]]) -> BoundReports:
    """Bind reports (name -> SQL) over datasets (name -> column -> logical type) and over each other.

    Nothing is raised: all faults of all reports come back, so that they are told in one go. A report over a faulty one
    is left unbound without a fault of its own.
    """
    names = {*datasets, *reports}
    reads = {name: tuple(t for t in references(sql, names) if t not in datasets) for name, sql in reports.items()}
    tables: dict[str, Mapping[str, str]] = dict(datasets)
    bound: dict[str, BoundSelect] = {}
    faults: dict[str, tuple[Fault, ...]] = {name: (_clash(name),) for name in reports if name in datasets}
    order, cycles = _ordered(reads)
    for cycle in cycles:
        for name in cycle:
            faults[name] = (_cycle_fault(name, cycle, reports[name]),)
    for name in order:
        if name in faults or any(other not in bound for other in reads[name]):
            continue  # what is wrong with it, if anything, shows once the report that it reads is mended
        try:
            bound[name] = _bind(reports[name], tables)
            tables[name] = dict(bound[name].columns)
        except SelectError as error:
            faults[name] = error.faults
    return BoundReports(bound, faults)


def order_reports(reports: Mapping[str, BoundSelect]) -> list[str]:
    """Reports so that each comes after those it reads; by name where it doesn't matter. A cycle raises SelectError."""
    order, cycles = _ordered({name: tuple(t for t in bound.tables if t in reports) for name, bound in reports.items()})
    if cycles:
        raise SelectError([_cycle_fault(cycle[0], cycle, reports[cycle[0]].sql) for cycle in cycles])
    return order


def _bind(sql: str, tables: Mapping[str, Mapping[str, str]]) -> BoundSelect:
    bound = bind_select(sql, tables)
    faults = [*_name_faults(bound), *_order_faults(sql)]
    if faults:
        raise SelectError(faults)
    return bound


def _name_faults(bound: BoundSelect) -> Iterator[Fault]:
    for name, count in Counter(name for name, _ in bound.columns).items():
        if count > 1:
            yield Fault(1, 1, f"{count} columns named {name!r}", "a name of its own for each column: … AS name")
        if not _NAME.fullmatch(name):
            yield Fault(1, 1, f"column {name!r} without a plain name", "… AS name (lower-case letters, digits, _)")


_BY_ORDER = (exp.RowNumber, exp.Ntile, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue)


def _order_faults(sql: str) -> Iterator[Fault]:
    """What hangs on the order of rows and does not say which: it could differ from run to run."""
    where = Places(sql)
    for node in parse(sql, where).walk():
        if isinstance(node, exp.Limit | exp.Offset) and isinstance(node.parent, exp.Query) and not node.parent.args.get("order"):
            yield where.fault(node, f"{node.key.upper()} without ORDER BY", "ORDER BY before it: which rows, else?")
        elif (
            isinstance(node, exp.Distinct)
            and node.args.get("on")
            and isinstance(node.parent, exp.Query)
            and not node.parent.args.get("order")
        ):
            yield where.fault(node, "DISTINCT ON without ORDER BY", "ORDER BY: which row of each, else?")
        elif isinstance(node, exp.GroupConcat) and not isinstance(node.this, exp.Order) and not isinstance(node.parent, exp.WithinGroup):
            yield where.fault(node, "string_agg() without ORDER BY", "string_agg(column, ', ' ORDER BY column)")
        elif isinstance(node, exp.Window) and _by_order(node) and not node.args.get("order") and not node.args.get("alias"):
            yield where.fault(node, f"{_by_order(node)}() over rows without ORDER BY", "OVER (… ORDER BY column)")


def _by_order(window: exp.Window) -> str | None:
    """The function of a window whose result hangs on the order, by name."""
    function: Any = window.this
    while isinstance(function, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        function = function.this
    return function.sql_name().lower() if isinstance(function, _BY_ORDER) else None


def _clash(name: str) -> Fault:
    return Fault(1, 1, f"report {name!r} has the name of a dataset", "a name of its own: rename the file")


def _cycle_fault(name: str, cycle: Sequence[str], sql: str) -> Fault:
    """The cycle told from this report on, at the place where it reads the next."""
    start = cycle.index(name)
    path = [*cycle[start:], *cycle[:start], name]
    word = re.search(rf"\b{re.escape(path[1])}\b", sql, re.I)
    offset = word.start() if word else 0
    line, column = sql.count("\n", 0, offset) + 1, offset - sql.rfind("\n", 0, offset)
    return Fault(line, column, "a cycle of reports: " + " → ".join(path), "reports that don't read each other in a circle")


def _ordered(reads: Mapping[str, Sequence[str]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """Depth first, by name: those in order, and the cycles (each from its first name), whose members are not in the order."""
    order: list[str] = []
    cycles: list[tuple[str, ...]] = []
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            cycle = path[path.index(name) :]
            first = cycle.index(min(cycle))
            cycles.append(cycle[first:] + cycle[:first])
            return
        if name in done:
            return
        for other in sorted(reads[name]):
            visit(other, (*path, name))
        done.add(name)
        order.append(name)

    for name in sorted(reads):
        visit(name, ())
    unique = sorted(set(cycles))
    stuck = {name for cycle in unique for name in cycle}
    return [name for name in order if name not in stuck], unique


# ── from engine types to the types of the lake ──────────────────────────────────────────────────

_LONG = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"}
_STORED = {"VARCHAR": "string", "DOUBLE": "double", "FLOAT": "double", "DATE": "date", "BOOLEAN": "boolean", "BLOB": "binary"}


def storable(sql: str, described: Sequence[tuple[str, str]]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A query and its described columns -> the query with each column in a type that the lake stores, and those columns.

    A sum of integers is a HUGEINT in DuckDB, which Delta has not: it becomes ``long`` (and fails loudly beyond). What has
    no logical type of its own becomes text.
    """
    columns = tuple((name, _logical(kind)) for name, kind in described)
    casts = ", ".join(f'CAST("{name}" AS {_engine_type(kind)}) AS "{name}"' for name, kind in columns)
    return f"SELECT {casts} FROM ({sql})", columns


def _logical(kind: str) -> str:
    if kind in _LONG:
        return "long"
    if kind.startswith("DECIMAL"):
        return kind.lower()
    if kind.startswith("TIMESTAMP"):
        return "timestamp"
    return _STORED.get(kind, "string")


def _engine_type(logical: str) -> str:
    return {"long": "BIGINT", "string": "VARCHAR", "binary": "BLOB"}.get(logical, logical.upper())
