"""Why two records are one person, or not: the evidence field by field, as the linkage weighs it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from borough.engine.duckdb import DuckDBEngine
from borough.errors import UsageError
from borough.identity.people.blocking import comparable
from borough.identity.people.model import Model
from borough.identity.people.scoring import COMPARED, FREQUENT, extras_of, frequencies, linker_of, tidy_away

UNKNOWN = "not known of both"
"""The level of a field that says nothing."""


@dataclass(frozen=True)
class Evidence:
    """What one field says of two records."""

    field: str
    level: str
    left: Any
    right: Any
    bits: float
    """For (above 0) or against their being one person; 0 where it says nothing."""


@dataclass(frozen=True)
class Explained:
    """A waterfall: the prior, what each field adds, and the weight that comes of it."""

    prior: float
    evidence: tuple[Evidence, ...]
    total: float


def explain(engine: DuckDBEngine, model: Model, nodes: str, left: int, right: int, *, frequent: str | None = None) -> Explained:
    """The evidence for two nodes, by Splink itself. Raises UsageError where one is not among ``nodes``."""
    one, other = sorted((left, right))
    if frequent is None:
        frequencies(engine, nodes, model)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE people_keys AS SELECT node, true AS dirty, 1 AS key_0 FROM {nodes} WHERE node IN ({int(one)}, {int(other)})")
    engine.execute(f"CREATE OR REPLACE TABLE {COMPARED} AS {comparable(nodes, 'people_keys', extras_of(model), model.grown_before)}")
    try:
        if engine.rows(f"SELECT count(*) FROM {COMPARED}") != [(2,)]:
            raise UsageError(f"records {one} and {other} are not both among the standing ones", advice="`borough identity find` shows which records there are")
        linker = linker_of(engine, model, 1, frequent or FREQUENT, explaining=True)
        found = linker.inference.predict().as_record_dict()[0]
        tidy_away(linker)
    finally:
        for table in (COMPARED, "people_keys", *(() if frequent else (FREQUENT,))):
            engine.execute(f"DROP TABLE IF EXISTS {table}")
    evidence = tuple(_evidence(model, found, i) for i in range(len(model.comparisons)))
    return Explained(model.prior, evidence, round(float(found["match_weight"]), 4))


def _evidence(model: Model, found: dict[str, Any], at: int) -> Evidence:
    comparison = model.comparisons[at]
    field = comparison.field
    level = int(found[f"gamma_{field}"])
    words = UNKNOWN if level < 0 else comparison.levels[len(comparison.levels) - 1 - level].words
    factor = float(found[f"bf_{field}"]) * float(found.get(f"bf_tf_adj_{field}") or 1.0)
    return Evidence(field, words, found.get(f"{field}_l"), found.get(f"{field}_r"), round(math.log2(factor), 4))
