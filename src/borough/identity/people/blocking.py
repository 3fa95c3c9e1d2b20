"""Which records are compared at all: those that share the fields of a rule, block by block, capped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal, quoted

_OWN_EMAIL = "CASE WHEN NOT coalesce(email_role, false) THEN email END"
_KNOWN_DOB = "CASE WHEN NOT coalesce(dob_doubtful, false) THEN dob END"
_RULES = {
    "email": _OWN_EMAIL, "mailbox": f"CASE WHEN position('@' IN {_OWN_EMAIL}) > 7 THEN split_part({_OWN_EMAIL}, '@', 1) END", "dob": _KNOWN_DOB, "year": f"year({_KNOWN_DOB})", "month": f"month({_KNOWN_DOB})",
    "day": f"day({_KNOWN_DOB})", "district": "split_part(postcode, ' ', 1)", "root": "CASE WHEN NOT first_only_initial THEN root END",
    "first": "CASE WHEN NOT first_only_initial THEN first END",
}  # fmt: skip
"""Fields of rules that are not a column as it stands. Part of a default date is no part of a birth date."""


@dataclass(frozen=True)
class Capped:
    """Blocks of one rule that were too large to compare."""

    rule: str
    blocks: int
    largest: int
    """Records in the largest of them."""


def part(field: str) -> str:
    """SQL of a rule's field over a node."""
    return _RULES.get(field, quoted(field))


def key_sql(rule: Sequence[str]) -> str:
    """SQL of the block that a node is in by a rule: null where it lacks one of the fields."""
    if not rule:
        return "CAST(1 AS BIGINT)"  # all with all
    cells = [f"CAST({part(field)} AS VARCHAR)" for field in rule]
    known = " AND ".join(f"{cell} IS NOT NULL" for cell in cells)
    return f"CASE WHEN {known} THEN CAST(hash({', '.join(cells)}) >> 1 AS BIGINT) END"


def block(engine: DuckDBEngine, nodes: str, dirty: str | None, rules: Sequence[Sequence[str]], into: str, *, cap: int) -> list[Capped]:
    """Make the temp table ``into``: node, dirty, and for each rule its block as key_0, key_1 …; nodes in no block are left out.

    With ``dirty`` only blocks that hold one of its nodes are kept: whole, so that they are capped as in a full pass.
    """
    keys = [f"key_{i}" for i in range(len(rules))]
    cells = ", ".join(f"{key_sql(rule)} AS {key}" for rule, key in zip(rules, keys, strict=True))
    mark = "true" if dirty is None else f"node IN (SELECT node FROM {dirty})"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT node, {mark} AS dirty, {cells} FROM {nodes}")
    capped = []
    for rule, key in zip(rules, keys, strict=True):
        engine.execute(f"""CREATE OR REPLACE TEMP TABLE people_blocks AS SELECT {key} AS key, count(*) AS n FROM {into} WHERE {key} IS NOT NULL
            GROUP BY 1 HAVING count(*) > 1 AND bool_or(dirty)""")
        cap_of = int(cap) if rule else 2**62
        ((blocks, largest),) = engine.rows(f"SELECT count(*), max(n) FROM people_blocks WHERE n * (n - 1) // 2 > {cap_of}")
        if blocks:
            capped.append(Capped(" and ".join(rule), int(blocks), int(largest)))
        engine.execute(f"CREATE OR REPLACE TEMP TABLE people_key_{key} AS SELECT key FROM people_blocks WHERE n * (n - 1) // 2 <= {cap_of}")
    joins = " ".join(f"LEFT JOIN people_key_{key} b_{key} ON b_{key}.key = k.{key}" for key in keys)
    kept = ", ".join(f"b_{key}.key AS {key}" for key in keys)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE people_kept AS SELECT * FROM (SELECT k.node, k.dirty, {kept} FROM {into} k {joins}) WHERE coalesce({', '.join(keys)}) IS NOT NULL")
    engine.execute(f"DROP TABLE {into}")
    engine.execute(f"ALTER TABLE people_kept RENAME TO {into}")
    for table in ("people_blocks", *(f"people_key_{key}" for key in keys)):
        engine.execute(f"DROP TABLE IF EXISTS {table}")
    return capped


def comparable(nodes: str, keys: str, extras: Sequence[str]) -> str:
    """SQL of the nodes in blocks as Splink compares them: what is doubtful or nobody's own is null."""
    own = ", ".join(quoted(field) for field in extras)
    words = "list_filter(string_split(surname, ' '), w -> length(w) > 3)"
    return f"""SELECT n.node, first, root, first_lossy, coalesce(first_only_initial, false) AS first_only_initial, initial, sound_first, others, surname, former, surname_lossy,
        CASE WHEN len({words}) > 0 THEN {words} END AS surname_words, sound, tokens, {_KNOWN_DOB} AS dob, nino, nhs, {_OWN_EMAIL} AS email, {_RULES['mailbox']} AS mailbox, phone,
        reference, split_part(reference, ':', 1) AS scope, property, postcode, sex{', ' + own if own else ''}, k.* EXCLUDE (node)
        FROM {nodes} n JOIN {keys} k ON k.node = n.node"""


def frequent_sql(nodes: str, fields: Sequence[str]) -> str:
    """SELECT (field, value, share) of how common each value is: among records that differ in name or home, not among copies of one."""
    select = []
    for field in fields:
        others = "tokens" if field in ("property", "postcode", "email", "mailbox", "phone") else "tokens, dob"
        value = f"CAST({part(field) if field not in ('first', 'root') else field} AS VARCHAR)"
        seen = f"SELECT DISTINCT {value} AS value, {others} FROM {nodes} WHERE {value} IS NOT NULL"
        # Of a value's records some are of the very same person, who is no namesake: a rare value is rarer than it seems.
        select.append(f"SELECT {literal(field)} AS field, value, greatest(count(*) - 3, 1) / sum(count(*)) OVER () AS share FROM ({seen}) GROUP BY value")
    return " UNION ALL ".join(select)
