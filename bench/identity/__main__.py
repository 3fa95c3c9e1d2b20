"""``python -m bench.identity``: people on public sets and on the demo borough, addresses on corrupted ones; plain tools beside, in the same run."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl
from bench.identity.judge import Score, clusterwise, halves, pairwise
from bench.identity.peers import plain_splink
from bench.identity.sets import SETS, PeopleSet, project, read

THRESHOLDS = (-4.0, -2.0, 0.0, 2.0, 4.0)
"""Weights in bits from which a link is tried to hold: the best on one half of the people is reported on the other."""


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m bench.identity", description=__doc__)
    asked.add_argument("--data", type=Path, default=Path(os.environ.get("BOROUGH_SHARED_DATA", "../shared/data")), help="folder with linkage/ and addresses/")
    asked.add_argument("--demo", type=Path, help="a demo project that was run: its linked people and properties against its truth")
    asked.add_argument("--only", choices=[*SETS, "addresses"], action="append", help="this set alone")
    said = asked.parse_args()
    wanted = said.only or [*SETS, "addresses"]
    for name, one in SETS.items():
        if name in wanted:
            if (said.data / "linkage" / one.file).exists():
                _people(one, said.data / "linkage")
            else:
                print(f"{name}: left out, there is no {one.file} in {said.data / 'linkage'}")
    if "addresses" in wanted:
        from bench.identity import addresses

        addresses.main(said.data)
    if said.demo:
        subprocess.run([_borough(), "demo", "truth", "--project", str(said.demo)], check=True)


def _borough() -> str:
    return str(Path(sys.executable).parent / "borough")


def _people(one: PeopleSet, folder: Path) -> None:
    frame, truth = read(one, folder), one.truth(read(one, folder)).with_columns(pl.col("record").cast(pl.String))
    print(f"\n{one.name}: {frame.height:,} records of {truth['person'].n_unique():,} people")
    ours, seconds = _ours(one, frame, None)
    _print("Borough, by declarations alone", truth.join(ours, on="record", how="left"), seconds)
    found = {threshold: truth.join(_ours(one, frame, threshold)[0], on="record", how="left") for threshold in THRESHOLDS}
    best = max(THRESHOLDS, key=lambda threshold: pairwise(halves(found[threshold])[0]).f1)
    _print(f"Borough, threshold {best:+g} chosen on one half, on the other", halves(found[best])[1], None)
    begun = time.perf_counter()
    theirs = plain_splink(frame, one.map["record"], febrl=one.name.startswith("febrl"))
    _print("Splink as in its tutorial", truth.join(theirs, on="record", how="left"), time.perf_counter() - begun)


def _ours(one: PeopleSet, frame: pl.DataFrame, threshold: float | None) -> tuple[pl.DataFrame, float]:
    """Run the set as a project. Returns record and found, and the seconds of the whole run."""
    with tempfile.TemporaryDirectory() as place:
        root = project(one, frame, Path(place) / "council", trained="" if threshold is None else f"\nmatch_above: {threshold}\n")
        begun = time.perf_counter()
        done = subprocess.run([_borough(), "run", "--project", str(root)], capture_output=True, text=True, check=False)
        seconds = time.perf_counter() - begun
        if done.returncode:
            raise SystemExit(done.stderr)
        out = Path(place) / "found.csv"
        subprocess.run([_borough(), "query", "SELECT record, person AS found FROM record", "--project", str(root), "--format", "csv", "--to", str(out)], check=True, capture_output=True)
        return pl.read_csv(out, infer_schema_length=0), seconds


def _print(what: str, linked: pl.DataFrame, seconds: float | None) -> None:
    pairs, clusters = pairwise(linked), clusterwise(linked)
    took = f"{seconds:6.1f} s" if seconds is not None else ""
    print(f"  {what:<56} pairs {_score(pairs)}   clusters {_score(clusters)} {took}")


def _score(score: Score) -> str:
    return f"P {score.precision:.4f} R {score.recall:.4f} F1 {score.f1:.4f}"


if __name__ == "__main__":
    main()
