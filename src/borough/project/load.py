"""Load a council's folder: ``borough.yaml``, ``sources/``, ``datasets/``, ``entities/``, ``linkages/``, ``licensing/``, ``dna/``, ``models/`` and ``reports/`` into frozen specs with positions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from borough.errors import DeclarationError, Mistake, Place, UsageError
from borough.project.dna_specs import DnaSpec
from borough.project.documents import Document, read_documents
from borough.project.environment import Environment
from borough.project.explain import NAME, explain
from borough.project.identity_specs import EntitySpec, LinkageSpec
from borough.project.licensing_specs import LicensingSpec
from borough.project.model_specs import ModelSpec
from borough.project.page_specs import PageSpec
from borough.project.repair import repair
from borough.project.spec import Spec
from borough.project.specs import BoroughSpec, DatasetSpec, FeedSpec, ReportSpec, SourceSpec
from borough.project.typed import typed

Kind = Literal["borough", "source", "dataset", "report", "entity", "linkage", "licensing", "dna", "model", "page"]
T = TypeVar("T", bound=Spec)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_HEADING = re.compile(r"--\s*(title|description|owner)\s*:\s*(.*?)\s*$")
_MODELS: dict[str, type[Spec]] = {"borough": BoroughSpec, "source": SourceSpec, "dataset": DatasetSpec, "entity": EntitySpec, "linkage": LinkageSpec, "licensing": LicensingSpec, "dna": DnaSpec, "model": ModelSpec, "page": PageSpec}
_FOLDERS = {"source": "sources", "dataset": "datasets", "entity": "entities", "linkage": "linkages", "licensing": "licensing", "dna": "dna", "model": "models", "page": "reports"}


@dataclass(frozen=True, repr=False)
class Project:
    """A council's declarations, as written: frozen specs by name, and where each of their values stands."""

    root: Path
    borough: BoroughSpec
    sources: Mapping[str, SourceSpec]
    datasets: Mapping[str, DatasetSpec]
    reports: Mapping[str, ReportSpec]
    entities: Mapping[str, EntitySpec] = field(default_factory=dict)
    linkages: Mapping[str, LinkageSpec] = field(default_factory=dict)
    licensing: Mapping[str, LicensingSpec] = field(default_factory=dict)
    dna: Mapping[str, DnaSpec] = field(default_factory=dict)
    models: Mapping[str, ModelSpec] = field(default_factory=dict)
    pages: Mapping[str, PageSpec] = field(default_factory=dict)
    documents: Mapping[tuple[str, str], Document] = field(default_factory=dict, compare=False)
    files: Mapping[str, str] = field(default_factory=dict, compare=False)  # report → its file
    secrets: frozenset[str] = field(default_factory=frozenset, compare=False)

    def __repr__(self) -> str:
        return f"Project({self.root.name!r}: {len(self.sources)} sources, {len(self.datasets)} datasets, {len(self.reports)} reports)"

    def place(self, kind: str, name: str, *path: str | int, line: int = 1, column: int = 1) -> Place:
        """Where a value stands.

        ``kind`` is borough, source, dataset, entity, linkage, licensing, dna, model, page or report; ``path`` the keys and indexes inside the document; (line, column),
        from 1, a position inside the value's text: the place points at that character in the file. For a report they are
        positions in its file. What can't be found falls back to the nearest enclosing key.
        """
        if kind == "report":
            return Place(self.files.get(name, f"reports/{name}.sql"), line, column)
        document = self.documents.get((kind, "" if kind == "borough" else name))
        if document is None:  # a project made in memory
            return Place("borough.yaml" if kind == "borough" else f"{_FOLDERS[kind]}/{name}.yaml", 1, 1)
        return document.place(path, line, column)

    def key_place(self, kind: str, name: str, *path: str | int) -> Place:
        """Where the key of the path's last step stands, rather than its value."""
        document = self.documents.get((kind, "" if kind == "borough" else name))
        return document.key_place(path) if document else self.place(kind, name)

    def written(self, kind: str, name: str, *path: str | int) -> str | None:
        """A value's text as written, with ``${NAME}`` not filled in: this may be shown to anyone."""
        document = self.documents.get((kind, "" if kind == "borough" else name))
        return document.written(path) if document else None

    def feeds(self) -> Iterator[tuple[str, SourceSpec, FeedSpec]]:
        """Every feed as (``source.feed``, its source, the feed), sorted by name."""
        every = ((f"{s.source}.{name}", s, feed) for s in self.sources.values() for name, feed in s.feeds.items())
        yield from sorted(every, key=lambda one: one[0])

    def secret_values(self) -> frozenset[str]:
        """Values to strike out of whatever is printed or logged: passwords of URLs, and variables whose name looks secret."""
        return self.secrets


