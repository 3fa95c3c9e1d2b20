"""The fictional borough with ratings, made once for all tests of a session, and a service over a copy of it."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from tests.cli.council import process

from borough.web import serving
from borough.web.service import Service

from .northmere import Northmere

SCALE = "0.02"


@pytest.fixture(scope="session")
def northmere_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo that ran, was fitted and rated. Whoever comes first makes it; other workers wait for it. ``BOROUGH_NORTHMERE``: one that was made before."""
    if "BOROUGH_NORTHMERE" in os.environ:
        return Path(os.environ["BOROUGH_NORTHMERE"])
    shared = tmp_path_factory.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else tmp_path_factory.getbasetemp()
    folder = shared / "northmere-of-web"
    with (shared / "northmere-of-web.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)
            for words in (("demo", "generate", folder, "--scale", SCALE), ("run", "--project", folder), ("model", "fit", "--project", folder), ("run", "--project", folder)):
                done = process(*words)
                assert done.code == 0, f"{words}: {done.err[-2000:]}"
            (folder / "made").touch()
    return folder


@pytest.fixture(scope="module")
def northmere(northmere_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Northmere]:
    """A service over a copy of it, as ``borough serve`` runs it."""
    root = tmp_path_factory.mktemp("web") / "northmere"
    subprocess.run(["cp", "-r", str(northmere_folder), str(root)], check=True)
    service = Service(root, clock=lambda: dt.datetime.now(dt.UTC), every=0.5)
    app, access = serving.application(service, host="127.0.0.1", port=0, secure=False)
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    for _ in range(600):
        if server.started:
            break
        time.sleep(0.1)
    port = server.servers[0].sockets[0].getsockname()[1]
    made = Northmere(root, service, access, f"http://127.0.0.1:{port}")
    yield made
    made.close()
    server.should_exit = True
    thread.join(timeout=60)


