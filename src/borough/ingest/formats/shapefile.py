"""What a shapefile says beside its shapes: whether its files are all there, how many records there are, how the texts are encoded.

The table of attributes (``.dbf``) begins with the number of records, the length of the header and of a record. Each record
begins with a blank, or ``*`` when it is deleted (dBASE III, as in ESRI's Shapefile Technical Description of July 1998).
"""

from __future__ import annotations

import codecs
import mmap
import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path

NEEDED = {".dbf": "the attributes", ".shx": "the index of the shapes"}
DELETED = ord("*")
# What the byte 29 of a .dbf says, where it says anything that is still seen.
LANGUAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252"}


class InvalidShapefileError(ValueError):
    """A shapefile that can't be read: why, and what to do."""


@dataclass(frozen=True)
class Table:
    """The table of attributes: records that stand, deleted ones, and the codec of its texts and names."""

    path: str
    records: int
    deleted: int
    codec: str
    notices: tuple[str, ...]


def table_of(path: str, declared: str | None) -> Table:
    """The table beside a ``.shp``. Raises InvalidShapefileError, OSError."""
    beside = _beside(path)
    for ending, what in NEEDED.items():
        if ending not in beside:
            raise InvalidShapefileError(f"the {ending} beside it is missing: it has {what}; ask for all files of the shapefile, .shp, .shx, .dbf and .prj")
    _whole(path)
    with open(beside[".dbf"], "rb") as file:
        if os.path.getsize(beside[".dbf"]) < 33:
            raise InvalidShapefileError("the .dbf beside it is cut off; ask for it again")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            count, header, length = struct.unpack_from("<IHH", data, 4)
            if not length or header + count * length > len(data):
                have = (len(data) - header) // length if length else 0
                raise InvalidShapefileError(f"the .dbf beside it announces {count} records, but has room for {max(have, 0)}: it is cut off; ask for it again")
            deleted = data[header : header + count * length : length].count(DELETED)
            codec, notices = _codec(data, header, beside.get(".cpg"), declared)
    if deleted:
        notices = (*notices, f"{deleted} deleted records left out")
    return Table(beside[".dbf"], count - deleted, deleted, codec, notices)


def has_projection(path: str) -> bool:
    return ".prj" in _beside(path)


def _beside(path: str) -> dict[str, str]:
    """The files of a shapefile by their ending in lower case: on Windows it may be either."""
    stem = Path(path).stem
    return {entry.suffix.lower(): str(entry) for entry in Path(path).parent.iterdir() if entry.stem == stem}


def _whole(path: str) -> None:
    """The header of a ``.shp`` tells its length in words of 16 bits."""
    with open(path, "rb") as file:
        header = file.read(100)
    if len(header) < 100 or header[:4] != b"\0\0\x27\x0a":
        raise InvalidShapefileError("not a shapefile: it does not begin as one; is it the right file?")
    announced, size = 2 * struct.unpack_from(">I", header, 24)[0], os.path.getsize(path)
    if announced > size:
        raise InvalidShapefileError(f"it announces {announced} bytes, but has {size}: it is cut off; ask for it again")


def _codec(data: mmap.mmap, header: int, cpg: str | None, declared: str | None) -> tuple[str, tuple[str, ...]]:
    """The codec declared, else what the ``.cpg`` or the table says, if that can be; else UTF-8, else cp1252."""
    said = declared if declared is not None else _page(Path(cpg).read_text("latin-1")) if cpg is not None else LANGUAGES.get(data[29])
    if said is not None and not is_readable(said):
        raise InvalidShapefileError(f"its texts are said to be {said}, which is not read here; declare the right `encoding`, or ask for it in UTF-8")
    if declared is not None:
        return codecs.lookup(declared).name, ()
    utf8 = _is_utf8(data, header)
    if said is None:
        return ("utf-8", ()) if utf8 else ("cp1252", ("texts read as cp1252: neither a .cpg nor the .dbf says what they are",))
    if said == "utf-8" and not utf8:
        return "cp1252", ("texts read as cp1252: they are not the UTF-8 that the .cpg announces",)
    return said, ()


def is_readable(encoding: str) -> bool:
    """UTF-8, or an encoding with one byte for a character."""
    try:
        return encoding.lower() in ("utf-8", "utf8") or len(bytes(range(128, 256)).decode(encoding, "replace")) == 128
    except LookupError:
        return False


def _page(text: str) -> str | None:
    """The codec that a ``.cpg`` names: ``UTF-8``, ``1252``, ``ANSI 1252``, ``ISO-8859-1``."""
    plain = re.sub(r"[^A-Z0-9]", "", text.upper())
    if plain in ("ISO88591", "88591"):
        return "cp1252"  # as browsers do: what is in one and not the other are signs that nobody writes
    number = re.search(r"(?:CP|ANSI|OEM|WINDOWS|^)(\d{3,5})$", plain)
    try:
        return codecs.lookup(f"cp{number[1]}" if number else text.strip()).name
    except LookupError:
        return None


def _is_utf8(data: mmap.mmap, header: int) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(header, len(data), 1 << 22):
            decoder.decode(data[start : start + (1 << 22)])
    except UnicodeDecodeError:
        return False
    return True
