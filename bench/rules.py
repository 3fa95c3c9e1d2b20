"""Measures what rules cost: ``python -m bench.rules``, with ``--slow`` Great Expectations too.

Thirty rules over a million typed rows, every failing key written out: ours beside a scan that a person would write for these rules
alone in DuckDB, beside polars by hand, pointblank and Great Expectations (each where it is installed); then ours compiled into the scan
that reads the texts, beside the same scan without rules. Each is a process of its own, in turn. The first seconds are the process with its
imports, the second ones the work alone: declarations to SQL, the scan, the failing keys. It judges nothing.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.__main__ import Cost, run
from bench.thirty import DECLARATIONS, HAND, TEXTS, TYPED

KEY = "account"
NEVER = dt.datetime(2024, 1, 31)


def write_rows(folder: Path, rows: int) -> None:
    """Typed rows, of which each rule fails a few in a thousand; and the same as the texts that a feed would bring."""
    import duckdb

    with duckdb.connect() as connection:
        typed = f"SELECT {TYPED} FROM range(1, {rows + 1}) t(i)"
        connection.execute(f"COPY ({typed}) TO '{folder}/rows.parquet' (FORMAT parquet, COMPRESSION zstd)")
        own = (
            "1::BIGINT AS _delivery, 'accounts.csv' AS _file, file_row_number AS _row, CAST(NULL AS VARCHAR) AS _problem, "
            f"TIMESTAMP '{NEVER}' AS _position, 0 AS _extract"
        )
        texts = f"SELECT {TEXTS}, {own} FROM read_parquet('{folder}/rows.parquet', file_row_number=true)"
        connection.execute(f"COPY ({texts}) TO '{folder}/texts.parquet' (FORMAT parquet, COMPRESSION zstd)")


def by_hand(folder: Path, to: Path) -> None:
    """The limit: one scan gives each row a number with a bit for each rule; rows that fail nothing drop out."""
    import duckdb

    with duckdb.connect() as connection:
        bits = " + ".join(f"CASE WHEN {bad} THEN {1 << i} ELSE 0 END" for i, bad in enumerate(HAND.values()))
        names = ", ".join(f"({1 << i}, '{name}')" for i, name in enumerate(HAND))
        failing = f"SELECT {KEY}, bits FROM (SELECT {KEY}, {bits} AS bits FROM '{folder}/rows.parquet') WHERE bits <> 0"
        sql = f"SELECT {KEY}, name FROM ({failing}) JOIN (VALUES {names}) r (bit, name) ON bits & bit <> 0"
        connection.execute(f"COPY ({sql}) TO '{to}/keys.parquet' (FORMAT parquet)")


def polars(folder: Path, to: Path) -> None:
    """The same by hand in polars: a column of true and false for each rule, each filtered."""
    import polars as pl
    from bench.thirty import in_polars

    rows = pl.scan_parquet(folder / "rows.parquet").select(KEY, **in_polars(pl))
    checked = rows.collect(engine="streaming")
    keys = [checked.filter(pl.col(name)).select(KEY, name=pl.lit(name)) for name in HAND]
    pl.concat(keys).write_parquet(to / "keys.parquet")


def pointblank(folder: Path, to: Path) -> None:
    """Pointblank over polars; the rows that fail come out by step."""
    import pointblank as pb
    import polars as pl
    from bench.thirty import in_polars

    rows = pl.read_parquet(folder / "rows.parquet")
    plan = pb.Validate(data=rows)
    for bad in in_polars(pl).values():
        plan = plan.col_vals_expr(expr=~bad)
    found = plan.interrogate(extract_limit=len(rows)).get_data_extracts()
    keys = [found[i].select(KEY, name=pl.lit(name)) for i, name in enumerate(in_polars(pl), 1) if found.get(i) is not None]
    pl.concat(keys).write_parquet(to / "keys.parquet")


def great_expectations(folder: Path, to: Path) -> None:
    """Great Expectations over pandas; each expectation lists the rows that fail it."""
    import great_expectations as gx
    import pandas as pd
    import polars as pl
    from bench.thirty import in_polars

    rows = pl.read_parquet(folder / "rows.parquet").select(KEY, **in_polars(pl)).to_pandas()
    batch = gx.get_context(mode="ephemeral").data_sources.add_pandas("rows").add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    suite = gx.ExpectationSuite(name="rules")
    for name in HAND:
        suite.add_expectation(gx.expectations.ExpectColumnValuesToBeInSet(column=name, value_set=[False]))
    form = {"result_format": "COMPLETE", "unexpected_index_column_names": [KEY]}
    done = batch.get_batch({"dataframe": rows}).validate(suite, result_format=form)
    keys = [(index[KEY], r.expectation_config.kwargs["column"]) for r in done.results for index in r.result.get("unexpected_index_list") or []]
    pd.DataFrame(keys, columns=[KEY, "name"]).to_parquet(to / "keys.parquet")


def _project(to: Path) -> Any:
    from borough.project.load import load

    for name, text in DECLARATIONS.items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_text(text, encoding="utf-8")
    return load(to)


def _failing(checks: Any, masks: str) -> str:
    """SQL of every failing key with the rule that it fails, over rows with masks."""
    bits = ", ".join(f"({one.mask}, {1 << one.bit}, '{one.check.name}')" for one in checks)
    held = " OR ".join(f"(mask = {i} AND _m{i} & bit <> 0)" for i in range(1 + max(one.mask for one in checks)))
    some = " OR ".join(f"_m{i} <> 0" for i in range(1 + max(one.mask for one in checks)))
    held_masks = ", ".join(f"_m{i}" for i in range(1 + max(one.mask for one in checks)))
    return f"SELECT {KEY}, r.name FROM (SELECT {KEY}, {held_masks} FROM {masks} WHERE {some}) JOIN (VALUES {bits}) r (mask, bit, name) ON {held}"


def ours(folder: Path, to: Path) -> None:
    """The rules as Borough compiles them, over typed rows."""
    from borough.catalogue.contracts import contract_types
    from borough.compile.checks import bind_rule, mask_count, mask_sql, numbered, row_checks
    from borough.engine.duckdb import DuckDBEngine

    contract = _project(to).datasets["ruled"]
    rules = [(rule, bind_rule(rule, contract_types(contract))) for rule in contract.rules]
    checks = numbered(row_checks(contract, {}, rules))
    engine = DuckDBEngine()
    masks = ", ".join(f"{mask_sql(checks, i)} AS _m{i}" for i in range(mask_count(checks)))
    typed = f"(SELECT *, 'insert' AS _op, CAST(NULL AS VARCHAR) AS _problem FROM '{folder}/rows.parquet')"
    engine.copy(_failing(checks, f"(SELECT {KEY}, {masks} FROM {typed} m)"), f"{to}/keys.parquet")
    engine.close()


def _mapped(folder: Path, to: Path, dataset: str) -> tuple[Any, Any, str]:
    from borough.compile.mapping import Stamp, map_feed
    from borough.engine.duckdb import DuckDBEngine
    from borough.standardise.stage import staged_columns

    mapped, mistakes = map_feed(_project(to), f"tax.{dataset}", None)
    if mapped is None:
        raise SystemExit(f"bench/thirty.py: {mistakes}")
    engine = DuckDBEngine()
    sql = mapped.stage_sql(f"'{folder}/texts.parquet'", Stamp(1, NEVER, "delivery", "m._position"))
    files = engine.copy(sql, f"{to}/stage", partition_by=("_refused", "_extract"))
    return engine, mapped.checks, engine.scan([f.path for f in files], staged_columns(mapped))


def mapping(folder: Path, to: Path) -> None:
    """The texts read, hashed, split and written: what a load does anyway."""
    engine, _, _ = _mapped(folder, to, "bare")
    engine.close()


def fused(folder: Path, to: Path) -> None:
    """The same with the rules in its scan; then the failing keys from the masks that it wrote."""
    engine, checks, staged = _mapped(folder, to, "ruled")
    engine.copy(_failing(checks, staged), f"{to}/keys.parquet")
    engine.close()


STEPS: dict[str, tuple[str, Callable[[Path, Path], None]]] = {
    "by_hand": ("a scan by hand in DuckDB (the limit)", by_hand),
    "ours": ("ours, alone", ours),
    "mapping": ("ours, the mapping without rules", mapping),
    "fused": ("ours, the mapping with the rules in it", fused),
    "polars": ("polars by hand", polars),
    "pointblank": ("pointblank", pointblank),
    "great_expectations": ("Great Expectations", great_expectations),
}


def child(name: str, folder: Path, to: Path) -> None:
    """One step, in its own process; says how long the work took."""
    work = STEPS[name][1]
    if name in ("ours", "mapping", "fused"):
        import sqlglot  # noqa: F401 # imports are not the work

        import borough.compile.mapping
        import borough.project.load
        import borough.standardise.stage  # noqa: F401 # imports are not the work
    module = {"by_hand": "duckdb", "ours": "duckdb", "mapping": "duckdb", "fused": "duckdb"}.get(name, name)
    importlib.import_module(module)
    before = time.perf_counter(), time.process_time()
    work(folder, to)
    (to / "took.json").write_text(json.dumps([time.perf_counter() - before[0], time.process_time() - before[1]]), encoding="utf-8")


def failing(to: Path) -> int:
    """How many pairs of key and rule a step found."""
    import duckdb

    found = duckdb.execute(f"SELECT count(*) FROM (SELECT DISTINCT * FROM '{to}/keys.parquet')").fetchone()
    return int(found[0]) if found else 0


def main() -> None:
    """Run the steps in turn, in a folder that is removed afterwards."""
    parser = argparse.ArgumentParser(prog="python -m bench.rules", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5, help="runs of each step, of which the median counts")
    parser.add_argument("--slow", action="store_true", help="Great Expectations too")
    words = parser.parse_args()
    absent = [name for name in ("polars", "pointblank", "great_expectations") if importlib.util.find_spec(name) is None]
    steps = [name for name in STEPS if name not in absent and (name != "great_expectations" or words.slow)]
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; {words.rows:,} rows, {len(HAND)} rules; medians of {words.times}")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        measure(Path(name), words.rows, words.times, steps)
    if absent:
        print(f"not installed, left out: {', '.join(absent)}")


def measure(folder: Path, rows: int, times: int, steps: list[str]) -> None:
    """Run the steps in turn and print what each took."""
    # In a process of its own: a child's peak memory starts from its parent's.
    run(sys.executable, "-m", "bench.rules", "write", str(rows), str(folder))
    costs: dict[str, list[Cost]] = {step: [] for step in steps}
    work: dict[str, list[tuple[float, float]]] = {step: [] for step in steps}
    for i in range(times):
        for step in steps:
            if step in ("pointblank", "great_expectations") and i:
                continue
            to = folder / f"{step}-{i}"
            to.mkdir()
            costs[step].append(run(sys.executable, "-m", "bench.rules", "child", step, str(folder), str(to)))
            work[step].append(tuple(json.loads((to / "took.json").read_text(encoding="utf-8"))))
    found = {step: failing(folder / f"{step}-0") for step in steps if step != "mapping"}
    typical = {step: [statistics.median(w[part] for w in work[step]) for part in (0, 1)] for step in steps}
    limit = typical["by_hand"]
    for step in steps:
        cost = costs[step]
        wall, cpu = typical[step]
        whole = statistics.median(c.wall for c in cost)
        print(
            f"{STEPS[step][0]:<40} {whole:6.2f} s  work {wall:6.2f} s {cpu:6.2f} s of CPU  {max(c.peak for c in cost):5.0f} MB  "
            f"{wall / limit[0]:5.2f} × the limit ({cpu / limit[1]:.2f} of CPU)" + (f"  {found[step]:,} failures" if step in found else "")
        )
    more = [typical["fused"][part] - typical["mapping"][part] for part in (0, 1)]
    print(f"rules on top of the mapping: {more[0]:.2f} s, {more[1]:.2f} s of CPU: {more[0] / limit[0]:.2f} × the limit ({more[1] / limit[1]:.2f} of CPU)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        child(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    elif sys.argv[1:2] == ["write"]:
        write_rows(Path(sys.argv[3]), int(sys.argv[2]))
    else:
        main()
