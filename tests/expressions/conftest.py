"""Engines over which expressions must agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from borough.engine.duckdb import DuckDBEngine


@pytest.fixture(scope="session")
def duckdb_engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(threads=2)
    engine.load("spatial")
    yield engine
    engine.close()
