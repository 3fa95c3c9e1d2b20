"""The values a person or a property is shown by, and all the others that sources say.

Values that are one but for spelling (case, blanks, accents, the order of a name) count together. Each attribute has its way of
choosing, unless its entity declares another: ``agreement`` (most datasets, then most records), ``latest`` (known last) or
``precedence`` (the first dataset of ``from`` that has one). Ties go to more datasets, more records, the later, the fuller value, and
last the alphabet. Values of special sources are listed as such and neither chosen nor counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from borough.catalogue.entities import PERSON
from borough.engine.quoting import literal

if TYPE_CHECKING:
    from borough.engine.duckdb import DuckDBEngine
    from borough.project.identity_specs import EntitySpec, GoldenSpec

ATTRIBUTES = ("name", "first_name", "surname", "date_of_birth", "sex", "nino", "nhs_number", "email", "phone", "property")
LATEST = {"email", "phone", "property"}
CHOSEN = "borough_golden_chosen"
VALUES = "borough_golden_value"
TITLES = "MR|MRS|MISS|MS|MX|DR|SIR|LADY|LORD|DAME|REV|REVD|PROF|PROFESSOR|MASTER"


def golden(
    engine: DuckDBEngine, appearances: str, declared: EntitySpec | None, into: str, into_values: str, *, stays: str | None = None,
) -> int:  # fmt: skip
    """Make the temp tables ``into`` (``tables.PERSON``) and ``into_values`` (``tables.PERSON_VALUES``). Returns how many people there are.
    The values are in no order.

    With ``stays`` (``tables.STAYS``) a person's property is that of the stay that holds, else of the last; without, that of the
    record that begins last. Nobody who appears in special sources alone is in ``into``.
    """
    columns = {name for name, _ in engine.describe(f"SELECT * FROM {appearances}")}
    try:
        _values(engine, appearances)
        _choose(engine, "person", declared, into_values)
        if stays is not None and not (declared and "property" in declared.golden):
            _settle(engine, stays, into_values)
        _widen(engine, appearances, into, into_values, "deceased" in columns)
        return int(engine.rows(f"SELECT count(*) FROM {into}")[0][0])
    finally:
        for table in (VALUES, CHOSEN):
            engine.execute(f"DROP TABLE IF EXISTS {table}")


def golden_properties(engine: DuckDBEngine, declared: EntitySpec, attributes: Mapping[str, str], into: str, into_values: str) -> None:
    """Make ``into`` (property, attribute, value) and ``into_values`` (``tables.PROPERTY_VALUES``).

    ``attributes``: the relation (property, value, dataset, known) of each declared attribute; dataset may be written ``dataset.column``.
    """
    none = "SELECT CAST(NULL AS BIGINT) AS id, CAST(NULL AS VARCHAR) AS attribute, CAST(NULL AS VARCHAR) AS dataset, CAST(NULL AS VARCHAR) AS value, CAST(NULL AS TIMESTAMP) AS known WHERE false"
    selects = [
        f"SELECT property AS id, {literal(name)} AS attribute, dataset, CAST(value AS VARCHAR) AS value, known FROM {relation}"
        for name, relation in sorted(attributes.items())
    ]
    try:
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE {VALUES} AS
            SELECT id, attribute, dataset, false AS special, trim(value) AS value, hash(upper(regexp_replace(trim(value), '\\s+', ' ', 'g'))) AS same, count(*) AS records,
                max(known) AS last_known, 0 AS doubt
            FROM ({" UNION ALL ".join([none, *selects])}) WHERE id IS NOT NULL AND trim(value) <> '' GROUP BY ALL"""
        )
        _choose(engine, "property", declared, into_values)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT id AS property, attribute, value FROM {CHOSEN} ORDER BY 1, 2")
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {into_values} AS SELECT * EXCLUDE (special) FROM {into_values}")
    finally:
        for table in (VALUES, CHOSEN):
            engine.execute(f"DROP TABLE IF EXISTS {table}")


def spoken(name: str) -> str:
    """SQL of a whole name in the order of speech, without titles: ``SILVA, MR Ricardo`` is Ricardo SILVA."""
    turned = f"CASE WHEN contains({name}, ',') THEN concat(split_part({name}, ',', 2), ' ', split_part({name}, ',', 1)) ELSE {name} END"
    bare = f"regexp_replace({turned}, '(?i)(^|\\s)({TITLES})\\.?(\\s|$)', ' ', 'g')"
    return f"nullif(trim(regexp_replace({bare}, '\\s+', ' ', 'g')), '')"


