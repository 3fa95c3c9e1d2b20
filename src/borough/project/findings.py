"""Where the checks write down what they find."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from borough.errors import Mistake, Place
from borough.project.load import Project


@dataclass(frozen=True)
class Where:
    """A value of a declaration, by its path."""

    kind: str
    name: str
    path: tuple[str | int, ...] = ()

    def below(self, *steps: str | int) -> Where:
        return Where(self.kind, self.name, (*self.path, *steps))


@dataclass
class Findings:
    """Collects the mistakes of a project."""

    project: Project
    mistakes: list[Mistake] = field(default_factory=list)

    def error(self, where: Where, found: str, expected: str, nearest: str | None = None) -> None:
        self.mistakes.append(Mistake(self.place(where), found, expected, nearest))

    def error_at_key(self, where: Where, found: str, expected: str, nearest: str | None = None) -> None:
        """The same, where the key itself is wrong."""
        place = self.project.key_place(where.kind, where.name, *where.path)
        self.mistakes.append(Mistake(place, found, expected, nearest))

    def error_inside(self, where: Where, offset: int, found: str, expected: str) -> None:
        """The same, ``offset`` characters inside a text of one line."""
        place = self.project.place(where.kind, where.name, *where.path, column=offset + 1)
        self.mistakes.append(Mistake(place, found, expected))

    def warning(self, where: Where, found: str, expected: str) -> None:
        self.mistakes.append(Mistake(self.place(where), found, expected, severity="warning"))

    def place(self, where: Where) -> Place:
        return self.project.place(where.kind, where.name, *where.path)

    def said(self, where: Where, value: Any) -> str:
        """A value, quoted as the file has it: what came from the environment is not shown."""
        written = self.project.written(where.kind, where.name, *where.path)
        return repr(str(value) if written is None else written.strip())

    def is_declared(self, kind: str, name: str) -> bool:
        """Whether a file declares the name, though it may be too broken to load: then what refers to it is no mistake."""
        return (kind, name) in self.project.documents

    def is_broken(self, kind: str, name: str) -> bool:
        """Whether a file declares the name, but is too broken to load."""
        documents = self.project.documents
        if kind == "borough":
            return bool(documents) and (kind, name) not in documents
        return (kind, name) in documents and name not in (self.project.sources if kind == "source" else self.project.datasets)

    def anything_broken(self, kind: str) -> bool:
        """Whether a declaration of the kind could not be loaded."""
        loaded = self.project.sources if kind == "source" else self.project.datasets
        return any(k == kind and name not in loaded for k, name in self.project.documents)
