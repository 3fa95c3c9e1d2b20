"""What a council declares about pages: which tiles a reader sees, over which report tables, and by what they may be narrowed down.

Authoring objects, as those of ``specs.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from borough.project.spec import Expression, Name, Spec

TileKind = Literal["number", "bar", "line", "interval", "map", "table"]
Linked = Literal["property", "landlord", "street", "ward"]


def _titled(value: Any) -> Any:
    """A title may be written bare."""
    return {"title": value} if isinstance(value, str) else {} if value is None else value


class FilterSpec(Spec):
    """A column by which a page is narrowed down."""

    title: str | None = Field(default=None, description="What the reader is asked. Default: the column's name in words.")
    kind: Literal["choice", "period", "search"] = Field(default="choice", description="`choice`: one of the values that there are. `period`: from one month or day to another. `search`: texts that contain what is typed.")
    label: Name | None = Field(default=None, description="For `choice`: the column with the words shown for each value.")
    default: str | None = Field(default=None, description="For `choice`: what is chosen at first; there is then no `all`.")
    compare: bool = Field(default=False, description="For `period`: a second period may be set beside the first.")


class ColumnSpec(Spec):
    """A column of a table tile."""

    title: str | None = Field(default=None, description="The heading. Default: the column's name in words.")
    value: Expression | None = Field(default=None, description="An aggregate, such as `sum(total)`; the table is then grouped by its plain columns. Default: the column itself.")
    of: Expression | None = Field(default=None, description="What the value is a share of: shown as a percentage with its 95% interval (Wilson).")
    link: Linked | None = Field(default=None, description="What a click leads to.")
    key: Name | None = Field(default=None, description="The column with the id that the link needs. Default: the column itself.")


class TileSpec(Spec):
    """One part of a page: a number, a chart, a map or a table over a report table."""

    tile: TileKind = Field(description="`number`, `bar`, `line`, `interval` (shares with their intervals), `map` or `table`.")
    title: str = Field(description="What it shows.")
    description: str | None = Field(default=None, description="How it is to be read.")
    from_: Name | None = Field(default=None, alias="from", description="The report table, or a dataset. Default: the page's.")
    where: Expression | None = Field(default=None, description="Rows that count. Default: all.")
    value: Expression | None = Field(default=None, description="An aggregate, such as `count(*)` or `sum(total)`. For all but `table`.")
    of: Expression | None = Field(default=None, description="What the value is a share of, an aggregate too: shown as a percentage with its 95% interval (Wilson 1927).")
    per: float | None = Field(default=None, gt=0, description="With `of`: a rate for each so many (`1000`) rather than a percentage, with its 95% interval (Byar's method).")
    unit: str | None = Field(default=None, description="What is counted, such as `cases`.")
    by: Name | None = Field(default=None, description="For charts the column along the axis, for a map of areas the column with the area's code.")
    split: Name | None = Field(default=None, description="The column of the series; for a map of points that of the bands.")
    order: str | None = Field(default=None, description="`value` (the greatest first), or columns, each perhaps with `desc`. Default: charts over text by `value`, over dates in their order.")
    limit: int = Field(default=100, ge=1, le=1000, description="At most so many rows on the page; a download has all.")
    columns: dict[Name, Annotated[ColumnSpec, BeforeValidator(_titled)]] = Field(default_factory=dict, description="For `table`: its columns, in order: `ward_name: Ward`.")
    areas: Name | None = Field(default=None, description="For `map`: the dataset with the areas' geometry, whose key `by` has.")
    points: tuple[Name, Name] | None = Field(default=None, description="For `map`: the columns with longitude and latitude.")
    key: Name | None = Field(default=None, description="For a map of points: the column with each point's id.")
    label: Name | None = Field(default=None, description="For `map`: the column with each area's or point's name.")
    link: Linked | None = Field(default=None, description="For `map`: what a click leads to.")


class PageSpec(Spec):
    """A page of the web service: tiles over report tables."""

    page: Name = Field(description="Name of the page: `/reports/NAME`.")
    title: str = Field(description="The heading.")
    description: str | None = Field(default=None, description="What the page is for, in a sentence or two.")
    owner: str | None = Field(default=None, description="Who answers for it.")
    purpose: Name | None = Field(default=None, description="The purpose for which the page reads; whose role lacks it, can't open the page. Default: the purpose that the reader has chosen.")
    public: bool = Field(default=False, description="`true`: the page may be published, so counts from 1 to 4 are not shown (shown as `fewer than 5`).")
    order: int = Field(default=100, description="Its place among the pages: the least first.")
    from_: Name | None = Field(default=None, alias="from", description="The report table of tiles that name none.")
    filters: dict[Name, Annotated[FilterSpec, BeforeValidator(_titled)]] = Field(default_factory=dict, description="Columns by which the page is narrowed down; each applies to the tiles whose table has it.")
    tiles: tuple[TileSpec, ...] = Field(min_length=1, max_length=30, description="The parts of the page, from top to bottom.")
