"""Pages, resolved: every tile as a SELECT over its table, and every mistake in them.

A tile's SELECT leaves what a reader chooses open, by name: ``$ward_code``, ``$month_from``, ``$month_to``, ``$address``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from borough.engine.quoting import quoted
from borough.errors import Mistake
from borough.governance.selects import bind_select
from borough.governance.statements import SelectError
from borough.project.explain import nearest
from borough.project.load import Project
from borough.project.page_specs import ColumnSpec, FilterSpec, PageSpec, TileSpec

Tables = Mapping[str, Mapping[str, str]]
NEEDS: Mapping[str, tuple[str, ...]] = {"number": ("value",), "bar": ("value", "by"), "line": ("value", "by"), "interval": ("value", "of", "by"), "table": ("columns",), "map": ()}
"""What a tile of each kind must say."""
LOW, HIGH = "low", "high"


@dataclass(frozen=True)
class Tile:
    """A tile over a table whose columns are known. ``number``: its place on the page, from 1."""

    number: int
    spec: TileSpec
    table: str
    columns: Mapping[str, str]
    """Column → logical type, of the table."""
    filters: tuple[str, ...] = ()
    """The page's filters that apply to it."""


@dataclass(frozen=True)
class Page:
    """A page that has no mistakes."""

    name: str
    spec: PageSpec
    tiles: tuple[Tile, ...]
    choices: Mapping[str, str] = field(default_factory=dict)
    """Filter → the table that its values are taken from."""


def compile_pages(project: Project, tables: Tables) -> tuple[dict[str, Page], list[Mistake]]:
    """The pages over tables (name → column → logical type), and the mistakes of the others."""
    pages, mistakes = {}, []
    for name, spec in project.pages.items():
        found = list(_mistakes(project, name, spec, tables))
        mistakes.extend(found)
        if not found:
            pages[name] = _page(name, spec, tables)
    return dict(sorted(pages.items(), key=lambda item: (item[1].spec.order, item[0]))), mistakes


def _page(name: str, spec: PageSpec, tables: Tables) -> Page:
    tiles = tuple(_tile(number, tile, spec, tables) for number, tile in enumerate(spec.tiles, 1))
    choices = {column: next(t.table for t in tiles if column in t.filters) for column in spec.filters}
    return Page(name, spec, tiles, choices)


def _tile(number: int, tile: TileSpec, page: PageSpec, tables: Tables) -> Tile:
    table = tile.from_ or page.from_ or ""
    return Tile(number, tile, table, tables[table], tuple(column for column in page.filters if column in tables[table]))


# ── as SQL ──────────────────────────────────────────────────────────────────────────────────────


def narrowed(page: PageSpec, filters: Collection[str], chosen: Collection[str], where: str | None = None) -> str:
    """The WHERE of a tile: its own condition, and those of the filters for which something is chosen (names of parameters)."""
    conditions = [f"({where})"] if where else []
    for column in filters:
        kind, name = page.filters[column].kind, quoted(column)
        if kind == "choice" and column in chosen:
            conditions.append(f"CAST({name} AS VARCHAR) = ${column}")
        if kind == "search" and column in chosen:
            conditions.append(f"contains(lower({name}), lower(${column}))")
        if kind == "period":
            conditions.extend(f"CAST({name} AS DATE) {sign} CAST(${column}_{end} AS DATE)" for end, sign in (("from", ">="), ("to", "<=")) if f"{column}_{end}" in chosen)
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def tile_sql(page: PageSpec, tile: Tile, chosen: Collection[str] = (), limit: int | None = None) -> str:
    """The SELECT of a tile, for what a reader has chosen. Its columns: ``by``, ``split``, ``value``, ``whole`` of charts; those of a table by their names, with ``NAME__of`` beside a share."""
    spec = tile.spec
    where = narrowed(page, tile.filters, chosen, spec.where)
    limited = f" LIMIT {limit}" if limit is not None else ""
    source = f" FROM {quoted(tile.table)}{where}"
    if spec.tile == "table":
        return f"SELECT {', '.join(_cells(spec))}{source}{_grouped(spec)}{_ordered(spec)}{limited}"
    if spec.tile == "map" and spec.points:
        return f"SELECT {', '.join(_point(spec))}{source}"
    named = [f"{quoted(column)} AS {alias}" for column, alias in ((spec.by, "by"), (spec.label if spec.label != spec.by else None, "label"), (spec.split, "split")) if column]
    named += [f"{spec.value} AS value"] + ([f"{spec.of} AS whole"] if spec.of else [])
    grouping = " GROUP BY ALL" if spec.by else ""
    return f"SELECT {', '.join(named)}{source}{grouping}{_ordered_chart(tile) if spec.by else ''}{limited}"


