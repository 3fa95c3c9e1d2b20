"""Which connector brings in which feed. Those for databases and APIs are imported when a feed needs them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from borough.engine.duckdb import DuckDBEngine
from borough.ingest.files import FilesConnector
from borough.ingest.places.places import Places
from borough.ingest.port import Connector, Since
from borough.project.resolve import ResolvedFeed

NOTHING = Since()
"""Nothing was received before."""


@dataclass(frozen=True)
class Surroundings:
    """What connectors work in. ``root``: the project's folder. ``now``: the run's instant, UTC without a zone."""

    root: Path
    engine: DuckDBEngine
    now: dt.datetime


def connector_for(feed: ResolvedFeed, around: Surroundings, since: Since = NOTHING) -> Connector:
    """The connector of a feed. It asks nobody anything until it is used."""
    if feed.reach == "database":
        from borough.ingest.databases.connector import DatabaseConnector

        return DatabaseConnector(feed, around.engine, around.engine.scratch, around.now, since, around.root)
    if feed.reach == "api":
        from borough.ingest.apis.connector import ApiConnector

        return ApiConnector(feed, around.engine, around.engine.scratch, around.now, since)
    places = Places(feed.patterns, around.root, feed.source.connect)
    return FilesConnector(feed.feed, places, around.engine, around.engine.scratch)
