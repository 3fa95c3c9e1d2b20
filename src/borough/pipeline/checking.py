"""Checking a project without touching its data: everything that can be known from the declarations, in one go."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path

from borough.compile.programme import Programme, compile_project
from borough.engine.duckdb import DuckDBEngine
from borough.errors import BoroughError, Mistake
from borough.ingest.connectors import Surroundings, connector_for
from borough.ingest.drift import MANY
from borough.project.checks import check
from borough.project.load import Project, load_leniently
from borough.project.resolve import file_patterns, path_parts, resolve_feed

_UNKNOWN = "unknown column "


@dataclass(frozen=True)
class Found:
    """All mistakes of a folder, and what was looked at."""

    project: Project | None
    mistakes: tuple[Mistake, ...]
    counts: dict[str, int]


def check_folder(root: Path) -> Found:
    """Every mistake in a project's declarations. Where files are there already, their headers tell the feeds' columns.

    Raises UsageError when there is no project.
    """
    project, mistakes = load_leniently(root)
    if project is None:
        return Found(None, tuple(sorted(set(mistakes))), {})
    spoilt = {m.place for m in mistakes}  # a value that could not be read gets no second mistake
    found = [*mistakes, *(m for m in check(project) if m.place not in spoilt)]
    _programme, compiled = compile_with_headers(project)
    unread = {m.place.file for m in mistakes} - {document.file for document in project.documents.values()}
    found = [m for m in (*found, *compiled) if not _follows(m, unread)]
    counts = {
        "sources": len(project.sources),
        "feeds": sum(1 for _ in project.feeds()),
        "datasets": len(project.datasets),
        "reports": len(project.reports),
    }
    return Found(project, tuple(sorted(set(found))), counts)


def compile_with_headers(project: Project) -> tuple[Programme, list[Mistake]]:
    """Compile the project; where files are there already, their headers tell the feeds' columns."""
    headers = _headers(project)
    programme, found = compile_project(project, lambda feed: _names(headers[feed]) or declared_columns(project, feed))
    return programme, _as_layouts([_weighed(project, mistake, headers) for mistake in found])


def _as_layouts(mistakes: list[Mistake]) -> list[Mistake]:
    """Many columns that a file has not are one mistake: it is of another layout, or the names of the columns are yet to be put in."""
    unknown: dict[tuple[str, str, str], list[Mistake]] = {}
    for mistake in mistakes:
        if mistake.found.startswith(_UNKNOWN):
            unknown.setdefault((mistake.place.file, mistake.expected, mistake.severity), []).append(mistake)
    many = {key: found for key, found in unknown.items() if len({m.found for m in found}) >= MANY}
    together = {id(m) for found in many.values() for m in found}
    return [*(m for m in mistakes if id(m) not in together), *(_layout(found) for found in many.values())]


def _layout(found: list[Mistake]) -> Mistake:
    found = sorted(found, key=lambda m: (m.place.line, m.place.column))
    near = {m.found.removeprefix(_UNKNOWN): m.nearest for m in found}
    said = [f"{name} ({new!r}?)" if new else name for name, new in near.items()]
    said = [*said[:12], *([f"{len(said) - 12} more"] if len(said) > 12 else [])]
    lines = f"lines {found[0].place.line} to {max(m.place.line for m in found)}"
    hint = '; it may be of another layout, and `"Old name" | "New name"` reads both'
    return replace(found[0], found=f"{len(near)} columns ({lines}) that the newest file has not: {', '.join(said)}", expected=found[0].expected + hint, nearest=None)


# What looks wrong elsewhere when a file of a folder can't be read at all.
_CONSEQUENCES = {
    "sources/": ("unknown feed", "which no feed fills"),
    "datasets/": ("unknown dataset", "unknown table"),
}


def _follows(mistake: Mistake, unread: set[str]) -> bool:
    """Would the mistake go away with the file that can't be read? Then only that file is told."""
    folders = [folder for folder in _CONSEQUENCES if any(file.startswith(folder) for file in unread)]
    return any(words in mistake.found for folder in folders for words in _CONSEQUENCES[folder])


def declared_columns(project: Project, feed: str) -> tuple[str, ...] | None:
    """The columns that a feed's declaration names (with the parts of its path), None when it names none."""
    source, name = feed.split(".")
    spec = project.sources[source].feeds[name]
    if spec.columns is None:
        return None
    parts = [p.name for pattern in file_patterns(project.sources[source], spec) for p in path_parts(pattern) if p.name != "extract_date"]
    return (*spec.columns, *dict.fromkeys(parts))


def _headers(project: Project) -> dict[str, Header | None]:
    """What the newest file of each feed has, where there is one."""
    engine = DuckDBEngine(scratch=project.root / ".borough" / "scratch")
    try:
        around = Surroundings(project.root, engine, dt.datetime.min)
        return {name: _header(project, name, around) for name, _s, _f in project.feeds()}
    finally:
        engine.close()


Header = tuple[tuple[str, ...], bool]


def _names(header: Header | None) -> tuple[str, ...] | None:
    return None if header is None else header[0]


def _header(project: Project, name: str, around: Surroundings) -> Header | None:
    """The newest file's columns with the parts of its path, and whether an absent one is a mistake; None without a file."""
    try:
        feed = resolve_feed(project, *name.split("."))
        connector = connector_for(feed, around)
        if connector.live:
            return None  # other machines are asked by a run
        files = connector.discover()
        columns = connector.columns(files[-1]) if files else None
    except BoroughError:
        return None  # a feed that can't be resolved is told elsewhere; what is wrong with a file is for the run to say
    if columns is None:
        return None
    return (*columns, *feed.parts), not feed.missing_is_null


def _weighed(project: Project, mistake: Mistake, headers: dict[str, Header | None]) -> Mistake:
    if not mistake.found.startswith(_UNKNOWN):
        return mistake
    lenient = {name.split(".")[0] for name, header in headers.items() if header is not None and not header[1]}
    strict = {name.split(".")[0] for name, header in headers.items() if header is not None and header[1]}
    files = {project.place("source", source).file for source in lenient - strict}
    return replace(mistake, severity="warning") if mistake.place.file in files else mistake
