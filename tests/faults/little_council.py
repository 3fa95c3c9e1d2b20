"""A project of a few rows with all that a run does: every way of delivering, an area, reports, refusals, repeats.

``write`` makes it, ``grow`` adds what a busy month brings, ``correction`` mends one of its refused rows.
"""

from __future__ import annotations

import json
from pathlib import Path

NOW = "2026-03-02T09:00:00Z"
LATER = "2026-04-02T09:00:00Z"
CORRECTION = ("1:3", "Starts=04/02/2025")
"""The row of the first register whose start can't be read, and what it should say."""

DECLARATIONS = {
    "borough.yaml": """
borough: Littleham
lake: ./lake
engine: {duckdb: {threads: 1}}
purpose: checking
purposes:
  checking: {title: Checking, permits: [public, internal, personal]}
maintenance: {compact_above_files: 2, keep_runs: 5, keep_unreferenced_hours: 0}
""",
    "sources/housing.yaml": """
source: housing
feeds:
  register:
    files: data/housing/register_{extract_date:%Y-%m-%d}.csv
    delivers: full
    max_drop: 50%
    to: licence
    map:
      number: '"Number"'
      holder: person_name(Holder)
      starts: uk_date(Starts)
      places: '"Places"'
""",
    "sources/streets.yaml": """
source: streets
feeds:
  reports:
    files: data/streets/reports_{extract_date:%Y-%m}.csv
    delivers: append
    to: street_report
    map: {id: Id, day: uk_date(Day), kind: Kind, longitude: Lon, latitude: Lat}
""",
    "sources/pests.yaml": """
source: pests
feeds:
  visits:
    files: data/pests/changes_{extract_date:%Y-%m-%d}.jsonl
    format: json
    delivers: changes
    operation: {column: op, delete: D}
    to: pest_visit
    map: {id: id, day: uk_date(day), fee: money(fee)}
""",
    "sources/boundaries.yaml": """
source: boundaries
feeds:
  wards:
    files: data/boundaries/wards_{extract_date:%Y-%m-%d}.geojson
    format: geojson
    delivers: full
    to: ward
    map: {code: code, name: name, shape: geometry}
""",
    "datasets/licence.yaml": """
dataset: licence
key: number
columns:
  number: {type: string, required: true, pattern: 'L[0-9]+'}
  holder: {type: string, classification: personal}
  starts: {type: date, required: true}
  places: {type: integer, between: [1, 20]}
rules:
  - {name: many_places, check: places < 10, dimension: accuracy, severity: warn}
""",
    "datasets/street_report.yaml": """
dataset: street_report
key: id
columns:
  id: {type: integer, required: true}
  day: {type: date, required: true}
  kind: {type: string, values: [litter, fly-tip, noise]}
  longitude: {type: number, required: true}
  latitude: {type: number, required: true}
areas:
  ward: {point: [longitude, latitude]}
""",
    "datasets/pest_visit.yaml": """
dataset: pest_visit
key: id
columns:
  id: {type: integer, required: true}
  day: {type: date, required: true}
  fee: {type: money, between: [0, 500]}
""",
    "datasets/ward.yaml": """
dataset: ward
classification: public
key: code
columns:
  code: {type: string, required: true}
  name: {type: string, required: true}
  shape: {type: geometry, required: true}
area: {code: code, label: name, shape: shape}
""",
    "reports/ward_totals.sql": """
-- title: Ward totals
SELECT ward_code, kind, count(*) AS total FROM street_report WHERE ward_code IS NOT NULL GROUP BY ward_code, kind
""",
    "reports/sizes.sql": """
-- title: How much there is of each
SELECT 'licence' AS what, count(*) AS total FROM licence
UNION ALL SELECT 'street_report' AS what, count(*) AS total FROM street_report
UNION ALL SELECT 'ward_totals' AS what, count(*) AS total FROM ward_totals
""",
}

REGISTER = "Number,Holder,Starts,Places\n"
REPORTS = "Id,Day,Kind,Lon,Lat\n"

