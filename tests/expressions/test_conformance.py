"""One table of values, one set of expressions: DuckDB, Sail and Apache Spark give the same values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from tests.engine import servers
from tests.expressions.cases import EXPRESSIONS, READERS
from tests.expressions.values import VALUES

from borough.compile.expressions import Bound, bind
from borough.engine.dialects import DIALECTS
from borough.engine.duckdb import DuckDBEngine
from borough.engine.port import Engine

COLUMNS = {"v": "string", "w": "string", "d": "date", "e": "date", "s": "timestamp"}
# Few statements: planning one costs more than its rows.
BATCH = 40
pytestmark = [pytest.mark.spark, pytest.mark.slow]


@lru_cache
def readings() -> list[tuple[Any, ...]]:
    """What the values read as on DuckDB: short typed cells, so that plans over dates stay small."""
    d = DIALECTS["duckdb"]
    rows = ", ".join(f"({i}, {'NULL' if v is None else d.literal(v)})" for i, v in enumerate(VALUES))
    day, moment = (bind(f"{f}(v)", COLUMNS).sql() for f in ("uk_date", "uk_timestamp"))
    engine = DuckDBEngine(threads=1)
    try:
        return engine.rows(f"SELECT {day}, {moment} FROM (VALUES {rows}) AS t(i, v) ORDER BY i")
    finally:
        engine.close()


@lru_cache
def table(dialect: str) -> str:
    """The values, each with the one before it, and the dates that they are."""
    d = DIALECTS[dialect]

    def cell(value: Any, kind: str) -> str:
        return f"CAST({'NULL' if value is None else d.literal(str(value))} AS {d.types[kind]})"

    texts = [cell(v, "string") for v in VALUES]
    days = [cell(day, "date") for day, _ in readings()]
    moments = [cell(moment, "timestamp") for _, moment in readings()]
    rows = ", ".join(f"({i}, {texts[i]}, {texts[i - 1]}, {days[i]}, {days[i - 1]}, {moments[i]})" for i in range(len(VALUES)))
    return f"(VALUES {rows}) AS t(i, v, w, d, e, s)"


def comparable(value: Any) -> Any:
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else value + 0.0
    return value


def evaluated(engine: Engine, columns: list[str]) -> list[tuple[Any, ...]]:
    named = ", ".join(f"{sql} AS c{n}" for n, sql in enumerate(columns))
    rows = engine.rows(f"SELECT {named} FROM {table(engine.dialect)} ORDER BY i")
    return [tuple(comparable(cell) for cell in row) for row in rows]


def cells(bound: Bound, dialect: str) -> list[str]:
    return [bound.sql(dialect), bound.unreadable(dialect) or "FALSE"]


def disagreements(one: Engine, other: Engine, texts: list[str]) -> list[str]:
    bounds = [bind(text, COLUMNS, unknown=("N/A", "tbc")) for text in texts]
    left = evaluated(one, [c for b in bounds for c in cells(b, one.dialect)])
    right = evaluated(other, [c for b in bounds for c in cells(b, other.dialect)])
    assert len(left) == len(right) == len(VALUES)
    return [
        f"{texts[n // 2]}{' (unreadable)' if n % 2 else ''} of {VALUES[i]!r}, {VALUES[i - 1]!r}: {a[n]!r} / {b[n]!r}"
        for i, (a, b) in enumerate(zip(left, right, strict=True))
        for n in range(len(a))
        if a[n] != b[n]
    ]


@pytest.fixture(scope="module", params=["sail", "spark"])
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    reason = servers.missing(request.param)
    if reason:
        pytest.skip(reason)
    from borough.engine.spark import SparkEngine

    server = servers.sail() if request.param == "sail" else servers.spark(tmp_path_factory.mktemp("spark"))
    with server as url:
        engine = SparkEngine(url)
        yield engine
        engine.close()


EVERY = (*(f"{reader}(v)" for reader in READERS), *EXPRESSIONS)
BATCHES = [list(EVERY[i : i + BATCH]) for i in range(0, len(EVERY), BATCH)]


@pytest.mark.parametrize("texts", BATCHES, ids=lambda texts: f"from {texts[0]}")
def test_engines_agree_value_for_value(duckdb_engine: DuckDBEngine, other: Engine, texts: list[str]) -> None:
    found = disagreements(duckdb_engine, other, texts)
    assert not found, "\n".join(found[:40])
