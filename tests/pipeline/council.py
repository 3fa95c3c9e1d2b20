"""A small council in a folder: declarations and files in, what the lake then says out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from borough.catalogue.contracts import LEDGER, QUARANTINE, current_table, log_table, report_table
from borough.catalogue.quarantined import open_rows
from borough.catalogue.tables import LEDGER_COLUMNS, QUARANTINE_COLUMNS
from borough.compile.relations import Relations
from borough.engine.duckdb import DuckDBEngine
from borough.lake.lake import Lake
from borough.lake.logs import Log, names
from borough.pipeline.conductor import Summary, run_project
from borough.pipeline.context import Options
from borough.pipeline.decisions import record_correction
from borough.project.load import Project, load

Rows = Sequence[Sequence[str]]
START = dt.datetime(2030, 1, 1, 9, tzinfo=dt.UTC)

BOROUGH = """\
borough: Exampleton
lake: ./lake
engine: {{duckdb: {{threads: 2, memory: 1GB}}}}
maintenance: {{rewrite_current_above: {rewrite}}}
"""
SOURCE = """\
source: reg
connect: {{files: "data/{glob}"}}
feeds:
  things:
    delivers: {delivers}
    to: thing
    map: {{k: k, v: v, seen: uk_date(d)}}
"""
DATASET = """\
dataset: thing
key: k
columns:
  k: {type: string}
  v: {type: integer, between: [0, 99]}
  seen: {type: date}
