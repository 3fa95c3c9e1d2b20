"""A linkage of people, frozen: what is compared and how much each level weighs, which records are compared at all, and when two are one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

from borough.errors import UsageError
from borough.identity.people.blocking import GROWN
from borough.identity.people.levels import SHIPPED, Comparison, extra
from borough.project.identity_specs import LinkageSpec

RULE_FIELDS = (
    "surname", "first", "root", "pair", "rooted", "shape", "initial", "tokens", "sound", "sound_first", "dob", "year", "month", "day", "nino", "nhs", "email", "mailbox", "phone",
    "reference", "property", "postcode", "district",
)  # fmt: skip
"""Fields by which records may be brought together, beside the extra ones."""
_ALSO = {"first_name": "first", "date_of_birth": "dob", "nhs_number": "nhs"}


@dataclass(frozen=True)
class Weighed:
    """The two probabilities of one level: among pairs of one person, and among pairs of two."""

    m: float
    u: float

    @property
    def bits(self) -> float:
        """The weight as log2 of the Bayes factor."""
        return math.log2(self.m / self.u)


@dataclass(frozen=True)
class Model:
    """A frozen linkage. Two records' weight follows from it, its frequencies and the two records alone."""

    weights: Mapping[str, tuple[Weighed, ...]]
    """By field: a pair of probabilities for each level."""
    kinds: Mapping[str, str]
    """The extra fields, and how each is compared."""
    blocking: tuple[tuple[str, ...], ...]
    prior: float
    """log2 of the odds that two records taken at random are one person."""
    match_above: float
    review_above: float
    floor: float
    """Mean bits between two groups of records below which they are not joined."""
    chance: float
    """Bits more that the strongest link between two groups needs, for each doubling of the pairs between them."""
    cap: int
    """Pairs in one block above which it is not compared."""
    grown: str | None = None
    """The day (ISO) after which whoever was born was a child when the linkage was frozen."""

    @property
    def grown_before(self) -> dt.date | None:
        """Whoever was born later was a child when the linkage was frozen."""
        return dt.date.fromisoformat(self.grown) if self.grown else None

    @property
    def version(self) -> str:
        """Ten letters that differ when anything of the model does."""
        return hashlib.md5(self.to_json().encode(), usedforsecurity=False).hexdigest()[:10]

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """What is compared, in order."""
        every = (*SHIPPED, *(extra(field, kind) for field, kind in self.kinds.items() if kind != "off"))
        return tuple(c for c in every if c.field in self.weights)

    def to_json(self) -> str:
        """The model as text, the same for equal models."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Model:
        """The model that ``to_json`` gave."""
        said: dict[str, Any] = json.loads(text)
        weights = {field: tuple(Weighed(**level) for level in levels) for field, levels in said.pop("weights").items()}
        return cls(weights=weights, blocking=tuple(map(tuple, said.pop("blocking"))), **said)

    def with_prior(self, records: int) -> Model:
        """The model for so many distinct records: the more there are, the less likely are two of them one person.

        Few records can be brought together by less: up to a few thousand all are compared with all.
        """
        broad = BROAD if records <= SOME else ()
        rules = ((),) if records <= FEW else tuple(dict.fromkeys((*self.blocking, *broad)))
        size = math.log2(max(records, 2 * MATES))
        # One false link joins more people the more there are; among few, evidence is thin and chains are short.
        match, floor, chance = (self.match_above, self.floor, self.chance) if records > FEW else (self.match_above - 1.5, self.floor + 1.5, 0.0)
        cap = self.cap if records > SOME else max(self.cap, 50_000)
        return replace(self, cap=cap, floor=floor, chance=chance, prior=round(math.log2(MATES) - size, 6), blocking=rules, match_above=match, review_above=min(self.review_above, match - 3))


FEW, SOME = 3_000, 100_000
BROAD = (
    ("dob",), ("email",), ("mailbox",), ("phone",), ("property",), ("surname",), ("root",), ("first",),
    ("sound", "initial"), ("sound_first", "year"), ("postcode", "year"), ("postcode", "initial"), ("year", "month", "initial"), ("month", "day", "initial"), ("month", "day", "sound"),
)  # fmt: skip
"""Rules that only fewer than some 100,000 records can afford."""
MATES = 4
"""Other distinct records that a record's person has, about: only its magnitude matters."""


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The linkage that Borough ships, for councils' data."""
    said = yaml.safe_load(resources.files("borough.identity.people").joinpath("default.yaml").read_text(encoding="utf-8"))
    weights = {c.field: tuple(Weighed(*said["comparisons"][c.field][level.words]) for level in c.levels) for c in SHIPPED}
    return Model(
        weights=weights, kinds={}, blocking=tuple(map(tuple, said["blocking"])), prior=float(said["prior"]),
        match_above=float(said["match_above"]), review_above=float(said["review_above"]), floor=float(said["floor"]), chance=float(said["chance"]), cap=int(said["cap"]),
    )  # fmt: skip


