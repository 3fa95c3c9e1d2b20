"""Mending history by append: what a derivation from an earlier position gives, against what the log says."""

from __future__ import annotations

import datetime as dt

from borough.compile.mapping import sql_type
from borough.engine.port import WrittenFile
from borough.engine.quoting import quoted
from borough.lake.logs import Log, instant, names, same
from borough.standardise.derive import Derived
from borough.standardise.stage import Bench

WITHDRAWN = 2305843009213693952  # 2^61: sequence numbers from here on are of assertions that were withdrawn
CONTENT = "CASE WHEN {0}._op = 'delete' OR {0}._op IS NULL THEN 'gone' ELSE {0}._hash END"


def mend(bench: Bench, log: Log, derived: Derived, before: str | None, since: dt.datetime | None, ordinal: int) -> list[WrittenFile]:
    """Write the assertions that make the log say what ``derived`` says, from ``since`` on (None: from the beginning).

    ``before`` is the feed's state just before ``since``; ``ordinal`` the feed's place in the project, which keeps
    sequence numbers apart. Assertions that already agree are left alone.
    """
    feed = bench.mapped.feed
    where = f"_feed = '{feed}'" + (f" AND _position >= {instant(since)}" if since is not None else "")
    logged = log.assertions(where)
    rightful = bench.engine.scan([f.path for f in derived.changes], bench.mapped.log_columns)
    folder = bench.new_folder("mended")
    written = bench.engine.copy(_missing_or_different(bench, rightful, logged), folder + "/differing.parquet")
    written += bench.engine.copy(_no_longer(bench, rightful, logged, before, ordinal), folder + "/withdrawn.parquet")
    return written


def _missing_or_different(bench: Bench, rightful: str, logged: str) -> str:
    """Assertions that the log lacks, or has otherwise."""
    identity = (*bench.mapped.contract.key, "_position")
    columns = names([name for name, _ in bench.mapped.log_columns], "c")
    differs = f"{CONTENT.format('c')} <> {CONTENT.format('l')} OR c._known IS DISTINCT FROM l._known"
    return f"SELECT {columns} FROM {rightful} c LEFT JOIN {logged} l ON {same(identity, 'c', 'l')} WHERE l._run IS NULL OR {differs}"


def _no_longer(bench: Bench, rightful: str, logged: str, before: str | None, ordinal: int) -> str:
    """Assertions that should not be: overridden with the state that is right at their position, known when that was.

    One that says what is right may stay, unless it claims to have been known earlier.
    """
    mapped = bench.mapped
    key = mapped.contract.key
    identity = (*key, "_position")
    columns = names([name for name, _ in mapped.log_columns])
    states = f"SELECT {columns} FROM {rightful}"
    if before is not None:
        states += f" UNION ALL SELECT {columns} FROM {before}"
    only = f"SELECT l.* FROM {logged} l ANTI JOIN {rightful} c ON {same(identity, 'l', 'c')}"
    gone = "s._op IS NULL OR s._op = 'delete'"
    own = [
        f"l.{quoted(n)}" if n in key else f"CASE WHEN {gone} THEN CAST(NULL AS {sql_type(kind)}) ELSE s.{quoted(n)} END AS {quoted(n)}"
        for n, kind in mapped.columns
    ]
    n = f"{WITHDRAWN} + {ordinal} * 1099511627776 + row_number() OVER (ORDER BY {names(identity, 'l')})"
    return (
        f"SELECT {', '.join(own)}, l._feed, CASE WHEN {gone} THEN 'delete' ELSE 'update' END AS _op, l._position, coalesce(s._known, l._known) AS _known, "
        f"CASE WHEN {gone} THEN NULL ELSE s._hash END AS _hash, coalesce(s._delivery, l._delivery) AS _delivery, s._file, s._row, "
        f"CAST({bench.number} AS BIGINT) AS _run, CAST({n} AS BIGINT) AS _n, '{bench.cause}' AS _cause, {instant(bench.recorded)} AS _recorded "
        f"FROM ({only}) l ASOF LEFT JOIN ({states}) s ON {same(key, 'l', 's')} AND l._position >= s._position "
        f"WHERE {CONTENT.format('l')} <> {CONTENT.format('s')} OR l._known < s._known"
    )
