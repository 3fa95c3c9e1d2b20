"""The command history: the story of one row of a dataset, told change by change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from borough.cli.context import JsonOption, Opened, ProjectOption, opened, print_json, wants_json
from borough.cli.read import Purpose, TableName, ask, known_name, need_run

if TYPE_CHECKING:
    from borough.project.specs import DatasetSpec

# What the log says of each change, beside the dataset's own columns.
FACTS = ("op", "extract", "known", "recorded", "feed", "file", "row", "run", "cause")
CAUSES = {
    "delivery": "",
    "late": "an extract that came late",
    "declaration": "the declaration changed",
    "correction": "a row was corrected",
    "replay": "replayed from quarantine",
    "release": "a held extract was released",
}
VERBS = {"insert": "came", "update": "changed", "delete": "went"}


def register(app: typer.Typer) -> None:
    app.command(epilog="Examples: `borough history licence NM/HMO/0041` · `borough history ward N05000001 2024-05-01` · `borough history licence NM/HMO/0041 --json`")(history)


def history(
    context: typer.Context,
    dataset: TableName,
    key: Annotated[list[str], typer.Argument(metavar="KEY", help="The key's value; for a key of several columns, their values in order. Dates as 2026-10-31.")],
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Tell the story of one row: what changed, from when, when it was known, from which file and row, by which run.

    Exit code 2 if the dataset never had the key.
    """
    from borough.compile.published import fact_name, history_relation
    from borough.errors import UsageError

    with opened(context, project) as o:
        need_run(o)
        contract = _contract(o, dataset, key)
        relation = history_relation(o.project, o.engine, o.lake, o.published, dataset)
        where = " AND ".join(f"CAST(\"{c}\" AS VARCHAR) = '" + v.replace("'", "''") + "'" for c, v in zip(contract.key, key, strict=True))
        facts = [fact_name(f, contract) for f in FACTS]
        answer = ask(o, f"SELECT * FROM {relation.name} WHERE {where} ORDER BY {facts[4]}, {facts[1]}, {facts[3]}", purpose=purpose, extra=(relation,))
        names = [n for n, _ in answer.columns]
        rows = _visible([dict(zip(names, row, strict=True)) for row in answer.rows()], facts)
        if not rows:
            raise UsageError(f"{dataset} never had the key {' '.join(key)}", advice=_advice(dataset, contract))
        if wants_json(context, as_json):
            print_json(rows)
        else:
            typer.echo(f"{dataset} {' '.join(key)}")
            _tell(rows, facts, contract)


def _visible(rows: list[dict[str, Any]], facts: list[str]) -> list[dict[str, Any]]:
    """The changes that this purpose can see. That a hidden column changed would say something about it, so those are left out."""
    op, feed = facts[0], facts[4]
    shown: list[dict[str, Any]] = []
    for row in rows:
        before = shown[-1] if shown else {}
        own = [c for c in row if c not in facts]
        if row.get(op) != "update" or before.get(feed) != row.get(feed) or any(row[c] != before.get(c) for c in own):
            shown.append(row)
    return shown


def _contract(o: Opened, dataset: str, key: list[str]) -> DatasetSpec:
    from borough.errors import UsageError

    known_name(o, dataset)
    if dataset not in o.project.datasets:
        raise UsageError(f"{dataset} is no dataset: it has no history of its own", advice=f"borough lineage {dataset} shows which datasets it is made from")
    contract = o.project.datasets[dataset]
    if len(key) != len(contract.key):
        given = "1 value was" if len(key) == 1 else f"{len(key)} values were"
        raise UsageError(f"{dataset} has the key {', '.join(contract.key)}; {given} given", advice=f"borough history {dataset} {' '.join(c.upper() for c in contract.key)}")
    return contract


def _advice(dataset: str, contract: DatasetSpec) -> str:
    kinds = ", ".join(f"{c} ({contract.columns[c].type})" for c in contract.key)
    dated = any(contract.columns[c].type == "date" for c in contract.key)
    return f"its key is {kinds}" + ("; write dates as 2026-10-31" if dated else "") + f"; borough quarantine list {dataset} shows rows that were refused"


def _tell(rows: list[dict[str, Any]], facts: list[str], contract: DatasetSpec) -> None:
    """One paragraph a change: the date from which it holds, what changed, and where that is from."""
    from borough.cli.show import day

    feed, before = None, dict[str, Any]()
    for row in rows:
        op, extract, known, recorded, origin, file, number, run, cause = (row.get(f) for f in facts)
        if origin != feed:
            feed, before = origin, {}
            typer.echo(f"\n{feed}")
        typer.secho(f"  {day(extract) or 'undated'}  {VERBS.get(op or '', op)}", bold=True, nl=False)
        place = f"{file}, row {number}" if number is not None else f"{file}: no longer in it" if file else ""
        why = CAUSES.get(cause or "", cause or "")
        told = [t for t in (f"known {day(known)}" if known else "", place, f"run {run} of {day(recorded)}", why) if t]
        typer.echo("  " + " · ".join(told))
        now = {c: row[c] for c in contract.columns if c in row and c not in contract.key}
        for line in _changes(op, before, now):
            typer.echo(f"              {line}")
        before = {} if op == "delete" else now


def _changes(op: Any, before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    from borough.cli.show import cell

    if op == "delete":
        return []
    if op == "insert":
        return [f"{column}: {cell(value)}" for column, value in now.items() if value is not None]
    return [f"{c}: {cell(before.get(c)) or 'nothing'} → {cell(v) or 'nothing'}" for c, v in now.items() if v != before.get(c)]
