"""What there is to do: declarations, sources and the last published run looked at, nothing written."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from borough.catalogue.contracts import DELIVERIES, bronze_table
from borough.catalogue.deliveries import Deliveries, read_deliveries
from borough.compile.entities import entity_fingerprint
from borough.compile.mapping import fingerprint, map_feed
from borough.compile.nodes import Node
from borough.compile.programme import Programme, compile_project, report_fingerprint, select_names, selected
from borough.engine.duckdb import DuckDBEngine
from borough.errors import DeclarationError, FeedError, Mistake, UsageError
from borough.ingest.connectors import Surroundings, connector_for
from borough.ingest.port import Since
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.lake.objects import filesystem
from borough.pipeline import plain
from borough.pipeline.checking import compile_with_headers, declared_columns
from borough.pipeline.context import Options
from borough.pipeline.later import shows_otherwise
from borough.pipeline.profiling import declared_fingerprint, profile_day
from borough.pipeline.receive import Waiting, received_columns, waiting
from borough.project.checks import check
from borough.project.load import Project
from borough.project.resolve import ResolvedFeed, resolve_feed

# delta-rs takes a folder for a URL: these end it, or it looks elsewhere.
_NO_TABLES = re.compile(r"[\[\]|^\\]|%[0-9A-Fa-f]{2}")


@dataclass(frozen=True)
class Survey:
    """What there is to do, found without writing anything."""

    programme: Programme
    feeds: Mapping[str, ResolvedFeed]
    nodes: tuple[Node, ...]
    waiting: Mapping[str, Waiting]
    fingerprints: Mapping[str, str]
    stale: frozenset[str]  # feeds to derive again: their declaration changed, or fills a dataset only now
    released: tuple[str, ...]  # feeds whose held extracts may pass
    idle: bool


def usual_memory() -> str | None:
    """Enough for a borough, and room for others on the machine; None where the machine has less."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
    return "6500MB" if whole * 0.8 > 6.5e9 else None


def open_engine(project: Project) -> DuckDBEngine:
    """The engine that ``borough.yaml`` declares. Raises UsageError for one that can't run a project yet."""
    declared, storage = project.borough.engine, project.borough.storage
    if isinstance(declared, str):
        return DuckDBEngine(memory=usual_memory(), scratch=_scratch(project), storage=storage, filesystem=filesystem)
    if isinstance(declared, dict):
        spec = declared["duckdb"]
        return DuckDBEngine(threads=spec.threads, memory=spec.memory or usual_memory(), scratch=_scratch(project), storage=storage, filesystem=filesystem)
    raise UsageError("engine: {spark: …} compiles and tests expressions, but can't run a project yet", advice="set engine: duckdb in borough.yaml")


def _scratch(project: Project) -> Path:
    """The folder for what a run needs only while it lasts."""
    declared = project.borough.engine
    own = declared["duckdb"].scratch if isinstance(declared, dict) else None
    return project.root / (own or ".borough/scratch")


def open_lake(project: Project) -> Lake:
    """The project's lake. Raises UsageError for an address where no lake can be, LakeError where the store can't be reached."""
    lake = project.borough.lake
    if "://" in lake:
        return Lake(lake, options=project.borough.storage, scratch=str(_scratch(project)))
    folder = str(project.root / lake)
    if found := _NO_TABLES.search(folder):
        raise UsageError(f"the lake's folder {folder} has {found[0]!r} in its path, where Delta tables can't be", advice="move the project, or give lake: another folder")
    return Lake(folder)


def compiled(project: Project) -> tuple[Programme, list[Mistake]]:
    """Compile the project, with every mistake that can be found without its data."""
    programme, found = compile_project(project, lambda feed: declared_columns(project, feed))
    if any(m.severity == "error" for m in found):
        # Names of columns that read like expressions (`Rank where 1 is most deprived`) are told apart by the files.
        programme, found = compile_with_headers(project)
    return programme, sorted({*check(project), *found})


