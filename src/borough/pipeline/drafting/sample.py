"""A sample of a source's rows, through the same connectors that a run uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlglot
from pydantic import ValidationError

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import locations, quoted
from borough.errors import FeedError, UsageError
from borough.ingest.block import working_folder
from borough.ingest.connectors import Surroundings, connector_for
from borough.ingest.port import Connector, Found
from borough.pipeline.drafting.places import Place
from borough.project.database_checks import SCHEMES
from borough.project.formats import FormatSpec
from borough.project.resolve import ResolvedFeed, extract_from, file_patterns, format_kind, reach_of
from borough.project.specs import SourceSpec

ROWS = 10_000  # rows that a sample has of a database
HEAD = 16 << 20  # bytes that a sample has of a long text file
TEXTS = ("csv", "fixed_width", "record_types")


@dataclass(frozen=True)
class Sample:
    """Received rows as a relation of the engine: its columns, how many rows, from which extract, and what was noticed."""

    relation: str
    columns: tuple[str, ...]
    rows: int
    ragged: int
    extract: Found
    notices: tuple[str, ...]
    cut: bool  # is it the beginning of something longer?


@contextmanager
def sampled(place: Place, root: Path, engine: DuckDBEngine, now: dt.datetime) -> Iterator[Sample]:
    """The newest extract of a place, or its beginning. Raises FeedError or UsageError where it can't be read."""
    feed = _resolved(place, {**place.feed, **{k: v for k, v in place.sample.items() if k != "connect"}})
    with working_folder(engine.scratch, "draft") as folder:
        around = Surroundings(root, engine, now)
        connector = connector_for(feed, around)
        found = connector.discover()
        if not found:
            raise UsageError(f"no file matches {feed.origin}", advice="look at the path; quote globs, so that the shell leaves them alone")
        newest = max(found, key=lambda f: (str(f.extract_date or ""), f.name))
        yield _received(connector, feed, newest, folder, around)


def _received(connector: Connector, feed: ResolvedFeed, newest: Found, folder: Path, around: Surroundings) -> Sample:
    cut = feed.kind in TEXTS and "://" not in newest.path and newest.path == _plain(newest) and newest.size > HEAD
    if cut:
        newest = _head(newest, folder)
        connector = connector_for(replace(feed, patterns=(newest.path,)), around)
        newest = replace(connector.discover()[0], parts=newest.parts)
    batch = connector.receive([newest], str(folder / "bronze"))
    (received,) = batch.received
    if received.problem is not None or received.left is not None:
        raise FeedError(f"{received.found.name}: {received.problem or received.left}", advice="mend the file, or say how to read it with --format")
    if not batch.files:
        raise FeedError(f"{received.found.name} has no records, so there is nothing to draft from", advice="give an extract that has some")
    relation = f"read_parquet({locations(f.path for f in batch.files)}, union_by_name=true, hive_partitioning=false)"
    ragged = int(around.engine.rows(f"SELECT count(_problem) FROM {relation}")[0][0])
    parts = tuple(name for name, _ in newest.parts)
    limited = f"(SELECT {', '.join(map(quoted, (*received.columns, *parts)))} FROM {relation} WHERE _problem IS NULL LIMIT {ROWS * 2})"
    rows = int(around.engine.rows(f"SELECT count(*) FROM {limited}")[0][0])
    cut = cut or received.rows - ragged > rows or (feed.reach == "database" and rows >= ROWS) or feed.reach == "api"
    return Sample(limited, (*received.columns, *parts), rows, ragged, received.found, received.notices, cut)


def _plain(found: Found) -> str:
    return found.path if Path(found.path).is_file() and not found.name.endswith((".gz", ".bz2", ".xz")) else ""


def _head(found: Found, folder: Path) -> Found:
    """The first lines of a long file, under its own name."""
    copy = folder / Path(found.path).name
    with open(found.path, "rb") as file:
        text = file.read(HEAD)
    copy.write_bytes(text[: text.rfind(b"\n") + 1])
    return replace(found, path=str(copy))


def _resolved(place: Place, feed: Mapping[str, Any]) -> ResolvedFeed:
    connect = dict(place.sample.get("connect", place.connect))
    source = _source({"source": "draft", "connect": connect, "feeds": {"draft": _texts(feed)}})
    spec = source.feeds["draft"]
    if spec.table is not None:
        query = sqlglot.select("*").from_(spec.table).limit(ROWS).sql(dialect=SCHEMES[connect["database"].split("://")[0].split("+")[0].lower()])
        spec = spec.model_copy(update={"table": None, "query": query})
    patterns = file_patterns(source, spec)
    kind = format_kind(spec, patterns)
    options = spec.format.of(kind) if isinstance(spec.format, FormatSpec) and kind else None
    return ResolvedFeed(
        "draft.draft", source, spec, patterns, reach_of(spec), kind, None if isinstance(options, bool) else options, "latest", extract_from(spec, patterns), None
    )


def _texts(value: Any) -> Any:
    """As the loader gives declarations: every scalar a text."""
    if isinstance(value, Mapping):
        return {key: _texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else value if value is None else str(value)


def _source(declared: Mapping[str, Any]) -> SourceSpec:
    try:
        return SourceSpec.model_validate(declared)
    except ValidationError as error:
        first: Any = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"] if step not in ("feeds", "draft"))
        raise UsageError(f"{where}: {first['msg']}", advice="borough schema and docs/reference/configuration.md say what a feed may declare") from error


def first_rows(engine: DuckDBEngine, sample: Sample, columns: Sequence[str], count: int) -> list[tuple[Any, ...]]:
    """A few rows."""
    return engine.rows(f"SELECT {', '.join(map(quoted, columns))} FROM {sample.relation} LIMIT {count}")
