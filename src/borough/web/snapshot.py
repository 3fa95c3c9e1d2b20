"""What the pages read: the report tables and ratings of one published run, copied into memory, and swapped whole when the next is published.

A copy costs seconds once; without it each page would open dozens of files. A request holds the snapshot that it began with, so a run that is
published meanwhile never shows in half a page.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from borough.compile.programme import Programme
from borough.compile.published import SYSTEM, published_relations
from borough.engine.duckdb import SharedEngine
from borough.engine.quoting import quoted
from borough.errors import BoroughError
from borough.governance.audit import Audit
from borough.governance.classification import Relation
from borough.governance.gate import Gate, purposes_of
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.project.load import Project

SOUGHT = ("uprn", "property", "landlord", "run")
"""Columns by which single things are looked up: a copy lies in the order of the first that it has, so that finding one skips the rest."""


@dataclass
class Snapshot:
    """One published run, in memory."""

    project: Project
    programme: Programme
    lake: Lake
    engine: SharedEngine
    published: Published
    gate: Gate
    relations: Mapping[str, Relation]
    schema: str
    made: dt.datetime
    memory: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What was worked out from it, for as long as it lives."""
    parts: dict[Any, Any] = field(default_factory=dict, repr=False)
    """Parts of pages that were made from it."""
    _readers: int = 0
    _over: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def number(self) -> int:
        return self.published.number

    @contextmanager
    def held(self) -> Iterator[Snapshot]:
        """Keep it until the end of a request."""
        with self._lock:
            self._readers += 1
        try:
            yield self
        finally:
            with self._lock:
                self._readers -= 1
            self._leave()

    def over(self) -> None:
        """Another has taken its place: it goes once nobody reads it any more."""
        with self._lock:
            self._over = True
        self._leave()

    def _leave(self) -> None:
        with self._lock:
            if not self._over or self._readers:
                return
            self._over = False
        self.engine.execute(f"DROP SCHEMA IF EXISTS {quoted(self.schema)} CASCADE")


def make(project: Project, programme: Programme, lake: Lake, engine: SharedEngine, published: Published, now: dt.datetime, serial: int) -> Snapshot:
    """Copy what the pages read of a published run. Raises LakeError where the lake can't be read."""
    found = published_relations(project, engine, lake, published, programme.reports)
    schema = f"run_{published.number}_{serial}"
    engine.execute(f"CREATE SCHEMA {quoted(schema)}")
    try:
        copied = {name: _copy(engine, schema, relation) if _is_read(project, name, relation) else relation for name, relation in found.items()}
    except BoroughError:
        engine.execute(f"DROP SCHEMA IF EXISTS {quoted(schema)} CASCADE")
        raise
    roles = granted(project)
    gate = Gate(engine, copied, project.borough.purposes, Audit(lake.notes("audit")), published=published.number, roles=roles)
    return Snapshot(project, programme, lake, engine, published, gate, copied, schema, now)


def _is_read(project: Project, name: str, relation: Relation) -> bool:
    tiles = {tile.from_ or page.from_ for page in project.pages.values() for tile in page.tiles}
    return name in project.reports or name in SYSTEM or name in tiles or name.endswith("_rating") or name == "property_dna"


def _copy(engine: SharedEngine, schema: str, relation: Relation) -> Relation:
    """The same relation, read from memory. What some purposes may see less of stays as it is: it is read rarely."""
    if relation.narrowed:
        return relation
    has = {c.name for c in relation.columns}
    sought = next((c for c in SOUGHT if c in has), None)
    order = f" ORDER BY {quoted(sought)}" if sought else ""
    table = f"{quoted(schema)}.{quoted(relation.name)}"
    engine.execute(f"CREATE TABLE {table} AS SELECT * FROM {relation.sql} AS rows{order}")
    return replace(relation, sql=f"(SELECT * FROM {table})", light=None)


def granted(project: Project) -> dict[str, tuple[str, ...]]:
    """Role → the purposes for which it may read, those that it reads for first in front."""
    known = purposes_of(project.borough.purposes)
    return {str(role): tuple(p for p in purposes if p in known) for role, purposes in project.borough.web.roles.items()}
