"""Checking a project without touching its data: everything that can be known from the declarations, in one go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from borough.compile.programme import compile_project
from borough.errors import Mistake
from borough.project.checks import check
from borough.project.load import Project, load_leniently


@dataclass(frozen=True)
class Found:
    """All mistakes of a folder, and what was looked at."""

    project: Project | None
    mistakes: tuple[Mistake, ...]
    counts: dict[str, int]


def check_folder(root: Path) -> Found:
    """Every mistake in a project's declarations. Where files are there already, their headers tell the feed's columns.

    Raises UsageError when there is no project.
    """
    project, mistakes = load_leniently(root)
    if project is None:
        return Found(None, tuple(sorted(set(mistakes))), {})
    found = [*mistakes, *check(project)]
    _programme, compiled = compile_project(project, lambda feed: declared_columns(project, feed))
    counts = {
        "sources": len(project.sources),
        "feeds": sum(1 for _ in project.feeds()),
        "datasets": len(project.datasets),
        "reports": len(project.reports),
    }
    return Found(project, tuple(sorted({*found, *compiled})), counts)


def declared_columns(project: Project, feed: str) -> tuple[str, ...] | None:
    """The columns that a feed's declaration names (with the parts of its path), None when it names none."""
    source, name = feed.split(".")
    spec = project.sources[source].feeds[name]
    if spec.columns is None:
        return None
    from borough.project.resolve import file_patterns, path_parts

    patterns = file_patterns(project.sources[source], spec)
    parts = [part.name for pattern in patterns for part in path_parts(pattern) if part.name != "extract_date"]
    return (*spec.columns, *dict.fromkeys(parts))


