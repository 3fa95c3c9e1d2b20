"""Appearances gathered into a table: all of them through time, or as they stand on a day."""

from __future__ import annotations

import datetime as dt

from borough.compile.appearances import record_sql
from borough.compile.attributes.appearing import Appearing, appearing_datasets, later_sql, standing
from borough.compile.attributes.lookup import appearance_types
from borough.compile.relations import Relations
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.lake.logs import end_of_day, instant

_LATER = "dna_later"


def gather(engine: DuckDBEngine, relations: Relations, into: str, *, day: dt.date, records: str | None = None, late: str | None = None) -> None:
    """Make the temp table ``into``: all appearances that are known at the end of a day, the last that is known of anything; or those of the ``records`` (a table (dataset, record)) alone.

    What stands is taken as it stands. Records of which something was known later still are read from their logs. ``late``: a table of what
    ``later_sql`` tells of an earlier day, where it is at hand.
    """
    end = instant(end_of_day(day))
    told = f"SELECT * FROM {late} WHERE latest >= {end}" if late is not None else later_sql(relations, end)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {_LATER} AS SELECT DISTINCT dataset, record FROM ({told})")
    beside = standing(relations, records, _LATER)
    read = f"(SELECT l.* FROM {_LATER} l SEMI JOIN {records} r ON r.dataset = l.dataset AND r.record = l.record)" if records is not None else _LATER
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM {Appearing(relations).everything(appearance_types(), records_where(relations, read), beside)}")
    engine.execute(f"DROP TABLE {_LATER}")


def records_where(relations: Relations, table: str) -> dict[str, str]:
    """By dataset, the condition that a row of its log is one of the records in a table (dataset, record); of the datasets that are in it."""
    listed = {str(name) for (name,) in relations.engine.rows(f"SELECT DISTINCT dataset FROM {table}")}
    return {
        d: f"{record_sql(relations.project.datasets[d])} IN (SELECT record FROM {table} WHERE dataset = {literal(d)})" for d in appearing_datasets(relations.project) if d in listed
    }
