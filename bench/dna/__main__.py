"""DNA of a whole borough: ``python -m bench.dna [--demo FOLDER] [--scale 1] [--times 3] [--months 36]``.

Each step is a process of its own: seconds and peak memory, beside what is promised for scale 1 on 2 cores. In the same run, the same attributes
as SQL written by hand (the limit: ours should take at most 1.5 times as long) and as one query for each (what we avoid). It judges nothing:
machines differ.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.dna.by_hand import ATTRIBUTES, SCANS, written

from borough.compile.attributes.resolve import profiles
from borough.dna.building import builder
from borough.pipeline.profiles import Profiles
from borough.pipeline.survey import open_engine, open_lake
from borough.project.load import load

LIMITS = {"all attributes": 30, "a day later": 10, "months": 300}


def opened(root: Path) -> Profiles:
    """The project, as last published."""
    project = load(root)
    lake = open_lake(project)
    published = lake.published()
    if published is None:
        raise SystemExit(f"{root} has not been run")
    return Profiles(project, open_engine(project), lake, published, profiles(project)[0])


def _day(found: Profiles) -> dt.date:
    return found.day("property") or dt.date(2026, 10, 31)


def _build(found: Profiles, names: tuple[str, ...] | None) -> float:
    """Seconds to build the profile of all properties with some attributes, or all."""
    profile = found.profile("property")
    begun = time.perf_counter()
    with builder(found.engine, found.relations(), profile if names is None else profile.only(names)) as made:
        made.completed(_day(found), "made")
    return time.perf_counter() - begun


def everything(found: Profiles, months: int) -> float:
    """All attributes as of today."""
    del months
    return _build(found, None)


def some(found: Profiles, months: int) -> float:
    """The attributes that are written by hand too."""
    del months
    return _build(found, ATTRIBUTES)


def by_hand(found: Profiles, months: int) -> float:
    """The same as one statement, written by hand."""
    del months
    day, relations = _day(found), found.relations()
    begun = time.perf_counter()
    # Linked to properties alone: what is not asked for should not be paid for.
    read = {d: relations.linked(d, relations.dataset(d, as_of=day, areas=False, links=False), people=False, as_of=day) for d in SCANS}
    found.engine.execute(f"CREATE TEMP TABLE by_hand AS {written(read, relations.dataset('blpu', as_of=day, areas=False), day)}")
    return time.perf_counter() - begun


def one_by_one(found: Profiles, months: int) -> float:
    """The same, a query for each attribute."""
    del months
    return sum(_build(found, (name,)) for name in ATTRIBUTES)


def past(found: Profiles, months: int) -> float:
    """All attributes as of the end of each month, written to files."""
    last = _day(found).replace(day=1)
    days = []
    for _ in range(months):
        last -= dt.timedelta(1)
        days.append(last)
        last = last.replace(day=1)
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        for day, relation in found.several("property", days):
            found.engine.execute(f"COPY (SELECT * FROM {relation.sql}) TO '{folder}/{day}.parquet' (FORMAT parquet, COMPRESSION zstd)")
    return time.perf_counter() - begun


STEPS: dict[str, Callable[[Profiles, int], float]] = {"everything": everything, "some": some, "by_hand": by_hand, "one_by_one": one_by_one, "past": past}


def _child(step: str, root: Path, months: int) -> None:
    seconds = STEPS[step](opened(root), months)
    print(json.dumps({"seconds": seconds, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def measure(step: str, root: Path, months: int = 0, times: int = 1) -> tuple[float, float]:
    """Median seconds, and peak memory in MB."""
    told = []
    for _ in range(times):
        done = subprocess.run([sys.executable, "-m", "bench.dna", "--child", step, "--demo", str(root), "--months", str(months)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        told.append(json.loads(done.stdout.splitlines()[-1]))
    return statistics.median(t["seconds"] for t in told), max(t["peak"] for t in told)


def a_day_later(root: Path) -> dict[str, float]:
    """Let a day pass and run: seconds of each profile."""
    binary = str(Path(sys.executable).parent / "borough")
    made = dt.datetime.combine(_day(opened(root)) + dt.timedelta(1), dt.time(20), dt.UTC)
    subprocess.run([binary, "demo", "advance", "--project", str(root), "--days", "1"], check=True, capture_output=True)
    done = subprocess.run([binary, "run", "--project", str(root), "--now", made.isoformat()], capture_output=True, text=True, check=False)
    told = [line for line in (done.stdout + done.stderr).splitlines() if "_dna: " in line and " rows in " in line]
    return {line.partition(":")[0]: float(line.partition(" in ")[2].split()[0]) for line in told}


def main() -> None:
    """Measure every step and print it beside its limit and its peers."""
    asked = argparse.ArgumentParser(prog="python -m bench.dna", description=__doc__)
    asked.add_argument("--demo", type=Path, help="a demo project that was run; without it one is made and run")
    asked.add_argument("--scale", type=float, default=1.0)
    asked.add_argument("--times", type=int, default=3)
    asked.add_argument("--months", type=int, default=36)
    asked.add_argument("--child", choices=list(STEPS), help=argparse.SUPPRESS)
    said = asked.parse_args()
    if said.child:
        _child(said.child, said.demo, said.months)
        return
    with tempfile.TemporaryDirectory() as folder:
        root = said.demo or Path(folder) / "borough"
        if said.demo is None:
            binary = str(Path(sys.executable).parent / "borough")
            subprocess.run([binary, "demo", "generate", str(root), "--scale", str(said.scale)], check=True, capture_output=True)
            subprocess.run([binary, "run", "--project", str(root)], check=False, capture_output=True)
        _report(root, said.times, said.months)


def _report(root: Path, times: int, months: int) -> None:
    found = opened(root)
    profile = found.profile("property")
    ((homes,),) = found.engine.rows(f"SELECT count(*) FROM {found.kept('property').sql}")
    found.engine.close()
    print(f"{homes:,} properties, {len(profile.attributes)} attributes of {len(profile.sources)} sources; medians of {times}; limits are for scale 1")
    seconds, peak = measure("everything", root, times=times)
    print(f"  all attributes             {seconds:7.1f} s {peak:7,.0f} MB   limit {LIMITS['all attributes']} s, 8,000 MB")
    ours, _ = measure("some", root, times=times)
    hand, _ = measure("by_hand", root, times=times)
    print(f"  {len(ATTRIBUTES)} of them               {ours:7.1f} s")
    print(f"  the same by hand           {hand:7.1f} s              ours takes {ours / hand:.2f} times as long (limit 1.5)")
    alone, _ = measure("one_by_one", root)
    print(f"  a query for each           {alone:7.1f} s              {alone / ours:.1f} times ours")
    seconds, peak = measure("past", root, months)
    print(f"  as of {months} months            {seconds:7.1f} s {peak:7,.0f} MB   limit {LIMITS['months']} s, 8,000 MB; {homes * months / seconds:,.0f} profiles a second")
    passed = a_day_later(root)
    print(f"  a day later                {passed.get('property_dna', 0):7.1f} s              limit {LIMITS['a day later']} s; all entities {sum(passed.values()):.1f} s ({', '.join(f'{n} {s:.1f}' for n, s in passed.items())})")


if __name__ == "__main__":
    main()
