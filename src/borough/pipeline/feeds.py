"""One feed of a run: decides what must be derived again and from when, derives it, and commits log and quarantine."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from borough.catalogue.contracts import CORRECTIONS, DECISIONS, QUARANTINE, bronze_table, current_table, log_table, logical_columns
from borough.catalogue.deliveries import Delivery
from borough.catalogue.quarantined import open_rows
from borough.catalogue.tables import CORRECTION_COLUMNS, DECISION_COLUMNS, QUARANTINE_COLUMNS, REFUSED_COLUMNS
from borough.compile.mapping import MappedFeed, shape
from borough.engine.port import WrittenFile
from borough.lake.logs import LOG_COLUMNS, Log, names, same
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.following import extract_before, remember_extract
from borough.project.resolve import ResolvedFeed
from borough.quality.quarantine import settle
from borough.standardise.bronze import BRONZE_COLUMNS, Corrections, bronze_rows, original_sql
from borough.standardise.derive import Derived, derive
from borough.standardise.mend import WITHDRAWN, mend
from borough.standardise.stage import Bench, Extract


@dataclass(frozen=True)
class Work:
    """What to derive of a feed: from which position (None: from the beginning), and why."""

    cause: str  # delivery | late | declaration | correction | release | replay
    since: dt.datetime | None
    extracts: tuple[Extract, ...]

    @property
    def mends(self) -> bool:
        """Does it go back over what was derived before?"""
        return self.cause != "delivery"


def work_for(run: Run, feed: ResolvedFeed, mapped: MappedFeed) -> Work | None:
    """What a feed needs, if anything: the earliest thing that changed decides where to begin."""
    live = run.deliveries.live(feed.name)
    remembered = run.feed_record(feed.name)
    through = int(remembered.get("derived", 0))
    pending = [d for d in run.deliveries.of(feed.name) if d.run > through and d.status in ("received", "superseded")]
    causes = _causes(run, feed, mapped, live, pending, remembered)
    if not causes:
        return None
    cause, since = _earliest(causes)
    if cause == "delivery":
        return Work(cause, None, _extracts(run, feed, mapped, [d for d in pending if d.status == "received"]))
    if any(d.position is None for d in live):
        since = None
    taken = [d for d in live if since is None or d.position is None or d.position >= since]
    return Work(cause, since, _extracts(run, feed, mapped, taken))


Cause = tuple[str, dt.datetime | None]


def _causes(
    run: Run, feed: ResolvedFeed, mapped: MappedFeed, live: Sequence[Delivery], pending: Sequence[Delivery], remembered: dict[str, Any]
) -> list[Cause]:
    causes: list[Cause] = []
    if remembered.get("fingerprint", mapped.fingerprint) != mapped.fingerprint:
        causes.append(("declaration", None))
    # A file that was sent again takes the place of its earlier content: history is mended from its date on.
    causes.extend(("late", d.position) for d in pending if d.status == "superseded")
    last = remembered.get("position")
    for delivery in pending:
        if delivery.status == "received":
            late = delivery.position is not None and last is not None and delivery.position.isoformat() <= last
            causes.append(("late" if late else "delivery", delivery.position if late else None))
    positions = {d.id: d.position for d in live}
    through = int(remembered.get("derived", 0))
    causes.extend(("correction", positions[d]) for d in _corrected(run, feed.name, through) if d in positions)
    causes.extend(("release", position) for position, decided in _decisions(run, feed.name).items() if decided > through)
    if feed.name in run.options.replay:
        causes.extend(("replay", positions[d]) for d in _quarantined(run, feed.name) if d in positions)
    elif mapped.references and remembered.get("references", {}) != _referenced(run, mapped):
        # What a refused row refers to may have come since.
        causes.extend(("replay", positions[d]) for d in _quarantined(run, feed.name, '_references"') if d in positions)
    return causes


def _referenced(run: Run, mapped: MappedFeed) -> dict[str, int]:
    """The run in which each dataset that a feed refers to last changed."""
    datasets = sorted({target.split(".")[0] for target in mapped.references.values()})
    return {name: int(run.properties(log_table(name)).get("last", 0)) for name in datasets}


def _earliest(causes: Sequence[Cause]) -> Cause:
    """The cause that reaches furthest back; a plain delivery reaches back to nothing."""
    back = [c for c in causes if c[0] != "delivery"]
    if not back:
        return "delivery", None
    order = ["declaration", "correction", "release", "replay", "late"]
    named = min((c[0] for c in back), key=order.index)
    positions = [c[1] for c in back]
    return named, None if None in positions else min(p for p in positions if p is not None)


def _corrected(run: Run, feed: str, through: int) -> list[int]:
    files = run.files(CORRECTIONS)
    if not files:
        return []
    scan = run.engine.scan(files, CORRECTION_COLUMNS)
    return [row[0] for row in run.engine.rows(f"SELECT DISTINCT delivery FROM {scan} WHERE feed = '{feed}' AND run > {through}")]


def _decisions(run: Run, feed: str) -> dict[dt.datetime, int]:
    """The extracts that people released, and the run in which they last did."""
    files = run.files(DECISIONS)
    if not files:
        return {}
    scan = run.engine.scan(files, DECISION_COLUMNS)
    return dict(run.engine.rows(f"SELECT position, max(run) FROM {scan} WHERE feed = '{feed}' AND decision = 'release' GROUP BY position"))


def _quarantined(run: Run, feed: str, reason: str = "") -> list[int]:
    """Deliveries with rows in quarantine (whose reasons have a text in them)."""
    files = run.files(QUARANTINE)
    if not files:
        return []
    rows = open_rows(run.engine.scan(files, QUARANTINE_COLUMNS))
    return [row[0] for row in run.engine.rows(f"SELECT DISTINCT delivery FROM {rows} WHERE feed = '{feed}' AND contains(reasons, '{reason}')")]


def _extracts(run: Run, feed: ResolvedFeed, mapped: MappedFeed, deliveries: Sequence[Delivery]) -> tuple[Extract, ...]:
    """Deliveries grouped by position, in order. Several files of one date: as the feed's ``same_date`` says.

    Without dates all files are one extract; but where a rule may hold a load, each file is a load of its own.
    """
    apart = any(one.check.severity == "stop" for one in mapped.checks)
    groups: dict[tuple[dt.datetime, int], list[Delivery]] = {}
    for d in deliveries:
        group = (d.position, 0) if d.position is not None else (dt.datetime.min, d.id if apart else 0)
        groups.setdefault(group, []).append(d)
    released = _decisions(run, feed.name)
    return tuple(_extract(feed, sorted(groups[group], key=lambda d: d.file), released) for group in sorted(groups))


def _extract(feed: ResolvedFeed, files: Sequence[Delivery], released: dict[dt.datetime, int]) -> Extract:
    """One extract of the files of one date, sorted by name. A release counts for what was there when it was given."""
    position, refused, skipped = files[0].position, None, files[:0]
    if position is not None and len(files) > 1 and feed.same_date == "refuse":
        listed = ", ".join(d.file for d in files[:3]) + (" …" if len(files) > 3 else "")
        refused = f"{len(files)} files for one extract date ({listed}): declare same_date: parts or latest"
    elif position is not None and feed.same_date == "latest":
        files, skipped = files[-1:], files[:-1]
    received = max(d.recorded for d in files)
    return Extract(
        position=position,
        deliveries=tuple(d.id for d in files),
        counted=sum(d.counted for d in files),
        refused_whole=refused,
        released=released.get(position or received, 0) >= max(d.run for d in (*files, *skipped)),
        received=received,
        skipped=tuple(d.id for d in skipped),
        skipped_rows=sum(d.counted for d in skipped),
    )


def derive_feed(run: Run, feed: ResolvedFeed, mapped: MappedFeed, work: Work, received: Sequence[str]) -> Derived:
    """Derive and commit one feed's work. Log, quarantine and memory change together, or (on an error) not at all."""
    table = log_table(mapped.dataset)
    folder = run.writer.folder(table) + f"/run-{run.writer.number:08d}-{feed.name}"
    bench = _bench(run, feed, mapped, work, received, folder)
    log = run.relations.log(mapped.dataset)
    remembered = run.feed_record(feed.name)
    anew = _must_write_anew(run, mapped)
    if anew:
        log = None
    referenced = _referenced(run, mapped)
    before = _before(mapped, work, log)
    previous = _previous(run, feed, work, remembered)
    follows = extract_before(run, mapped, referenced) if log is not None and not work.mends else None
    derived = derive(bench, work.extracts, before, previous, follows)
    if not work.mends and log is not None and _contradicts(run, bench, log, work, derived):
        tidy(run, mapped)
        everything = _extracts(run, feed, mapped, run.deliveries.live(feed.name))
        return derive_feed(run, feed, mapped, Work("late", None, everything), received)
    files = derived.changes
    if work.mends and log is not None:
        ordinal = [name for name, _s, _f in run.project.feeds()].index(feed.name)
        files = mend(bench, log, derived, before, work.since, ordinal)
    _quarantine(run, feed, mapped, work, derived)
    _commit_log(run, mapped, feed.name, files, anew=anew)
    _remember(run, feed, mapped, work, derived)
    remember_extract(run, mapped, derived, referenced)
    remembered["references"] = referenced
    return derived


