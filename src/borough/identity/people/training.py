"""Train the linkage on a council's own records: without labels by expectation maximisation, or from pairs that people decided."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import quoted
from borough.identity.people.blocking import block, comparable
from borough.identity.people.levels import Comparison, level_sql
from borough.identity.people.model import MATES, Model, Weighed, shipped

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[Any]

PAIRS = 1_000_000
"""Pairs of records that training looks at, of each kind: more make it slower, and no better."""
BELIEF = 100.0
"""How many pairs the linkage that training starts from is worth: with few records it stays close to that."""
ROUNDS = 60
_OFFSETS = (1, 7, 13, 99, 1001, 2003, 3011, 5003, 7001, 11003, 17011, 23003, 31013, 47017, 65003)
_NODES, _PAIRS, _LEVELS = "train_nodes", "train_pairs", "train_levels"


def train(engine: DuckDBEngine, nodes: str, model: Model, labels: str | None = None) -> Model:
    """The linkage ``model`` with its probabilities learnt from the nodes: the same for the same nodes.

    ``labels``: relation (l, r, same BOOLEAN) of pairs that people decided; they then tell how records of one person agree.
    """
    # Numbers of nodes follow the order of arrival: pairs are drawn by what the records say.
    engine.execute(f"CREATE OR REPLACE TEMP TABLE train_keys AS SELECT node FROM {nodes}")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {_NODES} AS {comparable(nodes, 'train_keys', list(model.kinds), model.grown_before)}")
    try:
        ((count,),) = engine.rows(f"SELECT count(*) FROM {_NODES}")
        if count < 10:
            return model
        apart = _shares(model, _patterns(engine, model, _random(count)), start="u")
        # Among all pairs those of one person are lost: training looks at the narrow blocks even where scoring compares more.
        rules = shipped().blocking if set(shipped().blocking) <= set(model.blocking) or model.blocking == ((),) else model.blocking
        block(engine, nodes, None, rules, "train_keys", cap=model.cap)
        total = _candidates(engine, len(rules))
        patterns = _patterns(engine, model, _PAIRS)
        together, share = _maximise(model, patterns, apart, min(0.5, MATES * count / 2 / max(total, 1)))
        if labels is not None:
            together = _shares(model, _patterns(engine, model, f"(SELECT l, r FROM {labels} WHERE same)"), start="m")
        prior = math.log2(max(share * total, 1.0) / (count * (count - 1) / 2))
        return replace(model, weights=_weights(model, together, apart), prior=round(prior, 6))
    finally:
        for table in ("train_keys", _NODES, _PAIRS, _LEVELS):
            engine.execute(f"DROP TABLE IF EXISTS {table}")


def _random(count: int) -> str:
    """SQL of pairs of two people, nearly all: each record with some others, far along in a fixed shuffle."""
    steps = ", ".join(f"({step})" for step in _OFFSETS[: max(1, PAIRS // count)] if step < count)
    shuffled = f"SELECT node, row_number() OVER (ORDER BY md5(CAST(node AS VARCHAR)), node) AS i FROM {_NODES}"
    return f"(SELECT a.node AS l, b.node AS r FROM ({shuffled}) a CROSS JOIN (VALUES {steps}) v(step) JOIN ({shuffled}) b ON b.i = a.i + step LIMIT {PAIRS})"


def _candidates(engine: DuckDBEngine, rules: int) -> int:
    """A sample of the pairs that share a block. Returns how many such pairs there are."""
    union = " UNION ".join(f"SELECT l.node AS l, r.node AS r FROM train_keys l JOIN train_keys r ON l.key_{i} = r.key_{i} AND l.node < r.node" for i in range(rules))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {_PAIRS} AS {union}")
    ((total,),) = engine.rows(f"SELECT count(*) FROM {_PAIRS}")
    if total > PAIRS:
        part = PAIRS / total
        engine.execute(f"DELETE FROM {_PAIRS} WHERE (hash(l, r) % 1000000) >= {int(part * 1_000_000)}")
    return int(total)


def _patterns(engine: DuckDBEngine, model: Model, pairs: str) -> Numbers:
    """A row for each combination of levels among the pairs: levels (-1 unknown) in order of the comparisons, then how many pairs."""
    import numpy as np

    columns = [name for name, _ in engine.describe(f"SELECT * FROM {_NODES}") if name != "node"]
    sides = ", ".join(f"{side}.{quoted(c)} AS {quoted(c + '_' + side)}" for side in ("l", "r") for c in columns)
    levels = ", ".join(f"{level_sql(c)} AS c{i}" for i, c in enumerate(model.comparisons))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {_LEVELS} AS SELECT {levels} FROM (SELECT {sides} FROM {pairs} p JOIN {_NODES} l ON l.node = p.l JOIN {_NODES} r ON r.node = p.r)")
    names = ", ".join(f"c{i}" for i in range(len(model.comparisons)))
    rows = engine.rows(f"SELECT {names}, count(*) FROM {_LEVELS} GROUP BY ALL ORDER BY ALL")
    return np.array(rows, dtype=np.int64).reshape(-1, len(model.comparisons) + 1)


def _counted(patterns: Numbers, weights: Numbers, at: int, levels: int) -> Numbers:
    """How much weight each level of a comparison has, from the strongest agreement down."""
    import numpy as np

    known = patterns[:, at] >= 0
    counted: Numbers = np.bincount(levels - 1 - patterns[known, at], weights=weights[known], minlength=levels)
    return counted


def _shares(model: Model, patterns: Numbers, *, start: str) -> dict[str, Numbers]:
    """The share of each level among pairs that are all of one kind, with what the model believes beside."""
    counts = patterns[:, -1].astype(float)
    return {c.field: _believing(_counted(patterns, counts, i, len(c.levels)), _start(model, c, start), BELIEF if start == "m" else 10.0) for i, c in enumerate(model.comparisons)}


def _start(model: Model, comparison: Comparison, which: str) -> Numbers:
    import numpy as np

    values = np.array([getattr(w, which) for w in model.weights[comparison.field]], dtype=float)
    shares: Numbers = values / values.sum()
    return shares


def _believing(counts: Numbers, belief: Numbers, worth: float) -> Numbers:
    mixed: Numbers = (counts + worth * belief) / (counts.sum() + worth)
    return mixed


def _maximise(model: Model, patterns: Numbers, apart: Mapping[str, Numbers], share: float) -> tuple[dict[str, Numbers], float]:
    """The share of each level among pairs of one person in blocks, and the share of such pairs: expectation maximisation over the patterns."""
    import numpy as np

    one = {c.field: _start(model, c, "m") for c in model.comparisons}
    two = dict(apart)
    counts = patterns[:, -1].astype(float)
    for _ in range(ROUNDS if len(patterns) else 0):
        bits = np.full(len(patterns), math.log(share / (1 - share)))
        for i, c in enumerate(model.comparisons):
            ratio = np.log(np.append(np.maximum(one[c.field], 1e-9) / np.maximum(two[c.field], 1e-9), 1.0))
            bits += ratio[np.where(patterns[:, i] >= 0, len(c.levels) - 1 - patterns[:, i], len(c.levels))]
        odds = 1 / (1 + np.exp(-np.clip(bits, -60, 60)))
        for i, c in enumerate(model.comparisons):
            one[c.field] = _believing(_counted(patterns, counts * odds, i, len(c.levels)), _start(model, c, "m"), BELIEF)
            # In blocks pairs of two people agree more often than at random, so these are learnt beside.
            two[c.field] = _believing(_counted(patterns, counts * (1 - odds), i, len(c.levels)), apart[c.field], BELIEF)
        share = float(np.clip((counts * odds).sum() / counts.sum(), 1e-4, 0.999))
    return one, share


def _weights(model: Model, one: Mapping[str, Numbers], two: Mapping[str, Numbers]) -> dict[str, tuple[Weighed, ...]]:
    """The learnt probabilities; levels that go by frequency keep their own for values never seen, and vetoes stay vetoes."""
    made = {}
    for c in model.comparisons:
        old = model.weights[c.field]
        made[c.field] = tuple(
            before if level.fixed else Weighed(round(float(one[c.field][i]), 9), before.u if level.frequency else max(round(float(two[c.field][i]), 9), 1e-7))
            for i, (level, before) in enumerate(zip(c.levels, old, strict=True))
        )
    return made
