"""A run told as OpenLineage events: one job for the run, and below it one for each node, each receipt and each dataset's quality.

Starts are told as they happen, ends when the run is published or stopped: what a node wrote before that does not count.
The run's clock is the only one: an event's time is the run's instant plus what a stopwatch says since, so with ``--now``
the whole run lies in the past that it was given. Run ids are UUIDv7, worked out from instant, run number and job: the
same run told twice is one run.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from borough.catalogue.contracts import bronze_table
from borough.compile.nodes import Node
from borough.compile.origins import Origin, Origins, origins
from borough.compile.programme import Programme
from borough.governance.ways import Way
from borough.lake.model import TableState
from borough.pipeline.context import Failure, Run
from borough.pipeline.openlineage_post import Event, Post

if TYPE_CHECKING:
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset
    from openlineage.client.facet_v2 import RunFacet

    from borough.pipeline.openlineage_facets import Datasets, Written

FIXED = {"eventTime", "eventType", "runId", "schemaURL", "producer", "_producer", "_schemaURL"}
"""What no secret is struck out of: Borough's own words."""


class Recorder:
    """Hears of a run's nodes and says nothing: the one for projects that declare no ``openlineage``."""

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        return None

    def begin(self, node: Node) -> None:
        """A node begins."""

    def end(self, node: Node) -> None:
        """A node ended, well or not."""

    def published(self) -> list[tuple[str, str, str]]:
        """The run is published, or had nothing to publish. Returns notices."""
        return []


def recorder(run: Run, programme: Programme) -> Recorder:
    """Who tells of a run, as ``openlineage`` in borough.yaml says."""
    return Recorder() if run.project.borough.openlineage is None else _OpenLineage(run, programme)


@dataclass
class _Node:
    """A node in the making: when it began and ended, and what stood before."""

    node: Node
    began: dt.datetime
    before: Mapping[str, TableState | None]
    failed: int  # failures of the run before it
    ended: dt.datetime | None = None
    failures: Sequence[Failure] = ()
    after: Mapping[str, TableState | None] = field(default_factory=dict)


