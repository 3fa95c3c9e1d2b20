"""A whole borough: generated, run from nothing, and a day later: ``python -m bench.borough [--scales 0.1 1 3] [--times 1]``.

Each step is a process of its own: seconds, CPU seconds, peak memory, records a second, and the share of each stage. Beside it, in the same run,
a peer: polars reads the CSV and SQLite of the same borough and writes them as Parquet, without checks, history, ledger or quarantine.
The limits are those promised for scale 1 on 2 cores. It judges nothing: machines differ.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIMITS = {"generate": (180, 4096), "run": (180, 6144), "run a day later": (15, 6144)}


@dataclass(frozen=True)
class Step:
    """What a step took: medians over its repetitions."""

    wall: float
    cpu: float
    peak: float
    rows: int
    stages: dict[str, float]


def step(what: str, project: Path, *words: str) -> Step:
    """Run one step in a process of its own."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([sys.executable, "-m", "bench.stages", what, str(project), out.name, *words], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        return Step(**json.loads(Path(out.name).read_text(encoding="utf-8")))


def median(steps: list[Step]) -> Step:
    """The medians; stages as in the first."""
    middle = {name: statistics.median(getattr(s, name) for s in steps) for name in ("wall", "cpu")}
    return Step(middle["wall"], middle["cpu"], max(s.peak for s in steps), steps[0].rows, steps[0].stages)


def show(name: str, one: Step, scale: float) -> None:
    """One line for a step, and one for the shares of its stages."""
    limit = LIMITS.get(name) if scale == 1 else None
    promised = f"   limit {limit[0]} s, {limit[1]:,} MB" if limit else ""
    print(f"  {name:<18} {one.wall:7.1f} s {one.cpu:7.1f} s of CPU {one.peak:7,.0f} MB {one.rows:>11,} records {one.rows / one.wall:>9,.0f}/s{promised}")
    total = sum(one.stages.values()) or 1
    shares = sorted(((seconds / total, stage) for stage, seconds in one.stages.items() if stage != "end"), reverse=True)[:8]
    print("    " + " · ".join(f"{stage} {share:.0%}" for share, stage in shares), flush=True)


def measure(scale: float, times: int, folder: Path) -> dict[str, Step]:
    """All steps at one scale."""
    found: dict[str, list[Step]] = {}
    for n in range(times):
        project = folder / f"{scale:g}-{n}"
        found.setdefault("generate", []).append(step("generate", project, str(scale)))
        found.setdefault("by hand", []).append(step("by_hand", project))
        found.setdefault("run", []).append(step("run", project))
        found.setdefault("advance", []).append(step("advance", project, "1"))
        found.setdefault("run a day later", []).append(step("run", project))
    return {name: median(steps) for name, steps in found.items()}


def main() -> None:
    """Measure at each scale, and compare the time a record takes."""
    parser = argparse.ArgumentParser(description="Generate, run and advance a whole synthetic borough.")
    parser.add_argument("--scales", type=float, nargs="+", default=[0.1, 1.0, 3.0])
    parser.add_argument("--times", type=int, default=1)
    given = parser.parse_args()
    by_scale: dict[float, dict[str, Step]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for scale in given.scales:
            by_scale[scale] = measure(scale, given.times, Path(folder))
            print(f"\nscale {scale:g}; medians of {given.times}")
            for name, one in by_scale[scale].items():
                show(name, one, scale)
            ours, hand = by_scale[scale]["run"], by_scale[scale]["by hand"]
            print(f"  borough run takes {ours.wall / hand.wall:.1f} × what polars takes to read CSV and SQLite and write Parquet, checking nothing")
    if 1.0 in by_scale and 3.0 in by_scale:
        for name in ("generate", "run"):
            one, three = by_scale[1.0][name], by_scale[3.0][name]
            print(f"{name}: a record at scale 3 takes {(three.wall / three.rows) / (one.wall / one.rows):.2f} × the time, and {three.peak / one.peak:.2f} × the memory, of scale 1")


if __name__ == "__main__":
    main()
