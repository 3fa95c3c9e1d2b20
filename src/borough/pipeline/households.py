"""Households, and the values that people and properties are shown by: made from where everybody appears, for those whom a run touched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from borough.catalogue.entities import ENTITY_TABLES, HOUSEHOLD_MEMBERS, STAYS, entity_table
from borough.catalogue.identity import EVENT_COLUMNS, EVENTS, LINK_COLUMNS, LINKS, STATEMENT_COLUMNS, STATEMENTS
from borough.catalogue.rows import key_of, read_rows
from borough.compile.appearances import appearances_sql
from borough.engine.quoting import quoted
from borough.identity.clusters.ledger import Assigned
from borough.identity.entities.golden import golden, golden_properties
from borough.identity.entities.households import due, households, stays
from borough.lake.logs import instant
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.pipeline.keeping import keep_touched, keep_whole
from borough.pipeline.linking import TOUCHED_PEOPLE
from borough.project.identity_specs import EntitySpec, GoldenSpec
from borough.project.load import Project
from borough.project.roles import property_column

_SAID, _STAYS, _MEMBERS, _HOMES, _PLACES = "entity_said", "entity_stays", "entity_members", "entity_homes", "entity_places"
_ORDERS = {"person": "person", "person_value": "person, attribute, value, dataset", "property_value": "property, attribute, value, dataset", "stay": "person, property, stay",
           "household": "property, household", "household_member": "property, household, from_day, person, stay"}  # fmt: skip


def make_households(run: Run, *, anew: bool) -> int:
    """Who lived where and when, with whom, and by which values they are shown. Returns the households made.

    Of the people whom this run touched, and of those for whom a day passed that counts; of all of them if ``anew``, or where that is not known.
    """
    today = run.recorded.date()
    whose = _whose(run, today, anew=anew)
    run.progress.step("household", "following stays")
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_SAID} AS SELECT * FROM {appearances(run, whose)} WHERE person IS NOT NULL")
    where = _follow(run, whose, today)
    count = _gather(run, where)
    run.progress.step("person", "choosing golden values")
    golden(run.engine, _SAID, run.project.entities.get("person"), "entity_person", "entity_person_value", stays=_STAYS)
    for name in ("person", "person_value"):
        _keep(run, name, f"entity_{name}", whose)
    _golden_properties(run)
    _remembered(run)["day"] = today.isoformat()
    for table in (_SAID, _STAYS, _HOMES, _MEMBERS, _PLACES, f"{_MEMBERS}_ledger", f"{_MEMBERS}_ledger_events", "entity_person", "entity_person_value"):
        run.engine.execute(f"DROP TABLE IF EXISTS {table}")
    return count


def appearances(run: Run, whose: str | None = None) -> str:
    """SQL of everybody's appearances in the datasets as they stand in this run, with what the records say; or of the people in a table."""
    links = _rows(run, LINKS, LINK_COLUMNS, f"person IN (SELECT person FROM {whose})" if whose else "true")
    return appearances_sql(_rows(run, STATEMENTS, STATEMENT_COLUMNS, f"signature IN (SELECT signature FROM {links})" if whose else "true"), links)


def _rows(run: Run, table: str, columns: tuple[tuple[str, str], ...], where: str = "true") -> str:
    return read_rows(run.engine, table, run.state(table), columns, where)


def _remembered(run: Run) -> dict[str, str]:
    found: dict[str, str] = run.record.setdefault("entities", {}).setdefault("household", {})
    return found


def _whose(run: Run, today: dt.date, *, anew: bool) -> str | None:
    """A temp table of the people to be looked at again; None: everybody."""
    last = _remembered(run).get("day")
    if anew or TOUCHED_PEOPLE not in run.made or last is None or dt.date.fromisoformat(last) > today or not run.files(entity_table("stay")):
        return None
    passed = due(appearances(run), dt.date.fromisoformat(last), today)
    if passed is not None:
        run.engine.execute(f"INSERT INTO {TOUCHED_PEOPLE} SELECT person FROM ({passed}) WHERE person NOT IN (SELECT person FROM {TOUCHED_PEOPLE})")
    return TOUCHED_PEOPLE


def _follow(run: Run, whose: str | None, today: dt.date) -> str | None:
    """Keep the stays. Returns the temp table of the properties that they touch, before and after; None: all."""
    stays(run.engine, _SAID, _STAYS, today=today)
    if whose is not None:
        before = _rows(run, entity_table("stay"), STAYS)
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_PLACES} AS SELECT property FROM {before} s SEMI JOIN {whose} t ON t.person = s.person UNION SELECT property FROM {_STAYS}")
    _keep(run, "stay", _STAYS, whose)
    return _PLACES if whose is not None else None


def _gather(run: Run, where: str | None) -> int:
    """Keep the households of the properties. Returns how many there are of them."""
    among = f" WHERE property IN (SELECT property FROM {where})" if where else ""
    members = _rows(run, entity_table("household_member"), HOUSEHOLD_MEMBERS)
    news = bool(run.files(entity_table("household_member")))
    told = households(
        run.engine, f"(SELECT * FROM {_rows(run, entity_table('stay'), STAYS)}{among})", _HOMES, _MEMBERS,
        standing=f"(SELECT node, household AS person FROM {members}{among})", run=run.writer.number, first_free=next_id(run, "household"),
    )  # fmt: skip
    _keep(run, "household", _HOMES, where)
    _keep(run, "household_member", _MEMBERS, where)
    carry(run, "household", told, news=news)
    ((count,),) = run.engine.rows(f"SELECT count(*) FROM {_HOMES}")
    return int(count)


def _keep(run: Run, name: str, made: str, touched: str | None) -> None:
    """Store one of the entities' tables as it is now, or the rows of those who are touched."""
    table, columns = ENTITY_TABLES[name]
    if touched is None:
        keep_whole(run, table, columns, f"SELECT * FROM {made}", order=_ORDERS[name])
    else:
        key = ", ".join(quoted(c) for c in key_of(table) or ())
        keep_touched(run, table, columns, f"SELECT * FROM {made}", f"(SELECT {key} FROM {touched})", order=_ORDERS[name])
    run.changed.add(name)


def keep_all(run: Run, name: str, made: str) -> None:
    """Store one of the entities' tables, of those that are small, as it is now."""
    table, columns = ENTITY_TABLES[name]
    cells = ", ".join(quoted(column) for column, _ in columns)
    order = f" ORDER BY {_ORDERS[name]}" if name in _ORDERS else ""
    files = run.engine.copy(f"SELECT {cells} FROM {made}{order}", run.writer.new_file(table))
    run.writer.replace(table, files, [Column(column, kind) for column, kind in columns], app=table)
    run.changed.add(name)


def next_id(run: Run, entity: str) -> int:
    """The id of an entity that is free next."""
    return int(run.record.setdefault("entities", {}).setdefault(entity, {}).get("next", 1))


def carry(run: Run, entity: str, told: Assigned, *, news: bool) -> None:
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
    keep_all(run, "property_value", "entity_property_value")
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
