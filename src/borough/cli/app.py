"""The command ``borough``: its groups and commands, and how errors reach the user."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated

import typer

from borough.cli import declare, maintain, quarantine, read, run
from borough.cli.context import Context, JsonOption, ProjectOption
from borough.errors import BoroughError, DeclarationError

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

    Begin with `borough init my-council`, or see a council with `borough demo generate demo-council`.
    """
    del version
    context.obj = Context(project, as_json)


declare.register(app)
run.register(app)
read.register(app)
quarantine.register(app)
maintain.register(app)


def main() -> None:
    """Run the command and turn what can go wrong into a message and an exit code."""
    try:
        app(standalone_mode=True)
    except BoroughError as error:
        _tell(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("interrupted; nothing of this run was published", err=True)
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) went away: that is its right.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:  # noqa: BLE001  # the last resort: a user never sees a traceback unless they ask
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
    typer.echo(redacted(f"error: {error.message}"), err=True)
    if error.advice:
        typer.echo(redacted(f"advice: {error.advice}"), err=True)
