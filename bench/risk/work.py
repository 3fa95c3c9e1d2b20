"""A model of a project that has been run, with its outcomes at hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from borough.compile.attributes.resolve import profiles
from borough.compile.models.fitted import Fitted
from borough.compile.models.model import Model
from borough.compile.models.resolve import models
from borough.engine.duckdb import DuckDBEngine
from borough.pipeline.modelling import Modelling
from borough.pipeline.outcomes import Outcomes
from borough.pipeline.survey import open_engine, open_lake
from borough.project.load import load
from borough.risk.fitting import Rows, fit_model
from borough.risk.measures import Flags


@dataclass
class Work:
    """One model, as of a day."""

    model: Model
    modelling: Modelling
    outcomes: Outcomes
    engine: DuckDBEngine

    def rows(self) -> Rows:
        return self.outcomes.gather()

    def fitted(self, rows: Rows, chosen: Flags) -> Fitted:
        made = fit_model(self.model, rows, chosen, lambda _: None)
        return Fitted(self.model.name, 1, str(self.modelling.as_of), "", "", "", "", made.stages, made.believed, made.wrong.false_yes, made.wrong.false_no, made.notes)


def opened(root: Path, name: str, day: dt.date) -> Work:
    """A project's model. Raises SystemExit for a project that was not run."""
    project = load(root)
    engine, lake = open_engine(project), open_lake(project)
    published = lake.published()
    if published is None:
        raise SystemExit(f"{root} has not been run")
    made = profiles(project)[0]
    model = models(project, made)[0][name]
    modelling = Modelling(project, engine, lake, published, made[model.entity], model, day, lambda _: None)
    return Work(model, modelling, Outcomes(project, engine, lake, published, made[model.entity], model, day), engine)


def tenths(labels: np.ndarray, chance: np.ndarray) -> float:
    """Mean absolute error of calibration over tenths of the probability."""
    parts = np.array_split(np.argsort(chance, kind="stable"), 10)
    return float(np.mean([abs(chance[p].mean() - labels[p].mean()) for p in parts]))


def line(what: str, value: object, limit: str = "", peer: str = "") -> None:
    print(f"{what:<58} {value!s:>12}   {limit:<28} {peer}", flush=True)
