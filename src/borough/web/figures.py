"""Tiles of a page as figures: what templates show, what charts draw and what downloads hold, all of the same rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from borough.compile.pages import Page, Tile, extent_sql, narrowed, tile_sql
from borough.project.page_specs import TileSpec
from borough.web.choosing import Chosen
from borough.web.intervals import byar, wilson
from borough.web.reading import Reader
from borough.web.suppressing import suppressed
from borough.web.wording import FEW, in_words, said

BANDS = ("High", "Moderate", "Some", "Low")
CHARTS = ("bar", "line", "interval")
LINKS: Mapping[str, str] = {"property": "/property/{key}", "landlord": "/landlord/{key}", "street": "/street/{key}", "ward": "/reports/risk_profile?ward_code={key}"}
Figure = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a figure's table: ``whole`` is the column that it is a share of."""

    name: str
    title: str
    whole: str | None = None
    per: float | None = None
    link: str | None = None
    key: str | None = None


@dataclass(frozen=True)
class Figures:
    """The figures of a page, for one reader and what that reader has chosen."""

    page: Page
    reader: Reader
    chosen: Chosen

    def all(self) -> list[Figure]:
        return [self.one(tile) for tile in self.page.tiles]

    def one(self, tile: Tile) -> Figure:
        """A tile as a figure."""
        figure = self._begun(tile)
        if tile.spec.tile == "map" and tile.spec.points:
            return figure | self._points(tile)
        limit = tile.spec.limit + 1
        rows = self.rows(tile, limit)
        figure["more"] = len(rows) > tile.spec.limit
        return figure | self._filled(tile, rows[: tile.spec.limit])

    def rows(self, tile: Tile, limit: int | None = None) -> list[dict[str, Any]]:
        """The rows of a tile as anyone may see them: small counts are gone where the page is public, and what was before stands beside."""
        rows = self._asked(tile, self.chosen.values, limit)
        if self.chosen.before is not None and tile.filters and tile.spec.tile in ("number", *CHARTS, "table"):
            rows = _beside(tile, rows, self._asked(tile, self.chosen.before, limit))
        return suppressed(rows, counted(tile)) if self.page.spec.public else rows

    def _asked(self, tile: Tile, values: Mapping[str, str], limit: int | None = None) -> list[dict[str, Any]]:
        own = {name: value for name, value in values.items() if _column(name) in tile.filters}
        return self.reader.rows(tile_sql(self.page.spec, tile, own, limit), **own)

    def _begun(self, tile: Tile) -> Figure:
        spec, path = tile.spec, f"/reports/{self.page.name}/{tile.number}"
        kinds = ("csv", "xlsx", "geojson") if spec.tile == "map" else ("csv", "xlsx")
        return {
            "id": f"tile-{tile.number}", "kind": spec.tile, "title": spec.title, "description": spec.description, "unit": spec.unit, "value": None, "interval": None, "n": None,
            "columns": [], "rows": [], "data": None, "empty": False, "more": False, "limit": spec.limit,
            "downloads": [{"text": kind.upper() if kind != "geojson" else "GeoJSON", "href": self.chosen.address(f"{path}.{kind}")} for kind in kinds],
        }  # fmt: skip

    def _filled(self, tile: Tile, rows: list[dict[str, Any]]) -> Figure:
        if tile.spec.tile == "number":
            return _number(tile.spec, rows[0] if rows else {})
        columns = shown_columns(tile, self.chosen.before is not None)
        table: Figure = {"columns": [heading(c, rows) for c in columns], "rows": [[cell(c, row) for c in columns] for row in rows], "empty": not rows}
        if tile.spec.tile in CHARTS:
            return table | {"data": _chart(tile, rows)}
        return table | ({"data": self._areas(tile, rows)} if tile.spec.tile == "map" else {})

    def _areas(self, tile: Tile, rows: list[dict[str, Any]]) -> dict[str, Any]:
        spec = tile.spec
        values = {str(r["by"]): _shown(spec, r) for r in rows if r["by"] is not None and not isinstance(r.get("value"), str)}
        names = {str(r["by"]): str(r["label"]) for r in rows if r.get("label") is not None}
        link = self.chosen.address(f"/reports/{self.page.name}") + ("&" if self.chosen.written else "?") + f"{spec.by}={{key}}" if spec.by in self.page.spec.filters else None
        return {"kind": "areas", "areas": f"/areas/{spec.areas}.geojson{self._on()}", "values": values, "labels": names, "unit": spec.unit or "", "bounds": None, "link": link, "title": spec.title}

    def _on(self) -> str:
        """Areas as they were at the end of the period that is looked at; those of today where none is chosen."""
        ends = [value for name, value in self.chosen.values.items() if name.endswith("_to") and self.page.spec.filters.get(name.removesuffix("_to"))]
        return f"?on={ends[0]}" if ends else ""

    def _points(self, tile: Tile) -> Figure:
        own = {name: value for name, value in self.chosen.values.items() if _column(name) in tile.filters}
        where = narrowed(self.page.spec, tile.filters, own, tile.spec.where)
        found = self.reader.row(extent_sql(tile, where), **own) or {}
        bounds = [found.get(side) for side in ("west", "south", "east", "north")]
        data = {
            "kind": "points", "tiles": self.chosen.address(f"/tiles/{self.page.name}/{tile.number}/{{z}}/{{x}}/{{y}}.mvt").replace("%7B", "{").replace("%7D", "}"),
            "bounds": bounds if None not in bounds else None, "bands": list(BANDS), "link": LINKS[tile.spec.link] if tile.spec.link else None,
            "outlines": "/areas/ward.geojson" if "ward" in self.reader.snapshot.project.datasets else None, "title": tile.spec.title,
        }  # fmt: skip
        return {"data": data, "empty": None in bounds}


