"""Taking one component apart: groups grow by the strongest pair first, and groups that contradict each other stay apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Edge(NamedTuple):
    """A pair of nodes that are alike."""

    weight: float
    left: int
    right: int


Decision = tuple[int, int, str, int]
"""Two nodes, ``same`` or ``different``, and the run in which it was said."""


@dataclass
class _Groups:
    """Groups of nodes that grow, each known by its least node, with the values that its records have."""

    parent: dict[int, int]
    size: dict[int, int]
    values: dict[int, set[str]]
    apart: dict[int, dict[int, int]] = field(default_factory=dict)  # node → nodes that it is not → run of the decision

    def find(self, node: int) -> int:
        root = node
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[node] != root:
            self.parent[node], node = root, self.parent[node]
        return root

    def join(self, left: int, right: int) -> None:
        kept, gone = min(left, right), max(left, right)
        self.parent[gone] = kept
        self.size[kept] += self.size.pop(gone)
        self.values[kept] |= self.values.pop(gone)
        other = self.apart.pop(gone, {})
        mine = self.apart.setdefault(kept, {})
        for node, run in other.items():
            mine[node] = max(run, mine.get(node, run))

    def parted(self, left: int, right: int) -> int | None:
        """The run of the latest decision that someone of the one group is not someone of the other."""
        runs = [run for node, run in self.apart.get(left, {}).items() if self.find(node) == right]
        runs += [run for node, run in self.apart.get(right, {}).items() if self.find(node) == left]
        return max(runs, default=None)


def take_apart(
    nodes: Sequence[int],
    edges: Sequence[Edge],
    decisions: Sequence[Decision],
    values: Mapping[int, Sequence[str]],
    against: Collection[tuple[str, str]],
    limit: int,
) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """Each node's group (its least node), and the decisions that could not be followed.

    ``edges`` strongest first, ``decisions`` latest first; ``against``: pairs of values that no one person has. What people said to be the same
    is joined whatever the values say; a later decision wins over an earlier one. Groups never grow beyond ``limit``.
    """
    groups = _Groups({n: n for n in nodes}, dict.fromkeys(nodes, 1), {n: set(values.get(n, ())) for n in nodes})
    for left, right, word, run in decisions:
        if word == "different":
            groups.apart.setdefault(left, {})[right] = run
            groups.apart.setdefault(right, {})[left] = run
    clashes = []
    for left, right, word, run in decisions:
        if word == "same":
            one, other = groups.find(left), groups.find(right)
            parted = groups.parted(one, other) if one != other else None
            if parted is not None:
                clashes.append((left, right))
            if one != other and (parted is None or parted < run):
                groups.join(one, other)
    for edge in edges:
        one, other = groups.find(edge.left), groups.find(edge.right)
        if one == other or groups.size[one] + groups.size[other] > limit or groups.parted(one, other) is not None:
            continue
        if not any((a, b) in against for a in groups.values[one] for b in groups.values[other]):
            groups.join(one, other)
    return {n: groups.find(n) for n in nodes}, clashes
