"""What a fitted model tells, as tables on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from borough.cli.show import cell, table
from borough.risk.measures import interval, percent

if TYPE_CHECKING:
    from borough.cli.context import Opened
    from borough.compile.models.fitted import Fitted
    from borough.compile.models.model import Model


def headline(model: Model, fitted: Fitted) -> None:
    """The figures to remember."""
    report = fitted.report
    told, rival, week = report["discrimination"], report["challenger"], report["capacity"][0] if report["capacity"] else None
    corrected = f", {told['roc_auc_corrected']:.3f} put right for what was recorded wrongly" if told.get("roc_auc_corrected") else ""
    typer.echo(f"judged by {told['n']:,} outcomes that it was not fitted on ({_split(report['split'])}): ROC-AUC {_number(told['roc_auc'])}{corrected}; gradient boosting {_number(rival['roc_auc'])}")
    if week is not None:
        typer.echo(f"of the {week['k']:,} rated highest among them, {interval(week)} were a yes")
    if rival["gap"] is not None and rival["gap"] > model.spec.margin:
        typer.echo(f"gradient boosting is better by {rival['gap']:.3f}, more than the margin of {model.spec.margin}: look for what the regression can't say", err=True)


def _split(split: Mapping[str, Any]) -> str:
    return f"after {split['after']}" if split["kind"] == "time" else f"{split['share']:.0%} held out by {split['by']}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def everything(model: Model, fitted: Fitted) -> None:
    """All that evaluation found."""
    report = fitted.report
    typer.echo(f"{model.name} version {fitted.version}: {model.spec.title}, as of {fitted.as_of}\n")
    headline(model, fitted)
    if fitted.false_yes or fitted.false_no:
        typer.echo(f"estimated: {fitted.false_yes:.1%} of those that are none are recorded as a yes, and {fitted.false_no:.1%} of yeses as none")
    table(("share of yeses", "", "95% interval"), [(name, percent(s["share"]), interval(s)) for name, s in report["shares"].items()], title="\nAmong all who could be visited")
    _rows(("visits", "k", "share", "recall", *(k for k in report["capacity"][0] if k.startswith("lift"))) if report["capacity"] else (), [(c["visits"], c["k"], interval(c), percent(c["recall"]), *(v for k, v in c.items() if k.startswith("lift"))) for c in report["capacity"]], "\nAt the team's capacity")
    table(("band", "from", "predicted", "visits found", "put right"), [(b["band"], b["from"], percent(b["predicted"]), interval(b["naive"]), interval(b["corrected"])) for b in report["bands"]], title="\nBy band")
    table(("predicted", "found", "95% interval", "n"), [(percent(c["predicted"]), percent(c["found"]), f"{c['low']:.1%} to {c['high']:.1%}", c["n"]) for c in report["calibration"]["curve"]], title=f"\nCalibration by tenths: slope {report['calibration']['slope']}, error {report['calibration']['error']:.3f} (of what was recorded)")
    table(("rated highest", "of all yeses"), [(r["of"], percent(r["recall"])) for r in report["recall"]], title="\nRecall")
    _rows(("reason", "found"), [(r, interval(s)) for r, s in report["reasons"].items()], "\nBy why somebody went")
    _rows(("area", "predicted", "found", "ROC-AUC"), [(a["value"], percent(a["predicted"]), interval(a), _number(a["roc_auc"])) for a in report["areas"]], "\nBy area")
    _rows(("group", "value", "predicted", "found", "false alarms"), [(g["attribute"], g["value"], percent(g["predicted"]), interval(g), interval(g["false_alarms"])) for g in report["fairness"]], "\nBy group: false alarms are those rated highest of whom it was not true")
    if report["spared"]:
        typer.echo(f"\nof those whom a visit should spare, rated highest: {interval(report['spared']['rated highest'])}; of the highest band: {interval(report['spared']['of the band'])}")


def _rows(heads: Sequence[str], rows: Sequence[Sequence[Any]], title: str) -> None:
    if rows:
        table(heads, rows, title=title)


def compared(fitted: Fitted) -> dict[str, Any]:
    """A version's line."""
    report = fitted.report
    told, shares = report["discrimination"], report["shares"]
    return {
        "version": fitted.version, "as of": fitted.as_of, "outcomes": report["rows"]["usable"], "judged by": told["n"], "ROC-AUC": told["roc_auc"], "put right": told.get("roc_auc_corrected"), "boosting": report["challenger"]["roc_auc"],
        "PR-AUC": told["pr_auc"], "Brier": told["brier"], "calibration slope": report["calibration"]["slope"], "naive share": shares["naive"]["share"], "weighted share": shares["weighted"]["share"],
        "corrected share": shares["corrected"]["share"], "data": fitted.data, "code": fitted.code,
    }  # fmt: skip


