"""Commands that read: query, tables, show, history, quality, lineage. Every one passes the read gate."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.cli.context import JsonOption, Opened, ProjectOption, civil_date, opened, plain, print_json, user, wants_json

if TYPE_CHECKING:
    import datetime as dt

    from borough.governance.gate import Answer, Gate


class Format(StrEnum):
    """How an answer is written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


AsOf = Annotated[str | None, typer.Option("--as-of", help="Read datasets as they were known at the end of this day.", show_default=False)]
Purpose = Annotated[str | None, typer.Option("--purpose", help="The purpose you read for. Default: borough.yaml's.", show_default=False)]


def register(app: typer.Typer) -> None:
    app.command(epilog='Example: `borough query "SELECT ward_name, sum(total) AS total FROM ward_totals GROUP BY ALL" --format csv`')(query)
    app.command(epilog="Example: `borough tables`")(tables)
    app.command(epilog="Example: `borough show incident`")(show)
    app.command(epilog="Example: `borough history licence HMO-0042`")(history)
    app.command(epilog="Examples: `borough quality` · `borough quality incident`")(quality)
    app.command(epilog="Examples: `borough lineage ward_totals.total` · `borough lineage incident`")(lineage)


def complete_table(context: typer.Context, incomplete: str) -> list[str]:
    from borough.errors import BoroughError
    from borough.project.load import load

    given = context.params.get("project") or (context.parent.params.get("project") if context.parent else None)
    try:
        project = load(Path(given or "."))
    except BoroughError:
        return []
    return [name for name in sorted({*project.datasets, *project.reports}) if name.startswith(incomplete)]


TableName = Annotated[str, typer.Argument(help="A dataset or report.", autocompletion=complete_table)]


def gate(o: Opened, as_of: dt.date | None = None, extra: tuple[Any, ...] = ()) -> Gate:
    """The gate over everything published; ``extra`` relations come on top."""
    from borough.compile.published import published_relations
    from borough.governance.audit import Audit
    from borough.governance.gate import Gate

    relations = published_relations(o.project, o.engine, o.lake, o.published, o.programme.reports, as_of=as_of)
    relations.update({r.name: r for r in extra})
    folder = Path(o.lake.storage.root) / "audit"
    return Gate(o.engine, relations, o.project.borough.purposes, Audit(folder), published=o.published.number if o.published else None)


def ask(o: Opened, sql: str, *, purpose: str | None = None, as_of: dt.date | None = None, extra: tuple[Any, ...] = ()) -> Answer:
    from borough.governance.gate import Who

    return gate(o, as_of, extra).read(sql, Who(user(), "engineer"), purpose or o.project.borough.purpose)


def need_run(o: Opened) -> None:
    """Raise UsageError where nothing was ever published."""
    from borough.errors import UsageError

    if o.published is None:
        raise UsageError("nothing is published yet", advice=f"borough run --project {o.project.root.name}")


