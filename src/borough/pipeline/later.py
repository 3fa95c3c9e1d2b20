"""From run to run: what a run leaves for a later one to do, and which feeds each dataset shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from borough.catalogue.contracts import feeds_of, log_table, report_table
from borough.compile.programme import Programme
from borough.pipeline.context import Run
from borough.project.load import Project


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
        run.record.get("entities", {}).get(node.name, {}).pop("fingerprint", None)
        dirty.update(node.writes)
    before = run.writer.last.record.get("pending", []) if run.writer.last else []
    names = {node.name for node in programme.nodes}
    run.unfinished.update(name for name in before if name in names and name not in worked)


def shown(project: Project) -> dict[str, list[str]]:
    """The feeds that each dataset shows, strongest first."""
    return {name: list(feeds_of(project, name)) for name in sorted(project.datasets)}


def shows_otherwise(record: Mapping[str, Any], project: Project) -> bool:
    """Does a dataset show other feeds than it did, or in another order?"""
    return bool(record.get("feeds")) and record.get("datasets") != shown(project)


def show(run: Run) -> None:
    """Note which feeds each dataset shows. Where that changed, what reads the dataset is made again.

    A feed that fills its dataset no longer keeps its rows in the log, unseen; should it come back, it is derived anew.
    """
    before, now = run.record.get("datasets", {}), shown(run.project)
    run.noted = run.noted or shows_otherwise(run.record, run.project)
    run.changed.update(name for name, feeds in now.items() if name in before and before[name] != feeds)
    run.record["datasets"] = now
    filling = {feed for feeds in now.values() for feed in feeds}
    declared = {feed for feed, _source, _spec in run.project.feeds()}
    for feed, memory in run.record.get("feeds", {}).items():
        if feed not in filling and memory.get("dataset") is not None:
            memory.update(dataset=None, fingerprint=None, held=[])
            what = "fills no dataset any more" if feed in declared else "no longer declared"
            run.notices.append((feed, "", f"{what}: its rows are not shown any more"))

