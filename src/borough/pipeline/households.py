"""Households and landlords, and the values that people and properties are shown by: made from where everybody appears."""

from __future__ import annotations

from collections.abc import Mapping

from borough.catalogue.entities import ENTITY_TABLES, HOUSEHOLD_MEMBERS, LANDLORD_LINKS, STAYS, entity_table
from borough.catalogue.identity import EVENT_COLUMNS, EVENTS, LANDLORDS, NODES
from borough.engine.quoting import quoted
from borough.identity.clusters.ledger import NOBODY, Assigned
from borough.identity.entities.golden import golden, golden_properties
from borough.identity.entities.households import households, stays
from borough.identity.entities.landlords import landlords
from borough.lake.logs import instant
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.linking import node_columns
from borough.project.identity_specs import EntitySpec, GoldenSpec
from borough.project.load import Project
from borough.project.roles import property_column

_STAYS, _MEMBERS, _HOMES = "entity_stays", "entity_members", "entity_homes"
_ORDERS = {"person": "person", "person_value": "person, attribute, value, dataset", "property_value": "property, attribute, value, dataset", "stay": "person, property, stay"}


def make_households(run: Run, appearances: str) -> int:
    """Who lived where and when, with whom, and by which values they are shown. Returns the households."""
    run.progress.step("household", "following stays")
    stays(run.engine, appearances, _STAYS, today=run.recorded.date())
    _keep(run, "stay", _STAYS)
    standing = f"(SELECT node, household AS person FROM {run.engine.scan(run.files(entity_table('household_member')), HOUSEHOLD_MEMBERS)})"
    first = run.files(entity_table("household_member")) == ()
    told = households(run.engine, _STAYS, _HOMES, _MEMBERS, standing=standing, run=run.writer.number, first_free=_next(run, "household"))
    _keep(run, "household", _HOMES)
    _keep(run, "household_member", _MEMBERS)
    _carry(run, "household", told, news=not first)
    run.progress.step("person", "choosing golden values")
    golden(run.engine, appearances, run.project.entities.get("person"), "entity_person", "entity_person_value", stays=_STAYS)
    for name in ("person", "person_value"):
        _keep(run, name, f"entity_{name}")
    _golden_properties(run)
    ((count,),) = run.engine.rows(f"SELECT count(*) FROM {_HOMES}")
    for table in (_STAYS, _HOMES, _MEMBERS, f"{_MEMBERS}_ledger", f"{_MEMBERS}_ledger_events", "entity_person", "entity_person_value"):
        run.engine.execute(f"DROP TABLE IF EXISTS {table}")
    return int(count)


def make_landlords(run: Run, appearances: str) -> int:
    """Who lets what. Returns the landlords."""
    run.progress.step("landlord", "gathering portfolios")
    nodes = run.engine.scan(run.files(NODES), node_columns(run))
    links = run.engine.scan(run.files(LANDLORDS), LANDLORD_LINKS)
    standing = f"(SELECT node, landlord AS person FROM {links})" if run.files(LANDLORDS) else NOBODY
    dwell = run.engine.scan(run.files(entity_table("stay")), STAYS)
    told = landlords(
        run.engine, appearances, nodes, "entity_landlord_link", "entity_portfolio", "entity_landlord", stays=dwell,
        today=run.recorded.date(), standing=standing, run=run.writer.number, first_free=_next(run, "landlord"),
    )  # fmt: skip
    _carry(run, "landlord", told, news=bool(run.files(LANDLORDS)))
    files = run.engine.copy("SELECT * FROM entity_landlord_link ORDER BY node", run.writer.new_file(LANDLORDS))
    run.writer.replace(LANDLORDS, files, [Column(name, kind) for name, kind in LANDLORD_LINKS], app=LANDLORDS)
    for name in ("landlord", "portfolio"):
        _keep(run, name, f"entity_{name}")
    ((count,),) = run.engine.rows("SELECT count(*) FROM entity_landlord")
    for table in ("entity_landlord_link", "entity_landlord_link_ledger", "entity_landlord_link_ledger_events", "entity_landlord", "entity_portfolio"):
        run.engine.execute(f"DROP TABLE IF EXISTS {table}")
    return int(count)


def _keep(run: Run, name: str, made: str) -> None:
    """Store one of the entities' tables as it is now."""
    table, columns = ENTITY_TABLES[name]
    cells = ", ".join(quoted(column) for column, _ in columns)
    order = f" ORDER BY {_ORDERS[name]}" if name in _ORDERS else ""
    files = run.engine.copy(f"SELECT {cells} FROM {made}{order}", run.writer.new_file(table))
    run.writer.replace(table, files, [Column(column, kind) for column, kind in columns], app=table)
    run.changed.add(name)


def _next(run: Run, entity: str) -> int:
    return int(run.record.setdefault("entities", {}).setdefault(entity, {}).get("next", 1))


def _carry(run: Run, entity: str, told: Assigned, *, news: bool) -> None:
    """Remember which id is free next; tell what became of the others."""
    run.record["entities"][entity]["next"] = told.next_free
    if news:
        events = (
            f"SELECT event, '{entity}' AS entity, person AS id, other, nodes AS count, CAST(NULL AS VARCHAR) AS note, run, {instant(run.recorded)} AS recorded "
            f"FROM {told.events} ORDER BY event, person, other"
        )
        run.append(EVENTS, run.engine.copy(events, run.writer.new_file(EVENTS, entity)), EVENT_COLUMNS, app=f"{EVENTS}/{entity}")


def _golden_properties(run: Run) -> None:
    declared = run.project.entities.get("property") or EntitySpec(entity="property")
    golden_properties(run.engine, declared, {name: _said(run, name, spec) for name, spec in declared.golden.items()}, "entity_property", "entity_property_value")
    _keep(run, "property_value", "entity_property_value")
    for table in ("entity_property", "entity_property_value"):
        run.engine.execute(f"DROP TABLE IF EXISTS {table}")


def _said(run: Run, attribute: str, spec: GoldenSpec) -> str:
    """The relation (property, value, dataset, known) of what the declared sources say of an attribute of properties."""
    selects = ["SELECT CAST(NULL AS BIGINT) AS property, CAST(NULL AS VARCHAR) AS value, CAST(NULL AS VARCHAR) AS dataset, CAST(NULL AS TIMESTAMP) AS known WHERE false"]
    for source, (dataset, column) in property_sources(run.project, attribute, spec).items():
        rows = run.relations.linked(dataset, run.relations.standing(dataset), people=False)
        selects.append(f"SELECT {quoted(property_column('address'))}, CAST({quoted(column)} AS VARCHAR), '{source}', _known FROM {rows}")
    return f"({' UNION ALL '.join(selects)})"


def property_sources(project: Project, attribute: str, spec: GoldenSpec) -> Mapping[str, tuple[str, str]]:
    """Where a property's attribute is said: ``dataset`` or ``dataset.column`` as declared → dataset and column, of datasets with an address."""
    found = {}
    for source in spec.from_:
        dataset, _, column = source.partition(".")
        contract = project.datasets.get(dataset)
        if contract is not None and (column or attribute) in contract.columns:
            found[source] = (dataset, column or attribute)
    return found
