"""Cells of a sheet as text: what Excel holds, without the noise of floating points."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any


def text_of(value: Any) -> str:
    """Numbers with the 15 digits that Excel keeps, dates as in ISO 8601, durations as hours:minutes:seconds, ``true`` and ``false``."""
    return AS_TEXT[type(value)](value)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = format(value, ".15g")
    return f"{Decimal(text):f}" if "e" in text else text


def _instant(value: dt.datetime) -> str:
    return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")


def _duration(value: dt.timedelta) -> str:
    seconds = round(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


AS_TEXT: dict[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "true" if value else "false",
    dt.date: dt.date.isoformat,
    dt.datetime: _instant,
    dt.time: lambda value: value.isoformat("seconds"),
    dt.timedelta: _duration,
}
