"""Addresses to properties: a given UPRN that the text bears out, the same words, the same parts, and at last uk_address_matcher."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.identity.addresses.gazetteer import PLAIN, Prepared
from borough.identity.addresses.parse import neat_postcode, parts, postcode_in, tidied, unit
from borough.identity.addresses.probable import match_the_rest

VERSION = "2"
"""Of the matcher: what another one matched may be matched again."""
ALIKE = 0.86
"""From which likeness the words of two addresses in one postcode, with the same flat and number, are the same street or building."""

_RESULT = "key BIGINT, uprn BIGINT, method VARCHAR, score DOUBLE, runner_up BIGINT, margin DOUBLE, reason VARCHAR"


@dataclass
class Matched:
    """What matching did: addresses by method, and seconds by tier."""

    methods: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)


def match(engine: DuckDBEngine, prepared: Prepared, asked: str, into: str, *, settle: bool = True) -> Matched:
    """Match addresses: a temp table ``into`` (key, uprn, method, score, runner_up, margin, reason), a row for each that is asked.

    ``asked``: relation (key, text, postcode, uprn given or null, shell: may a building of several homes be the answer). Without ``settle``
    what only uk_address_matcher could tell is ``pending``. Raises EngineError.
    """
    matched = Matched()
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("reading", lambda: _read(engine, prepared, asked)), ("exact", lambda: _exact(engine)), ("structured", lambda: _structured(engine)),
        ("named", lambda: _named(engine)), ("reckoned", lambda: _reckoned(engine)), ("given", lambda: _given(engine)),
        ("matcher", lambda: match_the_rest(engine, prepared) if settle else None), ("settling", lambda: _settle(engine, into, settle=settle)),
    )  # fmt: skip
    for name, step in steps:
        began = time.perf_counter()
        step()
        matched.seconds[name] = time.perf_counter() - began
    matched.methods = {str(method): int(n) for method, n in engine.rows(f"SELECT method, count(*) FROM {into} GROUP BY 1 ORDER BY 2 DESC")}
    for table in ("ask", "ask_text", "ask_hit", "ask_found", "ask_gram"):
        engine.execute(f"DROP TABLE IF EXISTS {table}")
    return matched


def _read(engine: DuckDBEngine, prepared: Prepared, asked: str) -> None:
    """Take each distinct text apart once; ``ask`` points to it."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE ask AS SELECT key, text, postcode, uprn AS given, shell, dense_rank() OVER (ORDER BY text, postcode) AS id FROM {asked}")
    told = parts("t", prepared.noise_sql)
    cells = ", ".join(f"{sql} AS {name}" for name, sql in told.items())
    units = ", ".join(f"{sql} AS {name}" for name, sql in unit("flat0", "numbers").items())
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE ask_text AS WITH once AS (SELECT id, any_value(left(text, 300)) AS text, any_value(postcode) AS said FROM ask GROUP BY id), "
        f"coded AS (SELECT *, coalesce({neat_postcode('said')}, {postcode_in('text')}) AS postcode FROM once), "
        f"apart AS (SELECT id, text, t, postcode, {cells} FROM {tidied('coded', 'text')}), "
        f"units AS (SELECT *, {units} FROM apart) SELECT id, text, t, postcode, flat, place, number, words, "
        f"coalesce(list_aggregate(list_sort(list_distinct(words)), 'string_agg', ' '), '') AS w, list_aggregate(words, 'string_agg', ' ') AS phrase, "
        f"flat <> '' OR place <> '' OR number <> '' OR len(words) > 2 AS home FROM units"
    )
    engine.execute("CREATE OR REPLACE TEMP TABLE ask_hit (id BIGINT, uprn BIGINT, tier VARCHAR, likeness DOUBLE, standing INTEGER, worth INTEGER)")
    engine.execute("CREATE OR REPLACE TEMP TABLE ask_found (id BIGINT, uprn BIGINT, tier VARCHAR, score DOUBLE, runner_up BIGINT, margin DOUBLE, several BOOLEAN)")


def _exact(engine: DuckDBEngine) -> None:
    """The same flat, number and words in the same postcode."""
    engine.execute(
        "INSERT INTO ask_hit SELECT a.id, k.uprn, 'exact', 1.0, min(k.standing), min(k.worth) FROM ask_text a JOIN gaz_key k ON k.postcode = a.postcode AND k.flat = a.flat AND k.place = a.place "
        "AND k.number = a.number AND k.w = a.w WHERE a.t <> '' GROUP BY a.id, k.uprn"
    )
    _choose(engine, "exact", 0.998)


