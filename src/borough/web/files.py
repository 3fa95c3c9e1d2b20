"""Files that browsers fetch: the built bundles, compressed where the browser takes that, and the council's colour."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

KEPT = "public, max-age=31536000, immutable"
"""An address with a digest never has other contents."""


class files(StaticFiles):
    """Static files: those with a digest in their address may be kept for good; each has a compressed twin."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        request = Request(scope)
        headers = {"Cache-Control": KEPT if request.query_params.get("v") else "no-cache", "Vary": "Accept-Encoding"}
        twin = Path(str(self.directory)) / f"{path}.gz"
        if "gzip" in request.headers.get("accept-encoding", "") and ".." not in path and twin.is_file():
            response: Response = FileResponse(twin, headers={**headers, "Content-Encoding": "gzip"}, media_type=_kind(path))
            return response
        try:
            response = await super().get_response(path, scope)
        except HTTPException:
            raise HTTPException(404, "there is no such file") from None
        response.headers.update(headers)
        return response


def _kind(path: str) -> str:
    return {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "webmanifest": "application/manifest+json"}.get(path.rpartition(".")[2], "application/octet-stream")


def theme() -> APIRouter:
    """The stylesheet with the council's colour."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/theme.css")
    def colours(request: Request) -> Response:
        colour = request.app.state.service.project.borough.web.colour
        return Response(f":root{{--council:{colour}}}", media_type="text/css", headers={"Cache-Control": "public, max-age=300"})

    return routes
