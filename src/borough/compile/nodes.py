"""The nodes of a programme: what a run does, one thing at a time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """One thing a run does: what it reads and writes. The conductor orders nodes by their tables."""

    name: str
    kind: str  # feed | area | entity | report
    reads: tuple[str, ...]
    writes: tuple[str, ...]
