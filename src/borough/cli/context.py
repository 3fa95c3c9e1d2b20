"""What commands share: the options --project and --json, the opened project, the clock."""

from __future__ import annotations

import datetime as dt
import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.engine.jsonable import plain
from borough.errors import UsageError

if TYPE_CHECKING:
    from borough.compile.programme import Programme
    from borough.engine.duckdb import DuckDBEngine
    from borough.lake.lake import Lake
    from borough.lake.model import Published
    from borough.project.load import Project

ProjectOption = Annotated[
    Path | None, typer.Option("--project", "-p", metavar="DIR", help="The project's folder. Default: this folder.", file_okay=False, show_default=False)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]

_secrets: set[str] = set()


@dataclass(frozen=True)
class Context:
    """Options given before the command."""

    project: Path | None
    as_json: bool


def folder(context: typer.Context, given: Path | None) -> Path:
    """The project's folder: the option after the command, else before it, else here."""
    return (given or context.obj.project or Path()).resolve()


def wants_json(context: typer.Context, given: bool) -> bool:
    return given or bool(context.obj.as_json)


def redacted(text: str) -> str:
    """A message without the secrets of the environment."""
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def remember_secrets(project: Project) -> None:
    _secrets.update(s for s in project.secret_values() if len(s) >= 3)


def project_to_complete(context: typer.Context) -> Project | None:
    """The project in hand while the shell completes a word: --project after or before the command, else this folder."""
    from borough.errors import BoroughError
    from borough.project.load import load

    one: Any = context
    given = None
    while one is not None and given is None:
        given, one = one.params.get("project"), one.parent
    try:
        return load(Path(given or ".").resolve())
    except BoroughError:
        return None


def load_project(context: typer.Context, given: Path | None) -> Project:
    """Load the project. Raises DeclarationError, UsageError."""
    from borough.project.load import load

    project = load(folder(context, given))
    remember_secrets(project)
    return project


@dataclass
class Opened:
    """A project with its lake as last published, for reading."""

    project: Project
    engine: DuckDBEngine
    lake: Lake
    published: Published | None

    @cached_property
    def programme(self) -> Programme:
        """The project, compiled: for those who ask. Reports whose declaration has mistakes are not in it."""
        from borough.pipeline.survey import compiled

        return compiled(self.project)[0]


@contextmanager
def opened(context: typer.Context, given: Path | None) -> Iterator[Opened]:
    """Open a project for reading. Reports whose declaration has mistakes can't be read."""
    from borough.pipeline.survey import open_engine, open_lake

    project = load_project(context, given)
    engine = open_engine(project)
    try:
        lake = open_lake(project)
        yield Opened(project, engine, lake, lake.published())
    finally:
        engine.close()


def clock(now: str | None) -> dt.datetime:
    """The run's one clock: ``--now``, or the machine's. A civil date is its first instant in London.

    Raises UsageError for a text that is no date or instant.
    """
    if now is None:
        return dt.datetime.now(dt.UTC)
    from borough.lake.logs import LONDON

    try:
        moment = dt.datetime.fromisoformat(now)
    except ValueError as error:
        raise UsageError(f"--now {now!r} is not a date or instant", advice="write 2026-10-31 or 2026-10-31T08:00:00Z") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=LONDON)).astimezone(dt.UTC)


def civil_date(text: str | None, option: str) -> dt.date | None:
    """A date given on the command line. Raises UsageError."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a date", advice="write it as 2026-10-31") from error


def user() -> str:
    """Who sits at the keyboard, for decisions and the audit log."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def print_json(value: Any) -> None:
    """Print JSON for machines. Secrets are struck out of texts, so that it stays JSON."""
    typer.echo(json.dumps(_struck(plain(value)), ensure_ascii=False, indent=2))


def _struck(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {redacted(k): _struck(v) for k, v in value.items()}
    return [_struck(v) for v in value] if isinstance(value, list) else value
