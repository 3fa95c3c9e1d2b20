"""Delimited text, lines as they are, and fixed width."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

import polars as pl

from borough.demo.files.sink import SLICE, ByteSink

ROWS = "{rows}"
"""Stands in a footer for the number of records."""


@dataclass(frozen=True)
class Layout:
    """How a delimited file looks."""

    encoding: str
    separator: str
    line_end: str
    quote: Literal["necessary", "always"]
    header: bool
    header_every: int | None


class CsvSink(ByteSink):
    """Delimited text, with its header once, or again and again."""

    def __init__(self, path: Path, layout: Layout) -> None:
        super().__init__(path, layout.encoding)
        self._layout = layout
        self.footer: Sequence[str] = ()

    def add(self, frame: pl.DataFrame) -> None:
        """Write rows; the header before the first one."""
        texts = frame.with_columns(pl.col(pl.String).replace("", None))
        if self.rows == 0 and self._layout.header:
            self.write(self._text(texts.clear(), header=True))
        every = self._layout.header_every
        start = 0
        while start < texts.height:
            if every and self.rows and self.rows % every == 0:
                self.write(self._text(texts.clear(), header=True))
            size = min(SLICE, every - self.rows % every) if every else SLICE
            part = texts.slice(start, size)
            self.write(self._text(part, header=False))
            self.rows += part.height
            start += part.height

    def _text(self, frame: pl.DataFrame, *, header: bool) -> bytes:
        into = BytesIO()
        layout = self._layout
        frame.write_csv(into, include_header=header, separator=layout.separator, line_terminator=layout.line_end, quote_style=layout.quote)
        return into.getvalue()

    def finish(self) -> None:
        for line in self.footer:
            self.write((line.replace(ROWS, str(self.rows)) + self._layout.line_end).encode())
        super().finish()


class LineSink(ByteSink):
    """Lines as they are, and at the end the number of records, where that is asked for."""

    def __init__(self, path: Path, encoding: str, line_end: str, *, header: str | None = None, trailer: bool = False) -> None:
        super().__init__(path, encoding)
        self._line_end = line_end
        self._trailer = trailer
        if header is not None:
            self.write((header + line_end).encode())

    def add(self, lines: pl.Series) -> None:
        """Write lines; a null is an empty one."""
        for part in lines.fill_null("").to_frame("line").iter_slices(SLICE):
            self.write((self._line_end.join(part["line"].to_list()) + self._line_end).encode())
        self.rows += lines.len()

    def finish(self) -> None:
        if self._trailer:
            self.write(f"T{self.rows:09d}{self._line_end}".encode())
        super().finish()


def columns_of(frame: pl.DataFrame, widths: Mapping[str, int]) -> pl.Series:
    """Each row as one line of fixed width."""
    cells = (pl.col(name).cast(pl.String).fill_null("").str.head(width).str.pad_end(width) for name, width in widths.items())
    return frame.select(pl.concat_str(*cells).alias("line")).to_series()
