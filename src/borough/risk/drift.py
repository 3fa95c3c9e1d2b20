"""Whether those who are rated are still like those a model was made for: the population stability index of inputs and ratings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from borough.compile.models.fitted import Fitted
from borough.compile.models.model import Model
from borough.compile.models.scoring import chance_sql
from borough.compile.models.terms import Encoding, value_sql
from borough.engine.duckdb import DuckDBEngine

STIRRED, MOVED = 0.1, 0.25
"""From which index a distribution has stirred, and has moved: the custom of credit scoring (Siddiqi 2006)."""
RATING_EDGES = (1.0, 2.0, 5.0, 10.0, 20.0, 35.0, 50.0, 75.0)
SMALL = 1e-4
"""A share counts as no less: an index with nothing in it would be infinite."""


def baseline(engine: DuckDBEngine, model: Model, fitted: Fitted, table: str) -> dict[str, Any]:
    """The shares of those who are rated by bin of each input and of the rating: what later ones are compared with."""
    return {"baseline": shares(engine, model, fitted, table), "rated": int(engine.rows(f"SELECT count(*) FROM {table}")[0][0])}


def shares(engine: DuckDBEngine, model: Model, fitted: Fitted, table: str) -> dict[str, list[float]]:
    """Input → the shares by bin, in order; under ``rating`` those of the rating."""
    named: dict[str, Encoding] = {e.name: e for s in fitted.stages for e in s.encodings}
    wanted = {name: _bin_sql(e) for name, e in sorted(named.items())}
    wanted["rating"] = (_steps(f"100 * {chance_sql(model, fitted)}", RATING_EDGES), len(RATING_EDGES) + 1)
    cells = [f"count(*) FILTER (WHERE b{i} = {k})" for i, (_, size) in enumerate(wanted.values()) for k in range(size)]
    binned = ", ".join(f"{sql} AS b{i}" for i, (sql, _) in enumerate(wanted.values()))
    row = engine.rows(f"SELECT count(*), {', '.join(cells)} FROM (SELECT {binned} FROM {table})")[0]
    total, counts = max(1, int(row[0])), iter(row[1:])
    return {name: [round(next(counts) / total, 6) for _ in range(size)] for name, (_, size) in wanted.items()}


def _bin_sql(encoding: Encoding) -> tuple[str, int]:
    """SQL of the bin of an input, and how many there are; the last is that it is missing."""
    if encoding.transform == "categories":
        levels = [*encoding.levels, *encoding.rare][:30]
        whens = " ".join("WHEN '" + v.replace("'", "''") + f"' THEN {i}" for i, v in enumerate(levels))
        value = value_sql(encoding)
        return f"CASE WHEN {value} IS NULL THEN {len(levels) + 1} ELSE CASE {value} {whens} ELSE {len(levels)} END END" if levels else f"CASE WHEN {value} IS NULL THEN 1 ELSE 0 END", len(levels) + 2
    low, high = (math.expm1(v) if encoding.log else v for v in (encoding.low, encoding.high))
    edges = [0.5] if encoding.kind == "yes" else [low + (high - low) * part for part in (0.02, 0.05, 0.1, 0.2, 0.4, 0.7)]
    value = value_sql(encoding)
    return f"CASE WHEN {value} IS NULL THEN {len(edges) + 1} ELSE {_steps(value, edges)} END", len(edges) + 2


def _steps(value: str, edges: Sequence[float]) -> str:
    whens = " ".join(f"WHEN {value} >= {edge!r} THEN {i + 1}" for i, edge in reversed(list(enumerate(edges))))
    return f"CASE {whens} ELSE 0 END"


def stability(before: Sequence[float], after: Sequence[float]) -> float:
    """The population stability index of two lists of shares."""
    return round(sum((max(a, SMALL) - max(b, SMALL)) * math.log(max(a, SMALL) / max(b, SMALL)) for b, a in zip(before, after, strict=True)), 4)


def drift(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    """A line for each input and the rating: the index and what it says, the greatest first."""
    lines = []
    for name, shares_before in before.items():
        if name in after and len(after[name]) == len(shares_before):
            index = stability(shares_before, after[name])
            lines.append({"input": name, "index": index, "says": "moved" if index >= MOVED else "stirred" if index >= STIRRED else "steady"})
    return sorted(lines, key=lambda line: -float(str(line["index"])))
