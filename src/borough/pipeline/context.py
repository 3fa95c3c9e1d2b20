"""What the steps of one run share."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from borough.catalogue.deliveries import Deliveries, Delivery
from borough.compile.relations import Relations
from borough.engine.duckdb import DuckDBEngine
from borough.engine.port import WrittenFile
from borough.engine.values import records_sql
from borough.lake.lake import Lake
from borough.lake.model import Column, Published, TableState
from borough.lake.writer import Writer
from borough.project.load import Project


class Progress(Protocol):
    """Hears of a run's progress."""

    def begin(self, steps: int) -> None:
        """A run of this many steps begins."""

    def step(self, name: str, what: str) -> None:
        """A step begins: what it works on, in words."""

    def done(self, name: str, rows: int) -> None:
        """A step ended; rows that it read."""


@dataclass(frozen=True)
class Options:
    """What the command line asked of a run."""

    select: tuple[str, ...] = ()
    release: tuple[str, ...] = ()  # feeds whose held extracts may pass
    replay: tuple[str, ...] = ()  # feeds whose quarantined rows are tried again
    who: str = "engineer"


@dataclass(frozen=True)
class Failure:
    """One feed or report that could not be done; the others went on."""

    name: str
    problem: str
    advice: str | None = None


@dataclass
class Run:
    """One run in the making: its writer, its clock, and what it has to tell."""

    project: Project
    engine: DuckDBEngine
    lake: Lake
    writer: Writer
    now: dt.datetime
    options: Options
    progress: Progress
    deliveries: Deliveries
    record: dict[str, Any]
    new_deliveries: list[Delivery] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)  # datasets, areas and reports whose rows changed
    ledger: list[dict[str, Any]] = field(default_factory=list)
    scores: list[dict[str, Any]] = field(default_factory=list)
    drifts: list[dict[str, Any]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    noted: bool = False  # must this run be published, even if no row changed?
    made: set[str] = field(default_factory=set)  # temp tables that later nodes of this run read too
    unfinished: set[str] = field(default_factory=set)  # nodes to try again in the next run, whatever is new then
    notices: list[tuple[str, str, str]] = field(default_factory=list)  # feed, file, what was noticed

    @property
    def recorded(self) -> dt.datetime:
        """The run's instant: UTC, without a zone, as tables hold it."""
        return self.now.astimezone(dt.UTC).replace(tzinfo=None)

    @property
    def relations(self) -> Relations:
        return Relations(self.project, self.engine, self.state)

    def state(self, name: str) -> TableState | None:
        """A table as this run sees it, with the properties that this run gave it."""
        state = self.writer.state(name)
        if state is None:
            return None
        return TableState(state.name, state.version, state.files, state.columns, state.rows, self.properties(name))

    def properties(self, table: str) -> dict[str, Any]:
        properties: dict[str, Any] = self.record.setdefault("properties", {}).setdefault(table, {})
        return properties

    def feed_record(self, feed: str) -> dict[str, Any]:
        """What is remembered of a feed from run to run: fingerprint, last derivation, what is held."""
        remembered: dict[str, Any] = self.record.setdefault("feeds", {}).setdefault(feed, {})
        return remembered

    def files(self, table: str) -> tuple[str, ...]:
        state = self.writer.state(table)
        return state.files if state is not None else ()

    def append_records(self, table: str, records: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]) -> None:
        """Append a few records of the program's own to a system table."""
        if records:
            files = self.engine.copy(records_sql(records, columns), self.writer.new_file(table))
            self.append(table, files, columns, app=table)

    def append(self, table: str, files: Sequence[WrittenFile], columns: Sequence[tuple[str, str]], *, app: str) -> None:
        self.writer.append(table, files, [Column(name, kind) for name, kind in columns], app=app)


def open_record(last: Published | None) -> dict[str, Any]:
    """What a run carries over from the last one: fingerprints and properties, not its summary."""
    if last is None:
        return {}
    carried = {key: last.record[key] for key in ("feeds", "reports", "areas", "entities", "profiles", "ratings", "datasets", "area_scores", "properties") if key in last.record}
    return copy.deepcopy(carried)

