"""Find files by glob, and take columns and the extract's date from their paths.

``*`` and ``?`` match within a folder or file name, ``**`` any folders, ``{name}`` takes a part of the path as a
column, ``{extract_date:%Y-%m}`` the date of the extract. Everything else, brackets too, means itself.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from borough.errors import FeedError
from borough.ingest.port import Found

DATE = "extract_date"
SPECIAL = re.compile(r"\*\*/|\*\*|\*|\?|\{([A-Za-z_][A-Za-z0-9_]*)(?::([^{}]*))?\}")
# strptime's directives that a path may use, as patterns.
DIRECTIVES = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%j": r"\d{3}",
    "%b": r"[A-Za-z]{3}", "%B": r"[A-Za-z]+", "%H": r"\d{2}", "%M": r"\d{2}", "%S": r"\d{2}", "%%": "%",
}  # fmt: skip
TIMES = ("%H", "%M", "%S")


@dataclass(frozen=True)
class Glob:
    """One pattern: the fixed folder to look in, and the expression for the path below it."""

    pattern: str
    folder: str
    expression: re.Pattern[str]
    date_format: str | None
    depth: int | None  # folders below the fixed one; None: any


def discover(patterns: Sequence[str], root: Path) -> list[Found]:
    """The files that match, sorted by name. Each file once, even if two globs match it. A folder that is absent has none."""
    globs = [_glob(pattern, root) for pattern in patterns]
    base = os.path.commonpath([g.folder for g in globs]) if globs else str(root)
    found: dict[str, Found] = {}
    for glob in globs:
        for path, below in _files(glob):
            match = glob.expression.fullmatch(below)
            if match and path not in found:
                found[path] = _found(path, base, match, glob)
    return sorted(found.values(), key=lambda f: f.name)


def _glob(pattern: str, root: Path) -> Glob:
    above = "" if os.path.isabs(pattern) else f"{root.absolute().as_posix()}/"  # the project's own folder means itself, wildcards and all
    whole = above + pattern
    first = SPECIAL.search(pattern)
    # A pattern without wildcards is one file: its folder is fixed.
    cut = whole.rfind("/", 0, len(above) + first.start() if first else len(whole)) + 1
    rest = whole[cut:]
    expression, date_format = _expression(rest, pattern)
    folders = SPECIAL.sub("", rest.replace("**/", "").replace("**", "")).count("/") + sum(m.group().count("/") for m in re.finditer(r"\{[^{}]*\}", rest))
    return Glob(pattern, os.path.normpath(whole[:cut]), expression, date_format, None if "**" in rest else folders)


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
            out += hidden + r".*"
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


def _files(glob: Glob) -> Iterator[tuple[str, str]]:
    """Absolute path, and posix path below the glob's folder."""
    # Links are followed only where the depth is fixed, so that a loop of links ends.
    for folder, folders, files in os.walk(glob.folder, followlinks=glob.depth is not None):
        below = os.path.relpath(folder, glob.folder).replace(os.sep, "/")
        prefix = "" if below == "." else below + "/"
        if glob.depth is not None and prefix.count("/") >= glob.depth:
            folders.clear()
        folders.sort()
        for file in sorted(files):
            yield os.path.join(folder, file), prefix + file


def _found(path: str, base: str, match: re.Match[str], glob: Glob) -> Found:
    name = os.path.relpath(path, base).replace(os.sep, "/")
    status = os.stat(path)
    captures = match.groupdict()
    text = captures.pop(DATE, None)
    date = _date(text, glob, name) if text is not None and glob.date_format else None
    return Found(path, name, status.st_size, status.st_mtime_ns, tuple(captures.items()), date)


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
