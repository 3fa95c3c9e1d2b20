"""The writer of one run: commits files to tables, then publishes them all at once.

Exactly once: every commit carries (application, run number); the writer checks it on the handle it commits with, because
Delta records a repeat but does not refuse it. Numbers are never used twice, even by a run that died, since its
transactions survive the restore: the next number is above every number found in a table's head. Gaps are fine.
"""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from borough.engine.port import WrittenFile
from borough.errors import LakeError
from borough.lake import delta, runs
from borough.lake.footer import read_footer
from borough.lake.lease import Lease
from borough.lake.model import Column, Published, TableState
from borough.lake.storage import ZONES, Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable


class Writer:
    """One run in the making. Not for use outside ``Lake.writer``, nor by several threads at once."""

    number: int
    """This run's number."""
    restored: tuple[str, ...]
    """Tables whose unpublished commits of a dead run were undone."""
    last: Published | None
    """The published run that this one builds on."""

    def __init__(self, storage: Storage, lease: Lease, last: Published | None, register: DeltaTable, now: dt.datetime) -> None:
        if now.tzinfo is None:
            raise LakeError(f"the run's instant {now.isoformat()} has no time zone", advice="give it in UTC")
        self.number = 0
        self.restored = ()
        self.last = last
        self.now = now.astimezone(dt.UTC)
        self._storage = storage
        self._lease = lease
        self._register = register
        self._versions: dict[str, int] = {}
        self._handles: dict[str, DeltaTable] = {}
        self._done = False

    def tables(self) -> list[str]:
        """The names of all tables, as this writer sees them."""
        return sorted(self._versions)

    def state(self, name: str) -> TableState | None:
        """A table's head as this writer sees it; None if there is no such table."""
        if name not in self._versions:
            return None
        properties = self.last.record.get("properties", {}).get(name, {}) if self.last else {}
        state = delta.table_state(self._handle(name), name, self._storage.path(name), properties)
        return replace(state, files=tuple(map(self._storage.nearest, state.files)))

    def folder(self, name: str) -> str:
        """A folder of this machine, created: the engine writes the table's new Parquet files below it."""
        check_name(name)
        with delta.lake_errors(f"making the folder of {name}"):
            return self._storage.make_folder(name)

    def new_file(self, name: str, label: str = "part") -> str:
        """A path for a new Parquet file of a table, never given before; it has the run's number in it."""
        return os.path.join(self.folder(name), f"{label}-{self.number:08d}-{uuid.uuid4().hex}.parquet")

    def append(self, name: str, files: Sequence[WrittenFile], columns: Sequence[Column], *, app: str) -> None:
        """Commit files to a table, which is created if need be; columns that it lacks are added.

        Once per application ``app`` and run. Raises LakeError when a column's type differs from the table's, a file
        does not match the columns, or this application has already committed this run's number.
        """
        self._check(name, files, columns)
        table = self._handle(name) if name in self._versions else self._create(name, columns)
        self._refuse_repeat(table, name, app)
        self._evolve(name, table, columns)
        if files:
            self._commit(name, table, files, delta.table_columns(table), "append", app)

    def replace(self, name: str, files: Sequence[WrittenFile], columns: Sequence[Column], *, app: str) -> None:
        """Replace all rows and the schema of a table, which is created if need be. Readers keep the version they resolved."""
        self._check(name, files, columns)
        table = self._handle(name) if name in self._versions else self._create(name, columns)
        self._refuse_repeat(table, name, app)
        self._commit(name, table, files, columns, "overwrite", app)

    def compact(self, name: str) -> TableState:
        """Merge a table's small files. The same rows in fewer files; seen by readers when the run is published."""
        self._check(name, (), ())
        table = self._handle(name)
        delta.optimize(table, self.number)
        self._versions[name] = table.version()
        state = self.state(name)
        assert state is not None
        return state

    def compact_register(self, above_files: int) -> None:
        """Merge the files of ``system/runs`` itself, one per run. No publication names its version, so this needs none."""
        self._check_open()
        with delta.lake_errors("reading the published runs", self._register.table_uri):
            files = len(self._register.file_uris())
        if files > above_files:
            delta.optimize(self._register, self.number)

    def publish(self, record: Mapping[str, Any]) -> Published:
        """Make the run visible: one last append to ``system/runs`` with every table's version and this record (JSON)."""
        self._check_open()
        run = Published(self.number, dict(sorted(self._versions.items())), runs.as_json(record), self.now)
        runs.publish(self._register, run)
        self._done = True
        return run

    def _check_open(self) -> None:
        if self._done:
            raise LakeError(f"run {self.number} is already published", advice="open a new writer")
        self._lease.check()

    def _check(self, name: str, files: Sequence[WrittenFile], columns: Sequence[Column]) -> None:
        self._check_open()
        if name == runs.RUNS:
            raise LakeError(f"{name} is written by publishing only")
        check_name(name)
        _refuse_double(name, [c.name for c in columns])
        if files:
            folder = self._storage.make_folder(name)
            for file in files:
                check_file(file, name, folder, columns)

    def _handle(self, name: str) -> DeltaTable:
        table = self._handles.get(name)
        if table is None:
            table = delta.open_table(self._storage.path(name), options=self._storage.options)
            if table.version() != self._versions[name]:
                raise LakeError(f"another writer changed {name} during this run", advice="run again; nothing of this run was published")
            self._handles[name] = table
        return table

    def _create(self, name: str, columns: Sequence[Column]) -> DeltaTable:
        table = self._handles[name] = delta.create_table(self._storage.path(name), columns, options=self._storage.options)
        self._versions[name] = table.version()
        return table

    def _refuse_repeat(self, table: DeltaTable, name: str, app: str) -> None:
        before = delta.transaction_version(table, app)
        if before >= self.number:
            raise LakeError(f"{app} has already committed run {before} to {name}; run {self.number} would double its rows")

    def _evolve(self, name: str, table: DeltaTable, columns: Sequence[Column]) -> None:
        """Add the columns that the table lacks. They are part of the run: undone with it if it dies."""
        existing = {c.name: c for c in delta.table_columns(table)}
        new = [c for c in columns if c.name not in existing]
        _refuse_double(name, [*existing, *(c.name for c in new)])
        for column in columns:
            before = existing.get(column.name, column)
            if before.type != column.type:
                raise LakeError(
                    f"{name}.{column.name} is {before.type} in the lake and {column.type} in the rows to append",
                    advice="an append can't change a type: replace the table instead",
                )
        if new:
            delta.add_columns(table, new, self.number)
            self._advance(name, table)
        for column in columns:
            if existing.get(column.name, column).personal != column.personal:
                delta.mark_personal(table, column, self.number)
                self._advance(name, table)

    def _commit(self, name: str, table: DeltaTable, files: Sequence[WrittenFile], columns: Sequence[Column], mode: str, app: str) -> None:
        names = self._storage.place(name, [f.path for f in files])
        placed = [replace(f, path=n) for f, n in zip(files, names, strict=True)]
        delta.commit_files(table, placed, columns, mode=mode, number=self.number, app=app, now=self.now)
        self._advance(name, table)

    def _advance(self, name: str, table: DeltaTable) -> None:
        """After a commit the head must be the next version: anything else means that somebody wrote in between."""
        if table.version() != self._versions[name] + 1:
            raise LakeError(f"another writer changed {name} during this run", advice="run again; nothing of this run was published")
        self._versions[name] = table.version()


