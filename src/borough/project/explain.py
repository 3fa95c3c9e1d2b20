"""What pydantic found wrong, in plain English: one mistake per place, with the nearest right word."""

from __future__ import annotations

import datetime as dt
import difflib
import types
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from borough.errors import Mistake, Place
from borough.project.documents import Document
from borough.project.spec import Bound, Expression, Name, Names, Share, Spec, Yes

NAME = "a name of lower-case letters, digits and _, starting with a letter, at most 63 long"
Steps = tuple[str | int, ...]


# Words of the Open Data Contract Standard whose like here is called something else.
_STANDARD = {
    "businessname": "title",
    "logicaltype": "type",
    "physicaltype": "type",
    "properties": "columns",
    "primarykey": "key",
    "enum": "values",
    "relationships": "references",
    "quality": "rules",
    "team": "owner",
    "implementation": "check",
}


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that the word was probably meant to be."""
    lowered = {choice.lower(): choice for choice in choices}
    if word.lower() not in lowered and _STANDARD.get(word.lower()) in lowered:
        return _STANDARD[word.lower()]
    close = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[close[0]] if close else None


def one_of(choices: Iterable[str]) -> str:
    """``a``, ``a or b``, ``one of a, b, c`` – at most 12 of them."""
    words = list(choices)
    if len(words) <= 2:
        return " or ".join(words)
    more = f" … ({len(words)} in all)" if len(words) > 12 else ""
    return f"one of {', '.join(words[:12])}{more}"


def explain(error: ValidationError, document: Document, model: type[Spec]) -> list[Mistake]:
    """The validation errors of one document as mistakes: the noise of unions collapsed to one clear mistake per place."""
    mistakes: dict[Place, Mistake] = {}
    every = located(error, document)
    misspelt = {(*path[:-1], nearest(str(path[-1]), keys_at(model, path[:-1]))) for path, e in every if e["type"] == "extra_forbidden"}
    for path, found in every:
        if found["type"] == "missing" and path in misspelt:
            continue
        mistake = _mistake(found, path, document, model)
        mistakes.setdefault(mistake.place, mistake)
    return list(mistakes.values())


def located(error: ValidationError, document: Document) -> list[tuple[Steps, ErrorDetails]]:
    """The errors with their paths in the document, of a union's branches only the one that the value comes closest to."""
    every = [(_locate(e, document), e) for e in error.errors(include_url=False, include_input=False)]
    return [(path, found) for (path, _), found in _quieten(every)]


# ── Where ───────────────────────────────────────────────────────────────────────────────────────

Location = tuple[Steps, tuple[Steps, str] | None]  # the path, and where a union branched and to which branch
Located = tuple[Location, ErrorDetails]


def _locate(error: ErrorDetails, document: Document) -> Location:
    """The path of an error in the document, and the first branch of a union on the way (where, which)."""
    node, path = document.root, list[str | int]()
    branch: tuple[Steps, str] | None = None
    for number, step in enumerate(error["loc"]):
        below = document.step(node, step)
        last = number == len(error["loc"]) - 1
        if below is not None:
            path.append(step)
            node = below[1]
        elif last and error["type"] == "missing":
            path.append(step)
        elif step != "[key]" and branch is None:
            branch = (tuple(path), str(step))
    return tuple(path), branch


def _quieten(located: Sequence[Located]) -> list[Located]:
    """Of a union's branches keep the one that the value comes closest to."""
    kept: list[Located] = []
    unions: dict[Steps, dict[str, list[Located]]] = defaultdict(lambda: defaultdict(list))
    for item in located:
        branch = item[0][1]
        if branch is None:
            kept.append(item)
        else:
            unions[branch[0]][branch[1]].append(item)
    for branches in unions.values():
        kept.extend(max(branches.values(), key=lambda errors: _closeness(errors)))
    return kept


