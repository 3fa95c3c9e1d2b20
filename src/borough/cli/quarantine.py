"""Commands about refused rows: quarantine list, show, correct, replay."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from borough.cli.context import JsonOption, Opened, ProjectOption, clock, load_project, opened, print_json, user, wants_json
from borough.cli.read import Purpose, ask, complete_table, need_run
from borough.cli.run import Now, complete_select, tell


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Rows that a rule or a cast refused: look, correct, replay.")
    group.command("list", epilog="Examples: `borough quarantine list` · `borough quarantine list licence`")(list_rows)
    group.command("show", epilog="Examples: `borough quarantine show 12:345` · `borough quarantine show 12:345 --purpose safeguarding`")(show_row)
    group.command("correct", epilog='Example: `borough quarantine correct 12:345 "LICENCE DATE=01/09/2024"` then `borough quarantine replay`')(correct)
    group.command("replay", epilog="Example: `borough quarantine replay licensing.register`")(replay)
    app.add_typer(group, name="quarantine")


QUOTED = "feed, dataset, delivery, file, row, position, key, reasons, original, cause, run, recorded"


def _dataset_rows(o: Opened, dataset: str, purpose: str | None, what: str = "*", where: str = "true", limit: int | None = None) -> list[dict[str, Any]]:
    """The quarantined rows of one dataset: with ``*`` what the reader may see of them."""
    from borough.compile.published import quarantine_relation

    relation = quarantine_relation(o.project, o.engine, o.lake, o.published, dataset)
    tail = f" LIMIT {limit}" if limit else ""
    answer = ask(o, f"SELECT {what} FROM quarantine WHERE {where} ORDER BY feed, delivery, row{tail}", purpose=purpose, extra=(relation,))
    names = [n for n, _ in answer.columns]
    return [dict(zip(names, row, strict=True)) for row in answer.rows()]


def _counts(o: Opened) -> list[tuple[Any, ...]]:
    from borough.compile.published import quarantine_relation

    relation = quarantine_relation(o.project, o.engine, o.lake, o.published, None)
    sql = "SELECT dataset, feed, count(*) AS rows, count(DISTINCT file) AS files FROM quarantine GROUP BY dataset, feed ORDER BY dataset, feed"
    return ask(o, sql, extra=(relation,)).rows()


def _says(row: dict[str, Any]) -> str:
    reasons = json.loads(row["reasons"]) if row.get("reasons") else []
    return "; ".join(r["says"] + (f" (found {r['found']!r})" if r.get("found") else "") for r in reasons)


def list_rows(
    context: typer.Context,
    dataset: Annotated[str | None, typer.Argument(metavar="DATASET", help="Only this dataset, row by row.", autocompletion=complete_table)] = None,
    project: ProjectOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="At most this many rows.", min=1)] = 50,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """List what is in quarantine: counts by feed, or the rows of one dataset with their reasons."""
    from borough.cli.show import count, table

    with opened(context, project) as o:
        need_run(o)
        counts = _counts(o)
        if dataset is None:
            if wants_json(context, as_json):
                print_json([dict(zip(("dataset", "feed", "rows", "files"), row, strict=True)) for row in counts])
                return
            if not counts:
                typer.echo("the quarantine is empty")
                return
            table(("dataset", "feed", "rows", "files"), counts)
            typer.echo("borough quarantine list DATASET shows the rows")
            return
        _check_dataset(o, dataset)
        rows = _dataset_rows(o, dataset, purpose, limit=limit)
        if wants_json(context, as_json):
            print_json([_unfolded(row) for row in rows])
            return
        if not rows:
            typer.echo(f"no row of {dataset} is in quarantine")
            return
        table(("id", "feed", "file", "row", "key", "reasons"), [(f"{r['delivery']}:{r['row']}", r["feed"], r["file"], r["row"], r.get("key"), _says(r)) for r in rows])
        total = sum(row[2] for row in counts if row[0] == dataset)
        if "reasons" not in rows[0]:
            typer.echo("reasons and original values are not shown for this purpose: they may quote a column that it may not see (--purpose)")
        typer.echo(f"{len(rows):,} of {count(total, 'row')}; borough quarantine show ID shows one with its original values")


def _check_dataset(o: Opened, dataset: str) -> None:
    from difflib import get_close_matches

    from borough.errors import UsageError

    if dataset not in o.project.datasets:
        near = get_close_matches(dataset, list(o.project.datasets), n=1)
        raise UsageError(f"no dataset is called {dataset!r}" + (f"; did you mean {near[0]!r}?" if near else ""), advice="borough quarantine list shows which have rows")


def _check_names(o: Opened, names: list[str]) -> None:
    from difflib import get_close_matches

    from borough.errors import UsageError

    known = sorted({*o.project.sources, *(name for name, _s, _f in o.project.feeds()), *o.project.datasets})
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(f"no feed, source or dataset is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""), advice="borough quarantine list shows which have rows")


def _unfolded(row: dict[str, Any]) -> dict[str, Any]:
    out = {"id": f"{row['delivery']}:{row['row']}", **row}
    for name in ("reasons", "original"):
        if out.get(name):
            out[name] = json.loads(out[name])
    return out


def _parse_id(text: str) -> tuple[int, int]:
    from borough.errors import UsageError

    delivery, _, row = text.partition(":")
    if not (delivery.isdigit() and row.isdigit()):
        raise UsageError(f"{text!r} is not the id of a quarantined row", advice="an id looks like 12:345; borough quarantine list DATASET shows them")
    return int(delivery), int(row)


def _find(o: Opened, identity: str, purpose: str | None) -> dict[str, Any]:
    from borough.errors import UsageError

    delivery, row = _parse_id(identity)
    where = f"delivery = {delivery} AND row = {row}"
    for dataset in sorted({r[0] for r in _counts(o)}):
        if _dataset_rows(o, dataset, purpose, what="delivery", where=where):
            # By name, so that a purpose which may not see what was refused is told so.
            return _dataset_rows(o, dataset, purpose, what=QUOTED, where=where)[0]
    raise UsageError(f"row {identity} is not in quarantine", advice="borough quarantine list shows what is")


def show_row(
    context: typer.Context,
    identity: Annotated[str, typer.Argument(metavar="ID", help="The row's id, such as 12:345.")],
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Show one refused row: its original values and all its reasons.

    Exit code 5 if the purpose may not see all that the row holds.
    """
    from borough.cli.show import heading, table

    with opened(context, project) as o:
        need_run(o)
        row = _unfolded(_find(o, identity, purpose))
        if wants_json(context, as_json):
            print_json(row)
            return
        heading(f"{row['feed']}: {row['file']}, row {row['row']}")
        table(("reason", "column", "dimension", "found"), [(r["says"], r.get("column"), r["dimension"], r.get("found")) for r in row.get("reasons") or []])
        heading("As received")
        table(("column", "value"), list((row.get("original") or {}).items()))


