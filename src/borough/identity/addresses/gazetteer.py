"""The gazetteer, prepared for matching: each line taken apart once, and the ways in which people write it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.identity.addresses.parse import PLACES, neat_postcode, parts, postcode_in, tidied, unit

COMMON = 0.15
"""In a flat gazetteer: a word in a greater share of the lines tells nothing (town, county)."""
_TYPES = (
    "ROAD", "ST", "AVENUE", "CRESCENT", "CLOSE", "DRIVE", "GARDENS", "GROVE", "LANE", "PLACE", "SQUARE", "TERRACE", "COURT", "HOUSE", "PARK", "WAY", "WALK", "MEWS",
    "VILLAS", "HILL", "ROW", "YARD", "ESTATE", "RISE", "GREEN", "PARADE", "BROADWAY", "MANSIONS", "APARTMENTS", "LODGE", "VIEW", "HIGH",
)  # fmt: skip
_TYPED = f" ({'|'.join(t for t in _TYPES if t not in ('HIGH', 'ST', 'PARK', 'HILL', 'GREEN', 'VIEW', 'ESTATE', 'HOUSE', 'COURT', 'LODGE'))}|[A-Z]+ ST)$"
_EVERYWHERE = ("LONDON", "UK", "ENGLAND", "GB", "UNITED", "KINGDOM", "GREATER", "THE", "OF")

PLAIN = f"^(({'|'.join((*_TYPES, 'THE', 'LONDON', 'MAIN', 'STATION', 'CHURCH'))})( |$))+$"
"""Names of streets that every town has: HIGH ST, THE SQUARE, LONDON ROAD."""


@dataclass(frozen=True)
class Gazetteer:
    """A gazetteer as relations (parenthesised SELECTs).

    ``lines``: uprn, text, sao, pao_text, number, number_suffix, number_to, number_to_suffix, street, locality, town, postcode, status, started, ended:
    a line has its parts, or ``text`` alone. ``properties``: uprn, parent_uprn, class, status; it may have no rows.
    """

    lines: str
    properties: str


@dataclass(frozen=True)
class Prepared:
    """A prepared gazetteer: temp tables ``gaz_line``, ``gaz_key``, ``gaz_name``, ``gaz_property``; and where uk_address_matcher keeps its own."""

    lines: int
    noise: tuple[str, ...]
    folder: Path | None
    fingerprint: str

    @property
    def noise_sql(self) -> str:
        """SQL of the list of words that tell nothing."""
        return "[" + ", ".join(literal(w) for w in self.noise) + "]"


def prepare(engine: DuckDBEngine, gazetteer: Gazetteer, *, folder: Path | None = None) -> Prepared:
    """Take the gazetteer's lines apart. ``folder``: where what uk_address_matcher prepares may stay from run to run. Raises EngineError."""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE gaz_raw AS {_lines_sql(gazetteer)}")
    noise = _noise(engine)
    _properties(engine, gazetteer)
    _take_apart(engine, noise)
    _keys(engine)
    _names(engine)
    ((lines, mark),) = engine.rows("SELECT count(*), md5(CAST(sum(md5_number_lower(concat_ws('|', uprn, line, postcode)) % 1000000007) AS VARCHAR)) FROM gaz_line")
    fingerprint = hashlib.sha256(f"{lines} {mark} {noise}".encode()).hexdigest()[:16]
    engine.execute("DROP TABLE gaz_raw")
    return Prepared(int(lines), noise, folder, fingerprint)


def _lines_sql(gazetteer: Gazetteer) -> str:
    number = "concat(l.number, l.number_suffix, CASE WHEN l.number_to IS NOT NULL THEN concat('-', l.number_to, l.number_to_suffix) END)"
    house = f"nullif(concat_ws(' ', nullif({number}, ''), l.street), '')"
    line = f"coalesce(nullif(trim(l.text), ''), nullif(concat_ws(', ', l.sao, l.pao_text, {house}, l.locality, l.town), ''))"
    return (
        f"SELECT l.uprn, {line} AS line, coalesce({neat_postcode('l.postcode')}, {postcode_in('l.text')}) AS postcode, l.street, l.locality, l.town, l.pao_text, "
        f"CASE coalesce(l.status, 'approved') WHEN 'approved' THEN 1 WHEN 'historic' THEN 3 WHEN 'rejected' THEN 4 ELSE 2 END AS standing FROM {gazetteer.lines} l WHERE l.uprn IS NOT NULL"
    )


