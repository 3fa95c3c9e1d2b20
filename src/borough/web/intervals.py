"""How sure shares and rates are: 95% intervals."""

from __future__ import annotations

import math

Z = 1.959963984540054


def wilson(part: float, whole: float) -> tuple[float, float] | None:
    """The interval of a share, part of whole (Wilson 1927); None of nothing, or where the part is no part of the whole."""
    if whole <= 0 or not 0 <= part <= whole:
        return None
    p, z2 = part / whole, Z * Z
    middle, half = p + z2 / (2 * whole), Z * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    low, high = (middle - half) / (1 + z2 / whole), (middle + half) / (1 + z2 / whole)
    # None and all are the ends themselves: by floating point they would fall a hair beside them.
    return 0.0 if part == 0 else max(0.0, low), 1.0 if part == whole else min(1.0, high)


def byar(count: float, exposure: float, per: float) -> tuple[float, float] | None:
    """The interval of a rate, a count for each so many of an exposure (Byar's method, as in Breslow and Day 1987, volume II, page 69); None of no exposure."""
    if exposure <= 0 or count < 0:
        return None
    low = count * (1 - 1 / (9 * count) - Z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    more = count + 1
    high = more * (1 - 1 / (9 * more) + Z / (3 * math.sqrt(more))) ** 3
    return low / exposure * per, high / exposure * per
