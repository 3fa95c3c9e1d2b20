"""DuckDB in this process: the default engine. The only module that imports duckdb."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from borough.engine.objects import lost_in, object_options, scheme_of, secret_sql
from borough.engine.port import WrittenFile
from borough.engine.quoting import literal, locations, quoted
from borough.errors import EngineError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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
SWEPT = (SCRATCH, "borough-lake-")  # the other: what a run had yet to upload to a lake in an object store
# A third of DuckDB's own. Each thread holds a group of each partition while it writes: 160 MB less for a table of 30 columns, no slower.
ROW_GROUP = 40_960
GRID = "itude_of("
_GRID = re.compile(r"itude_of\(", re.IGNORECASE)


class DuckDBEngine:
    """One connection, with its threads, memory limit and a scratch folder to spill to."""

    dialect = "duckdb"

    def __init__(
        self, *, threads: int | None = None, memory: str | None = None, scratch: Path | None = None,
        storage: Mapping[str, str] | None = None, filesystem: Callable[[str, Mapping[str, str]], Any] | None = None,
    ) -> None:  # fmt: skip
        """``storage`` are the options of a lake in an object store, ``filesystem`` opens stores other than S3 (an fsspec file system)."""
        self._in_use = _enter(scratch) if scratch is not None else None
        self.scratch = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=scratch))
        config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": str(self.scratch), "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "python_enable_replacements": "false"}
        if threads is not None:
            config["threads"] = threads
        if memory is not None:
            config["memory_limit"] = memory
        self._connection = duckdb.connect(":memory:", config=config)
        self._loaded: set[str] = set()
        self._storage, self._filesystem = storage, filesystem
        self._stores: dict[str, None] = {}
        # Instants are UTC; other zones would make Parquet types that Delta readers refuse.
        self._connection.execute("SET TimeZone='UTC'")
        # By default each thread gathers half a million rows before it writes any to its partitions.
        self._connection.execute(f"SET partitioned_write_flush_threshold = {ROW_GROUP}")

    @property
    def native(self) -> duckdb.DuckDBPyConnection:
        return self._connection

    def _ready(self, sql: str) -> None:
        """See that what a statement names is there: places of the British National Grid need the spatial extension."""
        if GRID not in self._loaded and _GRID.search(sql):
            self.load("spatial")
            self._loaded.add(GRID)
            for name, part in (("longitude_of", "ST_X"), ("latitude_of", "ST_Y")):
                self.native.execute(f"CREATE OR REPLACE MACRO {name}(x, y) AS {part}(ST_Transform(ST_Point(x, y), 'EPSG:27700', 'OGC:CRS84', always_xy := true))")

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
        with self._explained():
            self._ready(sql)
            self.native.execute(sql, list(parameters))

    def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
        with self._explained():
            self._ready(sql)
            return self.native.execute(sql, parameters if isinstance(parameters, Mapping) else list(parameters)).fetchall()

    def arrays(self, sql: str) -> dict[str, npt.NDArray[Any]]:
        """The columns of an answer as NumPy arrays: nulls are NaN in numbers, None in texts, NaT in dates. Whole numbers without nulls stay whole."""
        import numpy as np

        with self._explained():
            found = self.native.execute(sql).fetchnumpy()
        return {name: _filled(np.ma.asarray(values)) for name, values in found.items()}

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
        for file in files:
            self._reach(file)
        names = ", ".join(quoted(name) for name, _ in columns)
        # The typed empty half gives a column that no file has; the reader gives the ones that some have.
        return (
            f"(SELECT {names} FROM (SELECT {typed} WHERE false UNION ALL BY NAME "
            f"SELECT * FROM read_parquet({locations(files)}, union_by_name=true, hive_partitioning=false)))"
        )

    def _reach(self, file: str) -> None:
        """Make the files of an object store readable, at the first of them. A file on a disk needs nothing."""
        scheme = scheme_of(file)
        root = "/".join(file.split("/", 3)[:3])
        if scheme is None or root in self._stores:
            return
        options = object_options(file, self._storage)
        if scheme == "s3":
            self.load("httpfs")
            if "aws_access_key_id" not in options:
                self.load("aws")  # finds the keys that belong to the machine
            # Objects of a lake never change: what their heads said once holds.
            self.execute("SET enable_http_metadata_cache=true; SET http_retries=2; SET http_timeout=20")
            try:
                self._connection.execute(secret_sql(root, options))
            except duckdb.Error:
                # Its message would quote the statement, and that the keys.
                raise EngineError(f"DuckDB refuses the options with which {root} is to be reached", advice="see to storage: in borough.yaml and to the AWS_ variables") from None
        elif self._filesystem is not None:
            self._connection.register_filesystem(self._filesystem(scheme, options))
        else:
            raise EngineError(f"this engine was opened without a way to read {scheme}://")
        self._stores[root] = None

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what DuckDB raises into an EngineError, or a LakeError where an object store is away; a signal that stopped a statement goes its own way."""
        try:
            yield
        except duckdb.Error as error:
            raise lost_in(str(error), self._stores) from error
        except RuntimeError as error:
            if isinstance(error.__context__, BaseException) and not isinstance(error.__context__, Exception):
                raise error.__context__ from None
            raise

    def close(self) -> None:
        self._connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)
        if self._in_use is not None:
            os.close(self._in_use)
            self._in_use = None


class SharedEngine(DuckDBEngine):
    """The same for many threads at once, as a server has them: one database, and a connection to it for each thread."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._own = threading.local()

    @property
    def native(self) -> duckdb.DuckDBPyConnection:
        mine = getattr(self._own, "connection", None)
        if mine is None:
            mine = self._own.connection = self._connection.cursor()
            mine.execute("SET TimeZone='UTC'")  # each connection has its own
        return mine


def _filled(values: np.ma.MaskedArray[Any, Any]) -> npt.NDArray[Any]:
    """An array without a mask: what is masked is what its type has for nothing."""
    import numpy as np

    if not np.ma.is_masked(values):
        return np.asarray(values.data)
    kind = values.dtype.kind
    filled = np.asarray(values.data).astype(np.float64 if kind in "biuf" else values.dtype if kind == "M" else object)
    filled[np.ma.getmaskarray(values)] = np.nan if kind in "biuf" else np.datetime64("NaT") if kind == "M" else None
    return filled


def _enter(scratch: Path) -> int:
    """Mark a scratch folder as in use, as long as the returned handle is open. What dead processes left in it is swept out first."""
    scratch.mkdir(parents=True, exist_ok=True)
    handle = os.open(scratch, os.O_RDONLY)
    with contextlib.suppress(OSError):  # a file system without locks keeps its leftovers
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while a living engine is in there
            for left in (left for prefix in SWEPT for left in scratch.glob(prefix + "*")):
                shutil.rmtree(left, ignore_errors=True)
        fcntl.flock(handle, fcntl.LOCK_SH)
    return handle
