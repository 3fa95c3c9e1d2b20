"""Which encoding a text file has, and the same text as UTF-8.

Without a declaration: a byte order mark decides; else zero bytes in every second place mean UTF-16; else UTF-8, and
where that fails cp1252, the encoding of most Windows extracts.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

CHUNK = 1 << 22
STRAY = re.compile("[\udc80-\udcff]")
NOT_ASCII = re.compile("[^\x00-\x7f]")
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class UnreadableEncodingError(ValueError):
    """The bytes are not text in this encoding: which byte, and where."""

    def __init__(self, encoding: str, offset: int, byte: int | None) -> None:
        self.encoding, self.offset, self.byte = encoding, offset, byte
        what = "the text ends in the middle of a character" if byte is None else f"byte 0x{byte:02X}"
        super().__init__(f"not {encoding}: {what} at offset {offset}")


@dataclass(frozen=True)
class Encoding:
    """A Python codec, and the length of the byte order mark in bytes."""

    codec: str
    mark: int = 0


def sniff(head: bytes, declared: str | None) -> Encoding:
    """The encoding of a file from its beginning (some thousand bytes)."""
    for mark, codec in MARKS:
        if head.startswith(mark) and (declared is None or codec.startswith(declared)):
            return Encoding(codec, len(mark))
    if declared == "utf-16":
        return Encoding(_utf16(head) or "utf-16-le")
    if declared is not None:
        return Encoding(declared)
    return Encoding(_utf16(head) or "utf-8")


def _utf16(head: bytes) -> str | None:
    """Text in Latin script has a zero in every second byte of UTF-16. A few zeros are just dirt."""
    pairs = len(head) // 2
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if pairs and odd > 0.4 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    return "utf-16-be" if pairs and even > 0.4 * pairs and odd < 0.1 * pairs else None


def mostly_utf8(path: str) -> bool:
    """Whether a text that is not UTF-8 throughout has more characters of several bytes in UTF-8 than bytes that are none."""
    whole, bad = 0, 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with open(path, "rb") as file:
        while block := file.read(CHUNK):
            if block.isascii():
                continue
            text = decoder.decode(block)
            strays = len(STRAY.findall(text))
            bad += strays
            whole += len(NOT_ASCII.findall(text)) - strays
    return whole > bad


def transcode(path: str, encoding: Encoding, to: str) -> str:
    """Write the text as UTF-8 without a byte order mark; the sha256 of the original. Raises UnreadableEncodingError."""
    digest = hashlib.sha256()

    def read(size: int) -> bytes:
        block = file.read(size)
        digest.update(block)
        return block

    with open(path, "rb") as file, open(to, "wb") as out:
        digest.update(file.read(encoding.mark))
        _decode(read, encoding.codec, encoding.mark, out.write)
    return digest.hexdigest()


def _decode(read: Callable[[int], bytes], codec: str, offset: int, write: Callable[[bytes], object]) -> None:
    decoder = codecs.getincrementaldecoder(codec)()
    while True:
        block = read(CHUNK)
        pending = decoder.getstate()[0]
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            at = offset - len(pending) + error.start
            short = "unexpected end" in error.reason or "truncated" in error.reason or "end of data" in error.reason
            raise UnreadableEncodingError(codec, at, None if short else error.object[error.start]) from error
        write(text.encode())
        if not block:
            return
        offset += len(block)
