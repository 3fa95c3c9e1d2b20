"""The door: who a request comes from, and whether it may change anything."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, Response

from borough.errors import AccessDeniedError
from borough.web.access.accounts import Accounts
from borough.web.access.often import Often
from borough.web.access.sessions import Session, Sessions
from borough.web.access.user import User

SAFE = ("GET", "HEAD", "OPTIONS")
SCOPE_OF = (("/api/reports", "read:reports"), ("/api/quality", "read:reports"), ("/api/runs", "read:reports"), ("/api/models", "read:reports"), ("/api/properties", "read:properties"), ("/api/landlords", "read:properties"), ("/api/search", "read:properties"), ("/api/visits", "write:visits"))
"""What a token needs for an address, by its beginning. All others are closed to tokens."""


class SignInNeededError(Exception):
    """Nobody is signed in."""


class Access:
    """Who may come in. ``purposes``: role → its purposes, as declared now."""

    def __init__(self, accounts: Accounts, sessions: Sessions, often: Often, purposes: Callable[[str], tuple[str, ...]], *, secure: bool) -> None:
        self.accounts, self.sessions, self.often = accounts, sessions, often
        self._purposes, self.secure = purposes, secure
        # A name with __Host- is refused by browsers without https, from other paths and from neighbouring hosts.
        self.cookie = "__Host-borough" if secure else "borough"

    def user(self, request: Request) -> User:
        """Who asks. Raises SignInNeededError, and HTTPException for a token that is not for this."""
        header = request.headers.get("authorization", "")
        if header[:7].lower() == "bearer ":
            return self._by_token(request, header[7:].strip())
        cookie = request.cookies.get(self.cookie)
        session = self.sessions.of(cookie) if cookie else None
        if session is None or not self._stands(session):
            raise SignInNeededError
        user = self._of(session)
        if request.method not in SAFE:
            refuse_forged(request, user)
        return user

    def sign_in(self, response: Response, account: str, role: str, *, purposes: tuple[str, ...] | None = None, local: bool = False, before: str | None = None) -> None:
        """Begin a session, never on an id that came from outside; one that there was ends."""
        if before and (old := self.sessions.of(before)) is not None:
            self.sessions.end(old.key)
        cookie = self.sessions.begin(account, role, purposes=purposes, local=local)
        response.set_cookie(self.cookie, cookie, httponly=True, secure=self.secure, samesite="lax", path="/")

    def sign_out(self, response: Response, user: User) -> None:
        if user.session is not None:
            self.sessions.end(user.session)
        response.delete_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="lax")
        # Not the storage: visits that were not sent yet lie in it. The worker forgets the pages it kept.
        response.headers["Clear-Site-Data"] = '"cache"'

    def _stands(self, session: Session) -> bool:
        """A session ends with its account: disabled, removed or given another role."""
        if session.local:
            return True
        account = self.accounts.get(session.account)
        return account is not None and not account.disabled and account.role == session.role

    def _of(self, session: Session) -> User:
        granted = self._purposes(session.role)
        own = tuple(p for p in granted if session.purposes is None or p in session.purposes)
        chosen = session.purpose if session.purpose in own else next(iter(own), None)
        return User(session.account, session.role, own, chosen, session.csrf, None, session.key)

    def _by_token(self, request: Request, secret: str) -> User:
        found = self.accounts.by_token(secret)
        if found is None:
            raise HTTPException(401, "the token is not known, or its time is over")
        account, token = found
        needed = next((scope for path, scope in SCOPE_OF if request.url.path == path or request.url.path.startswith(path + "/")), None)
        if needed is None or needed not in token.scopes:
            raise HTTPException(403, f"the token is not for this{f': it lacks {needed}' if needed else ''}")
        granted = self._purposes(account.role)
        own = tuple(p for p in granted if account.purposes is None or p in account.purposes)
        wanted = request.headers.get("x-purpose")
        if wanted is not None and wanted not in own:
            raise AccessDeniedError(f"the purpose {wanted[:60]!r} is not this account's", advice="leave X-Purpose out, or name one that is")
        return User(account.name, account.role, own, wanted or next(iter(own), None), None, token.scopes)


def signed_in(request: Request) -> User:
    """Dependency of every page: who asks."""
    access: Access = request.app.state.access
    user = access.user(request)
    request.state.user = user
    return user


def refuse_forged(request: Request, user: User) -> None:
    """Refuse a request that another site has made in somebody's name. Its token is checked where the form is read, or here where a header has it."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site not in (None, "same-origin", "none") or (origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")):
        raise HTTPException(403, "the request came from another site")
    sent = request.headers.get("x-csrf-token")
    if sent is not None and not same(sent, user.csrf):
        raise HTTPException(403, "the page is no longer current: go back, load it again and repeat what you did")
    request.state.checked = sent is not None


def confirm(request: Request, user: User, sent: Any) -> None:
    """Refuse a form without the session's own token. A programme with a token of its own has none."""
    if user.scopes is not None or getattr(request.state, "checked", False):
        return
    if not isinstance(sent, str) or not same(sent, user.csrf):
        raise HTTPException(403, "the page is no longer current: go back, load it again and repeat what you did")


def same(sent: str, kept: str | None) -> bool:
    return kept is not None and hmac.compare_digest(sent.encode(), kept.encode())


def local_path(wanted: str | None) -> str:
    """Where to go after sign-in: only a path of this service, else the home page."""
    if not wanted or not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or any(ord(c) < 32 or c == "\\" for c in wanted):
        return "/"
    return wanted


def made(state: Any, clock: Callable[[], dt.datetime], web: Any, purposes: Callable[[str], tuple[str, ...]], *, secure: bool, hasher: Any = None) -> Access:
    """The door of a project's service."""
    sessions = Sessions(state, clock, idle=dt.timedelta(minutes=web.idle_minutes), longest=dt.timedelta(hours=web.longest_hours))
    return Access(Accounts(state, clock, hasher), sessions, Often(lambda: clock().timestamp()), purposes, secure=secure)
