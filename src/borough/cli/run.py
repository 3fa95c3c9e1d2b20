"""Commands that run: run, plan."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.cli.context import JsonOption, ProjectOption, clock, load_project, print_json, project_to_complete, redacted, user, wants_json

if TYPE_CHECKING:
    from borough.pipeline.conductor import Summary


def complete_select(context: typer.Context, incomplete: str) -> list[str]:
    """Names for tab completion: feeds, sources, datasets, reports of the project in hand."""
    from borough.compile.programme import select_names
    from borough.errors import BoroughError
    from borough.pipeline.survey import compiled

    project = project_to_complete(context)
    try:
        names = select_names(compiled(project)[0]) if project else []
    except BoroughError:
        return []
    plus = "+" if incomplete.startswith("+") else ""
    return [plus + name for name in names if name.startswith(incomplete.lstrip("+"))]


Select = Annotated[
    list[str] | None,
    typer.Option("--select", "-s", metavar="NAME", help="Only these: a source, feed, dataset or report. +NAME with all before it, NAME+ with all after.", autocompletion=complete_select, show_default=False),
]  # fmt: skip
Now = Annotated[str | None, typer.Option("--now", metavar="WHEN", help="The run's clock: a date (its start in London) or an instant. Default: now.", show_default=False)]


def register(app: typer.Typer) -> None:
    app.command(epilog="Examples: `borough run` · `borough run --select police+ --now 2026-11-01` · `borough run --release council_tax.accounts`")(run)
    app.command(epilog="Examples: `borough plan` · `borough plan --select ward_totals --sql`")(plan)


def run(
    context: typer.Context,
    project: ProjectOption = None,
    select: Select = None,
    now: Now = None,
    release: Annotated[
        list[str] | None, typer.Option("--release", metavar="FEED", help="Let a feed's held extracts pass: a decision, kept with your name.", autocompletion=complete_select, show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Bring in what is new, standardise and check it, make the reports, publish.

    Exit code 0 when all is well, 3 when a feed failed or an extract is held (the rest is published), 4 when nothing could be published.
    """
    from borough.cli.progress import RunProgress, open_log
    from borough.pipeline.conductor import run_project
    from borough.pipeline.context import Options

    opened = load_project(context, project)
    options = Options(tuple(select or ()), tuple(release or ()), (), user())
    quiet = wants_json(context, as_json)
    with RunProgress(open_log(opened.root), quiet=quiet) as progress:
        summary = run_project(opened, now=clock(now), options=options, progress=progress)
    tell(summary, as_json=quiet)
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)


NOTHING_NEW = "nothing new: no file, no declaration changed since the last run; nothing was committed"


def tell(summary: Summary, *, as_json: bool) -> None:
    """Print what a run did."""
    if as_json:
        print_json({**summary.__dict__, "failures": [f.__dict__ for f in summary.failures], "notices": [dict(zip(("feed", "file", "says"), n, strict=True)) for n in summary.notices], "exit_code": summary.exit_code})
        return
    from borough.cli import show

    typer.echo(f"run {summary.number} is published" if summary.number is not None else NOTHING_NEW if not summary.failures else "nothing was published")
    if summary.restored:
        typer.echo(f"note: an earlier run died before it could publish; what it had written to {show.count(len(summary.restored), 'table')} was taken back")
    if summary.ledger:
        show.heading("Ledger: read = accepted + unchanged + superseded + quarantined + held")
        _ledger(summary.ledger)
    if summary.reports:
        show.heading("Reports")
        show.table(("report", "rows"), summary.reports)
    _drift(summary.drifts)
    _notices(summary.notices)
    for held in summary.held:
        of = show.day(dt.datetime.fromisoformat(held["position"]))
        typer.echo(redacted(f"held: {held['feed']} of {of}, {show.count(held['rows'], 'row')}: {held['reason']}"))
        typer.echo(f"      if this is right: borough run --release {held['feed']}")
    for file in summary.outstanding:
        typer.echo(redacted(f"still refused: {file}"))
    for failure in summary.failures:
        typer.secho(redacted(f"failed: {failure.name}: {failure.problem}"), fg="red")
        if failure.advice:
            typer.echo(redacted(f"        {failure.advice}"))


