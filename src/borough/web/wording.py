"""Values, names and numbers as people read them."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import Any

FEW = "fewer than 5"
SHORT = {"asb": "anti-social behaviour", "hmo": "HMO", "epc": "EPC", "uprn": "UPRN", "usrn": "USRN"}
"""Short words of columns and values, as people say them."""


def in_words(name: str) -> str:
    """A name as a heading: ``ward_name`` becomes ``Ward name``."""
    words = [SHORT.get(word, word) for word in name.replace("_", " ").split(" ")]
    spaced = " ".join(words)
    return spaced[:1].upper() + spaced[1:]


def said(value: Any, *, percent: bool = False) -> str:
    """A value in words: thousands with commas, dates as 31 October 2026, nothing as a dash."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return f"{value.day} {value:%B %Y, %H:%M} UTC"
    if isinstance(value, dt.date):
        return f"{value.day} {value:%B %Y}"
    if percent:
        return share(float(value))
    if isinstance(value, int):
        return str(value) if abs(value) >= 10**9 else f"{value:,}"
    if isinstance(value, (float, Decimal)):
        return _number(float(value))
    return str(value)


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 10**9:
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 1 else f"{value:.3g}"


def share(part: float) -> str:
    """A share as a percentage: none and all are said only where it is none or all."""
    shown = f"{part * 100:.1f}"
    if part > 0 and shown == "0.0":
        return "under 0.1%"
    if part < 1 and shown == "100.0":
        return "over 99.9%"
    return f"{shown}%"


def month(day: dt.date) -> str:
    return f"{day:%B %Y}"


def plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
