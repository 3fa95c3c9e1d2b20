"""Commands about sources: ready-made ones, a first declaration from a sample, and how they are doing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from borough.cli import library
from borough.cli.context import JsonOption, ProjectOption, clock, folder, load_project, print_json, redacted, wants_json

if TYPE_CHECKING:
    from borough.pipeline.contacting import Health
    from borough.pipeline.drafting.infer import Column


def register(app: typer.Typer) -> None:
    source = typer.Typer(no_args_is_help=True, help="Sources: bring in another system.")
    epilog = (
        "Examples: `borough source draft extracts/licences.xlsx` · `borough source draft 's3://landing/tax_2026-10-31.csv' --name council_tax` · "
        "`borough source draft postgresql://reader@host/housing --table tenancy` · `borough source draft dump.txt --format '{fixed_width: {columns: {ref: 1-8}}}'`"
    )
    source.command("draft", epilog=epilog)(draft)
    source.command("status", epilog="Example: `borough source status --json`")(status)
    library.register(source)
    app.add_typer(source, name="source")


def draft(
    context: typer.Context,
    where: Annotated[str, typer.Argument(metavar="PATH|URL", help="A file, folder or glob; s3://…, sftp://…, https://…; the address of a database; a resource of an API.")],
    name: Annotated[str | None, typer.Option("--name", help="Name of the source. Default: the dataset's.", show_default=False)] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="DATASET", help="Name of the dataset. Default: after the file or table.", show_default=False)] = None,
    table: Annotated[str | None, typer.Option("--table", help="For a database: the table or view.", show_default=False)] = None,
    form: Annotated[str | None, typer.Option("--format", metavar="FORMAT", help="The format, as a feed declares it, where the ending does not tell.", show_default=False)] = None,
    stdout: Annotated[bool, typer.Option("--print", help="Print the two files; write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a sample of a system's extract and write a first declaration of it, for a person to finish.

    Types, the key, postcodes, UPRNs and dates are recognised, permitted values and rules suggested, personal columns marked.
    What is written passes `borough check`; comments say what was guessed.
    """
    from borough.cli import show
    from borough.engine.duckdb import DuckDBEngine
    from borough.pipeline.drafting.draft import draft as make
    from borough.pipeline.drafting.draft import write

    root = folder(context, project)
    if not (root / "borough.yaml").exists():
        from borough.errors import UsageError

        raise UsageError(f"{root} is no project: it has no borough.yaml", advice="borough init my-council makes one; then add --project my-council")
    engine = DuckDBEngine(scratch=root / ".borough" / "scratch")
    try:
        now = clock(None).replace(tzinfo=None)
        made = make(where, root, engine, now, name=name, to=to, table=table, form=form, told=lambda step: typer.echo(redacted(step), err=True))
    finally:
        engine.close()
    files = [] if stdout else write(made, root, force)
    if wants_json(context, as_json):
        print_json({"source": made.source, "dataset": made.dataset, "files": [str(f) for f in files], "rows": made.rows, "key": list(made.key), "remarks": list(made.remarks)})
        return
    if stdout:
        typer.echo(f"# sources/{made.source}.yaml\n{made.source_text}\n# datasets/{made.dataset}.yaml\n{made.dataset_text}", nl=False)
        return
    show.table(
        ("column", "type", "from", "what is said of it"),
        [(c.name, c.type, c.expression, ", ".join(_said(c, made.key))) for c in made.columns],
    )
    for remark in made.remarks:
        typer.echo(f"note: {redacted(remark)}")
    for path in files:
        typer.echo(f"wrote {path}")
    typer.echo(f"Next: look at both files, then borough check and borough run --select {made.source}")


def status(context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Show every feed: where it comes from, what was taken in last, and how its source was last reached.

    Contacts are noted for sources on other machines: databases, APIs, buckets, servers. Exit code 3 where the last contact failed.
    """
    from borough.cli import show
    from borough.pipeline.contacting import healths
    from borough.pipeline.survey import open_engine, open_lake

    opened = load_project(context, project)
    engine = open_engine(opened)
    try:
        feeds = healths(opened, engine, open_lake(opened))
    finally:
        engine.close()
    away = [h for h in feeds if h.contact is not None and not h.contact.reached]
    if wants_json(context, as_json):
        about = {name: {"service": s.service, "systems": list(s.systems), "lawful_basis": s.lawful_basis, "purposes": list(s.purposes)} for name, s, _ in opened.feeds()}
        print_json([{**_health(h), **about.get(h.feed, {})} for h in feeds])
    else:
        show.table(
            ("feed", "from", "to", "last extract", "of", "rows", "last contact"),
            [
                (h.feed, redacted(h.origin), h.dataset or "bronze only", h.last and h.last.file, h.last and h.last.position, h.last and h.last.counted,
                 h.contact and ("reached " if h.contact.reached else "failed ") + f"{h.contact.last_try:%Y-%m-%d %H:%M}")
                for h in feeds
            ],
        )  # fmt: skip
        for h in away:
            assert h.contact is not None
            since = f"not reached since {h.contact.last_success:%Y-%m-%d %H:%M}" if h.contact.last_success else "never reached"
            typer.echo(redacted(f"away: {h.feed}: {h.contact.problem} ({show.count(h.contact.failures, 'failure')} in a row, {since})"))
    if away:
        raise typer.Exit(3)


def _health(health: Health) -> dict[str, object]:
    last, contact = health.last, health.contact
    return {
        "feed": health.feed, "title": health.title, "from": redacted(health.origin), "to": health.dataset,
        "last_extract": last and {"name": last.file, "of": last.position, "rows": last.counted, "run": last.run},
        "contact": contact and {"reached": contact.reached, "at": contact.last_try, "last_success": contact.last_success, "failures": contact.failures, "problem": contact.problem},
    }  # fmt: skip


def _said(column: Column, key: tuple[str, ...]) -> list[str]:
    said = ["key"] if column.name in key else []
    said += ["required"] if column.required and column.name not in key else []
    said += [f"one of {len(column.values)} values"] if column.values else []
    said += [column.classification] if column.classification else []
    return said + ([column.remark] if column.remark else [])