def _noise(engine: DuckDBEngine) -> tuple[str, ...]:
    """Words that tell nothing: of towns; and in a gazetteer without parts, those that a great share of its lines have."""
    words = "string_split(replace(t, ',', ' '), ' ')"
    towns, lines = (tidied(f"(SELECT {column} AS said FROM gaz_raw WHERE {column.split()[-1]} IS NOT NULL{more})", "said") for column, more in (("DISTINCT town", ""), ("line", " AND street IS NULL")))
    named = f"SELECT DISTINCT unnest({words}) AS w FROM {towns}"
    flat = f"SELECT w, count(*) AS n FROM (SELECT unnest(list_distinct({words})) AS w FROM {lines}) GROUP BY w"
    common = f"SELECT w FROM ({flat}) WHERE n > (SELECT {COMMON} * count(*) FROM gaz_raw WHERE street IS NULL) AND n >= 20"
    found = {w for (w,) in engine.rows(f"SELECT w FROM ({named}) UNION SELECT w FROM ({common})") if w and w.isalpha()}
    return tuple(sorted((found | set(_EVERYWHERE)) - set(_TYPES) - set(PLACES)))


def _properties(engine: DuckDBEngine, gazetteer: Gazetteer) -> None:
    """One row a property: its parent, whether it stands, and how many live ones are parts of it."""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE gaz_property AS WITH p AS (SELECT uprn, min(parent_uprn) AS parent, bool_and(coalesce(status, 'approved') IN ('historic', 'rejected')) AS gone FROM {gazetteer.properties} "
        f"WHERE uprn IS NOT NULL GROUP BY uprn), every AS (SELECT uprn FROM p UNION SELECT uprn FROM gaz_raw), parts AS (SELECT parent, count(*) AS parts, min(uprn) AS part FROM p WHERE NOT gone AND parent IS NOT NULL GROUP BY parent) "
        f"SELECT e.uprn, p.parent, coalesce(p.gone, false) AS gone, coalesce(c.parts, 0) AS parts, c.part FROM every e LEFT JOIN p ON p.uprn = e.uprn LEFT JOIN parts c ON c.parent = e.uprn"
    )


def _take_apart(engine: DuckDBEngine, noise: tuple[str, ...]) -> None:
    nothing = "[" + ", ".join(literal(w) for w in noise) + "]"
    whole, street = parts("t", nothing), parts("s", nothing)
    told = "list_filter(string_split(t, ','), x -> len(list_filter(string_split(x, ' '), y -> y <> '' AND NOT regexp_matches(y, '[0-9]') AND NOT list_contains({0}, y) AND y <> 'FLAT')) > 0)"
    # Towns and counties come after the street: the last part that says what it is (ROAD, CLOSE) is it, if one does.
    flat_street = f"coalesce(list_filter({told}, x -> regexp_matches(x, {literal(_TYPED)}))[-1], {told}[-1])"
    cells = ", ".join(f"{sql} AS {name}" for name, sql in whole.items())
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE gaz_line AS WITH neat AS (SELECT * FROM {tidied('gaz_raw', 'line')}), "
        f"streets AS (SELECT street, named FROM {tidied('(SELECT DISTINCT street FROM gaz_raw WHERE street IS NOT NULL)', 'street', 'named')}), "
        f"split AS (SELECT n.*, CASE WHEN n.street IS NOT NULL THEN s.named ELSE coalesce({flat_street.format(nothing)}, '') END AS s FROM neat n LEFT JOIN streets s ON s.street = n.street), "
        f"ends AS (SELECT *, CASE WHEN street IS NULL AND s <> '' THEN substr(t, position(s IN t) + length(s)) ELSE '' END AS after FROM split), "
        f"apart AS (SELECT uprn, line, t, postcode, standing, {cells}, {street['words']} AS street_words, {parts('after', nothing)['words']} AS town_words FROM ends), "
        f"units AS (SELECT a.*, {', '.join(f'{sql} AS {name}' for name, sql in unit('flat0', 'numbers').items())} FROM apart a) "
        f"SELECT u.uprn, u.line, u.t, u.postcode, CASE WHEN p.gone THEN 4 ELSE u.standing END AS standing, u.flat, u.place, u.number, u.words, u.street_words, "
        f"list_filter(u.words, x -> NOT list_contains(u.street_words, x) AND NOT list_contains(u.town_words, x)) AS building_words FROM units u JOIN gaz_property p ON p.uprn = u.uprn"
    )


