"""The scorecard by area: which checks the kept rows of a ward fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from borough.engine.quoting import literal


class Failable(Protocol):
    """What a score needs of a check. ``fails`` is SQL over a row with the alias ``m``."""

    @property
    def name(self) -> str: ...

    @property
    def column(self) -> str | None: ...

    @property
    def dimension(self) -> str: ...

    @property
    def severity(self) -> str: ...

    @property
    def fails(self) -> str: ...


def by_area(dataset: str, area: str, rows: str, checks: Sequence[Failable]) -> str:
    """SQL of a dataset's failures per check and area, in one scan. ``rows`` has ``_code`` and ``_label`` of each row's area beside its columns."""
    counted = ", ".join(
        f"{{'rule': {literal(c.name)}, 'column_name': {literal(c.column) if c.column else 'CAST(NULL AS VARCHAR)'}, 'dimension': {literal(c.dimension)}, "
        f"'severity': {literal(c.severity)}, 'failed': count(*) FILTER (WHERE {c.fails})}}"
        for c in checks
    )
    grouped = f"SELECT m._code AS code, any_value(m._label) AS label, count(*) AS rows, [{counted}] AS checks FROM {rows} m GROUP BY m._code"
    return (
        f"SELECT {literal(dataset)} AS dataset, {literal(area)} AS area, code, label, c.rule, c.column_name, c.dimension, c.severity, rows, c.failed "
        f"FROM ({grouped}) g, unnest(g.checks) AS u(c)"
    )
