"""A file elsewhere, as one that can be read from any position."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any


class Ranged(io.RawIOBase):
    """A file of so many bytes that is read in pieces, from any position."""

    def __init__(self, size: int, read: Callable[[int, int], bytes], end: Callable[[], object] = lambda: None) -> None:
        self._size, self._read, self._end, self._at = size, read, end, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = max(0, offset + (0, self._at, self._size)[whence])
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        piece = self._read(self._at, length)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            self._end()
        super().close()
