"""Names, texts and paths in SQL."""

from __future__ import annotations

from collections.abc import Iterable


def quoted(name: str) -> str:
    """A name as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """A text as an SQL literal; null for None."""
    return "CAST(NULL AS VARCHAR)" if text is None else "'" + text.replace("'", "''") + "'"


def location(path: str) -> str:
    """The path of one file to read, as an SQL literal: wildcards in it mean themselves."""
    return literal("".join(f"[{letter}]" if letter in "*?[" else letter for letter in path))


def locations(paths: Iterable[str]) -> str:
    """Paths of files to read, as an SQL list."""
    return "[" + ", ".join(map(location, paths)) + "]"
