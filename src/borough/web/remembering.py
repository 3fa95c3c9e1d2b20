"""Parts of pages that are made once of a snapshot and shown again: what they were made from never changes, but every look is recorded."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace

from markupsafe import Markup

from borough.web.reading import Reader, Trail

KEPT = 400
"""Parts of one snapshot that are kept."""


def remembered(reader: Reader, key: Hashable, make: Callable[[Reader], str]) -> Markup:
    """What ``make`` makes, made once for a purpose. Each time the questions behind it pass the gate for whoever asks now."""
    memory = reader.snapshot.parts
    whole = (key, reader.purpose)
    if whole in memory:
        made, trail = memory[whole]
        for ask, count in trail:
            ask(reader).again(count)
        return Markup(made)  # noqa: S704 - our own templates made it, with all values escaped
    noted: Trail = []
    made = make(replace(reader, trail=noted))
    if len(memory) >= KEPT:
        memory.clear()
    memory[whole] = (made, tuple(noted))
    return Markup(made)  # noqa: S704 - as above
