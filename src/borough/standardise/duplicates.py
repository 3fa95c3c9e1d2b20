"""Keys that occur more than once among the accepted rows: collapsed, refused, or put in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from borough.lake.logs import names, same
from borough.standardise.stage import Bench

KEYS_AT_ONCE = 2_000_000  # keys that are looked at for repeats in one go
CONTENT = "CASE WHEN _op = 'delete' THEN 'gone' ELSE _hash END"


@dataclass(frozen=True)
class Judged:
    """Accepted rows after duplicates were judged: one row per (key, position). Counts are by position."""

    rows: str
    conflicts: str | None
    repeats: bool
    superseded: Mapping[dt.datetime, int]
    conflicting: Mapping[dt.datetime, int]


def judge(bench: Bench, accepted: str, label: str, *, last_wins: bool, dated: bool) -> Judged:
    """Judge the keys that occur more than once.

    Within one extract identical copies collapse and differing ones are all refused; in a changes feed the last one
    wins. Across extracts of one step, a row equal to the one before it is unchanged (but not in an undated feed, where
    a row in between may still come). ``label`` names the temporary tables.
    """
    engine, key = bench.engine, bench.mapped.contract.key
    name = f"repeated_{label}"
    _note_repeated(bench, accepted, f"{name}_keys")
    if not engine.rows(f"SELECT 1 FROM {name}_keys LIMIT 1"):
        return Judged(accepted, None, False, {}, {})
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {_verdicts(accepted, name, key, last_wins=last_wins, dated=dated)}")
    counts: dict[str, dict[dt.datetime, int]] = {}
    for verdict, position, count in engine.rows(f"SELECT _verdict, _position, count(*) FROM {name} GROUP BY ALL"):
        counts.setdefault(verdict, {})[position] = count
    once = f"SELECT s.* FROM {accepted} s ANTI JOIN {name}_keys k ON {same(key, 's', 'k')}"
    kept = f"SELECT * EXCLUDE (_verdict) FROM {name} WHERE _verdict = 'kept'"
    conflicts = f"(SELECT * EXCLUDE (_verdict) FROM {name} WHERE _verdict = 'conflict')" if "conflict" in counts else None
    return Judged(f"({once} UNION ALL BY NAME {kept})", conflicts, True, counts.get("superseded", {}), counts.get("conflict", {}))


def _note_repeated(bench: Bench, accepted: str, table: str) -> None:
    """The keys that occur more than once, to a table. Of a large extract a share of the keys at a time, so that memory does not grow with it."""
    engine, key = bench.engine, names(bench.mapped.contract.key)
    shares = int(engine.rows(f"SELECT count(*) FROM {accepted}")[0][0]) // KEYS_AT_ONCE + 1
    for share in range(shares):
        where = f" WHERE hash({key}) % {shares} = {share}" if shares > 1 else ""
        keys = f"SELECT {key} FROM {accepted}{where} GROUP BY ALL HAVING count(*) > 1"
        engine.execute(f"INSERT INTO {table} {keys}" if share else f"CREATE OR REPLACE TEMP TABLE {table} AS {keys}")


def _verdicts(accepted: str, name: str, key: Sequence[str], *, last_wins: bool, dated: bool) -> str:
    by, order = names(key), "DESC" if last_wins else "ASC"
    group = f"PARTITION BY {by}, _position"
    rows = f"SELECT s.* FROM {accepted} s SEMI JOIN {name}_keys k ON {same(key, 's', 'k')}"
    conflict = "false" if last_wins else f"min(_hash) OVER ({group}) <> max(_hash) OVER ({group})"
    copy = f"row_number() OVER ({group} ORDER BY _file {order}, _delivery {order}, _row {order})"
    copies = f"SELECT *, {conflict} AS _conflict, {copy} AS _copy FROM ({rows})"
    before = f"lag({CONTENT}) OVER (PARTITION BY {by}, _conflict, _copy ORDER BY _position)"
    unchanged = f"_before = {CONTENT}" if dated else "false"
    verdict = f"CASE WHEN _conflict THEN 'conflict' WHEN _copy > 1 THEN 'superseded' WHEN {unchanged} THEN 'unchanged' ELSE 'kept' END"
    return f"SELECT * EXCLUDE (_conflict, _copy, _before), {verdict} AS _verdict FROM (SELECT *, {before} AS _before FROM ({copies}))"
