"""Rows of a full extract that say, letter for letter, what the extract before it said: they change nothing, so they are not read again.

Most rows of a daily extract are such rows. A row counts as one when the extract before it has just one row with the same text in
every column that the mapping reads, that row was accepted, and no other row of the extract has its key. Then what stands
already is what it would give. All other rows are staged as ever; the counts of checks are put together from both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from borough.compile.checks import mask_count
from borough.engine.quoting import quoted
from borough.lake.logs import names
from borough.standardise.stage import Bench, Bit, Extract, Unchanged, bound_sql, failures

# So many rows to stage are taken out of bronze once, to be read from memory by all that needs them.
FEW = 200_000


@dataclass(frozen=True)
class Before:
    """The extract that a full extract follows, as it was derived."""

    extract: Extract
    refused: str  # SQL of (delivery, row) of its rows in quarantine
    quarantined: int  # how many those must be
    failed: Mapping[Bit, int]  # its rows that failed a check, accepted ones among them; the others may be left out


def unchanged(bench: Bench, extract: Extract, before: Before) -> Unchanged | None:
    """Compare an extract with the one before it. None where that one is not all there any more."""
    label = bench.mapped.feed.replace(".", "_")
    said, now, rest = f"said_{label}", f"says_{label}", f"rest_{label}"
    if not _note_before(bench, before, said):
        return None
    _note_now(bench, extract, said, now)
    same, other = bench.engine.rows(f"SELECT count(*) FILTER (WHERE _same), count(*) FILTER (WHERE NOT _same) FROM {now}")[0]
    failed = _failed(bench, before, now) if before.failed else {}
    bench.engine.execute(f"DROP TABLE {said}")
    address = "n._delivery = b._delivery AND n._row = b._row"
    left = f"SELECT b.* FROM {bench.bronze([extract])} b SEMI JOIN (SELECT _delivery, _row FROM {now} WHERE NOT _same) n ON {address}"
    if other <= FEW:
        bench.engine.execute(f"CREATE OR REPLACE TEMP TABLE {rest} AS {left}")
        left = f"SELECT * FROM {rest}"
    return Unchanged(int(same), failed, f"({left})", f"(SELECT {names(bench.mapped.contract.key)} FROM {now})")


def _text(bench: Bench) -> str:
    """SQL of a row's text in 128 bits, as ``_a`` and ``_b``. They are compared within one run only: nothing keeps them."""
    read = [quoted(c) for c in bench.mapped.read]
    return f"hash({', '.join(read)}) AS _a, hash('b', {', '.join(reversed(read))}) AS _b"


def _note_before(bench: Bench, before: Before, table: str) -> bool:
    """The texts of the accepted rows of the extract before, each that occurs once. Is each of its rows accounted for?"""
    rows = f"SELECT _delivery, _row, {_text(bench)} FROM {bench.bronze([before.extract])}"
    refused = f"EXISTS (SELECT 1 FROM {before.refused} q WHERE q.delivery = b._delivery AND q.row = b._row)"
    bench.engine.execute(
        f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT _a, _b, count(*) AS _rows, count(*) FILTER (WHERE _refused) AS _refused "
        f"FROM (SELECT _a, _b, {refused} AS _refused FROM ({rows}) b) GROUP BY _a, _b"
    )
    found, quarantined = bench.engine.rows(f"SELECT coalesce(sum(_rows), 0), coalesce(sum(_refused), 0) FROM {table}")[0]
    return bool((found, quarantined) == (before.extract.counted, before.quarantined))


def _note_now(bench: Bench, extract: Extract, said: str, table: str) -> None:
    """Every row of the extract: its key, and whether it is one of those that change nothing."""
    key = names(bench.mapped.contract.key)
    cells = ", ".join(f"{sql} AS {quoted('_k_' + name)}" for name, sql in bench.mapped.key_sql.items())
    keys = ", ".join(f"{quoted('_k_' + name)} AS {quoted(name)}" for name in bench.mapped.contract.key)
    rows = f"SELECT {cells}, _delivery, _row, _problem, {_text(bench)} FROM {bench.bronze([extract])}"
    was = f"EXISTS (SELECT 1 FROM {said} s WHERE s._a = b._a AND s._b = b._b AND s._rows = 1 AND s._refused = 0)"
    bench.engine.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT {keys}, _delivery, _row, _a, _b, _problem IS NULL AND {was} AS _same FROM ({rows}) b")
    repeated = f"SELECT {key} FROM {table} GROUP BY ALL HAVING count(*) > 1"
    bench.engine.execute(f"UPDATE {table} SET _same = false WHERE ({key}) IN ({repeated})")


def _failed(bench: Bench, before: Before, now: str) -> dict[Bit, int]:
    """What the rows that change nothing fail: what all rows of the extract before failed, less what its other rows did."""
    rows = f"SELECT *, {_text(bench)} FROM {bench.bronze([before.extract])}"
    others = f"(SELECT b.* EXCLUDE (_a, _b) FROM ({rows}) b ANTI JOIN (SELECT _a, _b FROM {now} WHERE _same) n ON n._a = b._a AND n._b = b._b)"
    masks = ", ".join(f"_m{i}" for i in range(mask_count(bench.mapped.checks)))
    gone: Counter[Bit] = Counter()
    for *values, count in bench.engine.rows(f"SELECT {masks}, count(*) FROM ({bound_sql(bench, others, dated=True)}) GROUP BY ALL"):
        gone.update(dict.fromkeys(failures(bench.mapped, values), count))
    return {bit: count - gone[bit] for bit, count in before.failed.items()}
