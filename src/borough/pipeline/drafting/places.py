"""What an address or a path means as a source: files, a table of a database, a resource of an API."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from borough.errors import UsageError
from borough.project.database_checks import SCHEMES
from borough.project.formats import ENDINGS, ending
from borough.project.reaching import address_of

_DATES = (
    (re.compile(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)"), "%Y-%m-%d"),
    (re.compile(r"(?<!\d)(?:19|20)\d\d_[01]\d_[0-3]\d(?!\d)"), "%Y_%m_%d"),
    (re.compile(r"(?<!\d)(?:19|20)\d\d[01]\d[0-3]\d(?!\d)"), "%Y%m%d"),
    (re.compile(r"(?<!\d)[0-3]\d-[01]\d-(?:19|20)\d\d(?!\d)"), "%d-%m-%Y"),
    (re.compile(r"(?<!\d)[0-3]\d[01]\d(?:19|20)\d\d(?!\d)"), "%d%m%Y"),
    (re.compile(r"(?<!\d)(?:19|20)\d\d-[01]\d(?!\d)"), "%Y-%m"),
    (re.compile(r"(?<!\d)(?:19|20)\d\d_[01]\d(?!\d)"), "%Y_%m"),
)


@dataclass(frozen=True)
class Place:
    """A source to be drafted: its ``connect``, what its feed says, and a word to name it by.

    ``sample`` is what the feed says while a sample is read, where that differs.
    """

    connect: Mapping[str, Any]
    feed: Mapping[str, Any]
    word: str
    sample: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


def place_of(where: str, root: Path, *, table: str | None, form: str | None) -> Place:
    """What ``where`` means for a project in ``root``. Raises UsageError where it means nothing."""
    scheme = where.split("://")[0].lower() if "://" in where else ""
    if scheme.split("+")[0] in SCHEMES:
        return _database(where, table)
    if table is not None:
        raise UsageError(f"--table, but {where} is no database", advice="give the address of a database, such as postgresql://user@host/name")
    format_ = _format(form)
    if scheme in ("http", "https") and format_ is None and ending(urlsplit(where).path) not in ENDINGS:
        return _api(where)
    return _files(where, root, scheme, format_)


def _format(form: str | None) -> Any:
    if form is None:
        return None
    try:
        return yaml.safe_load(form)
    except yaml.YAMLError as error:
        raise UsageError(f"--format {form!r} can't be read", advice="such as --format csv, or --format '{excel: {sheet: Licences}}'") from error


def _database(where: str, table: str | None) -> Place:
    url, remarks = _without_password(where, "DATABASE_PASSWORD")
    if table is None:
        raise UsageError(f"which table of {url}?", advice="add --table, such as --table council_tax.account")
    return Place({"database": url}, {"table": table, "delivers": "full"}, table.rsplit(".", 1)[-1], {"connect": {"database": where}}, remarks)


def _without_password(url: str, variable: str) -> tuple[str, tuple[str, ...]]:
    """The address with a variable of the environment for a password that stands in it, and what to say of that."""
    address = address_of(url)
    if address is None or not address.password or address.password.startswith("${"):
        return url, ()
    return url.replace(f":{address.password}@", f":${{{variable}}}@", 1), (f"the password is not written: set {variable} in the environment",)


def _api(where: str) -> Place:
    parts = urlsplit(where)
    base, _, last = parts.path.rstrip("/").rpartition("/")
    if not last:
        raise UsageError(f"{where} names no resource", advice="give the whole address of one, such as https://host/v1/cases")
    resource: dict[str, Any] = {"path": last}
    if parts.query:
        resource["params"] = dict(parse_qsl(parts.query))
    connect = {"api": {"url": f"{parts.scheme}://{parts.netloc}{base}/"}}
    remarks = ("one page was looked at; a run reads them all: declare `paging` if the API's way is not found by itself",)
    return Place(connect, {"resource": resource, "delivers": "full"}, last, {"resource": {**resource, "paging": {"by": "none"}}}, remarks)


def _files(where: str, root: Path, scheme: str, format_: Any) -> Place:
    pattern = where if scheme else _local(where, root)
    safe, remarks = _without_password(pattern, "SERVER_PASSWORD")
    dated = _dated(safe)
    name = re.sub(r"\{[^{}]*\}|[*?]", " ", dated.rsplit("/", 1)[-1])
    word = re.sub(r"(\.[A-Za-z0-9]+)+$", "", name).strip(" _-.") or Path(dated.rstrip("/")).parent.name
    feed: dict[str, Any] = {"delivers": "full"}
    if format_ is not None:
        feed["format"] = format_
    elif ending(pattern) not in ENDINGS:
        raise UsageError(f"{where}: its ending does not tell its format", advice="add --format, such as --format csv or --format '{fixed_width: {columns: {account: 1-8, name: 9-38}}}'")
    return Place({"files": dated}, feed, word, {"connect": {"files": _dated(pattern)}} if remarks else {}, remarks)


def _local(where: str, root: Path) -> str:
    """A path relative to the project where it lies within; a folder means the files in it."""
    path = Path(where)
    if path.is_dir():
        endings = sorted({ending(p.name) for p in path.iterdir() if p.is_file() and ending(p.name) in ENDINGS})
        if len(endings) != 1:
            has = f"files of {len(endings)} kinds: {', '.join(endings)}" if endings else "no file of a known kind"
            raise UsageError(f"{where} has {has}", advice="name a file or a glob, such as extracts/*.csv")
        path = path / f"*.{endings[0]}"
    elif not any(sign in where for sign in "*?{") and ".zip/" not in where and not path.exists():
        raise UsageError(f"{where} does not exist", advice="give a file, a folder, a glob, or the address of a database, bucket or API")
    absolute = Path(path).absolute()
    return absolute.relative_to(root.absolute()).as_posix() if absolute.is_relative_to(root.absolute()) else absolute.as_posix()


def _dated(pattern: str) -> str:
    """The pattern with the last date in it taken as the extract's date."""
    if "{extract_date" in pattern:
        return pattern
    for expression, form in _DATES:
        found = [m for m in expression.finditer(pattern) if _is_date(m[0], form)]
        if found:
            last = found[-1]
            return f"{pattern[: last.start()]}{{extract_date:{form}}}{pattern[last.end() :]}"
    return pattern


def _is_date(text: str, form: str) -> bool:
    try:
        dt.datetime.strptime(text, form)
    except ValueError:
        return False
    return True
