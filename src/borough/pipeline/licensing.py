"""Licensing of a published run: for any home and day, whether it needed a licence, so let, and had one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from borough.catalogue.tables import Columns
from borough.compile.licensing import answers_sql, dwellings_sql, homes_sql, licensings, permits_sql, schemes_sql, zones_sql
from borough.compile.relations import Relations
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import quoted
from borough.errors import UsageError
from borough.governance.classification import ColumnAccess, Relation, strictest
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.project.licensing_specs import LicensingSpec, PermitSpec
from borough.project.load import Project

HYPOTHESES: tuple[tuple[str, int, int], ...] = (("one household", 2, 1), ("two sharers", 2, 2), ("house of three sharers", 3, 2), ("house of five sharers", 5, 2))
"""Ways of letting a home: in words, people, households."""
COLUMNS: Columns = (
    ("property", "long"),
    ("day", "date"),
    ("people", "long"),
    ("households", "long"),
    ("needs", "string"),  # mandatory | additional | selective; null: none
    ("note", "string"),
    ("scheme", "string"),
    ("since", "date"),
    ("until", "date"),
    ("status", "string"),  # not needed | exempt | licensed | applied | unlicensed
    ("record", "string"),
    ("held_from", "date"),
    ("held_to", "date"),
)
_TABLES = ("licensing_asked", "licensing_homes", "licensing_schemes", "licensing_zones", "licensing_licences", "licensing_applications", "licensing_exemptions")
_NO_PERMITS = "(SELECT CAST(NULL AS BIGINT) AS property, '' AS kind, DATE '0001-01-01' AS from_day, DATE '0001-01-01' AS to_day, CAST(NULL AS BIGINT) AS people, '' AS record, '' AS reason WHERE false)"


@dataclass(frozen=True)
class Licensing:
    """The licensing rules over a published run, as it was known at the end of a day (``known``; None: as known now)."""

    project: Project
    engine: DuckDBEngine
    lake: Lake
    published: Published | None
    known: dt.date | None = None
    then: bool = False
    """Is each day asked by what was known on it?"""
    own: Relations | None = None
    """Of a run that is not published yet: its datasets and tables."""

    def spec(self, name: str | None = None) -> LicensingSpec:
        """The rules of this name, or the only ones. Raises UsageError."""
        every = licensings(self.project)
        if not every:
            raise UsageError("nothing is declared of licensing", advice="bring in the register of licences (borough source add licensing gazetteer), or declare licensing/NAME.yaml")
        if name is None and len(every) > 1:
            raise UsageError("there are several kinds of licensing", advice=f"say which with --rules: {', '.join(sorted(every))}")
        if name is not None and name not in every:
            raise UsageError(f"no licensing is called {name!r}", advice=f"declared: {', '.join(sorted(every))}")
        return every[name] if name is not None else next(iter(every.values()))

    def answers(self, spine: str, spec: LicensingSpec) -> Relation:
        """The relation ``licensing`` (``COLUMNS``) over a relation (property, day, people, households)."""
        self._prepare(spine, spec)
        sql = answers_sql("licensing_asked", *_TABLES[1:2], *_TABLES[3:])
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE licensing_answers AS SELECT {', '.join(c for c, _ in COLUMNS)} FROM {sql}")
        for table in _TABLES:
            self.engine.execute(f"DROP TABLE IF EXISTS {table}")
        return Relation("licensing", "licensing_answers", tuple(ColumnAccess(c, kind, self._classification(spec)) for c, kind in COLUMNS), "entity")

    def everywhere(self, day: dt.date, spec: LicensingSpec) -> str:
        """A spine of all homes on a day, for every way of letting them."""
        homes = dwellings_sql(self._relations(), spec, self.known)
        ways = " UNION ALL ".join(f"SELECT {people} AS people, {households} AS households" for _, people, households in HYPOTHESES)
        return f"(SELECT CAST(h.{quoted(spec.homes.uprn)} AS BIGINT) AS property, DATE '{day}' AS day, w.people, w.households FROM {homes} h, ({ways}) w)"

    def is_home(self, uprn: int, spec: LicensingSpec) -> bool:
        """Has the dataset of homes this one?"""
        homes = dwellings_sql(self._relations(), spec, self.known)
        return self.engine.rows(f"SELECT 1 FROM {homes} WHERE {quoted(spec.homes.uprn)} = {int(uprn)} LIMIT 1") != []

    def _relations(self) -> Relations:
        return self.own or Relations(self.project, self.engine, lambda name: self.lake.table(name, self.published) if self.published else None)

    def _prepare(self, spine: str, spec: LicensingSpec) -> None:
        self.engine.load("spatial")
        relations, known = self._relations(), self.known
        self._make("asked", spine)
        self._make("homes", homes_sql(relations, spec, "licensing_asked", known))
        self._make("schemes", schemes_sql(relations, spec, known))
        self._make("zones", zones_sql(relations, spec, "licensing_homes", "licensing_schemes"))
        self._make("licences", permits_sql(relations, "licence", spec.licences, "licensing_asked", known, then=self.then))
        self._make("applications", permits_sql(relations, "application", spec.applications, "licensing_asked", known, then=self.then) if spec.applications else _NO_PERMITS)
        exemptions = [permits_sql(relations, name, permit, "licensing_asked", known, then=self.then) for name, permit in spec.exemptions.items()]
        self._make("exemptions", f"({' UNION ALL '.join(f'SELECT * FROM {one}' for one in exemptions)})" if exemptions else _NO_PERMITS)

    def _make(self, name: str, sql: str) -> None:
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE licensing_{name} AS SELECT * FROM {sql}")

    def _classification(self, spec: LicensingSpec) -> str:
        """As confidential as the datasets that it is made from: of a licence, that there is one is in the public register."""
        permits: list[PermitSpec] = [p for p in (spec.licences, spec.applications, *spec.exemptions.values()) if p is not None]
        return strictest(self.project.datasets[p.dataset].classification for p in permits)
