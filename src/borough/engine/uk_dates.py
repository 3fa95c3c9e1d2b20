"""uk_date() and uk_timestamp(): the ways in which British systems write days and instants.

The shapes that nearly all cells have are read straight from the cell; only the others are trimmed, looked at again and checked
against the dates that mean unknown. On DuckDB a list of formats for ``try_strptime`` costs ten times as much as one format.
"""

from __future__ import annotations

from borough.engine.dialects import Dialect

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMES = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_YEAR = "(?:[0-9]{4}|[0-9]{2})"
_TIME = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?"
_ZONE = "(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))"
_DMY = f"[0-9]{{1,2}}(?:/[0-9]{{1,2}}/|-[0-9]{{1,2}}-|[.][0-9]{{1,2}}[.]|-(?:{_NAMES})-| (?:{_NAMES}) ){_YEAR}"
_YMD = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}"
_DAY = f"(?:{_DMY}|{_YMD}|[0-9]{{8}})"
_SHAPE = f"^(?:{_DAY}(?:[t ]{_TIME}{_ZONE}?)?|[1-9][0-9]{{4}}(?:[.][0-9]+)?)$"
_SERIAL = "^[1-9][0-9]{4}(?:[.][0-9]+)?$"

# Dates with which systems say "no date": the first and last days of SQL Server, Excel, Oracle, COBOL and of careful clerks.
UNKNOWN_DATES = (
    "0001-01-01", "1601-01-01", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "2999-12-31", "9999-01-01", "9999-12-30", "9999-12-31",
)  # fmt: skip
_FIRST, _LAST = "1800-01-01", "2199-12-31"

# Years without unknown dates: what is in them needs no second look.
_PLAIN_YEAR = "(?:180[1-9]|18[1-8][0-9]|189[0-8]|190[1-9]|19[1-9][0-9]|2[01][0-9]{2})"
_QUICK = (
    (f"^[0-9]{{1,2}}/[0-9]{{1,2}}/{_PLAIN_YEAR}$", "%d/%m/%Y"),
    (f"^{_PLAIN_YEAR}-[0-9]{{2}}-[0-9]{{2}}$", "%Y-%m-%d"),
    ("^[0-9]{1,2}-[A-Za-z]{3}-[0-9]{2}$", "%d-%b-%y"),
    (f"^{_PLAIN_YEAR}-[0-9]{{2}}$", "%Y-%m"),
)
_QUICK_WITH_TIME = (
    (f"^[0-9]{{2}}/[0-9]{{2}}/{_PLAIN_YEAR}[T ]{_TIME}$", "%d/%m/%Y"),
    (f"^{_PLAIN_YEAR}-[0-9]{{2}}-[0-9]{{2}}[T ]{_TIME}Z?$", "%Y-%m-%d"),
)
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"


def _day(d: Dialect, t: str) -> str:
    """The date that a trimmed text in small letters shows, whatever the year; null where it shows none."""
    serial_number = f"CAST(left({t}, 5) AS INTEGER)"
    serial = f"CAST(DATE '1899-12-30' + {serial_number} AS DATE)" if d.name == "duckdb" else f"date_add(DATE '1899-12-30', {serial_number})"
    return f"CASE WHEN {d.matches(t, _SERIAL)} THEN {serial} WHEN {d.matches(t, _SHAPE)} THEN {d.try_cast(_iso(d, t), 'date')} END"


def _iso(d: Dialect, t: str) -> str:
    """The day of a text of one of the shapes, as ISO 8601 writes it."""
    ymd = "^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?"
    dmy = "^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})"
    year = d.extract(t, dmy, 3)
    century = f"CASE WHEN length({year}) = 4 THEN '' WHEN {year} < '69' THEN '20' ELSE '19' END"
    month = d.extract(t, dmy, 2)
    names = " ".join(f"WHEN '{name}' THEN '{i:02}'" for i, name in enumerate(_MONTHS, 1))
    number = f"CASE left({month}, 3) {names} ELSE lpad({month}, 2, '0') END"
    from_dmy = f"({century} || {year} || '-' || {number} || '-' || lpad({d.extract(t, dmy, 1)}, 2, '0'))"
    last = d.extract(t, ymd, 3)
    day = f"CASE WHEN {last} = '' THEN '01' ELSE lpad({last}, 2, '0') END"
    from_ymd = f"({d.extract(t, ymd, 1)} || '-' || lpad({d.extract(t, ymd, 2)}, 2, '0') || '-' || {day})"
    packed = f"(left({t}, 4) || '-' || substring({t}, 5, 2) || '-' || substring({t}, 7, 2))"
    return f"CASE WHEN {d.matches(t, '^[0-9]{8}')} THEN {packed} WHEN {d.matches(t, '^[0-9]{4}')} THEN {from_ymd} ELSE {from_dmy} END"


def _tidied(d: Dialect, x: str) -> str:
    return f"lower({d.trim(x)})"


def _listed() -> str:
    return ", ".join(f"DATE '{day}'" for day in UNKNOWN_DATES)


def _careful(d: Dialect, x: str) -> str:
    """A civil date, by the long way."""
    checked = f"CASE WHEN p BETWEEN DATE '{_FIRST}' AND DATE '{_LAST}' AND p NOT IN ({_listed()}) THEN p END"
    return d.let("t", _tidied(d, x), d.let("p", _day(d, "t"), checked))


