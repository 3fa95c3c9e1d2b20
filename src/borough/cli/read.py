"""Commands that read: query, tables, show, quality, lineage. All data passes the read gate; lineage reads declarations only."""

from __future__ import annotations

import sys
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.cli.context import (
    JsonOption,
    Opened,
    ProjectOption,
    civil_date,
    opened,
    print_json,
    project_to_complete,
    redacted,
    user,
    wants_json,
)
from borough.engine.jsonable import plain

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from borough.governance.classification import Relation
    from borough.governance.gate import Answer, Gate
    from borough.lake.model import Published


class Format(StrEnum):
    """How an answer is written."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


AsOf = Annotated[str | None, typer.Option("--as-of", help="Read datasets as they were known at the end of this day.", show_default=False)]
Purpose = Annotated[str | None, typer.Option("--purpose", help="The purpose you read for. Default: borough.yaml's.", show_default=False)]


def register(app: typer.Typer) -> None:
    app.command(epilog='Examples: `borough query "SELECT ward_name, sum(total) AS total FROM ward_totals GROUP BY ALL" --format csv` · `borough query "SELECT * FROM licence" --as-of 2026-03-31` · `borough query - --format parquet < question.sql > answer.parquet`')(query)
    app.command(epilog="Examples: `borough tables` · `borough tables --json`")(tables)
    app.command(epilog="Examples: `borough show licence` · `borough show licence --rows 3 --as-of 2026-03-31`")(show)
    app.command(epilog="Examples: `borough quality` · `borough quality licence` · `borough quality --area ward`")(quality)
    app.command(epilog="Examples: `borough lineage ward_totals.total` · `borough lineage licence`")(lineage)


def complete_table(context: typer.Context, incomplete: str) -> list[str]:
    """Names for tab completion: datasets and reports of the project in hand."""
    project = project_to_complete(context)
    names = sorted({*project.datasets, *project.reports}) if project else []
    return [name for name in names if name.startswith(incomplete)]


def complete_column(context: typer.Context, incomplete: str) -> list[str]:
    """Names for tab completion of TABLE.COLUMN: tables, and after the dot the columns of that one."""
    table, dot, _ = incomplete.partition(".")
    if not dot:
        return complete_table(context, incomplete)
    from borough.compile.lineage import columns_of
    from borough.errors import BoroughError
    from borough.pipeline.survey import compiled

    project = project_to_complete(context)
    try:
        columns = columns_of(compiled(project)[0], table) if project else []
    except BoroughError:
        return []
    return [name for name in (f"{table}.{column}" for column in columns) if name.startswith(incomplete)]


TableName = Annotated[str, typer.Argument(metavar="TABLE", help="A dataset or report.", autocompletion=complete_table)]


def gate(o: Opened, as_of: dt.date | None = None, extra: tuple[Any, ...] = ()) -> Gate:
    """The gate over everything published; ``extra`` relations come on top."""
    from borough.compile.published import published_relations

    relations = published_relations(o.project, o.engine, o.lake, o.published, o.programme.reports, as_of=as_of)
    relations.update({r.name: r for r in extra})
    return _gate_over(o, relations)


def _gate_over(o: Opened, relations: Mapping[str, Relation]) -> Gate:
    from borough.governance.audit import Audit
    from borough.governance.gate import Gate

    return Gate(o.engine, relations, o.project.borough.purposes, Audit(o.lake.notes("audit")), published=o.published.number if o.published else None)


def ask(o: Opened, sql: str, *, purpose: str | None = None, as_of: dt.date | None = None, extra: tuple[Any, ...] = ()) -> Answer:
    from borough.governance.gate import Who

    return gate(o, as_of, extra).read(sql, Who(user(), "engineer"), purpose or o.project.borough.purpose)


def ask_of(o: Opened, relation: Relation, sql: str, purpose: str | None) -> Answer:
    """Ask of one relation that a command made, and of nothing else that is published."""
    from borough.governance.gate import Who

    return _gate_over(o, {relation.name: relation}).read(sql, Who(user(), "engineer"), purpose or o.project.borough.purpose)


def need_run(o: Opened) -> Published:
    """What was published last. Raises UsageError where nothing ever was."""
    from borough.errors import UsageError

    if o.published is None:
        raise UsageError("nothing is published yet", advice=f"borough run --project {o.project.root.name}")
    return o.published


def query(
    context: typer.Context,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT over datasets and reports by their names; `-` reads it from standard input.")],
    project: ProjectOption = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="How to write the answer.")] = Format.table,
    to: Annotated[Path | None, typer.Option("--to", "-o", metavar="FILE", help="File to write to. Default: standard output.", show_default=False)] = None,
    as_of: AsOf = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Ask one SELECT of what was published last. Every look is recorded.

    Timestamps are UTC. Exit code 2 if the query has mistakes, 5 if the purpose does not permit it.
    """
    from borough.cli.show import count
    from borough.errors import UsageError

    chosen = Format.json if wants_json(context, as_json) and format is Format.table else format
    if chosen is Format.parquet and to is None and sys.stdout.isatty():
        raise UsageError("parquet is not for a terminal", advice="add --to answer.parquet, or send it to a file: > answer.parquet")
    with opened(context, project) as o:
        need_run(o)
        text = sys.stdin.read() if sql == "-" else sql
        answer = ask(o, text, purpose=purpose, as_of=civil_date(as_of, "--as-of"))
        if to is not None:
            kind = chosen.value if chosen is not Format.table else (to.suffix.lstrip(".") or "csv")
            rows = answer.copy(to, kind)
            typer.echo(f"{count(rows, 'row')} in {to}", err=True)
        elif chosen is Format.parquet:
            _pass_on(answer)
        else:
            write(answer, chosen)


