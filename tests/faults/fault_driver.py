"""A process that runs ``borough`` commands in children of its own, and kills them at a chosen write.

``python fault_driver.py`` loads what commands need once, then reads one JSON object a line and answers each with one. A child is
forked for every job, before any thread or connection exists, so that a run costs what its work costs.

A job is a list of steps, ``["cli", argument…]``, ``["snapshot", project]`` or ``["look", project]``, with ``kill``: SIGKILL at the write with that
number (counted from 1 in the whole job), or ``pause``: wait there until told to go on.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import deltalake  # noqa: F401  # loaded before the fork
import lake_snapshot

import borough.cli.app
import borough.cli.progress
import borough.pipeline.planning
from borough.engine.duckdb import DuckDBEngine
from borough.lake import delta, objects, runs, storage


class Writes:
    """Counts the writes of this process, and stops it at the one that was asked for."""

    def __init__(self, kill: int, pause: int, folder: Path) -> None:
        self.kill, self.pause, self.folder = kill, pause, folder
        self.names: list[str] = []

    def watch(self, owner: Any, name: str, *, torn: bool = False) -> None:
        original = getattr(owner, name)

        def watched(*args: Any, **kwargs: Any) -> Any:
            self.names.append(f"{getattr(owner, '__name__', owner)}.{name}")
            if len(self.names) == self.pause:
                self._wait()
            if len(self.names) != self.kill:
                return original(*args, **kwargs)
            if torn:
                _tear(original, args, kwargs)
            os.kill(os.getpid(), signal.SIGKILL)

        setattr(owner, name, watched)

    def _wait(self) -> None:
        (self.folder / "paused").touch()
        while not (self.folder / "go").exists():
            time.sleep(0.01)


def _tear(original: Callable[..., Any], args: Any, kwargs: Any) -> None:
    """Half of what a copy writes: as a kill in its middle leaves it."""
    for file in original(*args, **kwargs):
        os.truncate(file.path, file.size // 2)


def watch_all(writes: Writes) -> None:
    """Watch whatever writes to the lake, its lease or the scratch folder."""
    writes.watch(DuckDBEngine, "copy", torn=True)
    for name in ("create_table", "add_columns", "mark_personal", "commit_files", "restore", "optimize"):
        writes.watch(delta, name)
    writes.watch(runs, "publish")
    for name in ("swap", "drop_folder"):
        writes.watch(storage.LocalStorage, name)
        writes.watch(objects.ObjectStorage, name)
    writes.watch(objects.ObjectStorage, "place")
    writes.watch(Path, "unlink")
    writes.watch(shutil, "rmtree")


def cli(arguments: list[str]) -> dict[str, Any]:
    """A command, as its user sees it."""
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["borough", *arguments]
    code: Any = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            borough.cli.app.main()
        except SystemExit as ended:
            code = ended.code or 0
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


STEPS: dict[str, Callable[[list[str]], Any]] = {
    "cli": cli,
    "snapshot": lambda arguments: lake_snapshot.snapshot(Path(arguments[0])),
    "look": lambda arguments: lake_snapshot.look(Path(arguments[0])),
}


def work(job: dict[str, Any], folder: Path) -> None:
    """Do a job's steps in this child, and leave what they gave in ``result.json``."""
    writes = Writes(job.get("kill", 0), job.get("pause", 0), folder)
    watch_all(writes)
    results: list[Any] = []
    for step, *arguments in job["steps"]:
        results.append(STEPS[step](arguments))
    (folder / "result.json").write_text(json.dumps({"results": results, "writes": writes.names}), encoding="utf-8")


def start(job: dict[str, Any]) -> int:
    """Fork a child that does a job. Returns its process."""
    child = os.fork()
    if child:
        return child
    code = 0
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(Path(job["folder"]) / "output", os.O_WRONLY | os.O_CREAT), 1)
        work(job, Path(job["folder"]))
    except BaseException:  # noqa: BLE001  # a forked child must never return to the loop below
        (Path(job["folder"]) / "problem").write_text(traceback.format_exc())
        code = 99
    os._exit(code)


def warm() -> None:
    """Load what a run loads lazily, short of starting threads: the spatial extension's library, the grammar, the declarations."""
    import ctypes
    import tempfile

    import little_council

    from borough.pipeline.survey import compiled
    from borough.project.load import load

    with tempfile.TemporaryDirectory() as folder:
        compiled(load(little_council.write(Path(folder))))
    spatial = find_spec("duckdb_extension_spatial")
    assert spatial is not None and spatial.origin is not None
    for name in Path(spatial.origin).parent.rglob("*.duckdb_extension"):
        ctypes.CDLL(str(name))


def main() -> None:
    """Answer jobs until the input ends."""
    warm()
    print("ready", flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        if "wait" in job:
            _, status = os.waitpid(job["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = start(job)
        print(answer, flush=True)


if __name__ == "__main__":
    main()
