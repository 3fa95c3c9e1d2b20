"""What is kept of a profile, renewed for those who were touched: each source is asked of whom it tells otherwise, the rest stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from borough.catalogue.identity import ADDRESS_COLUMNS, ADDRESSES
from borough.catalogue.rows import read_rows
from borough.compile.attributes.measures import measured, population_sql
from borough.compile.attributes.model import Profile, kept_columns
from borough.compile.relations import Relations
from borough.dna.building import read_source
from borough.engine.duckdb import DuckDBEngine, engine_type
from borough.engine.quoting import quoted

_PREFIX = "dna_r"


@dataclass(frozen=True)
class Renewing:
    """Renews a profile. ``touched``: a temp table (source, entity), of whom each source tells otherwise; ``kept``: SQL (``kept_columns``) of what stood before."""

    engine: DuckDBEngine
    relations: Relations
    profile: Profile
    touched: str
    kept: str
    appearances: str | None = None

    def newcomers(self, day: dt.date) -> None:
        """Find the entities that were not there before: every source is asked of them. Without a population, every source is asked of everybody who is touched."""
        profile, population = self.profile, self.profile.population
        places = range(len(profile.sources))
        new = f"SELECT DISTINCT entity FROM {self.touched}"
        if population is not None:
            at = profile.sources.index(population.source)
            self._among(at)
            rows = read_source(self.relations, profile, population.source, among=f"{_PREFIX}t{at}", appearances=self.appearances)
            self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {self._there} AS SELECT entity FROM {population_sql(rows, population, day)}")
            new = f"SELECT entity FROM {self._there} ANTI JOIN (SELECT entity FROM {self.kept}) k USING (entity)"
        every = " UNION ALL ".join(f"SELECT {i} AS source, entity FROM ({new})" for i in places)
        self.engine.execute(f"INSERT INTO {self.touched} SELECT source, entity FROM ({every}) n ANTI JOIN {self.touched} t USING (source, entity)")

    def renew(self, day: dt.date, into: str) -> None:
        """Make the temp table ``into`` (``kept_columns``): the touched entities that there are at the end of a day. ``newcomers`` were found."""
        profile, joins, addresses = self.profile, "", self._addresses()
        cells: dict[str, str] = {}
        told = {int(i) for (i,) in self.engine.rows(f"SELECT DISTINCT source FROM {self.touched}")}
        for i, source in enumerate(profile.sources):
            attributes = profile.of_source(source)
            if i not in told:
                cells |= {a.name: f"k.{quoted(a.name)}" for a in attributes}
            if not attributes or i not in told:
                continue
            self._among(i)
            rows = read_source(self.relations, profile, source, among=f"{_PREFIX}t{i}", appearances=self.appearances, addresses=addresses)
            self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_PREFIX}m{i} AS SELECT * FROM {measured(rows, attributes, day)}")
            joins += f" LEFT JOIN {_PREFIX}t{i} t{i} ON t{i}.entity = p.entity LEFT JOIN {_PREFIX}m{i} m{i} ON m{i}.entity = p.entity"
            cells |= {a.name: f"CASE WHEN t{i}.entity IS NOT NULL THEN m{i}.{quoted(a.name)} ELSE k.{quoted(a.name)} END" for a in attributes}
        typed = ", ".join(f"CAST({'p.entity' if name == 'entity' else cells.get(name, 'NULL')} AS {engine_type(kind)}) AS {quoted(name)}" for name, kind in kept_columns(profile))
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT {typed} FROM {self._population(told)} p LEFT JOIN {self.kept} k ON k.entity = p.entity{joins}")
        for i in range(len(profile.sources)):
            for table in (f"{_PREFIX}t{i}", f"{_PREFIX}m{i}"):
                self.engine.execute(f"DROP TABLE IF EXISTS {table}")

    def _addresses(self) -> str | None:
        """A temp table of what is remembered of the addresses of all who are touched."""
        if not any(s.via == "address" for s in self.profile.sources):
            return None
        known = read_rows(self.engine, ADDRESSES, self.relations.tables(ADDRESSES), ADDRESS_COLUMNS, f"uprn IN (SELECT entity FROM {self.touched})")
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_PREFIX}addresses AS SELECT key, text, postcode, given, uprn FROM {known}")
        return f"{_PREFIX}addresses"

    @property
    def _there(self) -> str:
        """The temp table of those who are there by their own source, of those of whom it tells otherwise."""
        return f"{_PREFIX}p_{self.profile.entity}"

    def _among(self, source: int) -> None:
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_PREFIX}t{source} AS SELECT entity FROM {self.touched} WHERE source = {source}")

    def _population(self, told: Collection[int]) -> str:
        """The touched entities that there are: as their own source says of those of whom it tells otherwise; of the others, those that were there."""
        every, population = f"SELECT DISTINCT entity FROM {self.touched}", self.profile.population
        if population is None:
            every = " UNION ".join(f"SELECT entity FROM {_PREFIX}m{i}" for i, s in enumerate(self.profile.sources) if self.profile.of_source(s) and i in told)
            return f"({every})" if every else f"(SELECT entity FROM {self.touched} WHERE false)"
        at = self.profile.sources.index(population.source)
        # Newcomers are among those that the source tells of.
        return f"(SELECT entity FROM {self._there} UNION SELECT entity FROM ({every}) WHERE entity NOT IN (SELECT entity FROM {self.touched} WHERE source = {at}) AND entity IN (SELECT entity FROM {self.kept}))"
