"""Schema drift: how the columns of a file differ from those known, and what the feed says to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
    return Drift(new, missing, _refusal(unexpected, lacking, found, on_new, on_missing), ignored)


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
