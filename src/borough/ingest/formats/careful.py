"""The careful reader of delimited text: slow, and sure of every line.

It is for files that the fast reader loses rows of: an unclosed quote, mixed line ends, NUL bytes, faults among values of
several lines. A line that is no good record is refused by itself, with its text, and reading goes on at the next line.

A value may span lines only where the record is whole: its quotes close, nothing stands behind a closing quote, and it has
the header's number of values. Otherwise its first line is refused as an unclosed quote.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from borough.ingest.block import Block, Workshop, system_columns
from borough.ingest.formats.layout import Layout
from borough.ingest.formats.tally import Tally
from borough.ingest.port import Received
from borough.ingest.scratch import SYSTEM, Rows

END = re.compile(rb"\r\n|\r|\n")
LOOK = 1000  # lines of a doubtful record that are tried as records of their own


@dataclass(frozen=True)
class Record:
    """One record, or one refused line: from byte ``start`` to ``end``, behind its line end."""

    start: int
    end: int
    line: int
    lines: int
    values: tuple[bytes, ...]
    fault: str | None


def read_carefully(received: Received, path: str, shape: Layout, count: Tally, why: str, shop: Workshop) -> tuple[Received, Block | None]:
    """Read a UTF-8 file from its first record on. Lines counted and lines read must agree, else the file is refused whole."""
    width, rows, several = len(received.columns), 0, 0
    first_unclosed: int | None = None
    nothing = [None] * width
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data, Rows(shop, "careful") as out:
        out.columns((*received.columns, *SYSTEM))
        reader = Reader(data, shape, width)
        for record in reader.records():
            rows += 1
            several += record.lines - 1
            stray = first_stray(data, record) if count.bad_utf8 is not None else None
            if record.fault is None and stray is None:
                out.add([*(value.decode() for value in record.values), rows, None, None])
                continue
            if first_unclosed is None and record.fault == "unclosed quote":
                first_unclosed = record.line
            # Bytes that are no text are kept as their escapes.
            raw = data[record.start : record.end].rstrip(b"\r\n").decode(errors="backslashreplace")
            out.add([*nothing, rows, f"line {record.line}: {record.fault or stray}", raw])
        block = out.block(system_columns(received.found))
    # Every line is a record, the continuation of one, or blank: the lines were counted without this reader.
    counted = count.ends - several - reader.blanks
    notice = f"read slowly: unclosed quote on line {first_unclosed}" if first_unclosed is not None else f"read slowly: {why}"
    received = replace(received, counted=counted, rows=rows, notices=(*received.notices, notice))
    if counted != rows:
        problem = f"{counted} records were counted, but {rows} could be read; please report this file"
        return replace(received, rows=0, problem=problem), None
    return received, block


def first_stray(data: mmap.mmap, record: Record) -> str | None:
    """The first byte of a record that is not UTF-8."""
    try:
        data[record.start : record.end].decode()
    except UnicodeDecodeError as error:
        return f"byte 0x{error.object[error.start]:02X} at offset {record.start + error.start} is not UTF-8"
    return None


class Reader:
    """Takes records from bytes. Positions are bytes, lines count from 1."""

    def __init__(self, data: mmap.mmap, shape: Layout, width: int) -> None:
        self.data, self.width = data, width
        self.position, self.line = shape.start, shape.lines + 1
        self.blanks = 0
        self.quote, self.delimiter = shape.quote.encode(), shape.delimiter.encode()
        delimiter, quote = re.escape(self.delimiter), re.escape(self.quote)
        behind = rb"(" + delimiter + rb"|\r\n|\r|\n|\Z)"
        # Spaces around quotes don't count, as for the fast reader. Possessive, so that a fault is found in one go.
        spaces = b"" if self.delimiter == b" " else b" *+"
        not_quote = b"[^" + quote + b"]*+"
        self.quoted = re.compile(spaces + quote + b"(" + not_quote + b"(?:" + quote * 2 + not_quote + b")*+)" + quote + spaces + behind) if quote else None
        self.opens = re.compile(spaces + quote) if quote else None
        self.plain = re.compile(b"([^" + delimiter + rb"\r\n]*+)" + behind)
        # A good record in one match, as nearly all are: each cell is quoted (its first group) or plain (its second).
        plain = b"([^" + delimiter + rb"\r\n]*+)"
        enclosed = spaces + quote + b"(" + not_quote + b"(?:" + quote * 2 + not_quote + b")*+)" + quote + spaces
        cell = b"(?:" + enclosed + b"|(?!" + spaces + quote + b")" + plain + b")" if quote else b"(?:(?!)(.))?+" + plain
        self.good = re.compile(delimiter.join([cell] * width) + rb"(\r\n|\r|\n|\Z)")

    def records(self) -> Iterator[Record]:
        """All records in order, blank lines left out and counted."""
        size = len(self.data)
        while self.position < size:
            found = END.search(self.data, self.position)
            stop, end = found.span() if found else (size, size)
            if stop == self.position:
                self.blanks += 1
                self.position, self.line = end, self.line + 1
                continue
            record = self._record(stop, end)
            self.position, self.line = record.end, self.line + record.lines
            yield record

    def _record(self, stop: int, end: int) -> Record:
        start = self.position
        match = self.good.match(self.data, start)
        if match and b"\0" not in match[0]:
            return self._good(match, end)
        text = self.data[start:stop]
        if not self.quote or self.quote not in text:
            values, last, whole = text.split(self.delimiter), end, True
        else:
            values, last, whole = self._cells(start)
        lines = 1 if last <= end else len(END.findall(self.data[start:last].rstrip(b"\r\n"))) + 1
        if whole and len(values) == self.width + 1 and not values[-1]:
            values.pop()  # a delimiter at the end of the line, as the fast reader takes it
        fault = self._fault(values, whole, start, last, end, lines)
        if fault == "unclosed quote" or not whole:
            last, lines = end, 1
        return Record(start, last, self.line, lines, tuple(values) if fault is None else (), fault)

    def _good(self, match: re.Match[bytes], end: int) -> Record:
        cells = match.groups()
        twice, once = self.quote * 2, self.quote
        values = tuple(p if q is None else q.replace(twice, once) for q, p in zip(cells[0:-1:2], cells[1:-1:2], strict=True))
        last = match.end()
        lines = 1 if last <= end else len(END.findall(match[0][: match.start(len(cells)) - match.start()])) + 1
        return Record(match.start(), last, self.line, lines, values, None)

    def _fault(self, values: list[bytes], whole: bool, start: int, last: int, end: int, lines: int) -> str | None:
        if not whole:
            return "unclosed quote" if last >= end else "text behind a closing quote"
        if b"\0" in self.data[start:last]:
            return "NUL byte"
        if len(values) == self.width:
            return None
        if lines > 1 and self._holds_records(end, last):
            return "unclosed quote"
        return f"expected {self.width} value{'' if self.width == 1 else 's'}, found {len(values)}"

    def _cells(self, position: int) -> tuple[list[bytes], int, bool]:
        """The cells of the record at a position, where it ends, and whether it is well-formed (else where the trouble is)."""
        values: list[bytes] = []
        while True:
            if self.opens is not None and self.quoted is not None and self.opens.match(self.data, position):
                match = self.quoted.match(self.data, position)
                if match is None:
                    return values, self._trouble(position), False
                values.append(match[1].replace(self.quote * 2, self.quote))
            else:
                match = self.plain.match(self.data, position)
                assert match is not None  # it matches nothing, too
                values.append(match[1])
            position = match.end()
            if match[2] != self.delimiter:
                return values, position, True

    def _trouble(self, position: int) -> int:
        """Where the quote that opens here closes, or the end of the data."""
        position = self.data.find(self.quote, position) + 1
        while (close := self.data.find(self.quote, position)) >= 0:
            if self.data[close + 1 : close + 2] != self.quote:
                return close
            position = close + 2
        return len(self.data) + 1

    def _holds_records(self, position: int, last: int) -> bool:
        """Whether one of the lines is a record by itself: then the record above it has swallowed it."""
        for _ in range(LOOK):
            if position >= last:
                return False
            found = END.search(self.data, position)
            end = found.end() if found else len(self.data)
            values, stop, whole = self._cells(position)
            if whole and stop <= end and len(values) == self.width:
                return True
            position = end
        return False
