"""What a council declares about models: whom they rate, what they learn from, by which attributes, and how their answers are to be read.

Authoring objects, as those of ``specs.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from borough.project.spec import Expression, Name, Share, Spec

Transform = Literal["auto", "linear", "log", "bins", "spline", "categories"]


def _feature(value: Any) -> Any:
    """A transform may be written bare."""
    return {"as": value} if isinstance(value, str) else {} if value is None else value


class FeatureSpec(Spec):
    """How an attribute enters a model."""

    as_: Transform = Field(
        default="auto", alias="as",
        description="`linear`: as it is. `log`: ln(1 + x), for counts and amounts. `bins`: steps at its quantiles. `spline`: straight pieces between its quantiles. `categories`: a weight for each value. `auto`: `categories` for text, `log` for counts and amounts, else `linear`.",
    )  # fmt: skip
    into: int | None = Field(default=None, ge=2, le=50, description="How many bins or pieces. Default: 8 bins, 4 pieces.")


Feature = Annotated[FeatureSpec, BeforeValidator(_feature)]


class OutcomeSpec(Spec):
    """Where the labels come from: rows that say what was found of an entity on a day."""

    from_: Name = Field(alias="from", description="The dataset: visits, inspections.")
    by: str | None = Field(default=None, description="Which entity a row is about: an address of the dataset, or a column with the entity's id. Default: the only one.")
    on: Expression = Field(description="The day of the outcome. Attributes are read as they were known at the end of the day before.")
    where: Expression | None = Field(default=None, description="Rows that say something: visits without access don't. Default: all.")
    yes: Expression = Field(description="The outcome that the rating is of, such as `outcome = 'HMO, not licensed'`.")
    reason: Expression | None = Field(default=None, description="Why somebody went. Visits for different reasons find different shares whatever is known of the homes, and the model allows for that.")
    random: Expression | None = Field(default=None, description="Which rows were drawn at random: the only unbiased ones, and the yardstick.")
    spare: Expression | None = Field(default=None, description="Whom a visit should spare, such as `outcome = 'owner-occupied'`: how many of them are rated high is reported.")
    mistakes: bool = Field(default=False, description="`true`: outcomes may be recorded wrongly; how often is estimated, and allowed for (Hausman, Abrevaya and Scott-Morton 1998).")
    sets: tuple[Name, ...] = Field(default=(), description="Other datasets that a visit sets, such as notices: nothing made from them may be a feature.")


class StageSpec(Spec):
    """One regression: the probability of something, or of something among those of whom an earlier stage's is true."""

    title: str = Field(description="What it says, such as `rented privately`.")
    given: Name | None = Field(default=None, description="The stage that must be true for it. Default: none.")
    yes: Expression | None = Field(default=None, description="Over the outcome's columns: when it was true. Default: the outcome's `yes`.")
    where: Expression | None = Field(default=None, description="Rows that tell of it. Default: all, or those for which `given` was true.")
    features: dict[Name, Feature] = Field(default_factory=dict, description="Attributes of the entity and how each enters: `floor_area: spline`.")
    interactions: tuple[tuple[Name, Name], ...] = Field(default=(), description="Pairs of features that work differently together.")


class WaySpec(Spec):
    """A way of letting a home, for which the licensing rules are asked."""

    people: int = Field(ge=1, description="People.")
    households: int = Field(ge=1, description="Households.")
    stage: Name | None = Field(default=None, description="The stage whose probability is that it is let so. Default: the rest.")


class RegisterSpec(Spec):
    """What a register says of each way of letting: whether a home so let needs a licence and has none is a rule, not a guess."""

    rules: Name | None = Field(default=None, description="Which file of `licensing/`. Default: the only one.")
    rented: Name = Field(description="The stage that says whether a home is let at all.")
    ways: dict[Name, WaySpec] = Field(min_length=1, max_length=4, description="Ways of letting, by name; `licence_NAME` is what the register says of each: `unlicensed`, `licensed`, `applied`, `exempt` or `not needed`.")


class SplitSpec(Spec):
    """What the model is judged by: data that it was not fitted on."""

    last: str | None = Field(default=None, pattern=r"^[1-9]\d{0,2} (day|week|month|year)s?$", description="The outcomes of so much time before the latest, such as `12 months`. Default, where outcomes are of several days: a quarter of the time.")
    by: Name | None = Field(default=None, description="Where all outcomes are of one day: attribute whose values are kept together, such as a neighbourhood. Default: the entity itself.")
    share: Share = Field(default=0.25, description="The share of the outcomes that is held out.")


class ModelSpec(Spec):
    """A file of `models/`: a rating from 0 to 100 of each entity."""

    model: Name = Field(description="Name of the model.")
    title: str = Field(description="What it rates.")
    meaning: str = Field(description="What a high rating says, in words for everybody.")
    owner: str | None = Field(default=None, description="Who answers for it.")
    contact: str | None = Field(default=None, description="How people reach them. For the transparency record.")
    decision: str | None = Field(default=None, description="What is decided with it, and by whom. For the transparency record.")
    purposes: tuple[Name, ...] = Field(default=(), description="Purposes for which its ratings may be seen.")
    entity: Name = Field(description="The entity that is rated.")
    population: Expression | None = Field(default=None, description="Which of them are rated: over attributes. Default: all.")
    outcome: OutcomeSpec = Field(description="What it learns from.")
    register_: RegisterSpec | None = Field(default=None, alias="licensing", description="Whether a licence is needed and held, by the licensing rules.")
    stages: dict[Name, StageSpec] = Field(min_length=1, description="The regressions, in order.")
    features: dict[Name, Feature] = Field(default_factory=dict, description="Features of all stages.")
    split: SplitSpec = Field(default_factory=SplitSpec, description="What is held out to judge it by.")
    area: Name | None = Field(default=None, description="An area of the entity's dataset, such as `ward`: how well the model does is told for each.")
    fairness: tuple[Name, ...] = Field(default=(), description="Attributes by whose values it is compared how well it does.")
    capacity: int = Field(default=50, ge=1, description="Visits that the team can make in a week.")
    bands: dict[str, float] = Field(default_factory=lambda: {"High": 50.0, "Moderate": 20.0, "Some": 5.0}, min_length=1, description="Bands and the rating from which each begins; what is below all of them is `Low`.")
    margin: float = Field(default=0.02, ge=0, le=1, description="By how much ROC-AUC of gradient boosting may exceed the regression's before the card calls for a look.")
