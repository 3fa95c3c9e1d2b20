"""``borough report``: the library's report tables and pages."""

from __future__ import annotations

from typing import Annotated

import typer

from borough.cli.context import JsonOption, ProjectOption, folder, print_json, wants_json


def complete_report(incomplete: str) -> list[str]:
    """Names of the library's reports, for tab completion."""
    from borough.compile.ready_reports import names

    return [name for name in names() if name.startswith(incomplete)]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Reports: tables made by each run, and pages of the web service over them.")
    group.command("add", epilog="Examples: `borough report add` · `borough report add risk_profile totals_per_ward`")(add)
    group.command("list", epilog="Example: `borough report list --json`")(list_reports)
    app.add_typer(group, name="report")


def add(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="Report tables or pages, with the tables that they read. Default: all that the project can have.", autocompletion=complete_report, show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that differ from the library's.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the library's report tables and pages into `reports/`, all that the project has data for. The copies are the council's to edit."""
    from borough.cli.show import count
    from borough.compile import ready_reports

    root = folder(context, project)
    chosen, left = ready_reports.fitting(root, names or ())
    written = ready_reports.write(root, chosen, force=force)
    if wants_json(context, as_json):
        print_json({"written": [str(p) for p in written], "left_out": {name: list(missing) for name, missing in left.items()}})
        return
    for path in written:
        typer.echo(f"wrote {path}")
    for name, missing in left.items():
        typer.echo(f"left out {name}: the project has no {', '.join(missing)}", err=True)
    typer.echo(f"wrote {count(len(written), 'file')}; the next borough run makes the tables, borough serve shows the pages" if written else "all that fits is there already")


def list_reports(context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the library's report tables and pages, and whether the project has them."""
    from borough.cli.show import table
    from borough.compile import ready_reports

    root = folder(context, project)
    rows = [(one.name, "page" if one.file.endswith(".yaml") else "table", one.title, (root / ready_reports.FOLDER / one.file).exists()) for one in ready_reports.ready().values()]
    heads = ("name", "kind", "title", "here")
    if wants_json(context, as_json):
        print_json([dict(zip(heads, row, strict=True)) for row in rows])
        return
    table(heads, [(name, kind, title, "yes" if here else "") for name, kind, title, here in rows])
