"""Read delimited text (CSV, TSV) into bronze: the engine's fast reader, held against an independent count.

The fast reader can lose rows without a word (behind an unclosed quote, for one). So its rows and refusals must add up to
the count of ``tally``; where they don't, or where the file has what the fast reader can't be trusted with, the
``careful`` reader takes over. An empty cell becomes an empty text; null means that the file lacks the column.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from borough.engine.port import Engine
from borough.engine.quoting import literal, location, quoted
from borough.errors import EngineError
from borough.ingest.block import Block, Workshop, sha256_of, system_columns, unreadable
from borough.ingest.formats.careful import read_carefully
from borough.ingest.formats.encoding import Encoding, UnreadableEncodingError, mostly_utf8, sniff, transcode
from borough.ingest.formats.layout import HEAD, Layout, layout
from borough.ingest.formats.tally import Tally, tally
from borough.ingest.names import unique_names
from borough.ingest.port import Found, Received
from borough.ingest.scratch import NULL
from borough.project.formats import CsvSpec
from borough.project.spec import Spec
from borough.project.specs import FeedSpec

REJECTS, SCANS = "_ingest_rejects", "_ingest_scans"
RAGGED = {"MISSING COLUMNS", "TOO MANY COLUMNS"}


@dataclass(frozen=True)
class Text:
    """A file as UTF-8: the path to read, and what the original was."""

    found: Found
    path: str
    encoding: str
    mark: int
    sha256: str | None  # of the original, where it differs from ``path``
    notices: tuple[str, ...] = ()


def read_delimited(found: Found, spec: CsvSpec, columns: Sequence[str] | None, shop: Workshop, counting: ThreadPoolExecutor) -> tuple[Received, Block | None]:
    """Read one file. What can't be read is told in ``Received.problem``."""
    try:
        text = as_utf8(found, spec.encoding, shop)
        received, block = _read(text, spec, columns, shop, counting)
        if text.encoding == "utf-8" and received.problem and spec.encoding is None and "not utf-8" in received.problem:
            text = _as_cp1252(found, received.problem, shop)
            received, block = _read(text, spec, columns, shop, counting)
        return received, block
    except UnreadableEncodingError as error:
        problem = f"unreadable encoding: {error}; declare the right one as format: {{csv: {{encoding: …}}}}, or ask for the file again"
        return unreadable(found, problem, sha256=sha256_of(found.path)), None


def head_layout(found: Found, spec: CsvSpec, columns: Sequence[str] | None) -> Layout:
    """The layout of a file from its beginning alone."""
    with open(found.path, "rb") as file:
        head = file.read(HEAD)
    encoding = sniff(head, spec.encoding)
    text = head
    if encoding.codec != "utf-8":
        text = head[encoding.mark :].decode(encoding.codec, "replace").encode()
    else:
        try:
            head.decode("utf-8")
        except UnicodeDecodeError as error:
            if error.start < len(head) - 4 and spec.encoding is None:
                text = head.decode("cp1252", "replace").encode()
    mark = encoding.mark if encoding.codec == "utf-8" else 0
    return layout(text, mark, len(head) < HEAD, spec, columns, found.name)


def as_utf8(found: Found, declared: str | None, shop: Workshop) -> Text:
    """The file as UTF-8: itself, or a copy in scratch."""
    with open(found.path, "rb") as file:
        encoding = sniff(file.read(HEAD), declared)
    if encoding.codec == "utf-8":
        return Text(found, found.path, "utf-8", encoding.mark, None, ("byte order mark",) if encoding.mark else ())
    copy = shop.path("transcoded.txt")
    sha256 = transcode(found.path, encoding, copy)
    return Text(found, copy, encoding.codec, 0, sha256)


def _as_cp1252(found: Found, why: str, shop: Workshop) -> Text:
    copy = shop.path("transcoded.txt")
    try:
        sha256 = transcode(found.path, Encoding("cp1252"), copy)
    except UnreadableEncodingError as error:
        raise UnreadableEncodingError(f"utf-8 and not {error.encoding}", error.offset, error.byte) from error
    return Text(found, copy, "cp1252", 0, sha256, (f"read as cp1252: {why}",))


