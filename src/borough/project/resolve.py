"""A feed with its defaults filled in and its references bound. The authoring object is not the resolved object."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from borough.errors import DeclarationError, Mistake
from borough.project.load import Project
from borough.project.specs import ConnectSpec, CsvSpec, DatasetSpec, FeedSpec, FormatSpec, JsonSpec, SourceSpec

FormatKind = Literal["csv", "json", "parquet", "geojson"]
ExtractFrom = Literal["path", "date", "expression"]
_PART = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
_ENDINGS: dict[str, FormatKind] = {
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
    "json": "json",
    "jsonl": "json",
    "ndjson": "json",
    "parquet": "parquet",
    "geojson": "geojson",
}


@dataclass(frozen=True)
class PathPart:
    """``{name}`` or ``{extract_date:FORMAT}`` in a glob: which, its format, and where it starts in the glob (from 0)."""

    name: str
    format: str | None
    start: int


@dataclass(frozen=True)
class ResolvedFeed:
    """A feed, ready to be read. ``name`` is ``source.feed``; patterns are globs, absolute or relative to the project."""

    name: str
    source: SourceSpec
    feed: FeedSpec
    patterns: tuple[str, ...]
    kind: FormatKind
    options: CsvSpec | JsonSpec | None
    same_date: Literal["refuse", "parts", "latest"]
    extract_from: ExtractFrom | None
    dataset: DatasetSpec | None

    @property
    def missing_is_null(self) -> bool:
        """Is a column that a file lacks read as null? JSON leaves out what is empty, so there it is unless declared otherwise."""
        if "on_missing_column" not in self.feed.model_fields_set and self.kind in ("json", "geojson"):
            return True
        return self.feed.on_missing_column == "null"

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
    kind = format_kind(feed, patterns)
    if kind is None:
        place = project.place("source", source, "feeds", feedname)
        raise DeclarationError([Mistake(place, "files whose ending does not tell their format", "`format: csv`, json, parquet or geojson")])
    return ResolvedFeed(
        name=f"{source}.{feedname}",
        source=spec,
        feed=feed,
        patterns=patterns,
        kind=kind,
        options=_options(feed.format),
        same_date=feed.same_date or ("refuse" if feed.delivers == "full" else "parts"),
        extract_from=extract_from(feed, patterns),
        dataset=project.datasets.get(feed.to) if feed.to else None,
    )


def file_patterns(source: SourceSpec, feed: FeedSpec) -> tuple[str, ...]:
    """The feed's own globs, else those of its source."""
    connect: ConnectSpec = source.connect
    return tuple(feed.files if feed.files is not None else connect.files or ())


def path_parts(pattern: str) -> Iterator[PathPart]:
    """The parts of a glob that become columns, in order."""
    for match in _PART.finditer(pattern):
        yield PathPart(match[1], match[2], match.start())


def format_kind(feed: FeedSpec, patterns: tuple[str, ...]) -> FormatKind | None:
    """The declared format, else the one that all endings agree on (``.gz`` apart)."""
    if isinstance(feed.format, str):
        return feed.format
    if feed.format is not None:
        declared: list[FormatKind] = [kind for kind, value in _declared(feed.format) if value is not None]
        return declared[0] if len(declared) == 1 else None
    kinds = {_ENDINGS.get(_ending(pattern)) for pattern in patterns}
    return kinds.pop() if len(kinds) == 1 else None


def extract_from(feed: FeedSpec, patterns: tuple[str, ...]) -> ExtractFrom | None:
    """Where the date of an extract comes from; None: from nowhere."""
    if isinstance(feed.extract_date, dt.date):
        return "date"
    if feed.extract_date is not None:
        return "expression"
    dated = bool(patterns) and all(any(p.name == "extract_date" for p in path_parts(pattern)) for pattern in patterns)
    return "path" if dated else None


def _declared(spec: FormatSpec) -> list[tuple[FormatKind, object]]:
    return [("csv", spec.csv), ("json", spec.json_), ("parquet", spec.parquet), ("geojson", spec.geojson)]


def _options(spec: str | FormatSpec | None) -> CsvSpec | JsonSpec | None:
    return spec.csv or spec.json_ if isinstance(spec, FormatSpec) else None


def _ending(pattern: str) -> str:
    name = pattern.rsplit("/", 1)[-1].lower().removesuffix(".gz")
    return name.rsplit(".", 1)[-1] if "." in name else ""
