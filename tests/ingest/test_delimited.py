"""Delimited text: every fault a file can have, and nothing lost."""

from __future__ import annotations

import csv as stdlib_csv
import hashlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine

from .receiving import Delivery, Place

Receive = Callable[..., Delivery]


def problems(delivery: Delivery) -> list[tuple[Any, ...]]:
    return [row for row in delivery.cells("_row", "_problem", "_raw") if row[1] is not None]


def test_a_plain_file_arrives_as_it_was(csv: Receive) -> None:
    data = b"id,name\n1, Ann \n2,\n3,\"a,b\"\n"
    got = csv(data)
    assert got.cells("id", "name", "_row", "_file", "_problem", "_raw") == [
        ("1", " Ann ", 1, "a.csv", None, None),
        ("2", "", 2, "a.csv", None, None),
        ("3", "a,b", 3, "a.csv", None, None),
    ]
    assert (got.only.counted, got.only.rows, got.only.columns, got.only.encoding) == (3, 3, ("id", "name"), "utf-8")
    assert got.only.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("codec", "seen"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp1252", "cp1252"), ("utf-16", "utf-16-le"), ("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")]
)
def test_encodings_and_line_ends_are_detected(csv: Receive, codec: str, seen: str, ends: str) -> None:
    got = csv(ends.join(["id,name", "1,Zoë", '2,"5 € "', ""]).encode(codec))
    assert got.cells("id", "name", "_row") == [("1", "Zoë", 1), ("2", "5 € ", 2)]
    assert (got.only.counted, got.only.rows, got.only.encoding) == (2, 2, seen)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_detected(csv: Receive, delimiter: str) -> None:
    got = csv(delimiter.join(["name", "rate", "note"]) + "\n" + delimiter.join(["Ann", "'2,5'", "x"]) + "\n" + delimiter.join(["Ben", "'3,5'", "y"]) + "\n")
    assert got.cells("name", "rate", "note") == [("Ann", "2,5", "x"), ("Ben", "3,5", "y")]


def test_ragged_rows_are_problem_rows_in_their_place(csv: Receive) -> None:
    got = csv("a,b,c\n1,2\n1,2,3\n1,2,3,4,5\n4,5,6\n7\n")
    assert got.cells("a", "_row") == [(None, 1), ("1", 2), (None, 3), ("4", 4), (None, 5)]
    assert problems(got) == [
        (1, "line 2: expected 3 values, found 2", "1,2"),
        (3, "line 4: expected 3 values, found 5", "1,2,3,4,5"),
        (5, "line 6: expected 3 values, found 1", "7"),
    ]
    assert got.only.counted == got.only.rows == 5


def test_ragged_rows_among_values_of_several_lines(csv: Receive) -> None:
    got = csv('a,b,c\n1,"x\ny",3\n2,3\n\n4,"p\nq"\n5,6,7\n')
    assert problems(got) == [(2, "line 4: expected 3 values, found 2", "2,3"), (3, "line 6: expected 3 values, found 2", '4,"p\nq"')]
    assert got.cells("b")[0] == ("x\ny",)
    assert got.only.counted == got.only.rows == 4


@pytest.mark.parametrize("quoted", [False, True])
def test_an_unclosed_quote_costs_one_line(csv: Receive, quoted: bool) -> None:
    q = '"' if quoted else ""
    lines = [f"{q}{i}{q},{q}name {i}{q},{q}x{q}" for i in range(5000)]
    lines[17] = '17,"unclosed,x'
    lines[4000] = '4000,x,"'
    got = csv("id,name,z\n" + "\n".join(lines) + "\n")
    assert got.only.counted == got.only.rows == len(got.rows) == 5000
    assert [(r, p) for r, p, _ in problems(got)] == [(18, "line 19: unclosed quote"), (4001, "line 4002: unclosed quote")]
    assert problems(got)[0][2] == lines[17]
    assert "read slowly: unclosed quote on line 19" in got.only.notices
    assert sorted(int(i) for (i,) in got.cells("id") if i is not None) == [i for i in range(5000) if i not in (17, 4000)]


def test_an_unclosed_quote_before_the_end(csv: Receive) -> None:
    got = csv('a,b\n1,2\n3,"4')
    assert problems(got) == [(2, "line 3: unclosed quote", '3,"4')]
    got = csv('a,b\n"1,2\n')
    assert problems(got) == [(1, "line 2: unclosed quote", '"1,2')]


def test_text_behind_a_closing_quote(csv: Receive) -> None:
    got = csv('a,b\n1,"x"y\n3,4\n')
    assert problems(got) == [(1, "line 2: text behind a closing quote", '1,"x"y')]


def test_without_quotes_a_quote_is_a_letter(csv: Receive) -> None:
    got = csv('a,b\r\n1,"x\n2,"\n\n3\r\n', format={"csv": {"quote": ""}})
    assert got.cells("a", "b") == [("1", '"x'), ("2", '"'), (None, None)]
    assert problems(got) == [(3, "line 5: expected 2 values, found 1", "3")]


