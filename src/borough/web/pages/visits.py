"""Visits: this week's list on a map, what was found in three taps, and letters for a person to approve."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from borough.errors import AccessDeniedError, UsageError
from borough.governance.audit import Audit
from borough.governance.gate import Gate
from borough.lake.logs import LONDON
from borough.pipeline.planned import MadePlan, Plans, note_plan
from borough.pipeline.ratings import Ratings
from borough.pipeline.recorded import in_bronze, recorded
from borough.pipeline.visiting import FOLDER, OUTCOMES, Plan, Visit, Wanted, letters, record_visits, refuse_impossible
from borough.web.access import User, confirm
from borough.web.asking import Reading, SignedIn, Templates, reader_of, service_of
from borough.web.downloads import csv_file
from borough.web.reading import Reader, Row
from borough.web.service import Service
from borough.web.snapshot import Snapshot, granted

MAY_RECORD = ("officer", "admin")
PLAN_LARGEST = 500
RANDOM = 15.0
REST = 180


class SaidVisit(BaseModel):
    """What a visit found."""

    model_config = {"extra": "forbid"}
    uprn: int = Field(ge=1, le=999_999_999_999, description="The home.")
    outcome: str = Field(max_length=60, description=f"One of: {', '.join(OUTCOMES)}.")
    visited: dt.date | None = Field(default=None, description="The day of the visit. Default: today.")
    note: str = Field(default="", max_length=2000, description="What else was seen.")
    reason: str | None = Field(default=None, max_length=40, description="Why it was made. Default: as its plan has it, else rating.")
    plan: str | None = Field(default=None, max_length=60, description="The plan that it was of. Default: the newest that has the home.")
    key: str | None = Field(default=None, max_length=100, description="What the sender calls it: sent again it is not recorded again.")


class RecordedVisit(BaseModel):
    """What was made of it."""

    visit: str
    new: bool
    reason: str


def router(templates: Templates) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/visits", response_class=HTMLResponse)
    def visits(request: Request, snapshot: Reading, user: SignedIn, plan: str | None = None) -> Response:
        reader = _reader(snapshot, user)
        plans = plans_made(reader)
        chosen = next((p for p in plans if p["plan"] == plan), plans[0] if plans else None)
        homes = planned(reader, service_of(request), chosen["plan"]) if chosen else []
        return templates.page(
            request, "visits.html", user=user, snapshot=snapshot, plans=plans, chosen=chosen, rounds=_rounds(homes), map=_route(homes), outcomes=list(OUTCOMES), may_record=user.role in MAY_RECORD, today=_today(request),
            done=sum(1 for h in homes if h["outcome"]), scripts=["map"], capacity=_capacity(snapshot), random=RANDOM,
        )  # fmt: skip

    @routes.post("/visits/plan")
    def make_plan(request: Request, snapshot: Reading, user: SignedIn, visits: Annotated[int, Form(ge=1, le=PLAN_LARGEST)], random: Annotated[float, Form(ge=0, le=50)] = RANDOM, csrf: Annotated[str, Form()] = "") -> Response:
        confirm(request, user, csrf)
        _may_record(user)
        name = _made(snapshot, _reader(snapshot, user), service_of(request), visits, random / 100, _today(request))
        return RedirectResponse(f"/visits?plan={name}", 303)

    @routes.post("/visits/{uprn}")
    def record(
        uprn: int, request: Request, snapshot: Reading, user: SignedIn, outcome: Annotated[str, Form()] = "", note: Annotated[str, Form()] = "", visited: Annotated[str, Form()] = "", plan: Annotated[str, Form()] = "", csrf: Annotated[str, Form()] = ""
    ) -> Response:
        confirm(request, user, csrf)
        if not outcome:
            raise UsageError("no outcome was chosen", advice="go back and choose what you found")
        said = SaidVisit(uprn=uprn, outcome=outcome, note=note[:2000], visited=dt.date.fromisoformat(visited) if visited else None, plan=plan or None)
        note_visit(service_of(request), snapshot, user, said)
        return RedirectResponse(f"/visits{f'?plan={plan}' if plan else ''}#visit-{uprn}", 303)

    @routes.get("/visits/{plan}.csv")
    def as_csv(plan: str, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        homes = planned(_reader(snapshot, user), service_of(request), plan)
        columns = ("plan", "round", "place", "uprn", "address", "postcode", "ward_name", "reason", "rating", "band", "outcome")
        return csv_file([{c: h.get(c) for c in columns} for h in homes], f"{plan}.csv")

    @routes.get("/visits/{plan}/letters.csv")
    def merge(plan: str, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        homes = planned(_reader(snapshot, user), service_of(request), plan)
        return csv_file(letters([{k: str(v) if v is not None else "" for k, v in h.items()} for h in homes if not h["outcome"]], snapshot.project), f"{plan}-letters.csv")

    return routes


def note_visit(service: Service, snapshot: Snapshot, user: User, said: SaidVisit) -> RecordedVisit:
    """Record what a visit found: the next run takes it in. Raises UsageError, AccessDeniedError."""
    _may_record(user)
    reader = _reader(snapshot, user)
    today = service.clock().astimezone(LONDON).date()
    if not reader.of("property_risk", "uprn", said.uprn):
        raise UsageError(f"there is no home {said.uprn}", advice="search for its address")
    day = said.visited or today
    plans = Plans(snapshot.engine, snapshot.lake, snapshot.published)
    plan, reason = said.plan or "", said.reason
    if plan:
        reason = reason or plans.reason(plan, said.uprn)
    elif not reason:
        plan, reason = plans.lately(said.uprn, day) or ("", "rating")
    visit = Visit(said.uprn, said.outcome, day, user.name, reason, said.note.replace("\r\n", "\n"), None, plan)
    refuse_impossible(visit, today)
    ids, new = record_visits(service.root, [visit], service.clock(), in_bronze(snapshot.engine, snapshot.lake, snapshot.published))
    _declare(service)
    return RecordedVisit(visit=ids[0], new=bool(new), reason=reason)


def plans_made(reader: Reader) -> list[Row]:
    """The plans, the newest first: each with its day, who made it and how many homes it has."""
    if not reader.has("visit_plan"):
        return []
    return reader.rows("SELECT plan, made, who, min(model) AS model, max(run) AS run, count(*) AS homes FROM visit_plan GROUP BY plan, made, who ORDER BY run DESC, plan LIMIT 20")


def planned(reader: Reader, service: Service, plan: str) -> list[Row]:
    """The homes of a plan in the order in which they are walked, each with what was found there since."""
    rows = reader.rows("SELECT plan, made, uprn, reason, rating, band, round, place FROM visit_plan WHERE plan = $plan ORDER BY round NULLS LAST, place NULLS LAST, uprn", plan=plan)
    if not rows:
        return []
    wanted = reader.columns("property_risk", "uprn", "address", "postcode", "street", "ward_name", "longitude", "latitude", "drivers")
    about = {r["uprn"]: r for r in reader.rows(f"SELECT {wanted} FROM property_risk WHERE uprn IN (SELECT uprn FROM visit_plan WHERE plan = $plan)", plan=plan)} if reader.has("property_risk") else {}
    found = _found(reader, service, plan, min(r["made"] for r in rows))
    return [{**r, **{k: v for k, v in about.get(r["uprn"], {}).items() if k != "uprn"}, **_outcome(found.get(r["uprn"])), "why": _why(reader, about.get(r["uprn"], {}))} for r in rows]


def _found(reader: Reader, service: Service, plan: str, since: dt.date) -> dict[int, Row]:
    """What was found of a plan's homes: by the last run, or noted since."""
    found: dict[int, Row] = {}
    if reader.has("visit_result"):
        seen = reader.rows("SELECT uprn, visited, outcome FROM visit_result WHERE visited >= CAST($since AS DATE) AND uprn IN (SELECT uprn FROM visit_plan WHERE plan = $plan) ORDER BY visited", plan=plan, since=since.isoformat())
        found = {r["uprn"]: {**r, "waiting": False} for r in seen}
    waiting = recorded(service.root / FOLDER, in_bronze(reader.snapshot.engine, reader.snapshot.lake, reader.snapshot.published)).rows
    for row in waiting:
        uprn = int(row["uprn"])
        if row["visited"] >= since.isoformat() and (uprn not in found or found[uprn]["waiting"]):
            found[uprn] = {"uprn": uprn, "visited": dt.date.fromisoformat(row["visited"]), "outcome": row["outcome"], "waiting": True}
    return found


