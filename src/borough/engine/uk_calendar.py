"""What British extracts write for days and instants: the shapes, the dates that mean "no date", and summer time."""

from __future__ import annotations

from borough.engine.dialects import Dialect

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAMES = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
_YEAR = "(?:[0-9]{4}|[0-9]{2})"
TIME = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]{1,9})?)?"
_ZONE = "(?: ?(?:z|[+-][0-9]{2}:?[0-9]{2}))"
_DMY = f"[0-9]{{1,2}}(?:/[0-9]{{1,2}}/|-[0-9]{{1,2}}-|[.][0-9]{{1,2}}[.]|-(?:{_NAMES})-| (?:{_NAMES}) ){_YEAR}"
_YMD = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{4}-[0-9]{2}"
_DAY = f"(?:{_DMY}|{_YMD}|[0-9]{{8}})"
# Of a trimmed text in small letters.
SHAPE = f"^(?:{_DAY}(?:[t ]{TIME}{_ZONE}?)?|[1-9][0-9]{{4}}(?:[.][0-9]+)?)$"
SERIAL = "^[1-9][0-9]{4}(?:[.][0-9]+)?$"
ZEROS = "^0[0/.-]*(?:[t ]00:00.*)?$"

# Dates with which systems say "no date": the first and last days of SQL Server, Excel, Oracle, COBOL and of careful clerks.
UNKNOWN_DATES = (
    "0001-01-01", "1601-01-01", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "2999-12-31", "9999-01-01", "9999-12-30", "9999-12-31",
)  # fmt: skip
FIRST, LAST = "1800-01-01", "2199-12-31"


def tidied(d: Dialect, x: str) -> str:
    """The text that ``SHAPE`` is about."""
    return f"lower({d.trim(x)})"


def is_known(d: Dialect, day: str) -> str:
    """A condition: the date is one of those that can be read, and does not mean unknown."""
    return f"{day} BETWEEN DATE '{FIRST}' AND DATE '{LAST}' AND NOT {is_listed(d, day)}"


def is_listed(d: Dialect, day: str) -> str:
    """A condition: the date is one with which systems say "no date"."""
    return d.among(day, [f"DATE '{listed}'" for listed in UNKNOWN_DATES])


def is_known_instant(d: Dialect, instant: str) -> str:
    """The same of the day of an instant."""
    first, end = (d.cast(d.literal(day), "timestamp") for day in (FIRST, "2200-01-01"))
    return f"{instant} >= {first} AND {instant} < {end} AND NOT {is_listed(d, d.cast(instant, 'date'))}"


def in_summer(d: Dialect, local: str) -> str:
    """British Summer Time: from 01:00 on the last Sunday of March to 02:00 (local) on that of October (Summer Time Order 2002).

    The hour that comes twice in October is taken as the first; the one that March lacks as winter time.
    """
    starts, ends = (_last_sunday(d, local, month) for month in (3, 10))
    return f"({local} >= {d.cast(starts, 'timestamp')} + {d.minutes('60')} AND {local} < {d.cast(ends, 'timestamp')} + {d.minutes('120')})"


def _last_sunday(d: Dialect, local: str, month: int) -> str:
    last = d.make_date(f"CAST(year({local}) AS INTEGER)", str(month), "31")
    since = d.days(last, "DATE '1800-01-05'")  # a Sunday
    return d.minus_days(last, f"CAST({since} % 7 AS INTEGER)")
