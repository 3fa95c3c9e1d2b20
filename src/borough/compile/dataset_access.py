"""Who may see the columns of a dataset: its own, and those that areas, addresses and people add."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from borough.catalogue.contracts import LOGICAL, area_columns
from borough.compile.links import found_by
from borough.governance.classification import ORDER, ColumnAccess, strictest
from borough.project.load import Project
from borough.project.specs import DatasetSpec


def dataset_columns(project: Project, name: str) -> tuple[ColumnAccess, ...]:
    """A dataset's own columns and those of its areas, and who may see each."""
    contract = project.datasets[name]
    added = [_area_access(contract, column) for column in area_columns(project, contract)]
    return (*own_columns(contract), *added, *_linked_columns(contract))


def _linked_columns(contract: DatasetSpec) -> Iterator[ColumnAccess]:
    """Whose property and who: as sensitive as what they were found by."""
    for column, (_means, made_from) in found_by(contract).items():
        yield access_to(contract, column, "long", [c for c in made_from if c in contract.columns])


def own_columns(contract: DatasetSpec) -> tuple[ColumnAccess, ...]:
    """A dataset's own columns and who may see each."""
    return tuple(access_to(contract, name, LOGICAL[spec.type], [name]) for name, spec in contract.columns.items())


def _area_access(contract: DatasetSpec, column: str) -> ColumnAccess:
    """Where a row lies says less than its point does: it is as the dataset is, or as the point where that is more open, unless the point is a special fact."""
    where = contract.areas[column.removesuffix("_code").removesuffix("_name")]
    made_from = [*where.point, *([where.on] if where.on else [])]
    special = [c for c in made_from if class_of(contract, c) == "special"]
    return access_to(contract, column, "string", special) if special else ColumnAccess(column, "string", min(contract.classification, strictest(class_of(contract, c) for c in made_from), key=ORDER.index))


def class_of(contract: DatasetSpec, column: str) -> str:
    """The classification of a column: its own, or the dataset's."""
    return contract.columns[column].classification or contract.classification


def access_to(contract: DatasetSpec, name: str, kind: str, made_from: Sequence[str]) -> ColumnAccess:
    """Who may see what shows some columns of a dataset: those who may see the strictest, and every special one."""
    special = [set(contract.columns[c].purposes) for c in made_from if class_of(contract, c) == "special"]
    purposes = tuple(sorted(set.intersection(*special))) if special else ()
    return ColumnAccess(name, kind, strictest(class_of(contract, c) for c in made_from), purposes)
