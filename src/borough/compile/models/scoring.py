"""Fitted models as SQL: probability, rating, band and what drives it, in one expression over attributes."""

from __future__ import annotations

from collections.abc import Mapping

from borough.compile.models.fitted import Fitted, FittedStage
from borough.compile.models.model import REGISTER, Model, kept_ratings
from borough.compile.models.terms import crossed, weighed_sql
from borough.engine.quoting import literal, quoted

DRIVERS = 5
"""How many features that move a rating are kept with it."""
SEEN_LIMIT = 0.05
"""Points below which a driver is not told."""
PATH, STEP = (0.1, 0.3, 0.5, 0.7, 0.9), 0.05
"""Places on the way from the usual at which the slope is taken, and the log-odds by which."""


def added_sql(stage: FittedStage) -> dict[str, str]:
    """Feature (or two of them) → SQL of what it adds to a stage's log-odds."""
    known = {e.name: e for e in stage.encodings}
    added = {e.name: weighed_sql(e, stage.weights[e.name]) for e in stage.encodings if any(stage.weights[e.name])}
    for pair in stage.crossed:
        terms = [f"{weight!r} * {term.sql}" for term, weight in zip(crossed(known[pair.left], known[pair.right]), pair.weights, strict=True) if weight]
        if terms:
            added[f"{pair.left} × {pair.right}"] = f"({' + '.join(terms)})"
    return added


def logit_sql(stage: FittedStage) -> str:
    """SQL of a stage's log-odds over the columns of attributes."""
    return " + ".join([repr(stage.intercept), *added_sql(stage).values()])


def sigmoid_sql(logit: str) -> str:
    return f"(1 / (1 + exp(-({logit}))))"


def probability_sql(model: Model, fitted: Fitted, chances: Mapping[str, str], statuses: Mapping[str, str]) -> str:
    """SQL of the final probability. ``chances``: stage → SQL of its probability; ``statuses``: way of letting → SQL of what the register says of it."""
    register = model.spec.register_
    if register is None:
        return chances[model.stages[0].name]
    left, parts = "1", []
    for way, spec in register.ways.items():
        if spec.stage is not None:
            parts.append(f"{chances[spec.stage]} * {believed_sql(fitted, statuses[way])}")
            left += f" - {chances[spec.stage]}"
    rest = next(way for way, spec in register.ways.items() if spec.stage is None)
    parts.append(f"greatest({left}, 0) * {believed_sql(fitted, statuses[rest])}")
    return f"({chances[register.rented]} * ({' + '.join(parts)}))"


def believed_sql(fitted: Fitted, status: str) -> str:
    """SQL of the share of homes of which the register says so that are let without the licence that they need."""
    cases = " ".join(f"WHEN {literal(said)} THEN {share!r}" for said, share in sorted(fitted.believed.items()))
    return f"CASE {status} {cases} ELSE 0.0 END"


def band_sql(model: Model, rating: str) -> str:
    *above, (low, _) = model.bands
    whens = " ".join(f"WHEN {rating} >= {edge!r} THEN {literal(name)}" for name, edge in above)
    return f"CASE {whens} ELSE {literal(low)} END"


def chance_sql(model: Model, fitted: Fitted) -> str:
    """One SQL expression of the probability over the columns of attributes and of what the register says (``licence_WAY``)."""
    chances = {s.name: sigmoid_sql(logit_sql(s)) for s in fitted.stages}
    return probability_sql(model, fitted, chances, {way: quoted(REGISTER + way) for way in model.ways})


