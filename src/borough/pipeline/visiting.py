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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from borough.catalogue.contracts import area_columns
from borough.compile.licensing import licensings
from borough.compile.models.model import LOW
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal, quoted
from borough.errors import UsageError
from borough.governance.classification import ColumnAccess, Relation
from borough.lake.logs import LONDON
from borough.pipeline.gazetteers import prepared_gazetteer
from borough.pipeline.ratings import Ratings
from borough.pipeline.recorded import COLUMNS, Files, Row, recorded, said_of
from borough.project.explain import nearest
from borough.project.load import Project

OUTCOMES: Mapping[str, str] = {
    "licensed": "licensed", "owner-occupied": "owner-occupied", "HMO confirmed": "HMO, not licensed", "single-family let": "single let, not licensed", "social": "social", "no access": "no access",
    "void": "void", "exempt": "exempt", "wrong address": "wrong address",
}  # fmt: skip
"""What is said of a visit → the word of the dataset ``visit``."""
REASONS = ("rating", "random", "complaint", "application", "patrol", "referral")
FOLDER = Path("recorded") / "visits"
INSTANT = "%Y-%m-%dT%H%M%S"
RANDOM = (0.10, 0.20)
"""The usual share of random visits: fewer say little, more cost visits."""
AGAIN = 14
"""Days after which a home may be visited again where nobody opened."""
ROUND = 10
"""Homes of one round."""
PLAN_COLUMNS = (("round", "long"), ("place", "long"), ("uprn", "long"), ("address", "string"), ("postcode", "string"), ("ward", "string"), ("reason", "string"), ("rating", "double"), ("band", "string"), ("drivers", "string"), ("as_of", "date"))


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
    plan: str = ""

    def row(self, entered: dt.date) -> Row:
        """The row of the built-in feed, but for the number."""
        return {
            "uprn": str(self.uprn), "visited": self.visited.isoformat(), "entered": entered.isoformat(), "reason": self.reason, "officer": self.officer,
            "outcome": outcome_word(self.outcome), "note": self.note, "plan": self.plan,
        }  # fmt: skip


def record_visits(root: Path, visits: Sequence[Visit], now: dt.datetime, bronze: Files | None = None) -> tuple[list[str], int]:
    """Write visits as one file of the built-in feed, whole or not at all. Returns their ids, and how many were not recorded before.

    ``bronze``: the recordings that the lake has. Raises UsageError for visits that can't be.
    """
    today = now.astimezone(LONDON).date()
    for visit in visits:
        refuse_impossible(visit, today)
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        before = recorded(folder, bronze or {})
        again, last, number = before.again(), before.last(), before.next
        ids, rows = [], []
        for visit in visits:
            row = visit.row(today)
            known = visit.corrects or again.get(said_of(row))
            if visit.corrects is not None and visit.corrects not in last:
                raise UsageError(f"no visit {visit.corrects!r} was recorded here", advice="borough visits record said which number it gave; a visit of another system is put right in that system; nothing was recorded")
            if known is None:
                known, number = f"INS{number}", number + 1
            elif visit.corrects is None or last[known] == said_of(row):
                ids.append(known)
                continue
            ids.append(known)
            rows.append({**row, "visit_id": known})
        if rows:
            _write(folder, f"{_instant(before.files, now)}_{before.next}-{number - 1}.csv", rows)
    return ids, len(rows)


