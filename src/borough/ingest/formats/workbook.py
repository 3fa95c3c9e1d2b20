"""Workbooks: what a file that calls itself one really is, and which of its sheets is meant."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from borough.project.explain import nearest

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\3\4"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LOCKED = "the workbook is protected by a password: save it without one"
DAMAGED = "the {} can't be read: {}; it is damaged, or no workbook: open it in Excel and save it again"
HEAD = 1 << 16
TRY = """
import io, sys, python_calamine as calamine
try:
    workbook = calamine.load_workbook(io.BytesIO(open(sys.argv[1], "rb").read()))
    for place in range(len(workbook.sheet_names)):
        workbook.get_sheet_by_index(place)
except calamine.CalamineError:
    pass
"""


class InvalidWorkbookError(ValueError):
    """Not a workbook, or not one that can be read: what it is, and what to do."""


def workbook_of(path: str) -> CalamineWorkbook:
    """Open a workbook. Raises InvalidWorkbookError, OSError."""
    import python_calamine as calamine

    with open(path, "rb") as file:
        content = file.read()
    if not content.startswith((OLE, ZIP)):
        raise InvalidWorkbookError(_instead(content[:HEAD]))
    if content.startswith(OLE) and ENCRYPTED in content:
        raise InvalidWorkbookError(LOCKED)
    if content.startswith(OLE) and not _survived(path):
        raise InvalidWorkbookError(DAMAGED.format("workbook", "the library that reads it broke down"))
    with _explained("workbook"):
        # By its content: the ending may be any, or the file's own name may be gone.
        return calamine.load_workbook(io.BytesIO(content))


def _survived(path: str) -> bool:
    """Whether the library reads an ``.xls`` and lives: at some that are damaged it takes its process down, so another one tries."""
    tried = subprocess.run([sys.executable, "-I", "-c", TRY, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return tried.returncode == 0


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """Turn what the library raises into an InvalidWorkbookError."""
    import python_calamine as calamine

    try:
        yield
    except calamine.PasswordError as error:
        raise InvalidWorkbookError(LOCKED) from error
    except calamine.CalamineError as error:
        raise InvalidWorkbookError(DAMAGED.format(what, " ".join(str(error).split()))) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # Rust's, which is no Exception
            raise
        raise InvalidWorkbookError(DAMAGED.format(what, "the library that reads it broke down")) from error


def _instead(head: bytes) -> str:
    """What a file is that is no workbook. Many systems call what they write .xls, and Excel opens it."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head.strip():
        return "empty file"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "not a workbook but XML as of Excel 2003: open it in Excel and save it as .xlsx"
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<style", b"<body", b"<div")) or b"<table" in start:
        return "not a workbook but a web page (HTML) that is called one: open it in Excel and save it as .xlsx, or ask for CSV"
    if b"\0" not in head and any(mark in head for mark in b",;\t|"):
        return "not a workbook but delimited text that is called one: declare `format: csv`"
    return "not a workbook: it begins as neither .xlsx nor .xls nor .ods; is it the right file?"


def sheet_of(workbook: CalamineWorkbook, declared: str | int | None) -> tuple[CalamineSheet, tuple[str, ...]]:
    """The sheet declared by name or place (from 1), or the only visible one that holds anything. Raises InvalidWorkbookError."""
    if declared is not None:
        place = _declared(workbook.sheet_names, declared)
        return _sheet(workbook, place), ()
    visible = _visible(workbook)
    full = [place for place in visible if _sheet(workbook, place).start is not None]
    if len(full) == 1:
        hidden = [repr(name) for place, name in enumerate(workbook.sheet_names) if place not in visible]
        return _sheet(workbook, full[0]), ((f"hidden sheets left out: {', '.join(hidden)}",) if hidden else ())
    if not full:
        raise InvalidWorkbookError(f"no visible sheet holds anything; there are {', '.join(map(repr, workbook.sheet_names)) or 'none'}")
    names = ", ".join(repr(workbook.sheet_names[place]) for place in full)
    raise InvalidWorkbookError(f"{len(full)} sheets hold something: {names}; declare the one that is meant as `sheet:`")


def _sheet(workbook: CalamineWorkbook, place: int) -> CalamineSheet:
    with _explained(f"sheet {workbook.sheet_names[place]!r}"):
        return workbook.get_sheet_by_index(place)


def _visible(workbook: CalamineWorkbook) -> list[int]:
    """The places of the sheets of cells that are not hidden."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    kinds = (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet)
    return [n for n, m in enumerate(workbook.sheets_metadata) if m.visible == SheetVisibleEnum.Visible and m.typ in kinds]


def _declared(names: list[str], declared: str | int) -> int:
    plain = [name.strip().casefold() for name in names]
    wanted = str(declared).strip()
    if wanted.casefold() in plain:
        return plain.index(wanted.casefold())
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    near = nearest(wanted, names)
    raise InvalidWorkbookError(f"no sheet {wanted!r}: {f'did you mean {near!r}? ' if near else ''}There are {', '.join(map(repr, names))}")
