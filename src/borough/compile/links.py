"""Who and where in SQL: what a row asks of the gazetteer and of the linkage, and the answers joined to it by value.

An address is matched once for its text, postcode and given UPRN, a record of a person linked once for what it says: readers
join the answers by 63 bits of md5 over these values, so that new rows, history and rows as of a date need nothing rewritten.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from borough.catalogue.contracts import contract_types
from borough.compile.expressions import bind
from borough.engine.quoting import literal, quoted
from borough.project.identity_checks import TEXTS
from borough.project.identity_specs import AddressSpec, PersonSpec
from borough.project.load import Project
from borough.project.roles import addresses_of, home_of, people_of, person_column, property_column
from borough.project.specs import DatasetSpec

_PART, _ABSENT = "chr(31)", "chr(30)"
_AT_END = "\\b([A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2})[^A-Z0-9]*$"
"""A postcode at the end of an address, in capitals."""
Answers = Callable[[str, str, str], str]
"""Gives the relation (key, property, postcode) of another dataset's rows by one of its columns, or (key, person)."""


def digest(parts: Sequence[str]) -> str:
    """63 bits of md5 over values, as a BIGINT: an identity by value. Over three million values two agree by chance once in two million times."""
    cells = ", ".join(f"coalesce(CAST({part} AS VARCHAR), {_ABSENT})" for part in parts)
    return f"CAST(md5_number_lower(concat_ws({_PART}, {cells})) >> 1 AS BIGINT)"


def _column(name: str | None, kind: str = "VARCHAR") -> str:
    return f"CAST({quoted(name)} AS {kind})" if name else f"CAST(NULL AS {kind})"


# ── Addresses ───────────────────────────────────────────────────────────────────────────────────


def asked(address: AddressSpec) -> dict[str, str]:
    """What a row asks of the gazetteer: SQL of text, postcode, given and shell over the dataset's columns."""
    lines = [f"nullif(trim({_column(c)}), '')" for c in address.text or ()]
    text = f"nullif(concat_ws(', ', {', '.join(lines)}), '')" if lines else "CAST(NULL AS VARCHAR)"
    postcode = f"nullif(trim({_column(address.postcode)}), '')"
    return {"text": text, "postcode": postcode, "given": _column(address.uprn, "BIGINT"), "shell": "true" if address.shell else "false"}


def address_key(address: AddressSpec) -> str:
    """SQL of the key of what a row asks; null where it asks nothing (no text and no UPRN)."""
    parts = asked(address)
    return f"CASE WHEN {parts['text']} IS NOT NULL OR {parts['given']} IS NOT NULL THEN {digest(list(parts.values()))} END"


def asked_sql(project: Project, dataset: str, rows: str) -> list[str]:
    """SELECTs (key, text, postcode, given, shell) of all that rows of a dataset ask; addresses of other rows are asked there."""
    selects = []
    for address in addresses_of(project.datasets[dataset]).values():
        if address.through is None:
            cells = ", ".join(f"{sql} AS {name}" for name, sql in asked(address).items())
            selects.append(f"SELECT {address_key(address)} AS key, {cells} FROM {rows}")
    return selects


# ── People ──────────────────────────────────────────────────────────────────────────────────────


def person_fields(contract: DatasetSpec, dataset: str, name: str, person: PersonSpec, extras: Sequence[str]) -> dict[str, str]:
    """What a row says of a person: SQL of each field over the dataset's columns and those that its addresses add."""
    fields = {field: f"nullif(trim({_column(getattr(person, field))}), '')" for field in TEXTS}
    home = home_of(contract, person)
    address = addresses_of(contract).get(home or "")
    if person.postcode is None and address is not None and address.through is None:
        parts = asked(address)
        fields["postcode"] = f"coalesce({parts['postcode']}, nullif(regexp_extract(upper({parts['text']}), {literal(_AT_END)}, 1), ''))"
    fields["date_of_birth"] = _column(person.date_of_birth, "DATE")
    fields["property"] = _column(property_column(home), "BIGINT") if home is not None else "CAST(NULL AS BIGINT)"
    fields["deceased"] = f"coalesce({condition(contract, person.deceased)}, false)" if person.deceased else "false"
    fields["adult"] = f"coalesce({condition(contract, person.adult)}, false)" if person.adult else "false"
    scope = literal(person.scope or f"{dataset}.{name}")
    fields["scope"] = f"CASE WHEN {fields['reference']} IS NOT NULL THEN {scope} END"
    return fields | {extra: _column(person.other.get(extra)) for extra in extras}