def _pass_on(answer: Answer) -> None:
    """Parquet to standard output: the engine writes a file, since the format ends with what stands where."""
    import tempfile

    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "answer.parquet"
        answer.copy(file)
        sys.stdout.buffer.write(file.read_bytes())
        sys.stdout.buffer.flush()


def write(answer: Answer, format: Format) -> None:
    names = [name for name, _ in answer.columns]
    rows = answer.rows()
    if format is Format.json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif format is Format.csv:
        import csv

        out = csv.writer(sys.stdout, lineterminator="\n")
        out.writerow(names)
        out.writerows([[_text(v) for v in row] for row in rows])
    else:
        from borough.cli.show import count, table

        table(names, rows)
        typer.echo(count(len(rows), "row"))


def _text(value: Any) -> Any:
    """A value as CSV has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value) if isinstance(value, Decimal) else plain(value)


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

        table(("name", "kind", "title", "owner", "rows"), [(name, kind, redacted(title or ""), owner, n) for name, kind, title, owner, n in listed])
        typer.echo(f"as published by run {o.published.number}, {o.published.recorded:%Y-%m-%d %H:%M} UTC" if o.published else "nothing is published yet")
        typer.echo("also: ledger, scorecard, deliveries, drift")


def _rows(o: Opened, the_gate: Gate, name: str) -> int | None:
    """The published rows of a table; None where there are none yet, or the purpose may see no column of it."""
    from borough.catalogue.contracts import log_table, report_table
    from borough.governance.gate import Who

    table = report_table(name) if name in o.project.reports else log_table(name)
    if o.published is None or table not in o.published.tables or not the_gate.visible(name, o.project.borough.purpose):
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
        known_name(o, dataset)
        the_gate = gate(o, civil_date(as_of, "--as-of"))
        visible = {c.name for c in the_gate.visible(dataset, purpose or o.project.borough.purpose)}
        contract = o.project.datasets.get(dataset)
        title = contract.title if contract else o.project.reports[dataset].title if dataset in o.project.reports else "system table"
        columns = the_gate.columns(dataset)
        described = []
        for c in columns:
            spec = contract.columns.get(c.name) if contract else None
            described.append((c.name, spec.type if spec else c.type, c.classification, "yes" if c.name in visible else "no", redacted(spec.description or spec.title or "") if spec else None))
        need_run(o)
        order = ", ".join(f'"{c}"' for c in (contract.key if contract else ()) if c in visible)
        answer = ask(o, f'SELECT * FROM "{dataset}"' + (f" ORDER BY {order}" if order else "") + f" LIMIT {rows}", purpose=purpose, as_of=civil_date(as_of, "--as-of"))
        if wants_json(context, as_json):
            found = [dict(zip([n for n, _ in answer.columns], row, strict=True)) for row in answer.rows()]
            names = ("name", "type", "classification", "visible", "description")
            print_json({"name": dataset, "title": title, "columns": [dict(zip(names, d, strict=True)) for d in described], "rows": found})
            return
        heading(redacted(f"{dataset}: {title or ''}"))
        for line in _origins(o, dataset):
            typer.echo(redacted(line))
        table(("column", "type", "classification", "you see it", "meaning"), described)
        if rows:
            heading(f"First {rows} rows")
            table([n for n, _ in answer.columns], answer.rows())


def _origins(o: Opened, dataset: str) -> list[str]:
    """What the sources that fill a dataset say of themselves, a line each."""
    filling = {source.source: source for _, source, feed in o.project.feeds() if feed.to == dataset}
    lines = []
    for name, source in filling.items():
        said = (source.title, source.service and f"service: {source.service}", source.purposes and f"purposes: {', '.join(source.purposes)}", source.lawful_basis and source.lawful_basis.strip())
        lines.append(f"from {name}" + "".join(f" · {part}" for part in said if part))
    return lines


def known_name(o: Opened, name: str) -> None:
    """Raise UsageError for a name that is no dataset, report or system table."""
    from difflib import get_close_matches

    from borough.compile.published import SYSTEM
    from borough.errors import UsageError

    names = [*o.project.datasets, *o.project.reports, *SYSTEM]
    if name not in names:
        near = get_close_matches(name, names, n=1)
        raise UsageError(f"no dataset or report is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""), advice="borough tables lists them")


def quality(
    context: typer.Context,
    dataset: Annotated[str | None, typer.Argument(metavar="DATASET", help="Only this dataset, rule by rule.", autocompletion=complete_table)] = None,
    area: Annotated[str | None, typer.Option("--area", "-a", metavar="AREA", help="By areas instead, such as ward: of all datasets, or of DATASET.")] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """The quality scorecard: score by dataset and dimension, or rule by rule for one dataset, as of each feed's last extract."""
    from borough.cli.show import table
    from borough.errors import UsageError
    from borough.quality.scorecard import DIMENSIONS, by_dimension, by_place, by_rule

    with opened(context, project) as o:
        need_run(o)
        if dataset is not None:
            known_name(o, dataset)
        told = o.project.borough.scorecard_areas
        if area is not None and area not in told:
            raise UsageError(f"data quality is not told by {area!r}", advice=f"scorecard_areas: in borough.yaml names the areas: {', '.join(told) or 'none now'}")
        answer = ask(o, by_place(area, dataset) if area else by_rule(dataset) if dataset else by_dimension())
        rows = answer.rows()
        names = [n for n, _ in answer.columns]
        if wants_json(context, as_json):
            print_json([dict(zip(names, row, strict=True)) for row in rows])
        elif area is not None:
            table((area, *DIMENSIONS, "all"), _matrix([(row[0] or "not known", row[1], row[-1]) for row in rows]))
            typer.echo("share of checks that kept rows pass")
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
    name: Annotated[str, typer.Argument(metavar="TABLE[.COLUMN]", help="A dataset or report, or one of its columns.", autocompletion=complete_column)],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Where a table or column comes from, back to the columns received: read from the compiled plan."""
    from borough.cli.context import load_project
    from borough.compile.lineage import trace
    from borough.pipeline.survey import compiled

    loaded = load_project(context, project)
    programme, _mistakes = compiled(loaded)
    steps = trace(programme, name)
    if wants_json(context, as_json):
        print_json([{"column": s.column, "depth": s.depth, "from": s.source, "by": s.by} for s in steps])
        return
    for s in steps:
        typer.echo("  " * s.depth + s.source + redacted(f"  ← {s.by}" if s.by else ""))
