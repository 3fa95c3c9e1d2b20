"""How files are laid out: the formats that a feed may declare, and the endings that tell them."""

from __future__ import annotations

import re
from typing import Literal, get_args

from pydantic import ConfigDict, Field

from borough.project.spec import Expression, Names, Spec, Yes

FormatKind = Literal["csv", "json", "parquet", "geojson", "excel", "fixed_width", "record_types", "xml", "shapefile", "geopackage"]
FORMATS: tuple[FormatKind, ...] = get_args(FormatKind)
ENDINGS: dict[str, FormatKind] = {
    "csv": "csv", "tsv": "csv", "tab": "csv", "txt": "csv", "psv": "csv",
    "json": "json", "jsonl": "json", "ndjson": "json", "geojson": "geojson", "parquet": "parquet",
    "xlsx": "excel", "xlsm": "excel", "xlsb": "excel", "xls": "excel", "ods": "excel",
    "xml": "xml", "shp": "shapefile", "gpkg": "geopackage",
}  # fmt: skip
"""By the ending of a file's name, in lower case, what packs it (``.gz``) apart."""
Encoding = Literal["utf-8", "cp1252", "utf-16"]


def ending(name: str) -> str:
    """The ending of a file's name or glob, in lower case, ``.gz``, ``.bz2`` and ``.xz`` apart; empty when it has none."""
    last = re.sub(r"\.(gz|bz2|xz)$", "", name.rsplit("/", 1)[-1].lower())
    return last.rsplit(".", 1)[-1] if "." in last else ""


def span_of(text: str) -> tuple[int, int] | None:
    """First and last character (from 1) of a column of fixed width, written `1-8` or `9`; None where it is no such place."""
    match = re.fullmatch(r"(\d{1,6})(?:\s*[-–]\s*(\d{1,6}))?", text.strip())
    start, end = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    return (start, end) if 1 <= start <= end else None


class CsvSpec(Spec):
    """Delimited text. What is not declared is detected."""

    model_config = ConfigDict(str_strip_whitespace=False)  # a tab is a delimiter

    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="Separator, such as `,` `;` `|` or a tab.")
    quote: str | None = Field(default=None, max_length=1, description="Quote character; empty for none.")
    encoding: Encoding | None = Field(default=None, description="Encoding of the file.")
    header: int | Literal["none"] | None = Field(
        default=None, description="Line (from 1) with the column names, or `none`: then `columns` names them."
    )


class JsonSpec(Spec):
    """JSON: an array of records, one record a line, or records inside a document."""

    records: str | None = Field(default=None, description="Dotted path to the array of records inside the document, such as `features`.")


class ExcelSpec(Spec):
    """A workbook: `.xlsx`, `.xlsm`, `.xlsb`, `.xls` or `.ods`, one sheet of it. What is not declared is detected."""

    sheet: str | int | None = Field(default=None, description="The sheet's name, or its place (from 1). Default: the one visible sheet that holds anything.")
    header: int | None = Field(
        default=None, ge=1, description="Row (from 1) with the column names. Default: the first row as wide as the table, below titles and merged cells; two rows where groups of columns have a name."
    )
    totals: str | None = Field(
        default=None, description="What the first value of a totals row begins with: such rows are left out and told. Default: last rows that begin with `Total` are refused, so that they can't be counted as data."
    )


class FixedWidthSpec(Spec):
    """Fixed-width text: each column at its place in the line. Blanks around a value are padding and are taken off."""

    columns: dict[str, Expression] = Field(
        min_length=1, description="Each column's first and last character (from 1, both included), such as `account: 1-8`, or `9` for one character."
    )
    header: int = Field(default=0, ge=0, description="Lines above the records that are none.")
    footer: int = Field(default=0, ge=0, description="Lines below the records that are none, such as a trailer with a count.")
    encoding: Encoding | None = Field(default=None, description="Encoding of the file. Default: detected.")


class RecordTypesSpec(Spec):
    """Delimited text with several layouts in one file, told apart by a leading code, as in DTF 7.3. `columns` of the feed names those of its layout."""

    model_config = ConfigDict(str_strip_whitespace=False)

    record: Names = Field(description="The code(s) of this feed's records, such as `21`. Records of other codes are counted and left to other feeds.")
    position: int = Field(default=1, ge=1, description="Which value (from 1) is the code.")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="Separator. Default: detected.")
    quote: str | None = Field(default=None, max_length=1, description="Quote character; empty for none.")
    encoding: Encoding | None = Field(default=None, description="Encoding of the file. Default: detected.")


class XmlSpec(Spec):
    """XML: one record per element at a path. Nested elements become dotted columns, attributes begin with `@`, as in `Address.@type`."""

    record: str = Field(description="Path of the record's element from the root, such as `Register/Licences/Licence`, without namespaces.")
    repeated: Names = Field(
        default=(), description="Paths below the record of elements that may stand several times, such as `Holders/Holder`: these are JSON arrays, even where one stands alone."
    )


class ShapefileSpec(Spec):
    """A shapefile: its `.shp`, with `.dbf`, `.shx` and `.prj` beside it or in one zip."""

    crs: str | None = Field(default=None, pattern=r"^EPSG:\d+$", description="Coordinate reference system, such as `EPSG:27700`. Default: what the file says.")
    encoding: str | None = Field(default=None, description="Encoding of the texts. Default: what the file says.")


class GeoPackageSpec(Spec):
    """A GeoPackage."""

    layer: str | None = Field(default=None, description="The layer. Default: the only one.")


class FormatSpec(Spec):
    """The format of the files. Default: by the file's ending."""

    csv: CsvSpec | None = Field(default=None, description="Delimited text.")
    json_: JsonSpec | None = Field(default=None, alias="json", description="JSON.")
    parquet: Yes | None = Field(default=None, description="Parquet.")
    geojson: Yes | None = Field(default=None, description="GeoJSON features: properties become columns, and `geometry`.")
    excel: ExcelSpec | None = Field(default=None, description="An Excel or OpenDocument workbook.")
    fixed_width: FixedWidthSpec | None = Field(default=None, description="Fixed-width text.")
    record_types: RecordTypesSpec | None = Field(default=None, description="Delimited text with several layouts in one file.")
    xml: XmlSpec | None = Field(default=None, description="XML.")
    shapefile: ShapefileSpec | None = Field(default=None, description="A shapefile.")
    geopackage: GeoPackageSpec | None = Field(default=None, description="A GeoPackage.")

    def of(self, kind: FormatKind) -> Spec | bool | None:
        """The options of one format, None where it is not declared."""
        options: Spec | bool | None = getattr(self, "json_" if kind == "json" else kind)
        return options

    @property
    def declared(self) -> tuple[FormatKind, ...]:
        """The formats declared: one, in a right declaration."""
        return tuple(kind for kind in FORMATS if self.of(kind) is not None)
