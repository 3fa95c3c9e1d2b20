"""What is in the library: its sources, the datasets that go with each, and its purposes, read from the declarations themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from borough.errors import UsageError
from borough.project.explain import nearest, one_of
from borough.project.formats import ENDINGS, ending

Kind = Literal["sources", "datasets", "dna", "models"]
_NAMED = {"sources": "source", "datasets": "dataset", "dna": "dna", "models": "model"}


@dataclass(frozen=True)
class ReadySource:
    """A source of the library. ``fills``: the datasets that its feeds fill; ``formats``: what its feeds read."""

    name: str
    title: str
    service: str
    systems: tuple[str, ...]
    lawful_basis: str
    purposes: tuple[str, ...]
    fills: tuple[str, ...]
    formats: tuple[str, ...]

    def has(self, word: str) -> bool:
        """Whether a word stands in what is said of it."""
        said = (self.name, self.title, self.service, *self.systems, *self.fills, *self.formats)
        return any(word.casefold() in text.casefold() for text in said)


def sources() -> dict[str, ReadySource]:
    """The sources, by name."""
    return {name: _ready(name, document) for name, document in _documents("sources").items()}


def datasets_for(source: str) -> tuple[str, ...]:
    """The datasets that a source needs to pass ``check``, in order: those that it fills, then those that they refer to or take areas from."""
    wanted = list(sources()[source].fills)
    documents = _documents("datasets")
    for name in wanted:  # grows as it goes
        wanted += [other for other in dict.fromkeys(_refers(documents[name])) if other not in wanted]
    return tuple(wanted)


def column_types(dataset: str) -> dict[str, str]:
    """The columns of a dataset of the library with their types, and those of rows that it refers to (``COLUMN.OTHER``)."""
    documents = _documents("datasets")
    own = documents[dataset]["columns"]
    types = {name: (spec or {}).get("type", "string") for name, spec in own.items()}
    for name, spec in own.items():
        target = ((spec or {}).get("references") or "").partition(".")[0]
        types |= {f"{name}.{other}": (said or {}).get("type", "string") for other, said in documents[target]["columns"].items()} if target in documents else {}
    return types


def dna_groups() -> tuple[str, ...]:
    """The groups of attributes, by name."""
    return tuple(_documents("dna"))


def model_names() -> tuple[str, ...]:
    """The library's models."""
    return tuple(_documents("models"))


def dna_of_models(names: Iterable[str]) -> tuple[str, ...]:
    """The groups of attributes that models read."""
    documents = _documents("dna")
    home = {(d["entity"], attribute): name for name, d in documents.items() for attribute in d["attributes"]}
    found = []
    for name in names:
        said = _documents("models")[name]
        read = [*said.get("features", {}), *(f for stage in said["stages"].values() for f in stage.get("features", {})), *said.get("fairness", ()), *re.findall(r"\w+", said.get("population", ""))]
        found += [home[said["entity"], f] for f in read if (said["entity"], f) in home]
    return dna_with(dict.fromkeys(found))


def purposes_of_models(names: Iterable[str]) -> tuple[str, ...]:
    """The purposes that models name, in the library's order."""
    named = {p for name in names for p in _documents("models")[name].get("purposes") or ()}
    return tuple(p for p in purposes() if p in named)


def dna_with(groups: Iterable[str]) -> tuple[str, ...]:
    """Groups of attributes, and those with attributes that theirs are made of."""
    documents = _documents("dna")
    home = {(d["entity"], attribute): name for name, d in documents.items() for attribute in d["attributes"]}
    wanted = list(dict.fromkeys(groups))
    for name in wanted:  # grows as it goes
        entity = documents[name]["entity"]
        said = [str([a.get(k) for k in ("formula", "neighbours", "score")]) for a in documents[name]["attributes"].values()]
        read = {home[entity, word] for text in said for word in re.findall(r"\w+", text) if (entity, word) in home}
        wanted += sorted(read - set(wanted))
    return tuple(wanted)


def purposes_of_dna(groups: Iterable[str]) -> tuple[str, ...]:
    """The purposes that groups of attributes name, in the library's order."""
    documents = [_documents("dna")[name] for name in groups]
    named = {p for d in documents for said in (d, *d["attributes"].values()) for p in said.get("purposes") or ()}
    return tuple(p for p in purposes() if p in named)