def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(help="One SELECT over datasets and reports by their names; `-` reads it from standard input.")],
    project: ProjectOption = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="How to write the answer.")] = Format.table,
    to: Annotated[Path | None, typer.Option("--to", "-o", help="File to write to (needed for parquet).", show_default=False)] = None,
    as_of: AsOf = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Ask one SELECT of what was published last. Every look is recorded."""
    from borough.errors import UsageError

    chosen = Format.json if wants_json(context, as_json) and format is Format.table else format
    if chosen is Format.parquet and to is None:
        raise UsageError("parquet needs a file to write to", advice="add --to answer.parquet")
    with opened(context, project) as o:
        need_run(o)
        text = sys.stdin.read() if sql == "-" else sql
        answer = ask(o, text, purpose=purpose, as_of=civil_date(as_of, "--as-of"))
        if to is not None:
            kind = chosen.value if chosen is not Format.table else (to.suffix.lstrip(".") or "csv")
            rows = answer.copy(to, kind)
            typer.echo(f"{rows:,} rows in {to}", err=True)
        else:
            write(answer, chosen)


def write(answer: Answer, format: Format) -> None:
    names = [name for name, _ in answer.columns]
    rows = answer.rows()
    if format is Format.json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif format is Format.csv:
        import csv

        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(names)
        out.writerows([["" if v is None else plain(v) for v in row] for row in rows])
    else:
        from borough.cli.show import count, table

        table(names, rows)
        typer.echo(count(len(rows), "row"))


def tables(context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List datasets and reports: what they hold, who owns them, how many rows were published, when."""
    with opened(context, project) as o:
        the_gate = gate(o)
        listed = []
        for name, contract in sorted(o.project.datasets.items()):
            listed.append((name, "dataset", contract.title, contract.owner, _rows(o, the_gate, name)))
        for name, report in sorted(o.project.reports.items()):
            listed.append((name, "report", report.title, report.owner, _rows(o, the_gate, name)))
        if wants_json(context, as_json):
            print_json([dict(zip(("name", "kind", "title", "owner", "rows"), row, strict=True)) for row in listed])
            return
        from borough.cli.show import table

        table(("name", "kind", "title", "owner", "rows"), listed)
        typer.echo(f"as published by run {o.published.number}, {o.published.recorded:%Y-%m-%d %H:%M} UTC" if o.published else "nothing is published yet")
        typer.echo("also: ledger, scorecard, deliveries, drift")


def _rows(o: Opened, the_gate: Gate, name: str) -> int | None:
    from borough.catalogue.contracts import log_table, report_table
    from borough.governance.gate import Who

    table = report_table(name) if name in o.project.reports else log_table(name)
    if o.published is None or table not in o.published.tables:
        return None
    answer = the_gate.read(f'SELECT count(*) AS n FROM "{name}"', Who(user(), "engineer"), o.project.borough.purpose)
    return int(answer.rows()[0][0])


