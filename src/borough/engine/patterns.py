"""Regular expressions that RE2 (DuckDB), java.util.regex (Spark) and Rust's regex (Sail) read alike."""

from __future__ import annotations

import re

_CLASSES = {"d": "0-9", "w": "0-9A-Za-z_", "s": "\t\n\v\f\r "}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}


class PatternError(ValueError):
    """A pattern outside the portable subset: says what was found and where (from 0)."""

    def __init__(self, at: int, found: str, expected: str) -> None:
        super().__init__(found)
        self.at, self.found, self.expected = at, found, expected


def portable(pattern: str) -> str:
    r"""The pattern without escapes and class letters: ``\d`` becomes ``[0-9]``, ``\.`` becomes ``[.]``.

    Look-around, back-references, flags, word borders and possessive or lazy quantifiers are refused.
    """
    out: list[str] = []
    inside = False
    i = 0
    while i < len(pattern):
        char = pattern[i]
        if char == "\\":
            i += 1
            out.append(_escape(pattern, i, inside))
        elif char == "[" and not inside:
            inside = True
            out.append(char)
            if pattern[i + 1 : i + 2] == "^":
                i += 1
                out.append("^")
        elif char == "[" and inside:
            raise PatternError(i, "'[' inside a class", "no class inside a class")
        elif char == "]" and inside:
            inside = False
            out.append(char)
        elif inside and pattern[i : i + 2] in ("&&", "--", "~~"):
            raise PatternError(i, repr(pattern[i : i + 2]), "single characters and ranges in a class")
        elif not inside and pattern.startswith("(?", i) and not pattern.startswith("(?:", i):
            raise PatternError(i, repr(pattern[i : i + 3]), "a plain group, `(…)` or `(?:…)`")
        elif not inside and char in "*+?}" and pattern[i + 1 : i + 2] in ("+", "?"):
            raise PatternError(i, repr(pattern[i : i + 2]), "a plain quantifier: `*`, `+`, `?`, `{m,n}`")
        else:
            out.append(char)
        i += 1
    text = "".join(out)
    try:
        re.compile(text)
    except re.error as error:
        raise PatternError(error.pos or 0, f"a pattern that can't be read ({error.msg})", "a regular expression") from error
    return text


def _escape(pattern: str, at: int, inside: bool) -> str:
    char = pattern[at : at + 1]
    if char.lower() in _CLASSES and char:
        letters = _CLASSES[char.lower()]
        if char.islower():
            return letters if inside else f"[{letters}]"
        if inside:
            raise PatternError(at - 1, f"'\\{char}' inside a class", "the characters themselves")
        return f"[^{letters}]"
    if char in _CONTROLS and char:
        return _CONTROLS[char]
    if char and not char.isalnum():
        if inside:
            if char in "]\\^[":
                raise PatternError(at - 1, f"'\\{char}' inside a class", "a class without `[`, `]`, `^` and the backslash, which engines read differently")
            if char == "-":
                raise PatternError(at - 1, "'\\-' inside a class", "the hyphen as the last character of the class")
            return char
        return "[\\^]"[1:-1] if char == "^" else f"[{char}]" if char not in "\\[]" else f"\\{char}"
    raise PatternError(at - 1, f"'\\{char}'", "`\\d`, `\\w`, `\\s` or an escaped sign")
