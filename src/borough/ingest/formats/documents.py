"""Read JSON into bronze: arrays of records, one record a line, records inside a document, GeoJSON features.

Nested objects become dotted columns (``location.street.id``), lists stay JSON text, numbers keep the digits they came with.
Python's parser reads; the engine's counts the records, independently. Null and an absent key are both null.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from borough.engine.port import Engine
from borough.engine.quoting import literal, locations
from borough.errors import EngineError
from borough.ingest.block import Block, Workshop, cannot_open, unreadable
from borough.ingest.formats.encoding import UnreadableEncodingError, sniff
from borough.ingest.formats.quick_json import NAME, Level, Number, Pairs, as_json, decoder_for, flat, names_within
from borough.ingest.formats.record_columns import Path, Record, RecordColumns, new_paths, readable_rows
from borough.ingest.port import Found, Received
from borough.ingest.scratch import Rows
from borough.project.formats import JsonSpec
from borough.project.spec import Spec
from borough.project.specs import FeedSpec

BATCH = 20_000  # records held as objects at a time


class InvalidJSONError(ValueError):
    """Not JSON, or not the JSON that the feed declares: what and where."""


DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number, object_pairs_hook=Pairs)
SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True)
class Shape:
    """Where the records are: a dotted path (``features``), and whether they are GeoJSON features."""

    records: str | None = None
    geojson: bool = False

    @property
    def path(self) -> str | None:
        return "features" if self.geojson and self.records is None else self.records


def read_documents(found: Sequence[Found], shape: Shape, shop: Workshop) -> tuple[list[Received], Block | None]:
    """Read files of one feed in one go, into one block."""
    received: list[Received] = []
    with Rows(shop, "records") as rows:
        columns = RecordColumns(rows, found)
        for file in found:
            received.append(_read(file, shape, columns))
        block = rows.block()
    received = _counted(received, shape, shop)
    return received, readable_rows(block, received, columns)


def head_columns(found: Found, shape: Shape) -> tuple[str, ...]:
    """The columns of a file. Raises OSError or ValueError when it can't be read."""
    with open(found.path, "rb") as file:
        text = _text(file.read())[0]
    have = dict.fromkeys(path for row in rows_of(text, shape) for path in row)
    return tuple(".".join(path) for path in have)


def _read(found: Found, shape: Shape, columns: RecordColumns) -> Received:
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
        del data
        count, paths = _write(found, rows_of(text, shape), columns)
    except UnreadableEncodingError as error:
        return unreadable(found, f"unreadable encoding: {error}; JSON is UTF-8: ask for the file again", sha256=sha256)
    except (InvalidJSONError, RecursionError) as error:
        return unreadable(found, f"invalid JSON: {error}", sha256=sha256)
    if not count:
        notices = (*notices, "no records")
    names = tuple(columns.names[p] for p in paths)
    return Received(found, sha256, 0, count, names, encoding, (*notices, *(n for p in paths for n in columns.notices[p])))


def _write(found: Found, rows: Iterator[Record], columns: RecordColumns) -> tuple[int, tuple[Path, ...]]:
    """Write the records of a file a batch at a time; how many, and the paths they have."""
    count, paths = 0, dict[Path, None]()
    while batch := list(itertools.islice(rows, BATCH)):
        columns.write(found, batch, count + 1)
        count += len(batch)
        paths.update(dict.fromkeys(new_paths(batch, paths)))
    return count, tuple(paths)


def rows_of(text: str, shape: Shape) -> Iterator[Record]:
    """The records of a document as paths and texts: quickly where that loses nothing, else pair by pair."""
    around = shape.path is not None or text.startswith("[", _space(text, 0))
    decoder = None if shape.geojson else decoder_for(text, int(around))
    if decoder is None:
        return (flatten(record, shape.geojson) for record in records_of(text, shape))
    if shape.path is not None:
        return iter(_whole(text, shape, decoder))
    return _one_by_one(text, shape, decoder)


