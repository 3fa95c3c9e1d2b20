"""Runs a project as ``borough run`` does, and tells what its standardising took: ``python -m bench.derive PROJECT FILE``.

The part from the rows in bronze to the published run: what changed is found, written, committed and booked. Receiving the file is not in it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import sys
import time
from pathlib import Path

from borough.pipeline.conductor import run_project
from borough.pipeline.context import Options
from borough.project.load import load


class Watch:
    """Hears of a run's progress, and notes when standardising began."""

    began: tuple[float, float] | None = None

    def begin(self, steps: int) -> None: ...

    def step(self, name: str, what: str) -> None:
        if what == "standardising":
            self.began = clocks()

    def done(self, name: str, rows: int) -> None: ...


def clocks() -> tuple[float, float]:
    """Seconds, and seconds of CPU of this process."""
    used = os.times()
    return time.perf_counter(), used.user + used.system


def main() -> None:
    """Run it, and write seconds, CPU seconds and peak memory (MB) of the whole process to the file, as JSON."""
    watch = Watch()
    run_project(load(Path(sys.argv[1])), now=dt.datetime.now(dt.UTC), options=Options(), progress=watch)
    assert watch.began is not None, "there was nothing to standardise"
    wall, cpu = (after - before for before, after in zip(watch.began, clocks(), strict=True))
    Path(sys.argv[2]).write_text(json.dumps([wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]), encoding="utf-8")


if __name__ == "__main__":
    main()
