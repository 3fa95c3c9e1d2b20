"""Mistakes in what a project declares about who and where: addresses, people, entities, the linkage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.identity_specs import AddressSpec, EntitySpec, GazetteerSpec, PersonSpec
from borough.project.roles import ADDRESS, PERSON, addresses_of, people_of, person_column, property_column
from borough.project.specs import DatasetSpec

TEXTS = (
    "name", "title", "first_name", "middle_name", "surname", "former_surname", "sex", "nino", "nhs_number",
    "email", "phone", "postcode", "reference", "company_number",
)  # fmt: skip
"""Columns that a person may have, beside the date of birth."""
_TELLING = ("name", "first_name", "surname", "company_number", "through")
FIELDS = (
    "surname", "first", "root", "pair", "rooted", "shape", "initial", "tokens", "sound", "sound_first", "dob", "year", "month", "day", "nino", "nhs",
    "email", "mailbox", "phone", "reference", "property", "postcode", "district", "sex", "first_name", "date_of_birth", "nhs_number",
)  # fmt: skip
"""Fields of a cleaned record, by which a linkage may bring records together."""
SHIPPED = ("property", "person", "household", "landlord")
"""Entities that every project has."""
COMPARED = ("name", "dob", "date_of_birth", "nino", "nhs", "nhs_number", "email", "phone", "property", "sex", "reference")
"""What a linkage compares."""

def check_identity(findings: Findings, name: str, spec: DatasetSpec) -> None:
    """All mistakes in a dataset's addresses and people."""
    for address_name, address in addresses_of(spec).items():
        _address(findings, _at(name, ADDRESS, "addresses", address_name), spec, address)
    for person_name, person in people_of(spec).items():
        _person(findings, _at(name, PERSON, "people", person_name), spec, person)
    added = [(property_column(a), "address") for a in addresses_of(spec)] + [(person_column(p), "person") for p in people_of(spec)]
    for column, key in added:
        if column in spec.columns:
            at = Where("dataset", name, ("columns", column))
            findings.error_at_key(at, f"the column {column!r}, which `{key}:` adds", "another name for the column, or a name for the address or person")


def _at(dataset: str, alone: str, together: str, name: str) -> Where:
    return Where("dataset", dataset, (alone,) if name == alone else (together, name))


def _column(findings: Findings, where: Where, spec: DatasetSpec, column: str | None, types: tuple[str, ...] = ()) -> None:
    """A name that must be a column of the dataset, of one of the types."""
    if column is None:
        return
    if column not in spec.columns:
        expected = f"a column of {spec.dataset}: {one_of(spec.columns)}"
        findings.error(where, f"unknown column {findings.said(where, column)}", expected, nearest(column, spec.columns))
    elif types and spec.columns[column].type not in types:
        found = f"the column {findings.said(where, column)} of type {spec.columns[column].type}"
        findings.error(where, found, f"a column of type {one_of(types)}")


def _address(findings: Findings, at: Where, spec: DatasetSpec, address: AddressSpec) -> None:
    if address.through is not None:
        if address.text or address.postcode or address.uprn:
            findings.error(at.below("through"), "`through:` beside an address", "one of them: the address of this row, or that of the row it refers to")
        _through(findings, at, spec, address.through, "address")
        return
    if not address.text and address.uprn is None:
        findings.error(at, "neither `text:` nor `uprn:`", "the column with the address, that with a UPRN, or both")
    for index, column in enumerate(address.text or ()):
        _column(findings, at.below("text", index) if len(address.text or ()) > 1 else at.below("text"), spec, column, ("string",))
    _column(findings, at.below("postcode"), spec, address.postcode, ("string",))
    _column(findings, at.below("uprn"), spec, address.uprn, ("integer",))


def _person(findings: Findings, at: Where, spec: DatasetSpec, person: PersonSpec) -> None:
    if person.through is not None:
        _through(findings, at, spec, person.through, "person")
    elif not any(getattr(person, field) for field in _TELLING):
        findings.error(at, "no name", "`name:`, or `first_name:` and `surname:`: the columns that have it")
    for field in TEXTS:
        _column(findings, at.below(field), spec, getattr(person, field))
    _column(findings, at.below("date_of_birth"), spec, person.date_of_birth, ("date",))
    for field, column in person.other.items():
        _column(findings, at.below("other", field), spec, column)
        if field in FIELDS:
            findings.error_at_key(at.below("other", field), f"{field!r}, a field that every record has", "another name")
    addresses = addresses_of(spec)
    for key in ("address", "landlord_of"):
        value = getattr(person, key)
        if value is not None and value not in addresses and not (key == "address" and value == "none"):
            where = at.below(key)
            findings.error(where, f"unknown address {findings.said(where, value)}", f"an address of {spec.dataset}: {one_of(addresses) or 'there is none'}", nearest(value, addresses))
    if person.landlord_where is not None and person.landlord_of is None:
        findings.error(at.below("landlord_where"), "`landlord_where:` without `landlord_of:`", "the address of which they are landlord")


