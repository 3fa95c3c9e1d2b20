"""LSOAs grown over hexagons, wards grown over LSOAs, and their outlines."""

from __future__ import annotations

import heapq
import itertools
import json
from collections.abc import Sequence

import numpy as np
from pyproj import Transformer

from borough.demo.ground.lattice import Floats, Ints, Lattice

TRIES = 24
Ring = list[tuple[float, float]]


def grow_lsoas(ground: Lattice, count: int, chance: np.random.Generator) -> Ints:
    """For each hexagon its LSOA: each grows from a middle of its own through ground that is easier here and harder there."""
    middles = _spread(ground.middles, count, chance)
    neighbours = ground.neighbours()
    effort = chance.uniform(0.45, 1.55, neighbours.shape)
    lsoa = np.full(len(neighbours), -1)
    edge = [(0.0, int(hexagon), n) for n, hexagon in enumerate(middles)]
    heapq.heapify(edge)
    while edge:
        cost, here, group = heapq.heappop(edge)
        if lsoa[here] >= 0:
            continue
        lsoa[here] = group
        for k, there in enumerate(neighbours[here].tolist()):
            if there >= 0 and lsoa[there] < 0:
                heapq.heappush(edge, (cost + float(effort[here, k]), there, group))
    return lsoa


def touching(ground: Lattice, group: Ints, count: int) -> list[list[int]]:
    """Which groups share an edge with each."""
    neighbours = ground.neighbours()
    beside = np.where(neighbours >= 0, group[neighbours], -1)
    pairs = np.stack([np.repeat(group, 6), beside.ravel()], axis=1)
    pairs = np.unique(pairs[(pairs[:, 1] >= 0) & (pairs[:, 0] != pairs[:, 1])], axis=0)
    return [pairs[pairs[:, 0] == n, 1].tolist() for n in range(count)]


def grow_wards(middles: Floats, beside: Sequence[Sequence[int]], count: int, chance: np.random.Generator) -> Ints:
    """For each LSOA its ward: the evenest of several ways of growing wards from the smallest upwards. Every ward is in one piece."""
    tries = [_wards(middles, beside, count, chance) for _ in range(TRIES)]
    return min(tries, key=lambda ward: int(np.ptp(np.bincount(ward, minlength=count))))


def _wards(middles: Floats, beside: Sequence[Sequence[int]], count: int, chance: np.random.Generator) -> Ints:
    ward = np.full(len(middles), -1)
    seeds = _spread(middles, count, chance)
    far = ((middles[:, None, :] - middles[seeds][None, :, :]) ** 2).sum(axis=2)
    rims: list[set[int]] = [set() for _ in range(count)]
    sizes = [0] * count

    def take(n: int, lsoa: int) -> None:
        ward[lsoa] = n
        sizes[n] += 1
        rims[n].update(there for there in beside[lsoa] if ward[there] < 0)
        for rim in rims:
            rim.discard(lsoa)

    for n, lsoa in enumerate(seeds.tolist()):
        take(n, lsoa)
    while (ward < 0).any():
        n = min((n for n in range(count) if rims[n]), key=lambda n: (sizes[n], n), default=-1)
        if n < 0:  # a piece of ground that no ward can reach joins the nearest
            lost = int(np.flatnonzero(ward < 0)[0])
            take(int(np.argmin(far[lost])), lost)
        else:
            rim = sorted(rims[n])
            take(n, rim[int(np.argmin(far[rim, n]))])
    return ward


def outlines(ground: Lattice, group: Ints, count: int) -> list[str]:
    """Each group's outline as GeoJSON text in longitude and latitude: edges between two hexagons of a group are none of its border."""
    neighbours = ground.neighbours()
    border = np.where(neighbours >= 0, group[neighbours], -1) != group[:, None]
    to_degrees = Transformer.from_crs(27700, 4326, always_xy=True)
    points = _points(ground, to_degrees)
    shapes = []
    for n in range(count):
        ours = np.flatnonzero(group == n)
        k = border[ours]
        starts, ends = ground.corners[ours][k], np.roll(ground.corners[ours], -1, axis=1)[k]
        shapes.append(_shape(dict(zip(starts.tolist(), ends.tolist(), strict=True)), points))
    return shapes


def _shape(following: dict[int, int], points: dict[int, tuple[float, float]]) -> str:
    outer: list[Ring] = []
    holes: list[Ring] = []
    while following:
        first, corner = following.popitem()
        ring = [points[first]]
        while corner != first:
            ring.append(points[corner])
            corner = following.pop(corner)
        ring.append(ring[0])
        (outer if _signed_area(ring) > 0 else holes).append(ring)
    if len(outer) == 1:
        return json.dumps({"type": "Polygon", "coordinates": [*outer, *holes]}, separators=(",", ":"))
    return json.dumps({"type": "MultiPolygon", "coordinates": [[ring] for ring in outer]}, separators=(",", ":"))


def _signed_area(ring: Ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))


def _points(ground: Lattice, to_degrees: Transformer) -> dict[int, tuple[float, float]]:
    corners, where = np.unique(ground.corners.ravel(), return_index=True)
    longitude, latitude = to_degrees.transform(ground.xs.ravel()[where], ground.ys.ravel()[where])
    return dict(zip(corners.tolist(), zip(np.round(longitude, 6).tolist(), np.round(latitude, 6).tolist(), strict=True), strict=True))


def _spread(points: Floats, count: int, chance: np.random.Generator) -> Ints:
    """Points spread fairly evenly among the others: the nearest to the means of a few rounds of k-means."""
    means = points[chance.choice(len(points), count, replace=False)] + chance.normal(0, 1.0, (count, 2))
    for _ in range(7):
        nearest = np.argmin(((points[:, None, :] - means[None, :, :]) ** 2).sum(axis=2), axis=1)
        sizes = np.maximum(np.bincount(nearest, minlength=count), 1)[:, None]
        sums = np.stack([np.bincount(nearest, weights=points[:, axis], minlength=count) for axis in (0, 1)], axis=1)
        means = np.where(np.bincount(nearest, minlength=count)[:, None] > 0, sums / sizes, means)
    taken: list[int] = []
    for mean in means:
        far = _far(mean, points)
        far[taken] = np.inf
        taken.append(int(np.argmin(far)))
    return np.array(taken, dtype=np.int64)


def _far(point: Floats, points: Floats) -> Floats:
    far: Floats = ((points - point) ** 2).sum(axis=1)
    return far
