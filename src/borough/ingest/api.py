"""The connector for APIs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from borough.engine.port import Engine
from borough.errors import FeedError
from borough.ingest.port import Batch, Found, Since, Stamp, as_it_is
from borough.project.resolve import ResolvedFeed


class ApiConnector:
    """See ``Connector``."""

    live = True

    def __init__(self, feed: ResolvedFeed, engine: Engine, scratch: Path, now: dt.datetime, since: Since) -> None:
        self._feed = feed

    def discover(self) -> list[Found]:
        raise FeedError("APIs can't be read yet", advice="declare files")

    def digest(self, found: Found) -> str | None:
        return None

    def receive(self, found: Sequence[Found], into: str, stamp: Stamp = as_it_is) -> Batch:
        return Batch((), (), ())

    def columns(self, found: Found) -> tuple[str, ...]:
        return ()