def _whole(text: str, shape: Shape, decoder: json.JSONDecoder) -> Iterable[Record]:
    """The records inside a document, which is decoded as one."""
    assert shape.path is not None
    value, end = _value(text, _space(text, 0), decoder)
    records: Any = value
    for key in shape.path.split("."):
        records = records.get(key) if isinstance(records, dict) else None
    if _space(text, end) < len(text) or not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        return (flatten(record) for record in records_of(text, shape))  # something is wrong, or it is not one document: say what
    level, rows, names = Level(), list[Record](), names_within(value)
    for record in records:
        row: Record = {}
        flat(record, level, row)
        rows.append(row)
    return rows if names == text.count(NAME) else (flatten(record) for record in records_of(text, shape))


def _one_by_one(text: str, shape: Shape, decoder: json.JSONDecoder) -> Iterator[Record]:
    level = Level()
    for record, start, end in _records(text, shape, decoder):
        row: Record = {}
        if flat(record, level, row) != text.count(NAME, start, end):
            row = flatten(_value(text, start)[0])
        yield row


def _text(data: bytes) -> tuple[str, str, tuple[str, ...]]:
    encoding = sniff(data[: 1 << 16], None)
    try:
        text = data[encoding.mark :].decode(encoding.codec)
    except UnicodeDecodeError as error:
        raise UnreadableEncodingError(encoding.codec, encoding.mark + error.start, data[encoding.mark + error.start]) from error
    return text, encoding.codec, ("byte order mark",) if encoding.mark else ()


def records_of(text: str, shape: Shape) -> Iterator[Pairs]:
    """The records of a document: of its array, of the array at the path, one a line, or the one object that it is."""
    return (record for record, _, _ in _records(text, shape, DECODER))


def _records(text: str, shape: Shape, decoder: json.JSONDecoder) -> Iterator[tuple[Any, int, int]]:
    """The records, as the decoder makes them, with where each begins and ends."""
    start = _space(text, 0)
    if shape.path is None and text.startswith("[", start):
        end = yield from _array(text, start, decoder)
        if end < len(text):
            raise InvalidJSONError(f"{place(text, end)}: expected the end of the document after its array")
        return
    first, end = _value(text, start, decoder)
    after = _space(text, end)
    if shape.path is not None and after == len(text):
        records = _at(first, shape.path)
        if not isinstance(records, list) or isinstance(records, Pairs):
            raise InvalidJSONError(f"expected an array of records at {shape.path!r}, found {_kind(records)}")
        for number, value in enumerate(records, start=1):
            yield _object(value, number), start, end
        return
    yield _object(first, 1, text, start), start, end
    for number in itertools.count(2):
        if after == len(text):
            return
        start = after
        value, end = _value(text, start, decoder)
        after = _space(text, end)
        yield _object(value, number, text, start), start, end


def _array(text: str, start: int, decoder: json.JSONDecoder) -> Generator[tuple[Any, int, int], None, int]:
    """The records of an array, one at a time, so that a long one is not held as objects; where the text goes on behind it."""
    position = _space(text, start + 1)
    if text.startswith("]", position):
        return _space(text, position + 1)
    for number in itertools.count(1):
        begun = position
        value, position = _value(text, begun, decoder)
        yield _object(value, number, text, begun), begun, position
        position = _space(text, position)
        if text.startswith("]", position):
            break
        if not text.startswith(",", position):
            cut = "; the file seems to be cut off" if position == len(text) else ""
            raise InvalidJSONError(f"{place(text, position)}: expected ',' or ']' behind record {number}{cut}")
        position = _space(text, position + 1)
    return _space(text, position + 1)


def _space(text: str, position: int) -> int:
    """Where the next token begins."""
    match = SPACE.match(text, position)
    return match.end() if match else position


