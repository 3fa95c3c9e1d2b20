"""Where the service may listen, and how the server is set up."""

from __future__ import annotations

import ipaddress
import logging
from pathlib import Path
from typing import Any

from borough.errors import UsageError
from borough.project.load import Project
from borough.project.web_specs import WebSpec
from borough.web.access.door import Access, made
from borough.web.access.oidc import Council
from borough.web.app import create_app, guarded
from borough.web.asking import STATIC
from borough.web.service import Service
from borough.web.snapshot import granted

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
AT_ONCE = 200
"""Requests at once; more are told to come again."""


def is_local(host: str) -> bool:
    """Is this an address that only this machine reaches?"""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_open(host: str, web: WebSpec) -> None:
    """Raise UsageError where passwords and residents' data would cross a network in the clear."""
    if is_local(host) or web.tls is not None or web.trusted_proxies:
        return
    raise UsageError(
        f"{host} can be reached by others, and nothing would be encrypted",
        advice="declare web: tls: in borough.yaml, or web: trusted_proxies: with the proxy that speaks https; or serve on 127.0.0.1",
    )


def refuse_unbuilt() -> None:
    """Raise UsageError where what browsers fetch was not built."""
    if not (STATIC / "app.css").is_file():
        raise UsageError("what browsers fetch is not built", advice="make assets (a wheel has it already)")


def open_access(project: Project, service: Service, *, secure: bool, hasher: Any = None) -> Access:
    """The door of a service. Roles have the purposes that are declared now."""
    return made(service.state, service.clock, project.borough.web, lambda role: granted(service.project).get(role, ()), secure=secure, hasher=hasher)


def application(service: Service, *, host: str, port: int, secure: bool, hasher: Any = None, **limits: Any) -> tuple[Any, Access]:
    """The guarded application, and its door."""
    web = service.project.borough.web
    access = open_access(service.project, service, secure=secure, hasher=hasher)
    address = f"{'https' if secure else 'http'}://{web.hosts[0] if web.hosts else f'{host}:{port}'}"
    council = Council(web.oidc, service.state, access, address=address) if web.oidc is not None else None
    hosts = tuple(web.hosts) + (LOCAL_NAMES if is_local(host) or not web.hosts else ()) + (() if is_local(host) or web.hosts else (host,))
    return guarded(create_app(service, access, council=council), service, access, hosts, **limits), access


def run(root: Path, app: Any, web: WebSpec, *, host: str, port: int) -> None:
    """Serve until a signal ends it."""
    import uvicorn

    tls = {"ssl_certfile": str(root / web.tls.certificate), "ssl_keyfile": str(root / web.tls.key)} if web.tls is not None else {}
    logging.getLogger("borough.web").setLevel(logging.WARNING)
    uvicorn.run(
        app, host=host, port=port, log_level="warning", server_header=False, date_header=True, limit_concurrency=AT_ONCE, timeout_keep_alive=15, timeout_graceful_shutdown=10, h11_max_incomplete_event_size=32_768, lifespan="on",
        proxy_headers=bool(web.trusted_proxies), forwarded_allow_ips=list(web.trusted_proxies) or None, **tls,  # type: ignore[arg-type]  # names of files
    )  # fmt: skip