def _read(text: Text, spec: CsvSpec, columns: Sequence[str] | None, shop: Workshop, counting: ThreadPoolExecutor) -> tuple[Received, Block | None]:
    with open(text.path, "rb") as file:
        head = file.read(HEAD)
    shape = layout(head, text.mark, len(head) < HEAD, spec, columns, text.found.name)
    future = counting.submit(tally, text.path, shape.start, shape.quote)
    names, renamed = unique_names(shape.header, (name for name, _ in text.found.parts))
    rows = _fast(text, shape, len(names), shop) if names and not shape.multiline_header else None
    return _reconcile(text, shape, names, (*text.notices, *shape.notices, *renamed), rows, future, shop)


def _reconcile(
    text: Text, shape: Layout, names: tuple[str, ...], notices: tuple[str, ...], fast: tuple[int, int] | None, future: Future[Tally], shop: Workshop
) -> tuple[Received, Block | None]:
    count = future.result()
    sha256 = text.sha256 or count.sha256
    received = Received(text.found, sha256, count.records, 0, names, text.encoding, notices)
    if os.path.getsize(text.path) == text.mark:
        return unreadable(text.found, "empty file", sha256=sha256, encoding=text.encoding, notices=notices), None
    if count.bad_utf8 is not None and not mostly_utf8(text.path):
        problem = f"not utf-8 at byte offset {count.bad_utf8}"
        return unreadable(text.found, f"unreadable encoding: {problem}", sha256=sha256, encoding=text.encoding, notices=notices), None
    if not names:
        return unreadable(text.found, "no header: the file has only blank lines", sha256=sha256, encoding=text.encoding), None
    if count.records == 0 and count.ends == count.blanks:
        return replace(received, notices=(*notices, "header only")), None
    why = _mistrust(count, fast)
    if why is None and fast is not None:
        return replace(received, rows=count.records), Block(_select(text, shape, names, fast[1], shop), count.records)
    return read_carefully(received, text.path, shape, count, why or "a header of several lines", shop)


def _mistrust(count: Tally, fast: tuple[int, int] | None) -> str | None:
    """Why the fast reader's result can't be taken, if it can't."""
    if count.zeros:
        return "NUL bytes"
    if count.bad_utf8 is not None:
        return f"not UTF-8 at byte offset {count.bad_utf8}"
    if count.line_ends == "mixed":
        return "mixed line ends"
    if not count.quotes_closed:
        return "unclosed quote"
    if fast is None:
        return "the fast reader could not read it"
    good, bad = fast
    if good + bad != count.records:
        return f"the fast reader found {good + bad} of {count.records} records"
    if bad and (count.embedded or count.blanks):
        # The engine's line numbers don't tell the record's place then.
        return "ragged rows among values of several lines or blank lines"
    return None


def _fast(text: Text, shape: Layout, width: int, shop: Workshop) -> tuple[int, int] | None:
    """How many good rows the reader finds, and how many lines it refuses, which go to a table. None where the engine gives up or finds other faults than ragged rows.

    Looking is cheap beside writing; and what is refused must be known before a good row's ordinal can be told.
    """
    rejects = f"store_rejects=true, rejects_table='{REJECTS}', rejects_scan='{SCANS}'"
    _forget_rejects(shop)
    try:
        good = int(shop.engine.rows(f"SELECT count(*), {', '.join(f'count(c{i})' for i in range(width))} FROM {_reader(text.path, shape, width, rejects)}")[0][0])
        bad = _refused_lines(shape, width, shop)
    except EngineError:
        return None
    finally:
        _forget_rejects(shop)
    return None if bad is None else (good, bad)


