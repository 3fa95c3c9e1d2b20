"""JSON records as paths and texts, quickly: the C decoder makes plain dictionaries, and what these could lose is noticed.

A dictionary keeps the last of two members of one name. So the names in the text are counted beside those that were decoded: a record
in which they differ is decoded again, slowly, pair by pair (``documents``).
"""

from __future__ import annotations

import json
import re
from typing import Any

from borough.ingest.formats.record_columns import Path, Record

# A name is a text before a colon. Inside texts, `":` stands only behind a backslash: then there seem to be more names, never fewer.
NAME = '":'
APART = re.compile(r'"\s+:')


class Number(str):
    """A number as it was written."""


WITHOUT_LISTS = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
WITH_LISTS = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number)


class Level:
    """A place in the records' tree: its path, and the places below it that were seen."""

    __slots__ = ("below", "path")

    def __init__(self, path: Path = ()) -> None:
        self.path = path
        self.below: dict[str, Level] = {}

    def at(self, name: str) -> Level:
        """The place below, by a name that was not seen before."""
        self.below[name] = level = Level((*self.path, name))
        return level


def decoder_for(text: str, lists: int) -> json.JSONDecoder | None:
    """How a document is decoded quickly; None where it can't be: names stand apart from their colons. ``lists``: how many there are around records.

    Numbers inside lists must be told from texts, which costs; where there are no lists, they are texts as they were written.
    """
    if APART.search(text):
        return None
    return WITHOUT_LISTS if text.count("[") <= lists else WITH_LISTS


def names_within(value: Any) -> int:
    """How many members all objects within a value have."""
    if isinstance(value, dict):
        return len(value) + sum(map(names_within, value.values()))
    return sum(map(names_within, value)) if isinstance(value, list) else 0


def flat(record: dict[str, Any], level: Level, row: Record) -> int:
    """Put a record's values into a row by their paths; how many names there were."""
    count, below = len(record), level.below
    for name, value in record.items():
        at = below.get(name) or level.at(name)
        kind = type(value)
        if kind is str or value is None:
            row[at.path] = value
        elif kind is dict and value:
            count += flat(value, at, row)
        elif kind is Number:
            row[at.path] = str(value)
        else:
            row[at.path] = as_json(value)
            count += names_within(value)
    return count


def as_json(value: Any) -> str:
    """JSON text with the numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return _members(value.items())
    if isinstance(value, Pairs):
        return _members(value)
    if isinstance(value, list):
        return "[" + ",".join(map(as_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


class Pairs(list[tuple[str, Any]]):
    """An object as its pairs, so that a repeated name is not lost."""


def _members(pairs: Any) -> str:
    return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{as_json(v)}" for k, v in pairs) + "}"
