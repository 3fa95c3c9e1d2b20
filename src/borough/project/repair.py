"""A guess at what a broken declaration means, so that the rest of its mistakes can be found in the same go.

The guess is never run: ``load`` refuses a project with any mistake.
"""

from __future__ import annotations

import copy
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from borough.project.documents import Document
from borough.project.explain import Steps, choices_at, keys_at, located, nearest
from borough.project.spec import Spec

T = TypeVar("T", bound=Spec)


class _BeyondRepairError(Exception):
    """A guess would only make up more mistakes."""


def repair(error: ValidationError, document: Document, model: type[T]) -> T | None:
    """The spec with misspelt words put right and what can't be read left out; None where that makes no sense."""
    value = copy.deepcopy(document.value)
    faults = located(error, document)
    try:
        for path, fault in sorted(faults, key=lambda one: one[1]["type"] != "extra_forbidden"):  # a misspelt key also makes one missing
            _mend(value, path, fault, model)
        return model.model_validate(value)
    except (_BeyondRepairError, ValidationError):
        return None


def _mend(value: Any, path: Steps, fault: ErrorDetails, model: type[Spec]) -> None:
    if not path:
        raise _BeyondRepairError
    if fault["type"] == "missing" and isinstance(path[-1], int):  # a list that is too short is wrong as a whole
        path, fault = path[:-1], {**fault, "type": "too_short"}
    parent, last = _reach(value, path[:-1]), path[-1]
    if fault["type"] == "missing":
        _fill(parent, last, choices_at(model, path))
    elif fault["type"] == "extra_forbidden":
        moved = parent.pop(last)
        meant = nearest(str(last), keys_at(model, path[:-1]))
        if meant is not None:
            parent.setdefault(meant, moved)
    else:
        _replace(parent, path, choices_at(model, path))


def _fill(parent: Any, key: str | int, choices: list[str]) -> None:
    if isinstance(parent, dict) and key not in parent and choices:
        parent[key] = choices[0]


def _replace(parent: Any, path: Steps, choices: list[str]) -> None:
    """The nearest choice in place of a wrong word; else the value goes, and its default stands."""
    last = path[-1]
    if not isinstance(parent, dict) or last not in parent:
        raise _BeyondRepairError
    word = parent[last]
    meant = nearest(word, choices) if isinstance(word, str) else None
    if meant is not None:
        parent[last] = meant
    elif last == "type":  # every check of the column hangs on it
        raise _BeyondRepairError
    else:
        del parent[last]


def _reach(value: Any, path: Steps) -> Any:
    try:
        for step in path:
            value = value[step]
    except (KeyError, IndexError, TypeError):
        raise _BeyondRepairError from None
    return value
