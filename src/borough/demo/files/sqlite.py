"""Tables of an SQLite database, inserted or replaced by key."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from borough.demo.files.sink import Sink


class DatabaseSink(Sink):
    """A database. A new one is a file under another name until it is whole; one that was there changes in one transaction."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._new = not path.exists()
        self.drop_part()
        self._connection = sqlite3.connect(self.part if self._new else path, isolation_level=None)
        if self._new:
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN")
        self._made: set[str] = set()

    def add(self, table: str, frame: pl.DataFrame, key: Sequence[str]) -> None:
        """Insert rows, or replace those of the same key."""
        if table not in self._made:
            self._create(table, frame, key)
        rows = frame.unique(subset=list(key), keep="last", maintain_order=True).with_columns(pl.col(pl.Date, pl.Datetime, pl.Decimal).cast(pl.String))
        marks = ", ".join("?" * rows.width)
        names = ", ".join(map(quoted, rows.columns))
        self._connection.executemany(f"INSERT INTO {quoted(table)} ({names}) VALUES ({marks}){replacing(rows.columns, key)}", rows.iter_rows())
        self.rows += rows.height

    def _create(self, table: str, frame: pl.DataFrame, key: Sequence[str]) -> None:
        columns = ", ".join(f"{quoted(name)} {_type(kind)}" for name, kind in frame.schema.items())
        keys = ", ".join(map(quoted, key))
        self._connection.execute(f"CREATE TABLE IF NOT EXISTS {quoted(table)} ({columns}, PRIMARY KEY ({keys}))")
        self._made.add(table)

    def finish(self) -> None:
        self._connection.execute("COMMIT")
        self._connection.close()

    def publish(self) -> None:
        if self._new:
            super().publish()

    def drop(self) -> None:
        self._connection.close()
        self.drop_part()

    def drop_part(self) -> None:
        """Leave nothing of a new one."""
        super().drop()


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def replacing(columns: Sequence[str], key: Sequence[str]) -> str:
    """What an insert does with a row of a key that is there."""
    others = [quoted(name) for name in columns if name not in key]
    keys = ", ".join(map(quoted, key))
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f" ON CONFLICT ({keys}) DO UPDATE SET {changes}" if others else f" ON CONFLICT ({keys}) DO NOTHING"


def _type(kind: pl.DataType) -> str:
    if kind.is_integer() or kind == pl.Boolean:
        return "INTEGER"
    if kind.is_float():
        return "REAL"
    return "NUMERIC" if isinstance(kind, pl.Decimal) else "TEXT"
