"""The addresses and people of a dataset's rows, by name, and the columns that they add."""

from __future__ import annotations

from borough.project.identity_specs import AddressSpec, PersonSpec
from borough.project.specs import DatasetSpec

ADDRESS, PERSON = "address", "person"
"""Names of a dataset's only address and only person."""


def addresses_of(contract: DatasetSpec) -> dict[str, AddressSpec]:
    """The addresses of a dataset's rows, by name; an only one is called ``address``."""
    return {**({ADDRESS: contract.address} if contract.address is not None else {}), **contract.addresses}


def people_of(contract: DatasetSpec) -> dict[str, PersonSpec]:
    """The people of a dataset's rows, by name; an only one is called ``person``."""
    return {**({PERSON: contract.person} if contract.person is not None else {}), **contract.people}


def property_column(address: str) -> str:
    """The column that an address adds: the UPRN of its property."""
    return "property" if address == ADDRESS else f"{address}_property"


def person_column(person: str) -> str:
    """The column that a person adds: their id."""
    return "person" if person == PERSON else f"{person}_person"


def property_columns(contract: DatasetSpec) -> tuple[str, ...]:
    """The columns that addresses add, the address of the record itself first."""
    return tuple(property_column(name) for name in sorted(addresses_of(contract), key=lambda a: a != ADDRESS))


def link_columns(contract: DatasetSpec) -> dict[str, str]:
    """Columns that addresses and people add, with their types."""
    properties = {property_column(name): "integer" for name in addresses_of(contract)}
    return properties | {person_column(name): "integer" for name in people_of(contract)}


def home_of(contract: DatasetSpec, person: PersonSpec) -> str | None:
    """The name of the address at which a person of the dataset is found; None where none is declared, or ``none``."""
    addresses = addresses_of(contract)
    if person.address is not None:
        return person.address if person.address in addresses else None
    return next(iter(addresses)) if len(addresses) == 1 or ADDRESS in addresses else None
