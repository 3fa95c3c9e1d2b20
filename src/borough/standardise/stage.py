"""Staging: one scan of bronze into typed, checked rows, split into accepted and refused; then duplicates judged."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from borough.compile.checks import Numbered, mask_count, text_literal
from borough.compile.mapping import Bounded, MappedFeed, Stamp
from borough.engine.port import Engine, WrittenFile
from borough.lake.logs import instant, names, same


@dataclass(frozen=True)
class Extract:
    """The deliveries of one feed that make one extract. ``position`` is its instant; None where rows bring their own."""

    position: dt.datetime | None
    deliveries: tuple[int, ...]
    counted: int
    refused_whole: str | None = None  # why it can't be taken at all (two files for one date)
    released: bool = False  # a person said that it may pass what would hold it


@dataclass
class Tally:
    """What became of the rows of one extract: DESIGN's first law, as numbers of rows."""

    position: dt.datetime | None
    read: int = 0
    inserted: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0
    held: int = 0
    deleted: int = 0
    deletes_held: int = 0
    reason: str | None = None

    @property
    def accepted(self) -> int:
        """Rows that changed the dataset (``removed``: rows of a changes feed that say delete)."""
        return self.inserted + self.updated + self.removed

    @property
    def adds_up(self) -> bool:
        return self.read == self.accepted + self.unchanged + self.superseded + self.quarantined + self.held


@dataclass(frozen=True)
class CheckCount:
    """Rows seen and rows failed by one check in one step."""

    check: Numbered
    rows: int
    failed: int


