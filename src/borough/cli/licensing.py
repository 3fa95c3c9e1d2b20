"""Commands about licensing: licensing show, licensing list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.cli.context import JsonOption, Opened, ProjectOption, civil_date, clock, opened, print_json, wants_json
from borough.cli.read import AsOf, Purpose, ask_of, need_run

if TYPE_CHECKING:
    from borough.pipeline.licensing import Licensing

On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day that is asked about. Default: today, or the day of --as-of.", show_default=False)]
Rules = Annotated[str | None, typer.Option("--rules", metavar="NAME", help="Which file of `licensing/`, where there are several.", show_default=False)]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Which homes need a licence on a day, and which have one: rules over datasets, no model.")
    group.command("show", epilog="Examples: `borough licensing show 10001234567` · `borough licensing show 10001234567 --on 2020-04-15 --as-of 2020-06-30`")(show)
    group.command("list", epilog="Examples: `borough licensing list --people 5 --households 2 --status unlicensed` · `borough licensing list --on 2026-10-31 --to homes.parquet`")(list_homes)
    app.add_typer(group, name="licensing")


def _licensing(o: Opened, as_of: str | None) -> Licensing:
    from borough.pipeline.licensing import Licensing

    return Licensing(o.project, o.engine, o.lake, need_run(o), civil_date(as_of, "--as-of"))


def _day(on: str | None, rules: Licensing) -> dt.date:
    from borough.lake.logs import LONDON

    return civil_date(on, "--on") or rules.known or clock(None).astimezone(LONDON).date()


def show(
    context: typer.Context,
    uprn: Annotated[int, typer.Argument(metavar="UPRN", help="The home.")],
    on: On = None,
    as_of: AsOf = None,
    rules: Rules = None,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Tell of one home, for each way of letting it, whether it needs a licence on a day, under which scheme, and whether it has one.

    `--on` is the day in the world, `--as-of` the day of what was known. Exit code 2 for a home that the gazetteer has not.
    """
    from borough.cli.show import table
    from borough.errors import UsageError
    from borough.pipeline.licensing import HYPOTHESES

    with opened(context, project) as o:
        licensing = _licensing(o, as_of)
        spec = licensing.spec(rules)
        if not licensing.is_home(uprn, spec):
            raise UsageError(f"no home has the UPRN {uprn}", advice=f"homes are rows of {spec.homes.dataset}; borough identity find ADDRESS tells a home's UPRN")
        day = _day(on, licensing)
        ways = " UNION ALL ".join(f"SELECT {uprn} AS property, DATE '{day}' AS day, {people} AS people, {households} AS households" for _, people, households in HYPOTHESES)
        answer = ask_of(o, licensing.answers(f"({ways})", spec), "SELECT * FROM licensing ORDER BY people, households", purpose)
        rows = [dict(zip((n for n, _ in answer.columns), row, strict=True)) for row in answer.rows()]
        words = {(people, households): said for said, people, households in HYPOTHESES}
        if wants_json(context, as_json):
            print_json([{"let_to": words[row["people"], row["households"]], **row} for row in rows])
            return
        typer.echo(f"property {uprn} on {day}" + (f", as known on {licensing.known}" if licensing.known else ""))
        table(("let to", "needs", "status", "scheme", "in force", "by", "from", "until", "note"), [_line(words, row) for row in rows])


def _line(words: dict[tuple[int, int], str], row: dict[str, Any]) -> tuple[Any, ...]:
    force = f"{row['since']} to {row['until'] or 'open'}" if row["since"] else ""
    return (words[row["people"], row["households"]], row["needs"] or "no licence", row["status"], row["scheme"] or "", force, row["record"] or "", row["held_from"] or "", row["held_to"] or "", row["note"] or "")


def list_homes(
    context: typer.Context,
    on: On = None,
    as_of: AsOf = None,
    people: Annotated[int | None, typer.Option("--people", help="Only for homes let to so many people. Default: every way of letting them.", min=1, show_default=False)] = None,
    households: Annotated[int, typer.Option("--households", help="Of so many households.", min=1)] = 1,
    status: Annotated[str | None, typer.Option("--status", help="Only of this status: not needed, exempt, licensed, applied or unlicensed.", show_default=False)] = None,
    to: Annotated[Path | None, typer.Option("--to", "-o", metavar="FILE", help="File to write to: .csv, .parquet, .json or .jsonl. Default: counts are shown.", show_default=False)] = None,
    rules: Rules = None,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Count all homes by what they need and have on a day, for each way of letting them; or write them to a file.

    Whether a home is let at all is another question: this says what it would need if it were.
    """
    from borough.cli.show import count, table
    from borough.engine.quoting import literal

    with opened(context, project) as o:
        licensing = _licensing(o, as_of)
        spec = licensing.spec(rules)
        day = _day(on, licensing)
        spine = licensing.everywhere(day, spec)
        if people is not None:
            spine = f"(SELECT DISTINCT property, day, {people} AS people, {households} AS households FROM {spine})"
        relation = licensing.answers(spine, spec)
        where = f" WHERE status = {literal(status)}" if status else ""
        if to is not None:
            written = ask_of(o, relation, f"SELECT * FROM licensing{where} ORDER BY property, people, households", purpose).copy(to)
            typer.echo(f"{count(written, 'row')} in {to}")
            return
        told = f"SELECT people, households, coalesce(needs, 'no licence') AS needs, status, count(*) AS homes FROM licensing{where} GROUP BY people, households, needs, status ORDER BY people, households, homes DESC"
        answer = ask_of(o, relation, told, purpose)
        names, rows = [n for n, _ in answer.columns], answer.rows()
        if wants_json(context, as_json):
            print_json([dict(zip(names, row, strict=True)) for row in rows])
            return
        table(names, rows)
