"""Keeping a table whose rows are replaced by key: whole, or the rows of touched keys alone."""

from __future__ import annotations

from borough.catalogue.rows import HIDDEN, key_of, read_rows
from borough.catalogue.tables import Columns
from borough.engine.port import WrittenFile
from borough.engine.quoting import quoted
from borough.lake.model import Column
from borough.pipeline.context import Run

_NEW, _TOUCHED = "keep_new", "keep_touched"
MOST = 0.1
"""The tail's share of the base above which the table is written whole."""


def keep_whole(run: Run, table: str, columns: Columns, rows: str, *, order: str) -> None:
    """Write all rows of a table with a key."""
    keep_files(run, table, columns, run.engine.copy(f"{stamped(run, columns, rows)} ORDER BY {order}", run.writer.new_file(table)))


def keep_files(run: Run, table: str, columns: Columns, files: list[WrittenFile]) -> None:
    """All rows of a table with a key, in files that ``stamped`` wrote."""
    run.writer.replace(table, files, _physical(columns), app=table)
    properties = run.properties(table)
    properties.clear()
    properties.update(through=run.writer.number, rows=sum(file.rows for file in files), tail=0)


def keep_touched(run: Run, table: str, columns: Columns, rows: str, touched: str, *, order: str) -> None:
    """Put ``rows`` in the place of all that the touched keys had. ``touched``: relation with the key's columns; no other key may be in ``rows``."""
    properties, state = run.properties(table), run.state(table)
    keyed = key_of(table) or ()
    key, own = ", ".join(quoted(c) for c in keyed), ", ".join(quoted(c) for c, _ in columns)
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_NEW} AS SELECT {own} FROM ({rows})")
    run.engine.execute(f"CREATE OR REPLACE TEMP TABLE {_TOUCHED} AS SELECT DISTINCT {key} FROM {touched}")
    ((count, gone),) = run.engine.rows(f"SELECT (SELECT count(*) FROM {_NEW}), (SELECT count(*) FROM {_TOUCHED})")
    if state is None or properties.get("tail", 0) + count + gone > MOST * properties.get("rows", 0):
        others = f"SELECT {own} FROM {read_rows(run.engine, table, state, columns)} o ANTI JOIN {_TOUCHED} t USING ({key})"
        keep_whole(run, table, columns, f"{others} UNION ALL SELECT {own} FROM {_NEW}", order=order)
        return
    nothing = ", ".join(quoted(c) if c in keyed else f"NULL AS {quoted(c)}" for c, _ in columns)
    left = f"SELECT {nothing}, CAST({run.writer.number} AS BIGINT) AS _run, true AS _gone FROM {_TOUCHED} t ANTI JOIN {_NEW} r USING ({key})"
    files = run.engine.copy(f"SELECT * FROM ({stamped(run, columns, f'SELECT * FROM {_NEW}')} UNION ALL {left}) ORDER BY {order}", run.writer.new_file(table))
    if files:
        run.writer.append(table, files, _physical(columns), app=table)
        properties["tail"] = properties.get("tail", 0) + sum(file.rows for file in files)
    for made in (_NEW, _TOUCHED):
        run.engine.execute(f"DROP TABLE IF EXISTS {made}")


def stamped(run: Run, columns: Columns, rows: str) -> str:
    """SELECT of rows as a file of a table with a key holds them."""
    own = ", ".join(quoted(c) for c, _ in columns)
    return f"SELECT {own}, CAST({run.writer.number} AS BIGINT) AS _run, false AS _gone FROM ({rows})"


def _physical(columns: Columns) -> list[Column]:
    return [Column(name, kind) for name, kind in (*columns, *HIDDEN)]