def _notices(notices: Sequence[tuple[str, str, str]]) -> None:
    """What was noticed in files: one line for each thing, with the first file. Dates and numbers of what is quoted (a report's title) don't make another."""
    seen: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for feed, file, text in notices:
        seen.setdefault((feed, re.sub(r"'[^']*'", lambda quoted: re.sub(r"\d+", "0", quoted[0]), text)), []).append((file, text))
    for (feed, _), found in seen.items():
        text, files = found[0][1], [file for file, _ in found]
        where = f": {files[0]}" + (f" and {len(files) - 1:,} more" if len(files) > 1 else "") if files[0] else ""
        typer.echo(redacted(f"note: {feed}{where}: {text}"))


FIGURES = ("read", "accepted", "unchanged", "superseded", "quarantined", "held", "deleted")


def _ledger(lines: Sequence[Any]) -> None:
    from borough.cli import show

    by: dict[tuple[str, str, str], list[int]] = {}
    for line in lines:
        key = (line["feed"], line["dataset"] or "", line["cause"])
        sums = by.setdefault(key, [0] * (len(FIGURES) + 1))
        sums[0] += 1
        for i, figure in enumerate(FIGURES, 1):
            sums[i] += line[figure]
    rows: list[tuple[Any, ...]] = [(*key, *sums) for key, sums in by.items()]
    totals = [sum(row[i] for row in rows) for i in range(3, 4 + len(FIGURES))]
    rows.append(("total", "", "", *totals))
    headings = ("feed", "dataset", "cause", "extracts", *FIGURES)
    if sys.stdout.isatty() and sum(show.width(headings, rows)) > shutil.get_terminal_size().columns:
        _equations(rows)
    else:
        show.table(headings, rows)


def _equations(rows: Sequence[tuple[Any, ...]]) -> None:
    """The ledger for a narrow terminal: a feed on a line, its equation on the next."""
    for feed, dataset, cause, extracts, read, *parts, deleted in rows:
        about = " · ".join(t for t in (dataset, cause, f"{extracts:,} extract{'s' if extracts != 1 else ''}") if t)
        sums = " + ".join(f"{n:,} {figure}" for n, figure in zip(parts, FIGURES[1:-1], strict=True) if n) or "0"
        typer.echo(f"{feed}  ({about})")
        typer.echo(f"    {read:,} read = {sums}" + (f"; {deleted:,} deleted" if deleted else ""))


def _drift(drifts: Sequence[Any]) -> None:
    """Drift by feed: columns of which the same is to be said in one line, with the first file that shows it."""
    from borough.cli import show

    seen: dict[tuple[str, str, str, str], list[str]] = {}
    for d in drifts:
        seen.setdefault((d["feed"], d["kind"].replace("_", " "), d["name"], d["action"]), []).append(d["file"])
    together: dict[tuple[str, str, str, tuple[str, ...]], list[str]] = {}
    for (feed, what, name, action), files in seen.items():
        together.setdefault((feed, what, action, tuple(files)), []).append(name)
    if seen:
        show.heading("Drift")
        lines = [(feed, what, _some(names), action, len(files), files[0]) for (feed, what, action, files), names in together.items()]
        show.table(("feed", "what", "name", "done", "files", "first file"), lines)


def _some(names: Sequence[str]) -> str:
    """Up to three names, and how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def plan(
    context: typer.Context,
    project: ProjectOption = None,
    select: Select = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL of each node too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what a run would do and what it would cost, with the SQL; nothing is written.

    The cost is the size of new files, and the rows in bronze that a changed declaration derives again.
    """
    from borough.pipeline.context import Options
    from borough.pipeline.planning import plan_project
    from borough.pipeline.survey import open_engine, open_lake

    opened = load_project(context, project)
    engine = open_engine(opened)
    try:
        planned = plan_project(opened, engine, open_lake(opened), Options(tuple(select or ())), clock(None))
    finally:
        engine.close()
    if wants_json(context, as_json):
        print_json([p.__dict__ for p in planned])
        return
    from borough.cli import show

    rows = [(p.name, p.kind, p.would, p.files or None, show.size(p.size), p.rows or None) for p in planned]
    show.table(("node", "kind", "would", "new files", "size", "rows to derive again"), rows)
    if all(p.idle for p in planned):
        typer.echo("nothing to do: a run would commit nothing")
    for p in planned:
        if p.refused:
            typer.echo(f"still refused: {show.count(p.refused, 'file')} of {p.name}; borough run says why")
    if sql:
        for p in planned:
            show.heading(f"-- {p.name} → {', '.join(p.writes)}")
            typer.echo(redacted(p.sql))
    else:
        typer.echo("borough plan --sql shows the statements")
