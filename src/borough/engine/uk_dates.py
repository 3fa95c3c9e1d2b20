"""uk_date() and uk_timestamp(): the ways in which British systems write days and instants."""

from __future__ import annotations

from borough.engine.dialects import Dialect

_NAMES = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:tember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_TIME = "(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?)"
_ZONE = "(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))"
_DAYS = (
    "[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}-[0-9]{1,2}-(?:[0-9]{4}|[0-9]{2})|[0-9]{1,2}[.][0-9]{1,2}[.](?:[0-9]{4}|[0-9]{2})"
    f"|[0-9]{{1,2}}-(?:{_NAMES})-(?:[0-9]{{4}}|[0-9]{{2}})|[0-9]{{1,2}} (?:{_NAMES}) (?:[0-9]{{4}}|[0-9]{{2}})"
    "|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}|[0-9]{8}"
)
_SHAPE = f"^(?:(?:{_DAYS})(?:[t ]{_TIME}{_ZONE}?)?|[1-9][0-9]{{4}}(?:[.][0-9]+)?)$"

# Dates with which systems say "no date": the first and last days of SQL Server, Excel, Oracle, COBOL and of careful clerks.
UNKNOWN_DATES = (
    "0001-01-01", "1601-01-01", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "2999-12-31", "9999-01-01", "9999-12-30", "9999-12-31",
)  # fmt: skip
_FIRST, _LAST = "1800-01-01", "2199-12-31"

_FORMATS = (
    "%d/%m/%y", "%d/%m/%Y", "%Y-%m-%d", "%Y-%m", "%d-%b-%y", "%d-%b-%Y", "%d %b %y", "%d %b %Y", "%d %B %y", "%d %B %Y", "%d-%B-%y", "%d-%B-%Y",
    "%d-%m-%y", "%d-%m-%Y", "%d.%m.%y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d",
)  # fmt: skip
_SERIAL = "^[1-9][0-9]{4}(?:[.][0-9]+)?$"


def _day(d: Dialect, x: str) -> str:
    """The date that a text shows, whatever the year; null where it shows none."""
    t = f"lower({d.trim(x)})"
    parsed = _day_duckdb(d, t) if d.name == "duckdb" else _day_spark(d, t)
    return f"CASE WHEN {d.matches(t, _SHAPE)} THEN {parsed} END"


def _day_duckdb(d: Dialect, t: str) -> str:
    formats = ", ".join(d.literal(f) for f in _FORMATS)
    # Numbers of five digits count days from 1899-12-30, as spreadsheets do.
    serial = f"CAST(DATE '1899-12-30' + CAST(left({t}, 5) AS INTEGER) AS DATE)"
    # Longer than the longest day without a month's name: cut the time off.
    plain = f"CASE WHEN contains({t}, ':') THEN {d.extract(t, '^(.*)[t ][0-9]{1,2}:', 1)} ELSE {t} END"
    return f"CASE WHEN {d.matches(t, _SERIAL)} THEN {serial} ELSE CAST(try_strptime({plain}, [{formats}]) AS DATE) END"