def load(root: Path, env: Mapping[str, str] | None = None) -> Project:
    """Load a project.

    ``env`` stands for the environment variables (default: those of the process).
    Raises DeclarationError with every mistake, UsageError where there is no project.
    """
    project, mistakes = load_leniently(root, env)
    errors = [m for m in mistakes if m.severity == "error"]
    if errors or project is None:
        raise DeclarationError(errors)
    return project


def load_leniently(root: Path, env: Mapping[str, str] | None = None) -> tuple[Project | None, list[Mistake]]:
    """All that can be loaded, and every mistake.

    Broken declarations stand in the project as they were probably meant, so that the rest of their mistakes can be found too:
    a project with mistakes of severity ``error`` must not be run. Raises UsageError where there is no project.
    """
    root = Path(root)
    if not (root / "borough.yaml").is_file():
        raise UsageError(_nowhere(root), advice=_advice(root))
    return _Loading(root, Environment(os.environ if env is None else env)).project()


def _nowhere(root: Path) -> str:
    if not root.is_dir():
        return f"There is no folder {root}"
    return f"There is no project in {root.resolve()}: it has no borough.yaml"


def _advice(root: Path) -> str:
    if (root / "borough.yml").is_file():
        return "Rename borough.yml to borough.yaml."
    for parent in root.resolve().parents:
        if (parent / "borough.yaml").is_file():
            return f"{parent} has one: say --project {parent}. `borough init DIR` makes a new project."
    return "Say where it is with --project DIR, or make one with `borough init DIR`."


