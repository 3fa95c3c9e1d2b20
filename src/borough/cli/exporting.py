"""Profiles of many entities and days, written to one file."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from borough.cli.context import Opened, civil_date
from borough.cli.read import ask_of

if TYPE_CHECKING:
    from borough.governance.classification import Relation
    from borough.pipeline.profiles import Profiles

_COPY = {".parquet": "FORMAT parquet, COMPRESSION zstd", ".csv": "FORMAT csv, HEADER", ".json": "FORMAT json, ARRAY true", ".jsonl": "FORMAT json"}


def export_profiles(
    o: Opened, profiles: Profiles, entity: str, to: Path, as_of: Sequence[str], monthly: tuple[str, str] | None, spine: Path | None, select: Callable[[Relation], str], purpose: str | None,
) -> int:  # fmt: skip
    """Write them. Returns the rows. Raises UsageError where more than one way of saying the days is given."""
    from borough.cli.show import count
    from borough.errors import UsageError

    if sum(map(bool, (as_of, monthly, spine))) > 1:
        raise UsageError("more than one of --as-of, --monthly and --spine", advice="say the days in one way")
    if to.suffix.lower() not in _COPY:
        raise UsageError(f"can't write {to}: unknown format {to.suffix or 'without an ending'!r}", advice=f"use {', '.join(_COPY)}")
    if spine is not None:
        with profiles.spine(entity, str(spine)) as (table, days):
            rows = _cases(o, profiles, entity, to, table, select, purpose) if days else 0
            ((asked,),) = o.engine.rows(f"SELECT count(*) FROM {table}")
        if rows < asked:
            typer.echo(f"{count(asked - rows, 'row')} of {spine} left out: no such {entity} was known on its day", err=True)
    elif as_of or monthly:
        days = _months(*monthly) if monthly else [d for text in as_of if (d := civil_date(text, "--as-of"))]
        rows = _parts(o, profiles, entity, to, days, None, select, purpose)
    else:
        relation = profiles.kept(entity)
        rows = ask_of(o, relation, select(relation), purpose).copy(to)
    return rows


def _parts(o: Opened, profiles: Profiles, entity: str, to: Path, days: Sequence[dt.date], spine: str | None, select: Callable[[Relation], str], purpose: str | None) -> int:
    """A part for each day, then one file of all of them."""
    from borough.engine.quoting import literal, locations

    with tempfile.TemporaryDirectory(dir=to.resolve().parent, prefix=".borough-export-") as scratch:
        parts: list[str] = []
        for i, (day, relation) in enumerate(profiles.several(entity, days, spine)):
            part = Path(scratch) / f"{i:05}.parquet"
            rows = ask_of(o, relation, select(relation), purpose).copy(part)
            typer.echo(f"{day}: {rows:,} of {entity} ({i + 1} of {len(days)})", err=True)
            parts.append(str(part))
        if not parts:
            return 0
        ((written,),) = o.engine.rows(f"COPY (SELECT * FROM read_parquet({locations(parts)})) TO {literal(str(to))} ({_COPY[to.suffix.lower()]})")
        return int(written)


def _cases(o: Opened, profiles: Profiles, entity: str, to: Path, spine: str, select: Callable[[Relation], str], purpose: str | None) -> int:
    """Every entity of a spine as known on its own day, in one file."""
    from borough.compile.published_dna import profile_relation

    profile = profiles.profile(entity)
    relation = profile_relation(profile, profiles.cases(profile, spine))
    return ask_of(o, relation, select(relation), purpose).copy(to)


def _months(first: str, last: str) -> list[dt.date]:
    """The last day of each month from one to the other. Raises UsageError."""
    from borough.errors import UsageError

    try:
        day, end = (dt.date.fromisoformat(f"{text[:7]}-01") for text in (first, last))
    except ValueError as error:
        raise UsageError(f"--monthly {first} {last} are no months", advice="write --monthly 2023-11 2026-10") from error
    if end < day:
        raise UsageError(f"--monthly {first} {last} ends before it starts", advice="the earlier month first")
    found = []
    while day <= end:
        following = (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
        found.append(following - dt.timedelta(days=1))
        day = following
    return found
