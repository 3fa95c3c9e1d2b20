"""One step of ``bench.borough`` in a process of its own, with the share of each stage: ``python -m bench.stages generate|by_hand|run|advance PROJECT OUT …``.

What it took goes to OUT as JSON: seconds, CPU seconds, peak memory in MB, records, and seconds by stage.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path


class Watch:
    """Seconds by stage: from each word of progress to the next."""

    def __init__(self) -> None:
        self.stages: defaultdict[str, float] = defaultdict(float)
        self._since, self._stage = time.perf_counter(), "planning"

    def turn(self, stage: str) -> None:
        """What went on until now is over; this begins."""
        now = time.perf_counter()
        self.stages[self._stage] += now - self._since
        self._since, self._stage = now, stage

    def begin(self, steps: int) -> None: ...

    def step(self, name: str, what: str) -> None:
        """A word of the conductor's."""
        self.turn("publishing" if name == "publish" else "receiving" if what.startswith("receiv") else what.split()[0])

    def done(self, name: str, rows: int) -> None: ...


def run(project: Path, watch: Watch) -> int:
    """As ``borough run``; the records received."""
    from borough.pipeline.conductor import run_project
    from borough.pipeline.context import Options
    from borough.project.load import load

    summary = run_project(load(project), now=dt.datetime.now(dt.UTC), options=Options(), progress=watch)
    return sum(int(line["read"]) for line in summary.ledger)


def generate(project: Path, watch: Watch, scale: float) -> int:
    """As ``borough demo generate``; the records written."""
    from borough.demo import door
    from borough.library import copying, shelf

    demo = door.Demo(scale)
    door.prepare(project, demo)
    copying.write(project, copying.prepare(project, shelf.sources()), force=True)
    return door.generate(project, demo, told=watch.turn).rows


def advance(project: Path, watch: Watch, days: int) -> int:
    """As ``borough demo advance``; the records written."""
    from borough.demo import door

    return door.advance(project, days, told=watch.turn)[1].rows


def by_hand(project: Path, watch: Watch) -> int:
    """The peer: polars reads CSV and SQLite as texts and writes Parquet; the records read. What it can't read as it is, it leaves."""
    import sqlite3

    import polars as pl

    rows, target = 0, project.with_name(project.name + "-by-hand")
    target.mkdir(exist_ok=True)
    for path in sorted((project / "data").rglob("*.csv")):
        watch.turn("csv")
        frame = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True, quote_char='"')
        frame.write_parquet(target / f"{path.stem}.parquet")
        rows += frame.height
    for path in sorted((project / "data").glob("*.sqlite")):
        watch.turn("sqlite")
        with sqlite3.connect(path) as database:
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                frame = pl.read_database(f'SELECT * FROM "{table}"', database, infer_schema_length=None)
                frame.write_parquet(target / f"{table}.parquet")
                rows += frame.height
    return rows


def main() -> None:
    """Do one step and write what it took."""
    what, project, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    steps: dict[str, Callable[[Watch], int]] = {
        "run": lambda watch: run(project, watch),
        "by_hand": lambda watch: by_hand(project, watch),
        "generate": lambda watch: generate(project, watch, float(sys.argv[4])),
        "advance": lambda watch: advance(project, watch, int(sys.argv[4])),
    }
    before, watch = time.perf_counter(), Watch()
    rows = steps[what](watch)
    watch.turn("end")
    used, peak = os.times(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    taken = {"wall": time.perf_counter() - before, "cpu": used.user + used.system, "peak": peak, "rows": rows, "stages": watch.stages}
    out.write_text(json.dumps(taken), encoding="utf-8")


if __name__ == "__main__":
    main()
