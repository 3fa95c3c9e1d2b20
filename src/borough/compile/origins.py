"""Column lineage one step back, by the tables of the lake: what each column that a node writes is made from, and how.

``compile/lineage.py`` traces a column all the way down for a person; this says each step to a machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from borough.catalogue.contracts import added_columns, area_table, bronze_table, log_table, report_table
from borough.catalogue.identity import ADDRESSES, LINKS
from borough.compile.mapping import MappedFeed
from borough.compile.nodes import Node
from borough.compile.programme import Programme
from borough.engine.transpile import Node as Part
from borough.governance.ways import Way, Ways
from borough.project.roles import link_columns


@dataclass(frozen=True, order=True)
class Origin:
    """One column of a table of the lake that has a say in a column, or in which rows there are (``way``); ``by``: the declared expression."""

    table: str
    column: str
    way: Way
    by: str | None = None


@dataclass(frozen=True)
class Origins:
    """``columns``: column written → its origins; ``rows``: columns that decide which rows are written."""

    columns: Mapping[str, tuple[Origin, ...]]
    rows: tuple[Origin, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that are read for it."""
        every = [*self.rows, *(o for made in self.columns.values() for o in made)]
        return tuple(sorted({o.table for o in every}))


def origins(programme: Programme, node: Node) -> Origins:
    """The origins of what a node writes: the dataset of a feed, an area's side table, or a report."""
    if node.kind == "report":
        return _of_report(programme, node.name)
    if node.kind == "area":
        return _of_area(programme, *node.name.split("@"))
    if node.kind == "entity":
        return Origins({})
    mapped = programme.feeds.get(node.name)
    return _of_feed(mapped) if mapped is not None else Origins({})


def _of_feed(mapped: MappedFeed) -> Origins:
    bronze = bronze_table(mapped.feed)
    made: dict[str, tuple[Origin, ...]] = {}
    for name, bound in mapped.bounds.items():
        text = " ".join(mapped.spec.map[name].split())
        plain = {word.strip().strip('"').casefold() for word in text.split("|")} <= {c.casefold() for c in bound.columns}
        same = plain and mapped.contract.columns[name].type == "string"
        hidden = _hashed(bound.node)
        ways = {c: Way("IDENTITY" if same else "TRANSFORMATION", c in hidden) for c in bound.columns}
        if ways:
            made[name] = tuple(Origin(bronze, c, way, None if plain else text) for c, way in ways.items())
    rows = [Origin(bronze, mapped.spec.operation.column, Way("FILTER"))] if mapped.spec.operation is not None else []
    for target in mapped.references.values():
        dataset, column = target.split(".")
        rows.append(Origin(log_table(dataset), column, Way("FILTER")))
    return Origins(made, tuple(rows))


def _hashed(node: Part) -> set[str]:
    """The columns that an expression reads only to hash them."""
    seen: dict[str, bool] = {}

    def visit(part: Part, hashed: bool) -> None:
        hashed = hashed or (part.kind == "call" and part.name == "md5")
        if part.kind == "column":
            seen[part.name] = seen.get(part.name, True) and hashed
        for arg in part.args:
            visit(arg, hashed)

    visit(node, False)
    return {name for name, hashed in seen.items() if hashed}


def _of_area(programme: Programme, dataset: str, area: str) -> Origins:
    where, spec = programme.project.datasets[dataset].areas[area], programme.project.datasets[area].area
    if spec is None:
        return Origins({})
    (x, y), day = where.point, where.on
    points, boundaries = log_table(dataset), log_table(area)
    made = {"x": (Origin(points, x, Way("IDENTITY")),), "y": (Origin(points, y, Way("IDENTITY")),)}
    if day is not None:
        made["day"] = (Origin(points, day, Way("IDENTITY")),)
    made["code"] = (Origin(boundaries, spec.code, Way("IDENTITY")),)
    if spec.label is not None:
        made["label"] = (Origin(boundaries, spec.label, Way("IDENTITY")),)
    deciding = [(points, x), (points, y), (points, day), (boundaries, spec.shape), (boundaries, spec.valid_from), (boundaries, spec.valid_to)]
    return Origins(made, tuple(Origin(table, column, Way("JOIN")) for table, column in deciding if column is not None))


def _of_report(programme: Programme, report: str) -> Origins:
    bound = programme.reports[report]
    ways = bound.ways()
    made = {name: tuple(_stored(programme, ways.outputs[name])) for name, _ in bound.columns if ways.outputs.get(name)}
    return Origins(made, tuple(_stored(programme, ways.rows)))


def _stored(programme: Programme, ways: Ways) -> Iterator[Origin]:
    """Columns of datasets and reports as the tables of the lake have them: an area's code and label are in its side table."""
    datasets = programme.project.datasets
    for (table, column), way in sorted(ways):
        if table not in datasets:
            yield Origin(report_table(table), column, way)
            continue
        contract = datasets[table]
        if column in contract.columns or column not in added_columns(programme.project, contract):
            yield Origin(log_table(table), column, way)
            continue
        if column in link_columns(contract):
            table, part = (ADDRESSES, "uprn") if column.endswith("property") else (LINKS, "person")
            yield Origin(table, part, way)
            continue
        area, _, part = column.rpartition("_")
        yield Origin(area_table(table, area), "code" if part == "code" else "label", way)