class _OpenLineage(Recorder):
    """Tells a run as events. Whatever goes wrong in the telling is told as a notice; the run goes on."""

    def __init__(self, run: Run, programme: Programme) -> None:
        spec = run.project.borough.openlineage
        assert spec is not None
        self._run, self._programme = run, programme
        self._namespace = spec.namespace or "borough://" + (re.sub(r"[^a-z0-9]+", "-", run.project.borough.borough.casefold()).strip("-") or "council")
        self._watch = time.perf_counter()
        self._nodes: list[_Node] = []
        self._told: list[str] = []
        self._done = False
        self._post = Post(run.project, spec)

    def __enter__(self) -> Recorder:
        self._safely(lambda: self._emit("START", "run", self._now()))
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """A run that stopped before it was published: nothing of it counts."""
        if self._done:
            return
        message = getattr(error, "message", None) or type(error).__name__
        self._safely(lambda: self._stopped(str(message)))
        self._post.finish()

    def begin(self, node: Node) -> None:
        def tell() -> None:
            self._nodes.append(_Node(node, self._now(), self._states(node), len(self._run.failures)))
            self._emit("START", node.name, self._now())

        self._safely(tell)

    def end(self, node: Node) -> None:
        def note() -> None:
            one = self._nodes[-1]
            one.ended, one.after, one.failures = self._now(), self._states(node), tuple(self._run.failures[one.failed :])

        self._safely(note)

    def published(self) -> list[tuple[str, str, str]]:
        self._safely(self._finished)
        self._done = True
        return [("openlineage", "", text) for text in (*self._told, *self._post.finish())]

    # ── what happened, as events ────────────────────────────────────────────────────────────────

    def _finished(self) -> None:
        checked = self._nodes[-1].ended if self._nodes else None
        for one in self._nodes:
            self._receipt(one)
            self._node(one)
        for dataset in sorted({score["dataset"] for score in self._run.scores}):
            self._quality(dataset, checked or self._now())
        failures = self._run.failures
        self._emit("FAIL" if failures else "COMPLETE", "run", self._now(), failures=failures)

    def _stopped(self, message: str) -> None:
        why = [Failure("run", message)]
        for one in self._nodes:
            self._emit("ABORT", one.node.name, one.ended or self._now(), failures=why)
        self._emit("ABORT", "run", self._now(), failures=why)

    def _node(self, one: _Node) -> None:
        made = origins(self._programme, one.node)
        datasets = self._datasets
        bronze = bronze_table(one.node.name)
        read = dict.fromkeys((*one.node.reads, *made.tables)) if one.node.kind != "feed" or one.node.name in self._programme.feeds else {}
        written = [w for table in one.node.writes if table != bronze and (w := _written(one, table)) is not None]
        if not read:
            return self._emit(_outcome(one), one.node.name, one.ended, *self._received(one), failures=one.failures, nominal=self._extracts(one))
        self._emit(
            _outcome(one), one.node.name, one.ended, [datasets.read(table) for table in read], [datasets.written(w, made) for w in written],
            failures=one.failures, nominal=self._extracts(one),
        )  # fmt: skip

    def _receipt(self, one: _Node) -> None:
        """Files taken into bronze are a job of their own where the node goes on to fill a dataset."""
        inputs, outputs = self._received(one)
        if inputs and one.node.name in self._programme.feeds:
            name, refused = f"{one.node.name}.receive", [d for d in self._run.new_deliveries if d.feed == one.node.name and d.status == "refused"]
            self._emit("START", name, one.began)
            self._emit("FAIL" if refused else "COMPLETE", name, one.ended, inputs, outputs, failures=one.failures if refused else (), nominal=self._extracts(one))

    def _received(self, one: _Node) -> tuple[list[InputDataset], list[OutputDataset]]:
        from borough.pipeline.openlineage_facets import source_name

        new = [d for d in self._run.new_deliveries if d.feed == one.node.name and d.run == self._run.writer.number and d.status != "superseded"]
        if one.node.kind != "feed" or not new:
            return [], []
        datasets, bronze = self._datasets, bronze_table(one.node.name)
        source = datasets.source(one.node.name, sum(d.counted for d in new), sum(d.size for d in new), len(new))
        written = _written(one, bronze)
        state = one.after.get(bronze)
        columns = datasets.columns(bronze) if state is not None else []
        made = Origins({c: (Origin(source_name(one.node.name), c, Way("IDENTITY")),) for c in columns})
        return [source], [datasets.written(written, made)] if written is not None else []

    def _quality(self, dataset: str, at: dt.datetime) -> None:
        """What the checks of a dataset found: a job that reads it and writes nothing."""
        scores = [score for score in self._run.scores if score["dataset"] == dataset]
        self._emit("START", f"{dataset}.quality", at)
        self._emit("COMPLETE", f"{dataset}.quality", self._now(), [self._datasets.judged(dataset, scores)])

    # ── one event ───────────────────────────────────────────────────────────────────────────────

    def _emit(
        self, kind: str, job: str, at: dt.datetime | None, inputs: Sequence[InputDataset] = (), outputs: Sequence[OutputDataset] = (),
        *, failures: Sequence[Failure] = (), nominal: tuple[dt.datetime, dt.datetime | None] | None = None,
    ) -> None:  # fmt: skip
        from openlineage.client import event_v2
        from openlineage.client.serde import Serde

        event_v2.set_producer(f"pkg:pypi/borough@{version('borough')}")
        event = event_v2.RunEvent(
            eventType=event_v2.RunState(kind),
            eventTime=_text(at or self._now()),
            run=event_v2.Run(self._id(job), facets=self._run_facets(job, failures, nominal)),
            job=self._job(job),
            inputs=list(inputs),
            outputs=list(outputs),
        )
        self._post.send(self._struck(Serde.to_dict(event)))

    def _run_facets(self, job: str, failures: Sequence[Failure], nominal: tuple[dt.datetime, dt.datetime | None] | None) -> dict[str, RunFacet]:
        from openlineage.client.facet_v2 import error_message_run, nominal_time_run, parent_run, processing_engine_run

        start, end = nominal or (self._run.now, None)
        facets: dict[str, RunFacet] = {
            "nominalTime": nominal_time_run.NominalTimeRunFacet(_text(start), _text(end) if end else None),
            "processing_engine": processing_engine_run.ProcessingEngineRunFacet(version("duckdb"), "DuckDB", version("borough")),
        }
        if job != "run":
            parent = self._id("run")
            facets["parent"] = parent_run.ParentRunFacet(
                parent_run.Run(parent), parent_run.Job(self._namespace, "run"),
                parent_run.Root(parent_run.RootRun(parent), parent_run.RootJob(self._namespace, "run")),
            )  # fmt: skip
        if failures:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(self._message(failures), "SQL")
        return facets

    def _message(self, failures: Sequence[Failure]) -> str:
        from borough.pipeline.openlineage_facets import without_values

        return "\n".join(f"{f.name}: {without_values(f.problem)}" for f in failures)

    def _job(self, job: str) -> Job:
        from openlineage.client.event_v2 import Job

        from borough.pipeline.openlineage_jobs import job_facets

        return Job(self._namespace, job, facets=job_facets(self._programme, job))

    @property
    def _datasets(self) -> Datasets:
        from borough.pipeline.openlineage_facets import Datasets

        return Datasets(self._run, self._namespace)

    def _id(self, job: str) -> str:
        from openlineage.client.uuid import generate_static_uuid

        return str(generate_static_uuid(self._run.now, f"{self._namespace} {self._run.writer.number} {job}".encode()))

    def _now(self) -> dt.datetime:
        return self._run.now + dt.timedelta(seconds=time.perf_counter() - self._watch)

    def _states(self, node: Node) -> dict[str, TableState | None]:
        tables = (*node.writes, bronze_table(node.name)) if node.kind == "feed" else node.writes
        return {table: self._run.writer.state(table) for table in tables}

    def _extracts(self, one: _Node) -> tuple[dt.datetime, dt.datetime | None] | None:
        """The first and last extract that a feed took in."""
        at = sorted(d.position for d in self._run.new_deliveries if d.feed == one.node.name and d.position is not None)
        return (at[0].replace(tzinfo=dt.UTC), at[-1].replace(tzinfo=dt.UTC)) if at else None

    def _struck(self, event: Any) -> Event:
        secrets = sorted((s for s in self._run.project.secret_values() if len(s) >= 3), key=len, reverse=True)

        def strike(value: Any) -> Any:
            if isinstance(value, dict):
                return {k: v if k in FIXED else strike(v) for k, v in value.items()}
            if isinstance(value, list):
                return [strike(v) for v in value]
            for secret in secrets if isinstance(value, str) else ():
                value = value.replace(secret, "***")
            return value

        struck: Event = strike(event)
        return struck

    def _safely(self, tell: Any) -> None:
        try:
            tell()
        except ImportError:
            self._say("lineage is not told: the package openlineage-python is not installed")
        except Exception as error:  # noqa: BLE001 - a fault in the telling is no fault of the run
            self._say(f"lineage is not told in full: {type(error).__name__}; please report it")

    def _say(self, text: str) -> None:
        if text not in self._told:
            self._told.append(text)


def _written(one: _Node, table: str) -> Written | None:
    """What a node wrote to a table: files that were not there before, and their rows."""
    from borough.pipeline.openlineage_facets import Written

    before, after = one.before.get(table), one.after.get(table)
    if after is None or (before is not None and before.version == after.version):
        return None
    replaced = before is not None and not set(before.files) <= set(after.files)
    stood = before if before is not None and not replaced else None
    new = [file for file in after.files if stood is None or file not in set(stood.files)]
    size = sum(os.path.getsize(file) for file in new) if all(os.path.isabs(file) for file in new) else None
    change = "CREATE" if before is None else "OVERWRITE" if replaced else None
    return Written(table, after.rows - (stood.rows if stood else 0), len(new), size, change)


def _outcome(one: _Node) -> str:
    return "FAIL" if one.failures else "COMPLETE"


def _text(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