def _structured(engine: DuckDBEngine) -> None:
    """The same flat and number in the same postcode, and words that are alike."""
    overlap = "len(list_intersect(a.words, k.words)) / greatest(1, least(len(list_distinct(a.words)), len(k.words)))"
    alike = f"greatest({overlap} - 0.02 * abs(len(a.words) - len(k.words)), jaro_winkler_similarity(a.phrase, k.phrase), jaro_winkler_similarity(a.w, k.w))"
    engine.execute(
        f"INSERT INTO ask_hit SELECT id, uprn, 'structured', max(likeness), arg_max(standing, likeness), min(worth) FROM (SELECT a.id, k.uprn, {alike} AS likeness, k.standing, k.worth "
        f"FROM ask_text a JOIN gaz_key k ON k.postcode = a.postcode AND k.flat = a.flat AND k.place = a.place AND k.number = a.number "
        f"WHERE len(a.words) > 0 AND a.home AND (a.flat <> '' OR a.place <> '' OR a.number <> '') AND a.id NOT IN (SELECT id FROM ask_found)) WHERE likeness >= {ALIKE} GROUP BY id, uprn"
    )
    _choose(engine, "structured", 0.99)


def _named(engine: DuckDBEngine) -> None:
    """Whatever the postcode: a street or building of the gazetteer that the text names, and in it the same flat and number."""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE ask_gram AS WITH left_over AS (SELECT id, words, flat, place, number, postcode FROM ask_text WHERE id NOT IN (SELECT id FROM ask_found) AND len(words) BETWEEN 1 AND 14 "
        "AND (flat <> '' OR place <> '' OR number <> '')), "
        "starts AS (SELECT *, unnest(range(1, len(words) + 1)) AS i FROM left_over), grams AS (SELECT *, unnest(range(1, least(4, len(words) - i + 1) + 1)) AS size FROM starts) "
        "SELECT DISTINCT id, flat, place, number, postcode, size, len(words) AS said, array_to_string(words[i:i + size - 1], ' ') AS name FROM grams"
    )
    engine.execute("CREATE OR REPLACE TEMP TABLE ask_named AS SELECT g.*, g.name AS meant, 1.0 AS likeness FROM ask_gram g SEMI JOIN (SELECT DISTINCT name FROM gaz_name) n ON n.name = g.name")
    # Misspelt names: only of texts in which no name of two words was found as it stands.
    engine.execute(
        "INSERT INTO ask_named SELECT g.*, n.name, jaro_winkler_similarity(g.name, n.name) FROM (SELECT * FROM ask_gram WHERE size >= 2 AND length(name) >= 8 AND id NOT IN (SELECT id FROM ask_named WHERE size >= 2)) g "
        "JOIN (SELECT DISTINCT name, size FROM gaz_name WHERE size >= 2) n ON n.size = g.size AND (left(n.name, 3) = left(g.name, 3) OR right(n.name, 7) = right(g.name, 7) AND left(n.name, 1) = left(g.name, 1)) "
        "AND abs(length(n.name) - length(g.name)) <= 2 WHERE damerau_levenshtein(g.name, n.name) <= 2"
    )
    engine.execute(
        "INSERT INTO ask_hit SELECT id, uprn, 'named', sum(likeness * size) * 0.1 + max(CASE WHEN near THEN 0.3 ELSE 0 END), min(standing), 0 FROM ("
        "SELECT DISTINCT g.id, n.uprn, n.name, g.likeness, g.size, n.standing, coalesce(g.postcode = n.postcode OR (left(g.postcode, length(g.postcode) - 3) = left(n.postcode, length(n.postcode) - 3) AND damerau_levenshtein(g.postcode, n.postcode) <= 2), false) AS near "
        "FROM ask_named g JOIN gaz_name n ON n.name = g.meant AND n.flat = g.flat AND n.place = g.place AND n.number = g.number WHERE (g.size >= 2 OR n.building) "
        # Every town has a High Street: it tells nothing where the text has words of its own beside it.
        f"AND (NOT regexp_matches(n.name, {literal(PLAIN)}) OR g.size = g.said OR g.postcode = n.postcode)) GROUP BY id, uprn"
    )
    _choose(engine, "named", 0.98)
    engine.execute("DROP TABLE ask_named")