def _outcome(found: Row | None) -> Row:
    return {"outcome": found["outcome"], "visited": found["visited"], "waiting": found["waiting"]} if found else {"outcome": None, "visited": None, "waiting": False}


def _why(reader: Reader, about: Mapping[str, Any]) -> list[str]:
    """What moved the rating of a home most, in words, for the doorstep."""
    profile = reader.snapshot.programme.profiles.get("property")
    titles = {a.name: a.spec.title for a in profile.attributes} if profile else {}
    return [titles.get(str(name), str(name).replace("_", " ")) for name, _ in json.loads(about.get("drivers") or "[]")[:3]]


def _rounds(homes: Sequence[Row]) -> list[tuple[int | None, list[Row]]]:
    rounds: dict[int | None, list[Row]] = {}
    for n, home in enumerate(homes, 1):
        rounds.setdefault(home["round"], []).append({**home, "n": n})
    return list(rounds.items())


def _route(homes: Sequence[Row]) -> dict[str, Any] | None:
    stops = [
        {"key": str(h["uprn"]), "n": n, "longitude": h["longitude"], "latitude": h["latitude"], "label": h.get("address") or str(h["uprn"]), "band": h["band"], "href": f"#visit-{h['uprn']}"}
        for n, h in enumerate(homes, 1) if h.get("longitude") is not None
    ]  # fmt: skip
    if not stops:
        return None
    x, y = [s["longitude"] for s in stops], [s["latitude"] for s in stops]
    return {"kind": "route", "stops": stops, "outlines": "/areas/ward.geojson", "bounds": [min(x), min(y), max(x), max(y)], "title": "This week's route"}


