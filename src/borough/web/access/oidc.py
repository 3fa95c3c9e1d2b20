"""Sign-in with the council's identity provider: OpenID Connect, authorisation code with PKCE (RFC 7636), by Authlib."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import httpx
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from borough.errors import BoroughError
from borough.project.web_specs import OidcSpec, Role
from borough.state import State
from borough.web.access.door import Access, local_path

BEGUN = "oidc"
PATIENCE = dt.timedelta(minutes=10)
BACK = "/sign-in/council/back"


class ProviderError(BoroughError):
    """The identity provider can't be reached, or says what can't be believed."""


class Council:
    """The provider. Its keys and addresses are asked for once an hour."""

    def __init__(self, spec: OidcSpec, state: State, access: Access, *, address: str, transport: httpx.BaseTransport | None = None) -> None:
        """``address`` is where browsers reach this service; ``transport`` is for those who reach the provider in their own way."""
        self._spec, self._state, self._access, self._address, self._transport = spec, state, access, address.rstrip("/"), transport
        self._known: dict[str, Any] = {}
        self._asked: dt.datetime | None = None

    def router(self, clock: Any) -> APIRouter:
        routes = APIRouter(include_in_schema=False)

        @routes.get("/sign-in/council")
        def begin(next: str = "/") -> Response:
            with self._client() as client:
                verifier, nonce = generate_token(48), secrets.token_urlsafe(24)
                address, state = client.create_authorization_url(self._metadata(clock())["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
            self._state.put(BEGUN, state, {"verifier": verifier, "nonce": nonce, "next": local_path(next)}, expires=clock() + PATIENCE)
            response = RedirectResponse(address, 303)
            # Only the browser that began may come back: else somebody could be signed in as another.
            response.set_cookie("borough-council", state, httponly=True, secure=self._access.secure, samesite="lax", max_age=600, path="/sign-in")
            return response

        @routes.get(BACK)
        def back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
            begun = self._state.get(BEGUN, state, now=clock()) if state and state == request.cookies.get("borough-council") else None
            if begun is None or error or not code:
                raise HTTPException(403, "the sign-in did not come to its end: begin again")
            self._state.delete(BEGUN, state)
            claims = self._claims(code, begun, clock())
            role = self._role(claims)
            if role is None:
                raise HTTPException(403, "your council account has no role in this service")
            name = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
            response = RedirectResponse(begun["next"], 303)
            self._access.sign_in(response, name, role, local=True, before=request.cookies.get(self._access.cookie))
            response.delete_cookie("borough-council", path="/sign-in")
            return response

        return routes

    def _role(self, claims: dict[str, Any]) -> Role | None:
        said = claims.get(self._spec.role_claim)
        values = [said] if isinstance(said, str) else said if isinstance(said, list) else []
        return next((role for value, role in self._spec.roles.items() if value in values), None)

    def _claims(self, code: str, begun: dict[str, Any], now: dt.datetime) -> dict[str, Any]:
        """What the provider says of who signed in. Raises ProviderError where that can't be believed."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        metadata = self._metadata(now)
        try:
            with self._client() as client:
                token = client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=begun["verifier"], grant_type="authorization_code")
            with httpx.Client(transport=self._transport, timeout=10) as asking:
                keys = KeySet.import_key_set(asking.get(metadata["jwks_uri"]).json())
            decoded = jwt.decode(token["id_token"], keys, algorithms=["RS256", "ES256", "PS256"])
            registry = jwt.JWTClaimsRegistry(
                now=int(now.timestamp()), leeway=60, iss={"essential": True, "value": metadata["issuer"]}, aud={"essential": True, "value": self._spec.client_id}, exp={"essential": True}, nonce={"essential": True, "value": begun["nonce"]}, sub={"essential": True}
            )
            registry.validate(decoded.claims)
        except (JoseError, httpx.HTTPError, KeyError, ValueError) as error:
            raise ProviderError("the identity provider's answer can't be believed", advice="try again; if it stays so, ask whoever looks after it") from error
        return dict(decoded.claims)

    def _client(self) -> OAuth2Client:
        return OAuth2Client(self._spec.client_id, self._spec.client_secret, scope="openid profile email", redirect_uri=self._address + BACK, code_challenge_method="S256", transport=self._transport, timeout=10)

    def _metadata(self, now: dt.datetime) -> dict[str, Any]:
        if self._asked is None or now - self._asked > dt.timedelta(hours=1):
            try:
                with httpx.Client(transport=self._transport, timeout=10) as client:
                    answer = client.get(self._spec.issuer.rstrip("/") + "/.well-known/openid-configuration")
                    answer.raise_for_status()
                    self._known, self._asked = answer.json(), now
            except (httpx.HTTPError, ValueError) as error:
                raise ProviderError("the council's sign-in can't be reached just now", advice="try again in a moment") from error
        if self._known.get("issuer") != self._spec.issuer:
            raise ProviderError("the identity provider calls itself otherwise than borough.yaml does", advice="web: oidc: issuer: must be as its configuration says")
        return self._known
