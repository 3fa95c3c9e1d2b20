"""Accounts and tokens, in the operational state: passwords as Argon2id hashes (RFC 9106), tokens as SHA-256."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from borough.errors import UsageError
from borough.project.explain import nearest
from borough.project.web_specs import ROLES
from borough.state import State
from borough.web.access.user import SCOPES

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ACCOUNT, TOKEN = "account", "token"
SHORTEST, LONGEST = 12, 200
"""Characters of a password. Length is what helps (NCSC, password guidance)."""
PREFIX = "bor_"
"""Of tokens, so that scanners for lost secrets know them."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")
Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Account:
    """Who may sign in. ``purposes``: those of the role that this person may read for; None for all of them."""

    name: str
    role: str
    purposes: tuple[str, ...] | None = None
    disabled: bool = False


@dataclass(frozen=True)
class Token:
    """What a programme may do in the name of an account."""

    identity: str
    account: str
    scopes: tuple[str, ...]
    expires: dt.datetime


class Accounts:
    """The accounts of a project. ``hasher`` sets how dear a guess is."""

    def __init__(self, state: State, clock: Clock, hasher: PasswordHasher | None = None) -> None:
        from argon2 import PasswordHasher as Hasher

        self._state, self._clock, self._hasher = state, clock, hasher or Hasher()
        self._nobody: str | None = None

    def add(self, name: str, role: str, password: str, purposes: Sequence[str] | None = None) -> Account:
        """Make an account. Raises UsageError for a name that is taken, a role that isn't one, a password that is too short."""
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name[:40]!r} is no name for an account", advice="letters, digits and . _ @ + -, at most 100")
        if self._document(name) is not None:
            raise UsageError(f"the account {name!r} exists", advice="borough user list shows them")
        account = Account(name, self._role(role), tuple(purposes) if purposes else None)
        self._keep(account, self._hashed(password))
        return account

    def list(self) -> list[Account]:
        """All accounts, by name."""
        return [_account(key, document) for key, document in self._state.documents(ACCOUNT, now=self._clock()).items()]

    def get(self, name: str) -> Account | None:
        document = self._document(name)
        return _account(name.casefold(), document) if document else None

    def check(self, name: str, password: str) -> Account | None:
        """The account, where the password is right and it isn't disabled. It takes as long where there is no such account."""
        from argon2.exceptions import InvalidHashError, VerificationError

        document = self._document(name)
        hashed = str(document["password"]) if document else self._decoy()
        try:
            self._hasher.verify(hashed, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return None
        if document is None or document["disabled"]:
            return None
        if self._hasher.check_needs_rehash(hashed):
            self._keep(_account(name.casefold(), document), self._hasher.hash(password))
        return _account(name.casefold(), document)

    def change(self, name: str, *, role: str | None = None, disabled: bool | None = None, password: str | None = None) -> Account:
        """Change an account. Raises UsageError where there is none."""
        document = self._document(name)
        if document is None:
            known = [a.name for a in self.list()]
            near = nearest(name, known)
            raise UsageError(f"there is no account {name!r}" + (f"; did you mean {near!r}?" if near else ""), advice="borough user list shows them")
        old = _account(name.casefold(), document)
        new = Account(old.name, self._role(role) if role else old.role, old.purposes, old.disabled if disabled is None else disabled)
        self._keep(new, self._hashed(password) if password else str(document["password"]))
        return new

    def remove(self, name: str) -> None:
        """Remove an account with its tokens. Raises UsageError where there is none."""
        self.change(name)
        for key, document in self._state.documents(TOKEN, now=self._clock()).items():
            if document["account"] == name.casefold():
                self._state.delete(TOKEN, key)
        self._state.delete(ACCOUNT, name.casefold())

    def issue(self, name: str, scopes: Sequence[str], days: int) -> tuple[str, Token]:
        """A new token of an account, told once: only its hash is kept. Raises UsageError."""
        account = self.change(name)
        for scope in scopes:
            if scope not in SCOPES:
                near = nearest(scope, SCOPES)
                raise UsageError(f"there is no scope {scope!r}" + (f"; did you mean {near!r}?" if near else ""), advice=f"one of: {', '.join(SCOPES)}")
        secret = PREFIX + secrets.token_urlsafe(32)
        token = Token(_hash(secret)[:12], account.name, tuple(scopes), self._clock() + dt.timedelta(days=days))
        self._state.put(TOKEN, _hash(secret), {"account": account.name.casefold(), "scopes": list(scopes), "expires": token.expires.isoformat()}, expires=token.expires)
        return secret, token

    def by_token(self, secret: str) -> tuple[Account, Token] | None:
        """Whose token it is; None for one that is none, whose time is over, or whose account is disabled."""
        document = self._state.get(TOKEN, _hash(secret), now=self._clock()) if secret.startswith(PREFIX) else None
        account = self.get(str(document["account"])) if document else None
        if document is None or account is None or account.disabled:
            return None
        return account, Token(_hash(secret)[:12], account.name, tuple(document["scopes"]), dt.datetime.fromisoformat(document["expires"]))

    def _role(self, role: str) -> str:
        if role not in ROLES:
            near = nearest(role, ROLES)
            raise UsageError(f"there is no role {role!r}" + (f"; did you mean {near!r}?" if near else ""), advice=f"one of: {', '.join(ROLES)}")
        return role

    def _hashed(self, password: str) -> str:
        if not SHORTEST <= len(password) <= LONGEST:
            raise UsageError(f"a password of {len(password)} characters", advice=f"{SHORTEST} to {LONGEST}: three random words do well")
        return self._hasher.hash(password)

    def _decoy(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_hex(16))
        return self._nobody

    def _document(self, name: str) -> dict[str, Any] | None:
        return self._state.get(ACCOUNT, name.casefold(), now=self._clock())

    def _keep(self, account: Account, hashed: str) -> None:
        purposes = list(account.purposes) if account.purposes is not None else None
        self._state.put(ACCOUNT, account.name.casefold(), {"name": account.name, "role": account.role, "purposes": purposes, "disabled": account.disabled, "password": hashed})


def _account(key: str, document: dict[str, Any]) -> Account:
    purposes = document["purposes"]
    return Account(str(document.get("name", key)), str(document["role"]), tuple(purposes) if purposes is not None else None, bool(document["disabled"]))


def _hash(secret: str) -> str:
    """Tokens and session ids are long and random: they need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
