"""Chance from a seed: streams for what is simulated, and draws keyed by an id for what is written.

A stream gives its numbers in order, so it serves the simulation, which is always run whole. A keyed draw depends on nothing
but the seed, its name and the id: the same record gets the same faults in every extract, whichever others are written with it.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


def stream(seed: int, *names: object) -> np.random.Generator:
    """A stream of chance of its own for each seed and name."""
    return np.random.Generator(np.random.PCG64(_number(seed, *names)))


def keyed(seed: int, name: str, ids: npt.ArrayLike) -> Shares:
    """For each id a number from 0 to 1 (excluded), the same whenever and wherever it is asked for (SplitMix64 of seed, name and id)."""
    mixed = np.asarray(ids).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(_number(seed, name) & (2**64 - 1))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    shares: Shares = (mixed >> np.uint64(11)).astype(np.float64) / 2.0**53
    return shares


def _number(seed: int, *names: object) -> int:
    return int.from_bytes(hashlib.sha256(":".join(map(str, (seed, *names))).encode()).digest()[:16], "big")
