"""``system/runs``: the published runs. One append to it *is* the publication of a run.

Its files are written by delta-rs itself, for the record is small and readers need it before any engine exists.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from borough.errors import LakeError
from borough.lake import delta
from borough.lake.model import Column, Published
from borough.lake.storage import Storage

if TYPE_CHECKING:
    from deltalake import DeltaTable

RUNS = "system/runs"
CHECKPOINT_EVERY = 10
REMEMBERED = 500  # publications that a long-lived reader keeps at hand
_COLUMNS = (Column("number", "long"), Column("recorded", "timestamp"), Column("tables", "string"), Column("record", "string"))


class Runs:
    """Reads published runs; looks at the log folder first, so that an unchanged lake costs next to nothing."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._folder = storage.path(RUNS)
        self._version: int | None = None
        self._table: DeltaTable | None = None
        self._last: Published | None = None
        self._known: dict[int, Published] = {}

    def exists(self) -> bool:
        """Whether the lake has the table of published runs."""
        return self._storage.head(RUNS) is not None

    def create(self) -> None:
        """The empty table: made before any other, so that a lake without it is known to be damaged."""
        delta.create_table(self._folder, _COLUMNS, statistics="number", options=self._storage.options)

    def open(self) -> DeltaTable:
        """A handle on its head, the caller's own."""
        table, self._table = self._table, None
        if table is not None and table.version() == self._storage.head(RUNS):
            return table
        return delta.open_table(self._folder, options=self._storage.options)

    def last(self) -> Published | None:
        """The last published run; None if there is none."""
        version = self._storage.head(RUNS)
        if version is None:
            return None
        if version != self._version:
            table = self.open()
            number = delta.transaction_version(table, RUN_PUBLISHED)
            self._last = self._find(table, number) if number else None
            self._version, self._table = table.version(), table  # in a store, opening takes a dozen requests
        return self._last

    def numbered(self, number: int) -> Published | None:
        """The published run with that number; None if it was never published."""
        if number not in self._known and self.exists():
            return self._find(self.open(), number)
        return self._known.get(number)

    def latest(self, count: int) -> list[Published]:
        """The last ``count`` published runs, newest first."""
        last = self.last()
        if last is None or count < 1:
            return []
        table = self.open()
        width = count
        while True:  # numbers may have gaps, so look back further until there are enough
            first = last.number - width + 1
            found = self._read(table, f"number >= {first} AND number <= {last.number}")
            if len(found) >= count or first <= 1:
                return sorted(found, key=lambda run: -run.number)[:count]
            width *= 4

    def _find(self, table: DeltaTable, number: int) -> Published | None:
        if number in self._known:
            return self._known[number]
        found = self._read(table, f"number = {number}")
        return found[0] if found else None

    def _read(self, table: DeltaTable, predicate: str) -> list[Published]:
        with delta.lake_errors("reading the published runs", self._folder):
            rows = (
                table.scan(columns=["number", "recorded", "tables", "record"], predicate=predicate).read_all().to_struct_array().to_pylist()
            )
        found = [
            Published(r["number"], json.loads(r["tables"]), json.loads(r["record"]), r["recorded"].replace(tzinfo=dt.UTC)) for r in rows
        ]
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known.update((run.number, run) for run in found)
        return found


TOKEN = "borough.token"  # tells one attempt to publish from another
RUN_PUBLISHED = "borough.published"
"""Application id under which ``system/runs`` records the number of the last published run."""


def publish(table: DeltaTable, run: Published) -> None:
    """Append a run to ``system/runs``. The commit is the instant at which readers see it."""
    import arro3.core as arrow
    from deltalake import write_deltalake

    microseconds = round(run.recorded.timestamp() * 1_000_000)
    row: dict[str, Any] = {
        "number": arrow.Array([run.number], arrow.DataType.int64()),
        "recorded": arrow.Array([microseconds], arrow.DataType.int64()).cast(arrow.DataType.timestamp("us")),
        "tables": arrow.Array([json.dumps(dict(run.tables))], arrow.DataType.utf8()),
        "record": arrow.Array([json.dumps(run.record)], arrow.DataType.utf8()),
    }
    token = uuid.uuid4().hex
    properties = delta.commit_properties(run.number, RUN_PUBLISHED, {TOKEN: token})
    rows = arrow.Table.from_pydict(row)
    try:
        with delta.lake_errors(f"publishing run {run.number}", table.table_uri):
            write_deltalake(table, rows, mode="append", commit_properties=properties, post_commithook_properties=delta.without_checkpoint())
    except LakeError:
        if not _published(table, token):
            raise
    # The run is published from here on: nothing after it may say that it failed. A checkpoint only speeds reading up.
    with contextlib.suppress(Exception):
        table.update_incremental()
        if table.version() % CHECKPOINT_EVERY == 0:
            table.create_checkpoint()


def _published(table: DeltaTable, token: str) -> bool:
    """Did this very commit take place though its answer never came? Asked only where it failed."""
    try:
        table.update_incremental()
        return any(commit.get(TOKEN) == token for commit in table.history(2))
    except Exception:  # noqa: BLE001 - a table that can't be read tells nothing
        return False


def as_json(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as readers will get it back: plain JSON, dates and instants as ISO texts. Raises LakeError."""
    try:
        parsed: dict[str, Any] = json.loads(json.dumps(dict(record), default=_json, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise LakeError(f"the run's record is not JSON: {error}") from error
    return parsed


def _json(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} {value!r}")