"""
REPORT = "SELECT v, count(*) AS n FROM thing GROUP BY v"


class Silent:
    """Hears of progress and says nothing."""

    def begin(self, steps: int) -> None: ...

    def step(self, name: str, what: str) -> None: ...

    def done(self, name: str, rows: int) -> None: ...


@dataclass(frozen=True)
class Seen:
    """What a lake says, in words that do not depend on how it came to say so."""

    current: list[tuple[Any, ...]]
    history: list[tuple[Any, ...]]
    as_of: Mapping[dt.date, list[tuple[Any, ...]]]
    quarantine: list[tuple[Any, ...]]
    report: list[tuple[Any, ...]]


@dataclass
class Council:
    """A project in a folder, and the clock of its runs (an hour later each time)."""

    root: Path
    source: str
    dataset: str = DATASET
    header: str = "k,v,d"
    rewrite: float = 0.15
    now: dt.datetime = START
    others: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.declare()

    def declare(self, source: str | None = None, dataset: str | None = None, others: Mapping[str, str] | None = None) -> None:
        """Write the declarations (again)."""
        self.source, self.dataset = source or self.source, dataset or self.dataset
        self.others = {**self.others, **(others or {})}
        every = {
            "borough.yaml": BOROUGH.format(rewrite=self.rewrite), "sources/reg.yaml": self.source, "datasets/thing.yaml": self.dataset,
            "reports/totals.sql": REPORT, **self.others,
        }  # fmt: skip
        for name, text in every.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def put(self, file: str, rows: Rows, header: str | None = None) -> None:
        """Lay a file out to be found."""
        path = self.root / "data" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line + "\n" for line in (header or self.header, *(",".join(r) for r in rows))), encoding="utf-8")

    def project(self) -> Project:
        return load(self.root)

    def run(self, **options: Any) -> Summary:
        """One run, an hour after the last. Holds its ledger against the law and against the records in the files."""
        self.now += dt.timedelta(hours=1)
        summary = run_project(self.project(), now=self.now, options=Options(**options), progress=Silent())
        for line in summary.ledger:
            parts = ("accepted", "unchanged", "superseded", "quarantined", "held")
            assert line["read"] == sum(line[p] for p in parts), line
            assert all(line[p] >= 0 for p in parts), line
        return summary

    def correct(self, feed: str, delivery: int, row: int, cells: Mapping[str, str | None]) -> None:
        self.now += dt.timedelta(hours=1)
        with self._open() as (engine, lake, _):
            record_correction(self.project(), engine, lake, feed, delivery, row, cells, who="me", now=self.now)

    def _open(self) -> _Opened:
        return _Opened(self)

    def query(self, sql: str, dataset: str = "thing", **how: Any) -> list[tuple[Any, ...]]:
        """Rows of a dataset: ``{}`` in the query stands for it."""
        with self._open() as (engine, _, relations):
            return engine.rows(sql.format(relations.dataset(dataset, **how)))

    def records(self, table: str, columns: Sequence[tuple[str, str]], sql: str) -> list[tuple[Any, ...]]:
        """Rows of a system table: ``{}`` in the query stands for it."""
        with self._open() as (engine, lake, _):
            state = lake.table(table)
            return engine.rows(sql.format(engine.scan(state.files if state else [], columns)))

    def ledger(self, sql: str) -> list[tuple[Any, ...]]:
        return self.records(LEDGER, LEDGER_COLUMNS, sql)

    def quarantine(self, sql: str) -> list[tuple[Any, ...]]:
        """``{}`` stands for the open rows."""
        return self.records(QUARANTINE, QUARANTINE_COLUMNS, sql.replace("{}", open_rows("{}")))

    def log(self, sql: str, dataset: str = "thing") -> list[tuple[Any, ...]]:
        """``{}`` stands for every row of a log."""
        with self._open() as (engine, _, relations):
            log = relations.log(dataset)
            assert log is not None
            return engine.rows(sql.format(log.sql))

    def seen(self, days: Iterable[dt.date] = (), dataset: str = "thing") -> Seen:
        """All that a reader can see of a dataset. Also holds the current rows by base and tail against the whole log."""
        with self._open() as (engine, lake, relations):
            columns = names(list(self.project().datasets[dataset].columns))
            log = relations.log(dataset)
            history: list[tuple[Any, ...]] = []
            if log is not None:
                history = engine.rows(f"SELECT _feed, k, _position, _op, _known, * EXCLUDE (k) FROM (SELECT _feed, _position, _op, _known, {columns} FROM {log.history()}) ORDER BY ALL")
                standing = f"SELECT _feed, {columns}, _position, _run, _n FROM {{}} ORDER BY ALL"
                assert engine.rows(standing.format(log.current())) == engine.rows(standing.format(Log(log.sql, log.key).current()))
            state = lake.table(QUARANTINE)
            quarantine = open_rows(engine.scan(state.files if state else [], QUARANTINE_COLUMNS))
            report = lake.table(report_table("totals"))
            return Seen(
                engine.rows(f"SELECT {columns} FROM {relations.dataset(dataset)} ORDER BY ALL"),
                history,
                {day: engine.rows(f"SELECT {columns} FROM {relations.dataset(dataset, as_of=day)} ORDER BY ALL") for day in days},
                engine.rows(f"SELECT feed, dataset, file, row, position, key, reasons, original FROM {quarantine} ORDER BY ALL"),
                engine.rows(f"SELECT * FROM {engine.scan(report.files, [(c.name, c.type) for c in report.columns])} ORDER BY ALL") if report else [],
            )

    def tables(self) -> set[str]:
        with self._open() as (_, lake, _relations):
            published = lake.published()
            return set(published.tables) if published else set()

    def rewritten(self, dataset: str = "thing") -> bool:
        """Has the current table been written?"""
        assert log_table(dataset) in self.tables()
        return current_table(dataset) in self.tables()


class _Opened:
    """The lake as published, with an engine, for as long as a ``with`` lasts."""

    def __init__(self, council: Council) -> None:
        self.council = council

    def __enter__(self) -> tuple[DuckDBEngine, Lake, Relations]:
        self.engine = DuckDBEngine(threads=2)
        lake = Lake(str(self.council.root / "lake"))
        published = lake.published()
        return self.engine, lake, Relations(self.council.project(), self.engine, lambda table: lake.table(table, published) if published else None)

    def __exit__(self, *_: object) -> None:
        self.engine.close()
