"""The linkage as it is frozen: parameters and term frequencies by which every run scores, until someone trains or declares anew."""

from __future__ import annotations

from dataclasses import dataclass

from borough.identity.people.model import Model
from borough.pipeline.context import Run
from borough.project.identity_specs import LinkageSpec


@dataclass(frozen=True)
class Frozen:
    """A frozen linkage: its version, the model with its frequencies, and when two records are one person."""

    version: int
    model: Model
    fresh: bool
    """Was it frozen in this very run? Then every pair is scored anew."""


def linkage_of(run: Run) -> LinkageSpec:
    """The linkage as the project declares it."""
    return run.project.linkages.get("person") or LinkageSpec(linkage="person")
