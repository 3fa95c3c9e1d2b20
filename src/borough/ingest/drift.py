"""Schema drift: how the columns of a file differ from those known, and what the feed says to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

MANY = 3
"""As many columns absent are another layout, and told as one thing."""
OTHER_LAYOUT = "another layout"
"""How the reason to refuse such a file begins."""


@dataclass(frozen=True)
class Drift:
    """What changed. ``refused`` is the reason to refuse the file; ``ignored`` are new columns that bronze leaves out."""

    new: tuple[str, ...]
    missing: tuple[str, ...]
    refused: str | None
    ignored: tuple[str, ...]


def drift(found: Sequence[str], known: Sequence[str] | None, needed: Sequence[Sequence[str]], on_new: str, on_missing: str) -> Drift:
    """Compare the columns of a file with those known from earlier ones (None: the first load).

    ``needed`` are groups of alternative names of which the mapping needs one. ``missing`` names the known columns
    that are absent and, for a group with none of its names present, its names joined by `` | ``. Names differ from one
    another by more than case. A needed column is never ignored: what a mapping names, it may have.
    """
    have = {name.casefold() for name in found}
    wanted = {name.casefold() for group in needed for name in group}
    known_folded = None if known is None else {name.casefold() for name in known}
    new = () if known_folded is None else tuple(n for n in found if n.casefold() not in known_folded)
    lacking = tuple(" | ".join(group) for group in needed if not any(n.casefold() in have for n in group))
    unneeded = tuple(n for n in known or () if n.casefold() not in have and n.casefold() not in wanted)
    # A renamed column is missing under its old name, but the mapping has it under the new one.
    missing = lacking + unneeded
    unexpected = tuple(n for n in new if n.casefold() not in wanted)
    ignored = unexpected if on_new == "ignore" else ()
    if len(lacking) >= MANY and on_missing == "refuse":
        return Drift(new, missing, _other_layout(lacking, [n for n in found if n.casefold() not in wanted], found, len(needed)), ignored)
    return Drift(new, missing, _refusal(unexpected, lacking, found, on_new, on_missing), ignored)


def _other_layout(lacking: Sequence[str], strange: Sequence[str], found: Sequence[str], needed: int) -> str:
    """Half the columns are absent, or the file is of another year: one message, with what each may be called now."""
    near = {name: _nearest(name, strange) for name in lacking}
    pairs = [f"{old!r} (now {new!r}?)" if new else repr(old) for old, new in near.items()]
    pairs = [*pairs[:12], *([f"{len(pairs) - 12} more"] if len(pairs) > 12 else [])]
    said = f"{OTHER_LAYOUT}: {len(lacking)} of the {needed} columns that the mapping needs are absent: {', '.join(pairs)}"
    rest = [name for name in strange if name not in near.values()]
    return said + (f"; and the mapping does not know {_list(rest)}" if rest else f"; the file has {_list(found)}")


def _nearest(name: str, strange: Sequence[str]) -> str | None:
    """The strange column that a missing one may be called now: alike as a whole, or the same word with another before it."""
    lowered = {s.casefold(): s for s in strange}
    for old in name.casefold().split(" | "):
        alike = difflib.get_close_matches(old, lowered, n=1, cutoff=0.6) or [s for s in lowered if s and (old.endswith(s) or s.endswith(old)) and min(len(s), len(old)) > 3]
        if alike:
            return lowered[alike[0]]
    return None


def _refusal(unexpected: Sequence[str], lacking: Sequence[str], found: Sequence[str], on_new: str, on_missing: str) -> str | None:
    reasons = []
    if lacking and on_missing == "refuse":
        reasons.append(f"column {_list(lacking)} is needed and absent; the file has {_list(found)}")
    if unexpected and on_new == "refuse":
        reasons.append(f"column {_list(unexpected)} was not seen before")
    return "; ".join(reasons) or None


def _list(names: Sequence[str], limit: int = 12) -> str:
    shown = ", ".join(repr(n) for n in names[:limit])
    return shown + (f" and {len(names) - limit} more" if len(names) > limit else "")
