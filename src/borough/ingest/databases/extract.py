"""An extract of a database on its way to bronze: read into a file of texts, counted, told apart from the one before."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from borough.engine.port import Engine
from borough.engine.quoting import literal, location, quoted
from borough.ingest.block import Block, system_columns
from borough.ingest.cursors import furthest, going_on
from borough.ingest.databases.dialects.port import COUNTED
from borough.ingest.databases.session import Session, SourceError
from borough.ingest.databases.target import Target
from borough.ingest.port import Found
from borough.project.connect import CursorSpec

# A clock a little ahead of ours is no mistake; a date far ahead is, and must not hide what comes until then.
GRACE = dt.timedelta(days=1)


@dataclass(frozen=True)
class Extract:
    """Rows as they were read, with their header row if they have one at ``header`` (from 0). ``counted``: by the database."""

    target: Target
    path: str
    rows: int
    counted: int
    header: int | None

    @property
    def scan(self) -> str:
        """The rows, as ``c1`` …"""
        only = "" if self.header is None else f" WHERE {COUNTED} IS NULL"
        return f"(SELECT * FROM read_parquet({location(self.path)}, file_row_number=true, hive_partitioning=false){only})"

    def block(self, found: Found) -> Block:
        """The rows as bronze has them."""
        cells = ", ".join(f"CAST({c} AS VARCHAR) AS {quoted(name)}" for c, name in zip(self.target.columns, self.target.names, strict=True))
        ordinal = "file_row_number + 1" if self.header is None else f"CASE WHEN file_row_number < {self.header} THEN file_row_number + 1 ELSE file_row_number END"
        nothing = "CAST(NULL AS VARCHAR) AS _problem, CAST(NULL AS VARCHAR) AS _raw"
        return Block(f"SELECT {cells}, {system_columns(found)}, CAST({ordinal} AS BIGINT) AS _row, {nothing} FROM {self.scan}", self.rows)


@dataclass(frozen=True)
class Marked:
    """Where the next run goes on; the sha256 of what it will then ask for again; what there is to tell."""

    bookmark: str | None
    sha256: str
    notices: tuple[str, ...]


def read_extract(session: Session, target: Target, engine: Engine, folder: Path) -> Extract:
    """Read what is asked for. Raises SourceError, also where other rows came than the database counted."""
    path = str(folder / "extract.parquet")
    came = session.read(target.statement, path)
    scan = f"read_parquet({location(path)}, file_row_number=true, hive_partitioning=false)"
    header, counts, counted = engine.rows(f"SELECT min(file_row_number), count(*), max(CAST({COUNTED} AS BIGINT)) FROM {scan} WHERE {COUNTED} IS NOT NULL")[0]
    rows = came - 1 if target.header else came
    if came == 0 and not target.header:
        counted = int(session.ask(target.count).rows[0][0])
    if (target.header and counts != 1) or rows != counted:
        raise SourceError(f"the connection gave {max(rows, 0):,} rows where the database counted {counted if counted is not None else 'others'}; it may have been closed early")
    return Extract(target, path, rows, counted, header if target.header else None)


def content(engine: Engine, extract: Extract, where: str = "true") -> str:
    """A sha256 of the columns' names and the rows, in whatever order they come."""
    columns = extract.target.columns
    # Lengths keep the cells apart, whatever is in them.
    cells = ", ".join(f"coalesce(strlen({c}) || ':' || {c}, '-')" for c in columns)
    hashed = f"SELECT md5_number(concat_ws(',', {cells})) AS h FROM {extract.scan} WHERE {where}"
    # By halves: the sums of 128 bits would not fit. Sums, not XOR: a row that comes twice more is not the row once.
    sums = engine.rows(f"SELECT count(*), sum(CAST(h & {2**64 - 1} AS UBIGINT)), sum(CAST(h >> 64 AS UBIGINT)) FROM ({hashed})")[0]
    return hashlib.sha256(repr((extract.target.names, [str(s) for s in sums])).encode()).hexdigest()


def same_again(engine: Engine, extract: Extract, bookmark: str | None, now: dt.datetime) -> Marked:
    """The bookmark behind these rows, and what will be asked for again from there: if that is all that comes then, nothing is new."""
    target, cursor = extract.target, extract.target.cursor
    assert cursor is not None, "the caller asked"
    column = f"c{target.cursor_at}"
    ahead = f"coalesce(TRY_CAST({column} AS TIMESTAMPTZ) > CAST({literal((now + GRACE).isoformat(sep=' ') + '+00')} AS TIMESTAMPTZ), false)"
    far = int(engine.rows(f"SELECT count(*) FROM {extract.scan} WHERE TRY_CAST({column} AS DECIMAL(38, 9)) IS NULL AND {ahead}")[0][0])
    near = f"(SELECT {column} AS {quoted(cursor.column)} FROM {extract.scan} WHERE TRY_CAST({column} AS DECIMAL(38, 9)) IS NOT NULL OR NOT {ahead})"
    value, nothing = furthest(engine, near, cursor, bookmark)
    notices = [f"{nothing:,} rows have no {cursor.column}: they are received each time"] if nothing else []
    notices += [f"{far:,} rows have a {cursor.column} in the future: they are received each time"] if far else []
    return Marked(value, content(engine, extract, _again(cursor, column, value)), tuple(notices))


def _again(cursor: CursorSpec, column: str, bookmark: str | None) -> str:
    """The condition of what the next run asks for, in the engine's words."""
    start = going_on(cursor, bookmark)
    if start is None:
        return "true"
    number, time = (f"TRY_CAST({column} AS {kind}) >= TRY_CAST({literal(start)} AS {kind})" for kind in ("DECIMAL(38, 9)", "TIMESTAMPTZ"))
    return f"coalesce({number}, {time}, true)"

