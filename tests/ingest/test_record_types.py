"""Several layouts in one file, as in DTF 7.3."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from .connector_contract import COLUMNS, Row
from .files_contract import FilesContract
from .receiving import Delivery, Place

BLPU = ["record", "change", "uprn", "note"]
# The beginning and the end of a gazetteer as the conventions of DTF 7.3 have them, with streets, properties and cross references.
GAZETTEER = '''\
10,"EXAMPLETON",1234,2024-01-31,0,2024-01-31,101500,"7.3",F
29,"NAME","SCOPE"
11,"I",1,38500001
21,"I",100010000001,"The Cottage, ""Elm"""
23,"I",100010000001,"AB"
21,"I",100010000002,
24,"I",100010000002,"ENG"
21,"U",100010000003,"x"
99,0,6,2024-01-31,101500
'''


class TestRecordTypes(FilesContract):
    ending = "csv"
    absent = ""
    feed: ClassVar[dict[str, Any]] = {"format": {"record_types": {"record": "21", "position": 2}}, "columns": ["x", "code", *COLUMNS]}
    added = ("x", "code")

    def write(self, path: Path, rows: Sequence[Row]) -> None:
        out = io.StringIO(newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(["a,b", "10", "header"])
        for row in rows:
            writer.writerow(['"', "21", *(row[name] for name in COLUMNS)])
            writer.writerow(["", "22", "other"])
        path.write_bytes(out.getvalue().encode())

    def test_awkward_values_arrive_as_they_were(self) -> None:
        rows = self.awkward()
        self.put(rows, "one")
        batch = self.receive()
        assert batch.columns == ("x", "code", *COLUMNS)
        assert [{name: row[name] for name in COLUMNS} for row in self.received(batch)] == [self.arriving(row) for row in rows]


def receive(place: Place, data: bytes | str, columns: Sequence[str] = BLPU, **options: Any) -> Delivery:
    place.put("a.csv", data.encode() if isinstance(data, str) else data)
    return place.receive(columns=list(columns), format={"record_types": {"record": "21", **options}})


def test_a_feed_takes_the_records_of_its_code(place: Place) -> None:
    got = receive(place, GAZETTEER)
    assert got.cells(*BLPU, "_row") == [
        ("21", "I", "100010000001", 'The Cottage, "Elm"', 1),
        ("21", "I", "100010000002", "", 2),
        ("21", "U", "100010000003", "x", 3),
    ]
    assert (got.only.counted, got.only.rows) == (3, 3)
    assert got.only.notices == ("records of other codes, left to other feeds: 10: 1, 11: 1, 23: 1, 24: 1, 29: 1, 99: 1",)


def test_several_feeds_share_a_file_and_a_feed_may_have_several_codes(place: Place) -> None:
    assert receive(place, GAZETTEER, record="24").cells(*BLPU) == [("24", "I", "100010000002", "ENG")]
    assert [c for (c,) in receive(place, GAZETTEER, record=["23", "24"]).cells("record")] == ["23", "24"]


def test_no_record_of_the_code(place: Place) -> None:
    got = receive(place, GAZETTEER, record="30")
    assert (got.only.problem, got.only.counted, got.only.columns) == (None, 0, tuple(BLPU))
    assert "no records of 30" in got.only.notices


def test_a_record_with_a_wrong_number_of_values_is_refused_with_its_line(place: Place) -> None:
    got = receive(place, '10,h\n21,I,1,a\n21,I,2\n\n22,x\n21,I,3,a,b,c\n21,I,4,"d"\n')
    assert got.cells("uprn", "_row", "_problem", "_raw") == [
        ("1", 1, None, None),
        (None, 2, "line 3: expected 4 values, found 3", "21,I,2"),
        (None, 3, "line 6: expected 4 values, found 6", "21,I,3,a,b,c"),
        ("4", 4, None, None),
    ]
    assert got.only.counted == got.only.rows == 4


def test_values_with_line_ends(place: Place) -> None:
    got = receive(place, '10,h\n22,"x\n21,I,9,in a text\n21,I,1,"a\nb"\n22,"two\nlines"\n21,I,2\n21,"I",3,"c\n\nd"\n')
    assert got.cells("uprn", "note", "_problem") == [
        ("9", "in a text", None),
        ("1", "a\nb", None),
        (None, None, "line 8: expected 4 values, found 3"),
        ("3", "c\n\nd", None),
    ]
    assert got.only.counted == got.only.rows == 4


def test_an_unclosed_quote_spoils_its_line_only(place: Place) -> None:
    got = receive(place, '22,x\n21,I,1,"a\n21,I,2,b\n22,y\n21,I,3,c\n')
    assert got.cells("uprn", "note", "_problem") == [(None, None, "line 2: unclosed quote"), ("2", "b", None), ("3", "c", None)]


def test_what_looks_like_the_code_is_not(place: Place) -> None:
    got = receive(place, '211,I,1,a\n"21",I,2,b\n 21,I,3,c\n21,I,4,d\nx,21,5,e\n21\n')
    assert got.cells("uprn", "_problem") == [("2", None), ("4", None), (None, "line 6: expected 4 values, found 1")]
    assert got.only.notices[0] == "records of other codes, left to other feeds: no code: 1, 211: 1, x: 1"


@pytest.mark.parametrize("delimiter", ["|", "\t", ";"])
def test_delimiters(place: Place, delimiter: str) -> None:
    text = GAZETTEER.replace(",", delimiter)
    assert len(receive(place, text).rows) == 3
    assert len(receive(place, text, delimiter=delimiter).rows) == 3
    assert receive(place, text, delimiter="," if delimiter != "," else "|").rows == []


def test_without_quotes(place: Place) -> None:
    assert receive(place, '21,I,"1,a"\n', quote="").cells("uprn", "note") == [('"1', 'a"')]


def test_a_trailer_that_announces_more_is_told(place: Place) -> None:
    got = receive(place, GAZETTEER.replace("99,0,6,", "99,0,60,"))
    assert got.only.notices[-1] == "the trailer announces 60 records, but the file has 9, its header and trailer included: is it whole?"
    assert got.only.rows == 3


def test_encodings(place: Place) -> None:
    assert receive(place, "21,I,1,Siân\r\n".encode("cp1252")).cells("note") == [("Siân",)]
    for codec in ("utf-8-sig", "utf-16"):
        assert receive(place, "21,I,1,Siân\r\n21,I,2,b".encode(codec)).cells("note") == [("Siân",), ("b",)]
    assert "empty file" in (receive(place, "").only.problem or "")
    assert "offset 1" in (receive(place, b"2\xe9", encoding="utf-8").only.problem or "")


def test_a_large_gazetteer(place: Place) -> None:
    got = receive(place, "".join(f'21,"I",{n},"n"\n22,x\n' if n != 7 else "21,7\n" for n in range(250_000)))
    assert got.only.counted == got.only.rows == 250_000
    assert [row["uprn"] for row in got.rows[:9]] == ["0", "1", "2", "3", "4", "5", "6", None, "8"]
    assert got.rows[7]["_problem"] == "line 15: expected 4 values, found 2"
