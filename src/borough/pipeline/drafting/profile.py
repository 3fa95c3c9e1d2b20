"""What the values of a column look like, by Borough's own readers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from borough.compile.expressions import bind
from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import quoted
from borough.pipeline.drafting.sample import Sample

READERS = ("uprn", "postcode", "nino", "email", "phone", "yes_no", "uk_date", "uk_timestamp", "integer", "money", "number")
SHAPE = r'^(\{ *"|(POINT|LINESTRING|POLYGON|MULTI[A-Z]+|GEOMETRYCOLLECTION) *(Z *)?\()'
"""How the text of a shape begins: GeoJSON or well-known text."""
FEW = 12  # values that a list may have


@dataclass(frozen=True)
class Profile:
    """One received column. Counts are of rows; ``reads`` is how many values each reader can read, ``low`` and ``high`` numbers."""

    name: str
    rows: int
    filled: int
    distinct: int
    longest: int
    digits: int  # values of digits only
    zeros: int  # values with a leading zero
    signs: int  # values with £
    decimals: int  # values with a decimal point
    wholes: int  # of these, such as end in .0
    times: int  # values with a time of day
    low: float | None
    high: float | None
    reads: dict[str, int]
    few: tuple[str, ...]

    def share(self, reader: str) -> float:
        """The share of values that a reader can read."""
        return self.reads[reader] / self.filled if self.filled else 0.0

    @property
    def words(self) -> frozenset[str]:
        """The words of its name."""
        return frozenset(re.sub(r"([a-z])([A-Z])", r"\1_\2", self.name).lower().replace("-", "_").replace(" ", "_").replace(".", "_").split("_"))


def profile(engine: DuckDBEngine, sample: Sample, column: str) -> Profile:
    """Look at one column of a sample."""
    name = quoted(column)
    text = f"trim({name})"
    reads = ", ".join(f"count(*) FILTER (WHERE {bind(f'{reader}({name})', {column: 'string'}, raw=True).sql()} IS NOT NULL)" for reader in READERS)
    sql = (
        f"SELECT count(*), count(DISTINCT {name}), coalesce(max(length({text})), 0), "
        f"count(*) FILTER (WHERE regexp_full_match({text}, '[0-9]+')), count(*) FILTER (WHERE regexp_full_match({text}, '0[0-9]+')), "
        f"count(*) FILTER (WHERE contains({name}, '£')), count(*) FILTER (WHERE regexp_full_match({text}, '[-+£]*[0-9,]*[.][0-9]+')), "
        f"count(*) FILTER (WHERE regexp_full_match({text}, '-?[0-9]+[.]0+')), "
        f"count(*) FILTER (WHERE regexp_matches({name}, '[0-9]:[0-9]{{2}}') AND NOT regexp_matches({name}, '[T ]00:00(:00([.]0+)?)?(Z|[+]00:00)?$')), "
        f"min(TRY_CAST({name} AS DOUBLE)), max(TRY_CAST({name} AS DOUBLE)), {reads}, count(*) FILTER (WHERE regexp_matches({text}, '{SHAPE}')) "
        f"FROM (SELECT {name} FROM {sample.relation}) WHERE {name} IS NOT NULL AND {text} <> ''"
    )
    filled, distinct, longest, digits, zeros, signs, decimals, wholes, times, low, high, *counts = engine.rows(sql)[0]
    few: tuple[str, ...] = ()
    if 0 < distinct <= FEW:
        values = engine.rows(f"SELECT DISTINCT {name} FROM {sample.relation} WHERE {name} IS NOT NULL AND {text} <> '' ORDER BY 1")
        few = tuple(str(value) for (value,) in values)
    return Profile(
        column, sample.rows, filled, distinct, longest, digits, zeros, signs, decimals, wholes, times, low, high, dict(zip((*READERS, "geometry"), counts, strict=True)), few
    )
