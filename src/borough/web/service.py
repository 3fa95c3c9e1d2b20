"""The service behind the pages: a project, its lake, and the snapshot of what was published last, kept fresh."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from borough.engine.duckdb import SharedEngine
from borough.errors import BoroughError, DeclarationError, LakeError, StateError, UsageError
from borough.lake.lake import Lake
from borough.lake.objects import filesystem
from borough.pipeline.survey import compiled, open_lake, usual_memory
from borough.project.load import Project, load
from borough.state import State, open_state
from borough.web.snapshot import Snapshot, make

EVERY = 3.0
"""Seconds between looks at what is published, and at the declarations."""
LOG = logging.getLogger("borough.web")
Clock = Callable[[], dt.datetime]


class Service:
    """Opens a project for reading by many, and looks now and then for what is new.

    Where nothing is published or the lake can't be reached, ``held`` says so, and the next look tries again.
    """

    def __init__(self, root: Path, *, clock: Clock, every: float = EVERY) -> None:
        self.root, self.clock, self._every = root, clock, every
        self.project = load(root)
        self.lake: Lake = open_lake(self.project)
        self.state: State = open_state(self.project)
        self.engine = _engine(self.project)
        self._current: Snapshot | None = None
        self._problem: BoroughError | None = None
        self._seen = _fingerprint(root)
        self._serials = itertools.count(1)
        self._swap, self._looking, self._stopped = threading.Lock(), threading.Lock(), threading.Event()
        self._watch: threading.Thread | None = None

    def start(self) -> None:
        """Make the first snapshot, then go on looking in the background."""
        self.look()
        self._watch = threading.Thread(target=self._watching, name="borough-web-watch", daemon=True)
        self._watch.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._watch is not None:
            self._watch.join(timeout=30)
        self.engine.close()
        self.state.close()

    @contextlib.contextmanager
    def held(self) -> Iterator[Snapshot]:
        """The snapshot, for as long as a request lasts. Raises LakeError where there is none."""
        with self._swap:
            current, problem = self._current, self._problem
            # Where the lake is away, so is the record of looks: nothing is shown without one.
            if current is None or isinstance(problem, (LakeError, StateError)):
                raise problem or LakeError("nothing is published yet", advice="borough run")
            entered = current.held()
            snapshot = entered.__enter__()
        try:
            yield snapshot
        finally:
            entered.__exit__(None, None, None)

    @property
    def problem(self) -> BoroughError | None:
        """Why the last look found nothing to read, or declarations that can't be."""
        return self._problem

    def look(self) -> None:
        """Take up what was published or declared since. What goes wrong is kept for those who ask."""
        with self._looking:
            try:
                if self._look() or not isinstance(self._problem, DeclarationError):  # mistakes stay until the files change
                    self._problem = None
            except BoroughError as error:
                self._problem = error
                LOG.info("%s", error.message)

    def _look(self) -> bool:
        """Whether there was something new."""
        published = self.lake.published()
        if published is None:
            raise LakeError("nothing is published yet", advice=f"borough run --project {self.root.name}")
        seen = _fingerprint(self.root)
        current = self._current
        if current is not None and current.number == published.number and seen == self._seen:
            return False
        project = load(self.root)
        programme, mistakes = compiled(project)
        errors = [m for m in mistakes if m.severity == "error"]
        if errors:
            self._seen = seen
            raise DeclarationError(errors)
        snapshot = make(project, programme, self.lake, self.engine, published, self.clock(), next(self._serials))
        with self._swap:
            self._current, self.project, self._seen = snapshot, project, seen
        if current is not None:
            current.over()
        return True

    def _watching(self) -> None:
        while not self._stopped.wait(self._every):
            self.look()


def _engine(project: Project) -> SharedEngine:
    declared = project.borough.engine
    if not isinstance(declared, (str, dict)):
        raise UsageError("pages are served by DuckDB", advice="set engine: duckdb in borough.yaml")
    spec = declared["duckdb"] if isinstance(declared, dict) else None
    engine = SharedEngine(
        threads=spec.threads if spec else None, memory=(spec.memory if spec else None) or usual_memory(), scratch=project.root / ".borough/scratch", storage=project.borough.storage, filesystem=filesystem
    )
    engine.load("spatial")
    return engine


def _fingerprint(root: Path) -> tuple[int, int]:
    """What tells that declarations have changed: how many there are, and when one was last written."""
    found = [p.stat().st_mtime_ns for folder in ("reports", "datasets", "sources", "models", "dna", "licensing", "entities", "linkages") for p in (root / folder).rglob("*") if p.is_file()]
    return len(found), max([*found, (root / "borough.yaml").stat().st_mtime_ns])
