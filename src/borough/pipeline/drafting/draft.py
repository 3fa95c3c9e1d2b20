"""``borough source draft``: a first declaration from a sample. It passes ``check``; a person finishes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from borough.engine.duckdb import DuckDBEngine
from borough.errors import UsageError
from borough.pipeline.drafting.infer import Column, columns_of, key_of, rules_of
from borough.pipeline.drafting.places import Place, place_of
from borough.pipeline.drafting.profile import profile
from borough.pipeline.drafting.sample import Sample, first_rows, sampled
from borough.pipeline.drafting.writing import dataset_yaml, source_yaml
from borough.project.checks import SQL_WORDS, SYSTEM_NAMES
from borough.project.spec import name_from

RAGGED = 0.2  # the share of odd rows above which the file is probably of another format


@dataclass(frozen=True)
class Draft:
    """What was drafted: two files' texts, and what there is to say of it."""

    source: str
    dataset: str
    source_text: str
    dataset_text: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: int
    extract: str
    remarks: tuple[str, ...]


def draft(
    where: str, root: Path, engine: DuckDBEngine, now: dt.datetime, *, name: str | None = None, to: str | None = None, table: str | None = None,
    form: str | None = None, told: Callable[[str], None] = lambda step: None,
) -> Draft:  # fmt: skip
    """Read a sample of what is at ``where`` and draft a source and a dataset. Raises UsageError and FeedError."""
    place = place_of(where, root, table=table, form=form)
    dataset = to or _named(place.word)
    source = name or dataset
    told(f"reading a sample of {place.word}")
    with sampled(place, root, engine, now) as sample:
        told(f"looking at {len(sample.columns)} columns of {sample.rows:,} rows")
        columns = columns_of([profile(engine, sample, column) for column in sample.columns], not sample.cut)
        key, key_remark = key_of(engine, sample, columns)
        inner = _lists_in(engine, sample)
    remarks = tuple([*_remarks(place, sample), *inner])
    declared = {**place.feed, **_date(place, now), **_columns(place, sample)}
    return Draft(
        source, dataset, source_yaml(source, dataset, place.connect, declared, dataset, columns, remarks),
        dataset_yaml(dataset, key, key_remark, columns, rules_of(columns)), tuple(columns), key, sample.rows, sample.extract.name,
        (*remarks, *([f"key: {key_remark}"] if key_remark else ())),
    )  # fmt: skip


def _date(place: Place, now: dt.datetime) -> dict[str, dt.date]:
    """A full extract has a date: where its path tells none, that of the draft."""
    files = place.connect.get("files")
    return {"extract_date": now.date()} if files is not None and "{extract_date" not in files else {}


def _columns(place: Place, sample: Sample) -> dict[str, list[str]]:
    """Names of columns, where the format has none of its own."""
    form = place.feed.get("format")
    options = form if isinstance(form, dict) else {}
    nameless = "record_types" in options or (options.get("csv") or {}).get("header") == "none"
    parts = {name for name, _ in sample.extract.parts}
    return {"columns": [c for c in sample.columns if c not in parts]} if nameless and "columns" not in place.feed else {}


def _named(word: str) -> str:
    name = name_from(word)[:50] or "extract"
    return f"{name}_row" if name in SQL_WORDS | SYSTEM_NAMES else name


def _lists_in(engine: DuckDBEngine, sample: Sample) -> list[str]:
    """One record that holds a list of records is an envelope."""
    if sample.rows != 1:
        return []
    (row,) = first_rows(engine, sample, sample.columns, 1)
    lists = [c for c, value in zip(sample.columns, row, strict=True) if isinstance(value, str) and value.startswith("[{")]
    return [f"this is one record; the records may be in its list: --format '{{json: {{records: {c}}}}}'" for c in lists]


def _remarks(place: Place, sample: Sample) -> list[str]:
    origin = place.feed.get("table") or sample.extract.name
    remarks = [f"drafted from {sample.rows:,} rows of {origin}" + (", its beginning" if sample.cut else ""), *place.remarks, *sample.notices]
    if sample.ragged:
        remarks.append(f"{sample.ragged:,} rows have another number of values than the header: they go to quarantine")
    if sample.ragged > RAGGED * (sample.rows + sample.ragged):
        remarks.append("so many odd rows are a sign of another format, such as --format '{record_types: {record: \"21\"}}'")
    return [" ".join(remark.split()) for remark in remarks]


def write(made: Draft, root: Path, force: bool) -> list[Path]:
    """Write both files into the project. Raises UsageError where one is there already (unless ``force``) or can't be written."""
    files = {root / "sources" / f"{made.source}.yaml": made.source_text, root / "datasets" / f"{made.dataset}.yaml": made.dataset_text}
    there = [path for path in files if path.exists()]
    if there and not force:
        raise UsageError(f"{there[0].relative_to(root)} is there already", advice="give other names with --name and --to, or --force to replace it")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{error.filename} can't be written: {error.strerror}", advice="choose a folder in which you may write") from error
    return list(files)
