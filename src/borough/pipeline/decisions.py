"""What people decide comes in by the same door as data: a correction is a row of a built-in feed, in a run of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from borough.catalogue.contracts import CORRECTIONS
from borough.catalogue.tables import CORRECTION_COLUMNS
from borough.engine.duckdb import DuckDBEngine
from borough.engine.values import records_sql
from borough.lake.lake import Lake
from borough.lake.model import Column
from borough.pipeline.disk import full_disk_told
from borough.project.load import Project


def record_correction(
    project: Project,
    engine: DuckDBEngine,
    lake: Lake,
    feed: str,
    delivery: int,
    row: int,
    cells: Mapping[str, str | None],
    *,
    who: str,
    now: dt.datetime,
) -> int:
    """Note the right values of received columns of one bronze row. Returns the run's number.

    The next run derives the feed again from that row's extract on. Raises LakeError, LeaseHeldError.
    """
    with full_disk_told(project), lake.writer(now=now, holder="borough quarantine correct") as writer:
        recorded = now.astimezone(dt.UTC).replace(tzinfo=None)
        records = [
            {"feed": feed, "delivery": delivery, "row": row, "column_name": c, "value": v, "who": who, "run": writer.number, "recorded": recorded}
            for c, v in cells.items()
        ]
        files = engine.copy(records_sql(records, CORRECTION_COLUMNS), writer.new_file(CORRECTIONS))
        writer.append(CORRECTIONS, files, [Column(name, kind) for name, kind in CORRECTION_COLUMNS], app=CORRECTIONS)
        record = dict(writer.last.record) if writer.last else {}
        record["pending"] = sorted({*record.get("pending", []), feed})
        record["corrected"] = sorted({*record.get("corrected", []), feed})  # the next run's record begins without it
        record["summary"] = {"cause": "correction", "feed": feed}
        writer.publish(record)
        return writer.number
