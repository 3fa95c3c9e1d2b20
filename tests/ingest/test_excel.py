"""Workbooks. Those for the tests are written by libraries that Borough does not read with."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
import pytest
import xlwt

from borough.errors import FeedError

from .connector_contract import COLUMNS, Row
from .files_contract import FilesContract
from .receiving import Delivery, Place


def saved(workbook: Any) -> bytes:
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def xlsx(*rows: Sequence[Any], change: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook with one sheet of these rows."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(list(row))
    if change:
        change(workbook, workbook.active)
    return saved(workbook)


OFFICE = "urn:oasis:names:tc:opendocument:xmlns:"
MANIFEST = f'<m:manifest xmlns:m="{OFFICE}manifest:1.0"><m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>'


def ods(cells: str) -> bytes:
    """A document with the sheet ``S`` of these rows, which are XML."""
    spaces = "".join(f' xmlns:{name}="{OFFICE}{name}:1.0"' for name in ("office", "table", "text"))
    body = f'<office:body><office:spreadsheet><table:table table:name="S">{cells}</table:table></office:spreadsheet></office:body>'
    calc = ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", f"<office:document-content{spaces}{calc}>{body}</office:document-content>")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return out.getvalue()


class ExcelContract(FilesContract):
    absent = ""
    longest = "123456789012345"

    def bytes_of(self, rows: Sequence[Sequence[str | None]]) -> bytes:
        raise NotImplementedError

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        path.write_bytes(self.bytes_of([["A title"], [], COLUMNS, *([row[name] for name in COLUMNS] for row in rows)]))


class TestXlsx(ExcelContract):
    ending = "xlsx"

    def bytes_of(self, rows: Sequence[Sequence[str | None]]) -> bytes:
        workbook = openpyxl.Workbook()
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row, start=1):
                cell = workbook.active.cell(number, column)
                cell.value, cell.data_type = value, "s" if value is not None else "n"  # '=1+1' is a text here
                if value == self.longest:
                    cell.value = int(value)
                if column == 5 and value == "2024-12-31":
                    cell.value = dt.date(2024, 12, 31)
        return saved(workbook)


class TestXls(ExcelContract):
    ending = "xls"

    def bytes_of(self, rows: Sequence[Sequence[str | None]]) -> bytes:
        workbook = xlwt.Workbook()
        sheet = workbook.add_sheet("S")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
        return saved(workbook)


class TestOds(ExcelContract):
    ending = "ods"

    def bytes_of(self, rows: Sequence[Sequence[str | None]]) -> bytes:
        return ods("".join(f"<table:table-row>{''.join(map(self.cell, row))}</table:table-row>" for row in rows))

    def cell(self, value: str | None) -> str:
        if value is None:
            return "<table:table-cell/>"
        lines = escape(value).replace("  ", '<text:s text:c="2"/>').split("\n")
        return f'<table:table-cell office:value-type="string">{"".join(f"<text:p>{line}</text:p>" for line in lines)}</table:table-cell>'


def receive(place: Place, data: bytes, name: str = "a.xlsx", **options: Any) -> Delivery:
    place.put(name, data)
    return place.receive(**({"format": {"excel": options}} if options else {}))


def test_values_as_excel_has_them(place: Place) -> None:
    when = dt.datetime(2024, 1, 2, 3, 4, 5)

    def formats(_: Any, sheet: Any) -> None:
        sheet["I2"].number_format, sheet["J2"].number_format = "0.0%", '"£"#,##0.00'

    values = [12345678.0, 0.1, 1e-7, dt.date(2024, 1, 2), when, dt.time(12, 30), dt.timedelta(hours=30), True, 0.125, 12.5, "007", -1234567890123]
    got = receive(place, xlsx([f"c{n}" for n in range(len(values))], values, change=formats))
    expected = ("12345678", "0.1", "0.0000001", "2024-01-02", "2024-01-02 03:04:05", "12:30:00", "30:00:00", "true", "0.125", "12.5", "007", "-1234567890123")
    assert got.cells(*(f"c{n}" for n in range(len(values)))) == [expected]
    assert got.only.notices == ()


def test_dates_since_1904(place: Place) -> None:
    def since_1904(workbook: Any, _: Any) -> None:
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    assert receive(place, xlsx(["d"], [dt.date(2024, 1, 2)], change=since_1904)).cells("d") == [("2024-01-02",)]


def test_long_numbers_are_told(place: Place) -> None:
    got = receive(place, xlsx(["n"], [1234567890123456789]))
    assert "1 numbers have more than the 15 digits" in got.only.notices[0]


def test_errors_are_texts_and_told(place: Place) -> None:
    def error(_: Any, sheet: Any) -> None:
        sheet["B3"].value, sheet["B3"].data_type = "#N/A", "e"

    got = receive(place, xlsx(["id", "v"], [1, 2], [None, None], [3, 4], change=error))
    assert got.cells("id", "v") == [("1", "2"), ("", "#N/A"), ("3", "4")]
    assert got.only.notices == ("1 cells hold an error, such as #N/A in row 3, column 2",)
    assert got.only.counted == got.only.rows == 3


def test_formulas_without_a_saved_value_are_told(place: Place) -> None:
    got = receive(place, xlsx(["id", "v"], [1, "=A2*2"], [2, "=A3*2"]))
    assert got.cells("id", "v") == [("1", ""), ("2", "")]
    assert got.only.notices == ("2 formulas without a saved value are read as blank (B2 is the first): open the workbook in Excel and save it",)


def test_titles_blank_rows_and_blank_columns(place: Place) -> None:
    rows = [[], [None, "Housing register"], [None, "as of", dt.date(2024, 1, 31)], [], [None, "Ref", "Name", None, "Rooms"], [], [None, 1, "a", None, 2], [], [None, 2, "b", None, 3]]

    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_cells("B2:E2")

    got = receive(place, xlsx(*rows, change=merge))
    assert got.only.columns == ("Ref", "Name", "Rooms")
    assert got.cells("Ref", "Name", "Rooms", "_row") == [("1", "a", "2", 1), ("2", "b", "3", 2)]
    assert got.only.notices == ("2 rows above the header left out: 'Housing register / as of 2024-01-31'",)


def test_a_declared_header(place: Place) -> None:
    data = xlsx(["a", "b"], ["x", "y"], [1, 2])
    assert receive(place, data).only.columns == ("a", "b")
    assert receive(place, data, header=2).cells("x", "y") == [("1", "2")]
    assert "no header: row 9" in (receive(place, data, header=9).only.problem or "")


def test_a_header_of_two_rows(place: Place) -> None:
    def merge(_: Any, sheet: Any) -> None:
        for cells in ("A1:A2", "B1:C1", "D1:E1"):
            sheet.merge_cells(cells)

    got = receive(place, xlsx(["Ref", "Address", None, "Dates", None], [None, "Line 1", "Postcode", "From", "To"], [1, "2 High St", "E10 5AB", "x", "y"], change=merge))
    assert got.only.columns == ("Ref", "Address Line 1", "Address Postcode", "Dates From", "Dates To")
    assert got.cells(*got.only.columns) == [("1", "2 High St", "E10 5AB", "x", "y")]


def test_values_without_a_heading_keep_a_column(place: Place) -> None:
    got = receive(place, xlsx(["a", None, "a", None, "b"], [1, 2, 3, None, 4]))
    assert got.only.columns == ("a", "column_2", "a_2", "b")
    assert got.cells("a", "column_2", "a_2", "b") == [("1", "2", "3", "4")]


def test_a_last_row_of_totals_is_refused(place: Place) -> None:
    data = xlsx(["Name", "n"], ["Total Fitness", 1], ["a", 2], [], ["Total", 3], ["Grand total:", 3])
    got = receive(place, data)
    assert got.cells("Name", "n", "_row") == [("Total Fitness", "1", 1), ("a", "2", 2), (None, None, 3), (None, None, 4)]
    assert got.rows[2]["_problem"] == "row 5: this looks like a sum of the rows above it; if so, declare `totals: Total`"
    assert got.rows[2]["_raw"] == '["Total", "3"]'
    assert got.only.counted == got.only.rows == 4


def test_declared_totals_are_left_out_and_told(place: Place) -> None:
    got = receive(place, xlsx(["Name", "n"], ["a", 1], ["Sum", 1], ["b", 2], ["Sum", 2]), totals="sum")
    assert got.cells("Name") == [("a",), ("b",)]
    assert got.only.notices == ("2 totals rows left out",)
    assert got.only.counted == got.only.rows == 2


def test_merged_cells_among_the_records_are_told(place: Place) -> None:
    def merge(_: Any, sheet: Any) -> None:
        sheet.merge_cells("A2:A3")

    got = receive(place, xlsx(["ward", "n"], ["E05", 1], [None, 2], change=merge))
    assert got.cells("ward", "n") == [("E05", "1"), ("", "2")]
    assert "1 merged cells among the records" in got.only.notices[0]


def sheets(**contents: int | None) -> bytes:
    """Sheets with a value each, or empty ones; those whose name begins with ``Old`` are hidden."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, value in contents.items():
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = "hidden" if name.startswith("Old") else "visible"
        for row in ([["v"], [value]]) if value else []:
            sheet.append(row)
    return saved(workbook)


