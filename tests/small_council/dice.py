"""Chance from a seed. Only ``random()`` is used, the one method that gives the same numbers in every Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """One stream of chance, named, so that one system's extracts don't change when another's do."""

    def __init__(self, seed: int, name: str) -> None:
        self._random = random.Random(f"{seed}:{name}")

    def chance(self, share: float) -> bool:
        """True for this share of the throws."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.between(0, len(items) - 1)]

    def within(self, low: float, high: float, margin: float) -> float:
        """A coordinate between two bounds, at least a margin inside, to six decimals."""
        return round(low + margin + self._random.random() * (high - low - 2 * margin), 6)