def _values(engine: DuckDBEngine, appearances: str) -> None:
    """Every value of every person, with how often and how lately a dataset says it. ``same`` is equal for one value in several spellings; it never leaves
    this module.
    """
    letters = "strip_accents(upper(v))"
    same = {
        "name": f"array_to_string(list_sort(string_split_regex(regexp_replace({letters}, '[^\\w ]', '', 'g'), ' +')), ' ')",
        "email": "lower(v)",
        "phone": "regexp_replace(regexp_replace(v, '[^0-9]', '', 'g'), '^(0044|44|0)', '')",
        "sex": "CASE upper(v[1]) WHEN 'M' THEN 'M' WHEN '1' THEN 'M' WHEN 'F' THEN 'F' WHEN '2' THEN 'F' ELSE upper(v) END",
        **dict.fromkeys(("nino", "nhs_number"), "regexp_replace(upper(v), '[^A-Z0-9]', '', 'g')"),
        **dict.fromkeys(("first_name", "surname"), f"regexp_replace({letters}, '[^\\w]', '', 'g')"),
    }
    shown = {"sex": same["sex"], "nino": same["nino"], "nhs_number": same["nhs_number"]}
    doubt = {
        # 1 January of 1900 and its like, and ages over 115 are put where none is known
        "date_of_birth": "CAST(v < '1905' OR v[6:] = '01-01' OR v > CAST(known AS DATE)::VARCHAR AS INTEGER)",
        "name": "CAST(NOT regexp_matches(v, '\\pL{2,}.*[ ,].*\\pL{2,}') AS INTEGER)",
        "first_name": "CAST(length(regexp_replace(v, '[^\\pL]', '', 'g')) < 2 AS INTEGER)",
    }
    raw = {
        "name": f"coalesce({spoken('name')}, nullif(concat_ws(' ', trim(first_name), trim(middle_name), trim(surname)), ''))",
        "property": "CASE WHEN resident THEN property END",
    }
    selects = []
    for attribute in ATTRIBUTES:
        cell = f"nullif(trim(CAST({raw.get(attribute, attribute)} AS VARCHAR)), '')"
        when = "CAST(coalesce(from_day, CAST(known AS DATE)) AS TIMESTAMP)" if attribute == "property" else "known"
        selects.append(
            f"SELECT id, {literal(attribute)} AS attribute, dataset, special, {shown.get(attribute, 'v')} AS value, hash({same.get(attribute, 'v')}) AS same, "
            f"records, last_known, {doubt.get(attribute, '0')} AS doubt FROM (SELECT person AS id, dataset, coalesce(special, false) AS special, {cell} AS v, "
            f"count(*) AS records, max({when}) AS last_known, max(known) AS known FROM {appearances} WHERE person IS NOT NULL AND {cell} IS NOT NULL GROUP BY ALL)"
        )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {VALUES} AS {' UNION ALL '.join(selects)}")


def _orders(declared: EntitySpec | None) -> tuple[str, str]:
    """SQL of a value's place by declared source (null: may not be chosen), and of whether its attribute is chosen by recency."""
    places, latest = "", ""
    for attribute, spec in sorted((declared.golden if declared else {}).items()):
        places += f"WHEN attribute = {literal(attribute)} THEN {_place(spec)} "
        latest += f"WHEN attribute = {literal(attribute)} THEN {'true' if spec.choose == 'latest' else 'false'} "
    usual = ", ".join(literal(a) for a in sorted(LATEST))
    by_recency = f"attribute IN ({usual})"
    return (f"CASE {places}ELSE 0 END" if places else "0"), (f"CASE {latest}ELSE {by_recency} END" if latest else by_recency)


def _place(spec: GoldenSpec) -> str:
    """A source's place in ``from``; all of one place, unless the first that has a value wins."""
    if not spec.from_:
        return "0"
    says = "CASE "
    for i, source in enumerate(spec.from_):
        says += f"WHEN dataset = {literal(source)} OR dataset = {literal(source.split('.')[0])} THEN {i if spec.choose == 'precedence' else 0} "
    return says + "END"


