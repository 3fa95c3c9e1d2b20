"""Values of a YAML document with the types that YAML gives them.

Declarations hold text only, because the specs give them their types. What no spec describes keeps the types of YAML itself:
``9.95`` is a number and ``"9.95"`` is text. Dates stay text, as JSON has them.
"""

from __future__ import annotations

from typing import Any

import yaml

from borough.project.documents import Document

_MAKES = {"bool", "int", "float", "null"}
_TAG = "tag:yaml.org,2002:"


def typed(document: Document, *path: str | int) -> Any:
    """The value at the path, with its types; variables are filled in as everywhere. None where there is nothing."""
    value: Any = document.value
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    _key, node, missing = document.find(path)
    return None if missing else _value(document, node, value, yaml.SafeLoader(""))


def _value(document: Document, node: yaml.Node, value: Any, loader: yaml.SafeLoader) -> Any:
    if isinstance(value, dict):
        return {key: _value(document, below[1], one, loader) for key, one in value.items() if (below := document.step(node, key))}
    if isinstance(value, list) and isinstance(node, yaml.SequenceNode):
        return [_value(document, below, one, loader) for below, one in zip(node.value, value, strict=True)]
    if not isinstance(value, str) or not isinstance(node, yaml.ScalarNode) or node.style not in (None, ""):
        return value
    tag = str(loader.resolve(yaml.ScalarNode, value, (True, False)))  # type: ignore[no-untyped-call]  # PyYAML has no types here
    if tag.removeprefix(_TAG) not in _MAKES:
        return value
    return loader.construct_object(yaml.ScalarNode(tag, value), deep=True)