def condition(contract: DatasetSpec, expression: str) -> str:
    """A declared condition over a dataset's columns, as SQL. Raises ExpressionError."""
    return bind(expression, contract_types(contract), as_type="boolean").sql()


def signature(fields: Mapping[str, str]) -> str:
    """SQL of the signature of what a row says of a person; null where it names nobody."""
    named = " OR ".join(f"{fields[f]} IS NOT NULL" for f in ("name", "first_name", "surname", "company_number"))
    return f"CASE WHEN {named} THEN {digest([fields[name] for name in sorted(fields)])} END"


def extra_fields(project: Project) -> tuple[str, ...]:
    """Fields that people of any dataset have beside the usual ones, in order."""
    return tuple(sorted({field for contract in project.datasets.values() for person in people_of(contract).values() for field in person.other}))


def found_by(contract: DatasetSpec) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each column that addresses and people add: how it comes about, in words, and the dataset's columns that it is found by."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name, address in addresses_of(contract).items():
        columns = [*(address.text or ()), address.postcode, address.uprn, address.through]
        means = f"the property of the row that {address.through} refers to" if address.through else "the address, matched to the gazetteer"
        found[property_column(name)] = (means, tuple(c for c in columns if c))
    for name, person in people_of(contract).items():
        home = home_of(contract, person)
        columns = [*(getattr(person, field) for field in TEXTS), person.date_of_birth, person.through, *person.other.values()]
        columns.append(property_column(home) if home and not person.through else None)
        means = f"the person of the row that {person.through} refers to" if person.through else "the record, linked with those of the same person"
        found[person_column(name)] = (means, tuple(dict.fromkeys(c for c in columns if c)))
    return found


# ── Answers joined to rows ──────────────────────────────────────────────────────────────────────


def with_properties(contract: DatasetSpec, rows: str, matches: str, others: Answers) -> str:
    """Rows with the columns that their addresses add. ``matches``: relation (key, uprn)."""
    joins, cells = "", ""
    for i, (name, address) in enumerate(addresses_of(contract).items()):
        column = quoted(property_column(name))
        if address.through is not None:
            target, _, target_column = (contract.columns[address.through].references or "").partition(".")
            joins += f" LEFT JOIN {others(target, target_column, 'property')} p{i} ON p{i}.key = d.{quoted(address.through)}"
            cells += f", p{i}.property AS {column}"
        else:
            joins += f" LEFT JOIN {matches} p{i} ON p{i}.key = d._asked{i}"
            cells += f", p{i}.uprn AS {column}"
    keys = "".join(f", {address_key(a)} AS _asked{i}" for i, a in enumerate(addresses_of(contract).values()) if a.through is None)
    return f"(SELECT d.*{cells} FROM (SELECT *{keys} FROM {rows}) d{joins})" if cells else rows


def with_people(project: Project, dataset: str, rows: str, links: str, others: Answers) -> str:
    """Rows, with their properties, and the columns that their people add. ``links``: relation (signature, person)."""
    contract, extras = project.datasets[dataset], extra_fields(project)
    joins, cells, signed = "", "", ""
    for i, (name, person) in enumerate(people_of(contract).items()):
        if person.through is not None:
            target, _, target_column = (contract.columns[person.through].references or "").partition(".")
            joins += f" LEFT JOIN {others(target, target_column, 'person')} s{i} ON s{i}.key = d.{quoted(person.through)}"
        else:
            signed += f", {signature(person_fields(contract, dataset, name, person, extras))} AS _signed{i}"
            joins += f" LEFT JOIN {links} s{i} ON s{i}.signature = d._signed{i}"
        cells += f", s{i}.person AS {quoted(person_column(name))}"
    return f"(SELECT d.*{cells} FROM (SELECT *{signed} FROM {rows}) d{joins})" if cells else rows