@dataclass
class _Loading:
    """One pass over the folder."""

    root: Path
    environment: Environment
    mistakes: list[Mistake] = field(default_factory=list)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def project(self) -> tuple[Project | None, list[Mistake]]:
        borough = self._borough()
        self.environment.declared = borough.variables if borough else {}
        sources = self._folder("source", SourceSpec)
        datasets = self._folder("dataset", DatasetSpec)
        entities = self._folder("entity", EntitySpec)
        linkages = self._folder("linkage", LinkageSpec)
        licensing = self._folder("licensing", LicensingSpec)
        dna = self._folder("dna", DnaSpec)
        models = self._folder("model", ModelSpec)
        pages = self._folder("page", PageSpec)
        reports = self._reports(datasets)
        if borough is None:
            self.documents.pop(("borough", ""), None)
        project = Project(
            root=self.root,
            borough=borough or BoroughSpec(borough="?"),  # the other files are checked all the same; load refuses it
            sources=MappingProxyType(sources),
            datasets=MappingProxyType(datasets),
            reports=MappingProxyType(reports),
            entities=MappingProxyType(entities),
            linkages=MappingProxyType(linkages),
            licensing=MappingProxyType(licensing),
            dna=MappingProxyType(dna),
            models=MappingProxyType(models),
            pages=MappingProxyType(pages),
            documents=MappingProxyType(self.documents),
            files=MappingProxyType(self.files),
            secrets=frozenset(self.environment.secrets),
        )
        return project, sorted(set(self.mistakes))

    def _borough(self) -> BoroughSpec | None:
        documents = self._read(self.root / "borough.yaml")
        for extra in documents[1:]:
            self.mistakes.append(Mistake(extra.place(), "a second document", "one document in borough.yaml"))
        if not documents:
            return None
        self.documents["borough", ""] = documents[0]
        return self._spec(documents[0], BoroughSpec)

    def _folder(self, kind: Kind, model: type[T]) -> dict[str, T]:
        """Every declaration of a kind, below its folder, by name."""
        found: dict[str, T] = {}
        folder = self.root / _FOLDERS[kind]
        for path in sorted(p for p in folder.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file()):
            for document in self._read(path):
                name = document.value.get(kind) if isinstance(document.value, dict) else None
                if isinstance(name, str) and "${" in (document.written([kind]) or ""):
                    # Names stand in messages, tables and logs, where nothing from the environment may be seen.
                    self.mistakes.append(Mistake(document.place([kind]), "a name with a variable in it", "the name itself"))
                    self.documents[kind, f"? {document.place()}"] = document
                    continue
                named = name if isinstance(name, str) else f"? {document.place()}"  # never a name: it only tells that something is broken
                if not self._first(kind, named, document):
                    continue
                spec = self._spec(document, model)
                if spec is not None:
                    found[str(getattr(spec, kind))] = spec
        return dict(sorted(found.items()))

    def _first(self, kind: Kind, name: str, document: Document) -> bool:
        """Whether a name is new; a second declaration of it is a mistake that names both places."""
        other = self.documents.setdefault((kind, name), document)
        if other is not document:
            self.mistakes.append(
                Mistake(
                    document.place([kind]),
                    f"the {kind} {document.written([kind])!r} a second time",
                    f"one declaration (the first is at {other.place([kind])})",
                )
            )
        return other is document

    def _spec(self, document: Document, model: type[T]) -> T | None:
        kind = next(k for k, m in _MODELS.items() if m is model)
        if not isinstance(document.value, dict):
            self.mistakes.append(Mistake(document.place(), "a declaration without keys", f"`{kind}: NAME` and its other keys"))
            return None
        stray = next((k for k in _MODELS if k != kind and k in document.value and kind not in document.value), None)
        if stray:
            self.mistakes.append(
                Mistake(
                    document.key_place([stray]),
                    f"a {stray}",
                    f"a {kind} here; a {stray} belongs in {'borough.yaml' if stray == 'borough' else _FOLDERS[stray] + '/'}",
                )
            )
            return None
        try:
            return model.model_validate(_with_types(document))
        except ValidationError as error:
            self.mistakes.extend(explain(error, document, model))
            return repair(error, document, model)

    def _read(self, path: Path) -> list[Document]:
        file = path.relative_to(self.root).as_posix()
        try:
            data = path.read_bytes()
        except OSError as error:
            self.mistakes.append(Mistake(Place(file, 1, 1), f"a file that can't be read ({error.strerror})", "a readable file"))
            return []
        documents, mistakes = read_documents(file, data, self.environment)
        self.mistakes.extend(mistakes)
        return documents

    def _reports(self, datasets: Mapping[str, DatasetSpec]) -> dict[str, ReportSpec]:
        found: dict[str, ReportSpec] = {}
        for path in sorted((self.root / "reports").rglob("*.sql")):
            file, name = path.relative_to(self.root).as_posix(), path.stem
            if not _NAME.fullmatch(name):
                self.mistakes.append(Mistake(Place(file, 1, 1), f"the file name {path.name!r}", f"{NAME}, and .sql"))
            elif name in self.files:
                self.mistakes.append(
                    Mistake(
                        Place(file, 1, 1), f"the report {name!r} a second time", f"one file of that name (the first is {self.files[name]})"
                    )
                )
            elif ("dataset", name) in self.documents:
                other = self.documents["dataset", name].place(["dataset"])
                self.mistakes.append(
                    Mistake(
                        Place(file, 1, 1),
                        f"the report {name!r}, which is also a dataset ({other})",
                        "another name: reports and datasets are queried by name",
                    )
                )
            else:
                report = self._report(path, file, name)
                if report:
                    self.files[name], found[name] = file, report
        return found

    def _report(self, path: Path, file: str, name: str) -> ReportSpec | None:
        try:
            sql = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            self.mistakes.append(
                Mistake(Place(file, 1, 1), f"a byte that is not UTF-8 ({error.start + 1} bytes in)", "a file saved as UTF-8")
            )
            return None
        if not any(line.strip() and not line.lstrip().startswith("--") for line in sql.splitlines()):
            self.mistakes.append(Mistake(Place(file, 1, 1), "no SQL", "a SELECT"))
            return None
        return ReportSpec(report=name, sql=sql, **_headings(sql))


def _with_types(document: Document) -> Any:
    """The document's values; a dataset's ``contract``, which no spec describes, keeps the types that YAML gives it."""
    value = document.value
    return {**value, "contract": typed(document, "contract")} if isinstance(value.get("contract"), dict) else value


def _headings(sql: str) -> dict[str, str]:
    """The ``-- title:``, ``-- description:`` and ``-- owner:`` lines that come first."""
    found: dict[str, str] = {}
    for line in sql.splitlines():
        if line.strip() and not line.lstrip().startswith("--"):
            break
        match = _HEADING.match(line.strip())
        if match:
            found.setdefault(match[1], match[2])
    return found
