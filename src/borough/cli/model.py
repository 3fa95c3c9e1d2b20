"""Commands about models: model add, list, fit, evaluate, compare, show, explain, score, card, monitor."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    project_to_complete,
    user,
    wants_json,
)
from borough.cli.read import AsOf, Purpose, ask_of, need_run

if TYPE_CHECKING:
    from borough.compile.models.fitted import Fitted
    from borough.compile.models.model import Model
    from borough.pipeline.modelling import Modelling


def complete_model(context: typer.Context, incomplete: str) -> list[str]:
    """Models of the project, for tab completion."""
    project = project_to_complete(context)
    return [name for name in (project.models if project else ()) if name.startswith(incomplete)]


Name = Annotated[str | None, typer.Argument(metavar="[MODEL]", help="The model. Default: the only one.", autocompletion=complete_model, show_default=False)]
Version = Annotated[int | None, typer.Option("--version", help="Which version. Default: the one that was fitted last.", show_default=False, min=1)]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Models: ratings from 0 to 100, how sure they are, and why.")
    group.command("add", epilog="Example: `borough model add`")(add)
    group.command("list", epilog="Example: `borough model list --json`")(list_models)
    group.command("fit", epilog="Examples: `borough model fit` · `borough model fit unlicensed_let --as-of 2026-03-31`")(fit)
    group.command("evaluate", epilog="Examples: `borough model evaluate` · `borough model evaluate unlicensed_let --pictures pictures`")(evaluate)
    group.command("compare", epilog="Example: `borough model compare unlicensed_let`")(compare)
    group.command("show", epilog="Example: `borough model show unlicensed_let`")(show)
    group.command("explain", epilog="Example: `borough model explain 10001234567 --purpose private_housing_enforcement`")(explain)
    group.command("score", epilog="Examples: `borough model score --to ratings.csv --purpose private_housing_enforcement` · `borough model score --as-of 2025-10-31 --to then.parquet`")(score)
    group.command("card", epilog="Example: `borough model card unlicensed_let --to transparency-record.md`")(card)
    group.command("monitor", epilog="Example: `borough model monitor`")(monitor)
    app.add_typer(group, name="model")


def _model(o: Opened, name: str | None) -> Model:
    from borough.pipeline.ratings import chosen_model

    return chosen_model(o.programme.models, name)


def _fitted(o: Opened, model: Model, version: int | None = None) -> Fitted:
    from borough.compile.models.fitted import Fitted
    from borough.errors import UsageError
    from borough.pipeline.modelling import fitted_models

    found = fitted_models(o.engine, o.lake, need_run(o), model.name)
    chosen = [f for f in found if version in (None, f["version"])]
    if not chosen:
        have = f"versions {found[0]['version']} to {found[-1]['version']}" if found else "none is fitted"
        raise UsageError(f"{model.name} has no {f'version {version}' if version else 'fitted version'} ({have})", advice=f"borough model fit {model.name}")
    return Fitted.from_json(chosen[-1]["document"])


def _modelling(o: Opened, model: Model, day: dt.date, say: Any) -> Modelling:
    from borough.pipeline.modelling import Modelling

    return Modelling(o.project, o.engine, o.lake, need_run(o), o.programme.profiles[model.entity], model, day, say)


def _day(o: Opened, model: Model, as_of: str | None) -> dt.date:
    """The day that is asked for; else that of the last run's profiles."""
    from borough.pipeline.profiling import profile_day

    made = need_run(o).record.get("profiles", {}).get(model.entity)
    return civil_date(as_of, "--as-of") or (dt.date.fromisoformat(made["day"]) if made else profile_day(clock(None)))