def _day_spark(d: Dialect, t: str) -> str:
    serial = f"date_add(DATE '1899-12-30', CAST(left({t}, 5) AS INT))"
    ymd = "^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?"
    dmy = "^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})"
    names = "'jan feb mar apr may jun jul aug sep oct nov dec'"
    month = d.extract(t, dmy, 2)
    number = f"CASE WHEN {d.matches(month, '^[a-z]')} THEN CAST(CAST((locate(left({month}, 3), {names}) + 3) / 4 AS INT) AS STRING) ELSE {month} END"
    year = d.extract(t, dmy, 3)
    century = f"CASE WHEN length({year}) = 4 THEN '' WHEN {year} < '69' THEN '20' ELSE '19' END"
    from_dmy = f"({century} || {year} || '-' || lpad({number}, 2, '0') || '-' || lpad({d.extract(t, dmy, 1)}, 2, '0'))"
    day = d.extract(t, ymd, 3)
    from_ymd = f"({d.extract(t, ymd, 1)} || '-' || lpad({d.extract(t, ymd, 2)}, 2, '0') || '-' || CASE WHEN {day} = '' THEN '01' ELSE lpad({day}, 2, '0') END)"
    packed = f"(left({t}, 4) || '-' || substring({t}, 5, 2) || '-' || substring({t}, 7, 2))"
    iso = f"CASE WHEN {d.matches(t, '^[0-9]{8}')} THEN {packed} WHEN {d.matches(t, '^[0-9]{4}')} THEN {from_ymd} ELSE {from_dmy} END"
    return f"CASE WHEN {d.matches(t, _SERIAL)} THEN {serial} ELSE {d.try_cast(iso, 'date')} END"


def _listed(d: Dialect) -> str:
    return ", ".join(f"DATE '{day}'" for day in UNKNOWN_DATES)


def uk_date(d: Dialect, args: list[str], types: list[str]) -> str:
    """A civil date."""
    p = _day(d, args[0])
    return f"CASE WHEN {p} BETWEEN DATE '{_FIRST}' AND DATE '{_LAST}' AND {p} NOT IN ({_listed(d)}) THEN {p} END"


def uk_date_unknown(d: Dialect, x: str) -> str:
    """True for the declared unknowns, and for dates of zeros."""
    return f"(coalesce({_day(d, x)} IN ({_listed(d)}), FALSE) OR {d.matches(d.trim(x), '^[0/.-]+$')})"


def uk_timestamp(d: Dialect, args: list[str], types: list[str]) -> str:
    """An instant in UTC. Local times are Europe/London's."""
    t = f"lower({d.trim(args[0])})"
    day = uk_date(d, args, types)
    clock = d.extract(t, f"[t ]({_TIME})", 1)
    padded = f"CASE WHEN {clock} = '' THEN '00:00:00' WHEN length({clock}) < 6 THEN lpad({clock}, 5, '0') || ':00' WHEN {d.matches(clock, '^[0-9]:')} THEN '0' || {clock} ELSE {clock} END"
    local = d.try_cast(f"({d.cast(day, 'string')} || ' ' || {padded})", "timestamp")
    zone = d.extract(t, "[0-9](?: ?)(z|[+-][0-9]{2}:?[0-9]{2})$", 1)
    has_clock = d.matches(t, ":")
    minutes = (
        f"CASE WHEN {has_clock} AND {zone} = 'z' THEN 0 "
        f"WHEN {has_clock} AND {zone} <> '' THEN CASE WHEN left({zone}, 1) = '-' THEN -1 ELSE 1 END * "
        f"(CAST(substring({zone}, 2, 2) AS INTEGER) * 60 + CAST(right({zone}, 2) AS INTEGER)) "
        f"WHEN {_summer(d, local)} THEN 60 ELSE 0 END"
    )
    return f"({local} - {d.minutes(minutes)})"


def _summer(d: Dialect, local: str) -> str:
    """British Summer Time: from 01:00 on the last Sunday of March to 02:00 (local) on that of October (Summer Time Order 2002).

    The hour that comes twice in October is taken as the first; the one that March lacks as winter time.
    """
    day = d.cast(local, "date")
    starts, ends = (_last_sunday(d, day, month) for month in (3, 10))
    return (
        f"({local} >= {d.cast(starts, 'timestamp')} + {d.minutes('60')} AND {local} < {d.cast(ends, 'timestamp')} + {d.minutes('120')})"
    )


def _last_sunday(d: Dialect, day: str, month: int) -> str:
    last = d.make_date(f"CAST(year({day}) AS INTEGER)", str(month), "31")
    since = d.days(last, "DATE '1800-01-05'")  # a Sunday
    return d.minus_days(last, f"CAST({since} % 7 AS INTEGER)")
