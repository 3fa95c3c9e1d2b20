"""Clean records of people, in bulk: names taken apart, numbers and addresses in one style, who is nobody and who an organisation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal, quoted
from borough.identity.people.columns import RECORD_COLUMNS
from borough.identity.people.contacts import company_number, email, is_role, nhs_number, nino, nino_suffix, phone, postcode, sex
from borough.identity.people.names import taken_apart, tidy
from borough.identity.people.nicknames import roots
from borough.identity.people.sounds import sound

_TYPES = {"string": "VARCHAR", "long": "BIGINT", "date": "DATE", "boolean": "BOOLEAN"}
_SAID = ("name", "title", "first_name", "middle_name", "surname", "former_surname")
_PART, _ABSENT = "chr(31)", "chr(30)"

DEFAULT_DATES = tuple(dt.date(y, m, d) for y, m, d in ((1899, 12, 30), (1899, 12, 31), (1900, 1, 1), (1901, 1, 1), (1800, 1, 1), (1753, 1, 1), (1, 1, 1), (9999, 12, 31), (2099, 12, 31)))
"""Dates that systems give where they know none."""
_EARLIEST = dt.date(1900, 1, 2)

_MATTERS = (
    "kind", "first", "others", "surname", "former", "nickname", "dob", "dob_doubtful", "nino", "nino_suffix", "nhs", "email", "phone", "reference",
    "property", "postcode", "sex", "deceased", "adult", "joint", "organisation", "trading_as", "company_number",
)  # fmt: skip
"""The values by which nodes differ; the others follow from them."""


def clean(engine: DuckDBEngine, records: str, into: str, *, extras: Sequence[str] = (), doubtful: Sequence[dt.date] = ()) -> None:
    """Make the temp table ``into``: a row for each signature of the relation ``records``, with NODE_COLUMNS and the ``extras`` as tidy text.

    ``doubtful``: dates of birth that are far too common to be so (``frequent_dates``), beside those every system knows. A relation
    may lack columns. Raises EngineError where it lacks ``signature``.
    """
    have = {name for name, _ in engine.describe(f"SELECT * FROM {records}")}
    cells = [f"CAST({quoted(c) if c in have else 'NULL'} AS {_TYPES[kind]}) AS {quoted(c)}" for c, kind in RECORD_COLUMNS if c != "signature"]
    cells += [f"CAST({quoted(c) if c in have else 'NULL'} AS VARCHAR) AS {quoted('extra_' + c)}" for c in extras]
    said = f"md5_number(concat_ws({_PART}, {', '.join(f'coalesce({c}, {_ABSENT})' for c in _SAID)}))"
    try:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE clean_records AS SELECT *, {said} AS said FROM (SELECT CAST(signature AS BIGINT) AS signature, {', '.join(cells)} FROM {records})")
        engine.execute(f"CREATE OR REPLACE TEMP TABLE clean_said AS SELECT said, {', '.join(f'any_value({c}) AS {c}' for c in _SAID)} FROM clean_records GROUP BY said")
        engine.execute(f"CREATE OR REPLACE TEMP TABLE clean_names AS {taken_apart('clean_said')}")
        _words(engine)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {quoted(into)} AS {_nodes(extras, (*DEFAULT_DATES, *doubtful))}")
    finally:
        for table in ("clean_records", "clean_said", "clean_names", "clean_words"):
            engine.execute(f"DROP TABLE IF EXISTS {table}")


def frequent_dates(engine: DuckDBEngine, records: str) -> tuple[dt.date, ...]:
    """Dates of birth more than twenty times as common as the others of their year, among people of different names: defaults, not births.

    To be kept with the linkage and given to ``clean`` as they are, so that the same record is always cleaned alike.
    """
    have = {name for name, _ in engine.describe(f"SELECT * FROM {records}")}
    if "date_of_birth" not in have:
        return ()
    who = [f"CAST({c} AS VARCHAR)" for c in ("surname", "name") if c in have] or ["signature"]
    return tuple(
        row[0]
        for row in engine.rows(f"""
            WITH days AS (SELECT date_of_birth AS day, count(DISTINCT lower(coalesce({', '.join(who)}))) AS n FROM {records} WHERE date_of_birth IS NOT NULL GROUP BY 1),
            years AS (SELECT year(day) AS y, sum(n) AS n FROM days GROUP BY 1)
            SELECT day FROM days JOIN years ON year(day) = y WHERE days.n >= 30 AND days.n > 20 * greatest((years.n - days.n) / 364.0, 0.5) ORDER BY 1""")
    )


def _words(engine: DuckDBEngine) -> None:
    """The words of names, each with its sound and its root, once."""
    pairs = ", ".join(f"({literal(form)}, {literal(root)})" for form, root in sorted(roots().items()))
    engine.execute(f"""CREATE OR REPLACE TEMP TABLE clean_words AS
        SELECT word, nullif({sound('word')}, '') AS sound, coalesce(root, word) AS root
        FROM (SELECT DISTINCT unnest([first, surname]) AS word FROM clean_names) LEFT JOIN (VALUES {pairs}) v(form, root) ON form = word WHERE word IS NOT NULL""")


def _nodes(extras: Sequence[str], doubtful: Sequence[dt.date]) -> str:
    days = ", ".join(f"DATE {literal(day.isoformat())}" for day in sorted(set(doubtful)))
    named = "n.kind <> 'nobody'"
    person = "n.kind = 'person' AND c.company_number IS NULL"
    values = {
        "kind": "CASE WHEN c.company_number IS NOT NULL THEN 'organisation' ELSE n.kind END",
        **{c: f"CASE WHEN {person} THEN n.{c} END" for c in ("first", "others", "surname", "former", "nickname")},
        "initial": f"CASE WHEN {person} THEN left(n.first, 1) END", "first_only_initial": f"{person} AND coalesce(length(n.first), 0) = 1",
        **{f"{c}_lossy": f"CASE WHEN {person} AND contains(n.{c}, '?') THEN replace(n.{c}, '?', '_') END" for c in ("first", "surname")},
        "root": f"CASE WHEN {person} THEN wf.root END", "tokens": f"CASE WHEN {person} THEN n.tokens END",
        "sound": f"CASE WHEN {person} THEN ws.sound END", "sound_first": f"CASE WHEN {person} AND length(n.first) > 1 THEN wf.sound END",
        "dob": "r.date_of_birth", "dob_doubtful": f"coalesce(r.date_of_birth IN ({days}) OR r.date_of_birth < DATE {literal(_EARLIEST.isoformat())}, false)",
        "nino": "c.nino", "nino_suffix": "c.nino_suffix", "nhs": "c.nhs", "email": "c.email", "email_role": f"coalesce({is_role('c.email')}, false)",
        "phone": "c.phone", "reference": "CASE WHEN trim(r.reference) <> '' THEN concat_ws(':', r.scope, upper(trim(r.reference))) END", "property": "r.property", "postcode": "c.postcode",
        "sex": f"CASE WHEN {person} THEN coalesce(c.sex, n.sex_said) END", "deceased": f"{named} AND (coalesce(r.deceased, false) OR n.deceased_said)", "joint": f"n.joint AND {person}", "adult": f"{person} AND coalesce(r.adult, false)",
        "cut": "n.cut", "organisation": f"CASE WHEN {named} AND NOT ({person}) THEN n.organisation END", "trading_as": f"CASE WHEN {named} THEN n.trading_as END",
        "company_number": "c.company_number",
        **{quoted(c): tidied_extra(f"r.{quoted('extra_' + c)}") for c in extras},
    }  # fmt: skip
    cells = ", ".join(f"{sql} AS {name}" for name, sql in values.items())
    matter = ", ".join(f"coalesce(CAST({c} AS VARCHAR), {_ABSENT})" for c in (*_MATTERS, *map(quoted, extras)))
    return f"""SELECT *, CAST(md5_number_lower(concat_ws({_PART}, {matter})) >> 1 AS BIGINT) AS digest FROM (
        SELECT r.signature, {cells} FROM ({_contacts()}) c JOIN clean_records r ON r.signature = c.signature JOIN clean_names n ON n.said = r.said
        LEFT JOIN clean_words wf ON wf.word = n.first LEFT JOIN clean_words ws ON ws.word = n.surname)"""


def _contacts() -> str:
    return f"""SELECT signature, {nino('nino')} AS nino, {nino_suffix('nino')} AS nino_suffix, {nhs_number('nhs_number')} AS nhs, {email('email')} AS email,
        {phone('phone')} AS phone, {postcode('postcode')} AS postcode, {sex('sex')} AS sex, {company_number('company_number')} AS company_number FROM clean_records"""


def tidied_extra(x: str) -> str:
    """SQL of an extra text in capitals without accents, null where nothing is left."""
    return f"nullif(trim({tidy(x)}, ' ,.'), '')"
