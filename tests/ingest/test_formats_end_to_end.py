"""One council, one feed of each format: the same three homes come through ``borough run``, and a bad line is quarantined."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from cli.council import borough

HOMES = [("100010000001", "E10 5AB", "3"), ("100010000002", "E10 5AD", "4"), ("100010000003", "E17 3HD", "many")]
NAMES = ("uprn", "postcode", "rooms")
SOURCE = """\
source: register
connect: {{files: "data/{{extract_date:%Y-%m-%d}}.{ending}"}}
feeds:
  homes:
    delivers: full
    to: home
    format: {format}
    map: {{uprn: {uprn}, postcode: postcode(postcode), rooms: rooms}}
"""
DATASET = """\
dataset: home
classification: internal
key: uprn
columns:
  uprn: {type: integer, required: true}
  postcode: {type: string}
  rooms: {type: integer}
"""


def fixed_width(path: Path) -> None:
    path.write_bytes("".join(f"{u:<14}{p:<10}{r:>5}\r\n" for u, p, r in HOMES).encode() + b"short\r\n")


def record_types(path: Path) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([("10", "header"), *(row for home in HOMES for row in (("21", *home), ("24", home[0]))), ("21", "wrong")])
    path.write_text(out.getvalue())


def xml(path: Path) -> None:
    homes = "".join(f'<Home uprn="{u}"><postcode>{p}</postcode><rooms>{r}</rooms></Home>' for u, p, r in HOMES)
    path.write_text(f"<Register><Homes>{homes}</Homes></Register>")


def excel(path: Path) -> None:
    workbook = openpyxl.Workbook()
    for row in (["Homes"], [], NAMES, *([int(u), p, int(r) if r.isdigit() else r] for u, p, r in HOMES), ["Total", None, 7]):
        workbook.active.append(list(row))
    workbook.save(path)


def layer(driver: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        engine = DuckDBEngine()
        engine.load("spatial")
        values = ", ".join(f"({', '.join(map(literal, home))})" for home in HOMES)
        sql = f"SELECT CAST(uprn AS BIGINT) AS uprn, postcode, rooms, ST_Point(538090, 187892) AS geom FROM (VALUES {values}) AS t({', '.join(NAMES)})"
        engine.execute(f"COPY ({sql}) TO {literal(str(path))} (FORMAT gdal, DRIVER '{driver}', SRS 'EPSG:27700')")
        engine.close()

    return write


CASES: dict[str, tuple[str, Callable[[Path], None], str, int]] = {
    "fixed_width": ("dat", fixed_width, "{fixed_width: {columns: {uprn: 1-14, postcode: 15-24, rooms: 25-29}}}", 1),
    "record_types": ("csv", record_types, "{record_types: {record: 21}}\n    columns: [code, uprn, postcode, rooms]", 1),
    "xml": ("xml", xml, "{xml: {record: Register/Homes/Home}}", 0),
    "excel": ("xlsx", excel, "{excel: {sheet: 1}}", 1),
    "shapefile": ("shp", layer("ESRI Shapefile"), "shapefile", 0),
    "geopackage": ("gpkg", layer("GPKG"), "geopackage", 0),
}


@pytest.mark.parametrize("format", CASES)
def test_homes_come_through(tmp_path: Path, format: str) -> None:
    ending, write, declared, bad = CASES[format]
    for folder in ("sources", "datasets", "data"):
        (tmp_path / folder).mkdir()
    (tmp_path / "borough.yaml").write_text("borough: Exampleton\n")
    (tmp_path / "sources/register.yaml").write_text(SOURCE.format(ending=ending, format=declared, uprn="'\"@uprn\"'" if format == "xml" else "uprn"))
    (tmp_path / "datasets/home.yaml").write_text(DATASET)
    write(tmp_path / "data" / f"2024-01-31.{ending}")
    for entry in (tmp_path / "data").iterdir():
        os.utime(entry, (1_700_000_000, 1_700_000_000))  # files that have just been written are left for the next run

    run = borough("run", "--project", tmp_path, "--now", "2024-02-01")
    assert run.code == 0, run.out + run.err
    homes = borough("query", "--project", tmp_path, "--json", "SELECT uprn, postcode, rooms FROM home ORDER BY uprn").json
    assert [(str(h["uprn"]), h["postcode"], str(h["rooms"])) for h in homes] == HOMES[:2]
    refused = borough("quarantine", "list", "home", "--project", tmp_path, "--json").json
    assert len(refused) == 1 + bad