def test_which_sheet(place: Place) -> None:
    one = sheets(Cover=None, Data=1, Old=9)
    got = receive(place, one)
    assert (got.cells("v"), got.only.notices) == ([("1",)], ("hidden sheets left out: 'Old'",))
    two = sheets(Homes=1, Landlords=2, Old=9)
    assert "2 sheets hold something: 'Homes', 'Landlords'; declare" in (receive(place, two).only.problem or "")
    for sheet, value in (("Landlords", "2"), ("homes", "1"), (2, "2"), ("Old", "9")):
        assert receive(place, two, sheet=sheet).cells("v") == [(value,)]
    assert "no sheet 'Landlord': did you mean 'Landlords'? There are 'Homes', 'Landlords', 'Old'" in (receive(place, two, sheet="Landlord").only.problem or "")
    assert "no visible sheet" in (receive(place, sheets(Cover=None)).only.problem or "")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty file"),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "web page"),
        (b"\xef\xbb\xbf\r\n<TABLE border=1><tr><td>1", "web page"),
        (b"id,name\n1,a\n", "declare `format: csv`"),
        (b"id\tname\r\n1\ta\r\n", "declare `format: csv`"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "XML as of Excel 2003"),
        (b"%PDF-1.7\n\0", "neither .xlsx nor .xls nor .ods"),
        (b"PK\x03\x04rubbish", "damaged, or no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000), "damaged, or no workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"), "protected by a password: save it without one"),
    ],
)
def test_what_is_no_workbook_is_told(place: Place, data: bytes, told: str) -> None:
    got = receive(place, data, "a.xls")
    assert told in (got.only.problem or "")
    assert (got.rows, len(got.only.sha256)) == ([], 64)
    with pytest.raises(FeedError):
        place.connector().columns(got.only.found)