def survey(project: Project, engine: DuckDBEngine, lake: Lake, options: Options, now: dt.datetime) -> Survey:
    """Look at declarations, sources and the last published run. Raises DeclarationError with every mistake."""
    published = lake.published()
    programme, mistakes = compiled(project)
    errors = [m for m in mistakes if m.severity == "error"]
    if errors:
        raise DeclarationError(errors)
    nodes = _chosen(programme, options)
    table = lake.table(DELIVERIES, published) if published else None
    deliveries = read_deliveries(engine, table.files) if table else Deliveries({})
    resolved = {n.name: resolve_feed(project, *n.name.split(".")) for n in nodes if n.kind == "feed"}
    prints = {name: _fingerprint(project, feed) for name, feed in resolved.items()}
    around = Surroundings(project.root, engine, now.astimezone(dt.UTC).replace(tzinfo=None))
    found = {name: _waiting(feed, around, deliveries, prints[name]) for name, feed in resolved.items()}
    record = published.record if published else {}
    stale = frozenset(name for name, feed in resolved.items() if _is_stale(feed, prints[name], record, deliveries))
    if wrong := _mistaken_columns(project, lake, published, [resolved[name] for name in sorted(stale) if not found[name].found]):
        raise DeclarationError(wrong)
    asked = options.release or options.replay or record.get("pending") or any(w.found or w.away for w in found.values())
    changed = stale or _gold_changed(programme, nodes, record, profile_day(now)) or shows_otherwise(record, project) or plain.outdated(record, project)
    return Survey(programme, resolved, nodes, found, prints, stale, _released(programme, options), idle=not asked and not changed)


def _waiting(feed: ResolvedFeed, around: Surroundings, deliveries: Deliveries, fingerprint: str) -> Waiting:
    """What waits at one source. One that can't be looked at is told when its turn comes; the others go on."""
    last = deliveries.last(feed.name)
    connector = connector_for(feed, around, Since(last.bookmark, last.sha256) if last is not None else Since())
    try:
        return waiting(feed, connector, deliveries, fingerprint)
    except FeedError as error:
        return Waiting(feed.name, connector, (), False, away=error)


def _chosen(programme: Programme, options: Options) -> tuple[Node, ...]:
    names = select_names(programme)
    for word in (*options.select, *options.release, *options.replay):
        if word.strip("+") not in names:
            near = get_close_matches(word.strip("+"), names, n=1)
            raise UsageError(f"nothing is called {word!r}" + (f"; did you mean {near[0]!r}?" if near else ""), advice="borough plan lists what can run")
    if not options.select:
        return programme.nodes
    chosen = {*(n.name for n in selected(programme, options.select)), *_released(programme, options)}
    return tuple(n for n in programme.nodes if n.name in chosen)


def _released(programme: Programme, options: Options) -> tuple[str, ...]:
    return tuple(n.name for n in selected(programme, options.release) if n.kind == "feed")


def _fingerprint(project: Project, feed: ResolvedFeed) -> str:
    return fingerprint(feed.feed, feed.dataset) if feed.dataset else "bronze"


def _is_stale(feed: ResolvedFeed, fingerprint: str, record: Mapping[str, Any], deliveries: Deliveries) -> bool:
    """Were rows of the feed received that were derived under another declaration, or never?"""
    if feed.dataset is None:
        return False
    remembered = record.get("feeds", {}).get(feed.name, {})
    return bool(remembered["fingerprint"] != fingerprint) if "fingerprint" in remembered else bool(deliveries.live(feed.name))


def _gold_changed(programme: Programme, nodes: Sequence[Node], record: Mapping[str, Any], today: dt.date) -> bool:
    """Is there a report or an area that was not made as it is declared now, or a profile that is of another day?"""
    if not record.get("feeds"):
        return False
    reports, areas, entities, profiles = (record.get(key, {}) for key in ("reports", "areas", "entities", "profiles"))
    stale: dict[str, Callable[[Node], bool]] = {
        "report": lambda n: reports.get(n.name) != report_fingerprint(programme.reports[n.name]),
        "area": lambda n: n.writes[0] not in areas,
        "dna": lambda n: (made := profiles.get(n.name.removesuffix("_dna"), {})).get("fingerprint") != declared_fingerprint(programme.profiles[n.name.removesuffix("_dna")]) or made["day"] != today.isoformat(),
        "entity": lambda n: entities.get(n.name, {}).get("fingerprint") != entity_fingerprint(programme.project, n.name),
    }
    return any(n.kind in stale and stale[n.kind](n) for n in nodes)


def _mistaken_columns(project: Project, lake: Lake, published: Published | None, feeds: Iterable[ResolvedFeed]) -> list[Mistake]:
    """Mistakes of mappings that changed and name columns which no file has had: found before anything is derived again."""
    mistakes: list[Mistake] = []
    for feed in feeds:
        state = lake.table(bronze_table(feed.name), published) if published else None
        if feed.dataset is not None and state is not None and not feed.missing_is_null:
            mistakes.extend(map_feed(project, feed.name, received_columns(state.columns))[1])
    return mistakes
