"""What is true of the real open data, worked out in plain Python straight from the files, without Borough."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Ring = list[list[float]]
FLY_TIPPING = ("A22", "A29")  # "Dumped Rubbish" and "Fly-tipping": one thing under two names in turn
ASB = "anti-social-behaviour"
Totals = dict[tuple[str, str, str], int | None]


@dataclass(frozen=True)
class Incident:
    """One incident as it stands in one file."""

    id: int
    month: str
    category: str
    longitude: float
    latitude: float
    file_ward: str
    content: str

    @property
    def measure(self) -> str:
        return "asb" if self.category == ASB else "crime"


def incident_rows(data: Path) -> Iterator[Incident]:
    """Every row of every file: a border incident comes twice."""
    for file in sorted((data / "waltham-forest" / "street-crime").glob("*/*.json")):
        ward = re.search(r"_area_(E\d+)_", file.name)
        assert ward is not None
        for row in json.loads(file.read_text(encoding="utf-8")):
            place = row["location"]
            yield Incident(
                row["id"],
                row["month"],
                row["category"],
                float(place["longitude"]),
                float(place["latitude"]),
                ward[1],
                json.dumps(row, sort_keys=True),
            )


@cache
def incidents(data: Path) -> dict[int, Incident]:
    """Each incident once."""
    return {row.id: row for row in incident_rows(data)}


@dataclass(frozen=True)
class Ward:
    """A ward of 2011: rings of its polygons, the first of each being its outline."""

    code: str
    name: str
    polygons: list[list[Ring]]

    def contains(self, x: float, y: float) -> bool:
        return any(_inside(x, y, outline) and not any(_inside(x, y, hole) for hole in holes) for outline, *holes in self.polygons)


def _inside(x: float, y: float, ring: Ring) -> bool:
    """Ray casting: an odd number of edges to the east."""
    inside = False
    for (x1, y1), (x2, y2) in itertools.pairwise(ring):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


def wards_2011(data: Path) -> list[Ward]:
    features = json.loads((data / "waltham-forest" / "wards-2011.geojson").read_text(encoding="utf-8"))["features"]
    wards = []
    for feature in features:
        shape = feature["geometry"]
        polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
        wards.append(Ward(feature["properties"]["WD13CD"], feature["properties"]["WD13NM"], polygons))
    return wards


@cache
def containing_wards(data: Path) -> dict[int, str | None]:
    """The ward of 2011 that contains each incident. No incident of the data lies on a border."""
    wards = wards_2011(data)
    by_point: dict[tuple[float, float], str | None] = {}
    found = {}
    for incident in incidents(data).values():
        point = (incident.longitude, incident.latitude)
        if point not in by_point:
            by_point[point] = min((ward.code for ward in wards if ward.contains(*point)), default=None)
        found[incident.id] = by_point[point]
    return found


def known_on(data: Path, last_month: str) -> tuple[int, int]:
    """Incidents of the months to ``last_month``, and how many of them had an outcome of those months."""
    known = [json.loads(incident.content) for incident in incidents(data).values() if incident.month <= last_month]
    return len(known), sum(row["outcome_status"] is not None and row["outcome_status"]["date"] <= last_month for row in known)


def delivered_months(data: Path) -> list[str]:
    return sorted({incident.month for incident in incidents(data).values()})


def months_between(first: str, last: str) -> list[str]:
    """Every month from the first to the last, as ``YYYY-MM``."""
    numbers = [int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last)]
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(numbers[0], numbers[1] + 1)]


def rows_of(data: Path, path: str) -> list[dict[str, str]]:
    with (data / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fms_rows(data: Path) -> list[dict[str, str]]:
    return rows_of(data, "waltham-forest/waltham_forest_monthly_shef_a.csv")


def ward_totals(data: Path) -> Totals:
    """(ward, first day of the month, measure) → total; None where the month was not delivered."""
    codes = [ward.code for ward in wards_2011(data)]
    delivered = delivered_months(data)
    totals: Totals = {}
    for month in months_between(delivered[0], delivered[-1]):
        for code in codes:
            for measure in ("asb", "crime"):
                totals[code, f"{month}-01", measure] = 0 if month in delivered else None
    ward_of = containing_wards(data)
    for incident in incidents(data).values():
        ward = ward_of[incident.id]
        if ward is not None:
            _add(totals, (ward, f"{incident.month}-01", incident.measure), 1)
    _add_fly_tipping(data, totals, codes)
    return totals


def _add_fly_tipping(data: Path, totals: Totals, codes: list[str]) -> None:
    reports = fms_rows(data)
    ward_of = {row["lsoa11_code"]: row["ward17_code"] for row in rows_of(data, "waltham-forest/lookup_lsoa11_ward17.csv")}
    for month in months_between(min(r["month"] for r in reports), max(r["month"] for r in reports)):
        totals.update({(code, f"{month}-01", "fly_tipping"): 0 for code in codes})
    for row in reports:
        if row["SHEF_A_CODE"] in FLY_TIPPING:
            _add(totals, (ward_of[row["lsoa"]], f"{row['month']}-01", "fly_tipping"), int(row["reports"]))


def _add(totals: Totals, key: tuple[str, str, str], more: int) -> None:
    before = totals[key]
    assert before is not None
    totals[key] = before + more


@dataclass(frozen=True)
class Licence:
    """A line of Sheffield's register."""

    number: str
    place: tuple[str, ...]
    issued: dt.date
    expires: dt.date


def licences(data: Path, snapshot: str) -> dict[str, Licence]:
    """The lines of one snapshot by licence number, which is unique in it."""
    lines = rows_of(data, f"licences/sheffield/hmos_{snapshot}.csv")
    found = {}
    for line in lines:
        place = tuple(re.sub(r"[^a-z0-9]", "", line[c].lower()) for c in ("Address 1", "Address 2", "Address 3", "Postcode"))
        days = (dt.datetime.strptime(line[c], "%d-%b-%y").date() for c in ("Licence Issue Date", "Licence Expiry Date"))
        found[line["Licence Number"]] = Licence(line["Licence Number"], place, *days)
    assert len(found) == len(lines)
    return found


def licence_changes(data: Path, before: str, after: str) -> Counter[str]:
    """How many licences were kept, renewed, new, replaced and lapsed from one snapshot to the next."""
    old, new = licences(data, before), licences(data, after)
    old_places, new_places = {one.place for one in old.values()}, {one.place for one in new.values()}
    changes: Counter[str] = Counter()
    for number, licence in new.items():
        if number in old:
            changes["kept" if old[number].issued == licence.issued else "renewed"] += 1
        else:
            changes["renewed" if licence.place in old_places else "new"] += 1
    for number, licence in old.items():
        if number not in new:
            changes["replaced" if licence.place in new_places else "lapsed"] += 1
    return changes
