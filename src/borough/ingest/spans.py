"""Spans of time as they are declared, such as ``2 days``."""

from __future__ import annotations

import datetime as dt

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


def seconds(span: str) -> int:
    """A declared span (``2 days``, ``1 minute``) in seconds."""
    number, unit = span.split()
    return int(number) * _SECONDS[unit.removesuffix("s")]


def span(text: str) -> dt.timedelta:
    """A declared span as a difference of times."""
    return dt.timedelta(seconds=seconds(text))
