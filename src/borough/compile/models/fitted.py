"""A fitted model as data: what is stored in the lake, and what its SQL is made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from borough.compile.models.terms import Encoding
from borough.errors import UsageError

FORMAT = 1
"""Of the document: another version's can't be read."""


@dataclass(frozen=True)
class Crossed:
    """Two features that work differently together, with the weights of their terms."""

    left: str
    right: str
    weights: tuple[float, ...]


@dataclass(frozen=True)
class FittedStage:
    """One regression: calibrated log-odds are ``intercept`` and what each feature adds."""

    name: str
    intercept: float
    encodings: tuple[Encoding, ...]
    weights: Mapping[str, tuple[float, ...]]
    """Feature → the weights of its terms."""
    usual: Mapping[str, float]
    """Feature → what it adds on average among those who are rated: from there its effect on one is told."""
    crossed: tuple[Crossed, ...] = ()
    penalty: float = 0.0
    false_yes: float = 0.0
    """The estimated chance that a no is recorded as a yes."""
    false_no: float = 0.0
    reasons: Mapping[str, float] = field(default_factory=dict)
    """Why somebody went → by how much that moves the log-odds."""
    rows: int = 0
    yes: int = 0


@dataclass(frozen=True)
class Fitted:
    """A fitted model with everything that tells what it was fitted on, by what."""

    model: str
    version: int
    as_of: str
    made: str
    code: str
    declared: str
    """The declaration's fingerprint."""
    data: str
    """The fingerprint of the rows that it was fitted on."""
    stages: tuple[FittedStage, ...]
    believed: Mapping[str, float] = field(default_factory=dict)
    """What the register says → the estimated share of homes, let so, that have no licence all the same."""
    false_yes: float = 0.0
    """The estimated chance that the outcome is recorded as a yes where it is none."""
    false_no: float = 0.0
    notes: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    """What evaluation found: see ``risk/``."""

    def stage(self, name: str) -> FittedStage:
        return next(s for s in self.stages if s.name == name)

    def to_json(self) -> str:
        """The document: the same model gives the same text, to the byte."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True, ensure_ascii=False, allow_nan=False)

    @staticmethod
    def from_json(text: str) -> Fitted:
        """Read a document. Raises UsageError for one of another format."""
        said = json.loads(text)
        if said.pop("format", None) != FORMAT:
            raise UsageError("the fitted model was written by another version of Borough", advice="borough model fit fits it anew")
        stages = tuple(
            FittedStage(**{
                **s, "encodings": tuple(Encoding(**{**e, "edges": tuple(e["edges"]), "levels": tuple(e["levels"]), "rare": tuple(e["rare"])}) for e in s["encodings"]),
                "weights": {k: tuple(v) for k, v in s["weights"].items()},
                "crossed": tuple(Crossed(c["left"], c["right"], tuple(c["weights"])) for c in s["crossed"]),
            })
            for s in said.pop("stages")
        )  # fmt: skip
        return Fitted(**{**said, "stages": stages, "notes": tuple(said["notes"])})
