"""Landlords and what they let: made from the records that say so."""

from __future__ import annotations

from borough.catalogue.entities import LANDLORD_LINKS, STAYS, entity_table
from borough.catalogue.identity import LANDLORDS, NODES
from borough.catalogue.rows import read_rows
from borough.identity.clusters.ledger import NOBODY
from borough.identity.entities.landlords import landlords
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.households import appearances, carry, keep_all, next_id
from borough.pipeline.linking import node_columns

_SAID = "entity_letting"


def make_landlords(run: Run) -> int:
    """Who lets what. Returns the landlords."""
    run.progress.step("landlord", "gathering portfolios")
    nodes = run.engine.scan(run.files(NODES), node_columns(run))
    links = run.engine.scan(run.files(LANDLORDS), LANDLORD_LINKS)
    standing = f"(SELECT node, landlord AS person FROM {links})" if run.files(LANDLORDS) else NOBODY
    dwell = read_rows(run.engine, entity_table("stay"), run.state(entity_table("stay")), STAYS)
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_SAID} AS SELECT * FROM {appearances(run)} WHERE landlord_of IS NOT NULL")
    told = landlords(
        run.engine, _SAID, nodes, "entity_landlord_link", "entity_portfolio", "entity_landlord", stays=dwell,
        today=run.recorded.date(), standing=standing, run=run.writer.number, first_free=next_id(run, "landlord"),
    )  # fmt: skip
    carry(run, "landlord", told, news=bool(run.files(LANDLORDS)))
    files = run.engine.copy("SELECT * FROM entity_landlord_link ORDER BY node", run.writer.new_file(LANDLORDS))
    run.writer.replace(LANDLORDS, files, [Column(name, kind) for name, kind in LANDLORD_LINKS], app=LANDLORDS)
    for name in ("landlord", "portfolio"):
        keep_all(run, name, f"entity_{name}")
    ((count,),) = run.engine.rows("SELECT count(*) FROM entity_landlord")
    for table in (_SAID, "entity_landlord_link", "entity_landlord_link_ledger", "entity_landlord_link_ledger_events", "entity_landlord", "entity_portfolio"):
        run.engine.execute(f"DROP TABLE IF EXISTS {table}")
    return int(count)
