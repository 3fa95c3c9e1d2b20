"""Read Parquet into bronze: every column as text, nested values as JSON text."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from borough.engine.port import Engine
from borough.engine.quoting import location, quoted
from borough.errors import EngineError
from borough.ingest.block import Block, Workshop, sha256_of, system_columns, unreadable
from borough.ingest.names import unique_names
from borough.ingest.port import Found, Received
from borough.project.spec import Spec
from borough.project.specs import FeedSpec

MAGIC = b"PAR1"
NESTED = ("STRUCT", "MAP", "UNION")


def parquet_columns(found: Found, engine: Engine) -> tuple[str, ...]:
    """The column names, from the file's footer. Raises ValueError when it has none."""
    try:
        return tuple(name for name, _ in engine.describe(f"SELECT * FROM {_scan(found)}"))
    except EngineError as error:
        raise ValueError(str(error)) from error


def read_parquet(found: Found, shop: Workshop, counting: ThreadPoolExecutor) -> tuple[Received, Block | None]:
    """Read one file. Its records are counted from the data of one column, held against the footer's number."""
    if found.size == 0:
        return unreadable(found, "empty file", sha256=sha256_of(found.path)), None
    digest = counting.submit(sha256_of, found.path)
    fault = _fault(found.path)
    if fault:
        return unreadable(found, fault, sha256=digest.result()), None
    try:
        described = shop.engine.describe(f"SELECT * FROM {_scan(found)}")
        counted = int(shop.engine.rows(f"SELECT coalesce(sum(num_rows), 0) FROM parquet_file_metadata({location(found.path)})")[0][0])
        rows = int(shop.engine.rows(f"SELECT count(file_row_number) FROM {_scan(found, numbered=True)}")[0][0])
    except EngineError as error:
        return unreadable(found, f"not readable as Parquet: {str(error).splitlines()[0]}", sha256=digest.result()), None
    names, notices = unique_names([name for name, _ in described], (name for name, _ in found.parts))
    received = Received(found, digest.result(), counted, rows, names, None, notices)
    if rows != counted:
        return replace(received, rows=0, problem=f"the footer announces {counted} rows, but {rows} can be read; ask for the file again"), None
    if rows == 0:
        return replace(received, notices=(*notices, "no records")), None
    cells = ", ".join(f"{_as_text(old, kind)} AS {quoted(new)}" for (old, kind), new in zip(described, names, strict=True))
    nothing = "CAST(NULL AS VARCHAR) AS _problem, CAST(NULL AS VARCHAR) AS _raw"
    sql = f"SELECT {cells}, {system_columns(found)}, CAST(file_row_number + 1 AS BIGINT) AS _row, {nothing} FROM {_scan(found, numbered=True)}"
    return received, Block(sql, rows)


def _scan(found: Found, numbered: bool = False) -> str:
    return f"read_parquet({location(found.path)}, hive_partitioning=false{', file_row_number=true' if numbered else ''})"


def _as_text(name: str, kind: str) -> str:
    """Dates and timestamps as ISO text (timestamps with their zone in UTC), lists and structs as JSON, bytes in hexadecimal."""
    column = quoted(name)
    if kind.startswith(NESTED) or kind.endswith("]"):
        return f"CAST(to_json({column}) AS VARCHAR)"
    if kind == "BLOB":
        return f"lower(hex({column}))"
    return f"CAST({column} AS VARCHAR)"


def _fault(path: str) -> str | None:
    """What is wrong with the file's frame: beginning, end, length of the footer."""
    with open(path, "rb") as file:
        begins = file.read(4) == MAGIC
        size = file.seek(0, 2)
        if size < 12:
            return "not a Parquet file: it is too short"
        file.seek(-8, 2)
        length, magic = struct.unpack("<I4s", file.read(8))
    if not begins:
        return "not a Parquet file: it does not begin with PAR1"
    if magic != MAGIC or length + 12 > size:
        return "the Parquet file is cut off: its footer is missing; ask for it again"
    return None



class ParquetReader:
    """Parquet. See ``Reader``."""

    together = False

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        """Parquet describes itself: there is nothing to declare."""

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        return parquet_columns(found, engine)

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        received, block = read_parquet(group[0], shop, counting)
        return [received], block
