"""uk_address_matcher, for what the parts of an address could not tell."""

from __future__ import annotations

from borough.engine.duckdb import DuckDBEngine
from borough.identity.addresses.gazetteer import Prepared


def match_the_rest(engine: DuckDBEngine, prepared: Prepared) -> None:
    """Match what is left with uk_address_matcher, and keep what neither flat nor number contradicts."""
