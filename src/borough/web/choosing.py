"""What a reader has chosen on a page: the filters of its address, checked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from borough.errors import UsageError
from borough.project.page_specs import PageSpec

LONGEST = 200
_MONTH = re.compile(r"\d{4}-\d{2}")


@dataclass(frozen=True)
class Chosen:
    """Values by the names of a tile's parameters, as texts; ``before`` are those of the period that is set beside it."""

    values: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] | None = None
    written: Mapping[str, str] = field(default_factory=dict)
    """The query as it was written, of what the page knows: for addresses that lead back to the same."""

    def address(self, path: str, **more: str) -> str:
        query = {k: v for k, v in {**self.written, **more}.items() if v != ""}
        return f"{path}?{urlencode(query)}" if query else path


def chosen(page: PageSpec, query: Mapping[str, str]) -> Chosen:
    """What the query of an address chooses. Raises UsageError for a date that is none, and for texts that are too long."""
    values: dict[str, str] = {}
    before: dict[str, str] = {}
    written: dict[str, str] = {}
    for column, asked in page.filters.items():
        if asked.kind == "period":
            for end in ("from", "to"):
                _day(query, f"{column}_{end}", end, asked.title or column, values, written)
                if asked.compare:
                    _day(query, f"{column}_compare_{end}", end, asked.title or column, before, written, as_=f"{column}_{end}")
            continue
        given = query.get(column, "").strip()
        if len(given) > LONGEST:
            raise UsageError(f"{asked.title or column} has {len(given)} characters", advice=f"at most {LONGEST}")
        if given:
            written[column] = given
        if given or asked.default:
            values[column] = given or str(asked.default)
    return Chosen(values, {**values, **before} if before else None, written)


def _day(query: Mapping[str, str], name: str, end: str, title: str, values: dict[str, str], written: dict[str, str], as_: str | None = None) -> None:
    given = query.get(name, "").strip()
    if not given:
        return
    try:
        day = _bound(given, end)
    except ValueError as error:
        raise UsageError(f"{title}: {given[:40]!r} is not a date", advice="write it as 2026-10-31, or a month as 2026-10") from error
    values[as_ or name] = day.isoformat()
    written[name] = given


def _bound(given: str, end: str) -> dt.date:
    """A day; of a month its first, or its last where it ends a period."""
    if not _MONTH.fullmatch(given):
        return dt.date.fromisoformat(given)
    first = dt.date.fromisoformat(f"{given}-01")
    return first if end == "from" else (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
