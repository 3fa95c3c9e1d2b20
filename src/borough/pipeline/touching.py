"""Which records must be read again: those that this run wrote, those whose property comes through such a record, or moved."""

from __future__ import annotations

from typing import Any

from borough.catalogue.contracts import feeds_of, log_table
from borough.catalogue.identity import STATEMENT_COLUMNS, STATEMENTS
from borough.catalogue.rows import read_rows
from borough.compile.appearances import is_special, record_sql
from borough.compile.entities import peopled
from borough.compile.links import address_key
from borough.engine.quoting import literal, quoted
from borough.pipeline.context import Run
from borough.project.load import Project
from borough.project.roles import addresses_of

TOUCHED = "link_touched"
MOVED = "identity_moved"
"""Keys of addresses that this run gave another property, as a temp table, where there are any."""


def touch(run: Run, stamps: dict[str, Any]) -> set[str]:
    """Make the temp table ``TOUCHED`` (dataset, record). Returns the datasets that have some.

    ``stamps``: what each dataset was read by the last time; a dataset that is read otherwise now is touched whole. It is brought up to date.
    """
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {TOUCHED} (dataset VARCHAR, record VARCHAR)")
    seen: set[str] = set()
    for dataset in peopled(run.project):
        _touch(run, dataset, stamps, seen)
    return {str(name) for (name,) in run.engine.rows(f"SELECT DISTINCT dataset FROM {TOUCHED}")}


def through(project: Project, dataset: str) -> list[tuple[str, str, str]]:
    """How rows have their property from others: column, dataset and column that it refers to."""
    contract = project.datasets[dataset]
    found = []
    for address in addresses_of(contract).values():
        if address.through is not None:
            target, _, column = (contract.columns[address.through].references or "").partition(".")
            found.append((address.through, target, column))
    return found


def stamp(run: Run, dataset: str) -> list[Any]:
    """By what a dataset is read: its feeds, its log, and whether it is special."""
    properties = run.properties(log_table(dataset))
    return [list(feeds_of(run.project, dataset)), properties.get("shape"), properties.get("first"), is_special(run.project.datasets[dataset])]


def _touch(run: Run, dataset: str, stamps: dict[str, Any], seen: set[str]) -> None:
    if dataset in seen:
        return
    seen.add(dataset)
    ways = through(run.project, dataset)
    for _, target, _ in ways:
        _touch(run, target, stamps, seen)
    log, contract = run.relations.log(dataset), run.project.datasets[dataset]
    before, now = stamps.get(dataset), stamp(run, dataset)
    stamps[dataset] = now
    if log is None:
        return
    name, selects = record_sql(contract), []
    if before != now:
        statements = read_rows(run.engine, STATEMENTS, run.state(STATEMENTS), STATEMENT_COLUMNS)
        selects = [f"SELECT {name} AS record FROM {log.sql}", f"SELECT record FROM {statements} WHERE dataset = {literal(dataset)}"]
    else:
        if dataset in run.changed:
            selects.append(f"SELECT {name} AS record FROM {log.sql} WHERE _run = {run.writer.number}")
        selects += [f"SELECT {name} AS record FROM {log.sql} WHERE CAST({quoted(column)} AS VARCHAR) IN ({found})" for column, target, there in ways if (found := _values(run, target, there))]
        if MOVED in run.made:
            keys = [address_key(a) for a in addresses_of(contract).values() if a.through is None]
            selects += [f"SELECT {name} AS record FROM {log.sql} WHERE {key} IN (SELECT key FROM {MOVED})" for key in keys]
    if selects:
        run.engine.execute(f"INSERT INTO {TOUCHED} SELECT DISTINCT {literal(dataset)}, record FROM ({' UNION ALL '.join(selects)})")


def _values(run: Run, dataset: str, column: str) -> str | None:
    """SELECT of the values that touched records of a dataset have, or had, in a column; None where none is touched."""
    log = run.relations.log(dataset)
    if log is None or run.engine.rows(f"SELECT 1 FROM {TOUCHED} WHERE dataset = {literal(dataset)} LIMIT 1") == []:
        return None
    records = f"SELECT record FROM {TOUCHED} WHERE dataset = {literal(dataset)}"
    return f"SELECT CAST({quoted(column)} AS VARCHAR) FROM {log.sql} WHERE {record_sql(run.project.datasets[dataset])} IN ({records}) AND {quoted(column)} IS NOT NULL"
