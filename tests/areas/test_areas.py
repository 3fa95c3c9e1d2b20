"""Areas: a point belongs to the one area in force on its day that contains it."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from borough.compile.areas import area_side_table, boundary_edges, mended_boundaries
from borough.engine.duckdb import DuckDBEngine

DATA = Path(os.environ.get("BOROUGH_SHARED_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data") / "waltham-forest"
real = pytest.mark.skipif(
    not (DATA / "wards-2011.geojson").exists(), reason=f"the shared data is not at {DATA.name} (set BOROUGH_SHARED_DATA)"
)

Row = tuple[Any, ...]


def spatial(threads: int = 2) -> DuckDBEngine:
    engine = DuckDBEngine(threads=threads)
    engine.load("spatial")
    return engine


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    engine = spatial()
    yield engine
    engine.close()


def values(rows: Sequence[Row], names: str, types: Sequence[str]) -> str:
    """Rows as SQL."""
    cells = (["NULL" if v is None else f"'{v}'" for v in row] for row in rows)
    typed = (", ".join(f"CAST({c} AS {t})" for c, t in zip(row, types, strict=True)) for row in cells)
    return (
        f"SELECT * FROM (VALUES {', '.join(f'({row})' for row in typed)}) AS v({names})"
        if rows
        else f"SELECT {', '.join(f'CAST(NULL AS {t}) AS {n}' for n, t in zip(names.split(','), types, strict=True))} WHERE false"
    )


def points(rows: Sequence[Row]) -> str:
    return values(rows, "x,y,day", ("DOUBLE", "DOUBLE", "DATE"))


def boundaries(rows: Sequence[Row]) -> str:
    """(code, label, WKT, valid_from, valid_to)."""
    inner = values(rows, "code,label,wkt,valid_from,valid_to", ("VARCHAR", "VARCHAR", "VARCHAR", "DATE", "DATE"))
    return f"SELECT code, label, ST_AsWKB(ST_GeomFromText(wkt)) AS shape, valid_from, valid_to FROM ({inner})"


def square(x: int, y: int) -> str:
    return f"POLYGON(({x} {y}, {x + 1} {y}, {x + 1} {y + 1}, {x} {y + 1}, {x} {y}))"


def edges(engine: DuckDBEngine, sql: str) -> list[dt.date]:
    return [day for (day,) in engine.rows(boundary_edges(sql))]


def side(engine: DuckDBEngine, points_sql: str, boundaries_sql: str) -> list[Row]:
    """The side table, the same with and without the sets told apart."""
    order = "ORDER BY x, y, day"
    whole = engine.rows(f"SELECT * FROM ({area_side_table(points_sql, boundaries_sql)}) {order}")
    parted = engine.rows(f"SELECT * FROM ({area_side_table(points_sql, boundaries_sql, edges(engine, boundaries_sql))}) {order}")
    assert repr(whole) == repr(parted)
    return whole


@given(
    codes=st.permutations([f"E{n:02}" for n in range(9)]),
    at=st.lists(st.tuples(st.integers(-1, 7), st.integers(-1, 7)), min_size=1, max_size=30, unique=True),
)
@settings(max_examples=25, deadline=None)
def test_every_point_of_a_grid_lies_in_the_least_of_the_squares_it_meets(
    engine: DuckDBEngine, codes: list[str], at: list[tuple[int, int]]
) -> None:
    cells = {(i % 3, i // 3): code for i, code in enumerate(codes)}
    grid = boundaries([(code, f"cell {code}", square(x, y), None, None) for (x, y), code in cells.items()])
    found = {(x, y): (code, label) for x, y, _, code, label in side(engine, points([(x / 2, y / 2, None) for x, y in at]), grid)}
    for x, y in at:
        px, py = x / 2, y / 2
        meets = [code for (i, j), code in cells.items() if i <= px <= i + 1 and j <= py <= j + 1]
        assert found[px, py] == ((min(meets), f"cell {min(meets)}") if meets else (None, None))


def test_the_area_in_force_on_the_day_counts_both_days_included(engine: DuckDBEngine) -> None:
    sets = boundaries(
        [
            ("old", "Old", square(0, 0), "2010-05-06", "2022-05-04"),
            ("new", "New", square(0, 0), "2022-05-05", None),
            ("gone", "Gone", square(5, 5), "2010-05-06", "2022-05-04"),
        ]
    )
    days = ["2010-05-05", "2010-05-06", "2022-05-04", "2022-05-05", "2099-01-01", None]
    found = {
        (x, str(day) if day else None): code
        for x, _, day, code, _ in side(engine, points([(p, p, d) for p in (0.5, 5.5) for d in days]), sets)
    }
    assert [found[0.5, d] for d in days] == [None, "old", "old", "new", "new", "new"]
    assert [found[5.5, d] for d in days] == [None, "gone", "gone", None, None, None]


def test_without_a_day_the_set_that_ends_last_counts_when_all_are_closed(engine: DuckDBEngine) -> None:
    sets = boundaries([("a", None, square(0, 0), None, "2011-12-31"), ("b", None, square(0, 0), "2012-01-01", "2020-12-31")])
    assert side(engine, points([(0.5, 0.5, None), (0.5, 0.5, "2021-01-01")]), sets) == [
        (0.5, 0.5, dt.date(2021, 1, 1), None, None),
        (0.5, 0.5, None, "b", None),
    ]


def test_overlapping_sets_and_gaps(engine: DuckDBEngine) -> None:
    sets = boundaries(
        [
            ("b", "B", square(0, 0), "2010-01-01", "2015-12-31"),
            ("a", "A", square(0, 0), "2014-01-01", "2014-12-31"),
            ("c", "C", square(0, 0), "2017-01-01", None),
        ]
    )
    days = ["2009-12-31", "2013-06-01", "2014-06-01", "2015-06-01", "2016-06-01", "2017-01-01"]
    assert [code for *_, code, _ in side(engine, points([(0.5, 0.5, d) for d in days]), sets)] == [None, "b", "a", "b", None, "c"]


def test_one_row_a_point_even_where_there_is_nothing_to_find(engine: DuckDBEngine) -> None:
    asked = [
        (0.5, 0.5, None),
        (None, 0.5, None),
        (0.5, None, "2020-01-01"),
        ("nan", 0.5, None),
        ("inf", "-inf", None),
        (0.5, 0.5, None),
        (9, 9, None),
    ]
    found = side(engine, points(asked), boundaries([("a", "A", square(0, 0), None, None)]))
    assert len(found) == 6 and [row[3] for row in found if row[3]] == ["a"]
    assert [row[3] for row in side(engine, points(asked), boundaries([]))] == [None] * 6
    assert side(engine, points([]), boundaries([("a", "A", square(0, 0), None, None)])) == []


def test_shapes_that_can_not_be_used_are_mended_or_left_out_and_told(engine: DuckDBEngine) -> None:
    wkt = [
        ("bowtie", "POLYGON((0 0, 2 2, 2 0, 0 2, 0 0))"),
        ("good", square(5, 5)),
        ("line", "LINESTRING(0 0, 1 1)"),
        ("flat", "POLYGON((0 0, 1 1, 2 2, 0 0))"),
        ("empty", "POLYGON EMPTY"),
        ("mixed", "GEOMETRYCOLLECTION(POINT(9 9), POLYGON((7 7, 8 7, 8 8, 7 8, 7 7)))"),
    ]
    raw = f"""{boundaries([(code, code, text, None, None) for code, text in wkt])}
        UNION ALL SELECT 'garbage', 'garbage', 'not wkb'::BLOB, NULL, NULL UNION ALL SELECT 'none', 'none', NULL, NULL, NULL"""
    mended, report = mended_boundaries(raw)
    told = dict(engine.rows(report))
    assert sorted(told) == ["bowtie", "empty", "flat", "garbage", "line", "none"]
    assert "mended" in told["bowtie"] and "LINESTRING" in told["line"] and "read" in told["garbage"] and "empty" in told["empty"]
    kept = {
        code: area for code, area in engine.rows(f"SELECT code, ST_Area(ST_GeomFromWKB(shape)) FROM ({mended}) WHERE shape IS NOT NULL")
    }
    assert kept == {"bowtie": pytest.approx(2.0), "good": 1.0, "mixed": 1.0}
    assert engine.rows(f"SELECT (SELECT shape FROM ({mended}) WHERE code = 'good') = (SELECT shape FROM ({raw}) WHERE code = 'good')") == [
        (True,)
    ]
    assert [row[3] for row in side(engine, points([(0.5, 1, None), (1, 0.9, None), (1, 0.2, None), (5.5, 5.5, None), (7.5, 7.5, None)]), mended)] == [
        "bowtie", None, None, "good", "mixed",
    ]  # fmt: skip
    # Unmended, what can't be read contains nothing, and nothing fails.
    assert [row[3] for row in side(engine, points([(5.5, 5.5, None)]), raw)] == ["good"]


# ── the real wards ──────────────────────────────────────────────────────────────────────────────


def wards() -> str:
    return f"""SELECT WD13CD AS code, WD13NM AS label, ST_AsWKB(geom) AS shape, DATE '2010-05-06' AS valid_from, DATE '2022-05-04' AS valid_to
        FROM ST_Read('{DATA / "wards-2011.geojson"}')
      UNION ALL SELECT WD22CD, WD22NM, ST_AsWKB(geom), DATE '2022-05-05', NULL FROM ST_Read('{DATA / "wards-2022.geojson"}')"""


def oracle(points_sql: str) -> str:
    """The same by brute force: every pair."""
    return f"""SELECT p.x, p.y, p.day, min(b.code) AS code FROM (SELECT DISTINCT * FROM ({points_sql})) p LEFT JOIN ({wards()}) b
      ON coalesce(p.day, DATE '9999-12-31') BETWEEN b.valid_from AND coalesce(b.valid_to, DATE '9999-12-31')
      AND ST_Intersects(ST_GeomFromWKB(b.shape), ST_Point(p.x, p.y)) GROUP BY ALL"""


@real
def test_every_vertex_of_the_real_wards_lies_in_exactly_one_of_them(engine: DuckDBEngine) -> None:
    engine.execute(f"""CREATE OR REPLACE TEMP TABLE vertices AS SELECT DISTINCT ST_X(v) AS x, ST_Y(v) AS y, valid_from AS day FROM (
        SELECT valid_from, unnest(ST_Dump(ST_Points(ST_GeomFromWKB(shape)))).geom AS v FROM ({wards()}))""")
    engine.execute(f"CREATE OR REPLACE TEMP TABLE found AS {area_side_table('FROM vertices', wards(), edges(engine, wards()))}")
    ((asked, answered, with_area),) = engine.rows("SELECT (SELECT count(*) FROM vertices), count(*), count(code) FROM found")
    assert asked == answered == with_area > 400
    assert engine.rows(f"SELECT x, y, day, code FROM found EXCEPT ({oracle('FROM vertices')})") == []


@real
def test_every_incident_lies_in_the_ward_that_contains_its_point(engine: DuckDBEngine) -> None:
    files = f"{DATA}/street-crime/2016-0[12]/*.json"
    incidents = f"""SELECT DISTINCT CAST(location.longitude AS DOUBLE) AS x, CAST(location.latitude AS DOUBLE) AS y, day FROM read_json('{files}', union_by_name = true),
        (VALUES (DATE '2016-01-01'), (DATE '2023-01-01'), (NULL)) AS d(day)"""
    engine.execute(f"CREATE OR REPLACE TEMP TABLE incidents AS {incidents}")
    found = side(engine, "FROM incidents", wards())
    assert len(found) > 1000
    assert [row[:4] for row in found] == engine.rows(f"SELECT x, y, day, code FROM ({oracle('FROM incidents')}) ORDER BY x, y, day")
    vintage = {day: {code[:3] for _, _, d, code, _ in found if d == day and code} for day in {row[2] for row in found}}
    assert all(vintage.values())


@real
def test_the_real_wards_need_no_mending_or_say_so(engine: DuckDBEngine) -> None:
    mended, report = mended_boundaries(wards())
    told = engine.rows(report)
    assert engine.rows(f"SELECT count(*) FROM ({mended}) WHERE shape IS NULL") == [(0,)]
    assert all("mended" in reason for _, reason in told)


@real
def test_the_threads_change_nothing() -> None:
    grid = "SELECT -0.07 + 0.002 * (i % 60) AS x, 51.55 + 0.0015 * (i // 60) AS y, DATE '2022-05-01' + (i % 9)::INTEGER AS day FROM range(6000) AS r(i)"
    answers = []
    for threads in (1, 2, 4):
        engine = spatial(threads)
        answers.append(engine.rows(f"SELECT * FROM ({area_side_table(grid, wards(), edges(engine, wards()))}) ORDER BY ALL"))
        engine.close()
    assert answers[0] == answers[1] == answers[2]


def test_a_point_of_the_national_grid_lies_where_its_longitude_and_latitude_do(engine: DuckDBEngine) -> None:
    ward = boundaries([("W", "Ward", "POLYGON((-0.02 51.58, -0.01 51.58, -0.01 51.59, -0.02 51.59, -0.02 51.58))", None, None)])
    degrees = [(-0.0251 + i % 7 * 0.003, 51.5751 + i // 7 * 0.003) for i in range(49)]
    to_metres = Transformer.from_crs(4326, 27700, always_xy=True)  # another implementation than the engine's
    pairs = [(lon, lat, *map(float, to_metres.transform(lon, lat))) for lon, lat in degrees]
    assert min(x for *_, x, _ in pairs) > 500_000  # metres
    expected = [code for *_, code, _ in side(engine, points([(lon, lat, None) for lon, lat, *_ in pairs]), ward)]
    order = {(x, y): n for n, (_, _, x, y) in enumerate(sorted(pairs))}
    placed = engine.rows(f"SELECT x, y, code FROM ({area_side_table(points([(x, y, None) for *_, x, y in pairs]), ward, crs='EPSG:27700')})")
    found = [code for _, code in sorted((order[x, y], code) for x, y, code in placed)]
    assert found == expected
    assert {None, "W"} == set(expected)


def test_points_that_the_national_grid_cannot_have_are_in_no_area(engine: DuckDBEngine) -> None:
    ward = boundaries([("W", "Ward", square(-10, 45), None, None)])
    nonsense = [(0.0, 0.0, None), (None, 186000.0, None), (-1.0, -1.0, None), (1e12, 1e12, None), (1e300, 5.0, None), ("nan", "inf", None)]
    placed = engine.rows(f"SELECT x, code FROM ({area_side_table(points(nonsense), ward, crs='EPSG:27700')})")
    assert [code for _, code in placed] == [None] * len(nonsense)
