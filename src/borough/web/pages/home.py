"""The home page: what needs attention today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from borough.errors import AccessDeniedError
from borough.quality.scorecard import by_dimension
from borough.web.asking import Reading, SignedIn, Templates, reader_of, service_of
from borough.web.pages.visits import planned, plans_made
from borough.web.reading import Reader
from borough.web.service import Service
from borough.web.wording import plural, said

WORST = 0.95
OLD = dt.timedelta(days=2)
Item = dict[str, str]


def router(templates: Templates) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/", response_class=HTMLResponse)
    def home(request: Request, snapshot: Reading, user: SignedIn) -> Response:
        service = service_of(request)
        try:
            reader = reader_of(snapshot, user)
        except AccessDeniedError as error:
            return templates.page(request, "home.html", user=user, snapshot=snapshot, items=[], pages=[], problem=error)
        items = [*_freshness(reader, service), *_visits(reader, service), *_licences(reader), *_quality(reader)]
        pages = [(name, p.spec) for name, p in snapshot.programme.pages.items() if p.spec.purpose is None or p.spec.purpose in user.purposes]
        return templates.page(request, "home.html", user=user, snapshot=snapshot, items=items, pages=pages, problem=None)

    @routes.get("/about", response_class=HTMLResponse)
    def about(request: Request) -> Response:
        return templates.page(request, "about.html", user=None, snapshot=None)

    return routes


def _freshness(reader: Reader, service: Service) -> Iterator[Item]:
    recorded = reader.snapshot.published.recorded
    age = service.clock() - recorded
    if age > OLD:
        yield {"title": f"The data is of {said(recorded.date())}", "text": f"No run was published for {plural(age.days, 'day')}. Ask your data team whether something is wrong.", "href": f"/runs/{reader.snapshot.number}"}
    if service.problem is not None:
        yield {"title": "What is declared can't be read", "text": "Pages show what was declared before. borough check tells the data team what is wrong.", "href": "/quality"}


def _visits(reader: Reader, service: Service) -> Iterator[Item]:
    plans = plans_made(reader)
    if not plans:
        return
    homes = planned(reader, service, plans[0]["plan"])
    left = sum(1 for h in homes if not h["outcome"])
    if left:
        yield {"title": f"{plural(left, 'home')} left to visit", "text": f"Of the {len(homes)} on the list of {said(plans[0]['made'])}.", "href": "/visits"}
    waiting = sum(1 for h in homes if h["waiting"])
    if waiting:
        yield {"title": f"{plural(waiting, 'visit')} recorded since the last run", "text": "The next run takes them in.", "href": "/visits"}


def _licences(reader: Reader) -> Iterator[Item]:
    if not reader.has("licence_due"):
        return
    for row in reader.rows("SELECT state, count(*) AS n FROM licence_due GROUP BY state ORDER BY state"):
        yield {"title": f"{plural(row['n'], 'licence')} {row['state']}", "text": "See which, and whose.", "href": f"/reports/licences_due?state={row['state']}"}


def _quality(reader: Reader) -> Iterator[Item]:
    worst = [r for r in reader.rows(by_dimension()) if r["dimension"] == "all" and r["score"] is not None and r["score"] < WORST]
    for row in sorted(worst, key=lambda r: r["score"])[:3]:
        contract = reader.snapshot.project.datasets.get(row["dataset"])
        title = contract.title if contract is not None and contract.title else row["dataset"]
        yield {"title": f"{title}: {row['score']:.1%} of checks pass", "text": "Figures made from it may be wrong.", "href": f"/quality/{row['dataset']}"}
