"""Mistakes in what a project declares about licensing."""

from __future__ import annotations

import datetime as dt

from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.licensing_specs import DesignationsSpec, HomesSpec, LicensingSpec, PermitSpec, SchemeSpec
from borough.project.roles import addresses_of
from borough.project.specs import DatasetSpec


def check_licensing(findings: Findings) -> None:
    """All mistakes in ``licensing/``."""
    for name, spec in findings.project.licensing.items():
        at = Where("licensing", name)
        _homes(findings, at.below("homes") if "homes" in spec.model_fields_set else at, spec.homes)
        for scheme_name, scheme in spec.schemes.items():
            _scheme(findings, at.below("schemes", scheme_name), scheme)
        if spec.designations is not None:
            _designations(findings, at.below("designations"), spec.designations)
        _permits(findings, at, spec)


def _dataset(findings: Findings, where: Where, name: str) -> DatasetSpec | None:
    datasets = findings.project.datasets
    if name not in datasets:
        if not findings.is_declared("dataset", name):
            findings.error(where, f"unknown dataset {findings.said(where, name)}", f"a dataset: {one_of(sorted(datasets))}", nearest(name, datasets))
        return None
    return datasets[name]


def _column(findings: Findings, where: Where, contract: DatasetSpec, column: str | None, types: tuple[str, ...]) -> None:
    if column is None:
        return
    if column not in contract.columns:
        findings.error(where, f"unknown column {findings.said(where, column)}", f"a column of {contract.dataset}: {one_of(contract.columns)}", nearest(column, contract.columns))
    elif contract.columns[column].type not in types:
        findings.error(where, f"the column {findings.said(where, column)} of type {contract.columns[column].type}", f"a column of type {one_of(types)}")


def _homes(findings: Findings, at: Where, homes: HomesSpec) -> None:
    contract = _dataset(findings, at.below("dataset"), homes.dataset)
    if contract is None:
        return
    _column(findings, at.below("uprn"), contract, homes.uprn, ("integer",))
    _column(findings, at.below("parent"), contract, homes.parent, ("integer",))
    if homes.area not in contract.areas:
        found = f"the area {findings.said(at.below('area'), homes.area)}, which {contract.dataset} has not"
        findings.error(at.below("area"), found, f"an area under `areas:` of {contract.dataset}: {one_of(sorted(contract.areas)) or 'there is none'}")


def _scheme(findings: Findings, at: Where, scheme: SchemeSpec) -> None:
    if scheme.to is not None and scheme.to < scheme.from_:
        findings.error(at.below("to"), f"a scheme that ends on {scheme.to}, before it starts", f"a day from {scheme.from_} on")
    elif scheme.to is not None and scheme.to > _five_years_on(scheme):
        findings.warning(at.below("to"), f"a scheme of more than five years (until {scheme.to})", "at most five years (Housing Act 2004, sections 60 and 84)")
    if scheme.areas and scheme.except_:
        findings.error_at_key(at.below("except"), "`except:` beside `areas:`", "one of them: the areas that it is in, or those that it leaves out")


def _five_years_on(scheme: SchemeSpec) -> dt.date:
    first = scheme.from_
    return first.replace(year=first.year + 5, day=28 if (first.month, first.day) == (2, 29) else first.day)


def _designations(findings: Findings, at: Where, spec: DesignationsSpec) -> None:
    contract = _dataset(findings, at.below("dataset"), spec.dataset)
    if contract is not None:
        for key, column, types in (
            ("scheme", spec.scheme, ("string", "integer")), ("kind", spec.kind, ("string",)), ("area", spec.area, ("string",)),
            ("from", spec.from_, ("date",)), ("to", spec.to, ("date",)),
        ):  # fmt: skip
            _column(findings, at.below(key), contract, column, types)


def _permits(findings: Findings, at: Where, spec: LicensingSpec) -> None:
    for key in ("kind", "from_", "to"):
        if getattr(spec.licences, key) is None and not (key == "kind" and spec.licences.of):
            findings.error(at.below("licences"), f"licences without `{key.rstrip('_')}:`", "the columns with the kind, the first and the last day")
    _permit(findings, at.below("licences"), spec.licences)
    if spec.applications is not None:
        _permit(findings, at.below("applications"), spec.applications)
    for name, exemption in spec.exemptions.items():
        _permit(findings, at.below("exemptions", name), exemption)


def _permit(findings: Findings, at: Where, permit: PermitSpec) -> None:
    contract = _dataset(findings, at.below("dataset"), permit.dataset)
    if contract is None:
        return
    _column(findings, at.below("kind"), contract, permit.kind, ("string",))
    for key, column in (("from", permit.from_), ("to", permit.to), ("ended", permit.ended)):
        _column(findings, at.below(key), contract, column, ("date",))
    _column(findings, at.below("people"), contract, permit.people, ("integer",))
    if permit.kind is not None and permit.of:
        findings.error_at_key(at.below("of"), "`of:` beside `kind:`", "one of them: the kinds, or the column that has it")
    if permit.address not in addresses_of(contract):
        where = at.below("address") if "address" in permit.model_fields_set else at
        findings.error(where, f"the address {permit.address!r}, which {contract.dataset} has not", f"an address of {contract.dataset}: {one_of(addresses_of(contract)) or 'there is none'}")
