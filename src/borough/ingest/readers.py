"""The port of a file format, and which module reads which. A format's module is imported when a file of it comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Protocol

from borough.engine.port import Engine
from borough.ingest.block import Block, Workshop
from borough.ingest.port import Found, Received
from borough.project.formats import FormatKind, FormatSpec
from borough.project.spec import Spec
from borough.project.specs import FeedSpec


class Reader(Protocol):
    """Reads files of one format for one feed. They are local by now, and unpacked.

    ``together``: are many small files read in one go, into one block?
    """

    together: bool

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        """The column names, from the file's beginning where the format allows. Raises OSError or ValueError with the reason when it can't."""

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        """Read files into one block (one file, unless ``together``).

        The rows are those that an independent count found, or the file has a ``problem``: what was found where, and what to do.
        Raises OSError where a file can't be opened.
        """


READERS: Mapping[FormatKind, str] = {
    "csv": "borough.ingest.formats.delimited:DelimitedReader",
    "json": "borough.ingest.formats.documents:DocumentReader",
    "geojson": "borough.ingest.formats.documents:FeatureReader",
    "parquet": "borough.ingest.formats.parquet:ParquetReader",
    "excel": "borough.ingest.formats.excel:ExcelReader",
    "fixed_width": "borough.ingest.formats.fixed_width:FixedWidthReader",
    "record_types": "borough.ingest.formats.record_types:RecordTypesReader",
    "xml": "borough.ingest.formats.xml:XmlReader",
    "shapefile": "borough.ingest.formats.spatial:ShapefileReader",
    "geopackage": "borough.ingest.formats.spatial:GeoPackageReader",
}
"""``module:Class``; the class is made with the feed and the options of its format (None where none are declared)."""


def reader_for(kind: FormatKind, feed: FeedSpec) -> Reader:
    """The reader of a format for a feed."""
    module, name = READERS[kind].split(":")
    options = feed.format.of(kind) if isinstance(feed.format, FormatSpec) else None
    reader: Reader = getattr(import_module(module), name)(feed, options if isinstance(options, Spec) else None)
    return reader