def _reckoned(engine: DuckDBEngine) -> None:
    """A flat by letter where the gazetteer counts, or the other way round: B is 2 where the house has a 2 and nobody calls it otherwise."""
    # Floors are no help: which flat is on the first floor, only one look in two would guess.
    label = "CASE WHEN flat <> '' THEN flat ELSE regexp_extract(number, '[A-Z]$') END"
    rank = "CASE WHEN regexp_matches({0}, '^[0-9]+$') THEN CAST({0} AS BIGINT) WHEN regexp_matches({0}, '^[A-Z]$') THEN unicode({0}) - 64 END"
    kind = "CASE WHEN regexp_matches({0}, '^[0-9]+$') THEN 'number' WHEN regexp_matches({0}, '^[A-Z]$') THEN 'letter' END"
    house = "regexp_extract(number, '^[0-9]+(-[0-9]+)?')"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE ask_home AS SELECT *, {rank.format('label')} AS rank, {kind.format('label')} AS kind FROM (SELECT uprn, postcode, {house} AS house, {label} AS label, words, standing FROM gaz_key WHERE worth <= 1 AND place = '') WHERE house <> '' AND label <> ''"
    )
    engine.execute(
        f"INSERT INTO ask_hit SELECT id, uprn, 'reckoned', max(likeness), min(standing), 0 FROM (SELECT t.id, h.uprn, t.kind AS asked, h.kind, h.standing, len(list_intersect(t.words, h.words)) / greatest(1, least(len(list_distinct(t.words)), len(h.words))) AS likeness "
        f"FROM (SELECT *, {rank.format('label')} AS rank, {kind.format('label')} AS kind FROM (SELECT id, postcode, {house} AS house, {label} AS label, words FROM ask_text WHERE place = '' AND id NOT IN (SELECT id FROM ask_found)) WHERE label <> '') t "
        f"JOIN ask_home h ON h.postcode = t.postcode AND h.house = t.house AND h.rank = t.rank AND h.kind <> t.kind) WHERE likeness >= 0.5 GROUP BY id, uprn"
    )
    _choose(engine, "reckoned", 0.95)
    engine.execute("DROP TABLE ask_home")


def _choose(engine: DuckDBEngine, tier: str, score: float) -> None:
    """One answer to each text: the likeliest, the standing before the gone, the fuller form before the shorter. Several alike: none."""
    order = "ORDER BY {0}round(likeness, 2) DESC, worth, uprn"
    engine.execute(
        f"INSERT INTO ask_found SELECT id, uprn, '{tier}', {score} * CASE WHEN likeness < 0.9 THEN 0.985 ELSE 1 END * CASE WHEN standing = 4 THEN 0.97 ELSE 1 END, runner, coalesce(round(likeness, 2) - next_likeness, 1.0), "
        f"coalesce(next_standing = standing AND next_worth = worth AND next_likeness >= round(likeness, 2) - 0.04, false) FROM ("
        f"SELECT *, lead(uprn) OVER w AS runner, lead(round(likeness, 2)) OVER w AS next_likeness, lead(standing // 3) OVER w AS next_st, lead(standing) OVER w AS next_standing, lead(worth) OVER w AS next_worth, row_number() OVER w AS n "
        f"FROM (SELECT id, uprn, likeness, standing, CASE WHEN tier = 'structured' THEN 0 ELSE worth END AS worth FROM ask_hit WHERE tier = '{tier}') "
        f"WINDOW w AS (PARTITION BY id {order.format('standing // 3, ')})) WHERE n = 1"
    )


