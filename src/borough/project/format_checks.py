"""Mistakes in what a feed says about the format of its files."""

from __future__ import annotations

import codecs

from borough.project.findings import Findings, Where
from borough.project.formats import FixedWidthSpec, FormatKind, FormatSpec, RecordTypesSpec, ShapefileSpec, span_of
from borough.project.specs import FeedSpec

_NEEDED: dict[FormatKind, str] = {
    "fixed_width": "`columns:` with each column's place",
    "record_types": "`record:` with the code of its records",
    "xml": "`record:` with the path of a record's element, such as `Register/Licences/Licence`",
}
_PLACE = "first and last character, from 1, such as `1-8`, or one place, such as `9`"


def check_format(findings: Findings, at: Where, feed: FeedSpec, kind: FormatKind | None) -> None:
    """What the format needs is there, and can be."""
    options = feed.format.of(kind) if isinstance(feed.format, FormatSpec) and kind else None
    if isinstance(options, FixedWidthSpec):
        _places(findings, at.below("format", "fixed_width", "columns"), options)
    elif isinstance(options, RecordTypesSpec):
        _layout(findings, at, feed, options)
    elif isinstance(options, ShapefileSpec) and options.encoding is not None and not _is_encoding(options.encoding):
        findings.error(at.below("format", "shapefile", "encoding"), f"the encoding {options.encoding!r}", "an encoding such as utf-8, cp1252 or cp850")
    elif kind in _NEEDED and options is None:
        where = at.below("format") if feed.format is not None else at
        findings.error_at_key(where, f"`{kind}` alone", f"`format: {{{kind}: …}}` and in it {_NEEDED[kind]}")


def _is_encoding(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False


def _places(findings: Findings, at: Where, options: FixedWidthSpec) -> None:
    taken: dict[str, tuple[int, int]] = {}
    for name, text in options.columns.items():
        span = span_of(text)
        if span is None:
            findings.error(at.below(name), f"the place {text!r}", _PLACE)
            continue
        other = next((n for n, (start, end) in taken.items() if start <= span[1] and span[0] <= end), None)
        if other is not None:
            findings.error(at.below(name), f"the place {text}, which overlaps that of {other!r}, {taken[other][0]}-{taken[other][1]}", "a place of its own")
        taken[name] = span


def _layout(findings: Findings, at: Where, feed: FeedSpec, options: RecordTypesSpec) -> None:
    if not feed.columns:
        findings.error_at_key(at, "`record_types` without `columns`", "`columns:` with the names of all values of such a record, its code too")
    elif options.position > len(feed.columns):
        where = at.below("format", "record_types", "position")
        findings.error_at_key(where, f"position {options.position} of {len(feed.columns)} columns", "the place of the code among `columns`, from 1")
