"""Other engines on the lake's own files: pandas, polars, DuckDB's Delta reader and Spark read what ``borough query`` shows."""

from __future__ import annotations

import datetime as dt
import importlib.util
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import deltalake
import duckdb
import polars
import pytest

from engine.servers import missing, sail
from s3_server import new_address, s3_environment, s3_server

from .council import NOW, borough, write

DATASETS, REPORTS = ("licence", "ward"), ("ward_totals",)
PURPOSES = """purpose: analysis
purposes:
  analysis: {title: Analysis, permits: [public, internal, personal]}
  safeguarding: {title: Safeguarding, permits: [public, internal, personal, special]}
"""
PROJECT = {
    "borough.yaml": "borough: Littleham\nlake: LAKE\nother_engines: analysis\n" + PURPOSES,
    "sources/housing.yaml": """
source: housing
feeds:
  register:
    files: data/register_{extract_date:%Y-%m-%d}.csv
    delivers: full
    max_drop: 80%
    to: licence
    map: {number: Number, holder: Holder, starts: uk_date(Starts), checked: cast(Checked as timestamp), fee: money(Fee), places: Places, share: Share, paid: "Paid = 'yes'", x: X, y: Y, secret: Secret}
  older:
    files: data/older_{extract_date:%Y-%m-%d}.csv
    delivers: append
    to: licence
    map: {number: Number, holder: Holder, starts: uk_date(Starts), checked: cast(Checked as timestamp), fee: money(Fee), places: Places, share: Share, paid: "Paid = 'yes'", x: X, y: Y, secret: Secret}
  wards:
    files: data/wards_{extract_date:%Y-%m-%d}.geojson
    delivers: full
    to: ward
    map: {code: code, name: name, shape: geometry}
""",
    "datasets/licence.yaml": """
dataset: licence
key: number
precedence: [housing.register, housing.older]
columns:
  number: {type: string, required: true}
  holder: {type: string, classification: personal}
  starts: {type: date}
  checked: {type: timestamp}
  fee: {type: money}
  places: {type: integer}
  share: {type: number}
  paid: {type: boolean}
  x: {type: number}
  y: {type: number}
  secret: {type: string, classification: special, purposes: [safeguarding]}
areas:
  ward: {point: [x, y]}
""",
    "datasets/ward.yaml": """
dataset: ward
classification: public
key: code
columns:
  code: {type: string, required: true}
  name: {type: string, required: true}
  shape: {type: geometry, required: true}
area: {code: code, label: name, shape: shape}
""",
    "reports/ward_totals.sql": "-- title: Totals\nSELECT ward_code, count(*) AS n, sum(fee) AS fees, min(starts) AS since FROM licence GROUP BY ward_code\n",
}
HEAD = "Number,Holder,Starts,Checked,Fee,Places,Share,Paid,X,Y,Secret\n"
FIRST = {
    "data/register_2026-01-01.csv": HEAD + "L1,Ann Ash,01/02/2025,2025-02-01 10:11:12.5,£12.50,3,0.1,yes,0.5,0.5,s\nL2,Siân Ébène,02/02/2025,,£0.10,4,1e-7,no,,,t\nL3,,,,,,,,,,\n",
    "data/older_2025-01-01.csv": HEAD + "L1,Old Ash,01/02/2020,,£1.00,1,,no,0.5,0.5,u\nL9,Old Elm,01/02/2020,,£1.00,1,,no,1.5,0.5,u\n",
    "data/wards_2026-01-01.geojson": """{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"E1","name":"West"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},
{"type":"Feature","properties":{"code":"E2","name":"East"},"geometry":{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,1],[1,1],[1,0]]]}}]}""",
}
SECOND = {"data/register_2026-02-01.csv": HEAD + "L1,Ann Ash,01/02/2025,2025-02-01 10:11:12.5,£99.00,3,0.1,yes,1.5,0.5,s\nL4,New Oak,05/02/2025,,£5.00,2,0.5,yes,0.1,0.1,v\n"}


