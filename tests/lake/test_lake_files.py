"""The footer of Parquet files as other programs write them; other programs on the lake's tables; no personal data in the log."""

import datetime as dt
import io
import json

import deltalake
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.errors import LakeError
from borough.lake import run_compaction
from borough.lake.footer import read_footer

LOG = "silver/person/log"
ALL = """SELECT i::BIGINT AS id, 'Zebedee' || i AS person, i / 4::DOUBLE AS share, i::DECIMAL(18,2) AS money, DATE '2020-02-29' AS day,
TIMESTAMP '2020-02-29 12:34:56.789' AS at, i > 1 AS yes, 'x'::BLOB AS raw FROM range(3) t(i)"""
LOGICAL = {
    "id": "long",
    "person": "string",
    "share": "double",
    "money": "decimal(18,2)",
    "day": "date",
    "at": "timestamp",
    "yes": "boolean",
    "raw": "binary",
}


def test_the_footer_of_the_engines_files(engine, tmp_path):
    path = str(tmp_path / "x.parquet")
    engine.copy(ALL, path)
    assert read_footer(path) == (LOGICAL, 3)


TYPES = {
    "long": pa.int64(),
    "string": pa.string(),
    "double": pa.float64(),
    "decimal(18,2)": pa.decimal128(18, 2),
    "decimal(38,9)": pa.decimal128(38, 9),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "timestamp with zone": pa.timestamp("us", "UTC"),
    "timestamp in ms": pa.timestamp("ms"),
    "timestamp in ns": pa.timestamp("ns"),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "int32": pa.int32(),
    "unsigned long": pa.uint64(),
    "float": pa.float32(),
    "time": pa.time64("us"),
    "nested": pa.list_(pa.struct([("a", pa.int64()), ("b", pa.list_(pa.string()))])),
}


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=20), st.sampled_from(sorted(TYPES))), unique_by=lambda c: c[0], max_size=20),
    st.integers(0, 400),
)
def test_the_footer_of_any_file(tmp_path_factory, columns, rows):
    path = tmp_path_factory.mktemp("footer") / "x.parquet"
    arrays = [pa.nulls(rows, TYPES[kind]) for _, kind in columns]
    pq.write_table(pa.table(arrays, names=[name for name, _ in columns]), path, row_group_size=100)
    found, counted = read_footer(str(path))
    assert found == dict(columns)
    assert counted == (rows if columns else 0)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"id,name\n1,2\n", b"PAR1\xff\xff\xff\x00\x10\x00\x00\x00PAR1"])
def test_what_is_no_parquet_file(tmp_path, content):
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(LakeError, match=r"x\.parquet"):
        read_footer(str(path))


def test_other_programs_read_the_tables(lake, place, hands, engine, now):
    hands.run(lake, {LOG: ALL})
    hands.run(lake, {LOG: "SELECT 9::BIGINT AS id, 'late' AS extra"})
    expected = {0, 1, 2, 9}
    folder = lake.storage.path(LOG)
    files = ", ".join(f"'{f}'" for f in lake.table(LOG).files)
    engine.scan(lake.table(LOG).files, ())  # the engine looks how to reach them
    assert {r[0] for r in engine.rows(f"SELECT id FROM read_parquet([{files}], union_by_name=true)")} == expected
    arrow = deltalake.DeltaTable(folder, storage_options=place.options).to_pyarrow_table()
    assert set(arrow["id"].to_pylist()) == expected
    assert dt.datetime(2020, 2, 29, 12, 34, 56, 789000) in arrow["at"].to_pylist()
    frame = polars.read_delta(folder, storage_options=place.options)
    assert set(frame["id"]) == expected and "late" in set(frame["extra"])
    run_compaction(lake, now=now, holder="test", above_files=1)
    assert deltalake.DeltaTable(folder, storage_options=place.options).to_pyarrow_table().sort_by("id").equals(arrow.sort_by("id").select(arrow.column_names))


def test_personal_values_are_never_in_the_delta_log(lake, place, hands, now):
    secrets = ["Zebedee", "QQ123456C"]
    for i in range(25 if place.kind == "folder" else 11):  # over checkpoints of the Delta log
        hands.run(lake, {LOG: f"SELECT {i}::BIGINT AS id, 'Zebedee{i}' AS person, 'QQ123456C' AS nino"})
    run_compaction(lake, now=now, holder="test", above_files=1)
    with lake.writer(now=now, holder="test") as writer:
        hands.replace(writer, LOG, "SELECT 'Zebedee' AS person")
        writer.publish({})
    hands.run(lake, {LOG: "SELECT 'Zebedee' AS person"}, publish=False)
    hands.run(lake, {LOG: "SELECT 'Zebedee' AS person"})
    deltalake.DeltaTable(lake.storage.path(LOG), storage_options=place.options).create_checkpoint()
    logs = [name for name in place.names() if "_delta_log" in name]
    assert any(name.endswith(".checkpoint.parquet") for name in logs)
    for name in logs:
        content = place.read(name)
        # A checkpoint is compressed, so look at its values too.
        values = content.decode() if not name.endswith(".parquet") else json.dumps(pq.read_table(io.BytesIO(content)).to_pylist(), default=str)
        for secret in secrets:
            assert secret not in values, name
            assert secret.encode() not in content
        for line in content.decode().splitlines() if name.endswith(".json") and "runs" not in name else ():
            stats = json.loads(line).get("add", {}).get("stats")
            assert (
                stats is None
                or set(json.loads(stats)) <= {"numRecords", "tightBounds"}
                or not any(json.loads(stats)[k] for k in ("minValues", "maxValues", "nullCount"))
            )
