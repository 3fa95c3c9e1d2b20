"""Commands of maintenance: compact, vacuum."""

from __future__ import annotations

from typing import Annotated

import typer

from borough.cli.context import JsonOption, ProjectOption, clock, load_project, print_json, wants_json


def register(app: typer.Typer) -> None:
    app.command(epilog="Examples: `borough compact` · `borough compact --project my-council`")(compact)
    app.command(epilog="Examples: `borough vacuum --dry-run` · `borough vacuum`")(vacuum)


def compact(context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Merge many small files into few, table by table, beyond the limit in borough.yaml. The rows stay the same."""
    from borough.cli.show import count
    from borough.lake.maintenance import run_compaction
    from borough.pipeline.survey import open_lake

    opened = load_project(context, project)
    limit = opened.borough.maintenance.compact_above_files
    report, published = run_compaction(open_lake(opened), now=clock(None), holder="borough compact", above_files=limit)
    if wants_json(context, as_json):
        print_json({**report.__dict__, "run": published.number if published else None})
    elif published is None:
        typer.echo(f"nothing to do: no table has more than {limit} files")
    else:
        typer.echo(f"run {published.number}: {count(len(report.tables), 'table')}, {count(report.files_before, 'file')} → {report.files_after:,}")


def vacuum(
    context: typer.Context,
    project: ProjectOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete files that no kept run needs and that are old enough (borough.yaml, maintenance)."""
    from borough.cli.show import count, size
    from borough.lake.maintenance import vacuum as sweep
    from borough.pipeline.survey import open_lake

    opened = load_project(context, project)
    limits = opened.borough.maintenance
    report = sweep(open_lake(opened), keep_runs=limits.keep_runs, keep_unreferenced_hours=limits.keep_unreferenced_hours, dry_run=dry_run)
    if wants_json(context, as_json):
        print_json({**report.__dict__, "dry_run": dry_run})
        return
    verb = "would delete" if dry_run else "deleted"
    typer.echo(f"{verb} {count(report.files, 'file')} of {count(len(report.tables), 'table')}, {size(report.bytes) or 'nothing'}")
    typer.echo(f"kept: the last {count(limits.keep_runs, 'run')}, and what is younger than {count(limits.keep_unreferenced_hours, 'hour')}")
