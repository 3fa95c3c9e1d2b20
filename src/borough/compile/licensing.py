"""Licensing in SQL: whether a home needed a licence on a day, of which kind, and whether it had one. Rules over datasets, no model.

- **Mandatory**: a house in multiple occupation (three people or more of two households or more) of five people or more, any storeys, since
  1 October 2018 (Housing Act 2004, sections 55 and 254; SI 2018/221). Before, and since 6 April 2006, of three storeys or more: the storeys
  are not known, so that need says ``if of three storeys``. Purpose-built flats in a building of three or more are outside.
- **Additional**: a smaller one, where a designation under section 56 is in force.
- **Selective**: any other home that is let, where a designation under section 80 is in force (section 85).

A licence for a house in multiple occupation (mandatory, additional) covers every need; a selective one covers the selective need alone.
A day of ``from`` or ``to`` is included; on the day on which a licence ended early it no longer holds.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from borough.catalogue.contracts import contract_types
from borough.compile.areas import area_side_table, mended_boundaries, place_sql
from borough.compile.attributes.rows import own_known
from borough.compile.links import condition
from borough.compile.mapping import known_sql
from borough.compile.relations import Relations
from borough.engine.quoting import literal, quoted
from borough.project.licensing_specs import LicensingSpec, PermitSpec
from borough.project.load import Project
from borough.project.roles import property_column

FIRST, ANY_STOREYS = dt.date(2006, 4, 6), dt.date(2018, 10, 1)
KINDS = ("mandatory", "additional", "selective")
_OPEN = "DATE '9999-12-31'"
_EVER = "DATE '0001-01-01'"


def licensings(project: Project) -> dict[str, LicensingSpec]:
    """What the project declares of licensing; where it declares nothing, the usual over the standard datasets that it has."""
    if project.licensing or not {"licence", "blpu"} <= project.datasets.keys() or "ward" not in project.datasets["blpu"].areas:
        return dict(project.licensing)
    usual: dict[str, Any] = {
        "licensing": "rented_homes", "title": "Licensing of homes that are let", "homes": {"where": "starts_with(class, 'R')", "parent": "parent_uprn", "flat": "class = 'RD06'"},
        "licences": {"dataset": "licence", "kind": "kind", "from": "started", "to": "expires", "ended": "ended", "people": "max_occupants"},
    }  # fmt: skip
    if "designation" in project.datasets:
        usual["designations"] = {}
    if "licence_application" in project.datasets:
        usual["applications"] = {"dataset": "licence_application", "kind": "kind", "from": "received", "ended": "decided"}
    return {"rented_homes": LicensingSpec.model_validate(usual)}


def schemes_sql(relations: Relations, spec: LicensingSpec, known: dt.date | None = None) -> str:
    """SQL (scheme, title, kind, area, from_day, to_day): a row for each scheme and area designated; area null: the whole council."""
    rows = []
    for name, scheme in spec.schemes.items():
        last = f"DATE '{scheme.to}'" if scheme.to else _OPEN
        rows += [
            f"SELECT {literal(name)} AS scheme, {literal(scheme.title or name)} AS title, {literal(scheme.kind)} AS kind, {literal(area) if area else 'CAST(NULL AS VARCHAR)'} AS area, "
            f"DATE '{scheme.from_}' AS from_day, {last} AS to_day"
            for area in scheme.areas or (None,)
        ]
    if spec.designations is not None:
        d = spec.designations
        rows.append(
            f"SELECT CAST({quoted(d.scheme)} AS VARCHAR), CAST({quoted(d.scheme)} AS VARCHAR), CAST({quoted(d.kind)} AS VARCHAR), CAST({quoted(d.area)} AS VARCHAR), CAST({quoted(d.from_)} AS DATE), "
            f"coalesce(CAST({quoted(d.to)} AS DATE), {_OPEN}) FROM {relations.dataset(d.dataset, as_of=known, areas=False, links=False)} WHERE {quoted(d.area)} IS NOT NULL AND {quoted(d.from_)} IS NOT NULL"
        )
    nothing = f"SELECT '' AS scheme, '' AS title, '' AS kind, '' AS area, {_EVER} AS from_day, {_EVER} AS to_day WHERE false"
    return f"({' UNION ALL '.join([nothing, *rows])})"


def dwellings_sql(relations: Relations, spec: LicensingSpec, known: dt.date | None = None) -> str:
    """SQL of the dataset's rows that are homes."""
    homes, contract = spec.homes, relations.project.datasets[spec.homes.dataset]
    rows = relations.dataset(homes.dataset, as_of=known, areas=False, links=False)
    return f"(SELECT * FROM {rows} WHERE coalesce({condition(contract, homes.where)}, false))" if homes.where else rows


