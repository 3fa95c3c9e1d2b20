"""Sessions: a random id in a cookie, of which only the hash is stored; they end by sign-out, by idleness, and in any case after some hours."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from borough.state import State

SESSION, ONCE = "session", "sign-in-once"
FRESH = dt.timedelta(seconds=60)
"""When a session was last used is noted at most so often."""
ONE_TIME = dt.timedelta(minutes=10)
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Session:
    """A session as it is stored. ``local``: of the one-time link, which has no account."""

    key: str
    account: str
    role: str
    csrf: str
    began: dt.datetime
    seen: dt.datetime
    purpose: str | None = None
    purposes: tuple[str, ...] | None = None
    local: bool = False


class Sessions:
    """The sessions of a service."""

    def __init__(self, state: State, clock: Clock, *, idle: dt.timedelta, longest: dt.timedelta) -> None:
        self._state, self._clock, self._idle, self._longest = state, clock, idle, longest

    def begin(self, account: str, role: str, *, purposes: tuple[str, ...] | None = None, local: bool = False) -> str:
        """A new session; the value for the cookie."""
        cookie, now = secrets.token_urlsafe(32), self._clock()
        self._keep(Session(_hash(cookie), account, role, secrets.token_urlsafe(32), now, now, None, purposes, local))
        return cookie

    def of(self, cookie: str) -> Session | None:
        """The session of a cookie, if it goes on."""
        document = self._state.get(SESSION, _hash(cookie), now=self._clock())
        if document is None:
            return None
        session = _session(_hash(cookie), document)
        if self._clock() - session.seen > FRESH:
            session = replace(session, seen=self._clock())
            self._keep(session)
        return session

    def choose(self, session: Session, purpose: str) -> None:
        """Read for another purpose from now on."""
        self._keep(replace(session, purpose=purpose))

    def end(self, key: str) -> None:
        self._state.delete(SESSION, key)

    def once(self, role: str) -> str:
        """The secret of a link that signs in once, within ten minutes."""
        secret, until = secrets.token_urlsafe(32), self._clock() + ONE_TIME
        self._state.put(ONCE, _hash(secret), {"role": role}, expires=until)
        return secret

    def use(self, secret: str) -> str | None:
        """The role of a one-time link, the first time; None ever after. Two at once: one of them gets it."""
        key, now = _hash(secret), self._clock()
        document = self._state.get(ONCE, key, now=now)
        if document is None or not self._state.claim(f"{ONCE}:{key}", secrets.token_hex(8), now=now, until=now + 2 * ONE_TIME):
            return None
        self._state.delete(ONCE, key)
        return str(document["role"])

    def _keep(self, session: Session) -> None:
        ends = min(session.seen + self._idle, session.began + self._longest)
        document: dict[str, Any] = {
            "account": session.account, "role": session.role, "csrf": session.csrf, "began": session.began.isoformat(), "seen": session.seen.isoformat(), "purpose": session.purpose,
            "purposes": list(session.purposes) if session.purposes is not None else None, "local": session.local,
        }  # fmt: skip
        self._state.put(SESSION, session.key, document, expires=ends)


def _session(key: str, document: dict[str, Any]) -> Session:
    purposes = document["purposes"]
    return Session(
        key, str(document["account"]), str(document["role"]), str(document["csrf"]), dt.datetime.fromisoformat(document["began"]), dt.datetime.fromisoformat(document["seen"]), document["purpose"],
        tuple(purposes) if purposes is not None else None, bool(document["local"]),
    )  # fmt: skip


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
