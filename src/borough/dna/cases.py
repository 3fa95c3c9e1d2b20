"""Profiles of many cases (an entity, as of a day) at once: what a model learns from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from borough.compile.attributes.cases import Cases, can_be_met, days_sql, flattened, neighbouring, neighbours_sql
from borough.compile.attributes.derived import completed, number_sql
from borough.compile.attributes.measures import measured, population_sql
from borough.compile.attributes.model import Attribute, Profile, Source, profile_columns
from borough.compile.attributes.rows import Rows
from borough.compile.relations import Relations
from borough.dna.building import read_source
from borough.engine.duckdb import DuckDBEngine, engine_type
from borough.engine.quoting import quoted

_PREFIX = "case_"


@dataclass
class CaseProfiles:
    """Makes the profiles of the cases of a spine, a relation (entity, day)."""

    engine: DuckDBEngine
    relations: Relations
    profile: Profile
    _made: list[str] = field(default_factory=list)

    def complete(self, spine: str, into: str) -> bool:
        """Make the temp table ``into`` (``profile_columns``) with a row for each distinct case whose entity there was on its day. False: rows refer to others in a way that only a day at a time can be asked."""
        cases = self._cases("own", f"SELECT DISTINCT entity, day FROM {spine}")
        if cases is None:
            return False
        around = neighbouring(self.profile)
        later = self.profile.of_neighbours
        base = self.profile.only([a.name for a in self.profile.attributes if a.name not in later])
        if any(name in later for a in around for name in _reads(a)) or not self._meets(self.profile, cases):
            return False
        self._keep(base, cases, "kept")
        joins, cells = "", ""
        if around:
            self._table("base", f"SELECT *, {quoted(self.profile.entity)} AS _id FROM {completed(base, self._name('kept'), cases)}")
            for by in dict.fromkeys(a.spec.neighbours.by for a in around if a.spec.neighbours):
                if not self._others(base, by, [a for a in around if a.spec.neighbours and a.spec.neighbours.by == by]):
                    return False
            named = {a.name: a for a in base.attributes}
            for i, (attribute, spec) in enumerate((a, a.spec.neighbours) for a in around if a.spec.neighbours is not None):
                number = number_sql(spec.of, named, "n.") if spec.of else "1"
                made = self._table(f"n{i}", f"SELECT * FROM {neighbours_sql(attribute, self._name('base'), self._name(f'others_{spec.by}'), number)}")
                joins += f" LEFT JOIN {made} n{i} ON n{i}._case = k._case"
                cells += f", n{i}.value AS {quoted('_n_' + attribute.name)}"
        whole = f"(SELECT k.*{cells} FROM {self._name('kept')} k{joins})"
        names = ", ".join(quoted(name) for name, _ in profile_columns(self.profile))
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT {names} FROM {completed(self.profile, whole, cases)}")
        return True

    def close(self) -> None:
        for table in self._made:
            self.engine.execute(f"DROP TABLE IF EXISTS {table}")

    def _name(self, name: str) -> str:
        return f"{_PREFIX}{name}"

    def _table(self, name: str, sql: str) -> str:
        table = self._name(name)
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {sql}")
        if table not in self._made:
            self._made.append(table)
        return table

    def _cases(self, name: str, spine: str) -> Cases | None:
        """The cases of those entities that there were; None where that can't be asked of many days at once."""
        days: list[dt.date] = [day for (day,) in self.engine.rows(f"SELECT DISTINCT day FROM ({spine}) WHERE day IS NOT NULL")]
        key = engine_type(self.profile.logical_key)
        made = self._table(f"all_{name}", f"SELECT row_number() OVER (ORDER BY s.entity, s.day) AS \"case\", CAST(s.entity AS {key}) AS entity, s.day, d.until FROM ({spine}) s JOIN {days_sql(days)} ON d.day = s.day WHERE s.entity IS NOT NULL")
        population = self.profile.population
        if population is None:
            return Cases(made)
        rows = self._read(population.source, made)
        if not can_be_met(rows):
            return None
        there = population_sql(rows, population, Cases(made))
        return Cases(self._table(name, f"SELECT c.* FROM {made} c SEMI JOIN {there} p ON p.entity = c.\"case\""))

    def _read(self, source: Source, cases: str) -> Rows:
        among = f"(SELECT DISTINCT entity FROM {cases})"
        return read_source(self.relations, self.profile, source, among=among)

    def _meets(self, profile: Profile, cases: Cases) -> bool:
        return all(can_be_met(self._read(s, cases.table)) for s in profile.sources)

    def _keep(self, profile: Profile, cases: Cases, into: str) -> None:
        """What is kept by entity, of each case: ``entity``, ``_case``, ``_day`` and the attributes that are made from rows."""
        joins = ""
        for i, source in enumerate(dict.fromkeys(a.source for a in profile.attributes if a.source is not None)):
            attributes = profile.of_source(source)
            rows = read_source(self.relations, profile, source, among=f"(SELECT DISTINCT entity FROM {cases.table})")
            made = self._table(f"m{i}", f"SELECT * FROM {measured(rows, attributes, cases)}")
            joins += f" LEFT JOIN {made} ON {made}.entity = c.\"case\""
        cells = "".join(f", CAST({'NULL' if a.lacks is not None else quoted(a.name)} AS {engine_type(a.stored)}) AS {quoted(a.name)}" for a in profile.kept)
        self._table(into, f"SELECT c.entity, c.\"case\" AS _case, c.day AS _day{cells} FROM {cases.table} c{joins}")

    def _others(self, base: Profile, by: str, around: list[Attribute]) -> bool:
        """Make ``others_BY``: everybody who shares the value of a case with it on the case's day, and what is aggregated of them. False where it can't be told who may."""
        attribute = base.attribute(by)
        if attribute is None or attribute.kind != "fact" or attribute.source is None or attribute.value is None:
            return False
        rows = flattened(read_source(self.relations, base.only([by]), attribute.source))
        if any(c in rows.through for c in attribute.value.columns) or not can_be_met(rows):
            return False
        candidates = f"SELECT DISTINCT _entity AS entity, {attribute.value.sql()} AS value FROM {rows.sql} WHERE _entity IS NOT NULL"
        wanted = f"SELECT DISTINCT {quoted(by)} AS value, as_of AS day FROM {self._name('base')} WHERE {quoted(by)} IS NOT NULL"
        self._table("may", f"SELECT DISTINCT c.entity, w.day FROM ({wanted}) w JOIN ({candidates}) c ON c.value = w.value")
        cases = self._cases("around", f"SELECT entity, day FROM {self._name('may')}")
        if cases is None:
            return False
        few = base.only(dict.fromkeys(name for a in around for name in _reads(a)))
        self._keep(few, cases, "kept_around")
        self._table(f"others_{by}", f"SELECT *, {quoted(self.profile.entity)} AS _id FROM {completed(few, self._name('kept_around'), cases)}")
        return True


def _reads(attribute: Attribute) -> Iterator[str]:
    spec = attribute.spec.neighbours
    if spec is not None:
        yield spec.by
        if spec.of is not None:
            yield spec.of


@contextmanager
def case_profiles(engine: DuckDBEngine, relations: Relations, profile: Profile) -> Iterator[CaseProfiles]:
    """Profiles of cases; lets go of its tables at the end."""
    made = CaseProfiles(engine, relations, profile)
    try:
        yield made
    finally:
        made.close()
