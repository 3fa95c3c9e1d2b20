"""How sources on other machines were reached by a run: noted in the operational state, shown by ``borough source status``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from borough.catalogue.contracts import DELIVERIES
from borough.catalogue.deliveries import Deliveries, Delivery, read_deliveries
from borough.engine.port import Engine
from borough.lake.lake import Lake
from borough.pipeline.context import Failure
from borough.pipeline.receive import Waiting
from borough.project.load import Project
from borough.project.resolve import resolve_feed

if TYPE_CHECKING:
    from borough.state.model import Attempt


def note(project: Project, waiting: Mapping[str, Waiting], failures: Sequence[Failure], now: dt.datetime) -> tuple[tuple[str, str, str], ...]:
    """Note for each feed whose source is on another machine whether it was reached. A state that can't be used is a notice, and fails no run."""
    live = [name for name, what in waiting.items() if what.connector.live]
    if not live:
        return ()
    from borough.state.contacts import note_contacts

    problems = {failure.name: failure.problem for failure in failures}
    told = note_contacts(project, {name: problems.get(name) for name in live}, now=now)
    return (("state", "", told),) if told else ()


@dataclass(frozen=True)
class Health:
    """A feed and how it goes: where from, the last extract taken in, and the last contact (of sources on other machines)."""

    feed: str
    title: str | None
    origin: str
    dataset: str | None
    last: Delivery | None
    contact: Attempt | None


def healths(project: Project, engine: Engine, lake: Lake) -> list[Health]:
    """Every feed of the project. Raises StateError where the operational state can't be used."""
    from borough.state.contacts import contacts

    published = lake.published()
    table = lake.table(DELIVERIES, published) if published else None
    deliveries = read_deliveries(engine, table.files) if table else Deliveries({})
    reached = contacts(project)
    out = []
    for name, source, feed in project.feeds():
        resolved = resolve_feed(project, *name.split("."))
        out.append(Health(name, feed.title or source.title, resolved.origin, feed.to, deliveries.last(name), reached.get(name)))
    return out