def test_mixed_line_ends(csv: Receive) -> None:
    got = csv("a,b\r\n1,2\n3,4\r5,6\r\n7,8")
    assert got.cells("a", "b") == [("1", "2"), ("3", "4"), ("5", "6"), ("7", "8")]
    assert "read slowly: mixed line ends" in got.only.notices


def test_nul_bytes_are_problem_rows(csv: Receive) -> None:
    got = csv("a,b\n1,x\0y\n3,4\n")
    assert problems(got) == [(1, "line 2: NUL byte", "1,x\0y")]
    assert got.cells("a", "b")[1] == ("3", "4")


def test_blank_lines_are_not_records(csv: Receive) -> None:
    got = csv("a,b\n\n1,2\n\n\n3,4\n\n\n")
    assert got.cells("a", "_row") == [("1", 1), ("3", 2)]
    assert got.only.counted == 2


def test_a_column_alone_keeps_its_empty_values(csv: Receive) -> None:
    assert csv('a\n1\n""\n\n2\n').cells("a") == [("1",), ("",), ("2",)]


def test_a_gigantic_cell(csv: Receive) -> None:
    big = "x" * 5_000_000
    got = csv(f'a,b\n1,"{big}"\n2,y\n')
    assert got.cells("a", "b") == [("1", big), ("2", "y")]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_problem(csv: Receive, data: bytes) -> None:
    got = csv(data)
    assert (got.only.problem, got.only.rows, got.batch.files) == ("empty file", 0, ())
    assert got.only.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("data", ["a,b", "a,b\n", "a,b\r\n\r\n"])
def test_header_only(csv: Receive, data: str) -> None:
    got = csv(data)
    assert (got.only.problem, got.only.counted, got.only.columns, got.only.notices) == (None, 0, ("a", "b"), ("header only",))


def test_blank_lines_only(csv: Receive) -> None:
    assert "no header" in (csv("\n\n").only.problem or "")


def test_unreadable_encoding_names_the_byte(csv: Receive) -> None:
    got = csv(b"a,b\n1,\x81\n")
    assert "byte 0x81 at offset 6" in (got.only.problem or "")
    assert got.only.sha256
    got = csv("a,b\n1,é\n".encode("cp1252"), format={"csv": {"encoding": "utf-8"}})
    assert "byte offset 6" in (got.only.problem or "")
    got = csv("a,b\n1,2\n".encode("utf-16") + b"\x41")
    assert "middle of a character" in (got.only.problem or "")


def test_a_line_in_another_encoding_is_a_problem_row(csv: Receive) -> None:
    got = csv("a,b\n1,Zoë\n2,é\n".encode() + b"3,caf\xe9\n4,x\n")
    assert problems(got) == [(3, "line 4: byte 0xE9 at offset 21 is not UTF-8", "3,caf\\xe9")]
    assert got.cells("b") == [("Zoë",), ("é",), (None,), ("x",)]


def test_titles_above_the_header_are_left_out_and_told(csv: Receive) -> None:
    got = csv("Licences of 2024\n\nid,name,rate\n1,Ann,2\n2,Ben\n3,Cat,4\n")
    assert got.only.columns == ("id", "name", "rate")
    assert "Licences of 2024" in got.only.notices[0]
    assert problems(got) == [(2, "line 5: expected 3 values, found 2", "2,Ben")]


def test_a_declared_header_line(csv: Receive) -> None:
    got = csv("1,2,3\n4,5,6\na,b,c\n7,8,9\n", format={"csv": {"header": 3}})
    assert got.cells("a", "b", "c") == [("7", "8", "9")]


def test_a_file_without_a_header(csv: Receive) -> None:
    assert csv("1,2\n3,4\n", columns=["p", "q"]).cells("p", "_row") == [("1", 1), ("3", 2)]
    assert csv("1,2\n3\n", columns=["p", "q"], format={"csv": {"header": "none"}}).only.rows == 2
    assert csv("P,q\n3,4\n", columns=["p", "q"]).cells("P") == [("3",)]


def test_a_header_of_several_lines(csv: Receive) -> None:
    got = csv('"a\nb",c\n1,2\n3\n')
    assert got.only.columns == ("a\nb", "c")
    assert problems(got) == [(2, "line 4: expected 2 values, found 1", "3")]


def test_names_are_made_unique_with_a_notice(csv: Receive) -> None:
    got = csv("a,A,,_file,a_2\n1,2,3,4,5\n")
    assert got.only.columns == ("a", "A_3", "column_3", "x_file", "a_2")
    assert len(got.only.notices) == 3
    assert got.cells(*got.only.columns) == [("1", "2", "3", "4", "5")]


def test_a_file_that_vanishes(place: Place) -> None:
    place.put("a.csv", b"a\n1\n")
    gone = place.put("b.csv", b"a\n1\n")
    connector = place.connector()
    found = connector.discover()
    gone.unlink()
    batch = connector.receive(found, str(place.into))
    assert [r.problem is None for r in batch.received] == [True, False]
    assert "gone" in (batch.received[1].problem or "")
    assert sum(f.rows for f in batch.files) == 1


