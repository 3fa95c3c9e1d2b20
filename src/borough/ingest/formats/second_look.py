"""A second look at a sheet, without the library that reads it: which rows hold anything, and what that library doesn't say.

It reads an error (``#N/A``) and a formula without a saved value as nothing. The second look finds both: in the XML of an
``.xlsx`` by regular expressions, in that of an ``.ods`` with expat, in an ``.xls`` with xlrd. Nothing takes a second look at an ``.xlsb``.
Rows and columns count from 0.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

PIECE = 1 << 20
_P = rb"(?:[A-Za-z]\w*:)?"  # some programs prefix all names
ROW = re.compile(rb"<" + _P + rb"row\b([^>]*?)(?:/>|>(.*?)</" + _P + rb"row>)", re.DOTALL)
CELL = re.compile(rb"<" + _P + rb"c\b([^>]*?)(?:/>|>(.*?)</" + _P + rb"c>)", re.DOTALL)
VALUE = re.compile(rb"<" + _P + rb"(?:v|t)\b[^>/]*>([^<]+)<")
STRING = re.compile(rb"<" + _P + rb"si\b[^>]*?(?:/>|>(.*?)</" + _P + rb"si>)", re.DOTALL)
SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
REFERENCE = re.compile(rb'\br="([A-Z]+)(\d+)"')
ROW_NUMBER = re.compile(rb'\br="(\d+)"')


@dataclass
class SecondLook:
    """Rows that hold anything, errors by their place, and formulas without a saved value."""

    rows: list[int] = field(default_factory=list)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    unsaved: list[str] = field(default_factory=list)

    def below(self, row: int) -> int:
        """How many rows below one hold anything."""
        return sum(1 for r in self.rows if r > row)


def second_look(path: str, sheet: str) -> SecondLook | None:
    """Look at the sheet of a name; None for a format that there is no second way to read."""
    with open(path, "rb") as file:
        packed = file.read(4) == b"PK\3\4"
    if not packed:
        return _old(path, sheet)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "content.xml" in names:
            return _open_document(archive, sheet)
        if "xl/workbook.xml" in names:
            return _excel(archive, sheet)
    return None


def _excel(archive: zipfile.ZipFile, sheet: str) -> SecondLook:
    look, number = SecondLook(), -1
    blank = _blank_strings(archive)
    for attributes, cells in _rows(archive, _part(archive, sheet)):
        said = ROW_NUMBER.search(attributes)
        number = int(said[1]) - 1 if said else number + 1
        simple = not blank and b't="e"' not in cells and b"<f" not in cells and b":f" not in cells
        if VALUE.search(cells) if simple else _look_at(cells, number, blank, look):
            look.rows.append(number)
    return look


def _look_at(cells: bytes, row: int, blank: set[bytes], look: SecondLook) -> bool:
    """Whether a row holds anything; its errors and formulas without a value are noted."""
    holds, column = False, -1
    for match in CELL.finditer(cells):
        attributes, inner = match[1], match[2] or b""
        reference = REFERENCE.search(attributes)
        column = _column(reference[1]) if reference else column + 1
        value = VALUE.search(inner)
        if value is None:
            if re.search(rb"<(?:\w+:)?f\b", inner) and b't="str"' not in attributes:
                look.unsaved.append(_address(row, column))
            continue
        if b't="s"' in attributes and value[1] in blank:
            continue
        holds = True
        if b't="e"' in attributes:
            look.errors[row, column] = value[1].decode()
    return holds


def _rows(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, bytes]]:
    """Attributes and cells of each row, as bytes, a piece of the sheet at a time."""
    rest = b""
    with archive.open(part) as file:
        while piece := file.read(PIECE):
            rest += piece
            end = 0
            for match in ROW.finditer(rest):
                end = match.end()
                yield match[1], match[2] or b""
            rest = rest[end:]


def _part(archive: zipfile.ZipFile, sheet: str) -> str:
    """The file of a sheet in the workbook."""
    import html

    places = dict[str, str]()
    for tag in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", archive.read("xl/_rels/workbook.xml.rels").decode()):
        said = dict(ATTRIBUTE.findall(tag))
        places[said["Id"]] = said["Target"]
    for tag in SHEET.findall(archive.read("xl/workbook.xml").decode()):
        said = dict(ATTRIBUTE.findall(tag))
        if html.unescape(said.get("name", "")) == sheet:
            target = next(places[value] for key, value in said.items() if key.endswith(":id"))
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)


def _blank_strings(archive: zipfile.ZipFile) -> set[bytes]:
    """The numbers of the shared strings that are empty."""
    if "xl/sharedStrings.xml" not in archive.namelist():
        return set()
    strings = archive.read("xl/sharedStrings.xml")
    return {str(number).encode() for number, match in enumerate(STRING.finditer(strings)) if not VALUE.search(match[1] or b"")}


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _address(row: int, column: int) -> str:
    letters, column = "", column + 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row + 1}"


def _open_document(archive: zipfile.ZipFile, sheet: str) -> SecondLook:
    reading = _OpenDocument(sheet)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = reading.start, reading.end, reading.text
    with archive.open("content.xml") as file:
        parser.ParseFile(file)
    return reading.look


class _OpenDocument:
    """Takes the events of an ``.ods``. Rows and cells may stand for several."""

    def __init__(self, sheet: str) -> None:
        self.look, self._sheet = SecondLook(), sheet
        self._inside = self._holds = self._noted = False
        self._row = self._column = 0
        self._kind, self._texts, self._paragraphs = "", "", 0
        self._errors: dict[int, str] = {}

    def start(self, name: str, said: dict[str, str]) -> None:
        if name == "table:table":
            self._inside = said.get("table:name") == self._sheet
        elif name == "table:table-row":
            self._column, self._holds, self._errors = 0, False, {}
            self._repeated = int(said.get("table:number-rows-repeated", 1))
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._kind = said.get("calcext:value-type") or said.get("office:value-type", "")
            self._times, self._texts = int(said.get("table:number-columns-repeated", 1)), ""
        elif name == "office:annotation":
            self._noted = True  # a remark on a cell is not its value

    def text(self, data: str) -> None:
        self._texts += "" if self._noted else data

    def end(self, name: str) -> None:
        if name == "office:annotation":
            self._noted = False
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._holds = self._holds or (bool(self._kind) and (self._kind != "string" or bool(self._texts)))
            if self._kind == "error":
                self._errors.update(dict.fromkeys(range(self._column, self._column + self._times), self._texts))
            self._column += self._times
        elif name == "table:table-row":
            for row in range(self._row, self._row + self._repeated) if self._inside and self._holds else ():
                self.look.rows.append(row)
                self.look.errors.update({(row, column): text for column, text in self._errors.items()})
            self._row += self._repeated if self._inside else 0


def _opened(path: str) -> Any:
    """An ``.xls`` opened by xlrd. Raises ValueError with what is wrong with it."""
    import os
    import struct

    import xlrd
    from xlrd.biffh import XLRDError
    from xlrd.compdoc import CompDocError

    try:
        with open(os.devnull, "w") as silence:
            return xlrd.open_workbook(path, logfile=silence, on_demand=True)
    except (XLRDError, CompDocError, struct.error, LookupError, AssertionError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(str(error) or type(error).__name__) from error


def _old(path: str, name: str) -> SecondLook:
    """Raises ValueError where xlrd can't read it."""
    import struct

    import xlrd

    try:
        sheet = _opened(path).sheet_by_name(name)
    except (xlrd.biffh.XLRDError, struct.error, LookupError, AssertionError, TypeError, AttributeError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    look = SecondLook()
    for row in range(sheet.nrows):
        kinds, values = sheet.row_types(row), sheet.row_values(row)
        if any(kind not in (0, 6) and value != "" for kind, value in zip(kinds, values, strict=True)):
            look.rows.append(row)
        for column, kind in enumerate(kinds):
            if kind == xlrd.XL_CELL_ERROR:
                look.errors[row, column] = xlrd.error_text_from_code.get(values[column], f"error {values[column]}")
    return look
