"""What a council declares about its web service: its name and colour, who may read for what, and how people sign in.

Authoring objects, as those of ``specs.py``.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from borough.project.spec import Name, Names, Spec

Role = Literal["viewer", "officer", "analyst", "admin"]
ROLES: tuple[Role, ...] = ("viewer", "officer", "analyst", "admin")


class TlsSpec(Spec):
    """The certificate with which the service speaks https itself."""

    certificate: str = Field(description="File with the certificate and its chain (PEM), relative to the project.")
    key: str = Field(description="File with its private key (PEM).")


class OidcSpec(Spec):
    """Sign-in with the council's own identity provider (OpenID Connect)."""

    issuer: str = Field(pattern=r"^https?://", description="The issuer's address, below which `/.well-known/openid-configuration` lies.")
    client_id: str = Field(description="Borough's id at the provider.")
    client_secret: str = Field(description="Its secret, from the environment: `${OIDC_SECRET}`.")
    role_claim: str = Field(default="roles", description="The claim that says a person's roles or groups.")
    roles: dict[str, Role] = Field(min_length=1, description="Value of the claim → role. Whoever has none of them can't sign in.")


class WebSpec(Spec):
    """The web service: `borough serve`."""

    title: str | None = Field(default=None, description="The service's name, in the header. Default: the council's name and `homes`.")
    colour: str = Field(default="#00594f", pattern=r"^#[0-9a-fA-F]{6}$", description="The council's colour, for the header and buttons. White text must be readable on it: a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3).")
    contact: str | None = Field(default=None, description="Whom readers may ask, at the foot of each page.")
    roles: dict[Role, tuple[Name, ...]] = Field(default_factory=dict, description="Role → the purposes for which it may read. Whoever's role has none sees nothing.")
    oidc: OidcSpec | None = Field(default=None, description="Sign-in with the council's identity provider. Default: accounts of this service alone (`borough user add`).")
    idle_minutes: int = Field(default=30, ge=1, le=1440, description="Minutes without a request after which a session ends.")
    longest_hours: int = Field(default=12, ge=1, le=168, description="Hours after which a session ends in any case.")
    trusted_proxies: Names = Field(default=(), description="Addresses of proxies that speak https for the service, and whose `X-Forwarded-…` headers are believed.")
    hosts: Names = Field(default=(), description="Names under which the service is reached; requests for others are refused. Default: this machine alone.")
    tls: TlsSpec | None = Field(default=None, description="The service's own certificate. Without it and without a trusted proxy only this machine can reach the service.")
