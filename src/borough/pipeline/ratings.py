"""Ratings of a published run, for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from borough.compile.models.model import Model
from borough.compile.models.resolve import models
from borough.compile.published_dna import rating_relation
from borough.engine.duckdb import DuckDBEngine
from borough.errors import UsageError
from borough.governance.classification import Relation
from borough.lake.lake import Lake
from borough.lake.model import Published
from borough.project.explain import nearest
from borough.project.load import Project


@dataclass(frozen=True)
class Ratings:
    """Reads the ratings of a published run."""

    project: Project
    engine: DuckDBEngine
    lake: Lake
    published: Published

    def model(self, name: str | None) -> Model:
        """The declared model of this name, or the only one. Raises UsageError."""
        from borough.compile.attributes.resolve import profiles

        declared, _ = models(self.project, profiles(self.project)[0])
        return chosen_model(declared, name)

    def relation(self, model: str | None = None) -> Relation:
        """A model's ratings. Raises UsageError where it was not fitted, or nobody is rated by it yet."""
        found = self.model(model)
        made = self.published.record.get("ratings", {}).get(found.name)
        if not made:
            raise UsageError(f"nobody is rated by {found.name} yet", advice=f"borough model fit {found.name}, then borough run")
        return rating_relation(found, self.engine, lambda table: self.lake.table(table, self.published), made.get("day"))


def chosen_model(declared: Mapping[str, Model], name: str | None) -> Model:
    """The model of a name, or the only one. Raises UsageError."""
    if not declared:
        raise UsageError("no model is declared", advice="borough model add copies that of the library; or declare models/NAME.yaml")
    if name is None:
        if len(declared) > 1:
            raise UsageError("there are several models", advice=f"name one: {', '.join(sorted(declared))}")
        return next(iter(declared.values()))
    if name not in declared:
        near = nearest(name, declared)
        raise UsageError(f"no model is called {name!r}" + (f"; did you mean {near!r}?" if near else ""), advice=f"declared: {', '.join(sorted(declared))}")
    return declared[name]
