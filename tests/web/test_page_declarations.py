"""Pages as they are declared: what is wrong is told at its place, and what is right becomes one SELECT a tile."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.council import borough, write

from borough.compile.pages import tile_sql
from borough.pipeline.survey import compiled
from borough.project.load import load

COUNCIL = """\
borough: Testing
purposes:
  planning: {title: Planning, permits: [public, internal]}
purpose: planning
web: {roles: {viewer: [planning]}}
"""
FILES = {
    "borough.yaml": COUNCIL,
    "sources/s.yaml": "source: s\nconnect: {files: data/*.csv}\nfeeds:\n  f: {delivers: append, extract_date: 2026-10-31, to: thing, map: {id: id, ward: ward, day: uk_date(day), n: n}}\n",
    "datasets/thing.yaml": "dataset: thing\nkey: id\nclassification: internal\ncolumns:\n  id: {type: integer, required: true}\n  ward: {type: string}\n  day: {type: date}\n  n: {type: integer}\n",
    "reports/totals.sql": "-- title: Totals\nSELECT ward, day, sum(n) AS total FROM thing GROUP BY ward, day\n",
}
PAGE = "page: p\ntitle: P\nfrom: totals\nfilters: {ward: Ward, day: {kind: period, compare: true}}\ntiles:\n"


def made(folder: Path, tiles: str, page: str = PAGE, **more: str) -> Path:
    return write(folder, {**FILES, "reports/p.yaml": page + tiles, **more})


def test_a_page_becomes_a_select_for_each_tile(tmp_path: Path) -> None:
    root = made(tmp_path, "  - {tile: bar, title: B, by: ward, value: sum(total)}\n  - {tile: table, title: T, columns: {ward: Ward, n: {value: sum(total), of: count(*)}}, order: n desc}\n")
    programme, mistakes = compiled(load(root))
    assert not mistakes
    page = programme.pages["p"]
    bar, table = page.tiles
    assert tile_sql(page.spec, bar, {"ward", "day_from"}) == (
        'SELECT "ward" AS by, sum(total) AS value FROM "totals" WHERE CAST("ward" AS VARCHAR) = $ward AND CAST("day" AS DATE) >= CAST($day_from AS DATE) GROUP BY ALL ORDER BY value DESC NULLS LAST, by'
    )
    assert tile_sql(page.spec, table, (), 5) == 'SELECT "ward" AS "ward", sum(total) AS "n", count(*) AS "n__of" FROM "totals" GROUP BY ALL ORDER BY n desc, "ward", "n" LIMIT 5'


@pytest.mark.parametrize(
    ("tiles", "place", "says"),
    [
        ("  - {tile: bar, title: B, by: wrd, value: sum(total)}\n", "reports/p.yaml:6", "'wrd', which totals lacks"),
        ("  - {tile: bar, title: B, by: ward}\n", "reports/p.yaml:6", "without `value`"),
        ("  - {tile: bar, title: B, by: ward, value: sum(totl)}\n", "reports/p.yaml:6", "unknown column 'totl'"),
        ("  - {tile: bar, title: B, from: totls, by: ward, value: count(*)}\n", "reports/p.yaml:6", "the table 'totls'"),
        ("  - {tile: map, title: M, value: count(*)}\n", "reports/p.yaml:6", "either `points:`"),
        ("  - {tile: map, title: M, areas: wards, by: ward, value: count(*)}\n", "reports/p.yaml:6", "the dataset 'wards'"),
        ("  - {tile: table, title: T, columns: {wad: W}}\n", "reports/p.yaml:6", "'wad', which totals lacks"),
        ("  - {tile: table, title: T, columns: {ward: W}, order: elsewhere}\n", "reports/p.yaml:6", "unknown column 'elsewhere'"),
        ("  - {tile: number, title: N, value: read_csv('x')}\n", "reports/p.yaml:6", "read_csv"),
        ("  - {tile: number, title: N, value: sum(total), where: drop table x}\n", "reports/p.yaml:6", "expected"),
        ("  - {tile: pie, title: N, value: sum(total)}\n", "reports/p.yaml:6", "pie"),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, tiles: str, place: str, says: str) -> None:
    done = borough("check", "--project", made(tmp_path, tiles))
    assert done.code == 1 and place in done.out + done.err and says in done.out + done.err


def test_a_page_for_a_purpose_that_is_not_declared_is_refused(tmp_path: Path) -> None:
    done = borough("check", "--project", made(tmp_path, "  - {tile: number, title: N, value: sum(total)}\n", "page: p\ntitle: P\npurpose: plannning\nfrom: totals\ntiles:\n"))
    assert done.code == 1 and "reports/p.yaml:3" in done.out + done.err and "did you mean 'planning'" in done.out + done.err


@pytest.mark.parametrize(("web", "says"), [("{roles: {viewer: [plannin]}}", "did you mean 'planning'"), ("{colour: '#ffdd00'}", "a contrast of 1."), ("{roles: {clerk: [planning]}}", "clerk"), ("{colour: red}", "red")])
def test_mistakes_of_the_service_are_told(tmp_path: Path, web: str, says: str) -> None:
    root = write(tmp_path, {**FILES, "borough.yaml": COUNCIL.replace("web: {roles: {viewer: [planning]}}", f"web: {web}")})
    done = borough("check", "--project", root)
    assert done.code == 1 and "borough.yaml:5" in done.out + done.err and says in done.out + done.err


def test_report_add_copies_what_fits_and_tells_what_does_not(tmp_path: Path) -> None:
    root = write(tmp_path, FILES)
    done = borough("report", "add", "--json", "--project", root)
    assert done.code == 0 and done.json["written"] == [] and done.json["left_out"]["ward_totals.sql"]
    assert borough("report", "add", "risk_profil", "--project", root).code == 2
    (root / "datasets" / "lpi.yaml").write_text("dataset: lpi\nkey: lpi_key\ncolumns: {lpi_key: {type: string, required: true}}\n", encoding="utf-8")
    (root / "datasets" / "street.yaml").write_text("dataset: street\nkey: usrn\ncolumns: {usrn: {type: integer, required: true}}\n", encoding="utf-8")
    done = borough("report", "add", "property_address", "--json", "--project", root)
    assert done.json["written"] == ["reports/property_address.sql"]
    (root / "reports" / "property_address.sql").write_text("SELECT 1 AS uprn\n", encoding="utf-8")
    assert borough("report", "add", "property_address", "--json", "--project", root).json["written"] == []
    assert borough("report", "add", "property_address", "--force", "--json", "--project", root).json["written"] == ["reports/property_address.sql"]
