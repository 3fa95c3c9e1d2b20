"""Records as a system hands them over: by the day of entry, the latest version of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from borough.demo.plan import START, Period


def files(versions: pl.DataFrame, period: Period, key: str, *, entered: str = "entered", ends: tuple[int, int] = (12, 31)) -> Iterator[tuple[dt.date, pl.DataFrame]]:
    """The files of a feed that appends: the day of each, and its records.

    ``versions`` has a row for each time that a record was entered or changed. The first delivery has a file for each year, which
    shows what was entered in it as it stood at the year's end (``ends``: its month and day); an advance has one file with what is new.
    """
    since = START if period.first else period.since
    while since <= period.until:
        end = dt.date(since.year, *ends)
        last = min(end if end >= since else dt.date(since.year + 1, *ends), period.until) if period.first else period.until
        part = versions.filter(pl.col(entered).is_between(since, last)).sort(entered, key, maintain_order=True)
        part = part.unique(key, keep="last", maintain_order=True)
        if part.height:
            yield last, part
        since = last + dt.timedelta(days=1)


def table(versions: pl.DataFrame, period: Period, key: str, *, entered: str = "entered") -> pl.DataFrame:
    """The rows of a database's table that were new or changed in the period, as they stand at its end. The past before START is there from the beginning."""
    known = versions.filter(pl.col(entered) <= period.until)
    if not period.first:
        known = known.filter(pl.col(entered) >= period.since)
    return known.sort(entered, key, maintain_order=True).unique(key, keep="last", maintain_order=True)


def steps(records: pl.DataFrame, entries: Sequence[str], shows: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """A version for each of the ``entries`` (columns of days): called ``entered``, and blank in what a later entry brings (``shows``)."""
    parts = []
    for place, name in enumerate(entries):
        hidden = [column for later in entries[place + 1 :] for column in shows.get(later, ())]
        version = records.filter(pl.col(name).is_not_null()).with_columns(pl.col(name).alias("entered"))
        parts.append(version.with_columns(pl.lit(None, records.schema[column]).alias(column) for column in hidden))
    return pl.concat(parts)