def _reader(path: str, shape: Layout, width: int, faults: str) -> str:
    """The engine's reader over a file, with columns ``c0`` and so on; ``faults`` says what becomes of lines that it refuses."""
    spec = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width))
    return (
        # No cell equals NULL, so that an empty cell stays an empty text.
        f"read_csv({location(path)}, auto_detect=false, header=false, skip={shape.lines}, delim={literal(shape.delimiter)}, "
        f"quote={literal(shape.quote)}, escape={literal(shape.quote)}, columns={{{spec}}}, nullstr={literal(NULL)}, strict_mode=true, {faults})"
    )


def _forget_rejects(shop: Workshop) -> None:
    for table in (REJECTS, SCANS):
        shop.engine.execute(f"DROP TABLE IF EXISTS {table}")


def _refused_lines(shape: Layout, width: int, shop: Workshop) -> int | None:
    """The table ``_ingest_bad``: one row per refused line, with its ordinal."""
    engine = shop.engine
    # The reader reports each column of a line; and only a statement that runs to its end sees them all.
    kinds = {str(kind) for (kind,) in engine.rows(f"SELECT DISTINCT error_type FROM {REJECTS}")}
    if not kinds <= RAGGED:
        return None
    found = "CASE WHEN min(error_type) = 'MISSING COLUMNS' THEN min(column_idx) ELSE max(column_idx) END"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE _ingest_bad AS SELECT CAST(line - {shape.lines} AS BIGINT) AS _row, "
        f"'line ' || line || ': expected {width} value{'' if width == 1 else 's'}, found ' || {found} AS _problem, "
        f"ltrim(any_value(csv_line), chr(10) || chr(13)) AS _raw FROM {REJECTS} GROUP BY line"
    )
    return int(engine.rows("SELECT count(*) FROM _ingest_bad")[0][0])


def _select(text: Text, shape: Layout, names: Sequence[str], bad: int, shop: Workshop) -> str:
    """Good rows in file order, then the refused ones, each with its ordinal in the file.

    A window without a partition runs on one thread, in the order of the file, and needs no second pass.
    """
    cells = ", ".join(f"c{i} AS {quoted(n)}" for i, n in enumerate(names))
    system = system_columns(text.found)
    nothing = "CAST(NULL AS VARCHAR) AS _problem, CAST(NULL AS VARCHAR) AS _raw"
    good = f"SELECT *, row_number() OVER () AS _good FROM {_reader(text.path, shape, len(names), 'ignore_errors=true')}"
    if not bad:
        return f"SELECT {cells}, {system}, _good AS _row, {nothing} FROM ({good})"
    ordinal = f"CAST(sum(1 + {_lines_before(shop)}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)"
    empty = ", ".join(f"CAST(NULL AS VARCHAR) AS {quoted(n)}" for n in names)
    return (
        f"SELECT {cells}, {system}, {ordinal} AS _row, {nothing} FROM ({good}) "
        f"UNION ALL SELECT {empty}, {system}, _row, _problem, _raw FROM (FROM _ingest_bad ORDER BY _row)"
    )


def _lines_before(shop: Workshop) -> str:
    """SQL over a good row's number: how many refused lines stand right before it.

    The number is put together from its binary digits, each asked with IN: unlike a join, that leaves the rows in their order.
    """
    shop.engine.execute(
        "CREATE OR REPLACE TEMP TABLE _ingest_gaps AS SELECT good, count(*) AS lines FROM "
        "(SELECT _row - row_number() OVER (ORDER BY _row) + 1 AS good FROM _ingest_bad) GROUP BY good"
    )
    most = int(shop.engine.rows("SELECT max(lines) FROM _ingest_gaps")[0][0])
    digits = [1 << digit for digit in range(most.bit_length())]
    return " + ".join(f"CASE WHEN _good IN (SELECT good FROM _ingest_gaps WHERE lines & {d} <> 0) THEN {d} ELSE 0 END" for d in digits)


class DelimitedReader:
    """CSV, TSV and the like. See ``Reader``."""

    together = False

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        self._spec = options if isinstance(options, CsvSpec) else CsvSpec()
        self._columns = feed.columns

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        return head_layout(found, self._spec, self._columns).header

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        received, block = read_delimited(group[0], self._spec, self._columns, shop, counting)
        return [received], block
