"""Where people appear: one row per record and role, with the property and the person that it is linked to, and the dates that it tells."""

from __future__ import annotations

from borough.compile.links import condition, extra_fields, person_fields, signature
from borough.engine.quoting import literal, quoted
from borough.project.load import Project
from borough.project.roles import home_of, people_of, property_column
from borough.project.specs import DatasetSpec

FIELDS = ("name", "title", "first_name", "middle_name", "surname", "sex", "nino", "nhs_number", "email", "phone")
"""What a record says of someone, as it is written there."""


def appearances_sql(project: Project, dataset: str, rows: str, links: str) -> list[str]:
    """SELECTs of the appearances in a dataset's rows (with their properties and ``_known``). ``links``: relation (signature, node, kind, person).

    A role that is known through another dataset's row appears there.
    """
    contract = project.datasets[dataset]
    selects = []
    for name, person in people_of(contract).items():
        if person.through is not None:
            continue
        fields = person_fields(contract, dataset, name, person, ())
        landlord = f"CASE WHEN {condition(contract, person.landlord_where) if person.landlord_where else 'true'} THEN {quoted(property_column(person.landlord_of))} END" if person.landlord_of else "CAST(NULL AS BIGINT)"
        resident = f"coalesce({condition(contract, person.resident)}, false)" if home_of(contract, person) else "false"
        cells = {
            "_signature": signature({**fields, **_extras(project, contract, dataset, name)}), "dataset": literal(dataset), "role": literal(name),
            "record": record_sql(contract), "property": fields["property"], "resident": resident, "landlord_of": landlord,
            **_days(contract), "lasting": "true" if contract.true is not None and contract.true.to else "false", "deceased": fields["deceased"], "known": "_known", "special": "true" if is_special(contract) else "false",
            **{f: fields[f] for f in FIELDS}, "date_of_birth": fields["date_of_birth"],
        }  # fmt: skip
        made = ", ".join(f"{sql} AS {quoted(alias)}" for alias, sql in cells.items())
        selects.append(f"SELECT a.* EXCLUDE (_signature), l.node, l.kind, l.person FROM (SELECT {made} FROM {rows}) a JOIN {links} l ON l.signature = a._signature WHERE l.kind <> 'nobody'")
    return selects


def _extras(project: Project, contract: DatasetSpec, dataset: str, name: str) -> dict[str, str]:
    extras = extra_fields(project)
    every = person_fields(contract, dataset, name, people_of(contract)[name], extras)
    return {extra: every[extra] for extra in extras}


def record_sql(contract: DatasetSpec) -> str:
    """SQL of a record's name within its dataset: its key, joined by ``|``."""
    return f"concat_ws('|', {', '.join(f'CAST({quoted(c)} AS VARCHAR)' for c in contract.key)})"


def is_special(contract: DatasetSpec) -> bool:
    """Is it told by being in this dataset that something special is so of someone?"""
    return contract.classification == "special" or any(contract.columns[c].classification == "special" for c in contract.key)


def _days(contract: DatasetSpec) -> dict[str, str]:
    first = f"CAST({quoted(contract.true.from_)} AS DATE)" if contract.true is not None else "CAST(NULL AS DATE)"
    last = f"CAST({quoted(contract.true.to)} AS DATE)" if contract.true is not None and contract.true.to else "CAST(NULL AS DATE)"
    return {"from_day": first, "to_day": last}
