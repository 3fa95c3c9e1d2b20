"""Fitting a declared model: each stage's regression, and how far the register is to be believed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from borough.compile.models.fitted import Crossed, FittedStage
from borough.compile.models.model import STATUSES, Model, Stage
from borough.compile.models.terms import MISSING, Encoding, Term, crossed, terms
from borough.errors import UsageError
from borough.risk.encoding import encode
from borough.risk.measures import Wrong
from borough.risk.register import Believed, Ways, believe, by_status, shift_of
from borough.risk.regression import Reals, Regression, Sample, fit, rounded, sigmoid

LEAST = 30
"""Outcomes of either kind that a regression needs."""
YARDSTICK = 200
"""Random visits from which they alone say how many homes in general are let."""
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """Outcomes with what was known before each. All arrays have a value for each row, in one order."""

    raw: Mapping[str, npt.NDArray[np.object_] | Reals]
    """Feature → its values."""
    labels: Mapping[str, Reals]
    """Stage → 1, 0, or NaN where a row tells nothing of it."""
    outcome: Reals
    entity: npt.NDArray[np.int64]
    """The entity, as a number."""
    day: npt.NDArray[np.datetime64]
    reason: npt.NDArray[np.object_]
    random: Flags
    statuses: Mapping[str, npt.NDArray[np.object_]]
    design: Callable[[Sequence[Term]], Reals]
    """Terms → their values (rows × terms)."""


@dataclass(frozen=True)
class Made:
    """What fitting made: the stages, how far the register is believed, and what there is to tell."""

    stages: tuple[FittedStage, ...]
    believed: Mapping[str, float]
    notes: tuple[str, ...]
    wrong: Wrong
    """How often the outcome is recorded wrongly."""


def fit_model(model: Model, rows: Rows, chosen: Flags, say: Callable[[str], None]) -> Made:
    """Fit a model on the chosen rows. Raises UsageError where they can't tell enough."""
    notes: list[str] = []
    stages: dict[str, tuple[FittedStage, Regression, Flags]] = {}
    reasons = _reasons(model, rows, chosen)
    for stage in model.stages:
        own = chosen & np.isfinite(rows.labels[stage.name])
        say(f"{stage.spec.title}: {int(own.sum()):,} outcomes")
        fitted, found = _fit_stage(model, stage, rows, own, reasons, notes)
        stages[stage.name] = (fitted, found, own)
    believed: Mapping[str, float] = {}
    first = next(iter(stages.values()))[0]
    wrong = Wrong(first.false_yes, first.false_no)
    register = model.spec.register_
    made = {name: fitted for name, (fitted, *_) in stages.items()}
    if register is not None:
        told, shift = _believe(model, rows, chosen, stages)
        believed = by_status(told.shares, STATUSES)
        wrong = Wrong(*rounded([told.false_yes, told.false_no]))
        rented = made[register.rented]
        made[register.rented] = replace(rented, intercept=rounded([rented.intercept + shift])[0])
    return Made(tuple(made.values()), believed, tuple(dict.fromkeys(notes)), wrong)


def _reasons(model: Model, rows: Rows, chosen: Flags) -> list[str]:
    """The reasons that have an intercept of their own: all but the random one, or but the commonest where none is random."""
    if model.reason is None:
        return []
    said = [str(r) for r in rows.reason[chosen] if r is not None]
    counts = {name: said.count(name) for name in sorted(set(said))}
    random = {str(r) for r in rows.reason[chosen & rows.random] if r is not None}
    base = random or ({max(counts, key=lambda n: (counts[n], n))} if counts else set())
    return [name for name in counts if name not in base]


