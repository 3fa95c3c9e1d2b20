"""Maintenance: fewer, larger files (``compact``), and no files that nobody needs (``vacuum``)."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence

from borough.errors import LakeError
from borough.lake import delta
from borough.lake.lake import Lake
from borough.lake.model import CompactReport, Published, Stored, VacuumReport
from borough.lake.runs import RUNS
from borough.lake.writer import Writer


def compact(writer: Writer, names: Sequence[str] | None = None, *, above_files: int) -> CompactReport:
    """Merge the files of each table (default: all) that has more than ``above_files``. The writer's run must be published.

    The rows stay the same, their order within the table need not; application transactions stay.
    """
    done, before, after = [], 0, 0
    for name in writer.tables() if names is None else names:
        state = writer.state(name)
        if state is None:
            raise LakeError(f"the lake has no table {name!r} to compact")
        if len(state.files) > above_files:
            compacted = writer.compact(name)
            if compacted.version != state.version:  # its files may all be large enough
                before += len(state.files)
                after += len(compacted.files)
                done.append(name)
    writer.compact_register(above_files)
    return CompactReport(tuple(done), before, after)


def run_compaction(
    lake: Lake, *, now: dt.datetime, holder: str, above_files: int, names: Sequence[str] | None = None
) -> tuple[CompactReport, Published | None]:
    """Compact in a run of its own, and publish it if there was anything to do.

    Its record is the last run's (fingerprints, table properties) with ``cause: maintenance`` and what was compacted.
    """
    with lake.writer(now=now, holder=holder) as writer:
        report = compact(writer, names, above_files=above_files)
        if not report.tables:
            return report, None
        carried = dict(writer.last.record) if writer.last else {}
        record = {
            **carried,
            "cause": "maintenance",
            "compacted": {"tables": report.tables, "files_before": report.files_before, "files_after": report.files_after},
        }
        return report, writer.publish(record)


def vacuum(
    lake: Lake, *, keep_runs: int, keep_unreferenced_hours: float, dry_run: bool = False, holder: str = "borough vacuum"
) -> VacuumReport:
    """Delete Parquet files that none of the last ``keep_runs`` published runs needs and that are older than the hours.

    With them go the entries of the Delta logs that only earlier runs would need. The hours are counted from a file's own
    time in the file system by the real clock: they protect readers at work now, and have nothing to do with the instant
    of a run. Takes the lease, so that no writer's new files are at risk.
    """
    if keep_runs < 1:
        raise LakeError(f"vacuum must keep at least 1 published run, not {keep_runs}")
    with lake.lease(holder), delta.lake_errors("vacuum", lake.storage.root):
        before = time.time() - keep_unreferenced_hours * 3600
        files = _unneeded_files(lake, keep_runs, before)
        logs = _unneeded_logs(lake, keep_runs, before)
        if not dry_run:
            # The data first: a log that is longer than its data can still be vacuumed, data without a log could not.
            lake.storage.delete([*(f.path for f in files), *logs])
    folders = {f.path.removeprefix(lake.storage.root + "/").rpartition("/")[0] for f in files}
    return VacuumReport(tuple(sorted(folders)), len(files), sum(f.size for f in files), len(logs))


def _unneeded_files(lake: Lake, keep_runs: int, before: float) -> list[Stored]:
    """Data files that no kept run needs and that were last written before an instant."""
    kept = lake.runs(keep_runs)
    needed = set(lake.register_files())
    for run in kept:
        for name, version in run.tables.items():
            # An earlier vacuum with fewer runs to keep may have left nothing of this one.
            if lake.storage.has_version(name, version):
                needed.update(lake.version(name, version).files)
    found = {f.path: f for f in lake.storage.data_files()}
    if kept:
        _refuse_missing({f for name, version in kept[0].tables.items() for f in lake.version(name, version).files} - found.keys())
    return [stored for path, stored in sorted(found.items()) if path not in needed and stored.modified <= before]


def _refuse_missing(missing: set[str]) -> None:
    """Delete nothing from a lake whose last run is not whole: what looks unneeded may be what is left of it."""
    if missing:
        raise LakeError(
            f"the lake is damaged: {len(missing)} files of the last published run are missing ({min(missing)} …)",
            advice="bring them back from a backup before vacuuming",
        )


def _unneeded_logs(lake: Lake, keep_runs: int, before: float) -> list[str]:
    """Log entries older than the checkpoint that serves the oldest kept run."""
    oldest: dict[str, int] = {}
    for run in lake.runs(keep_runs):
        for name, version in run.tables.items():
            oldest[name] = min(version, oldest.get(name, version))
    register = lake.storage.head(RUNS)
    if register is not None:
        oldest[RUNS] = register
    found = (entry for name, version in oldest.items() for entry in lake.storage.log_files_before(name, version))
    return sorted(entry.path for entry in found if entry.modified <= before)
