"""Contracts → datasets: what Borough acts on in its own words, everything else under ``contract:``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from borough.errors import DeclarationError, Mistake
from borough.project.load import Project
from borough.project.odcs.describe import contract_id, describe_document, describe_table
from borough.project.odcs.exporting import contract_of, owner_of, shown_lake
from borough.project.odcs.fitting import fitting
from borough.project.odcs.naming import Naming
from borough.project.odcs.reading import has_key, is_taken, read_table
from borough.project.odcs.remainder import difference
from borough.project.odcs.shapes import Read
from borough.project.odcs.words import DOCUMENT, LATEST, NESTED, PROPERTY, TABLE, Words, column_type, in_order, names, same
from borough.project.specs import DatasetSpec


@dataclass(frozen=True)
class Imported:
    """A dataset made of a contract, and what people should know of it."""

    spec: DatasetSpec
    file: str
    notes: tuple[str, ...]


@dataclass
class _Table:
    """One table on its way to a dataset."""

    read: Read
    index: int
    table: Words
    name: str
    columns: list[str]

    @property
    def props(self) -> list[Words]:
        return list(self.table["properties"])


def import_contracts(project: Project, read: Sequence[Read]) -> list[Imported]:
    """Every table of the contracts as a dataset, fit for the project together with what it has.

    What the project's check would refuse (a reference to a table that is not here, a pattern with look-ahead) stays part of the
    contract and is no word of Borough's. Raises DeclarationError for two contracts of one id.
    """
    _differ(read)
    tables = list(_tables(read))
    naming = Naming()
    for table in tables:
        naming.add(table.name, table.table, dict(zip(table.columns, table.props, strict=True)))
    naming.learn(spec for spec in project.datasets.values() if spec.dataset not in {table.name for table in tables})
    words = {table.name: _words(table, naming) for table in tables}
    specs = fitting(project, words)
    return [_imported(project, table, tables, specs, naming) for table in tables]


def _differ(read: Sequence[Read]) -> None:
    """Contracts have ids of their own, since datasets of one id leave as one contract. Raises DeclarationError."""
    first: dict[str, Read] = {}
    mistakes = []
    for one in read:
        other = first.setdefault(one.contract["id"], one)
        if other is not one:
            found = f"the id {one.contract['id']!r}, which the contract at {other.place(('id',))} has too"
            mistakes.append(Mistake(one.place(("id",)), found, "an id of its own"))
    if mistakes:
        raise DeclarationError(mistakes)


def _tables(read: Sequence[Read]) -> Iterator[_Table]:
    taken: set[str] = set()
    for one in read:
        tables = one.contract["schema"]
        for index, (table, name) in enumerate(zip(tables, names([t["name"] for t in tables], taken), strict=True)):
            taken.add(name)
            yield _Table(one, index, table, name, names([prop["name"] for prop in table["properties"]]))


def _words(table: _Table, naming: Naming) -> Words:
    return {"dataset": table.name, **read_table(table.table, table.columns, naming, owner_of(table.read.contract))}


def _imported(project: Project, table: _Table, tables: Sequence[_Table], specs: Mapping[str, DatasetSpec], naming: Naming) -> Imported:
    family = [one for one in tables if one.read is table.read]
    council, lake = project.borough.borough, shown_lake(project)
    spec = _with_contract(table, family, specs[table.name], council, lake, naming)
    notes = list(_notes(table, spec))
    council_ids = {name: contract_id(other, council) for name, other in project.datasets.items()}
    relatives = [name for name, own in council_ids.items() if own == table.read.contract["id"] and name not in specs]
    if relatives and table.index == 0:
        notes.append(f"{table.name}: {', '.join(relatives)} is of this contract too by its `contract: id`, and will leave with it")
    if table.index == len(family) - 1:
        whole = [_with_contract(one, family, specs[one.name], council, lake, naming) for one in family]
        notes += _lost(table.read.contract, contract_of(whole, council, lake, naming).document)
    return Imported(spec, table.read.file, tuple(notes))


def _with_contract(table: _Table, family: Sequence[_Table], spec: DatasetSpec, council: str, lake: str, naming: Naming) -> DatasetSpec:
    """The dataset with the rest of its contract."""
    theirs = table.read.contract
    contract: Words = {}
    if len(family) > 1 or theirs["id"] != contract_id(spec, council):
        contract["id"] = theirs["id"]
    if "id" in contract or theirs["apiVersion"] != LATEST:
        contract["apiVersion"] = theirs["apiVersion"]
    if not has_key(table.props):
        contract["key"] = False
    if not any("physicalType" in prop for prop in table.props):
        contract["physicalTypes"] = False
    seed = spec.model_copy(update={"contract": dict(contract)})
    if table.index == 0:
        above = difference(describe_document(seed, council, lake), {k: v for k, v in theirs.items() if k != "schema"})
        contract |= {"schema": [one.name for one in family]} if len(family) > 1 else {}
        contract |= above
    mine = describe_table(seed, naming, owner_of(theirs))
    plain = mine.pop("properties")
    columns = {c: _with_witness(difference(m, p), p) for c, m, p in zip(table.columns, plain, table.props, strict=True)}
    contract = in_order(contract, ("id", "schema", "key", "physicalTypes", *DOCUMENT))
    contract["table"] = in_order(difference(mine, {k: v for k, v in table.table.items() if k != "properties"}), TABLE)
    contract["columns"] = {column: in_order(rest, PROPERTY) for column, rest in columns.items() if rest}
    return spec.model_copy(update={"contract": {k: v for k, v in contract.items() if v or k not in ("table", "columns")}})


def _with_witness(rest: Words, prop: Words) -> Words:
    """The rest with the logical type beside a physical type that means another: so that a change of the column's type is seen."""
    physical = {"physicalType": rest.get("physicalType")}
    if not physical["physicalType"] or "logicalType" not in prop or column_type(physical) == column_type(prop):
        return rest
    return {**rest, "logicalType": prop["logicalType"]}


_SILENT = ("format", "timezone", "defaultTimezone")  # options that say how a value is written

# ── What people should know ─────────────────────────────────────────────────────────────────────


def _notes(table: _Table, spec: DatasetSpec) -> Iterator[str]:
    if not has_key(table.props):
        yield f"{table.name}: the contract has no primaryKey; the key is {', '.join(spec.key)} until you say another"
    nested = [c for c, p in zip(table.columns, table.props, strict=True) if p.get("logicalType") in NESTED]
    if nested:
        yield f"{table.name}: {', '.join(nested)} hold nested values, which Borough takes as text (JSON)"
    columns = {column: rest for column, rest in (spec.contract.get("columns") or {}).items() if column not in nested}
    for column, rest in {"": spec.contract.get("table") or {}, **columns}.items():
        checks = [
            key
            for key in ("quality", "relationships", "enum")
            if any("of" not in one and not (column and is_taken(one)) for one in rest.get(key) or ())
        ]
        options = rest.get("logicalTypeOptions") or {}
        checks += [f"logicalTypeOptions.{key}" for key, value in options.items() if value is not None and key not in _SILENT]
        if checks:
            yield f"{table.name}{'.' if column else ''}{column}: Borough does not check {', '.join(checks)}; kept for export"


def _lost(theirs: Words, again: Words) -> Iterator[str]:
    """What an export would not give again. By construction there is nothing, so this is a fault that must be seen."""
    for key in sorted({*theirs, *again}):
        if not same(theirs.get(key), again.get(key)):
            yield f"{key}: an export will not give it exactly as it is here; please report it"
