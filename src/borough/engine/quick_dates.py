"""uk_date() and uk_timestamp() on DuckDB: what ``uk_dates`` gives, in a tenth of the time.

The shapes that nearly all cells have are read straight from the cell; the others are trimmed and taken to pieces by one pattern.
A lambda prepares the patterns inside it anew for every 2,048 rows, so there are none in the lambdas here; and a list of formats for
``try_strptime`` costs ten times as much as one format.
"""

from __future__ import annotations

from borough.engine.dialects import BLANKS, Dialect
from borough.engine.uk_calendar import MONTHS, SHAPE, TIME, UNKNOWN_DATES, ZEROS, in_summer, is_known, is_known_instant, is_listed, tidied

# Years without unknown dates: what is in them needs no second look.
_PLAIN_YEAR = "(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})"
_PLAIN = (
    (f"^[0-9]{{1,2}}/[0-9]{{1,2}}/{_PLAIN_YEAR}$", "%d/%m/%Y"),
    (f"^{_PLAIN_YEAR}-[0-9]{{2}}-[0-9]{{2}}$", "%Y-%m-%d"),
    ("^[0-9]{1,2}-[A-Za-z]{3}-[0-9]{2}$", "%d-%b-%y"),
    (f"^[0-9]{{1,2}}-[A-Za-z]{{3}}-{_PLAIN_YEAR}$", "%d-%b-%Y"),
    (f"^{_PLAIN_YEAR}-[0-9]{{2}}$", "%Y-%m"),
    ("^[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}$", "%d/%m/%y"),
    (f"^{_PLAIN_YEAR}[0-9]{{4}}$", "%Y%m%d"),
)
_PLAIN_WITH_TIME = (
    (f"^[0-9]{{2}}/[0-9]{{2}}/{_PLAIN_YEAR}[T ]{TIME}$", "%d/%m/%Y"),
    (f"^{_PLAIN_YEAR}-[0-9]{{2}}-[0-9]{{2}}[T ]{TIME}Z?$", "%Y-%m-%d"),
)
_ANY_YEAR = (
    (f"^[0-9]{{2}}/[0-9]{{2}}/[0-9]{{4}}(?:[T ]{TIME})?$", "%d/%m/%Y"),
    (f"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}(?:[T ]{TIME}Z?)?$", "%Y-%m-%d"),
)
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_SECOND = ":[0-5][0-9](?:[.][0-9]{1,6})?"

# The pieces of a text that has the SHAPE: year, month, day; the same of one number; day, month, year; a serial number; the time.
_PIECES = {
    "y": "([0-9]{4})[-/]", "m": "([0-9]{1,2})", "d": "(?:[-/]([0-9]{1,2}))?|", "py": "([0-9]{4})", "pm": "([0-9]{2})", "pd": "([0-9]{2})|",
    "dd": "([0-9]{1,2})[-/. ]", "dm": "([0-9]{1,2}|[a-z]+)[-/. ]", "dy": "([0-9]{4}|[0-9]{2})|", "n": "([1-9][0-9]{4})(?:[.][0-9]+)?",
}  # fmt: skip
_CLOCK_PIECES = {"h": "([0-9]{1,2}):", "i": "([0-9]{2})", "s": "(?::([0-9]{2}(?:[.][0-9]{1,6})?)[0-9]*)?", "z": " ?(z|[+-][0-9]{2}:?[0-9]{2})?"}
_WHOLE = f"^(?:{''.join(_PIECES.values())})(?:[t ]{''.join(_CLOCK_PIECES.values())})?$"


def date(d: Dialect, x: str) -> str:
    """A civil date."""
    plain = " ".join(f"WHEN {d.matches(x, shape)} THEN {_parsed(x, form)}" for shape, form in _PLAIN)
    timed = " ".join(f"WHEN {d.matches(x, shape)} THEN {_parsed(f'left({x}, 10)', form)}" for shape, form in _PLAIN_WITH_TIME)
    other = " ".join(
        f"WHEN {d.matches(x, shape)} THEN CASE WHEN {is_known(d, day)} THEN {day} END"
        for shape, day in ((shape, _parsed(f"left({x}, 10)", form)) for shape, form in _ANY_YEAR)
    )
    return f"CASE {plain} {timed} {other} WHEN {x} IS NOT NULL THEN {_careful_date(d, x)} END"


def timestamp(d: Dialect, x: str) -> str:
    """An instant in UTC."""
    iso = f"^{_PLAIN_YEAR}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(?:{_SECOND}Z?)?$"
    zulu = d.try_cast(f"left({x}, length({x}) - 1)", "timestamp")
    dmy = f"^[0-9]{{2}}/[0-9]{{2}}/{_PLAIN_YEAR} {_CLOCK}(?::[0-5][0-9])?$"
    turned = f"(substring({x}, 7, 4) || '-' || substring({x}, 4, 2) || '-' || left({x}, 2) || substring({x}, 11))"
    listed = " OR ".join(f"({d.matches(x, shape)} AND {is_listed(d, _parsed(f'left({x}, 10)', form))})" for shape, form in _ANY_YEAR)
    return (
        f"CASE WHEN {d.matches(x, iso)} THEN CASE WHEN suffix({x}, 'Z') THEN {zulu} ELSE {_to_utc(d, d.try_cast(x, 'timestamp'), f'substring({x}, 6, 2)')} END "
        f"WHEN {d.matches(x, dmy)} THEN {_to_utc(d, d.try_cast(turned, 'timestamp'), f'substring({x}, 4, 2)')} "
        f"WHEN {listed} THEN NULL WHEN {x} IS NOT NULL THEN {_careful_timestamp(d, x)} END"
    )