def counted(tile: Tile) -> tuple[str, ...]:
    """The columns of a tile's rows that are counts or parts of them."""
    if tile.spec.tile == "table":
        return tuple(name for name, column in tile.spec.columns.items() if column.value)
    return ("value",)


def shown_columns(tile: Tile, compared: bool = False) -> list[Column]:
    """The columns of a tile's table."""
    spec = tile.spec
    if spec.tile == "table":
        found = [Column(name, c.title or in_words(name), f"{name}__of" if c.of else None, None, c.link, c.key) for name, c in spec.columns.items()]
        return found + [Column(f"{c.name}__before", f"{c.title}, before") for c in found if compared and spec.columns[c.name].value and not c.whole]
    columns = []
    if spec.by:
        columns.append(Column("label" if spec.label and spec.label != spec.by else "by", in_words(spec.label or spec.by)))
    if spec.split:
        columns.append(Column("split", in_words(spec.split)))
    title = in_words(spec.unit) if spec.unit else spec.title
    columns.append(Column("value", title, "whole" if spec.of else None, spec.per))
    return columns + ([Column("value__before", f"{title}, before")] if compared and not spec.of else [])


def heading(column: Column, rows: Sequence[Mapping[str, Any]]) -> Figure:
    numeric = column.whole is not None or any(isinstance(r.get(column.name), (int, float)) and not isinstance(r.get(column.name), bool) for r in rows[:50])
    return {"name": column.name, "title": column.title, "numeric": numeric and not column.link, "percent": column.whole is not None and column.per is None}


def cell(column: Column, row: Mapping[str, Any]) -> Figure:
    """A cell: its words, where it leads, and what it is sorted by."""
    value = row.get(column.name)
    href = None
    if column.link and (key := row.get(column.key or column.name)) is not None:
        href = LINKS[column.link].replace("{key}", quote(str(key), safe=""))
    if column.whole is None:
        plain = str(value) if column.name in ("uprn", "usrn", "year") and value is not None else said(value)
        return {"text": plain, "href": href, "sort": value if isinstance(value, (int, float)) else None}
    whole = row.get(column.whole)
    if isinstance(value, str) or not whole:
        return {"text": value if isinstance(value, str) else "–", "href": href, "sort": None}
    part, total = float(value or 0), float(whole)
    if column.per:
        between = byar(part, total, column.per)
        words = f"{said(part / total * column.per)}" + (f" ({said(between[0])} to {said(between[1])})" if between else "")
        return {"text": words, "href": href, "sort": part / total}
    between = wilson(part, total)
    of = f"{said(part)} of {said(total)}"
    words = f"{said(part / total, percent=True)} ({of}" + (f"; {said(between[0], percent=True)} to {said(between[1], percent=True)})" if between else ")")
    return {"text": words, "href": href, "sort": part / total}


