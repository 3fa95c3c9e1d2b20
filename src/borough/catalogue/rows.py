"""Reading the lake's own tables: those kept whole, and those in which later rows of a key take the place of its earlier ones.

A table with a key (``KEYS``) is a base, right up to run ``through``, and a tail: all rows that a touched key has since, with the run
that wrote them, and a mark for a key that has none any more. So what changed for a few costs a few rows, not the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from borough.catalogue.entities import entity_table
from borough.catalogue.identity import LINKS, STATEMENTS
from borough.catalogue.tables import Columns
from borough.engine.port import Engine
from borough.engine.quoting import quoted

HIDDEN: Columns = (("_run", "long"), ("_gone", "boolean"))
"""What rows of a table with a key carry beside their own columns."""
KEYS: Mapping[str, tuple[str, ...]] = {
    STATEMENTS: ("dataset", "record"),
    LINKS: ("signature",),
    entity_table("person"): ("person",),
    entity_table("person_value"): ("person",),
    entity_table("stay"): ("person",),
    entity_table("household"): ("property",),
    entity_table("household_member"): ("property",),
}
"""Table → the columns by whose values its rows are replaced; never null."""
KEPT_DNA = "gold/dna/kept/"
"""Tables of what is kept of each entity's profile."""
KEPT_RATINGS = "gold/risk/ratings/"
"""Tables of ratings, by model."""


def key_of(table: str) -> tuple[str, ...] | None:
    """The columns by whose values a table's rows are replaced; None for one that has no key."""
    return ("entity",) if table.startswith((KEPT_DNA, KEPT_RATINGS)) else KEYS.get(table)


class Kept(Protocol):
    """What reading needs of a table's state: its files, and what was noted about it."""

    @property
    def files(self) -> tuple[str, ...]: ...

    @property
    def properties(self) -> Mapping[str, Any]: ...


def read_rows(engine: Engine, name: str, kept: Kept | None, columns: Columns, where: str = "true") -> str:
    """SQL of a table's rows as they stand; of those ``where`` a condition holds, which is tested before all else."""
    keyed = key_of(name)
    if kept is None or keyed is None or not kept.properties.get("tail"):
        rows = engine.scan(kept.files if kept is not None else [], columns)
        return rows if where == "true" else f"(SELECT * FROM {rows} WHERE {where})"
    rows, through = engine.scan(kept.files, (*columns, *HIDDEN)), int(kept.properties["through"])
    key, own = (", ".join(quoted(c) for c in names) for names in (keyed, [c for c, _ in columns]))
    tail = f"(SELECT * FROM {rows} WHERE _run > {through})"
    base = f"SELECT {own} FROM (SELECT * FROM {rows} WHERE _run <= {through} AND {where}) b ANTI JOIN (SELECT DISTINCT {key} FROM {tail}) k USING ({key})"
    last = f"SELECT {own} FROM (SELECT * FROM {tail} QUALIFY _run = max(_run) OVER (PARTITION BY {key})) WHERE NOT _gone AND {where}"
    return f"({base} UNION ALL {last})"
