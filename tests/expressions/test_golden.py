"""The SQL of every function, held against golden files. BOROUGH_GOLDEN=write writes them (and the reference page) anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from borough.compile.expressions import bind
from borough.engine.functions import FUNCTIONS, reference
from borough.errors import EngineError

GOLDEN = Path(__file__).parent / "golden"
COLUMNS = {"a": "string", "b": "string", "n": "integer", "d": "date", "e": "date"}


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_sql_is_golden(dialect: str) -> None:
    lines = []
    for function in FUNCTIONS.values():
        if dialect == "spark" and function.name == "geometry":
            continue
        bound = bind(function.example, COLUMNS)
        lines += [f"-- {function.example} → {bound.type}", bound.sql(dialect) + ";"]
        if unreadable := bound.unreadable(dialect):
            lines += ["-- unreadable", unreadable + ";"]
    text = "\n".join(lines) + "\n"
    file = GOLDEN / f"{dialect}.sql"
    if os.environ.get("BOROUGH_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8", newline="")
    # Bytes: the literals hold carriage returns, which text mode would change.
    assert file.read_bytes().decode() == text


def test_the_reference_page_is_up_to_date() -> None:
    file = Path(__file__).parents[2] / "docs" / "reference" / "functions.md"
    if os.environ.get("BOROUGH_GOLDEN") == "write":
        file.write_text(reference(), encoding="utf-8", newline="")
    assert file.read_text(encoding="utf-8") == reference(), "write it anew with BOROUGH_GOLDEN=write"
    assert all(f"`{function.example}`" in reference() for function in FUNCTIONS.values())


def test_shapes_are_read_on_duckdb_only() -> None:
    with pytest.raises(EngineError, match="DuckDB only") as caught:
        bind("geometry(a)", COLUMNS).sql("spark")
    assert caught.value.advice
