"""The licence register of rented homes: a complete snapshot every month, which changed its header half-way."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass

from tests.small_council.calendar import FIRST, day, uk
from tests.small_council.dice import Dice
from tests.small_council.faults import Yard
from tests.small_council.town import Home, person

OLD_HEADER = ("LICENCE NO", "UPRN", "Property Address", "Postcode", "Licence Holder", "Licence Type", "Start Date", "Expiry Date", "Max Occupants")
NEW_HEADER = ("Licence Number", *OLD_HEADER[1:])
RENAMED_FROM = 6


@dataclass(frozen=True)
class Licence:
    """A licence, for five years."""

    number: str
    home: Home
    holder: str
    kind: str
    since: dt.date
    occupants: int

    @property
    def until(self) -> dt.date:
        """The last day, five years on."""
        return self.since.replace(year=self.since.year + 5, day=min(self.since.day, 28))

    def cells(self, *, dashes: bool) -> list[str]:
        """The line of the snapshot; dates as dd-Mon-yy in the older ones."""
        since, until = (f"{self.since:%d-%b-%y}", f"{self.until:%d-%b-%y}") if dashes else (uk(self.since), uk(self.until))
        return [
            self.number, f"{self.home.uprn}.0", f"{self.home.address}, Northmere", self.home.postcode.lower(), self.holder,
            self.kind, since, until, str(self.occupants),
        ]  # fmt: skip


def _issue(dice: Dice, number: int, home: Home, since: dt.date) -> Licence:
    kind = dice.pick(("Mandatory HMO", "Additional HMO", "Selective"))
    return Licence(f"NM/HMO/{number:04d}", home, f"{person(dice)} Lettings Ltd", kind, since, dice.between(2, 9))


def make(seed: int, homes: list[Home], months: list[dt.date], yard: Yard) -> None:
    """Write the snapshots: licences are granted, and drop out when they lapse."""
    dice = Dice(seed, "licences")
    held = [_issue(dice, n, homes[n * 3], FIRST - dt.timedelta(days=dice.between(30, 1900))) for n in range(len(homes) // 4)]
    number = len(held)
    for n, month in enumerate(months):
        held = [licence for licence in held if licence.until >= month]
        for _ in range(dice.between(1, 3) if n else 0):
            held.append(_issue(dice, number, dice.pick(homes), day(month, dice.between(1, 20))))
            number += 1
        file = f"data/licensing/register_{day(month, 25):%Y%m%d}.csv"
        rows = [licence.cells(dashes=n < RENAMED_FROM) for licence in held]
        if n == 1:
            rows[5][8] = "45"
            yard.fault("too many occupants", file, rows[5][0], "refused")
        if n == RENAMED_FROM:
            yard.fault("renamed column", file, "LICENCE NO", "none", rows=0)
        text = io.StringIO()
        writer = csv.writer(text, quoting=csv.QUOTE_ALL)
        writer.writerow(OLD_HEADER if n < RENAMED_FROM else NEW_HEADER)
        writer.writerows(rows)
        yard.write(file, text.getvalue().encode("utf-8-sig"), len(rows))
        yard.current["licence"] = len(rows)
