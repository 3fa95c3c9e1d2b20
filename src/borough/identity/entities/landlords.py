"""Landlords: who owns, is licensed for, is liable for or lets homes, each party one landlord, with their properties.

A person is a landlord by their person id. Organisations are one where their company numbers are equal. One without a number is the
company whose name it bears, if just one does, or of several the one at its postcode; else all of that name are one. A name that
says little (only numbers and words such as PROPERTIES, LETTINGS, HOMES) needs the postcode, or else the property, to agree too.
A company and its director are two landlords: nothing joins a person to an organisation. What special sources say makes no landlord.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from borough.identity.clusters.ledger import NOBODY, Assigned, assign
from borough.identity.entities.golden import spoken
from borough.identity.entities.households import FILLER, today_of

if TYPE_CHECKING:
    from borough.engine.duckdb import DuckDBEngine

SAYS_LITTLE = (
    "A|AGENCY|AGENT|AGENTS|AND|APARTMENTS|ASSOCIATES|AT|BUILDINGS|CO|COMPANY|DEVELOPMENTS|ESTATE|ESTATES|FLATS|FOR|GROUP|HOLDINGS|HOMES|HOUSE|HOUSES|HOUSING|"
    "INVESTMENT|INVESTMENTS|LAND|LANDLORD|LANDLORDS|LET|LETS|LETTING|LETTINGS|LIMITED|LLP|LTD|MANAGEMENT|OF|OWNER|OWNERS|PARTNERS|PARTNERSHIP|PLC|PRIVATE|"
    "PROPERTIES|PROPERTY|REALTY|RENTALS|RESIDENTIAL|SERVICES|SON|SONS|THE|TRUST|TRUSTEES|UK"
)
PARTY, LETTING, CLUSTER = "borough_lord_party", "borough_lord_letting", "borough_lord_cluster"


def landlords(
    engine: DuckDBEngine, appearances: str, nodes: str, into_links: str, into_portfolio: str, into: str = "landlords", *, stays: str | None = None,
    today: date | None = None, standing: str = NOBODY, run: int = 0, first_free: int = 1, retired: str = NOBODY,
) -> Assigned:  # fmt: skip
    """Make the temp tables ``into_links`` (``tables.LANDLORD_LINKS``), ``into_portfolio`` (``tables.PORTFOLIO``) and ``into`` (``tables.LANDLORDS``).

    With ``stays`` (``tables.STAYS``) a property counts as let only where the owner does not live: who has no other is not in ``into``,
    and has no rows in ``into_portfolio``. ``standing`` (node, person) are the last run's links, landlord under the ledger's word
    ``person``; the new ones are in ``into_links``_ledger.
    """
    day = f"DATE '{today_of(engine, appearances, today)}'"
    try:
        _lettings(engine, appearances, stays, day)
        _parties(engine, appearances, nodes)
        assigned = assign(engine, f"(SELECT node, cluster FROM {CLUSTER})", standing, f"{into_links}_ledger", run=run, first_free=first_free, retired=retired)
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {into_links} AS SELECT c.node, l.person AS landlord, c.joined_by FROM {CLUSTER} c JOIN {into_links}_ledger l USING (node) ORDER BY node"
        )
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE {into_portfolio} AS SELECT l.landlord, t.property, t.role, t.from_day, t.to_day, t.now, t.lives_there, t.record, t.known "
            f"FROM {LETTING} t JOIN {into_links} l USING (node) ORDER BY landlord, property, role, record, from_day, to_day, known"
        )
        _sum_up(engine, into, into_links, into_portfolio)
        return assigned
    finally:
        for table in (PARTY, LETTING, CLUSTER):
            engine.execute(f"DROP TABLE IF EXISTS {table}")


def _lettings(engine: DuckDBEngine, appearances: str, stays: str | None, today: str) -> None:
    """The statements that somebody is landlord of a property, of parties that let at least one."""
    lives = (
        f"coalesce(EXISTS (SELECT 1 FROM {stays} s WHERE s.person = a.person AND s.property = a.landlord_of AND NOT s.special "
        "AND (s.to_day IS NULL OR s.to_day >= a.till) AND s.from_day <= a.till), false)"
        if stays is not None
        else "false"
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {LETTING} AS
        WITH a AS (
            SELECT *, least(coalesce(CASE WHEN to_day >= coalesce(from_day, {FILLER}) THEN to_day END, {today}), {today}) AS till FROM {appearances}
            WHERE landlord_of IS NOT NULL AND node IS NOT NULL AND (kind = 'organisation' OR person IS NOT NULL) AND NOT coalesce(special, false)),
        told AS (
            SELECT node, person, kind, landlord_of AS property, dataset, concat(dataset, '.', role) AS role, record, from_day, to_day, known, {lives} AS lives_there,
                coalesce(from_day <= {today}, true) AND (to_day IS NULL OR to_day >= {today}) AS now
            FROM a)
        SELECT * FROM told WHERE kind = 'organisation' OR person IN (SELECT person FROM told WHERE NOT lives_there AND kind = 'person')"""
    )


