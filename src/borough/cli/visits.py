"""Commands about visits: visits plan, record, letters."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from borough.cli.context import (
    JsonOption,
    Opened,
    ProjectOption,
    civil_date,
    clock,
    folder,
    load_project,
    opened,
    print_json,
    user,
    wants_json,
)
from borough.cli.model import complete_model
from borough.cli.read import Purpose, ask_of, need_run

if TYPE_CHECKING:
    from borough.pipeline.visiting import Visit


def complete_outcome(incomplete: str) -> list[str]:
    """Outcomes of a visit, for tab completion."""
    from borough.pipeline.visiting import OUTCOMES

    return [word for word in OUTCOMES if word.startswith(incomplete)]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Visits: whom to visit next, and what was found. What was found is what models learn from.")
    group.command("plan", epilog="Example: `borough visits plan --visits 50 --random 15 --to plan.csv --purpose private_housing_enforcement`")(plan)
    group.command("record", epilog="Examples: `borough visits record 10001234567 'HMO confirmed' --note 'five tenants'` · `borough visits record --file outcomes.csv` · `borough visits record 10001234567 licensed --corrects INS900000001`")(record)
    group.command("letters", epilog="Example: `borough visits letters plan.csv --to merge.csv`")(letters)
    app.add_typer(group, name="visits")


def _today() -> dt.date:
    from borough.lake.logs import LONDON

    return clock(None).astimezone(LONDON).date()


def plan(
    context: typer.Context,
    to: Annotated[Path, typer.Option("--to", "-o", metavar="FILE", help="CSV file to write the plan to.")],
    visits: Annotated[int | None, typer.Option("--visits", help="How many visits the team can make. Default: a week's `capacity:` of the model.", min=1, show_default=False)] = None,
    random: Annotated[float, typer.Option("--random", help="Percent of the visits that are drawn at random, from all who may be visited: they alone say how good the ratings are.", min=0, max=50)] = 15,
    rest: Annotated[int, typer.Option("--rest", help="Days for which a home that was visited is left in peace.", min=0)] = 180,
    model: Annotated[str | None, typer.Option("--model", "-m", metavar="MODEL", help="The model. Default: the only one.", autocompletion=complete_model, show_default=False)] = None,
    seed: Annotated[str | None, typer.Option("--seed", help="What chance is drawn from: the same gives the same list. Default: the day.", show_default=False)] = None,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Make a list of homes to visit: a share at random, the rest by rating, in rounds that lie together. A person decides whom of them to visit.

    Left out are homes that were visited lately, those found exempt, and those that the register has as exempt.
    """
    from borough.cli.show import count
    from borough.pipeline.ratings import Ratings
    from borough.pipeline.visiting import RANDOM, Plan, Wanted

    if not RANDOM[0] <= random / 100 <= RANDOM[1]:
        typer.echo(f"note: {random:g}% at random; between {RANDOM[0]:.0%} and {RANDOM[1]:.0%} is usual: fewer can't tell how good the ratings are", err=True)
    with opened(context, project) as o:
        made = Plan(Ratings(o.project, o.engine, o.lake, need_run(o)), model)
        day = _today()
        relation = made.make(Wanted(visits or made.model.spec.capacity, random / 100, rest, day, seed or day.isoformat()))
        answer = ask_of(o, relation, "SELECT * FROM plan ORDER BY round, place", purpose)
        why = next(i for i, (n, _) in enumerate(answer.columns) if n == "drivers")
        rows = [[_in_words(v) if i == why else v for i, v in enumerate(row)] for row in answer.rows()]
        with to.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow([n for n, _ in answer.columns])
            out.writerows([["" if v is None else v for v in row] for row in rows])
    drawn = sum(1 for row in rows if row[4] == "random")
    if wants_json(context, as_json):
        print_json({"file": str(to), "visits": len(rows), "random": drawn})
        return
    typer.echo(f"{count(len(rows), 'home')} in {to}, {drawn} of them drawn at random. Nothing is sent: a person decides. borough visits record notes what was found")


def _in_words(drivers: str | None) -> str:
    """What moves a rating, as people read it: each with its points."""
    return "; ".join(f"{name} {float(points):+.1f}" for name, points in json.loads(drivers or "[]"))


