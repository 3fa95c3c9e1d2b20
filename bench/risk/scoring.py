"""How quickly a fitted model rates: as compiled SQL, as SQL written by hand, and through pandas."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bench.risk.work import line, opened

from borough.compile.models.fitted import FittedStage
from borough.compile.models.scoring import logit_sql, scored_sql
from borough.demo import door
from borough.demo.truth.ceiling import day_before
from borough.pipeline.modelling import POPULATION
from borough.pipeline.outcomes import design


def scoring(root: Path, rows: int) -> None:
    """Score so many rows (the borough's homes, again and again), and 1,000 that changed."""
    demo = door.read(root)
    if demo is None or demo.until is None:
        raise SystemExit(f"{root} holds no demo")
    work = opened(root, "unlicensed_let", day_before(demo.until))
    outcomes = work.rows()
    fitted = work.fitted(outcomes, np.ones(len(outcomes.outcome), dtype=bool))
    work.modelling.populate(work.outcomes)
    engine = work.engine
    engine.execute(f"CREATE TEMP TABLE million AS SELECT p.* FROM {POPULATION} p, range(CAST(ceil({rows} / (SELECT count(*) FROM {POPULATION})) AS BIGINT)) LIMIT {rows}")
    stage = fitted.stages[0]
    ours = _median(lambda: engine.execute(f"CREATE OR REPLACE TEMP TABLE scored AS SELECT 1 / (1 + exp(-({logit_sql(stage)}))) AS p FROM million"))
    hand = _median(lambda: engine.execute(f"CREATE OR REPLACE TEMP TABLE scored AS SELECT {_by_hand(stage)} AS p FROM million"))

    def through_pandas() -> None:
        import pandas as pd

        terms = work.modelling._plain_terms(stage)
        frame = pd.DataFrame(design(engine, "million", terms, "property"))
        _ = 1 / (1 + np.exp(-frame.to_numpy() @ np.ones(len(terms))))

    pandas = _median(through_pandas, 1)
    print(f"\nscoring {rows:,} homes by {len(stage.encodings)} features")
    line("seconds, as compiled", f"{ours:.2f}", f"1.2 x by hand: {1.2 * hand:.2f}", f"by hand {hand:.2f}, through pandas {pandas:.2f}")
    engine.execute(f"CREATE TEMP TABLE changed AS SELECT *, property AS entity, '' AS inputs FROM {POPULATION} LIMIT 1000")
    again = f"CREATE OR REPLACE TEMP TABLE again AS SELECT * FROM {scored_sql(work.model, fitted, 'changed')}"
    line("seconds, 1,000 that changed, with what drives them", f"{_median(lambda: engine.execute(again)):.2f}", "under 2")
    engine.close()


def _median(work: Callable[[], None], times: int = 3) -> float:
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return statistics.median(took)


def _by_hand(stage: FittedStage) -> str:
    """The same sum as somebody would write it: a CASE for each category, a product for each number."""
    parts = [repr(stage.intercept)]
    for e in stage.encodings:
        weights = stage.weights[e.name]
        if e.transform == "categories":
            whens = " ".join(f"WHEN '{v}' THEN {w}" for v, w in zip(e.levels, weights, strict=False))
            parts.append(f"CASE \"{e.name}\" {whens} ELSE 0 END" if whens else "0")
            continue
        value = f'coalesce(CAST("{e.name}" AS {"INTEGER" if e.kind == "yes" else "DOUBLE"}), {e.fill})'
        value = f"ln(1 + greatest({value}, 0))" if e.log else value
        value = value if e.kind == "yes" else f"least(greatest({value}, {e.low}), {e.high})"
        parts.append(f"{weights[0]} * {value}")
        parts += [f"{w} * greatest({value} - {edge}, 0)" for edge, w in zip(e.edges, weights[1:], strict=False)]
        if e.flag and weights[-1]:
            parts.append(f'CASE WHEN "{e.name}" IS NULL THEN {weights[-1]} ELSE 0 END')
    return f"1 / (1 + exp(-({' + '.join(parts)})))"
