"""Read shapefiles and GeoPackages into bronze: their attributes as text, and ``geometry`` as GeoJSON in WGS 84 (longitude, latitude).

Shapes in another coordinate reference system are transformed, and stand as they were in ``geometry_received``, as WKT.
From the British National Grid this is right to about 4 metres: the grid shifts of OSTN15 are not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from borough.engine.port import Engine
from borough.engine.quoting import literal, location, quoted
from borough.errors import EngineError
from borough.ingest.block import Block, Workshop, sha256_of, system_columns, unreadable
from borough.ingest.formats.geopackage import layer_of
from borough.ingest.formats.shapefile import InvalidShapefileError, has_projection, table_of
from borough.ingest.names import unique_names
from borough.ingest.port import Found, Received
from borough.project.formats import GeoPackageSpec, ShapefileSpec
from borough.project.spec import Spec
from borough.project.specs import FeedSpec

WGS84 = {("EPSG", "4326"), ("OGC", "CRS84"), ("EPSG", "4979")}
GEOMETRY, AS_RECEIVED = "geometry", "geometry_received"
ROW_ID = "OGC_FID"  # the engine's own, where the file has none
GROUP = 8192  # shapes are long texts: so many are held at a time
LATIN = "".join(map(chr, range(128, 256)))


@dataclass(frozen=True)
class Layer:
    """What the engine is to read. ``codec``: of the texts, which the engine took for ISO 8859-1; None where it read them right."""

    scan: str
    path: str
    records: int  # counted without the engine
    crs: str | None  # declared
    crs_advice: str
    notices: tuple[str, ...] = ()
    codec: str | None = None


@dataclass(frozen=True)
class _Cell:
    name: str
    sql: str


class _LayerReader:
    """What both formats share: one file, one layer, read by the engine's spatial extension. See ``Reader``."""

    together = False

    def layer(self, found: Found) -> Layer:
        """The layer of a file. Raises ValueError with what is wrong with it, OSError."""
        raise NotImplementedError

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        try:
            return [cell.name for cell in _cells(self.layer(found), engine)]
        except EngineError as error:
            raise ValueError(str(error)) from error

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        found = group[0]
        sha256 = counting.submit(sha256_of, found.path)
        try:
            layer = self.layer(found)
            cells = _cells(layer, shop.engine)
            read = shop.path("layer.parquet")
            select = ", ".join(f"{cell.sql} AS c{i}" for i, cell in enumerate(cells))
            shop.engine.execute(f"COPY (SELECT {select} FROM {layer.scan}) TO {literal(read)} (FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE {GROUP})")
            rows = int(shop.engine.rows(f"SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({location(read)})")[0][0])
        except EngineError as error:
            return [unreadable(found, f"not readable: {' '.join(str(error).split())[:300]}; ask for it again", sha256=sha256.result())], None
        except ValueError as error:
            return [unreadable(found, str(error), sha256=sha256.result())], None
        names, renamed = unique_names([cell.name for cell in cells], (name for name, _ in found.parts))
        received = Received(found, sha256.result(), layer.records, rows, names, layer.codec, (*layer.notices, *renamed))
        if rows != layer.records:
            return [replace(received, rows=0, problem=f"{rows} records were read, but an independent count found {layer.records}; ask for it again")], None
        if not rows:
            return [replace(received, notices=(*received.notices, "no records"))], None
        items = ", ".join(f"c{i} AS {quoted(name)}" for i, name in enumerate(names))
        nothing = "CAST(NULL AS VARCHAR) AS _problem, CAST(NULL AS VARCHAR) AS _raw"
        sql = f"SELECT {items}, {system_columns(found)}, CAST(file_row_number + 1 AS BIGINT) AS _row, {nothing} FROM read_parquet({location(read)}, file_row_number=true)"
        return [received], Block(sql, rows)