def _through(findings: Findings, at: Where, spec: DatasetSpec, column: str, kind: str) -> None:
    """A column that references a dataset which has an address, or a person."""
    where = at.below("through")
    _column(findings, where, spec, column)
    if column not in spec.columns:
        return
    target = (spec.columns[column].references or "").partition(".")[0]
    other = findings.project.datasets.get(target)
    if not target:
        findings.error(where, f"the column {findings.said(where, column)}, which refers to nothing", "a column with `references:`")
    elif other is not None and kind not in (addresses_of(other) if kind == "address" else people_of(other)):
        findings.error(where, f"a reference to {target}, which has no `{kind}:`", f"a dataset with `{kind}:`")


def check_entities(findings: Findings) -> None:
    """Mistakes in ``entities/`` and ``linkages/``."""
    for name, spec in findings.project.entities.items():
        at = Where("entity", name)
        _rows_of(findings, at, spec)
        if spec.gazetteer is not None:
            if name != "property":
                findings.error_at_key(at.below("gazetteer"), f"a gazetteer of the entity {name}", "`gazetteer:` in the entity `property`")
            _gazetteer(findings, at.below("gazetteer"), spec.gazetteer)
        for attribute, golden in spec.golden.items():
            for index, source in enumerate(golden.from_):
                _source(findings, at.below("golden", attribute, "from", index) if len(golden.from_) > 1 else at.below("golden", attribute, "from"), source)
            if golden.choose == "precedence" and not golden.from_:
                findings.error(at.below("golden", attribute), "`choose: precedence` without `from:`", "the datasets, from strongest to weakest")
    for name, linkage in findings.project.linkages.items():
        extras = {field for d in findings.project.datasets.values() for p in people_of(d).values() for field in p.other}
        at = Where("linkage", name)
        for index, rule in enumerate(linkage.blocking):
            for field in rule:
                _field(findings, at.below("blocking", index), field, {*FIELDS, *extras})
        for field in linkage.comparisons:
            _field(findings, at.below("comparisons", field), field, {*COMPARED, *extras})


def _rows_of(findings: Findings, at: Where, spec: EntitySpec) -> None:
    """The dataset whose rows are the entities, and their key."""
    name, datasets = spec.entity, findings.project.datasets
    if name in ("person", "household", "landlord"):
        for key in ("dataset", "key", "where"):
            if getattr(spec, key) is not None:
                findings.error_at_key(at.below(key), f"`{key}:` of the entity {name}, which is made by linking records", f"no `{key}:`")
        return
    if name != "property" and (spec.dataset is None or spec.key is None):
        findings.error(at.below("entity"), f"the entity {findings.said(at.below('entity'), name)} of the project's own", "`dataset:` and `key:` with the rows that it is made of (or property, person, household, landlord)", nearest(name, SHIPPED))
        return
    if spec.dataset is None:
        return
    if spec.dataset not in datasets:
        if not findings.is_declared("dataset", spec.dataset):
            where = at.below("dataset")
            findings.error(where, f"unknown dataset {findings.said(where, spec.dataset)}", f"a dataset: {one_of(sorted(datasets))}", nearest(spec.dataset, datasets))
        return
    contract, column, where = datasets[spec.dataset], spec.key or "uprn", at.below("key")
    if column not in contract.columns:
        findings.error(where, f"unknown column {column!r}", f"a column of {contract.dataset}: {one_of(contract.columns)}", nearest(column, contract.columns))
    elif contract.columns[column].type not in ("integer",) if name == "property" else contract.columns[column].type not in ("integer", "string"):
        findings.error(where, f"the column {column!r} of type {contract.columns[column].type}", "a column of type integer" + ("" if name == "property" else " or string"))


def _gazetteer(findings: Findings, at: Where, spec: GazetteerSpec) -> None:
    datasets = findings.project.datasets
    for key in ("addresses", "properties", "streets"):
        name = getattr(spec, key)
        if name is not None and not findings.is_declared("dataset", name):
            findings.error(at.below(key) if key in spec.model_fields_set else at, f"unknown dataset {name!r}", f"a dataset: {one_of(sorted(datasets))}", nearest(name, datasets))
    known = {c for key in ("addresses", "properties", "streets") if (d := datasets.get(getattr(spec, key) or "")) for c in d.columns}
    for field, column in spec.columns.items():
        if known and column not in known:
            where = at.below("columns", field)
            findings.error(where, f"unknown column {findings.said(where, column)}", f"a column of the gazetteer's datasets: {one_of(sorted(known))}", nearest(column, known))


def _source(findings: Findings, where: Where, source: str) -> None:
    datasets: Mapping[str, DatasetSpec] = findings.project.datasets
    name, _, column = source.partition(".")
    if name not in datasets:
        if not findings.is_declared("dataset", name):
            findings.error(where, f"unknown dataset {findings.said(where, name)}", f"a dataset, or `dataset.column`: {one_of(sorted(datasets))}", nearest(name, datasets))
    elif column and column not in datasets[name].columns:
        findings.error(where, f"unknown column {column!r} of {name}", one_of(datasets[name].columns), nearest(column, datasets[name].columns))


def _field(findings: Findings, where: Where, field: str, known: Iterable[str]) -> None:
    if field not in known:
        findings.error(where, f"unknown field {field!r}", f"a field of a record: {one_of(sorted(known))}", nearest(field, known))
