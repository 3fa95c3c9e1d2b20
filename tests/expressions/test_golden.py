"""The SQL of every function, held against golden files. BOROUGH_GOLDEN=write writes them anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from borough.compile.expressions import bind
from borough.engine.functions import FUNCTIONS, reference

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


def test_the_reference_names_every_function() -> None:
    page = reference()
    assert all(f"`{function.example}`" in page for function in FUNCTIONS.values())
