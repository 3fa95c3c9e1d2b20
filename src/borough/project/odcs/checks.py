"""Mistakes in what a dataset says of its contract."""

from __future__ import annotations

from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.odcs.describe import contract_id
from borough.project.odcs.exporting import LOCAL, Contract, contracts
from borough.project.odcs.words import DOCUMENT
from borough.project.specs import DatasetSpec


def check_contract(findings: Findings, at: Where, spec: DatasetSpec) -> None:
    """Parts that are not what they must be are errors; words that the standard does not have, or that deny the dataset, warnings."""
    if not spec.contract:
        return
    shapes = [_shape(findings, at, spec, key, kind) for key, kind in (("table", dict), ("columns", dict), ("schema", list))]
    if not all(shapes):
        return
    words = (*DOCUMENT, *LOCAL)
    for key in spec.contract:
        if key not in words:
            close = nearest(key, words)
            findings.warning(at.below(key), f"{key!r}, which is no word of the standard", f"{close!r}" if close else f"{one_of(words)}")
    columns = spec.contract.get("columns", {})
    for column in columns:
        if column not in spec.columns:
            findings.error_at_key(
                at.below("columns", column),
                f"unknown column {column!r}",
                f"a column of {spec.dataset}: {one_of(spec.columns)}",
                nearest(column, spec.columns),
            )
    if all(_shape(findings, at.below("columns"), spec, column, dict, columns) for column in columns):
        _family(findings, at, spec)
        (one,) = contracts(findings.project, [spec.dataset])
        _head(findings, at, spec, one.datasets[0])
        _denied(findings, spec, one)


def _shape(findings: Findings, at: Where, spec: DatasetSpec, key: str, kind: type, said: dict[str, object] | None = None) -> bool:
    value = (spec.contract if said is None else said).get(key, kind())
    if not isinstance(value, kind):
        findings.error(
            at.below(key),
            f"{key!r} as something else",
            "a list of datasets" if kind is list else "words of the standard, each with its value",
        )
    return isinstance(value, kind)


def _family(findings: Findings, at: Where, spec: DatasetSpec) -> None:
    """The datasets of ``schema`` are of one contract."""
    project = findings.project
    own = contract_id(spec, project.borough.borough)
    family = sorted(name for name, other in project.datasets.items() if contract_id(other, project.borough.borough) == own)
    for index, name in enumerate(spec.contract.get("schema", ())):
        if name not in family and not findings.is_broken("dataset", str(name)):
            where = at.below("schema", index)
            expected = f"a dataset with `contract: {{id: {own}}}`: {one_of(family)}"
            findings.error(
                where, f"{findings.said(where, name)}, which is no dataset of this contract", expected, nearest(str(name), family)
            )


def _head(findings: Findings, at: Where, spec: DatasetSpec, head: str) -> None:
    """What stands at the top of a contract is said by the first of its datasets."""
    for key in spec.contract:
        if head != spec.dataset and key not in (*LOCAL, "id", "apiVersion"):
            findings.warning(at.below(key), f"{key!r}, which {head} says for the whole contract", f"it in the `contract:` of {head}")


def _denied(findings: Findings, spec: DatasetSpec, one: Contract) -> None:
    for dataset, path in one.denied:
        if dataset == spec.dataset:
            found = f"{path[-1]!r}, which says otherwise than the dataset itself"
            findings.warning(Where("dataset", dataset, path), found, "nothing: Borough's own word is exported")