def _shown(spec: TileSpec, row: Mapping[str, Any]) -> float | None:
    """The value that is drawn: a count, a share in percent, or a rate."""
    value = row.get("value")
    if value is None or isinstance(value, str):
        return None
    if not spec.of:
        return float(value)
    whole = row.get("whole")
    return float(value) / float(whole) * (spec.per or 100) if whole else None


def _between(spec: TileSpec, row: Mapping[str, Any]) -> tuple[float, float] | None:
    if not spec.of or row.get("value") is None or isinstance(row["value"], str) or not row.get("whole"):
        return None
    part, whole = float(row["value"]), float(row["whole"])
    if spec.per:
        return byar(part, whole, spec.per)
    found = wilson(part, whole)
    return (found[0] * 100, found[1] * 100) if found else None


def _number(spec: TileSpec, row: Mapping[str, Any]) -> Figure:
    value, whole = row.get("value"), row.get("whole")
    told: Figure = {"value": value if isinstance(value, str) else said(value), "before": said(row["value__before"]) if "value__before" in row else None}
    if spec.of and whole and not isinstance(value, str):
        shown, between = _shown(spec, row) or 0.0, _between(spec, row)
        percent = spec.per is None
        told["value"] = said(shown / 100, percent=True) if percent else said(shown)
        told["interval"] = [said(b / 100, percent=True) if percent else said(b) for b in between] if between else None
        told["n"] = said(whole)
    elif spec.of:
        told["value"] = value if isinstance(value, str) else "–"
    return told


def _chart(tile: Tile, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    spec = tile.spec
    kind = {"date": "date", "timestamp": "date", "long": "number", "double": "number"}.get(tile.columns.get(spec.by or "", ""), "text")
    series = list(dict.fromkeys(str(r["split"]) for r in rows)) if spec.split else None
    if series and set(series) <= set(BANDS):
        series = [b for b in BANDS if b in series]
    points = []
    for r in rows:
        between = _between(spec, r) or (None, None)
        x = r.get("label") if r.get("label") is not None else r["by"]
        points.append({"x": x.isoformat() if isinstance(x, dt.date) else x if kind == "number" else said(x), "y": _shown(spec, r), "low": between[0], "high": between[1], "series": str(r["split"]) if spec.split else None})
        if "value__before" in r and not spec.split:
            points[-1]["series"] = "now"
            points.append({"x": points[-1]["x"], "y": r["value__before"], "low": None, "high": None, "series": "before"})
    if any(p["series"] == "before" for p in points) and not spec.split:
        series = ["now", "before"]
    percent = bool(spec.of) and spec.per is None
    trend = _trend(points) if spec.tile == "line" and not series and kind == "date" else None
    return {"kind": spec.tile, "x": {"title": in_words(spec.by or ""), "type": kind}, "y": {"title": spec.unit or spec.title, "percent": percent}, "series": series, "rows": points, "trend": trend}


def _trend(points: Sequence[Mapping[str, Any]], window: int = 12) -> list[dict[str, Any]] | None:
    """The mean of twelve points up to each: a year of months, which takes the seasons out."""
    values = [p["y"] for p in points]
    if len(values) < window + 1 or any(v is None for v in values):
        return None
    return [{"x": points[i]["x"], "y": sum(values[i - window + 1 : i + 1]) / window} for i in range(window - 1, len(values))]


def _beside(tile: Tile, rows: list[dict[str, Any]], before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with what the other period had, by what they are about."""
    counts = counted(tile)
    about = [n for n in (rows or before or [{}])[0] if n not in counts and not n.endswith("__of") and n != "whole"]
    if tile.spec.tile == "table" and not counts:
        return rows
    earlier = {tuple(r[n] for n in about): r for r in before}
    return [{**r, **{f"{c}__before": earlier.get(tuple(r[n] for n in about), {}).get(c, 0) for c in counts}} for r in rows]


def _column(parameter: str) -> str:
    """The column of a parameter: a period has two."""
    return parameter.removesuffix("_from").removesuffix("_to")


__all__ = ["BANDS", "FEW", "LINKS", "Column", "Figure", "Figures", "cell", "counted", "heading", "shown_columns"]
