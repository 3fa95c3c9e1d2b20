"""Records of people, taken in: each distinct one once, cleaned once, and numbered once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from borough.catalogue.contracts import logical_columns
from borough.catalogue.identity import NODES, SIGNATURE_COLUMNS, SIGNATURES, STATEMENT_COLUMNS, STATEMENTS
from borough.catalogue.rows import read_rows
from borough.catalogue.tables import Columns
from borough.compile.appearances import SAID, is_special, record_sql, said_sql
from borough.compile.entities import peopled
from borough.compile.gazetteer import lines_sql
from borough.compile.links import extra_fields
from borough.compile.relations import Relations
from borough.engine.port import WrittenFile
from borough.engine.quoting import literal, quoted
from borough.identity.people.cleaning import clean, frequent_dates
from borough.identity.people.columns import RECORD_COLUMNS
from borough.lake.logs import LOG_COLUMNS
from borough.pipeline.context import Run
from borough.pipeline.frozen import remembered
from borough.pipeline.keeping import keep_files, keep_touched, stamped
from borough.pipeline.touching import TOUCHED, stamp, through, touch
from borough.project.specs import DatasetSpec

STANDING, RECORDS, RESAID, _CLEANED, _NEW = "link_standing", "link_records", "link_resaid", "link_cleaned", "link_new"
_LOG, _ROWS, _SAID, _STATED = "link_log", "link_rows", "link_said", "link_stated"


def collect(run: Run, *, anew: bool) -> bool:
    """Bring the statements up to date: all of them, or those of the records that are touched. Returns whether it was all.

    Then every signature that stands is in the temp table ``STANDING``, what the new ones say in ``RECORDS``, and the signatures of
    touched records, before and after, in ``RESAID``.
    """
    engine, whole = run.engine, anew or not run.files(STATEMENTS)
    stamps = remembered(run).setdefault("stamps", {})
    touched = set(peopled(run.project)) if whole else touch(run, stamps)
    if whole:
        stamps.clear()
        stamps.update({dataset: stamp(run, dataset) for dataset in run.project.datasets if run.relations.log(dataset) is not None})
    names = [name for name, _ in RECORD_COLUMNS if name != "signature"] + list(extra_fields(run.project))
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {RECORDS} (signature BIGINT, {', '.join(f'{quoted(name)} {_kind(name)}' for name in names)})")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {_STATED} AS SELECT * FROM {engine.scan([], STATEMENT_COLUMNS)}")
    answered: dict[tuple[str, str, str], str] = {}
    files = []
    for dataset in (d for d in peopled(run.project) if d in touched):
        if not _read(run, dataset, answered, whole=whole):
            continue
        _take_new(run, names, whole=whole)
        stated = _stated_sql(run.project.datasets[dataset])
        if whole:
            files += engine.copy(f"{stamped(run, STATEMENT_COLUMNS, stated)} ORDER BY record, role, signature", run.writer.new_file(STATEMENTS))
        else:
            engine.execute(f"INSERT INTO {_STATED} {stated}")
    _settle(run, files, whole=whole)
    if not whole:
        engine.execute(f"DELETE FROM {RECORDS} WHERE signature IN (SELECT signature FROM {engine.scan(run.files(SIGNATURES), SIGNATURE_COLUMNS)})")
    for table in (_LOG, _ROWS, _SAID, _STATED, *answered.values()):
        engine.execute(f"DROP TABLE IF EXISTS {table}")
    _fill_postcodes(run)
    return whole


def _read(run: Run, dataset: str, answered: dict[tuple[str, str, str], str], *, whole: bool) -> bool:
    """What the rows of a dataset say of people, now and in earlier versions, as the temp table ``_SAID``. False if they say nothing themselves."""
    selects = said_sql(run.project, dataset, _ROWS)
    if not selects:
        return False
    relations = Relations(run.project, run.engine, run.state, {} if whole else {dataset: _narrow(run, dataset)}, answered)
    _answer(run, dataset, answered)
    rows, log = f"(SELECT *, true AS _now FROM {relations.standing(dataset)})", relations.log(dataset)
    if log is not None and not (log.settled and log.base == log.sql):
        by = ", ".join(quoted(c) for c in (*log.identity, "_position", "_run", "_n"))
        rows = f"(SELECT v.*, c._now IS NOT NULL AS _now FROM {relations.versions(dataset)} v LEFT JOIN (SELECT {by}, _now FROM {rows}) c USING ({by}))"
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_ROWS} AS SELECT * FROM {relations.linked(dataset, rows, people=False)}")
    for i, select in enumerate(selects):
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_SAID} AS {select}" if i == 0 else f"INSERT INTO {_SAID} {select}")
    return True


def _narrow(run: Run, dataset: str) -> str:
    """A temp table of the log's rows of touched records."""
    log = run.relations.log(dataset)
    rows = log.sql if log is not None else run.engine.scan([], (*logical_columns(run.project.datasets[dataset]), *LOG_COLUMNS))
    records = f"SELECT record FROM {TOUCHED} WHERE dataset = {literal(dataset)}"
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_LOG} AS SELECT * FROM {rows} WHERE {record_sql(run.project.datasets[dataset])} IN ({records})")
    return _LOG