def correct(
    context: typer.Context,
    identity: Annotated[str, typer.Argument(metavar="ID", help="The row's id, such as 12:345.")],
    values: Annotated[list[str], typer.Argument(metavar="COLUMN=VALUE", help="Received columns and their right values, as the source would have sent them.")],
    project: ProjectOption = None,
    purpose: Purpose = None,
    now: Now = None,
    as_json: JsonOption = False,
) -> None:
    """Note the right values of a refused row. The original stays; `quarantine replay` takes the row in."""
    from borough.pipeline.decisions import record_correction

    with opened(context, project) as o:
        need_run(o)
        row = _find(o, identity, purpose)
        cells = _cells(o, row, values)
        number = record_correction(o.project, o.engine, o.lake, row["feed"], int(row["delivery"]), int(row["row"]), cells, who=user(), now=clock(now))
    if wants_json(context, as_json):
        print_json({"run": number, "id": identity, "feed": row["feed"], "columns": sorted(cells)})
        return
    typer.echo(f"run {number}: {len(cells)} value{'s' if len(cells) != 1 else ''} noted for row {identity} of {row['feed']}")
    typer.echo(f"next: borough quarantine replay {row['feed']}")


def _cells(o: Opened, row: dict[str, Any], values: list[str]) -> dict[str, str | None]:
    from difflib import get_close_matches

    from borough.catalogue.contracts import bronze_table
    from borough.errors import UsageError
    from borough.pipeline.receive import received_columns

    state = o.lake.table(bronze_table(row["feed"]), o.published)
    columns = received_columns(state.columns) if state else ()
    cells: dict[str, str | None] = {}
    for pair in values:
        name, sign, value = pair.partition("=")
        if not sign:
            raise UsageError(f"{pair!r} is not COLUMN=VALUE", advice='write "LICENCE DATE=01/09/2024"')
        if name not in columns:
            near = get_close_matches(name, columns, n=1)
            raise UsageError(f"{row['feed']} has no column {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""), advice=f"it has {', '.join(columns)}")
        cells[name] = value
    return cells


def replay(
    context: typer.Context,
    feeds: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Only these feeds, sources or datasets. Default: all with rows in quarantine.", autocompletion=complete_select)] = None,
    project: ProjectOption = None,
    now: Now = None,
    as_json: JsonOption = False,
) -> None:
    """Try the quarantined rows again, after the mapping, the rule or the row was mended. Each is taken in exactly once."""
    from borough.cli.progress import RunProgress, open_log
    from borough.pipeline.conductor import run_project
    from borough.pipeline.context import Options

    with opened(context, project) as o:
        need_run(o)
        counts = _counts(o)
        _check_names(o, feeds or [])
        declared = {name for name, _source, _feed in o.project.feeds()}
        wanted = [r[1] for r in counts if r[1] in declared and (not feeds or {r[0], r[1], r[1].split(".")[0]} & set(feeds))]
    loaded = load_project(context, project)
    if not wanted and wants_json(context, as_json):
        print_json({"number": None, "exit_code": 0})
        return
    if not wanted:
        typer.echo("the quarantine has no rows to replay" + (f" of {', '.join(feeds)}" if feeds else ""))
        return
    quiet = wants_json(context, as_json)
    with RunProgress(open_log(loaded.root), quiet=quiet) as progress:
        summary = run_project(loaded, now=clock(now), options=Options(replay=tuple(wanted), who=user()), progress=progress)
    tell(summary, as_json=quiet)
    if summary.exit_code:
        raise typer.Exit(summary.exit_code)
