"""A file that changes while it is received waits for the next run, however far it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from borough.ingest.bronze_files import LARGE

from .receiving import Place


@pytest.mark.parametrize("rows", [3, LARGE])
@pytest.mark.parametrize("more", [b"9,Zoe\n", b"9,Zoe,odd\n", b'9,"Zoe\n'])
def test_a_file_that_grows_between_the_count_and_the_writing_is_left(place: Place, rows: int, more: bytes) -> None:
    path = place.put("a.csv", b"id,name\n" + b"1,Ann\n" * rows)

    def grows(sql: str) -> str:
        with path.open("ab") as file:
            file.write(more)
        return sql

    connector = place.connector()
    batch = connector.receive(connector.discover(), str(place.into), grows)
    if rows < LARGE:  # small files are written apart, and stamped together afterwards
        assert [f.rows for f in batch.files] == [rows]
        return
    (received,) = batch.received
    assert (received.rows, received.left, batch.files) == (0, "it changed while it was read", ())
    assert not list(Path(place.into).glob("*.parquet"))


def test_ordinals_count_runs_of_ragged_lines(place: Place) -> None:
    lines = ["1,a", "2,b", "3", "4", "5,e,x", "6", "7", "8,h", "9", "10,j", "11,k", "12,l,x"]
    place.put("a.csv", "\n".join(["id,name", *lines]).encode())
    got = place.receive()
    assert sorted(got.cells("_row", "id")) == [(i, None if i in (3, 4, 5, 6, 7, 9, 12) else str(i)) for i in range(1, 13)]
    assert [row[0] for row in got.cells("_row", "id") if row[1] is not None] == [1, 2, 8, 10, 11]
