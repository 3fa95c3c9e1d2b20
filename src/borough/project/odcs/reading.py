"""A contract's tables and properties in Borough's words. What they say beyond that is not looked at here (see ``remainder``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from borough.project.odcs.naming import Naming
from borough.project.odcs.words import (
    COLUMN,
    DATASET,
    ENGINE,
    RULE,
    Words,
    but_own,
    classification,
    column_type,
    dimension,
    own_words,
    severity,
)

Property = Mapping[str, Any]


def read_column(prop: Property, naming: Naming, default: str = "internal") -> Words:
    """The column that a property describes. ``default`` is the classification of the dataset."""
    words: Words = {"type": column_type(prop)}
    own = own_words(prop, COLUMN)
    words["type"] = own.get("type") or words["type"]
    words |= {"title": _text(prop.get("businessName")), "description": _text(prop.get("description"))}
    words |= {flag: True if prop.get(flag) is True or _has_none(prop, metric) else None for flag, metric in _NONE_OF.items()}
    words |= _values(prop)
    words |= _options(prop, words["type"])
    words["references"] = next((r for r in (naming.reference(one.get("to")) for one in _items(prop, "relationships")) if r), None)
    stated = classification(prop["classification"]) if prop.get("classification") else None
    words["classification"] = stated if stated != default else None
    return {word: value for word, value in but_own(words, own).items() if (word, value) != ("type", "string")}


# Library rules of a property that say no more than a word of Borough's.
_NONE_OF = {"required": "nullValues", "unique": "duplicateValues"}


def _has_none(prop: Property, metric: str) -> bool:
    return any(rule.get("metric") == metric and is_taken(rule) for rule in _items(prop, "quality"))


def is_taken(rule: Mapping[str, Any]) -> bool:
    """Whether a quality rule of a property says no more than a word of Borough's: ``values``, ``required`` or ``unique``."""
    if rule.get("metric") in _NONE_OF.values():
        return _is_zero(rule.get("mustBe")) and not rule.get("arguments") and severity(rule.get("severity")) == "error"
    return is_values_rule(rule)


def _is_zero(value: Any) -> bool:
    return value == 0 and value is not False


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _items(item: Property, key: str) -> list[Mapping[str, Any]]:
    items = item.get(key)
    return [one for one in items if isinstance(one, Mapping)] if isinstance(items, list) else []


def _values(prop: Property) -> Words:
    """Permitted values: ``enum`` since v3.2, the quality rule ``invalidValues`` before."""
    enum = _items(prop, "enum")
    if enum:
        return {"values": _texts([one.get("value") for one in enum])}
    for rule in _items(prop, "quality"):
        if is_values_rule(rule):
            told = severity(rule.get("severity"))
            return {"values": _texts(rule["arguments"]["validValues"]), "severity": told if told != "error" else None}
    return {}


def is_values_rule(rule: Mapping[str, Any]) -> bool:
    """Whether a quality rule says no more than which values are permitted."""
    arguments = rule.get("arguments")
    values = arguments.get("validValues") if isinstance(arguments, Mapping) and set(arguments) == {"validValues"} else None
    known = rule.get("metric") == "invalidValues" and _is_zero(rule.get("mustBe"))
    return bool(known and isinstance(values, list) and values and all(isinstance(v, (str, int, float)) and str(v).strip() for v in values))


def _texts(values: Sequence[Any]) -> list[str] | None:
    """Values as text, each once; one that is empty is no value."""
    texts = [str(value).lower() if isinstance(value, bool) else str(value).strip() for value in values if value is not None]
    return list(dict.fromkeys(text for text in texts if text)) or None


def _options(prop: Property, kind: str) -> Words:
    options = prop.get("logicalTypeOptions")
    if not isinstance(options, Mapping):
        return {}
    words: Words = {}
    low, high = options.get("minimum"), options.get("maximum")
    if low is not None and high is not None and kind in ("integer", "number", "money", "date", "timestamp"):
        words["between"] = [low, high]
    if kind == "string" and isinstance(options.get("pattern"), str):
        words["pattern"] = options["pattern"]
    return words


def read_table(table: Mapping[str, Any], columns: Sequence[str], naming: Naming, owner: str | None) -> Words:
    """The dataset that a table describes, but for its name; ``columns`` are the names of its properties here."""
    props = dict(zip(columns, _items(table, "properties"), strict=True))
    own = own_words(table, DATASET)
    words: Words = {"title": _text(table.get("businessName")), "description": _text(table.get("description")), "owner": owner}
    words["classification"] = own["classification"] if "classification" in own else common_classification(list(props.values()))
    words["key"] = _key(props)
    default = words["classification"] or "internal"
    words["columns"] = {name: read_column(prop, naming, default) for name, prop in props.items()}
    words["rules"] = [read_rule(rule) for rule in _items(table, "quality") if is_rule(rule)] or None
    return but_own(words, own)


def common_classification(props: Sequence[Property]) -> str | None:
    """The classification that every property states, if that is one; none for ``internal``, which is the default."""
    stated = {classification(prop["classification"]) if prop.get("classification") else None for prop in props}
    (only,) = stated if len(stated) == 1 else (None,)
    return only if only != "internal" else None


def has_key(props: Sequence[Property]) -> bool:
    return any(prop.get("primaryKey") is True for prop in props)


def _key(props: Mapping[str, Property]) -> list[str]:
    """The primary key; where there is none: the first column that is unique and required, else all required ones, else all."""
    keyed = [name for name, prop in props.items() if prop.get("primaryKey") is True]
    if keyed:
        places = {name: _position(props[name]) or place for place, name in enumerate(keyed, start=1)}
        return sorted(keyed, key=lambda name: places[name])
    unique = [name for name, prop in props.items() if prop.get("unique") is True and prop.get("required") is True]
    required = [name for name, prop in props.items() if prop.get("required") is True]
    return unique[:1] or required or list(props)


def _position(prop: Property) -> int:
    """The position that a property of the key says it has, from 1; 0 where it says none."""
    position = prop.get("primaryKeyPosition")
    return position if isinstance(position, int) and position > 0 else 0


def is_rule(rule: Mapping[str, Any]) -> bool:
    """Whether a quality rule is one of Borough's expressions."""
    texts = all(isinstance(rule.get(key), str) for key in ("name", "implementation", "dimension"))
    return rule.get("type") == "custom" and rule.get("engine") == ENGINE and texts


def read_rule(rule: Mapping[str, Any]) -> Words:
    words: Words = {"name": rule["name"], "check": rule["implementation"].strip(), "dimension": dimension(rule["dimension"])}
    told = severity(rule.get("severity"))
    words |= {"severity": told if told != "error" else None, "description": _text(rule.get("description"))}
    # Dimension and severity may be said more exactly; what makes the rule this rule may not.
    own = {word: value for word, value in own_rule_words(rule).items() if word not in ("name", "check")}
    return but_own(words, own)


def own_rule_words(rule: Mapping[str, Any]) -> Words:
    return own_words(rule, RULE)
