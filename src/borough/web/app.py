"""The application: routers, what stands before them, and what is said when something goes wrong."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from borough.errors import AccessDeniedError, BoroughError, EngineError, LakeError, LeaseHeldError, StateError, UsageError
from borough.web import api, maps
from borough.web.access import Access, SignInNeededError
from borough.web.access import pages as door
from borough.web.access.guard import Guard
from borough.web.access.oidc import Council, ProviderError
from borough.web.asking import STATIC, NotFoundError, Templates
from borough.web.files import files, theme
from borough.web.pages import developers, home, model, property, quality, reports, visits
from borough.web.service import Service

LOG = logging.getLogger("borough.web")
TITLES = {
    400: "That can't be understood", 403: "You can't see this", 404: "Page not found", 405: "That can't be done here", 413: "That is too large", 422: "Something is missing or wrong", 429: "Too many requests",
    503: "We can't reach the data just now",
}  # fmt: skip
PROBLEM_SCHEMA = {
    "type": "object", "required": ["type", "title", "status"], "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}, "advice": {"type": ["string", "null"]}},
}  # fmt: skip


def create_app(service: Service, access: Access, *, council: Council | None = None) -> FastAPI:
    """The service as an application. It starts looking for what is published when the server starts."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.stop()

    title = service.project.borough.web.title or f"{service.project.borough.borough} homes"
    app = FastAPI(title=title, version="1", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None, lifespan=lifespan, description="Figures, homes and visits of one council. Reads pass the same gate as its pages: by role, purpose and classification.")
    app.state.service, app.state.access = service, access
    templates = Templates()
    for router in (developers, home, property, model, quality, reports, visits):
        app.include_router(router.router(templates))
    app.include_router(maps.router())
    app.include_router(api.router())
    app.include_router(door.router(templates, oidc=council is not None))
    if council is not None:
        app.include_router(council.router(service.clock))
    app.include_router(theme())
    app.mount("/static", files(STATIC))
    _worker(app, STATIC)
    _problems(app, templates)
    _described(app)
    return app


def guarded(app: FastAPI, service: Service, access: Access, hosts: tuple[str, ...], **limits: Any) -> Guard:
    """The application behind what stands before every page."""
    oidc = service.project.borough.web.oidc
    return Guard(app, hosts=hosts, secure=access.secure, also=oidc.issuer if oidc else "", often=access.often.request, **limits)


def _worker(app: FastAPI, static: Path) -> None:
    """The service worker and the manifest lie at the root: a worker answers for what lies below it."""
    for name, kind in (("service-worker.js", "text/javascript"), ("manifest.webmanifest", "application/manifest+json")):
        app.add_api_route(f"/{name}", _served(static / name, kind), include_in_schema=False, methods=["GET"])


def _served(path: Path, kind: str) -> Callable[[], Response]:
    def served() -> Response:
        if not path.is_file():
            raise NotFoundError("there is no such file")
        return Response(path.read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})

    return served


# ── what goes wrong ─────────────────────────────────────────────────────────────────────────────


def _problems(app: FastAPI, templates: Templates) -> None:
    def told(request: Request, status: int, detail: str | None, advice: str | None = None, headers: dict[str, str] | None = None) -> Response:
        title = TITLES.get(status, "Something went wrong")
        if request.url.path.startswith("/api"):
            return JSONResponse({"type": "about:blank", "title": title, "status": status, "detail": detail or title, "advice": advice}, status, headers, media_type="application/problem+json")
        user = getattr(request.state, "user", None)
        page = templates.page(request, "problem.html", user=user, snapshot=None, status=status, title=title, detail=detail, advice=advice)
        page.headers.update(headers or {})
        return page

    @app.exception_handler(SignInNeededError)
    def sign_in(request: Request, error: SignInNeededError) -> Response:
        if request.url.path.startswith("/api") or request.method not in ("GET", "HEAD"):
            return told(request, 401, "sign in, or send a token", None, {"WWW-Authenticate": "Bearer"})
        query = f"?{request.url.query}" if request.url.query else ""
        address = request.url_for("form").include_query_params(next=f"{request.url.path}{query}")
        return RedirectResponse(f"{address.path}?{address.query}", 303)

    @app.exception_handler(BoroughError)
    def known(request: Request, error: BoroughError) -> Response:
        status = status_of(error)
        if status >= 500:
            LOG.error("%s: %s", request.url.path, error.message)
        detail = error.message if status < 500 or isinstance(error, (LeaseHeldError, ProviderError)) else "The data can't be read at the moment. Nothing is lost; the page comes back by itself."
        return told(request, status, detail[:1].upper() + detail[1:], error.advice if status < 500 else None, {"Retry-After": "5"} if status == 503 else None)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        said = "; ".join(f"{'.'.join(str(p) for p in e['loc'] if p not in ('path', 'query', 'body'))}: {e['msg']}" for e in error.errors()[:5])
        in_path = all(e["loc"][:1] == ("path",) for e in error.errors())
        return told(request, 404 if in_path and not request.url.path.startswith("/api") else 422, said)

    @app.exception_handler(StarletteHTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        return told(request, error.status_code, str(error.detail)[:1].upper() + str(error.detail)[1:], None, dict(error.headers or {}))

    @app.exception_handler(Exception)
    def unknown(request: Request, error: Exception) -> Response:
        LOG.exception("%s", request.url.path, exc_info=error)
        return told(request, 500, "The mistake is ours and was noted. Try again, or ask your data team.")


def status_of(error: BoroughError) -> int:
    """The HTTP status of what Borough explains."""
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, AccessDeniedError):
        return 403
    if isinstance(error, (LeaseHeldError, LakeError, StateError, EngineError, ProviderError)):
        return 503
    return 422 if isinstance(error, UsageError) else 503


def _described(app: FastAPI) -> None:
    """The OpenAPI description, with the schema of problems and the ways to sign in."""
    made = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            components = schema.setdefault("components", {})
            components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}, "session": {"type": "apiKey", "in": "cookie", "name": app.state.access.cookie}}
            schema["security"] = [{"token": []}, {"session": []}]
            for path in schema["paths"].values():
                for operation in path.values():
                    operation["responses"]["422"] = operation["responses"]["404"]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to change the description