def _given(engine: DuckDBEngine) -> None:
    """What the source's own UPRN has to say: does the text bear it out, does it name a flat of it, does it name another home?"""
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE ask_given AS SELECT a.key, a.given, p.uprn IS NOT NULL AS exists, t.t = '' OR a.text IS NULL AS silent, "
        "coalesce(f.uprn = a.given AND NOT f.several, false) AS same, coalesce(p.parts, 0) > 0 AND coalesce(c.parent = a.given, false) AND NOT coalesce(f.several, true) AS below, "
        "bool_or(l.flat = t.flat AND l.place = t.place AND l.number = t.number AND (l.postcode = t.postcode OR len(list_intersect(l.words, t.words)) > 0)) AS borne, "
        "bool_or(len(list_intersect(l.words, t.words)) > 0 OR l.postcode = t.postcode) AS near, bool_or(l.postcode = t.postcode AND len(list_intersect(l.words, t.words)) > 0) AS beside, bool_or(regexp_extract(l.number, '^[0-9]+') = regexp_extract(t.number, '^[0-9]+') AND t.number <> '') AS house, coalesce(p.parts, 0) > 1 AS whole "
        "FROM ask a JOIN ask_text t ON t.id = a.id LEFT JOIN gaz_property p ON p.uprn = a.given LEFT JOIN ask_found f ON f.id = a.id LEFT JOIN gaz_property c ON c.uprn = f.uprn "
        "LEFT JOIN gaz_key l ON l.uprn = a.given WHERE a.given IS NOT NULL GROUP BY ALL"
    )


def _settle(engine: DuckDBEngine, into: str, *, settle: bool) -> None:
    """The last word on each address: given or found, the building or its flat, and why where there is none."""
    found = (
        "SELECT a.key, a.shell, a.given, t.postcode, t.flat, t.place, t.number, t.words, t.t, f.uprn, f.tier, f.score, f.runner_up, f.margin, f.several, g.exists, g.silent, g.same, g.below, g.borne, g.near, g.beside, g.house, g.whole, "
        "p.parts, p.part FROM ask a JOIN ask_text t ON t.id = a.id LEFT JOIN ask_found f ON f.id = a.id LEFT JOIN ask_given g ON g.key = a.key LEFT JOIN gaz_property p ON p.uprn = f.uprn"
    )
    whole = "NOT shell AND coalesce(parts, 0) > 1"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS WITH found AS ({found}), said AS (SELECT *, CASE "
        f"WHEN exists AND (same OR borne) AND (shell OR NOT whole) THEN 'given' WHEN exists AND below THEN 'given, moved to the flat' WHEN exists AND silent THEN 'given, no text' "
        f""
        f"WHEN exists AND near AND (house OR number = '') AND (shell OR NOT whole) AND (uprn IS NULL OR several OR {whole} OR tier = 'reckoned') THEN 'given, text unclear' "
        f"WHEN exists AND beside AND (shell OR NOT whole) AND uprn IS NOT NULL AND tier <> 'named' THEN 'given, text differs' "
        f"WHEN uprn IS NOT NULL AND NOT several AND NOT ({whole}) THEN tier ELSE 'none' END AS verdict FROM found) "
        f"SELECT key, CASE WHEN verdict IN ('given', 'given, no text', 'given, text unclear', 'given, text differs') THEN given WHEN verdict = 'none' THEN NULL WHEN NOT shell AND parts = 1 THEN part ELSE uprn END AS uprn, "
        f"CASE WHEN verdict = 'none' AND {'false' if settle else 'len(words) > 0 AND uprn IS NULL AND home_like'} THEN 'pending' ELSE verdict END AS method, "
        f"CASE verdict WHEN 'given' THEN 0.999 WHEN 'given, moved to the flat' THEN 0.99 WHEN 'given, no text' THEN 0.95 WHEN 'given, text unclear' THEN 0.95 WHEN 'given, text differs' THEN 0.9 WHEN 'none' THEN 0.0 ELSE round(score, 4) END AS score, "
        f"CASE WHEN verdict LIKE 'given%' AND uprn <> given THEN uprn ELSE runner_up END AS runner_up, round(margin, 4) AS margin, "
        f"CASE WHEN verdict = 'none' THEN CASE WHEN t = '' THEN 'there is no text' WHEN uprn IS NOT NULL AND several THEN 'several homes fit' WHEN uprn IS NOT NULL THEN 'a building of several homes' "
        f"WHEN flat = '' AND place = '' AND number = '' THEN 'no house is named' ELSE 'nothing fits' END "
        f"WHEN given IS NOT NULL AND NOT exists THEN 'the given UPRN is not in the gazetteer' WHEN given IS NOT NULL AND verdict NOT LIKE 'given%' THEN 'the text names another home than the given UPRN' END AS reason "
        f"FROM (SELECT *, flat <> '' OR place <> '' OR number <> '' AS home_like FROM said)"
    )
    engine.execute("DROP TABLE IF EXISTS ask_given")
