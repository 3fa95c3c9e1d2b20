"""Mistakes in how a feed is reached: its files, its table, its resource."""

from __future__ import annotations

import re

from borough.project.database_checks import check_database
from borough.project.explain import NAME, one_of
from borough.project.findings import Findings, Where
from borough.project.format_checks import check_format
from borough.project.formats import FORMATS, FormatSpec
from borough.project.place_checks import check_options, check_place
from borough.project.resolve import PathPart, file_patterns, format_kind, path_parts, reach_of
from borough.project.specs import FeedSpec, SourceSpec

_PART_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_DIRECTIVES = "YmdybBjHMSf%"
_REACHES = {"files": "files", "table": "database", "query": "database", "resource": "api"}


def check_reach(findings: Findings, at: Where, source: SourceSpec, feed: FeedSpec) -> None:
    """A feed has files, or a table, or a query, or a resource: one of them, and its source says where that is."""
    said = [key for key in _REACHES if getattr(feed, key) is not None]
    if len(said) > 1:
        findings.error_at_key(at.below(said[1]), f"`{said[1]}` beside `{said[0]}`", one_of(_REACHES))
        return
    reach = reach_of(feed)
    if reach == "files":
        _files(findings, at, source, feed)
        _no_cursor(findings, at, feed)
        return
    if getattr(source.connect, reach) is None:
        where = at.below(said[0])
        findings.error_at_key(where, f"`{said[0]}`, but the source has no `connect.{reach}`", f"`connect: {{{reach}: …}}` in the source")
    for key in ("format", "same_date"):
        if getattr(feed, key) is not None:
            findings.error_at_key(at.below(key), f"`{key}` with `{said[0]}`", f"no `{key}`: it is for files")
    _cursor(findings, at, feed, reach)
    if reach == "database":
        check_database(findings, at, source, feed)
    if reach == "api":
        _auth(findings, source)


def _auth(findings: Findings, source: SourceSpec) -> None:
    api = source.connect.api
    if api is None or api.auth is None:
        return
    said = [way for way in type(api.auth).model_fields if getattr(api.auth, way) is not None]
    if len(said) != 1:
        where = Where("source", source.source, ("connect", "api", "auth"))
        findings.error_at_key(where, f"{len(said)} ways to say who asks", one_of(list(type(api.auth).model_fields)))


def _no_cursor(findings: Findings, at: Where, feed: FeedSpec) -> None:
    if feed.cursor is not None:
        findings.error_at_key(at.below("cursor"), "`cursor` with files", "no `cursor`: it is for a database or an API; new and changed files are found by themselves")


def _cursor(findings: Findings, at: Where, feed: FeedSpec, reach: str) -> None:
    if feed.cursor is None:
        return
    if feed.delivers == "full":
        findings.error_at_key(at.below("cursor"), "`cursor` with `delivers: full`", "`delivers: append` or `changes`: what is not new is not sent, and would count as deleted")
    if reach == "api" and feed.cursor.param is None:
        findings.error_at_key(at.below("cursor"), "`cursor` without `param`", "`param:` with the API's parameter that takes the value, such as `updated_since`")
    if reach == "database" and feed.cursor.param is not None:
        findings.error_at_key(at.below("cursor", "param"), "`param` for a database", "no `param`: it is for an API")


def _files(findings: Findings, at: Where, source: SourceSpec, feed: FeedSpec) -> None:
    patterns = file_patterns(source, feed)
    here = at.below("files") if feed.files is not None else Where("source", source.source, ("connect", "files"))
    if not patterns or not all(patterns):
        findings.error_at_key(at, "no files", "`files:` with a glob, here or in the source's `connect`")
        return
    for index, pattern in enumerate(patterns):
        _glob(findings, here.below(index), pattern)
        check_place(findings, here.below(index), pattern)
    check_options(findings, source)
    check_format(findings, at, feed, format_kind(feed, patterns))
    if isinstance(feed.format, FormatSpec):
        if len(feed.format.declared) != 1:
            findings.error_at_key(at.below("format"), f"{len(feed.format.declared)} formats", one_of(FORMATS))
    elif format_kind(feed, patterns) is None:
        findings.error_at_key(at, "files whose ending does not tell their format", f"`format:` with {one_of(FORMATS)}")


def _glob(findings: Findings, at: Where, pattern: str) -> None:
    seen: set[str] = set()
    parts = list(path_parts(pattern))
    for part in parts:
        if part.name in seen:
            findings.error_inside(at, part.start, f"the part {{{part.name}}} a second time", "each part of a path once")
        seen.add(part.name)
        _part(findings, at, part)
    rest = re.sub(r"\{[^{}]*\}", lambda match: " " * len(match[0]), pattern)
    for match in re.finditer(r"[{}]", rest):
        findings.error_inside(at, match.start(), f"a {match[0]!r} without its partner", "`{name}` for a part of the path")


def _part(findings: Findings, at: Where, part: PathPart) -> None:
    if not _PART_NAME.fullmatch(part.name):
        findings.error_inside(at, part.start + 1, f"the part {part.name!r}", NAME)
    elif part.name != "extract_date" and part.format is not None:
        findings.error_inside(at, part.start + 1, f"a format for {part.name!r}", "a format for extract_date only, which is a date")
    elif part.format is not None:
        unknown = next((m for m in re.finditer(r"%(.?)", part.format) if not m[1] or m[1] not in _DIRECTIVES), None)
        offset = part.start + len(part.name) + 2
        if unknown is not None:
            findings.error_inside(at, offset + unknown.start(), f"{unknown[0]!r} in the date's format", "%Y %m %d %y %b %B %j %H %M %S")
        elif not re.search(r"%[Yy]", part.format):
            findings.error_inside(at, offset, f"the date's format {part.format!r} without a year", "a format such as %Y-%m-%d")
