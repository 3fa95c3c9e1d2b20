"""Small counts on pages that may be published: from 1 to 4 are not shown, nor is what would give them away."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from borough.web.wording import FEW

LEAST = 5


def suppressed(rows: list[dict[str, Any]], counts: Sequence[str]) -> list[dict[str, Any]]:
    """Rows without small counts. Where just one of a column would go, the next smallest goes too: else it could be worked out from the total."""
    for column in counts:
        numbers = [(float(r[column]), i) for i, r in enumerate(rows) if isinstance(r.get(column), (int, float, Decimal)) and not isinstance(r.get(column), bool)]
        small = {i for value, i in numbers if 0 < value < LEAST}
        rest = sorted((value, i) for value, i in numbers if i not in small and value > 0)
        if len(small) == 1 and rest:
            small.add(rest[0][1])
        for i in small:
            rows[i] = {**rows[i], column: FEW, **({f"{column}__before": None} if f"{column}__before" in rows[i] else {})}
        rows = [_without_before(row, column) for row in rows]
    return rows


def _without_before(row: dict[str, Any], column: str) -> dict[str, Any]:
    before = row.get(f"{column}__before")
    return {**row, f"{column}__before": FEW} if isinstance(before, (int, float, Decimal)) and 0 < before < LEAST else row