def _made(snapshot: Snapshot, reader: Reader, service: Service, visits: int, random: float, today: dt.date) -> str:
    """Make a plan and note it; its name. Raises UsageError where there are no ratings or no home is left."""
    made = Plan(Ratings(snapshot.project, snapshot.engine, snapshot.lake, snapshot.published), None)
    relation = made.make(Wanted(visits, random, REST, today, f"{today.isoformat()}-{visits}-{random:g}"))
    gate = Gate(snapshot.engine, {relation.name: relation}, snapshot.project.borough.purposes, Audit(snapshot.lake.notes("audit")), published=snapshot.number, roles=granted(snapshot.project))
    answer = gate.read("SELECT * FROM plan ORDER BY round, place", reader.who, reader.purpose)
    names = [n for n, _ in answer.columns]
    homes = [dict(zip(names, row, strict=True)) for row in answer.rows()]
    if not homes:
        raise UsageError("no home is left to visit", advice=f"homes visited in the last {REST} days are left in peace")
    version = snapshot.published.record.get("ratings", {}).get(made.model.name, {}).get("version")
    plan = MadePlan(made.model.name, version, today, f"{today.isoformat()}-{visits}-{random:g}", homes)
    note_plan(snapshot.project, snapshot.engine, snapshot.lake, plan, who=reader.who.name, now=service.clock())
    service.look()
    return plan.name


def _reader(snapshot: Snapshot, user: User) -> Reader:
    """Visits are made for the purpose of the model that they are planned by."""
    purposes = [p for m in snapshot.project.models.values() for p in m.purposes if p in user.purposes]
    if not purposes and snapshot.project.models:
        raise AccessDeniedError("your role may not see visits", advice="visits are for those who enforce housing standards")
    return reader_of(snapshot, user, user.purpose if user.purpose in purposes else next(iter(purposes), None))


def _may_record(user: User) -> None:
    if user.role not in MAY_RECORD:
        raise AccessDeniedError(f"a {user.role} can't plan or record visits", advice=f"{' and '.join(MAY_RECORD)}s can")


def _declare(service: Service) -> None:
    """The built-in source, where the project lacks it: without it no run takes in what was recorded."""
    from borough.library import shelf

    path = service.root / "sources" / "visits.yaml"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        path.write_text(shelf.built_in("visits"), encoding="utf-8")


def _capacity(snapshot: Snapshot) -> int:
    return next((min(m.capacity, PLAN_LARGEST) for m in snapshot.project.models.values()), 50)


def _today(request: Request) -> dt.date:
    return service_of(request).clock().astimezone(LONDON).date()


__all__ = ["RecordedVisit", "SaidVisit", "note_visit", "planned", "plans_made", "router"]
