"""Receiving: what is new or changed at a source comes into bronze, as received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from borough.catalogue.contracts import bronze_table
from borough.catalogue.deliveries import Deliveries, Delivery
from borough.compile.expressions import ExpressionError, bind
from borough.engine.port import WrittenFile
from borough.engine.quoting import literal
from borough.errors import FeedError
from borough.ingest.drift import Drift, drift
from borough.ingest.port import Batch, Connector, Found, Received, Stamp
from borough.lake.logs import instant, start_of_day
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.project.resolve import ResolvedFeed
from borough.standardise.bronze import BRONZE_COLUMNS


@dataclass(frozen=True)
class Waiting:
    """What a source has that Borough has not: files new or changed, by feed."""

    feed: str
    connector: Connector
    found: tuple[Found, ...]
    nothing_matches: bool
    refused: tuple[Delivery, ...] = ()  # files refused before that are still there, unmended
    away: FeedError | None = None  # why the source can't be looked at


def waiting(feed: ResolvedFeed, connector: Connector, deliveries: Deliveries, fingerprint: str) -> Waiting:
    """Compare a source with what was received. A file of the same size and time is the same; else its content decides.

    A file that was refused whole is tried again when its feed's declaration changed, or the file (touching it is enough);
    one that was received is read again when its format or its date is declared otherwise.
    """
    found = connector.discover()
    latest = deliveries.latest(feed.name)
    new = tuple(f for f in found if _is_new(f, latest.get(f.name), fingerprint, feed.reading, connector))
    there = {f.name for f in found} - {f.name for f in new}
    refused = tuple(d for name, d in sorted(latest.items()) if name in there and d.status == "refused")
    return Waiting(feed.name, connector, new, not found, refused)


def _is_new(found: Found, known: Delivery | None, fingerprint: str, reading: str, connector: Connector) -> bool:
    if known is None:
        return True
    touched = (known.size, known.modified_ns) != (found.size, found.modified_ns)
    if known.status == "refused":
        return touched or known.fingerprint != fingerprint
    if known.reading is not None and known.reading != reading:
        return True
    if not touched:
        return False
    return known.size != found.size or known.sha256 != connector.digest(found)


def receive(run: Run, feed: ResolvedFeed, what: Waiting, needed: Sequence[Sequence[str]], fingerprint: str) -> None:
    """Read the waiting files into bronze and note the deliveries. Raises FeedError, EngineError."""
    table = bronze_table(feed.name)
    folder = run.writer.folder(table) + f"/run-{run.writer.number:08d}"
    known = _known_columns(run, table)
    first = run.deliveries.next_id()
    numbers = {found.name: first + i for i, found in enumerate(what.found)}
    stamp = _stamp(run, numbers)
    batch = _taken(run, feed, what.connector.receive(what.found, folder, stamp))
    drifts, known = _drifts(feed, batch.received, known, needed)
    positions = _positions(run, feed, batch)
    refused = {file: d.refused for file, d in drifts.items() if d.refused is not None}
    refused = {**_undated(feed, batch.received, positions), **refused}
    if refused:
        # Whole files are refused: read the others again, so that no row of a refused file reaches bronze.
        good = [r.found for r in batch.received if r.problem is None and r.found.name not in refused]
        again = _taken(run, feed, what.connector.receive(good, folder + "-again", stamp)) if good else Batch((), (), ())
        bad = [replace(r, problem=r.problem or refused[r.found.name]) for r in batch.received if r.problem is not None or r.found.name in refused]
        batch = Batch(again.files, again.columns, (*again.received, *bad))
    _note_drift(run, feed, drifts)
    deliveries = _deliveries(run, feed, batch, positions, numbers, fingerprint)
    _commit(run, feed, table, batch, known)
    _supersede(run, feed, deliveries)
    run.new_deliveries.extend(deliveries)
    run.deliveries = run.deliveries.adding(deliveries)


def _taken(run: Run, feed: ResolvedFeed, batch: Batch) -> Batch:
    """Without what is left for the next run, which is told, and what says the same as the delivery before."""
    run.notices.extend((feed.name, r.found.name, f"left for the next run: {r.left}") for r in batch.received if r.left is not None)
    return replace(batch, received=tuple(r for r in batch.received if r.left is None and not r.same))


def _known_columns(run: Run, table: str) -> tuple[str, ...] | None:
    state = run.writer.state(table)
    return None if state is None else received_columns(state.columns)


def _drifts(
    feed: ResolvedFeed, received: Sequence[Received], known: tuple[str, ...] | None, needed: Sequence[Sequence[str]]
) -> tuple[dict[str, Drift], tuple[str, ...] | None]:
    """The drift of each file against those before it, in order of the extracts, and the columns known at the end.

    On a first load the first file is the measure of the others.
    """
    drifts: dict[str, Drift] = {}
    for one in sorted(received, key=lambda r: (str(r.found.extract_date or ""), r.found.name)):
        if one.problem is not None:
            continue
        found = drifts[one.found.name] = _drift(feed, one, known, needed)
        if found.refused is None and one.counted:
            here = (*one.columns, *(name for name, _ in one.found.parts))
            known = tuple(dict.fromkeys((*(known or ()), *(c for c in here if c not in found.ignored))))
    return drifts, known


def _drift(feed: ResolvedFeed, received: Received, known: Sequence[str] | None, needed: Sequence[Sequence[str]]) -> Drift:
    spec = feed.feed
    on_missing = "null" if feed.missing_is_null else "refuse"
    if received.counted == 0:
        return Drift((), (), None, ())
    parts = [name for name, _ in received.found.parts]
    found = drift([*received.columns, *parts], known, needed, spec.on_new_column, on_missing)
    if not feed.sparse:
        return found
    groups = {" | ".join(group) for group in needed}
    return replace(found, missing=tuple(name for name in found.missing if name in groups))


def _note_drift(run: Run, feed: ResolvedFeed, drifts: dict[str, Drift]) -> None:
    for file, d in drifts.items():
        for kind, names in (("new_column", d.new), ("missing_column", d.missing)):
            action = "refused" if d.refused else ("ignored" if kind == "new_column" and d.ignored else "added" if kind == "new_column" else "null")
            run.drifts.extend({"feed": feed.name, "file": file, "kind": kind, "name": n, "action": action} for n in names)


def _deliveries(
    run: Run, feed: ResolvedFeed, batch: Batch, positions: Mapping[str, dt.datetime], numbers: Mapping[str, int], fingerprint: str
) -> list[Delivery]:
    deliveries = []
    for received in batch.received:
        deliveries.append(
            Delivery(
                id=numbers[received.found.name], feed=feed.name, file=received.found.name, size=received.found.size, modified_ns=received.found.modified_ns,
                sha256=received.sha256, position=positions.get(received.found.name), counted=received.counted,
                status="refused" if received.problem else "received", problem=received.problem, encoding=received.encoding,
                notices="; ".join(received.notices) or None, fingerprint=fingerprint, run=run.writer.number, recorded=run.recorded, bookmark=received.bookmark, reading=feed.reading,
            )
        )  # fmt: skip
        if received.rows != received.counted and not received.problem:
            raise FeedError(
                f"{feed.name}: {received.found.name} has {received.counted:,} records, of which {received.rows:,} were read",
                advice="nothing of this file was taken in; please report this file's format",
            )
    return deliveries


def _positions(run: Run, feed: ResolvedFeed, batch: Batch) -> dict[str, dt.datetime]:
    """The instant of each file's extract: from its path, the declaration, or an expression over its rows (which may tell none)."""
    declared = feed.feed.extract_date
    if isinstance(declared, str):
        if not batch.files:
            return {}
        columns = _batch_columns(batch)
        scan = run.engine.scan([f.path for f in batch.files], [(c, "string") for c in (*columns, "_file", "_problem")])
        try:
            value = bind(declared, dict.fromkeys(columns, "string"), as_type="date", raw=True).sql()
        except ExpressionError as error:
            raise FeedError(f"{feed.name}: extract_date {declared!r}: {error}", advice="mend extract_date in the feed") from error
        rows = run.engine.rows(f"SELECT _file, max({value}) FROM {scan} WHERE _problem IS NULL GROUP BY 1")
        return {file: start_of_day(day) for file, day in rows if day is not None}
    positions = {}
    for received in batch.received:
        when = declared if declared is not None else received.found.extract_date
        if when is not None:
            positions[received.found.name] = when if isinstance(when, dt.datetime) else start_of_day(when)
    return positions


