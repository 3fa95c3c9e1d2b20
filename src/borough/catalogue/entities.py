"""The columns of what is made of appearances: people, stays, households, landlords and the values they are shown by."""

from __future__ import annotations

from collections.abc import Mapping

from borough.catalogue.tables import Columns

PERSON: Columns = (
    ("person", "long"),
    ("name", "string"),  # in the order of speech, without title
    ("first_name", "string"),
    ("surname", "string"),
    ("date_of_birth", "date"),
    ("sex", "string"),  # M | F, or what the source says
    ("nino", "string"),
    ("nhs_number", "string"),
    ("email", "string"),
    ("phone", "string"),
    ("property", "long"),  # where they live, as far as is known
    ("deceased", "boolean"),
    ("records", "long"),  # of datasets that are not special
    ("datasets", "string"),  # sorted, joined by a comma
    ("first_known", "timestamp"),
    ("last_known", "timestamp"),
)
PERSON_VALUES: Columns = (
    ("person", "long"),
    ("attribute", "string"),
    ("value", "string"),
    ("dataset", "string"),
    ("records", "long"),
    ("last_known", "timestamp"),
    ("chosen", "boolean"),  # is it the value shown, whatever the spelling?
    ("special", "boolean"),
)
PROPERTY_VALUES: Columns = (
    ("property", "long"),
    ("attribute", "string"),
    ("value", "string"),
    ("dataset", "string"),
    ("records", "long"),
    ("last_known", "timestamp"),
    ("chosen", "boolean"),
)
STAYS: Columns = (
    ("person", "long"),
    ("property", "long"),
    ("stay", "long"),  # the first, second … stay of the person there
    ("from_day", "date"),
    ("to_day", "date"),  # null: still there, as far as is known
    ("said_to", "date"),  # the end as the sources say it; null: left open
    ("last_seen", "date"),  # the last day of which a source says so itself
    ("confidence", "double"),  # 0 to 1
    ("sources", "long"),  # distinct datasets
    ("records", "long"),
    ("first_known", "timestamp"),
    ("last_known", "timestamp"),
    ("evidence", "string"),  # datasets, sorted, joined by a comma
    ("conflict", "string"),  # null, or what contradicts it
    ("elsewhere", "long"),  # the property of the stay that contradicts it
    ("special", "boolean"),
)
HOUSEHOLDS: Columns = (
    ("household", "long"),
    ("property", "long"),
    ("from_day", "date"),
    ("to_day", "date"),  # null: somebody is still there
    ("members", "long"),  # people, ever
    ("size_max", "long"),  # most people at one time
    ("size_now", "long"),
    ("confidence", "double"),  # of the surest stay
    ("conflicts", "long"),  # stays that something contradicts
)
HOUSEHOLD_MEMBERS: Columns = (
    ("household", "long"),
    ("node", "long"),  # of the ledger: a person's nth stay at a property
    ("property", "long"),
    ("person", "long"),
    ("stay", "long"),
    ("from_day", "date"),
    ("to_day", "date"),
    ("confidence", "double"),
    ("conflict", "string"),
)
LANDLORDS: Columns = (
    ("landlord", "long"),
    ("kind", "string"),  # person | organisation
    ("person", "long"),  # null for an organisation
    ("name", "string"),
    ("company_number", "string"),
    ("properties_now", "long"),  # without those that they live in
    ("properties_ever", "long"),
    ("multi", "boolean"),  # two or more now
    ("datasets", "string"),
    ("first_known", "timestamp"),
    ("last_known", "timestamp"),
)
LANDLORD_LINKS: Columns = (
    ("node", "long"),  # a cleaned record of the party
    ("landlord", "long"),
    ("joined_by", "string"),  # person | company number | name | name and postcode | alone
)
PORTFOLIO: Columns = (
    ("landlord", "long"),
    ("property", "long"),
    ("role", "string"),  # DATASET.ROLE
    ("from_day", "date"),
    ("to_day", "date"),
    ("now", "boolean"),
    ("lives_there", "boolean"),  # then it does not count as let
    ("record", "string"),
    ("known", "timestamp"),
)

def entity_table(name: str) -> str:
    """The table of an entity, or of something about it, by its bare name."""
    return f"gold/entity/{name}"


ENTITY_COLUMNS: Mapping[str, Columns] = {
    "person": PERSON,
    "person_value": PERSON_VALUES,
    "property_value": PROPERTY_VALUES,
    "stay": STAYS,
    "household": HOUSEHOLDS,
    "household_member": HOUSEHOLD_MEMBERS,
    "landlord": LANDLORDS,
    "portfolio": PORTFOLIO,
}
ENTITY_TABLES: Mapping[str, tuple[str, Columns]] = {name: (entity_table(name), columns) for name, columns in ENTITY_COLUMNS.items()}
"""Bare name → table and columns."""
