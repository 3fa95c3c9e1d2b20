"""Sign-in with an identity provider: a small one that runs beside, and says what it should, or what it should not."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from tests.cli.council import borough, write

from .doors import COUNCIL, FILES, Opened, opened

BACK = "http://127.0.0.1:8000/sign-in/council/back"


@dataclass
class Provider:
    """OpenID Connect as a provider speaks it: authorisation code with PKCE, tokens signed with RS256."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "one"}))
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    signing: RSAKey | None = None

    def app(self) -> Starlette:
        return Starlette(routes=[
            Route("/.well-known/openid-configuration", self.configuration), Route("/authorize", self.authorize), Route("/token", self.token, methods=["POST"]), Route("/jwks", self.jwks),
        ])  # fmt: skip

    async def configuration(self, request: Request) -> Response:
        del request
        return JSONResponse({"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/jwks"})

    async def jwks(self, request: Request) -> Response:
        del request
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["client_id"] == "borough" and asked["redirect_uri"] == BACK and asked["code_challenge_method"] == "S256"
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def token(self, request: Request) -> Response:
        said = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(said["code"], None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(said["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if asked is None or challenge != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(self.claims.get("iat", 1793523600))
        claims = {"iss": self.issuer, "aud": "borough", "sub": "42", "exp": now + 300, "iat": now, "nonce": asked["nonce"], "preferred_username": "zoe", "groups": ["housing"], **self.claims}
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signing or self.key)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": signed})


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    server = uvicorn.Server(uvicorn.Config(made.app(), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    made.issuer = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield made
    server.should_exit = True
    thread.join(timeout=20)


@pytest.fixture(scope="module")
def root(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Path:
    oidc = f"  oidc: {{issuer: '{provider.issuer}', client_id: borough, client_secret: sesame-sesame, role_claim: groups, roles: {{housing: officer, members: viewer}}}}\n"
    folder = write(tmp_path_factory.mktemp("oidc") / "council", {**FILES, "borough.yaml": COUNCIL + oidc})
    assert borough("run", "--project", folder, "--now", "2026-11-01T08:00:00Z").code == 0
    return folder


@pytest.fixture
def o(root: Path, provider: Provider) -> Iterator[Opened]:
    provider.claims, provider.signing = {}, None
    with opened(root) as made:
        yield made


def _come_back(o: Opened, client: Any = None) -> Any:
    """Go to the provider and come back, as a browser does."""
    client = client or o.client
    begun = client.get("/sign-in/council?next=/reports/p")
    assert begun.status_code == 303
    there = httpx.get(begun.headers["location"])
    back = urlsplit(there.headers["location"])
    return client.get(f"{back.path}?{back.query}"), f"{back.path}?{back.query}"


def test_the_council_signs_somebody_in(o: Opened) -> None:
    assert "Sign in with your council account" in o.client.get("/sign-in").text
    done, address = _come_back(o)
    assert done.status_code == 303 and done.headers["location"] == "/reports/p"
    assert o.client.get("/api/me").json() == {"name": "zoe", "role": "officer", "purposes": ["enforcement", "planning"], "purpose": "enforcement", "scopes": None}
    assert o.client.get(address).status_code == 403  # the same answer a second time


def test_another_browser_can_not_use_the_answer(o: Opened) -> None:
    begun = o.client.get("/sign-in/council")
    back = urlsplit(httpx.get(begun.headers["location"]).headers["location"])
    other = o.another()
    assert other.get(f"{back.path}?{back.query}").status_code == 403 and other.get("/api/me").status_code == 401


@pytest.mark.parametrize(
    ("claims", "status"),
    [({"groups": ["members"]}, 303), ({"groups": ["strangers"]}, 403), ({"groups": None}, 403), ({"nonce": "another"}, 503), ({"aud": "another"}, 503), ({"iss": "https://evil.example"}, 503), ({"exp": 1000000000}, 503)],
)
def test_what_the_provider_says_is_checked(o: Opened, provider: Provider, claims: dict[str, Any], status: int) -> None:
    provider.claims = claims
    done, _ = _come_back(o)
    assert done.status_code == status and (o.client.get("/api/me").status_code == 200) == (status == 303)


def test_a_token_that_another_has_signed_is_refused(o: Opened, provider: Provider) -> None:
    provider.signing = RSAKey.generate_key(2048)
    done, _ = _come_back(o)
    assert done.status_code == 503 and o.client.get("/api/me").status_code == 401
