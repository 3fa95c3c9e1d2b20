"""Staging: one scan of bronze into typed, checked rows, split by extract into accepted and refused; and what was counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from borough.compile.checks import Numbered, mask_count
from borough.compile.mapping import MappedFeed, Stamp
from borough.engine.port import Engine, WrittenFile
from borough.engine.quoting import literal
from borough.lake.logs import names


@dataclass(frozen=True)
class Extract:
    """The deliveries of one feed that make one extract. ``position`` is its instant; None where rows bring their own."""

    position: dt.datetime | None
    deliveries: tuple[int, ...]
    counted: int
    refused_whole: str | None = None  # why it can't be taken at all (two files for one date)
    released: bool = False  # a person said that it may pass what would hold it
    received: dt.datetime | None = None
    skipped: tuple[int, ...] = ()  # deliveries of the same date whose place another one takes
    skipped_rows: int = 0

    @property
    def mark(self) -> dt.datetime | None:
        """What names the extract when it is held: its date, else when it was received."""
        return self.position or self.received

    @property
    def all_deliveries(self) -> tuple[int, ...]:
        return (*self.deliveries, *self.skipped)


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
    reason: str | None = None  # why it is held
    mark: dt.datetime | None = None  # names the extract that is held

    @property
    def is_held(self) -> bool:
        """An extract without rows can be held too."""
        return self.reason is not None

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


@dataclass(frozen=True)
class Bench:
    """What a derivation works with: the engine, the bound feed, bronze, and where new files go."""

    engine: Engine
    mapped: MappedFeed
    bronze: Callable[[Sequence[Extract]], str]  # bronze rows of extracts, with _position and _extract
    original: str  # SQL over a bronze row (alias b): its values as received, as JSON
    references: Mapping[str, str]  # dataset.column → SQL of its values
    new_folder: Callable[[str], str]
    number: int
    recorded: dt.datetime
    cause: str

    def stamp(self, *, dated: bool = True) -> Stamp:
        """The run's marks. Rows of an undated feed stand at their own known time, else at the time of receipt."""
        own = None if dated else self.mapped.known
        return Stamp(self.number, self.recorded, self.cause, f"coalesce({own}, m._position)" if own else "m._position")


Bit = tuple[int, int]  # a check's place in the masks


@dataclass(frozen=True)
class Unchanged:
    """Rows of an extract that need no staging: how many, and how many of them failed each check.

    ``rest`` is SQL of the other rows of bronze, ``present`` of the keys of all rows, those that can't be read as null.
    """

    rows: int
    failed: Mapping[Bit, int]
    rest: str
    present: str


@dataclass
class Staged:
    """What one scan gave. Rows of extract ``i`` are in ``accepted(i)`` and ``refused(i)``, but for those that are ``same`` as before."""

    bench: Bench
    files: list[WrittenFile]
    same: Unchanged | None = None
    counts: dict[int, list[CheckCount]] = field(default_factory=dict)  # extract → its checks
    split: dict[int, dict[dt.datetime, tuple[int, int]]] = field(default_factory=dict)  # extract → position → (accepted, refused)
    stopped: dict[int, str] = field(default_factory=dict)  # extract → the stop rule that holds it

    def good_files(self, extract: int | None = None) -> list[WrittenFile]:
        return self.part("false", extract)

    def accepted(self, extract: int | None = None) -> str:
        return self.scan(self.part("false", extract))

    def refused(self, extract: int | None = None) -> str:
        return self.scan(self.part("true", extract))

    def rows(self, extract: int) -> tuple[int, int]:
        """Accepted and refused rows of one extract."""
        parts = self.split.get(extract, {}).values()
        return sum(good for good, _ in parts), sum(bad for _, bad in parts)

    def part(self, refused: str, extract: int | None) -> list[WrittenFile]:
        wanted = {("_refused", refused), *([("_extract", str(extract))] if extract is not None else [])}
        return [f for f in self.files if wanted <= set(f.partition)]

    def scan(self, files: Sequence[WrittenFile]) -> str:
        return self.bench.engine.scan([f.path for f in files], staged_columns(self.bench.mapped))


def staged_columns(mapped: MappedFeed) -> tuple[tuple[str, str], ...]:
    masks = tuple((f"_m{i}", "long") for i in range(mask_count(mapped.checks)))
    return (*mapped.log_columns, ("_declared", "timestamp"), *masks)


def stage(bench: Bench, extracts: Sequence[Extract], *, dated: bool, same: Unchanged | None = None) -> Staged:
    """Run the mapping over some extracts, in one scan, and split the rows. Rows of a single extract may be the same as before."""
    sql = bound_sql(bench, same.rest if same is not None else bench.bronze(extracts), dated=dated)
    staged = Staged(bench, bench.engine.copy(sql, bench.new_folder("stage"), partition_by=("_refused", "_extract")), same)
    _count(bench, staged, extracts)
    return staged