def _contradicts(run: Run, bench: Bench, log: Log, work: Work, derived: Derived) -> bool:
    """Does an undated delivery say something else of a key at a known time than an earlier one did?

    Files without dates are parts of one extract, in which differing rows of a key are all refused: whichever came first.
    A key of which something was withdrawn is worked out anew too: what stands in that place may be another row now.
    """
    if not work.extracts or work.extracts[0].position is not None:
        return False
    if any(t.updated for t in derived.tallies):
        return True
    existing, mapped = run.files(QUARANTINE), bench.mapped
    if not derived.changes:
        return False
    changes = run.engine.scan([f.path for f in derived.changes], mapped.log_columns)
    withdrawn = f"(SELECT * FROM {log.sql} WHERE _feed = '{mapped.feed}' AND _n >= {WITHDRAWN})"
    if run.engine.rows(f"SELECT 1 FROM {changes} c JOIN {withdrawn} w ON {same(mapped.contract.key, 'c', 'w')} LIMIT 1"):
        return True
    if not existing:
        return False
    key = ", ".join(f"CAST(c.{names([k])} AS VARCHAR)" for k in mapped.contract.key)
    refused = f"(SELECT * FROM {open_rows(run.engine.scan(existing, QUARANTINE_COLUMNS))} WHERE feed = '{mapped.feed}' AND contains(reasons, '\"duplicate_key\"'))"
    on = f"q.position = c._position AND q.key = concat_ws(' | ', {key})"
    return bool(run.engine.rows(f"SELECT 1 FROM {changes} c JOIN {refused} q ON {on} LIMIT 1"))