def test_a_workbook_that_is_cut_off(place: Place) -> None:
    data = xlsx(*([n, "x" * 20] for n in range(2000)))
    assert "damaged" in (receive(place, data[: len(data) // 2]).only.problem or "")


def test_a_workbook_by_another_name(place: Place) -> None:
    place.put("a.dat", xlsx(["v"], [1]))
    assert place.receive(format="excel").cells("v") == [("1",)]


def test_rows_that_hold_empty_texts_only_are_none(place: Place) -> None:
    def blank(_: Any, sheet: Any) -> None:
        for cell in ("A3", "B3"):
            sheet[cell].value, sheet[cell].data_type = "", "s"

    got = receive(place, xlsx(["a", "b"], [1, 2], [None], [3, 4], change=blank))
    assert got.cells("a", "_row") == [("1", 1), ("3", 2)]
    assert got.only.counted == 2


def test_old_workbooks_errors_and_dates(place: Place) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("S")
    for column, value in enumerate(("id", "d", "n")):
        sheet.write(2, column + 1, value)
    sheet.write(3, 1, 12345678)
    sheet.write(3, 2, dt.date(2024, 1, 2), xlwt.easyxf(num_format_str="DD/MM/YYYY"))
    sheet.row(4).set_cell_error(2, 42)
    sheet.write(5, 3, True)
    got = receive(place, saved(workbook), "a.xls")
    assert got.cells("id", "d", "n", "_row") == [("12345678", "2024-01-02", "", 1), ("", "#N/A", "", 2), ("", "", "true", 3)]
    assert got.only.counted == 3


def test_open_documents_repeat_rows_and_cells(place: Place) -> None:
    def cell(kind: str, text: str = "", more: str = "") -> str:
        return f'<table:table-cell office:value-type="{kind}" {more}><text:p>{text}</text:p></table:table-cell>'

    number = cell("float", "1.0E2", 'office:value="100" table:number-columns-repeated="2"')
    error = cell("string", "#DIV/0!", 'calcext:value-type="error" office:string-value="" table:formula="of:=1/0"')
    rows = f'<table:table-row>{cell("string", "a")}{cell("string", "b")}</table:table-row><table:table-row table:number-rows-repeated="2">{number}</table:table-row>'
    rows += f'<table:table-row>{error}{cell("date", "x", "office:date-value=" + chr(34) + "2024-01-02" + chr(34))}</table:table-row>'
    rows += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1024"/></table:table-row>'
    got = receive(place, ods(rows), "a.ods")
    assert got.cells("a", "b") == [("100", "100"), ("100", "100"), ("#DIV/0!", "2024-01-02")]
    assert got.only.counted == got.only.rows == 3


def test_names_with_a_prefix(place: Place) -> None:
    """As some programs of .NET write them."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(["a", "b"], [1, "x"], [2, "y"]))) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            if "worksheets/" in name:
                for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
                    text = text.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>").replace(f"</{tag}>", f"</x:{tag}>")
                text = text.replace("xmlns=", "xmlns:x=")
            new.writestr(name, text)
    got = receive(place, data.getvalue())
    assert got.only.problem is None
    assert got.cells("a", "b") == [("1", "x"), ("2", "y")]


def test_a_larger_sheet(place: Place) -> None:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("S")
    for n in range(20_001):
        sheet.append([f"id{n}" if n else "id", n, "text & more"] if n else ["id", "n", "t"])
    got = receive(place, saved(workbook))
    assert got.only.counted == got.only.rows == 20_000
    assert got.rows[-1]["id"] == "id20000"


def test_damaged_old_workbooks_are_told_and_take_nothing_down(place: Place) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("S")
    for row in range(50):
        sheet.write(row, 0, f"text {row}")
    data = saved(workbook)
    for part in (0.2, 0.5, 0.8, 0.95):
        place.put(f"{part}.xls", data[: int(len(data) * part)])
    place.put("good.xls", data)
    *bad, good = place.receive().batch.received
    assert ["damaged" in (r.problem or "") or "can't be counted" in (r.problem or "") for r in bad] == [True] * 4
    assert good.rows == 49
