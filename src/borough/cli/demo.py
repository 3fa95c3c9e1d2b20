"""Commands about the synthetic borough: make it, let days pass, measure a run against its truth."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from borough.cli.context import JsonOption, ProjectOption, civil_date, folder, print_json, redacted, wants_json
from borough.cli.truth import truth

if TYPE_CHECKING:
    from borough.demo.door import Demo, Told
    from borough.demo.files.yard import Summary

SERVER = "BOROUGH_DEMO_POSTGRES"
"""The variable of the environment with the address of the PostgreSQL server that has the systems' databases."""

Directory = Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder; or one with a demo, which is made anew.", file_okay=False)]
Scale = Annotated[float, typer.Option("--scale", metavar="N", help="0.01 to 33: 1 is a borough of 110,000 homes, 33 is London.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same borough, to the byte.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help="The day that the borough's clock shows: extracts go up to it. Default: 2026-10-31.", show_default=False)]
Postgres = Annotated[
    str | None,
    typer.Option("--postgres", metavar="URL", envvar=SERVER, help="Put the systems' databases into this PostgreSQL server, each as a schema, rather than into SQLite files.", show_default=False),
]


def complete_kind(incomplete: str) -> list[str]:
    """Kinds of faults for tab completion."""
    from borough.demo.mess.kinds import KINDS

    return [name for name in KINDS if name.startswith(incomplete)]


Without = Annotated[list[str] | None, typer.Option("--without", metavar="KIND", help="A kind of fault to leave out; `all` for none at all.", autocompletion=complete_kind, show_default=False)]
Fault = Annotated[list[str] | None, typer.Option("--fault", metavar="KIND=RATE", help="Another rate for a kind of fault, as a share of the records that can have it.", autocompletion=complete_kind, show_default=False)]


def register(app: typer.Typer) -> None:
    demo = typer.Typer(help="A fictional London borough to try Borough on: make it, run it, let days pass, measure a run against the truth.")
    demo.callback(invoke_without_command=True, epilog="Examples: `borough demo` · `borough demo --scale 1 --dir northmere`")(whole)
    demo.command("generate", epilog="Examples: `borough demo generate northmere --scale 0.1` · `borough demo generate clean --scale 0.05 --without all` · `borough demo generate hard --fault uprn_missing=0.4`")(generate)
    demo.command("advance", epilog="Example: `borough demo advance --days 7` then `borough run`")(advance)
    demo.command("truth", epilog="Examples: `borough demo truth` · `borough demo truth --ceiling --json`")(truth)
    demo.command("faults", epilog="Example: `borough demo faults`")(faults)
    app.add_typer(demo, name="demo")


def whole(
    context: typer.Context,
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where to make it.", file_okay=False)] = Path("demo-council"),
    scale: Scale = 0.1,
    seed: Seed = 7,
    until: Until = None,
    postgres: Postgres = None,
) -> None:
    """Without a command: make the borough, run everything on it, and show what to look at. About a minute at scale 0.1, some minutes at scale 1."""
    if context.invoked_subcommand is not None:
        return
    from borough.cli.tour import tour

    _, summary, seconds = make(directory, scale, seed, _day(until), {}, postgres, quiet=False)
    if postgres is not None:
        os.environ[SERVER] = postgres
    typer.echo(_told(directory, summary, seconds))
    raise typer.Exit(tour(directory, context.find_root().command))


def generate(
    context: typer.Context,
    directory: Directory,
    scale: Scale = 1.0,
    seed: Seed = 7,
    until: Until = None,
    without: Without = None,
    fault: Fault = None,
    postgres: Postgres = None,
    as_json: JsonOption = False,
) -> None:
    """Make the borough: a project with the library's declarations, the extracts of its systems, and the hidden truth.

    Five years of moves, births, deaths, sales and lettings, up to a day. `borough demo faults` lists what is broken on purpose.
    """
    quiet = wants_json(context, as_json)
    demo, summary, seconds = make(directory, scale, seed, _day(until), _rates(without or (), fault or ()), postgres, quiet=quiet)
    if quiet:
        print_json({"folder": str(directory), "scale": demo.scale, "seed": seed, **_counts(summary), "seconds": round(seconds, 1)})
        return
    typer.echo(_told(directory, summary, seconds))
    if postgres is not None and os.environ.get(SERVER) != postgres:
        typer.echo(f"next: let {SERVER} in the environment have the server's address, as --postgres had; the sources ask for it")
    typer.echo(f"next: borough run --project {directory}")


def advance(
    context: typer.Context,
    days: Annotated[int, typer.Option("--days", help="How many days pass.", min=1)] = 1,
    postgres: Postgres = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let days pass in the borough: new extracts and events arrive, some late, some corrected."""
    from borough.demo import door
    from borough.errors import UsageError

    root, began = folder(context, project), time.perf_counter()
    try:
        demo = door.read(root)
        with _progress(demo, quiet=wants_json(context, as_json)) as told:
            later, summary = door.advance(root, days, postgres=postgres, told=told)
    except ConnectionError as error:
        raise UsageError(redacted(str(error)), advice=f"--postgres or {SERVER} says where the demo's databases are; is the server up?") from error
    except ValueError as error:
        raise UsageError(str(error), advice="borough demo generate DIR makes a demo; --project DIR says where one is") from error
    seconds = time.perf_counter() - began
    if wants_json(context, as_json):
        print_json({"folder": str(root), "until": later.until, **_counts(summary), "seconds": round(seconds, 1)})
        return
    typer.echo(f"it is {later.until:%A, %-d %B %Y} in Northmere: {_rows(summary)} arrived in {seconds:.1f} s")
    typer.echo("next: borough run")


def faults(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the kinds of faults: the usual rate of each, what it is, and what should become of a record that has it."""
    from borough.cli import show
    from borough.demo.mess.kinds import KINDS

    if wants_json(context, as_json):
        print_json([{"kind": k.name, "rate": k.rate, "means": k.means, "expect": k.expect} for k in KINDS.values()])
        return
    show.table(("kind", "rate", "what it is", "what becomes of the record"), [(k.name, f"{k.rate:.1%}", k.means, k.expect) for k in KINDS.values()])


def make(directory: Path, scale: float, seed: int, until: dt.date, rates: dict[str, float], postgres: str | None, *, quiet: bool) -> tuple[Demo, Summary, float]:
    """Make a demo in a folder: the borough, what was written, and the seconds it took. Raises UsageError."""
    from borough.demo import door
    from borough.errors import UsageError

    demo, began = door.Demo(scale, seed, None, rates, postgres is not None), time.perf_counter()
    try:
        door.prepare(directory, demo, until, postgres=postgres)
        _declare(directory, postgres)
        with _progress(demo, quiet=quiet) as told:
            summary = door.generate(directory, demo, until, postgres=postgres, told=told)
    except ConnectionError as error:
        raise UsageError(redacted(str(error)), advice="--postgres takes postgresql://user:password@host:port/database; is the server up, and the database there?") from error
    except FileExistsError as error:
        raise UsageError(str(error), advice="name a new or empty folder: borough demo generate DIR") from error
    except ValueError as error:
        raise UsageError(str(error), advice="borough demo generate --help; borough demo faults") from error
    except OSError as error:
        raise UsageError(f"{directory} can't be written: {error.strerror or error}", advice="choose a folder in which you may write, with room for it (about 1 GB at scale 1)") from error
    return demo, summary, time.perf_counter() - began


def _declare(directory: Path, postgres: str | None) -> None:
    """The library's declarations, all of them; where the databases are on a server, saying so."""
    from borough.compile import ready_reports
    from borough.library import copying, shelf

    copying.write(directory, copying.prepare(directory, shelf.sources()), force=True)
    copying.write(directory, copying.prepare_dna(directory, shelf.dna_groups()), force=True)
    copying.write(directory, copying.prepare_models(directory, shelf.model_names()), force=True)
    ready_reports.write(directory, ready_reports.fitting(directory)[0])
    if postgres is None:
        return
    for source in (directory / "sources").glob("*.yaml"):
        text = source.read_text(encoding="utf-8")
        file = f"sqlite:///./data/{source.stem}.sqlite"
        if file in text:
            server = re.sub(r"^( +table: )(\w+)$", rf"\1{source.stem}.\2", text.replace(file, f"${{{SERVER}}}"), flags=re.MULTILINE)
            source.write_text(server, encoding="utf-8", newline="\n")


def _day(until: str | None) -> dt.date:
    from borough.demo.plan import UNTIL

    return civil_date(until, "--until") or UNTIL


def _rates(without: tuple[str, ...] | list[str], given: tuple[str, ...] | list[str]) -> dict[str, float]:
    from borough.demo.mess.kinds import KINDS
    from borough.errors import UsageError

    rates = {kind: 0.0 for name in without for kind in (KINDS if name == "all" else (name,))}
    for pair in given:
        name, equals, rate = pair.partition("=")
        try:
            rates[name] = float(rate)
        except ValueError:
            raise UsageError(f"--fault {pair!r} is no KIND=RATE" if equals else f"--fault {pair!r} has no rate", advice="such as --fault uprn_missing=0.4") from None
    return rates


@contextmanager
def _progress(demo: Demo | None, *, quiet: bool) -> Iterator[Told]:
    """Words of progress: a bar on a terminal, nothing where nobody looks."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if demo is None or quiet or not console.is_terminal:
        yield lambda _: None
        return
    with Progress(TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("", total=demo.steps)
        yield lambda word: bar.update(task, advance=1, description=word.replace("_", " "))


def _told(directory: Path, summary: Summary, seconds: float) -> str:
    faults_ = sum(summary.faults.values())
    return redacted(f"{directory}: {_rows(summary)} in {seconds:.1f} s\n{faults_:,} faults of {len(summary.faults)} kinds are in them on purpose; {directory / 'truth'} says where")


def _rows(summary: Summary) -> str:
    from borough.cli import show

    return f"{show.count(summary.rows, 'record')} in {show.count(len(summary.files), 'file')}"


def _counts(summary: Summary) -> dict[str, object]:
    return {"files": len(summary.files), "rows": summary.rows, "faults": dict(summary.faults)}
