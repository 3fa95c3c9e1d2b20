"""Missed bins, from the contractor: tab-separated UTF-16, with an unclosed quote, a ragged row and an empty month."""

from __future__ import annotations

import codecs
import datetime as dt

from tests.small_council.calendar import day, uk
from tests.small_council.dice import Dice
from tests.small_council.faults import Yard
from tests.small_council.town import Home

HEADER = ("Report ID", "Reported", "UPRN", "Stream", "Crew", "Longitude", "Latitude", "Notes")
EMPTY = 3
"""The month (from 0) whose extract has a header and nothing else."""


def _row(dice: Dice, number: int, home: Home, reported: dt.date) -> list[str]:
    crew = dice.pick(("Crew 1", "Crew 2", "Crew 3", "n/a"))
    notes = dice.pick(("", "", "Gate locked", 'Says "not out" – was out', "2nd report"))
    return [
        f"MB{number:06d}", uk(reported), str(home.uprn), dice.pick(("recycling", "refuse", "garden")), crew,
        f"{home.longitude:.6f}", f"{home.latitude:.6f}", notes,
    ]  # fmt: skip


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if '"' in text or "\t" in text else text


def _break(rows: list[list[str]], n: int, file: str, yard: Yard) -> dict[int, str]:
    """The faults of the n-th month, by position: lines that replace the row's own."""
    if n == 1:
        rows[0][5:7] = ["0", "0"]
        yard.fault("coordinates at 0, 0", file, rows[0][0], "refused")
        return {0: "\t".join(map(_cell, rows[0]))}
    if n == 2:
        yard.fault("ragged row", file, rows[4][0], "refused")
        return {4: "\t".join(rows[4][:4])}
    if n == 5:
        yard.fault("unclosed quote", file, rows[9][0], "refused")
        return {9: "\t".join([*rows[9][:7], '"Bin behind the'])}
    return {}


def make(seed: int, homes: list[Home], months: list[dt.date], yard: Yard) -> None:
    """Write the months' files."""
    dice, number, accepted = Dice(seed, "waste"), 1, 0
    for n, month in enumerate(months):
        file = f"data/waste/missed-bins_{month:%Y-%m}.tsv"
        rows = []
        for _ in range(0 if n == EMPTY else dice.between(40, 70)):
            rows.append(_row(dice, number, dice.pick(homes), day(month, dice.between(1, 31))))
            number += 1
        if n == EMPTY:
            yard.fault("empty extract", file, "", "none", rows=0)
        broken = _break(rows, n, file, yard)
        lines = ["\t".join(HEADER), *(broken.get(at, "\t".join(map(_cell, row))) for at, row in enumerate(rows))]
        yard.write(file, codecs.BOM_UTF16_LE + ("\r\n".join(lines) + "\r\n").encode("utf-16-le"), len(rows))
        for row in (row for at, row in enumerate(rows) if at not in broken):
            accepted += 1
            yard.count("missed_bins", float(row[5]), float(row[6]), dt.datetime.strptime(row[1], "%d/%m/%Y").date())
    yard.current["missed_bin"] = accepted
