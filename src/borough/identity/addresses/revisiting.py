"""Which addresses a change of the gazetteer may give another answer; and why an address has the answer that it has."""

from __future__ import annotations

from dataclasses import dataclass

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.identity.addresses.gazetteer import Prepared
from borough.identity.addresses.matching import match
from borough.identity.addresses.parse import neat_postcode, parts, postcode_in, tidied, unit


def revisit(remembered: str, changed: str) -> str:
    """SELECT of the keys of addresses (``remembered``: key, text, postcode, given, uprn, runner_up, method) to be matched again.

    ``changed``: relation (uprn, postcode before or after) of what the gazetteer has otherwise than before; the gazetteer is prepared as it is now. These are the addresses
    answered or nearly answered by one of them, those of a postcode that has one, and all without an answer, or with one found by name whatever the postcode:
    a new home anywhere may be theirs, or make them ambiguous.
    """
    near = f"SELECT uprn FROM {changed} UNION SELECT parent FROM gaz_property WHERE uprn IN (SELECT uprn FROM {changed}) UNION SELECT uprn FROM gaz_property WHERE parent IN (SELECT uprn FROM {changed})"
    code = f"coalesce({neat_postcode('r.postcode')}, {postcode_in('r.text')})"
    return (
        f"SELECT r.key FROM {remembered} r WHERE r.uprn IS NULL OR r.method NOT IN ('given', 'exact', 'structured', 'given, no text') OR r.uprn IN ({near}) OR r.runner_up IN ({near}) OR r.given IN ({near}) "
        f"OR {code} IN (SELECT postcode FROM gaz_line WHERE uprn IN ({near}) AND postcode IS NOT NULL UNION SELECT {neat_postcode('postcode')} FROM {changed} WHERE postcode IS NOT NULL AND {neat_postcode('postcode')} IS NOT NULL)"
    )


@dataclass(frozen=True)
class Candidate:
    """A home that an address may mean: its line, what of the address it agrees with, and whether it is the answer."""

    uprn: int
    line: str
    agrees: str
    answer: bool


def explain(engine: DuckDBEngine, prepared: Prepared, text: str, postcode: str | None, given: int | None = None, *, most: int = 8) -> tuple[dict[str, object], list[Candidate]]:
    """The answer to one address (uprn, method, score, reason) as the quick tiers give it, and the homes that come nearest to it, nearest first."""
    asked = f"(SELECT CAST(1 AS BIGINT) AS key, {literal(text)} AS text, {literal(postcode) if postcode else 'CAST(NULL AS VARCHAR)'} AS postcode, {'CAST(NULL AS BIGINT)' if given is None else int(given)} AS uprn, false AS shell)"
    match(engine, prepared, asked, "explained", settle=False)
    ((uprn, method, score, reason),) = engine.rows("SELECT uprn, method, score, reason FROM explained")
    cells = ", ".join(f"{sql} AS {name}" for name, sql in parts("t", prepared.noise_sql).items())
    units = ", ".join(f"{sql} AS {name}" for name, sql in unit("flat0", "numbers").items())
    one = f"(SELECT *, {units} FROM (SELECT *, {cells} FROM {tidied(f'(SELECT {literal(text)} AS said, coalesce({neat_postcode(literal(postcode or str()))}, {postcode_in(literal(text))}) AS code)', 'said')}))"
    agrees = "list_filter([CASE WHEN g.postcode = a.code THEN 'postcode' END, CASE WHEN g.flat = a.flat AND a.flat <> '' THEN 'flat' END, CASE WHEN g.number = a.number AND a.number <> '' THEN 'number' END, CASE WHEN g.place = a.place AND a.place <> '' THEN 'floor' END, nullif(array_to_string(list_intersect(g.words, a.words), ' '), '')], x -> x IS NOT NULL)"
    rows = engine.rows(
        f"SELECT g.uprn, g.line, array_to_string({agrees}, ', '), g.uprn IS NOT DISTINCT FROM {'NULL' if uprn is None else uprn} AND {'false' if uprn is None else 'true'} AS answer, len({agrees}) + len(list_intersect(g.words, a.words)) AS near "
        f"FROM gaz_line g, {one} a WHERE g.postcode = a.code OR len(list_intersect(g.words, a.words)) > 0 ORDER BY answer DESC, near DESC, g.uprn LIMIT {int(most)}"
    )
    engine.execute("DROP TABLE IF EXISTS explained")
    return {"uprn": uprn, "method": method, "score": score, "reason": reason}, [Candidate(int(r[0]), str(r[1]), str(r[2]), bool(r[3])) for r in rows]
