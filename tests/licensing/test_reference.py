"""Random schemes, licences, applications and exemptions against the law written out in plain Python, day by day."""

from __future__ import annotations

import datetime as dt
import json
import random
from pathlib import Path
from typing import Any

import pytest
from tests.cli.council import borough
from tests.licensing.forest import LICENSING, WARDS, forest

Day = dt.date
FAR = Day(9999, 12, 31)


def _day(chance: random.Random, first: int = 2012, last: int = 2027) -> Day:
    return Day(chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28))


def _world(chance: random.Random) -> dict[str, list[dict[str, Any]]]:
    homes = [{"uprn": i, "class": chance.choice(["RD04", "RD06", "C"]), "parent": chance.choice(["", 900, 901]), "x": round(chance.uniform(-0.3, 3.3), 3), "y": 0.5} for i in range(1, 40)]
    schemes = []
    for i in range(6):
        first = _day(chance)
        name = f"s{i}"
        where = chance.choice([{}, {"areas": ["W01"]}, {"areas": ["Hatch Lane", "W03"]}, {"except": ["High Street"]}, {"except": ["W12", "W02"]}])
        schemes.append({"name": name, "kind": chance.choice(["additional", "selective"]), "from": first, "to": first + dt.timedelta(days=chance.randint(0, 1826)), **where})
    licences, applications, exemptions = [], [], []
    for i in range(60):
        first = _day(chance)
        ended = first + dt.timedelta(days=chance.randint(0, 1500)) if chance.random() < 0.3 else None
        licences.append({"number": f"L{i}", "kind": chance.choice(["mandatory", "additional", "selective"]), "uprn": chance.randint(1, 42), "started": first,
                         "expires": first + dt.timedelta(days=chance.randint(-100, 1826)), "ended": ended, "people": chance.choice([None, 3, 4, 8])})  # fmt: skip
    for i in range(40):
        first = _day(chance)
        applications.append({"number": f"A{i}", "kind": chance.choice(["mandatory", "additional", "selective"]), "uprn": chance.randint(1, 42), "received": first,
                             "decided": first + dt.timedelta(days=chance.randint(0, 300)) if chance.random() < 0.7 else None})  # fmt: skip
    for i in range(10):
        first = _day(chance)
        exemptions.append({"number": f"T{i}", "uprn": chance.randint(1, 42), "started": first, "expires": first + dt.timedelta(days=91)})
    return {"homes": homes, "schemes": schemes, "licences": licences, "applications": applications, "exemptions": exemptions}


def _ward(home: dict[str, Any], on: Day) -> tuple[str, str] | None:
    """The ward in force on a day that a home lies in: squares, the least code on a border."""
    widths = {"W01": (0, 1), "W02": (1, 2), "W03": (2, 3), "W11": (0, 1.5), "W12": (1.5, 3)}
    for code, name, first, last, _ in sorted(WARDS):
        if Day.fromisoformat(first) <= on <= (Day.fromisoformat(last) if last else FAR) and widths[code][0] <= home["x"] <= widths[code][1]:
            return code, name
    return None


def _designated(world: dict[str, Any], home: dict[str, Any], kind: str, on: Day) -> bool:
    for scheme in world["schemes"]:
        if scheme["kind"] != kind or not scheme["from"] <= on <= scheme["to"]:
            continue
        ward = _ward(home, scheme["from"])
        if "areas" in scheme:
            if ward is not None and set(ward) & set(scheme["areas"]):
                return True
        elif "except" in scheme:
            if ward is not None and not set(ward) & set(scheme["except"]):
                return True
        else:
            return True
    return False


def _needs(world: dict[str, Any], home: dict[str, Any], on: Day, people: int, households: int) -> str | None:
    siblings = [h for h in world["homes"] if h["class"] == "RD06" and h["parent"] and h["parent"] == home["parent"]]
    block = home["class"] == "RD06" and bool(home["parent"]) and len(siblings) >= 3
    shared = people >= 3 and households >= 2
    if shared and people >= 5 and on >= Day(2006, 4, 6) and not block:
        return "mandatory"
    if shared and _designated(world, home, "additional", on):
        return "additional"
    return "selective" if _designated(world, home, "selective", on) else None


def _holds(permit: dict[str, Any], first: str, last: str | None, ended: str | None, on: Day) -> bool:
    end = permit[last] if last and permit[last] else FAR
    if ended and permit[ended]:
        end = min(end, permit[ended] - dt.timedelta(days=1))
    return bool(permit[first] <= on <= end)


def _status(world: dict[str, Any], home: dict[str, Any], on: Day, needs: str | None) -> str:
    def covers(kind: str) -> bool:
        return needs == "selective" or kind in ("mandatory", "additional")

    own = {key: [p for p in world[key] if p["uprn"] == home["uprn"]] for key in ("licences", "applications", "exemptions")}
    if needs is None:
        return "not needed"
    if any(covers(p["kind"]) and _holds(p, "started", "expires", "ended", on) for p in own["licences"]):
        return "licensed"
    if any(_holds(p, "started", "expires", None, on) for p in own["exemptions"]):
        return "exempt"
    if any(covers(p["kind"]) and _holds(p, "received", None, "decided", on) for p in own["applications"]):
        return "applied"
    return "unlicensed"


def _declared(world: dict[str, Any]) -> str:
    schemes = ""
    for s in world["schemes"]:
        where = "".join(f", {key}: [{', '.join(s[key])}]" for key in ("areas", "except") if key in s)
        schemes += f"  {s['name']}: {{kind: {s['kind']}, from: {s['from']}, to: {s['to']}{where}}}\n"
    head, _, rest = LICENSING.partition("schemes:\n")
    return f"{head}schemes:\n{schemes}licences:{rest.partition('licences:')[2]}"


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_home_and_day_is_as_the_law_says(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    world = _world(chance)
    rows = {
        "blpu": [tuple(h.values()) for h in world["homes"]],
        "licence": [(p["number"], p["kind"], p["uprn"], p["started"], p["expires"], p["ended"] or "", p["ended"] or "", p["people"] or "", p["started"]) for p in world["licences"]],
        "application": [tuple(v or "" for v in p.values()) for p in world["applications"]],
        "exemption": [tuple(p.values()) for p in world["exemptions"]],
    }
    root = forest(tmp_path / "p", rows, _declared(world))
    edges = [s["from"] for s in world["schemes"]] + [s["to"] + dt.timedelta(days=1) for s in world["schemes"]] + [Day(2006, 4, 5), Day(2018, 10, 1)]
    compared, statuses = 0, set()
    for on in [*chance.sample(edges, 5), *(_day(chance) for _ in range(3))]:
        out = tmp_path / f"{on}.jsonl"
        done = borough("licensing", "list", "--on", str(on), "--to", str(out), "-p", root)
        assert done.code == 0, done.err
        homes = {h["uprn"]: h for h in world["homes"] if h["class"] != "C"}
        for row in map(json.loads, out.read_text().splitlines()):
            home = homes[row["property"]]
            needs = _needs(world, home, on, row["people"], row["households"])
            assert (row["needs"], row["status"]) == (needs, _status(world, home, on, needs)), (on, row)
            compared += 1
            statuses.add(row["status"])
    assert compared == 8 * 4 * len([h for h in world["homes"] if h["class"] != "C"])
    assert {"not needed", "unlicensed", "licensed"} <= statuses