@dataclass
class Staged:
    """What one scan gave: SQL over accepted and refused rows, their files, and the counts."""

    accepted: str
    refused: str
    files: list[WrittenFile]
    counts: list[CheckCount] = field(default_factory=list)
    by_position: Mapping[dt.datetime, tuple[int, int]] = field(default_factory=dict)  # position → (accepted, refused)
    held: dict[dt.datetime, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """What a derivation works with: the engine, the bound feed, bronze, and where new files go."""

    engine: Engine
    mapped: MappedFeed
    bronze: Callable[[Sequence[Extract]], str]  # bronze rows of extracts, with _position
    references: Mapping[str, str]  # dataset.column → SQL of its values
    new_folder: Callable[[str], str]
    number: int
    recorded: dt.datetime
    cause: str

    def stamp(self, *, dated: bool = True, bounded: Bounded | None = None) -> Stamp:
        """The run's marks. Rows of an undated feed stand at their own known time, else at the time of receipt."""
        undated = f"coalesce({self.mapped.known or 'CAST(NULL AS TIMESTAMP)'}, {instant(self.recorded)})"
        return Stamp(self.number, self.recorded, self.cause, "m._position" if dated else undated, bounded)


def staged_columns(mapped: MappedFeed) -> tuple[tuple[str, str], ...]:
    masks = tuple((f"_m{i}", "long") for i in range(mask_count(mapped.checks)))
    return (*mapped.log_columns, *masks)


def stage(bench: Bench, extracts: Sequence[Extract], stamp: Stamp) -> Staged:
    """Run the mapping over some extracts and split the rows."""
    sql = bench.mapped.stage_sql(bench.bronze(extracts), stamp)
    for target, values in bench.references.items():
        sql = sql.replace("{" + target + "}", values)
    written = bench.engine.copy(sql, bench.new_folder("stage"), partition_by="_refused")
    columns = staged_columns(bench.mapped)
    good = [f for f in written if ("_refused", "false") in f.partition]
    bad = [f for f in written if ("_refused", "true") in f.partition]
    staged = Staged(bench.engine.scan([f.path for f in good], columns), bench.engine.scan([f.path for f in bad], columns), good)
    _count(bench, staged)
    _hold_stopped(bench, staged, extracts)
    return staged


def _count(bench: Bench, staged: Staged) -> None:
    """Failures per check and rows per position, from the few distinct masks."""
    masks = [f"_m{i}" for i in range(mask_count(bench.mapped.checks))]
    halves = f"SELECT *, false AS _bad FROM {staged.accepted} UNION ALL SELECT *, true AS _bad FROM {staged.refused}"
    rows = bench.engine.rows(f"SELECT _position, _bad, {', '.join(masks)}, count(*) FROM ({halves}) GROUP BY ALL")
    failed: Counter[tuple[dt.datetime, int]] = Counter()
    seen: Counter[dt.datetime] = Counter()
    split: dict[dt.datetime, list[int]] = {}
    for position, bad, *values, count in rows:
        seen[position] += count
        split.setdefault(position, [0, 0])[1 if bad else 0] += count
        for i, one in enumerate(bench.mapped.checks):
            if values[one.mask] & (1 << one.bit):
                failed[position, i] += count
    total = sum(seen.values())
    staged.by_position = {p: (good, bad) for p, (good, bad) in split.items()}
    staged.counts = [CheckCount(one, total, sum(failed[p, i] for p in seen)) for i, one in enumerate(bench.mapped.checks)]
    for i, one in enumerate(bench.mapped.checks):
        if one.check.severity == "stop":
            for position in seen:
                share = failed[position, i] / seen[position]
                if share > one.check.share:
                    staged.held[position] = f"{one.check.says}: {share:.1%} of rows fail, at most {one.check.share:.1%} may"


def _hold_stopped(bench: Bench, staged: Staged, extracts: Sequence[Extract]) -> None:
    """Take held positions out of what was accepted, unless a person released them."""
    for extract in extracts:
        if extract.released and extract.position is not None:
            staged.held.pop(extract.position, None)
    if staged.held:
        positions = ", ".join(instant(p) for p in staged.held)
        staged.accepted = f"(SELECT * FROM {staged.accepted} WHERE _position NOT IN ({positions}))"
        staged.refused = f"(SELECT * FROM {staged.refused} WHERE _position NOT IN ({positions}))"


@dataclass(frozen=True)
class Judged:
    """Accepted rows after duplicates were judged: one row per (key, position)."""

    rows: str
    conflicts: str
    repeated: str | None  # temporary table with the repeated keys' rows, None when no key repeats
    superseded: Mapping[dt.datetime, int]
    conflicting: Mapping[dt.datetime, int]
    unchanged: Mapping[dt.datetime, int]


def judge(bench: Bench, staged: Staged, *, last_wins: bool, dated: bool) -> Judged:
    """Judge keys that occur more than once.

    Within one extract identical copies collapse and differing ones are all refused; in a changes feed the
    last one wins. Across extracts of one step, a row equal to the one before it is unchanged.
    """
    engine, key = bench.engine, bench.mapped.contract.key
    name = f"repeated_{bench.mapped.feed.replace('.', '_')}"
    keys = f"SELECT {names(key)} FROM {staged.accepted} GROUP BY ALL HAVING count(*) > 1"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {name}_keys AS {keys}")
    none = f"(SELECT * FROM {staged.accepted} WHERE false)"
    if not engine.rows(f"SELECT 1 FROM {name}_keys LIMIT 1"):
        return Judged(staged.accepted, none, None, {}, {}, {})
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {_verdicts(staged.accepted, name, key, last_wins=last_wins, dated=dated)}")
    counts = {v: _by_position(engine, name, v) for v in ("superseded", "conflict", "unchanged")}
    once = f"SELECT s.* FROM {staged.accepted} s ANTI JOIN {name}_keys k ON {same(key, 's', 'k')}"
    kept = f"SELECT * EXCLUDE (_verdict) FROM {name} WHERE _verdict = 'kept'"
    conflicts = f"(SELECT * EXCLUDE (_verdict) FROM {name} WHERE _verdict = 'conflict')"
    return Judged(f"({once} UNION ALL BY NAME {kept})", conflicts, name, counts["superseded"], counts["conflict"], counts["unchanged"])


def _verdicts(accepted: str, name: str, key: Sequence[str], *, last_wins: bool, dated: bool) -> str:
    by, order = names(key), "DESC" if last_wins else "ASC"
    group = f"PARTITION BY {by}, _position"
    rows = f"SELECT s.* FROM {accepted} s SEMI JOIN {name}_keys k ON {same(key, 's', 'k')}"
    content = "CASE WHEN _op = 'delete' THEN 'gone' ELSE _hash END"
    conflict = "false" if last_wins else f"min(_hash) OVER ({group}) <> max(_hash) OVER ({group})"
    copies = (
        f"SELECT *, {conflict} AS _conflict, row_number() OVER ({group} ORDER BY _delivery {order}, _file {order}, _row {order}) AS _copy FROM ({rows})"
    )
    first = f"SELECT *, lag({content}) OVER (PARTITION BY {by}, _conflict, _copy ORDER BY _position) AS _before FROM ({copies})"
    verdict = (
        "CASE WHEN _conflict THEN 'conflict' WHEN _copy > 1 THEN 'superseded' "
        f"WHEN {'_before = ' + content if dated else 'false'} THEN 'unchanged' ELSE 'kept' END"
    )
    return f"SELECT * EXCLUDE (_conflict, _copy, _before), {verdict} AS _verdict FROM ({first})"


def _by_position(engine: Engine, table: str, verdict: str) -> dict[dt.datetime, int]:
    rows = engine.rows(f"SELECT _position, count(*) FROM {table} WHERE _verdict = '{verdict}' GROUP BY 1")
    return {position: count for position, count in rows}


def refused_rows(bench: Bench, extracts: Sequence[Extract], refused: str, conflicts: str, received: Sequence[str]) -> str:
    """SQL of the rows to quarantine: every reason, and the original values, from bronze.

    ``received`` are the feed's columns as received; ``original`` is a JSON object of them.
    """
    key = bench.mapped.contract.key
    whole = " AND ".join(f"r.{names([k])} IS NOT NULL" for k in key)
    parts = ", ".join(f"CAST(r.{names([k])} AS VARCHAR)" for k in key)
    cells = ", ".join(f"{text_literal(c)}, b.{names([c])}" for c in received)
    both = f"SELECT *, false AS _duplicate FROM {refused} UNION ALL BY NAME SELECT *, true AS _duplicate FROM {conflicts}"
    original = f"CASE WHEN b._raw IS NOT NULL THEN json_object('_raw', b._raw) ELSE json_object({cells}) END"
    return (
        f"SELECT {text_literal(bench.mapped.feed)} AS feed, {text_literal(bench.mapped.dataset)} AS dataset, r._delivery AS delivery, "
        f"r._file AS file, r._row AS row, r._position AS position, CASE WHEN {whole} THEN concat_ws(' | ', {parts}) END AS key, "
        f"CAST(to_json({_reasons(bench.mapped)}) AS VARCHAR) AS reasons, CAST({original} AS VARCHAR) AS original, "
        f"{text_literal(bench.cause)} AS cause "
        f"FROM ({both}) r JOIN {bench.bronze(extracts)} b ON b._delivery = r._delivery AND b._row = r._row"
    )


def _reasons(mapped: MappedFeed) -> str:
    def reason(check: str, column: str | None, dimension: str, says: str, found: str) -> str:
        col = text_literal(column) if column else "CAST(NULL AS VARCHAR)"
        return f"{{'check': {text_literal(check)}, 'column': {col}, 'dimension': {text_literal(dimension)}, 'says': {says}, 'found': {found}}}"

    null = "CAST(NULL AS VARCHAR)"
    parts = [f"CASE WHEN (r._m0 & 1) <> 0 THEN {reason('readable_row', None, 'validity', 'b._problem', null)} END"]
    says = text_literal("the extract has rows of this key that differ")
    parts.append(f"CASE WHEN r._duplicate THEN {reason('duplicate_key', None, 'uniqueness', says, null)} END")
    for one in mapped.checks:
        if one.check.severity == "error":
            found = f"b.{names([one.check.found])}" if one.check.found else null
            body = reason(one.check.name, one.check.column, one.check.dimension, text_literal(one.check.says), found)
            parts.append(f"CASE WHEN {one.failed.replace('_m', 'r._m', 1)} THEN {body} END")
    return f"list_filter([{', '.join(parts)}], lambda x: x IS NOT NULL)"

