"""A file that is being written: under another name until it is whole."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import BinaryIO

PART = ".part"
SLICE = 100_000
"""Rows that are turned into text at a time: what bounds the memory of a large file."""


class Sink:
    """A file of one delivery. What is written goes to ``NAME.part``; ``publish`` gives it its name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = path.with_name(path.name + PART)
        self.rows = 0
        path.parent.mkdir(parents=True, exist_ok=True)

    def finish(self) -> None:
        """Write what comes at the end, and close the file."""

    def publish(self) -> None:
        """Give the finished file its name."""
        self.part.replace(self.path)

    def drop(self) -> None:
        """Leave nothing of it."""
        self.part.unlink(missing_ok=True)


class ByteSink(Sink):
    """A file of bytes, or of text in one encoding; what the encoding has not is written as ``?``."""

    def __init__(self, path: Path, encoding: str = "utf-8") -> None:
        super().__init__(path)
        self._file: BinaryIO = self.part.open("wb")
        self._plain = codecs.lookup(encoding).name == "utf-8"
        self._encoder = codecs.getincrementalencoder(encoding)(errors="replace")

    def write(self, text: bytes) -> None:
        """Write text that is UTF-8, in the encoding of the file."""
        self._file.write(text if self._plain else self._encoder.encode(text.decode()))

    def finish(self) -> None:
        self._file.close()

    def drop(self) -> None:
        self._file.close()
        super().drop()
