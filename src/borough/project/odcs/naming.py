"""What datasets and columns are called in their contracts: names there need not keep to Borough's rule for names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from borough.project.odcs.words import a_name
from borough.project.specs import DatasetSpec

_SHORT = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*)+")  # as the standard has it
_FULL = re.compile(r"(?:^|[#/])schema/([^/]+)/properties/([^/]+)$")
_REFERENCE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass
class Naming:
    """``dataset.column`` ↔ ``table.property``, of every dataset that relationships may name."""

    _outward: dict[str, str] = field(default_factory=dict)
    _inward: dict[str, str] = field(default_factory=dict)

    def learn(self, specs: Iterable[DatasetSpec]) -> Naming:
        """The same, with these datasets."""
        for spec in specs:
            columns = _mapping(spec.contract.get("columns"))
            self.add(spec.dataset, _mapping(spec.contract.get("table")), {c: _mapping(columns.get(c)) for c in spec.columns})
        return self

    def add(self, dataset: str, table: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]) -> None:
        """A dataset, and what its contract says of the table and of each column: ``name`` and ``id`` are looked at."""
        for column, prop in columns.items():
            own = f"{dataset}.{column}"
            self._outward[own] = f"{table.get('name') or dataset}.{prop.get('name') or column}"
            for key in ("id", "name"):
                theirs = f"{table.get(key) or table.get('name') or dataset}.{prop.get(key) or prop.get('name') or column}"
                self._inward.setdefault(theirs, own)

    def to(self, reference: str) -> str | None:
        """The target of a relationship for a reference; none where the standard has no way to write it."""
        theirs = self._outward.get(reference, reference)
        return theirs if _SHORT.fullmatch(theirs) and self.reference(theirs) == reference else None

    def reference(self, to: Any) -> str | None:
        """The reference ``dataset.column`` for the target of a relationship; none for composite or strange ones."""
        if not isinstance(to, str):
            return None
        full = _FULL.search(to)
        theirs = f"{full[1]}.{full[2]}" if full else to
        if theirs in self._inward:
            return self._inward[theirs]
        parts = theirs.split(".")
        guess = ".".join(map(a_name, parts)) if len(parts) == 2 and all(map(a_name, parts)) else ""
        return guess if _REFERENCE.fullmatch(guess) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