def show(
    context: typer.Context,
    dataset: TableName,
    project: ProjectOption = None,
    rows: Annotated[int, typer.Option("--rows", "-n", help="Rows to print.", min=0)] = 10,
    as_of: AsOf = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Show a dataset or report: its columns with types and classification, and some rows that you may see."""
    from borough.cli.show import heading, table

    with opened(context, project) as o:
        _known(o, dataset)
        the_gate = gate(o, civil_date(as_of, "--as-of"))
        visible = {c.name for c in the_gate.visible(dataset, purpose or o.project.borough.purpose)}
        contract = o.project.datasets.get(dataset)
        title = contract.title if contract else o.project.reports[dataset].title if dataset in o.project.reports else "system table"
        columns = the_gate.columns(dataset)
        described = []
        for c in columns:
            spec = contract.columns.get(c.name) if contract else None
            described.append((c.name, spec.type if spec else c.type, c.classification, "yes" if c.name in visible else "no", (spec.description or spec.title) if spec else None))
        need_run(o)
        answer = ask(o, f'SELECT * FROM "{dataset}" LIMIT {rows}', purpose=purpose, as_of=civil_date(as_of, "--as-of"))
        if wants_json(context, as_json):
            found = [dict(zip([n for n, _ in answer.columns], row, strict=True)) for row in answer.rows()]
            names = ("name", "type", "classification", "visible", "description")
            print_json({"name": dataset, "title": title, "columns": [dict(zip(names, d, strict=True)) for d in described], "rows": found})
            return
        heading(f"{dataset}: {title or ''}")
        table(("column", "type", "classification", "you see it", "meaning"), described)
        if rows:
            heading(f"First {rows} rows")
            table([n for n, _ in answer.columns], answer.rows())


def _known(o: Opened, name: str) -> None:
    """Raise UsageError for a name that is no dataset, report or system table."""
    from difflib import get_close_matches

    from borough.compile.published import SYSTEM
    from borough.errors import UsageError

    names = [*o.project.datasets, *o.project.reports, *SYSTEM]
    if name not in names:
        near = get_close_matches(name, names, n=1)
        raise UsageError(f"no dataset or report is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""), advice="borough tables lists them")


def history(
    context: typer.Context,
    dataset: TableName,
    key: Annotated[list[str], typer.Argument(help="The key's value; for a key of several columns, their values in order.")],
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Every change of one row: what happened, when it was known, from which file and row, recorded by which run."""
    from borough.compile.published import history_relation
    from borough.errors import UsageError

    with opened(context, project) as o:
        need_run(o)
        _known(o, dataset)
        if dataset not in o.project.datasets:
            raise UsageError(f"{dataset} is a report: it has no history of its own", advice="ask for a dataset")
        columns = o.project.datasets[dataset].key
        if len(key) != len(columns):
            raise UsageError(f"{dataset} has the key {', '.join(columns)}; {len(key)} value(s) were given", advice=f"borough history {dataset} {' '.join(c.upper() for c in columns)}")
        relation = history_relation(o.project, o.engine, o.lake, o.published, dataset)
        where = " AND ".join(f"CAST(\"{c}\" AS VARCHAR) = '" + v.replace("'", "''") + "'" for c, v in zip(columns, key, strict=True))
        sql = f"SELECT * FROM {relation.name} WHERE {where} ORDER BY feed, extract"
        answer = ask(o, sql, purpose=purpose, extra=(relation,))
        names = [n for n, _ in answer.columns]
        rows = answer.rows()
        if wants_json(context, as_json):
            print_json([dict(zip(names, row, strict=True)) for row in rows])
            return
        from borough.cli.show import table

        table(names, rows)
        if not rows:
            typer.echo(f"{dataset} never had the key {' '.join(key)}")
            raise typer.Exit(2)


def quality(
    context: typer.Context,
    dataset: Annotated[str | None, typer.Argument(help="Only this dataset, rule by rule.", autocompletion=complete_table)] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """The quality scorecard: score by dataset and dimension, or rule by rule for one dataset, as of each feed's last extract."""
    from borough.cli.show import table
    from borough.quality.scorecard import DIMENSIONS, by_dimension, by_rule

    with opened(context, project) as o:
        need_run(o)
        if dataset is not None:
            _known(o, dataset)
        answer = ask(o, by_rule(dataset) if dataset else by_dimension())
        rows = answer.rows()
        names = [n for n, _ in answer.columns]
        if wants_json(context, as_json):
            print_json([dict(zip(names, row, strict=True)) for row in rows])
        elif dataset is not None:
            table(names, [(*row[:-1], _percent(row[-1])) for row in rows])
        else:
            table(("dataset", *DIMENSIONS, "all"), _matrix(rows))
            typer.echo("share of rows that pass; borough quality DATASET shows the rules")


def _matrix(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    from borough.quality.scorecard import DIMENSIONS

    scores = {(row[0], row[1]): row[-1] for row in rows}
    datasets = sorted({row[0] for row in rows})
    return [(d, *(_percent(scores.get((d, dim))) for dim in (*DIMENSIONS, "all"))) for d in datasets]


def _percent(score: float | None) -> str:
    """A share as a percentage that never rounds a failure away."""
    if score is None:
        return "–"
    return "100%" if score == 1 else f"{min(score * 100, 99.99):.2f}%"


def lineage(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="TABLE[.COLUMN]", help="A dataset or report, or one of its columns.", autocompletion=complete_table)],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Where a table or column comes from, back to the columns received: read from the compiled plan."""
    from borough.cli.context import load_project
    from borough.compile.lineage import trace
    from borough.pipeline.conductor import compiled

    loaded = load_project(context, project)
    programme, _mistakes = compiled(loaded)
    steps = trace(programme, name)
    if wants_json(context, as_json):
        print_json([{"column": s.column, "depth": s.depth, "from": s.source, "by": s.by} for s in steps])
        return
    for s in steps:
        typer.echo("  " * s.depth + s.source + (f"  = {s.by}" if s.by else ""))
