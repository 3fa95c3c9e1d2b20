"""Who may see an attribute: how sensitive it is by what it is made from, and for which purposes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from borough.compile.attributes.model import APPEARANCE, Attribute
from borough.compile.links import found_by
from borough.governance.classification import ORDER, strictest
from borough.project.explain import nearest, one_of
from borough.project.findings import Findings, Where
from borough.project.load import Project
from borough.project.roles import person_column, property_column
from borough.project.specs import PurposeSpec

_CLOSED = ("personal", "special")


def sensitivity_of(project: Project, attribute: Attribute, others: Mapping[str, Attribute]) -> str:
    """The strictest of the columns and attributes that it is made from: what it is unless its owner says otherwise."""
    found = [_classification(project, dataset, column) for dataset, column in attribute.made_from if dataset in project.datasets]
    if attribute.source is not None:
        dataset = attribute.source.dataset
        found.append("personal" if dataset == APPEARANCE else project.datasets[dataset].classification)
    found += [others[name].sensitivity for name in attribute.reads if name in others]
    return strictest(found)


def check_access(findings: Findings, attributes: Iterable[Attribute]) -> None:
    """Mistakes in purposes and sensitivity. A personal source needs a purpose that permits it."""
    others = {a.name: a for a in attributes}
    for attribute in others.values():
        at = Where("dna", attribute.group, ("attributes", attribute.name))
        made = sensitivity_of(findings.project, attribute, others)
        _purposes(findings, at, attribute, made)
        _lowered(findings, at, attribute, made)
        for name in attribute.reads:
            beyond = set(attribute.purposes) - set(others[name].purposes) if name in others and others[name].purposes else set()
            if beyond:
                findings.error_at_key(at, f"an attribute for {one_of(sorted(beyond))}, made of {name}, which may not be seen for that", f"purposes among those of {name}: {one_of(others[name].purposes)}")


def _purposes(findings: Findings, at: Where, attribute: Attribute, made: str) -> None:
    borough = findings.project.borough
    known = {**borough.purposes} or {borough.purpose: PurposeSpec(title=borough.purpose)}
    own = attribute.spec.purposes is not None
    where = at.below("purposes") if own else Where("dna", attribute.group, ("purposes",))
    if made in _CLOSED and not attribute.purposes:
        named = f" ({attribute.source.dataset})" if attribute.source is not None else ""
        findings.error_at_key(at, f"an attribute made from {made} data{named} without a purpose", "`purposes:` with the reasons for which it may be seen")
        return
    for index, purpose in enumerate(attribute.purposes):
        one = where.below(index)
        if purpose not in known:
            if not findings.is_broken("borough", ""):
                findings.error(one, f"unknown purpose {findings.said(one, purpose)}", f"a purpose of borough.yaml: {one_of(sorted(known))}", nearest(purpose, known))
        elif attribute.sensitivity not in known[purpose].permits:
            findings.error_at_key(at, f"the purpose {purpose}, which permits {one_of(known[purpose].permits)}, for the attribute {attribute.name!r}, which is {attribute.sensitivity}", "a purpose that permits it, or its `sensitivity:`, where it says less than its sources")
        else:
            _special(findings, at, attribute, purpose)


def _special(findings: Findings, at: Where, attribute: Attribute, purpose: str) -> None:
    """A special column is for the purposes that it names, and so is what is made from it."""
    for dataset, column in _used(findings.project, attribute):
        spec = findings.project.datasets[dataset].columns.get(column)
        if spec is not None and _classification(findings.project, dataset, column) == "special" and purpose not in spec.purposes:
            findings.error_at_key(at, f"the purpose {purpose} for an attribute made from {dataset}.{column}, which is special and for {one_of(spec.purposes) or 'no purpose'}", "a purpose that the column names")


def _used(project: Project, attribute: Attribute) -> list[tuple[str, str]]:
    """The columns of datasets that it is made from, those by which its entity is found included."""
    used = [(d, c) for d, c in attribute.made_from if d in project.datasets]
    source = attribute.source
    if source is not None and source.via in ("address", "person"):
        contract = project.datasets[source.dataset]
        column = property_column(source.by) if source.via == "address" else person_column(source.by)
        _, made_from = found_by(contract)[column]
        used += [(source.dataset, c) for c in made_from if c in contract.columns]
    return list(dict.fromkeys(used))


def _lowered(findings: Findings, at: Where, attribute: Attribute, made: str) -> None:
    """What is made from special data may be called personal by its owner, but no less."""
    if made == "special" and ORDER.index(attribute.sensitivity) < ORDER.index("personal"):
        findings.error(at.below("sensitivity"), f"{attribute.sensitivity} for an attribute made from special data", "personal or special")


def _classification(project: Project, dataset: str, column: str) -> str:
    if "." in column:
        ref, _, there = column.partition(".")
        return _classification(project, (project.datasets[dataset].columns[ref].references or "").partition(".")[0], there)
    contract = project.datasets[dataset]
    spec = contract.columns.get(column)  # none: a column that an address or a person adds
    return (spec.classification if spec is not None else None) or contract.classification
