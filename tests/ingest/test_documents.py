"""JSON, GeoJSON and Parquet."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine

from .receiving import Delivery, Place


def receive(place: Place, data: bytes | str, name: str = "a.json", **feed: Any) -> Delivery:
    place.put(name, data.encode() if isinstance(data, str) else data)
    return place.receive(**feed)


def test_nested_objects_become_dotted_columns(place: Place) -> None:
    got = receive(place, '[{"id":1,"location":{"street":{"id":7,"name":"A"},"tags":["x",{"y":1.50}]}},\n {"id":2,"location":null,"new":true}]')
    assert got.only.columns == ("id", "location.street.id", "location.street.name", "location.tags", "location", "new")
    assert got.cells(*got.only.columns, "_row") == [
        ("1", "7", "A", '["x",{"y":1.50}]', None, None, 1),
        ("2", None, None, None, None, "true", 2),
    ]
    assert got.only.counted == got.only.rows == 2


def test_numbers_keep_their_digits(place: Place) -> None:
    texts = ["1.10", "12345678901234567890123", "51.12345678901234567890", "1e-07", "-0.0"]
    got = receive(place, "[" + ",".join(f'{{"n":{t}}}' for t in texts) + "]")
    assert [n for (n,) in got.cells("n")] == texts


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_lines(place: Place, name: str) -> None:
    got = receive(place, '{"a":1}\n{"a":"x\\ny","b":{}}\r\n\n{"a":null,"a":2}', name)
    assert got.cells("a", "b", "a_2", "_row") == [("1", None, None, 1), ("x\ny", "{}", None, 2), (None, None, "2", 3)]


def test_one_object_is_one_record(place: Place) -> None:
    assert receive(place, '{"a":{"b":1}}').cells("a.b") == [("1",)]


def test_records_inside_a_document(place: Place) -> None:
    data = '{"meta":{"n":2},"data":{"rows":[{"a":1},{"a":2}]}}'
    assert receive(place, data, format={"json": {"records": "data.rows"}}).cells("a", "_row") == [("1", 1), ("2", 2)]
    problem = receive(place, data, format={"json": {"records": "data.lines"}}).only.problem or ""
    assert "'lines'" in problem
    assert "expected an array" in (receive(place, data, format={"json": {"records": "meta"}}).only.problem or "")


def test_geojson(place: Place) -> None:
    feature = '{"type":"Feature","id":"f1","properties":{"code":"E05","area":{"ha":2}},"geometry":{"type":"Point","coordinates":[-0.010,51.5]}}'
    got = receive(place, '{"type":"FeatureCollection","features":[' + feature + ',{"type":"Feature","properties":null,"geometry":null}]}', "w.geojson")
    assert got.only.columns == ("code", "area.ha", "id", "geometry")
    assert got.cells("code", "area.ha", "id", "geometry") == [("E05", "2", "f1", '{"type":"Point","coordinates":[-0.010,51.5]}'), (None, None, None, None)]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ("", "empty file"),
        (" \n", "empty file"),
        ('[{"a":1},\n{"a":2,}]', "line 2, column 8"),
        ('[{"a":1},\n{"a":"2', "cut off"),
        ('[{"a":1},\n', "cut off"),
        ('{"a":1}\n{"a":', "line 2, column 6"),
        ("[1,2]", "record 1 is a number"),
        ('[{"a":1}] x', "line 1, column 11"),
        (b'[{"a":"\xe9"}]', "offset 7"),
        ("nonsense", "line 1, column 1"),
        ("[" * 100_000, "invalid JSON"),
    ],
)
def test_what_is_not_json_is_a_problem(place: Place, data: bytes | str, told: str) -> None:
    place.put("b.json", b'[{"a":1}]')
    got = receive(place, data)
    bad, good = got.batch.received
    assert told in (bad.problem or "")
    assert (bad.rows, good.problem, good.rows) == (0, None, 1)
    assert len(bad.sha256) == 64
    assert got.cells("a") == [("1",)]


def test_a_bad_file_leaves_nothing_behind(place: Place) -> None:
    place.put("a.json", b'[{"a":1}]')
    place.put("b.json", b'{"a":2,"only_here":3}\n' * 30_000 + b"{")
    got = place.receive()
    assert "line 30001" in (got.batch.received[1].problem or "")
    assert got.batch.columns == ("a",)
    assert [set(row) for row in got.rows] == [{"a", "_file", "_row", "_problem", "_raw"}]


def test_an_empty_array_has_no_records(place: Place) -> None:
    got = receive(place, "[]")
    assert (got.only.problem, got.only.counted, got.only.notices) == (None, 0, ("no records",))


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16"])
def test_encodings(place: Place, codec: str) -> None:
    assert receive(place, '[{"a":"é"}]'.encode(codec)).cells("a") == [("é",)]


def test_half_a_surrogate_pair_is_kept_as_its_escape(place: Place) -> None:
    assert receive(place, '[{"a":"\\ud800"},{"a":"x\\u0000"}]').cells("a") == [("\\ud800",), ("x\0",)]


def test_a_file_that_vanishes(place: Place) -> None:
    path = place.put("a.json", b'[{"a":1}]')
    connector = place.connector()
    found = connector.discover()
    path.unlink()
    assert "gone" in (connector.receive(found, str(place.into)).received[0].problem or "")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False).map(str) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "Ü 1", "x.y", '"q"']), VALUES, max_size=4), max_size=6), st.booleans())
def test_any_records_come_back(engine: DuckDBEngine, records: list[dict[str, Any]], lines: bool) -> None:
    texts = [json.dumps(r, ensure_ascii=False) for r in records]
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder), engine)
        place.put("t.json", ("\n".join(texts) if lines and texts else f"[{','.join(texts)}]").encode())
        got = place.receive()
    assert got.only.problem is None
    assert got.only.counted == got.only.rows == len(records)
    for row, record in zip(got.rows, records, strict=True):
        for name, value in record.items():
            text = row[name]
            if isinstance(value, (list, bool)):
                assert json.loads(text) == value
            else:
                assert text == (None if value is None else str(value))


def test_parquet_becomes_text(place: Place) -> None:
    sql = (
        "SELECT DATE '2024-01-31' AS d, TIMESTAMP '2024-01-31 10:00:00.5' AS t, 1.10::DECIMAL(9,2) AS m, true AS b, {'x': [1, 2]} AS s, "
        "[1, 2] AS l, 'ab'::BLOB AS raw, NULL::INTEGER AS n, 1 AS _row"
    )
    place.engine.copy(f"{sql} UNION ALL {sql}", str(place.folder / "in" / "a.parquet"))
    got = place.receive()
    assert got.only.columns == ("d", "t", "m", "b", "s", "l", "raw", "n", "x_row")
    row = ("2024-01-31", "2024-01-31 10:00:00.5", "1.10", "true", '{"x":[1,2]}', "[1,2]", "6162", None, "1")
    assert got.cells(*got.only.columns, "_row") == [(*row, 1), (*row, 2)]
    assert Decimal(got.rows[0]["m"]) == Decimal("1.10")


def test_broken_parquet_is_a_problem(place: Place) -> None:
    whole = place.engine.copy("SELECT i, repeat('x', 50) || i AS t FROM range(5000) r(i)", str(place.folder / "in" / "whole.parquet"))
    data = Path(whole[0].path).read_bytes()
    Path(whole[0].path).unlink()
    place.put("a.parquet", data[:-100])
    place.put("b.parquet", b"")
    place.put("c.parquet", b"PAR1" + b"\0" * 100 + data[-200:])
    place.put("d.parquet", b"nonsense is not parquet")
    got = place.receive()
    assert all(r.problem and r.rows == 0 and len(r.sha256) == 64 for r in got.batch.received)
    assert got.batch.files == ()
    connector = place.connector()
    with pytest.raises(Exception, match=r"a\.parquet"):
        connector.columns(connector.discover()[0])
