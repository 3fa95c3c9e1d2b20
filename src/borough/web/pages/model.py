"""The page of a model: how good it is, what it weighs, whether it still fits, and its transparency record."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from borough.compile.models.fitted import Fitted
from borough.errors import BoroughError
from borough.pipeline.transparency import transparency_record, watched
from borough.web.asking import NotFoundError, Reading, SignedIn, Templates
from borough.web.fitted import calibration_figure, fitted_of, interval_said, weights_figure
from borough.web.snapshot import Snapshot
from borough.web.tabled import cells, columns, figure, taken
from borough.web.wording import share

LOG = logging.getLogger("borough.web")


def router(templates: Templates) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/model", response_class=HTMLResponse)
    def model(request: Request, snapshot: Reading, user: SignedIn, name: str | None = None, file: str | None = None) -> Response:
        fitted = chosen_model(snapshot, name)
        if fitted is None:
            return templates.page(request, "no_model.html", user=user, snapshot=snapshot)
        if file:
            return taken(figures_of(snapshot, fitted), file, fitted.model)
        spec = snapshot.programme.models[fitted.model].spec
        if ("model", fitted.model) not in snapshot.parts:  # of the borough as a whole, of nobody: no look to record
            snapshot.parts["model", fitted.model] = templates.part("figures.html", figures=figures_of(snapshot, fitted))
        figures = snapshot.parts["model", fitted.model]
        return templates.page(request, "model.html", user=user, snapshot=snapshot, model=spec, fitted=fitted, figures=figures, told=fitted.report["discrimination"], names=list(fitted_of(snapshot)), scripts=["chart"])

    @routes.get("/model/{name}/record", response_class=HTMLResponse)
    def record(name: str, request: Request, snapshot: Reading, user: SignedIn) -> Response:
        fitted = chosen_model(snapshot, name)
        if fitted is None:
            raise NotFoundError(f"no model {name[:60]!r} is fitted")
        from markdown_it import MarkdownIt

        text = _scrolled(MarkdownIt("commonmark", {"html": False}).enable("table").render(transparency_record(snapshot.programme, fitted)))
        return templates.page(request, "record.html", user=user, snapshot=snapshot, text=text, breadcrumbs=[("Model", "/model")])

    @routes.get("/model/{name}/record.md")
    def record_file(name: str, snapshot: Reading, user: SignedIn) -> Response:
        fitted = chosen_model(snapshot, name)
        if fitted is None:
            raise NotFoundError(f"no model {name[:60]!r} is fitted")
        del user
        return Response(transparency_record(snapshot.programme, fitted), media_type="text/markdown", headers={"Content-Disposition": f'attachment; filename="{fitted.model}-record.md"'})

    return routes


def _scrolled(text: str) -> str:
    """Tables that a keyboard can scroll where the screen is narrow."""
    parts = text.split("<table>")
    begun = [f'<div class="app-tile__scroll" role="region" aria-label="Table {n}" tabindex="0"><table>{part}' for n, part in enumerate(parts[1:], 1)]
    return parts[0] + "".join(begun).replace("</table>", "</table></div>")


def chosen_model(snapshot: Snapshot, name: str | None) -> Fitted | None:
    """The fitted model of this name, else the first; None where none is fitted. Raises NotFoundError."""
    found = fitted_of(snapshot)
    if name is not None and name not in found:
        raise NotFoundError(f"no model {name[:60]!r} is fitted")
    return found[name] if name else next(iter(found.values()), None)


def figures_of(snapshot: Snapshot, fitted: Fitted) -> list[dict[str, Any]]:
    """How good a model is, what it weighs, and whether it still fits."""
    return [*_accuracy(fitted), *_weights(snapshot, fitted), *_watched(snapshot, fitted)]


def _accuracy(fitted: Fitted) -> Iterator[dict[str, Any]]:
    report = fitted.report
    yield figure(
        "shares", "table", "Unlicensed among all who could be visited", columns("Estimate", "Share (95% interval)"), [cells(name.capitalize(), interval_said(s)) for name, s in report["shares"].items()],
        description="Only visited homes have outcomes, and visits go where something is suspected. The naive share is of those visited; the corrected one allows for how they were chosen and for what was recorded wrongly.",
    )
    yield figure("capacity", "table", "Of the homes rated highest", columns("Visits", "How many", "Found unlicensed", "Of all there are"), [cells(c["visits"].capitalize(), c["k"], interval_said(c), share(c["recall"]) if c["recall"] is not None else "–") for c in report["capacity"]])
    yield figure("bands", "table", "By band", columns("Band", "From", "Predicted", "Found by visits", "Put right"), [cells(b["band"], b["from"], share(b["predicted"]) if b["predicted"] is not None else "–", interval_said(b["naive"]), interval_said(b["corrected"])) for b in report["bands"]])
    curve = report["calibration"]
    rows = [cells(share(c["predicted"]), share(c["found"]), f"{share(c['low'])} to {share(c['high'])}", c["n"]) for c in curve["curve"]]
    yield figure(
        "calibration", "curve", "When it says 30%, is it 30%?", columns("Predicted", "Found", "95% interval", "Visits"), rows, data=calibration_figure(fitted),
        description=f"Each dot is a tenth of the visits that the model had not learnt from. On the line, what was predicted was found. Slope {curve['slope']}, mean error {share(curve['error'])}.",
    )
    yield figure("reasons", "table", "By why somebody went", columns("Reason", "Found unlicensed"), [cells(str(r).capitalize(), interval_said(s)) for r, s in report["reasons"].items()])
    yield figure("areas", "table", "By area", columns("Area", "Predicted", "Found"), [cells(str(a["value"]), share(a["predicted"]), interval_said(a)) for a in report["areas"]])
    yield figure("fairness", "table", "False alarms by group", columns("Group", "Value", "Found", "False alarms"), [cells(str(g["attribute"]).replace("_", " ").capitalize(), str(g["value"]), interval_said(g), interval_said(g["false_alarms"])) for g in report["fairness"]], description="A false alarm is a home among those rated highest of which it was not true.")


def _weights(snapshot: Snapshot, fitted: Fitted) -> Iterator[dict[str, Any]]:
    model = snapshot.programme.models[fitted.model]
    for stage in fitted.stages:
        lines = [f for f in fitted.report["factors"][stage.name] if "points" in f]
        rows = [cells(str(f["factor"]), f"{f['points']:+.1f}", f"{f['odds_ratio']:.2f} ({f['odds_low']:.2f} to {f['odds_high']:.2f})", f"{f['p_value']:.2g}", f"{f['variance_inflation']:.1f}", str(f["e_value"])) for f in lines]
        yield figure(
            f"weights-{stage.name}", "weights", f"What it weighs: {model.stage(stage.name).spec.title.lower()}", columns("Factor", "Points", "Odds ratio (95% interval)", "p-value", "Inflation", "E-value"), rows, data=weights_figure(fitted, stage.name),
            description="Points of rating from no to yes, or by one standard deviation, on average. What goes with an outcome need not cause it: the E-value says how strongly something unseen would have to go with both to explain it away.",
        )


def _watched(snapshot: Snapshot, fitted: Fitted) -> Iterator[dict[str, Any]]:
    """Whether the model still fits; nothing where that can't be worked out now."""
    memory, key = snapshot.memory, ("watched", fitted.model, fitted.version)
    if key not in memory:
        try:
            memory[key] = watched(snapshot.programme, snapshot.engine, snapshot.lake, snapshot.published, fitted, snapshot.made.date())
        except BoroughError as error:
            LOG.warning("%s can't be watched: %s", fitted.model, error.message)
            memory[key] = None
    told = memory[key]
    if told is None:
        return
    moved = sorted(told["drift"], key=lambda d: -(d["index"] or 0))[:15]
    yield figure("drift", "table", "How inputs and ratings have moved since it was fitted", columns("Input", "Stability index", "Says"), [cells(str(d["input"]).replace("_", " "), d["index"], str(d["says"])) for d in moved], description="Population stability index: 0.1 stirred, 0.25 moved. The fifteen that moved most.")
    yield figure("since", "table", "What visits since then found", columns("Reason", "Predicted", "Found"), [cells(str(r["reason"]).capitalize(), share(r["predicted"]), interval_said(r)) for r in told["reasons"]])