def add(
    context: typer.Context,
    show_only: Annotated[bool, typer.Option("--print", help="Print the files, write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that differ from the library's.")] = False,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copy the library's models into `models/`, with the purposes that they name. The copies are the council's to edit."""
    from borough.cli.show import count
    from borough.library import copying, shelf

    root = folder(context, project)
    copy = copying.prepare_models(root, shelf.model_names())
    if show_only:
        for file in copy.files:
            typer.echo(f"# {file.path}\n{file.text}")
        return
    written = copying.write(root, copy, force=force)
    if wants_json(context, as_json):
        print_json({"models": list(copy.sources), "written": [str(p) for p in written]})
        return
    for path in written:
        typer.echo(f"wrote {path}")
    typer.echo(f"wrote {count(len(written), 'file')}; borough model fit fits what was added" if written else "all of it is there already")


def list_models(context: typer.Context, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """List the declared models, and which version of each was fitted last, on how many outcomes."""
    from borough.cli.show import count, table
    from borough.pipeline.modelling import fitted_models

    if not load_project(context, project).models:
        typer.echo("no model is declared; borough model add copies that of the library", err=True)
    with opened(context, project) as o:
        last = {f["model"]: f for f in fitted_models(o.engine, o.lake, o.published)} if o.published else {}
        rows = [(name, m.spec.title, m.entity, len({f.name for s in m.stages for f in s.features}), last.get(name, {}).get("version"), last.get(name, {}).get("as_of"), m.spec.owner) for name, m in o.programme.models.items()]
    heads = ("model", "rates", "entity", "features", "version", "fitted as of", "owner")
    if wants_json(context, as_json):
        print_json([dict(zip(heads, row, strict=True)) for row in rows])
        return
    table(heads, rows)
    typer.echo(count(len(rows), "model"))


def fit(context: typer.Context, name: Name = None, as_of: AsOf = None, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Fit a model on the outcomes that were known on a day, judge it by those that it was not fitted on, and keep it in the lake.

    The next `borough run` rates everybody by it. `--as-of`: the day; without it, that of the last run. Nothing later than the day before an outcome is read for it.
    """
    from borough.cli import model_report
    from borough.cli.show import count
    from borough.pipeline.modelling import fitted_models, keep

    now = clock(None)
    with opened(context, project) as o:
        model = _model(o, name)
        version = 1 + max((int(f["version"]) for f in fitted_models(o.engine, o.lake, need_run(o), model.name)), default=0)
        fitted = _modelling(o, model, _day(o, model, as_of), lambda what: typer.echo(f"  {what}", err=True)).fit(version, now)
        run = keep(o.project, o.engine, o.lake, fitted, who=user(), now=now)
        if wants_json(context, as_json):
            print_json({"model": model.name, "version": version, "as_of": fitted.as_of, "run": run, "data": fitted.data, "notes": list(fitted.notes), "discrimination": fitted.report["discrimination"]})
            return
        for note in fitted.notes:
            typer.echo(f"note: {note}", err=True)
        typer.echo(f"{model.name} version {version}, fitted on {count(fitted.report['rows']['usable'], 'outcome')} known on {fitted.as_of}, kept by run {run}")
        model_report.headline(model, fitted)
        typer.echo(f"borough model evaluate {model.name} tells all; borough run rates everybody by it")


def evaluate(
    context: typer.Context,
    name: Name = None,
    version: Version = None,
    pictures: Annotated[Path | None, typer.Option("--pictures", metavar="FOLDER", help="Folder for the calibration curve, the bands and the factors, as SVG files.", show_default=False)] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how well a model does, by outcomes that it was not fitted on: naively, and put right for who was visited and what was recorded wrongly."""
    from borough.cli import model_report

    with opened(context, project) as o:
        model = _model(o, name)
        fitted = _fitted(o, model, version)
        if pictures is not None:
            _draw(pictures, model, fitted)
        if wants_json(context, as_json):
            print_json({"model": model.name, "version": fitted.version, "as_of": fitted.as_of, "mistakes": {"false_yes": fitted.false_yes, "false_no": fitted.false_no}, **{k: v for k, v in fitted.report.items() if k not in ("factors", "baseline")}})
            return
        model_report.everything(model, fitted)


def _draw(folder_: Path, model: Model, fitted: Fitted) -> None:
    from borough.risk.pictures import pictures

    folder_.mkdir(parents=True, exist_ok=True)
    for file, drawing in pictures(model, fitted).items():
        (folder_ / file).write_text(drawing, encoding="utf-8")
        typer.echo(f"wrote {folder_ / file}", err=True)


def compare(context: typer.Context, name: Name = None, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Compare the versions of a model, each with its challenger and with what naive and corrected estimates say."""
    from borough.cli import model_report
    from borough.cli.show import table
    from borough.compile.models.fitted import Fitted
    from borough.pipeline.modelling import fitted_models

    with opened(context, project) as o:
        model = _model(o, name)
        _fitted(o, model)
        lines = [model_report.compared(Fitted.from_json(f["document"])) for f in fitted_models(o.engine, o.lake, need_run(o), model.name)]
    if wants_json(context, as_json):
        print_json(lines)
        return
    table(tuple(lines[0]), [tuple(line.values()) for line in lines])


def show(context: typer.Context, name: Name = None, version: Version = None, project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Show what a fitted model weighs: which factors matter, and by how much. What goes with an outcome need not cause it."""
    from borough.cli import model_report

    with opened(context, project) as o:
        model = _model(o, name)
        fitted = _fitted(o, model, version)
        if wants_json(context, as_json):
            print_json({**json.loads(fitted.to_json()), "report": {k: fitted.report[k] for k in ("factors", "proxies", "split", "rows")}})
            return
        model_report.weights(model, fitted)


def explain(
    context: typer.Context,
    key: Annotated[str, typer.Argument(metavar="ID", help="Whose rating: of a property its UPRN.")],
    name: Annotated[str | None, typer.Option("--model", "-m", metavar="MODEL", help="The model. Default: the only one.", autocompletion=complete_model, show_default=False)] = None,
    rows: Annotated[int, typer.Option("--rows", "-n", help="Source rows to print of each factor, the latest first.", min=0)] = 2,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Explain one rating: what moved it, by how many points, and the rows behind that."""
    from borough.cli import model_report

    with opened(context, project) as o:
        told = model_report.explained(o, _model(o, name), key, rows, purpose)
        if wants_json(context, as_json):
            print_json(told)
            return
        model_report.show_explained(told)


def score(
    context: typer.Context,
    name: Name = None,
    as_of: AsOf = None,
    version: Version = None,
    to: Annotated[Path | None, typer.Option("--to", "-o", metavar="FILE", help="File to write to: .csv, .parquet, .json or .jsonl. Default: counts by band are shown.", show_default=False)] = None,
    project: ProjectOption = None,
    purpose: Purpose = None,
    as_json: JsonOption = False,
) -> None:
    """Rate everybody by a fitted model, as they were known on a day, and write the ratings to a file or count them by band."""
    from borough.cli.show import count, table
    from borough.pipeline.modelling import score_all

    with opened(context, project) as o:
        model = _model(o, name)
        fitted, day = _fitted(o, model, version), _day(o, model, as_of)
        relation = score_all(_modelling(o, model, day, lambda _: None), fitted)
        if to is not None:
            written = ask_of(o, relation, f'SELECT * FROM {relation.name} ORDER BY rating DESC, "{model.entity}"', purpose).copy(to)
            if wants_json(context, as_json):
                print_json({"file": str(to), "rows": written})
            else:
                typer.echo(f"{count(written, 'row')} in {to}")
            return
        answer = ask_of(o, relation, f"SELECT band, count(*) AS rated, avg(rating) AS mean_rating, min(rating) AS least, max(rating) AS greatest FROM {relation.name} GROUP BY band ORDER BY mean_rating DESC", purpose)
        heads, found = [n for n, _ in answer.columns], answer.rows()
        if wants_json(context, as_json):
            print_json([dict(zip(heads, row, strict=True)) for row in found])
            return
        table(heads, found)
        typer.echo(f"{model.name} version {fitted.version}, as of {day}")


def card(
    context: typer.Context,
    name: Name = None,
    version: Version = None,
    to: Annotated[Path | None, typer.Option("--to", "-o", metavar="FILE", help="Markdown file to write. Default: standard output.", show_default=False)] = None,
    project: ProjectOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the model card, in the layout of the Algorithmic Transparency Recording Standard (tiers 1 and 2), from what was fitted."""
    from borough.risk.card import record

    with opened(context, project) as o:
        model = _model(o, name)
        text = record(o.project, model, _fitted(o, model, version), o.programme.profiles[model.entity])
    if to is not None:
        to.write_text(text, encoding="utf-8")
        typer.echo(f"wrote {to}")
    elif wants_json(context, as_json):
        print_json({"card": text})
    else:
        typer.echo(text)


def monitor(context: typer.Context, name: Name = None, project: ProjectOption = None, purpose: Purpose = None, as_json: JsonOption = False) -> None:
    """Tell whether a model still fits: how inputs and ratings have moved, and what visits since the fit found, by why somebody went."""
    from borough.cli import model_report
    from borough.pipeline.modelling import monitored

    with opened(context, project) as o:
        model = _model(o, name)
        fitted = _fitted(o, model)
        told = monitored(_modelling(o, model, _day(o, model, None), lambda _: None), fitted)
        if wants_json(context, as_json):
            print_json(told)
            return
        model_report.watched(model, fitted, told)
    del purpose