def values_sql(page: PageSpec, column: str, table: str) -> str:
    """The values that a choice offers, with the words for each, from the table of the first tile that it applies to."""
    label = page.filters[column].label
    shown = f", min({quoted(label)}) AS label" if label else ""
    return f"SELECT CAST({quoted(column)} AS VARCHAR) AS value{shown} FROM {quoted(table)} WHERE {quoted(column)} IS NOT NULL GROUP BY 1 ORDER BY {'2, 1' if label else '1'} LIMIT 500"


def extent_sql(tile: Tile, where: str) -> str:
    """West, south, east and north of a map's points."""
    assert tile.spec.points is not None
    x, y = map(quoted, tile.spec.points)
    return f"SELECT min({x}) AS west, min({y}) AS south, max({x}) AS east, max({y}) AS north FROM {quoted(tile.table)}{where}"


def _cells(spec: TileSpec) -> Iterator[str]:
    grouped = any(c.value for c in spec.columns.values())
    for name, column in spec.columns.items():
        yield f"{column.value or quoted(name)} AS {quoted(name)}"
        if column.of:
            yield f"{column.of} AS {quoted(f'{name}__of')}"
    for key in dict.fromkeys(c.key for c in spec.columns.values() if c.key and c.key not in spec.columns):
        yield f"{f'min({quoted(key)})' if grouped else quoted(key)} AS {quoted(key)}"


def _grouped(spec: TileSpec) -> str:
    return " GROUP BY ALL" if any(c.value for c in spec.columns.values()) else ""


def _ordered(spec: TileSpec) -> str:
    """Rows in the declared order, and always in the same: what is not told apart by it is by the other columns."""
    rest = [quoted(name) for name, column in spec.columns.items()]
    declared = [spec.order] if spec.order else []
    return f" ORDER BY {', '.join([*declared, *rest])}"


def _point(spec: TileSpec) -> Iterator[str]:
    x, y = map(quoted, spec.points or ())
    yield f"CAST({quoted(spec.key or '')} AS VARCHAR) AS key"
    yield f"{x} AS longitude"
    yield f"{y} AS latitude"
    yield f"{quoted(spec.split)} AS band" if spec.split else "CAST(NULL AS VARCHAR) AS band"
    yield f"{_plain(spec.value)} AS rating" if spec.value else "CAST(NULL AS DOUBLE) AS rating"
    yield f"{quoted(spec.label)} AS label" if spec.label else "CAST(NULL AS VARCHAR) AS label"


def _plain(value: str) -> str:
    """Of a point its value is a column; ``max(rating)`` is taken for ``rating``."""
    return value[4:-1] if value.startswith("max(") and value.endswith(")") else value


def _ordered_chart(tile: Tile) -> str:
    spec = tile.spec
    kind = tile.columns.get(spec.by or "", "string")
    series = ", split" if spec.split else ""
    if spec.order not in (None, "value"):
        return f" ORDER BY {spec.order}, by{series}"
    if spec.order == "value" or (kind == "string" and not spec.split):
        share = "value / nullif(whole, 0)" if spec.of else "value"
        return f" ORDER BY {share} DESC NULLS LAST, by{series}"
    return f" ORDER BY by{series}"


# ── mistakes ────────────────────────────────────────────────────────────────────────────────────


def _mistakes(project: Project, name: str, page: PageSpec, tables: Tables) -> Iterator[Mistake]:
    if page.purpose is not None and page.purpose not in project.borough.purposes:
        yield Mistake(project.place("page", name, "purpose"), f"the purpose {page.purpose!r}", "a purpose of borough.yaml", nearest(page.purpose, project.borough.purposes))
    for index, tile in enumerate(page.tiles):
        yield from _tile_mistakes(project, name, page, index, tile, tables)
    known = {column for tile in page.tiles for column in tables.get(tile.from_ or page.from_ or "", ())}
    for column, asked in page.filters.items():
        for wanted, path in ((column, (column,)), (asked.label, (column, "label"))):
            if known and wanted is not None and wanted not in known:
                yield Mistake(project.place("page", name, "filters", *path), f"the column {wanted!r}, which no tile's table has", "a column of a tile's table", nearest(wanted, known))
        yield from _filter_mistakes(project, name, column, asked)


