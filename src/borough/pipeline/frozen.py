"""The linkage as it is frozen: parameters and term frequencies by which every run scores, until there is reason to freeze anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from borough.catalogue.identity import FREQUENCIES, FREQUENCY_COLUMNS, MODEL_COLUMNS, MODELS
from borough.compile.links import extra_fields
from borough.identity.people.model import Model, declared_model
from borough.identity.people.scoring import frequencies
from borough.identity.people.training import train
from borough.lake.model import Column
from borough.pipeline.context import Run
from borough.project.identity_specs import LinkageSpec

FREQUENT = "link_frequent"
GROWN = 2
"""A linkage frozen for so many times fewer records than there are, or more, is frozen anew."""
KIND = "4"
"""Of the shipped linkage and the way it is frozen: with another, everything is linked anew."""


@dataclass(frozen=True)
class Frozen:
    """A frozen linkage: its version, and the model. Its frequencies are in the temp table ``FREQUENT`` (field, value, share)."""

    version: int
    model: Model
    fresh: bool
    """Was it frozen in this very run? Then every pair is scored anew."""


def linkage_of(run: Run) -> LinkageSpec:
    """The linkage as the project declares it."""
    return run.project.linkages.get("person") or LinkageSpec(linkage="person")


def remembered(run: Run) -> dict[str, Any]:
    """What is carried from run to run about people: the frozen version, the next free id, what people decided."""
    found: dict[str, Any] = run.record.setdefault("entities", {}).setdefault("person", {})
    return found


def frozen_model(run: Run, nodes: str) -> Frozen:
    """The frozen linkage; frozen now where there is none, where another is declared or was trained, or where records have doubled."""
    known, declared = remembered(run), _declared(run)
    ((count, placed),) = run.engine.rows(f"SELECT count(*), count(property) FROM {nodes}")
    last = _last_model(run)
    frozen = known.get("frozen")
    stands = (
        frozen is not None and last is not None and frozen["version"] == last["version"] and frozen["declared"] == declared
        and frozen["records"] <= GROWN * count and count <= GROWN * max(frozen["records"], 500)
    )  # fmt: skip
    if stands and last is not None:
        table = run.engine.scan(run.files(FREQUENCIES), FREQUENCY_COLUMNS)
        run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {FREQUENT} AS SELECT field, value, share FROM {table}")
        return Frozen(int(last["version"]), Model.from_json(str(last["model"])), fresh=False)
    return _freeze(run, nodes, last, declared, int(count), int(placed))


def _declared(run: Run) -> str:
    said = [KIND, linkage_of(run).model_dump(mode="json"), extra_fields(run.project)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def _last_model(run: Run) -> Mapping[str, Any] | None:
    models = run.engine.scan(run.files(MODELS), MODEL_COLUMNS)
    rows = run.engine.rows(f"SELECT version, model, cause FROM {models} ORDER BY version DESC LIMIT 1")
    return dict(zip(("version", "model", "cause"), rows[0], strict=True)) if rows else None


def trained_base(run: Run) -> Model | None:
    """The linkage that was last trained on the council's own records, if one was."""
    models = run.engine.scan(run.files(MODELS), MODEL_COLUMNS)
    rows = run.engine.rows(f"SELECT model FROM {models} WHERE cause = 'trained' ORDER BY version DESC LIMIT 1")
    return Model.from_json(str(rows[0][0])) if rows else None


def _freeze(run: Run, nodes: str, last: Mapping[str, Any] | None, declared: str, count: int, placed: int) -> Frozen:
    run.progress.step("person", f"freezing the linkage for {count:,} distinct records")
    linkage, base, extras = linkage_of(run), trained_base(run), extra_fields(run.project)
    model, cause = declared_model(linkage, extras, records=count, base=base, today=run.recorded.date()), "declared" if linkage.comparisons or linkage.blocking else "shipped"
    if base is not None:
        cause = "trained"
    elif linkage.learn == "auto" and not placed and count:
        learnt = train(run.engine, nodes, model)
        model, cause = declared_model(linkage, extras, records=count, base=learnt, today=run.recorded.date()), "learnt"
    version = int(last["version"]) + 1 if last else 1
    note_model(run, model, version, cause=cause, who=run.options.who)
    frequencies(run.engine, nodes, model, FREQUENT)
    files = run.engine.copy(f"SELECT CAST({version} AS BIGINT) AS version, field, value, share FROM {FREQUENT} ORDER BY field, value NULLS FIRST", run.writer.new_file(FREQUENCIES))
    run.writer.replace(FREQUENCIES, files, [Column(name, kind) for name, kind in FREQUENCY_COLUMNS], app=FREQUENCIES)
    remembered(run)["frozen"] = {"version": version, "declared": declared, "records": count}
    return Frozen(version, model, fresh=True)


def note_model(run: Run, model: Model, version: int, *, cause: str, who: str) -> None:
    """Keep a linkage in the lake, with why there is a new one and whose doing it is."""
    records = [{"version": version, "model": model.to_json(), "cause": cause, "who": who, "run": run.writer.number, "recorded": run.recorded}]
    run.append_records(MODELS, records, MODEL_COLUMNS)


