"""The demo's front door: writes the project of the fictional council into a folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.small_council import asb, council_tax, licences, pest, wards, waste
from tests.small_council.calendar import months as calendar_months
from tests.small_council.faults import Yard
from tests.small_council.town import homes

HOMES = 240


@dataclass(frozen=True)
class Summary:
    """What was written."""

    directory: Path
    seed: int
    months: int
    files: int
    rows: int
    faults: int
    truth: Path

    def __str__(self) -> str:
        made = f"{self.files} files with {self.rows:,} records of {self.months} months, seed {self.seed}"
        return f"{self.directory}: {made}\n{self.faults} faults were put in on purpose; {self.truth} says where"


def generate(directory: Path, *, seed: int = 7, months: int = 12) -> Summary:
    """Write the project of Northmere, a fictional council, into a folder, made where it does not exist.

    ``months`` (from 1 to 120, counted from November 2023) of extracts go to ``data/``; the same seed gives
    the same bytes. ``truth.json``, outside ``data/``, says what was broken on purpose and what should come out.
    Raises ValueError where ``months`` is out of bounds and OSError where the folder can't be written.
    """
    if not 1 <= months <= 120:
        raise ValueError(f"months is {months}; expected 1 to 120")
    yard = Yard(directory)
    calendar, town = calendar_months(months), homes(seed, HOMES)
    _copy(Path(__file__).parent / "project", directory)
    wards.make(yard)
    council_tax.make(seed, town, calendar, yard)
    licences.make(seed, town, calendar, yard)
    asb.make(seed, town, calendar, yard)
    waste.make(seed, town, calendar, yard)
    pest.make(seed, town, calendar, yard)
    truth = directory / "truth.json"
    truth.write_text(_truth(yard, seed, months), encoding="utf-8")
    return Summary(directory, seed, months, len(yard.rows), sum(yard.rows.values()), len(yard.faults), truth)


def _copy(folder: Path, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.is_dir():
            _copy(entry, to / entry.name)
        elif not entry.name.startswith("__"):
            (to / entry.name).write_bytes(entry.read_bytes())


def _truth(yard: Yard, seed: int, months: int) -> str:
    """The truth: records in each file, faults, current rows per dataset, and the ward totals."""
    document = {
        "seed": seed,
        "months": months,
        "rows": yard.rows,
        "faults": [asdict(fault) for fault in yard.faults],
        "current": yard.current,
        "ward_totals": [[*key, total] for key, total in sorted(yard.totals.items())],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
