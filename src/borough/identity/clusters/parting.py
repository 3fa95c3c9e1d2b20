"""Take one component of linked records apart, so that no part holds two people: strongest link first, never joining what contradicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from borough.identity.clusters.contradictions import AGAINST, DOB, FIRST, FOR, JUDGES, NINO

BRIDGE = 3  # groups of so many records and more need more than one weak link between them
BRIDGE_BITS = 4.0  # a link so much above the threshold joins by itself
SPARSE_FROM = 6  # a component of so many records and more with fewer links than these for each may hang by one
SPARSE = 1.5
MARGIN_BITS = 2.0  # a record without date of birth or number that fits two people so nearly alike goes to neither


class Link(NamedTuple):
    """Two records (positions in the component), the bits for their being one person, and the fields that speak against."""

    l: int  # noqa: E741 - the column's name
    r: int
    weight: float
    against: int


@dataclass(frozen=True)
class Component:
    """Records with what they say (date of birth, number, forename), their links, and what people decided."""

    nodes: Sequence[int]
    said: Sequence[tuple[object | None, object | None, object | None]]
    links: Sequence[Link]
    same: Sequence[tuple[int, int]] = ()
    different: Sequence[tuple[int, int]] = ()


@dataclass
class Parts:
    """``root``: the position of the least record of each record's group. What could not be done as asked stands beside."""

    root: list[int]
    refused: list[Link] = field(default_factory=list)
    contradictory: list[tuple[int, int]] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    stopped: list[tuple[int, int]] = field(default_factory=list)  # (least node, size)


class _Groups:
    """Growing groups: who is in them, and how many of them say what."""

    def __init__(self, component: Component) -> None:
        size = len(component.nodes)
        self.component = component
        self.root = list(range(size))
        self.members: list[list[int]] = [[i] for i in range(size)]
        self.said: list[list[dict[object, int]]] = [[{} if v is None else {v: 1} for v in values] for values in component.said]
        self.foes: list[list[int]] = [[] for _ in range(size)]
        for a, b in component.different:
            self.foes[a].append(b)
            self.foes[b].append(a)
        self.flagged = {
            (bit, *pair)
            for link in component.links
            for bit in (DOB, NINO, FIRST)
            if link.against >> bit & 1 and None not in (pair := (component.said[link.l][bit], component.said[link.r][bit])) and pair[0] != pair[1]
        }

    def parted(self, a: int, b: int) -> bool:
        """Has somebody decided that the groups of a and b are different people?"""
        return any(self.root[foe] == b for foe in self.foes[a])

    def contradict(self, a: int, b: int) -> bool:
        """Do more of what the two groups say speak against one person than for it? A shared number outvotes one other field."""
        verdicts = [self._vote(field, a, b) for field in (DOB, NINO, FIRST)]
        return verdicts.count(AGAINST) - (verdicts[NINO] == FOR) > 0

    def _vote(self, field: int, a: int, b: int) -> int:
        judge, balance = JUDGES[field], 0
        for left, count in self.said[a][field].items():
            for right, other in self.said[b][field].items():
                flagged = (field, left, right) in self.flagged or (field, right, left) in self.flagged
                balance += (AGAINST if flagged else judge(left, right)) * count * other
        return (balance > 0) - (balance < 0)

    def join(self, a: int, b: int) -> None:
        if len(self.members[a]) < len(self.members[b]):
            a, b = b, a
        for node in self.members[b]:
            self.root[node] = a
        self.members[a] += self.members[b]
        self.foes[a] += self.foes[b]
        for mine, theirs in zip(self.said[a], self.said[b], strict=True):
            for value, count in theirs.items():
                mine[value] = mine.get(value, 0) + count
        self.members[b], self.foes[b], self.said[b] = [], [], []

    def least(self) -> list[int]:
        by_root = {root: min(members) for root, members in enumerate(self.members) if members}
        return [by_root[root] for root in self.root]


def part(component: Component, *, match_above: float, limit: int) -> Parts:
    """Groups of records that are one person each, none larger than ``limit`` records."""
    if _at_one(component, limit):
        return Parts([0] * len(component.nodes))
    parts = _agglomerate(component, component.links, match_above, match_above)
    parts.doubtful = _doubtful(component, parts)
    if parts.doubtful:
        hanging = set(parts.doubtful)
        kept = [link for link in component.links if (link.l in hanging) == (link.r in hanging)]
        again = _agglomerate(component, kept, match_above, match_above)
        again.doubtful, again.refused = parts.doubtful, parts.refused
        parts = again
        return _bounded(component, kept, parts, match_above, limit)
    return _bounded(component, component.links, parts, match_above, limit)


