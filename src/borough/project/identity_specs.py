"""What a council declares about who and where: addresses and people of a dataset's rows, entities, the linkage.

Authoring objects, as those of ``specs.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from borough.project.spec import Expression, Name, Names, Spec

# ── In a dataset: `address:` and `person:` ──────────────────────────────────────────────────────


class AddressSpec(Spec):
    """An address of a row, to be matched to a property. Adds a column with the property's UPRN."""

    text: Names | None = Field(default=None, description="Column(s) with the address, in order; the postcode may be in it.")
    postcode: str | None = Field(default=None, description="Column with the postcode.")
    uprn: str | None = Field(default=None, description="Column with a UPRN that the source gives. It stands where the text does not contradict it.")
    shell: bool = Field(
        default=False, description="Is a building that holds several homes an acceptable answer? For a row that may be about the whole building, such as a planning application."
    )
    through: str | None = Field(
        default=None, description="In place of the others: a column that `references` a dataset with an address. The row's property is that of the row it refers to."
    )


class PersonSpec(Spec):
    """Someone a row is about, to be linked across the datasets. Adds a column with the person's id."""

    name: str | None = Field(default=None, description="Column with the whole name, in any order and style.")
    title: str | None = Field(default=None, description="Column with the title.")
    first_name: str | None = Field(default=None, description="Column with the first name.")
    middle_name: str | None = Field(default=None, description="Column with the other first names.")
    surname: str | None = Field(default=None, description="Column with the surname.")
    former_surname: str | None = Field(default=None, description="Column with a surname by which they were known before.")
    date_of_birth: str | None = Field(default=None, description="Column with the date of birth.")
    sex: str | None = Field(default=None, description="Column with the sex, as 1 and 2 or in words.")
    nino: str | None = Field(default=None, description="Column with the National Insurance number.")
    nhs_number: str | None = Field(default=None, description="Column with the NHS number.")
    email: str | None = Field(default=None, description="Column with the e-mail address.")
    phone: str | None = Field(default=None, description="Column with the telephone number.")
    postcode: str | None = Field(default=None, description="Column with their postcode. Default: the address's.")
    reference: str | None = Field(default=None, description="Column with the source's own number for the person, such as a party reference.")
    scope: Name | None = Field(default=None, description="Where datasets share a numbering of people: a name for it. Default: the dataset and role.")
    company_number: str | None = Field(default=None, description="Column with a company number: then it is an organisation.")
    deceased: Expression | None = Field(default=None, description="When the row says that the person has died: an expression over the dataset's columns.")
    adult: Expression | None = Field(default=None, description="When the row shows that the person was grown up, such as `true` where only adults can be liable: no child is linked to it.")
    other: dict[Name, str] = Field(default_factory=dict, description="What else tells people apart: fields that the linkage compares, and their columns.")
    address: str | None = Field(default=None, description="Where they are found: `address`, or a name of `addresses`. Default: the only address; `none` for none.")
    resident: Expression = Field(default="true", description="Does the row say that they lived at that address? An expression where only some rows do.")
    landlord_of: str | None = Field(default=None, description="The address of which they are landlord (owner, licence holder, letting party): `address`, or a name of `addresses`.")
    landlord_where: Expression | None = Field(default=None, description="Which rows say so. Default: all.")
    through: str | None = Field(default=None, description="In place of the others: a column that `references` a dataset with a person. The row's person is that of the row it refers to.")


# ── entities/*.yaml ─────────────────────────────────────────────────────────────────────────────


class GazetteerSpec(Spec):
    """The datasets that make the gazetteer."""

    addresses: Name = Field(default="lpi", description="Dataset with the names of properties: one line each, or one with its parts.")
    properties: Name | None = Field(default=None, description="Dataset with the properties themselves: parent, class, status. Default: `blpu` where there is one.")
    streets: Name | None = Field(default=None, description="Dataset with the streets, by `usrn`. Default: `street` where there is one.")
    columns: dict[
        Literal[
            "uprn", "parent_uprn", "class", "status", "text", "postcode", "sao", "pao_text", "number", "number_suffix", "number_to",
            "number_to_suffix", "usrn", "street", "locality", "town", "started", "ended",
        ], str,
    ] = Field(default_factory=dict, description="Columns that are called otherwise in these datasets.")  # fmt: skip


