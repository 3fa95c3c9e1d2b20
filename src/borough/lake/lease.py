"""The lease: one writer at a time, as an object in the lake.

The lease's time is real time, not the run's ``now``: it says whether another process is alive at this moment, and never
reaches any data. A lease is stale when its ``until`` has passed, or when its process on this very machine is gone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import socket
import threading
import uuid
from typing import Any

from borough.errors import LakeError, LeaseHeldError
from borough.lake.storage import Storage

LEASE = "system/lease.json"
SECONDS = 60.0
RENEW_SECONDS = 20.0

_log = logging.getLogger(__name__)


class Lease:
    """A held lease: ``check`` before each commit, ``release`` at the end. A thread renews it meanwhile."""

    def __init__(self, storage: Storage, holder: str) -> None:
        self._storage = storage
        self._body: dict[str, Any] = {
            "token": uuid.uuid4().hex,
            "holder": holder,
            "host": socket.gethostname(),
            "processes": _process_space(),
            "pid": os.getpid(),
            "since": _text(_now()),
        }
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew_until_stopped, name="lake-lease", daemon=True)
        self.taken_over: str | None = None
        self._content = self._take()
        self._thread.start()

    def check(self) -> None:
        """Raise LakeError if the lease is no longer ours (this process slept past its end and another took over)."""
        with self._lock:
            if self._storage.read(LEASE) == self._content:
                return
        raise LakeError(
            "this run lost the lake's lease: it stood still for too long and another writer took over",
            advice="run again; nothing of this run was published",
        )

    def release(self) -> None:
        """Give the lease back. Does nothing if another has it."""
        self._stop.set()
        self._thread.join()
        with self._lock, contextlib.suppress(OSError, LakeError):  # it ends by itself where the store is away
            self._storage.swap(LEASE, self._content, None)

    def _take(self) -> bytes:
        content = self._dated()
        for _ in range(10):
            found = self._storage.read(LEASE)
            if found is not None:
                reason = _stale(found)
                if reason is None:
                    raise _held(json.loads(found))
                self.taken_over = reason
            if self._storage.swap(LEASE, found, content):
                if self.taken_over:
                    _log.warning("took over the lake's lease: %s", self.taken_over)
                return content
        raise LeaseHeldError("several writers are trying to take the lake's lease", advice="try again in a moment")

    def _dated(self) -> bytes:
        until = _now() + dt.timedelta(seconds=SECONDS)
        return json.dumps({**self._body, "until": _text(until)}, indent=1).encode()

    def _renew_until_stopped(self) -> None:
        while not self._stop.wait(RENEW_SECONDS):
            content = self._dated()
            # A failed renewal (disk full, store away) is tried again; the next check finds out if the lease is lost.
            with self._lock, contextlib.suppress(OSError, LakeError):
                if not self._storage.swap(LEASE, self._content, content):
                    return
                self._content = content


def _held(body: dict[str, Any]) -> LeaseHeldError:
    return LeaseHeldError(
        f"the lake is being written by {body['holder']} (process {body['pid']} on {body['host']}) since {body['since']}",
        advice=f"wait until it is done; should it have died, its lease ends by itself at {body['until']}",
    )


def _stale(found: bytes) -> str | None:
    """Why a lease no longer counts, or None if it does."""
    try:
        body = json.loads(found)
        until = dt.datetime.fromisoformat(body["until"])
        who = f"{body['holder']} (process {body['pid']} on {body['host']})"
        same_machine = body["host"] == socket.gethostname() and body.get("processes") == _process_space()
        pid = int(body["pid"])
    except (ValueError, KeyError, TypeError):
        return "it could not be read"
    if same_machine and not _alive(pid):
        return f"{who} is gone"
    return f"{who} let it pass at {body['until']}" if until < _now() else None


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _process_space() -> str:
    """Which set of process numbers this is: containers may share a host name but not their processes."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _text(instant: dt.datetime) -> str:
    return instant.isoformat(timespec="seconds")
