"""Visits: whom to visit next, by rating and at random, and what was found.

An outcome is a row of a file below ``recorded/visits/``, which the built-in feed ``visits.recorded`` reads: it comes in by the same door as all data, and
is kept in bronze. So nothing that models learn from lives anywhere else.
"""

from __future__ import annotations

import csv
import datetime as dt
import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from borough.compile.licensing import licensings
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal, quoted
from borough.errors import UsageError
from borough.governance.classification import ColumnAccess, Relation
from borough.lake.logs import LONDON
from borough.pipeline.gazetteers import prepared_gazetteer
from borough.pipeline.ratings import Ratings
from borough.project.explain import nearest
from borough.project.load import Project

OUTCOMES: Mapping[str, str] = {
    "licensed": "licensed", "owner-occupied": "owner-occupied", "HMO confirmed": "HMO, not licensed", "single-family let": "single let, not licensed", "social": "social", "no access": "no access",
    "void": "void", "exempt": "exempt", "wrong address": "wrong address",
}  # fmt: skip
"""What is said of a visit → the word of the dataset ``visit``."""
REASONS = ("rating", "random", "complaint", "application", "patrol", "referral")
COLUMNS = ("visit_id", "uprn", "visited", "entered", "reason", "officer", "outcome", "note")
FOLDER = Path("recorded") / "visits"
INSTANT = "%Y-%m-%dT%H%M%S"
FIRST = 900_000_001
"""The first number of visits that are recorded here: those of the enforcement system have fewer digits."""
RANDOM = (0.10, 0.20)
"""The usual share of random visits: fewer say little, more cost visits."""
AGAIN = 14
"""Days after which a home may be visited again where nobody opened."""
ROUND = 10
"""Homes of one round."""
PLAN_COLUMNS = (("round", "long"), ("place", "long"), ("uprn", "long"), ("address", "string"), ("reason", "string"), ("rating", "double"), ("band", "string"), ("drivers", "string"), ("as_of", "date"))


def outcome_word(said: str) -> str:
    """The dataset's word of an outcome. Raises UsageError."""
    folded = {**{k.casefold(): v for k, v in OUTCOMES.items()}, **{v.casefold(): v for v in OUTCOMES.values()}}
    if said.strip().casefold() in folded:
        return folded[said.strip().casefold()]
    near = nearest(said, list(OUTCOMES))
    raise UsageError(f"{said!r} is no outcome" + (f"; did you mean {near!r}?" if near else ""), advice=f"one of: {', '.join(OUTCOMES)}")


@dataclass(frozen=True)
class Visit:
    """One visit, as it is recorded. ``corrects``: the visit that it puts right."""

    uprn: int
    outcome: str
    visited: dt.date
    officer: str
    reason: str = "rating"
    note: str = ""
    corrects: str | None = None


