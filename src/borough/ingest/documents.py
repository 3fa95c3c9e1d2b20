"""Read JSON into bronze: arrays of records, one record a line, records inside a document, GeoJSON features.

Nested objects become dotted columns (``location.street.id``), lists stay JSON text, numbers keep the digits they came with.
Python's parser reads; the engine's counts the records, independently. Null and an absent key are both null.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from borough.errors import EngineError
from borough.ingest.block import Block, Workshop, cannot_open, unreadable
from borough.ingest.encoding import UnreadableEncodingError, sniff
from borough.ingest.names import literal, literals, unique_names
from borough.ingest.port import Found, Received
from borough.ingest.scratch import SYSTEM, Rows

Path = tuple[str, ...]


class _Number(str):
    """A number as it was written."""


class _Object(list[tuple[str, Any]]):
    """An object as its pairs, so that a repeated key is not lost."""


class InvalidJSONError(ValueError):
    """Not JSON, or not the JSON that the feed declares: what and where."""


DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number, object_pairs_hook=_Object)
SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Shape:
    """Where the records are: a dotted path (``features``), and whether they are GeoJSON features."""

    records: str | None = None
    geojson: bool = False


def read_documents(found: Sequence[Found], shape: Shape, shop: Workshop) -> tuple[list[Received], Block | None]:
    """Read files of one feed in one go, into one block."""
    received: list[Received] = []
    with Rows(shop, "records") as rows:
        columns = _Columns(rows)
        for file in found:
            received.append(_read(file, shape, columns))
        block = rows.block()
    received = _counted(received, shape, shop)
    if block is None:
        return received, None
    # A file whose count differs is a problem: none of its rows may stay.
    bad = [r.found.name for r in received if r.problem]
    rows_left = sum(r.rows for r in received)
    sql = f"SELECT * FROM ({block.sql}) WHERE _file NOT IN ({', '.join(literal(n) for n in bad)})" if bad else block.sql
    return received, Block(sql, rows_left) if rows_left else None


def head_columns(found: Found, shape: Shape) -> tuple[str, ...]:
    """The columns of a file. Raises OSError or ValueError when it can't be read."""
    with open(found.path, "rb") as file:
        text = _text(file.read())[0]
    have = dict.fromkeys(path for record in records_of(text, shape) for path in flatten(record, shape.geojson))
    return tuple(".".join(path) for path in have)


