"""A feed with its defaults filled in and its references bound. The authoring object is not the resolved object."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from borough.errors import DeclarationError, Mistake
from borough.project.connect import ConnectSpec
from borough.project.formats import ENDINGS, FORMATS, FormatKind, FormatSpec, ending
from borough.project.load import Project
from borough.project.spec import Spec
from borough.project.specs import DatasetSpec, FeedSpec, SourceSpec

ExtractFrom = Literal["path", "date", "expression", "clock"]
Reach = Literal["files", "database", "api"]
_PART = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")


SPARSE = ("json", "geojson", "xml")
"""Formats that leave out what is empty."""


@dataclass(frozen=True)
class PathPart:
    """``{name}`` or ``{extract_date:FORMAT}`` in a glob: which, its format, and where it starts in the glob (from 0)."""

    name: str
    format: str | None
    start: int


@dataclass(frozen=True)
class ResolvedFeed:
    """A feed, ready to be read.

    ``name`` is ``source.feed``; patterns are globs, absolute or relative to the project (none for a database or an API).
    ``kind`` is the format of its files; None for a database.
    """

    name: str
    source: SourceSpec
    feed: FeedSpec
    patterns: tuple[str, ...]
    reach: Reach
    kind: FormatKind | None
    options: Spec | None
    same_date: Literal["refuse", "parts", "latest"]
    extract_from: ExtractFrom | None
    dataset: DatasetSpec | None

    @property
    def missing_is_null(self) -> bool:
        """Is a column that a file lacks read as null? JSON leaves out what is empty, so there it is unless declared otherwise."""
        if "on_missing_column" not in self.feed.model_fields_set and self.sparse:
            return True
        return self.feed.on_missing_column == "null"

    @property
    def sparse(self) -> bool:
        """Does the format leave out what is empty?"""
        return self.kind in SPARSE

    @property
    def reading(self) -> str:
        """Identifies how its files are read: when it changes, files that are still there are read again."""
        feed = self.feed
        declared = feed.format.model_dump(mode="json") if isinstance(feed.format, FormatSpec) else None
        parts = [[(part.name, part.format) for part in path_parts(pattern)] for pattern in self.patterns]
        said = [self.kind, declared, feed.columns, feed.extract_date, parts]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:16]

    @property
    def origin(self) -> str:
        """Where its extracts come from, in words: the globs, the table, the resource."""
        feed = self.feed
        return ", ".join(self.patterns) or feed.table or (feed.resource.path if feed.resource else None) or "the query"

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that the path gives, ``extract_date`` apart."""
        names = (part.name for pattern in self.patterns for part in path_parts(pattern))
        return tuple(dict.fromkeys(name for name in names if name != "extract_date"))


def resolve_feed(project: Project, source: str, feedname: str) -> ResolvedFeed:
    """The resolved feed of a project that ``check`` found good. Raises DeclarationError where its format can't be told."""
    spec = project.sources[source]
    feed = spec.feeds[feedname]
    patterns = file_patterns(spec, feed)
    reach = reach_of(feed)
    kind = format_kind(feed, patterns)
    if kind is None and reach == "files":
        place = project.place("source", source, "feeds", feedname)
        raise DeclarationError([Mistake(place, "files whose ending does not tell their format", f"`format:` with one of {', '.join(FORMATS)}")])
    return ResolvedFeed(
        name=f"{source}.{feedname}",
        source=spec,
        feed=feed,
        patterns=patterns,
        reach=reach,
        kind=kind,
        options=_options(feed.format, kind),
        same_date=feed.same_date or ("refuse" if feed.delivers == "full" else "parts"),
        extract_from=extract_from(feed, patterns),
        dataset=project.datasets.get(feed.to) if feed.to else None,
    )


def reach_of(feed: FeedSpec) -> Reach:
    """How a feed is reached: by what it names."""
    if feed.resource is not None:
        return "api"
    return "database" if feed.table is not None or feed.query is not None else "files"


def file_patterns(source: SourceSpec, feed: FeedSpec) -> tuple[str, ...]:
    """The feed's own globs, else those of its source."""
    connect: ConnectSpec = source.connect
    if reach_of(feed) != "files":
        return ()
    return tuple(feed.files if feed.files is not None else connect.files or ())


def path_parts(pattern: str) -> Iterator[PathPart]:
    """The parts of a glob that become columns, in order."""
    for match in _PART.finditer(pattern):
        yield PathPart(match[1], match[2], match.start())


def format_kind(feed: FeedSpec, patterns: tuple[str, ...]) -> FormatKind | None:
    """The declared format, else the one that all endings agree on (``.gz`` apart)."""
    reach = reach_of(feed)
    if reach != "files":
        return "json" if reach == "api" else None
    if isinstance(feed.format, str):
        return feed.format
    if feed.format is not None:
        declared = feed.format.declared
        return declared[0] if len(declared) == 1 else None
    kinds = {ENDINGS.get(ending(pattern)) for pattern in patterns}
    return kinds.pop() if len(kinds) == 1 else None


def extract_from(feed: FeedSpec, patterns: tuple[str, ...]) -> ExtractFrom | None:
    """Where the date of an extract comes from; None: from nowhere."""
    if isinstance(feed.extract_date, dt.date):
        return "date"
    if feed.extract_date is not None:
        return "expression"
    if reach_of(feed) != "files":
        return "clock"
    dated = bool(patterns) and all(any(p.name == "extract_date" for p in path_parts(pattern)) for pattern in patterns)
    return "path" if dated else None


def _options(declared: str | FormatSpec | None, kind: FormatKind | None) -> Spec | None:
    options = declared.of(kind) if isinstance(declared, FormatSpec) and kind else None
    return options if isinstance(options, Spec) else None
