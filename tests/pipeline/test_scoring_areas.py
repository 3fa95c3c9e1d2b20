"""Data quality by ward: what kept rows fail, in the ward of their own point or of their home, counted again by hand."""

from __future__ import annotations

import collections
import csv
import random
from pathlib import Path
from typing import Any

import pytest
from tests.cli.council import borough, write

WARDS = {"E1": "West", "E2": "East"}
REPORT = """\
dataset: report
key: report
columns:
  report: {type: string, required: true}
  kind: {type: string, values: [noise, litter], severity: warn}
  x: {type: number}
  y: {type: number}
areas:
  ward: {point: [x, y]}
rules:
  - {name: in_a_ward, check: ward_code is not null, dimension: validity, severity: warn, nulls: fail}
"""
BILL = """\
dataset: bill
classification: personal
key: bill
columns:
  bill: {type: string, required: true}
  uprn: {type: integer}
  payer: {type: string, required: true, severity: warn}
  amount: {type: money, between: [0, 100], severity: warn}
  illness: {type: string, required: true, severity: warn, classification: special, purposes: [p]}
address: {uprn: uprn}
"""
CASE = "dataset: care\nclassification: special\nkey: ref\ncolumns:\n  ref: {type: string, purposes: [p]}\n  uprn: {type: integer, purposes: [p]}\n  why: {type: string, required: true, severity: warn, purposes: [p]}\naddress: {uprn: uprn}\n"
FEED = "source: {0}s\nconnect: {{files: 'data/{0}s_{{extract_date:%Y-%m-%d}}.csv'}}\nfeeds:\n  rows: {{delivers: full, to: {0}, map: {{{1}}}}}\n"
HOMES = "dataset: home\nkey: uprn\ncolumns:\n  uprn: {type: integer, required: true}\n  x: {type: number}\n  y: {type: number}\nareas:\n  ward: {point: [x, y]}\n"
WARD = "dataset: ward\nclassification: public\nkey: code\ncolumns:\n  code: {type: string}\n  name: {type: string}\n  shape: {type: geometry}\narea: {code: code, label: name, shape: shape}\n"
FILES = {
    "borough.yaml": "borough: Testmere\npurpose: p\npurposes:\n  p: {title: P, permits: [public, internal, personal, special]}\n",
    "datasets/report.yaml": REPORT, "datasets/bill.yaml": BILL, "datasets/care.yaml": CASE, "datasets/home.yaml": HOMES, "datasets/ward.yaml": WARD,
    "entities/property.yaml": "entity: property\ndataset: home\nkey: uprn\n",
    "sources/reports.yaml": FEED.format("report", "report: report, kind: kind, x: x, y: y"),
    "sources/bills.yaml": FEED.format("bill", "bill: bill, uprn: uprn, payer: payer, amount: amount, illness: illness"),
    "sources/cares.yaml": FEED.format("care", "ref: ref, uprn: uprn, why: why"),
    "sources/homes.yaml": FEED.format("home", "uprn: uprn, x: x, y: y"),
    "sources/wards.yaml": FEED.format("ward", "code: code, name: name, shape: geometry(shape)"),
}  # fmt: skip
Rows = list[dict[str, Any]]


def extract(root: Path, name: str, rows: Rows, day: str) -> None:
    path = root / f"data/{name}_{day}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def ward_at(x: object) -> str | None:
    """The wards are [0, 10) and [10, 20) from west to east."""
    return None if x in ("", None) or not 0 <= float(str(x)) < 20 else "E1" if float(str(x)) < 10 else "E2"


def by_hand(reports: Rows, bills: Rows, homes: Rows) -> dict[tuple[str, str | None, str], tuple[int, int]]:
    """(dataset, ward, rule) → (rows, failed)."""
    told: dict[tuple[str, str | None, str], list[int]] = collections.defaultdict(lambda: [0, 0])

    def count(dataset: str, ward: str | None, rule: str, fails: bool) -> None:
        told[dataset, ward, rule][0] += 1
        told[dataset, ward, rule][1] += fails

    where = {h["uprn"]: ward_at(h["x"]) for h in homes}
    for r in reports:
        count("report", ward_at(r["x"]), "kind_values", r["kind"] not in ("noise", "litter"))
        count("report", ward_at(r["x"]), "in_a_ward", ward_at(r["x"]) is None)
    for b in bills:
        count("bill", where.get(b["uprn"]), "payer_required", not b["payer"])
        count("bill", where.get(b["uprn"]), "amount_between", float(b["amount"]) > 100)
    return {key: (rows, failed) for key, (rows, failed) in told.items()}


