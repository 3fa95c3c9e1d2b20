"""What maps draw: vector tiles of points, and areas as GeoJSON, both made by the engine."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from borough.compile.pages import Tile, narrowed, tile_sql
from borough.engine.quoting import literal, quoted
from borough.errors import UsageError
from borough.web.asking import NotFoundError, Reading, SignedIn, reader_of
from borough.web.choosing import Chosen, chosen
from borough.web.figures import BANDS
from borough.web.pages.reports import page_called, tile_of
from borough.web.reading import Reader

EXTENT = 4096
BUFFER = 64
CELLS = 64
"""Below zoom ``SINGLE`` a tile is this many cells wide, and points of one cell are one mark with their number."""
SINGLE = 15
DEEPEST = 22
KEPT = 4000
"""Tiles of one snapshot that are kept at hand."""


def router() -> APIRouter:
    routes = APIRouter()

    @routes.get("/tiles/{name}/{number}/{z}/{x}/{y}.mvt", include_in_schema=False)
    def tile(name: str, number: int, z: int, x: int, y: int, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        page = page_called(snapshot, name)
        part = tile_of(page, number)
        if not part.spec.points or not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
            raise NotFoundError("there is no such tile of a map")
        reader = reader_of(snapshot, user, page.spec.purpose)
        made = chosen(page.spec, dict(request.query_params))
        content = vector_tile(reader, page.spec, part, made, (z, x, y))
        return Response(content, media_type="application/vnd.mapbox-vector-tile", headers={"Cache-Control": "private, max-age=60"})

    @routes.get("/areas/{dataset}.geojson", include_in_schema=False)
    def areas(dataset: str, snapshot: Reading, user: SignedIn, on: str | None = None) -> Response:
        reader = reader_of(snapshot, user)
        try:
            day = dt.date.fromisoformat(on) if on else None
        except ValueError as error:
            raise UsageError(f"{(on or '')[:40]!r} is not a date", advice="write it as 2026-10-31") from error
        return Response(area_features(reader, dataset, day), media_type="application/geo+json", headers={"Cache-Control": "private, max-age=300"})

    return routes


def vector_tile(reader: Reader, page: Any, tile: Tile, made: Chosen, at: tuple[int, int, int]) -> bytes:
    """A Mapbox vector tile (version 2.1) with the layer ``points``; where points lie thick, marks that stand for many."""
    own = {name: value for name, value in made.values.items() if name.removesuffix("_from").removesuffix("_to") in tile.filters}
    z, x, y = at
    west, south, east, north = _sides(z, x, y, BUFFER / EXTENT)
    lon, lat = map(quoted, tile.spec.points or ())
    near = f"{lon} BETWEEN $t_west AND $t_east AND {lat} BETWEEN $t_south AND $t_north"
    where = narrowed(page, tile.filters, own, tile.spec.where)
    sql = tile_sql(page, tile, own).removesuffix(where) + (f"{where} AND {near}" if where else f" WHERE {near}")
    answer = reader.ask(sql, **own, t_west=west, t_east=east, t_south=south, t_north=north)
    memory, key = reader.snapshot.memory, ("tile", reader.purpose, sql, tuple(sorted(own.items())), at)
    if key in memory:
        content, count = memory[key]
        answer.again(count)
        return bytes(content)
    content, count = answer.drawn(lambda rows: _around(rows, z, x, y))
    if len(memory) < KEPT:
        memory[key] = (content, count)
    return bytes(content)


def _around(rows: str, z: int, x: int, y: int) -> str:
    """One row (the tile, of how many points) about the points."""
    span = f"{float(2**z)!r}"
    placed = (
        f"SELECT key, band, rating, label, ((longitude + 180) / 360 * {span} - {x}) * {EXTENT} AS px, "
        f"((1 - asinh(tan(radians(latitude))) / pi()) / 2 * {span} - {y}) * {EXTENT} AS py FROM ({rows})"
    )
    if z >= SINGLE:
        marks = "SELECT key, band, rating, label, CAST(1 AS INTEGER) AS count, px, py FROM placed"
    else:
        size = EXTENT // CELLS
        rank = " ".join(f"WHEN {literal(band)} THEN {i}" for i, band in enumerate(BANDS))
        marks = (
            f"SELECT CASE WHEN count(*) = 1 THEN min(key) END AS key, arg_min(band, CASE band {rank} ELSE {len(BANDS)} END) AS band, max(rating) AS rating, "
            f"CASE WHEN count(*) = 1 THEN min(label) END AS label, CAST(count(*) AS INTEGER) AS count, avg(px) AS px, avg(py) AS py FROM placed GROUP BY floor(px / {size}), floor(py / {size})"
        )
    feature = "{'key': key, 'band': band, 'rating': round(rating, 1), 'label': label, 'count': count, 'geom': ST_Point(round(px), round(py))}"
    return f"WITH placed AS ({placed}), marks AS ({marks}) SELECT coalesce(ST_AsMVT({feature}, 'points', {EXTENT}, 'geom'), ''::BLOB), coalesce(sum(count), 0) FROM marks"


def _sides(z: int, x: int, y: int, margin: float) -> tuple[float, float, float, float]:
    """West, south, east and north of a tile, in degrees, with a margin about it (a share of the tile)."""
    across: float = float(2**z)

    def longitude(at: float) -> float:
        return at / across * 360 - 180

    def latitude(at: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * at / across))))

    return longitude(x - margin), latitude(y + 1 + margin), longitude(x + 1 + margin), latitude(y - margin)


def area_features(reader: Reader, dataset: str, day: dt.date | None) -> bytes:
    """The areas of a dataset that were in force on a day (or are), as a GeoJSON FeatureCollection (RFC 7946). Raises NotFoundError."""
    contract = reader.snapshot.project.datasets.get(dataset)
    if contract is None or contract.area is None:
        raise NotFoundError(f"there are no areas {dataset[:60]!r}")
    area = contract.area
    columns = [f"{quoted(area.code)} AS code", f"{quoted(area.label) if area.label else quoted(area.code)} AS label", f"{quoted(area.shape)} AS shape"]
    conditions, values = [], {}
    if day is not None:
        values = {"day": day.isoformat()}
    on = "CAST($day AS DATE)" if day is not None else None
    if area.valid_from and on:
        conditions.append(f"{quoted(area.valid_from)} <= {on}")
    if area.valid_to:
        conditions.append(f"({quoted(area.valid_to)} IS NULL OR {quoted(area.valid_to)} >= {on})" if on else f"{quoted(area.valid_to)} IS NULL")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    answer = reader.ask(f"SELECT {', '.join(columns)} FROM {quoted(dataset)}{where}", **values)
    memory, key = reader.snapshot.memory, ("areas", reader.purpose, dataset, day)
    if key not in memory:
        memory[key] = answer.drawn(_collection)
    else:
        answer.again(memory[key][1])
    return str(memory[key][0]).encode()


def _collection(rows: str) -> str:
    shape = "CAST(ST_AsGeoJSON(ST_ReducePrecision(ST_GeomFromWKB(shape), 0.000001)) AS JSON)"
    feature = f"json_object('type', 'Feature', 'id', code, 'properties', json_object('code', code, 'label', label), 'geometry', {shape})"
    return f"SELECT CAST(json_object('type', 'FeatureCollection', 'features', coalesce(json_group_array({feature}), CAST('[]' AS JSON))) AS VARCHAR), count(*) FROM ({rows})"
