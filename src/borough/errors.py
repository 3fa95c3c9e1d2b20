"""One exception tree. Everything Borough raises on purpose is a ``BoroughError``.

Each class carries the exit code that scripts can rely on:

==  ==========================================================
0   done
1   the declarations have mistakes (``borough check``)
2   the command was used wrongly (unknown option, no project)
3   the run finished, but a feed failed or a load was held
4   the lake can't be used (another writer, damaged, disk full)
5   not permitted: role, purpose or classification
==  ==========================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands in a project: file relative to the project, line and column from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake in a declaration: where, what was found, what was expected, the nearest right word."""

    place: Place
    found: str
    expected: str
    nearest: str | None = None
    severity: str = "error"  # error | warning

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{self.place}: found {self.found}; expected {self.expected}{hint}"


class BoroughError(Exception):
    """Anything Borough can explain. ``advice`` says what to do next."""

    exit_code = 4

    def __init__(self, message: str, *, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class DeclarationError(BoroughError):
    """The declarations have mistakes: all of them, in one go."""

    exit_code = 1

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        count = len(self.mistakes)
        lines = "\n".join(str(m) for m in self.mistakes)
        super().__init__(f"{count} mistake{'s' if count != 1 else ''} in the declarations\n{lines}")


class UsageError(BoroughError):
    """The command was used wrongly."""

    exit_code = 2


class FeedError(BoroughError):
    """One feed can't be read; the others go on."""

    exit_code = 3


class LakeError(BoroughError):
    """The lake can't be read or written."""


class LeaseHeldError(LakeError):
    """Another writer holds the lake's lease."""


class StateError(BoroughError):
    """The operational state can't be read or written."""


class EngineError(BoroughError):
    """A statement failed in the engine."""


class AccessDeniedError(BoroughError):
    """Role, purpose or classification does not permit this read."""

    exit_code = 5
