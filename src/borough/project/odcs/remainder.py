"""What a contract says beyond what Borough would write: the difference between the two, and how it is laid over again.

In a mapping, a key adds or replaces, and ``null`` takes away. In a list whose items have names, ``of: NAME`` adds to the item of
that name (``leftOut: true`` takes it away), or only says where it stands; other items are added.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from borough.project.odcs.words import KINDS, Words, same

# Lists whose items have names, and the keys that may hold the name.
_NAMED = {"quality": ("name", "metric"), "relationships": ("to",), "customProperties": ("property",), "enum": ("value",)}
# Mappings that are merged key by key; others are values.
_MERGED = ("description", "logicalTypeOptions", "team")


def without_nothing(value: Any, key: str = "") -> Any:
    """The contract without keys that say nothing: ``null`` means absent everywhere but as a value of its own."""
    if isinstance(value, Mapping):
        return {str(k): _kept(k, v) for k, v in value.items() if v is not None or k in ("value", "mustBe", "mustNotBe")}
    if isinstance(value, list) and key not in ("examples", "validValues"):
        return [without_nothing(one) for one in value]
    return value


def _kept(key: str, value: Any) -> Any:
    return value if key in ("value", "arguments", "implementation", "examples") else without_nothing(value, key)


def difference(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Words:
    """What has to be laid over ``mine`` to give ``theirs``."""
    rest: Words = {}
    for key, value in theirs.items():
        if key not in mine:
            rest[key] = value
        elif not same(mine[key], value):
            rest[key] = _difference(key, mine[key], value)
    return {**rest, **{key: None for key in mine if key not in theirs}}


def _difference(key: str, mine: Any, theirs: Any) -> Any:
    if key in _MERGED and isinstance(mine, dict) and isinstance(theirs, dict):
        return difference(mine, theirs)
    if key in _NAMED and all(isinstance(one, dict) for one in (*mine, *theirs)):
        full = _items(key, mine, theirs)
        for items in ([one for one in full if set(one) != {"of"}], full):
            if same(_lay_items(key, mine, items), theirs):
                return items
    return theirs


def _items(key: str, mine: list[Words], theirs: list[Words]) -> list[Words]:
    """Their items; those that are mine too only with what they add."""
    named, wanted = _by_name(key, mine), _with_names(key, theirs)
    left_out = [{"of": name, "leftOut": True} for name in named if name not in dict(wanted)]
    return left_out + [{"of": name, **difference(named[name], one)} if name in named else one for name, one in wanted]


def _by_name(key: str, items: list[Words]) -> dict[Any, Words]:
    return dict(_with_names(key, items))


def _with_names(key: str, items: list[Words]) -> list[tuple[str, Words]]:
    """Each item with its name. A name that comes again gets a number, and so does what has none, so that names are never shared."""
    named: list[tuple[str, Words]] = []
    seen: dict[str, int] = {}
    for one in items:
        name = str(next((one[k] for k in _NAMED[key] if one.get(k) is not None), ""))
        seen[name] = seen.get(name, 0) + 1
        named.append((name if seen[name] == 1 else f"{name} ({seen[name]})", one))
    return named


def lay(mine: Mapping[str, Any], rest: Mapping[str, Any]) -> Words:
    """The contract that ``mine`` becomes with the rest laid over it."""
    laid = dict(mine)
    for key, value in rest.items():
        if value is None:
            laid.pop(key, None)
        elif key in _MERGED and isinstance(laid.get(key), dict) and isinstance(value, dict):
            laid[key] = lay(laid[key], value)
        elif key in _NAMED and isinstance(value, list) and (key in laid or any(_is_of(one) for one in value)):
            items = _lay_items(key, laid.get(key, []), value)
            laid |= {key: items} if items or key in laid else {}
        else:
            laid[key] = value
    return laid


def _is_of(item: Any) -> bool:
    return isinstance(item, dict) and "of" in item


def _lay_items(key: str, mine: list[Words], rest: list[Words]) -> list[Words]:
    named = _by_name(key, mine)
    told = {one["of"] for one in rest if _is_of(one)}
    laid = [one for name, one in named.items() if name not in told]
    for one in rest:
        if not _is_of(one):
            laid.append(one)
        elif one["of"] in named and not one.get("leftOut"):  # else Borough has it no more, and what was added to it goes too
            laid.append(lay(named[one["of"]], {k: v for k, v in one.items() if k != "of"}))
    return laid


def lay_agreeing(mine: Words, rest: Mapping[str, Any], read: Callable[[Words], Words], refused: Callable[[str], None]) -> Words:
    """The rest laid over ``mine``, as far as it does not deny what Borough says of the same thing: that is what is acted on.

    ``read`` gives Borough's words; ``refused`` hears of the keys that were left out.
    """
    laid, said = mine, read(mine)
    if _agree(read(lay(mine, rest)), said):
        return lay(mine, rest)
    kinds = {key: rest[key] for key in KINDS if key in rest}
    for part in [kinds, *({key: value} for key, value in rest.items() if key not in kinds)]:
        for one in _pieces(part, lambda candidate: _agree(read(candidate), said), laid):
            if _agree(read(lay(laid, one)), said):
                laid = lay(laid, one)
            else:
                for key in one:
                    refused(key)
    return laid


def _pieces(part: Words, agrees: Callable[[Words], bool], laid: Words) -> list[Words]:
    """A part as it is where it agrees, else its items one by one: laid in turn they come to stand in the same order."""
    ((key, value),) = part.items() if len(part) == 1 else (("", None),)
    if key in _NAMED and isinstance(value, list) and not agrees(lay(laid, part)):
        return [{key: [one]} for one in value]
    return [part]


def _agree(now: Words, said: Words) -> bool:
    return all(same(now.get(word), value) for word, value in said.items())