def weights(model: Model, fitted: Fitted) -> None:
    """Which factors matter, and by how much."""
    for stage in fitted.stages:
        spec = model.stage(stage.name).spec
        typer.echo(f"\n{spec.title}: fitted on {stage.rows:,} outcomes, {stage.yes:,} of them a yes; penalty 1/{stage.penalty:g}" + (f"; wrongly recorded: {stage.false_yes:.1%} of noes, {stage.false_no:.1%} of yeses" if model.spec.outcome.mistakes else ""))
        lines = fitted.report["factors"][stage.name]
        told = [line for line in lines if "points" in line]
        table(("factor", "points", "odds ratio", "95% interval", "p-value", "inflation", "E-value"), [(f["factor"], f"{f['points']:+.1f}", f"{f['odds_ratio']:.3g}", f"{f['odds_low']:.3g} to {f['odds_high']:.3g}", f"{f['p_value']:.2g}", f"{f['variance_inflation']:.1f}", f["e_value"]) for f in told])
        for line in lines:
            if "note" in line:
                typer.echo(f"  {line['factor']}: {line['note']}")
        if stage.reasons:
            typer.echo("why somebody went moves the log-odds by: " + ", ".join(f"{name} {shift:+.2f}" for name, shift in stage.reasons.items()))
    if fitted.believed:
        typer.echo("\nof homes let so, without the licence that they need, where the register says: " + ", ".join(f"{said} {share:.1%}" for said, share in fitted.believed.items()))
    typer.echo("\nA point is a hundredth of probability: from no to yes, or by one standard deviation, on average. What goes with an outcome need not cause it: the E-value says how\nstrongly something unseen would have to go with both to explain it away. Inflation above 10: the factor can hardly be told from others.")


def explained(o: Opened, model: Model, key: str, rows: int, purpose: str | None) -> dict[str, Any]:
    """One rating with what moved it, and the rows behind that. Raises UsageError for one who is not rated."""
    from borough.cli.read import ask_of, need_run
    from borough.errors import UsageError
    from borough.pipeline.profiles import Profiles
    from borough.pipeline.ratings import Ratings

    profiles = Profiles(o.project, o.engine, o.lake, need_run(o), o.programme.profiles)
    wanted = profiles.key(model.entity, key)
    relation = Ratings(o.project, o.engine, o.lake, need_run(o)).relation(model.name)
    answer = ask_of(o, relation, f'SELECT * FROM {relation.name} WHERE "{model.entity}" = {wanted}', purpose)
    found = answer.rows()
    if not found:
        raise UsageError(f"{model.entity} {key} is not rated by {model.name}", advice="it may be outside the model's population, or not known")
    told = dict(zip([n for n, _ in answer.columns], found[0], strict=True))
    drivers = [{"feature": feature, "points": float(points)} for feature, points in json.loads(told.pop("drivers") or "[]")]
    names = list(dict.fromkeys(n for d in drivers for n in str(d["feature"]).split(" × ") if (a := profiles.profile(model.entity).attribute(n)) is not None and a.name))
    values = _values(o, profiles, model, wanted, names, purpose)
    evidence = _evidence(o, profiles, model, wanted, names, rows, purpose, told["as_of"])
    titles = {n: a.spec.title for n in names if (a := profiles.profile(model.entity).attribute(n)) is not None}
    for driver in drivers:
        feature = str(driver["feature"])
        driver |= {"title": titles.get(feature, feature.replace("_", " ")), "value": values.get(feature, told.get(feature)), "evidence": evidence.get(feature, [])}
    return {**told, "drivers": drivers, "note": "points: by how much the rating would differ, were this as it is on average"}


