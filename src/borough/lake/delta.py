"""Delta tables: open, create, commit files, restore, compact. What the rest of the room needs of deltalake.

Borough's engines write the Parquet files; a commit only names them (add actions), so it takes milliseconds. Each commit
states the version it builds on and never retries: two writers that got past the lease collide instead of mixing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from borough.engine.objects import lost, unreachable
from borough.engine.port import WrittenFile
from borough.errors import BoroughError, LakeError
from borough.lake.model import Column, TableState

if TYPE_CHECKING:
    from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema

RUN_APP = "borough.run"
"""Application id under which every commit records its run's number, whatever else it records."""

CONFIGURATION = {
    # No statistics of any column in the Delta log, which outlives erased files: only the number of rows. By count and
    # not by name, because a misspelt name in dataSkippingStatsColumns is ignored without a word.
    "delta.dataSkippingNumIndexedCols": "0",
    "delta.checkpointInterval": "10",
    # Old versions stay readable as long as `vacuum` keeps their files, however old they are.
    "delta.enableExpiredLogCleanup": "false",
}
STATISTICS = "delta.dataSkippingStatsColumns"  # overrides the count
_PERSONAL = "borough.personal"
_TYPES = {"timestamp": "timestamp_ntz"}
_LOGICAL = {"timestamp_ntz": "timestamp"}


_TRIMMINGS = re.compile(r"\x1b\[[0-9;]*m|\s*↳\s*|\s*Debug source:.*", re.DOTALL)  # delta-rs draws its errors as a tree


@contextlib.contextmanager
def lake_errors(what: str, address: str = "") -> Iterator[None]:
    """Turn what deltalake and the operating system raise into a LakeError that says what failed. ``address``: of the table."""
    from deltalake.exceptions import CommitFailedError

    try:
        yield
    except (BoroughError, TypeError, AttributeError, AssertionError):
        raise  # explained already, or a mistake of ours
    except Exception as error:  # deltalake and its Arrow have a dozen unrelated exceptions
        if _disk_full(error):
            message, advice = f"the lake's disk is full ({error})", "make space (`borough vacuum` may help) and run again"
        elif isinstance(error, CommitFailedError):
            message, advice = f"another writer changed the table meanwhile ({error})", "run again"
        elif "://" in address and (reason := unreachable(str(error))):
            raise lost(address, reason) from error
        else:
            raise LakeError(f"{what} failed: {_TRIMMINGS.sub(' ', str(error)).strip()}") from error
        raise LakeError(f"{what} failed: {message}", advice=f"{advice}; nothing of this run was published") from error


def _disk_full(error: Exception) -> bool:
    text = str(error)
    return getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT) or "No space left" in text or "os error 28" in text


Options = Mapping[str, str] | None
"""What reaching a table in an object store needs; None for a folder."""


def open_table(folder: str, version: int | None = None, options: Options = None) -> DeltaTable:
    """A handle on a table, at a version or at its head."""
    from deltalake import DeltaTable

    with lake_errors(f"opening the table {folder}", folder):
        return DeltaTable(folder, version=version, storage_options=_plain(options))


def _plain(options: Options) -> dict[str, str] | None:
    return None if options is None else dict(options)


def create_table(folder: str, columns: Sequence[Column], *, statistics: str | None = None, options: Options = None) -> DeltaTable:
    """An empty table with these columns. ``statistics`` names the one (never personal) column that the log has statistics of."""
    from deltalake import DeltaTable, TableFeatures

    with lake_errors(f"creating the table {folder}", folder):
        configuration = CONFIGURATION if statistics is None else {**CONFIGURATION, STATISTICS: statistics}
        table = DeltaTable.create(folder, _schema(columns), configuration=dict(configuration), storage_options=_plain(options))
        # The feature belongs to the table from the start: a later schema could not bring it in one commit.
        if not any(c.type == "timestamp" for c in columns):
            table.alter.add_feature(TableFeatures.TimestampWithoutTimezone, allow_protocol_versions_increase=True)
        table.update_incremental()
        return table


def _schema(columns: Sequence[Column]) -> Schema:
    from deltalake import Schema

    return Schema.from_json(json.dumps({"type": "struct", "fields": [_field(c) for c in columns]}))


def _field(column: Column) -> dict[str, Any]:
    metadata = {_PERSONAL: "true"} if column.personal else {}
    return {"name": column.name, "type": _TYPES.get(column.type, column.type), "nullable": True, "metadata": metadata}