def uk_date(d: Dialect, args: list[str], types: list[str]) -> str:
    """A civil date."""
    x = args[0]
    if d.name != "duckdb":
        return _careful(d, x)
    quick = " ".join(f"WHEN {d.matches(x, shape)} THEN CAST(try_strptime({x}, '{form}') AS DATE)" for shape, form in _QUICK)
    timed = " ".join(f"WHEN {d.matches(x, shape)} THEN CAST(try_strptime(left({x}, 10), '{form}') AS DATE)" for shape, form in _QUICK_WITH_TIME)
    return f"CASE {quick} {timed} WHEN {x} IS NOT NULL THEN {_careful(d, x)} END"


def uk_date_unknown(d: Dialect, x: str) -> str:
    """True for the declared unknowns, and for dates of zeros."""
    zeros = d.matches("t", "^0[0/.-]*(?:[t ]00:00.*)?$")
    return d.let("t", _tidied(d, x), f"({zeros} OR coalesce({_day(d, 't')} IN ({_listed()}), FALSE))")


def uk_timestamp(d: Dialect, args: list[str], types: list[str]) -> str:
    """An instant in UTC. Local times are Europe/London's."""
    x = args[0]
    first, end = (d.cast(d.literal(day), "timestamp") for day in (_FIRST, "2200-01-01"))
    sound = f"l >= {first} AND l < {end} AND {d.cast('l', 'date')} NOT IN ({_listed()})"
    instant = f"CASE WHEN {sound} THEN l - {d.minutes(_offset(d, 't', 'l'))} END"
    careful = d.let("t", _tidied(d, x), d.let("l", _local(d, "t"), instant))
    if d.name != "duckdb":
        return careful
    second = ":[0-5][0-9](?:[.][0-9]{1,6})?"
    zulu = f"^{_PLAIN_YEAR}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}{second}Z$"
    iso = f"^{_PLAIN_YEAR}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}(?:{second})?$"
    dmy = f"^[0-9]{{2}}/[0-9]{{2}}/{_PLAIN_YEAR} {_CLOCK}(?::[0-5][0-9])?$"
    seconds = f"CASE WHEN length({x}) = 16 THEN ':00' ELSE '' END"
    return (
        f"CASE WHEN {d.matches(x, zulu)} THEN {d.try_cast(f'left({x}, length({x}) - 1)', 'timestamp')} "
        f"WHEN {d.matches(x, iso)} THEN {d.let('l', d.try_cast(f'({x} || {seconds})', 'timestamp'), _to_utc(d))} "
        f"WHEN {d.matches(x, dmy)} THEN {d.let('l', d.try_cast(_turned(x, seconds), 'timestamp'), _to_utc(d))} "
        f"WHEN {x} IS NOT NULL THEN {careful} END"
    )


def _turned(x: str, seconds: str) -> str:
    """A text ``dd/mm/yyyy hh:mm[:ss]`` with its year first."""
    return f"(substring({x}, 7, 4) || '-' || substring({x}, 4, 2) || '-' || left({x}, 2) || substring({x}, 11) || {seconds})"


def _to_utc(d: Dialect) -> str:
    """The clock's reading ``l`` as UTC; only March and October need the calendar."""
    hour = d.minutes("60")
    summer = f"month(l) BETWEEN 4 AND 9 OR (month(l) IN (3, 10) AND {_summer(d, 'l')})"
    return f"CASE WHEN {summer} THEN l - {hour} ELSE l END"


def _local(d: Dialect, t: str) -> str:
    """The clock's reading, as the text shows it."""
    clock = d.extract(t, "[t ]([0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,6})?)?)", 1)
    hour = f"lpad(split_part({clock}, ':', 1), 2, '0')"
    rest = f"substring({clock}, length(split_part({clock}, ':', 1)) + 1)"
    whole = f"CASE WHEN {clock} = '' THEN '00:00:00' WHEN length({clock}) < 6 THEN {hour} || {rest} || ':00' ELSE {hour} || {rest} END"
    sane = d.matches(t, "^[^:]*$|[t ](?:[01]?[0-9]|2[0-3]):[0-5][0-9](?:$|[^:0-9]|:[0-5][0-9])")
    moment = d.try_cast(f"({d.cast(_day(d, t), 'string')} || ' ' || {whole})", "timestamp")
    return f"CASE WHEN {sane} THEN {moment} END"


def _offset(d: Dialect, t: str, local: str) -> str:
    """Minutes ahead of UTC."""
    zone = d.extract(t, ":[0-9.]+ ?(z|[+-][0-9]{2}:?[0-9]{2})$", 1)
    digits = f"(CAST(substring({zone}, 2, 2) AS INTEGER) * 60 + CAST(right({zone}, 2) AS INTEGER))"
    return (
        f"CASE WHEN {zone} = 'z' THEN 0 WHEN left({zone}, 1) = '-' THEN - {digits} WHEN left({zone}, 1) = '+' THEN {digits} "
        f"WHEN {_summer(d, local)} THEN 60 ELSE 0 END"
    )


def _summer(d: Dialect, local: str) -> str:
    """British Summer Time: from 01:00 on the last Sunday of March to 02:00 (local) on that of October (Summer Time Order 2002).

    The hour that comes twice in October is taken as the first; the one that March lacks as winter time.
    """
    starts, ends = (_last_sunday(d, local, month) for month in (3, 10))
    return f"({local} >= {d.cast(starts, 'timestamp')} + {d.minutes('60')} AND {local} < {d.cast(ends, 'timestamp')} + {d.minutes('120')})"


def _last_sunday(d: Dialect, local: str, month: int) -> str:
    last = d.make_date(f"CAST(year({local}) AS INTEGER)", str(month), "31")
    since = d.days(last, "DATE '1800-01-05'")  # a Sunday
    return d.minus_days(last, f"CAST({since} % 7 AS INTEGER)")