def record_visits(root: Path, visits: Sequence[Visit], now: dt.datetime) -> list[str]:
    """Write visits as one file of the built-in feed, whole or not at all. Returns their ids. Raises UsageError for visits that can't be."""
    today = now.astimezone(LONDON).date()
    for visit in visits:
        if visit.visited > today:
            raise UsageError(f"a visit on {visit.visited}, which is to come", advice=f"today is {today}")
        if visit.reason not in REASONS:
            raise UsageError(f"{visit.reason!r} is no reason for a visit", advice=f"one of: {', '.join(REASONS)}")
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        first = _next(folder)
        ids, number = [], first
        for visit in visits:
            if visit.corrects is None:
                ids.append(f"INS{number}")
                number += 1
            else:
                ids.append(visit.corrects)
        rows = [
            (i, v.uprn, v.visited.isoformat(), today.isoformat(), v.reason, v.officer, outcome_word(v.outcome), v.note) for i, v in zip(ids, visits, strict=True)
        ]
        _write(folder, f"{_instant(folder, now)}_{first}-{number - 1}.csv", rows)
    return ids


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No two recordings at once: each has numbers of its own."""
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _next(folder: Path) -> int:
    """The first number that no recording has."""
    taken = [int(file.stem.rpartition("-")[2]) for file in folder.glob("*_*-*.csv")]
    return max([FIRST - 1, *taken]) + 1


def _instant(folder: Path, now: dt.datetime) -> str:
    """The instant of a recording, to the second: later than that of any other, since extracts of one instant are one."""
    taken = [dt.datetime.strptime(file.stem.partition("_")[0], INSTANT) for file in folder.glob("*_*-*.csv")]
    return max([now.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0), *(t + dt.timedelta(seconds=1) for t in taken)]).strftime(INSTANT)


def _write(folder: Path, name: str, rows: Sequence[Sequence[Any]]) -> None:
    handle, part = tempfile.mkstemp(dir=folder, prefix=".part-")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
    Path(part).replace(folder / name)


@dataclass(frozen=True)
class Wanted:
    """What is asked of a plan: how many visits, which share of them at random, and after how many days a home may be visited again."""

    visits: int
    random: float
    rest: int
    day: dt.date
    seed: str


class Plan:
    """Whom to visit next. Reads ratings, past visits and the gazetteer of a published run."""

    def __init__(self, ratings: Ratings, model: str | None) -> None:
        self.ratings = ratings
        self.model = ratings.model(model)
        self.rated = ratings.relation(self.model.name)

    @property
    def engine(self) -> DuckDBEngine:
        return self.ratings.engine

    def make(self, wanted: Wanted) -> Relation:
        """The relation ``plan`` (``PLAN_COLUMNS``): a random share of all who may be visited, the rest by rating, in rounds that lie together. Raises UsageError."""
        if self.model.entity != "property":
            raise UsageError(f"{self.model.name} rates each {self.model.entity}", advice="visits are planned to properties")
        entity = quoted(self.model.entity)
        free = f"SELECT r.{entity} AS uprn, r.rating, r.band, r.drivers, r.as_of FROM {self.rated.sql} r WHERE coalesce(r.status, '') <> 'exempt' AND r.{entity} NOT IN (SELECT uprn FROM ({self._resting(wanted)}) WHERE uprn IS NOT NULL)"
        by_chance = round(wanted.visits * wanted.random)
        drawn = f"SELECT *, 'random' AS reason FROM ({free}) ORDER BY md5(concat({literal(wanted.seed)}, '|', uprn)), uprn LIMIT {by_chance}"
        rest = f"SELECT *, 'rating' AS reason FROM ({free}) WHERE uprn NOT IN (SELECT uprn FROM ({drawn})) ORDER BY rating DESC, uprn LIMIT {wanted.visits - by_chance}"
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE plan_chosen AS SELECT * FROM ({drawn}) UNION ALL SELECT * FROM ({rest})")
        self._route()
        lines = "SELECT uprn, min(line) AS address FROM gaz_line GROUP BY uprn" if prepared_gazetteer(self.ratings_relations, self.engine) is not None else "SELECT 0 AS uprn, '' AS address WHERE false"
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE plan_made AS SELECT o.round, o.place, c.uprn, l.address, c.reason, c.rating, c.band, c.drivers, c.as_of FROM plan_chosen c JOIN plan_order o ON o.uprn = c.uprn LEFT JOIN ({lines}) l ON l.uprn = c.uprn")
        purposes = self.model.spec.purposes
        return Relation("plan", "plan_made", tuple(ColumnAccess(n, kind, self.model.classification, purposes, bool(purposes)) for n, kind in PLAN_COLUMNS), "entity")

    @property
    def ratings_relations(self) -> Any:
        from borough.compile.relations import Relations

        r = self.ratings
        return Relations(r.project, r.engine, lambda name: r.lake.table(name, r.published))

    def _resting(self, wanted: Wanted) -> str:
        """SELECT of homes that were visited lately, or found exempt."""
        relations = self.ratings_relations
        if "visit" not in relations.project.datasets:
            return "SELECT CAST(NULL AS BIGINT) AS uprn"
        day = f"DATE '{wanted.day}'"
        return (
            f"SELECT property AS uprn FROM {relations.dataset('visit', areas=False)} WHERE visited > {day} - {wanted.rest} AND outcome NOT IN ('no access', 'wrong address') "
            f"OR visited > {day} - {AGAIN} OR (outcome = 'exempt' AND visited > {day} - 365)"
        )

    def _route(self) -> None:
        """Make the table ``plan_order`` (uprn, round, place): rounds of neighbours, each walked from one home to the nearest."""
        specs = licensings(self.ratings.project)
        homes = next(iter(specs.values())).homes if specs else None
        points = "SELECT uprn, CAST(NULL AS DOUBLE) AS x, CAST(NULL AS DOUBLE) AS y FROM plan_chosen"
        if homes is not None:
            relations = self.ratings_relations
            x, y = relations.project.datasets[homes.dataset].areas[homes.area].point
            points = f"SELECT c.uprn, any_value(CAST(h.{quoted(x)} AS DOUBLE)) AS x, any_value(CAST(h.{quoted(y)} AS DOUBLE)) AS y FROM plan_chosen c LEFT JOIN {relations.dataset(homes.dataset, areas=False, links=False)} h ON h.{quoted(homes.uprn)} = c.uprn GROUP BY c.uprn"
        found = self.engine.arrays(f"SELECT * FROM ({points}) ORDER BY uprn")
        uprns = [int(u) for u in found["uprn"]]
        order = routed(np.column_stack([np.asarray(found[c], dtype=np.float64) for c in ("x", "y")]))
        rows = ", ".join(f"({uprns[i]}, {place // ROUND + 1}, {place % ROUND + 1})" for place, i in enumerate(order))
        values = f"(VALUES {rows}) v(uprn, round, place)" if rows else "(SELECT CAST(NULL AS BIGINT) AS uprn, 0 AS round, 0 AS place WHERE false)"
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE plan_order AS SELECT CAST(uprn AS BIGINT) AS uprn, CAST(round AS BIGINT) AS round, CAST(place AS BIGINT) AS place FROM {values}")


def routed(points: np.ndarray) -> list[int]:
    """An order of places (rows of x and y; NaN where unknown) in which each is near the one before: the nearest that is left, from the south-west on."""
    known = [i for i in range(len(points)) if np.isfinite(points[i]).all()]
    unknown = [i for i in range(len(points)) if i not in set(known)]
    order: list[int] = []
    left = np.array(known, dtype=np.intp)
    here = points[left].min(axis=0) if len(left) else np.zeros(2)
    while len(left):
        nearest_one = int(np.argmin(((points[left] - here) ** 2).sum(axis=1)))
        order.append(int(left[nearest_one]))
        here = points[order[-1]]
        left = np.delete(left, nearest_one)
    return order + unknown


def letters(rows: Sequence[Mapping[str, str]], project: Project) -> list[dict[str, str]]:
    """A mail merge for a person to approve: a letter to each home of a plan, whose tone fits being wrong. Nobody is named."""
    made = []
    for row in rows:
        lines = [part.strip() for part in (row.get("address") or "").split(",") if part.strip()]
        made.append({
            "approved": "", "reference": f"UPRN {row['uprn']}", "salutation": "The Owner or Occupier", **{f"address_{i + 1}": lines[i] if i < len(lines) else "" for i in range(5)},
            "opening": "We are checking homes in your area to see that those that are rented have the licence that they need.",
            "body": "You may well own and live in this home, or have your licence already. If so there is nothing that you need to do, and we are sorry to have troubled you: a short reply saves us a visit."
            if row.get("reason") == "random" or row.get("band") not in ("High",)
            else "Some of what we hold suggests that this home may be rented. We may be wrong. If you own and live in it, or have a licence, please tell us, and we will put our records right.",
            "rights": f"You may ask {project.borough.borough} what it holds about this home and have it corrected.",
        })  # fmt: skip
    return made
