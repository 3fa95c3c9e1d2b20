"""DNA in plain Python, for tests: what each attribute is worth on a day, from the extracts alone, one row after another."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.dna.world import APPENDED, FILLS, KEYS, Row, World

DATES = frozenset({"day", "entered", "started", "ended", "ended_entered"})
EVER = dt.date(1, 1, 1)


@dataclass(frozen=True)
class Assertion:
    """From an extract on, a record says this; or, without a row, is gone. ``known``: since when that was known."""

    position: dt.date
    known: dt.date
    row: dict[str, Any] | None


def read(row: Row) -> dict[str, Any]:
    """A row of text as values."""
    values: dict[str, Any] = {}
    for name, text in row.items():
        value: Any = text or None
        if value is not None:
            value = dt.date.fromisoformat(text) if name in DATES else int(text) if name == "uprn" else Decimal(text) if name == "amount" else float(text) if name == "score" else text
        values[name] = value
    return values


def assertions(world: World, feed: str) -> dict[str, list[Assertion]]:
    """What each record of a feed was said to be, extract after extract."""
    said: dict[str, list[Assertion]] = {}
    previous: dt.date | None = None
    for position, rows in world.extracts[feed]:
        now = {row[KEYS[feed]]: read(row) for row in rows}
        for key, row in now.items():
            last = said[key][-1].row if key in said else None
            if last != row:
                entered = row.get("entered")
                if feed in APPENDED:
                    known = entered or position
                elif previous is None:
                    known = min(entered or position, position)
                else:
                    known = entered if entered and previous < entered <= position else position
                said.setdefault(key, []).append(Assertion(position, known, row))
        if feed not in APPENDED:
            for key, history in said.items():
                if key not in now and history[-1].row is not None:
                    history.append(Assertion(position, position, None))
        previous = position
    return said


def standing(world: World, dataset: str, day: dt.date) -> dict[str, dict[str, Any]]:
    """The rows of a dataset as known at the end of a day, by key."""
    rows: dict[str, dict[str, Any]] = {}
    for feed in sorted((f for f, d in FILLS.items() if d == dataset), key=lambda f: f != "more_notes"):
        for key, history in assertions(world, feed).items():
            known = [a for a in history if a.known <= day]
            if known and known[-1].row is not None and key not in rows:
                row = dict(known[-1].row)
                if dataset == "spell" and not (row["ended_entered"] and row["ended_entered"] <= day):
                    row["ended"] = row["ended_entered"] = None
                rows[key] = row
    return rows


def months_before(day: dt.date, months: int) -> dt.date:
    month = day.month - 1 - months
    year, month = day.year + month // 12, month % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return dt.date(year, month, last)
        except ValueError:
            continue
    raise ValueError(day)


def dna(world: World, day: dt.date) -> dict[int, dict[str, Any]]:
    """The profile of every home on a day."""
    homes = {int(k): r for k, r in standing(world, "home", day).items() if r["kind"] is not None and r["kind"] != "shop"}
    events, notes = ([{**r, "_key": k} for k, r in standing(world, d, day).items()] for d in ("event", "note"))
    accounts, raw = standing(world, "account", day), standing(world, "spell", day)
    spells = [{**r, "_key": k, "band": accounts.get(r["account"], {}).get("band")} for k, r in raw.items()]
    visits = [{**r, "_key": k, "uprn": raw[r["spell"]]["uprn"]} for k, r in standing(world, "visit", day).items() if r["spell"] in raw]

    made: dict[int, dict[str, Any]] = {}
    for uprn, home in homes.items():
        own = [[r for r in rows if r["uprn"] == uprn] for rows in (events, spells, visits, notes)]
        made[uprn] = _home(home, *own, day)
    for uprn, values in made.items():
        beside = [v for u, v in made.items() if u != uprn and v["street"] == values["street"] and values["street"] is not None]
        street = values["street"] is not None
        values["homes_beside"] = len(beside) if street else None
        values["street_events"] = sum(v["events_60d"] for v in beside) / len(beside) if beside else None
        busy = [v["busy"] for v in (*beside, values) if v["busy"] is not None]
        values["street_busy"] = sum(busy) if street and busy else None
    return made


def _home(home: dict[str, Any], events: list[dict[str, Any]], spells: list[dict[str, Any]], visits: list[dict[str, Any]], notes: list[dict[str, Any]], day: dt.date) -> dict[str, Any]:
    past = [e for e in events if e["day"] and e["day"] <= day]
    since = lambda first, rows=past: [e for e in rows if e["day"] > first]  # noqa: E731  # a name for one condition
    sixty, quarter = since(day - dt.timedelta(60)), since(months_before(day, 3))
    scores = [e["score"] for e in events if e["score"] is not None]
    loud = [e["day"] for e in past if e["category"] not in ("quiet", None)]
    four, eight = day - dt.timedelta(28), day - dt.timedelta(56)
    known = [e for e in quarter if e["category"] is not None]
    holding = [s for s in spells if s["started"] and s["started"] <= day and (s["ended"] is None or s["ended"] >= day)]
    started = [s for s in spells if s["started"] and s["started"] <= day]
    values: dict[str, Any] = {
        "kind_now": home["kind"], "street": home["street"], "events": len(events), "events_60d": len(sixty), "loud_2m": sum(e["category"] == "loud" for e in since(months_before(day, 2))),
        "amount": sum((e["amount"] for e in past if e["amount"] is not None), Decimal(0)), "score_sum": sum(scores), "score_mean": sum(scores) / len(scores) if scores else None,
        "least_amount": min((e["amount"] for e in events if e["amount"] is not None), default=None), "latest_day": max((e["day"] for e in past), default=None),
        "loud_share": sum(e["category"] == "loud" for e in known) / len(known) if known else None, "event_rate": len(quarter) / 3,
        "event_days": (day - max(loud)).days if loud else None, "event_trend": len(since(four)) - sum(eight < e["day"] <= four for e in past),
        "categories": len({e["category"] for e in events} - {None}), "last_category": _latest(past, "category", "day") or "none",
        "party_changes": _changes([s for s in started if s["party"]], lambda s: s["started"] > months_before(day, 3)), "party_changes_ever": _changes([s for s in spells if s["party"]], lambda _: True),
        "spells_now": len(holding), "party_now": _latest(holding, "party", "started"), "open_spells": sum(s["ended"] is None for s in spells), "band": _latest(started, "band", "started"),
        "visits": len(visits), "last_outcome": _latest([v for v in visits if v["day"] and v["day"] <= day], "outcome", "day"), "notes": len(notes), "last_note": _latest(notes, "text", "entered"),
    }  # fmt: skip
    values["busy"] = values["events_60d"] > 1 or values["visits"] > 0
    values["age"] = (day - values["latest_day"]).days if values["latest_day"] else None
    values["rating"] = 100 / (1 + math.exp(1 - 0.5 * values["events_60d"] - values["busy"]))
    return values


def _order(row: dict[str, Any], date: str) -> tuple[dt.date, str]:
    return (row[date] or EVER, row["_key"])


def _latest(rows: Sequence[dict[str, Any]], name: str, date: str) -> Any:
    found = [r for r in rows if r[name] is not None]
    return max(found, key=lambda r: _order(r, date))[name] if found else None


def _changes(rows: list[dict[str, Any]], counts: Callable[[dict[str, Any]], bool]) -> int:
    ordered = sorted(rows, key=lambda r: _order(r, "started"))
    return sum(after["party"] != before["party"] and counts(after) for before, after in itertools.pairwise(ordered))
