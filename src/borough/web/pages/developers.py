"""The page for those who write programmes: what the JSON API offers, read from its own description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from borough.web.access.door import SCOPE_OF
from borough.web.asking import Reading, SignedIn, Templates


def router(templates: Templates) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/developers", response_class=HTMLResponse)
    def developers(request: Request, snapshot: Reading, user: SignedIn) -> Response:
        schema = request.app.openapi()
        operations = [_told(method, path, each) for path, methods in schema["paths"].items() for method, each in methods.items()]
        return templates.page(request, "developers.html", user=user, snapshot=snapshot, operations=operations, address=str(request.base_url).rstrip("/"))

    return routes


def _told(method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    parameters = [(p["name"], "in the path" if p["in"] == "path" else "in the query", p.get("description") or p["schema"].get("description") or "") for p in operation.get("parameters", [])]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    scope = next((scope for start, scope in SCOPE_OF if path == start or path.startswith(start + "/")), None)
    return {"scope": scope, "method": method.upper(), "path": path, "summary": operation.get("summary", ""), "parameters": parameters, "body": body}