def _filter_mistakes(project: Project, name: str, column: str, asked: FilterSpec) -> Iterator[Mistake]:
    for key, value, kind in (("label", asked.label, "choice"), ("default", asked.default, "choice"), ("compare", asked.compare or None, "period")):
        if value is not None and asked.kind != kind:
            yield Mistake(project.place("page", name, "filters", column, key), f"`{key}` of a {asked.kind}", f"`{key}` with `kind: {kind}` alone")


def _tile_mistakes(project: Project, name: str, page: PageSpec, index: int, tile: TileSpec, tables: Tables) -> Iterator[Mistake]:
    def wrong(found: str, expected: str, *path: str | int, near: str | None = None) -> Mistake:
        return Mistake(project.place("page", name, "tiles", index, *path), found, expected, near)

    table = tile.from_ or page.from_
    if table is None:
        yield wrong("a tile without a table", "`from:` of the tile or of the page")
        return
    if table not in tables:
        yield wrong(f"the table {table!r}", "a report table (reports/*.sql), a dataset or a profile", *(("from",) if tile.from_ else ()), near=nearest(table, tables))
        return
    lacking = [key for key in NEEDS[tile.tile] if not getattr(tile, key)]
    if tile.tile == "map" and bool(tile.points) == bool(tile.areas):
        yield wrong("a map", "either `points:` and `key:`, or `areas:`, `by:` and `value:`")
        return
    if tile.tile == "map":
        lacking = [key for key in (("key",) if tile.points else ("by", "value")) if not getattr(tile, key)]
    if lacking:
        yield wrong(f"a {tile.tile} without {' and '.join(f'`{key}`' for key in lacking)}", f"`{lacking[0]}:`")
        return
    named = [(key, value) for key, value in (("by", tile.by), ("split", tile.split), ("key", tile.key), ("label", tile.label)) if value]
    named += [("points", p) for p in tile.points or ()]
    columns = tables[table]
    unknown = [wrong(f"the column {value!r}, which {table} lacks", "a column of it", key, near=nearest(value, columns)) for key, value in named if value not in columns]
    unknown += [wrong(f"the column {c!r}, which {table} lacks", "a column of it, or `value:`", "columns", c, near=nearest(c, columns)) for c, told in tile.columns.items() if not told.value and c not in columns]
    unknown += [wrong(f"the column {told.key!r}, which {table} lacks", "a column of it", "columns", c, "key", near=nearest(told.key, columns)) for c, told in tile.columns.items() if told.key and told.key not in columns]
    if tile.areas and tile.areas not in project.datasets:
        unknown.append(wrong(f"the dataset {tile.areas!r}", "a dataset with geometry", "areas", near=nearest(tile.areas, project.datasets)))
    yield from unknown
    if not unknown:
        yield from _sql_mistakes(project, name, page, index, tile, tables)


def _sql_mistakes(project: Project, name: str, page: PageSpec, index: int, tile: TileSpec, tables: Tables) -> Iterator[Mistake]:
    """What the tile's SELECT can't be: told where the expression stands that has it."""
    bound = _tile(index + 1, tile, page, tables)
    for path, spec in _parts(tile):
        try:
            bind_select(tile_sql(page, Tile(bound.number, spec, bound.table, bound.columns)), tables)
        except SelectError as error:
            fault = error.faults[0]
            yield Mistake(project.place("page", name, "tiles", index, *path), fault.found, fault.expected, fault.nearest)
            return


def _parts(tile: TileSpec) -> Iterator[tuple[tuple[str, ...], TileSpec]]:
    """The tile with one of its expressions at a time, then whole: so that a mistake is told where it is."""
    if tile.tile != "table" and tile.value and tile.where:
        yield ("where",), tile.model_copy(update={"value": "count(*)", "of": None, "order": None})
    if tile.of and tile.value:
        yield ("value",), tile.model_copy(update={"of": None, "where": None, "order": None})
        yield ("of",), tile.model_copy(update={"where": None, "order": None})
    for name, column in tile.columns.items():
        if column.value:
            yield ("columns", name, "value"), tile.model_copy(update={"columns": {name: ColumnSpec(value=column.value)}, "where": None, "order": None})
    if tile.order and tile.order != "value":
        yield ("value" if tile.value else "columns",), tile.model_copy(update={"order": None})
    yield ("order",) if tile.order and tile.order != "value" else ("value",) if tile.value else ("columns",), tile
