"""Who is signed in."""

from __future__ import annotations

from dataclasses import dataclass

SCOPES = ("read:reports", "read:properties", "write:visits")
"""What a token may be for."""


@dataclass(frozen=True)
class User:
    """Somebody who is signed in: by a session, or by a token (which has ``scopes``, and no ``csrf``)."""

    name: str
    role: str
    purposes: tuple[str, ...]
    """For which this person may read, in the order of ``borough.yaml``."""
    purpose: str | None
    """The one that was chosen."""
    csrf: str | None = None
    scopes: tuple[str, ...] | None = None
    session: str | None = None
    """The stored key of the session."""
