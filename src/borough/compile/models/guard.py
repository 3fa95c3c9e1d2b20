"""What may not be a feature: what the outcome or the visit itself sets, what has no known time, and what people are never rated by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from borough.catalogue.contracts import feeds_of
from borough.compile.attributes.model import APPEARANCE, Attribute
from borough.project.load import Project
from borough.project.resolve import file_patterns, path_parts

FORBIDDEN: Mapping[str, re.Pattern[str]] = {
    "ethnicity": re.compile(r"\b(ethnic\w*|race|racial)\b"),
    "nationality": re.compile(r"\b(nationalit\w*|citizenship\w*|immigra\w*|country of birth|birth country)\b"),
    "language": re.compile(r"\b(languages?|mother tongue|interpreters?)\b"),
    "religion": re.compile(r"\b(religio\w*|faith|beliefs?)\b"),
    "name origin": re.compile(r"\b(name origins?|origin of (the )?names?|name group|surname origins?)\b"),
}
"""Never features, whatever they would tell (Equality Act 2010, section 149; UK GDPR article 9)."""


def barred(project: Project, attribute: Attribute, others: Mapping[str, Attribute], outcome: frozenset[str], purposes: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Why an attribute may not be a feature: what was found, and what is expected. ``outcome``: the datasets that a visit sets; ``purposes``: those of the model."""
    beyond = [p for p in purposes if attribute.purposes and p not in attribute.purposes]
    if beyond or (attribute.sensitivity in ("personal", "special") and not purposes):
        yield f"the feature {attribute.name!r}, which is {attribute.sensitivity} and for {', '.join(attribute.purposes) or 'no purpose'}, in a model for {', '.join(beyond) or 'no purpose'}", "features that may be seen for every purpose of the model"
    for one in _lineage(attribute, others):
        through = f" (through {one.name})" if one.name != attribute.name else ""
        for what in _forbidden(one):
            yield f"the feature {attribute.name!r}{through}, which tells of {what}", "features that tell nothing of ethnicity, nationality, language, religion or the origin of names"
        if one.source is None:
            continue
        dataset = one.source.dataset
        touched = {dataset, *(d for d, _ in one.made_from)} & outcome
        if touched:
            yield f"the feature {attribute.name!r}{through}, made from {', '.join(sorted(touched))}, which the outcome itself sets", "features that were known whether or not anybody had gone there"
        elif dataset != APPEARANCE and not _dated(project, dataset):
            yield f"the feature {attribute.name!r}{through}, made from {dataset}, of whose rows it is not known when they were known", f"`known:` in the dataset {dataset}, or the date of its extracts: else it can't be told what was known before a visit"


def _dated(project: Project, dataset: str) -> bool:
    """Is it known when rows were known: by a column, or by the date of the extract that brought them?"""
    if project.datasets[dataset].known is not None:
        return True
    feeds = [(project.sources[source], project.sources[source].feeds[feed]) for source, feed in (name.split(".") for name in feeds_of(project, dataset))]
    return all(feed.extract_date is not None or any(part.name == "extract_date" for pattern in file_patterns(source, feed) for part in path_parts(pattern)) for source, feed in feeds)


def _lineage(attribute: Attribute, others: Mapping[str, Attribute]) -> Iterator[Attribute]:
    seen: set[str] = set()
    waiting = [attribute]
    while waiting:
        one = waiting.pop()
        if one.name in seen:
            continue
        seen.add(one.name)
        yield one
        waiting += [others[n] for n in one.reads if n in others]


def _forbidden(attribute: Attribute) -> Iterator[str]:
    words = " ".join([attribute.name, attribute.spec.title, *(column for _, column in attribute.made_from)]).replace("_", " ").lower()
    yield from (what for what, pattern in FORBIDDEN.items() if pattern.search(words))
