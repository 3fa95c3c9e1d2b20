"""Every kind of fault: how usual it is, what it means, and what should become of the record."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from borough.demo.yard import Expect


@dataclass(frozen=True)
class Kind:
    """A fault. ``rate`` is the share of the records that can have it; ``expect`` is what becomes of such a record where its column may be empty."""

    name: str
    rate: float
    means: str
    expect: Expect


_ALL = (
    # UPRNs
    Kind("uprn_missing", 0.06, "nobody looked the property up", "unknown"),
    Kind("uprn_parent", 0.05, "a flat has the UPRN of its building", "kept"),
    Kind("uprn_float", 0.01, "a spreadsheet read it as a number: 100023012345.0", "mended"),
    Kind("uprn_zero", 0.05, "its leading zero is lost", "mended"),
    # names
    Kind("name_surname_first", 0.05, "SURNAME, MR First M where the system has the order of speech", "mended"),
    Kind("name_exors", 0.40, "EXORS OF, or DECD, for who has died", "kept"),
    Kind("name_occupier", 0.004, "THE OCCUPIER instead of a person", "kept"),
    Kind("name_company", 0.004, "a company where a person should be", "kept"),
    Kind("name_swapped", 0.008, "first name and surname the wrong way round", "kept"),
    Kind("name_maiden", 0.15, "the name from before a marriage, long after it", "kept"),
    Kind("name_nickname", 0.10, "Liz for Elizabeth", "kept"),
    Kind("name_initial", 0.08, "an initial for the first name", "kept"),
    Kind("name_typo", 0.03, "a letter lost, doubled, wrong or in the wrong place", "kept"),
    Kind("name_diacritics_lost", 0.50, "Zoe for Zoë", "kept"),
    Kind("name_middle_missing", 0.40, "no middle name where there is one", "kept"),
    Kind("company_style", 0.50, "Limited for LTD, capitals, T/A", "kept"),
    # addresses
    Kind("flat_described", 0.30, "a flat said otherwise: GFF, Ground Floor Flat, Flat A, 12A, Flat 1", "kept"),
    Kind("flat_missing", 0.02, "the building without the flat", "kept"),
    Kind("address_number_split", 0.04, "the house number on a line of its own", "kept"),
    Kind("address_abbreviated", 0.07, "Rd for Road", "kept"),
    Kind("address_typo", 0.04, "a letter of the street lost, doubled, wrong or in the wrong place", "kept"),
    Kind("address_town_missing", 0.05, "the town left out", "kept"),
    Kind("address_stale", 0.01, "another home of the street, from an earlier record", "kept"),
    Kind("postcode_inside", 0.04, "the postcode in the address, its own column empty", "unknown"),
    # postcodes
    Kind("postcode_letters", 0.01, "O for 0, I for 1", "mended"),
    Kind("postcode_spacing", 0.04, "no space, or in the wrong place", "mended"),
    Kind("postcode_lower", 0.02, "small letters", "mended"),
    Kind("postcode_wrong", 0.01, "another letter at the end: another postcode", "kept"),
    Kind("postcode_missing", 0.02, "empty", "unknown"),
    # dates
    Kind("date_unknown", 0.01, "01/01/1900 for unknown", "unknown"),
    Kind("date_swapped", 0.01, "day and month the wrong way round", "kept"),
    Kind("date_impossible", 0.002, "31/02, 00/13: no day at all", "refused"),
    # numbers of people
    Kind("nino_mistyped", 0.01, "one figure wrong", "kept"),
    Kind("nino_short", 0.005, "a figure lost: no NI number any more", "counted"),
    Kind("nino_recycled", 0.003, "another person's number", "kept"),
    Kind("nino_spaced", 0.10, "written in pairs, QQ 12 34 56 C", "mended"),
    Kind("nino_temporary", 0.01, "a temporary number, TN and a date of birth", "unknown"),
    Kind("nino_missing", 0.05, "empty", "unknown"),
    # contact
    Kind("email_capitals", 0.05, "in capitals", "mended"),
    Kind("email_other", 0.20, "another address of the same person", "kept"),
    Kind("email_typo", 0.01, "a letter lost: an address of nobody", "kept"),
    Kind("email_broken", 0.005, "a comma for the dot, no @", "counted"),
    Kind("phone_layout", 0.40, "+44, spaces, brackets", "mended"),
    Kind("phone_short", 0.005, "figures lost", "counted"),
    # text
    Kind("text_mojibake", 0.15, "UTF-8 that was read as cp1252: CafÃ©", "mended"),
    Kind("text_garbled", 0.05, "the same, with letters that are rare here: Å‚ for ł", "kept"),
    Kind("text_spaces", 0.02, "two spaces for one, and at the end", "mended"),
    Kind("text_no_break", 0.01, "no-break spaces", "mended"),
    # records
    Kind("double_same", 0.003, "the record twice, alike", "superseded"),
    Kind("double_differing", 0.002, "the record twice, with two values", "refused"),
    # moves: of people's stays, not of one table's records; where they happened is in truth/stays
    Kind("move_late", 0.28, "the council is told of a move months later, and enters it back-dated", "kept"),
    Kind("move_untold", 0.085, "the council is never told of a move", "kept"),
    # files
    Kind("header_repeated", 1.0, "the header again inside the file, where pages were joined", "refused"),
    Kind("totals_row", 1.0, "a row of totals at the end", "refused"),
)

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}
"""By name."""


def rates(given: Mapping[str, float]) -> dict[str, float]:
    """The rate of every kind: as given, else the usual one.

    Raises ValueError for a kind that there is not, with the nearest names, and for a rate that is no share.
    """
    for name, rate in given.items():
        if name not in KINDS:
            near = difflib.get_close_matches(name, KINDS, 3, 0.4) or sorted(KINDS)
            raise ValueError(f"there is no fault called {name!r}; the nearest are {', '.join(near)}")
        if not 0 <= rate <= 1:
            raise ValueError(f"the rate of {name} is {rate}; expected a share from 0 to 1")
    return {name: float(given.get(name, kind.rate)) for name, kind in KINDS.items()}
