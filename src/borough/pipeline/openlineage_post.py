"""Where lineage events go: a file, or a server that may be slow, broken or away, which no run waits for."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from borough.project.load import Project
from borough.project.specs import OpenLineageSpec

Event = Mapping[str, Any]

ANSWER = 3.0
"""Seconds in which a server must answer an event."""
PATIENCE = 5.0
"""Seconds that a run waits at its end for events under way."""
KEPT = 5_000
"""Most events that are kept for a later run; older ones are dropped."""
ENDPOINT = "api/v1/lineage"
_SLOW, _NOWHERE = f"no answer within {ANSWER:g} seconds", "this is no address"
_WORDS = {
    "ConnectTimeout": _SLOW, "ConnectTimeoutError": _SLOW, "ReadTimeout": _SLOW, "ReadTimeoutError": _SLOW,
    "ConnectionError": "no connection", "NewConnectionError": "no connection", "ProtocolError": "it broke off the connection",
    "NameResolutionError": "its name can't be resolved", "SSLError": "its certificate can't be trusted",
    "InvalidURL": _NOWHERE, "MissingSchema": _NOWHERE, "InvalidSchema": _NOWHERE, "ValueError": _NOWHERE,
}  # fmt: skip
_UNWELCOME = (400, 413, 422)  # this event is not taken; the next may be


class Transport(Protocol):
    """The official client's transports, as far as they are used here."""

    def emit(self, event: Any) -> Any:
        """Hand one event over; raise if it is not taken."""

    def close(self) -> Any:
        """Let go of connections."""


class Post:
    """Sends events in a thread of its own, in order. What can't be sent is kept in the project and sent first by the next run."""

    def __init__(self, project: Project, spec: OpenLineageSpec) -> None:
        self._project, self._spec = project, spec
        self._unsent = project.root / ".borough" / "openlineage-unsent.jsonl"
        self._events: list[Event] = _read(self._unsent)
        self._sent = 0  # of the events, in order
        self._problem: str | None = None
        self._refused: list[str] = []
        self._stop = False
        self._waiting: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        for event in self._events:
            self._waiting.put(event)
        self._thread = threading.Thread(target=self._work, name="openlineage", daemon=True)
        self._thread.start()

    def send(self, event: Event) -> None:
        """Take an event; returns at once."""
        self._events.append(event)
        self._waiting.put(event)

    def finish(self) -> list[str]:
        """Wait a few seconds at most for what is under way. Returns what there is to tell."""
        self._waiting.put(None)
        self._thread.join(PATIENCE)
        self._stop = True
        problem = self._problem or (f"it took longer than {PATIENCE:g} seconds" if self._thread.is_alive() else None)
        left = self._events[self._sent :]
        told = [f"{self._where()} does not take {len(self._refused)} lineage events: {self._refused[0]}"] if self._refused else []
        if left and problem:
            told.append(f"lineage events could not be sent to {self._where()}: {problem}; {self._kept(left)}")
        elif self._unsent.exists():
            self._unsent.unlink()
        return told

    def _kept(self, left: Sequence[Event]) -> str:
        kept = left[-KEPT:]
        try:
            self._unsent.parent.mkdir(exist_ok=True)
            new = self._unsent.with_suffix(".new")
            new.write_text("".join(json.dumps(e, sort_keys=True) + "\n" for e in kept), encoding="utf-8")
            new.replace(self._unsent)
        except OSError as error:
            return f"{len(left):,} are lost, as they can't be kept either ({error.strerror})"
        dropped = f", {len(left) - len(kept):,} older ones are dropped" if len(left) > len(kept) else ""
        return f"{len(kept):,} are kept in .borough/{self._unsent.name} and sent with the next run{dropped}"

    def _work(self) -> None:
        try:
            with contextlib.closing(self._transport()) as transport:
                while not self._stop and self._problem is None and (event := self._waiting.get()) is not None:
                    self._emit(transport, event)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a library or a server, the run goes on
            self._problem = _in_words(error)

    def _emit(self, transport: Transport, event: Event) -> None:
        try:
            transport.emit(event)
        except Exception as error:  # noqa: BLE001 - the client lets through whatever its own libraries raise
            if _status(error) not in _UNWELCOME:
                self._problem = _in_words(error)
                return
            self._refused.append(_in_words(error))
        self._sent += 1

    def _transport(self) -> Transport:
        if self._spec.file is not None:
            return _file(self._project.root / self._spec.file)
        return _http(self._spec.url or "", self._spec.token)

    def _where(self) -> str:
        """The place without user, password and parameters."""
        if self._spec.file is not None:
            return self._project.written("borough", "", "openlineage", "file") or self._spec.file
        url = urlsplit(self._spec.url or "")
        return f"{url.scheme}://{url.hostname}{f':{url.port}' if url.port else ''}{url.path}"


def _file(path: Path) -> Transport:
    from openlineage.client.transport.file import FileConfig, FileTransport

    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and (size := path.stat().st_size):
        with path.open("r+b") as file:  # a crash may have cut the last line short: begin a new one
            file.seek(size - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")
    return FileTransport(FileConfig(log_file_path=os.fspath(path), append=True))


def _http(url: str, token: str | None) -> Transport:
    from openlineage.client.transport.http import ApiKeyTokenProvider, HttpConfig, HttpTransport, TokenProvider

    whole = urlsplit(url).path.strip("/") != ""  # an address with a path is the endpoint itself
    auth = ApiKeyTokenProvider({"api_key": token}) if token else TokenProvider({})
    retry = {
        "total": 2, "connect": 0, "read": 0, "status": 2, "backoff_factor": 0.2, "status_forcelist": [500, 502, 503, 504],
        "allowed_methods": ["POST"], "raise_on_status": False, "respect_retry_after_header": False,
    }  # fmt: skip
    return HttpTransport(HttpConfig(url=url, endpoint=url if whole else ENDPOINT, timeout=ANSWER, auth=auth, retry=retry))


def _read(path: Path) -> list[Event]:
    """Events that were kept; a line that can't be read is left out."""
    events: list[Event] = []
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with contextlib.suppress(ValueError):
                events.append(json.loads(line))
    return events


def _status(error: Exception) -> int | None:
    return getattr(getattr(error, "response", None), "status_code", None)


def _in_words(error: Exception) -> str:
    """What went wrong, without what the libraries quote: addresses with passwords, headers, bodies."""
    if isinstance(error, ImportError):
        return "the package openlineage-python is not installed"
    if (status := _status(error)) is not None:
        return f"it answered with HTTP status {status}"
    reason = error if isinstance(error, OSError) and error.strerror else error.__cause__
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    # Behind a ConnectionError of requests stands what urllib3 met.
    name = type(getattr(next(iter(error.args), None), "reason", None) or error).__name__
    return _WORDS.get(name, name)