def _undated(feed: ResolvedFeed, received: Sequence[Received], positions: Mapping[str, dt.datetime]) -> dict[str, str]:
    """Why files are refused whose rows were to tell the extract's date, and don't."""
    if feed.extract_from != "expression":
        return {}
    why = f"no row tells the date of the extract: extract_date {feed.feed.extract_date} is null in every row"
    return {r.found.name: why if r.counted else "no rows, which were to tell the date of the extract" for r in received if r.problem is None and r.found.name not in positions}


def _stamp(run: Run, numbers: Mapping[str, int]) -> Stamp:
    """What bronze adds to each row: its delivery, its run, and when it was received."""
    pairs = ", ".join(f"({literal(file)}, {number})" for file, number in numbers.items())
    own = f"CAST(d.id AS BIGINT) AS _delivery, CAST({run.writer.number} AS BIGINT) AS _run, {instant(run.recorded)} AS _received"
    return lambda sql: f"SELECT b.*, {own} FROM ({sql}) b JOIN (VALUES {pairs}) AS d (file, id) ON d.file = b._file"


def _commit(run: Run, feed: ResolvedFeed, table: str, batch: Batch, known: Sequence[str] | None) -> None:
    """Commit the received rows to bronze."""
    if not batch.files:
        return
    received = _batch_columns(batch)
    files: Sequence[WrittenFile] = batch.files
    if known is not None and feed.feed.on_new_column == "ignore" and not set(received) <= set(known):
        # What is to be ignored must not lie in the files either.
        received = tuple(c for c in received if c in known)
        columns = [*((c, "string") for c in received), *BRONZE_COLUMNS]
        files = run.engine.copy(f"SELECT * FROM {run.engine.scan([f.path for f in files], columns)}", run.writer.new_file(table))
    run.append(table, files, [*((c, "string") for c in received), *BRONZE_COLUMNS], app=feed.name)


def _batch_columns(batch: Batch) -> tuple[str, ...]:
    """The received columns and the parts of the path, in order."""
    return tuple(dict.fromkeys((*batch.columns, *(name for r in batch.received for name, _ in r.found.parts))))


def _supersede(run: Run, feed: ResolvedFeed, deliveries: Sequence[Delivery]) -> None:
    """A file sent again with other content takes the place of what it said before."""
    files = {d.file for d in deliveries if d.status == "received"}
    for old in run.deliveries.live(feed.name):
        if old.file in files:
            gone = replace(old, status="superseded", run=run.writer.number, recorded=run.recorded)
            run.new_deliveries.append(gone)
            run.deliveries = run.deliveries.adding([gone])


def received_columns(columns: Sequence[Column]) -> tuple[str, ...]:
    """The received columns of a bronze table, in order: what is there beside Borough's own."""
    own = {name for name, _ in BRONZE_COLUMNS}
    return tuple(c.name for c in columns if c.name not in own)