def test_many_files_make_one_parquet_file(place: Place) -> None:
    for i in range(12):
        place.put(f"{i:02}.csv", f"id,{'name' if i % 2 else 'Name'},v{i}\n{i},x,y\n".encode())
    got = place.receive()
    assert len(got.batch.files) == 1
    assert got.batch.columns == ("id", "Name", *(f"v{i}" for i in range(12)))
    assert [row["_file"] for row in got.rows] == [f"{i:02}.csv" for i in range(12)]
    assert all(row["Name"] == "x" for row in got.rows)


def messy(rows: int) -> bytes:
    lines = ["id,name,note"]
    for i in range(rows):
        lines.append(f"{i},x" if i % 97 == 5 or i % 1009 < 2 else f'{i},"Name, {i}",{i * 7}')
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_the_number_of_threads_changes_nothing(tmp_path: Path, threads: int) -> None:
    engine = DuckDBEngine(threads=threads)
    place = Place(tmp_path, engine)
    place.put("a.csv", messy(300_000))
    connector = place.connector()
    batch = connector.receive(connector.discover(), str(place.into))
    (file,) = batch.files
    assert batch.received[0].counted == batch.received[0].rows == file.rows == 300_000
    good = f"SELECT row_number() OVER () AS n, * FROM (SELECT * FROM '{file.path}' WHERE _problem IS NULL)"
    # In file order, and every row in its own place.
    assert engine.rows(f"SELECT count(*) FROM (SELECT _row - lag(_row) OVER (ORDER BY n) AS step FROM ({good})) WHERE step < 1") == [(0,)]
    assert engine.rows(f"SELECT count(*) FROM '{file.path}' WHERE CAST(coalesce(id, split_part(_raw, ',', 1)) AS BIGINT) + 1 <> _row") == [(0,)]
    assert engine.rows(f"SELECT count(DISTINCT _row), max(_row) FROM '{file.path}'") == [(300_000, 300_000)]
    engine.close()


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.text('ab",;\t|\'\r\n ', max_size=8)
LATIN = st.text("abcÄé€ œ\",;\t'\r\n", max_size=8)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[list[str]], dict[str, Any], str]:
    width = draw(st.integers(1, 5))
    codec = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
    rows = draw(st.lists(st.lists(LATIN if codec == "cp1252" else TEXT, min_size=width, max_size=width), max_size=12))
    dialect = {
        "delimiter": draw(st.sampled_from(",;\t|")),
        "quotechar": draw(st.sampled_from("\"'")),
        "lineterminator": draw(st.sampled_from(["\n", "\r\n", "\r"])),
        "quoting": draw(st.sampled_from([stdlib_csv.QUOTE_MINIMAL, stdlib_csv.QUOTE_ALL])),
    }
    if any("\r" in cell or "\n" in cell for row in rows for cell in row):
        # Python's writer leaves the other kind of line end unquoted: then nobody can tell what was meant.
        dialect["quoting"] = stdlib_csv.QUOTE_ALL
    return rows, dialect, codec


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example((([[" \"", "x"]]), {"delimiter": ",", "quotechar": '"', "lineterminator": "\n", "quoting": stdlib_csv.QUOTE_MINIMAL}, "utf-8"))
@given(tables())
def test_any_table_comes_back(engine: DuckDBEngine, table: tuple[list[list[str]], dict[str, Any], str]) -> None:
    rows, dialect, codec = table
    width = len(rows[0]) if rows else 2
    out = io.StringIO()
    writer = stdlib_csv.writer(out, **dialect)
    names = [f"c{i}" for i in range(width)]
    writer.writerows([names, *rows])
    declared = {"delimiter": dialect["delimiter"], "quote": dialect["quotechar"], "encoding": {"utf-8-sig": "utf-8"}.get(codec, codec)}
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), engine)
        place.put("t.csv", out.getvalue().encode(codec))
        got = place.receive(format={"csv": declared})
    assert got.only.problem is None
    assert got.only.counted == got.only.rows == len(rows)
    assert got.cells(*names) == [tuple(row) for row in rows]
    assert problems(got) == []


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(['1,2,3', '1,"2",3', '1,"2', '"', "1,2", "1,2,3,4", "", '"a\nb",2,3', '1,x"y"z,3', "a\0,2,3", '1,2,"3"x', "é,2,3"]), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_no_line_is_lost_whatever_is_in_it(engine: DuckDBEngine, lines: list[str], end: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), engine)
        place.put("t.csv", end.join(["a,b,c", *lines]).encode())
        got = place.receive(format={"csv": {"delimiter": ",", "quote": '"', "header": 1}})
    assert got.only.problem is None
    assert got.only.counted == got.only.rows == len(got.rows)
    # Every text that came is in a cell or in the text of a problem row.
    kept = "".join("".join(str(row[n] or "") for n in ("a", "b", "c", "_raw")) for row in got.rows)
    assert sorted(c for c in kept if c.isalnum()) == sorted(c for c in "".join(lines) if c.isalnum())
    assert [row["_row"] for row in got.rows] == list(range(1, len(got.rows) + 1))
