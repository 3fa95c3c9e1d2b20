"""A dataset in the standard's words, before its ``contract:`` is laid over it.

Each part is described, read back, and what reading would not give is added as a custom property: so nothing Borough says is lost.
"""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from borough.project.odcs.naming import Naming
from borough.project.odcs.reading import read_column, read_rule, read_table
from borough.project.odcs.words import (
    COLUMN,
    DATASET,
    DIMENSIONS,
    ENGINE,
    LATEST,
    LOGICAL,
    PHYSICAL,
    RULE,
    SEVERITIES,
    Words,
    said,
    with_own,
)
from borough.project.specs import DatasetSpec

_UNIT = re.compile(r"(\d+) (\w+?)s?")


@dataclass(frozen=True)
class Style:
    """How a contract says things: its version of the standard, and whether it has physical types at all."""

    version: str = LATEST
    physical_types: bool = True


def describe_document(spec: DatasetSpec, council: str, lake: str) -> Words:
    """What stands above the tables. A contract from elsewhere has an ``id`` of its own, and then only what the standard needs."""
    version = spec.contract.get("apiVersion") or LATEST
    document: Words = {"apiVersion": version, "kind": "DataContract", "id": contract_id(spec, council), "version": "1.0.0"}
    if spec.owner:
        document["team"] = {"name": spec.owner}
    if "id" not in spec.contract:
        document |= {"name": spec.title or spec.dataset, "status": "active", "tenant": council, "servers": [_server(spec.dataset, lake)]}
    latency = _latency(spec)
    return {**document, "slaProperties": [latency]} if latency else document


def contract_id(spec: DatasetSpec, council: str) -> str:
    """The contract's own id, else one made of the names of council and dataset: the same every time."""
    own = spec.contract.get("id")
    return str(own) if own else str(uuid.uuid5(uuid.NAMESPACE_URL, f"borough:{council}/{spec.dataset}"))


def _server(dataset: str, lake: str) -> Words:
    server: Words = {"server": "lake", "description": "The dataset's log of changes, a Delta table."}
    where = f"{lake.rstrip('/')}/silver/{dataset}/log"
    scheme = where.partition("://")[0] if "://" in where else ""
    if scheme in ("s3", "s3a"):
        return {**server, "type": "s3", "location": where, "format": "delta"}
    if scheme in ("abfs", "abfss", "az", "azure"):
        return {**server, "type": "azure", "location": where, "format": "delta"}
    return (
        {**server, "type": "custom", "location": where, "format": "delta"}
        if scheme
        else {**server, "type": "local", "path": where, "format": "delta"}
    )


def _latency(spec: DatasetSpec) -> Words | None:
    """A declared lag says how late the source tells: that is the standard's latency."""
    if spec.known is None or isinstance(spec.known, str) or spec.known.lag is None:
        return None
    match = _UNIT.fullmatch(spec.known.lag)
    assert match is not None  # the spec has checked it
    element = {"element": f"{spec.dataset}.{spec.known.date}"} if spec.known.date in spec.columns else {}
    return {"property": "latency", "value": int(match[1]), "unit": match[2], **element}


def describe_table(spec: DatasetSpec, naming: Naming, owner: str | None) -> Words:
    """The dataset's table with its properties. ``owner`` is who the contract as a whole says."""
    words = said(spec)
    default = words.get("classification", "internal")
    style = Style(str(spec.contract.get("apiVersion") or LATEST), spec.contract.get("physicalTypes") is not False)
    properties = [describe_column(name, column, naming, default, style) for name, column in words["columns"].items()]
    _mark_key(spec, properties)
    table: Words = {
        "name": spec.dataset,
        "physicalType": "table",
        "businessName": words.get("title"),
        "description": words.get("description"),
    }
    table["quality"] = [_rule(rule) for rule in words.get("rules", ())]
    table = {**{key: value for key, value in table.items() if value}, "properties": properties}
    return with_own(table, words, read_table(table, list(spec.columns), naming, owner), DATASET)


def _mark_key(spec: DatasetSpec, properties: list[Words]) -> None:
    """Mark the primary key; a contract that has none says ``key: false``, and that counts while guessing gives Borough's key."""
    if spec.contract.get("key") is False and read_table({"properties": properties}, list(spec.columns), Naming(), None)["key"] == list(
        spec.key
    ):
        return
    for name, prop in zip(spec.columns, properties, strict=True):
        if name in spec.key:
            prop |= {"primaryKey": True, "primaryKeyPosition": spec.key.index(name) + 1}


def describe_column(name: str, words: Mapping[str, Any], naming: Naming, default: str, style: Style) -> Words:
    """One column as a property. Its classification is said wherever it is not simply internal."""
    kind = words.get("type", "string")
    prop: Words = {"name": name, "logicalType": LOGICAL[kind], "physicalType": PHYSICAL[kind] if style.physical_types else None}
    prop |= {"businessName": words.get("title"), "description": words.get("description")}
    prop |= {"required": words.get("required"), "unique": words.get("unique")}
    prop["logicalTypeOptions"] = _options(kind, words)
    prop |= _values(kind, words, style.version)
    to = naming.to(words["references"]) if "references" in words else None
    prop["relationships"] = [{"type": "foreignKey", "to": to}] if to else None
    prop["classification"] = words.get("classification") or (default if default != "internal" else None)
    prop = {key: value for key, value in prop.items() if value not in (None, {}, [])}
    return with_own(prop, words, read_column(prop, naming, default), COLUMN)


def _options(kind: str, words: Mapping[str, Any]) -> Words:
    options: Words = {}
    if "between" in words:
        kinds = (int, float) if kind in ("integer", "number", "money") else (str,) if kind in ("date", "timestamp") else ()
        if all(isinstance(limit, kinds) and not isinstance(limit, bool) for limit in words["between"]):
            options |= dict(zip(("minimum", "maximum"), words["between"], strict=True))
    if kind == "string" and "pattern" in words:
        options["pattern"] = words["pattern"]
    return options


def _values(kind: str, words: Mapping[str, Any], version: str) -> Words:
    if not words.get("values"):
        return {}
    values = list({json.dumps(one): one for one in (_value(kind, text) for text in words["values"])}.values())
    if version.startswith(("v3.0", "v3.1")):
        told = SEVERITIES[words.get("severity", "error")]
        rule = {"type": "library", "metric": "invalidValues", "arguments": {"validValues": values}, "mustBe": 0}
        return {"quality": [{**rule, "dimension": "conformity", "severity": told}]}
    return {"enum": [{"value": value} for value in values]}


def _value(kind: str, text: str) -> Any:
    """A permitted value as the column's type has it, where that says the same text."""
    for read in {"integer": (int,), "number": (int, float), "money": (int, float)}.get(kind, ()):
        try:
            if str(read(text)) == text and math.isfinite(read(text)):
                return read(text)
        except ValueError:
            continue
    return text


def _rule(words: Mapping[str, Any]) -> Words:
    rule: Words = {"name": words["name"], "type": "custom", "description": words.get("description")}
    rule |= {"dimension": DIMENSIONS.get(words["dimension"], words["dimension"]), "severity": SEVERITIES[words.get("severity", "error")]}
    rule |= {"engine": ENGINE, "implementation": words["check"]}
    rule = {key: value for key, value in rule.items() if value is not None}
    return with_own(rule, words, read_rule(rule), RULE)