def homes_sql(relations: Relations, spec: LicensingSpec, among: str, known: dt.date | None = None) -> str:
    """SQL (property, point, placed, block): the homes that are asked for (``among``: a relation with ``property``), where they lie, and whether they are flats of a block of three or more."""
    homes, contract = spec.homes, relations.project.datasets[spec.homes.dataset]
    where = contract.areas[homes.area]
    flat = condition(contract, homes.flat) if homes.flat else "false"
    rows = dwellings_sql(relations, spec, known)
    parent = f"CAST({quoted(homes.parent)} AS BIGINT)" if homes.parent else "CAST(NULL AS BIGINT)"
    x, y = (quoted(c) for c in where.point)
    told = f"SELECT CAST({quoted(homes.uprn)} AS BIGINT) AS property, {x} AS x, {y} AS y, {parent} AS parent, coalesce({flat}, false) AS flat FROM {rows}"
    return (
        f"(SELECT h.property, any_value({{'x': h.x, 'y': h.y}}) FILTER (WHERE h.x IS NOT NULL AND h.y IS NOT NULL) AS point, any_value({place_sql(where.crs)}) IS NOT NULL AS placed, bool_or(h.flat AND b.flats >= 3) AS block FROM ({told}) h "
        f"LEFT JOIN (SELECT parent, count(DISTINCT property) AS flats FROM ({told}) WHERE flat AND parent IS NOT NULL GROUP BY parent) b ON b.parent = h.parent "
        f"WHERE h.property IN (SELECT property FROM {among}) GROUP BY h.property)"
    )


def zones_sql(relations: Relations, spec: LicensingSpec, homes: str, schemes: str) -> str:
    """SQL (property, scheme, title, kind, from_day, to_day) of the schemes that a home lies in. An area is meant as it was on the scheme's first day.

    A home without a place lies in schemes of the whole council, and in no other. ``homes``, ``schemes``: tables that ``homes_sql`` and
    ``schemes_sql`` made. Needs the spatial extension.
    """
    points = f"SELECT h.point.x AS x, h.point.y AS y, d.day FROM {homes} h, (SELECT DISTINCT from_day AS day FROM {schemes}) d"
    boundaries, _ = mended_boundaries(relations.boundaries(spec.homes.area))
    lies = area_side_table(points, boundaries, crs=relations.project.datasets[spec.homes.dataset].areas[spec.homes.area].crs)
    left_out = [f"(s.scheme = {literal(name)} AND (l.code IN ({_texts(s.except_)}) OR l.label IN ({_texts(s.except_)})))" for name, s in spec.schemes.items() if s.except_]
    partly = [name for name, s in spec.schemes.items() if s.except_]
    out = f"AND NOT coalesce({' OR '.join(left_out)}, false)" if left_out else ""
    unplaced = f"AND NOT (s.scheme IN ({_texts(partly)}) AND l.code IS NULL)" if partly else ""
    return (
        f"(WITH lies AS ({lies}) SELECT h.property, s.scheme, any_value(s.title) AS title, s.kind, s.from_day, s.to_day FROM {homes} h CROSS JOIN {schemes} s "
        f"LEFT JOIN lies l ON l.x = h.point.x AND l.y = h.point.y AND l.day = s.from_day WHERE (s.area IS NULL OR s.area = l.code OR s.area = l.label) {out} {unplaced} "
        "GROUP BY h.property, s.scheme, s.kind, s.from_day, s.to_day)"
    )


def permits_sql(relations: Relations, name: str, permit: PermitSpec, among: str, known: dt.date | None = None, *, then: bool = False) -> str:
    """SQL (property, kind, from_day, to_day, people, record, reason) of rows that permit a home to be let; kind null: every kind.

    ``then``: each day by what was known on it, for questions about many days: a row counts from the day on which it was known, and its early end from
    the day on which that was. What was corrected since is taken as it is now.
    """
    contract = relations.project.datasets[permit.dataset]
    column = property_column(permit.address)
    first = f"coalesce(CAST({quoted(permit.from_)} AS DATE), {_EVER})" if permit.from_ else _EVER
    last = f"coalesce(CAST({quoted(permit.to)} AS DATE), {_OPEN})" if permit.to else _OPEN
    if permit.ended:
        until = f"CAST({quoted(permit.ended)} AS DATE) - 1"
        if then and contract.columns[permit.ended].known is not None:
            until = f"greatest({until}, {_london_day(own_known(contract, permit.ended))} - 1)"
        last = f"least({last}, coalesce({until}, {_OPEN}))"
    if then and contract.known is not None:
        first = f"greatest({first}, {_london_day(known_sql(contract.known, contract_types(contract), 'd'))})"
    kinds = f"CAST({quoted(permit.kind)} AS VARCHAR)" if permit.kind else f"unnest([{_texts(permit.of)}])" if permit.of else "CAST(NULL AS VARCHAR)"
    people = f"CAST({quoted(permit.people)} AS BIGINT)" if permit.people else "CAST(NULL AS BIGINT)"
    record = f"concat_ws('|', {', '.join(f'CAST({quoted(c)} AS VARCHAR)' for c in contract.key)})"
    where = condition(contract, permit.where) if permit.where else "true"
    made = (
        f"SELECT {quoted(column)} AS property, {kinds} AS kind, {first} AS from_day, {last} AS to_day, {people} AS people, {literal(permit.dataset + ':')} || {record} AS record, "
        f"{literal(permit.title or name)} AS reason FROM {relations.dataset(permit.dataset, as_of=known, areas=False, people=False)} d WHERE {quoted(column)} IN (SELECT property FROM {among}) AND coalesce({where}, false)"
    )
    # One that ends before it starts never held.
    return f"(SELECT * FROM ({made}) WHERE to_day >= from_day)"


