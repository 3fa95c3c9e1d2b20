"""All that a lake says, so that two lakes can be compared: every row of every published table, and the answers to its readers.

The numbers of runs differ between a lake whose writer died and one whose writer did not (a number is never used twice), so each
is told by its place among the published ones. Nothing else may differ.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

RUN_COLUMNS = ("_run", "run")
RUN_KEYS = ("derived", "first", "last", "through", "number")  # of the run's record


def snapshot(root: Path) -> dict[str, Any] | None:
    """What the project's lake says as last published; None where nothing was published."""
    from borough.cli.context import Opened, plain
    from borough.pipeline.survey import open_engine, open_lake
    from borough.project.load import load

    project = load(root)
    lake = open_lake(project)
    engine = open_engine(project)
    try:
        published = lake.published()
        if published is None:
            return None
        places = _places(lake)
        opened = Opened(project, engine, lake, published)
        found: dict[str, Any] = {
            "runs": len(places),
            "record": _placed(published.record, places),
            "tables": {name: _rows(engine, lake.table(name, published), places) for name in published.tables},
            "answers": _answers(opened),
        }
        result: dict[str, Any] = plain(found)
        return result
    finally:
        engine.close()


def look(root: Path) -> dict[str, list[str]] | None:
    """Only the rows of the published tables, read past the door: where nothing can be written, no look can be recorded."""
    from borough.engine.duckdb import DuckDBEngine
    from borough.pipeline.survey import open_lake
    from borough.project.load import load

    lake = open_lake(load(root))
    published = lake.published()
    if published is None:
        return None
    engine = DuckDBEngine(threads=1)
    try:
        places = _places(lake)
        return {name: _rows(engine, lake.table(name, published), places) for name in published.tables}
    finally:
        engine.close()


def _places(lake: Any) -> dict[int, int]:
    return {run.number: place for place, run in enumerate(reversed(lake.runs(1000)), 1)}


def _rows(engine: Any, state: Any, places: dict[int, int]) -> list[str]:
    columns = [(c.name, c.type) for c in state.columns]
    rows = engine.rows(f"SELECT * FROM {engine.scan(state.files, columns)}")
    assert len(rows) == state.rows
    runs = [i for i, (name, _) in enumerate(columns) if name in RUN_COLUMNS]
    told = ([places.get(value, f"unpublished {value}") if i in runs else value for i, value in enumerate(row)] for row in rows)
    return [repr([name for name, _ in columns]), *sorted(map(repr, told))]


def _placed(value: Any, places: dict[int, int], key: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _placed(v, places, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_placed(v, places) for v in value]
    return places.get(value, value) if key in RUN_KEYS and isinstance(value, int) else value


def _answers(opened: Any) -> dict[str, Any]:
    """Datasets, their past and reports by the door that users take."""
    from borough.cli.quarantine import _counts
    from borough.cli.read import ask

    names = [*opened.project.datasets, *opened.project.reports]
    answers = {name: sorted(map(repr, ask(opened, f"SELECT * FROM {name}").rows())) for name in names}
    answers["quarantine"] = sorted(map(repr, _counts(opened)))
    return answers