_EXTRA = {"text": ((0.7, 0.01), (0.15, 0.004), (0.05, 0.04), (0.1, 0.946)), "exact": ((0.85, 0.01), (0.15, 0.99)), "number": ((0.8, 0.01), (0.1, 0.03), (0.1, 0.96)),
          "date": ((0.85, 0.0001), (0.08, 0.001), (0.03, 0.02), (0.005, 0.005), (0.005, 0.02), (0.01, 0.2), (0.02, 0.75))}  # fmt: skip


def declared_model(linkage: LinkageSpec, extras: Sequence[str] = (), *, records: int | None = None, base: Model | None = None, today: dt.date | None = None) -> Model:
    """The shipped linkage (or ``base``, a trained one) with what a project declares in place.

    ``extras`` are the fields of ``other:`` in the datasets; ``records`` how many distinct records there are, which gives the prior.
    ``today`` tells children from those whom a record shows to be grown up. Raises UsageError where a rule or a comparison names an unknown field, or has too few or too many weights.
    """
    model = shipped() if base is None else replace(shipped(), weights=base.weights, kinds=base.kinds)
    kinds = {**model.kinds, **{field: "text" for field in extras if field not in model.kinds}}
    kinds.update({field: spec.kind for field, spec in linkage.comparisons.items() if field in kinds})
    weights = {f: w for f, w in model.weights.items() if f not in kinds or kinds[f] == model.kinds.get(f)}
    for field, kind in kinds.items():
        if kind != "off" and field not in weights:
            weights[field] = tuple(Weighed(*pair) for pair in _EXTRA[kind])
    for name, spec in linkage.comparisons.items():
        field = _ALSO.get(name, name)
        if field not in weights and field not in kinds:
            raise UsageError(f"linkage person: nothing called {name!r} is compared", advice=f"name one of {', '.join(weights)}, or a field of `other:`")
        if spec.kind == "off":
            weights.pop(field, None)
        elif spec.weights:
            weights[field] = _declared(name, spec.weights, len(weights[field]))
    blocking = tuple(tuple(_ALSO.get(f, f) for f in rule) for rule in linkage.blocking) or (*model.blocking, *_extra_rules(kinds))
    unknown = sorted({f for rule in blocking for f in rule} - {*RULE_FIELDS, *kinds})
    if unknown:
        raise UsageError(f"linkage person: blocking names {', '.join(unknown)}, which records do not have", advice=f"fields are {', '.join((*RULE_FIELDS, *kinds))}")
    given = {k: getattr(linkage, k) for k in ("match_above", "review_above", "floor", "cap") if getattr(linkage, k) is not None}
    grown = (today - dt.timedelta(days=GROWN)).isoformat() if today is not None else None
    made = replace(model, weights=weights, kinds=kinds, blocking=blocking, grown=grown, **given)
    sized = made if records is None else made.with_prior(records)
    kept = given | ({"blocking": blocking} if linkage.blocking else {})
    return replace(sized, **kept)


def _declared(name: str, bits: Sequence[float], levels: int) -> tuple[Weighed, ...]:
    if len(bits) != levels:
        raise UsageError(f"linkage person: {name} has {levels} levels, and {len(bits)} weights are given", advice="give a weight in bits for each level, from agreement to disagreement")
    return tuple(Weighed(0.9, 0.9 / 2**b) if b > 0 else Weighed(0.9 * 2**b, 0.9) for b in bits)


def _extra_rules(kinds: Mapping[str, str]) -> list[tuple[str, ...]]:
    """A field of the project's own brings records together with any part of the name or the date of birth."""
    new = [f for f, kind in kinds.items() if kind != "off"]
    rules: list[tuple[str, ...]] = [rule for f in new for rule in ((f,), (f, "sound"), (f, "sound_first"), (f, "dob"), (f, "year"), (f, "postcode"))]
    return rules + [(a, b) for i, a in enumerate(new) for b in new[i + 1 :]]