def _bench(run: Run, feed: ResolvedFeed, mapped: MappedFeed, work: Work, received: Sequence[str], folder: str) -> Bench:
    if any(kind == "binary" for _, kind in mapped.columns):
        run.engine.load("spatial")
    columns = (*((c, "string") for c in received), *BRONZE_COLUMNS)
    scan = run.engine.scan(run.files(bronze_table(feed.name)), columns)
    corrections = _corrections(run, feed.name)
    step = iter(range(1_000_000))
    references = {}
    for target in mapped.references.values():
        dataset, column = target.split(".")
        relation = run.relations.dataset(dataset, areas=False, links=False)
        references[target] = f'(SELECT DISTINCT "{column}" AS v FROM {relation} WHERE "{column}" IS NOT NULL)'
    return Bench(
        engine=run.engine,
        mapped=mapped,
        bronze=lambda extracts: bronze_rows(scan, received, extracts, corrections),
        original=original_sql(received, corrections),
        references=references,
        new_folder=lambda label: f"{folder}/{next(step):04d}-{label}",
        number=run.writer.number,
        recorded=run.recorded,
        cause=work.cause,
    )


def _corrections(run: Run, feed: str) -> Corrections | None:
    files = run.files(CORRECTIONS)
    if not files:
        return None
    scan = run.engine.scan(files, CORRECTION_COLUMNS)
    latest = f"(SELECT * FROM {scan} WHERE feed = '{feed}' QUALIFY row_number() OVER (PARTITION BY delivery, row, column_name ORDER BY run DESC) = 1)"
    columns = tuple(row[0] for row in run.engine.rows(f"SELECT DISTINCT column_name FROM {latest} ORDER BY 1"))
    return Corrections(latest, columns) if columns else None


