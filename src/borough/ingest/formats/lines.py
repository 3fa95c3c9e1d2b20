"""A text file as lines, one row each, for formats that the engine's CSV reader doesn't know.

The engine reads; Python counts the lines, independently. What old systems leave in text files is cleared away first:
NULs (padding) become blanks, form feeds (page breaks) and a Ctrl-Z at the end are taken out, and all are told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from borough.engine.quoting import literal, location
from borough.errors import EngineError
from borough.ingest.block import Block, Workshop, sha256_of, unreadable
from borough.ingest.formats.delimited import Text, as_utf8
from borough.ingest.formats.encoding import CHUNK, Encoding, UnreadableEncodingError, mostly_utf8, transcode
from borough.ingest.formats.tally import Tally, tally
from borough.ingest.port import Found, Received
from borough.ingest.scratch import NULL

CONTROLS = bytes(c for c in range(31, 2, -1) if c not in b"\t\n\r")
"""Those that may stand in for the delimiter that there is none of."""
NO_CONTROLS = bytes(range(32, 256))
BLANK = re.compile(rb"^(?=\n)", re.MULTILINE)
NOTHING = "\x02"
"""Stands for a blank line, which the engine's reader would leave out, so that lines keep their numbers."""
IS_BLANK = f"trim(line) IN ('', {literal(NOTHING)})"
NUL, FORM_FEED, CTRL_Z = b"\0", b"\f", b"\x1a"


@dataclass(frozen=True)
class Lines:
    """``parquet`` has one text column, ``line``, in the order of the file; ``path`` is the same as UTF-8 text. A blank line may be ``NOTHING`` there."""

    found: Found
    parquet: str
    path: str
    lines: int  # blank ones too
    line_ends: bytes
    sha256: str
    encoding: str
    notices: tuple[str, ...]

    @property
    def scan(self) -> str:
        """The lines with ``file_row_number`` (from 0)."""
        return f"read_parquet({location(self.parquet)}, file_row_number=true)"


class UnreadableLinesError(ValueError):
    """The file is no text of lines: why."""


def lines_of(found: Found, encoding: str | None, shop: Workshop, counting: ThreadPoolExecutor) -> Lines:
    """The lines of a file. Raises UnreadableEncodingError and UnreadableLinesError."""
    text, count = _text(found, encoding, shop, counting)
    controls = _controls(text.path)
    notices, lines, path, ends = text.notices, count.records + count.blanks, text.path, count.line_ends
    dirt = text.mark or count.zeros or count.blanks or ends in ("CR", "mixed") or {*FORM_FEED, *CTRL_Z} & controls
    if dirt:
        path = shop.path("lines.txt")
        lines, told = _clear(text.path, text.mark, path)
        notices, ends = (*notices, *told), "LF"
    sha256 = text.sha256 or count.sha256
    ending = b"\r\n" if ends == "CRLF" else b"\n"
    out = Lines(found, shop.path("lines.parquet"), path, lines, ending, sha256, text.encoding, notices)
    _to_parquet(out, controls, shop)
    return out


def _text(found: Found, encoding: str | None, shop: Workshop, counting: ThreadPoolExecutor) -> tuple[Text, Tally]:
    """The file as UTF-8, and its lines counted. What is not UTF-8, and not declared, is cp1252, as from most Windows systems."""
    text = as_utf8(found, encoding, shop)
    count = counting.submit(tally, text.path, text.mark, "").result()
    if count.bad_utf8 is None:
        return text, count
    why = f"not utf-8 at byte offset {count.bad_utf8}"
    if encoding is not None or mostly_utf8(text.path):
        raise UnreadableLinesError(f"unreadable encoding: {why}; declare the right `encoding`, or ask for the file again")
    copy = shop.path("transcoded.txt")
    sha256 = transcode(found.path, Encoding("cp1252"), copy)
    text = Text(found, copy, "cp1252", 0, sha256, (f"read as cp1252: {why}",))
    return text, replace(counting.submit(tally, copy, 0, "").result(), sha256=sha256)


