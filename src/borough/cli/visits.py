"""Commands about visits: visits plan, record, letters."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Mapping
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
    """Outcomes of a visit, for tab completion: as people say them, and as the dataset does."""
    from borough.pipeline.visiting import OUTCOMES

    return [word for word in dict.fromkeys((*OUTCOMES, *OUTCOMES.values())) if word.casefold().startswith(incomplete.casefold())]


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
    visits: Annotated[int | None, typer.Option("--visits", help="How many visits the team can make in a week. Default: `capacity:` of the model.", min=1, show_default=False)] = None,
    weeks: Annotated[int, typer.Option("--weeks", help="For so many weeks.", min=1, max=52)] = 1,
    random: Annotated[float, typer.Option("--random", help="Percent of the visits that are drawn at random, from all who may be visited: they alone say how good the ratings are.", min=0, max=50)] = 15,
    rest: Annotated[int, typer.Option("--rest", help="Days for which a home that was visited is left in peace.", min=0)] = 180,
    band: Annotated[str | None, typer.Option("--band", help="Of those by rating, only homes of this band, such as High. Those at random are of all.", show_default=False)] = None,
    model: Annotated[str | None, typer.Option("--model", "-m", metavar="MODEL", help="The model. Default: the only one.", autocompletion=complete_model, show_default=False)] = None,
    seed: Annotated[str | None, typer.Option("--seed", help="What chance is drawn from: the same gives the same list. Default: the day.", show_default=False)] = None,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Make a list of homes to visit: a share at random, the rest by rating, in rounds that lie together. A person decides whom of them to visit.

    Left out are homes that were visited lately, those found exempt, and those that the register has as exempt. The plan is noted with each home's
    reason, so that what is found can be told apart by it: by chance, or by rating.
    """
    from borough.cli.show import count
    from borough.pipeline.planned import MadePlan, note_plan
    from borough.pipeline.ratings import Ratings
    from borough.pipeline.visiting import RANDOM, Plan, Wanted

    if not RANDOM[0] <= random / 100 <= RANDOM[1]:
        typer.echo(f"note: {random:g}% at random; between {RANDOM[0]:.0%} and {RANDOM[1]:.0%} is usual: fewer can't tell how good the ratings are", err=True)
    with opened(context, project) as o:
        published = need_run(o)
        made = Plan(Ratings(o.project, o.engine, o.lake, published), model)
        day = _today()
        relation = made.make(Wanted((visits or made.model.spec.capacity) * weeks, random / 100, rest, day, seed or day.isoformat(), band))
        answer = ask_of(o, relation, "SELECT * FROM plan ORDER BY round, place", purpose)
        names = [n for n, _ in answer.columns]
        rows = [{**row, "drivers": _in_words(row["drivers"])} for row in (dict(zip(names, cells, strict=True)) for cells in answer.rows())]
        version = published.record.get("ratings", {}).get(made.model.name, {}).get("version")
        noted = MadePlan(made.model.name, version, day, seed or day.isoformat(), rows)
        with to.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow([*names, "plan"])
            out.writerows([[*("" if v is None else v for v in row.values()), noted.name] for row in rows])
        if rows:
            note_plan(o.project, o.engine, o.lake, noted, who=user(), now=clock(None))
    drawn = sum(1 for row in rows if row["reason"] == "random")
    if wants_json(context, as_json):
        print_json({"file": str(to), "plan": noted.name, "visits": len(rows), "random": drawn})
        return
    typer.echo(f"{count(len(rows), 'home')} in {to}, {drawn} of them drawn at random: plan {noted.name}. Nothing is sent: a person decides. borough visits record notes what was found")


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
    reason: Annotated[str | None, typer.Option("--reason", help="Why: rating, random, complaint, application, patrol or referral. By it hit rates are told apart. Default: as the plan has it, else rating.", show_default=False)] = None,
    of_plan: Annotated[str | None, typer.Option("--plan", metavar="PLAN", help="The plan that the visit was of, as the plan's column says. Default: the newest plan of the last 60 days that has the home, unless --reason is given.", show_default=False)] = None,
    corrects: Annotated[str | None, typer.Option("--corrects", metavar="VISIT", help="The visit that this puts right, such as INS900000001.", show_default=False)] = None,
    file: Annotated[Path | None, typer.Option("--file", "-f", metavar="FILE", help="A CSV file with the columns uprn and outcome, and any of visited, who, note, reason, plan, corrects: a plan with the outcomes beside will do.", show_default=False, exists=True, dir_okay=False)] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Record what a visit found, with who, when and why. The next `borough run` takes it in, and the next `borough model fit` learns from it.

    The project gets the built-in source `visits` with the first recording. What was recorded before in the same words is not recorded again.
    """
    from borough.cli.show import count
    from borough.errors import UsageError
    from borough.pipeline.recorded import in_bronze
    from borough.pipeline.visiting import record_visits

    today = _today()
    root = folder(context, project)
    declared = load_project(context, project)
    if file is None and (uprn is None or outcome is None):
        raise UsageError("a UPRN and an outcome, or --file", advice="borough visits record 10001234567 licensed")
    if file is not None and (uprn is not None or corrects is not None):
        raise UsageError("a UPRN, or --file", advice="a file has columns uprn and corrects of its own")
    with opened(context, project) as o:
        if file is not None:
            visits = _of_file(o, file, {"who": who or user(), "reason": reason or "", "note": note, "plan": of_plan or "", "visited": on or ""}, today)
        else:
            said = {"uprn": str(uprn), "outcome": outcome or "", "visited": on or "", "who": who or user(), "reason": reason or "", "note": note, "plan": of_plan or "", "corrects": corrects or ""}
            visits = [_visit(o, said, today)]
        _known(o, visits)
        if "visit" not in declared.datasets:
            raise UsageError("the project has no dataset `visit`", advice="borough source add enforcement brings it")
        ids, new = record_visits(root, visits, clock(None), in_bronze(o.engine, o.lake, o.published))
    written = _source(root)
    if wants_json(context, as_json):
        print_json({"visits": ids, "new": new, "wrote": [str(p) for p in written]})
        return
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(_told(visits, ids, new, count))


def _told(visits: list[Visit], ids: list[str], new: int, count: Callable[[int, str], str]) -> str:
    named = f"{', '.join(ids[:5])}{' …' if len(ids) > 5 else ''}"
    reasons = ", ".join(sorted({v.reason + (f" (plan {v.plan})" if v.plan else "") for v in visits}))
    before = f"; {count(len(ids) - new, 'visit')} had been recorded before, in the same words" if new < len(ids) else ""
    return f"recorded {count(new, 'visit')}: {named}, by reason of {reasons}{before}; borough run takes it in" if new else f"nothing is new: {named} had been recorded before, in the same words"


def _visit(o: Opened, said: Mapping[str, str], today: dt.date) -> Visit:
    """A visit as somebody says it; why it was made, where they don't say, is for the plan to tell. Raises UsageError."""
    from borough.errors import UsageError
    from borough.pipeline.planned import Plans
    from borough.pipeline.visiting import Visit, refuse_impossible

    if not said["uprn"].isdecimal() or len(said["uprn"]) > 12:
        raise UsageError(f"{said['uprn']!r} is no UPRN", advice="a UPRN is a number of up to 12 digits; nothing was recorded")
    uprn, day = int(said["uprn"]), civil_date(said.get("visited") or None, "visited") or today
    plans = Plans(o.engine, o.lake, o.published)
    plan, reason = said.get("plan", ""), said.get("reason", "")
    if plan:
        planned = plans.reason(plan, uprn)
        reason = reason or planned
    elif not reason:
        plan, reason = plans.lately(uprn, day) or ("", "rating")
    visit = Visit(uprn, said["outcome"], day, said["who"], reason, said.get("note", ""), said.get("corrects") or None, plan)
    refuse_impossible(visit, today)
    return visit


