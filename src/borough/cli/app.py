"""The command ``borough``: its groups and commands, and how errors reach the user."""

from __future__ import annotations

import copy
import errno
import logging
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from borough.cli import (
    contract,
    declare,
    demo,
    dna,
    history,
    identity,
    licensing,
    maintain,
    model,
    quarantine,
    read,
    report,
    run,
    serve,
    source,
    user,
    visits,
)
from borough.cli.context import Context, JsonOption, ProjectOption
from borough.errors import BoroughError, DeclarationError, LakeError

app = typer.Typer(
    name="borough",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done · 1 mistakes in the declarations · 2 wrong usage · 3 a feed failed or a load is held · 4 the lake can't be used · 5 not permitted",
)


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"borough {version('borough')}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    project: ProjectOption = None,
    as_json: JsonOption = False,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """A smart data lake for a council: declared in a folder, compiled to SQL, reconciled to the row.

    Begin with `borough init my-council`, or see a whole borough with `borough demo`.
    """
    del version
    context.obj = Context(project, as_json)


declare.register(app)
contract.register(app)
source.register(app)
run.register(app)
read.register(app)
history.register(app)
quarantine.register(app)
identity.register(app)
licensing.register(app)
dna.register(app)
model.register(app)
visits.register(app)
report.register(app)
serve.register(app)
user.register(app)
maintain.register(app)
demo.register(app)


def _asked_for(first: Sequence[str]) -> typer.Typer:
    """The application with no more than the command or group that the first word names: making all of them takes longer than most commands do."""
    commands = [c for c in app.registered_commands if (c.name or getattr(c.callback, "__name__", "").replace("_", "-")) in first] if first else []
    groups = [g for g in app.registered_groups if g.name in first]
    if not commands and not groups:
        return app
    one = copy.copy(app)
    one.registered_commands, one.registered_groups = commands, groups
    return one


class Stopped(BaseException):
    """Somebody asked the process to stop, by a signal."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _stop(number: int, frame: object) -> None:
    """The first signal lets the command tidy up; a second one ends it at once."""
    del frame
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_DFL)
    raise Stopped(number)


def main() -> None:
    """Run the command and turn what can go wrong into a message and an exit code."""
    logging.raiseExceptions = False  # a log that can't be written (full disk) is no reason to show a traceback
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, _stop)
    try:
        _asked_for(sys.argv[1:2])(prog_name="borough")
    except BoroughError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except Stopped as stopped:
        typer.echo(f"interrupted ({signal.Signals(stopped.number).name}): what was not published yet never happened; the lake is as last published", err=True)
        sys.exit(128 + stopped.number)
    except BrokenPipeError:
        # The reader (head, less) went away: that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            _unexpected(error)
        _tell(LakeError(f"the disk is full: {error.filename or error}", advice="make room and try again; the lake is as last published"))
        sys.exit(LakeError.exit_code)
    except Exception as error:  # noqa: BLE001  # the last resort: a user never sees a traceback unless they ask
        _unexpected(error)


def _unexpected(error: Exception) -> NoReturn:
    if os.environ.get("BOROUGH_DEBUG"):
        traceback.print_exc()
    typer.echo(f"error: something that Borough did not expect: {type(error).__name__}: {error}", err=True)
    typer.echo("advice: run again with BOROUGH_DEBUG=1 to see where, and please report it", err=True)
    sys.exit(70)


def _tell(error: BoroughError) -> None:
    from borough.cli.context import redacted

    if isinstance(error, DeclarationError):
        for mistake in error.mistakes:
            typer.echo(redacted(f"{mistake.severity}: {mistake}"), err=True)
        count = len(error.mistakes)
        typer.echo(f"{count} mistake{'s' if count != 1 else ''}; nothing was read or written", err=True)
        return
    message = error.message.replace("\n", "\n       ")
    typer.echo(redacted(f"error: {message}"), err=True)
    if error.advice:
        typer.echo(redacted(f"advice: {error.advice}"), err=True)
