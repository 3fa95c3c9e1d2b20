"""Records of people, taken in: each distinct one once, cleaned once, and numbered once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from borough.catalogue import identity as tables
from borough.catalogue.identity import NODES, SIGNATURE_COLUMNS, SIGNATURES, STANDING_COLUMNS
from borough.catalogue.tables import Columns
from borough.compile.entities import peopled
from borough.compile.gazetteer import lines_sql
from borough.compile.links import extra_fields, records_sql
from borough.engine.quoting import literal, quoted
from borough.identity.people.cleaning import clean, frequent_dates
from borough.identity.people.columns import RECORD_COLUMNS
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.frozen import remembered
from borough.project.load import Project
from borough.project.roles import addresses_of

STANDING, RECORDS, _CLEANED, _NEW = "link_standing", "link_records", "link_cleaned", "link_new"


def collect(run: Run, *, anew: bool) -> None:
    """Every signature that stands (temp table ``STANDING``), and what the new ones among them say (``RECORDS``).

    Unless ``anew``, only datasets that changed, or whose rows have their property from one that did, are read again.
    """
    names = [name for name, _ in RECORD_COLUMNS if name != "signature"] + list(extra_fields(run.project))
    known = run.engine.scan(run.files(SIGNATURES), SIGNATURE_COLUMNS)
    stored = run.engine.scan(run.files(tables.STANDING), STANDING_COLUMNS)
    again = [d for d in peopled(run.project) if anew or not run.files(tables.STANDING) or moved(run.project, d, run.changed)]
    kept = ", ".join(literal(d) for d in peopled(run.project) if d not in again) or "NULL"
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE link_told AS SELECT dataset, signature FROM {stored} WHERE dataset IN ({kept})")
    cells = ", ".join(f"{quoted(name)} {_kind(name)}" for name in names)
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {RECORDS} (signature BIGINT, {cells})")
    values = ", ".join(f"any_value({quoted(name)}) AS {quoted(name)}" for name in names)
    for dataset in again:
        rows = run.relations.linked(dataset, run.relations.versions(dataset), people=False)
        for select in records_sql(run.project, dataset, rows):
            run.engine.execute(f"CREATE OR REPLACE TEMP TABLE link_said AS SELECT signature, {values} FROM ({select}) WHERE signature IS NOT NULL GROUP BY signature")
            run.engine.execute(f"INSERT INTO link_told SELECT {literal(dataset)}, signature FROM link_said")
            run.engine.execute(
                f"INSERT INTO {RECORDS} SELECT s.* FROM link_said s ANTI JOIN {known} k ON k.signature = s.signature ANTI JOIN {RECORDS} r ON r.signature = s.signature"
            )
    run.engine.execute("DROP TABLE IF EXISTS link_said")
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {STANDING} AS SELECT DISTINCT signature FROM link_told")
    if again:
        files = run.engine.copy("SELECT DISTINCT dataset, signature FROM link_told ORDER BY ALL", run.writer.new_file(tables.STANDING))
        run.writer.replace(tables.STANDING, files, [Column(name, kind) for name, kind in STANDING_COLUMNS], app=tables.STANDING)
    run.engine.execute("DROP TABLE link_told")
    _fill_postcodes(run)


def moved(project: Project, dataset: str, changed: Collection[str]) -> bool:
    """Did a dataset's rows change, or those of one that they have their property from?"""
    contract = project.datasets[dataset]
    targets = {(contract.columns[a.through].references or "").partition(".")[0] for a in addresses_of(contract).values() if a.through}
    return dataset in changed or any(target in project.datasets and moved(project, target, changed) for target in targets)


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