def _closeness(errors: Iterable[Located]) -> tuple[int, int]:
    errors = list(errors)
    missing = sum(e["type"] == "missing" for _, e in errors)
    return max(len(path) - (e["type"] == "missing") for (path, _), e in errors), -sum(1 for _ in errors) - missing


# ── What ────────────────────────────────────────────────────────────────────────────────────────


def _mistake(error: ErrorDetails, path: Steps, document: Document, model: type[Spec]) -> Mistake:
    kind = error["type"]
    last = str(path[-1]) if path else ""
    if kind == "missing" and isinstance(path[-1], str):
        node = document.find(path)
        found = f"no {last!r}" if node[2] else f"nothing after {last!r}"
        place = document.place(path[:-1]) if node[2] else document.key_place(path)
        return Mistake(place, found, f"{last!r}: {_description(model, path)}")
    if kind == "missing":
        path = path[:-1]
    if kind == "extra_forbidden":
        keys = _keys(_at(model, path[:-1]))
        return Mistake(document.key_place(path), f"unknown key {last!r}", one_of(keys), nearest(last, keys))
    if error["loc"][-1:] == ("[key]",):
        choices = _literals(_dict_keys(_at(model, path[:-1])))
        if choices:
            return Mistake(document.key_place(path), f"unknown key {last!r}", one_of(choices), nearest(last, choices))
        return Mistake(document.key_place(path), f"the name {last!r}", NAME, _tidy_name(last))
    return _wrong_value(error, path, document, model)


def _wrong_value(error: ErrorDetails, path: Steps, document: Document, model: type[Spec]) -> Mistake:
    node = document.find(path)[1]
    written = node.value if isinstance(node, yaml.ScalarNode) else None
    arms = _at(model, path)
    choices = _literals(arms)
    hint = nearest(written, choices) if written and choices else None
    if written and Name in arms and error["type"] == "string_pattern_mismatch":
        hint = _tidy_name(written)
    place = document.place(path) if isinstance(node, yaml.ScalarNode) else document.key_place(path)
    return Mistake(place, _found(node), _expected(error, arms, _description(model, path)), hint)