def refuse_impossible(visit: Visit, today: dt.date) -> None:
    """Raise UsageError for a visit that can't be."""
    if visit.visited > today:
        raise UsageError(f"a visit on {visit.visited}, which is to come", advice=f"today is {today}")
    if visit.reason not in REASONS:
        raise UsageError(f"{visit.reason!r} is no reason for a visit", advice=f"one of: {', '.join(REASONS)}")
    outcome_word(visit.outcome)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No two recordings at once: each has numbers of its own."""
    with (folder / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _instant(files: Iterable[str], now: dt.datetime) -> str:
    """The instant of a recording, to the second: later than that of any other, since extracts of one instant are one."""
    taken = [dt.datetime.strptime(name.partition("_")[0], INSTANT) for name in files]
    return max([now.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0), *(t + dt.timedelta(seconds=1) for t in taken)]).strftime(INSTANT)


def _write(folder: Path, name: str, rows: Sequence[Row]) -> None:
    handle, part = tempfile.mkstemp(dir=folder, prefix=".part-")
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
    Path(part).replace(folder / name)


@dataclass(frozen=True)
class Wanted:
    """What is asked of a plan: how many visits, which share of them at random, and after how many days a home may be visited again.

    ``band``: of those by rating, only homes of this band. Those at random are of all.
    """

    visits: int
    random: float
    rest: int
    day: dt.date
    seed: str
    band: str | None = None


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
        if wanted.band is not None and wanted.band not in (*self.model.spec.bands, LOW):
            raise UsageError(f"{self.model.name} has no band {wanted.band!r}", advice=f"one of: {', '.join((*self.model.spec.bands, LOW))}")
        of_band = f" AND band = {literal(wanted.band)}" if wanted.band is not None else ""
        by_chance = round(wanted.visits * wanted.random)
        drawn = f"SELECT *, 'random' AS reason FROM ({free}) ORDER BY md5(concat({literal(wanted.seed)}, '|', uprn)), uprn LIMIT {by_chance}"
        rest = f"SELECT *, 'rating' AS reason FROM ({free}) WHERE uprn NOT IN (SELECT uprn FROM ({drawn})){of_band} ORDER BY rating DESC, uprn LIMIT {wanted.visits - by_chance}"
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE plan_chosen AS SELECT * FROM ({drawn}) UNION ALL SELECT * FROM ({rest})")
        self._route()
        # Of the names of a home the approved one: a letter to a former name comes back.
        lines = "SELECT uprn, arg_min(line, {'s': standing, 'l': line}) AS address, arg_min(postcode, {'s': standing, 'l': line}) FILTER (WHERE postcode IS NOT NULL) AS postcode FROM gaz_line GROUP BY uprn"
        if prepared_gazetteer(self.ratings_relations, self.engine) is None:
            lines = "SELECT 0 AS uprn, '' AS address, '' AS postcode WHERE false"
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE plan_made AS SELECT o.round, o.place, c.uprn, l.address, l.postcode, o.ward, c.reason, c.rating, c.band, c.drivers, c.as_of FROM plan_chosen c JOIN plan_order o ON o.uprn = c.uprn LEFT JOIN ({lines}) l ON l.uprn = c.uprn")
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
            f"SELECT property AS uprn FROM {relations.dataset('visit', areas=False, people=False)} WHERE visited > {day} - {wanted.rest} AND outcome NOT IN ('no access', 'wrong address') "
            f"OR visited > {day} - {AGAIN} OR (outcome = 'exempt' AND visited > {day} - 365)"
        )

    def _route(self) -> None:
        """Make the table ``plan_order`` (uprn, round, place, ward): rounds of neighbours, each walked from one home to the nearest."""
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE plan_points AS SELECT * FROM ({self._points()})")
        found = self.engine.arrays("SELECT uprn, x, y FROM plan_points ORDER BY uprn")
        uprns = [int(u) for u in found["uprn"]]
        order = routed(np.column_stack([np.asarray(found[c], dtype=np.float64) for c in ("x", "y")]))
        rows = ", ".join(f"({uprns[i]}, {place // ROUND + 1}, {place % ROUND + 1})" for place, i in enumerate(order))
        values = f"(VALUES {rows}) v(uprn, round, place)" if rows else "(SELECT CAST(NULL AS BIGINT) AS uprn, 0 AS round, 0 AS place WHERE false) v"
        self.engine.execute(f"CREATE OR REPLACE TEMP TABLE plan_order AS SELECT CAST(v.uprn AS BIGINT) AS uprn, CAST(v.round AS BIGINT) AS round, CAST(v.place AS BIGINT) AS place, p.ward FROM {values} JOIN plan_points p ON p.uprn = v.uprn")

    def _points(self) -> str:
        """SELECT (uprn, x, y, ward) of the homes that were chosen: nulls where the project doesn't say where homes lie."""
        specs = licensings(self.ratings.project)
        homes = next(iter(specs.values())).homes if specs else None
        if homes is None:
            return "SELECT uprn, CAST(NULL AS DOUBLE) AS x, CAST(NULL AS DOUBLE) AS y, CAST(NULL AS VARCHAR) AS ward FROM plan_chosen"
        relations = self.ratings_relations
        contract = relations.project.datasets[homes.dataset]
        x, y = contract.areas[homes.area].point
        named = [c for c in area_columns(relations.project, contract) if c in (f"{homes.area}_name", f"{homes.area}_code")]
        ward = f"coalesce({', '.join(f'h.{quoted(c)}' for c in sorted(named, reverse=True))})"
        rows = relations.dataset(homes.dataset, links=False)
        return f"SELECT c.uprn, any_value(CAST(h.{quoted(x)} AS DOUBLE)) AS x, any_value(CAST(h.{quoted(y)} AS DOUBLE)) AS y, any_value({ward}) AS ward FROM plan_chosen c LEFT JOIN {rows} h ON h.{quoted(homes.uprn)} = c.uprn GROUP BY c.uprn"


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
        postcode = row.get("postcode") or ""
        if lines and postcode and lines[-1].replace(" ", "").upper().endswith(postcode.replace(" ", "").upper()):
            postcode = ""  # the address says it already
        lines = [*lines[:4], ", ".join(lines[4:])]
        made.append({
            "approved": "", "reference": f"UPRN {row['uprn']}", "salutation": "The Owner or Occupier", **{f"address_{i + 1}": lines[i] if i < len(lines) else "" for i in range(5)}, "postcode": postcode,
            "opening": "We are checking homes in your area to see that those that are rented have the licence that they need.",
            "body": "You may well own and live in this home, or have your licence already. If so there is nothing that you need to do, and we are sorry to have troubled you: a short reply saves us a visit."
            if row.get("reason") == "random" or row.get("band") not in ("High",)
            else "Some of what we hold suggests that this home may be rented. We may be wrong. If you own and live in it, or have a licence, please tell us, and we will put our records right.",
            "rights": f"You may ask {project.borough.borough} what it holds about this home and have it corrected.",
        })  # fmt: skip
    return made
