"""The yard of a project: its folders, its databases and the truth beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, TypeVar

import polars as pl

from borough.demo.files import documents
from borough.demo.files.delimited import CsvSink, Layout, LineSink, columns_of
from borough.demo.files.notes import Notes
from borough.demo.files.postgres import Server
from borough.demo.files.sheets import WorkbookSink
from borough.demo.files.sink import SLICE, Sink
from borough.demo.files.sqlite import DatabaseSink
from borough.demo.yard import Expect

SinkT = TypeVar("SinkT", bound=Sink)


@dataclass(frozen=True)
class Summary:
    """What a delivery put down: records by file (or table of a server), and faults by kind."""

    files: Mapping[str, int]
    faults: Mapping[str, int]

    @property
    def rows(self) -> int:
        """Records in all."""
        return sum(self.files.values())


class FilesYard:
    """Fulfils the port ``Yard`` for a project's folder. Use it as a context: files get their names when it ends well, and not at all when it doesn't.

    ``delivered`` is the day of the delivery, by which truth and faults are named. ``postgres`` is the URL of a server that has the tables instead of SQLite;
    ``anew``: what a demo left there before is taken away.
    """

    def __init__(self, folder: Path, delivered: dt.date, *, postgres: str | None = None, anew: bool = False) -> None:
        self._folder = folder
        self._sinks: dict[str, Sink] = {}
        self._notes = Notes(folder, delivered)
        self._server = Server(postgres, anew=anew) if postgres else None

    def __enter__(self) -> FilesYard:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self.drop()

    def close(self) -> None:
        """Finish every file, then give all their names."""
        self._notes.flush()
        sinks = [*self._sinks.values(), *self._notes.sinks]
        for sink in sinks:
            sink.finish()
        if self._server:
            self._server.publish()
        for sink in sinks:
            sink.publish()

    def drop(self) -> None:
        """Leave nothing of this delivery."""
        for sink in (*self._sinks.values(), *self._notes.sinks):
            sink.drop()
        if self._server:
            self._server.drop()

    @property
    def summary(self) -> Summary:
        """What was put down so far."""
        files = {path: sink.rows for path, sink in self._sinks.items()}
        return Summary(files | (self._server.rows if self._server else {}), dict(self._notes.kinds))

    def csv(self, path: str, frame: pl.DataFrame, *, encoding: str = "utf-8", separator: str = ",", line_end: str = "\r\n", quote: Literal["necessary", "always"] = "necessary", header: bool = True, header_every: int | None = None, footer: Sequence[str] = ()) -> None:
        layout = Layout(encoding, separator, line_end, quote, header, header_every)
        sink = self._sink(path, CsvSink, lambda to: CsvSink(to, layout))
        sink.add(frame)
        sink.footer = footer

    def lines(self, path: str, lines: pl.Series, *, encoding: str = "utf-8", line_end: str = "\r\n") -> None:
        self._sink(path, LineSink, lambda to: LineSink(to, encoding, line_end)).add(lines)

    def fixed(self, path: str, frame: pl.DataFrame, widths: Mapping[str, int], *, encoding: str = "cp1252", line_end: str = "\r\n", header: str | None = None, trailer: bool = False) -> None:
        sink = self._sink(path, LineSink, lambda to: LineSink(to, encoding, line_end, header=header, trailer=trailer))
        sink.add(columns_of(frame, widths))

    def json(self, path: str, records: pl.DataFrame, *, envelope: str | None = None, about: Mapping[str, object] | None = None) -> None:
        sink = self._sink(path, documents.ArraySink, lambda to: documents.document(to, envelope, about))
        for part in records.iter_slices(SLICE):
            sink.add(documents.ndjson(part), part.height)

    def jsonl(self, path: str, records: pl.DataFrame) -> None:
        self._sink(path, documents.JsonLinesSink, documents.JsonLinesSink).add(records)

    def geojson(self, path: str, frame: pl.DataFrame, shape: str) -> None:
        sink = self._sink(path, documents.ArraySink, documents.collection)
        for part in frame.iter_slices(SLICE):
            sink.add(documents.features(part, shape), part.height)

    def sheet(self, path: str, frame: pl.DataFrame, *, sheet: str = "Sheet1", above: Sequence[Sequence[str]] = (), below: Sequence[Sequence[str]] = ()) -> None:
        self._sink(path, WorkbookSink, WorkbookSink).add(sheet, frame, above, below)

    def table(self, database: str, table: str, frame: pl.DataFrame, *, key: str | Sequence[str]) -> None:
        keys = [key] if isinstance(key, str) else list(key)
        if self._server:
            self._server.add(database, table, frame, keys)
        else:
            self._sink(f"data/{database}.sqlite", DatabaseSink, DatabaseSink).add(table, frame, keys)

    def truth(self, source: str, table: str, frame: pl.DataFrame) -> None:
        self._notes.truth(source, table, frame)

    def faults(self, kind: str, source: str, table: str, keys: pl.Series, column: str | None, expect: Expect) -> None:
        self._notes.faults(kind, source, table, keys, column, expect)

    def _sink(self, path: str, kind: type[SinkT], make: Callable[[Path], SinkT]) -> SinkT:
        if path not in self._sinks:
            self._sinks[path] = make(self._folder / path)
        found = self._sinks[path]
        if not isinstance(found, kind):
            raise TypeError(f"{path} is written in two formats")
        return found