def unknown(d: Dialect, x: str) -> str:
    """True for the declared unknowns, and for dates of zeros."""
    zeros = d.matches(x, f"^[{BLANKS}]*{ZEROS[1:-1].replace('t', 'tT')}[{BLANKS}]*$")
    # Two digits mean 1969 to 2068 and serial numbers 1927 to 2173: only a year in four digits can be one of the listed.
    listed = d.matches(x, "|".join(sorted({day[:4] for day in UNKNOWN_DATES})))
    plain = " ".join(f"WHEN {d.matches(x, shape)} THEN coalesce({is_listed(d, _parsed(f'left({x}, 10)', form))}, FALSE)" for shape, form in _ANY_YEAR)
    careful = d.let("p", _taken_apart(d, x, _day("g")), f"coalesce({is_listed(d, 'p')}, FALSE)")
    return f"({zeros} OR CASE WHEN NOT {listed} THEN FALSE {plain} ELSE {careful} END)"


def _parsed(x: str, form: str) -> str:
    return f"CAST(try_strptime({x}, '{form}') AS DATE)"


def _to_utc(d: Dialect, local: str, month: str) -> str:
    """The clock's reading as UTC; only March and October need the calendar."""
    hour = d.minutes("60")
    turning = d.let("l", local, f"CASE WHEN {in_summer(d, 'l')} THEN l - {hour} ELSE l END")
    return f"CASE WHEN {month} IN ('03', '10') THEN {turning} WHEN {month} BETWEEN '04' AND '09' THEN {local} - {hour} ELSE {local} END"


def _taken_apart(d: Dialect, x: str, body: str) -> str:
    """The body over ``g``, the pieces of a text that has the shape of a date; null for another text."""
    t = tidied(d, x)
    names = ", ".join(d.literal(name) for name in (*_PIECES, *_CLOCK_PIECES))
    pieces = f"regexp_extract({t}, {d.pattern(_WHOLE)}, [{names}])"
    return f"CASE WHEN {d.matches(t, SHAPE)} THEN {d.let('g', pieces, body)} END"


def _careful_date(d: Dialect, x: str) -> str:
    return d.let("p", _taken_apart(d, x, _day("g")), f"CASE WHEN {is_known(d, 'p')} THEN p END")


def _careful_timestamp(d: Dialect, x: str) -> str:
    moment = f"{{'l': {_local(d, 'g')}, 'z': g.z}}"
    instant = f"CASE WHEN {is_known_instant(d, 'r.l')} THEN r.l - {d.minutes(_offset(d, 'r.z', 'r.l'))} END"
    return d.let("r", _taken_apart(d, x, moment), instant)


def _day(g: str) -> str:
    """The date that the pieces show, whatever the year; null where they show none."""
    century = f"CASE WHEN length({g}.dy) = 4 THEN '' WHEN {g}.dy < '69' THEN '20' ELSE '19' END"
    names = " ".join(f"WHEN '{name}' THEN '{i:02}'" for i, name in enumerate(MONTHS, 1))
    month = f"CASE left({g}.dm, 3) {names} ELSE lpad({g}.dm, 2, '0') END"
    from_dmy = f"{century} || {g}.dy || '-' || {month} || '-' || lpad({g}.dd, 2, '0')"
    day = f"CASE WHEN {g}.d = '' THEN '01' ELSE lpad({g}.d, 2, '0') END"
    from_ymd = f"{g}.y || '-' || lpad({g}.m, 2, '0') || '-' || {day}"
    iso = f"CASE WHEN {g}.py <> '' THEN {g}.py || '-' || {g}.pm || '-' || {g}.pd WHEN {g}.y <> '' THEN {from_ymd} ELSE {from_dmy} END"
    serial = f"CAST(DATE '1899-12-30' + CAST({g}.n AS INTEGER) AS DATE)"
    return f"CASE WHEN {g}.n <> '' THEN {serial} ELSE TRY_CAST({iso} AS DATE) END"


def _local(d: Dialect, g: str) -> str:
    """The clock's reading, as the pieces show it; null for an hour, minute or second that no clock has."""
    hour = f"lpad({g}.h, 2, '0')"
    second = f"CASE WHEN {g}.s = '' THEN '00' ELSE {g}.s END"
    clock = f"CASE WHEN {g}.h = '' THEN '00:00:00' ELSE {hour} || ':' || {g}.i || ':' || {second} END"
    sane = f"{g}.h = '' OR ({hour} < '24' AND {g}.i < '60' AND {g}.s < '60')"
    return f"CASE WHEN {sane} THEN {d.try_cast(f'(CAST({_day(g)} AS VARCHAR) || {chr(39)} {chr(39)} || {clock})', 'timestamp')} END"


def _offset(d: Dialect, zone: str, local: str) -> str:
    """Minutes ahead of UTC."""
    digits = f"(CAST(substring({zone}, 2, 2) AS INTEGER) * 60 + CAST(right({zone}, 2) AS INTEGER))"
    return (
        f"CASE WHEN {zone} = 'z' THEN 0 WHEN left({zone}, 1) = '-' THEN - {digits} WHEN left({zone}, 1) = '+' THEN {digits} "
        f"WHEN {in_summer(d, local)} THEN 60 ELSE 0 END"
    )
