"""The ground in small: a lattice of hexagons with shifted corners, which districts, LSOAs and wards are made of.

Every corner belongs to three hexagons, so the outline of any set of them is simple rings that meet nowhere, and neighbours share
their corners exactly: no gaps, no overlaps, over districts too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from borough.demo.chance import keyed, stream
from borough.demo.plan import WARDS, District, Plan

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

EAST, NORTH = 590_900, 499_900
"""South-west corner of the first district's block on the National Grid: out in the North Sea."""
BLOCK_COLUMNS, BLOCK_ROWS = 45, 51
BLOCKS_ACROSS = 6
AREA = 39_000_000.0
"""Square metres of a district of 22 wards, about."""
SIDE = float(np.sqrt(AREA / (BLOCK_COLUMNS * BLOCK_ROWS) * 2 / (3 * np.sqrt(3))))
HALF = float(np.sqrt(3) / 2 * SIDE)
SHIFT = 0.27
"""How far a corner is shifted at most, in sides: little enough that every hexagon is seen whole from its middle."""
CORNERS = np.array([(0, -2), (1, -1), (1, 1), (0, 2), (-1, 1), (-1, -1)])
"""Counter-clockwise, in half widths and half sides from the middle."""
SPAN = 1 << 20


@dataclass(frozen=True)
class Lattice:
    """The hexagons of a district: their columns, rows, corners' ids and corners' points (n × 6)."""

    seed: int
    columns: Ints
    rows: Ints
    corners: Ints
    xs: Floats
    ys: Floats

    @property
    def middles(self) -> Floats:
        return np.stack([self.xs.mean(axis=1), self.ys.mean(axis=1)], axis=1)

    def neighbours(self) -> Ints:
        """Across each of the six edges (from corner k to k + 1) the hexagon there, or -1."""
        odd = self.rows & 1
        steps = [(1 - 1 + odd, -1), (np.ones_like(odd), 0), (odd, 1), (odd - 1, 1), (-np.ones_like(odd), 0), (odd - 1, -1)]
        where = _index(self.columns, self.rows)
        order = np.argsort(where)
        found = [_find(where, order, _index(self.columns + across, self.rows + up)) for across, up in steps]
        return np.stack(found, axis=1)

    def at(self, x: Floats, y: Floats) -> Ints:
        """The hexagon in which each point lies, or -1."""
        where = _index(self.columns, self.rows)
        order = np.argsort(where)
        row = np.round((y - NORTH) / (1.5 * SIDE)).astype(np.int64)
        found = np.full(len(x), -1)
        for up in (0, -1, 1):
            rows = row + up
            column = np.round(((x - EAST) / HALF - (rows & 1)) / 2).astype(np.int64)
            for across in (0, -1, 1):
                here = _find(where, order, _index(column + across, rows))
                inside = (here >= 0) & _within(x, y, self.xs[here], self.ys[here])
                found = np.where((found < 0) & inside, here, found)
        return found


def lattice(plan: Plan, district: District) -> Lattice:
    """The hexagons of a district. Its borders are winding lines, the same from either side; a district of fewer wards is smaller."""
    across, up = district.number % BLOCKS_ACROSS, district.number // BLOCKS_ACROSS
    margin = 12
    across_all, up_all = np.meshgrid(
        np.arange(across * BLOCK_COLUMNS - margin, (across + 1) * BLOCK_COLUMNS + margin),
        np.arange(up * BLOCK_ROWS - margin, (up + 1) * BLOCK_ROWS + margin),
    )
    columns, rows = across_all.astype(np.int64).ravel(), up_all.astype(np.int64).ravel()
    u, v = _winding(plan.seed, (columns + (rows & 1) / 2) / BLOCK_COLUMNS, rows / BLOCK_ROWS)
    part = float(np.sqrt(district.wards / WARDS))
    ours = (u >= across) & (u < across + part) & (v >= up) & (v < up + part)
    columns, rows = columns[ours], rows[ours]
    x = (2 * columns + (rows & 1))[:, None] + CORNERS[:, 0]
    y = (3 * rows)[:, None] + CORNERS[:, 1]
    corners = (y + 64) * SPAN + x + 64
    xs = EAST + x * HALF + (keyed(plan.seed, "corner x", corners) * 2 - 1) * SHIFT * SIDE
    ys = NORTH + y * SIDE / 2 + (keyed(plan.seed, "corner y", corners) * 2 - 1) * SHIFT * SIDE
    return Lattice(plan.seed, columns, rows, corners, xs, ys)


def _winding(seed: int, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    # Gentle enough that the plane is only bent, never folded: districts stay in one piece.
    phase = stream(seed, "winding").uniform(0, 2 * np.pi, 4)
    u = x + 0.05 * np.sin(2 * np.pi * 0.9 * y + phase[0]) + 0.02 * np.sin(2 * np.pi * 2.7 * y + phase[1])
    v = y + 0.05 * np.sin(2 * np.pi * 1.1 * x + phase[2]) + 0.02 * np.sin(2 * np.pi * 2.3 * x + phase[3])
    return u, v


def _index(columns: Ints, rows: Ints) -> Ints:
    return (rows + 64) * SPAN + columns + 64


def _find(where: Ints, order: Ints, wanted: Ints) -> Ints:
    place = np.searchsorted(where, wanted, sorter=order)
    found = order[np.minimum(place, len(where) - 1)]
    return np.where(where[found] == wanted, found, -1)


def _within(x: Floats, y: Floats, xs: Floats, ys: Floats) -> npt.NDArray[np.bool_]:
    """By the even number of edges that a ray from the point crosses."""
    inside = np.zeros(len(x), dtype=np.bool_)
    for k in range(6):
        x1, y1, x2, y2 = xs[:, k], ys[:, k], xs[:, (k + 1) % 6], ys[:, (k + 1) % 6]
        crosses = (y1 > y) != (y2 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside
