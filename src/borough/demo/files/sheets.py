"""Workbooks, row by row to disk, with the same bytes for the same rows."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from borough.demo.files.delimited import ROWS
from borough.demo.files.sink import Sink

MADE = dt.datetime(2026, 1, 1)
"""When every workbook says it was made: else no two would be equal."""


class WorkbookSink(Sink):
    """A workbook and its sheets."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        super().__init__(path)
        self._book = xlsxwriter.Workbook(str(self.part), {"constant_memory": True, "default_date_format": "dd/mm/yyyy", "strings_to_urls": False})
        self._book.set_properties({"created": MADE})
        self._sheets: dict[str, _Sheet] = {}

    def add(self, name: str, frame: pl.DataFrame, above: Sequence[Sequence[str]], below: Sequence[Sequence[str]]) -> None:
        """Write rows to a sheet; before its first ones the titles and the header."""
        if name not in self._sheets:
            self._sheets[name] = _Sheet(self._book.add_worksheet(name), [*above, frame.columns])
        self._sheets[name].add(frame)
        self._sheets[name].below = below
        self.rows += frame.height

    def finish(self) -> None:
        for sheet in self._sheets.values():
            sheet.finish()
        self._book.close()

    def drop(self) -> None:
        from xlsxwriter.exceptions import XlsxWriterException

        with contextlib.suppress(OSError, XlsxWriterException):  # its own scratch files are to be closed, even where the disk is full
            self._book.close()
        super().drop()


class _Sheet:
    def __init__(self, sheet: Any, above: Sequence[Sequence[str]]) -> None:
        self._sheet = sheet
        self._next = 0
        self._rows = 0
        self.below: Sequence[Sequence[str]] = ()
        self._texts(above)

    def add(self, frame: pl.DataFrame) -> None:
        writers = [_writer(self._sheet, kind) for kind in frame.dtypes]
        for row in frame.iter_rows():
            for column, (write, value) in enumerate(zip(writers, row, strict=True)):
                if value is not None:
                    write(self._next, column, value)
            self._next += 1
        self._rows += frame.height

    def finish(self) -> None:
        self._texts([[cell.replace(ROWS, str(self._rows)) for cell in row] for row in self.below])

    def _texts(self, rows: Sequence[Sequence[str]]) -> None:
        for row in rows:
            self._sheet.write_row(self._next, 0, row)
            self._next += 1


def _writer(sheet: Any, kind: pl.DataType) -> Any:
    if kind in (pl.Date, pl.Datetime):
        return sheet.write_datetime
    if kind == pl.Boolean:
        return sheet.write_boolean
    return sheet.write_number if kind.is_numeric() else sheet.write_string