def _of_file(o: Opened, file: Path, otherwise: Mapping[str, str], today: dt.date) -> list[Visit]:
    """The visits of a file; what a line leaves out is as the command says. Raises UsageError that names the line."""
    from borough.errors import UsageError
    from borough.pipeline.recorded import outcome_lines

    visits: dict[Visit, int] = {}
    for number, row in outcome_lines(file):
        try:
            visit = _visit(o, {**row, **{k: row.get(k) or v for k, v in otherwise.items()}}, today)
        except UsageError as error:
            raise UsageError(f"{file}:{number}: {error.message}", advice=f"{(error.advice or '').removesuffix('; nothing was recorded')}; nothing was recorded") from error
        if visit in visits:
            raise UsageError(f"{file}:{number}: says the same as line {visits[visit]}", advice="take one of them out; nothing was recorded")
        visits[visit] = number
    return list(visits)


def _known(o: Opened, visits: list[Visit]) -> None:
    """Refuse homes that the gazetteer has not, where there is one."""
    from borough.compile.entities import gazetteer_of
    from borough.compile.relations import Relations
    from borough.engine.quoting import quoted
    from borough.errors import UsageError

    gazetteer = gazetteer_of(o.project)
    if gazetteer is None or o.published is None:
        return
    published = o.published
    rows = Relations(o.project, o.engine, lambda name: o.lake.table(name, published)).unlinked(gazetteer.properties or gazetteer.addresses)
    asked, column = sorted({v.uprn for v in visits}), quoted(gazetteer.columns.get("uprn", "uprn"))
    found = {u for (u,) in o.engine.rows(f"SELECT CAST({column} AS BIGINT) FROM {rows} WHERE {column} IN ({', '.join(map(str, asked))})")}
    unknown = [str(u) for u in asked if u not in found]
    if unknown:
        raise UsageError(f"the gazetteer has no {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}", advice="borough identity find ADDRESS tells a home's UPRN; nothing was recorded")


def _source(root: Path) -> list[Path]:
    """Write the built-in source, where the project lacks it."""
    from borough.library import shelf

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
    nowhere = sum(1 for letter in made if not letter["address_1"])
    with to.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, list(made[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(made)
    if wants_json(context, as_json):
        print_json({"file": str(to), "letters": len(made), "sent": 0})
        return
    typer.echo(f"{count(len(made), 'letter')} in {to}, none approved and none sent: a person fills in the column `approved` and sends them")
    if nowhere:
        typer.echo(f"note: {count(nowhere, 'letter')} without an address: the gazetteer has none for these homes", err=True)