def _london_day(instant: str) -> str:
    """SQL of the day in London of an instant. In winter the last hour of a day counts as the next: so nothing is known too early."""
    return f"CAST({instant} + INTERVAL 1 HOUR AS DATE)"


def answers_sql(spine: str, homes: str, zones: str, licences: str, applications: str, exemptions: str) -> str:
    """SQL of a row for each (property, day, people, households) of ``spine``: did the home, so let, need a licence, and had it one?

    Columns: property, day, people, households, needs (kind, null: none), note, scheme, since, until, status, record, held_from,
    held_to. ``status``: not needed | exempt | licensed | applied | unlicensed. The others are tables of this module's making.
    """
    shared = "s.people >= 3 AND s.households >= 2"
    large = f"{shared} AND s.people >= 5 AND s.day >= DATE '{FIRST}' AND NOT coalesce(h.block, false)"

    def zone(kind: str) -> str:
        return f"(SELECT property, day, {{'scheme': arg_min(title, (from_day, scheme)), 'since': min(from_day), 'until': max(to_day)}} AS z FROM {zones} JOIN (SELECT DISTINCT property AS p, day FROM {spine}) d ON d.p = property AND day BETWEEN from_day AND to_day WHERE kind = '{kind}' GROUP BY property, day)"

    needed = f"""SELECT s.*, CASE WHEN {large} THEN 'mandatory' WHEN {shared} AND a.z IS NOT NULL THEN 'additional' WHEN v.z IS NOT NULL THEN 'selective' END AS needs,
        CASE WHEN {large} AND s.day < DATE '{ANY_STOREYS}' THEN 'if of three storeys' WHEN h.property IS NULL THEN 'not in the gazetteer' WHEN NOT h.placed THEN 'where it lies is not known' END AS note,
        a.z AS in_additional, v.z AS in_selective FROM {spine} s LEFT JOIN {homes} h ON h.property = s.property
        LEFT JOIN {zone('additional')} a ON a.property = s.property AND a.day = s.day LEFT JOIN {zone('selective')} v ON v.property = s.property AND v.day = s.day"""
    on = "p.property = n.property AND n.day BETWEEN p.from_day AND p.to_day"
    covers = "(n.needs = 'selective' OR p.kind IN ('mandatory', 'additional'))"
    by = "n.property = {0}.property AND n.day = {0}.day AND n.people = {0}.people AND n.households = {0}.households"

    def best(permits: str, condition: str) -> str:
        return (
            f"(SELECT n.property, n.day, n.people, n.households, arg_max({{'record': p.record, 'from_day': p.from_day, 'to_day': p.to_day, 'people': p.people, 'reason': p.reason}}, (coalesce(p.people, 99999) >= n.people, p.to_day, p.record)) AS p "
            f"FROM needed n JOIN {permits} p ON {on} WHERE n.needs IS NOT NULL AND {condition} GROUP BY n.property, n.day, n.people, n.households)"
        )

    scheme = "CASE n.needs WHEN 'additional' THEN n.in_additional WHEN 'selective' THEN n.in_selective END"
    return f"""(WITH needed AS ({needed})
        SELECT n.property, n.day, n.people, n.households, n.needs,
            nullif(concat_ws(', ', n.note, CASE WHEN l.p IS NOT NULL AND l.p.people < n.people THEN concat('licensed for ', l.p.people) END, CASE WHEN n.needs IS NOT NULL AND l.p IS NULL THEN e.p.reason END), '') AS note,
            ({scheme}).scheme AS scheme, ({scheme}).since AS since, nullif(({scheme}).until, {_OPEN}) AS until,
            CASE WHEN n.needs IS NULL THEN 'not needed' WHEN l.p IS NOT NULL THEN 'licensed' WHEN e.p IS NOT NULL THEN 'exempt' WHEN a.p IS NOT NULL THEN 'applied' ELSE 'unlicensed' END AS status,
            coalesce(l.p.record, e.p.record, a.p.record) AS record, nullif(coalesce(l.p.from_day, e.p.from_day, a.p.from_day), {_EVER}) AS held_from, nullif(coalesce(l.p.to_day, e.p.to_day, a.p.to_day), {_OPEN}) AS held_to
        FROM needed n LEFT JOIN {best(licences, covers)} l ON {by.format('l')} LEFT JOIN {best(applications, f'(p.kind IS NULL OR {covers})')} a ON {by.format('a')}
            LEFT JOIN {best(exemptions, '(p.kind IS NULL OR p.kind = n.needs)')} e ON {by.format('e')})"""


def _texts(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(literal(v) for v in values) or "NULL"
