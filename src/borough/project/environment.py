"""``${NAME}`` and ``${NAME:-default}`` in declarations, and which of the substituted values are secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_REFERENCE = re.compile(r"\$(?:(\$)|\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|(\{[^}]*\}?))")
_SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|KEY|PWD", re.IGNORECASE)
# Of a database the last @ ends the password, whatever signs are in it.
_DATABASE_PASSWORD = re.compile(r"\b(?:postgres|postgresql|mysql|mariadb|mssql|sqlserver|oracle)://[^\s/@:]*:(\S+)@")
_URL_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:]*:([^\s/@]+)@")


@dataclass(frozen=True)
class Span:
    """A part of a scalar that was substituted: ``written`` as in the file, ``length`` of what stands there now."""

    start: int
    written: int
    length: int


@dataclass
class Environment:
    """Substitutes variables, and remembers the values that must never be shown."""

    variables: Mapping[str, str] = field(repr=False)
    secrets: set[str] = field(default_factory=set, repr=False)

    def substitute(self, text: str, wrong: Callable[[int, str, str], None]) -> tuple[str, tuple[Span, ...]]:
        """The text with its variables filled in. ``wrong(offset, found, expected)`` hears of each that can't be."""
        if "$" not in text:
            self._note_password(text)
            return text, ()
        spans: list[Span] = []

        def fill(match: re.Match[str]) -> str:
            value = self._value(match, wrong)
            spans.append(Span(match.start(), len(match[0]), len(value)))
            return value

        filled = _REFERENCE.sub(fill, text)
        self._note_password(filled)
        return filled, tuple(spans)

    def _value(self, match: re.Match[str], wrong: Callable[[int, str, str], None]) -> str:
        dollar, name, default, malformed = match.groups()
        if dollar:
            return "$"
        if malformed:
            wrong(match.start(), f"{match[0]!r}", "${NAME} or ${NAME:-default}; write $$ for a dollar sign")
            return match[0]
        value = self.variables.get(name)
        if not value and default is not None:  # as in a shell, :- also replaces an empty value
            return str(default)
        if value is None:
            wrong(match.start(), f"${{{name}}}, which is not set", f"an environment variable {name}: set it, or write ${{{name}:-default}}")
            return match[0]
        if value and _SECRET_NAME.search(name):
            self.secrets.add(value)
        return value

    def _note_password(self, text: str) -> None:
        if "://" in text:
            passwords = _DATABASE_PASSWORD.findall(text) or _URL_PASSWORD.findall(text)
            self.secrets.update(found for found in passwords if not found.startswith("${"))  # a variable that is not set is no secret


def written_offset(offset: int, spans: tuple[Span, ...]) -> int:
    """Where a character of the substituted text stands in the text as written (the start of the variable, inside one)."""
    shift = 0
    for span in spans:
        start = span.start - shift
        if offset < start:
            break
        if offset < start + span.length:
            return span.start
        shift += span.written - span.length
    return offset + shift
