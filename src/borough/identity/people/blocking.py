"""Which records are compared at all: those that share the fields of a rule, block by block, capped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal, quoted

GROWN = 16 * 365 + 4
"""Days after which nobody is a child to whom no account, permit or vote is given."""
_OWN_EMAIL = "CASE WHEN NOT coalesce(email_role, false) THEN email END"
_KNOWN_DOB = "CASE WHEN NOT coalesce(dob_doubtful, false) THEN dob END"
_PAIR = "CASE WHEN NOT first_only_initial THEN first || ' ' || surname END"
_ROOTED = "CASE WHEN NOT first_only_initial THEN root || ' ' || surname END"
_RULES = {
    "email": _OWN_EMAIL, "mailbox": f"CASE WHEN position('@' IN {_OWN_EMAIL}) > 7 THEN split_part({_OWN_EMAIL}, '@', 1) END", "dob": _KNOWN_DOB, "year": f"year({_KNOWN_DOB})", "month": f"month({_KNOWN_DOB})",
    "day": f"day({_KNOWN_DOB})", "district": "split_part(postcode, ' ', 1)", "root": "CASE WHEN NOT first_only_initial THEN root END",
    "first": "CASE WHEN NOT first_only_initial THEN first END", "pair": _PAIR, "rooted": _ROOTED,
    "shape": "CASE WHEN NOT first_only_initial THEN length(first) || ' ' || length(surname) END",
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


NAMES = frozenset({"tokens", "surname", "root", "first", "pair", "rooted", "sound", "sound_first", "initial"})


def cap_for(rule: Sequence[str], cap: int) -> int:
    """Pairs up to which a block of this rule is compared: without limit where all are compared with all, less where they share no more than a name."""
    if not rule:
        return 2**62
    return int(cap) // 4 if NAMES.issuperset(rule) else int(cap)


def block(engine: DuckDBEngine, nodes: str, dirty: str | None, rules: Sequence[Sequence[str]], into: str, *, cap: int, gone: str | None = None) -> list[Capped]:
    """Make the temp table ``into``: node, dirty, and for each rule its block as key_0, key_1 …; nodes in no block are left out.

    With ``dirty`` (node) only blocks that hold one of its nodes are kept: whole, so that they are capped as in a full pass. ``gone``
    (nodes with their values) left since the last pass: a block that outgrew the cap since, or shrank below it, makes all its nodes dirty.
    """
    keys = [f"key_{i}" for i in range(len(rules))]
    cells = ", ".join(f"{key_sql(rule)} AS {key}" for rule, key in zip(rules, keys, strict=True))
    mark = "true" if dirty is None else f"node IN (SELECT node FROM {dirty})"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT node, {mark} AS dirty, {cells} FROM {nodes}")
    left = f"SELECT {cells} FROM {gone}" if gone is not None and dirty is not None else None
    looked_at = into if dirty is None else _touched(engine, into, keys, left)
    capped, turned = [], False
    for rule, key in zip(rules, keys, strict=True):
        _count_blocks(engine, key, looked_at, left)
        cap_of = cap_for(rule, cap)
        ((blocks, largest),) = engine.rows(f"SELECT count(*), max(n) FROM people_blocks WHERE touched AND n * (n - 1) // 2 > {cap_of}")
        if blocks:
            capped.append(Capped(" and ".join(rule), int(blocks), int(largest)))
        crossed = f"SELECT key FROM people_blocks WHERE (n * (n - 1) // 2 > {cap_of}) <> (was * (was - 1) // 2 > {cap_of})"
        if dirty is not None and engine.rows(f"SELECT count(*) FROM ({crossed})") != [(0,)]:
            engine.execute(f"UPDATE {into} SET dirty = true WHERE {key} IN ({crossed})")
            turned = True
    if dirty is not None:
        looked_at = _touched(engine, into, keys, left) if turned else looked_at
        engine.execute(f"DROP TABLE {into}")
        engine.execute(f"ALTER TABLE {looked_at} RENAME TO {into}")
    _keep_blocks(engine, into, [(key, cap_for(rule, cap)) for rule, key in zip(rules, keys, strict=True)])
    engine.execute("DROP TABLE IF EXISTS people_blocks")
    return capped


def _touched(engine: DuckDBEngine, keys_of: str, keys: Sequence[str], left: str | None) -> str:
    """A temp table of the blocks that hold a node that came, changed or left, and of the nodes in them: all rules in one pass."""
    touched = f"SELECT * FROM (SELECT {', '.join(keys)} FROM {keys_of} WHERE dirty{f' UNION ALL {left}' if left else ''})"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE people_changed AS {touched}")
    cells = ", ".join(f"CASE WHEN {key} IN (SELECT {key} FROM people_changed WHERE {key} IS NOT NULL) THEN {key} END AS {key}" for key in keys)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE people_touched AS SELECT * FROM (SELECT node, dirty, {cells} FROM {keys_of}) WHERE dirty OR coalesce({', '.join(keys)}) IS NOT NULL")
    engine.execute("DROP TABLE people_changed")
    return "people_touched"


def _count_blocks(engine: DuckDBEngine, key: str, into: str, left: str | None) -> None:
    """Blocks of one rule: how many nodes each has, had before, and whether one of them changed."""
    now = f"SELECT {key} AS key, 1 AS n, CAST(NOT dirty AS INTEGER) AS was, dirty AS touched FROM {into} WHERE {key} IS NOT NULL"
    then = f" UNION ALL SELECT {key}, 0, 1, true FROM ({left}) WHERE {key} IS NOT NULL" if left is not None else ""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE people_blocks AS SELECT key, sum(n) AS n, sum(was) AS was, bool_or(touched) AS touched FROM ({now}{then}) GROUP BY key "
        "HAVING sum(n) > 1 AND bool_or(touched)"
    )


def _keep_blocks(engine: DuckDBEngine, into: str, caps: Sequence[tuple[str, int]]) -> None:
    """Leave in the table the blocks of two nodes and more that hold a dirty one and are not too large."""
    for key, cap_of in caps:
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE people_key_{key} AS SELECT {key} AS key FROM {into} WHERE {key} IS NOT NULL GROUP BY 1 "
            f"HAVING count(*) > 1 AND bool_or(dirty) AND count(*) * (count(*) - 1) // 2 <= {cap_of}"
        )
    joins = " ".join(f"LEFT JOIN people_key_{key} b_{key} ON b_{key}.key = k.{key}" for key, _ in caps)
    kept = ", ".join(f"b_{key}.key AS {key}" for key, _ in caps)
    engine.execute(f"CREATE OR REPLACE TEMP TABLE people_kept AS SELECT k.node, k.dirty, {kept} FROM {into} k {joins} WHERE k.dirty OR coalesce({', '.join(f'b_{key}.key' for key, _ in caps)}) IS NOT NULL")
    engine.execute(f"DROP TABLE {into}")
    engine.execute(f"ALTER TABLE people_kept RENAME TO {into}")
    for key, _ in caps:
        engine.execute(f"DROP TABLE IF EXISTS people_key_{key}")


def comparable(nodes: str, keys: str, extras: Sequence[str], grown: dt.date | None = None) -> str:
    """SQL of the nodes in blocks as Splink compares them: what is doubtful or nobody's own is null.

    Who was born after ``grown`` is a child, and nobody whom a record shows to be grown up; who is not born yet has a wrong date.
    """
    child = f"coalesce({_KNOWN_DOB} > DATE '{grown}', false)" if grown is not None else "false"
    born = f"CASE WHEN {_KNOWN_DOB} <= DATE '{grown + dt.timedelta(days=GROWN)}' THEN dob END" if grown is not None else _KNOWN_DOB
    own = ", ".join(quoted(field) for field in extras)
    return f"""SELECT n.node, first, root, first_lossy, coalesce(first_only_initial, false) AS first_only_initial, initial, sound_first, nullif(others, '') AS others, surname, former, surname_lossy,
        {_PAIR} AS pair, {_ROOTED} AS rooted, sound, tokens, {born} AS dob, {born} IS NOT NULL AND {child} AS child, coalesce(adult, false) AS adult, nino, nhs, {_OWN_EMAIL} AS email, {_RULES['mailbox']} AS mailbox, phone,
        reference, split_part(reference, ':', 1) AS scope, property, postcode, sex{', ' + own if own else ''}, k.* EXCLUDE (node)
        FROM {nodes} n JOIN {keys} k ON k.node = n.node"""


def frequent_sql(nodes: str, fields: Sequence[str]) -> str:
    """SELECT (field, value, share) of how common each value is: among records that differ in name or home, not among copies of one.

    The row of a field without a value is the share of all values that have no row: the rare ones, and those not yet seen.
    """
    select = []
    for field in fields:
        others = "tokens" if field in ("property", "postcode", "email", "phone") else "tokens, dob"
        value = f"CAST({part(field) if field not in ('first', 'root') else field} AS VARCHAR)"
        seen = f"SELECT DISTINCT {value} AS value, {others} FROM {nodes} WHERE {value} IS NOT NULL"
        # Of a value's records some are of the very same person, who is no namesake: a rare value is rarer than it seems.
        counted = f"SELECT value, greatest(count(*) - 3, 1) AS n FROM ({seen}) GROUP BY value"
        whole = f"(SELECT greatest(sum(n), 1) FROM (SELECT greatest(count(*) - 3, 1) AS n FROM ({seen}) GROUP BY value))"
        select.append(f"SELECT {literal(field)} AS field, value, n / {whole} AS share FROM ({counted}) WHERE n > 1 UNION ALL SELECT {literal(field)}, NULL, 1 / {whole}")
    return " UNION ALL ".join(select)
