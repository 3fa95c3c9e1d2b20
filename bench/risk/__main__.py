"""How good and how quick ratings are: ``python -m bench.risk [--demo FOLDER …] [--seeds 11 12 13 --scale 1] [--data FOLDER] [--rows 1000000]``.

The demo borough (``--demo``: folders that have been run; else boroughs are made from ``--seeds``) is judged by its hidden truth, a year before its last day,
beside its stated ceiling and beside plain scikit-learn on the same visits. ``--data``: a folder with risk/, for New York and Chicago. Every figure stands
beside what is promised and a peer, from the same run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.risk.cities import CITIES, judged_city
from bench.risk.scoring import scoring
from bench.risk.truth import judged_borough

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def _borough(*words: str | Path, **env: str) -> float:
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "borough", *map(str, words)], env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        raise SystemExit(f"borough {' '.join(map(str, words))}: {done.stderr[-2000:]}")
    return time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--demo", type=Path, nargs="*", default=[], help="demo projects that have been run")
    parser.add_argument("--seeds", type=int, nargs="*", default=[], help="seeds of boroughs that are made and run for this")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--data", type=Path, help="folder with risk/, for New York and Chicago")
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows that are scored")
    given = parser.parse_args()
    if not (given.demo or given.seeds or given.data):
        given.seeds = [11]
    with tempfile.TemporaryDirectory() as scratch:
        folders = list(given.demo)
        for seed in given.seeds:
            folder = Path(scratch) / f"seed{seed}"
            _borough("demo", "generate", folder, "--scale", str(given.scale), "--seed", str(seed))
            _borough("run", "--project", folder)
            folders.append(folder)
        for folder in folders:
            judged_borough(folder)
            scoring(folder, given.rows)
        for name, model, day in CITIES if given.data else ():
            copy = Path(scratch) / name
            if not copy.exists():
                shutil.copytree(EXAMPLES / name, copy)
                _borough("run", "--project", copy, DATA=str(given.data.resolve()))
            os.environ["DATA"] = str(given.data.resolve())
            judged_city(copy, model, day)


if __name__ == "__main__":
    main()
