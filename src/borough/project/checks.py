"""Every mistake of a project that can be found without reading SQL, before any data is touched."""

from __future__ import annotations

import re

from borough.errors import Mistake
from borough.project.contract_checks import check_cycles, check_dataset
from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.formats import FormatSpec
from borough.project.identity_checks import check_entities
from borough.project.licensing_checks import check_licensing
from borough.project.load import Project
from borough.project.purpose_checks import check_purposes
from borough.project.resolve import extract_from, file_patterns
from borough.project.source_checks import check_reach
from borough.project.specs import DatasetSpec, FeedSpec, SourceSpec
from borough.project.web_checks import check_web

SYSTEM_NAMES = frozenset(
    re.findall(
        r"\w+", "audit bronze silver gold system runs deliveries quarantine corrections decisions ledger scorecard drift information_schema"
    )
)
_SQL_WORDS = """
    all and any as asc between by case cast create cross default delete desc distinct drop else end except exists false for from full group
    having in inner insert intersect into is join lateral left like limit natural not null offset on or order outer qualify right select set
    table then to true union unique update using values when where window with
"""
SQL_WORDS = frozenset(re.findall(r"\w+", _SQL_WORDS))
_DATE_ADVICE = "`{extract_date:%Y-%m-%d}` in the path, or `extract_date:` with a date or an expression"


def check(project: Project) -> list[Mistake]:
    """All mistakes and warnings of a loaded project that need no SQL parsing, sorted by place."""
    findings = Findings(project)
    _borough(findings)
    _openlineage(findings)
    for source in project.sources.values():
        check_purposes(findings, Where("source", source.source), source.purposes)
        for name, feed in source.feeds.items():
            _feed(findings, source, name, feed)
    for name, dataset in project.datasets.items():
        _table_name(findings, Where("dataset", name, ("dataset",)), name)
        check_dataset(findings, name, dataset)
    for name in project.reports:
        _table_name(findings, Where("report", name), name)
    check_cycles(findings)
    check_entities(findings)
    check_licensing(findings)
    check_web(findings)
    _unfilled(findings)
    _secrets(findings)
    return sorted(set(findings.mistakes))


def _secrets(findings: Findings) -> None:
    """A secret in an expression or a report would be written into the data."""
    project = findings.project
    secrets = [s for s in project.secret_values() if s]
    texts = [
        (Where("source", name, ("feeds", feed, "map", column)), text)
        for name, source in project.sources.items()
        for feed, spec in source.feeds.items()
        for column, text in spec.map.items()
    ]
    texts += [(Where("dataset", name, ("rules", i, "check")), r.check) for name, d in project.datasets.items() for i, r in enumerate(d.rules)]
    for at, text in texts:
        if any(secret in text for secret in secrets):
            findings.error(at, "a secret of the environment in an expression", "an expression without it: its value would be kept with the data")


def _borough(findings: Findings) -> None:
    borough = findings.project.borough
    others = borough.other_engines
    if others is not None and others not in (borough.purposes or ("data_engineering",)):
        at = Where("borough", "", ("other_engines",))
        known = tuple(borough.purposes) or ("data_engineering",)
        findings.error(at, f"unknown purpose {findings.said(at, others)}", f"a purpose that is declared: {one_of(known)}", nearest(others, known))
    areas = {name for name, d in findings.project.datasets.items() if d.area is not None}
    for i, area in enumerate(borough.scorecard_areas if "scorecard_areas" in borough.model_fields_set else ()):
        if area not in areas:
            findings.error(Where("borough", "", ("scorecard_areas", i)), f"{area!r}, which is no dataset with `area:`", f"a dataset of areas: {one_of(sorted(areas)) or 'the project has none'}", nearest(area, areas))
    if borough.purposes and borough.purpose not in borough.purposes:
        at = Where("borough", "", ("purpose",))
        expected = f"a purpose that is declared: {one_of(borough.purposes)}"
        if "purpose" in borough.model_fields_set:
            findings.error(
                at, f"unknown purpose {findings.said(at, borough.purpose)}", expected, nearest(borough.purpose, borough.purposes)
            )
        else:
            findings.error(Where("borough", "", ("purposes",)), "purposes but no `purpose`", expected)


def _openlineage(findings: Findings) -> None:
    declared = findings.project.borough.openlineage
    if declared is not None and (declared.file is None) == (declared.url is None):
        found = "`file` and `url`" if declared.file is not None else "neither `file` nor `url`"
        findings.error_at_key(Where("borough", "", ("openlineage",)), found, "one of them: where runs tell their lineage")


def _table_name(findings: Findings, at: Where, name: str) -> None:
    if name in SYSTEM_NAMES:
        findings.error(at, f"the name {name!r}, which is a table of Borough itself", "another name")
    elif name in SQL_WORDS:
        findings.error(at, f"the name {name!r}, which is a word of SQL", "another name")


