"""Pages of the door: sign in and out, choose a purpose."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from borough.web.access.door import Access, confirm, local_path, signed_in
from borough.web.access.user import User

LOCAL = "local"
"""The name of whoever signs in by the one-time link: they sit at the machine."""
Who = Annotated[User, Depends(signed_in)]


def access_of(request: Request) -> Access:
    access: Access = request.app.state.access
    return access


def router(templates: Any, *, oidc: bool) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/sign-in", response_class=HTMLResponse)
    def form(request: Request, next: str = "/") -> Response:
        return _form(templates, request, next, oidc)

    @routes.post("/sign-in", response_class=HTMLResponse)
    def sign_in(request: Request, name: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
        access = access_of(request)
        _same_site(request)
        client = request.client.host if request.client else "unknown"
        wait = access.often.wait(name, client)
        if wait:
            return _form(templates, request, next, oidc, name=name[:100], problem=f"Too many wrong tries. Try again in {max(1, wait // 60)} minutes.", status=429)
        account = access.accounts.check(name, password)
        if account is None:
            access.often.wrong(name, client)
            return _form(templates, request, next, oidc, name=name[:100], problem="The name or the password is wrong.", status=403)
        response = RedirectResponse(local_path(next), 303)
        access.sign_in(response, account.name, account.role, purposes=account.purposes, before=request.cookies.get(access.cookie))
        return response

    @routes.get("/sign-in/once/{secret}", response_class=HTMLResponse)
    def once(secret: str, request: Request) -> Response:
        access = access_of(request)
        role = access.sessions.use(secret)
        if role is None:
            return _form(templates, request, "/", oidc, problem="The link was used, or its ten minutes are over. borough serve prints a new one.", status=403)
        response = RedirectResponse("/", 303)
        access.sign_in(response, LOCAL, role, local=True, before=request.cookies.get(access.cookie))
        return response

    @routes.post("/sign-out")
    def sign_out(request: Request, user: Who, csrf: Annotated[str, Form()] = "") -> Response:
        confirm(request, user, csrf)
        response = RedirectResponse("/sign-in", 303)
        access_of(request).sign_out(response, user)
        return response

    @routes.get("/purpose", response_class=HTMLResponse)
    def purposes(request: Request, user: Who, next: str = "/") -> Response:
        shown: Response = templates.page(request, "purpose.html", user=user, snapshot=None, next=local_path(next), declared=_declared(request, user))
        return shown

    @routes.post("/purpose")
    def choose(request: Request, user: Who, purpose: Annotated[str, Form()], csrf: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
        confirm(request, user, csrf)
        if purpose not in user.purposes:
            raise HTTPException(403, "your role may not read for this purpose")
        access = access_of(request)
        session = access.sessions.of(request.cookies.get(access.cookie, ""))
        if session is not None:
            access.sessions.choose(session, purpose)
        return RedirectResponse(local_path(next), 303)

    return routes


def _form(templates: Any, request: Request, next: str, oidc: bool, *, name: str = "", problem: str | None = None, status: int = 200) -> Response:
    made: Response = templates.page(request, "sign_in.html", user=None, snapshot=None, status=status, next=local_path(next), oidc=oidc, name=name, problem=problem)
    return made


def _same_site(request: Request) -> None:
    """A sign-in that another site has made would sign somebody in as somebody else."""
    if request.headers.get("sec-fetch-site") not in (None, "same-origin", "none"):
        raise HTTPException(403, "the request came from another site")


def _declared(request: Request, user: User) -> list[dict[str, str]]:
    purposes = request.app.state.service.project.borough.purposes
    return [{"name": p, "title": purposes[p].title, "basis": purposes[p].lawful_basis or ""} for p in user.purposes if p in purposes]
