"""The words of the Open Data Contract Standard beside Borough's."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Any

from borough.project.spec import Spec, name_from
from borough.project.specs import ColumnSpec, DatasetSpec, RuleSpec

Words = dict[str, Any]  # a declaration as YAML would say it: only what differs from the defaults

LATEST = "v3.2.0"
ENGINE = "borough"  # of quality rules that are Borough's expressions
PREFIX = "borough."  # of custom properties that hold Borough's own words

# What a column is in the lake's Delta tables.
PHYSICAL = {
    "string": "string",
    "integer": "bigint",
    "number": "double",
    "money": "decimal(18,2)",
    "date": "date",
    "timestamp": "timestamp_ntz",
    "boolean": "boolean",
    "geometry": "binary",
}
# The standard has no logical type for bytes; those who need one say string.
LOGICAL = {
    **{kind: kind for kind in ("string", "integer", "number", "date", "timestamp", "boolean")},
    "money": "number",
    "geometry": "string",
}
KINDS = ("logicalType", "physicalType")
NESTED = ("array", "object", "map", "vector")

# The UK Government Data Quality Framework's six dimensions in the standard's seven.
DIMENSIONS = {"validity": "conformity"}
_DIMENSIONS = {"conformity": "validity", "coverage": "completeness"}
SEVERITIES = {"error": "error", "warn": "warning", "stop": "error"}
_SEVERITIES = {"warning": "warn", "warn": "warn", "info": "warn"}
_CLASSIFICATIONS = {
    **{word: "public" for word in ("public", "open")},
    **{word: "internal" for word in ("internal",)},
    **{word: "personal" for word in ("personal", "pii", "confidential", "restricted", "sensitive", "private", "secret")},
    **{word: "special" for word in ("special", "special category")},
}

DOCUMENT = (
    "apiVersion", "kind", "id", "name", "version", "status", "tenant", "domain", "dataProduct", "tags", "description", "context",
    "authoritativeDefinitions", "schema", "slaDefaultElement", "slaProperties", "team", "roles", "support", "price", "servers",
    "customProperties", "contractCreatedTs",
)  # fmt: skip
TABLE = (
    "id", "name", "physicalName", "logicalType", "physicalType", "businessName", "description", "deprecated", "dataGranularityDescription",
    "synonyms", "tags", "context", "authoritativeDefinitions", "properties", "relationships", "quality", "customProperties",
)  # fmt: skip
PROPERTY = (
    "id", "name", "physicalName", "logicalType", "physicalType", "logicalTypeOptions", "businessName", "description", "primaryKey",
    "primaryKeyPosition", "required", "unique", "enum", "classification", "relationships", "quality", "customProperties",
)  # fmt: skip


def said(spec: Spec) -> Words:
    """A spec as YAML would say it, without its defaults and without ``contract``."""
    return dict(plain(spec.model_dump(by_alias=True, exclude_defaults=True, exclude={"contract"})))


def plain(value: Any) -> Any:
    """The value as JSON has it: dates as text, tuples as lists."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def same(one: Any, other: Any) -> bool:
    """Whether two values are equal as JSON, ``1`` and ``true`` told apart, white space around a text not."""
    return _canonical(one) == _canonical(other)


def _canonical(value: Any) -> str:
    return json.dumps(_stripped(value), sort_keys=True, default=str)


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _stripped(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_stripped(v) for v in value]
    return value.strip() if isinstance(value, str) else value


def in_order(words: Mapping[str, Any], order: tuple[str, ...]) -> Words:
    """The mapping with its keys in the standard's order, unknown ones last."""
    return {key: words[key] for key in (*(k for k in order if k in words), *(k for k in words if k not in order))}


def a_name(text: str) -> str:
    """A name of Borough's for a name of a contract: ``CustomerId`` and ``Customer ID`` become ``customer_id``."""
    if re.fullmatch(r"[a-z][a-z0-9_]{0,62}", text):
        return text
    return (name_from(text) or "n")[:63].rstrip("_")


def names(texts: list[str], taken: set[str] | None = None) -> list[str]:
    """A name of Borough's for each, all different and none of those taken."""
    given: list[str] = []
    for text in texts:
        name, number = a_name(text), 1
        while name in given or name in (taken or ()):
            number += 1
            name = f"{a_name(text)[:58]}_{number}"
        given.append(name)
    return given


def dimension(word: Any) -> Any:
    """The dimension of the UK Government's framework for one of the standard's."""
    return _DIMENSIONS.get(str(word), word)


def severity(word: Any) -> str:
    return _SEVERITIES.get(str(word).lower(), "error")


def classification(word: Any) -> str | None:
    """Borough's classification for a contract's word; the stricter one where words differ, none for unknown words."""
    return _CLASSIFICATIONS.get(re.sub(r"[\s_-]+", " ", str(word)).strip().lower())


def column_type(prop: Mapping[str, Any]) -> str:
    """Borough's type for a property's logical and physical type. Nested values are text (JSON)."""
    logical, physical = prop.get("logicalType"), str(prop.get("physicalType") or "").strip().lower()
    if logical == "date":
        return "timestamp" if physical.startswith(("timestamp", "datetime")) else "date"
    if logical == "number":
        return "money" if _is_money(physical) else "number"
    if logical is not None:
        return str(logical) if LOGICAL.get(str(logical)) == logical else "string"
    return _physical_type(physical)


def _is_money(physical: str) -> bool:
    match = re.fullmatch(r"(?:decimal|numeric|number)\((\d+), *2\)", physical)
    return match is not None and int(match[1]) <= 18


_PHYSICAL_TYPES = (
    (r"(big|small|tiny|medium)?int(eger|\d+)?|u?int\d+|long|short|byte", "integer"),
    (r"double( precision)?|float\d*|real|decimal.*|numeric.*|number.*", "number"),
    (r"bool(ean)?|bit", "boolean"),
    (r"date", "date"),
    (r"timestamp.*|datetime.*", "timestamp"),
)


def _physical_type(physical: str) -> str:
    if _is_money(physical):
        return "money"
    return next((kind for pattern, kind in _PHYSICAL_TYPES if re.fullmatch(pattern, physical)), "string")


def own_words(item: Mapping[str, Any], spec: type[Spec]) -> Words:
    """Borough's own words among the custom properties; ``None`` for a word that is said to be absent."""
    own: Words = {}
    customs = item.get("customProperties")
    for custom in customs if isinstance(customs, list) else ():
        name = custom.get("property") if isinstance(custom, dict) else None
        if isinstance(name, str) and name.startswith(PREFIX) and name.removeprefix(PREFIX) in _fields(spec):
            own[name.removeprefix(PREFIX)] = custom.get("value")
    return own


def _fields(spec: type[Spec]) -> set[str]:
    return set(spec.model_fields) - {"dataset", "columns", "rules", "contract"}


def with_own(item: Words, words: Mapping[str, Any], read: Mapping[str, Any], spec: type[Spec]) -> Words:
    """The item with a custom property for each word that reading it back would not give as it is."""
    fields = [f.alias or name for name, f in spec.model_fields.items() if name in _fields(spec)]
    customs = [{"property": PREFIX + word, "value": words.get(word)} for word in fields if not same(words.get(word), read.get(word))]
    return {**item, "customProperties": customs} if customs else item


def but_own(words: Words, own: Mapping[str, Any]) -> Words:
    """The words with Borough's own put over them."""
    return {word: value for word, value in {**words, **own}.items() if value is not None}


COLUMN: type[Spec] = ColumnSpec
DATASET: type[Spec] = DatasetSpec
RULE: type[Spec] = RuleSpec
