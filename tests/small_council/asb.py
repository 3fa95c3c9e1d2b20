"""Reports of anti-social behaviour: nested JSON, one file a ward and month, from a system that asks by drawn shape.

A case near a ward's edge comes in the files of two wards. One month is absent: the supplier never sent it.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from tests.small_council.calendar import day
from tests.small_council.dice import Dice
from tests.small_council.faults import Yard
from tests.small_council.town import OLD_WARDS, STREETS, WARDS, Home, Ward

ABSENT = 4
"""The month (from 0) that was never sent."""

KINDS = ("noise", "nuisance neighbour", "street drinking", "vehicle nuisance", "graffiti")


def _case(dice: Dice, number: int, home: Home, reported: dt.date) -> dict[str, Any]:
    return {
        "id": f"ASB-{number:06d}",
        "category": dice.pick(KINDS),
        "reported": f"{reported:%Y-%m-%d}",
        "entered": f"{reported + dt.timedelta(days=dice.between(0, 6)):%Y-%m-%d}",
        "location": {"street": {"name": dice.pick(STREETS)}, "longitude": f"{home.longitude:.6f}", "latitude": f"{home.latitude:.6f}"},
        "reporter": {"vulnerable": dice.pick(("Y", "N", "N", "N", "")), "repeat": dice.chance(0.2)},
    }


def _file_wards(month: dt.date) -> list[Ward]:
    return [ward for ward in (*OLD_WARDS, *WARDS) if ward.holds((ward.west + ward.east) / 2, (ward.south + ward.north) / 2, month)]


def _break(cases: list[dict[str, Any]], n: int, file: str, yard: Yard) -> set[str]:
    """The faults of the n-th month, in its first file. Returns the ids that should be refused."""
    if n == 1:
        cases[0]["location"] |= {"longitude": cases[0]["location"]["latitude"], "latitude": cases[0]["location"]["longitude"]}
        yard.fault("swapped coordinates", file, cases[0]["id"], "refused")
        return {cases[0]["id"]}
    if n == 2:
        cases[1]["location"] |= {"longitude": "1.040000", "latitude": "54.420000"}
        yard.fault("point on a shared border", file, cases[1]["id"], "none", rows=0)
    if n == 3:
        cases.append({**cases[2], "category": "noise" if cases[2]["category"] != "noise" else "graffiti"})
        yard.fault("differing duplicate", file, cases[2]["id"], "refused", rows=2)
        return {cases[2]["id"]}
    if n == 5:
        cases[3]["entered"] = f"{dt.date.fromisoformat(cases[3]['reported']) + dt.timedelta(days=90)}"
        yard.fault("entered months later", file, cases[3]["id"], "counted")
    return set()


def make(seed: int, homes: list[Home], months: list[dt.date], yard: Yard) -> None:
    """Write the months' files."""
    dice, number, accepted = Dice(seed, "asb"), 1, 0
    for n, month in enumerate(months):
        if n == ABSENT:
            yard.fault("month absent", f"data/asb/{month:%Y-%m}", "", "none", rows=0)
            continue
        shapes = _file_wards(month)
        files: dict[str, list[dict[str, Any]]] = {ward.name: [] for ward in shapes}
        cases = []
        for _ in range(dice.between(70, 110)):
            case = _case(dice, number, dice.pick(homes), day(month, dice.between(1, 31)))
            number += 1
            cases.append(case)
            files[dice.pick(shapes).name].append(case)
        for case in cases[:6]:
            other = next(name for name in files if case not in files[name])
            files[other].append(case)
            yard.fault("case in two wards' files", f"data/asb/{month:%Y-%m}", case["id"], "superseded")
        first = max(files, key=lambda name: len(files[name]))
        own = [case for case in files[first] if case not in cases[:6]]
        refused = _break(own, n, _path(month, first), yard)
        files[first] = [*own, *(case for case in files[first] if case in cases[:6])]
        for name, listed in files.items():
            document = {"service": "ASB case management", "ward": name, "cases": listed}
            yard.write(_path(month, name), json.dumps(document, indent=1, ensure_ascii=False).encode(), len(listed))
        for case in (case for case in cases if case["id"] not in refused):
            accepted += 1
            place = case["location"]
            yard.count("asb", float(place["longitude"]), float(place["latitude"]), dt.date.fromisoformat(case["reported"]))
    yard.current["asb_case"] = accepted


def _path(month: dt.date, ward: str) -> str:
    return f"data/asb/{month:%Y-%m}/cases_{ward.lower().replace(' ', '-')}.json"