def _values(o: Opened, profiles: Any, model: Model, key: str, names: Sequence[str], purpose: str | None) -> dict[str, Any]:
    from borough.cli.read import ask_of

    if not names:
        return {}
    relation = profiles.kept(model.entity)
    cells = ", ".join(f'"{n}"' for n in names)
    found = ask_of(o, relation, f'SELECT {cells} FROM {relation.name} WHERE "{model.entity}" = {key}', purpose).rows()
    return dict(zip(names, found[0], strict=True)) if found else {}


def _evidence(o: Opened, profiles: Any, model: Model, key: str, names: Sequence[str], rows: int, purpose: str | None, day: Any) -> dict[str, list[str]]:
    from borough.cli.read import ask_of

    profile = profiles.profile(model.entity)
    of = {n: [m for m in profile.only([n]).attributes if m.of_rows] for n in names}
    asked = list(dict.fromkeys(a.name for some in of.values() for a in some if not a.spec.neighbours))
    if not rows or not asked:
        return {}
    relation = profiles.evidence(model.entity, key, day, asked, purpose or o.project.borough.purpose)
    answer = ask_of(o, relation, f"SELECT * FROM {relation.name} ORDER BY attribute, day DESC NULLS LAST, record", purpose)
    lines: dict[str, list[str]] = {}
    for row in (dict(zip([n for n, _ in answer.columns], r, strict=True)) for r in answer.rows()):
        said = (f"{row['dataset']} {row['record']}" if row["record"] is not None else f"a row of {row['dataset']}", row["day"], row["value"], f"{row['feed']}, {row['file']} row {row['row']}")
        lines.setdefault(str(row["attribute"]), []).append(" · ".join(str(part) for part in said if part is not None))
    return {n: [line for a in some for line in lines.get(a.name, [])[:rows]] for n, some in of.items()}


def show_explained(told: Mapping[str, Any]) -> None:
    entity = next(iter(told))
    typer.echo(f"{entity} {told[entity]}: {told['rating']:.0f} of 100, {told['band']}, as of {told['as_of']} (version {told['version']})")
    if told.get("status"):
        typer.echo("the register says: " + ", ".join(f"{k.removeprefix('licence_')}: {v}" for k, v in told.items() if k.startswith("licence_")))
    if told.get("unseen"):
        typer.echo(f"the model was never shown its value of {told['unseen']}: rated without")
    for driver in told["drivers"]:
        typer.echo(f"  {driver['points']:+6.1f} points  {driver['title']}" + (f": {cell(driver['value'])}" if driver["value"] is not None else ": not known"))
        for line in driver["evidence"]:
            typer.echo(f"                 ← {line}")
    typer.echo(f"{told['note']}. A rating is a reason to look, no finding: a person decides.")


def watched(model: Model, fitted: Fitted, told: Mapping[str, Any]) -> None:
    """What monitoring found."""
    typer.echo(f"{model.name} version {fitted.version}, fitted as of {fitted.as_of}, looked at on {told['as_of']}")
    moved = [d for d in told["drift"] if d["says"] != "steady"]
    shown: Iterable[Mapping[str, Any]] = moved or told["drift"][:5]
    table(("input", "index", "says"), [(d["input"], d["index"], d["says"]) for d in shown], title="\nHow inputs and ratings have moved (population stability index; 0.1 stirred, 0.25 moved)")
    _rows(("reason", "visits", "found", "predicted"), [(r["reason"], r["n"], interval(r), percent(r["predicted"])) for r in told["reasons"]], "\nWhat outcomes since then found, by why somebody went")
    _rows(("quarter", "area", "predicted", "found"), [(q["quarter"], q["area"], percent(q["predicted"]), interval(q)) for q in told["calibration"]], "\nPredicted and found through time")
    if not told["reasons"]:
        typer.echo("no outcome is known of since the model was fitted")
