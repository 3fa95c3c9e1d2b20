"""Commands about declarations: check, schema, init."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from borough.cli.context import JsonOption, ProjectOption, folder, print_json, remember_secrets, wants_json


def register(app: typer.Typer) -> None:
    app.command(epilog="Example: `borough check --project my-council`")(check)
    app.command(epilog="Example: `borough schema` then open a YAML file in an editor with the YAML extension")(schema)
    app.command(epilog="Example: `borough init my-council && cd my-council && borough run`")(init)


def check(context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Find every mistake in the declarations, before any data is touched.

    Prints each with file, line and column, what was found, what was expected and the nearest right word. Exit code 1 if there are errors.
    """
    from borough.pipeline.checking import check_folder

    found = check_folder(folder(context, project))
    if found.project is not None:
        remember_secrets(found.project)
    errors = [m for m in found.mistakes if m.severity == "error"]
    warnings = [m for m in found.mistakes if m.severity != "error"]
    if wants_json(context, as_json):
        print_json(
            {
                "mistakes": [
                    {"file": m.place.file, "line": m.place.line, "column": m.place.column, "found": m.found, "expected": m.expected, "nearest": m.nearest, "severity": m.severity}
                    for m in found.mistakes
                ]
            }
        )  # fmt: skip
    else:
        from borough.cli.context import redacted

        for mistake in found.mistakes:
            typer.echo(redacted(f"{mistake.severity}: {mistake}"))
        typer.echo(_verdict(found.counts, len(errors), len(warnings)))
    if errors:
        raise typer.Exit(1)


def _verdict(counts: dict[str, int], errors: int, warnings: int) -> str:
    seen = ", ".join(f"{n} {word if n != 1 else word.rstrip('s')}" for word, n in counts.items())
    told = f"{warnings} warning{'s' if warnings != 1 else ''}" if warnings else "no warnings"
    if errors:
        return f"{errors} mistake{'s' if errors != 1 else ''}, {told}"
    return f"no mistakes, {told}: {seen}"


def schema(
    context: typer.Context,
    project: ProjectOption = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Folder to write to. Default: .borough/schema in the project.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the JSON Schemas of the YAML files, so that editors complete and validate them."""
    from borough.project.schema import write_schemas

    target = to or folder(context, project) / ".borough" / "schema"
    written = write_schemas(target)
    if wants_json(context, as_json):
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        typer.echo(str(path))


Directory = Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make; it must be empty or new.", file_okay=False)]


def init(
    context: typer.Context,
    directory: Directory,
    name: Annotated[str | None, typer.Option("--name", help="The council's name. Default: from the folder.", show_default=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a small project that runs: declarations, a few rows of fictional data with faults in them, a report."""
    from borough.project.scaffold import init as make

    written = make(directory, name)
    if wants_json(context, as_json):
        print_json({"folder": str(directory), "files": len(written)})
        return
    typer.echo(f"{directory}: {len(written)} files")
    typer.echo(f"next: borough run --project {directory}")