def _parties(engine: DuckDBEngine, appearances: str, nodes: str) -> None:
    """The cleaned records of landlords, and which of them are one party: cluster = its least node."""
    word = f"\\b({SAYS_LITTLE}|[0-9]+)\\b"
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {PARTY} AS
        WITH lets AS (SELECT node, any_value(kind) AS kind, min(person) AS person, min(property) AS property FROM {LETTING} GROUP BY node),
        named AS (
            SELECT l.node, l.kind, l.person, n.company_number AS number, n.postcode, coalesce(n.property, l.property) AS property,
                nullif(trim(regexp_replace(upper(n.organisation), '[^A-Z0-9]+', ' ', 'g')), '') AS name
            FROM lets l LEFT JOIN {nodes} n ON n.node = l.node)
        SELECT * EXCLUDE (name), name, name IS NULL OR len(regexp_extract_all(regexp_replace(name, '{word}', ' ', 'g'), '[A-Z0-9]+')) < 1
            AND NOT regexp_matches(name, '(COUNCIL|BOROUGH|HOUSING ASSOCIATION|HOUSING TRUST)')  AS weak
        FROM named"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {CLUSTER} AS
        WITH numbers AS (
            SELECT name, min(number) AS number, min(weak) AS weak FROM {PARTY} WHERE number IS NOT NULL AND name IS NOT NULL GROUP BY name HAVING count(DISTINCT number) = 1),
        there AS (
            SELECT name, postcode, min(number) AS number FROM {PARTY} WHERE number IS NOT NULL AND name IS NOT NULL AND postcode IS NOT NULL
            GROUP BY name, postcode HAVING count(DISTINCT number) = 1),
        keyed AS (
            SELECT p.node, CASE WHEN p.kind = 'person' THEN concat('p', p.person)
                WHEN coalesce(p.number, t.number, n.number) IS NOT NULL THEN concat('c', coalesce(p.number, t.number, n.number))
                WHEN p.name IS NULL THEN concat('x', p.node)
                WHEN p.weak THEN concat('w', p.name, '|', coalesce(p.postcode, concat('@', p.property)))
                ELSE concat('n', p.name) END AS key
            FROM {PARTY} p LEFT JOIN numbers n ON n.name = p.name AND NOT n.weak LEFT JOIN there t ON t.name = p.name AND t.postcode = p.postcode)
        SELECT node, min(node) OVER (PARTITION BY key) AS cluster, CASE key[1] WHEN 'p' THEN 'person' WHEN 'c' THEN 'company number' WHEN 'n' THEN 'name'
            WHEN 'w' THEN 'name and postcode' ELSE 'alone' END AS joined_by FROM keyed"""
    )
    _shown(engine, appearances)


def _shown(engine: DuckDBEngine, appearances: str) -> None:
    """Add to each party's record the name that sources say, in the order of speech for people."""
    said = "coalesce(nullif(trim(name), ''), nullif(concat_ws(' ', first_name, middle_name, surname), ''))"
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {PARTY} AS
        WITH said AS (
            SELECT a.node, CASE WHEN a.kind = 'person' THEN {spoken(said)} ELSE {said} END AS shown FROM {appearances} a
            SEMI JOIN {PARTY} p ON p.node = a.node WHERE a.landlord_of IS NOT NULL AND NOT coalesce(a.special, false))
        SELECT p.*, s.shown, coalesce(s.times, 0) AS times FROM {PARTY} p LEFT JOIN
            (SELECT node, shown, count(*) AS times FROM said GROUP BY node, shown QUALIFY row_number() OVER (PARTITION BY node ORDER BY times DESC, shown) = 1) s USING (node)"""
    )


def _sum_up(engine: DuckDBEngine, into: str, links: str, portfolio: str) -> None:
    """One row for each landlord. The name shown is the one that most records bear."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into} AS
        WITH named AS (
            SELECT landlord, arg_min(said, (-times, -length(said), said)) AS shown FROM (
                SELECT landlord, coalesce(shown, name) AS said, sum(times) AS times FROM {links} JOIN {PARTY} USING (node) GROUP BY ALL) WHERE said IS NOT NULL
            GROUP BY landlord),
        party AS (
            SELECT landlord, min(kind) AS kind, min(person) AS person, min(number) AS company_number FROM {links} JOIN {PARTY} USING (node) GROUP BY landlord)
        SELECT landlord, any_value(kind) AS kind, any_value(person) AS person, any_value(shown) AS name, any_value(company_number) AS company_number,
            count(DISTINCT property) FILTER (now AND NOT lives_there) AS properties_now, count(DISTINCT property) FILTER (NOT lives_there) AS properties_ever,
            count(DISTINCT property) FILTER (now AND NOT lives_there) >= 2 AS multi,
            array_to_string(list_sort(list_distinct(list(split_part(role, '.', 1)))), ', ') AS datasets, min(known) AS first_known, max(known) AS last_known
        FROM {portfolio} JOIN party USING (landlord) LEFT JOIN named USING (landlord) GROUP BY landlord ORDER BY landlord"""
    )
