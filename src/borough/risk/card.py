"""The model card, in the layout of the Algorithmic Transparency Recording Standard (Cabinet Office, version 3): generated from what was fitted, so that it can't differ from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from borough.compile.attributes.model import APPEARANCE, Profile
from borough.compile.models.fitted import Fitted
from borough.compile.models.guard import FORBIDDEN
from borough.compile.models.model import Model
from borough.project.load import Project
from borough.risk.measures import interval, percent

UNSAID = "*Not said in the declaration: say it there.*"
TOLD = 15
"""Factors that are listed of each stage."""


def record(project: Project, model: Model, fitted: Fitted, profile: Profile) -> str:
    """The record as Markdown."""
    parts = [*_first(project, model, fitted), *_owner(project, model), *_rationale(model), *_process(model), *_specification(model, fitted), *_performance(model, fitted), *_data(project, model, fitted, profile), *_risks(model, fitted)]
    return "\n".join(parts) + "\n"


def _first(project: Project, model: Model, fitted: Fitted) -> Iterator[str]:
    yield f"# Algorithmic transparency record: {model.spec.title}"
    yield f"\n{project.borough.borough} · `{model.name}` version {fitted.version} · fitted {fitted.made[:10]} on what was known on {fitted.as_of} · Borough {fitted.code}"
    yield "\n## Tier 1: summary\n"
    yield f"- **Name:** {model.spec.title}"
    yield f"- **Description:** {model.spec.meaning.strip()}"
    yield f"- **Contact:** {model.spec.contact or UNSAID}"


def _owner(project: Project, model: Model) -> Iterator[str]:
    yield "\n## Tier 2\n\n### 1. Owner and responsibility\n"
    yield f"- **Organisation:** {project.borough.borough}"
    yield f"- **Owner:** {model.spec.owner or UNSAID}"
    yield "- **Supplier:** none: fitted by the council from its own declarations and data"


def _rationale(model: Model) -> Iterator[str]:
    yield "\n### 2. Description and rationale\n"
    yield f"- **What it does:** gives each {model.entity} a rating from 0 to 100, in bands: " + ", ".join(f"{name} (from {edge:g})" for name, edge in model.bands) + "."
    yield f"- **What a high rating says:** {model.spec.meaning.strip()}"
    yield "- **Why:** visits find more where evidence points, and people of whom nothing suggests it are left in peace. The alternatives, complaints and officers' habits, are measured below."


def _process(model: Model) -> Iterator[str]:
    yield "\n### 3. Decision-making process\n"
    yield f"- **Decision and human in it:** {(model.spec.decision or UNSAID).strip()}"
    yield "- **What it never does:** no rating sends a letter, refuses anything or changes a record. A person looks at the evidence and decides."
    yield "- **Putting it right:** whoever is concerned may ask what is held and have it corrected in the system that it comes from; the next run rates anew."


def _specification(model: Model, fitted: Fitted) -> Iterator[str]:
    yield "\n### 4. Technical specification\n"
    yield "- **Method:** logistic regression with a ridge penalty, chosen by cross-validation; calibrated on rows that it was not fitted on; weights rounded, so that the same data give the same model to the byte."
    yield f"- **Identity:** declaration `{fitted.declared}`, data `{fitted.data}`, code {fitted.code}."
    for stage in fitted.stages:
        spec = model.stage(stage.name).spec
        given = f", given {model.stage(spec.given).spec.title.lower()}" if spec.given else ""
        yield f"- **Stage {stage.name}:** {spec.title}{given}; {stage.rows:,} outcomes, {stage.yes:,} of them a yes; {len(stage.encodings)} features; penalty 1/{stage.penalty:g}."
    if fitted.believed:
        yield "- **Licensing:** whether a licence is needed and held is a join to the register by the rules of the day, never learned. How far the register is to be believed is estimated: where it says " + ", ".join(f"*{said}*, {share:.1%}" for said, share in fitted.believed.items()) + " of homes so let have no licence that covers them."
    if model.spec.outcome.mistakes:
        yield f"- **Outcomes recorded wrongly:** estimated at {fitted.false_yes:.1%} of noes and {fitted.false_no:.1%} of yeses, and allowed for."
    if model.reason is not None:
        yield "- **Who was visited:** visits are no random sample. Each reason for a visit has an intercept of its own, and ratings take that of visits drawn at random."
    for stage in fitted.stages:
        yield f"\n**Which factors go with *{model.stage(stage.name).spec.title.lower()}*, and by how much** (association, not cause)\n"
        yield from _table(("factor", "points", "odds ratio", "95% interval", "p-value", "E-value"), [(f["factor"], f"{f['points']:+.1f}", f"{f['odds_ratio']:.3g}", f"{f['odds_low']:.3g} to {f['odds_high']:.3g}", f"{f['p_value']:.2g}", f["e_value"]) for f in fitted.report["factors"][stage.name] if "points" in f][:TOLD])


def _performance(model: Model, fitted: Fitted) -> Iterator[str]:
    report = fitted.report
    told, rival = report["discrimination"], report["challenger"]
    yield "\n### 5. How well it does\n"
    split = report["split"]
    yield f"Judged by {told['n']:,} outcomes that it was not fitted on ({'those after ' + split['after'] if split['kind'] == 'time' else 'held out by ' + split['by']}).\n"
    corrected = told.get("roc_auc_corrected")
    yield f"- ROC-AUC {told['roc_auc']}" + (f" ({corrected} put right for outcomes recorded wrongly)" if corrected else "") + f", PR-AUC {told['pr_auc']}, Brier score {told['brier']}; gradient boosting on the same features {rival['roc_auc']}."
    yield f"- Calibration slope {report['calibration']['slope']}, mean error over tenths {report['calibration']['error']:.3f}, of what was recorded."
    yield "\n" + "\n".join(_table(("band", "predicted", "visits found", "put right"), [(b["band"], percent(b["predicted"]), interval(b["naive"]), interval(b["corrected"])) for b in report["bands"]]))
    if report["reasons"]:
        yield "\n" + "\n".join(_table(("why somebody went", "found"), [(r, interval(s)) for r, s in report["reasons"].items()]))
    if report["areas"]:
        yield "\n" + "\n".join(_table(("area", "predicted", "found"), [(a["value"], percent(a["predicted"]), interval(a)) for a in report["areas"]]))


def _data(project: Project, model: Model, fitted: Fitted, profile: Profile) -> Iterator[str]:
    yield "\n### 6. Data\n"
    named = [a for n in model.attributes if (a := profile.attribute(n)) is not None]
    datasets = sorted({d for a in named for one in profile.only([a.name]).attributes if one.source is not None for d in [one.source.dataset] if d != APPEARANCE})
    yield f"- **Outcomes:** `{model.spec.outcome.from_}`; {fitted.report['rows']['usable']:,} that say something, {fitted.report['rows']['random']:,} of them drawn at random."
    yield "- **Datasets behind the features:** " + ", ".join(f"{project.datasets[d].title or d} (`{d}`)" for d in datasets) + "."
    yield f"- **Purposes:** {', '.join(model.spec.purposes) or 'none named'}; classification {model.classification}."
    yield "- **Point in time:** every feature is read as it was known at the end of the day before the outcome. Identity links are today's, applied to the records known then."
    yield "\n" + "\n".join(_table(("feature", "what it says", "from"), [(a.spec.title, a.spec.meaning, a.source.dataset if a.source else ", ".join(a.reads)) for a in named]))


def _risks(model: Model, fitted: Fitted) -> Iterator[str]:
    report = fitted.report
    yield "\n### 7. Risks and what is done about them\n"
    yield f"- **Never features:** {', '.join(FORBIDDEN)}; nothing that the outcome or a visit sets. Refused by name before anything is read."
    yield "- **Proxies:** how much each feature tells by itself of the groups compared: " + (", ".join(f"{p['feature']} of {p['group']} {p['told']:.0%}" for p in report["proxies"][:5]) or "no groups are declared") + "."
    yield "- **Unequal harm:** the widest gap in false alarms between groups: " + (", ".join(f"{name} {gap:.1%}" for name, gap in report["differences"].items()) or "no groups are declared") + "."
    if report["spared"]:
        yield f"- **People who should be spared:** {interval(report['spared']['rated highest'])} of them are rated highest."
    yield "- **Only those visited have outcomes:** naive and corrected shares side by side: " + ", ".join(f"{name} {interval(s)}" for name, s in report["shares"].items()) + "."
    yield "- **Drift:** `borough model monitor` compares inputs, ratings and outcomes with those at the fit."
    for note in fitted.notes:
        yield f"- Noted when it was fitted: {note}."


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(str(cell).replace("|", "/").replace("\n", " ") for cell in row) + " |"
