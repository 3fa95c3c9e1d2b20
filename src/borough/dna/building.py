"""Profiles made from rows: one scan for each source, joined to the entities that there are; for one day or for many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from borough.compile.attributes.appearing import Appearing
from borough.compile.attributes.derived import completed
from borough.compile.attributes.measures import measured, needed_columns, population_sql
from borough.compile.attributes.model import APPEARANCE, Profile, Source, kept_columns
from borough.compile.attributes.rows import Reader, Rows
from borough.compile.relations import Relations
from borough.engine.duckdb import DuckDBEngine, engine_type
from borough.engine.quoting import quoted

_PREFIX = "dna_"


def read_source(relations: Relations, profile: Profile, source: Source, *, among: str | None = None, evidence: bool = False, appearances: str | None = None, addresses: str | None = None) -> Rows:
    """The rows of a source with all columns that the profile's attributes read; of the entities in ``among`` (relation ``entity``), if given.

    ``appearances``: a table that has all of those that count; ``addresses``: one that has what is remembered of the addresses of all who are asked for.
    """
    population = profile.population if profile.population is not None and profile.population.source == source else None
    needed = needed_columns(profile.of_source(source), population)
    if source.dataset == APPEARANCE:
        return Appearing(relations, among, evidence, appearances).rows(source.by, needed)
    return Reader(relations, among, {}, evidence, addresses).rows(source, needed)


@dataclass
class Builder:
    """Builds one entity's profile, as of one day after another, from rows that are read once.

    ``among``: a relation (entity) of those that are asked for; None: all. ``several``: will more than one day be asked for? Then rows are
    kept at hand between the days.
    """

    engine: DuckDBEngine
    relations: Relations
    profile: Profile
    among: str | None = None
    several: bool = False
    appearances: str | None = None
    """A table that has all appearances that count."""
    _rows: dict[Source, Rows] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)

    def kept(self, day: dt.date, into: str) -> None:
        """Make the temp table ``into`` (``kept_columns``): what is kept by entity, as known at the end of a day."""
        profile, made = self.profile, []
        for i, source in enumerate(profile.sources):
            attributes = profile.of_source(source)
            if attributes:
                made.append((f"{_PREFIX}m{i}", attributes))
                self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_PREFIX}m{i} AS SELECT * FROM {measured(self._read(source), attributes, day)}")
        cells = ", ".join(["p.entity", *(f"{_cell(a.name, a.lacks)}" for a in profile.kept)])
        types = dict(kept_columns(profile))
        typed = ", ".join(f"CAST({quoted(name)} AS {engine_type(kind)}) AS {quoted(name)}" for name, kind in types.items())
        joins = "".join(f" LEFT JOIN {table} ON {table}.entity = p.entity" for table, _ in made)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT {typed} FROM (SELECT {cells} FROM {self._population(day, [t for t, _ in made])} p{joins})")
        for table, _ in made:
            self.engine.execute(f"DROP TABLE IF EXISTS {table}")

    def completed(self, day: dt.date, into: str) -> None:
        """Make the temp table ``into`` (``profile_columns``): the whole profile on a day. Neighbours are those among the entities that are asked for."""
        self.kept(day, f"{_PREFIX}kept")
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM {completed(self.profile, _PREFIX + 'kept', day)}")
        self.engine.execute(f"DROP TABLE IF EXISTS {_PREFIX}kept")

    def close(self) -> None:
        """Let go of the rows at hand."""
        for table in self._made:
            self.engine.execute(f"DROP TABLE IF EXISTS {table}")
        self._made.clear()
        self._rows.clear()

    def _population(self, day: dt.date, tables: Sequence[str]) -> str:
        population = self.profile.population
        if population is not None:
            return population_sql(self._read(population.source), population, day)
        every = " UNION ".join(f"SELECT entity FROM {table}" for table in tables)
        return f"({every})" if every else f"(SELECT CAST(NULL AS {engine_type(self.profile.logical_key)}) AS entity WHERE false)"

    def _read(self, source: Source) -> Rows:
        if source not in self._rows:
            rows = read_source(self.relations, self.profile, source, among=self.among, appearances=self.appearances)
            self._rows[source] = self._store(rows) if self.several or self._shared(source) else rows
        return self._rows[source]

    def _shared(self, source: Source) -> bool:
        """Is it read for the population and for attributes too, at some cost?"""
        population = self.profile.population
        return source.dataset == APPEARANCE and self.appearances is None and population is not None and population.source == source and bool(self.profile.of_source(source))

    def _store(self, rows: Rows) -> Rows:
        tables: dict[str, str] = {}
        for sql in rows.parts():
            if sql not in tables:
                tables[sql] = f"{_PREFIX}rows{len(self._made)}"
                self._made.append(tables[sql])
                self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {tables[sql]} AS SELECT * FROM {sql}")
        return rows.stored(tables)


def _cell(name: str, lacks: str | None) -> str:
    return f"NULL AS {quoted(name)}" if lacks is not None else quoted(name)


@contextmanager
def builder(engine: DuckDBEngine, relations: Relations, profile: Profile, *, among: str | None = None, several: bool = False, appearances: str | None = None) -> Iterator[Builder]:
    """A builder that lets go of its tables at the end."""
    made = Builder(engine, relations, profile, among, several, appearances)
    try:
        yield made
    finally:
        made.close()
