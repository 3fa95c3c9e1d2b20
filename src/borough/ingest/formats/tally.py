"""Count the records of a delimited file without parsing it, to hold the reader's result against.

A record ends at a line end outside quotes. The count needs only quotes and line ends, so it runs at memory speed.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass
from typing import Literal

CHUNK = 1 << 22
LineEnds = Literal["LF", "CRLF", "CR", "mixed", "none"]


@dataclass(frozen=True)
class Tally:
    """What was counted, from the first record on."""

    sha256: str  # of the whole file
    records: int
    ends: int  # line ends, those inside quotes too
    line_ends: LineEnds  # outside quotes
    blanks: int  # blank lines outside quotes: no records
    zeros: bool  # NUL bytes
    bad_utf8: int | None  # offset of the first byte that is not UTF-8
    quotes_closed: bool

    @property
    def embedded(self) -> bool:
        """Whether line ends stand inside quotes."""
        return self.ends > self.records + self.blanks


class _Counter:
    def __init__(self, quote: bytes) -> None:
        self.quote = quote
        self.others = bytes(b for b in range(256) if b not in quote + b"\r\n")
        self.inside = False
        self.outside_lf = self.outside_cr = self.lf = self.cr = self.crlf = 0
        self.zeros = self.double = False
        self.last = b""

    def add(self, block: bytes) -> None:
        # Few bytes are quotes or line ends: what is counted is counted in those.
        reduced = block.translate(None, self.others)
        self.lf += reduced.count(b"\n")
        edges = self.last + block[:2]
        if self.last == b"\r" or b"\r" in reduced:
            self.cr += reduced.count(b"\r")
            self.crlf += block.count(b"\r\n") + (self.last == b"\r" and block[:1] == b"\n")
            self.double = self.double or any(p in block or p in edges for p in (b"\r\r", b"\n\r"))
        self.double = self.double or b"\n\n" in block or b"\n\n" in edges
        self.zeros = self.zeros or b"\0" in block
        self.last = block[-1:]
        self._outside(reduced)

    def _outside(self, reduced: bytes) -> None:
        if self.quote:
            # Two quotes side by side leave what follows as it was: inside or outside.
            reduced = reduced.replace(self.quote * 2, b"")
        for part in reduced.split(self.quote) if self.quote else [reduced]:
            if not self.inside:
                self.outside_lf += part.count(b"\n")
                self.outside_cr += part.count(b"\r")
            self.inside = not self.inside
        # A block has one more part than quotes.
        self.inside = not self.inside if self.quote else False


def tally(path: str, start: int, quote: str) -> Tally:
    """Count the records of a UTF-8 file from byte ``start`` (behind the header) on."""
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    counter = _Counter(quote.encode())
    offset, bad = 0, None
    with open(path, "rb", buffering=0) as file:
        while block := file.read(CHUNK):
            digest.update(block)
            if bad is None:
                bad = _not_utf8(decoder, block, offset)
            counter.add(block[max(0, start - offset) :] if offset < start else block)
            offset += len(block)
    if bad is None and decoder.getstate()[0]:
        bad = offset - len(decoder.getstate()[0])
    unfinished = offset > start and counter.last not in (b"\n", b"\r")
    blanks = count_blank_lines(path, start, quote) if counter.double or _starts_blank(path, start) else 0
    ends = max(counter.outside_lf, counter.outside_cr)
    return Tally(
        digest.hexdigest(), ends + unfinished - blanks, _line_ends(counter) + unfinished, _kind(counter), blanks,
        counter.zeros, bad, not counter.inside,
    )  # fmt: skip


def _not_utf8(decoder: codecs.IncrementalDecoder, block: bytes, offset: int) -> int | None:
    pending = decoder.getstate()[0]
    if not pending and block.isascii():
        return None
    try:
        decoder.decode(block)
    except UnicodeDecodeError as error:
        return offset - len(pending) + error.start
    return None


def _line_ends(counter: _Counter) -> int:
    return counter.lf + counter.cr - counter.crlf


def _kind(counter: _Counter) -> LineEnds:
    lf, cr = counter.outside_lf, counter.outside_cr
    if not lf and not cr:
        return "none"
    if not cr or not lf:
        return "LF" if lf else "CR"
    return "CRLF" if lf == cr and counter.crlf >= lf else "mixed"


def _starts_blank(path: str, start: int) -> bool:
    with open(path, "rb") as file:
        file.seek(start)
        return file.read(1) in (b"\n", b"\r")


BLANK = re.compile(rb"(?<=\n)\n")


def count_blank_lines(path: str, start: int, quote: str) -> int:
    """Blank lines outside quotes, from byte ``start`` on."""
    blanks, inside, before = 0, False, b"\n"
    with open(path, "rb") as file:
        file.seek(start)
        while block := file.read(CHUNK):
            if block.endswith(b"\r"):
                block += file.read(1)
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            parts = block.split(quote.encode()) if quote else [block]
            for index, part in enumerate(parts):
                if index:
                    # What a quote encloses is a value: the line is not blank.
                    inside, before = not inside, b'"'
                if not inside and part:
                    blanks += len(BLANK.findall(before + part))
                    before = part[-1:]
    return blanks
