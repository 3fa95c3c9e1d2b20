"""Measures the promises, on this machine: ``make bench``, or ``python -m bench --rows 5000000``.

Prints seconds and peak memory of each step. It judges nothing: machines differ, so read it beside an earlier run on the same one.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BOROUGH = str(Path(sys.executable).parent / "borough")

DECLARATIONS = {
    "borough.yaml": "borough: Bench\n",
    "sources/tax.yaml": """\
source: tax
feeds:
  accounts:
    files: data/accounts_{extract_date:%Y-%m-%d}.csv
    delivers: full
    to: account
    map:
      account: integer(ref)
      uprn: uprn(uprn)
      name: text(name)
      postcode: postcode(postcode)
      since: uk_date(since)
      charge: money(charge)
""",
    "datasets/account.yaml": """\
dataset: account
key: account
columns:
  account: {type: integer, required: true}
  uprn: {type: integer}
  name: {type: string, classification: personal}
  postcode: {type: string, on_unreadable: 'null'}
  since: {type: date, required: true}
  charge: {type: money, between: [0, 5000]}
rules:
  - {name: not_before_council_tax, check: since >= DATE '1993-04-01', dimension: validity, severity: warn}
""",
}


def _extract(path: Path, rows: int, changed: int) -> None:
    """Messy rows, by DuckDB: one date in 500 unreadable, one UPRN in 3 with .0, and some charges changed."""
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT i AS ref, (999000000000 + i) || CASE WHEN i % 3 = 0 THEN '.0' ELSE '' END AS uprn,
                'Resident  ' || i % 5000 AS name, 'nm' || i % 9 + 1 || ' ' || i % 10 || 'ab' AS postcode,
                CASE WHEN i % 500 = 0 THEN '31/02/2020' ELSE strftime(DATE '1990-01-01' + CAST(i % 12000 AS INT), '%d/%m/%Y') END AS since,
                '£' || (i % 2000 + CASE WHEN i <= {changed} THEN 1 ELSE 0 END) || '.50' AS charge
            FROM range(1, {rows + 1}) t(i)) TO '{path}' (HEADER, DELIMITER ',')"""
        )


def _step(name: str, *words: str) -> None:
    before, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([BOROUGH, *words], capture_output=True, text=True)
    seconds, after = time.perf_counter() - before, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    # ru_maxrss is the greatest of all children so far, in KiB on Linux: it shows where the peak was set.
    peak = after.ru_maxrss / 1024
    print(f"{name:<40} {seconds:8.2f} s   {cpu:8.2f} s of CPU   peak so far {peak:6.0f} MB   exit code {done.returncode}", flush=True)
    if done.returncode not in (0, 3):
        print(done.stdout + done.stderr, file=sys.stderr)


def _bench_extracts(folder: Path, rows: int) -> None:
    at = ("--project", str(folder))
    for name, text in DECLARATIONS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    _extract(folder / "data" / "accounts_2024-01-31.csv", rows, 0)
    _step(f"first load, {rows:,} messy rows", *at, "run")
    _step("nothing new", *at, "run")
    _extract(folder / "data" / "accounts_2024-02-29.csv", rows, rows // 100)
    _step("next extract, 1% changed", *at, "run")
    _step("query", *at, "query", "SELECT count(*) AS n, sum(charge) AS charge FROM account")
    _step("query as of the first extract", *at, "query", "SELECT count(*) AS n FROM account", "--as-of", "2024-01-31")


def main() -> None:
    """Run the steps, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    print(f"{os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _step("borough --help", "--help")
        _step("generate the demo", "demo", "generate", str(folder / "demo"))
        _step("run the demo", "run", "--project", str(folder / "demo"))
        _bench_extracts(folder / "extracts", rows)


if __name__ == "__main__":
    main()
