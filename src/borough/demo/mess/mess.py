"""The port to the faults: how a service writes what it knows, as people and old systems write it.

A mess belongs to the records of one table in one delivery. Draws are keyed by the record's id, so that a record has the same faults in
every extract. What was broken is told to the yard. Kinds and usual rates are in ``kinds.py``; a plan's ``rates`` override them, 0 switches a kind off.
"""

from __future__ import annotations

from typing import Literal, Protocol

import polars as pl

NameStyle = Literal["spoken", "surname_first", "initials"]
"""``Ms Aisha K Begum`` · ``BEGUM, MS Aisha K`` · ``MS A K BEGUM``"""
AddressStyle = Literal["line", "upper", "lines"]


class Mess(Protocol):
    """Made by ``mess.make.mess_of(plan, yard, source, table, keys, ids)``: keys as text, ids as integers, both in the order of the frame that is being written.

    ``expects={"date_unknown": "refused", "OPENED.date_impossible": "counted"}`` where a fault ends otherwise than ``kinds.py`` says (that column must have a value, may be unreadable …).
    """

    def uprn(self, uprn: pl.Series, parent: pl.Series | None = None, *, column: str, patchy: float = 0.0) -> pl.Series:
        """As text of 12 figures (``099900000001``): missing (``patchy`` more than usual), of the parent shell, ``99900000001.0``, without its leading zero."""

    def name(self, people: pl.DataFrame, style: NameStyle = "spoken", *, column: str, on: pl.Series | None = None) -> pl.Series:
        """One text of title, first, middle, surname, with nicknames, maiden names (before or after ``surname_from``), swapped order, lost diacritics, ``EXORS OF``, ``THE OCCUPIER``, typing errors."""

    def names(self, people: pl.DataFrame, *, columns: tuple[str, str], on: pl.Series | None = None) -> pl.DataFrame:
        """The same in two columns, first and surname, called as ``columns``."""

    def organisation(self, names: pl.Series, *, column: str) -> pl.Series:
        """A company's name as different systems write it: ``LTD``, ``Limited``, capitals, ``T/A``."""

    def address(self, places: pl.DataFrame, style: AddressStyle = "line", *, postcode: bool = True, column: str, lines: int = 1) -> pl.DataFrame:
        """Columns ``address_1`` … ``address_N`` and, where ``postcode``, ``postcode`` (else it stands in the text), of places with the columns of ``properties``: flats in five ways,
        numbers split over lines, the postcode inside the address, abbreviations, typing errors, the town left out, another home's (stale) address.
        """

    def postcode(self, postcodes: pl.Series, *, column: str) -> pl.Series:
        """O for 0 and I for 1, the space lost or in the wrong place, lower case, a wrong letter, missing."""

    def date(self, dates: pl.Series, layout: str = "%d/%m/%Y", *, column: str, unknown: str | None = None) -> pl.Series:
        """As text: 01/01/1900 for unknown, day and month swapped, an impossible date. ``unknown``: what this system writes for null (default: empty)."""

    def nino(self, ninos: pl.Series, *, column: str) -> pl.Series:
        """Mistyped, another person's (recycled), with spaces, temporary (``TN…``), missing."""

    def contact(self, values: pl.Series, kind: Literal["email", "phone"], *, column: str) -> pl.Series:
        """Emails with a typing error or in capitals; telephone numbers with +44, spaces, brackets, too short."""

    def text(self, values: pl.Series, *, column: str) -> pl.Series:
        """Mojibake (UTF-8 read as cp1252), double spaces, no-break spaces."""

    def doubled(self, frame: pl.DataFrame, *, differing: str | None = None) -> pl.DataFrame:
        """The frame with some rows twice, each copy after its original: identical, or with another value in the column ``differing``."""

    def file(self, kind: Literal["header_repeated", "totals_row"], path: str, key: str, *, times: int = 1) -> bool:
        """Whether a file has such a fault (then write it so: ``header_every``, ``footer``, ``below``); told with the key that its row will show, refused.

        ``times``: how often it will be there; a header every 4,000 rows is there ``(rows - 1) // 4000`` times more, and a short file has none.
        """
