"""Shapefiles and GeoPackages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal, quoted

from .connector_contract import COLUMNS, Row
from .files_contract import FilesContract
from .receiving import Delivery, Place

HERE = "ST_Point(538090, 187892)"  # E10 5AB
SHAPE = "ESRI Shapefile"


def write(engine: DuckDBEngine, path: Path, sql: str, driver: str = SHAPE, crs: str | None = "EPSG:27700", layer: str = "layer") -> None:
    engine.load("spatial")
    system = f", SRS '{crs}'" if crs else ""
    system += ", LAYER_CREATION_OPTIONS 'ENCODING=UTF-8'" if driver == SHAPE else ""
    engine.execute(f"COPY ({sql}) TO {literal(str(path))} (FORMAT gdal, DRIVER '{driver}'{system}, LAYER_NAME '{layer}')")


class SpatialContract(FilesContract):
    driver: ClassVar[str]
    added = ("geometry", "geometry_received")
    nothing = False

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        cells = [f"({', '.join(literal(row[name]) for name in COLUMNS)})" for row in rows]
        names = ", ".join(map(quoted, COLUMNS))
        path.unlink(missing_ok=True)
        write(self.engine, path, f"SELECT *, {HERE} AS geom FROM (VALUES {', '.join(cells)}) AS t({names})", self.driver)


class TestShapefile(SpatialContract):
    ending, driver = "shp", SHAPE
    empty = None  # a blank cell of a .dbf is either

    def arriving(self, row: Row) -> Row:
        """A .dbf pads its cells with blanks; they are taken off."""
        return {name: (value and value.strip(" ")) or None for name, value in row.items()}


class TestGeoPackage(SpatialContract):
    ending, driver = "gpkg", "GPKG"
    added = ("fid", *SpatialContract.added)

    def test_awkward_values_arrive_as_they_were(self) -> None:
        rows = self.awkward()
        self.put(rows, "one")
        batch = self.receive()
        assert batch.columns == ("fid", *COLUMNS, "geometry", "geometry_received")
        assert [{name: row[name] for name in COLUMNS} for row in self.received(batch)] == [self.arriving(row) for row in rows]


def shapefile(place: Place, sql: str = f"SELECT 'a' AS name, {HERE} AS geom", **options: Any) -> Path:
    path = place.folder / "in" / "a.shp"
    write(place.engine, path, sql, **options)
    return path


def receive(place: Place, **options: Any) -> Delivery:
    return place.receive("in/*.shp", "in/*.gpkg", **({"format": {"shapefile": options}} if options else {}))


def test_values_without_noise(place: Place) -> None:
    cells = "12345678.0::DOUBLE AS id, 0.1 AS x, 12345678901::BIGINT AS uprn, DATE '2024-02-29' AS day, '007' AS code"
    shapefile(place, f"SELECT {cells}, {HERE} AS geom UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL")
    got = receive(place)
    assert got.cells("id", "x", "uprn", "day", "code", "_row") == [("12345678", "0.1", "12345678901", "2024-02-29", "007", 1), (None,) * 5 + (2,)]
    assert [row["geometry"] is None for row in got.rows] == [False, True]
    assert (got.only.counted, got.only.rows) == (2, 2)


def test_the_national_grid_becomes_longitude_and_latitude(place: Place) -> None:
    shapefile(place)
    (row,) = receive(place).rows
    longitude, latitude = json.loads(row["geometry"])["coordinates"]
    assert (round(longitude, 4), round(latitude, 4)) == (-0.0088, 51.5730)
    assert row["geometry_received"] == "POINT (538090 187892)"


def test_the_transformation_agrees_with_published_coordinates(place: Place, shared: Path) -> None:
    """3,813 postcodes with both kinds of coordinates: nearer than half a metre, all of them."""
    source = f"read_csv('{shared}/waltham-forest/postcodes-2024.csv')"
    shapefile(place, f"SELECT postcode, lat, lon, ST_Point(eastings, northings) AS geom FROM {source}")
    got = receive(place)
    assert len(got.rows) == 3813
    for row in got.rows:
        longitude, latitude = json.loads(row["geometry"])["coordinates"]
        assert abs(latitude - float(row["lat"])) < 0.5 / 111_000
        assert abs(longitude - float(row["lon"])) < 0.5 / 69_000


def test_the_ordnance_surveys_example_is_four_metres_off_at_most(place: Place) -> None:
    """Caister water tower, from "A guide to coordinate systems in Great Britain": without the shifts of OSTN15 that is what there is."""
    shapefile(place, "SELECT 'Caister' AS name, ST_Point(651409.792, 313177.448) AS geom")
    longitude, latitude = json.loads(receive(place).rows[0]["geometry"])["coordinates"]
    assert abs(latitude - (52 + 39 / 60 + 28.8282 / 3600)) < 4 / 111_000
    assert abs(longitude - (1 + 42 / 60 + 57.8663 / 3600)) < 4 / 67_000


def test_what_is_in_wgs84_stays_as_it_is(place: Place) -> None:
    shapefile(place, "SELECT 'a' AS name, ST_GeomFromText('POLYGON Z((0 51 1, 1 51 1, 1 52 1, 0 51 1))') AS geom", crs="EPSG:4326")
    got = receive(place)
    assert got.only.columns == ("name", "geometry")
    assert json.loads(got.rows[0]["geometry"])["coordinates"][0][0] == [0, 51]


def test_a_missing_projection_is_told_and_can_be_declared(place: Place) -> None:
    path = shapefile(place)
    path.with_suffix(".prj").unlink()
    assert "the .prj beside it is missing" in (receive(place).only.problem or "")
    got = receive(place, crs="EPSG:27700")
    assert round(json.loads(got.rows[0]["geometry"])["coordinates"][1], 4) == 51.5730
    path.with_suffix(".prj").write_text("somewhere")
    assert "declare `crs:`" in (receive(place).only.problem or "")
    assert "EPSG:99999" in (receive(place, crs="EPSG:99999").only.problem or "")


def test_a_projection_without_a_number_is_used(place: Place) -> None:
    path = shapefile(place)
    projection = path.with_suffix(".prj").read_text()
    path.with_suffix(".prj").write_text(projection.replace("British_National_Grid", "Ours").replace("400000", "401000"))
    assert round(json.loads(receive(place).rows[0]["geometry"])["coordinates"][0], 3) == round(-0.0088 - 0.01443, 3)


@pytest.mark.parametrize("ending", [".dbf", ".shx"])
def test_a_missing_file_is_told(place: Place, ending: str) -> None:
    shapefile(place).with_suffix(ending).unlink()
    assert f"the {ending} beside it is missing" in (receive(place).only.problem or "")


@pytest.mark.parametrize("ending", [".dbf", ".shp"])
def test_a_file_that_is_cut_off_is_told(place: Place, ending: str) -> None:
    path = shapefile(place, f"SELECT 'a' AS name, {HERE} AS geom FROM range(50)").with_suffix(ending)
    path.write_bytes(path.read_bytes()[:-60])
    got = receive(place)
    assert "cut off" in (got.only.problem or "")
    assert got.rows == []


def recode(path: Path, codec: str, language: int = 0, page: str | None = None) -> None:
    """Put ``£é€`` in place of ``XXXXXX`` in a .dbf."""
    table = path.with_suffix(".dbf")
    data = bytearray(table.read_bytes().replace(b"XXXXXX", "£é€".encode(codec).ljust(6)))
    data[29] = language
    table.write_bytes(bytes(data))
    if page is not None:
        path.with_suffix(".cpg").write_text(page)


@pytest.mark.parametrize(
    ("codec", "language", "page", "declared"),
    [
        ("cp1252", 0, None, None),
        ("cp1252", 0x57, None, None),
        ("cp1252", 0, "1252", None),
        ("cp1252", 0, "ANSI 1252", None),
        ("cp1252", 0, "ISO-8859-1", None),
        ("cp1252", 0, "UTF-8", None),
        ("cp1252", 0, "UTF-8", "cp1252"),
        ("utf-8", 0, None, None),
        ("utf-8", 0x57, "UTF-8", None),
        ("cp858", 0, None, "cp858"),
        ("iso8859-15", 0, "iso8859-15", None),
    ],
)
def test_texts_in_any_encoding(place: Place, codec: str, language: int, page: str | None, declared: str | None) -> None:
    path = shapefile(place, f"SELECT 'XXXXXX' AS name, {HERE} AS geom")
    recode(path, codec, language, page)
    assert receive(place, **({"encoding": declared} if declared else {})).cells("name") == [("£é€",)]


def test_an_encoding_that_is_not_read(place: Place) -> None:
    recode(shapefile(place), "cp1252", page="SHIFT_JIS")
    assert "SHIFT_JIS" in (receive(place).only.problem or "").upper()


def test_deleted_records_are_left_out_and_told(place: Place) -> None:
    table = shapefile(place, f"SELECT 'n' || i AS name, {HERE} AS geom FROM range(4) AS t(i)").with_suffix(".dbf")
    data = bytearray(table.read_bytes())
    header, length = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    data[header + length] = ord("*")
    table.write_bytes(bytes(data))
    got = receive(place)
    assert got.cells("name", "_row") == [("n0", 1), ("n2", 2), ("n3", 3)]
    assert (got.only.counted, got.only.rows) == (3, 3)
    assert "1 deleted records left out" in got.only.notices


def test_a_folder_with_special_signs_and_endings_in_upper_case(tmp_path: Path, engine: DuckDBEngine) -> None:
    place = Place(tmp_path / "it's [1] é*", engine)
    path = shapefile(place)
    for ending in (".shp", ".dbf", ".shx", ".prj"):
        path.with_suffix(ending).rename(path.with_name(f"A{ending.upper()}"))
    assert place.receive("in/*.SHP").cells("name") == [("a",)]


def geopackage(place: Place, **layers: str) -> Path:
    path = place.folder / "in" / "a.gpkg"
    for number, (layer, sql) in enumerate(layers.items()):
        part = path if not number else place.folder / f"{layer}.gpkg"
        write(place.engine, part, sql, driver="GPKG", layer=layer)
        if number:
            with sqlite3.connect(path) as into:
                (create,) = into.execute("ATTACH ? AS other", (str(part),)).execute("SELECT sql FROM other.sqlite_master WHERE name = ?", (layer,)).fetchone()
                into.execute(create)
                for table in (layer, "gpkg_contents", "gpkg_geometry_columns"):
                    into.execute(f'INSERT INTO "{table}" SELECT * FROM other."{table}"')
            into.close()
    return path


POINT = "SELECT '{}' AS name, 1.0::DOUBLE AS n, ST_Point(538090, 187892) AS geom"


def test_the_only_layer_and_a_declared_one(place: Place) -> None:
    geopackage(place, wards=POINT.format("a"))
    assert place.receive().cells("fid", "name", "n") == [("1", "a", "1")]
    geopackage(place, wards=POINT.format("a"), parishes=POINT.format("b"))
    problem = place.receive().only.problem or ""
    assert "2 layers: 'parishes', 'wards'; declare the one that is meant" in problem
    assert place.receive(format={"geopackage": {"layer": "parishes"}}).cells("name") == [("b",)]
    assert "no layer 'ward': did you mean 'wards'? There are" in (place.receive(format={"geopackage": {"layer": "ward"}}).only.problem or "")


def test_a_table_without_shapes(place: Place) -> None:
    path = geopackage(place, wards=POINT.format("a"))
    with sqlite3.connect(path) as into:
        into.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, at DATETIME, yes BOOLEAN)")
        into.execute("INSERT INTO notes VALUES (7, 'x', '2024-01-02T03:04:05Z', 1)")
        into.execute("INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('notes', 'attributes', 'notes')")
    into.close()
    got = place.receive()
    assert (got.cells("name"), got.only.notices) == ([("a",)], ("tables without shapes left out: 'notes'",))
    assert place.receive(format={"geopackage": {"layer": "notes"}}).cells("id", "text", "yes") == [("7", "x", "true")]


@pytest.mark.parametrize(("data", "told"), [(b"", "not a GeoPackage"), (b"SQLite format 3\0" + bytes(100), "not readable as a GeoPackage"), (b"PK\x03\x04", "not a GeoPackage")])
def test_what_is_no_geopackage(place: Place, data: bytes, told: str) -> None:
    place.put("a.gpkg", data)
    assert told in (place.receive().only.problem or "")