def _at_one(component: Component, limit: int) -> bool:
    """Does nothing in a component of fair size and many links contradict anything else?"""
    size = len(component.nodes)
    if component.different or size > limit or (size >= SPARSE_FROM and len(component.links) < size * SPARSE):
        return False
    if any(link.against & 7 for link in component.links):
        return False
    for bit, judge in enumerate(JUDGES):
        said = list({values[bit] for values in component.said} - {None})
        if any(judge(a, b) == AGAINST for i, a in enumerate(said) for b in said[:i]):
            return False
    return True


def _agglomerate(component: Component, links: Iterable[Link], threshold: float, match_above: float) -> Parts:
    groups, parts = _Groups(component), Parts([])
    for a, b in sorted(component.same):
        _decide(groups, a, b, parts)
    asked = sorted((link for link in links if link.weight >= threshold), key=lambda link: (-link.weight, link.l, link.r))
    near: dict[int, list[int]] = {}
    for link in asked:
        a, b = groups.root[link.l], groups.root[link.r]
        if a == b:
            continue
        if groups.parted(a, b) or groups.contradict(a, b):
            parts.refused.append(link)
        elif min(len(groups.members[a]), len(groups.members[b])) < BRIDGE or link.weight >= match_above + BRIDGE_BITS:
            groups.join(a, b)
        else:
            near = near or _neighbours(asked)
            if _several(groups, a, b, near):
                groups.join(a, b)
    parts.root = groups.least()
    return parts


def _decide(groups: _Groups, a: int, b: int, parts: Parts) -> None:
    left, right = groups.root[a], groups.root[b]
    if left == right:
        return
    if groups.parted(left, right):
        parts.contradictory.append((a, b))
    else:
        groups.join(left, right)


def _neighbours(links: Sequence[Link]) -> dict[int, list[int]]:
    near: dict[int, list[int]] = {}
    for link in links:
        near.setdefault(link.l, []).append(link.r)
        near.setdefault(link.r, []).append(link.l)
    return near


def _several(groups: _Groups, a: int, b: int, near: dict[int, list[int]]) -> bool:
    """Is there more than one link between two groups of several records?"""
    small, large = sorted((a, b), key=lambda group: (len(groups.members[group]), group))
    return sum(groups.root[other] == large for node in groups.members[small] for other in near.get(node, ())) > 1


def _doubtful(component: Component, parts: Parts) -> list[int]:
    """Records with neither date of birth nor number that fit two groups nearly alike, and that nobody has decided on."""
    decided = {node for pair in component.same for node in pair}
    asked = {n for link in parts.refused for n in (link.l, link.r) if component.said[n][DOB] is None and component.said[n][NINO] is None}
    best: dict[int, dict[int, float]] = {node: {} for node in asked - decided}
    parted = {frozenset(pair) for pair in component.different}
    for link in component.links:
        for node, other in ((link.l, link.r), (link.r, link.l)):
            if node in best and (other not in best or parts.root[other] == parts.root[node]) and frozenset((node, other)) not in parted:
                there = best[node]
                there[parts.root[other]] = max(there.get(parts.root[other], link.weight), link.weight)
    found = set()
    for link in parts.refused:
        for node, other in ((link.l, link.r), (link.r, link.l)):
            mine, rival = parts.root[node], parts.root[other]
            there = best.get(node, {})
            if mine != rival and mine in there and rival in there and there[mine] - there[rival] < MARGIN_BITS:
                found.add(node)
    return sorted(found)


def _bounded(component: Component, links: Sequence[Link], parts: Parts, match_above: float, limit: int) -> Parts:
    """Groups larger than the limit fall to their strongest parts: the threshold rises, a bit at a time."""
    threshold = match_above
    asking = True
    while asking:
        sizes: dict[int, list[int]] = {}
        for node, root in enumerate(parts.root):
            sizes.setdefault(root, []).append(node)
        large = {root: nodes for root, nodes in sizes.items() if len(nodes) > limit}
        if threshold == match_above:
            parts.stopped = [(component.nodes[root], len(nodes)) for root, nodes in sorted(large.items())]
        inside = [link for link in links if link.weight >= threshold and parts.root[link.l] == parts.root[link.r] in large]
        asking = bool(inside)
        threshold += 1.0
        if asking:
            finer = _agglomerate(component, inside, threshold, match_above)
            for nodes in large.values():
                for node in nodes:
                    parts.root[node] = finer.root[node]
    return parts
