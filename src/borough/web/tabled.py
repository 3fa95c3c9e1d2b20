"""Tables and charts of pages that no declaration makes (data quality, models): in the shape of a page's tile, and as files to take along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.responses import JSONResponse, Response

from borough.engine.jsonable import plain
from borough.web.asking import NotFoundError
from borough.web.downloads import workbook_file
from borough.web.wording import said

Figure = dict[str, Any]
MANY = 6
"""Columns from which on a table is set in smaller letters."""
FILES = ("xlsx", "json")


def cells(*values: Any) -> list[dict[str, Any]]:
    """A row of a table, in words. A pair is (words, value)."""
    told = [v if isinstance(v, tuple) else (v if isinstance(v, str) else said(v), v) for v in values]
    return [{"text": text, "href": None, "sort": None, "value": value} for text, value in told]


def columns(*titles: str) -> list[dict[str, Any]]:
    """The heads of a table."""
    return [{"name": t, "title": t, "numeric": False, "percent": False} for t in titles]


def figure(identity: str, kind: str, title: str, heads: list[dict[str, Any]], rows: list[list[dict[str, Any]]], *, data: Any = None, description: str | None = None) -> Figure:
    """A table, or a chart with its table, in the shape of a page's tile. Columns of numbers stand to the right."""
    for i, head in enumerate(heads):
        head["numeric"] = bool(i and rows) and all(_is_figure(row[i]["text"]) for row in rows)
    return {
        "id": identity, "kind": kind, "title": title, "description": description, "unit": None, "value": None, "interval": None, "n": None, "columns": heads, "rows": rows, "data": data, "downloads": [],
        "empty": not rows, "more": False, "limit": len(rows), "many": len(heads) > MANY,
    }  # fmt: skip


def _is_figure(text: str) -> bool:
    return text == "" or text[0] in "0123456789+-–−"


def taken(figures: Sequence[Figure], file: str, name: str) -> Response:
    """The tables of a page as a workbook with a sheet for each, or as JSON. Raises NotFoundError for other kinds of file."""
    if file not in FILES:
        raise NotFoundError(f"there is no download {file[:20]!r}: one of {' and '.join(FILES)}")
    tables = [(str(f["title"]), [_valued(f["columns"], row) for row in f["rows"]]) for f in figures]
    if file == "xlsx":
        return workbook_file(tables, f"{name}.xlsx")
    return JSONResponse(told(figures))


def told(figures: Sequence[Figure]) -> list[dict[str, Any]]:
    """The tables as JSON has them: id, title and rows by the heads of their columns."""
    return [{"id": f["id"], "title": f["title"], "rows": plain([_valued(f["columns"], row) for row in f["rows"]])} for f in figures]


def _valued(heads: Sequence[Mapping[str, Any]], row: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(head["title"]): cell["value"] for head, cell in zip(heads, row, strict=True)}
