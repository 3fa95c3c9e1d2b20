"""Models with everything filled in and bound: what the YAML says, against the attributes that there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from borough.compile.attributes.model import Source
from borough.compile.expressions import Bound
from borough.project.model_specs import ModelSpec, StageSpec

REGISTER = "licence_"
"""What the register says of a way of letting is a feature under this prefix and the way's name."""
STATUSES = ("unlicensed", "licensed", "applied", "exempt", "not needed")
LOW = "Low"
"""The band below all bands that are declared."""


Columns = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Feature:
    """An attribute, and how it enters. ``kind``: number, yes (a yes or no) or text."""

    name: str
    kind: str
    transform: str
    into: int


@dataclass(frozen=True)
class Stage:
    """One regression, bound."""

    name: str
    spec: StageSpec
    yes: Bound
    where: Bound | None
    features: tuple[Feature, ...]
    interactions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Model:
    """A declared model, ready to be fitted."""

    name: str
    spec: ModelSpec
    key_type: str
    source: Source
    on: Bound
    where: Bound | None
    yes: Bound
    reason: Bound | None
    random: Bound | None
    spare: Bound | None
    population: Bound | None
    stages: tuple[Stage, ...]
    area: tuple[str, str, str] | None = None
    """Dataset of the entity's own, its key, and the column with the area's name."""
    classification: str = "internal"
    """The strictest of its features: its ratings are no less."""
    ways: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Way of letting → people, households."""

    @property
    def entity(self) -> str:
        return self.spec.entity

    @property
    def attributes(self) -> tuple[str, ...]:
        """The attributes that are read for its features."""
        return tuple(dict.fromkeys(f.name for s in self.stages for f in s.features if not f.name.startswith(REGISTER)))

    @property
    def reads(self) -> tuple[str, ...]:
        """All attributes that are read: for features, for whom is rated, for how it is judged."""
        own = self.population.columns if self.population is not None else ()
        split = (self.spec.split.by,) if self.spec.split.by else ()
        named = [c.removesuffix("_missing") for c in own if c != "as_of"]
        return tuple(dict.fromkeys((*self.attributes, *named, *self.spec.fairness, *split)))

    @property
    def stage_names(self) -> tuple[str, ...]:
        return tuple(s.name for s in self.stages)

    def stage(self, name: str) -> Stage:
        return next(s for s in self.stages if s.name == name)

    def band(self, rating: float) -> str:
        """The band of a rating."""
        found = [(edge, name) for name, edge in self.spec.bands.items() if rating >= edge]
        return max(found)[1] if found else LOW

    @property
    def bands(self) -> tuple[tuple[str, float], ...]:
        """Bands with the rating from which each begins, the highest first, and the lowest."""
        ordered = sorted(self.spec.bands.items(), key=lambda band: -band[1])
        return (*ordered, (LOW, 0.0))


def kept_ratings(model: Model) -> Columns:
    """The columns of a model's ratings as they are kept, with the lake's types."""
    key = "long" if model.key_type == "integer" else "string"
    statuses = tuple((f"{REGISTER}{way}", "string") for way in model.ways)
    stages = tuple((f"p_{stage.name}", "double") for stage in model.stages)
    return (("entity", key), ("rating", "double"), ("probability", "double"), ("band", "string"), *stages, *statuses, ("drivers", "string"), ("unseen", "string"), ("version", "long"), ("inputs", "string"))


def rating_columns(model: Model) -> Columns:
    """The columns of a model's ratings as they are read: the entity by its name, and the day as of which they are."""
    kept = [column for column in kept_ratings(model)[1:] if column[0] != "inputs"]
    return ((model.entity, kept_ratings(model)[0][1]), ("as_of", "date"), *kept, ("status", "string"))
