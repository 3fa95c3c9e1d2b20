"""Addresses to properties: what rows ask of the gazetteer, each distinct address once, and remembered."""

from __future__ import annotations

from collections.abc import Sequence

from borough.catalogue.identity import ADDRESS_COLUMNS, ADDRESSES, EVENT_COLUMNS, EVENTS
from borough.compile.entities import addressed, gazetteer_datasets
from borough.compile.gazetteer import touched_sql
from borough.compile.links import asked_sql
from borough.engine.quoting import literal
from borough.identity.addresses.gazetteer import Prepared
from borough.identity.addresses.matching import VERSION, match
from borough.identity.addresses.revisiting import revisit
from borough.lake.logs import instant
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.gazetteers import prepared_gazetteer
from borough.pipeline.touching import MOVED

_ASKED, _NEW, _FOUND, _STALE = "identity_asked", "identity_new", "identity_found", "identity_stale"


def match_addresses(run: Run, *, anew: bool) -> int:
    """Match what rows ask and nobody asked before; what a change of the gazetteer touches, once more. Returns the addresses matched.

    ``anew``: the declarations changed: everything that is asked is looked at, what is remembered stands.
    """
    places = [d for d in addressed(run.project) if anew or d in run.changed]
    moved = set(gazetteer_datasets(run.project)) & run.changed
    if not places and not moved:
        return 0
    engine, remembered = run.engine, run.engine.scan(run.files(ADDRESSES), ADDRESS_COLUMNS)
    _collect(run, places, remembered, anew=anew)
    prepared = _prepared(run)
    stale = _touched(run, remembered) if moved and prepared is not None and run.files(ADDRESSES) else 0
    if stale:
        engine.execute(f"INSERT INTO {_NEW} SELECT key, text, postcode, given, shell FROM {remembered} WHERE key IN (SELECT key FROM {_STALE})")
    ((asked,),) = engine.rows(f"SELECT count(*) FROM {_NEW}")
    if asked:
        run.progress.step("property", f"matching {asked:,} addresses")
        _answer(run, prepared)
        _keep(run, remembered, replaced=bool(stale))
    for table in (_ASKED, _NEW, _FOUND, _STALE):
        engine.execute(f"DROP TABLE IF EXISTS {table}")
    return int(asked)


def _collect(run: Run, places: Sequence[str], remembered: str, *, anew: bool) -> None:
    """What rows ask, each once; and of that what nobody asked before. Unless ``anew``, rows that this run wrote ask."""
    wrote = "" if anew else f" WHERE _run = {run.writer.number}"
    rows = {d: f"(SELECT * FROM {run.relations.versions(d) if anew else log.sql}{wrote})" for d in places if (log := run.relations.log(d)) is not None}
    selects = [one for d, written in rows.items() for one in asked_sql(run.project, d, written)]
    every = " UNION ALL ".join(selects) or "SELECT CAST(NULL AS BIGINT) AS key, '' AS text, '' AS postcode, CAST(NULL AS BIGINT) AS given, false AS shell"
    run.engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {_NEW} AS SELECT key, any_value(text) AS text, any_value(postcode) AS postcode, any_value(given) AS given, any_value(shell) AS shell "
        f"FROM ({every}) a WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM {remembered}) GROUP BY key ORDER BY key"
    )


def _prepared(run: Run) -> Prepared | None:
    run.progress.step("property", "preparing the gazetteer")
    return prepared_gazetteer(run.relations, run.engine)


def _touched(run: Run, remembered: str) -> int:
    """The remembered addresses that a change of the gazetteer touches: to be matched again."""
    changed = touched_sql(run.relations, run.writer.number)
    if changed is None:
        return 0
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_STALE} AS {revisit(remembered, changed)}")
    return int(run.engine.rows(f"SELECT count(*) FROM {_STALE}")[0][0])


def _answer(run: Run, prepared: Prepared | None) -> None:
    """Match the new addresses; without a gazetteer, a UPRN that the source gives stands."""
    if prepared is not None:
        match(run.engine, prepared, f"(SELECT key, text, postcode, given AS uprn, shell FROM {_NEW})", _FOUND)
        return
    run.engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {_FOUND} AS SELECT key, given AS uprn, CASE WHEN given IS NULL THEN 'none' ELSE 'given' END AS method, "
        f"CASE WHEN given IS NULL THEN 0.0 ELSE 0.9 END AS score, CAST(NULL AS BIGINT) AS runner_up, CAST(NULL AS DOUBLE) AS margin, 'there is no gazetteer' AS reason FROM {_NEW}"
    )


def _keep(run: Run, remembered: str, *, replaced: bool) -> None:
    """Remember the answers. Those that a changed gazetteer gave anew take the place of the old, and where they differ, that is told."""
    stamp = f"{literal(VERSION)} AS version, CAST({run.writer.number} AS BIGINT) AS run, {instant(run.recorded)} AS recorded"
    columns = ", ".join(name for name, _ in ADDRESS_COLUMNS)
    answers = (
        f"SELECT n.key, n.text, n.postcode, n.given, n.shell, f.uprn, f.method, CAST(f.score AS DOUBLE) AS score, f.runner_up, CAST(f.margin AS DOUBLE) AS margin, f.reason, {stamp} FROM {_NEW} n JOIN {_FOUND} f ON f.key = n.key"
    )
    if replaced:
        _tell_moves(run, remembered)
        answers = f"SELECT {columns} FROM {remembered} r ANTI JOIN {_NEW} n ON n.key = r.key UNION ALL {answers}"
    files = run.engine.copy(f"SELECT {columns} FROM ({answers}) ORDER BY key", run.writer.new_file(ADDRESSES))
    commit = run.writer.replace if replaced else run.writer.append
    commit(ADDRESSES, files, [Column(name, kind) for name, kind in ADDRESS_COLUMNS], app=ADDRESSES)
    run.changed.update(addressed(run.project) if replaced else ())
    run.changed.add("property")


def _tell_moves(run: Run, remembered: str) -> None:
    """An address that had another property until now: a change that subscribers can see, and records of people to read again."""
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {MOVED} AS SELECT f.key FROM {remembered} r JOIN {_FOUND} f ON f.key = r.key WHERE f.uprn IS DISTINCT FROM r.uprn")
    run.made.add(MOVED)
    moves = (
        f"SELECT 'moved' AS event, 'property' AS entity, f.uprn AS id, r.uprn AS other, CAST(count(*) AS BIGINT) AS count, min(f.method) AS note, "
        f"CAST({run.writer.number} AS BIGINT) AS run, {instant(run.recorded)} AS recorded "
        f"FROM {remembered} r JOIN {_FOUND} f ON f.key = r.key WHERE f.uprn IS DISTINCT FROM r.uprn GROUP BY f.uprn, r.uprn ORDER BY 3, 4"
    )
    files = run.engine.copy(moves, run.writer.new_file(EVENTS, "property"))
    if files:
        run.append(EVENTS, files, EVENT_COLUMNS, app=f"{EVENTS}/property")
