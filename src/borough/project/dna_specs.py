"""What a council declares about DNA: the attributes of its entities, each declared once for today, for any date and for live use.

Authoring objects, as those of ``specs.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from borough.project.spec import Bound, Classification, Expression, Name, Spec, Yes

KINDS = ("fact", "count", "sum", "mean", "least", "greatest", "share", "rate", "recency", "trend", "change", "distinct", "neighbours", "formula", "score")
"""The kinds of attributes: an attribute has exactly one of these keys."""
OF_ROWS = KINDS[:12]
"""Kinds that are made from the rows of a dataset."""


def _missing(value: Any) -> Any:
    """What it counts as may be written bare."""
    return value if isinstance(value, dict) else {"as": value}


class NeighboursSpec(Spec):
    """An aggregate over the other entities that share a value: homes of one street, of one building, of one owner."""

    by: Name = Field(description="Attribute of the same entity whose value neighbours share, such as the street.")
    take: Literal["count", "sum", "mean"] = Field(default="mean", description="`count` of neighbours, or `sum` or `mean` of their values; a yes counts as 1.")
    of: Name | None = Field(default=None, description="The attribute that is summed or averaged.")
    itself: bool = Field(default=False, description="Does the entity count among its own neighbours?")


class ScoreSpec(Spec):
    """A model's score, as one formula: the weighted sum of other attributes."""

    intercept: float = Field(default=0.0, description="What the sum starts with.")
    weights: dict[Name, float] = Field(min_length=1, description="Attribute and weight; a yes counts as 1, a missing value as nothing.")
    scale: Literal["sum", "probability", "rating"] = Field(default="rating", description="`sum`: as it is. `probability`: through the logistic function, 0 to 1. `rating`: that, from 0 to 100.")


class MissingSpec(Spec):
    """What it means that nothing is known."""

    as_: Bound = Field(alias="as", description="The value it counts as, such as `0`.")
    means: str | None = Field(default=None, description="What that says about the entity, in words.")


class AttributeSpec(Spec):
    """An attribute: one named, owned, explained fact about an entity."""

    title: str = Field(description="What people call it.")
    meaning: str = Field(description="What it says, and how it is to be read.")
    unit: str | None = Field(default=None, description="In what it is measured, such as `£` or `m²`.")
    owner: str | None = Field(default=None, description="Who answers for it. Default: the file's.")
    purposes: tuple[Name, ...] | None = Field(default=None, description="Purposes for which it may be seen. Default: the file's. Needed where its sources are personal or special.")
    sensitivity: Classification | None = Field(
        default=None, description="Classification of the value. Default: the strictest of the columns that it is made from. Where it says less than they do, such as a number without names, that is the owner's to declare."
    )
    from_: Name | None = Field(default=None, alias="from", description="The dataset whose rows it is made from; or `appearance`: where people and organisations appear, in any dataset that is not special. Default: the file's.")
    by: str | None = Field(
        default=None, description="Which entity a row is about: the name of an address (for a property) or of a person, or a column with the entity's id. Default: the only one."
    )
    where: Expression | None = Field(default=None, description="Which rows count. Default: all.")
    on: Expression | None = Field(default=None, description="The date of a row: a column, or an expression. Rows of later days don't count. Default: the dataset's `true: from`, else its `known`, where that is a date.")
    until: Expression | None = Field(default=None, description="The last day on which a row holds: only rows that hold on the day count, from `on` to this; empty: it goes on.")
    window: str | None = Field(default=None, pattern=r"^last [1-9]\d{0,3} (day|week|month|year)s?$", description="Only rows whose date lies in this time, such as `last 3 years`.")
    fact: Expression | None = Field(default=None, description="Kind: the value of the latest row that has one.")
    count: Yes | None = Field(default=None, description="Kind: `true`: how many rows.")
    sum: Expression | None = Field(default=None, description="Kind: the sum of a number over the rows.")
    mean: Expression | None = Field(default=None, description="Kind: the mean of a number over the rows.")
    least: Expression | None = Field(default=None, description="Kind: the least value of the rows.")
    greatest: Expression | None = Field(default=None, description="Kind: the greatest value of the rows.")
    share: Expression | None = Field(default=None, description="Kind: the share of the rows, 0 to 1, for which a condition holds.")
    rate: Literal["week", "month", "year"] | None = Field(default=None, description="Kind: rows a week, a month or a year; needs a `window`.")
    recency: Yes | None = Field(default=None, description="Kind: `true`: days since the latest row.")
    trend: Yes | None = Field(default=None, description="Kind: `true`: rows in the window, less those in the window before it; needs a `window`.")
    change: Expression | None = Field(default=None, description="Kind: how often the value of a row differs from that of the row before it.")
    distinct: Expression | None = Field(default=None, description="Kind: how many different values.")
    neighbours: NeighboursSpec | None = Field(default=None, description="Kind: an aggregate over entities that share a value.")
    formula: Expression | None = Field(default=None, description="Kind: an expression over other attributes of the entity, their flags (`NAME_missing`) and the day (`as_of`).")
    score: ScoreSpec | None = Field(default=None, description="Kind: a model's score.")
    missing: Annotated[MissingSpec, BeforeValidator(_missing)] | None = Field(
        default=None, description="What it counts as where nothing is known: a value, or `{as: 0, means: no complaint was made}`. Default: 0 for a count, sum, change, distinct and trend; else empty."
    )

    @property
    def kind(self) -> str:
        """Its kind: the first that is given (``check`` refuses more than one, and none)."""
        return next((k for k in KINDS if getattr(self, k) is not None), "fact")

    @property
    def expression(self) -> str | None:
        """The expression of its kind, where that has one."""
        value = getattr(self, self.kind)
        return value if isinstance(value, str) and self.kind != "rate" else None


class DnaSpec(Spec):
    """A file of `dna/`: attributes of one entity that belong together."""

    dna: Name = Field(description="Name of the group.")
    title: str | None = Field(default=None, description="What they are about.")
    entity: Name = Field(description="The entity: `property`, `household`, `person`, `landlord`, or one that the project declares.")
    owner: str | None = Field(default=None, description="Who answers for the attributes that don't say their own.")
    purposes: tuple[Name, ...] = Field(default=(), description="Purposes for which attributes may be seen that don't say their own.")
    from_: Name | None = Field(default=None, alias="from", description="Dataset of the attributes that don't say their own.")
    attributes: dict[Name, AttributeSpec] = Field(min_length=1, description="The attributes, by name: each name once for an entity.")
