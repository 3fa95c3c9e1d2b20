"""Report pages: the declared ones, their downloads and their figures as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from borough.compile.pages import Page, Tile, values_sql
from borough.errors import UsageError
from borough.web.asking import NotFoundError, Reading, SignedIn, Templates, reader_of
from borough.web.choosing import Chosen, chosen
from borough.web.downloads import attached, csv_file, workbook_file
from borough.web.figures import Figures
from borough.web.reading import Reader
from borough.web.remembering import remembered
from borough.web.snapshot import Snapshot
from borough.web.wording import in_words

MOST = 200_000
"""Rows of one download."""


def router(templates: Templates) -> APIRouter:
    routes = APIRouter()

    @routes.get("/reports", response_class=HTMLResponse, include_in_schema=False)
    def all_reports(request: Request, snapshot: Reading, user: SignedIn) -> Response:
        pages = [(name, p) for name, p in snapshot.programme.pages.items() if p.spec.purpose is None or p.spec.purpose in user.purposes]
        return templates.page(request, "reports.html", user=user, snapshot=snapshot, pages=pages)

    @routes.get("/reports/{name}.xlsx", include_in_schema=False)
    def pack(name: str, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        page = page_called(snapshot, name)
        figures = Figures(page, reader_of(snapshot, user, page.spec.purpose), chosen(page.spec, dict(request.query_params)))
        return workbook_file([(tile.spec.title, figures.rows(tile, MOST)) for tile in page.tiles], f"{name}.xlsx")

    @routes.get("/reports/{name}", response_class=HTMLResponse, include_in_schema=False)
    def report(name: str, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        page = page_called(snapshot, name)
        reader = reader_of(snapshot, user, page.spec.purpose)
        query = dict(request.query_params)
        try:
            made, problem = chosen(page.spec, query), None
        except UsageError as error:
            made, problem = chosen(page.spec, {}), error
        chosen_ = (tuple(sorted(made.values.items())), tuple(sorted((made.before or {}).items())))
        figures = remembered(reader, ("report", name, chosen_), lambda r: templates.part("figures.html", figures=Figures(page, r, made).all()))
        kinds = {t.spec.tile for t in page.tiles}
        scripts = (["map"] if "map" in kinds else []) + (["chart"] if kinds & {"bar", "line", "interval"} else [])
        return templates.page(
            request, "report.html", user=user, snapshot=snapshot, status=422 if problem else 200, page=page.spec, name=name, figures=figures, filters=filters(page, reader, made, query), problem=problem,
            scripts=scripts, pack=made.address(f"/reports/{name}.xlsx"), purpose=_purpose(snapshot, reader), clear=f"/reports/{name}" if made.written else None, breadcrumbs=[("Reports", "/reports")],
        )  # fmt: skip

    @routes.get("/reports/{name}/{number}.csv", include_in_schema=False)
    def as_csv(name: str, number: int, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        tile, rows = _download(snapshot, user, name, number, dict(request.query_params))
        return csv_file(rows, f"{name}-{number}.csv", tile.spec.title)

    @routes.get("/reports/{name}/{number}.xlsx", include_in_schema=False)
    def as_workbook(name: str, number: int, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        tile, rows = _download(snapshot, user, name, number, dict(request.query_params))
        return workbook_file([(tile.spec.title, rows)], f"{name}-{number}.xlsx")

    @routes.get("/reports/{name}/{number}.geojson", include_in_schema=False)
    def as_geojson(name: str, number: int, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        tile, rows = _download(snapshot, user, name, number, dict(request.query_params))
        if not tile.spec.points:
            raise NotFoundError("this tile has no points", advice="its CSV has its figures, /areas has the areas")
        features = [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [r["longitude"], r["latitude"]]}, "properties": {k: v for k, v in r.items() if k not in ("longitude", "latitude")}}
            for r in rows if r["longitude"] is not None and r["latitude"] is not None
        ]  # fmt: skip
        return JSONResponse({"type": "FeatureCollection", "features": features}, media_type="application/geo+json", headers=attached(f"{name}-{number}.geojson"))

    return routes


def page_called(snapshot: Snapshot, name: str) -> Page:
    """A page by its name. Raises NotFoundError."""
    page = snapshot.programme.pages.get(name)
    if page is None:
        raise NotFoundError(f"there is no report {name[:60]!r}", advice="/reports lists them")
    return page


def tile_of(page: Page, number: int) -> Tile:
    """A tile by its place. Raises NotFoundError."""
    if not 1 <= number <= len(page.tiles):
        raise NotFoundError(f"{page.name} has no tile {number}", advice=f"tiles 1 to {len(page.tiles)}")
    return page.tiles[number - 1]


def filters(page: Page, reader: Reader, made: Chosen, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The filters as a form asks for them, each with what is chosen."""
    asked = []
    for column, spec in page.spec.filters.items():
        one: dict[str, Any] = {"name": column, "title": spec.title or in_words(column), "kind": spec.kind, "value": query.get(column, ""), "compare": spec.compare, "options": []}
        for end in ("from", "to", "compare_from", "compare_to"):
            one[end] = query.get(f"{column}_{end}", "")
        if spec.kind == "choice":
            now = made.values.get(column)
            found = _values(page, reader, column)
            one["options"] = ([] if spec.default else [{"value": "", "text": "All", "selected": now is None}]) + [{"value": v, "text": t, "selected": v == now} for v, t in found]
        asked.append(one)
    return asked


def _values(page: Page, reader: Reader, column: str) -> list[tuple[str, str]]:
    """The values of a choice: of a snapshot they never change, but who asks is recorded."""
    memory, key = reader.snapshot.memory, ("values", page.name, column, reader.purpose)
    if key not in memory:
        rows = reader.rows(values_sql(page.spec, column, page.choices[column]))
        memory[key] = [(r["value"], str(r.get("label") or (r["value"] if column.endswith(("name", "band")) else in_words(r["value"])))) for r in rows]
    found: list[tuple[str, str]] = memory[key]
    return found


def _download(snapshot: Snapshot, user: SignedIn, name: str, number: int, query: Mapping[str, str]) -> tuple[Tile, list[dict[str, Any]]]:
    page = page_called(snapshot, name)
    reader = reader_of(snapshot, user, page.spec.purpose)
    return downloaded(page, reader, number, query)


def downloaded(page: Page, reader: Reader, number: int, query: Mapping[str, str]) -> tuple[Tile, list[dict[str, Any]]]:
    """All rows of a tile, for a download or JSON. Raises UsageError."""
    tile = tile_of(page, number)
    made = chosen(page.spec, query)
    rows = Figures(page, reader, made).rows(tile, MOST)
    return tile, rows


def _purpose(snapshot: Snapshot, reader: Reader) -> dict[str, str]:
    return {"name": reader.purpose, "title": snapshot.project.borough.purposes[reader.purpose].title if reader.purpose in snapshot.project.borough.purposes else reader.purpose}


