"""Deriving a feed's changes: extracts in order of their dates, each compared with the state before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from borough.compile.mapping import sql_type
from borough.engine.port import WrittenFile
from borough.engine.quoting import literal, quoted
from borough.lake.logs import instant, names, same
from borough.standardise.duplicates import Judged, judge
from borough.standardise.stage import Bench, CheckCount, Extract, Staged, Tally, refused_rows, stage
from borough.standardise.unchanged import Before, unchanged

# Rows staged in one scan when several complete extracts wait: more would only need more disk.
ROWS_AT_ONCE = 4_000_000
Ops = dict[dt.datetime, dict[str, int]]


@dataclass
class Derived:
    """What a derivation gave: files of changes (log layout), files of refused rows, tallies, counts per check."""

    changes: list[WrittenFile] = field(default_factory=list)
    refused: list[WrittenFile] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    counts: list[CheckCount] = field(default_factory=list)
    duplicates: int = 0
    last: tuple[Extract, Tally] | None = None  # the full extract that was applied last


@dataclass
class Standing:
    """What stands while extracts are applied: keys and hashes, as SQL, or as a table once several extracts change it."""

    bench: Bench
    sql: str | None  # key columns and _hash; None when nothing stands
    rows: int | None = None

    def count(self) -> int:
        if self.rows is None:
            self.rows = int(self.bench.engine.rows(f"SELECT count(*) FROM {self.sql}")[0][0]) if self.sql else 0
        return self.rows

    def apply(self, written: Sequence[WrittenFile]) -> None:
        """Take changes in: their keys leave, their inserts and updates stand."""
        key = self.bench.mapped.contract.key
        scan = self.bench.engine.scan([f.path for f in written], self.bench.mapped.log_columns)
        table = f"standing_{self.bench.mapped.feed.replace('.', '_')}"
        stay = f"SELECT {names(key)}, _hash FROM {scan} WHERE _op <> 'delete'"
        if self.sql != table:
            kept = f"SELECT {names(key, 'b')}, b._hash FROM {self.sql} b ANTI JOIN {scan} c ON {same(key, 'b', 'c')} UNION ALL " if self.sql else ""
            self.bench.engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {kept}{stay}")
            self.sql = table
        elif written:
            self.bench.engine.execute(f"DELETE FROM {table} b USING {scan} c WHERE {same(key, 'b', 'c')}")
            self.bench.engine.execute(f"INSERT INTO {table} {stay}")
        self.rows = None


def derive(bench: Bench, extracts: Sequence[Extract], before: str | None, previous: dt.datetime | None, follows: Before | None = None) -> Derived:
    """Apply extracts, in order of position, on top of the state ``before`` (whose last extract was at ``previous``).

    ``follows`` tells of that last extract, where a full one comes right after it: rows that are the same spare work.
    ``extracts`` are complete: all deliveries of a position together. Raises EngineError.
    """
    derived = Derived()
    taken = [e for e in extracts if e.refused_whole is None]
    for e in extracts:
        if e.refused_whole is not None:
            derived.tallies.append(_held(e, e.refused_whole))
    if taken and bench.mapped.spec.delivers == "append":
        _append(bench, taken, before, derived)
    elif taken:
        standing = Standing(bench, before)
        for batch in _batches(taken):
            previous = _complete(bench, batch, standing, derived, previous, follows, alone=len(taken) == 1)
    return derived


def _batches(extracts: Sequence[Extract]) -> Iterator[list[Extract]]:
    batch: list[Extract] = []
    for extract in extracts:
        if batch and sum(e.counted for e in batch) + extract.counted > ROWS_AT_ONCE:
            yield batch
            batch = []
        batch.append(extract)
    yield batch


def _append(bench: Bench, extracts: list[Extract], before: str | None, derived: Derived) -> None:
    """Rows are added or corrected: all extracts in one scan and one comparison."""
    dated = extracts[0].position is not None
    staged = stage(bench, extracts, dated=dated)
    derived.counts.extend(count for counts in staged.counts.values() for count in counts)
    going = [i for i in range(len(extracts)) if i not in staged.stopped]
    files = [f for i in going for f in staged.good_files(i)]
    judged = judge(bench, staged.scan(files), _label(bench), last_wins=False, dated=dated)
    if before is None and not judged.repeats:
        written, ops = _as_staged(files, staged, going)
    else:
        written, ops = _write(bench, _compared_appended(bench, judged, before, dated=dated))
    derived.changes.extend(written)
    derived.duplicates += sum(judged.conflicting.values())
    _quarantine(bench, extracts, [staged.refused(i) for i in going if staged.rows(i)[1]], [judged], derived)
    derived.tallies.extend(_held(extracts[i], reason) for i, reason in sorted(staged.stopped.items()))
    if dated:
        derived.tallies.extend(_tally(extracts, staged, [i], judged, ops) for i in going)
    elif going:
        derived.tallies.append(_tally(extracts, staged, going, judged, ops))  # rows of several files share their positions


def _held(extract: Extract, reason: str) -> Tally:
    """An extract that nothing is taken of."""
    rows = extract.counted + extract.skipped_rows
    return Tally(extract.position, read=rows, held=extract.counted, superseded=extract.skipped_rows, reason=reason, mark=extract.mark)


def _tally(every: Sequence[Extract], staged: Staged, extracts: Sequence[int], judged: Judged, ops: Ops) -> Tally:
    """Numbers of rows of some of the extracts. Unchanged is what was compared and gave no change."""
    positions = {p for i in extracts for p in staged.split.get(i, {})}
    good, bad = (sum(staged.rows(i)[half] for i in extracts) for half in (0, 1))
    done = {op: sum(ops.get(p, {}).get(op, 0) for p in positions) for op in ("insert", "update", "delete")}
    conflicts = sum(judged.conflicting.get(p, 0) for p in positions)
    superseded = sum(judged.superseded.get(p, 0) for p in positions)
    unchanged = good - conflicts - superseded - sum(done.values())
    skipped = sum(every[i].skipped_rows for i in extracts)
    return Tally(
        every[extracts[0]].position, read=sum(every[i].counted for i in extracts) + skipped,
        inserted=done["insert"], updated=done["update"], removed=done["delete"],
        unchanged=unchanged, superseded=superseded + skipped, quarantined=bad + conflicts,
    )  # fmt: skip


def _complete(
    bench: Bench,
    extracts: list[Extract],
    standing: Standing,
    derived: Derived,
    previous: dt.datetime | None,
    follows: Before | None,
    *,
    alone: bool,
) -> dt.datetime | None:
    """Full extracts, or changes, one after the other. Returns the position of the last one applied."""
    same = unchanged(bench, extracts[0], follows) if follows is not None and alone and standing.sql else None
    if same is not None:
        bench = replace(bench, bronze=lambda _extracts: same.rest)
    staged = stage(bench, extracts, dated=True, same=same)
    refused: list[str] = []
    judgements: list[Judged] = []
    for i, extract in enumerate(extracts):
        judged = judge(bench, staged.accepted(i), f"{_label(bench)}_{i}", last_wins=bench.mapped.spec.delivers == "changes", dated=True)
        tally, written = _one(bench, staged, i, extracts, judged, standing, previous)
        derived.tallies.append(tally)
        if tally.is_held:
            continue
        derived.changes.extend(written)
        judgements.append(judged)
        _score(bench, derived, staged.counts.get(i, []), judged)
        if staged.rows(i)[1]:
            refused.append(staged.refused(i))
        if not alone:
            standing.apply(written)
        previous, derived.last = extract.position, (extract, tally)
    _quarantine(bench, extracts, refused, judgements, derived)
    return previous


def _score(bench: Bench, derived: Derived, counts: list[CheckCount], judged: Judged) -> None:
    """Count the checks of an extract. Each full extract says everything anew, so the last one tells how good the data is."""
    if bench.mapped.spec.delivers == "full":
        derived.counts, derived.duplicates = [], 0
    derived.counts.extend(counts)
    derived.duplicates += sum(judged.conflicting.values())


def _one(
    bench: Bench, staged: Staged, i: int, extracts: Sequence[Extract], judged: Judged, standing: Standing, previous: dt.datetime | None
) -> tuple[Tally, list[WrittenFile]]:
    """One complete extract: what it changes and deletes, unless it must be held."""
    extract = extracts[i]
    gone = _gone_sql(bench, staged, i, standing) if bench.mapped.spec.delivers == "full" and standing.sql else None
    deleted = int(bench.engine.rows(f"SELECT count(*) FROM {gone}")[0][0]) if gone else 0
    reason = staged.stopped.get(i) or _too_many_gone(bench, deleted, standing, extract)
    if reason is not None:
        return replace(_held(extract, reason), deletes_held=deleted), []
    if standing.sql is None and not judged.repeats and bench.mapped.spec.delivers == "full":
        written, ops = _as_staged(staged.good_files(i), staged, [i])
    else:
        written, ops = _write(bench, _compared_complete(bench, judged, standing.sql, previous))
    tally = _tally(extracts, staged, [i], judged, ops)
    if gone and deleted and _unreadable_keys(bench, staged, i):
        tally.deletes_held = deleted
    elif gone and deleted:
        tally.deleted = deleted
        written = [*written, *_write_deletes(bench, extract, gone)]
    return tally, written


def _as_staged(files: list[WrittenFile], staged: Staged, extracts: Sequence[int]) -> tuple[list[WrittenFile], Ops]:
    """A first load without repeated keys: the staged files are the log as they stand."""
    ops: Ops = {}
    for i in extracts:
        for position, (good, _bad) in staged.split.get(i, {}).items():
            by = ops.setdefault(position, {})
            by["insert"] = by.get("insert", 0) + good
    return files, ops


def _write(bench: Bench, compared: str) -> tuple[list[WrittenFile], Ops]:
    """Write compared rows that change something."""
    columns = names([name for name, _ in bench.mapped.log_columns if name != "_op"])
    written = bench.engine.copy(f"SELECT {columns}, _change AS _op FROM ({compared}) WHERE _change <> 'none'", bench.new_folder("changes") + "/changes.parquet")
    ops: Ops = {}
    if written:
        scan = bench.engine.scan([f.path for f in written], bench.mapped.log_columns)
        for position, op, count in bench.engine.rows(f"SELECT _position, _op, count(*) FROM {scan} GROUP BY ALL"):
            ops.setdefault(position, {})[op] = count
    return written, ops


def _compared_appended(bench: Bench, judged: Judged, before: str | None, *, dated: bool) -> str:
    """Each accepted row with what it changes: insert, update or none.

    A key may come several times, in several extracts of one step; its first row is compared with what stood, the
    others with the row before them (equal neighbours were judged unchanged already). Rows of an undated feed are compared
    with what was asserted for their own known time, so that the order of arrival does not matter.
    """
    key = bench.mapped.contract.key if dated else (*bench.mapped.contract.key, "_position")
    stood, join = _stood(key, before)
    first = f"row_number() OVER (PARTITION BY {names(key, 's')} ORDER BY s._position) = 1" if judged.repeats and dated else "true"
    compared = f"SELECT s.*, {stood} AS _stood, {first} AS _first FROM {judged.rows} s{join}"
    change = "CASE WHEN NOT _first THEN 'update' WHEN _stood IS NULL THEN 'insert' WHEN _stood = _hash THEN 'none' ELSE 'update' END"
    return f"SELECT *, {change} AS _change FROM ({compared})"


def _compared_complete(bench: Bench, judged: Judged, before: str | None, previous: dt.datetime | None) -> str:
    """Each row of a complete extract with what it changes, and when that was known.

    What changed since the previous extract was not known at it: a declared date counts if it lies after.
    """
    stood, join = _stood(bench.mapped.contract.key, before)
    change = (
        "CASE WHEN _op = 'delete' THEN CASE WHEN _stood IS NULL THEN 'none' ELSE 'delete' END "
        "WHEN _stood IS NULL THEN 'insert' WHEN _stood = _hash THEN 'none' ELSE 'update' END"
    )
    compared = f"SELECT s.*, {stood} AS _stood FROM {judged.rows} s{join}"
    if previous is None:
        return f"SELECT *, {change} AS _change FROM ({compared})"
    known = f"CASE WHEN _declared > {instant(previous)} AND _declared <= _position THEN _declared ELSE _position END"
    return f"SELECT * REPLACE ({known} AS _known), {change} AS _change FROM ({compared})"


def _stood(key: Sequence[str], before: str | None) -> tuple[str, str]:
    if before is None:
        return "CAST(NULL AS VARCHAR)", ""
    return "b._stood", f" LEFT JOIN (SELECT {names(key)}, _hash AS _stood FROM {before}) b ON {same(key, 's', 'b')}"


def _gone_sql(bench: Bench, staged: Staged, i: int, standing: Standing) -> str:
    """Keys that stood and are absent from a full extract; a refused key is not absent."""
    key = bench.mapped.contract.key
    staged_keys = f"(SELECT {names(key)} FROM {staged.accepted(i)} UNION ALL SELECT {names(key)} FROM {staged.refused(i)})"
    present = staged.same.present if staged.same is not None else staged_keys
    return f"(SELECT {names(key, 'b')} FROM {standing.sql} b ANTI JOIN {present} p ON {same(key, 'b', 'p')})"


def _too_many_gone(bench: Bench, deleted: int, standing: Standing, extract: Extract) -> str | None:
    limit = bench.mapped.spec.max_drop
    if extract.released or not deleted or deleted <= limit * standing.count():
        return None
    return f"{deleted:,} of {standing.count():,} rows would be deleted ({deleted / standing.count():.0%}), more than max_drop {limit:.0%}"


def _unreadable_keys(bench: Bench, staged: Staged, i: int) -> bool:
    if not staged.rows(i)[1]:
        return False
    missing = " OR ".join(f"{names([k])} IS NULL" for k in bench.mapped.contract.key)
    return bool(bench.engine.rows(f"SELECT 1 FROM {staged.refused(i)} WHERE {missing} LIMIT 1"))


def _write_deletes(bench: Bench, extract: Extract, gone: str) -> list[WrittenFile]:
    """Deletes carry their key and no other value: what is gone is not copied once more."""
    mapped = bench.mapped
    key = set(mapped.contract.key)
    own = [quoted(n) if n in key else f"CAST(NULL AS {sql_type(kind)}) AS {quoted(n)}" for n, kind in mapped.columns]
    delivery = extract.deliveries[-1]
    # The upper half of a delivery's numbers is for deletes, which have no row in it.
    n = f"{delivery} * 4294967296 + 2147483648 + row_number() OVER (ORDER BY {names(mapped.contract.key)})"
    position = instant(extract.position or bench.recorded)
    sql = (
        f"SELECT {', '.join(own)}, {literal(mapped.feed)} AS _feed, 'delete' AS _op, {position} AS _position, {position} AS _known, "
        f"CAST(NULL AS VARCHAR) AS _hash, CAST({delivery} AS BIGINT) AS _delivery, CAST(NULL AS VARCHAR) AS _file, CAST(NULL AS BIGINT) AS _row, "
        f"CAST({bench.number} AS BIGINT) AS _run, CAST({n} AS BIGINT) AS _n, {literal(bench.cause)} AS _cause, "
        f"{instant(bench.recorded)} AS _recorded FROM {gone}"
    )
    return bench.engine.copy(sql, bench.new_folder("deletes") + "/deletes.parquet")


def _quarantine(
    bench: Bench,
    extracts: Sequence[Extract],
    refused: Sequence[str],
    judgements: Sequence[Judged],
    derived: Derived,
) -> None:
    parts = [f"SELECT *, false AS _duplicate FROM {rows}" for rows in refused]
    for judged in judgements:
        if judged.conflicts is not None:
            parts.append(f"SELECT *, true AS _duplicate FROM {judged.conflicts}")
    if parts:
        sql = refused_rows(bench, extracts, f"({' UNION ALL BY NAME '.join(parts)})")
        derived.refused.extend(bench.engine.copy(sql, bench.new_folder("refused") + "/refused.parquet"))


def _label(bench: Bench) -> str:
    return bench.mapped.feed.replace(".", "_")
