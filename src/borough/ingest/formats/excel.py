"""Read workbooks into bronze: ``.xlsx``, ``.xlsm``, ``.xlsb``, ``.xls`` and ``.ods``, one sheet of each.

A blank cell is an empty text, and a row of blank cells no record. The values of formulas are those saved last. A last row
that is a sum of the others is refused, so that it is not counted as data, unless the feed says that such rows are left out.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from xml.parsers.expat import ExpatError

from borough.engine.port import Engine
from borough.ingest.block import Block, Workshop, sha256_of, system_columns, unreadable
from borough.ingest.formats.cells import text_of
from borough.ingest.formats.second_look import SecondLook, second_look
from borough.ingest.formats.sheet import Header, header_of, is_total, looks_like_total, merged_below
from borough.ingest.formats.workbook import InvalidWorkbookError, sheet_of, workbook_of
from borough.ingest.names import unique_names
from borough.ingest.port import Found, Received
from borough.ingest.scratch import SYSTEM, Rows
from borough.project.formats import ExcelSpec
from borough.project.spec import Spec
from borough.project.specs import FeedSpec

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Numbered = tuple[int, list[str]]  # the row's number in the sheet (from 1), and its cells


@dataclass
class _Table:
    """A sheet, its header found, its rows still to be read."""

    sheet: CalamineSheet
    header: Header
    look: SecondLook | None
    totals: str | None
    left_out: int = 0
    imprecise: int = 0

    def __post_init__(self) -> None:
        self.left = self.sheet.start[1] if self.sheet.start else 0
        # A column without name and values is none.
        names = self.header.names
        used = {i for i, name in enumerate(names) if name}
        if len(used) < len(names):
            used.update(i for row, cells in self._raw() for i, cell in enumerate(cells) if cell != "")
        self.places = sorted(used)
        self.names = [names[i] for i in self.places]

    def _raw(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows below the header, with the errors that the library reads as nothing."""
        errors: dict[int, list[tuple[int, str]]] = {}
        for (row, column), text in self.look.errors.items() if self.look else ():
            errors.setdefault(row, []).append((column - self.left, text))
        for number, cells in enumerate(self.sheet.iter_rows()):
            if number > self.header.last:
                for column, text in errors.get(number, ()):
                    cells[column] = text
                yield number, cells

    def rows(self) -> Iterator[tuple[Numbered, bool]]:
        """The records, and whether each is a sum that ends the table."""
        held: list[Numbered] = []
        for number, cells in self._raw():
            texts = [text_of(cells[i]) for i in self.places]
            if not any(texts):
                continue
            if self.totals is not None and is_total(texts, self.totals):
                self.left_out += 1
                continue
            self.imprecise += sum(1 for cell in cells if type(cell) is float and abs(cell) >= 1e15)
            if self.totals is None and looks_like_total(texts):
                held.append((number + 1, texts))
                continue
            yield from ((row, False) for row in held)
            held.clear()
            yield (number + 1, texts), False
        yield from ((row, True) for row in held)

    def notices(self) -> Iterator[str]:
        """What is to be told once the rows have been read."""
        if self.left_out:
            yield f"{self.left_out} totals row{'s' if self.left_out > 1 else ''} left out"
        merged = merged_below(self.sheet.merged_cell_ranges or (), self.header.last)
        if merged:
            yield f"{merged} merged cells among the records: the value of each stands in its first row and column only"
        if self.look and self.look.unsaved:
            yield f"{len(self.look.unsaved)} formulas without a saved value are read as blank ({self.look.unsaved[0]} is the first): open the workbook in Excel and save it"
        if self.look and self.look.errors:
            (row, column), text = next(iter(self.look.errors.items()))
            yield f"{len(self.look.errors)} cells hold an error, such as {text} in row {row + 1}, column {column + 1}"
        if self.imprecise:
            yield f"{self.imprecise} numbers have more than the 15 digits that Excel keeps: what is behind them is lost"
        if self.look is None:
            yield "the rows of an .xlsb are not counted a second time: ask for .xlsx to have them reconciled"


class ExcelReader:
    """Workbooks. See ``Reader``."""

    together = False

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        self._spec = options if isinstance(options, ExcelSpec) else ExcelSpec()

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        return self._table(found)[0].names

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        found = group[0]
        sha256 = counting.submit(sha256_of, found.path)
        try:
            table, notices = self._table(found)
        except InvalidWorkbookError as error:
            return [unreadable(found, str(error), sha256=sha256.result())], None
        names, renamed = unique_names(table.names, (name for name, _ in found.parts))
        with Rows(shop, "sheet") as out:
            out.columns((*names, *SYSTEM))
            count = self._write(table, out)
            block = out.block(system_columns(found))
        # What was read and left out, held against what the second look found.
        counted = table.look.below(table.header.last) - table.left_out if table.look else count
        received = Received(found, sha256.result(), counted, count, names, None, (*notices, *table.header.notices, *renamed, *table.notices()))
        if counted != count:
            return [replace(received, rows=0, problem=f"{counted} rows were counted in the sheet, but {count} could be read; please report this file")], None
        return [received if count else replace(received, notices=(*received.notices, "no records"))], block

    def _table(self, found: Found) -> tuple[_Table, tuple[str, ...]]:
        """The table of the sheet that is meant. Raises InvalidWorkbookError, OSError."""
        workbook = workbook_of(found.path)
        sheet, notices = sheet_of(workbook, self._spec.sheet)
        header = header_of(sheet.iter_rows(), self._spec.header, sheet.merged_cell_ranges or (), sheet.start[1] if sheet.start else 0)
        if header is None:
            where = f"row {self._spec.header} of the sheet {sheet.name!r} is blank" if self._spec.header else f"the sheet {sheet.name!r} is empty"
            raise InvalidWorkbookError(f"no header: {where}")
        try:
            look = second_look(found.path, sheet.name)
        except (zipfile.BadZipFile, ExpatError, KeyError, ValueError, StopIteration) as error:
            raise InvalidWorkbookError(f"the sheet {sheet.name!r} can't be counted: {error}; open the workbook in Excel and save it again") from error
        return _Table(sheet, header, look, self._spec.totals), notices

    def _write(self, table: _Table, out: Rows) -> int:
        count, nothing = 0, [None] * len(table.names)
        for (number, texts), total in table.rows():
            count += 1
            if total:
                told = f"row {number}: this looks like a sum of the rows above it; if so, declare `totals: {next(t for t in texts if t).split()[0]}`"
                out.add([*nothing, count, told, json.dumps(texts, ensure_ascii=False)])
            else:
                out.add([*texts, count, None, None])
        return count
