"""Read fixed-width text into bronze: each column at its place in the line.

Positions are characters, not bytes. Blanks around a value are padding and are taken off, left and right.
A line that is longer than the last column, with anything but blanks there, is refused. So is a shorter one, unless the
file's lines have lost their trailing blanks (no line of it ends in one): then blanks are thought to follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from borough.engine.port import Engine
from borough.engine.quoting import quoted
from borough.ingest.block import Block, Workshop, system_columns
from borough.ingest.formats.lines import IS_BLANK, Lines, read_lines
from borough.ingest.names import unique_names
from borough.ingest.port import Found, Received
from borough.project.formats import FixedWidthSpec, span_of
from borough.project.spec import Spec
from borough.project.specs import FeedSpec

Spans = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class _Facts:
    """What the lines of one file are like. Numbers of lines, blank lines apart."""

    records: int
    blanks: int
    bad: str  # the condition of a line that is refused
    notices: tuple[str, ...]


class FixedWidthReader:
    """Fixed-width text. See ``Reader``."""

    together = False

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        assert isinstance(options, FixedWidthSpec)  # the format can't be told by a file's ending
        self._spec = options
        self._spans: Spans = {name: span for name, text in options.columns.items() if (span := span_of(text))}

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        return tuple(self._spans)

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        return read_lines(group[0], self._spec.encoding, shop, counting, self._read)

    def _read(self, lines: Lines, shop: Workshop) -> tuple[Received, Block | None]:
        engine = shop.engine
        names, renamed = unique_names(tuple(self._spans), (name for name, _ in lines.found.parts))
        numbers = engine.rows(f"SELECT coalesce(max(file_row_number) + 1, 0) FROM {lines.scan} WHERE NOT {IS_BLANK}")[0]
        first, last = self._spec.header, int(numbers[0]) - self._spec.footer
        body = f"(SELECT line, file_row_number AS n FROM {lines.scan} WHERE n >= {first} AND n < {last})"
        facts = self._facts(body, engine)
        notices = (*lines.notices, *renamed, *facts.notices)
        received = Received(lines.found, lines.sha256, max(last - first, 0) - facts.blanks, facts.records, names, lines.encoding, notices)
        if not facts.records:
            return Received(lines.found, lines.sha256, 0, 0, names, lines.encoding, (*notices, "no records")), None
        # Numbering rows anew costs half as much again as taking the line's number.
        row = "row_number() OVER ()" if facts.blanks else f"n - {first} + 1"
        cells = [f"CASE WHEN NOT bad THEN {_cell(a, b)} END AS {quoted(name)}" for name, (a, b) in zip(names, self._spans.values(), strict=True)]
        sql = (
            f"SELECT {', '.join(cells)}, {system_columns(lines.found)}, _row, "
            f"CASE WHEN bad THEN 'line ' || (n + 1) || ': ' || length(line) || ' characters, expected {self._width}' END AS _problem, CASE WHEN bad THEN line END AS _raw "
            f"FROM (SELECT line, n, CAST({row} AS BIGINT) AS _row, {facts.bad} AS bad FROM {body} WHERE NOT {IS_BLANK})"
        )
        return received, Block(sql, facts.records)

    @property
    def _width(self) -> int:
        return max(end for _, end in self._spans.values())

    def _facts(self, body: str, engine: Engine) -> _Facts:
        gaps = list(self._gaps())
        full = f"NOT {IS_BLANK}"
        items = [f"count_if({full})", f"count_if({IS_BLANK})", f"coalesce(bool_or({full} AND line[-1] = ' '), false)"]
        short = f"length(line) < {self._width}"
        items += [f"count_if({full} AND {short})", f"min(CASE WHEN {full} AND {short} THEN n + 1 END)", "count_if(contains(line, chr(9)))"]
        items += [f"count_if({_cell(a, b)} <> '')" for a, b in gaps]
        records, blanks, padded, shorter, where, tabs, *between = engine.rows(f"SELECT {', '.join(items)} FROM {body}")[0]
        records, blanks = int(records or 0), int(blanks or 0)
        bad = f"length(rtrim(line, ' ')) > {self._width}" + (f" OR {short}" if padded else "")
        notices = [f"{blanks} blank lines left out"] if blanks else []
        if shorter and not padded:
            notices.append(f"{shorter} lines end before character {self._width} (line {where} is the first): their trailing blanks are missing, as in all lines of this file")
        if tabs:
            notices.append(f"{tabs} lines have a tab, which counts as one character")
        notices += [f"characters {a}-{b} are in no column, but {count} lines have something there" for (a, b), count in zip(gaps, between, strict=True) if count]
        return _Facts(records, blanks, bad, tuple(notices))

    def _gaps(self) -> Sequence[tuple[int, int]]:
        """The places before the last column that no column takes."""
        gaps, behind = [], 1
        for start, end in sorted(self._spans.values()):
            if start > behind:
                gaps.append((behind, start - 1))
            behind = max(behind, end + 1)
        return gaps


def _cell(start: int, end: int) -> str:
    return f"trim(substring(line, {start}, {end - start + 1}), ' ')"
