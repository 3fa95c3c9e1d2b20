"""Figures to take along: CSV files and workbooks in which nothing is taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.responses import Response

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST = 31
"""Characters of a sheet's name."""
Rows = Sequence[Mapping[str, Any]]


def csv_file(rows: Rows, name: str, otherwise: str = "nothing") -> Response:
    """Rows as a CSV file; ``otherwise`` is the heading where there are none."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = list(rows[0]) if rows else [otherwise]
    writer.writerow(heads)
    writer.writerows([[harmless(row[h]) for h in heads] for row in rows])
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=attached(name))


def workbook_file(sheets: Sequence[tuple[str, Rows]], name: str) -> Response:
    """A workbook with a sheet for each title and its rows."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True, "default_date_format": "yyyy-mm-dd"})
    bold, taken = book.add_format({"bold": True}), set[str]()
    for title, rows in sheets:
        sheet = book.add_worksheet(_sheet_name(title, taken))
        heads = list(rows[0]) if rows else [title]
        sheet.write_row(0, 0, heads, bold)
        for index, row in enumerate(rows, 1):
            sheet.write_row(index, 0, [row[h] for h in heads])
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    book.close()
    return Response(out.getvalue(), media_type=WORKBOOK, headers=attached(name))


def _sheet_name(title: str, taken: set[str]) -> str:
    """A name that Excel takes, and that no other sheet has, whatever the case of its letters."""
    plain = "".join(c for c in title if c not in "[]:*?/\\'").strip()[:LONGEST] or "Figures"
    name, number = plain, 2
    while name.casefold() in taken:
        name, number = f"{plain[: LONGEST - 4]} {number}", number + 1
    taken.add(name.casefold())
    return name


def harmless(value: Any) -> Any:
    """A cell of a CSV file that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    if isinstance(value, str) and value[:1] in "=+-@\t\r":
        return f"'{value}"
    return "" if value is None else value


def attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
