"""uk_date() and uk_timestamp(): the ways in which British systems write days and instants.

Here is the long way, in words that every engine has. DuckDB takes those of ``quick_dates``, which give the same.
"""

from __future__ import annotations

from borough.engine import quick_dates
from borough.engine.dialects import Dialect
from borough.engine.uk_calendar import MONTHS, SERIAL, SHAPE, ZEROS, in_summer, is_known, is_known_instant, is_listed, tidied


def uk_date(d: Dialect, args: list[str], types: list[str]) -> str:
    """A civil date."""
    return (quick_dates.date if d.name == "duckdb" else long_date)(d, args[0])


def uk_date_unknown(d: Dialect, x: str) -> str:
    """True for the declared unknowns, and for dates of zeros."""
    return (quick_dates.unknown if d.name == "duckdb" else long_unknown)(d, x)


def uk_timestamp(d: Dialect, args: list[str], types: list[str]) -> str:
    """An instant in UTC. Local times are Europe/London's."""
    return (quick_dates.timestamp if d.name == "duckdb" else long_timestamp)(d, args[0])


def long_date(d: Dialect, x: str) -> str:
    """``uk_date()`` by the long way, on any engine."""
    return d.let("t", tidied(d, x), d.let("p", _day(d, "t"), f"CASE WHEN {is_known(d, 'p')} THEN p END"))


def long_unknown(d: Dialect, x: str) -> str:
    """``uk_date_unknown()`` by the long way."""
    return d.let("t", tidied(d, x), f"({d.matches('t', ZEROS)} OR coalesce({is_listed(d, _day(d, 't'))}, FALSE))")


def long_timestamp(d: Dialect, x: str) -> str:
    """``uk_timestamp()`` by the long way."""
    instant = f"CASE WHEN {is_known_instant(d, 'l')} THEN l - {d.minutes(_offset(d, 't', 'l'))} END"
    return d.let("t", tidied(d, x), d.let("l", _local(d, "t"), instant))


def _day(d: Dialect, t: str) -> str:
    """The date that a trimmed text in small letters shows, whatever the year; null where it shows none."""
    serial_number = f"CAST(left({t}, 5) AS INTEGER)"
    serial = f"CAST(DATE '1899-12-30' + {serial_number} AS DATE)" if d.name == "duckdb" else f"date_add(DATE '1899-12-30', {serial_number})"
    return f"CASE WHEN {d.matches(t, SERIAL)} THEN {serial} WHEN {d.matches(t, SHAPE)} THEN {d.try_cast(_iso(d, t), 'date')} END"


def _iso(d: Dialect, t: str) -> str:
    """The day of a text of one of the shapes, as ISO 8601 writes it."""
    ymd = "^([0-9]{4})[-/]([0-9]{1,2})(?:[-/]([0-9]{1,2}))?"
    dmy = "^([0-9]{1,2})[-/. ]([0-9]{1,2}|[a-z]+)[-/. ]([0-9]{4}|[0-9]{2})"
    year = d.extract(t, dmy, 3)
    century = f"CASE WHEN length({year}) = 4 THEN '' WHEN {year} < '69' THEN '20' ELSE '19' END"
    month = d.extract(t, dmy, 2)
    names = " ".join(f"WHEN '{name}' THEN '{i:02}'" for i, name in enumerate(MONTHS, 1))
    number = f"CASE left({month}, 3) {names} ELSE lpad({month}, 2, '0') END"
    from_dmy = f"({century} || {year} || '-' || {number} || '-' || lpad({d.extract(t, dmy, 1)}, 2, '0'))"
    last = d.extract(t, ymd, 3)
    day = f"CASE WHEN {last} = '' THEN '01' ELSE lpad({last}, 2, '0') END"
    from_ymd = f"({d.extract(t, ymd, 1)} || '-' || lpad({d.extract(t, ymd, 2)}, 2, '0') || '-' || {day})"
    packed = f"(left({t}, 4) || '-' || substring({t}, 5, 2) || '-' || substring({t}, 7, 2))"
    return f"CASE WHEN {d.matches(t, '^[0-9]{8}')} THEN {packed} WHEN {d.matches(t, '^[0-9]{4}')} THEN {from_ymd} ELSE {from_dmy} END"


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
        f"WHEN {in_summer(d, local)} THEN 60 ELSE 0 END"
    )