def _value(text: str, start: int, decoder: json.JSONDecoder = DECODER) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, start)
    except json.JSONDecodeError as error:
        cut = "; the file seems to be cut off" if error.pos >= len(text.rstrip()) or "Unterminated" in error.msg else ""
        raise InvalidJSONError(f"{place(text, error.pos)}: {error.msg}{cut}") from error


def place(text: str, position: int) -> str:
    """``line 3, column 14`` of a character."""
    return f"line {text.count(chr(10), 0, position) + 1}, column {position - text.rfind(chr(10), 0, position)}"


def _object(value: Any, number: int, text: str = "", start: int = 0) -> Any:
    if isinstance(value, Pairs | dict):
        return value
    if text and type(value) is str:  # decoded quickly, it may have been a number
        value = _value(text, start)[0]
    raise InvalidJSONError(f"record {number} is {_kind(value)}, expected an object")


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        if not isinstance(value, Pairs) or key not in dict(value):
            raise InvalidJSONError(f"nothing at {path!r}: no {key!r} in {_kind(value)}")
        value = dict(value)[key]
    return value


def _kind(value: Any) -> str:
    names = (((Pairs, dict), "an object"), (list, "an array"), (Number, "a number"), (str, "a text"), (bool, "a boolean"))
    return next((name for kind, name in names if isinstance(value, kind)), "null")


def flatten(record: Pairs, geojson: bool = False) -> Record:
    """A record as paths and texts. A GeoJSON feature gives its properties, its ``geometry``, and the rest of its members."""
    row: Record = {}
    if not geojson:
        _flatten(record, (), row)
        return row
    for key, value in record:
        if key == "properties" and isinstance(value, Pairs):
            _flatten(value, (), row)
    for key, value in record:
        if key == "geometry":
            _put(row, ("geometry",), None if value is None else as_json(value))
        elif key not in ("properties", "type"):
            _flatten(Pairs([(key, value)]), (), row)
    return row


def _flatten(record: Pairs, above: Path, row: Record) -> None:
    for key, value in record:
        path = (*above, key)
        if isinstance(value, Pairs) and value:
            _flatten(value, path, row)
        elif isinstance(value, str):
            _put(row, path, str(value))
        else:
            _put(row, path, None if value is None else as_json(value))


def _put(row: Record, path: Path, text: str | None) -> None:
    count, free = 1, path
    while free in row:
        count += 1
        free = (*path[:-1], f"{path[-1]}_{count}")
    row[free] = text


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
    counts = dict.fromkeys(paths, 0)
    try:
        counts.update((str(name), int(count)) for name, count in shop.engine.rows(_count_sql(paths, shape.path)))
    except EngineError:
        # What the engine's parser refuses and Python's accepts (half a surrogate pair): count what stands in the text.
        return {p: _count_again(p, shape) for p in paths}
    return counts


def _count_sql(paths: Sequence[str], path: str | None) -> str:
    pointer = literal("$" + "".join(f'."{key}"' for key in path.split("."))) if path else literal("$")
    largest = max(max(os.path.getsize(p) for p in paths) + 1024, 1 << 24)
    return (
        f"SELECT filename, sum(CASE WHEN json_type(json, {pointer}) = 'ARRAY' THEN json_array_length(json, {pointer}) ELSE 1 END) "
        f"FROM read_json_objects({locations(paths)}, format='unstructured', filename=true, maximum_object_size={largest}) GROUP BY filename"
    )


def _count_again(path: str, shape: Shape) -> int:
    with open(path, "rb") as file:
        return sum(1 for _ in records_of(file.read().decode("utf-8"), shape))


class DocumentReader:
    """JSON. See ``Reader``."""

    together = True
    geojson = False

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        self._shape = Shape(options.records if isinstance(options, JsonSpec) else None, self.geojson)

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        return head_columns(found, self._shape)

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        return read_documents(group, self._shape, shop)


class FeatureReader(DocumentReader):
    """GeoJSON. See ``Reader``."""

    geojson = True
