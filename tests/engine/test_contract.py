"""The contract of the Engine port, over every adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engine import servers

from borough.engine.duckdb import DuckDBEngine
from borough.engine.port import Engine
from borough.errors import EngineError


@pytest.fixture(scope="module", params=["duckdb", "sail"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    if request.param == "duckdb":
        one = DuckDBEngine(threads=1)
        yield one
        one.close()
        return
    reason = servers.missing("sail")
    if reason:
        pytest.skip(reason)
    from borough.engine.spark import SparkEngine

    with servers.sail() as url:
        other = SparkEngine(url)
        yield other
        other.close()


ROWS = "SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (3, NULL)) AS t(n, s)"


def test_rows_are_tuples(engine: Engine) -> None:
    assert engine.rows(f"{ROWS} ORDER BY n") == [(1, "a"), (2, "b"), (3, None)]


def test_parameters_are_values(engine: Engine) -> None:
    assert engine.rows("SELECT CAST(? AS INT) + 1", [41]) == [(42,)]


def test_a_query_is_described_without_running_it(engine: Engine) -> None:
    assert [name for name, _ in engine.describe(ROWS)] == ["n", "s"]


def test_a_mistake_is_an_engine_error(engine: Engine) -> None:
    with pytest.raises(EngineError):
        engine.execute("SELECT no_such_column")


def test_a_copy_is_one_file_in_order(engine: Engine, tmp_path: Path) -> None:
    (file,) = engine.copy(f"{ROWS} ORDER BY n DESC", str(tmp_path / "out" / "part.parquet"))
    assert (file.rows, file.path, file.partition) == (3, str(tmp_path / "out" / "part.parquet"), ())
    assert file.size == Path(file.path).stat().st_size
    assert engine.rows(f"SELECT n FROM {engine.scan([file.path], [('n', 'long')])} AS t") == [(3,), (2,), (1,)]


def test_a_partitioned_copy_tells_its_values(engine: Engine, tmp_path: Path) -> None:
    files = engine.copy("SELECT n, n > 1 AS refused FROM (VALUES (1), (2), (3)) AS t(n)", str(tmp_path / "split"), partition_by=["refused"])
    assert sorted((file.partition, file.rows) for file in files) == [((("refused", "false"),), 1), ((("refused", "true"),), 2)]


def test_a_scan_has_exactly_the_columns_asked_for(engine: Engine, tmp_path: Path) -> None:
    (file,) = engine.copy(ROWS, str(tmp_path / "part.parquet"))
    scan = engine.scan([file.path], [("s", "string"), ("absent", "decimal(18,2)"), ("n", "long")])
    assert [name for name, _ in engine.describe(f"SELECT * FROM {scan} AS t")] == ["s", "absent", "n"]
    assert sorted(engine.rows(f"SELECT n, absent FROM {scan} AS t")) == [(1, None), (2, None), (3, None)]


def test_no_files_give_no_rows(engine: Engine) -> None:
    assert engine.rows(f"SELECT * FROM {engine.scan([], [('n', 'long')])} AS t") == []
