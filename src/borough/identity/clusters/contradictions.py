"""When do two values of a person's record say that these are two people? Yes, no, or nothing either way."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

FOR, SILENT, AGAINST = 1, 0, -1


class Name(NamedTuple):
    """A forename as it was given, what it is a short form of, and all words of the name."""

    first: str
    root: str
    tokens: str


def slip(left: str, right: str) -> bool:
    """Is one text the other but for one letter wrong, missing, too many, or two neighbours swapped?"""
    if len(left) > len(right):
        left, right = right, left
    if len(right) - len(left) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), len(left))
    if len(left) < len(right):
        return left[at:] == right[at + 1 :]
    return left[at + 1 :] == right[at + 1 :] or (left[at : at + 2] == right[at : at + 2][::-1] and left[at + 2 :] == right[at + 2 :])


@lru_cache(maxsize=200_000)
def dates(left: str, right: str) -> int:
    """Dates of birth as YYYY-MM-DD: a slip of the pen or day and month swapped speaks for one person."""
    if left == right or slip(left, right) or (left[:4] == right[:4] and left[5:7] == right[8:] and left[8:] == right[5:7]):
        return FOR
    return AGAINST


@lru_cache(maxsize=200_000)
def numbers(left: str, right: str) -> int:
    """National Insurance numbers."""
    return FOR if left == right else SILENT if slip(left, right) else AGAINST


@lru_cache(maxsize=400_000)
def forenames(left: Name, right: Name) -> int:
    """Forenames. Initials that fit, typing errors and a forename that the other has elsewhere in the name say nothing."""
    a, b = left.first, right.first
    if len(a) == 1 or len(b) == 1:
        return SILENT if a[:1] == b[:1] or a in right.tokens.split() or b in left.tokens.split() else AGAINST
    if a == b or left.root == right.root:
        return FOR
    if "?" in a + b and len(a) == len(b) and all(x == y or "?" in (x, y) for x, y in zip(a, b, strict=True)):
        return FOR
    if slip(a, b) or a in right.tokens.split() or b in left.tokens.split():
        return SILENT
    return SILENT if len(min(a, b, key=len)) >= 3 and (a.startswith(b) or b.startswith(a)) else AGAINST


Judge = Callable[..., int]
JUDGES: tuple[Judge, ...] = (dates, numbers, forenames)
"""By field: date of birth, National Insurance number, forename. The bit of field i among a pair's ``against`` is 1 << i."""
DOB, NINO, FIRST = range(3)