class ShapefileReader(_LayerReader):
    """Shapefiles."""

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        self._spec = options if isinstance(options, ShapefileSpec) else ShapefileSpec()

    def layer(self, found: Found) -> Layer:
        table = table_of(found.path, self._spec.encoding)
        if self._spec.crs is None and not has_projection(found.path):
            raise InvalidShapefileError("the .prj beside it is missing, so nobody knows its coordinates' system; declare `format: {shapefile: {crs: …}}`, such as EPSG:27700 for the British National Grid")
        utf8 = table.codec == "utf-8"
        scan = f"ST_Read({literal(found.path)}, open_options=['ENCODING={'UTF-8' if utf8 else 'ISO-8859-1'}'])"
        return Layer(scan, found.path, table.records, self._spec.crs, "declare `crs:`", table.notices, table.codec)


class GeoPackageReader(_LayerReader):
    """GeoPackages."""

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        self._spec = options if isinstance(options, GeoPackageSpec) else GeoPackageSpec()

    def layer(self, found: Found) -> Layer:
        layer = layer_of(found.path, self._spec.layer)
        # The engine breaks down at a layer that is not there: it has just been found.
        return Layer(f"ST_Read({literal(found.path)}, layer={literal(layer.name)})", found.path, layer.records, None, "ask for it with one", layer.notices)


def _cells(layer: Layer, engine: Engine) -> list[_Cell]:
    """The columns, each as text. Raises EngineError, and ValueError where the coordinates' system is not known."""
    engine.load("spatial")  # type: ignore[attr-defined]  # spatial work is DuckDB's
    out: list[_Cell] = []
    shapes: list[_Cell] = []
    for name, kind in engine.describe(f"SELECT * FROM {layer.scan}"):
        if kind.startswith("GEOMETRY"):
            shapes = _shape(layer, name, engine)
        elif name != ROW_ID:
            out.append(_Cell(_decoded(name, layer.codec), _as_text(name, kind, layer.codec)))
    return [*out, *shapes]


def _shape(layer: Layer, name: str, engine: Engine) -> list[_Cell]:
    column = quoted(name)
    system = layer.crs or _system(layer, name, engine)
    if system is None or system == "":
        return [_Cell(GEOMETRY, f"CAST(ST_AsGeoJSON(ST_Force2D({column})) AS VARCHAR)")]
    transformed = f"CAST(ST_AsGeoJSON(ST_Force2D(ST_Transform({column}, {literal(system)}, 'OGC:CRS84', always_xy := true))) AS VARCHAR)"
    return [_Cell(GEOMETRY, transformed), _Cell(AS_RECEIVED, f"ST_AsText({column})")]


def _system(layer: Layer, name: str, engine: Engine) -> str | None:
    """The coordinate reference system that the file declares, where it is not WGS 84. Raises ValueError where it declares none that is known."""
    fields = engine.rows(
        f"SELECT f.name, f.crs.auth_name, f.crs.auth_code, f.crs.wkt FROM (SELECT unnest(flatten([l.geometry_fields FOR l IN layers])) AS f "
        f"FROM ST_Read_Meta({literal(layer.path)}))"
    )
    for field, authority, code, wkt in fields:
        if field == name:
            if (authority, code) in WGS84:
                return None
            if code:
                return f"{authority}:{code}"
            if wkt:
                return str(wkt)
    raise ValueError(f"the coordinates' system is not one that is known; {layer.crs_advice}, such as EPSG:27700 for the British National Grid")


def _as_text(name: str, kind: str, codec: str | None) -> str:
    column = quoted(name)
    if kind == "VARCHAR":
        return _recoded(column, codec)
    if kind == "DOUBLE":
        # Whole numbers without the noise of a floating point.
        return f"CASE WHEN {column} = trunc({column}) AND abs({column}) < 1e15 THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    if kind == "BLOB":
        return f"lower(hex({column}))"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return f"CAST({column} AS VARCHAR)"


def _recoded(column: str, codec: str | None) -> str:
    """A text of another single-byte codec, taken for ISO 8859-1, as it is."""
    if codec in (None, "utf-8", "iso8859-1"):
        return column
    return f"translate({column}, {literal(LATIN)}, {literal(LATIN.encode('latin-1').decode(codec or '', 'replace'))})"


def _decoded(name: str, codec: str | None) -> str:
    return name if codec in (None, "utf-8") else name.encode("latin-1", "replace").decode(codec or "", "replace")
