"""The patterns that name files: understood, matched, and the columns and the extract's date taken from paths.

``*`` and ``?`` match within a folder or file name, ``**`` any folders, ``{name}`` takes a part of the path as a
column, ``{extract_date:%Y-%m}`` the date of the extract; ``x.zip/`` is an archive, and what follows its members.
Everything else, brackets too, means itself.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass
from pathlib import Path

from borough.errors import FeedError
from borough.ingest.places.sidecars import is_beside
from borough.ingest.places.stores import unfinished
from borough.project.reaching import WEB, Address, address_of

DATE = "extract_date"
SPECIAL = re.compile(r"\*\*/|\*\*|\*|\?|\{([A-Za-z_][A-Za-z0-9_]*)(?::([^{}]*))?\}")
ARCHIVE = re.compile(r"\.zip/", re.IGNORECASE)
# strptime's directives that a path may use, as patterns.
DIRECTIVES = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%j": r"\d{3}",
    "%b": r"[A-Za-z]{3}", "%B": r"[A-Za-z]+", "%H": r"\d{2}", "%M": r"\d{2}", "%S": r"\d{2}", "%%": "%",
}  # fmt: skip
TIMES = ("%H", "%M", "%S")


@dataclass(frozen=True)
class Glob:
    """One pattern: the store and the fixed folder to look in, and the expression for the path below it."""

    pattern: str
    address: Address | None  # None: this machine
    folder: str
    expression: re.Pattern[str]
    date_format: str | None
    depth: int | None  # folders below the fixed one; None: any
    archive: re.Pattern[str] | None = None  # for the paths of archives, where their members are wanted
    member: str | None = None  # what the members' names must match, as written
    exact: str | None = None  # the one file, where nothing can be listed

    def below(self, path: str) -> str:
        """A path of the store as seen from the fixed folder."""
        path = path.replace(os.sep, "/") if self.address is None else path
        folder = self.folder.replace(os.sep, "/") if self.address is None else self.folder
        return path if folder in ("", ".") else path.removeprefix(folder.rstrip("/") + "/")

    def match(self, path: str, inside: str | None = None) -> re.Match[str] | None:
        """Does a file match, or a member of an archive? Files with names that tell they are unfinished only where the pattern says so."""
        whole = self.below(path) + (f"/{inside}" if inside is not None else "")
        if unfinished(whole) and not unfinished(SPECIAL.sub("x", self.pattern)):
            return None
        return self.expression.fullmatch(whole)

    def wants(self, path: str) -> bool:
        """May a file of the store matter: does it match, is it an archive whose members may, or may it stand beside a shapefile?"""
        if self.archive is not None:
            return self.archive.fullmatch(self.below(path)) is not None
        return self.match(path) is not None or is_beside(path)

    def parts(self, captures: dict[str, str | None], name: str) -> tuple[tuple[tuple[str, str], ...], dt.date | dt.datetime | None]:
        """What the path of ``name`` gives: the columns, and the date of the extract. Raises FeedError where that is no date."""
        text = captures.pop(DATE, None)
        date = _date(text, self, name) if text is not None and self.date_format else None
        return tuple((key, value or "") for key, value in captures.items()), date


def glob_of(pattern: str, root: Path) -> Glob:
    """A pattern, understood. ``root``: where relative ones begin. Raises FeedError for a date format that can't be."""
    address = address_of(pattern)
    start = address.start if address is not None else 0 if os.path.isabs(pattern) else None
    above = f"{root.absolute().as_posix()}/" if start is None else ""  # the project's own folder means itself, wildcards and all
    text = pattern[start or 0 :]
    inside = ARCHIVE.search(text)
    if address is not None and address.scheme in WEB and inside is None:
        return _one_file(pattern, address)
    first = SPECIAL.search(text)
    # A pattern without wildcards is one file: its folder is fixed. So is what is above an archive.
    ends = [m.start() for m in (first, inside) if m is not None]
    whole = above + text
    cut = whole.rfind("/", 0, len(above) + min(ends) if ends else len(whole)) + 1
    rest = whole[cut:]
    expression, date_format = _expression(rest, pattern)
    split = ARCHIVE.search(rest)
    outer = rest[: split.end() - 1] if split else rest
    folder = os.path.normpath(whole[:cut]) if address is None else whole[:cut].strip("/")
    return Glob(
        pattern, address, folder, expression, date_format, _depth(outer),
        _expression(outer, pattern)[0] if split else None, rest[split.end() :] if split else None,
        f"{folder}/{outer}".lstrip("/") if address is not None and address.scheme in WEB else None,
    )  # fmt: skip


def _one_file(pattern: str, address: Address) -> Glob:
    """An address of the web: it means itself, and what follows ``?`` is asked of the server, not of the path."""
    path, question, query = address.rest.partition("?")
    folder, _, name = path.lstrip("/").rpartition("/")
    name += question + query
    return Glob(pattern, address, folder, re.compile(re.escape(name)), None, 0, exact=f"{folder}/{name}".lstrip("/"))


def _depth(rest: str) -> int | None:
    if "**" in rest:
        return None
    return SPECIAL.sub("", rest).count("/") + sum(m.group().count("/") for m in re.finditer(r"\{[^{}]*\}", rest))


def _expression(rest: str, pattern: str) -> tuple[re.Pattern[str], str | None]:
    out, position, seen, date_format = "", 0, set[str](), None
    for match in SPECIAL.finditer(rest):
        out += re.escape(rest[position : match.start()])
        position = match.end()
        name = match.group(1)
        # As shells do, a wildcard at the start of a name does not match hidden files.
        hidden = r"(?!\.)" if match.start() == 0 or rest[match.start() - 1] == "/" else ""
        if match.group() == "**/":
            out += r"(?:(?!\.)[^/]+/)*"
        elif match.group() == "**":
            out += rf"(?:(?!\.)[^/]+/)*{hidden}[^/]*" if hidden else ".*"
        elif match.group() in ("*", "?"):
            out += hidden + ("[^/]*" if match.group() == "*" else "[^/]")
        elif name in seen:
            out += f"(?P={name})"
        elif name == DATE:
            date_format = match.group(2) or "%Y-%m-%d"
            out += f"(?P<{DATE}>{_date_expression(date_format, pattern)})"
        else:
            out += f"{hidden}(?P<{name}>[^/]+?)"
        seen.add(name or "")
    return re.compile(out + re.escape(rest[position:]), re.DOTALL), date_format


def _date_expression(date_format: str, pattern: str) -> str:
    out = ""
    for token in re.findall(r"%.|[^%]", date_format):
        if token.startswith("%") and token not in DIRECTIVES:
            raise FeedError(
                f"the date format {date_format!r} in {pattern!r} uses {token!r}",
                advice=f"use {', '.join(DIRECTIVES)}",
            )
        out += DIRECTIVES.get(token, re.escape(token))
    return out


def _date(text: str, glob: Glob, name: str) -> dt.date | dt.datetime:
    form = glob.date_format or ""
    try:
        moment = dt.datetime.strptime(text, form)
    except ValueError as error:
        raise FeedError(
            f"{name}: {text!r} is not a date of the form {form!r}, which the pattern {glob.pattern!r} expects",
            advice="rename the file or mend the pattern",
        ) from error
    return moment if any(t in form for t in TIMES) else moment.date()
