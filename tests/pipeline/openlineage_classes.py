"""The official client's classes as a schema: an event must fit them field by field, and say the same when they write it out again."""

from __future__ import annotations

import importlib
import pkgutil
import types
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import attr
from openlineage.client import event_v2, generated
from openlineage.client.serde import Serde

# Facets are open for more properties by the standard; every one of ours fits a class of its own, so nothing more is let through.


@cache
def _facets() -> dict[str, type]:
    """``_schemaURL`` → facet class, of every facet of the specification."""
    modules = [importlib.import_module(f"{generated.__name__}.{m.name}") for m in pkgutil.iter_modules(generated.__path__)]
    classes = [c for m in modules for c in vars(m).values() if isinstance(c, type) and attr.has(c) and c.__name__.endswith("Facet")]
    return {c._get_schema(): c for c in classes if hasattr(c, "_get_schema")}


def event(document: dict[str, Any]) -> event_v2.RunEvent:
    """The event in the client's classes. Raises where it doesn't fit them."""
    made = _fit(event_v2.RunEvent, document, "event")
    assert isinstance(made, event_v2.RunEvent)
    assert Serde.to_dict(made) == document  # the classes lose and add nothing
    return made


def _fit(kind: Any, value: Any, where: str) -> Any:
    if kind is Any:
        return value
    if get_origin(kind) in (Union, types.UnionType):
        if value is None:
            assert type(None) in get_args(kind), f"{where} is null"
            return None
        (kind,) = (k for k in get_args(kind) if k is not type(None))
    if get_origin(kind) is list:
        assert isinstance(value, list), f"{where}: {value!r}"
        return [_fit(get_args(kind)[0], one, f"{where}[{i}]") for i, one in enumerate(value)]
    if get_origin(kind) is dict:
        assert isinstance(value, dict), f"{where}: {value!r}"
        return {name: _fit(get_args(kind)[1], one, f"{where}.{name}") for name, one in value.items()}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if attr.has(kind):
        return _instance(kind, value, where)
    number = kind is float and isinstance(value, int) and not isinstance(value, bool)
    assert number or type(value) is kind, f"{where} should be {kind.__name__}, not {value!r}"
    return value


def _instance(kind: type, value: dict[str, Any], where: str) -> Any:
    if kind.__name__.endswith("Facet"):
        facet = _facets()[value["_schemaURL"]]
        assert issubclass(facet, kind), f"{where}: a {facet.__name__} where a {kind.__name__} belongs"
        kind = facet
    hints = get_type_hints(kind)
    fields = {f.name: f for f in attr.fields(kind)}
    assert set(value) <= set(fields), f"{where} has unknown {set(value) - set(fields)}"
    missing = {name for name, f in fields.items() if f.default is attr.NOTHING} - set(value)
    assert not missing, f"{where} lacks {missing}"
    made = {fields[name].alias: _fit(hints[name], one, f"{where}.{name}") for name, one in value.items() if fields[name].init}
    return kind(**made)
