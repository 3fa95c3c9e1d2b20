"""Northmere: its wards, streets, homes and people. None of it exists; the ground is out in the North Sea."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from tests.small_council.calendar import NEW_WARDS
from tests.small_council.dice import Dice

OLD_FROM = dt.date(2018, 5, 3)

FIRST_NAMES = ("Aisha", "Ben", "Carys", "Dmitri", "Eilidh", "Femi", "Grace", "Haroon", "Ines", "Jacek", "Kofi", "Leila", "Morag", "Renée", "Zoë")
LAST_NAMES = ("Abara", "Bright", "Coyle", "Dubois", "Evans", "Farrow", "Gill", "Hussain", "Ilves", "Jansen", "Kaur", "Lowe", "Müller", "Nowak", "O’Hara")
STREETS = (
    "Anchor Row", "Beacon Street", "Capstan Close", "Driftwood Lane", "Ebb Terrace", "Fathom Road", "Gannet Way", "Haven Gardens",
    "Isobar Street", "Jetty Lane", "Keel Road", "Lantern Court", "Marram Avenue", "Netmakers Yard", "Oar Street", "Plover Road",
)  # fmt: skip


@dataclass(frozen=True)
class Ward:
    """A ward: a rectangle of longitude and latitude, in force between two dates."""

    code: str
    name: str
    west: float
    south: float
    east: float
    north: float
    valid_from: dt.date
    valid_to: dt.date | None

    def holds(self, longitude: float, latitude: float, on: dt.date) -> bool:
        """Whether a point lies in the ward, its border included, on a date."""
        in_force = self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)
        return in_force and self.west <= longitude <= self.east and self.south <= latitude <= self.north


def _ward(number: int, name: str, box: tuple[float, float, float, float], *, new: bool) -> Ward:
    since, until = (NEW_WARDS, None) if new else (OLD_FROM, NEW_WARDS - dt.timedelta(days=1))
    return Ward(f"N05{number:06d}", name, *box, since, until)


# Boxes are (west, south, east, north). At the election Harbour took a strip of Marsh, and Moor was
# split in two; wards whose shape changed got new codes, as they do in life.
OLD_WARDS = (
    _ward(1, "Harbour", (1.00, 54.40, 1.04, 54.44), new=False),
    _ward(2, "Marsh", (1.04, 54.40, 1.08, 54.44), new=False),
    _ward(3, "Priory", (1.08, 54.40, 1.12, 54.44), new=False),
    _ward(4, "Lighthouse", (1.00, 54.44, 1.04, 54.48), new=False),
    _ward(5, "Market", (1.04, 54.44, 1.08, 54.48), new=False),
    _ward(6, "Moor", (1.08, 54.44, 1.12, 54.48), new=False),
)
WARDS = (
    _ward(11, "Harbour", (1.00, 54.40, 1.05, 54.44), new=True),
    _ward(12, "Marsh", (1.05, 54.40, 1.08, 54.44), new=True),
    _ward(3, "Priory", (1.08, 54.40, 1.12, 54.44), new=True),
    _ward(4, "Lighthouse", (1.00, 54.44, 1.04, 54.48), new=True),
    _ward(5, "Market", (1.04, 54.44, 1.08, 54.48), new=True),
    _ward(16, "Moor East", (1.10, 54.44, 1.12, 54.48), new=True),
    _ward(17, "Moor West", (1.08, 54.44, 1.10, 54.48), new=True),
)
SPLIT_LINES = (1.04, 1.05, 1.08, 1.10)
WEST, SOUTH, EAST, NORTH, MIDDLE = 1.00, 54.40, 1.12, 54.48, 54.44
MARGIN = 0.0004


@dataclass(frozen=True)
class Home:
    """A property: its number, address and point."""

    uprn: int
    address: str
    postcode: str
    longitude: float
    latitude: float


def ward_at(longitude: float, latitude: float, on: dt.date) -> Ward | None:
    """The ward in force at a point on a date; on a shared border, the one with the lowest code."""
    found = [ward for ward in (*OLD_WARDS, *WARDS) if ward.holds(longitude, latitude, on)]
    return min(found, key=lambda ward: ward.code) if found else None


def _clear(longitude: float, latitude: float) -> bool:
    """Whether a point is clear of every ward's border, so that no rounding can move it across."""
    return all(abs(longitude - line) > MARGIN for line in SPLIT_LINES) and abs(latitude - MIDDLE) > MARGIN


def _point(dice: Dice) -> tuple[float, float]:
    while True:
        longitude, latitude = dice.within(WEST, EAST, MARGIN), dice.within(SOUTH, NORTH, MARGIN)
        if _clear(longitude, latitude):
            return longitude, latitude


def homes(seed: int, count: int) -> list[Home]:
    """The borough's homes, street by street."""
    dice = Dice(seed, "homes")
    made = []
    for n in range(count):
        street, number = STREETS[n % len(STREETS)], n // len(STREETS) * 2 + 1
        postcode = f"NM{n % 9 + 1} {n % 10}{'ABDEFGHJLN'[n // 10 % 10]}{'PQRSTUWXYZ'[n // 3 % 10]}"
        longitude, latitude = _point(dice)
        made.append(Home(999000000001 + n * 7, f"{number} {street}", postcode, longitude, latitude))
    return made


def person(dice: Dice) -> str:
    """Somebody's name."""
    return f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"
