"""Measures the promises, on this machine: ``make bench``, or ``python -m bench --rows 5000000``.

Prints seconds, CPU seconds and peak memory of each step, each a process of its own: ours beside what a person would write by hand.
It judges nothing: machines differ, so read it beside an earlier run on the same one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.extracts import bad_rows, declare, write_extract

ROOT = Path(__file__).resolve().parents[1]
BOROUGH = str(Path(sys.executable).parent / "borough")
FIRST, NEXT = "accounts_2024-01-31.csv", "accounts_2024-02-01.csv"


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds, seconds of CPU, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


def run(*words: str) -> Cost:
    """Run a command to its end."""
    with tempfile.TemporaryFile() as said:
        before = time.perf_counter()
        process = subprocess.Popen(words, stdout=said, stderr=said, cwd=ROOT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - before
        if process.returncode not in (0, 3):
            said.seek(0)
            sys.stderr.write(f"exit code {process.returncode}: {' '.join(words)}\n{said.read().decode(errors='replace')}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)  # ru_maxrss is in KiB on Linux


def show(name: str, costs: list[Cost], limit: list[Cost] | None = None) -> None:
    """Medians of several runs; the greatest peak; how many times the limit."""
    wall, cpu = (statistics.median(getattr(c, part) for c in costs) for part in ("wall", "cpu"))
    times = f"   {wall / statistics.median(c.wall for c in limit):4.1f} × the limit" if limit else ""
    print(f"{name:<52} {wall:7.2f} s  {cpu:7.2f} s of CPU  {max(c.peak for c in costs):6.0f} MB{times}", flush=True)


def by_hand(name: str, source: Path, folder: Path) -> Cost:
    return run(sys.executable, "-m", "bench.by_hand", name, str(source), str(folder))


def load(project: Path) -> Cost:
    return run(BOROUGH, "--project", str(project), "run")


def derive(folder: Path) -> Cost:
    """From the rows in bronze to the published run, of a copy of a project with an extract waiting. The peak is of the whole process."""
    copy, told = folder.with_name(folder.name + "-derive"), folder.with_name(folder.name + "-derive.json")
    shutil.copytree(folder, copy)
    run(sys.executable, "-m", "bench.derive", str(copy), str(told))
    return Cost(*json.loads(told.read_text(encoding="utf-8")))


def project(folder: Path, *extracts: Path) -> Path:
    """A project with these extracts waiting."""
    declare(folder)
    (folder / "data").mkdir(exist_ok=True)
    for extract in extracts:
        os.link(extract, folder / "data" / extract.name)
    return folder


def kept(folder: Path) -> int:
    """Rows in quarantine that have their original values and a reason."""
    import duckdb

    files = folder / "lake" / "system" / "quarantine" / "*.parquet"
    sound = "original IS NOT NULL AND json_array_length(reasons) > 0"
    found = duckdb.execute(f"SELECT count(*) FROM (SELECT DISTINCT delivery, row FROM '{files}' WHERE {sound})").fetchone()
    return int(found[0]) if found else 0


def bench_loads(folder: Path, rows: int, times: int) -> None:
    """A first load, and the next day's full extract, beside their limits."""
    first, following = folder / FIRST, folder / NEXT
    write_extract(first, rows)
    write_extract(following, rows, next_day=True)
    print(f"\n{rows:,} rows of 14 columns, {first.stat().st_size / 1e6:,.0f} MB, {bad_rows(rows):,} bad rows; medians of {times}")
    limit: list[Cost] = []
    peer: list[Cost] = []
    change: list[Cost] = []
    ours: list[Cost] = []
    nothing: list[Cost] = []
    derived: list[Cost] = []
    daily: list[Cost] = []
    found = 0
    for i in range(times):
        hand = folder / f"hand-{i}"
        limit.append(by_hand("load", first, hand / "before"))
        peer.append(by_hand("polars", first, hand / "polars"))
        by_hand("load", following, hand / "after")
        change.append(by_hand("change", hand / "after", hand / "before"))
        place = project(folder / f"ours-{i}", first)
        ours.append(load(place))
        found = kept(place)
        nothing.append(load(place))
        os.link(following, place / "data" / NEXT)
        derived.append(derive(place))
        daily.append(load(place))
    show("load by hand in DuckDB, no bronze (the limit)", limit)
    show("load by hand in polars, no bronze", peer, limit)
    show("borough run: first load", ours, limit)
    print(f"{'':<52} {found:,} of {bad_rows(rows):,} bad rows kept with their reasons")
    show("borough run: nothing new", nothing)
    show("changes by hand, from typed input (the limit)", change)
    show("borough: changes from bronze, found and published", derived, change)
    show("borough run: next full extract, 1.3% changed", daily, change)


def bench_memory(folder: Path, rows: int) -> None:
    """Peak memory of a first load ten times as large."""
    peaks = []
    for factor in (1, 10):
        extract = folder / f"{factor}" / FIRST
        write_extract(extract, rows * factor)
        cost = load(project(folder / f"memory-{factor}", extract))
        show(f"borough run: first load of {rows * factor:,} rows", [cost])
        peaks.append(cost.peak)
    print(f"{'':<52} {peaks[1] / peaks[0]:.2f} × the memory")


def bench_small(folder: Path) -> None:
    """What every command pays, and the demo."""
    show("borough --help", [run(BOROUGH, "--help") for _ in range(3)])
    show("run the demo", [run(BOROUGH, "run", "--project", str(folder / "demo"))])


def main() -> None:
    """Run the steps, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3, help="runs of each step, of which the median counts")
    parser.add_argument("--memory", action="store_true", help="also load ten times the rows, once (slow)")
    words = parser.parse_args()
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        # As where a package is installed: its modules are compiled. A checkout may be told to leave nothing compiled behind.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        for wanted in ("borough.pipeline.conductor", "bench.derive", "deltalake", "polars"):
            run(sys.executable, "-c", f"import {wanted}")
        bench_small(folder)
        bench_loads(folder, words.rows, words.times)
        if words.memory:
            bench_memory(folder, words.rows)
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