def scored_sql(model: Model, fitted: Fitted, rows: str) -> str:
    """SQL (``kept_ratings``) of the ratings of ``rows``: ``entity``, attributes, what the register says, and ``inputs``, by which all of that is remembered."""
    statuses = {way: quoted(REGISTER + way) for way in model.ways}
    cells, base = [], {}
    for stage in fitted.stages:
        for i, (name, sql) in enumerate(added_sql(stage).items()):
            base[f"_a_{stage.name}_{i}"] = (stage, name)
            cells.append(f"{sql} AS {quoted(f'_a_{stage.name}_{i}')}")
    kept = ", ".join(["entity", *statuses.values(), "inputs", f"{unseen_sql(fitted)} AS unseen", *cells])
    added = f"(SELECT {kept} FROM {rows})"
    logits = {s.name: " + ".join([repr(s.intercept), *(quoted(c) for c, (stage, _) in base.items() if stage is s)]) for s in fitted.stages}
    staged = f"(SELECT *, {_named('_z_', logits)} FROM {added})"
    chances = {name: sigmoid_sql(quoted("_z_" + name)) for name in logits}
    final = probability_sql(model, fitted, {name: quoted("p_" + name) for name in chances}, statuses)
    moving = {name: _pull(model, fitted, statuses, name) for name in logits}
    usual = probability_sql(model, fitted, {s.name: sigmoid_sql(repr(_base(s))) for s in fitted.stages}, statuses)
    probable = f"(SELECT *, {final} AS _p, {usual} AS _usual, {_named('_g_', moving)} FROM (SELECT *, {_named('p_', chances)} FROM {staged}))"
    rated = f"(SELECT *, round(100 * _p, 3) AS rating, round(_p, 6) AS probability, {drivers_sql(base)} AS drivers FROM (SELECT *, {' + '.join(_moved(base).values()) or '0'} AS _t FROM {probable}))"
    listed = {"band": band_sql(model, "rating"), "version": f"CAST({fitted.version} AS BIGINT)", **{f"p_{s.name}": f"round({quoted('p_' + s.name)}, 6)" for s in fitted.stages}}
    columns = ", ".join(f"{listed.get(name, quoted(name))} AS {quoted(name)}" for name, _ in kept_ratings(model))
    return f"(SELECT {columns} FROM {rated})"


def _base(stage: FittedStage) -> float:
    """The log-odds of somebody whose every feature is as it is on average."""
    return stage.intercept + sum(stage.usual.values())


def _pull(model: Model, fitted: Fitted, statuses: Mapping[str, str], name: str) -> str:
    """SQL of by how much the probability moves with a stage's log-odds, on the way from somebody who is as usual: integrated gradients (Sundararajan and others 2017)."""
    steps = []
    for part in PATH:
        way = {s.name: f"({_base(s)!r} + {part} * ({quoted('_z_' + s.name)} - {_base(s)!r}))" for s in fitted.stages}
        up, down = (probability_sql(model, fitted, {s: sigmoid_sql(z if s != name else f"{z} + {step}") for s, z in way.items()}, statuses) for step in (STEP, -STEP))
        steps.append(f"({up} - {down})")
    return f"(({' + '.join(steps)}) / {2 * STEP * len(PATH)!r})"


def _named(prefix: str, cells: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} AS {quoted(prefix + name)}" for name, sql in cells.items())


def _moved(base: Mapping[str, tuple[FittedStage, str]]) -> dict[str, str]:
    """Feature → SQL of by how much it moves the probability, nearly."""
    return {name: " + ".join(f"{quoted('_g_' + s.name)} * ({quoted(c)} - {s.usual.get(n, 0.0)!r})" for c, (s, n) in base.items() if n == name) for name in dict.fromkeys(n for _, n in base.values())}


def drivers_sql(base: Mapping[str, tuple[FittedStage, str]]) -> str:
    """SQL of the features that move the rating most: a JSON list of [feature, points], the greatest first. All features' points add up to the rating less that of somebody who is as usual."""
    moved = _moved(base)
    if not moved:
        return "'[]'"
    parts = ", ".join(f"{{'f': {literal(name)}, 'p': {sql}}}" for name, sql in moved.items())
    scaled = f"list_transform([{parts}], lambda d: {{'f': d.f, 'p': round(CASE WHEN abs(_t) > 1e-9 THEN 100 * d.p * (_p - _usual) / _t ELSE 0 END, 1)}})"
    sized = f"list_transform(list_filter({scaled}, lambda d: abs(d.p) >= {SEEN_LIMIT}), lambda d: {{'s': -abs(d.p), 'f': d.f, 'p': d.p}})"
    return f"CAST(to_json(list_transform(list_slice(list_sort({sized}), 1, {DRIVERS}), lambda d: [d.f, CAST(d.p AS VARCHAR)])) AS VARCHAR)"


def unseen_sql(fitted: Fitted) -> str:
    """SQL of the categories that the model was never shown, by feature; null where there are none."""
    texts = {e.name: e for s in fitted.stages for e in s.encodings if e.transform == "categories" and not e.name.startswith(REGISTER)}
    seen = [f"CASE WHEN {quoted(name)} IS NOT NULL AND CAST({quoted(name)} AS VARCHAR) NOT IN ({', '.join(literal(v) for v in (*e.levels, *e.rare)) or 'NULL'}) THEN {literal(name)} END" for name, e in sorted(texts.items())]
    return f"nullif(concat_ws(', ', {', '.join(seen)}), '')" if seen else "CAST(NULL AS VARCHAR)"
