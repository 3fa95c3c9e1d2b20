"""What every page asks for: the snapshot it reads, who reads it and why, and the templates it is shown with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, select_autoescape

from borough.errors import AccessDeniedError, UsageError
from borough.governance.gate import Who
from borough.project.load import Project
from borough.web.access import User, signed_in
from borough.web.reading import Reader
from borough.web.service import Service
from borough.web.snapshot import Snapshot
from borough.web.wording import in_words, plural, said

STATIC = Path(__file__).parent / "static"
FIXED: tuple[tuple[str, str, str], ...] = (("Home", "/", ""), ("Visits", "/visits", "private_housing_enforcement"), ("Model", "/model", ""), ("Data quality", "/quality", ""))
"""The pages that every council has: heading, address, and the purpose without which they are not offered."""


class NotFoundError(UsageError):
    """There is no such page, or none that this reader may see."""


def service_of(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def snapshot_for(request: Request) -> Iterator[Snapshot]:
    """The snapshot, for as long as the request lasts."""
    with service_of(request).held() as snapshot:
        yield snapshot


Reading = Annotated[Snapshot, Depends(snapshot_for)]
SignedIn = Annotated[User, Depends(signed_in)]


def reader_of(snapshot: Snapshot, user: User, purpose: str | None = None) -> Reader:
    """Somebody who reads for a purpose, else for the one that they have chosen. Raises AccessDeniedError where it isn't theirs."""
    wanted = purpose or user.purpose
    if wanted is None or wanted not in user.purposes:
        title = snapshot.project.borough.purposes[wanted].title if wanted in snapshot.project.borough.purposes else wanted
        raise AccessDeniedError(f"your role may not read for the purpose {title!r}" if wanted else "your role may not read anything", advice="ask whoever looks after Borough in your council")
    return Reader(snapshot, Who(user.name, user.role), wanted)


class Templates:
    """Jinja with GOV.UK's macros, and what every page shows."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=ChoiceLoader([PackageLoader("borough.web"), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]),
            autoescape=select_autoescape(default=True, default_for_string=True), trim_blocks=True, lstrip_blocks=True,
        )
        self._environment.filters.update(said=said, words=in_words, batched=batched)
        self._environment.globals.update(static=static, plural=plural)

    def page(self, request: Request, template: str, /, *, user: User | None, snapshot: Snapshot | None, status: int = 200, **context: Any) -> HTMLResponse:
        """A page as HTML."""
        project = service_of(request).project
        told = {
            "request": request, "path": request.url.path, "user": user, "csrf": user.csrf if user else None, "council": project.borough.borough, "service_name": project.borough.web.title or f"{project.borough.borough} homes",
            "navigation": navigation(project, user, request.url.path), "purpose": _purpose(project, user), "contact": project.borough.web.contact, "breadcrumbs": [],
            "published": snapshot.published.recorded if snapshot else None, "run": snapshot.number if snapshot else None, "scripts": (),
        }  # fmt: skip
        return HTMLResponse(self._environment.get_template(template).render(told | context), status_code=status)

    def part(self, template: str, /, **context: Any) -> str:
        """A part of a page as HTML."""
        return self._environment.get_template(template).render(context)


def navigation(project: Project, user: User | None, path: str) -> list[dict[str, Any]]:
    """Where a reader can go: their pages in the declared order, between the pages that every council has."""
    if user is None:
        return []
    pages = sorted((p.order, p.title, f"/reports/{name}") for name, p in project.pages.items() if p.purpose is None or p.purpose in user.purposes)
    first, *rest = [(title, address) for title, address, purpose in FIXED if not purpose or purpose in user.purposes]
    shown = [first, *[(title, address) for order, title, address in pages if order < 60], ("All reports", "/reports"), *rest]
    return [{"text": title, "href": address, "current": path == address or (address not in ("/", "/reports") and path.startswith(address + "/"))} for title, address in shown]


def _purpose(project: Project, user: User | None) -> Mapping[str, str] | None:
    if user is None or user.purpose is None or user.purpose not in project.borough.purposes:
        return None
    return {"name": user.purpose, "title": project.borough.purposes[user.purpose].title}


def batched(figures: Iterable[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Figures in groups: numbers that follow each other stand side by side, each other tile alone."""
    groups: list[list[dict[str, Any]]] = []
    for figure in figures:
        if groups and figure["kind"] == groups[-1][0]["kind"] == "number":
            groups[-1].append(figure)
        else:
            groups.append([figure])
    return groups


@lru_cache(maxsize=256)
def static(name: str) -> str:
    """The address of a static file, with what tells its contents apart, so that browsers may keep it for good."""
    path = STATIC / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "missing"
    return f"/static/{name}?v={digest}"
