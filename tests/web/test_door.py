"""Who may come in, and what for: sessions, forms of other sites, tokens, guesses, large and slow requests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.council import borough

from borough.errors import UsageError
from borough.project.web_specs import WebSpec
from borough.web.access.guard import Guard
from borough.web.serving import refuse_open

from .doors import PASSWORD, Opened, council, csrf_of, opened


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return council(tmp_path_factory.mktemp("door"))


@pytest.fixture
def o(root: Path) -> Iterator[Opened]:
    with opened(root) as made:
        yield made


def test_nobody_sees_anything_unless_signed_in(o: Opened) -> None:
    for path in ("/", "/reports", "/reports/p", "/reports/p/1.csv", "/quality", "/model", "/visits", "/search?q=x", "/areas/ward.geojson", "/tiles/p/1/0/0/0.mvt", "/purpose"):
        done = o.client.get(path)
        assert done.status_code == 303 and done.headers["location"].startswith("/sign-in?next="), path
    for path in ("/api/me", "/api/reports", "/api/reports/p/1", "/api/properties/1", "/api/search?q=x"):
        assert o.client.get(path).status_code == 401
    assert o.client.post("/api/visits", json={"uprn": 1, "outcome": "void"}).status_code == 401
    for path in ("/sign-in", "/about", "/theme.css", "/api/openapi.json"):
        assert o.client.get(path).status_code == 200


def test_sign_in_leads_back_and_out_again(o: Opened) -> None:
    assert o.client.post("/sign-in", data={"name": "val", "password": "wrong wrong wrong"}).status_code == 403
    done = o.client.post("/sign-in", data={"name": "VAL", "password": PASSWORD, "next": "/reports/p"})
    assert done.status_code == 303 and done.headers["location"] == "/reports/p"
    cookie = done.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert "Totals of wards" in o.client.get("/reports/p").text
    kept = dict(o.client.cookies)
    assert o.client.post("/sign-out", data={"csrf": csrf_of(o.client)}).status_code == 303
    again = o.another()
    again.cookies.update(kept)  # replayed after sign-out
    assert again.get("/reports/p").status_code == 303


def test_sessions_end_by_idleness_and_in_any_case(o: Opened) -> None:
    o.sign_in("val")
    for _ in range(3):
        o.clock.later(minutes=25)
        assert o.client.get("/reports").status_code == 200
    o.clock.later(minutes=31)
    assert o.client.get("/reports").status_code == 303
    o.sign_in("val")
    for _ in range(30):
        o.clock.later(minutes=24, seconds=1)
        last = o.client.get("/reports").status_code
    assert last == 303  # twelve hours have passed


def test_a_forged_or_fixed_session_is_none(o: Opened) -> None:
    for forged in ("", "x", "a" * 43, "../../etc/passwd", "' OR 1=1 --", "\u2028"):
        client = o.another()
        client.cookies.set("borough", forged.encode("ascii", "ignore").decode())
        assert client.get("/reports").status_code == 303
    fixed = o.another()
    fixed.cookies.set("borough", "chosen-by-somebody-else")
    fixed.post("/sign-in", data={"name": "val", "password": PASSWORD})
    other = o.another()
    other.cookies.set("borough", "chosen-by-somebody-else")
    assert other.get("/reports").status_code == 303


def test_a_session_ends_with_its_account(o: Opened) -> None:
    o.access.accounts.add("tmp", "viewer", PASSWORD)
    o.sign_in("tmp")
    o.access.accounts.change("tmp", role="officer")
    assert o.client.get("/reports").status_code == 303
    o.sign_in("tmp")
    o.access.accounts.change("tmp", disabled=True)
    assert o.client.get("/reports").status_code == 303
    assert o.client.post("/sign-in", data={"name": "tmp", "password": PASSWORD}).status_code == 403
    o.access.accounts.remove("tmp")


def test_a_link_signs_in_once(o: Opened) -> None:
    secret = o.access.sessions.once("officer")
    assert o.client.get(f"/sign-in/once/{secret}").status_code == 303
    assert "Names" in o.client.get("/reports").text
    assert o.another().get(f"/sign-in/once/{secret}").status_code == 403
    late = o.access.sessions.once("officer")
    o.clock.later(minutes=11)
    assert o.another().get(f"/sign-in/once/{late}").status_code == 403


def test_another_role_can_not_guess_an_address(o: Opened) -> None:
    o.sign_in("val")
    for path in ("/reports/q", "/reports/q/1.csv", "/reports/q/1.xlsx", "/api/reports/q/1", "/visits"):
        assert o.client.get(path).status_code in (403, 404) or path == "/visits", path
    assert "Ada" not in o.client.get("/reports/q").text and "/reports/q" not in o.client.get("/reports").text
    officer = o.another()
    o.sign_in("olu", officer)
    assert "Ada" in officer.get("/reports/q").text
    denied = [e for e in _looks(o) if not e["permitted"]]
    assert not any(e["who"] == "val" and e["permitted"] and "people" in e["tables"] for e in _looks(o)) and denied is not None


def test_a_purpose_is_chosen_among_ones_own(o: Opened) -> None:
    csrf = o.sign_in("olu")
    assert o.client.post("/purpose", data={"purpose": "planning", "csrf": csrf}).status_code == 303
    assert o.client.get("/api/me").json()["purpose"] == "planning"
    viewer = o.another()
    csrf = o.sign_in("val", viewer)
    assert viewer.post("/purpose", data={"purpose": "enforcement", "csrf": csrf}).status_code == 403


def test_forms_of_other_sites_change_nothing(o: Opened) -> None:
    csrf = o.sign_in("olu")
    for data, headers in (
        ({"purpose": "planning"}, {}), ({"purpose": "planning", "csrf": "x" * 43}, {}), ({"purpose": "planning", "csrf": csrf}, {"sec-fetch-site": "cross-site"}),
        ({"purpose": "planning", "csrf": csrf}, {"origin": "https://evil.example"}), ({"purpose": "planning"}, {"x-csrf-token": "wrong"}),
    ):  # fmt: skip
        assert o.client.post("/purpose", data=data, headers=headers).status_code == 403
    assert o.client.post("/api/visits", json={"uprn": 1, "outcome": "void"}).status_code == 403
    assert o.client.post("/sign-out", data={}).status_code == 403
    assert o.client.post("/sign-in", data={"name": "val", "password": PASSWORD}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert o.client.get("/api/me").json()["purpose"] == "enforcement"


def test_guesses_are_slowed_down(o: Opened) -> None:
    codes = [o.client.post("/sign-in", data={"name": "victim", "password": f"guess number {i}"}).status_code for i in range(7)]
    assert codes[:5] == [403] * 5 and codes[5:] == [429, 429]


def test_tokens_do_what_they_are_for(o: Opened) -> None:
    reports, _ = o.access.accounts.issue("val", ["read:reports"], 1)
    client = o.another()

    def get(path: str, token: str = reports, **headers: str) -> Any:
        return client.get(path, headers={"authorization": f"Bearer {token}", **headers})

    assert [r["name"] for r in get("/api/reports").json()] == ["p"]
    assert get("/api/reports/p/1").json()["rows"] == [{"value": 12}]
    assert get("/api/properties/1").status_code == 403 and get("/reports/p").status_code == 403 and get("/api/me").status_code == 403
    assert get("/api/reports/q/1").status_code == 403
    assert get("/api/reports", **{"x-purpose": "enforcement"}).status_code == 403
    for wrong in ("bor_x", "x", reports[:-1], ""):
        assert get("/api/reports", wrong).status_code == 401
    o.clock.later(days=2)
    assert get("/api/reports").status_code == 401
    with pytest.raises(UsageError, match="read:reports"):
        o.access.accounts.issue("val", ["read:report"], 1)


def test_every_answer_has_its_headers(o: Opened) -> None:
    o.sign_in("val")
    for path in ("/", "/reports/p", "/nothing", "/api/me", "/sign-in"):
        headers = o.client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"] and "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "same-origin" and headers["cache-control"] == "no-store"


def test_a_host_that_is_not_ours_is_refused(o: Opened) -> None:
    assert o.client.get("/sign-in", headers={"host": "evil.example"}).status_code == 421


def test_large_requests_are_refused(root: Path) -> None:
    with opened(root, largest=1000) as o:
        csrf = o.sign_in("olu")
        assert o.client.post("/purpose", data={"purpose": "x" * 2000, "csrf": csrf}).status_code == 413
        assert o.client.post("/purpose", content=(b"x" * 600 for _ in range(3)), headers={"content-type": "application/x-www-form-urlencoded"}).status_code == 413
        assert o.client.get("/reports", headers={"x-long": "y" * 9000}).status_code == 431
        assert o.client.get("/reports?x=" + "y" * 9000).status_code == 431


def test_slow_requests_are_refused() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("it must not come so far")

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(5)
        return {"type": "http.request", "body": b"x", "more_body": True}

    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost"), (b"content-length", b"10")], "query_string": b""}
    asyncio.run(Guard(app, hosts=["localhost"], secure=False, slowest=0.05)(scope, receive, send))  # type: ignore[arg-type]  # no application, just what one is
    assert sent[0]["status"] == 408


def test_no_address_is_open_without_encryption() -> None:
    refuse_open("127.0.0.1", WebSpec())
    refuse_open("::1", WebSpec())
    refuse_open("0.0.0.0", WebSpec(trusted_proxies=("10.0.0.1",)))
    for host in ("0.0.0.0", "::", "192.168.1.5", "council.example"):
        with pytest.raises(UsageError, match="nothing would be encrypted"):
            refuse_open(host, WebSpec())


def test_accounts_by_the_commands(root: Path) -> None:
    import io
    import sys

    def run(*words: str, password: str = "") -> Any:
        stdin, sys.stdin = sys.stdin, io.StringIO(password + "\n")
        try:
            return borough("user", *words, "--project", root)
        finally:
            sys.stdin = stdin

    assert run("add", "eve", "--role", "officer", "--password-stdin", password="short").code == 2
    assert run("add", "eve", "--role", "oficer", "--password-stdin", password=PASSWORD).code == 2
    assert run("add", "eve", "--role", "officer", "--purpose", "planning", "--password-stdin", password=PASSWORD).code == 0
    assert [a for a in run("list", "--json").json if a["name"] == "eve"] == [{"name": "eve", "role": "officer", "purposes": ["planning"], "disabled": False}]
    made = run("token", "eve", "--scope", "read:reports", "--days", "7", "--json").json
    with opened(root) as o:
        o.sign_in("eve")
        assert o.client.get("/api/me").json()["purposes"] == ["planning"]
        assert o.another().get("/api/reports", headers={"authorization": f"Bearer {made['token']}"}).status_code == 200
    assert run("change", "eve", "--disable").code == 0 and run("remove", "eve").code == 0 and run("remove", "eve").code == 2


def _looks(o: Opened) -> list[dict[str, Any]]:
    from borough.governance.audit import Audit

    return [e for e in Audit(o.service.lake.notes("audit")).entries() if e["event"] == "look"]


