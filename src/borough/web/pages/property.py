"""A home, the street it stands in, and its landlord: what is known, from which system, and why it is rated as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from borough.web.asking import NotFoundError, Reading, SignedIn, Templates, reader_of
from borough.web.downloads import csv_file
from borough.web.fitted import band_evidence
from borough.web.reading import Reader, Row
from borough.web.wording import said

RISK, EVENTS, LICENCES, PEOPLE, HOMES, LANDLORDS, STREETS, VISITS = (
    "property_risk", "property_event", "property_licence", "property_person", "landlord_home", "landlord_summary", "street_summary", "visit_result",
)  # fmt: skip
SHOWN = 200
"""Rows of a list on a page about one thing."""
FOUND = 50


def router(templates: Templates) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/property/{uprn}", response_class=HTMLResponse)
    def home(uprn: int, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        reader = reader_of(snapshot, user)
        told = property_told(reader, uprn)
        crumbs = [("Risk profile", "/reports/risk_profile")] + ([(told["street"], f"/street/{told['usrn']}")] if told.get("usrn") else [])
        return templates.page(request, "property.html", user=user, snapshot=snapshot, home=told, breadcrumbs=crumbs)

    @routes.get("/property/{uprn}/timeline.csv")
    def timeline(uprn: int, snapshot: Reading, user: SignedIn) -> Response:
        return csv_file(property_told(reader_of(snapshot, user), uprn)["events"], f"property-{uprn}.csv")

    @routes.get("/street/{usrn}/homes.csv")
    def street_homes(usrn: int, snapshot: Reading, user: SignedIn) -> Response:
        return csv_file(reader_of(snapshot, user).of(RISK, "usrn", usrn, "rating DESC NULLS LAST, uprn"), f"street-{usrn}.csv")

    @routes.get("/landlord/{landlord}/homes.csv")
    def landlord_homes(landlord: int, snapshot: Reading, user: SignedIn) -> Response:
        return csv_file(landlord_told(reader_of(snapshot, user), landlord)["portfolio"], f"landlord-{landlord}.csv")

    @routes.get("/street/{usrn}", response_class=HTMLResponse)
    def street(usrn: int, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        reader = reader_of(snapshot, user)
        homes = reader.of(RISK, "usrn", usrn, "rating DESC NULLS LAST, uprn", 1000)
        if not homes:
            raise NotFoundError("there is no such street, or you may not see it")
        summary = next(iter(reader.of(STREETS, "usrn", usrn)), {})
        return templates.page(request, "street.html", user=user, snapshot=snapshot, homes=homes, usrn=usrn, street=homes[0].get("street"), summary=summary, breadcrumbs=[("Risk profile", "/reports/risk_profile")])

    @routes.get("/landlord/{landlord}", response_class=HTMLResponse)
    def owner(landlord: int, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        told = landlord_told(reader_of(snapshot, user), landlord)
        return templates.page(request, "landlord.html", user=user, snapshot=snapshot, landlord=told, breadcrumbs=[("Landlords", "/reports/landlords")])

    @routes.get("/search", response_class=HTMLResponse)
    def search(request: Request, snapshot: Reading, user: SignedIn, q: str = "") -> Response:
        found = sought(reader_of(snapshot, user), q)
        if len(found) == 1 and q.strip().isdecimal():
            return RedirectResponse(f"/property/{found[0]['uprn']}", 303)
        return templates.page(request, "search.html", user=user, snapshot=snapshot, q=q[:200], found=found, most=FOUND)

    return routes


def property_told(reader: Reader, uprn: int) -> Row:
    """All that this reader may see of a home. Raises NotFoundError."""
    found = next(iter(reader.of(RISK, "uprn", uprn)), None)
    if found is None:
        raise NotFoundError(f"there is no home {uprn}, or you may not see it", advice="search for its address")
    drivers = _drivers(reader, uprn, found.pop("drivers", None))
    landlord = found.get("landlord")
    return {
        **found, "drivers": drivers, "events": reader.of(EVENTS, "uprn", uprn, "happened DESC NULLS LAST, system, kind", SHOWN), "licences": reader.of(LICENCES, "uprn", uprn, '"from" DESC NULLS LAST'),
        "people": reader.of(PEOPLE, "uprn", uprn, '"to" DESC NULLS FIRST, "from" DESC', SHOWN), "visits": reader.of(VISITS, "uprn", uprn, "visited DESC", SHOWN),
        "portfolio": [h for h in reader.of(HOMES, "landlord", landlord, "rating DESC NULLS LAST", 20) if h.get("uprn") != uprn] if landlord is not None else [],
        "evidence": band_evidence(reader, found.get("band")),
    }  # fmt: skip


def landlord_told(reader: Reader, landlord: int) -> Row:
    """All that this reader may see of a landlord. Raises NotFoundError."""
    found = next(iter(reader.of(LANDLORDS, "landlord", landlord)), None)
    if found is None:
        raise NotFoundError("there is no such landlord, or you may not see them")
    homes = reader.of(HOMES, "landlord", landlord, "rating DESC NULLS LAST, uprn", 1000)
    return {**found, "portfolio": homes}


def sought(reader: Reader, text: str) -> list[Row]:
    """Homes by UPRN, or by parts of their address or postcode, the likeliest first."""
    wanted = " ".join(text.lower().split())[:200]
    if not wanted or not reader.has(RISK):
        return []
    columns = reader.columns(RISK, "uprn", "address", "postcode", "ward_name", "rating", "band", "licence")
    if wanted.isdecimal() and 6 <= len(wanted) <= 12:
        return reader.of(RISK, "uprn", int(wanted))
    words = {f"w{i}": word for i, word in enumerate(wanted.replace(",", " ").split()[:8])}
    matches = " AND ".join(f"contains(lower(address), ${name})" for name in words)
    squeezed = wanted.replace(" ", "")
    return reader.rows(f"SELECT {columns} FROM {RISK} WHERE ({matches}) OR replace(lower(postcode), ' ', '') = $squeezed ORDER BY address, uprn LIMIT {FOUND}", **words, squeezed=squeezed)


def _drivers(reader: Reader, uprn: int, written: str | None) -> list[Row]:
    """What moved a rating, in words: each with its value and its points."""
    drivers = [(str(feature), float(points)) for feature, points in json.loads(written or "[]")]
    profile = reader.snapshot.programme.profiles.get("property")
    asked = {a.name: a for a in profile.attributes} if profile else {}
    names = list(dict.fromkeys(part for feature, _ in drivers for part in feature.split(" × ") if part in asked))
    seen = reader.columns("property_dna", *names) if names and reader.has("property_dna") else ""
    values: Mapping[str, Any] = (reader.row(f"SELECT {seen} FROM property_dna WHERE property = $uprn", uprn=uprn) or {}) if seen else {}
    return [_driver(feature, points, asked, values) for feature, points in drivers]


def _register(name: str) -> str:
    """What the register says of a way of letting is no attribute: it has no title of its own."""
    way = name.removeprefix("licence_")
    return f"What the licence register says, if let as: {way.replace('_', ' ')}" if way != name else name.replace("_", " ")


def _driver(feature: str, points: float, asked: Mapping[str, Any], values: Mapping[str, Any]) -> Row:
    parts = feature.split(" × ")
    titles = [asked[p].spec.title if p in asked else _register(p) for p in parts]
    value = values.get(feature)
    attribute = asked.get(parts[0])
    return {"feature": feature, "title": " and ".join(titles), "meaning": attribute.spec.meaning if attribute is not None and len(parts) == 1 else None, "value": said(value) if feature in values else None, "points": round(points, 1)}