def _sorted(words: str) -> str:
    return f"coalesce(list_aggregate(list_sort(list_distinct({words})), 'string_agg', ' '), '')"


def ways() -> str:
    """SELECTs of the ways in which people write a line: with or without the building, the number, the street; 12A for flat A at 12."""
    letter = "flat <> '' AND regexp_matches(flat, '^[A-Z]$') AND regexp_matches(number, '^[0-9]+$')"
    suffixed = "flat = '' AND regexp_matches(number, '^[0-9]+[A-Z]$')"
    base = "SELECT uprn, postcode, standing, {flat} AS flat, place, {number} AS number, {words} AS words, {worth} AS worth FROM gaz_line WHERE {where}"
    forms = [
        base.format(flat="flat", number="number", words="words", worth=0, where="true"),
        base.format(flat="flat", number="number", words="street_words", worth=1, where="len(building_words) > 0 AND len(street_words) > 0"),
        base.format(flat="flat", number="''", words="words", worth=1, where="number <> '' AND len(building_words) > 0"),
        base.format(flat="flat", number="''", words="building_words", worth=2, where="len(building_words) > 0 AND (flat <> '' OR place <> '' OR number = '')"),
        base.format(flat="flat", number="number", words="building_words", worth=2, where="len(building_words) > 0 AND number <> ''"),
        base.format(flat="''", number="flat", words="words", worth=2, where="flat <> '' AND number = '' AND regexp_matches(flat, '^[0-9]')"),
        base.format(flat="''", number="flat", words="building_words", worth=3, where="flat <> '' AND len(building_words) > 0 AND regexp_matches(flat, '^[0-9]')"),
        base.format(flat="''", number="number || flat", words="words", worth=1, where=letter),
        base.format(flat="''", number="number || flat", words="street_words", worth=2, where=f"{letter} AND len(building_words) > 0"),
        base.format(flat="right(number, 1)", number="left(number, length(number) - 1)", words="words", worth=1, where=suffixed),
    ]
    return " UNION ALL ".join(forms)


def _keys(engine: DuckDBEngine) -> None:
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE gaz_key AS SELECT uprn, postcode, flat, place, number, {_sorted('words')} AS w, list_distinct(words) AS words, list_aggregate(words, 'string_agg', ' ') AS phrase, "
        f"min(standing) AS standing, min(worth) AS worth FROM ({ways()}) GROUP BY ALL"
    )


def _names(engine: DuckDBEngine) -> None:
    """Streets and buildings by name: what is looked for in a text whose postcode is missing or wrong."""
    form = "SELECT uprn, postcode, flat, place, number, list_aggregate({0}, 'string_agg', ' ') AS name, len({0}) AS size, standing, {1} AS building FROM gaz_line WHERE len({0}) > 0"
    letter = "regexp_matches(flat, '^[A-Z]$') AND regexp_matches(number, '^[0-9]+$')"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE gaz_name AS WITH named AS ({form.format('street_words', 'false')} UNION ALL {form.format('building_words', 'true')}), "
        f"every AS (SELECT * FROM named UNION ALL SELECT * REPLACE ('' AS flat, number || flat AS number) FROM named WHERE {letter} "
        f"UNION ALL SELECT * REPLACE ('' AS number) FROM named WHERE building AND number <> '' AND (flat <> '' OR place <> '') "
        f"UNION ALL SELECT * REPLACE ('' AS flat, flat AS number) FROM named WHERE building AND number = '' AND regexp_matches(flat, '^[0-9]')) "
        f"SELECT uprn, postcode, flat, place, number, name, size, min(standing) AS standing, bool_or(building) AS building FROM every GROUP BY ALL"
    )