def purposes_of(sources_: Iterable[str], datasets: Iterable[str]) -> tuple[str, ...]:
    """The purposes that these sources and datasets name, in the library's order."""
    named = {p for name in sources_ for p in _documents("sources")[name].get("purposes", ())}
    for name in datasets:
        named |= {p for column in _documents("datasets")[name]["columns"].values() for p in (column or {}).get("purposes", ())}
    return tuple(p for p in purposes() if p in named)


def text(kind: Kind, name: str) -> str:
    """A declaration as it is written."""
    return (files("borough.library") / kind / f"{name}.yaml").read_text(encoding="utf-8")


def built_in(name: str) -> str:
    """The declaration of a source that Borough itself fills."""
    return (files("borough.library") / "builtin" / f"{name}.yaml").read_text(encoding="utf-8")


@cache
def purposes() -> Mapping[str, str]:
    """Each purpose of the library with its lines of YAML, in order."""
    lines = (files("borough.library") / "purposes.yaml").read_text(encoding="utf-8").splitlines()
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            found[line.rstrip(":")] = []
        found[next(reversed(found))].append(line)
    return {name: "\n".join(block) for name, block in found.items()}


def chosen(names: Iterable[str], service: str | None, everything: bool) -> tuple[str, ...]:
    """The sources that somebody asked for. Raises UsageError for a name or service that the library has not, or where nothing is asked for."""
    ready = sources()
    wanted = list(dict.fromkeys(names))
    for name in wanted:
        if name not in ready:
            raise UsageError(f"the library has no source {name!r}", advice=_advice(name, ready))
    if service is not None:
        wanted += [name for name in of_service(service) if name not in wanted]
    if everything:
        wanted = list(ready)
    if not wanted:
        raise UsageError("no source is named", advice="borough source add NAME; borough source list shows them")
    return tuple(wanted)


def of_service(service: str) -> tuple[str, ...]:
    """The sources of a service, by its name or a part of it. Raises UsageError where there is none."""
    found = tuple(name for name, ready in sources().items() if service.casefold() in ready.service.casefold())
    if not found:
        services = sorted({ready.service for ready in sources().values()})
        raise UsageError(f"no source is for {service!r}", advice=f"the services are {one_of(services)}")
    return found


def _advice(name: str, ready: Mapping[str, ReadySource]) -> str:
    near = nearest(name, ready)
    return (f"did you mean {near!r}? " if near else "") + "borough source list shows them; borough source draft makes one from a sample"


@cache
def _documents(kind: Kind) -> Mapping[str, dict[str, Any]]:
    return dict(_read(kind))


def _read(kind: Kind) -> Iterator[tuple[str, dict[str, Any]]]:
    entries = (entry for entry in (files("borough.library") / kind).iterdir() if entry.name.endswith(".yaml"))
    for entry in sorted(entries, key=lambda e: e.name):
        document = yaml.load(entry.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        yield document[_NAMED[kind]], document


def _refers(dataset: Mapping[str, Any]) -> Iterator[str]:
    for column in dataset["columns"].values():
        if column and "references" in column:
            yield column["references"].split(".")[0]
    yield from dataset.get("areas", ())


def _ready(name: str, document: Mapping[str, Any]) -> ReadySource:
    feeds = document["feeds"].values()
    return ReadySource(
        name,
        document.get("title", ""),
        document.get("service", ""),
        tuple(document.get("systems", ())),
        document.get("lawful_basis", ""),
        tuple(document.get("purposes", ())),
        tuple(dict.fromkeys(feed["to"] for feed in feeds if "to" in feed)),
        tuple(dict.fromkeys(_format(document, feed) for feed in feeds)),
    )


def _format(document: Mapping[str, Any], feed: Mapping[str, Any]) -> str:
    """What a feed reads, in a word."""
    declared = feed.get("format")
    if declared is not None:
        return declared if isinstance(declared, str) else next(iter(declared))
    if "table" in feed or "query" in feed:
        return "database"
    if "resource" in feed:
        return "api"
    pattern = feed.get("files", document.get("connect", {}).get("files", ""))
    return ENDINGS.get(ending(pattern if isinstance(pattern, str) else pattern[0]), "files")