class _Columns:
    """The columns seen so far, over all files, and the rows they are written to."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.names: dict[Path, str] = {}
        self.parts: tuple[str, ...] = ()
        self.notices: list[str] = []

    def write(self, found: Found, records: list[dict[Path, str | None]]) -> tuple[str, ...]:
        """Write the records of one file; the columns it has."""
        have = dict.fromkeys(path for record in records for path in record)
        self.parts = tuple(dict.fromkeys([*self.parts, *(name for name, _ in found.parts)]))
        if any(path not in self.names for path in have):
            paths = [*self.names, *(p for p in have if p not in self.names)]
            names, notices = unique_names([".".join(p) for p in paths], self.parts)
            self.names = dict(zip(paths, names, strict=True))
            self.notices = list(notices)
        paths = list(self.names)
        self.rows.columns((*self.names.values(), *self.parts, "_file", *SYSTEM))
        constant = [dict(found.parts).get(name) for name in self.parts] + [found.name]
        for number, record in enumerate(records, start=1):
            self.rows.add([*map(record.get, paths), *constant, number, None, None])
        return tuple(self.names[p] for p in have)


def _read(found: Found, shape: Shape, columns: _Columns) -> Received:
    try:
        with open(found.path, "rb") as file:
            data = file.read()
    except OSError as error:
        return unreadable(found, cannot_open(error))
    sha256 = hashlib.sha256(data).hexdigest()
    if not data.strip():
        return unreadable(found, "empty file", sha256=sha256)
    try:
        text, encoding, notices = _text(data)
        records = [flatten(r, shape.geojson) for r in records_of(text, shape)]
    except UnreadableEncodingError as error:
        return unreadable(found, f"unreadable encoding: {error}; JSON is UTF-8: ask for the file again", sha256=sha256)
    except (InvalidJSONError, RecursionError) as error:
        return unreadable(found, f"invalid JSON: {error}", sha256=sha256)
    names = columns.write(found, records)
    if not records:
        notices = (*notices, "no records")
    notices += tuple(n for n in columns.notices if any(repr(name) in n for name in names))
    return Received(found, sha256, 0, len(records), names, encoding, notices)


def _text(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    encoding = sniff(data[: 1 << 16], None)
    try:
        text = data[encoding.mark :].decode(encoding.codec)
    except UnicodeDecodeError as error:
        raise UnreadableEncodingError(encoding.codec, encoding.mark + error.start, data[encoding.mark + error.start]) from error
    return text, encoding.codec, ("byte order mark",) if encoding.mark else ()


def records_of(text: str, shape: Shape) -> Iterator[Any]:
    """The records of a document: of its array, of the array at the path, one a line, or the one object that it is."""
    path = "features" if shape.geojson and shape.records is None else shape.records
    first, end = _value(text, SPACE.match(text, 0).end())  # type: ignore[union-attr]
    rest = SPACE.match(text, end).end()  # type: ignore[union-attr]
    if path is not None and rest == len(text):
        first = _at(first, path)
        if not isinstance(first, list) or isinstance(first, _Object):
            raise InvalidJSONError(f"expected an array of records at {path!r}, found {_kind(first)}")
        yield from _objects(first)
    elif isinstance(first, list) and not isinstance(first, _Object):
        if rest < len(text):
            raise InvalidJSONError(f"{place(text, rest)}: expected the end of the document after its array")
        yield from _objects(first)
    else:
        yield from _objects([first])
        while rest < len(text):
            value, end = _value(text, rest)
            yield from _objects([value])
            rest = SPACE.match(text, end).end()  # type: ignore[union-attr]


def _value(text: str, start: int) -> tuple[Any, int]:
    try:
        return DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        cut = "; the file seems to be cut off" if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg else ""
        raise InvalidJSONError(f"{place(text, error.pos)}: {error.msg}{cut}") from error


def place(text: str, position: int) -> str:
    """``line 3, column 14`` of a character."""
    return f"line {text.count(chr(10), 0, position) + 1}, column {position - text.rfind(chr(10), 0, position)}"


def _objects(values: Sequence[Any]) -> Iterator[Any]:
    for number, value in enumerate(values, start=1):
        if not isinstance(value, _Object):
            raise InvalidJSONError(f"record {number} is {_kind(value)}, expected an object")
        yield value


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(value, _Object) or key not in dict(value):
            raise InvalidJSONError(f"nothing at {path!r}: no {key!r} in {_kind(value)}")
        value = dict(value)[key]
    return value


def _kind(value: Any) -> str:
    names = ((_Object, "an object"), (list, "an array"), (_Number, "a number"), (str, "a text"), (bool, "a boolean"))
    return next((name for kind, name in names if isinstance(value, kind)), "null")


def flatten(record: _Object, geojson: bool = False) -> dict[Path, str | None]:
    """A record as paths and texts. A GeoJSON feature gives its properties, its ``geometry``, and the rest of its members."""
    row: dict[Path, str | None] = {}
    if not geojson:
        _flatten(record, (), row)
        return row
    for key, value in record:
        if key == "properties" and isinstance(value, _Object):
            _flatten(value, (), row)
    for key, value in record:
        if key == "geometry":
            _put(row, ("geometry",), None if value is None else as_json(value))
        elif key not in ("properties", "type"):
            _flatten(_Object([(key, value)]), (), row)
    return row


def _flatten(record: _Object, above: Path, row: dict[Path, str | None]) -> None:
    for key, value in record:
        path = (*above, key)
        if isinstance(value, _Object) and value:
            _flatten(value, path, row)
        elif isinstance(value, str):
            _put(row, path, str(value))
        else:
            _put(row, path, None if value is None else as_json(value))


def _put(row: dict[Path, str | None], path: Path, text: str | None) -> None:
    count, free = 1, path
    while free in row:
        count += 1
        free = (*path[:-1], f"{path[-1]}_{count}")
    row[free] = text


def as_json(value: Any) -> str:
    """JSON text with the numbers as they were written."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, _Object):
        return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{as_json(v)}" for k, v in value) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_json, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _counted(received: list[Received], shape: Shape, shop: Workshop) -> list[Received]:
    """Each file with the engine's count of its records; a problem where that differs from what was read."""
    readable = {_utf8_path(r, n, shop): r for n, r in enumerate(received) if r.problem is None}
    counts = count_records(list(readable), shape, shop)
    out = {r.found.name: _reconciled(r, counts[path]) for path, r in readable.items()}
    return [out.get(r.found.name, r) for r in received]


def _reconciled(received: Received, count: int) -> Received:
    if count == received.rows:
        return replace(received, counted=count)
    problem = f"{received.rows} records were read, but an independent count found {count}; please report this file"
    return replace(received, counted=count, rows=0, problem=problem)


def _utf8_path(received: Received, number: int, shop: Workshop) -> str:
    """The engine reads UTF-8 without a byte order mark only."""
    if received.encoding == "utf-8" and "byte order mark" not in received.notices:
        return received.found.path
    copy = shop.path(f"utf8-{number}.json")
    with open(received.found.path, "rb") as file, open(copy, "w", encoding="utf-8", newline="") as out:
        out.write(_text(file.read())[0])
    return copy


def count_records(paths: Sequence[str], shape: Shape, shop: Workshop) -> dict[str, int]:
    """Records per file, counted by the engine's own JSON parser."""
    if not paths:
        return {}
    path = "features" if shape.geojson and shape.records is None else shape.records
    counts = dict.fromkeys(paths, 0)
    try:
        counts.update((str(name), int(count)) for name, count in shop.engine.rows(_count_sql(paths, path)))
    except EngineError:
        # What the engine's parser refuses and Python's accepts (half a surrogate pair): count what stands in the text.
        return {p: _count_again(p, shape) for p in paths}
    return counts


def _count_sql(paths: Sequence[str], path: str | None) -> str:
    pointer = literal("$" + "".join(f'."{key}"' for key in path.split("."))) if path else literal("$")
    largest = max(max(os.path.getsize(p) for p in paths) + 1024, 1 << 24)
    return (
        f"SELECT filename, sum(CASE WHEN json_type(json, {pointer}) = 'ARRAY' THEN json_array_length(json, {pointer}) ELSE 1 END) "
        f"FROM read_json_objects({literals(paths)}, format='unstructured', filename=true, maximum_object_size={largest}) GROUP BY filename"
    )


def _count_again(path: str, shape: Shape) -> int:
    with open(path, "rb") as file:
        return sum(1 for _ in records_of(file.read().decode("utf-8"), shape))
