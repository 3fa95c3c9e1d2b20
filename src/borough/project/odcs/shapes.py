"""What a file must have to be a contract that datasets can be made of: mistakes are told with their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from borough.errors import DeclarationError, Mistake, Place
from borough.project.documents import Document
from borough.project.odcs.remainder import without_nothing
from borough.project.odcs.words import LATEST, Words

Path = tuple[str | int, ...]
_LISTS = (
    "authoritativeDefinitions",
    "customProperties",
    "quality",
    "relationships",
    "synonyms",
    "enum",
    "servers",
    "roles",
    "support",
    "slaProperties",
)
_TEXTS = (
    "name", "version", "status", "tenant", "domain", "dataProduct", "physicalName", "logicalType", "physicalType", "businessName",
    "dataGranularityDescription", "classification", "encryptedName",
)  # fmt: skip
_EXPECTED: dict[str, tuple[tuple[type, ...], str]] = {
    **{key: ((list,), "a list") for key in (*_LISTS, "tags", "examples")},
    **{key: ((str,), "a text") for key in _TEXTS},
    **{key: ((bool,), "true or false") for key in ("required", "unique", "primaryKey", "partitioned", "criticalDataElement", "deprecated")},
    **{key: ((int,), "a whole number") for key in ("primaryKeyPosition", "partitionKeyPosition")},
    **{key: ((dict,), "a mapping") for key in ("logicalTypeOptions", "price")},
    "team": ((dict, list), "a mapping with name and members"),
}


@dataclass(frozen=True)
class Read:
    """A contract as read from a file."""

    file: str
    contract: Words = field(repr=False)
    document: Document = field(repr=False)

    def place(self, path: Path) -> Place:
        return self.document.place(path)


def read_contract(document: Document, contract: Any) -> Read:
    """A document of a file as a contract that describes tables. Raises DeclarationError, with every mistake, where it is none."""
    if not isinstance(contract, dict):
        raise DeclarationError([Mistake(document.place(), "something else", "a contract of the Open Data Contract Standard")])
    read = Read(document.file, without_nothing(contract), document)
    mistakes = list(_head(read)) or [*_shapes(read, read.contract, ()), *_tables(read)]
    if mistakes:
        raise DeclarationError(mistakes)
    return read


def _head(read: Read) -> Iterator[Mistake]:
    said = read.contract
    if said.get("kind") != "DataContract":
        yield Mistake(read.place(("kind",)), f"the kind {said.get('kind')!r}", "kind: DataContract, of the Open Data Contract Standard")
        return
    version = said.get("apiVersion")
    if not isinstance(version, str) or not version.startswith("v3."):
        yield Mistake(read.place(("apiVersion",)), f"the apiVersion {version!r}", f"v3.0 or later, such as {LATEST}")
    for key in ("id", "version"):
        if not isinstance(said.get(key), str) or not said[key].strip():
            yield Mistake(read.place((key,)), f"the {key} {said.get(key)!r}", f"a text, which the standard requires as {key}")


def _tables(read: Read) -> Iterator[Mistake]:
    tables = read.contract.get("schema")
    if not isinstance(tables, list) or not tables:
        yield Mistake(read.place(("schema",)), "a contract without a table", "a schema with at least one table: a dataset is made of it")
        return
    for number, table in enumerate(tables):
        yield from _table(read, table, ("schema", number))


def _table(read: Read, table: Any, path: Path) -> Iterator[Mistake]:
    if not _is_named(table):
        yield Mistake(read.place(path), "a table without a name", "a name with letters or digits")
        return
    yield from _shapes(read, table, path)
    properties = table.get("properties")
    if not isinstance(properties, list) or not properties:
        yield Mistake(
            read.place((*path, "properties")), f"the table {table['name']!r} without properties", "at least one: they are the columns"
        )
        return
    for number, prop in enumerate(properties):
        if not _is_named(prop):
            yield Mistake(read.place((*path, "properties", number)), "a property without a name", "a name with letters or digits")
        else:
            yield from _shapes(read, prop, (*path, "properties", number))


def _is_named(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("name"), str) and re.search("[A-Za-z0-9]", item["name"]) is not None


def _shapes(read: Read, item: Mapping[str, Any], path: Path) -> Iterator[Mistake]:
    """Values of another kind than the standard has them."""
    for key, value in item.items():
        kinds, expected = _EXPECTED.get(key, ((object,), ""))
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds == (int,)):
            yield Mistake(read.place((*path, key)), f"the {key} {_shown(value)}", expected)
        elif key in _LISTS and isinstance(value, list):
            for number, one in enumerate(value):
                if not isinstance(one, dict):
                    yield Mistake(read.place((*path, key, number)), f"{_shown(one)} in {key}", "a mapping")


def _shown(value: Any) -> str:
    return "as a mapping" if isinstance(value, dict) else "as a list" if isinstance(value, list) else repr(value)
