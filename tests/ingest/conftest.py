from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from borough.engine.duckdb import DuckDBEngine

from .receiving import Delivery, Place

pytest.register_assert_rewrite(f"{__package__}.connector_contract")


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(threads=2)
    yield engine
    engine.close()


@pytest.fixture
def place(tmp_path: Path, engine: DuckDBEngine) -> Place:
    return Place(tmp_path, engine)


@pytest.fixture
def csv(place: Place) -> Callable[..., Delivery]:
    """Receive one CSV file."""

    def receive(data: bytes | str, name: str = "a.csv", **feed: Any) -> Delivery:
        place.put(name, data.encode() if isinstance(data, str) else data)
        return place.receive(**feed)

    return receive


@pytest.fixture(scope="session")
def shared() -> Path:
    path = Path(os.environ.get("BOROUGH_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not path.is_dir():
        pytest.skip("the shared open data is not here (set BOROUGH_SHARED_DATA)")
    return path