@pytest.fixture
def council(tmp_path: Path) -> Path:
    write(tmp_path, FILES)
    extract(tmp_path, "wards", [{"code": code, "name": name, "shape": f"POLYGON(({x} 0, {x + 10} 0, {x + 10} 10, {x} 10, {x} 0))"} for (code, name), x in zip(WARDS.items(), (0, 10), strict=True)], "2026-01-01")
    return tmp_path


def made(seed: int) -> tuple[Rows, Rows, Rows]:
    dice = random.Random(seed)
    homes = [{"uprn": n, "x": dice.choice([1, 5, 12, 18]), "y": 5} for n in range(100, 130)]
    reports = [{"report": f"R{n}", "kind": dice.choice(["noise", "litter", "odd"]), "x": dice.choice([2, 7, 15, 40, ""]), "y": 5} for n in range(80)]
    bills = [{"bill": f"B{n}", "uprn": dice.choice([*range(100, 130), 999]), "payer": dice.choice(["Ann", ""]), "amount": dice.choice([5, 500]), "illness": dice.choice(["", "x"])} for n in range(90)]
    return homes, reports, bills


def told(root: Path, run: int) -> dict[tuple[str, str | None, str], tuple[int, int]]:
    rows = borough("query", f"SELECT dataset, area, code, label, rule, rows, failed FROM scorecard_area WHERE run = {run}", "-p", root, "--json").json
    assert {r["area"] for r in rows} <= {"ward"} and all(r["label"] == WARDS.get(r["code"]) for r in rows)
    return {(r["dataset"], r["code"], r["rule"]): (r["rows"], r["failed"]) for r in rows}


def test_wards_are_counted_as_by_hand_run_after_run(council: Path) -> None:
    homes, reports, bills = made(1)
    day = "2026-01-01"
    for name, rows in (("homes", homes), ("reports", reports), ("bills", bills), ("cares", [{"ref": "C1", "uprn": 100, "why": ""}])):
        extract(council, name, rows, day)
    assert borough("run", "-p", council, BOROUGH_NOW="2026-01-02T09:00:00Z").code == 0
    expected = by_hand(reports, bills, homes)
    assert told(council, 1) == expected and any(ward is None for _, ward, _ in expected)

    reports[0] = {**reports[0], "kind": "noise", "x": 2}
    extract(council, "reports", reports, "2026-01-05")
    assert borough("run", "-p", council, BOROUGH_NOW="2026-01-06T09:00:00Z").code == 0
    assert told(council, 2) == {key: value for key, value in by_hand(reports, bills, homes).items() if key[0] == "report"}, "what did not change keeps its score"


def test_special_data_are_not_told_by_ward(council: Path) -> None:
    homes, _, bills = made(2)
    for name, rows in (("homes", homes), ("bills", bills), ("cares", [{"ref": f"C{n}", "uprn": 100 + n, "why": ""} for n in range(9)])):
        extract(council, name, rows, "2026-01-01")
    borough("run", "-p", council)
    seen = told(council, 1)
    assert {dataset for dataset, _, _ in seen} == {"bill"} and {rule for _, _, rule in seen} == {"payer_required", "amount_between"}


def test_the_command_tells_wards(council: Path) -> None:
    homes, reports, bills = made(3)
    for name, rows in (("homes", homes), ("reports", reports), ("bills", bills)):
        extract(council, name, rows, "2026-01-01")
    borough("run", "-p", council)
    expected = by_hand(reports, bills, homes)
    shown = borough("quality", "--area", "ward", "-p", council, "--json").json
    for code in (*WARDS, None):
        row = next(r for r in shown if r["name"] == WARDS.get(code or "") and r["dimension"] == "all")
        wanted = [v for (_, ward, _), v in expected.items() if ward == code]
        assert (row["rows"], row["failed"]) == (sum(n for n, _ in wanted), sum(f for _, f in wanted))
    text = borough("quality", "bill", "--area", "ward", "-p", council).out
    assert "West" in text and "East" in text and "not known" in text
    refused = borough("quality", "--area", "parish", "-p", council)
    assert refused.code == 2 and "scorecard_areas" in refused.err


def test_an_area_that_is_none_is_refused(council: Path) -> None:
    write(council, {"borough.yaml": FILES["borough.yaml"] + "scorecard_areas: [wrad]\n"})
    done = borough("check", "-p", council)
    assert done.code == 1 and "borough.yaml:5" in done.err + done.out and "did you mean 'ward'?" in done.err + done.out
