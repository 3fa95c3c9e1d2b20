"""Pest control: each month's changes as JSON lines, with an operation (insert, update, delete)."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from tests.small_council.calendar import day
from tests.small_council.dice import Dice
from tests.small_council.faults import Yard
from tests.small_council.town import Home

PESTS = ("rats", "mice", "wasps", "bed bugs")


def _visit(dice: Dice, number: int, home: Home, on: dt.date) -> dict[str, Any]:
    return {
        "op": "I",
        "visit": {"number": number, "date": f"{on:%d-%b-%y}", "pest": dice.pick(PESTS), "fee": f"£{dice.between(0, 3) * 30}.00"},
        "property": {"uprn": home.uprn, "lon": home.longitude, "lat": home.latitude},
    }


def make(seed: int, homes: list[Home], months: list[dt.date], yard: Yard) -> None:
    """Write the months' changes; a visit is corrected or struck out the month after."""
    dice, number = Dice(seed, "pest"), 5001
    live: dict[int, tuple[dict[str, Any], dt.date]] = {}
    last: list[int] = []
    for month in months:
        lines = []
        for known in last[:2]:
            record = live[known][0] | {"op": "D"}
            lines.append(record)
            del live[known]
        for known in last[2:5]:
            record, on = live[known]
            live[known] = (record | {"op": "U", "visit": record["visit"] | {"fee": "£0.00"}}, on)
            lines.append(live[known][0])
        last = []
        for _ in range(dice.between(10, 22)):
            on = day(month, dice.between(1, 28))
            live[number] = (_visit(dice, number, dice.pick(homes), on), on)
            lines.append(live[number][0])
            last.append(number)
            number += 1
        file = f"data/pest-control/changes_{day(month, 31):%Y-%m-%d}.jsonl"
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        yard.write(file, text.encode(), len(lines))
    for record, on in live.values():
        yard.count("pest_visits", record["property"]["lon"], record["property"]["lat"], on)
    yard.current["pest_visit"] = len(live)
