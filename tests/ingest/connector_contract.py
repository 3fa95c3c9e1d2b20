"""What every connector and every format must hold: one suite over all of them.

An adapter's test subclasses ``ConnectorContract``, gives ``put``, ``spoil`` and ``connector``, and says what its format
can't hold. Everything it makes is below ``self.folder``:

    class TestMyFormat(ConnectorContract):
        line_ends = False

        def put(self, rows, name):
            (self.folder / "in").mkdir(exist_ok=True)
            (self.folder / "in" / f"{name}.mine").write_bytes(mine(rows))

        def spoil(self, name):
            (self.folder / "in" / f"{name}.mine").write_bytes(b"rubbish")

        def connector(self):
            return FilesConnector(feed, places, self.engine, self.scratch)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest

from borough.engine.duckdb import DuckDBEngine
from borough.errors import FeedError
from borough.ingest.port import Batch, Connector, Received

from .receiving import read_rows

Row = dict[str, str | None]
COLUMNS = ("id", "Name", "note", "digits", "day")
"""``digits`` are numbers and ``day`` dates: a format with types of its own may write them as such. The others are texts."""


def _row(id: str, name: str | None, note: str | None = "x", digits: str = "7", day: str = "2024-02-29") -> Row:
    return dict(zip(COLUMNS, (id, name, note, digits, day), strict=True))


class ConnectorContract:
    """See above. ``name`` of an extract is a plain word: a file's stem, a table, a resource."""

    # ── What an adapter says about its format ────────────────────────────────────────────────────
    line_ends: ClassVar[bool] = True  # may a value hold line ends?
    blanks: ClassVar[bool] = True  # do blanks around a value arrive?
    absent: ClassVar[str | None] = None  # how an absent value arrives
    empty: ClassVar[str | None] = ""  # how an empty text arrives
    longest: ClassVar[str] = "12345678901234567890123"  # the longest number that arrives with all its digits
    several: ClassVar[bool] = True  # may there be several extracts at a time?
    nothing: ClassVar[bool] = True  # may an extract have no records?
    added: ClassVar[tuple[str, ...]] = ()  # columns that the format adds to every record

    def put(self, rows: Sequence[Row], name: str) -> None:
        """Make an extract of these rows; all have the same columns. Put again, it takes the other's place."""
        raise NotImplementedError

    def spoil(self, name: str) -> None:
        """Make an extract that can't be read, or spoil the one there is."""
        raise NotImplementedError

    def connector(self) -> Connector:
        """A new connector of a feed for what was put. Its scratch folder is ``self.scratch``."""
        raise NotImplementedError

    # ── The suite ────────────────────────────────────────────────────────────────────────────────
    folder: Path
    into: Path
    scratch: Path
    engine: DuckDBEngine

    @pytest.fixture(autouse=True)
    def _room(self, tmp_path: Path, engine: DuckDBEngine) -> None:
        self.folder, self.into, self.scratch, self.engine = tmp_path, tmp_path / "bronze", tmp_path / "scratch", engine
        self.scratch.mkdir()

    def awkward(self) -> list[Row]:
        """Rows that simple readers spoil."""
        rows = [
            _row("0012345", "Siân O'Connor", '6" pipe, "new"'),
            _row("2", "Łódź – Ærø, 東京", "a;b|c\td", self.longest, "1899-12-31"),
            _row("3", "NULL", "", "007"),
            _row("4", None, None, "-0.10", "0001-01-01"),
            _row("5", "true", "<b>&amp; %20 \\n {x} $1", "1e-07", "9999-12-31"),
            _row("=1+1", "-", "2024-01-02", "0", "2024-12-31"),
        ]
        if self.blanks:
            rows.append(_row("7", "  two blanks  ", " "))
        if self.line_ends:
            rows.append(_row("8", "two\nlines", "and\n\nthree"))
        return rows

    def arriving(self, row: Row) -> Row:
        """The row as it stands in bronze."""
        return {name: self.absent if value is None else self.empty if value == "" else value for name, value in row.items()}

    def receive(self, into: str = "", stamp: Any = None) -> Batch:
        connector = self.connector()
        return connector.receive(connector.discover(), str(self.into / into), *([stamp] if stamp else []))

    def received(self, batch: Batch) -> list[dict[str, Any]]:
        return read_rows(self.engine, batch)

    def test_awkward_values_arrive_as_they_were(self) -> None:
        rows = self.awkward()
        self.put(rows, "one")
        batch = self.receive()
        (only,) = batch.received
        assert only.problem is None
        assert batch.columns == only.columns
        assert only.columns[: len(COLUMNS)] == COLUMNS
        assert set(only.columns[len(COLUMNS) :]) == set(self.added)
        got = [{name: row[name] for name in COLUMNS} for row in self.received(batch)]
        assert got == [self.arriving(row) for row in rows]

    def test_every_row_is_counted_and_has_its_address(self) -> None:
        rows = self.awkward()
        self.put(rows, "one")
        batch = self.receive()
        (only,) = batch.received
        assert (only.counted, only.rows, sum(file.rows for file in batch.files)) == (len(rows),) * 3
        assert [(row["_file"], row["_row"], row["_problem"], row["_raw"]) for row in self.received(batch)] == [
            (only.found.name, number, None, None) for number in range(1, len(rows) + 1)
        ]

    def test_all_columns_are_texts(self) -> None:
        self.put(self.awkward(), "one")
        batch = self.receive()
        kinds = {kind: name for file in batch.files for name, kind in self.engine.describe(f"SELECT * FROM read_parquet('{file.path}')")}
        assert kinds == {"VARCHAR": kinds["VARCHAR"], "BIGINT": "_row"}

    def test_discover_is_sorted_and_repeatable(self) -> None:
        for name in ("two", "one", "three") if self.several else ("one",):
            self.put(self.awkward(), name)
        found = self.connector().discover()
        assert [f.name for f in found] == sorted(f.name for f in found)
        assert len(found) == (3 if self.several else 1)
        assert [(f.name, f.parts, f.extract_date) for f in self.connector().discover()] == [(f.name, f.parts, f.extract_date) for f in found]

    def test_receiving_twice_gives_equal_rows(self) -> None:
        self.put(self.awkward(), "one")
        first, second = self.receive("first"), self.receive("second")
        assert self.received(first) == self.received(second) != []
        assert [(r.sha256, r.rows, r.columns) for r in first.received] == [(r.sha256, r.rows, r.columns) for r in second.received]

    def test_columns_are_those_received(self) -> None:
        self.put(self.awkward(), "one")
        connector = self.connector()
        (found,) = connector.discover()
        columns = connector.columns(found)
        assert columns == self.receive().received[0].columns

    def test_the_digest_is_of_the_content(self) -> None:
        self.put(self.awkward(), "one")
        connector = self.connector()
        (found,) = connector.discover()
        assert connector.digest(found) in (None, connector.receive([found], str(self.into)).received[0].sha256)

    def test_what_is_unreadable_is_a_problem_and_no_error(self) -> None:
        self.put(self.awkward(), "one")
        if self.several:
            self.put(self.awkward(), "two")
        self.spoil("one")
        try:
            batch = self.receive()
        except FeedError as error:
            # What another machine answers is told as the feed's failure: there is no file to refuse.
            assert self.connector().live
            assert error.advice
            assert "\n" not in error.message
            return
        bad = [r for r in batch.received if r.problem]
        assert len(bad) == 1
        self._told(bad[0])
        good = [r for r in batch.received if not r.problem]
        assert {row["_file"] for row in self.received(batch)} == {r.found.name for r in good}
        assert len(good) == (1 if self.several else 0)

    def _told(self, bad: Received) -> None:
        assert bad.rows == 0
        assert bad.problem
        assert "Traceback" not in bad.problem
        assert "\n" not in bad.problem

    def test_several_extracts_are_received_in_one_go(self) -> None:
        if not self.several:
            pytest.skip("one extract at a time")
        rows = self.awkward()
        self.put(rows, "one")
        self.put(rows[:2], "two")
        batch = self.receive()
        assert [(r.counted, r.rows) for r in batch.received] == [(len(rows),) * 2, (2, 2)]
        assert len(self.received(batch)) == len(rows) + 2

    def test_no_records_are_no_problem(self) -> None:
        if not self.nothing:
            pytest.skip("an extract of this format has records")
        self.put([], "one")
        batch = self.receive()
        assert [(r.counted, r.rows, r.problem) for r in batch.received] == [(0, 0, None)]
        assert self.received(batch) == []

    def test_nothing_found_is_nothing_received(self) -> None:
        batch = self.connector().receive([], str(self.into))
        assert (batch.files, batch.columns, batch.received) == ((), (), ())

    def test_the_stamp_is_applied(self) -> None:
        rows = self.awkward()
        self.put(rows, "one")
        got = self.received(self.receive(stamp=lambda sql: f"SELECT *, 7 AS _delivery FROM ({sql})"))
        assert [row["_delivery"] for row in got] == [7] * len(rows)

    def test_nothing_is_written_elsewhere_or_left_behind(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.put(self.awkward(), "one")
        self.put(self.awkward(), "two") if self.several else None
        (self.folder / "here").mkdir()
        monkeypatch.chdir(self.folder / "here")
        before = self._files()
        batch = self.receive()
        assert [r.problem for r in batch.received if r.problem] == []
        after = self._files()
        new = {path for path in after if after[path] != before.get(path)} | (before.keys() - after.keys())
        assert new == {str(Path(file.path).relative_to(self.folder)) for file in batch.files}
        assert all(Path(path).parts[0] == "bronze" for path in new)

    def _files(self) -> dict[str, tuple[int, int]]:
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}
