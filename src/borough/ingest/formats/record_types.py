"""Read delimited text with several layouts in one file, as in DTF 7.3: the records of a feed's own codes.

They are picked out line by line into a text of their own, which the reader of delimited text takes from there. What is
told of a line tells its number in the file as it came. Records of other codes are counted, and are other feeds'.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from borough.engine.port import Engine
from borough.engine.quoting import literal, location
from borough.ingest.block import Block, Workshop, unreadable
from borough.ingest.formats.delimited import read_delimited
from borough.ingest.formats.lines import IS_BLANK, NOTHING, Lines, read_lines
from borough.ingest.formats.tally import tally
from borough.ingest.names import unique_names
from borough.ingest.port import Found, Received
from borough.project.formats import CsvSpec, RecordTypesSpec
from borough.project.spec import Spec
from borough.project.specs import FeedSpec

DELIMITERS = (",", "|", "\t", ";")
LONGEST = 100  # lines that one record may have
CODE = re.compile(r"[\w.-]{1,10}")  # anything longer is a piece of a value, which may be personal
TOLD = 20  # other codes that are told


@dataclass(frozen=True)
class _Pattern:
    """How a record of a feed begins, as a regular expression that Python and the engine read alike."""

    delimiter: str
    quote: str
    position: int
    codes: tuple[str, ...]

    def mine(self) -> str:
        end = rf"(?:{re.escape(self.delimiter)}|\r?$)"
        return f"{self._before()}{self._quote()}?(?:{'|'.join(map(re.escape, self.codes))}){self._quote()}?{end}"

    def code(self) -> str:
        """Any code, as the first group."""
        return rf"{self._before()}{self._quote()}?([^{re.escape(self.delimiter)}{self._quote()}\r\n]*)"

    def _quote(self) -> str:
        return re.escape(self.quote) if self.quote else "(?:)"

    def _before(self) -> str:
        delimiter, quote = re.escape(self.delimiter), re.escape(self.quote)
        plain = rf"[^{delimiter}{quote}\r\n]*"
        value = rf"(?:{quote}(?:[^{quote}\r\n]|{quote}{quote})*{quote}|{plain})" if quote else plain
        return "^" + f"{value}{delimiter}" * (self.position - 1)


class RecordTypesReader:
    """Delimited text with several layouts. See ``Reader``."""

    together = False

    def __init__(self, feed: FeedSpec, options: Spec | None) -> None:
        assert isinstance(options, RecordTypesSpec)  # the format can't be told by a file's ending
        self._spec, self._columns = options, tuple(feed.columns or ())

    def columns(self, found: Found, engine: Engine) -> Sequence[str]:
        return self._columns

    def read(self, group: Sequence[Found], shop: Workshop, counting: ThreadPoolExecutor) -> tuple[list[Received], Block | None]:
        return read_lines(group[0], self._spec.encoding, shop, counting, lambda lines, shop: self._read(lines, shop, counting))

    def _read(self, lines: Lines, shop: Workshop, counting: ThreadPoolExecutor) -> tuple[Received, Block | None]:
        pattern = self._pattern(lines, shop.engine)
        counted = counting.submit(_count, lines.path, pattern)
        whole = counting.submit(tally, lines.path, 0, pattern.quote)
        others = _others(lines, pattern, shop.engine)
        names, renamed = unique_names(self._columns, (name for name, _ in lines.found.parts))
        notices = (*lines.notices, *others, *renamed)
        several = whole.result().embedded or not whole.result().quotes_closed
        picked, expected = (_pick_carefully(lines, pattern, shop), None) if several else (_pick(lines, pattern, shop), counted.result())
        if expected is not None and picked != expected:
            problem = f"{expected} records of {' or '.join(pattern.codes)} were counted, but {picked} could be read; please report this file"
            return unreadable(lines.found, problem, sha256=lines.sha256, encoding=lines.encoding, notices=notices), None
        if not picked:
            return Received(lines.found, lines.sha256, 0, 0, names, lines.encoding, (*notices, f"no records of {' or '.join(pattern.codes)}")), None
        spec = CsvSpec(delimiter=pattern.delimiter, quote=pattern.quote, encoding="utf-8", header="none")
        received, block = read_delimited(replace(lines.found, path=shop.path("picked.csv")), spec, self._columns, shop, counting)
        received = replace(received, found=lines.found, sha256=lines.sha256, encoding=lines.encoding, notices=(*lines.notices, *others, *received.notices))
        return received, block and Block(_with_places(block.sql, shop), block.rows)

    def _pattern(self, lines: Lines, engine: Engine) -> _Pattern:
        """With the delimiter declared, else the first that finds a record."""
        quote = '"' if self._spec.quote is None else self._spec.quote
        tried = [_Pattern(d, quote, self._spec.position, tuple(self._spec.record)) for d in ((self._spec.delimiter,) if self._spec.delimiter else DELIMITERS)]
        for pattern in tried:
            if len(tried) == 1 or engine.rows(f"SELECT 1 FROM {lines.scan} WHERE regexp_matches(line, {literal(pattern.mine())}) AND contains(line, {literal(pattern.delimiter)}) LIMIT 1"):
                return pattern
        return tried[0]


def _others(lines: Lines, pattern: _Pattern, engine: Engine) -> tuple[str, ...]:
    """How many records of which other codes there are, and what the trailer of a DTF file announces where that is something else."""
    code = f"regexp_extract(line, {literal(pattern.code())}, 1)"
    counts = engine.rows(f"SELECT code, count(*), bool_or(mine) FROM (SELECT {code} AS code, regexp_matches(line, {literal(pattern.mine())}) AS mine FROM {lines.scan} WHERE NOT {IS_BLANK}) GROUP BY code ORDER BY code")
    kinds: Counter[str] = Counter()
    for name, count, mine in counts:
        if not mine:
            kinds[name if CODE.fullmatch(name) else "no code"] += count
    others = [f"{name}: {count}" for name, count in kinds.items()]
    more = f", and of {len(others) - TOLD} more codes" if len(others) > TOLD else ""
    told = [f"records of other codes, left to other feeds: {', '.join(others[:TOLD])}{more}"] if others else []
    last = engine.rows(f"SELECT line FROM {lines.scan} WHERE NOT {IS_BLANK} ORDER BY file_row_number DESC LIMIT 1")
    trailer = re.match(r'"?99"?,[^,]*,"?(\d+)"?(?:,|$)', str(last[0][0])) if last else None
    total = sum(count for _, count, _ in counts)
    # With the header, the metadata and the trailer, or without some of them: suppliers count differently.
    if trailer and not total - 3 <= int(trailer[1]) <= total:
        told.append(f"the trailer announces {trailer[1]} records, but the file has {total}, its header and trailer included: is it whole?")
    return tuple(told)


def _count(path: str, pattern: _Pattern) -> int:
    """The lines that begin a record of this feed, counted without the engine."""
    expression = re.compile(pattern.mine().encode())
    with open(path, "rb") as file:
        return sum(1 for line in file if expression.match(line))


def _pick(lines: Lines, pattern: _Pattern, shop: Workshop) -> int:
    """Each line that begins a record is one: write them to ``picked.csv``, and their numbers to ``places.csv``."""
    mine = f"FROM {lines.scan} WHERE regexp_matches(line, {literal(pattern.mine())})"
    raw = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x1f')"
    shop.engine.execute(f"COPY (SELECT line {mine}) TO {literal(shop.path('picked.csv'))} {raw}")
    shop.engine.execute(f"COPY (SELECT file_row_number + 1 {mine}) TO {literal(shop.path('places.csv'))} {raw}")
    return int(shop.engine.rows(f"SELECT count(*) {mine}")[0][0])


def _pick_carefully(lines: Lines, pattern: _Pattern, shop: Workshop) -> int:
    """The same where values have line ends in them: a record goes on while a quote is open, unless the next line begins a record."""
    count = 0
    mine, blank = re.compile(pattern.mine().encode()), f"{NOTHING}\n".encode()
    with open(shop.path("picked.csv"), "wb") as out, open(shop.path("places.csv"), "w") as places:
        for number, record in _records(lines.path, pattern.quote.encode(), mine):
            if mine.match(record[0]):
                count += 1
                out.writelines(b"\n" if line == blank else line for line in record)
                places.writelines(f"{n}\n" for n in range(number, number + len(record)))
    return count


def _records(path: str, quote: bytes, mine: re.Pattern[bytes]) -> Iterator[tuple[int, list[bytes]]]:
    """The lines of each record, and the number of the first of them."""
    with open(path, "rb") as file:
        lines = file.read().splitlines(keepends=True)
    at = 0
    while at < len(lines):
        quotes, end = lines[at].count(quote), at + 1
        while quotes % 2 and end < min(len(lines), at + LONGEST) and not mine.match(lines[end]):
            quotes, end = quotes + lines[end].count(quote), end + 1
        # A quote that never closes is no reason to swallow what follows.
        end = at + 1 if quotes % 2 else end
        yield at + 1, lines[at:end]
        at = end


def _with_places(sql: str, shop: Workshop) -> str:
    """What is told of a line of ``picked.csv`` told of that line in the file."""
    places = f"(SELECT list(n) FROM read_csv({location(shop.path('places.csv'))}, auto_detect=false, header=false, columns={{'n': 'BIGINT'}}))"
    number = "CAST(regexp_extract(_problem, '^line ([0-9]+):', 1) AS BIGINT)"
    mended = f"'line ' || list_extract({places}, {number}) || regexp_extract(_problem, ':.*')"
    return f"SELECT * REPLACE (CASE WHEN starts_with(_problem, 'line ') THEN {mended} ELSE _problem END AS _problem) FROM ({sql})"
