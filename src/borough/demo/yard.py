"""Where extracts are put down: the port between what a system says and how its files look.

One yard serves one delivery (``generate`` or ``advance``). A file that is written to again in the same delivery goes on where it
ended, so districts follow each other; headers come once. Everything is closed, footers included, when the yard is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import polars as pl

Expect = Literal["refused", "mended", "unknown", "superseded", "counted", "kept"]
"""What should become of a faulty row: quarantined; accepted with the right value; accepted, the value null; an identical copy that is
counted once; accepted, and counted by a rule or by ``on_unreadable: null``; accepted with the wrong value, which nothing but other data can tell."""


class Yard(Protocol):
    """Files by their path below the project, such as ``data/asb/cases_2026-10-31.csv``. Values of frames are written as they are: make texts of them first."""

    def csv(self, path: str, frame: pl.DataFrame, *, encoding: str = "utf-8", separator: str = ",", line_end: str = "\r\n", quote: Literal["necessary", "always"] = "necessary", header: bool = True, header_every: int | None = None, footer: Sequence[str] = ()) -> None:
        """Delimited text; nulls are empty. ``header_every``: the header again after so many rows (a fault). ``footer``: lines at the very end. What the encoding has not is written as ``?``."""

    def lines(self, path: str, lines: pl.Series, *, encoding: str = "utf-8", line_end: str = "\r\n") -> None:
        """Lines of text as they are: record types, headers and trailers."""

    def fixed(self, path: str, frame: pl.DataFrame, widths: Mapping[str, int], *, encoding: str = "cp1252", line_end: str = "\r\n", header: str | None = None, trailer: bool = False) -> None:
        """Fixed width; texts are cut and padded on the right. ``trailer``: a last line with the number of records."""

    def json(self, path: str, records: pl.DataFrame, *, envelope: str | None = None, about: Mapping[str, object] | None = None) -> None:
        """One document; structs and lists of the frame nest. ``envelope``: key of the array of records, beside the members of ``about``; else the array alone."""

    def jsonl(self, path: str, records: pl.DataFrame) -> None:
        """One record a line."""

    def geojson(self, path: str, frame: pl.DataFrame, shape: str) -> None:
        """Features: the column ``shape`` has the geometry as GeoJSON text, the others become properties."""

    def sheet(self, path: str, frame: pl.DataFrame, *, sheet: str = "Sheet1", above: Sequence[Sequence[str]] = (), below: Sequence[Sequence[str]] = ()) -> None:
        """A workbook's sheet; columns of type Date and number are written as such. ``above``: rows before the header (titles). ``below``: rows at the end (totals)."""

    def table(self, database: str, table: str, frame: pl.DataFrame, *, key: str | Sequence[str]) -> None:
        """Rows of a table of ``data/DATABASE.sqlite`` (or of the schema DATABASE in PostgreSQL), inserted or replaced by key."""

    def truth(self, source: str, table: str, frame: pl.DataFrame) -> None:
        """Who and where records really are: columns ``key`` (text, the key as the dataset will have it), ``uprn`` and ``person`` (either may be left out or null), ``on`` (the event's date, may be left out)."""

    def faults(self, kind: str, source: str, table: str, keys: pl.Series, column: str | None, expect: Expect) -> None:
        """Records that a fault was put into: their keys (as text)."""
