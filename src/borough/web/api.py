"""The JSON API: what the pages show, for programmes. Described by OpenAPI at ``/api/openapi.json``."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from borough.engine.jsonable import plain
from borough.errors import AccessDeniedError
from borough.web.access import confirm
from borough.web.asking import NotFoundError, Reading, SignedIn, reader_of, service_of
from borough.web.pages.model import chosen_model, figures_of
from borough.web.pages.property import landlord_told, property_told, sought
from borough.web.pages.quality import ledger, of_dataset, scorecards_of
from borough.web.pages.reports import downloaded, page_called
from borough.web.pages.visits import RecordedVisit, SaidVisit, note_visit
from borough.web.tabled import told

PROBLEM = {"description": "What is wrong, as a problem (RFC 9457)", "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}
RESPONSES: dict[int | str, dict[str, Any]] = {code: PROBLEM for code in (400, 401, 403, 404, 413, 422, 429, 503)}
Uprn = Annotated[int, Path(ge=1, le=999_999_999_999, description="Unique Property Reference Number")]
Identity = Annotated[int, Path(ge=-(2**63), le=2**63 - 1)]


def router() -> APIRouter:
    routes = APIRouter(prefix="/api", responses=RESPONSES)

    @routes.get("/me", summary="Who I am, and for which purposes I may read")
    def me(user: SignedIn) -> dict[str, Any]:
        return {"name": user.name, "role": user.role, "purposes": list(user.purposes), "purpose": user.purpose, "scopes": list(user.scopes) if user.scopes is not None else None}

    @routes.get("/reports", summary="The reports that I may read")
    def reports(snapshot: Reading, user: SignedIn) -> list[dict[str, Any]]:
        found = [(name, p) for name, p in snapshot.programme.pages.items() if p.spec.purpose is None or p.spec.purpose in user.purposes]
        return [
            {"name": name, "title": p.spec.title, "description": p.spec.description, "purpose": p.spec.purpose, "filters": list(p.spec.filters), "tiles": [{"number": t.number, "title": t.spec.title, "kind": t.spec.tile} for t in p.tiles]}
            for name, p in found
        ]  # fmt: skip

    @routes.get("/reports/{name}/{number}", summary="The figures of a tile; its page's filters are parameters of the query")
    def tile(name: Annotated[str, Path(max_length=63)], number: int, request: Request, snapshot: Reading, user: SignedIn) -> dict[str, Any]:
        page = page_called(snapshot, name)
        part, rows = downloaded(page, reader_of(snapshot, user, page.spec.purpose), number, dict(request.query_params))
        return {"report": name, "tile": number, "title": part.spec.title, "run": snapshot.number, "published": snapshot.published.recorded.isoformat(), "rows": plain(rows)}

    @routes.get("/properties/{uprn}", summary="A home: its rating with what moved it, licences, visits and evidence")
    def home(uprn: Uprn, snapshot: Reading, user: SignedIn) -> dict[str, Any]:
        return {"run": snapshot.number, **_dict(property_told(reader_of(snapshot, user), uprn))}

    @routes.get("/properties/{uprn}/rating", summary="A home's rating alone")
    def rating(uprn: Uprn, snapshot: Reading, user: SignedIn) -> dict[str, Any]:
        found = reader_of(snapshot, user).of("property_risk", "uprn", uprn)
        if not found:
            raise NotFoundError(f"there is no home {uprn}, or you may not see it")
        return {"run": snapshot.number, **_dict(found[0])}

    @routes.get("/landlords/{landlord}", summary="A landlord with the portfolio")
    def landlord(landlord: Identity, snapshot: Reading, user: SignedIn) -> dict[str, Any]:
        return {"run": snapshot.number, **_dict(landlord_told(reader_of(snapshot, user), landlord))}

    @routes.get("/quality", summary="Data quality: scorecards by dataset, owner and area, the trend, quarantine and runs")
    def scorecards(snapshot: Reading, user: SignedIn) -> dict[str, Any]:
        return {"run": snapshot.number, "figures": told(scorecards_of(reader_of(snapshot, user)))}

    @routes.get("/quality/{dataset}", summary="A dataset's rules, areas and trend, and what of it is in quarantine")
    def rules(dataset: Annotated[str, Path(max_length=63)], snapshot: Reading, user: SignedIn) -> dict[str, Any]:
        return {"run": snapshot.number, "figures": told(of_dataset(reader_of(snapshot, user), dataset))}

    @routes.get("/runs/{number}", summary="The ledger of a run: what became of every row that it read")
    def run(number: Annotated[int, Path(ge=1, le=2**53)], snapshot: Reading, user: SignedIn) -> dict[str, Any]:
        return {"run": snapshot.number, "figures": told([ledger(reader_of(snapshot, user), number)])}

    @routes.get("/models/{name}", summary="How good a model is, what it weighs, and whether it still fits")
    def model(name: Annotated[str, Path(max_length=63)], snapshot: Reading, user: SignedIn) -> dict[str, Any]:
        del user
        fitted = chosen_model(snapshot, name)
        if fitted is None:
            raise NotFoundError(f"no model {name[:60]!r} is fitted")
        return {"run": snapshot.number, "model": fitted.model, "version": fitted.version, "figures": told(figures_of(snapshot, fitted))}

    @routes.get("/search", summary="Homes by address, postcode or UPRN")
    def search(snapshot: Reading, user: SignedIn, q: Annotated[str, Query(max_length=200)] = "") -> list[dict[str, Any]]:
        return [_dict(row) for row in sought(reader_of(snapshot, user), q)]

    @routes.post("/visits", status_code=201, summary="Record what a visit found; the next run takes it in")
    def visit(said: SaidVisit, request: Request, snapshot: Reading, user: SignedIn) -> RecordedVisit:
        confirm(request, user, None)
        if user.role not in ("officer", "admin"):
            raise AccessDeniedError("your role can't record visits")
        return note_visit(service_of(request), snapshot, user, said)

    return routes


def _dict(row: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = plain(row)
    return made
