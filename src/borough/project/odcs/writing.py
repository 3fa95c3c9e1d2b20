"""Contracts and datasets as YAML that a person could have written: short things on a line, long ones below each other."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from borough.project.documents import Document, read_documents
from borough.project.environment import Environment, Span
from borough.project.odcs.words import Words, plain, said
from borough.project.specs import DatasetSpec
from borough.project.typed import typed

_WIDTH = 120
# Keys of a dataset in the order in which they are declared.
_DATASET = tuple(name for name in DatasetSpec.model_fields if name != "contract")


class Verbatim(Environment):
    """No environment: ``${NAME}`` in a contract is the contract's own."""

    def __init__(self) -> None:
        super().__init__({})

    def substitute(self, text: str, wrong: Any) -> tuple[str, tuple[Span, ...]]:
        return text, ()


def read_yaml(file: str, data: bytes) -> tuple[list[tuple[Document, Any]], list[Any]]:
    """The documents of a YAML file with their values, typed as YAML types them, and what is wrong with it (``Mistake``)."""
    documents, mistakes = read_documents(file, data, Verbatim())
    return [(document, typed(document)) for document in documents], mistakes


def contract_yaml(document: Words) -> str:
    """A contract as YAML, in block style throughout, as the standard's own examples are."""
    return _dump(document, lambda node, depth: False)


def dataset_yaml(spec: DatasetSpec, comment: str) -> str:
    """A dataset as a file of ``datasets/``, its contract last; the comment is its first line."""
    words = said(spec)
    words = {key: words[key] for key in _DATASET if key in words}
    if len(spec.key) == 1:
        words["key"] = spec.key[0]
    words["columns"] = {name: _dated(column) or {"type": "string"} for name, column in words["columns"].items()}
    text = _dump(_escaped(words), _is_short)
    if spec.contract:
        text += "# What else the contract says: exported as it stands, not acted on.\n"
        text += _dump(_escaped({"contract": plain(spec.contract)}), lambda node, depth: False)
    return f"# {comment}\n{text}"


def _dated(column: Words) -> Words:
    """A column with its limits as dates where they are, so that they need no quotes."""
    if column.get("type") in ("date", "timestamp") and "between" in column:
        return {**column, "between": [_date(limit) for limit in column["between"]]}
    return column


def _date(text: Any) -> Any:
    return dt.date.fromisoformat(text) if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text


def _escaped(value: Any) -> Any:
    """Dollar signs that would begin a variable, doubled."""
    if isinstance(value, Mapping):
        return {key: _escaped(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_escaped(one) for one in value]
    if isinstance(value, str) and re.search(r"\$[${]", value):
        return value.replace("$", "$$")
    return value


class _Dumper(yaml.SafeDumper):
    """Indents lists, never uses anchors, and chooses the style of texts by their length."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = None
    if "\n" in value and not re.search(r"[ \t]\n|^\s|[^\S\n ]", value):
        style = "|"
    elif len(value) > _WIDTH and not re.search(r"\s\s|^\s|\s$|\n", value):
        style = ">"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _nothing(dumper: yaml.SafeDumper, value: None) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:null", "null")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(type(None), _nothing)


def _dump(value: Any, is_short: Callable[[yaml.MappingNode, int], bool]) -> str:
    node = _Dumper(io.StringIO(), sort_keys=False).represent_data(value)
    _style(node, is_short, 0)
    return str(yaml.serialize(node, Dumper=_Dumper, width=_WIDTH + 20, allow_unicode=True))


def _style(node: yaml.Node, is_short: Callable[[yaml.MappingNode, int], bool], depth: int) -> None:
    if isinstance(node, yaml.MappingNode):
        node.flow_style = is_short(node, depth) or not node.value
        for _key, value in node.value:
            _style(value, is_short, depth + 1)
    elif isinstance(node, yaml.SequenceNode):
        plain_items = all(isinstance(one, yaml.ScalarNode) and one.style is None for one in node.value)
        node.flow_style = (plain_items and _length(node) < _WIDTH - 20) or not node.value
        for value in node.value:
            _style(value, is_short, depth + 1)


def _is_short(node: yaml.MappingNode, depth: int) -> bool:
    """Whether a mapping of a dataset reads well on one line: columns, areas and the like with few and short words."""
    flat = all(isinstance(v, yaml.ScalarNode) or (isinstance(v, yaml.SequenceNode) and _is_flat(v)) for _k, v in node.value)
    return depth >= 1 and flat and _length(node) < _WIDTH - 20


def _is_flat(node: yaml.SequenceNode) -> bool:
    return all(isinstance(one, yaml.ScalarNode) for one in node.value)


def _length(node: yaml.Node) -> int:
    if isinstance(node, yaml.ScalarNode):
        return len(node.value) + 2
    parts = node.value if isinstance(node, yaml.SequenceNode) else [part for pair in node.value for part in pair]
    return sum(_length(part) for part in parts) + 2
