"""Read XML into bronze: one record per element at a declared path, whatever its namespace.

Nested elements become dotted columns (``Address.Town``), attributes ``@name`` (``Address.@type``). An element that stands
several times becomes a JSON array, and one with text between its elements has all its text, too. An empty element is an
empty text, an absent one null. The file is read as a stream: memory stays flat.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from borough.engine.port import Engine
from borough.ingest.block import Block, Workshop, cannot_open, sha256_of, unreadable
from borough.ingest.formats.encoding import mostly_utf8
from borough.ingest.formats.record_columns import Path, Record, RecordColumns, readable_rows
from borough.ingest.formats.xml_count import Census, InvalidXMLError, census
from borough.ingest.port import Found, Received
from borough.ingest.scratch import Rows
from borough.project.formats import XmlSpec
from borough.project.spec import Spec
from borough.project.specs import FeedSpec

if TYPE_CHECKING:
    from lxml.etree import _Element

BATCH = 5_000  # records held at a time
HEAD = 2_000  # records that tell the columns
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class XmlReader:
    """XML. See ``Reader``."""

    together = True

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        self._path = options.record.strip("/") if isinstance(options, XmlSpec) else ""
        self._repeated = {tuple(p.strip("/").split("/")) for p in options.repeated} if isinstance(options, XmlSpec) else set()

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        records = itertools.islice(self._records(found.path, None, ()), HEAD)
        return tuple(".".join(path) for path in dict.fromkeys(path for record in records for path in record))

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        with Rows(shop, "records") as rows:
            columns = RecordColumns(rows, group)
            received = [self._read(found, columns, counting) for found in group]
            block = rows.block()
        return received, readable_rows(block, received, columns)

    def _read(self, found: Found, columns: RecordColumns, counting: ThreadPoolExecutor) -> Received:
        try:
            sha256 = counting.submit(sha256_of, found.path)
            if not os.path.getsize(found.path):
                return unreadable(found, "empty file", sha256=sha256.result())
            inside, encoding, notices = _census(found.path)
            counted = inside.records(self._path)
            count, paths = self._write(found, encoding, inside, columns)
        except OSError as error:
            return unreadable(found, cannot_open(error))
        except InvalidXMLError as error:
            return unreadable(found, f"invalid XML: {error}", sha256=sha256.result())
        if count != counted:
            problem = f"{count} records were read, but an independent count found {counted}; please report this file"
            return unreadable(found, problem, sha256=sha256.result())
        notices = (*notices, *(n for p in paths for n in columns.notices[p]), *(() if count else ("no records",)))
        return Received(found, sha256.result(), counted, count, tuple(columns.names[p] for p in paths), encoding, notices)

    def _write(self, found: Found, encoding: str | None, inside: Census, columns: RecordColumns) -> tuple[int, tuple[Path, ...]]:
        count, paths = 0, dict[Path, None]()
        records = self._records(found.path, encoding, inside.asides(self._path))
        while batch := list(itertools.islice(records, BATCH)):
            columns.write(found, batch, count + 1)
            count += len(batch)
            paths.update(dict.fromkeys(path for record in batch for path in record))
        return count, tuple(paths)

    def _records(self, path: str, encoding: str | None, asides: Collection[str]) -> Iterator[Record]:
        """The records, one at a time. What has been read, and what stands aside, is given up at once."""
        from lxml import etree

        steps = self._path.split("/")
        tags = [f"{{*}}{name}" for name in {steps[-1], *asides}]
        source = etree.iterparse(path, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, encoding=encoding)
        try:
            for _, element in source:
                at = [_local(e.tag) for e in (element, *element.iterancestors())][::-1]
                if at == steps:
                    row: Record = {}
                    self._flatten(element, (), row)
                    if not row or _mixed(element):
                        row[(steps[-1],)] = _text(element)
                    yield row
                if at == steps or (at[: len(steps)] != steps and at != steps[: len(at)]):
                    _give_up(element)
        except etree.XMLSyntaxError as error:
            raise InvalidXMLError(f"line {error.lineno}: {error.msg}") from error

    def _flatten(self, element: _Element, path: Path, row: Record) -> None:
        for key, value in element.attrib.items():
            if key != NIL:
                row[(*path, f"@{_local(key)}")] = str(value)
        children = [child for child in element if isinstance(child.tag, str)]
        if path and (not children or _mixed(element)):
            row[path] = _text(element)
        by_name: dict[str, list[_Element]] = {}
        for child in children:
            by_name.setdefault(_local(child.tag), []).append(child)
        for name, members in by_name.items():
            inner = (*path, name)
            if len(members) == 1 and inner not in self._repeated:
                self._flatten(members[0], inner, row)
            else:
                row[inner] = json.dumps([_value(member) for member in members], ensure_ascii=False, separators=(",", ":"))


def _census(path: str) -> tuple[Census, str | None, tuple[str, ...]]:
    """What the file holds, and the encoding to read it with, where that is not the one it declares: cp1252, when it is not the UTF-8 it says it is."""
    try:
        return census(path), None, ()
    except InvalidXMLError as error:
        if "invalid token" not in str(error) or mostly_utf8(path):
            raise
        try:
            return census(path, "windows-1252"), "windows-1252", (f"read as cp1252: {error}",)
        except (InvalidXMLError, ValueError):
            raise error from None


def _give_up(element: _Element) -> None:
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _mixed(element: _Element) -> bool:
    return bool((element.text or "").strip()) or any((child.tail or "").strip() for child in element)


def _text(element: _Element) -> str | None:
    """All text of an element; null where it says that it is nil."""
    if element.get(NIL) in ("true", "1"):
        return None
    return str(element.xpath("string()")) if len(element) else element.text or ""


def _value(element: _Element) -> Any:
    """An element as JSON: a text, or an object of its attributes, its elements and its text."""
    children = [child for child in element if isinstance(child.tag, str)]
    value: dict[str, Any] = {f"@{_local(key)}": str(text) for key, text in element.attrib.items() if key != NIL}
    if not children and not value:
        return _text(element)
    for child in children:
        name, inner = _local(child.tag), _value(child)
        if name not in value:
            value[name] = inner
        else:
            value[name] = [*value[name], inner] if isinstance(value[name], list) else [value[name], inner]
    if not children or _mixed(element):
        value["#text"] = _text(element)
    return value