def _found(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "keys" if node.value else "an empty mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list" if node.value else "an empty list"
    if node.value == "":
        return "nothing"
    return repr(node.value if len(node.value) <= 60 else node.value[:59] + "…")


def _tidy_name(word: str) -> str | None:
    tidy = "".join(c if c.isascii() and c.isalnum() else "_" for c in word.lower()).strip("_")
    return tidy if tidy and tidy[0].isalpha() and len(tidy) <= 63 else None


def _expected(error: ErrorDetails, arms: Sequence[Any], description: str) -> str:
    context = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch" and Name not in arms:
        return f"{description.rstrip('.')}" if description else f"text like {context.get('pattern')}"
    if error["type"] in ("greater_than_equal", "less_than_equal") and Share not in arms:
        side, limit = ("least", context["ge"]) if "ge" in context else ("most", context["le"])
        return f"a number of at {side} {limit}"
    if error["type"] in ("string_too_long", "string_too_short") and Name not in arms:
        return f"text of at {'most' if 'max_length' in context else 'least'} {context.get('max_length', context.get('min_length'))} character(s)"
    words = " or ".join(dict.fromkeys(w for w in (_word(arm) for arm in arms) if w))
    return words or description or error["msg"]


def kind_in_words(annotation: Any) -> str:
    """What a value may be, in words: ``a whole number or none``."""
    words = dict.fromkeys("a name" if arm is Name else _word(arm) for arm in _arms(annotation))
    return " or ".join(word for word in words if word)


def _word(arm: Any) -> str:
    """A type, in words."""
    simple = {str: "text", int: "a whole number", float: "a number", bool: "true or false", dt.date: "a date such as 2026-01-31"}
    if arm is Name:
        return NAME
    if arm is Names:
        return "text, or a list of texts"
    if arm is Share:
        return "a share such as 0.2 or 20%"
    if arm is Expression:
        return "an SQL expression"
    if arm is Yes:
        return "true"
    if arm in simple:
        return simple[arm]
    origin, args = get_origin(arm), get_args(arm)
    if origin is Literal:
        return one_of(str(choice) for choice in args)
    if arm is Bound:
        return "a number, a date or text"
    if origin is tuple:
        size = "" if Ellipsis in get_args(arm) else f" of {len(get_args(arm))}"
        return f"a list{size}"
    if origin is dict:
        if get_origin(args[0]) is Literal:
            return f"keys ({', '.join(_literals([args[0]]))})"
        return "an SQL expression for each name" if args[1] is Expression else "names, each with its declaration below it"
    if isinstance(arm, type) and issubclass(arm, Spec):
        return f"keys ({', '.join(_keys([arm]))})"
    return ""


# ── The types of the specs, walked along a path ─────────────────────────────────────────────────


def _arms(annotation: Any) -> list[Any]:
    """The alternatives of an annotation; the named kinds (Name, Names, Share …) stay whole."""
    if any(annotation is named for named in (Name, Names, Share, Expression, Yes, Bound)):
        return [annotation]
    origin = get_origin(annotation)
    if origin is Annotated:
        return _arms(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [arm for part in get_args(annotation) if part is not type(None) for arm in _arms(part)]
    return [annotation]


def fields(model: type[Spec]) -> dict[str, FieldInfo]:
    """The fields of a spec by the key that the YAML has."""
    return {info.alias or name: info for name, info in model.model_fields.items()}


def type_of(model: type[Spec], key: str) -> Any:
    """The field's annotation as written, with its metadata: pydantic takes the outermost off."""
    for name, info in model.model_fields.items():
        if key in (name, info.alias):
            return _hints(model)[name]
    raise KeyError(key)


def _hints(model: type[Spec]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)


def _at(model: type[Spec], path: Steps) -> list[Any]:
    arms: list[Any] = [model]
    for step in path:
        arms = [found for arm in arms for found in _below(arm, step)]
    return arms


def _below(arm: Any, step: str | int) -> list[Any]:
    if isinstance(arm, type) and issubclass(arm, Spec):
        return _arms(type_of(arm, str(step))) if step in fields(arm) else []
    origin, args = get_origin(arm), get_args(arm)
    if origin is dict:
        return _arms(args[1])
    if arm is Names:
        return [str]
    if origin is tuple and isinstance(step, int):
        return _arms(args[0] if Ellipsis in args else args[min(step, len(args) - 1)])
    return []


def _keys(arms: Iterable[Any]) -> list[str]:
    keys: list[str] = []
    for arm in arms:
        if isinstance(arm, type) and issubclass(arm, Spec):
            keys += fields(arm)
        elif get_origin(arm) is dict:
            keys += _literals(_arms(get_args(arm)[0]))
    return keys


def keys_at(model: type[Spec], path: Steps) -> list[str]:
    """The keys that may stand at a path."""
    return _keys(_at(model, path))


def choices_at(model: type[Spec], path: Steps) -> list[str]:
    """The words of which one must stand at a path, where that is so."""
    return _literals(_at(model, path))


def _dict_keys(arms: Iterable[Any]) -> list[Any]:
    """What may be a key here, where the mapping's keys are names or choices."""
    found = [inner for arm in arms if get_origin(arm) is dict for inner in _arms(get_args(arm)[0])]
    others = [Literal[key] for arm in arms if isinstance(arm, type) and issubclass(arm, Spec) for key in fields(arm)]
    return found + others if any(get_origin(f) is Literal for f in found) else found


def _literals(arms: Iterable[Any]) -> list[str]:
    return [str(choice) for arm in arms if arm is not Yes and get_origin(arm) is Literal for choice in get_args(arm)]


def _description(model: type[Spec], path: Steps) -> str:
    if not path:
        return ""
    for owner in _at(model, path[:-1]):
        if isinstance(owner, type) and issubclass(owner, Spec) and path[-1] in fields(owner):
            return fields(owner)[str(path[-1])].description or ""
    return ""
