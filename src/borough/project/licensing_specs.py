"""What a council declares about licensing: which schemes there are and where, which rows are licences, applications and exemptions.

Authoring objects, as those of ``specs.py``.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from borough.project.spec import Expression, Name, Names, Spec

LicenceKind = Literal["mandatory", "additional", "selective"]
Kinds = Annotated[tuple[LicenceKind, ...], Field(description="Kinds of licence.")]


class HomesSpec(Spec):
    """The homes: a dataset with a row for each property, and where they lie."""

    dataset: Name = Field(default="blpu", description="Dataset with a row for each property.")
    uprn: str = Field(default="uprn", description="Its column with the UPRN.")
    area: Name = Field(default="ward", description="The area in which schemes are designated; the dataset has its point under `areas:`.")
    where: Expression | None = Field(default=None, description="Which rows are homes. Default: all.")
    parent: str | None = Field(default=None, description="Column with the UPRN of the building that a home is part of.")
    flat: Expression | None = Field(
        default=None, description="Which rows are purpose-built flats. Three or more of one building are outside mandatory licensing (SI 2018/221, regulation 4)."
    )


class SchemeSpec(Spec):
    """A designation: a kind of licensing, where, from when to when."""

    kind: Literal["additional", "selective"] = Field(description="`additional` (Housing Act 2004, section 56) or `selective` (section 80).")
    title: str | None = Field(default=None, description="What it is called.")
    from_: dt.date = Field(alias="from", description="First day in force.")
    to: dt.date | None = Field(default=None, description="Last day in force, the day included. Default: it goes on.")
    areas: Names = Field(default=(), description="Codes or names of the areas designated, as they were on the first day. Default: the whole of the council.")
    except_: Names = Field(default=(), alias="except", description="Codes or names of areas left out.")


class DesignationsSpec(Spec):
    """A dataset of designations, with a row for each scheme and area."""

    dataset: Name = Field(default="designation", description="The dataset.")
    scheme: str = Field(default="designation", description="Column with the scheme's reference.")
    kind: str = Field(default="kind", description="Column with the kind.")
    area: str = Field(default="ward_code", description="Column with the area's code, as it was on the scheme's first day.")
    from_: str = Field(default="started", alias="from", description="Column with the first day in force.")
    to: str = Field(default="ended", description="Column with the last day in force; empty: it goes on.")


class PermitSpec(Spec):
    """Rows that permit a home to be let: licences, applications under way, exemptions."""

    dataset: Name = Field(description="The dataset.")
    kind: str | None = Field(default=None, description="Column with the kind of licence. Default: the row holds for every kind.")
    of: Kinds = Field(default=(), description="In place of `kind:`, the kinds that the rows hold for.")
    from_: str | None = Field(default=None, alias="from", description="Column with the first day. Default: always.")
    to: str | None = Field(default=None, description="Column with the last day, the day included; empty: it goes on.")
    ended: str | None = Field(default=None, description="Column with the day on which it ended early (revoked, surrendered, decided): from that day it does not hold.")
    people: str | None = Field(default=None, description="Column with the maximum number of persons.")
    where: Expression | None = Field(default=None, description="Which rows count. Default: all.")
    address: str = Field(default="address", description="The address of the dataset that is the home's.")
    title: str | None = Field(default=None, description="What it is, in words: shown as the reason of an exemption.")


class LicensingSpec(Spec):
    """A file of `licensing/`: which homes need a licence on a day, and which have one. No model: rules over datasets."""

    licensing: Name = Field(description="Its name.")
    title: str | None = Field(default=None, description="What it is about.")
    homes: HomesSpec = Field(default_factory=HomesSpec, description="The homes.")
    schemes: dict[Name, SchemeSpec] = Field(default_factory=dict, description="Schemes that are declared here.")
    designations: DesignationsSpec | None = Field(default=None, description="A dataset of schemes, beside those declared here.")
    licences: PermitSpec = Field(description="Licences: `kind`, `from` and `to` are needed.")
    applications: PermitSpec | None = Field(default=None, description="Applications: who applied in due form commits no offence until it is decided (Housing Act 2004, sections 72 and 95).")
    exemptions: dict[Name, PermitSpec] = Field(default_factory=dict, description="Why a home needs none, such as a temporary exemption notice, or a landlord who is a council.")
