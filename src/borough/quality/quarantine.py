"""The quarantine: refused rows with their reasons and original values, and their release."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from borough.catalogue.quarantined import open_rows
from borough.catalogue.tables import QUARANTINE_COLUMNS, REFUSED_COLUMNS
from borough.lake.logs import instant, names


def settle(refused: str, quarantine: str, feed: str, deliveries: Sequence[int], *, run: int, now: dt.datetime, cause: str) -> str:
    """SQL of the events that bring the quarantine in line with a derivation.

    ``refused``: rows the derivation refused; ``deliveries``: the deliveries it read, or that no longer count.
    A row refused as before stays as it is; one no longer refused is released.
    """
    ids = ", ".join(map(str, deliveries)) or "NULL"
    stands = f"(SELECT * FROM {open_rows(quarantine)} WHERE feed = '{feed}' AND delivery IN ({ids}))"
    stamp = f"CAST({run} AS BIGINT) AS run, {instant(now)} AS recorded"
    on = "o.delivery = r.delivery AND o.row = r.row"
    own = names([name for name, _ in REFUSED_COLUMNS], "r")
    told = ("dataset", "position", "key", "reasons", "original")
    differs = " OR ".join(f"{names([c], 'o')} IS DISTINCT FROM {names([c], 'r')}" for c in told)
    fresh = f"SELECT {own}, 'refused' AS status, {stamp} FROM {refused} r LEFT JOIN {stands} o ON {on} WHERE {differs}"
    kept = names([name for name, _ in REFUSED_COLUMNS if name != "cause"], "o")
    released = f"SELECT {kept}, '{cause}' AS cause, 'released' AS status, {stamp} FROM {stands} o ANTI JOIN {refused} r ON {on}"
    order = names([name for name, _ in QUARANTINE_COLUMNS])
    return f"SELECT {order} FROM ({fresh} UNION ALL BY NAME {released})"
