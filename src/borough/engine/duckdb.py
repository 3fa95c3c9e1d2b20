"""DuckDB in this process: the default engine. The only module that imports duckdb."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from borough.engine.port import WrittenFile
from borough.engine.quoting import literal, locations, quoted
from borough.errors import EngineError

# Borough's logical types, as DuckDB spells them.
TYPES = {
    "string": "VARCHAR",
    "long": "BIGINT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "binary": "BLOB",
}


def engine_type(logical: str) -> str:
    """A logical type (``long``, ``decimal(18,2)``) in DuckDB's words."""
    return logical.upper() if logical.startswith("decimal") else TYPES[logical]


SCRATCH = "borough-engine-"
# A third of DuckDB's own. Each thread holds a group of each partition while it writes: 160 MB less for a table of 30 columns, no slower.
ROW_GROUP = 40_960


class DuckDBEngine:
    """One connection, with its threads, memory limit and a scratch folder to spill to."""

    dialect = "duckdb"

    def __init__(self, *, threads: int | None = None, memory: str | None = None, scratch: Path | None = None) -> None:
        self._in_use = _enter(scratch) if scratch is not None else None
        self.scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=scratch))
        config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": str(self.scratch), "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "python_enable_replacements": "false"}
        if threads is not None:
            config["threads"] = threads
        if memory is not None:
            config["memory_limit"] = memory
        self._connection = duckdb.connect(":memory:", config=config)
        self._loaded: set[str] = set()
        # Instants are UTC; other zones would make Parquet types that Delta readers refuse.
        self._connection.execute("SET TimeZone='UTC'")

    @property
    def native(self) -> duckdb.DuckDBPyConnection:
        return self._connection

    def load(self, extension: str) -> None:
        """Load an extension from its wheel (``duckdb-extension-NAME``); nothing is downloaded."""
        if extension in self._loaded:
            return
        spec = importlib.util.find_spec(f"duckdb_extension_{extension}")
        if spec is None or spec.origin is None:
            raise EngineError(f"DuckDB extension {extension!r} is not installed", advice=f"pip install duckdb-extension-{extension}=={duckdb.__version__}")
        found = sorted(Path(spec.origin).parent.rglob(f"{extension}.duckdb_extension"))
        if not found:
            raise EngineError(f"the wheel duckdb-extension-{extension} has no extension file for this platform")
        self.execute(f"LOAD {literal(str(found[0]))}")
        self._loaded.add(extension)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        with _explained():
            self._connection.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with _explained():
            return self._connection.execute(sql, list(parameters)).fetchall()

    def describe(self, sql: str) -> list[tuple[str, str]]:
        return [(row[0], row[1]) for row in self.rows(f"DESCRIBE {sql}")]

    def copy(self, sql: str, to: str, *, partition_by: Sequence[str] = ()) -> list[WrittenFile]:
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP}, RETURN_STATS"
        if partition_by:
            # Hive partitions: the partition columns are in the path and not in the files.
            options += f", PARTITION_BY ({', '.join(map(quoted, partition_by))}), OVERWRITE_OR_IGNORE"
        Path(to).parent.mkdir(parents=True, exist_ok=True)
        written = []
        for name, count, size, _footer, _stats, keys in self.rows(f"COPY ({sql}) TO {literal(to)} ({options})"):
            partition = tuple((str(k).strip('"'), str(v)) for k, v in (keys or {}).items())
            written.append(WrittenFile(name, count, size, partition))
        return [file for file in written if file.rows > 0]

    def scan(self, files: Sequence[str], columns: Sequence[tuple[str, str]]) -> str:
        typed = ", ".join(f"CAST(NULL AS {engine_type(kind)}) AS {quoted(name)}" for name, kind in columns)
        if not files:
            return f"(SELECT {typed} WHERE false)"
        names = ", ".join(quoted(name) for name, _ in columns)
        # The typed empty half gives a column that no file has; the reader gives the ones that some have.
        return (
            f"(SELECT {names} FROM (SELECT {typed} WHERE false UNION ALL BY NAME "
            f"SELECT * FROM read_parquet({locations(files)}, union_by_name=true, hive_partitioning=false)))"
        )

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        if self._in_use is not None:
            os.close(self._in_use)
            self._in_use = None


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn what DuckDB raises into an EngineError; a signal that stopped a statement goes its own way."""
    try:
        yield
    except duckdb.Error as error:
        raise EngineError(str(error)) from error
    except RuntimeError as error:
        if isinstance(error.__context__, BaseException) and not isinstance(error.__context__, Exception):
            raise error.__context__ from None
        raise


def _enter(scratch: Path) -> int:
    """Mark a scratch folder as in use, as long as the returned handle is open. What dead processes left in it is swept out first."""
    scratch.mkdir(parents=True, exist_ok=True)
    handle = os.open(scratch, os.O_RDONLY)
    with contextlib.suppress(OSError):  # a file system without locks keeps its leftovers
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while a living engine is in there
            for left in scratch.glob(SCRATCH + "*"):
                shutil.rmtree(left, ignore_errors=True)
        fcntl.flock(handle, fcntl.LOCK_SH)
    return handle
