"""A whole project, compiled: every feed mapped, every report bound, in the order in which they can run; and every mistake."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from borough.catalogue.contracts import LOGICAL, added_columns, area_table, bronze_table, contract_types, feeds_of, log_table, report_table
from borough.catalogue.dna import kept_table, profile_name, profile_table
from borough.catalogue.entities import ENTITY_COLUMNS, entity_table
from borough.catalogue.identity import ADDRESSES, LINKS, STATEMENTS
from borough.catalogue.models import FITTED, rating_name, rating_table
from borough.compile.attributes.model import APPEARANCE, Profile, profile_columns
from borough.compile.conditions import condition_mistakes
from borough.compile.entities import addressed, entity_nodes, peopled
from borough.compile.expressions import ExpressionError, bind
from borough.compile.mapping import MappedFeed, map_feed
from borough.compile.models.model import Model, rating_columns
from borough.compile.nodes import Node
from borough.compile.pages import Page, compile_pages
from borough.compile.reports import BoundSelect, bind_reports
from borough.errors import Mistake
from borough.project.load import Project

Columns = Callable[[str], Sequence[str] | None]


@dataclass(frozen=True)
class Programme:
    """The compiled project: data before it is action."""

    project: Project
    feeds: Mapping[str, MappedFeed]
    reports: Mapping[str, BoundSelect]
    nodes: tuple[Node, ...]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)

    def node(self, name: str) -> Node | None:
        return next((n for n in self.nodes if n.name == name), None)


def compile_project(project: Project, columns: Columns) -> tuple[Programme, list[Mistake]]:
    """Compile everything. ``columns`` gives a feed's received columns, or None while they are unknown.

    What has a mistake is left out of the programme; the mistakes of all come back together.
    """
    mistakes: list[Mistake] = []
    feeds: dict[str, MappedFeed] = {}
    for name, source, feed in project.feeds():
        mistakes.extend(_extract_date_mistakes(project, name, columns(name)))
        if feed.to is None or feed.to not in project.datasets:
            continue
        mapped, found = map_feed(project, name, columns(name))
        mistakes.extend(found)
        if mapped is not None:
            feeds[name] = mapped
        del source
    profiles, found = _profiles(project)
    mistakes.extend(found)
    models, found = _models(project, profiles)
    mistakes.extend(found)
    reports, found = _reports(project, profiles, models)
    mistakes.extend(found)
    mistakes.extend(condition_mistakes(project))
    pages, found = _pages(project, profiles, models, reports)
    mistakes.extend(found)
    nodes, found = _ordered(project, feeds, reports, profiles, models)
    mistakes.extend(found)
    return Programme(project, feeds, reports, nodes, profiles, models, pages), sorted(set(mistakes))


def _extract_date_mistakes(project: Project, name: str, columns: Sequence[str] | None) -> list[Mistake]:
    source, feed = name.split(".")
    declared = project.sources[source].feeds[feed].extract_date
    if not isinstance(declared, str):
        return []
    try:
        bind(declared, None if columns is None else dict.fromkeys(columns, "string"), as_type="date", raw=True)
    except ExpressionError as error:
        return [
            Mistake(project.place("source", source, "feeds", feed, "extract_date", line=f.line, column=f.column), f.found, f.expected, f.nearest)
            for f in error.faults
        ]
    return []


def dataset_types(project: Project) -> dict[str, dict[str, str]]:
    """Every dataset as a report sees it: column → logical type, area columns included."""
    return {
        name: {c: LOGICAL[t] for c, t in (contract_types(contract) | added_columns(project, contract)).items()}
        for name, contract in project.datasets.items()
    }


def profile_types(profiles: Mapping[str, Profile]) -> dict[str, dict[str, str]]:
    """Every profile as a report sees it: column → logical type."""
    return {profile_name(entity): dict(profile_columns(profile)) for entity, profile in profiles.items()}


def rating_types(models: Mapping[str, Model]) -> dict[str, dict[str, str]]:
    """Every model's ratings as a report sees them: column → logical type."""
    return {rating_name(name): dict(rating_columns(model)) for name, model in models.items()}


def entity_types(project: Project) -> dict[str, dict[str, str]]:
    """What is made of appearances as a report sees it: column → logical type. Of what is told by special datasets reports have nothing."""
    if not addressed(project) and not peopled(project):
        return {}
    return {name: dict(columns) for name, columns in ENTITY_COLUMNS.items() if name not in project.reports and name not in project.datasets}


def _models(project: Project, profiles: Mapping[str, Profile]) -> tuple[dict[str, Model], list[Mistake]]:
    """The models, where any is declared."""
    if not project.models:
        return {}, []
    from borough.compile.models.resolve import models

    return models(project, profiles)


def _reports(project: Project, profiles: Mapping[str, Profile], models: Mapping[str, Model]) -> tuple[dict[str, BoundSelect], list[Mistake]]:
    bound = bind_reports({name: report.sql for name, report in project.reports.items()}, dataset_types(project) | entity_types(project) | profile_types(profiles) | rating_types(models))
    mistakes = [
        Mistake(project.place("report", name, line=f.line, column=f.column), f.found, f.expected, f.nearest)
        for name, faults in bound.faults.items()
        for f in faults
    ]
    return dict(bound.bound), mistakes


def _pages(project: Project, profiles: Mapping[str, Profile], models: Mapping[str, Model], reports: Mapping[str, BoundSelect]) -> tuple[dict[str, Page], list[Mistake]]:
    """The pages. One over a report that has mistakes is told of once those are mended."""
    if not project.pages:
        return {}, []
    tables = dataset_types(project) | entity_types(project) | profile_types(profiles) | rating_types(models) | {name: dict(bound.columns) for name, bound in reports.items()}
    broken = set(project.reports) - set(reports)
    pages, found = compile_pages(project, tables | {name: {} for name in broken})
    return pages, [] if broken else found


