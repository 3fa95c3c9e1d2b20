"""A file's columns, under names that no Python word can have."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl


def laid_out(rows: pl.DataFrame, columns: Mapping[str, pl.Expr | pl.Series]) -> pl.DataFrame:
    """A frame with these columns of the rows, in this order."""
    return rows.select(**columns)