def _answer(run: Run, dataset: str, answered: dict[tuple[str, str, str], str]) -> None:
    """Make tables of the properties that a dataset's rows have from others: several datasets ask the same."""
    for _, target, column in through(run.project, dataset):
        asked = (target, column, "property")
        if asked not in answered:
            _answer(run, target, answered)
            name = f"link_answer_{len(answered)}"
            run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {Relations(run.project, run.engine, run.state, {}, dict(answered)).answers(*asked)}")
            answered[asked] = name


def _take_new(run: Run, names: Sequence[str], *, whole: bool) -> None:
    """What signatures that nobody had before say. Of few records, those that somebody had are left out at the end, all at once."""
    known = f"ANTI JOIN {run.engine.scan(run.files(SIGNATURES), SIGNATURE_COLUMNS)} k ON k.signature = s._signature " if whole else ""
    values = ", ".join(f"any_value({quoted(name)}) AS {quoted(name)}" for name in names)
    run.engine.execute(
        f"INSERT INTO {RECORDS} SELECT _signature, {values} FROM {_SAID} s {known}ANTI JOIN {RECORDS} r ON r.signature = s._signature WHERE _signature IS NOT NULL GROUP BY _signature"
    )


def _stated_sql(contract: DatasetSpec) -> str:
    """SELECT of the statements that rows of a dataset make: what they say now, and the signatures of what they said before."""
    own = {"dataset": literal(contract.dataset), "special": "true" if is_special(contract) else "false"}
    now = ", ".join(f"{own.get(name) or quoted('_' + name if name in SAID else name)} AS {quoted(name)}" for name, _ in STATEMENT_COLUMNS)
    named = {"dataset": own["dataset"], "special": own["special"], "role": "_role", "record": "_record", "signature": "_signature", "now": "false"}
    then = ", ".join(f"{named.get(name, 'NULL')} AS {quoted(name)}" for name, _ in STATEMENT_COLUMNS)
    earlier = f"SELECT DISTINCT _role, _record, _signature FROM {_SAID} WHERE NOT _now AND _signature IS NOT NULL"
    return (
        f"SELECT {now} FROM {_SAID} WHERE _now AND _signature IS NOT NULL UNION ALL SELECT {then} FROM ({earlier}) e "
        f"ANTI JOIN (SELECT _role, _record, _signature FROM {_SAID} WHERE _now) n USING (_role, _record, _signature)"
    )


