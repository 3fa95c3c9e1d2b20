"""Looking up an address or a person, at once: what the quick tiers know; the rest is pending until the next run."""

from __future__ import annotations

import datetime as dt
from typing import Any

from borough.catalogue.entities import PERSON, entity_table
from borough.catalogue.identity import CROSSWALK, CROSSWALK_COLUMNS
from borough.catalogue.tables import Columns
from borough.compile.relations import Relations
from borough.engine.quoting import literal
from borough.engine.values import records_sql
from borough.errors import UsageError
from borough.governance.classification import ColumnAccess, Relation
from borough.identity.addresses.gazetteer import Prepared
from borough.identity.addresses.matching import match
from borough.identity.addresses.revisiting import explain
from borough.identity.clusters.crosswalk import story
from borough.identity.entities.golden import TITLES
from borough.pipeline.gazetteers import prepared_gazetteer
from borough.pipeline.reviewing import Linkages

_FOUND: Columns = (("place", "long"), ("uprn", "long"), ("address", "string"), ("method", "string"), ("score", "double"), ("reason", "string"))
_CANDIDATES: Columns = (("place", "long"), ("uprn", "long"), ("address", "string"), ("agrees", "string"), ("answer", "boolean"), ("method", "string"))
_PEOPLE: Columns = (
    ("place", "long"), ("person", "long"), ("name", "string"), ("date_of_birth", "date"), ("property", "long"), ("postcode", "string"), ("agrees", "string"), ("records", "long"),
)  # fmt: skip
MOST = 20
"""People that are shown."""


def find_address(links: Linkages, text: str, postcode: str | None) -> Relation:
    """The relation ``found``: the property of an address by the quick tiers, or ``pending``. Raises UsageError where there is no gazetteer."""
    asked = f"(SELECT CAST(1 AS BIGINT) AS key, {literal(text)} AS text, {literal(postcode) if postcode else 'CAST(NULL AS VARCHAR)'} AS postcode, CAST(NULL AS BIGINT) AS uprn, true AS shell)"
    match(links.engine, _gazetteer(links), asked, "found_address", settle=False)
    sql = "(SELECT 1 AS place, f.uprn, (SELECT min(line) FROM gaz_line g WHERE g.uprn = f.uprn) AS address, f.method, f.score, f.reason FROM found_address f)"
    return Relation("found", sql, tuple(ColumnAccess(name, kind, "personal") for name, kind in _FOUND), "entity")


def address_candidates(links: Linkages, text: str, postcode: str | None) -> Relation:
    """The relation ``found``: the homes that come nearest to an address, what of it they agree with, and which is the answer. Raises UsageError."""
    told, candidates = explain(links.engine, _gazetteer(links), text, postcode)
    reason = str(told["method"] if told["uprn"] is not None else told["reason"])
    rows: list[dict[str, object]] = [
        {"place": i, "uprn": c.uprn, "address": c.line, "agrees": c.agrees, "answer": c.answer, "method": reason if c.answer else None} for i, c in enumerate(candidates, 1)
    ]
    if told["uprn"] is None:
        rows.append({"place": 0, "uprn": None, "address": None, "agrees": None, "answer": True, "method": reason})
    links.engine.execute(f"CREATE OR REPLACE TEMP TABLE found_homes AS {records_sql(rows, _CANDIDATES)}")
    return Relation("found", "found_homes", tuple(ColumnAccess(name, kind, "personal") for name, kind in _CANDIDATES), "entity")


def _gazetteer(links: Linkages) -> Prepared:
    prepared = prepared_gazetteer(Relations(links.project, links.engine, lambda table: links.lake.table(table, links.published)), links.engine)
    if prepared is None:
        raise UsageError("there is no gazetteer to find an address in", advice="bring in the datasets blpu and lpi, or name yours in entities/property.yaml")
    return prepared


def find_people(links: Linkages, name: str, born: dt.date | None, postcode: str | None) -> Relation:
    """The relation ``found``: people whose name has these words, best first, with what agrees. The words of the name must all be there, or begin so."""
    words = [word for word in "".join(c if c.isalnum() else " " for c in name).split() if word.upper() not in TITLES.split("|")]
    if not words:
        raise UsageError(f"{name!r} is no name", advice="write a name in letters")
    shown = links.table(entity_table("person"), PERSON)
    said = "' ' || upper(strip_accents(n.name)) || ' '"
    named = " AND ".join(f"contains({said}, ' ' || upper(strip_accents({literal(word)})))" for word in words)
    day = f"DATE '{born}'" if born else "NULL"
    code = f"upper(replace({literal(postcode)}, ' ', ''))" if postcode else "NULL"
    older = f" AND (date_of_birth = {day} OR date_of_birth IS NULL)" if born else ""
    links.engine.execute(f"CREATE OR REPLACE TEMP TABLE found_named AS SELECT * FROM {shown} n WHERE {named}{older}")
    homes = f"(SELECT person, min(n.postcode) AS postcode, bool_or(upper(replace(n.postcode, ' ', '')) = {code}) AS there FROM {links.visible_of('found_named')} v JOIN {links.nodes} n ON n.node = v.node GROUP BY person)"
    agrees = f"concat_ws(', ', 'name', CASE WHEN n.date_of_birth = {day} THEN 'date of birth' END, CASE WHEN h.there THEN 'postcode' END)"
    sql = (
        f"SELECT row_number() OVER (ORDER BY (n.date_of_birth IS NOT DISTINCT FROM {day}) DESC, coalesce(h.there, false) DESC, n.records DESC, n.person) AS place, n.person, n.name, "
        f"n.date_of_birth, n.property, h.postcode, {agrees} AS agrees, n.records FROM found_named n JOIN {homes} h ON h.person = n.person"
    )
    links.engine.execute(f"CREATE OR REPLACE TEMP TABLE found_people AS SELECT * FROM ({sql}) WHERE place <= {MOST}")
    return Relation("found", "found_people", tuple(ColumnAccess(name, kind, "personal") for name, kind in _PEOPLE), "entity")


def person_story(links: Linkages, person: int) -> tuple[Relation, list[dict[str, Any]]]:
    """The relation ``story`` (record, says) of a person's records that may be seen; and how the person came to be."""
    rows = links.records_of(person)
    cells = " UNION ALL ".join(f"SELECT {literal(record)} AS record, {literal(says)} AS says" for record, says in rows) or "SELECT '' AS record, '' AS says WHERE false"
    chapters = story(links.engine, links.table(CROSSWALK, CROSSWALK_COLUMNS), person) if rows else []
    told = [{"run": c.run, "event": c.event, "other": c.other, "nodes": c.nodes} for c in chapters]
    return Relation("story", f"({cells})", (ColumnAccess("record", "string", "personal"), ColumnAccess("says", "string", "personal")), "entity"), told