FIRST = {
    # Row 3 can't be read, L4 comes twice alike, L5 twice unlike.
    "data/housing/register_2026-01-01.csv": REGISTER
    + "L1,ann ash,01/02/2025,3\nL2,bob beech,02/02/2025,4\nL3,cy cedar,soon,5\nL4,di dogwood,03/02/2025,12\nL4,di dogwood,03/02/2025,12\n"
    + "L5,ed elm,05/02/2025,6\nL5,ed elm,05/02/2025,7\n",
    "data/housing/register_2026-02-01.csv": REGISTER
    + "L1,ann ash,01/02/2025,8\nL3,cy cedar,soon,5\nL4,di dogwood,03/02/2025,12\nL5,ed elm,05/02/2025,6\nL6,flo fir,06/02/2025,99\n",
    "data/streets/reports_2026-01.csv": REPORTS
    + "1,03/01/2026,litter,0.5,0.5\n2,04/01/2026,noise,1.5,0.5\n3,05/01/2026,juggling,0.5,0.5\n4,06/01/2026,fly-tip,9,9\n",
    "data/streets/reports_2026-02.csv": REPORTS + "2,04/01/2026,noise,1.5,0.5\n5,03/02/2026,litter,0.6,0.5\n6,04/02/2026,litter,1.6,0.5\n",
    "data/pests/changes_2026-01-31.jsonl": '{"op":"I","id":1,"day":"2026-01-09","fee":"£30"}\n{"op":"I","id":2,"day":"2026-01-10","fee":"£900"}\n',
    "data/pests/changes_2026-02-28.jsonl": '{"op":"U","id":1,"day":"2026-01-09","fee":"£60"}\n{"op":"I","id":3,"day":"2026-02-10","fee":"£30"}\n',
}

GROWTH = {
    # A new extract: L2's place in it is taken up again, L4 is gone, L7 is new.
    "data/housing/register_2026-03-01.csv": REGISTER
    + "L1,ann ash,01/02/2025,9\nL2,bob beech,02/02/2025,4\nL3,cy cedar,04/02/2025,5\nL5,ed elm,05/02/2025,6\nL7,gus gorse,never,2\nL8,hal hazel,07/02/2025,2\n",
    # A late extract, between two that were applied.
    "data/housing/register_2026-01-15.csv": REGISTER + "L1,ann ash,01/02/2025,3\nL2,bob beech,02/02/2025,5\nL4,di dogwood,03/02/2025,12\n",
    # A file sent again with other content: 1 moves to the other ward, 3 has a right kind now, 4 is no longer said.
    "data/streets/reports_2026-01.csv": REPORTS + "1,03/01/2026,litter,1.5,0.5\n2,04/01/2026,noise,1.5,0.5\n3,05/01/2026,noise,0.5,0.5\n",
    # A column that was never there before.
    "data/streets/reports_2026-03.csv": REPORTS.replace("\n", ",Crew\n") + "7,03/03/2026,noise,0.7,0.5,A\n8,04/03/2026,noise,oops,0.5,B\n",
    "data/pests/changes_2026-03-31.jsonl": '{"op":"D","id":3,"day":"2026-02-10","fee":"£30"}\n{"op":"I","id":4,"day":"2026-03-10","fee":"£90"}\n',
    # Declarations change: a rule of licences refuses more, a report asks for more.
    "datasets/licence.yaml": DECLARATIONS["datasets/licence.yaml"].replace("severity: warn", "severity: error"),
    "reports/ward_totals.sql": DECLARATIONS["reports/ward_totals.sql"].replace("count(*) AS total", "count(*) AS total, min(day) AS since"),
}


def _square(code: str, west: float) -> dict[str, object]:
    ring = [[west, 0], [west + 1, 0], [west + 1, 1], [west, 1], [west, 0]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": f"Ward {code}"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def write(root: Path) -> Path:
    """The project as it is before its first run."""
    wards = {"type": "FeatureCollection", "features": [_square("E1", 0), _square("E2", 1)]}
    _lay(root, {**DECLARATIONS, **FIRST, "data/boundaries/wards_2026-01-01.geojson": json.dumps(wards)})
    return root


def grow(root: Path) -> Path:
    """What a busy month brings: a new, a late and a repeated extract, a new column, changed declarations."""
    _lay(root, GROWTH)
    return root


def report_month(root: Path, number: int, rows: int) -> None:
    """One more month of street reports, all within wards."""
    lines = "".join(f"{1000 * number + i},01/0{number}/2025,noise,{0.5 + i % 2},0.5\n" for i in range(rows))
    _lay(root, {f"data/streets/reports_2025-0{number}.csv": REPORTS + lines})