def record(
    context: typer.Context,
    uprn: Annotated[int | None, typer.Argument(metavar="[UPRN]", help="The home.", show_default=False)] = None,
    outcome: Annotated[str | None, typer.Argument(metavar="[OUTCOME]", help="licensed, owner-occupied, HMO confirmed, single-family let, social, no access, void, exempt or wrong address.", autocompletion=complete_outcome, show_default=False)] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day of the visit. Default: today.", show_default=False)] = None,
    who: Annotated[str | None, typer.Option("--who", help="Who went. Default: you.", show_default=False)] = None,
    note: Annotated[str, typer.Option("--note", help="What else was seen.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why: rating, random, complaint, application, patrol or referral. As the plan says: by it hit rates are told apart.")] = "rating",
    corrects: Annotated[str | None, typer.Option("--corrects", metavar="VISIT", help="The visit that this puts right, such as INS900000001.", show_default=False)] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", metavar="FILE", help="A CSV file with the columns uprn and outcome, and any of visited, who, note, reason, corrects.", show_default=False, exists=True, dir_okay=False)] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record what a visit found, with who, when and why. The next `borough run` takes it in, and the next `borough model fit` learns from it.

    The project gets the built-in source `visits` with the first recording.
    """
    from borough.cli.show import count
    from borough.errors import UsageError
    from borough.pipeline.visiting import Visit, record_visits

    today = _today()
    if file is not None:
        visits = _of_file(file, who or user(), today)
    elif uprn is None or outcome is None:
        raise UsageError("a UPRN and an outcome, or --file", advice="borough visits record 10001234567 licensed")
    else:
        visits = [Visit(uprn, outcome, civil_date(on, "--on") or today, who or user(), reason, note, corrects)]
    root = folder(context, project)
    declared = load_project(context, project)
    with opened(context, project) as o:
        _known(o, visits)
    written = _source(root, declared.datasets)
    ids = record_visits(root, visits, clock(None))
    if wants_json(context, as_json):
        print_json({"visits": ids, "wrote": [str(p) for p in written]})
        return
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(f"recorded {count(len(ids), 'visit')}: {', '.join(ids[:5])}{' …' if len(ids) > 5 else ''}; borough run takes it in")


def _of_file(file: Path, who: str, today: dt.date) -> list[Visit]:
    """The visits of a file. Raises UsageError that names the line."""
    from borough.errors import UsageError
    from borough.pipeline.visiting import Visit, outcome_word

    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if not {"uprn", "outcome"} <= set(rows.fieldnames or ()):
            raise UsageError(f"{file} has the columns {', '.join(rows.fieldnames or ())}", advice="it needs uprn and outcome, and may have visited, who, note, reason and corrects")
        visits = []
        for number, row in enumerate(rows, 2):
            said = {k: (v or "").strip() for k, v in row.items() if k}
            if not said["uprn"].isdigit():
                raise UsageError(f"{file}:{number}: {said['uprn']!r} is no UPRN", advice="a UPRN is a number of up to 12 digits; nothing was recorded")
            try:
                outcome_word(said["outcome"])
                day = civil_date(said.get("visited") or None, "visited") or today
            except UsageError as error:
                raise UsageError(f"{file}:{number}: {error.message}", advice=f"{error.advice}; nothing was recorded") from error
            visits.append(Visit(int(said["uprn"]), said["outcome"], day, said.get("who") or who, said.get("reason") or "rating", said.get("note", ""), said.get("corrects") or None))
    return visits


def _known(o: Opened, visits: list[Visit]) -> None:
    """Refuse homes that the gazetteer has not, where there is one."""
    from borough.compile.entities import gazetteer_of
    from borough.compile.relations import Relations
    from borough.errors import UsageError

    gazetteer = gazetteer_of(o.project)
    if gazetteer is None or gazetteer.properties is None or o.published is None:
        return
    published = o.published
    rows = Relations(o.project, o.engine, lambda name: o.lake.table(name, published)).unlinked(gazetteer.properties)
    asked = sorted({v.uprn for v in visits})
    found = {u for (u,) in o.engine.rows(f"SELECT CAST(uprn AS BIGINT) FROM {rows} WHERE uprn IN ({', '.join(map(str, asked))})")}
    unknown = [str(u) for u in asked if u not in found]
    if unknown:
        raise UsageError(f"the gazetteer has no {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}", advice="borough identity find ADDRESS tells a home's UPRN; nothing was recorded")


def _source(root: Path, datasets: Container[str]) -> list[Path]:
    """The built-in source, where the project lacks it. Raises UsageError where there is no dataset for it to fill."""
    from borough.errors import UsageError
    from borough.library import shelf

    if "visit" not in datasets:
        raise UsageError("the project has no dataset `visit`", advice="borough source add enforcement brings it")
    path = root / "sources" / "visits.yaml"
    if path.exists():
        return []
    path.parent.mkdir(exist_ok=True)
    path.write_text(shelf.built_in("visits"), encoding="utf-8")
    return [path.relative_to(root)]


def letters(
    context: typer.Context,
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A plan that `borough visits plan` wrote.", exists=True, dir_okay=False)],
    to: Annotated[Path, typer.Option("--to", "-o", metavar="FILE", help="CSV file for a mail merge.")],
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a mail merge of letters to the homes of a plan, for a person to approve. Nothing is sent, and nobody is named."""
    from borough.cli.show import count
    from borough.errors import UsageError
    from borough.pipeline.visiting import letters as written

    loaded = load_project(context, project)
    with plan.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if not rows or not {"uprn", "address", "reason", "band"} <= rows[0].keys():
        raise UsageError(f"{plan} is no plan", advice="borough visits plan --to plan.csv writes one")
    made = written(rows, loaded)
    with to.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(made[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(made)
    if wants_json(context, as_json):
        print_json({"file": str(to), "letters": len(made), "sent": 0})
        return
    typer.echo(f"{count(len(made), 'letter')} in {to}, none approved and none sent: a person fills in the column `approved` and sends them")
