"""Which refused rows are in quarantine now."""

from __future__ import annotations


def open_rows(quarantine: str) -> str:
    """SQL of the rows that are in quarantine now: the last event of each row, where that is a refusal."""
    latest = f"SELECT * FROM {quarantine} QUALIFY row_number() OVER (PARTITION BY feed, delivery, row ORDER BY run DESC) = 1"
    return f"(SELECT * FROM ({latest}) WHERE status = 'refused')"
