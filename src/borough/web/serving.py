"""Where the service may listen, and how the server is set up."""

from __future__ import annotations

import errno
import ipaddress
import logging
import signal
import socket
import ssl
from collections.abc import Mapping
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


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens: whoever comes before the service is up waits, and is not sent away. Raises UsageError where the address can't be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048)
    except (OSError, OverflowError) as error:
        taken = getattr(error, "errno", None) == errno.EADDRINUSE
        raise UsageError(f"can't listen on {host}, port {port}: {'another program does' if taken else error}", advice=f"borough serve --port {port + 1 if port < 65_535 else 8000}, or another --host") from error


def certificate(root: Path, project: Project) -> dict[str, str]:
    """The service's own certificate and key, as uvicorn takes them; empty where none is declared. Raises UsageError where they don't serve."""
    tls = project.borough.web.tls
    if tls is None:
        return {}
    files = {"certificate": root / tls.certificate, "key": root / tls.key}
    for word, file in files.items():
        if not file.is_file():
            raise UsageError(f"{_at(project, word)}: there is no file {getattr(tls, word)}", advice="a PEM file, relative to the project")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files["certificate"], files["key"], password=lambda: b"")
    except (ssl.SSLError, ValueError) as error:
        raise UsageError(f"{_at(project, 'certificate')}: {tls.certificate} and {tls.key} are no certificate and its key: {error}", advice="PEM files that belong together, the key without a password") from error
    return {"ssl_certfile": str(files["certificate"]), "ssl_keyfile": str(files["key"])}


def _at(project: Project, word: str) -> str:
    place = project.place("borough", "", "web", "tls", word)
    return f"{place.file}:{place.line}"


def run(app: Any, web: WebSpec, listener: socket.socket, tls: Mapping[str, str]) -> None:
    """Serve until a signal ends it."""
    import uvicorn

    logging.getLogger("borough.web").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, date_header=True, limit_concurrency=AT_ONCE, timeout_keep_alive=15, timeout_graceful_shutdown=10, h11_max_incomplete_event_size=32_768, lifespan="on",
        proxy_headers=bool(web.trusted_proxies), forwarded_allow_ips=list(web.trusted_proxies) or None, **tls,  # type: ignore[arg-type]  # names of files
    )  # fmt: skip
    server = uvicorn.Server(config)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # uvicorn ends by them in good order, and raises them once more for whoever came before it
    server.run(sockets=[listener])