def _controls(path: str) -> set[int]:
    """The control characters in a file."""
    seen: set[int] = set()
    with open(path, "rb") as file:
        while block := file.read(CHUNK):
            seen.update(block.translate(None, NO_CONTROLS))
    return seen


def _clear(path: str, mark: int, to: str) -> tuple[int, tuple[str, ...]]:
    """Write the text with LF alone, without what is no text; how many lines, and what was cleared away."""
    zeros = feeds = lines = 0
    tail = b""
    with open(path, "rb") as file, open(to, "wb") as out:
        file.seek(mark)
        while block := file.read(CHUNK):
            zeros, feeds = zeros + block.count(NUL), feeds + block.count(FORM_FEED)
            block = tail + block.replace(NUL, b" ").replace(FORM_FEED, b"")
            # A line is written when its end is sure: a CR may be half of a CRLF.
            cut = max(block.rfind(b"\n"), block.rfind(b"\r", 0, len(block) - 1)) + 1
            block, tail = block[:cut], block[cut:]
            lines += _write(out.write, block)
        end = tail.rstrip(CTRL_Z)
        lines += _write(out.write, end if not end or end.endswith((b"\n", b"\r")) else end + b"\n")
    said = ((zeros, "NUL", "read as blanks"), (feeds, "form feed", "left out"), (len(tail) - len(end), "Ctrl-Z at the end", "left out"))
    return lines, tuple(f"{count} {what}{'s' if count > 1 and what != 'Ctrl-Z at the end' else ''} {how}" for count, what, how in said if count)


def _write(write: Callable[[bytes], object], block: bytes) -> int:
    block = BLANK.sub(NOTHING.encode(), block.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    write(block)
    return block.count(b"\n")


def _to_parquet(lines: Lines, controls: set[int], shop: Workshop) -> None:
    unused = next((c for c in CONTROLS if c not in controls), None)
    if unused is None:
        raise UnreadableLinesError("the file is no text: it has control characters of all kinds; is it the right format?")
    sql = (
        f"SELECT line FROM read_csv({location(lines.path)}, auto_detect=false, header=false, delim={literal(chr(unused))}, quote='', escape='', "
        f"columns={{'line': 'VARCHAR'}}, nullstr={literal(NULL)}, strict_mode=true)"
    )
    try:
        shop.engine.execute(f"COPY ({sql}) TO {literal(lines.parquet)} (FORMAT parquet, COMPRESSION lz4_raw)")
        read = int(shop.engine.rows(f"SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({location(lines.parquet)})")[0][0])
    except EngineError as error:
        raise UnreadableLinesError(f"the lines can't be read: {str(error).splitlines()[0]}") from error
    if read != lines.lines:
        raise UnreadableLinesError(f"{lines.lines} lines were counted, but {read} could be read; please report this file")


def explained(found: Found, error: ValueError) -> tuple[str, str]:
    """The sha256 of a file whose lines can't be read, and what to tell of it."""
    advice = "; declare the right `encoding`, or ask for the file again" if isinstance(error, UnreadableEncodingError) else ""
    prefix = "unreadable encoding: " if isinstance(error, UnreadableEncodingError) else ""
    return sha256_of(found.path), f"{prefix}{error}{advice}"


def read_lines(
    found: Found, encoding: str | None, shop: Workshop, counting: ThreadPoolExecutor, read: Callable[[Lines, Workshop], tuple[Received, Block | None]]
) -> tuple[list[Received], Block | None]:
    """What a reader of lines makes of a file; a file that is no text of lines, or empty, is told."""
    try:
        lines = lines_of(found, encoding, shop, counting)
    except ValueError as error:
        sha256, problem = explained(found, error)
        return [unreadable(found, problem, sha256=sha256)], None
    if not lines.lines:
        return [unreadable(found, "empty file", sha256=lines.sha256, encoding=lines.encoding)], None
    received, block = read(lines, shop)
    return [received], block
