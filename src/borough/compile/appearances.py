"""Where people appear: one row per record and role, with what it says of them, the property that it is linked to, and the dates it tells."""

from __future__ import annotations

from collections.abc import Sequence

from borough.catalogue.identity import APPEARANCE_COLUMNS
from borough.compile.links import condition, extra_fields, person_fields, signature
from borough.engine.quoting import literal, quoted
from borough.project.load import Project
from borough.project.roles import home_of, people_of, property_column
from borough.project.specs import DatasetSpec


def said_sql(project: Project, dataset: str, rows: str, beside: Sequence[str] = ()) -> list[str]:
    """SELECTs of all that a dataset's rows (with their properties, ``_known`` and ``_now``) say of people: a row for each record and role.

    ``beside``: columns of the rows that come along. Every field of a person, and _role, _record, _now, _signature, _resident, _landlord_of, _from_day, _to_day, _lasting, _known. A role
    that is known through another dataset's row is said there.
    """
    contract, extras = project.datasets[dataset], extra_fields(project)
    selects = []
    for name, person in people_of(contract).items():
        if person.through is not None:
            continue
        fields = person_fields(contract, dataset, name, person, extras)
        where = condition(contract, person.landlord_where) if person.landlord_where else "true"
        landlord = f"CASE WHEN {where} THEN {quoted(property_column(person.landlord_of))} END" if person.landlord_of else "CAST(NULL AS BIGINT)"
        resident = f"coalesce({condition(contract, person.resident)}, false)" if home_of(contract, person) else "false"
        cells = {
            "_role": literal(name), "_record": record_sql(contract), "_now": "_now", "_signature": signature(fields), "_resident": resident,
            "_landlord_of": landlord, **_days(contract), "_lasting": "true" if contract.true is not None and contract.true.to else "false", "_known": "_known", **fields,
        }  # fmt: skip
        selects.append(f"SELECT {', '.join([*beside, *(f'{sql} AS {quoted(alias)}' for alias, sql in cells.items())])} FROM {rows}")
    return selects


def appearances_sql(statements: str, links: str) -> str:
    """SQL of where people and organisations appear now, with all that is said of them there."""
    return f"(SELECT s.*, l.node, l.kind, l.person FROM {statements} s JOIN {links} l ON l.signature = s.signature WHERE s.now)"


def shown_appearances(statements: str, links: str) -> str:
    """SQL of ``APPEARANCE_COLUMNS``: where they appear, without what is said of them."""
    columns = ", ".join(quoted(name) for name, _ in APPEARANCE_COLUMNS)
    return f"(SELECT {columns} FROM {appearances_sql(statements, links)})"


def record_sql(contract: DatasetSpec) -> str:
    """SQL of a record's name within its dataset: its key, joined by ``|``."""
    return f"concat_ws('|', {', '.join(f'CAST({quoted(c)} AS VARCHAR)' for c in contract.key)})"


def is_special(contract: DatasetSpec) -> bool:
    """Is it told by being in this dataset that something special is so of someone?"""
    return contract.classification == "special" or any(contract.columns[c].classification == "special" for c in contract.key)


SAID = frozenset({"role", "record", "now", "signature", "resident", "landlord_of", "from_day", "to_day", "lasting", "known"})
"""Columns of statements that ``said_sql`` gives with ``_`` before them; the others are fields of the person."""


def _days(contract: DatasetSpec) -> dict[str, str]:
    first = f"CAST({quoted(contract.true.from_)} AS DATE)" if contract.true is not None else "CAST(NULL AS DATE)"
    last = f"CAST({quoted(contract.true.to)} AS DATE)" if contract.true is not None and contract.true.to else "CAST(NULL AS DATE)"
    return {"_from_day": first, "_to_day": last}
