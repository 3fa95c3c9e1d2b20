"""Mistakes in the conditions that declarations hold over a dataset's columns: of people, of licensing."""

from __future__ import annotations

from collections.abc import Iterator

from borough.catalogue.contracts import contract_types
from borough.compile.expressions import ExpressionError, bind
from borough.errors import Mistake
from borough.project.licensing_specs import PermitSpec
from borough.project.load import Project
from borough.project.roles import PERSON, people_of

_Condition = tuple[str, str, tuple[str | int, ...], str, str]
"""Kind and name of the declaration, path of the condition in it, the dataset whose columns it is over, and its text."""


def condition_mistakes(project: Project) -> Iterator[Mistake]:
    """Every condition that can't be read, or is none."""
    for kind, name, path, dataset, text in (*_of_people(project), *_of_licensing(project), *_of_entities(project)):
        if dataset not in project.datasets:
            continue
        try:
            bind(text, contract_types(project.datasets[dataset]), as_type="boolean")
        except ExpressionError as error:
            for fault in error.faults:
                yield Mistake(project.place(kind, name, *path, line=fault.line, column=fault.column), fault.found, fault.expected, fault.nearest)


def _of_people(project: Project) -> Iterator[_Condition]:
    for dataset, contract in project.datasets.items():
        for name, person in people_of(contract).items():
            at = (PERSON,) if name == PERSON else ("people", name)
            for key in ("deceased", "adult", "resident", "landlord_where"):
                text = getattr(person, key)
                if text is not None:
                    yield "dataset", dataset, (*at, key), dataset, text


def _of_licensing(project: Project) -> Iterator[_Condition]:
    for name, spec in project.licensing.items():
        for key in ("where", "flat"):
            text = getattr(spec.homes, key)
            if text is not None:
                yield "licensing", name, ("homes", key), spec.homes.dataset, text
        permits: dict[tuple[str, ...], PermitSpec | None] = {("licences",): spec.licences, ("applications",): spec.applications, **{("exemptions", n): p for n, p in spec.exemptions.items()}}
        for path, permit in permits.items():
            if permit is not None and permit.where is not None:
                yield "licensing", name, (*path, "where"), permit.dataset, permit.where


def _of_entities(project: Project) -> Iterator[_Condition]:
    for name, spec in project.entities.items():
        if spec.where is not None and spec.dataset is not None:
            yield "entity", name, ("where",), spec.dataset, spec.where