def table_columns(table: DeltaTable) -> tuple[Column, ...]:
    """The columns of a table, in order."""
    fields = json.loads(table.schema().to_json())["fields"]
    return tuple(
        Column(f["name"], _LOGICAL.get(str(f["type"]), str(f["type"])), f["metadata"].get(_PERSONAL) in ("true", True)) for f in fields
    )


def table_state(table: DeltaTable, name: str, folder: str, properties: Mapping[str, Any]) -> TableState:
    """The files (oldest first), rows and columns of an open table."""
    with lake_errors(f"reading the table {name}", folder):
        actions = table.get_add_actions(flatten=True)
        paths = actions.column("path").to_pylist()
        times = actions.column("modification_time").to_pylist()
        # `num_records` is absent when no file has any: an empty table.
        rows = sum(actions.column("num_records").to_pylist()) if paths else 0
        ordered = sorted(zip(times, paths, strict=True))
        files = tuple(os.path.join(folder, unquote(path)) for _, path in ordered)
        return TableState(name, table.version(), files, table_columns(table), rows, properties)


def transaction_version(table: DeltaTable, app: str) -> int:
    """The last run's number that an application recorded in this table; 0 if none."""
    with lake_errors("reading a table's log", table.table_uri):
        return table.transaction_version(app) or 0


def add_columns(table: DeltaTable, columns: Sequence[Column], number: int) -> None:
    """Add nullable columns (a commit of its own)."""
    from deltalake import Field

    with lake_errors("adding columns", table.table_uri):
        table.alter.add_columns([Field.from_json(json.dumps(_field(c))) for c in columns], commit_properties=commit_properties(number))
        table.update_incremental()


def mark_personal(table: DeltaTable, column: Column, number: int) -> None:
    """Note on a column whether it is personal (a commit of its own)."""
    with lake_errors("marking a column", table.table_uri):
        mark = {_PERSONAL: "true" if column.personal else "false"}
        table.alter.set_column_metadata(column.name, mark, commit_properties=commit_properties(number))
        table.update_incremental()


def commit_files(
    table: DeltaTable,
    files: Sequence[WrittenFile],
    columns: Sequence[Column],
    *,
    mode: str,
    number: int,
    app: str,
    now: dt.datetime,
) -> None:
    """Commit files, named relative to the table, in one transaction: ``append`` them, or ``overwrite`` all rows and the schema."""
    with lake_errors(f"committing to the table {table.table_uri}", table.table_uri):
        actions = _add_actions(table, files, now)
        table.create_write_transaction(actions, mode, _schema(columns), commit_properties=commit_properties(number, app))
        table.update_incremental()


def _add_actions(table: DeltaTable, files: Sequence[WrittenFile], now: dt.datetime) -> list[Any]:
    from deltalake.transaction import AddAction

    # The files' time rises from commit to commit, whatever `now` says, because it gives readers the order of the commits.
    last = max(table.get_add_actions(flatten=True).column("modification_time").to_pylist(), default=0)
    first = max(int(now.timestamp() * 1000), last + 1)
    return [
        AddAction(f.path, f.size, {}, first + i, True, json.dumps({"numRecords": f.rows}))
        for i, f in enumerate(files)
    ]


def restore(table: DeltaTable, version: int, number: int) -> None:
    """Make an older version the head again."""
    with lake_errors("restoring unpublished work", table.table_uri):
        table.restore(version, protocol_downgrade_allowed=True, commit_properties=commit_properties(number))
        table.update_incremental()


def optimize(table: DeltaTable, number: int) -> None:
    """Merge small files into large ones: the same rows, marked as no change of data, no column statistics."""
    with lake_errors("compacting", table.table_uri):
        table.optimize.compact(commit_properties=commit_properties(number))
        table.update_incremental()


def without_checkpoint() -> PostCommitHookProperties:
    """A commit that ends with the commit: no checkpoint after it that could fail."""
    from deltalake import PostCommitHookProperties

    return PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def commit_properties(number: int, app: str | None = None, metadata: dict[str, str] | None = None) -> CommitProperties:
    """What every commit carries: the run's number, the application's transaction, no retries."""
    from deltalake import CommitProperties, Transaction

    transactions = [Transaction(RUN_APP, number)]
    if app is not None:
        transactions.append(Transaction(app, number))
    return CommitProperties(custom_metadata=metadata, app_transactions=transactions, max_commit_retries=0)
