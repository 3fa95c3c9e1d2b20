"""Areas in SQL: which area in force on its day contains a point. DuckDB with its spatial extension loaded.

The rule of the border: a point lies in an area if the area's polygon, border included, meets it; of several, the one
with the least code counts. So every point of a gapless map lies in exactly one area, whatever the order of rows or threads.

Shapes are WKB in longitude and latitude (WGS 84), and so are points, once turned into it. They are taken as a plane, which at the size of a council
moves no border by as much as the coordinates' own rounding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from borough.engine.quoting import literal

WGS_84 = "EPSG:4326"
"""Longitude and latitude, in this order."""
MOST_SETS = 16
"""With more boundary sets than this, one join over all of them is cheaper than one each."""

_FURTHEST = "2e7"  # metres: half way round the Earth

_FIRST, _LAST = "DATE '0001-01-01'", "DATE '9999-12-31'"


def boundary_edges(boundaries_sql: str) -> str:
    """SQL of the days on which a set of boundaries begins (one column, in order): ``edges`` of ``area_side_table``."""
    return f"""SELECT DISTINCT day FROM (
  SELECT coalesce(valid_from, {_FIRST}) AS day FROM ({boundaries_sql})
  UNION ALL SELECT valid_to + 1 FROM ({boundaries_sql}) WHERE valid_to IS NOT NULL
) ORDER BY day"""


def area_side_table(points_sql: str, boundaries_sql: str, edges: Sequence[dt.date] = (), crs: str = WGS_84) -> str:
    """SQL of a side table (x, y, day, code, label): the area of each point.

    ``points_sql`` yields (x, y, day), ``boundaries_sql`` (code, label, shape, valid_from, valid_to; the days included,
    null means open). A point without a day takes the latest boundaries: those that end last. A point in no area has
    code null; so has one without coordinates. A shape that can't be read contains nothing (``mended_boundaries`` tells).

    ``edges`` are the rows of ``boundary_edges``: given these, each set of boundaries is joined with its own points, in
    two thirds of the time or less. The result is the same without. ``crs`` is the coordinate reference system of the points;
    x and y of the result are as they came.
    """
    days = sorted(set(edges))
    if 2 <= len(days) <= MOST_SETS:
        joins = [_join(*_set(start, end)) for start, end in zip([None, *days], [*days, None], strict=True)]
    else:
        joins = [_join("points", "boundaries")]
    hits = "\n  UNION ALL ".join(joins)
    return f"""WITH boundaries AS MATERIALIZED (
  SELECT code, label, TRY(ST_GeomFromWKB(shape)) AS shape, coalesce(valid_from, {_FIRST}) AS valid_from, coalesce(valid_to, {_LAST}) AS valid_to
  FROM ({boundaries_sql}) WHERE code IS NOT NULL
), points AS MATERIALIZED (
  SELECT x, y, day, coalesce(day, latest) AS on_day, {place_sql(crs)} AS place
  FROM (SELECT DISTINCT CAST(x AS DOUBLE) AS x, CAST(y AS DOUBLE) AS y, CAST(day AS DATE) AS day FROM ({points_sql})),
    (SELECT coalesce(max(valid_to), {_LAST}) AS latest FROM boundaries)
), hits AS (
  {hits}
), least AS (
  SELECT x, y, day, min({{'code': code, 'label': label}}) FILTER (WHERE on_day BETWEEN valid_from AND valid_to) AS area FROM hits GROUP BY x, y, day
)
SELECT x, y, day, area.code AS code, area.label AS label FROM least"""


def mended_boundaries(boundaries_sql: str) -> tuple[str, str]:
    """SQL of the boundaries with mended shapes (the same columns), and SQL of what was wrong: (code, reason), in order.

    A valid polygon keeps its very bytes. An outline that crosses itself is mended (``ST_MakeValid``, keeping the parts
    with an area); a shape that can't be read, is empty or has no area becomes null. Every one of them is told.
    """
    judged = f"""(SELECT *, TRY(ST_GeomFromWKB(shape)) AS read_shape FROM ({boundaries_sql}))"""
    mended = f"""(SELECT *, CASE WHEN read_shape IS NULL THEN NULL WHEN ST_IsValid(read_shape) THEN ST_CollectionExtract(read_shape, 3)
    ELSE ST_CollectionExtract(ST_MakeValid(read_shape), 3) END AS polygons FROM {judged})"""
    boundaries = f"""SELECT code, label, CASE WHEN polygons IS NULL OR ST_IsEmpty(polygons) THEN NULL
    WHEN ST_IsValid(read_shape) AND ST_Dimension(read_shape) = 2 THEN shape ELSE ST_AsWKB(polygons) END AS shape, valid_from, valid_to FROM {mended}"""
    report = f"""SELECT code, reason FROM (
  SELECT code, valid_from, valid_to, CASE
    WHEN shape IS NULL THEN 'there is no shape: left out'
    WHEN read_shape IS NULL THEN 'the shape can''t be read: left out'
    WHEN ST_IsEmpty(read_shape) THEN 'the shape is empty: left out'
    WHEN ST_IsEmpty(polygons) THEN 'the shape has no area (' || CAST(ST_GeometryType(read_shape) AS VARCHAR) || '): left out'
    WHEN NOT ST_IsValid(read_shape) THEN 'the outline crosses itself: mended'
  END AS reason FROM {mended}
) WHERE reason IS NOT NULL ORDER BY code, valid_from, valid_to, reason"""
    return boundaries, report


def place_sql(crs: str) -> str:
    """A point as longitude and latitude. One that its system can't have (a mistyped digit) is nowhere, and so in no area."""
    if crs == WGS_84:
        return "CASE WHEN isfinite(x) AND isfinite(y) THEN ST_Point(x, y) END"
    on_earth = f"abs(x) < {_FURTHEST} AND abs(y) < {_FURTHEST}"
    return f"CASE WHEN {on_earth} THEN TRY(ST_Transform(ST_Point(x, y), {literal(crs)}, 'OGC:CRS84', always_xy := true)) END"


def _set(start: dt.date | None, end: dt.date | None) -> tuple[str, str]:
    """The points of the days from ``start`` to before ``end``, and the boundaries in force then: throughout, for no edge is between."""
    since = f"on_day >= {_day(start)}" if start else "true"
    until = f"on_day < {_day(end)}" if end else "true"
    in_force = f"{_day(start)} BETWEEN valid_from AND valid_to" if start else "false"
    return f"(SELECT * FROM points WHERE {since} AND {until})", f"(SELECT * FROM boundaries WHERE {in_force})"


def _join(points: str, boundaries: str) -> str:
    # On nothing but the shapes: that is DuckDB's spatial join, with an index. Days in the condition would make it a loop
    # over pairs, five times slower; they are judged when the hits are gathered.
    return f"SELECT p.x, p.y, p.day, p.on_day, b.code, b.label, b.valid_from, b.valid_to FROM {points} p LEFT JOIN {boundaries} b ON ST_Intersects(p.place, b.shape)"


def _day(day: dt.date) -> str:
    return f"DATE '{day.isoformat()}'"
