"""The process that speaks to a database, through connectorx.

It is a process of its own, so that a driver that breaks, hangs or takes memory does so there. It reads requests from its
input, one JSON a line, and answers each with one. When its input ends (the parent is gone) it ends as well.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any

BATCH = 20_000  # rows in memory at a time


def main() -> None:
    requests: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    for line in iter(requests.get, ""):
        _say(sys.stdout, _answer(json.loads(line)))


def _listen(requests: queue.Queue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)  # whatever is being read is wanted by nobody


def _say(out: IO[str], answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return _read(request)
    except Exception as error:  # noqa: BLE001 - whatever the driver raises is told to the parent
        return {"error": str(error) or type(error).__name__}
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a Rust driver says that a statement failed while its rows were read
            raise
        return {"error": str(error)}


def _read(request: dict[str, Any]) -> dict[str, Any]:
    import connectorx

    before = request["before"] or None
    reader = connectorx.read_sql(request["url"], request["sql"], return_type="arrow_stream", batch_size=BATCH, pre_execution_query=before)
    if request["to"] is not None:
        return {"rows": _write(reader, request["to"])}
    batches = list(reader)
    rows = [list(row.values()) for batch in batches for row in _records(batch)]
    return {"names": reader.schema.names, "types": [str(field.type) for field in reader.schema], "rows": rows}


def _records(batch: Any) -> Iterator[dict[int, Any]]:
    columns = [column.to_pylist() for column in batch.columns]
    for values in zip(*columns, strict=True):
        yield dict(enumerate(values))


def _write(reader: Any, to: str) -> int:
    """Write batch after batch, so that memory stays flat."""
    from pyarrow import parquet

    rows = 0
    with parquet.ParquetWriter(to, reader.schema, compression="snappy", use_dictionary=False, write_statistics=False) as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


if __name__ == "__main__":
    main()
