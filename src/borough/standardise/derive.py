"""Deriving a feed's changes: extracts in order of their dates, each compared with the state before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from borough.compile.checks import quoted, text_literal
from borough.compile.mapping import Bounded, sql_type
from borough.engine.port import WrittenFile
from borough.lake.logs import Log, instant, names, same
from borough.standardise.stage import Bench, CheckCount, Extract, Judged, Staged, Tally, judge, refused_rows, stage

Received = Sequence[str]


@dataclass
class Derived:
    """What a derivation gave: files of changes (log layout), files of refused rows, tallies, counts per check."""

    changes: list[WrittenFile] = field(default_factory=list)
    refused: list[WrittenFile] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)
    counts: list[CheckCount] = field(default_factory=list)
    duplicates: int = 0


@dataclass
class State:
    """The current rows of a feed while extracts are applied: what stood before, and the changes since."""

    bench: Bench
    before: str | None  # SQL of the feed's rows (log columns); None when there are none
    files: list[WrittenFile] = field(default_factory=list)

    def sql(self) -> str | None:
        """Rows that stand now: one per key."""
        scan = self.bench.engine.scan([f.path for f in self.files], self.bench.mapped.log_columns)
        if not self.files:
            return self.before
        key = self.bench.mapped.contract.key
        if self.before is None:
            return Log(scan, tuple(key)).current()
        since = Log(scan, tuple(key))
        keys = f"(SELECT DISTINCT {names(key)} FROM {scan})"
        kept = f"SELECT b.* FROM {self.before} b ANTI JOIN {keys} k ON {same(key, 'b', 'k')}"
        return f"({kept} UNION ALL BY NAME SELECT * FROM {since.current()})"


def derive(bench: Bench, extracts: Sequence[Extract], before: str | None, previous: dt.datetime | None, received: Received) -> Derived:
    """Apply extracts, in order of position, on top of the state ``before`` (whose last extract was at ``previous``).

    ``extracts`` are complete: all deliveries of a position together. Raises EngineError.
    """
    state, derived = State(bench, before), Derived()
    if bench.mapped.spec.delivers == "append":
        _apply_append(bench, [e for e in extracts if _takeable(e, derived)], state, derived, received)
        return derived
    for extract in extracts:
        if _takeable(extract, derived):
            applied = _apply_complete(bench, extract, state, derived, previous, received)
            previous = extract.position if applied else previous
    return derived


def _takeable(extract: Extract, derived: Derived) -> bool:
    if extract.refused_whole is None:
        return True
    derived.tallies.append(Tally(extract.position, read=extract.counted, held=extract.counted, reason=extract.refused_whole))
    return False


def _apply_append(bench: Bench, extracts: list[Extract], state: State, derived: Derived, received: Received) -> None:
    """Rows are added or corrected: all extracts in one scan."""
    if not extracts:
        return
    dated = extracts[0].position is not None
    staged = stage(bench, extracts, bench.stamp(dated=dated))
    judged = judge(bench, staged, last_wins=False, dated=dated)
    base = state.sql()
    counts = _write_changes(bench, staged, judged, base, state, derived, removes=False, dated=dated)
    _quarantine(bench, extracts, staged, judged, derived, received)
    tallies = {e.position: Tally(e.position, read=e.counted) for e in extracts if e.position is not None}
    if not dated:
        tallies = {None: Tally(None, read=sum(e.counted for e in extracts))}  # type: ignore[dict-item]  # one tally for undated rows
    for held_position, reason in staged.held.items():
        tally = tallies[held_position]
        tally.held, tally.reason = sum(staged.by_position[held_position]), reason
    _settle_tallies(tallies, staged, judged, counts, dated=dated)
    derived.tallies.extend(tallies.values())


def _settle_tallies(
    tallies: dict[dt.datetime | None, Tally] | dict[dt.datetime, Tally],
    staged: Staged,
    judged: Judged,
    counts: dict[dt.datetime, dict[str, int]],
    *,
    dated: bool,
) -> None:
    """Fill tallies from counts by position. Unchanged is what was compared and gave no change."""
    by: dict[dt.datetime | None, Tally] = dict(tallies)  # type: ignore[arg-type]  # widened
    for position, (good, bad) in staged.by_position.items():
        if position in staged.held:
            continue
        tally = by[position if dated else None]
        ops = counts.get(position, {})
        conflicts, superseded = judged.conflicting.get(position, 0), judged.superseded.get(position, 0)
        written = ops.get("insert", 0) + ops.get("update", 0) + ops.get("delete", 0)
        tally.inserted += ops.get("insert", 0)
        tally.updated += ops.get("update", 0)
        tally.removed += ops.get("delete", 0)
        tally.quarantined += bad + conflicts
        tally.superseded += superseded
        tally.unchanged += good - conflicts - superseded - written


def _apply_complete(
    bench: Bench, extract: Extract, state: State, derived: Derived, previous: dt.datetime | None, received: Received
) -> bool:
    """One extract of a full or changes feed. False when it was held."""
    assert extract.position is not None, "full and changes feeds have an extract date: the loader checks it"  # noqa: S101  # invariant
    full = bench.mapped.spec.delivers == "full"
    staged = stage(bench, [extract], bench.stamp(bounded=Bounded(previous)))
    judged = judge(bench, staged, last_wins=not full, dated=True)
    base = state.sql()
    tally = Tally(extract.position, read=extract.counted)
    derived.tallies.append(tally)
    gone = _gone_sql(bench, staged, base, extract) if full and base is not None else None
    reason = staged.held.get(extract.position)
    if reason is None and gone is not None:
        tally.deleted = int(bench.engine.rows(f"SELECT count(*) FROM {gone}")[0][0])
        reason = _too_many_gone(bench, tally.deleted, base, extract)
        if reason is None and tally.deleted and _unreadable_keys(bench, staged):
            tally.deletes_held, tally.deleted, gone = tally.deleted, 0, None
    if reason is not None:
        tally.held, tally.deleted, tally.reason = extract.counted, 0, reason
        return False
    counts = _write_changes(bench, staged, judged, base, state, derived, removes=not full)
    if gone is not None and tally.deleted:
        _write_deletes(bench, extract, gone, state, derived)
    _quarantine(bench, [extract], staged, judged, derived, received)
    _settle_tallies({extract.position: tally}, staged, judged, counts, dated=True)
    return True


def _write_changes(
    bench: Bench, staged: Staged, judged: Judged, base: str | None, state: State, derived: Derived, *, removes: bool, dated: bool = True
) -> dict[dt.datetime, dict[str, int]]:
    """Compare with the base and write what changed. Returns rows by position and operation."""
    derived.counts.extend(staged.counts)
    derived.duplicates += sum(judged.conflicting.values())
    if base is None and judged.repeated is None and not removes and not staged.held:
        # A first load without repeated keys: the staged files are the log as they stand.
        derived.changes.extend(staged.files)
        state.files.extend(staged.files)
        return {p: {"insert": good} for p, (good, _bad) in staged.by_position.items()}
    columns = names([name for name, _ in bench.mapped.log_columns if name != "_op"])
    sql = f"SELECT {columns}, _change AS _op FROM ({_compared(bench, judged, base, dated=dated)}) WHERE _change <> 'none'"
    written = bench.engine.copy(sql, bench.new_folder("changes") + "/changes.parquet")
    derived.changes.extend(written)
    state.files.extend(written)
    if not written:
        return {}
    scan = bench.engine.scan([f.path for f in written], bench.mapped.log_columns)
    counts: dict[dt.datetime, dict[str, int]] = {}
    for position, op, count in bench.engine.rows(f"SELECT _position, _op, count(*) FROM {scan} GROUP BY ALL"):
        counts.setdefault(position, {})[op] = count
    return counts


def _compared(bench: Bench, judged: Judged, base: str | None, *, dated: bool) -> str:
    """Each accepted row with what it changes: insert, update, delete or none.

    A key may come several times, in several extracts of one append step; its first row is compared with the base,
    the others with the row before them (equal neighbours were judged unchanged already). Rows of an undated feed are
    compared with what was asserted for their own known time, so that the order of arrival does not matter.
    """
    key = bench.mapped.contract.key if dated else (*bench.mapped.contract.key, "_position")
    against = f"LEFT JOIN (SELECT {names(key)}, _hash AS _stood FROM {base}) b ON {same(key, 's', 'b')}" if base is not None else ""
    stood = "b._stood" if base is not None else "CAST(NULL AS VARCHAR)"
    first = "true" if judged.repeated is None or not dated else f"row_number() OVER (PARTITION BY {names(key, 's')} ORDER BY s._position) = 1"
    compared = f"SELECT s.*, {stood} AS _stood, {first} AS _first FROM {judged.rows} s {against}"
    change = (
        "CASE WHEN _op = 'delete' THEN CASE WHEN _first AND _stood IS NULL THEN 'none' ELSE 'delete' END "
        "WHEN NOT _first THEN 'update' WHEN _stood IS NULL THEN 'insert' WHEN _stood = _hash THEN 'none' ELSE 'update' END"
    )
    return f"SELECT *, {change} AS _change FROM ({compared})"


def _gone_sql(bench: Bench, staged: Staged, base: str, extract: Extract) -> str:
    """Keys that stood and are absent from a full extract; a refused key is not absent."""
    key = bench.mapped.contract.key
    present = f"(SELECT {names(key)} FROM {staged.accepted} UNION ALL SELECT {names(key)} FROM {staged.refused})"
    return f"(SELECT b.* FROM {base} b ANTI JOIN {present} p ON {same(key, 'b', 'p')})"


def _too_many_gone(bench: Bench, deleted: int, base: str | None, extract: Extract) -> str | None:
    if extract.released or not deleted:
        return None
    stood = int(bench.engine.rows(f"SELECT count(*) FROM {base}")[0][0])
    limit = bench.mapped.spec.max_drop
    if deleted <= limit * stood:
        return None
    return f"{deleted:,} of {stood:,} rows would be deleted ({deleted / stood:.0%}), more than max_drop {limit:.0%}"


def _unreadable_keys(bench: Bench, staged: Staged) -> bool:
    missing = " OR ".join(f"{names([k])} IS NULL" for k in bench.mapped.contract.key)
    return bool(bench.engine.rows(f"SELECT 1 FROM {staged.refused} WHERE {missing} LIMIT 1"))


def _write_deletes(bench: Bench, extract: Extract, gone: str, state: State, derived: Derived) -> None:
    """Deletes carry their key and no other value: what is gone is not copied once more."""
    mapped = bench.mapped
    key = set(mapped.contract.key)
    own = [quoted(n) if n in key else f"CAST(NULL AS {sql_type(kind)}) AS {quoted(n)}" for n, kind in mapped.columns]
    delivery = extract.deliveries[-1]
    # The upper half of a delivery's numbers is for deletes, which have no row in it.
    n = f"{delivery} * 4294967296 + 2147483648 + row_number() OVER (ORDER BY {names(mapped.contract.key)})"
    position = instant(extract.position or bench.recorded)
    sql = (
        f"SELECT {', '.join(own)}, {text_literal(mapped.feed)} AS _feed, 'delete' AS _op, {position} AS _position, {position} AS _known, "
        f"CAST(NULL AS VARCHAR) AS _hash, CAST({delivery} AS BIGINT) AS _delivery, CAST(NULL AS VARCHAR) AS _file, CAST(NULL AS BIGINT) AS _row, "
        f"CAST({bench.number} AS BIGINT) AS _run, CAST({n} AS BIGINT) AS _n, {text_literal(bench.cause)} AS _cause, "
        f"{instant(bench.recorded)} AS _recorded FROM {gone}"
    )
    written = bench.engine.copy(sql, bench.new_folder("deletes") + "/deletes.parquet")
    derived.changes.extend(written)
    state.files.extend(written)


def _quarantine(
    bench: Bench, extracts: Sequence[Extract], staged: Staged, judged: Judged, derived: Derived, received: Received
) -> None:
    sql = refused_rows(bench, extracts, staged.refused, judged.conflicts, received)
    if sum(bad for p, (_good, bad) in staged.by_position.items() if p not in staged.held) or judged.conflicting:
        derived.refused.extend(bench.engine.copy(sql, bench.new_folder("refused") + "/refused.parquet"))

