"""One component of linked records taken apart by average linkage: groups join while their records, taken together, look like one person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[Any]

BOUND = 25.0
"""Bits at which the weight of a pair is cut off on either side, so that no single pair decides for a group."""
_NEVER = -1e9


def agglomerate(weights: Numbers, *, match_above: float, floor: float, chance: float = 0.0, same: Sequence[tuple[int, int]] = (), different: Sequence[tuple[int, int]] = ()) -> tuple[list[list[int]], list[tuple[int, int]]]:
    """Groups of the records 0 … n-1, and the pairs of ``same`` that a ``different`` rules out.

    ``weights``: symmetric n × n matrix in bits. The two groups with the highest mean weight between them join, again and again, while
    their strongest link is at least ``match_above``, and ``chance`` bits more for each doubling of the pairs among which it is the strongest (among many, one is strong by chance), and the mean at least ``floor``. What people decided holds first.

    Source: average linkage (UPGMA), Sokal and Michener (1958), with a condition on the strongest link.
    """
    import numpy as np

    sums = np.array(weights, dtype=float).clip(-BOUND, BOUND)
    strongest = sums.copy()
    np.fill_diagonal(sums, 0.0)
    np.fill_diagonal(strongest, _NEVER)
    groups = {i: [i] for i in range(len(sums))}
    barred = np.zeros(sums.shape, dtype=bool)
    for a, b in different:
        barred[a, b] = barred[b, a] = True
    contradictory = _decided(groups, sums, strongest, barred, same)
    sizes = np.array([len(groups.get(i, ())) or 1 for i in range(len(sums))], dtype=float)
    counts = np.outer(sizes, sizes)
    while True:
        means = sums / counts
        usable = (strongest >= match_above + chance * np.log2(counts)) & (means >= floor) & ~barred
        if not usable.any():
            return sorted(sorted(group) for group in groups.values()), contradictory
        one, other = divmod(int(np.argmax(np.where(usable, np.round(means, 6), _NEVER))), len(means))
        _join(groups, sums, strongest, barred, counts, min(one, other), max(one, other))


def _decided(groups: dict[int, list[int]], sums: Numbers, strongest: Numbers, barred: Numbers, same: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what people said is the same. Returns the pairs that other decisions rule out."""
    import numpy as np

    contradictory = []
    counts = np.ones(sums.shape)
    for a, b in sorted(same):
        left, right = sorted(next(root for root, members in groups.items() if node in members) for node in (a, b))
        if left == right:
            continue
        if barred[left, right]:
            contradictory.append((a, b))
        else:
            _join(groups, sums, strongest, barred, counts, left, right)
    return contradictory


def _join(groups: dict[int, list[int]], sums: Numbers, strongest: Numbers, barred: Numbers, counts: Numbers, a: int, b: int) -> None:
    """The group ``b`` becomes part of ``a``."""
    import numpy as np

    groups[a] += groups.pop(b)
    for table in (sums, counts):
        table[a] += table[b]
        table[:, a] += table[:, b]
    strongest[a] = np.maximum(strongest[a], strongest[b])
    strongest[:, a] = np.maximum(strongest[:, a], strongest[:, b])
    barred[a] |= barred[b]
    barred[:, a] |= barred[:, b]
    strongest[a, a] = strongest[b] = _NEVER
    strongest[:, b] = _NEVER
