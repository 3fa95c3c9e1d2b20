"""``${NAME}`` and ``${NAME:-default}`` in declarations, the project's own ``${name}`` and ``${name-1}``, and which of the substituted values are secrets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_REFERENCE = re.compile(r"\$(?:(\$)|\{([A-Za-z_][A-Za-z0-9_]*)(?:([+-][0-9]{1,9})|:-([^}]*))?\}|(\{[^}]*\}?))")
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
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
    """Substitutes variables, and remembers the values that must never be shown.

    ``variables`` are the process's, ``declared`` the project's: none while ``borough.yaml``, which declares them, is read.
    """

    variables: Mapping[str, str] = field(repr=False)
    secrets: set[str] = field(default_factory=set, repr=False)
    declared: Mapping[str, str] | None = field(default=None, repr=False)

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
        dollar, name, step, default, malformed = match.groups()
        if dollar:
            return "$"
        own = name in (self.declared or ())
        if malformed or (step and not own):
            wrong(match.start(), repr(match[0]), self._forms(name))
            return match[0]
        value = self._of_project(name) if own else self._from_environment(name)
        if not value and default is not None:  # as in a shell, :- also replaces an empty value
            return str(default)
        if value is None:
            wrong(match.start(), f"${{{name}}}, which is not set", self._advice(name))
            return match[0]
        if step:
            if not _WHOLE.fullmatch(value):
                wrong(match.start(), f"{match[0]!r} of a variable that is no whole number", f"a whole number for {name} in borough.yaml, or in {name.upper()} of the environment")
                return match[0]
            return str(int(value) + int(step))
        return value

    def _of_project(self, name: str) -> str:
        """A variable of the project: what the environment says in capitals, else what ``borough.yaml`` does."""
        return self._from_environment(name.upper()) or (self.declared or {})[name]

    def _from_environment(self, name: str) -> str | None:
        value = self.variables.get(name)
        if value and _SECRET_NAME.search(name):
            self.secrets.add(value)
        return value

    def _forms(self, name: str | None) -> str:
        if name and self.declared is not None:
            return f"a variable that borough.yaml declares{self._names()}: only on those can one count"
        return "${NAME} or ${NAME:-default}; write $$ for a dollar sign" + ("; ${name} or ${name-1} for a variable of borough.yaml" if self.declared else "")

    def _advice(self, name: str) -> str:
        advice = f"an environment variable {name}: set it, or write ${{{name}:-default}}"
        return advice if self.declared is None else f"{advice}; or one of `variables` in borough.yaml{self._names()}"

    def _names(self) -> str:
        return f" ({', '.join(sorted(self.declared))})" if self.declared else ""

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