def _before(mapped: MappedFeed, work: Work, log: Log | None) -> str | None:
    """The feed's state before the work: current rows, or the state before an earlier position."""
    if log is None:
        return None
    where = f"_feed = '{mapped.feed}'"
    undated = bool(work.extracts) and work.extracts[0].position is None
    if not work.mends:
        return log.assertions(where) if undated else f"(SELECT * FROM {log.current()} WHERE {where})"
    return None if work.since is None else log.before(work.since, mapped.feed)


def _previous(run: Run, feed: ResolvedFeed, work: Work, remembered: dict[str, Any]) -> dt.datetime | None:
    """The extract applied before the work's first one."""
    if not work.mends:
        last = remembered.get("applied")
        return dt.datetime.fromisoformat(last) if last else None
    if work.since is None:
        return None
    held = {h["position"] for h in remembered.get("held", [])}
    earlier = [d.position for d in run.deliveries.live(feed.name) if d.position is not None and d.position < work.since]
    return max((p for p in earlier if p.isoformat() not in held), default=None)


def _must_write_anew(run: Run, mapped: MappedFeed) -> bool:
    """Did the log's physical columns change? Then the first feed of the dataset in this run begins a new log."""
    stored = run.properties(log_table(mapped.dataset))
    return bool(stored) and stored.get("shape") != shape(mapped.contract)


def _quarantine(run: Run, feed: ResolvedFeed, mapped: MappedFeed, work: Work, derived: Derived) -> None:
    refused = run.engine.scan([f.path for f in derived.refused], REFUSED_COLUMNS)
    existing = run.files(QUARANTINE)
    if not derived.refused and not (existing and (work.mends or any(d.status == "superseded" for d in run.deliveries.of(feed.name)))):
        return
    through = run.feed_record(feed.name).get("derived", 0)
    gone = [d.id for d in run.deliveries.of(feed.name) if d.status == "superseded" and d.run > through]
    deliveries = [d for e in work.extracts for d in e.all_deliveries] + gone
    sql = settle(
        refused, run.engine.scan(existing, QUARANTINE_COLUMNS), feed.name, deliveries, run=run.writer.number, now=run.recorded, cause=work.cause
    )
    files = run.engine.copy(sql, run.writer.new_file(QUARANTINE))
    if files:
        run.append(QUARANTINE, files, QUARANTINE_COLUMNS, app=feed.name)


def _commit_log(run: Run, mapped: MappedFeed, feed: str, files: Sequence[WrittenFile], *, anew: bool) -> None:
    """Append the changes to the log and note how its current rows are found."""
    table = log_table(mapped.dataset)
    properties = run.properties(table)
    number = run.writer.number
    if anew:
        run.writer.replace(table, files, [Column(n, k) for n, k in mapped.log_columns], app=feed)
        properties.clear()
    elif files or run.writer.state(table) is None:
        run.append(table, files, mapped.log_columns, app=feed)
    properties["shape"] = shape(mapped.contract)
    rows = sum(f.rows for f in files)
    if not rows:
        return
    run.changed.add(mapped.dataset)
    first = "first" not in properties
    plain = first and _all_inserts(run, mapped, files)
    properties.setdefault("first", number)
    properties["last"] = number
    if plain:
        properties.update(base="log", through=number, rows=rows, tail=0)
    elif properties.get("base") == "log" and properties.get("through") == number and _all_inserts(run, mapped, files):
        properties["rows"] += rows  # another feed's first load in the same run
    else:
        if properties.get("through") == number:
            properties.pop("base", None)
            properties["through"] = 0
        properties["tail"] = properties.get("tail", 0) + rows