@pytest.fixture(scope="module", params=["folder", "s3"])
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose datasets had inserts, updates, deletes, two feeds and an area."""
    root = tmp_path_factory.mktemp("council")
    if request.param == "folder":
        yield grown(root, str(root / "lake"))
        return
    with s3_server() as endpoint, s3_environment(endpoint):
        yield grown(root, new_address())


def grown(root: Path, lake: str) -> Path:
    write(root, {**PROJECT, **FIRST, "borough.yaml": PROJECT["borough.yaml"].replace("LAKE", lake)})
    run(root)
    write(root, SECOND)
    run(root)
    return root


def run(root: Path) -> str:
    done = borough("run", "--project", root, "--now", NOW)
    assert done.code == 0, done.out + done.err
    return done.out


def address(project: Path, name: str) -> str:
    line = (project / "borough.yaml").read_text(encoding="utf-8").splitlines()[1]
    return line.removeprefix("lake: ") + (f"/silver/{name}/table" if name in DATASETS else f"/gold/{name}")


def options(where: str) -> dict[str, str] | None:
    return {"allow_http": "true"} if "://" in where else None


def plain(value: Any) -> Any:
    """A value as all readers may agree on it."""
    if value is None or value != value:
        return None
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(timespec="microseconds")
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def same(columns: list[str], rows: Any) -> tuple[list[str], list[str]]:
    return columns, sorted(repr([plain(v) for v in row]) for row in rows)


def asked(project: Path, name: str, tmp_path: Path) -> tuple[list[str], list[str]]:
    """What ``borough query`` shows."""
    to = tmp_path / f"{name}.parquet"
    done = borough("query", f"SELECT * FROM {name}", "--project", project, "--to", to)
    assert done.code == 0, done.err
    answer = duckdb.sql(f"SELECT * FROM read_parquet('{to}')")
    return same(answer.columns, answer.fetchall())


def by_pandas(where: str) -> tuple[list[str], list[str]]:
    pandas = pytest.importorskip("pandas")
    frame = deltalake.DeltaTable(where, storage_options=options(where)).to_pandas(types_mapper=pandas.ArrowDtype)
    return same(list(frame.columns), ([None if value is pandas.NA else value for value in row] for row in frame.itertuples(index=False)))


def by_polars(where: str) -> tuple[list[str], list[str]]:
    frame = polars.read_delta(where, storage_options=options(where))
    return same(frame.columns, frame.rows())


def by_duckdb(where: str) -> tuple[list[str], list[str]]:
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    for extension in ("httpfs", "delta"):
        spec = importlib.util.find_spec(f"duckdb_extension_{extension}")
        if spec is None or spec.origin is None:
            pytest.skip(f"duckdb-extension-{extension} is not installed")
        connection.execute(f"LOAD '{next(Path(spec.origin).parent.rglob('*.duckdb_extension'))}'")
    if "://" in where:
        endpoint = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
        connection.execute(
            f"CREATE SECRET (TYPE s3, KEY_ID 'test-key', SECRET 'test-secret', REGION 'eu-west-2', ENDPOINT '{endpoint}', URL_STYLE 'path', USE_SSL false)"
        )
    answer = connection.sql(f"SELECT * FROM delta_scan('{where}')")
    return same(answer.columns, answer.fetchall())


@pytest.mark.parametrize("name", [*DATASETS, *REPORTS])
@pytest.mark.parametrize("reader", [by_pandas, by_polars, by_duckdb])
def test_other_readers_see_what_a_query_shows(project: Path, name: str, reader: Any, tmp_path: Path) -> None:
    assert reader(address(project, name)) == asked(project, name, tmp_path)


@pytest.mark.spark
def test_spark_sees_what_a_query_shows(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")  # Sail's own word for a store without TLS
    if reason := missing("sail"):
        pytest.skip(reason)
    from pyspark.sql import SparkSession

    with sail() as server:
        session = SparkSession.builder.remote(server).getOrCreate()
        session.conf.set("spark.sql.session.timeZone", "UTC")
        try:
            for name in (*DATASETS, *REPORTS):
                frame = session.read.format("delta").load(address(project, name))
                assert same(frame.columns, frame.collect()) == asked(project, name, tmp_path)
        finally:
            session.stop()


def test_special_columns_are_not_for_other_engines(project: Path) -> None:
    where = address(project, "licence")
    names = [field.name for field in deltalake.DeltaTable(where, storage_options=options(where)).schema().fields]
    assert "secret" not in names and {"holder", "ward_code", "ward_name"} <= set(names)


def test_plain_tables_cost_nothing_when_nothing_changed(project: Path) -> None:
    assert "nothing new" in run(project)


def test_plain_tables_come_and_go_with_their_declaration(tmp_path: Path) -> None:
    lake, declared = tmp_path / "lake", tmp_path / "borough.yaml"
    grown(tmp_path, str(lake))
    text = declared.read_text(encoding="utf-8")
    table = deltalake.DeltaTable(str(lake / "silver/licence/table"))
    assert table.to_pyarrow_table().num_rows > 0
    declared.write_text(text.replace("other_engines: analysis\n", ""), encoding="utf-8")
    assert "is published" in run(tmp_path)
    table.update_incremental()
    assert table.to_pyarrow_table().num_rows == 0, "what nobody keeps up to date shows nothing"
    assert "nothing new" in run(tmp_path)
    declared.write_text(text, encoding="utf-8")
    assert "is published" in run(tmp_path)
    table.update_incremental()
    assert table.to_pyarrow_table().num_rows > 0
    declared.write_text(text.replace("engines: analysis", "engines: marketing"), encoding="utf-8")
    refused = borough("run", "--project", tmp_path, "--now", NOW)
    assert refused.code == 1 and "unknown purpose" in refused.err and "borough.yaml:3" in refused.err
