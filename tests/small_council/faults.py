"""What was broken on purpose, and the files it was broken in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.small_council.town import ward_at

Outcome = Literal["refused", "mended", "unknown", "superseded", "counted", "none"]


@dataclass(frozen=True)
class Fault:
    """One fault: where it is, and what should become of the row.

    ``refused``: goes to quarantine. ``mended``: accepted with the right value. ``unknown``: accepted, the value null.
    ``superseded``: an identical copy, counted once. ``counted``: accepted, and counted by a rule. ``none``: no row is concerned.
    """

    kind: str
    file: str
    key: str
    outcome: Outcome
    rows: int = 1


@dataclass
class Yard:
    """Where the generator works: the folder, the faults and what should come out."""

    root: Path
    faults: list[Fault] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    current: dict[str, int] = field(default_factory=dict)
    totals: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def write(self, name: str, content: bytes, rows: int) -> None:
        """Write a file of the project's data, and remember how many records it holds."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self.rows[name] = rows

    def fault(self, kind: str, file: str, key: str, outcome: Outcome, rows: int = 1) -> None:
        """Remember a fault."""
        self.faults.append(Fault(kind, file, key, outcome, rows))

    def count(self, measure: str, longitude: float, latitude: float, on: dt.date) -> None:
        """Count an accepted row into the ward totals that should come out."""
        ward = ward_at(longitude, latitude, on)
        if ward is not None:
            self.totals[ward.code, ward.name, f"{on:%Y-%m}-01", measure] += 1
