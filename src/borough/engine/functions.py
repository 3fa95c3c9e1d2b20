"""The closed set of functions of Borough's expressions: what each takes, gives, and is written as on each engine.

A name that is not here is a mistake in the declaration. No function can raise an error on a row:
what can't be computed is null.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from borough.engine import uk, uk_dates
from borough.engine.dialects import Dialect
from borough.engine.operators import rounded, unify, whole, widen

Writer = Callable[[Dialect, list[str], list[str]], str]


@dataclass(frozen=True)
class Function:
    """One function.

    ``takes``: kinds of the arguments (string, integer, numeric, date, day, boolean, any, same; ``pattern``, ``unit``, ``count``,
    ``word`` and ``constant`` are constants); ``?`` marks what may be left out, ``*`` what may repeat.
    ``gives``: a type, or ``same``, the type that the arguments share.
    ``reader``: reads text as received, so that declared unknown texts are null; ``refuses``: some texts it can't read;
    ``unknown``: the texts that mean unknown of themselves.
    """

    name: str
    takes: tuple[str, ...]
    gives: str
    write: Writer
    about: str
    example: str
    source: str = ""
    reader: bool = False
    refuses: bool = False
    unknown: Callable[[Dialect, str], str] | None = None

    @property
    def fewest(self) -> int:
        """The least number of arguments."""
        return sum(not kind.endswith(("?", "*")) for kind in self.takes)

    @property
    def most(self) -> int | None:
        """The greatest number of arguments; None when there is no limit."""
        return None if any(kind.endswith("*") for kind in self.takes) else len(self.takes)

    def kind_of(self, position: int) -> str:
        """The kind of the argument at a position from 0."""
        return self.takes[min(position, len(self.takes) - 1)].rstrip("?*")


def _plain(template: str) -> Writer:
    """The same text on every engine: ``{0}`` and so on are the arguments, ``{all}`` all of them."""

    def write(d: Dialect, args: list[str], types: list[str]) -> str:
        return template.format(*args, all=", ".join(args))

    return write


def _same(name: str) -> Writer:
    """A function over values widened to one type."""

    def write(d: Dialect, args: list[str], types: list[str]) -> str:
        wide = unify(types) or types[0]
        return f"{name}({', '.join(widen(d, a, t, wide) for a, t in zip(args, types, strict=True))})"

    return write


def _if(d: Dialect, args: list[str], types: list[str]) -> str:
    values = [*types[1:], "null"][:2]
    wide = unify(values) or values[0]
    other = widen(d, args[2], types[2], wide) if len(args) > 2 else "NULL"
    return f"CASE WHEN {args[0]} THEN {widen(d, args[1], types[1], wide)} ELSE {other} END"


def _count(x: str, least: int = 0) -> str:
    """A number of characters that fits every engine; no cell has a million."""
    return f"CAST(least(greatest({x}, {least}), 1000000) AS INTEGER)"


def _substring(d: Dialect, args: list[str], types: list[str]) -> str:
    size = f", {_count(args[2])}" if len(args) > 2 else ""
    return f"substring({args[0]}, {_count(args[1], 1)}{size})"


# Not left() and right(): what Sail makes of them does not go into regular expressions.
def _left(d: Dialect, args: list[str], types: list[str]) -> str:
    return f"substring({args[0]}, 1, {_count(args[1])})"


def _right(d: Dialect, args: list[str], types: list[str]) -> str:
    if d.name == "duckdb":
        return f"right({args[0]}, {_count(args[1])})"
    start = _count(f"length({args[0]}) - {_count(args[1])} + 1", 1)
    return f"substring({args[0]}, {start}, {_count(args[1])})"


def _part(d: Dialect, args: list[str], types: list[str]) -> str:
    return f"split_part({args[0]}, {args[1]}, {_count(args[2], 1)})"


def _lpad(d: Dialect, args: list[str], types: list[str]) -> str:
    return f"lpad({args[0]}, {_count(args[1])}, {args[2]})"


def _trim(d: Dialect, args: list[str], types: list[str]) -> str:
    return d.trim(args[0])


def _length(d: Dialect, args: list[str], types: list[str]) -> str:
    return d.cast(f"length({args[0]})", "integer")


# Letters whose other case has another length are written out, since engines differ over them.
def _upper(d: Dialect, args: list[str], types: list[str]) -> str:
    return f"upper(replace(replace({args[0]}, 'ß', 'SS'), 'ﬁ', 'FI'))"


def _lower(d: Dialect, args: list[str], types: list[str]) -> str:
    return f"lower(replace(replace({args[0]}, 'İ', 'i'), 'Σ', 'σ'))"


def _starts_with(d: Dialect, args: list[str], types: list[str]) -> str:
    return f"{'starts_with' if d.name == 'duckdb' else 'startswith'}({args[0]}, {args[1]})"


def unquoted(d: Dialect, sql: str) -> str:
    """The text of a literal that the dialect wrote."""
    if d.name == "duckdb":
        return sql[1:-1].replace("''", "'")
    return sql[1:-1].replace("\\'", "'").replace("\\\\", "\\")


def _regexp_matches(d: Dialect, args: list[str], types: list[str]) -> str:
    return d.matches(args[0], unquoted(d, args[1]))


def _regexp_extract(d: Dialect, args: list[str], types: list[str]) -> str:
    group = args[2] if len(args) > 2 else "0"
    return d.extract(args[0], unquoted(d, args[1]), int("".join(c for c in group.split(" AS ")[0] if c.isdigit()) or "0"))


def _regexp_replace(d: Dialect, args: list[str], types: list[str]) -> str:
    return d.replace_all(args[0], unquoted(d, args[1]), unquoted(d, args[2]))


def _round(d: Dialect, args: list[str], types: list[str]) -> str:
    x, kind = args[0], types[0]
    places = int("".join(c for c in args[1].split(" AS ")[0] if c.isdigit()) or "0") if len(args) > 1 else 0
    if kind == "integer":
        return x
    if kind == "money":
        return d.try_cast(f"round({x}, {min(places, 2)})", "money")
    return rounded(d, x, places)


def _whole(name: str) -> Writer:
    return lambda d, args, types: args[0] if types[0] == "integer" else whole(d, f"{name}({args[0]})", args[0])


def _abs(d: Dialect, args: list[str], types: list[str]) -> str:
    if types[0] == "integer":
        return f"CASE WHEN {args[0]} < 0 THEN {d.attempt('-', d.cast('0', 'integer'), args[0])} ELSE {args[0]} END"
    return f"abs({args[0]})"


def _date_part(name: str) -> Writer:
    return lambda d, args, types: d.cast(f"{name}({args[0]})", "integer")


def _date_trunc(d: Dialect, args: list[str], types: list[str]) -> str:
    return d.start_of(unquoted(d, args[0]), args[1], types[1])


def _days_between(d: Dialect, args: list[str], types: list[str]) -> str:
    return d.days(*(widen_day(d, a, t) for a, t in zip(args[::-1], types[::-1], strict=True)))


def widen_day(d: Dialect, x: str, kind: str) -> str:
    """The civil date of a date or instant."""
    return x if kind == "date" else d.cast(x, "date")


def _add_days(d: Dialect, args: list[str], types: list[str]) -> str:
    return d.add_days(args[0], _small(args[1], 365_000))


def _add_months(d: Dialect, args: list[str], types: list[str]) -> str:
    return d.add_months(args[0], _small(args[1], 12_000))


def _small(count: str, most: int) -> str:
    """A count within a thousand years, so that no calendar overflows."""
    return f"CASE WHEN {count} BETWEEN -{most} AND {most} THEN {count} END"


def _months_between(d: Dialect, args: list[str], types: list[str]) -> str:
    a, b = (widen_day(d, x, t) for x, t in zip(args, types, strict=True))
    months = f"((year({b}) * 12 + month({b})) - (year({a}) * 12 + month({a})))"
    early = f"CASE WHEN {a} <= {b} AND day({b}) < day({a}) THEN -1 WHEN {a} > {b} AND day({b}) > day({a}) THEN 1 ELSE 0 END"
    return d.cast(f"({months} + {early})", "integer")


def _concat(d: Dialect, args: list[str], types: list[str]) -> str:
    return "concat(" + ", ".join(f"coalesce({a}, '')" for a in args) + ")"


def _make_date(d: Dialect, args: list[str], types: list[str]) -> str:
    y, m, day = args
    parts = f"lpad(CAST({y} AS {d.types['string']}), 4, '0') || '-' || lpad(CAST({m} AS {d.types['string']}), 2, '0') || '-' || lpad(CAST({day} AS {d.types['string']}), 2, '0')"
    fits = f"{y} BETWEEN 1800 AND 2199 AND {m} BETWEEN 1 AND 12 AND {day} BETWEEN 1 AND 31"
    return f"CASE WHEN {fits} THEN {d.try_cast(f'({parts})', 'date')} END"


_ALL = (
    # what to do with nulls and choices
    Function("coalesce", ("same", "same*"), "same", _same("coalesce"), "The first that is not null.", "coalesce(a, b)"),
    Function("nullif", ("same", "same"), "first", _same("nullif"), "Null where both are equal, else the first.", "nullif(a, 'x')"),
    Function("if", ("boolean", "branch", "branch?"), "same", _if, "One of two values, by a condition.", "if(n > 1, 'many', 'one')"),
    Function("least", ("same", "same*"), "same", _same("least"), "The least that is not null.", "least(a, b)"),
    Function("greatest", ("same", "same*"), "same", _same("greatest"), "The greatest that is not null.", "greatest(a, b)"),
    # text
    Function("concat", ("string", "string*"), "string", _concat, "Texts joined; null counts as empty.", "concat(a, b)"),
    Function("concat_ws", ("string", "string*"), "string", _plain("concat_ws({all})"), "Texts joined with a separator; nulls are left out.", "concat_ws(' ', a, b)"),
    Function("upper", ("string",), "string", _upper, "In capitals.", "upper(a)"),
    Function("lower", ("string",), "string", _lower, "In small letters.", "lower(a)"),
    Function("trim", ("string",), "string", _trim, "Without white space at the ends, no-break and zero-width spaces included.", "trim(a)"),
    Function("substring", ("string", "integer", "integer?"), "string", _substring, "Part of a text: from a character (the first is 1), so many.", "substring(a, 1, 3)"),
    Function("left", ("string", "integer"), "string", _left, "The first characters.", "left(a, 3)"),
    Function("right", ("string", "integer"), "string", _right, "The last characters.", "right(a, 3)"),
    Function("split_part", ("string", "word", "integer"), "string", _part, "A part of a text cut at a separator; the first is 1.", "split_part(a, ',', 1)"),
    Function("lpad", ("string", "integer", "word"), "string", _lpad, "Filled on the left to a length; longer texts are cut.", "lpad(a, 12, '0')"),
    Function("length", ("string",), "integer", _length, "Number of characters.", "length(a)"),
    Function("replace", ("string", "word", "constant"), "string", _plain("replace({all})"), "Each occurrence replaced.", "replace(a, '-', ' ')"),
    Function("starts_with", ("string", "string"), "boolean", _starts_with, "Whether a text starts so.", "starts_with(a, 'E17')"),
    Function("contains", ("string", "string"), "boolean", _plain("contains({all})"), "Whether a text contains another.", "contains(a, 'x')"),
    Function("regexp_matches", ("string", "pattern"), "boolean", _regexp_matches, "Whether the pattern occurs in the text.", "regexp_matches(a, '^[0-9]+$')"),
    Function("regexp_extract", ("string", "pattern", "count?"), "string", _regexp_extract, "A group of the first match (0: all of it); empty where there is none.", "regexp_extract(a, '([0-9]+)', 1)"),
    Function("regexp_replace", ("string", "pattern", "constant"), "string", _regexp_replace, "Every match replaced by a fixed text.", "regexp_replace(a, '[^0-9]', '')"),
    Function("md5", ("string",), "string", _plain("md5({0})"), "MD5 of the text as UTF-8, in hexadecimal.", "md5(a)"),
    # numbers
    Function("abs", ("numeric",), "first", _abs, "Without the sign.", "abs(n)"),
    Function("round", ("numeric", "count?"), "first", _round, "Rounded, halves away from zero.", "round(n, 1)"),
    Function("floor", ("numeric",), "integer", _whole("floor"), "The whole number below.", "floor(n)"),
    Function("ceil", ("numeric",), "integer", _whole("ceil"), "The whole number above.", "ceil(n)"),
    # dates
    Function("date_trunc", ("unit", "day"), "first day", _date_trunc, "The first day (or instant) of the `year`, `quarter`, `month`, `week` or `day`.", "date_trunc('month', d)"),
    Function("year", ("day",), "integer", _date_part("year"), "The year.", "year(d)"),
    Function("month", ("day",), "integer", _date_part("month"), "The month, from 1.", "month(d)"),
    Function("day", ("day",), "integer", _date_part("day"), "The day of the month.", "day(d)"),
    Function("days_between", ("day", "day"), "integer", _days_between, "Days from the first date to the second.", "days_between(d, e)"),
    Function("months_between", ("day", "day"), "integer", _months_between, "Full months from the first date to the second.", "months_between(d, e)"),
    Function("add_days", ("date", "integer"), "date", _add_days, "So many days later.", "add_days(d, 14)"),
    Function("add_months", ("date", "integer"), "date", _add_months, "So many months later; the month's last day where the day does not exist.", "add_months(d, 1)"),
    Function("make_date", ("integer", "integer", "integer"), "date", _make_date, "A date from year (1800 to 2199), month and day; null where there is none.", "make_date(2016, 3, 1)"),
    # readers
    Function("text", ("string",), "string", uk.text, "Tidy text: outer white space dropped (no-break and zero-width spaces too), inner runs become one space, UTF-8 that was read as cp1252 (`CafÃ©`) mended, empty becomes null.", "text(a)", reader=True),
    Function("integer", ("string",), "integer", uk.integer, "A whole number. Takes commas or spaces between thousands, and `.0`.", "integer(a)", reader=True, refuses=True),
    Function("number", ("string",), "number", uk.number, "A number, with commas or spaces between thousands, or an exponent.", "number(a)", reader=True, refuses=True),
    Function("money", ("string",), "money", uk.money, "Pounds and pence, half pennies away from zero: `£1,234.50`, `-£5`, `(12.00)`, `12.00-`, `12.00 CR` (credit: negative).", "money(a)", reader=True, refuses=True),
    Function("yes_no", ("string",), "boolean", uk.yes_no, "`Y`, `yes`, `true`, `t`, `1`, `on` and their opposites, in any case.", "yes_no(a)", reader=True, refuses=True),
    Function(
        "uk_date", ("string",), "date", uk_dates.uk_date,
        "A date: `31/12/2020`, `1/2/20`, `31-Dec-20`, `31 December 2020`, `31.12.2020`, `2020-12-31`, `2020-12` (first day), `20201231`, any of them with a time "
        "(the day as written), or a spreadsheet's serial number of five digits. Two-digit years 00 to 68 are 2000 to 2068, 69 to 99 are 1969 to 1999 (POSIX). "
        "01/01/1900, 30/12/1899, 31/12/9999 and other systems' no-dates are unknown; years before 1800 and after 2199 can't be read.",
        "uk_date(a)", "ISO 8601; ECMA-376 part 1, 18.17.4.1 (serial dates)", reader=True, refuses=True, unknown=uk_dates.uk_date_unknown,
    ),
    Function(
        "uk_timestamp", ("string",), "timestamp", uk_dates.uk_timestamp,
        "An instant in UTC: ISO 8601 with `Z`, an offset or neither, or any date of `uk_date()` with `hh:mm[:ss]`. Without a zone it is Europe/London's time, by the "
        "rule in force since 1996; the hour that October has twice is the first, the one that March lacks counts as winter time.",
        "uk_timestamp(a)", "ISO 8601; The Summer Time Order 2002 (SI 2002/262)", reader=True, refuses=True, unknown=uk_dates.uk_date_unknown,
    ),
    Function("postcode", ("string",), "string", uk.postcode, "A postcode as `E17 4JF`. O for 0 and I for 1 are mended where only the other can stand.", "postcode(a)", "BS 7666-2; Royal Mail PAF Programmers' Guide, postcode format", reader=True, refuses=True),
    Function("uprn", ("string",), "integer", uk.uprn, "A Unique Property Reference Number of 1 to 12 digits; leading zeros and `.0` are dropped, 0 is unknown.", "uprn(a)", "BS 7666-2; GeoPlace, UPRN", reader=True, refuses=True, unknown=uk.uprn_unknown),
    Function("nino", ("string",), "string", uk.nino, "A National Insurance number, without spaces. Temporary numbers (`TN…`) are unknown.", "nino(a)", "HMRC, National Insurance Manual NIM39110", reader=True, refuses=True, unknown=uk.nino_unknown),
    Function("person_name", ("string",), "string", uk.person_name, "A person's name in the order of speech: `O'BRIEN, MR John` becomes `John O'Brien`. Titles are dropped; words all in one case get a capital (`Mc` and hyphens respected), words in mixed case stay as written.", "person_name(a)", reader=True, refuses=True),
    Function("phone", ("string",), "string", uk.phone, "A telephone number as `+442085551234`; without a country it is a British one.", "phone(a)", "Ofcom, National Telephone Numbering Plan; ITU-T E.164", reader=True, refuses=True),
    Function("email", ("string",), "string", uk.email, "An email address in small letters.", "email(a)", "HTML Living Standard, valid e-mail address (with a dot in the domain)", reader=True, refuses=True),
    Function("geometry", ("string",), "geometry", uk.geometry, "A shape from GeoJSON or well-known text. DuckDB only.", "geometry(a)", "RFC 7946; OGC 06-103r4", reader=True, refuses=True),
)  # fmt: skip

FUNCTIONS: dict[str, Function] = {function.name: function for function in _ALL}

# What a text is read with when the column has the type.
READERS = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "money": "money",
    "date": "uk_date",
    "timestamp": "uk_timestamp",
    "boolean": "yes_no",
    "geometry": "geometry",
}


_GROUPS = (("Choices and nulls", "coalesce"), ("Text", "concat"), ("Numbers", "abs"), ("Dates", "date_trunc"), ("Readers of text as received", "text"))


def reference() -> str:
    """The reference of all functions, as Markdown: the page docs/reference/functions.md."""
    heads = {first: title for title, first in _GROUPS}
    lines = [
        "# Functions",
        "",
        "Expressions use these functions and no others, the operators `+ - * / % ||`, comparisons, `and or not`, `is [not] null`, `is [not] distinct from`, `in`,",
        "`between`, `like`, `ilike`, `case` and `cast(… as type)`. They give the same values on DuckDB and on Spark, and never stop a run: what can't be computed is",
        "null. Over a feed, `A | B` is whichever column the file has. `cast` of text is the type's reader.",
        "",
        "A *reader* gives null for an empty text or one declared unknown; a text that it can't read refuses the row, unless the column says `on_unreadable: null`.",
        "Letter case of letters whose other case differs in length or by place (ligatures, `ŉ`, `ǰ`) is the engine's.",
    ]
    for function in _ALL:
        if function.name in heads:
            lines += ["", f"## {heads[function.name]}", "", "| function | gives | what it does |", "|---|---|---|"]
        gives = {"same": "the common type", "first": "the first's type", "first day": "as given"}.get(function.gives, function.gives)
        about = function.about + (f" *{function.source}.*" if function.source else "")
        cell = about.replace("|", "\\|")
        lines.append(f"| `{function.example}` | {gives} | {cell} |")
    return "\n".join(lines) + "\n"