def _settle(run: Run, files: list[WrittenFile], *, whole: bool) -> None:
    """Keep the statements; note which signatures stand, and which are those of touched records."""
    engine = run.engine
    before = read_rows(engine, STATEMENTS, run.state(STATEMENTS), STATEMENT_COLUMNS)
    if whole:
        keep_files(run, STATEMENTS, STATEMENT_COLUMNS, files)
    else:
        were = f"SELECT s.signature FROM {before} s SEMI JOIN {TOUCHED} t ON t.dataset = s.dataset AND t.record = s.record"
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {RESAID} AS SELECT DISTINCT signature FROM ({were} UNION ALL SELECT signature FROM {_STATED})")
        keep_touched(run, STATEMENTS, STATEMENT_COLUMNS, f"SELECT * FROM {_STATED}", TOUCHED, order="dataset, record, role, signature")
    stand = read_rows(engine, STATEMENTS, run.state(STATEMENTS), STATEMENT_COLUMNS)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {STANDING} AS SELECT DISTINCT signature FROM {stand}")


def _kind(name: str) -> str:
    return {"long": "BIGINT", "date": "DATE", "boolean": "BOOLEAN"}.get(dict(RECORD_COLUMNS).get(name, "string"), "VARCHAR")


def _fill_postcodes(run: Run) -> None:
    """A record with a property has its postcode too, though it may not say it."""
    lines = lines_sql(run.relations)
    if lines is not None:
        known = f"(SELECT uprn, min(postcode) AS postcode FROM {lines} WHERE coalesce(status, 'approved') = 'approved' GROUP BY uprn)"
        run.engine.execute(f"UPDATE {RECORDS} SET postcode = k.postcode FROM {known} k WHERE k.uprn = {RECORDS}.property AND k.postcode IS NOT NULL")


def take_in(run: Run, columns: Columns) -> int:
    """Clean the new records; those that say the same are one node. Returns the new records. ``columns``: of nodes."""
    ((count,),) = run.engine.rows(f"SELECT count(*) FROM {RECORDS}")
    if not count and run.files(SIGNATURES):
        return 0
    run.progress.step("person", f"cleaning {count:,} records")
    clean(run.engine, RECORDS, _CLEANED, extras=extra_fields(run.project), doubtful=_default_dates(run))
    nodes = run.engine.scan(run.files(NODES), columns)
    own = ", ".join(quoted(name) for name, _ in columns[1:-1])
    number = f"CAST({run.writer.number} AS BIGINT) AS run"
    run.engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {_NEW} AS SELECT row_number() OVER (ORDER BY digest) + (SELECT coalesce(max(node), 0) FROM {nodes}) AS node, {own}, {number} "
        f"FROM {_CLEANED} c SEMI JOIN (SELECT min(signature) AS signature FROM {_CLEANED} WHERE kind <> 'nobody' GROUP BY digest) f ON f.signature = c.signature "
        f"ANTI JOIN {nodes} n ON n.digest = c.digest"
    )
    run.append(NODES, run.engine.copy(f"SELECT * FROM {_NEW} ORDER BY node", run.writer.new_file(NODES)), columns, app=NODES)
    ledger = f"(SELECT digest, node FROM {run.engine.scan(run.files(NODES), columns)})"
    signed = f"SELECT c.signature, CASE WHEN c.kind <> 'nobody' THEN l.node END AS node, c.kind, {number} FROM (SELECT signature, kind, digest FROM {_CLEANED}) c LEFT JOIN {ledger} l ON l.digest = c.digest ORDER BY 1"
    run.append(SIGNATURES, run.engine.copy(signed, run.writer.new_file(SIGNATURES)), SIGNATURE_COLUMNS, app=SIGNATURES)
    for table in (_NEW, _CLEANED, RECORDS):
        run.engine.execute(f"DROP TABLE IF EXISTS {table}")
    return int(count)


def _default_dates(run: Run) -> tuple[dt.date, ...]:
    """Dates of birth that are no births, as they were found when people were first linked: a record is always cleaned alike."""
    known = remembered(run)
    if "default_dates" not in known:
        known["default_dates"] = [day.isoformat() for day in frequent_dates(run.engine, RECORDS)]
    return tuple(dt.date.fromisoformat(day) for day in known["default_dates"])
