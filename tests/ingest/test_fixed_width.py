"""Fixed-width text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from .connector_contract import COLUMNS, Row
from .files_contract import FilesContract
from .receiving import Delivery, Place

LAYOUT = {"account": "1-4", "name": "5-12", "pence": "13-18"}


class TestFixedWidth(FilesContract):
    ending = "dat"
    blanks = line_ends = False
    absent = ""
    feed: ClassVar[dict[str, Any]] = {"format": {"fixed_width": {"columns": {name: f"{1 + 30 * i}-{30 * i + 30}" for i, name in enumerate(COLUMNS)}, "header": 1}}}

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        path.write_text("HEADER 2024\n" + "".join("".join(f"{row[name] or '':30}" for name in COLUMNS) + "\r\n" for row in rows), newline="")


class TestFixedWidthInUtf16(TestFixedWidth):
    def write(self, path: Path, rows: Sequence[Row]) -> None:
        super().write(path, rows)
        path.write_bytes(path.read_bytes().decode().encode("utf-16"))


def receive(place: Place, data: bytes | str, **options: Any) -> Delivery:
    place.put("a.dat", data.encode() if isinstance(data, str) else data)
    return place.receive(format={"fixed_width": {"columns": LAYOUT, **options}})


def line(account: str, name: str, pence: str) -> str:
    return f"{account:4}{name:8}{pence:>6}"


def test_padding_is_taken_off_on_both_sides_and_only_blanks_are(place: Place) -> None:
    got = receive(place, "\n".join([line("0012", " A\tB ", "120"), line("", "", "000001")]))
    assert got.cells("account", "name", "pence", "_row") == [("0012", "A\tB", "120", 1), ("", "", "000001", 2)]
    assert "1 lines have a tab" in got.only.notices[0]


def test_headers_and_footers_are_no_records(place: Place) -> None:
    text = f"EXTRACT 2024\n\n{line('1', 'a', '1')}\n{line('2', 'b', '2')}\nTRAILER 2\n\n\n"
    got = receive(place, text, header=2, footer=1)
    assert got.cells("account", "_row") == [("1", 1), ("2", 2)]
    assert (got.only.counted, got.only.rows) == (2, 2)
    assert receive(place, "only a header\nand a footer\n", header=1, footer=1).only.notices == ("no records",)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_blank_lines(place: Place, end: str) -> None:
    got = receive(place, end.join([line("1", "a", "1"), "", "   ", line("2", "b", "2"), line("3", "too long", "123456") + "7", ""]))
    assert got.cells("account", "_row", "_problem", "_raw") == [
        ("1", 1, None, None),
        ("2", 2, None, None),
        (None, 3, "line 5: 19 characters, expected 18", "3   too long1234567"),
    ]
    assert got.only.counted == got.only.rows == 3
    assert "2 blank lines left out" in got.only.notices


def test_a_long_line_with_blanks_only_is_good(place: Place) -> None:
    assert receive(place, line("1", "a", "1") + "     \n").cells("account", "_problem") == [("1", None)]


def test_a_short_line_is_refused_where_lines_keep_their_blanks(place: Place) -> None:
    kept = "12  name      12  \n12  cut\n"
    got = receive(place, kept)
    assert got.cells("_problem", "_raw") == [(None, None), ("line 2: 7 characters, expected 18", "12  cut")]


def test_a_short_line_is_read_where_lines_have_lost_their_blanks(place: Place) -> None:
    got = receive(place, "12  name      1234\n13  short\n")
    assert got.cells("account", "name", "pence", "_problem") == [("12", "name", "1234", None), ("13", "short", "", None)]
    assert got.only.notices == ("1 lines end before character 18 (line 2 is the first): their trailing blanks are missing, as in all lines of this file",)


def test_places_that_no_column_takes_are_told_when_something_is_there(place: Place) -> None:
    place.put("a.dat", b"1234x56\n1234 78\n")
    got = place.receive(format={"fixed_width": {"columns": {"b": "6-7", "a": "1-4"}}})
    assert got.only.columns == ("b", "a")
    assert got.cells("a", "b") == [("1234", "56"), ("1234", "78")]
    assert got.only.notices == ("characters 5-5 are in no column, but 1 lines have something there",)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"])
def test_positions_are_characters(place: Place, codec: str) -> None:
    got = receive(place, "\n".join([line("é£12", "Siân Ólö", "1"), line("2", "b", "123456")]).encode(codec))
    assert got.cells("account", "name", "pence") == [("é£12", "Siân Ólö", "1"), ("2", "b", "123456")]


def test_what_old_systems_leave_in_text(place: Place) -> None:
    one, two = line("1", "a", "1"), line("2", "b", "2")
    got = receive(place, (one.replace(" ", "\0") + "\r\n\f" + two + "\r\n\x1a\x1a").encode())
    assert got.cells("account", "name", "pence", "_problem") == [("1", "a", "1", None), ("2", "b", "2", None)]
    assert got.only.notices == ("15 NULs read as blanks", "1 form feed left out", "2 Ctrl-Z at the end left out")


def test_delimiters_quotes_and_control_characters_are_text(place: Place) -> None:
    texts = [line('"', "a,b;c\\n", "\x01"), line("''", '"', "\x02")]
    assert receive(place, "\n".join(texts)).cells("account", "name", "pence") == [('"', "a,b;c\\n", "\x01"), ("''", '"', "\x02")]


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"", "empty file"), (b"12\xe9\n" + "é£ü\n".encode() * 5, "not utf-8 at byte offset 2"), (bytes(range(128)) * 2, "control characters of all kinds")],
)
def test_what_is_no_text_is_a_problem(place: Place, data: bytes, told: str) -> None:
    got = receive(place, data)
    assert told in (got.only.problem or "")
    assert (got.rows, len(got.only.sha256)) == ([], 64)


def test_a_declared_encoding_that_is_wrong(place: Place) -> None:
    assert "offset 1" in (receive(place, b"1\xe9\n", encoding="utf-8").only.problem or "")
    assert "offset 1" in (receive(place, b"1\x81\n", encoding="cp1252").only.problem or "")


def test_a_large_file_keeps_its_order(place: Place) -> None:
    got = receive(place, "".join(line(str(n % 10_000), f"n{n}", str(n)[-6:]) + "\n" for n in range(250_000)))
    assert got.only.counted == got.only.rows == 250_000
    assert [row["name"] for row in got.rows] == [f"n{n}" for n in range(250_000)]
