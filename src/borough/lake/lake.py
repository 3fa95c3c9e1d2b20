"""The lake: published runs for readers, and the one writer that makes the next."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from borough.engine.objects import scheme_of
from borough.errors import LakeError
from borough.lake import delta
from borough.lake.lease import Lease
from borough.lake.model import Published, TableState
from borough.lake.objects import ObjectNotes, ObjectStorage
from borough.lake.runs import RUNS, Runs
from borough.lake.storage import LocalStorage, Storage
from borough.lake.writer import Writer, open_writer

REMEMBERED = 2000  # states of tables that a long-lived reader keeps at hand


def open_storage(root: str, options: Mapping[str, str] | None = None, scratch: str | None = None) -> Storage:
    """The storage at a root: a folder, or a prefix in an object store. Raises UsageError, LakeError for an address that is neither."""
    if scheme_of(root) is None:
        return LocalStorage(root)
    return ObjectStorage(root, options, scratch)


class Lake:
    """A lake at a folder or in an object store. Readers see whole published runs only, whatever a writer does meanwhile."""

    def __init__(self, root: str, *, options: Mapping[str, str] | None = None, scratch: str | None = None) -> None:
        """``options`` of an object store (``endpoint``, ``region`` …) go before the environment's; ``scratch`` holds what a run has yet to upload."""
        self.storage = open_storage(root, options, scratch)
        self._runs = Runs(self.storage)
        self._states: dict[tuple[str, int], TableState] = {}

    def published(self, number: int | None = None) -> Published | None:
        """The last published run, or the one with that number; None if there is none."""
        return self._runs.last() if number is None else self._runs.numbered(number)

    def runs(self, last: int = 50) -> list[Published]:
        """The last published runs, newest first."""
        return self._runs.latest(last)

    def table(self, name: str, at: Published | None = None) -> TableState | None:
        """A table as of a publication (default: the last); None if it did not have it.

        Raises LakeError when vacuum has deleted files of that publication.
        """
        run = at or self._runs.last()
        if run is None or name not in run.tables:
            return None
        version = run.tables[name]
        state = self.version(name, version) if at is None or self.storage.has_version(name, version) else None
        if state is None or (at is not None and not self.storage.all_there(name, state.files)):
            raise LakeError(
                f"run {run.number} can no longer be read: files of {name} are gone, as after a vacuum",
                advice="read a later run; `maintenance.keep_runs` says how many stay readable",
            )
        return TableState(name, state.version, state.files, state.columns, state.rows, run.record.get("properties", {}).get(name, {}))

    def version(self, name: str, version: int) -> TableState:
        """A version of a table by its Delta log, without properties; whether vacuum has left its files is not looked at."""
        state = self._states.get((name, version))
        if state is None:
            if len(self._states) >= REMEMBERED:
                self._states.clear()
            folder = self.storage.path(name)
            state = self._states[name, version] = delta.table_state(delta.open_table(folder, version, self.storage.options), name, folder, {})
        return state

    def register_files(self) -> tuple[str, ...]:
        """The files of ``system/runs`` at its head."""
        if not self._runs.exists():
            return ()
        return delta.table_state(self._runs.open(), RUNS, self.storage.path(RUNS), {}).files

    @contextlib.contextmanager
    def lease(self, holder: str) -> Iterator[Lease]:
        """Hold the lake's lease: nobody else writes or deletes meanwhile. Raises LeaseHeldError."""
        with delta.lake_errors("taking the lake's lease", self.storage.root):
            held = Lease(self.storage, holder)
        try:
            yield held
        finally:
            held.release()

    @contextlib.contextmanager
    def writer(self, *, now: dt.datetime, holder: str) -> Iterator[Writer]:
        """Take the lease, undo what a dead run left, and open the next run. What is not published by the end never happened.

        ``now`` is the run's instant (UTC), ``holder`` says to others who is writing. Raises LeaseHeldError.
        """
        with self.lease(holder) as lease:
            if not self._runs.exists():
                self._refuse_tables_without_runs()
                self._runs.create()
            try:
                yield open_writer(self.storage, lease, self._runs, now)
            finally:
                self.storage.leave()

    def notes(self, name: str) -> Path | ObjectNotes:
        """Where the lake keeps lines that are only ever added, such as its audit: a folder of it, or what stands for one."""
        return ObjectNotes(self.storage, name) if isinstance(self.storage, ObjectStorage) else Path(self.storage.path(name))

    def _refuse_tables_without_runs(self) -> None:
        tables = [name for name in self.storage.heads() if name != RUNS]
        if tables:
            raise LakeError(
                f"the lake {self.storage.root} has {len(tables)} tables ({tables[0]} …) but no {RUNS}, which says what was published",
                advice=f"bring {RUNS} back from a backup, or start with an empty folder",
            )
