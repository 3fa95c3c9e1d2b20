"""Datasets that fit a project: words that its check refuses are taken out again, until there are none."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from pydantic import ValidationError

from borough.errors import Mistake
from borough.project.contract_checks import check_cycles, check_dataset
from borough.project.findings import Findings, Where
from borough.project.load import Project
from borough.project.odcs.words import Words
from borough.project.specs import DatasetSpec

Path = tuple[str | int, ...]


def fitting(project: Project, words: Mapping[str, Words]) -> dict[str, DatasetSpec]:
    """A spec for each dataset, without the words that the project would refuse. ``words`` is changed accordingly."""
    while True:
        specs = {name: _valid(said) for name, said in words.items()}
        refused = _refused(project, specs)
        taken = [_take(words[name], path) for name, path in refused if name in words]
        if not any(taken):
            return specs


def _valid(words: Words) -> DatasetSpec:
    while True:
        try:
            return DatasetSpec.model_validate(words)
        except ValidationError as error:
            paths: list[Path] = [one["loc"] for one in error.errors(include_url=False)]
            if not any([_take(words, path) for path in reversed(paths)]):
                raise


def _take(words: Words, path: Path) -> bool:
    """Take out the word that a path is about: of a column, a rule, or the dataset. False where nothing can be taken out."""
    if path[:1] == ("columns",):
        column = words["columns"].get(path[1]) if len(path) > 2 else None
        return column is not None and column.pop(path[2], None) is not None
    if path[:1] == ("rules",) and len(path) > 1:
        rules = words.get("rules") or []
        if path[1] in range(len(rules)):
            del rules[int(path[1])]
            return True
        return False
    return bool(path) and path[0] not in ("dataset", "key", "columns") and words.pop(str(path[0]), None) is not None


@dataclass
class _Refusals(Findings):
    """Findings that remember which paths were refused."""

    refused: list[tuple[str, Path]] = field(default_factory=list)

    def error(self, where: Where, found: str, expected: str, nearest: str | None = None) -> None:
        self.refused.append((where.name, where.path))

    def error_at_key(self, where: Where, found: str, expected: str, nearest: str | None = None) -> None:
        self.error(where, found, expected)

    def error_inside(self, where: Where, offset: int, found: str, expected: str) -> None:
        self.error(where, found, expected)

    def warning(self, where: Where, found: str, expected: str) -> None:
        pass


def _refused(project: Project, specs: Mapping[str, DatasetSpec]) -> list[tuple[str, Path]]:
    datasets = MappingProxyType({**project.datasets, **specs})
    documents = {key: value for key, value in project.documents.items() if key[0] != "dataset" or key[1] not in specs}
    findings = _Refusals(dataclasses.replace(project, datasets=datasets, documents=documents), list[Mistake]())
    for name, spec in specs.items():
        check_dataset(findings, name, spec)
    if not findings.refused:
        check_cycles(findings)
    return [(name, path) for name, path in reversed(findings.refused)]
