"""Draws for many at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from borough.demo.lives.homes import Flags, Ints, Reals


def pick(rng: np.random.Generator, weights: Reals) -> Ints:
    """For each row one of its columns, by their weights."""
    cumulative = weights.cumsum(axis=1)
    drawn = rng.random((len(weights), 1)) * cumulative[:, -1:]
    at: Ints = (cumulative <= drawn).sum(axis=1).clip(0, weights.shape[1] - 1)
    return at


def among(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Ints:
    """Positions in one list of weights, so many."""
    cumulative = np.cumsum(np.asarray(weights, dtype=float))
    at: Ints = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right").clip(0, len(cumulative) - 1)
    return at


def happens(rng: np.random.Generator, chance: npt.ArrayLike, size: int) -> Flags:
    """Whether something of this chance happens to each."""
    return rng.random(size) < np.asarray(chance)


def days_of(rng: np.random.Generator, shape: npt.ArrayLike, mean: npt.ArrayLike, size: int) -> Ints:
    """Lengths in days, gamma distributed, at least one."""
    shapes = np.broadcast_to(np.asarray(shape, dtype=float), size)
    days: Ints = np.maximum(1, rng.standard_gamma(shapes) * (np.asarray(mean, dtype=float) / shapes)).astype(np.int64)
    return days


def logistic(x: Reals) -> Reals:
    share: Reals = 1.0 / (1.0 + np.exp(-x))
    return share


def aligned(score: Reals, target: float) -> float:
    """What to add to the scores so that the mean of their logistics is the target."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if logistic(score + middle).mean() < target else (low, middle)
    return (low + high) / 2


def rank_in(key: Ints, order: Ints) -> Ints:
    """For each its place (0…) among those with the same key, when sorted by ``order``."""
    by = np.lexsort((np.arange(len(key)), order, key))
    sorted_key = key[by]
    first = np.r_[True, sorted_key[1:] != sorted_key[:-1]]
    starts = np.maximum.accumulate(np.where(first, np.arange(len(key)), 0))
    rank = np.empty(len(key), dtype=np.int64)
    rank[by] = np.arange(len(key)) - starts
    return rank


def pairs(left_key: Ints, left_order: Ints, right_key: Ints, right_order: Ints) -> tuple[Ints, Ints]:
    """Pairs of positions, left and right, of equal keys: the first with the first, the second with the second, and so on."""
    if not len(left_key) or not len(right_key):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    width = int(max(len(left_key), len(right_key))) + 1
    left = left_key * width + rank_in(left_key, left_order)
    right = right_key * width + rank_in(right_key, right_order)
    _, i, j = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    return i, j
