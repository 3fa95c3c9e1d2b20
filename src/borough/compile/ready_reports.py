"""The library's report tables and pages: which of them a project can have, and copying them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from borough.catalogue.dna import profile_name
from borough.catalogue.models import rating_name
from borough.compile.programme import entity_types
from borough.errors import UsageError
from borough.governance.statements import references
from borough.project.explain import nearest
from borough.project.load import Project, load_leniently

FOLDER = "reports"


@dataclass(frozen=True)
class Ready:
    """A file of the library: a report table (``.sql``) or a page (``.yaml``), and the tables that it reads."""

    file: str
    text: str
    title: str
    reads: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.file.partition(".")[0]


@lru_cache(maxsize=1)
def ready() -> Mapping[str, Ready]:
    """Every file, by its name."""
    found = {p.name: p.read_text(encoding="utf-8") for p in files("borough.library").joinpath(FOLDER).iterdir() if p.name.endswith((".sql", ".yaml"))}
    return {name: _ready(name, text) for name, text in sorted(found.items())}


def names() -> tuple[str, ...]:
    """The names of report tables and pages."""
    return tuple(dict.fromkeys(r.name for r in ready().values()))


def fitting(root: Path, wanted: Iterable[str] = ()) -> tuple[tuple[Ready, ...], dict[str, tuple[str, ...]]]:
    """The files that a project can have, all of them or those wanted with what they read; and why the others don't fit: file → the tables that are missing.

    Raises UsageError for a name that the library lacks.
    """
    project, _ = load_leniently(root)
    if project is None:
        raise UsageError("the project can't be read", advice="borough check")
    chosen = _wanted(tuple(wanted))
    has = _tables(project)
    left: dict[str, tuple[str, ...]] = {}
    files_ = {name: one for name, one in ready().items() if name in chosen}
    while True:
        made = {one.name for one in files_.values() if one.file.endswith(".sql")}
        lacking = {name: tuple(t for t in one.reads if t not in has | made) for name, one in files_.items()}
        broken = {name: missing for name, missing in lacking.items() if missing}
        if not broken:
            return tuple(files_.values()), left
        left.update(broken)
        files_ = {name: one for name, one in files_.items() if name not in broken}


def write(root: Path, chosen: Iterable[Ready], *, force: bool = False) -> list[Path]:
    """Copy files into the project; the paths written. A file of the council's own that differs is kept, unless ``force``."""
    written = []
    for one in chosen:
        path = root / FOLDER / one.file
        if path.exists() and not force:
            continue
        if path.exists() and path.read_text(encoding="utf-8") == one.text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(one.text, encoding="utf-8", newline="\n")
        written.append(path.relative_to(root))
    return written


def _wanted(names_: tuple[str, ...]) -> set[str]:
    """The files of these names, with all that they read; every file where none is named."""
    every = ready()
    if not names_:
        return set(every)
    known = names()
    for name in names_:
        if name not in known:
            near = nearest(name, known)
            raise UsageError(f"the library has no report {name!r}" + (f"; did you mean {near!r}?" if near else ""), advice="borough report list shows them")
    chosen: set[str] = set()
    todo = list(names_)
    while todo:
        name = todo.pop()
        for file, one in every.items():
            if one.name == name and file not in chosen:
                chosen.add(file)
                todo.extend(one.reads)
    return chosen


def _tables(project: Project) -> set[str]:
    entities = {a.entity for a in project.dna.values()}
    return {*project.datasets, *project.reports, *entity_types(project), *(profile_name(e) for e in entities), *(rating_name(m) for m in project.models)}


def _ready(file: str, text: str) -> Ready:
    if file.endswith(".sql"):
        title = text.splitlines()[0].partition("title:")[2].strip()
        return Ready(file, text, title, references(text))
    document: dict[str, Any] = yaml.safe_load(text)
    tables = [document.get("from"), *(t.get("from") for t in document["tiles"]), *(t.get("areas") for t in document["tiles"])]
    return Ready(file, text, str(document["title"]), tuple(sorted({str(t) for t in tables if t})))
