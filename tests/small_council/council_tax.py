"""The council tax system: a complete extract every month, semicolons, Windows-1252, and twelve years of habits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from tests.small_council.calendar import FIRST, day, later, uk
from tests.small_council.dice import Dice
from tests.small_council.faults import Yard
from tests.small_council.town import Home, person

HEADER = "Account Ref;UPRN;Liable Party;Address;Postcode;Liability From;Liability To;Band;Single Person;Annual Charge"
CHARGES = {"A": 1228.11, "B": 1432.80, "C": 1637.48, "D": 1842.17}


@dataclass(frozen=True)
class Account:
    """A line of the extract."""

    ref: str
    home: Home
    name: str
    since: dt.date
    until: dt.date | None
    band: str
    single: bool

    def cells(self) -> list[str]:
        """The line, as the system writes it."""
        charge = CHARGES[self.band] * (0.75 if self.single else 1)
        return [
            self.ref, str(self.home.uprn), self.name, self.home.address, self.home.postcode, uk(self.since), uk(self.until),
            self.band, "Y" if self.single else "N", f"£{charge:,.2f}",
        ]  # fmt: skip


class Register:
    """The accounts, as they stand in a month."""

    def __init__(self, dice: Dice, homes: list[Home]) -> None:
        self._dice = dice
        self._next = 100001
        self.open = [self._opened(home, FIRST - dt.timedelta(days=dice.between(60, 4000))) for home in homes]

    def _opened(self, home: Home, since: dt.date) -> Account:
        dice = self._dice
        account = Account(f"CT{self._next}", home, person(dice), since, None, dice.pick("AABBCD"), dice.chance(0.3))
        self._next += 1
        return account

    def move(self, position: int, since: dt.date) -> None:
        """Somebody moves out and somebody else in: the old account goes, a new one comes."""
        self.open[position] = self._opened(self.open[position].home, since)

    def turn(self, month: dt.date) -> None:
        """A month of life: a few moves, and a few discounts that begin or end."""
        for position in range(len(self.open)):
            if self._dice.chance(0.02):
                self.move(position, day(month, self._dice.between(1, 28)))
            elif self._dice.chance(0.01):
                self.open[position] = replace(self.open[position], single=not self.open[position].single)


def _break(rows: list[list[str]], n: int, file: str, yard: Yard) -> list[str]:
    """The faults of the n-th extract, each on rows of its own; returns extra raw lines."""
    first = rows[0]
    first[5] = "31/02/2023"
    yard.fault("bad date", file, first[0], "refused")
    rows[1][6] = "01/01/1900"
    yard.fault("01/01/1900 for unknown", file, rows[1][0], "unknown")
    rows[2][1] += ".0"
    yard.fault("UPRN with .0", file, rows[2][0], "mended")
    rows[3][2] = "Renée Dubois".encode().decode("cp1252")
    yard.fault("mojibake", file, rows[3][0], "mended")
    rows[10][4] = rows[10][4].replace("0", "O")
    yard.fault("postcode with O for 0", file, rows[10][0], "mended")
    rows[5][2] = "n/a"
    yard.fault("n/a for unknown", file, rows[5][0], "counted")
    if n == 2:
        yard.fault("identical duplicate", file, rows[6][0], "superseded")
        return [";".join(rows[6])]
    if n == 3:
        yard.fault("differing duplicate", file, rows[7][0], "refused", rows=2)
        return [";".join([*rows[7][:7], "D" if rows[7][7] != "D" else "A", *rows[7][8:]])]
    if n == 4:
        ragged = ";".join([*rows[8][:3], "Flat 2", *rows[8][3:]])
        rows[8] = [ragged]
        yard.fault("ragged row", file, ragged.split(";")[0], "refused")
    return []


def make(seed: int, homes: list[Home], months: list[dt.date], yard: Yard) -> None:
    """Write the extracts. Current at the end: every open account but the one that was never readable."""
    register = Register(Dice(seed, "council tax"), homes)
    for n, month in enumerate(months):
        if n:
            register.turn(month)
        if n == 6:
            # Reported five months late: the extract of this month is the first that knows.
            register.move(20, day(later(month, -5), 9))
        file = f"data/council-tax/accounts_{day(month, 28):%Y-%m-%d}.csv"
        rows = [account.cells() for account in register.open]
        extra = _break(rows, n, file, yard)
        lines = [HEADER, *(";".join(row) for row in rows), *extra]
        yard.write(file, ("\r\n".join(lines) + "\r\n").encode("cp1252"), len(lines) - 1)
    yard.current["council_tax_account"] = len(register.open) - 1