def _unfilled(findings: Findings) -> None:
    if findings.anything_broken("source"):
        return
    filled = {feed.to for _, _, feed in findings.project.feeds()}
    for name in findings.project.datasets:
        if name not in filled:
            findings.warning(
                Where("dataset", name, ("dataset",)), f"the dataset {name!r}, which no feed fills", f"a feed with `to: {name}`"
            )


# ── Feeds ───────────────────────────────────────────────────────────────────────────────────────


def _feed(findings: Findings, source: SourceSpec, name: str, feed: FeedSpec) -> None:
    at = Where("source", source.source, ("feeds", name))
    check_reach(findings, at, source, feed)
    _columns(findings, at, feed)
    _delivery(findings, at, source, feed)
    if feed.to is None:
        if feed.map:
            findings.error_at_key(at.below("map"), "a `map` but no `to`", "`to:` with the dataset that the feed fills")
        return
    datasets = findings.project.datasets
    if feed.to in datasets:
        _mapping(findings, at, feed, datasets[feed.to])
    elif not findings.is_declared("dataset", feed.to):
        where = at.below("to")
        findings.error(where, f"unknown dataset {findings.said(where, feed.to)}", _datasets(findings), nearest(feed.to, datasets))


def _datasets(findings: Findings) -> str:
    names = one_of(sorted(findings.project.datasets))
    return f"a dataset: {names}" if names else "a dataset: none is declared in datasets/"


def _mapping(findings: Findings, at: Where, feed: FeedSpec, dataset: DatasetSpec) -> None:
    """The map names columns of the dataset, and all those that a row can't be without."""
    for column, expression in feed.map.items():
        where = at.below("map", column)
        if column not in dataset.columns:
            expected = f"a column of {dataset.dataset}: {one_of(dataset.columns)}"
            findings.error_at_key(where, f"unknown column {column!r}", expected, nearest(column, dataset.columns))
        written = findings.project.written(where.kind, where.name, *where.path)
        if not expression.strip() or (written is not None and not written.strip()):
            findings.error_at_key(where, f"nothing after {column!r}", "an SQL expression over the feed's columns (`null` for no value)")
    if not feed.map:
        findings.error_at_key(at.below("to"), "no `map`", f"`map:` with an expression for each column of {dataset.dataset}")
        return
    for column, contract in dataset.columns.items():
        if column not in feed.map and (contract.required or column in dataset.key):
            why = "part of the key" if column in dataset.key else "required"
            findings.error_at_key(at.below("map"), f"no {column!r}, which is {why} in {dataset.dataset}", f"`{column}:` with an expression")


def _columns(findings: Findings, at: Where, feed: FeedSpec) -> None:
    columns = feed.columns or ()
    for index, column in enumerate(columns):
        if column in columns[:index]:
            findings.error(at.below("columns", index), f"the column {column!r} a second time", "each column once")
    options = feed.format.csv if isinstance(feed.format, FormatSpec) else None
    if options is not None and options.header == "none" and not columns:
        findings.error(at.below("format", "csv", "header"), "`header: none` but no `columns`", "`columns:` with their names, in order")
    if options is not None and isinstance(options.header, int) and options.header < 1:
        findings.error(at.below("format", "csv", "header"), repr(options.header), "a line, counted from 1, or none")


def _delivery(findings: Findings, at: Where, source: SourceSpec, feed: FeedSpec) -> None:
    if feed.delivers == "changes" and feed.operation is None:
        findings.error(
            at.below("delivers"), "`delivers: changes` without `operation`", "`operation: {column: NAME}`: what happened to the row"
        )
    if feed.delivers != "changes" and feed.operation is not None:
        findings.error_at_key(
            at.below("operation"), f"`operation` with `delivers: {feed.delivers}`", "`delivers: changes`, or no `operation`"
        )
    if feed.delivers != "full" and "max_drop" in feed.model_fields_set:
        findings.error_at_key(at.below("max_drop"), f"`max_drop` with `delivers: {feed.delivers}`", "`delivers: full`, or no `max_drop`")
    patterns = file_patterns(source, feed)
    if feed.to is None or extract_from(feed, patterns) is not None or not patterns:
        return
    if feed.delivers != "append":
        findings.error(at.below("delivers"), f"`delivers: {feed.delivers}` without the date of the extract", _DATE_ADVICE)
        return
    dataset = findings.project.datasets.get(feed.to)
    if dataset is not None and dataset.known is None:
        findings.error(
            at.below("delivers"), "rows without a date on which they were known", f"{_DATE_ADVICE}, or `known:` in the dataset {feed.to}"
        )
