"""Files that are still there are read again when their format or their date is declared otherwise."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from tests.cli.council import borough, rows, write

from borough.pipeline.conductor import Summary, run_project
from borough.pipeline.context import Options
from borough.project.load import load

from .council import Silent

DATASET = "dataset: thing\nkey: k\ncolumns: {k: {}, v: {type: integer}}\n"
SOURCE = "source: reg\nconnect: {files: FILES}\nfeeds:\n  things: {delivers: full, EXTRA to: thing, map: {k: k, v: v}}\n"


def declare(folder: Path, files: str, extra: str) -> None:
    source = SOURCE.replace("FILES", f'"{files}"').replace("EXTRA", extra)
    write(folder, {"borough.yaml": "borough: Exampleton\n", "datasets/thing.yaml": DATASET, "sources/reg.yaml": source})


def run(folder: Path, day: int) -> Summary:
    return run_project(load(folder, {}), now=dt.datetime(2030, 1, day, 9, tzinfo=dt.UTC), options=Options(), progress=Silent())


def things(folder: Path) -> list[dict[str, object]]:
    return rows(folder, "SELECT k, v FROM thing ORDER BY k")


def test_a_format_declared_after_the_file_was_received(tmp_path: Path) -> None:
    write(tmp_path, {"data/a.csv": "title of the list\nk;v\na;1\nb;2\n"})
    declare(tmp_path, "data/a.csv", "extract_date: 2030-01-01, format: {csv: {delimiter: ';', header: none}}, columns: [k, v],")
    first = run(tmp_path, 1)
    assert [(line["read"], line["accepted"], line["quarantined"]) for line in first.ledger] == [(4, 2, 2)]
    declare(tmp_path, "data/a.csv", "extract_date: 2030-01-01, format: {csv: {delimiter: ';', header: 2}},")
    again = run(tmp_path, 3)
    assert again.failures == ()
    assert things(tmp_path) == [{"k": "a", "v": 1}, {"k": "b", "v": 2}]
    assert [(line["read"], line["quarantined"]) for line in again.ledger][-1] == (2, 0)
    assert borough("quarantine", "list", "--project", tmp_path, "--json").json == []
    assert run(tmp_path, 4).number is None, "declared the same, nothing is new"


def test_a_date_declared_after_the_files_were_held(tmp_path: Path) -> None:
    write(tmp_path, {"data/t_2030-01-01.csv": "k,v\na,1\nb,1\n", "data/t_2030-01-02.csv": "k,v\na,2\nb,1\nc,1\n"})
    declare(tmp_path, "data/t_*.csv", "extract_date: 2030-01-05,")
    assert len(run(tmp_path, 5).held) == 1
    declare(tmp_path, "data/t_{extract_date:%Y-%m-%d}.csv", "")
    mended = run(tmp_path, 6)
    assert (mended.held, mended.failures) == ((), ())
    assert things(tmp_path) == [{"k": "a", "v": 2}, {"k": "b", "v": 1}, {"k": "c", "v": 1}]
    assert rows(tmp_path, "SELECT k, v FROM thing ORDER BY k", "--as-of", "2030-01-01") == [{"k": "a", "v": 1}, {"k": "b", "v": 1}]


@pytest.mark.parametrize("gone", [False, True])
def test_a_title_is_no_reason_to_read_again(gone: bool, tmp_path: Path) -> None:
    write(tmp_path, {"data/t_2030-01-01.csv": "k,v\na,1\n"})
    declare(tmp_path, "data/t_{extract_date:%Y-%m-%d}.csv", "")
    assert run(tmp_path, 1).number == 1
    if gone:
        (tmp_path / "data" / "t_2030-01-01.csv").unlink()
    declare(tmp_path, "data/t_{extract_date:%Y-%m-%d}.csv", "title: Things,")
    assert run(tmp_path, 2).number is None
    assert things(tmp_path) == [{"k": "a", "v": 1}]
