"""A draft as YAML that a person goes on with: keys in the reference's order, and a comment wherever something was guessed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from borough.pipeline.drafting.infer import Column


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000, sort_keys=False).strip()
    return text.removesuffix("...").strip()


def source_yaml(name: str, feed: str, connect: Mapping[str, Any], declared: Mapping[str, Any], dataset: str, columns: Sequence[Column], remarks: Sequence[str]) -> str:
    """The file of ``sources/``."""
    lines = [*(f"# {remark}" for remark in remarks), f"source: {name}", f"title: {_title(name)}", "# owner: the service that answers for it", f"connect: {flow(dict(connect))}", "feeds:", f"  {feed}:"]
    lines += [f"    {key}: {flow(value)}" + _comment(key, value) for key, value in declared.items()]
    lines += [f"    to: {dataset}", "    map:", *(f"      {c.name}: {flow(c.expression)}" for c in columns)]
    return "\n".join(lines) + "\n"


def _comment(key: str, value: Any) -> str:
    if key == "delivers" and value == "full":
        return "  # each extract is complete: absent keys are deletes. Else append, or changes"
    if key == "extract_date":
        return "  # better in the file's name: {extract_date:%Y-%m-%d}"
    return ""


def dataset_yaml(name: str, key: Sequence[str], key_remark: str | None, columns: Sequence[Column], rules: Sequence[tuple[str, str]]) -> str:
    """The file of ``datasets/``."""
    lines = [f"dataset: {name}", f"title: {_title(name)}", "# description: what a row is", "# owner: who answers for it"]
    lines.append(f"key: {flow(key[0] if len(key) == 1 else list(key))}" + (f"  # {key_remark}" if key_remark else ""))
    lines.append("columns:")
    lines += [f"  {c.name}: {flow(dict(_contract(c, c.name in key)))}" + (f"  # {c.remark}" if c.remark else "") for c in columns]
    shape = next((c.name for c in columns if c.type == "geometry"), None)
    if shape:
        lines.append(f"# area: {flow({'code': key[0], 'shape': shape})}  # makes it a set of areas, such as wards")
    if rules:
        lines.append("rules:")
        lines += [f"  - {flow({'name': rule, 'check': check, 'dimension': 'consistency', 'severity': 'warn'})}" for rule, check in rules]
    return "\n".join(lines) + "\n"


def _contract(column: Column, key: bool) -> Iterator[tuple[str, Any]]:
    if column.type != "string":
        yield "type", column.type
    if column.required or key:
        yield "required", True
    if column.values:
        yield "values", list(column.values)
    if column.between:
        yield "between", [float(limit) if "." in limit else int(limit) for limit in column.between]
    if column.classification:
        yield "classification", column.classification


def _title(name: str) -> str:
    return flow(name.replace("_", " ").capitalize())
