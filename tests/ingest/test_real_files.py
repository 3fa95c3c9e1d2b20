"""Real published files, as they are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from borough.engine.duckdb import DuckDBEngine

from .receiving import Place, read_rows


def test_street_crime(shared: Path, engine: DuckDBEngine, tmp_path: Path) -> None:
    place = Place(tmp_path, engine)
    connector = place.connector(f"{shared}/waltham-forest/street-crime/{{extract_date:%Y-%m}}/*_area_{{file_ward}}_*.json")
    found = connector.discover()
    assert len(found) == 460
    assert dt.date(2016, 3, 1) not in {f.extract_date for f in found}
    batch = connector.receive(found, str(place.into))
    assert len(batch.files) == 1
    assert [r for r in batch.received if r.problem or r.counted != r.rows] == []
    assert sum(r.counted for r in batch.received) == batch.files[0].rows == 54620
    assert {"id", "location.latitude", "location.street.id", "outcome_status.category"} <= set(batch.columns)
    sql = f"SELECT count(DISTINCT file_ward), count(*) FILTER (WHERE TRY_CAST(\"location.latitude\" AS DOUBLE) IS NULL) FROM '{batch.files[0].path}'"
    assert engine.rows(sql) == [(20, 0)]


def test_licence_registers(shared: Path, engine: DuckDBEngine, tmp_path: Path) -> None:
    place = Place(tmp_path, engine)
    connector = place.connector(f"{shared}/licences/sheffield/hmos_{{extract_date:%Y-%m-%d}}.csv")
    batch = connector.receive(connector.discover(), str(place.into))
    assert [(r.found.extract_date, r.counted, r.rows, r.problem) for r in batch.received] == [
        (dt.date(2024, 9, 9), 1745, 1745, None),
        (dt.date(2025, 8, 11), 1025, 1025, None),
    ]
    assert "Licence Number" in batch.columns
    assert all(row["_problem"] is None for row in read_rows(engine, batch))


def test_wards(shared: Path, engine: DuckDBEngine, tmp_path: Path) -> None:
    place = Place(tmp_path, engine)
    connector = place.connector(f"{shared}/waltham-forest/wards-{{year}}.geojson")
    batch = connector.receive(connector.discover(), str(place.into))
    assert [(r.counted, r.rows) for r in batch.received] == [(20, 20), (22, 22)]
    assert all("Polygon" in row["geometry"] for row in read_rows(engine, batch))


def test_every_csv_reconciles(shared: Path, engine: DuckDBEngine, tmp_path: Path) -> None:
    place = Place(tmp_path, engine)
    connector = place.connector(f"{shared}/**/*.csv", f"{shared}/**/*.tsv")
    batch = connector.receive(connector.discover(), str(place.into))
    assert [(r.found.name, r.problem) for r in batch.received if r.problem or r.counted != r.rows or not r.rows] == []
    assert sum(f.rows for f in batch.files) == sum(r.counted for r in batch.received)