def _refuse_double(name: str, names: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for column in names:
        other = seen.get(column.lower())
        if other is not None:
            raise LakeError(
                f"{name} would have the columns {other!r} and {column!r}, which are one name to Delta", advice="rename one of them"
            )
        seen[column.lower()] = column


def open_writer(storage: Storage, lease: Lease, register: runs.Runs, now: dt.datetime) -> Writer:
    """A writer over the last published run; what a dead run left behind is undone first."""
    last = register.last()
    writer = Writer(storage, lease, last, register.open(), now)
    published = dict(last.tables) if last else {}
    heads = _heads(storage, published)
    ahead = {name: delta.open_table(storage.path(name), options=storage.options) for name in published if heads[name] > published[name]}
    used = [delta.transaction_version(table, delta.RUN_APP) for table in ahead.values()]
    writer.number = max([last.number if last else 0, *used]) + 1
    restored = []
    for name, version in published.items():
        table = ahead.get(name)
        if table is not None:
            if not _same(storage, name, table, version):
                delta.restore(table, version, writer.number)
                restored.append(name)
            writer._handles[name] = table
        writer._versions[name] = heads[name] if table is None else table.version()
    for name in heads:
        if name not in published:
            # No publication has ever named it, so nobody can read it: the table is the dead run's from its first row.
            with delta.lake_errors(f"removing the unpublished table {name}", storage.root):
                storage.drop_folder(name)
            restored.append(name)
    writer.restored = tuple(sorted(restored))
    return writer


def _heads(storage: Storage, published: Mapping[str, int]) -> dict[str, int]:
    heads = {name: -1 if head is None else head for name, head in storage.heads().items() if name != runs.RUNS}
    for name, version in published.items():
        if heads.get(name, -1) < version:
            raise LakeError(
                f"the lake is damaged: {name} was published at version {version}, but its log ends before",
                advice="bring the table's folder back from a backup",
            )
    return heads


def _same(storage: Storage, name: str, head: DeltaTable, version: int) -> bool:
    """Whether a head beyond the published version holds just that: it was restored by a run that then published nothing."""
    folder = storage.path(name)
    now = delta.table_state(head, name, folder, {})
    then = delta.table_state(delta.open_table(folder, version, storage.options), name, folder, {})
    return (sorted(now.files), now.columns) == (sorted(then.files), then.columns)


def check_name(name: str) -> None:
    """Refuse a table's name that is no path below a zone of the lake."""
    zone, *rest = name.split("/")
    if zone not in ZONES or not rest or any(part in ("", ".", "..") or part.startswith("_") for part in rest):
        raise LakeError(f"{name!r} is no table of a lake", advice=f"a table's name is a path below {', '.join(ZONES)}")


def check_file(file: WrittenFile, name: str, folder: str, columns: Sequence[Column]) -> None:
    """Refuse a file that is not below the table's folder, or whose types or row count are not what the writer was told."""
    if os.path.commonpath([os.path.abspath(file.path), folder]) != folder:
        raise LakeError(f"{file.path} is not below the folder of {name}, {folder}")
    found, rows = read_footer(file.path)
    if rows != file.rows:
        raise LakeError(f"{file.path} has {rows} rows, not {file.rows}")
    size = os.path.getsize(file.path)
    if size != file.size:  # readers find the footer by the size in the log
        raise LakeError(f"{file.path} has {size} bytes, not {file.size}")
    for column in columns:
        kind = found.get(column.name)
        if kind is not None and kind != column.type:
            raise LakeError(
                f"{name}.{column.name} should be {column.type} and is {kind} in {file.path}",
                advice="cast the column in the statement that writes it",
            )
