"""The few words in which DuckDB and Spark differ. Everything else about an expression is the same text.

Patterns given to these methods are within the portable subset that ``portable_pattern`` makes:
no look-around, no back-reference, no class escape, so that RE2 (DuckDB), java.util.regex (Spark)
and Rust's regex (Sail) read them alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

# White space that extracts contain: ASCII, the no-break spaces, the typographic spaces, zero width characters, the BOM.
BLANKS = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
EDGES = f"^[{BLANKS}]|[{BLANKS}]$"

_ESCAPE_CLASS_OR_END = re.compile(r"\\.|\[(?:\\.|[^\]])*\]|[$]", re.DOTALL)

_DUCKDB_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "money": "DECIMAL(18,2)",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "geometry": "BLOB",
    "null": "VARCHAR",
}
_SPARK_TYPES = {**_DUCKDB_TYPES, "string": "STRING", "timestamp": "TIMESTAMP_NTZ", "geometry": "BINARY", "null": "STRING"}


class Dialect:
    """DuckDB's words."""

    name = "duckdb"
    types = _DUCKDB_TYPES

    def literal(self, text: str) -> str:
        """A text as an SQL literal."""
        return "'" + text.replace("'", "''") + "'"

    def column(self, name: str) -> str:
        """A column's name, quoted."""
        return '"' + name.replace('"', '""') + '"'

    def is_column(self, x: str) -> bool:
        """Whether a text of SQL is nothing but the name of a column."""
        mark = self.column("")[0]
        return len(x) > 2 and x[0] == x[-1] == mark and mark not in x[1:-1].replace(mark * 2, "")

    def cast(self, x: str, kind: str) -> str:
        """A cast that can't fail."""
        return f"CAST({x} AS {self.types[kind]})"

    def try_cast(self, x: str, kind: str) -> str:
        """A cast that gives null where it can't be done."""
        return f"TRY_CAST({x} AS {self.types[kind]})"

    def trim(self, x: str) -> str:
        """Without white space at both ends. The pattern spares most rows the trim, which is ten times as slow."""
        return f"CASE WHEN {self.matches(x, EDGES)} THEN trim({x}, {self.literal(BLANKS)}) ELSE {x} END"

    def filled(self, x: str) -> str:
        """True where a text has more than white space; never null."""
        return f"coalesce({self.matches(x, f'[^{BLANKS}]')}, FALSE)"

    def let(self, name: str, value: str, body: str) -> str:
        """The body, in which the name stands for the value: computed once, written once. Patterns are better kept out of the body."""
        return f"list_transform([{value}], lambda {name}: {body})[1]"

    def each_word(self, text: str, name: str, body: str) -> str:
        """The body for each piece of a text that ``MARK`` parts, joined again."""
        return f"array_to_string(list_transform(string_split({text}, chr(31)), lambda {name}: {body}), '')"

    def fold(self, x: str, pieces: str, so_far: str, piece: str, body: str) -> str:
        """The body done to a text once for each piece of a constant that ``MARK`` parts."""
        return f"list_reduce(list_prepend({x}, string_split({self.literal(pieces)}, chr(31))), lambda {so_far}, {piece}: {body})"

    def matches(self, x: str, pattern: str) -> str:
        """True where the pattern occurs in the text."""
        return f"regexp_matches({x}, {self.pattern(pattern)})"

    def extract(self, x: str, pattern: str, group: int) -> str:
        """The group of the first match; an empty text where there is none."""
        return f"regexp_extract({x}, {self.pattern(pattern)}, {group})"

    def matching(self, x: str, pattern: str) -> str:
        """The text itself where all of it is the pattern (which has its anchors), else null."""
        return self.let("m", self.extract(x, pattern, 0), "nullif(m, '')")

    def replace_all(self, x: str, pattern: str, to: str) -> str:
        """Every match replaced by a fixed text."""
        return f"regexp_replace({x}, {self.pattern(pattern)}, {self.literal(to)}, 'g')"

    def regroup(self, x: str, pattern: str, to: str) -> str:
        r"""Every match replaced by a text in which ``\1`` stands for a group."""
        return f"regexp_replace({x}, {self.pattern(pattern)}, {self.literal(to)}, 'g')"

    def pattern(self, pattern: str) -> str:
        """A pattern as an SQL literal."""
        return self.literal(pattern)

    def among(self, x: str, constants: Sequence[str]) -> str:
        """True where a value is one of some constants. Not ``IN``, of which DuckDB would make a join that asks every row, in whatever branch it stands."""
        return f"list_contains([{', '.join(constants)}], {x})"

    def attempt(self, operator: str, a: str, b: str) -> str:
        """Whole-number arithmetic that gives null where the result does not fit."""
        return f"TRY({a} {operator} {b})"

    def days(self, later: str, earlier: str) -> str:
        """Days from one date to another."""
        return f"date_diff('day', {earlier}, {later})"

    def add_days(self, date: str, days: str) -> str:
        """A date some days later."""
        return f"TRY(CAST({date} + CAST({days} AS INTEGER) AS DATE))"

    def add_months(self, date: str, months: str) -> str:
        """A date some months later; the last day of the month where the day does not exist."""
        return f"TRY(CAST({date} + to_months(CAST({months} AS INTEGER)) AS DATE))"

    def minutes(self, count: str) -> str:
        """A length of time."""
        return f"to_minutes({count})"

    def minus_days(self, date: str, days: str) -> str:
        """A date some days earlier; the days are known to be few."""
        return f"CAST({date} - {days} AS DATE)"

    def start_of(self, unit: str, x: str, kind: str) -> str:
        """The first day or instant of the unit."""
        return self.cast(f"date_trunc('{unit}', {x})", kind)

    def make_date(self, year: str, month: str, day: str) -> str:
        """A date from numbers that are known to be one."""
        return f"make_date({year}, {month}, {day})"