def bound_sql(bench: Bench, bronze: str, *, dated: bool) -> str:
    """The mapping over some rows of bronze, bound to what it refers to."""
    sql = bench.mapped.stage_sql(bronze, bench.stamp(dated=dated))
    for target, values in bench.references.items():
        sql = sql.replace("{" + target + "}", values)
    return sql


def failures(mapped: MappedFeed, masks: Sequence[int]) -> list[Bit]:
    """The checks that a row with these masks failed."""
    return [(one.mask, one.bit) for one in mapped.checks if masks[one.mask] & (1 << one.bit)]


def _count(bench: Bench, staged: Staged, extracts: Sequence[Extract]) -> None:
    """Failures per check and rows per extract, from the few distinct masks; and which extracts a stop rule holds."""
    masks = ", ".join(f"_m{i}" for i in range(mask_count(bench.mapped.checks)))
    halves = [
        f"SELECT {i} AS _i, {bad} AS _bad, _position, {masks} FROM {staged.scan(files)}"
        for i in range(len(extracts))
        for bad, files in (("false", staged.part("false", i)), ("true", staged.part("true", i)))
        if files
    ]
    failed: Counter[tuple[int, Bit]] = Counter()
    if staged.same is not None and extracts[0].position is not None:
        staged.split[0] = {extracts[0].position: (staged.same.rows, 0)}
        failed.update({(0, bit): count for bit, count in staged.same.failed.items()})
    if halves:
        rows = bench.engine.rows(f"SELECT _i, _bad, _position, {masks}, count(*) FROM ({' UNION ALL '.join(halves)}) GROUP BY ALL")
        for extract, bad, position, *values, count in rows:
            good, refused = staged.split.setdefault(extract, {}).get(position, (0, 0))
            staged.split[extract][position] = (good, refused + count) if bad else (good + count, refused)
            for bit in failures(bench.mapped, values):
                failed[extract, bit] += count
    total = {i: sum(staged.rows(i)) for i in range(len(extracts))}
    for one in bench.mapped.checks:
        for i, extract in enumerate(extracts):
            count = failed[i, (one.mask, one.bit)]
            staged.counts.setdefault(i, []).append(CheckCount(one, total[i], count))
            if one.check.severity == "stop" and total[i] and not extract.released and count / total[i] > one.check.share:
                staged.stopped[i] = f"{one.check.says}: {count / total[i]:.1%} of rows fail, at most {one.check.share:.1%} may"


def refused_rows(bench: Bench, extracts: Sequence[Extract], refused: str) -> str:
    """SQL of the rows to quarantine: every reason, and the original values, from bronze.

    ``refused`` has staged rows with ``_duplicate``.
    """
    key = bench.mapped.contract.key
    whole = " AND ".join(f"r.{names([k])} IS NOT NULL" for k in key)
    parts = ", ".join(f"CAST(r.{names([k])} AS VARCHAR)" for k in key)
    return (
        f"SELECT {literal(bench.mapped.feed)} AS feed, {literal(bench.mapped.dataset)} AS dataset, r._delivery AS delivery, "
        f"r._file AS file, r._row AS row, r._position AS position, CASE WHEN {whole} THEN concat_ws(' | ', {parts}) END AS key, "
        f"CAST(to_json({_reasons(bench.mapped)}) AS VARCHAR) AS reasons, {bench.original} AS original, "
        f"{literal(bench.cause)} AS cause "
        f"FROM {refused} r JOIN {bench.bronze(extracts)} b ON b._delivery = r._delivery AND b._row = r._row"
    )


def _reasons(mapped: MappedFeed) -> str:
    def reason(check: str, column: str | None, dimension: str, says: str, found: str) -> str:
        col = literal(column) if column else "CAST(NULL AS VARCHAR)"
        return f"{{'check': {literal(check)}, 'column': {col}, 'dimension': {literal(dimension)}, 'says': {says}, 'found': {found}}}"

    null = "CAST(NULL AS VARCHAR)"
    parts = [f"CASE WHEN (r._m0 & 1) <> 0 THEN {reason('readable_row', None, 'validity', 'b._problem', null)} END"]
    says = literal("the extract has rows of this key that differ")
    parts.append(f"CASE WHEN r._duplicate THEN {reason('duplicate_key', None, 'uniqueness', says, null)} END")
    for one in mapped.checks:
        if one.check.severity == "error":
            found = f"b.{names([one.check.found])}" if one.check.found else null
            body = reason(one.check.name, one.check.column, one.check.dimension, literal(one.check.says), found)
            parts.append(f"CASE WHEN {one.failed.replace('_m', 'r._m', 1)} THEN {body} END")
    return f"list_filter([{', '.join(parts)}], lambda x: x IS NOT NULL)"
