"""Profiles of a published run, for readers: as of today, as of any day, for some entities or all, with the rows behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from borough.catalogue.dna import profile_name, profile_table
from borough.compile.attributes.model import APPEARANCE, Profile, profile_columns
from borough.compile.dataset_access import dataset_columns
from borough.compile.published_dna import profile_relation
from borough.compile.relations import Relations
from borough.dna.building import builder
from borough.dna.cases import case_profiles
from borough.dna.evidence import EVIDENCE_COLUMNS, Evidence, gather_versions
from borough.engine.duckdb import DuckDBEngine, engine_type
from borough.engine.quoting import literal, quoted
from borough.errors import UsageError
from borough.governance.classification import ColumnAccess, Relation, visible
from borough.governance.gate import purposes_of
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.project.explain import nearest
from borough.project.load import Project

_AMONG, _ALL, _ONE, _EVIDENCE = "profiles_among", "profiles_all", "profiles_one", "profiles_evidence"


@dataclass(frozen=True)
class Profiles:
    """Reads the profiles of a published run."""

    project: Project
    engine: DuckDBEngine
    lake: Lake
    published: Published
    profiles: Mapping[str, Profile]

    def profile(self, entity: str) -> Profile:
        """The profile of an entity. Raises UsageError where it has none."""
        if entity in self.profiles:
            return self.profiles[entity]
        near = nearest(entity, self.profiles)
        if not self.profiles:
            raise UsageError("no attributes are declared", advice="borough dna add copies those of the library; or declare dna/NAME.yaml")
        raise UsageError(f"no attributes are declared of {entity!r}" + (f"; did you mean {near!r}?" if near else ""), advice=f"there are those of {', '.join(sorted(self.profiles))}")

    def day(self, entity: str) -> dt.date | None:
        """The day as of which the last run made the profile; None where it made none as it is declared now."""
        made = self.published.record.get("profiles", {}).get(entity)
        return dt.date.fromisoformat(made["day"]) if made else None

    def kept(self, entity: str) -> Relation:
        """The profile as the last run made it. Raises UsageError where none has."""
        profile, state = self.profile(entity), self.lake.table(profile_table(entity), self.published)
        columns = profile_columns(profile)
        if state is None or {c.name for c in state.columns} != {name for name, _ in columns}:
            raise UsageError(f"no run has made the profiles of {entity} as they are declared now", advice="borough run")
        return profile_relation(profile, self.engine.scan(state.files, columns))

    def as_of(self, entity: str, day: dt.date, key: str | None = None) -> Relation:
        """The profile of all entities as it was known at the end of a day, or of the one with a key (SQL), as a temp table."""
        profile = self.profile(entity)
        if key is None:
            with builder(self.engine, self.relations(), profile) as made:
                made.completed(day, _ALL)
            return profile_relation(profile, _ALL)
        self._among(key)
        around = profile.of_neighbours
        with builder(self.engine, self.relations(), profile.only([a.name for a in profile.attributes if a.name not in around]), among=_AMONG, appearances=self._appearances(profile)) as made:
            made.completed(day, _ONE)
        if not around:
            return profile_relation(profile, _ONE)
        # Neighbours are told by all entities, but few of their attributes.
        wanted = profile.only(around)
        with builder(self.engine, self.relations(), wanted) as made:
            made.completed(day, _ALL)
        cells = ", ".join(f"{'a' if self._of(name, around) else 'o'}.{quoted(name)}" for name, _ in profile_columns(profile))
        return profile_relation(profile, f"(SELECT {cells} FROM {_ONE} o LEFT JOIN {_ALL} a ON a.{quoted(entity)} = o.{quoted(entity)})")

    def several(self, entity: str, days: Collection[dt.date], spine: str | None = None) -> Iterator[tuple[dt.date, Relation]]:
        """The profile as of one day after another, all entities of each; or those of ``spine``, a relation (entity, day). Rows are read once."""
        profile = self.profile(entity)
        with builder(self.engine, self.relations(), profile, several=len(days) > 1) as made:
            for day in sorted(days):
                made.completed(day, _ALL)
                some = f"(SELECT * FROM {_ALL} WHERE {quoted(entity)} IN (SELECT entity FROM {spine} WHERE day = DATE '{day}'))" if spine else _ALL
                yield day, profile_relation(profile, some)

    def cases(self, profile: Profile, spine: str) -> str:
        """A temp table with the profile of each case of a spine, a relation (entity, day): all of them at once, else one day after another."""
        with case_profiles(self.engine, self.relations(), profile) as made:
            if made.complete(spine, _ALL):
                return _ALL
        names, days = ", ".join(quoted(n) for n, _ in profile_columns(profile)), [day for (day,) in self.engine.rows(f"SELECT DISTINCT day FROM {spine} ORDER BY day")]
        empty = ", ".join(f"CAST(NULL AS {engine_type(kind)}) AS {quoted(n)}" for n, kind in profile_columns(profile))
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_ALL} AS SELECT {empty} WHERE false")
        with builder(self.engine, self.relations(), profile, several=len(days) > 1) as each:
            for day in days:
                each.completed(day, _ONE)
                self.engine.execute(f"INSERT INTO {_ALL} SELECT {names} FROM {_ONE} WHERE {quoted(profile.entity)} IN (SELECT entity FROM {spine} WHERE day = DATE '{day}')")
        return _ALL

    def evidence(self, entity: str, key: str, day: dt.date, names: Collection[str], purpose: str) -> Relation:
        """The rows behind some attributes of one entity, as far as a purpose may see them."""
        profile = self.profile(entity)
        chosen = [a for a in profile.attributes if a.of_rows and a.name in names]
        self._among(key)
        Evidence(self.engine, self.relations(), replace(profile, attributes=tuple(chosen)), _AMONG, self._hidden(purpose)).gather(day, _EVIDENCE)
        # What the purpose may not see is not in it.
        return Relation(f"{profile_name(entity)}_evidence", _EVIDENCE, tuple(ColumnAccess(c, kind, "internal") for c, kind in EVIDENCE_COLUMNS), "entity")

    @contextmanager
    def spine(self, entity: str, file: str) -> Iterator[tuple[str, list[dt.date]]]:
        """A relation (entity, day) of a file's rows, and the days. Raises UsageError for a file without the columns."""
        kind = {"integer": "BIGINT"}.get(self.profile(entity).key_type, "VARCHAR")
        read = f"read_parquet({literal(file)})" if file.endswith(".parquet") else f"read_csv({literal(file)}, all_varchar = true)"
        have = {name for name, _ in self.engine.describe(f"SELECT * FROM {read}")}
        if not {entity, "day"} <= have:
            raise UsageError(f"{file} has the columns {', '.join(sorted(have))}", advice=f"a spine has the columns {entity} and day")
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE profiles_spine AS SELECT DISTINCT TRY_CAST({quoted(entity)} AS {kind}) AS entity, TRY_CAST(day AS DATE) AS day FROM {read}")
        ((wrong,),) = self.engine.rows("SELECT count(*) FROM profiles_spine WHERE entity IS NULL OR day IS NULL")
        if wrong:
            raise UsageError(f"{file} has {wrong:,} rows without a {entity} or a day", advice="write days as 2026-10-31")
        days = [day for (day,) in self.engine.rows("SELECT DISTINCT day FROM profiles_spine ORDER BY day")]
        try:
            yield "profiles_spine", days
        finally:
            self.engine.execute("DROP TABLE IF EXISTS profiles_spine")

    def key(self, entity: str, text: str) -> str:
        """SQL of an entity's id as it was given. Raises UsageError for what can be none."""
        if self.profile(entity).key_type != "integer":
            return literal(text)
        if not text.isdigit():
            raise UsageError(f"{text!r} is no {entity}", advice="ids are numbers: of a property its UPRN; borough identity find tells them")
        return str(int(text))

    def _of(self, name: str, around: frozenset[str]) -> bool:
        return name in around or any(name == f"{other}_missing" for other in around)

    def _among(self, key: str) -> None:
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_AMONG} AS SELECT {key} AS entity")

    def _appearances(self, profile: Profile) -> str | None:
        """A table of the appearances of the one entity, in all their versions; None where none are read."""
        ways = {s.by for s in profile.sources if s.dataset == APPEARANCE}
        if not ways:
            return None
        for i, by in enumerate(sorted(ways)):
            gather_versions(self.engine, self.relations(), by, _AMONG, f"profiles_said{i}")
        every = " UNION ".join(f"SELECT * FROM profiles_said{i}" for i in range(len(ways)))
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE profiles_said AS {every}")
        return "profiles_said"

    def relations(self) -> Relations:
        """The datasets and tables of the run."""
        return Relations(self.project, self.engine, lambda name: self.lake.table(name, self.published))

    def _hidden(self, purpose: str) -> HiddenColumns:
        return HiddenColumns(self.project, purpose)


@dataclass(frozen=True)
class HiddenColumns:
    """Says whether any of some columns of a dataset is hidden for a purpose; without columns, whether its key is."""

    project: Project
    purpose: str

    def __call__(self, dataset: str, columns: Collection[str]) -> bool:
        spec = purposes_of(self.project.borough.purposes).get(self.purpose)
        contract = self.project.datasets[dataset]
        wanted = set(columns) or set(contract.key)
        return spec is None or not all(visible(c, self.purpose, spec.permits) for c in dataset_columns(self.project, dataset) if c.name in wanted)
