"""The layout of a delimited file: delimiter, quote, header, where the records begin; declared or detected."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from borough.project.formats import CsvSpec

HEAD = 1 << 18
DELIMITERS = (",", ";", "\t", "|")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True)
class Layout:
    """``start`` is the byte of the UTF-8 text at which the first record begins, ``lines`` the lines above it."""

    delimiter: str
    quote: str
    header: tuple[str, ...]
    start: int
    lines: int
    multiline_header: bool
    notices: tuple[str, ...] = ()


def layout(head: bytes, mark: int, whole: bool, spec: CsvSpec, columns: Sequence[str] | None, name: str) -> Layout:
    """Find the layout in the beginning of a UTF-8 text; ``mark`` is the length of its byte order mark."""
    lines = LINE.findall(head[mark:].decode("utf-8", "ignore"))
    if not whole and len(lines) > 1:
        lines.pop()
    quote = spec.quote if spec.quote is not None else _quote(lines)
    delimiter = spec.delimiter or _delimiter(lines, quote, name)
    return _header(lines, mark, delimiter, quote, spec, columns)


def _header(lines: list[str], mark: int, delimiter: str, quote: str, spec: CsvSpec, columns: Sequence[str] | None) -> Layout:
    records = _records(lines, delimiter, quote, 60)
    if spec.header == "none" or (spec.header is None and columns and not _names_columns(records, columns)):
        width = max((len(r) for r, _, _ in records), default=0)
        given = tuple(columns) if columns else tuple(f"column_{i}" for i in range(1, width + 1))
        return Layout(delimiter, quote, given, mark, 0, False)
    if isinstance(spec.header, int):
        first = min(spec.header, len(lines)) - 1
        records = [(r, a + first, b + first) for r, a, b in _records(lines[first:], delimiter, quote, 1)]
        found = 0
    else:
        found = _detect_header([r for r, _, _ in records])
    if not records:
        return Layout(delimiter, quote, (), mark, 0, False)
    names, begin, end = records[found]
    above = [line.strip() for line in lines[:begin] if line.strip()]
    notices = (f"{len(above)} line{'s' if len(above) > 1 else ''} above the header left out: {' / '.join(above)[:200]!r}",) if above else ()
    start = mark + len("".join(lines[:end]).encode())
    return Layout(delimiter, quote, tuple(names), start, end, end - begin > 1, notices)


def _records(lines: list[str], delimiter: str, quote: str, limit: int) -> list[tuple[list[str], int, int]]:
    """The first records that are not blank, each with the lines it begins and ends at."""
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote or None, quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE)
    out: list[tuple[list[str], int, int]] = []
    line = 0
    try:
        for record in reader:
            if record:
                out.append((record, line, reader.line_num))
            line = reader.line_num
            if len(out) == limit:
                break
    except csv.Error:
        # A value beyond the reader's limit: what came before it is enough.
        pass
    return out


def _names_columns(records: list[tuple[list[str], int, int]], columns: Sequence[str]) -> bool:
    wanted = {c.strip().casefold() for c in columns}
    first = [v.strip().casefold() for v in records[0][0]] if records else []
    return bool(first) and sum(v in wanted for v in first) * 2 >= len(first)


def _detect_header(records: list[list[str]]) -> int:
    """Titles above a header fill few of the columns that the rows have."""
    if not records:
        return 0
    width = Counter(len(r) for r in records).most_common(1)[0][0]
    for index, record in enumerate(records[:20]):
        if width == 1 or sum(1 for value in record if value.strip()) > max(1, width // 2 - 1) or (width == 2 and len(record) == 2):
            return index
    return 0


def _delimiter(lines: list[str], quote: str, name: str) -> str:
    """The delimiter that gives the most records the same width above one."""
    candidates = ("\t", *DELIMITERS) if name.lower().endswith((".tsv", ".tab")) else DELIMITERS
    best, chosen = (0.3, 1), ","
    for delimiter in candidates:
        widths = Counter(len(r) for r, _, _ in _records(lines, delimiter, quote, 100))
        several = [(n, w) for w, n in widths.items() if w > 1]
        if several:
            count, width = max(several)
            score = (count / widths.total(), width)
            if score > best:
                best, chosen = score, delimiter
    return chosen


def _quote(lines: list[str]) -> str:
    """Double quotes, unless there are none and whole values stand in single ones."""
    text = "".join(lines[:200])
    if '"' in text:
        return '"'
    return "'" if len(re.findall(r"(?m)(?:^|[,;\t|])'[^'\r\n]*'(?=[,;\t|\r\n]|$)", text)) > 1 else '"'
