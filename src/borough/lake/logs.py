"""Reading a log of changes, as SQL: current rows, state at a position, as of a date, history.

A row of a log asserts that from ``_position`` on, key K of feed F has these values (or is gone).
A later row (``_run``, ``_n``) with the same (feed, key, position) overrides the earlier one: so a
late extract, a correction or a changed mapping mends history by append alone.

The SQL keeps to what DuckDB and Spark share, but for ``QUALIFY`` and ``ANTI``/``SEMI`` joins, which both have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from borough.engine.quoting import quoted

LONDON = ZoneInfo("Europe/London")

# Columns that every row of a log carries beside its dataset's own, with their logical types.
LOG_COLUMNS: tuple[tuple[str, str], ...] = (
    ("_feed", "string"),
    ("_op", "string"),
    ("_position", "timestamp"),
    ("_known", "timestamp"),
    ("_hash", "string"),
    ("_delivery", "long"),
    ("_file", "string"),
    ("_row", "long"),
    ("_run", "long"),
    ("_n", "long"),
    ("_cause", "string"),
    ("_recorded", "timestamp"),
)


def start_of_day(day: dt.date) -> dt.datetime:
    """The first instant of a civil day in Europe/London, as UTC without a zone."""
    local = dt.datetime(day.year, day.month, day.day, tzinfo=LONDON)
    return local.astimezone(dt.UTC).replace(tzinfo=None)


def end_of_day(day: dt.date) -> dt.datetime:
    """The first instant after a civil day: "as of D" means everything known before it."""
    return start_of_day(day + dt.timedelta(days=1))


def instant(moment: dt.datetime) -> str:
    """A UTC instant as an SQL literal."""
    return f"TIMESTAMP '{moment:%Y-%m-%d %H:%M:%S.%f}'"


def names(columns: Sequence[str], alias: str = "") -> str:
    """Quoted column names, comma-separated, with an optional alias before each."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + quoted(c) for c in columns)


def same(columns: Sequence[str], left: str, right: str) -> str:
    """The condition that two aliases agree on columns that are never null."""
    return " AND ".join(f"{names([c], left)} = {names([c], right)}" for c in columns)


@dataclass(frozen=True)
class Log:
    """A dataset's log and what it is read with.

    ``sql`` reads every row of the log; ``base`` is a relation that is right for all rows up to run
    ``through`` (the current table, or a first load's own rows); ``key`` the dataset's key columns.
    ``settled`` says that nothing was logged after ``through``.
    """

    sql: str
    key: tuple[str, ...]
    base: str | None = None
    through: int = 0
    settled: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        return ("_feed", *self.key)

    def assertions(self, where: str = "true") -> str:
        """Every assertion as last recorded: one row per (feed, key, position)."""
        by = names([*self.identity, "_position"])
        return f"(SELECT * FROM {self.sql} WHERE {where} QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY _run DESC, _n DESC) = 1)"

    def _latest(self, rows: str, where: str = "true") -> str:
        by = names(self.identity)
        inner = (
            f"SELECT * FROM {rows} WHERE {where} "
            f"QUALIFY row_number() OVER (PARTITION BY {by} ORDER BY _position DESC, _run DESC, _n DESC) = 1"
        )
        return f"(SELECT * FROM ({inner}) WHERE _op <> 'delete')"

    def current(self) -> str:
        """The rows that stand, one per (feed, key): base without the keys of the log's tail, and those keys resolved."""
        if self.base is None:
            return self._latest(self.sql)
        if self.settled:
            return self.base
        tail = f"(SELECT * FROM {self.sql} WHERE _run > {self.through})"
        keys = f"(SELECT DISTINCT {names(self.identity)} FROM {tail})"
        on = same(self.identity, "b", "k")
        # A base does not show what was deleted; yet an older assertion in the tail must not bring it back.
        deletes = f"SELECT b.* FROM {self.sql} b SEMI JOIN {keys} k ON {on} WHERE b._op = 'delete' AND b._run <= {self.through}"
        touched = f"(SELECT * FROM {tail} UNION ALL BY NAME SELECT b.* FROM {self.base} b SEMI JOIN {keys} k ON {on} UNION ALL BY NAME {deletes})"
        return f"(SELECT b.* FROM {self.base} b ANTI JOIN {keys} k ON {on} UNION ALL BY NAME SELECT * FROM {self._latest(touched)})"

    def before(self, position: dt.datetime, feed: str) -> str:
        """The state of one feed just before a position."""
        return self._latest(self.sql, f"_feed = '{feed}' AND _position < {instant(position)}")

    def as_of(self, day: dt.date) -> str:
        """The rows as they were known at the end of a civil day (Europe/London)."""
        return self._latest(self.assertions(), f"_known < {instant(end_of_day(day))}")

    def history(self) -> str:
        """Every change of every (feed, key) in order; an assertion that repeats its neighbour is no change."""
        by = f"PARTITION BY {names(self.identity)} ORDER BY _position"
        content = "CASE WHEN _op = 'delete' THEN 'gone' ELSE _hash END"
        lagged = f"SELECT *, {content} AS _content, lag({content}, 1, 'gone') OVER ({by}) AS _before FROM {self.assertions()}"
        op = "CASE WHEN _content = 'gone' THEN 'delete' WHEN _before = 'gone' THEN 'insert' ELSE 'update' END"
        return f"(SELECT * EXCLUDE (_content, _before, _op), {op} AS _op FROM ({lagged}) WHERE _content <> _before)"

    def changes(self, run: int, n: int) -> str:
        """What was logged after a sequence (run, n), in order."""
        return f"(SELECT * FROM {self.sql} WHERE _run > {run} OR (_run = {run} AND _n > {n}) ORDER BY _run, _n)"


def winners(current: str, key: Sequence[str], precedence: Sequence[str]) -> str:
    """One row per key where several feeds fill a dataset: the feed that comes first in ``precedence``."""
    order = " ".join(f"WHEN '{feed}' THEN {rank}" for rank, feed in enumerate(precedence))
    rank = f"CASE _feed {order} ELSE {len(precedence)} END" if order else "0"
    return f"(SELECT * FROM {current} QUALIFY row_number() OVER (PARTITION BY {names(key)} ORDER BY {rank}, _feed) = 1)"
