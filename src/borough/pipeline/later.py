"""What a run leaves for a later one: nodes that were not selected, though what they read changed or they wait to be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from borough.catalogue.contracts import log_table, report_table
from borough.compile.programme import Programme
from borough.pipeline.context import Run


def leave_for_later(run: Run, programme: Programme, worked: Collection[str]) -> None:
    """Forget that areas and reports below a change are up to date, where this run did not make them; keep what waited before.

    So ``run --select FEED`` followed by ``run`` ends where one ``run`` would have.
    """
    datasets = run.project.datasets
    dirty = {log_table(name) if name in datasets else report_table(name) for name in run.changed}
    for node in programme.nodes:
        if node.kind == "feed" or node.name in worked or not dirty & set(node.reads):
            continue
        run.record.get("areas", {}).pop(node.writes[0], None)
        run.record.get("reports", {}).pop(node.name, None)
        dirty.update(node.writes)
    before = run.writer.last.record.get("pending", []) if run.writer.last else []
    names = {node.name for node in programme.nodes}
    run.unfinished.update(name for name in before if name in names and name not in worked)


def retired(record: Mapping[str, Any], programme: Programme) -> dict[str, str | None]:
    """Feeds that an earlier run derived and that are no longer declared, with the dataset that they filled."""
    declared = {node.name for node in programme.nodes if node.kind == "feed"}
    return {feed: memory.get("dataset") for feed, memory in record.get("feeds", {}).items() if feed not in declared}


def retire(run: Run, programme: Programme) -> None:
    """Forget feeds that are no longer declared. Their rows stay in the log, unseen; what reads their datasets is made again."""
    for feed, dataset in retired(run.record, programme).items():
        del run.record["feeds"][feed]
        run.notices.append((feed, "", "no longer declared: its rows are not shown any more"))
        if dataset in run.project.datasets:
            run.changed.add(str(dataset))
