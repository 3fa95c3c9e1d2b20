"""What is published of a fitted model, for those who read it elsewhere than on a terminal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from borough.compile.models.fitted import Fitted
from borough.compile.programme import Programme
from borough.engine.duckdb import DuckDBEngine
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.pipeline.modelling import Modelling, monitored


def transparency_record(programme: Programme, fitted: Fitted) -> str:
    """The record of the Algorithmic Transparency Recording Standard, as Markdown."""
    from borough.risk.card import record

    model = programme.models[fitted.model]
    return record(programme.project, model, fitted, programme.profiles[model.entity])


def watched(programme: Programme, engine: DuckDBEngine, lake: Lake, published: Published, fitted: Fitted, today: dt.date) -> dict[str, Any]:
    """How inputs and ratings have moved since a model was fitted, and what visits since then found."""
    model = programme.models[fitted.model]
    made = published.record.get("profiles", {}).get(model.entity)
    day = dt.date.fromisoformat(made["day"]) if made else today
    return monitored(Modelling(programme.project, engine, lake, published, programme.profiles[model.entity], model, day, lambda _: None), fitted)