def _all_inserts(run: Run, mapped: MappedFeed, files: Sequence[WrittenFile]) -> bool:
    """Can the log's rows serve as the current table? Only if each is an insert of a key of its own."""
    scan = run.engine.scan([f.path for f in files], mapped.log_columns)
    if run.engine.rows(f"SELECT 1 FROM {scan} WHERE _op <> 'insert' LIMIT 1"):
        return False
    # Rows without an extract's date are inserts at their own known times, of which a key may have several.
    undated = any(d.position is None for d in run.deliveries.live(mapped.feed))
    if undated and run.engine.rows(f"SELECT 1 FROM {scan} GROUP BY {names(mapped.contract.key)} HAVING count(*) > 1 LIMIT 1"):
        return False
    state = run.relations.log(mapped.dataset)
    known = state is not None and run.engine.rows(f"SELECT 1 FROM {state.sql} WHERE _feed = '{mapped.feed}' AND _run < {run.writer.number} LIMIT 1")
    return not known


def _remember(run: Run, feed: ResolvedFeed, mapped: MappedFeed, work: Work, derived: Derived) -> None:
    remembered = run.feed_record(feed.name)
    positions = [d.position for d in run.deliveries.live(feed.name) if d.position is not None]
    redone = {e.mark.isoformat() for e in work.extracts if e.mark is not None}
    live = {(d.position or d.recorded).isoformat() for d in run.deliveries.live(feed.name)}
    held = [h for h in remembered.get("held", []) if h["position"] in live - redone]
    held += [{"position": t.mark.isoformat(), "reason": t.reason, "rows": t.held} for t in derived.tallies if t.is_held and t.mark]
    waiting = {h["position"] for h in held}
    applied = [p for p in positions if p.isoformat() not in waiting]
    remembered.update(
        dataset=mapped.dataset,
        fingerprint=mapped.fingerprint,
        derived=run.writer.number,
        position=max(positions).isoformat() if positions else None,
        applied=max(applied).isoformat() if applied else None,
        held=held,
    )


def rewrite_current(run: Run, dataset: str) -> None:
    """Write the current table anew where the log's tail has outgrown its share of it."""
    table = log_table(dataset)
    properties = run.properties(table)
    if not properties.get("last") or properties["last"] <= properties.get("through", 0):
        return
    rows, tail = properties.get("rows", 0), properties.get("tail", 0)
    if properties.get("base") and tail <= run.project.borough.maintenance.rewrite_current_above * rows:
        return
    log = run.relations.log(dataset)
    if log is None:
        return
    columns = (*logical_columns(run.project.datasets[dataset]), *LOG_COLUMNS)
    current = current_table(dataset)
    files = run.engine.copy(f"SELECT {names([n for n, _ in columns])} FROM {log.current()}", run.writer.new_file(current))
    run.writer.replace(current, files, [Column(n, k) for n, k in columns], app=dataset)
    properties.update(base="current", through=run.writer.number, rows=sum(f.rows for f in files), tail=0)


def tidy(run: Run, mapped: MappedFeed) -> None:
    """Drop staged files that no commit took (on a disk; elsewhere vacuum finds them)."""
    used = set(run.files(log_table(mapped.dataset)))
    folder = Path(run.writer.folder(log_table(mapped.dataset)))
    for stage in folder.glob(f"run-{run.writer.number:08d}-*"):
        for file in stage.rglob("*.parquet"):
            if str(file) not in used:
                file.unlink()
        if not any(p.is_file() for p in stage.rglob("*")):
            shutil.rmtree(stage, ignore_errors=True)