def _choose(engine: DuckDBEngine, entity: str, declared: EntitySpec | None, into_values: str) -> None:
    """Choose among the values of each attribute, then among the spellings of the one chosen."""
    place, latest = _orders(declared)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {CHOSEN} AS
        WITH placed AS (SELECT *, {place} AS place, {latest} AS latest FROM {VALUES} WHERE NOT special),
        spelt AS (SELECT * FROM placed WHERE place IS NOT NULL),
        told AS (
            SELECT id, attribute, same, dataset, min(place) AS place, min(doubt) AS doubt, sum(records) AS records, max(last_known) AS last_known,
                any_value(latest) AS latest, min(value) AS value
            FROM spelt GROUP BY id, attribute, same, dataset),
        heard AS (
            SELECT id, attribute, same, min(place) AS place, min(doubt) AS doubt, count(*) AS datasets, sum(records) AS records,
                coalesce(epoch_ms(max(last_known)), 0) AS ms, any_value(latest) AS latest, min(value) AS value
            FROM told GROUP BY id, attribute, same),
        best AS (
            SELECT id, attribute, arg_min(same, (place, doubt, CASE WHEN latest THEN -ms ELSE 0 END, -datasets, -records, -ms, -length(value), value)) AS same
            FROM heard GROUP BY id, attribute)
        SELECT s.id, s.attribute, s.same, arg_min(s.value, (s.place, s.value = upper(s.value) AND s.value <> lower(s.value),
            s.value = lower(s.value) AND s.value <> upper(s.value), -s.records, s.value)) AS value
        FROM spelt s JOIN best USING (id, attribute, same) GROUP BY s.id, s.attribute, s.same"""
    )
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {into_values} AS SELECT v.id AS {entity}, v.attribute, v.value, v.dataset, CAST(v.records AS BIGINT) AS records, v.last_known, "
        f"c.id IS NOT NULL AND NOT v.special AS chosen, v.special FROM {VALUES} v LEFT JOIN {CHOSEN} c ON c.id = v.id AND c.attribute = v.attribute AND c.same = v.same"
    )


def _settle(engine: DuckDBEngine, stays: str, into_values: str) -> None:
    """A person's property is that of the stay that holds, the one begun last among several; else of the stay that ended last."""
    engine.execute(f"DELETE FROM {CHOSEN} WHERE attribute = 'property'")
    engine.execute(
        f"INSERT INTO {CHOSEN} SELECT person, 'property', 0, CAST(property AS VARCHAR) FROM {stays} WHERE NOT special "
        "QUALIFY row_number() OVER (PARTITION BY person ORDER BY to_day DESC NULLS FIRST, from_day DESC, confidence DESC, property) = 1"
    )
    engine.execute(
        f"UPDATE {into_values} v SET chosen = NOT special AND EXISTS (SELECT 1 FROM {CHOSEN} c WHERE c.attribute = 'property' AND c.id = v.person AND c.value = v.value) "
        "WHERE attribute = 'property'"
    )


def _widen(engine: DuckDBEngine, appearances: str, into: str, into_values: str, dies: bool) -> None:
    """One row for each person."""
    kinds = {"date": "TRY_CAST({} AS DATE)", "long": "TRY_CAST({} AS BIGINT)"}
    types = dict(PERSON)
    cells = ", ".join(
        f"{kinds.get(types[a], '{}').format(f'max(value) FILTER (attribute = {literal(a)})')} AS {a}" for a in ATTRIBUTES
    )  # fmt: skip
    died = "coalesce(bool_or(deceased), false)" if dies else "false"
    names = ", ".join(f"{'w' if name in ATTRIBUTES else 'a'}.{name}" for name, _ in PERSON if name != "person")
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into} AS
        WITH a AS (
            SELECT person, {died} AS deceased, sum(records) AS records, string_agg(dataset, ', ' ORDER BY dataset) AS datasets, min(first_known) AS first_known,
                max(last_known) AS last_known
            FROM (SELECT person, dataset, {"bool_or(deceased) AS deceased, " if dies else ""}count(*) AS records, min(known) AS first_known, max(known) AS last_known
                FROM {appearances} WHERE person IS NOT NULL AND NOT coalesce(special, false) GROUP BY person, dataset)
            GROUP BY person),
        w AS (SELECT id, {cells} FROM {CHOSEN} GROUP BY id)
        SELECT a.person, {names} FROM a LEFT JOIN w ON w.id = a.person ORDER BY a.person"""
    )
    engine.execute(f"ALTER TABLE {into} ALTER records TYPE BIGINT")