class Spark(Dialect):
    """Spark's words (4.0, ANSI mode), as Sail also understands them."""

    name = "spark"
    types = _SPARK_TYPES

    def literal(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"

    def column(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def trim(self, x: str) -> str:
        return f"trim(BOTH {self.literal(BLANKS)} FROM {x})"

    def let(self, name: str, value: str, body: str) -> str:
        return f"transform(array({value}), {name} -> {body})[0]"

    def each_word(self, text: str, name: str, body: str) -> str:
        return f"array_join(transform(split({text}, chr(31)), {name} -> {body}), '')"

    def fold(self, x: str, pieces: str, so_far: str, piece: str, body: str) -> str:
        return f"aggregate(split({self.literal(pieces)}, chr(31)), {x}, ({so_far}, {piece}) -> {body})"

    def matches(self, x: str, pattern: str) -> str:
        return f"regexp_like({x}, {self.pattern(pattern)})"

    def matching(self, x: str, pattern: str) -> str:
        # Of some texts that it made itself, Sail can't extract.
        return self.let("m", x, f"CASE WHEN {self.matches('m', pattern)} THEN m END")

    def replace_all(self, x: str, pattern: str, to: str) -> str:
        return f"regexp_replace({x}, {self.pattern(pattern)}, {self.literal(to.replace('$', chr(92) + '$'))})"

    def regroup(self, x: str, pattern: str, to: str) -> str:
        return f"regexp_replace({x}, {self.pattern(pattern)}, {self.literal(to.replace(chr(92), '$'))})"

    def pattern(self, pattern: str) -> str:
        # To Java's `$`, a line end that closes the text is not part of it.
        return self.literal(_ESCAPE_CLASS_OR_END.sub(lambda m: "\\z" if m[0] == "$" else m[0], pattern))

    def among(self, x: str, constants: Sequence[str]) -> str:
        return f"{x} IN ({', '.join(constants)})"

    def attempt(self, operator: str, a: str, b: str) -> str:
        word = {"+": "try_add", "-": "try_subtract", "*": "try_multiply"}[operator]
        return f"{word}({a}, {b})"

    def days(self, later: str, earlier: str) -> str:
        return f"CAST(datediff({later}, {earlier}) AS BIGINT)"

    def add_days(self, date: str, days: str) -> str:
        return f"date_add({date}, CAST({days} AS INT))"

    def add_months(self, date: str, months: str) -> str:
        return f"add_months({date}, CAST({months} AS INT))"

    def minutes(self, count: str) -> str:
        return f"make_dt_interval(0, 0, {count}, 0)"

    def minus_days(self, date: str, days: str) -> str:
        return f"date_sub({date}, {days})"


DIALECTS: dict[str, Dialect] = {"duckdb": Dialect(), "spark": Spark()}
