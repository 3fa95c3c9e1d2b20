"""What stands before every page, as plain ASGI: which host, how large, how slow, how often; and the headers of every answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LARGEST = 1_000_000
"""Bytes of a request's body."""
SLOWEST = 20.0
"""Seconds in which a body must have come."""
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'{also}; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}  # fmt: skip
Plain = tuple[int, str]


class Guard:
    """The outermost layer. ``hosts``: names under which the service is reached; ``often`` says in how many seconds a client may come again, 0 for now."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], secure: bool, also: str = "", often: Callable[[Scope], int] | None = None, largest: int = LARGEST, slowest: float = SLOWEST) -> None:
        self.app, self._hosts, self._secure, self._often = app, frozenset(h.casefold() for h in hosts), secure, often
        self._largest, self._slowest = largest, slowest
        self._headers = {**HEADERS, "Content-Security-Policy": CSP.format(also=f" {also}" if also else "")}
        if secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = self._answering(send)
        refused = self._refused(scope)
        if refused is not None:
            await _plain(answer, *refused)
            return
        try:
            body = await self._body(Headers(scope=scope), receive)
        except TimeoutError:
            await _plain(answer, 408, "The request took too long to arrive. Try again.")
            return
        if body is None:
            await _plain(answer, 413, "The request is too large.")
            return
        await self.app(scope, _replayed(body, receive), answer)

    def _refused(self, scope: Scope) -> tuple[int, str, dict[str, str]] | None:
        host = _host(Headers(scope=scope).get("host", ""))
        if self._hosts and host not in self._hosts:
            return 421, "The service is not reached under this name.", {}
        if any(len(value) > 8192 for _, value in scope["headers"]) or len(scope.get("query_string", b"")) > 8192:
            return 431, "The address or a header is too long.", {}
        wait = self._often(scope) if self._often is not None else 0
        return (429, "Too many requests. Wait a moment and try again.", {"Retry-After": str(wait)}) if wait else None

    async def _body(self, headers: Headers, receive: Receive) -> bytes | None:
        """The whole body; None where it is too large. Raises TimeoutError where it is too slow."""
        length = headers.get("content-length", "0")
        if "transfer-encoding" not in headers and length == "0":
            return b""
        if length.isdecimal() and int(length) > self._largest:
            return None
        parts: list[bytes] = []
        size = 0
        async with asyncio.timeout(self._slowest):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return b"".join(parts)
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > self._largest:
                    return None
                if not message.get("more_body"):
                    return b"".join(parts)

    def _answering(self, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                # What a page shows is of residents, unless it says that it may be kept.
                headers.setdefault("Cache-Control", "no-store")
                if "server" in headers:
                    del headers["server"]
            await send(message)

        return answer


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more, for the application; then whatever else the client says."""
    handed = False

    async def again() -> Message:
        nonlocal handed
        if handed:
            return await receive()
        handed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _host(header: str) -> str:
    """The name of a Host header, without its port."""
    if header.startswith("["):
        return header[1:].partition("]")[0].casefold()
    return header.partition(":")[0].casefold()


async def _plain(send: Send, status: int, text: str, headers: dict[str, str] | None = None) -> None:
    raw = [(b"content-type", b"text/plain; charset=utf-8"), *((k.lower().encode(), v.encode()) for k, v in (headers or {}).items())]
    start: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": raw}
    await send(start)
    await send({"type": "http.response.body", "body": text.encode()})
