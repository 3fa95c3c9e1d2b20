"""A shapefile is several files: its ``.shp``, and others of the same name beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from borough.ingest.places.stores import Entry

SHAPE = ".shp"
BESIDE = (".dbf", ".shx", ".prj", ".cpg")


def is_shapefile(path: str) -> bool:
    """By its name."""
    return path.lower().endswith(SHAPE)


def is_beside(path: str) -> bool:
    """By its name, may it belong to a shapefile?"""
    return path[-len(SHAPE) :].lower() in BESIDE


def folder_of(path: str) -> str:
    """What stands before the file's name; empty at the top."""
    return path.rpartition("/")[0]


def beside(path: str, others: Iterable[str]) -> list[str]:
    """Those of the other paths that belong to a ``.shp``."""
    stem = path[: -len(SHAPE)]
    return [other for other in others if other[: len(stem)] == stem and other[len(stem) :].lower() in BESIDE]


def whole(entries: Sequence[Entry], only: str | None = None) -> list[Entry]:
    """The entries, a ``.shp`` with the sizes of all its files and the latest of their times: a change of any is a change of it."""
    shapes = [e for e in entries if is_shapefile(e.path)] if only is None else [e for e in entries if e.path == only]
    if not shapes:
        return list(entries)
    parts: dict[str, list[Entry]] = {}
    for entry in entries:
        if is_beside(entry.path):
            parts.setdefault(entry.path[: -len(SHAPE)], []).append(entry)
    summed = {shape.path: _sum(shape, parts.get(shape.path[: -len(SHAPE)], [])) for shape in shapes}
    return list(summed.values()) if only is not None else [summed.get(e.path, e) for e in entries]


def _sum(shape: Entry, parts: Sequence[Entry]) -> Entry:
    return replace(shape, size=shape.size + sum(p.size for p in parts), modified_ns=max([shape.modified_ns, *(p.modified_ns for p in parts)]))