def _fit_stage(model: Model, stage: Stage, rows: Rows, own: Flags, reasons: Sequence[str], notes: list[str]) -> tuple[FittedStage, Regression]:
    labels = rows.labels[stage.name][own]
    yes = int(labels.sum())
    if min(yes, len(labels) - yes) < LEAST:
        few = f"{yes:,} of {len(labels):,} outcomes are a yes"
        raise UsageError(f"{model.name}, {stage.spec.title}: {few}: too few to learn from", advice=f"a regression needs {LEAST} of either kind; more visits, a longer past, or a wider `where:` bring them")
    encodings, crosses = _encodings(stage, rows, own, notes)
    parts = [(e.name, terms(e)) for e in encodings] + [(f"{a.name} × {b.name}", crossed(a, b)) for a, b in crosses]
    listed = [t for _, some in parts for t in some]
    values = rows.design(listed)[own]
    kept = _useful(listed, values, notes)
    arms = np.column_stack([(rows.reason[own] == name).astype(np.float64) for name in reasons]) if reasons else np.zeros((int(own.sum()), 0))
    found = fit(Sample(values[:, kept], labels, rows.entity[own], arms), mistakes=model.spec.outcome.mistakes)
    weights = np.zeros(len(listed))
    weights[kept] = found.weights
    _separated(stage, found, labels, notes)
    place, by = 0, {}
    for name, some in parts:
        by[name] = rounded(weights[place : place + len(some)])
        place += len(some)
    fitted = FittedStage(
        stage.name, rounded([found.intercept])[0], tuple(encodings), {e.name: by[e.name] for e in encodings}, {}, tuple(Crossed(a.name, b.name, by[f"{a.name} × {b.name}"]) for a, b in crosses),
        found.penalty, rounded([found.false_yes])[0], rounded([found.false_no])[0], dict(zip(reasons, rounded(found.arms), strict=True)), len(labels), yes,
    )  # fmt: skip
    return fitted, found


def _encodings(stage: Stage, rows: Rows, own: Flags, notes: list[str]) -> tuple[list[Encoding], list[tuple[Encoding, Encoding]]]:
    made = {}
    for feature in stage.features:
        encoding = encode(feature, rows.raw[feature.name][own])
        if encoding is None:
            notes.append(f"{feature.name} says nothing of {stage.spec.title}: it is missing everywhere, or the same everywhere")
        else:
            made[feature.name] = encoding
    return list(made.values()), [(made[a], made[b]) for a, b in stage.interactions if a in made and b in made]


def _useful(listed: Sequence[Term], values: Reals, notes: list[str]) -> npt.NDArray[np.intp]:
    """The terms that vary and are no copy of an earlier one: of copies, one has all the weight."""
    first: dict[bytes, Term] = {}
    kept = []
    for i, term in enumerate(listed):
        column = np.ascontiguousarray(values[:, i])
        if column.size and column.min() == column.max():
            continue
        twin = first.setdefault((column - column[0]).tobytes(), term)
        if twin is term:
            kept.append(i)
        elif twin.feature != term.feature and MISSING not in (twin.label, term.label):
            notes.append(f"{term.feature} ({term.label}) says the same as {twin.feature} ({twin.label}): it has no weight of its own")
    return np.array(kept, dtype=np.intp)


def _separated(stage: Stage, found: Regression, labels: Reals, notes: list[str]) -> None:
    no, yes = found.held_out[labels == 0], found.held_out[labels == 1]
    if no.max() < yes.min():
        notes.append(f"{stage.spec.title} is told without any mistake on data that was not fitted on: look for a feature that is set by the outcome")


def _believe(model: Model, rows: Rows, chosen: Flags, stages: Mapping[str, tuple[FittedStage, Regression, Flags]]) -> tuple[Believed, float]:
    register = model.spec.register_
    if register is None:
        raise ValueError("the model reads no register")
    usable = chosen & np.isfinite(rows.outcome)
    chances = {name: _held_out(rows, fitted, found, own) for name, (fitted, found, own) in stages.items()}
    arms = np.zeros(len(rows.outcome))
    _, found, own = stages[register.rented]
    arms[own] = found.held_out_arms
    left, ways = np.ones(len(rows.outcome)), []
    for name, way in register.ways.items():
        if way.stage is not None:
            chance = sigmoid(chances[way.stage])
            left = left - chance
            ways.append((chance, rows.statuses[name]))
    rest = next(name for name, way in register.ways.items() if way.stage is None)
    homes = Ways(chances[register.rented] + arms, [*ways, (np.maximum(left, 0), rows.statuses[rest])], rows.outcome)
    believed = believe(homes.of(usable), mistakes=model.spec.outcome.mistakes)
    random = usable & rows.random
    return believed, shift_of(homes.of(random), believed) if random.sum() >= YARDSTICK else 0.0


def _held_out(rows: Rows, fitted: FittedStage, found: Regression, own: Flags) -> Reals:
    """The log-odds of each row: of those that it was fitted on, as the others would have them."""
    known = {e.name: e for e in fitted.encodings}
    listed = [t for e in fitted.encodings for t in terms(e)] + [t for c in fitted.crossed for t in crossed(known[c.left], known[c.right])]
    weights = np.array([w for e in fitted.encodings for w in fitted.weights[e.name]] + [w for c in fitted.crossed for w in c.weights])
    logit: Reals = fitted.intercept + rows.design(listed) @ weights
    logit[own] = found.held_out
    return logit
