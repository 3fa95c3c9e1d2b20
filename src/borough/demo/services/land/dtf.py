"""DTF 7.3: how the records of a Local Land and Property Gazetteer are written. Texts in quotes, numbers and dates bare, what is unknown empty."""

from __future__ import annotations

import datetime as dt

import polars as pl

CUSTODIAN = 9990
NAME = "NORTHMERE COUNCIL"


def text(value: pl.Expr | str | None) -> pl.Expr:
    """A text, in quotes and capitals; nothing where it is null."""
    if value is None:
        return pl.lit("")
    column = pl.col(value) if isinstance(value, str) else value
    return ('"' + column.cast(pl.String).str.to_uppercase().str.replace_all('"', '""', literal=True) + '"').fill_null("")


def bare(value: pl.Expr | str | None) -> pl.Expr:
    """A number or a date; nothing where it is null."""
    if value is None:
        return pl.lit("")
    return (pl.col(value) if isinstance(value, str) else value).cast(pl.String).fill_null("")


def record(code: int, frame: pl.DataFrame, *values: pl.Expr, first: int = 1) -> pl.Series:
    """A line for each row, with its code, the change (I: inserted, as all are in a full extract) and its order in the file."""
    order = pl.int_range(first, first + len(frame)).cast(pl.String)
    return frame.select(line=pl.concat_str([pl.lit(f'{code},"I"'), order, *values], separator=","))["line"]


def header(day: dt.date, volume: int) -> pl.Series:
    return pl.Series([f'10,"{NAME}",{CUSTODIAN},{day},{volume},{day},063000,"7.3","F"'])


def trailer(day: dt.date, following: int, records: int) -> pl.Series:
    """``records`` without header and trailer; ``following`` is the next volume, 0 after the last."""
    return pl.Series([f"99,{following},{records},{day},063000"])


def key(letter: str, digits: pl.Expr) -> pl.Expr:
    """A key as custodians give them: their code, a letter for the kind of record, nine digits."""
    return text(pl.format("{}{}{}", pl.lit(str(CUSTODIAN)), pl.lit(letter), digits.cast(pl.String).str.zfill(9)))
