"""Plans that were made: noted in a run of their own, so that a visit can be told to be of one, and for that plan's reason."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from borough.catalogue.visits import NOTED_COLUMNS, PLANS
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.engine.values import records_sql
from borough.errors import UsageError
from borough.lake.lake import Lake
from borough.lake.model import Column, Published
from borough.pipeline.disk import full_disk_told
from borough.project.load import Project

STANDS = 60
"""Days for which a visit to a home of a plan is taken to be of that plan, where nobody says why it was made."""


@dataclass(frozen=True)
class MadePlan:
    """A plan as it was made: what it was drawn from, and its homes (uprn, reason, rating, band, round, place)."""

    model: str
    version: int | None
    day: dt.date
    seed: str
    homes: Sequence[Mapping[str, Any]]

    @property
    def name(self) -> str:
        """The same list, made again on the same day, is the same plan."""
        said = [self.model, self.version, self.day, self.seed, sorted((home["uprn"], home["reason"]) for home in self.homes)]
        return f"P{self.day:%Y%m%d}-{hashlib.sha256(repr(said).encode()).hexdigest()[:6]}"


@dataclass(frozen=True)
class Plans:
    """The plans of a published run."""

    engine: DuckDBEngine
    lake: Lake
    published: Published | None

    def _rows(self) -> str:
        state = self.lake.table(PLANS, self.published) if self.published else None
        return self.engine.scan(state.files if state else [], NOTED_COLUMNS)

    def has(self, plan: str) -> bool:
        return bool(self.engine.rows(f"SELECT 1 FROM {self._rows()} WHERE plan = {literal(plan)} LIMIT 1"))

    def reason(self, plan: str, uprn: int) -> str:
        """Why a plan has a home. Raises UsageError for a plan that is not there, or that has it not."""
        found = self.engine.rows(f"SELECT reason FROM {self._rows()} WHERE plan = {literal(plan)} AND uprn = {int(uprn)} LIMIT 1")
        if found:
            return str(found[0][0])
        if not self.has(plan):
            raise UsageError(f"no plan is called {plan!r}", advice="the column `plan` of what borough visits plan wrote says its name; nothing was recorded")
        raise UsageError(f"the plan {plan} has no home {uprn}", advice="leave --plan out, and say why with --reason; nothing was recorded")

    def lately(self, uprn: int, day: dt.date) -> tuple[str, str] | None:
        """The newest plan that had a home on a day, and why; None where none did in the ``STANDS`` days before."""
        since = day - dt.timedelta(days=STANDS)
        found = self.engine.rows(f"SELECT plan, reason FROM {self._rows()} WHERE uprn = {int(uprn)} AND made BETWEEN DATE '{since}' AND DATE '{day}' ORDER BY run DESC LIMIT 1")
        return (str(found[0][0]), str(found[0][1])) if found else None


def note_plan(project: Project, engine: DuckDBEngine, lake: Lake, made: MadePlan, *, who: str, now: dt.datetime) -> None:
    """Note a plan's homes; once, however often it is made. Raises LakeError, LeaseHeldError."""
    with full_disk_told(project), lake.writer(now=now, holder="borough visits plan") as writer:
        # Asked under the lease, so that two who make the same plan at once note it once.
        if Plans(engine, lake, writer.last).has(made.name):
            return
        also = {"plan": made.name, "made": made.day, "who": who, "seed": made.seed, "model": made.model, "version": made.version, "run": writer.number}
        recorded = now.astimezone(dt.UTC).replace(tzinfo=None)
        records = [{**also, "recorded": recorded, **{k: home[k] for k in ("uprn", "reason", "rating", "band", "round", "place")}} for home in made.homes]
        files = engine.copy(records_sql(records, NOTED_COLUMNS), writer.new_file(PLANS))
        writer.append(PLANS, files, [Column(name, kind) for name, kind in NOTED_COLUMNS], app=PLANS)
        record = dict(writer.last.record) if writer.last else {}
        record["summary"] = {"cause": "plan", "plan": made.name, "homes": len(records)}
        writer.publish(record)