class GoldenSpec(Spec):
    """How the value shown is chosen where sources differ. The other values stay visible."""

    from_: Names = Field(
        default=(), alias="from", description="Datasets, or `dataset.column`, from strongest to weakest. Default: all that have the field."
    )
    choose: Literal["precedence", "latest", "agreement"] = Field(
        default="agreement", description="`precedence`: the first of `from` that has a value. `latest`: the one known last. `agreement`: the one that most records have."
    )


class EntitySpec(Spec):
    """A file of `entities/`: a kind of thing with an id that survives re-runs."""

    entity: Name = Field(description="Which entity: `property`, `person`, `household`, `landlord`, or one of the project's own, with `dataset` and `key`.")
    title: str | None = Field(default=None, description="What it is.")
    dataset: Name | None = Field(default=None, description="Dataset with a row for each, for an entity of the project's own and for `property`. Default, for `property`: that of the gazetteer.")
    key: str | None = Field(default=None, description="The dataset's column with the entity's id: a number or a text. Default, for `property`: `uprn`.")
    where: Expression | None = Field(default=None, description="Which rows of the dataset are entities. Default: all.")
    gazetteer: GazetteerSpec | None = Field(default=None, description="For `property`: the datasets that make the gazetteer. Default: `blpu`, `lpi` and `street` where the project has them.")
    golden: dict[Name, GoldenSpec] = Field(default_factory=dict, description="Golden values, by attribute.")


# ── linkages/*.yaml ─────────────────────────────────────────────────────────────────────────────


def _fields(value: Any) -> Any:
    """A rule of one field may be written bare."""
    return [(part,) if isinstance(part, str) else part for part in value] if isinstance(value, (list, tuple)) else value


class ComparisonSpec(Spec):
    """How one field is compared."""

    kind: Literal["text", "exact", "date", "number", "off"] = Field(
        default="text", description="`text`: alike by spelling. `exact`: equal or not. `date`: slips and swaps of day and month count as alike. `number`: near or not. `off`: not compared."
    )
    weights: tuple[float, ...] = Field(
        default=(), description="Weights in bits (log2 of the Bayes factor) of each level, from the strongest agreement to disagreement. Default: the trained ones."
    )


class LinkageSpec(Spec):
    """A file of `linkages/`: the comparison, blocking and thresholds that decide which records are one person."""

    linkage: Literal["person"] = Field(description="What is linked: `person`.")
    match_above: float | None = Field(default=None, description="Weight in bits from which a pair of records is one person. Default: the shipped linkage's.")
    review_above: float | None = Field(default=None, description="Weight from which a pair is doubtful enough to be put to a person. Default: the shipped linkage's.")
    floor: float | None = Field(default=None, description="Mean weight between two groups of records below which they are not joined, however strong one link is. Default: the shipped linkage's.")
    learn: Literal["auto", "never"] = Field(
        default="auto", description="`auto`: where no record has a property, the weights are learnt from the records when they are first linked. `never`: only by `borough identity train`."
    )
    cap: int | None = Field(default=None, ge=2, description="A block with more pairs than this is not compared, and reported. Default: the shipped linkage's.")
    largest: int = Field(default=500, ge=2, description="A cluster of more records than this is stopped: it falls to its strongest parts, and is reported.")
    blocking: Annotated[tuple[Names, ...], BeforeValidator(_fields)] = Field(
        default=(), description="Fields that two records must share to be compared, a list for each rule. Default: the shipped linkage's rules."
    )
    comparisons: dict[Name, ComparisonSpec] = Field(default_factory=dict, description="Comparisons that differ from the shipped ones, and those of `other` fields.")