def _profiles(project: Project) -> tuple[dict[str, Profile], list[Mistake]]:
    """The profiles of entities, where any attribute is declared."""
    if not project.dna:
        return {}, []
    from borough.compile.attributes.resolve import profiles

    return profiles(project)


def _ordered(
    project: Project, feeds: Mapping[str, MappedFeed], reports: Mapping[str, BoundSelect], profiles: Mapping[str, Profile], models: Mapping[str, Model]
) -> tuple[tuple[Node, ...], list[Mistake]]:
    order, mistakes = _dataset_order(project)
    nodes: list[Node] = []
    for dataset in order:
        contract = project.datasets[dataset]
        references = tuple(sorted({log_table(c.references.split(".")[0]) for c in contract.columns.values() if c.references}))
        nodes.extend(Node(f, "feed", (bronze_table(f), *references), (log_table(dataset),)) for f in feeds_of(project, dataset) if f in feeds)
    nodes.extend(Node(name, "feed", (), (bronze_table(name),)) for name, _s, feed in project.feeds() if feed.to is None)
    for dataset in order:
        for area in project.datasets[dataset].areas:
            if area in project.datasets:
                nodes.append(Node(f"{dataset}@{area}", "area", (log_table(dataset), log_table(area)), (area_table(dataset, area),)))
    nodes.extend(entity_nodes(project))
    nodes.extend(Node(profile_name(entity), "dna", _profile_reads(profile), (kept_table(entity), profile_table(entity))) for entity, profile in profiles.items())
    nodes.extend(Node(rating_name(name), "rating", _rating_reads(project, model), (rating_table(name),)) for name, model in models.items())
    for name, bound in reports.items():
        made = {entity: entity_table(entity) for entity in entity_types(project)} | {profile_name(entity): profile_table(entity) for entity in profiles} | {rating_name(model): rating_table(model) for model in models}
        reads = tuple(report_table(t) if t in project.reports else made.get(t) or log_table(t) for t in bound.tables)
        nodes.append(Node(name, "report", reads, (report_table(name),)))
    return tuple(nodes), mistakes


def _rating_reads(project: Project, model: Model) -> tuple[str, ...]:
    """The tables that ratings are made from."""
    from borough.compile.licensing import licensings

    register = model.spec.register_
    rules = [spec for name, spec in licensings(project).items() if register is not None and register.rules in (None, name)]
    permits = [p.dataset for spec in rules for p in (spec.licences, spec.applications, *spec.exemptions.values()) if p is not None]
    return (FITTED, profile_table(model.entity), *dict.fromkeys(log_table(d) for d in permits))


def _profile_reads(profile: Profile) -> tuple[str, ...]:
    """The tables that a profile is made from."""
    own = (LINKS, STATEMENTS, entity_table("household_member"), entity_table("landlord"))
    datasets = dict.fromkeys(s.dataset for s in profile.sources)
    return tuple(dict.fromkeys(t for d in datasets for t in (own if d == APPEARANCE else (log_table(d), ADDRESSES))))


def _dataset_order(project: Project) -> tuple[list[str], list[Mistake]]:
    """Datasets so that each comes after those it references (cycles are the loader's to report)."""
    order: list[str] = []

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in order or name in path or name not in project.datasets:
            return
        for column in project.datasets[name].columns.values():
            if column.references:
                visit(column.references.split(".")[0], (*path, name))
        order.append(name)

    for name in sorted(project.datasets):
        visit(name, ())
    return order, []


def report_fingerprint(bound: BoundSelect) -> str:
    """Identifies a report's SELECT."""
    return hashlib.sha256(bound.sql.encode()).hexdigest()[:16]


def selected(programme: Programme, select: Sequence[str]) -> Iterator[Node]:
    """The nodes that ``--select`` names: a feed, source, dataset or report; ``+NAME`` with all before it, ``NAME+`` with all after."""
    chosen: set[str] = set()
    for word in select:
        matches = [n for n in programme.nodes if _matches(programme, n, word.strip("+"))]
        chosen.update(n.name for n in matches)
        if word.startswith("+"):
            chosen.update(n.name for n in _reach(programme, matches, upstream=True))
        if word.endswith("+"):
            chosen.update(n.name for n in _reach(programme, matches, upstream=False))
    return (n for n in programme.nodes if n.name in chosen)


def _matches(programme: Programme, node: Node, word: str) -> bool:
    if node.kind in ("report", "entity", "dna", "rating"):
        return node.name == word
    if node.kind == "area":
        return node.name.split("@")[0] == word or node.name == word
    mapped = programme.feeds.get(node.name)
    return word in (node.name, node.name.split(".")[0]) or (mapped is not None and mapped.dataset == word)


def _reach(programme: Programme, start: Sequence[Node], *, upstream: bool) -> list[Node]:
    reached = list(start)
    for node in reached:
        ends = set(node.reads if upstream else node.writes)
        reached.extend(n for n in programme.nodes if n not in reached and ends & set(n.writes if upstream else n.reads))
    return reached


def select_names(programme: Programme) -> list[str]:
    """Every word that ``--select`` understands, for completion and for the nearest right word."""
    names = {n.name for n in programme.nodes} | {n.name.split(".")[0] for n in programme.nodes if n.kind == "feed"}
    return sorted(names | set(programme.project.datasets))
