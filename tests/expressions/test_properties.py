"""What holds for each reader, whatever the text. An example is a list of texts, read in one statement."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.expressions.values import VALUES

from borough.compile.expressions import bind
from borough.engine import uk_dates
from borough.engine.dialects import BLANKS, DIALECTS
from borough.engine.duckdb import DuckDBEngine

LONDON = ZoneInfo("Europe/London")
MOST = 200
few = settings(max_examples=15, deadline=None)


def read(engine: DuckDBEngine, texts: Sequence[str | None], *expressions: str) -> list[tuple[Any, ...]]:
    """The expressions over ``v``, and whether each could not be read, for each text in order."""
    bounds = [bind(e, {"v": "string"}, unknown=("n/a",)) for e in expressions]
    cells = ", ".join(f"{b.sql()}, {b.unreadable() or 'FALSE'}" for b in bounds)
    rows = "SELECT unnest(CAST(? AS VARCHAR[])) AS v, unnest(range(CAST(? AS BIGINT))) AS i"
    return engine.rows(f"SELECT {cells} FROM ({rows}) ORDER BY i", [list(texts), len(texts)])


def lists(texts: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(texts, min_size=1, max_size=MOST)


SEEDS = [v for v in VALUES if v is not None and "\x00" not in v]
MESSY = st.one_of(
    st.sampled_from(SEEDS),
    st.text(alphabet="0123456789/-:.,TZ £()+ynaeE", max_size=18),
    st.text(alphabet="AB EIO01789.-@x'£\u00a0,fFjJrRmMÃ©Â", max_size=16),
    # Digits that are not ASCII, letters whose capitals are, ends of lines.
    st.text(alphabet="０９٣1 ı\u017f\u212aßE7J4+-.,£\u0085\u2028\n\u00a0\u200b", max_size=12),
    st.tuples(st.sampled_from(SEEDS), st.integers(0, 20), st.sampled_from(SEEDS)).map(lambda t: t[0][: t[1]] + t[2][t[1] :]),
)
READERS = ("integer", "number", "money", "uk_date", "uk_timestamp", "yes_no", "postcode", "uprn", "nino", "phone", "email", "person_name", "text")


@few
@given(texts=lists(MESSY))
def test_a_text_is_read_or_refused_or_unknown(duckdb_engine: DuckDBEngine, texts: list[str]) -> None:
    for text, row in zip(texts, read(duckdb_engine, texts, *(f"{r}(v)" for r in READERS)), strict=True):
        for reader, value, refused in zip(READERS, row[0::2], row[1::2], strict=True):
            assert refused is not None, (reader, text)
            assert not (refused and value is not None), (reader, text)
            if not text.strip(BLANKS) or text.strip(BLANKS).lower() == "n/a":
                assert (value, refused) == (None, False), (reader, text)


@few
@given(texts=lists(MESSY))
def test_white_space_around_changes_nothing(duckdb_engine: DuckDBEngine, texts: list[str]) -> None:
    """Nor does the way that a text takes: with spare white space it is the careful one."""
    expressions = [f"{r}(v)" for r in READERS]
    assert read(duckdb_engine, texts, *expressions) == read(duckdb_engine, [f"\u00a0 {t}\t" for t in texts], *expressions)


YEARS = st.sampled_from([1, 1601, 1753, 1799, 1800, 1899, 1900, 1901, 1969, 1999, 2020, 2024, 2068, 2199, 2200, 2999, 9999])
WRITTEN = st.builds(
    lambda form, y, m, d, clock: form.format(y=y, m=m, d=d, yy=y % 100, name=dt.date(2000, m or 1, 1).strftime("%b")) + clock,
    st.sampled_from(["{d:02}/{m:02}/{y:04}", "{d}/{m}/{yy:02}", "{y:04}-{m:02}-{d:02}", "{y:04}{m:02}{d:02}", "{d} {name} {y}", "{d:02}-{name}-{yy:02}", "{d}-{name}-{y}", "{y}-{m:02}", "{d}.{m}.{y}", "{y}/{m}/{d}"]),
    YEARS, st.integers(0, 12), st.integers(0, 32),
    st.sampled_from(["", "", " 00:00", " 00:00:00", "T00:30:00Z", " 1:59", "t23:59:59.1234567", " 24:00", " 10:60", " 01:30+01:00", "T01:00:00 -0530", " 09:00:60"]),
)  # fmt: skip


@few
@given(texts=lists(st.one_of(WRITTEN, MESSY)))
def test_the_quick_way_of_dates_is_the_long_way(duckdb_engine: DuckDBEngine, texts: list[str]) -> None:
    d = DIALECTS["duckdb"]
    pairs = [
        (uk_dates.uk_date(d, ["v"], ["string"]), uk_dates.long_date(d, "v")),
        (uk_dates.uk_timestamp(d, ["v"], ["string"]), uk_dates.long_timestamp(d, "v")),
        (uk_dates.uk_date_unknown(d, "v"), uk_dates.long_unknown(d, "v")),
    ]
    cells = ", ".join(f"{quick}, {long}" for quick, long in pairs)
    for text, *row in duckdb_engine.rows(f"SELECT v, {cells} FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS v)", [texts]):
        assert row[0::2] == row[1::2], text


@settings(max_examples=4, deadline=None)
@given(texts=lists(MESSY))
def test_unknown_texts_change_nothing_else(duckdb_engine: DuckDBEngine, texts: list[str]) -> None:
    """However the text comes to the reader: as a column, as a short expression, or as a long one that is given a name."""
    for reader in ("integer", "uk_date"):
        for value in ("v", "left(v, 99)", "replace(replace(replace(left(v, 99), 'n/b', 'n/c'), 'n/c', 'n/b'), 'n/b', 'n/b')"):
            plain, knowing = (bind(f"{reader}({value})", {"v": "string"}, unknown=u) for u in ((), ("n/a", "tbc")))
            cells = ", ".join(f"{b.sql()}, {b.unreadable() or 'FALSE'}" for b in (plain, knowing))
            for text, *row in duckdb_engine.rows(f"SELECT v, {cells} FROM (SELECT unnest(CAST(? AS VARCHAR[])) AS v)", [texts]):
                unknown = text.strip(BLANKS).lower() in ("n/a", "tbc")
                assert row[2:] == ([None, False] if unknown else row[:2]), (reader, value, text)


@pytest.mark.parametrize("reader", ["text", "postcode", "nino", "phone", "email", "person_name"])
@few
@given(texts=lists(MESSY))
def test_reading_twice_changes_nothing(duckdb_engine: DuckDBEngine, reader: str, texts: list[str]) -> None:
    for text, (once, _, twice, _) in zip(texts, read(duckdb_engine, texts, f"{reader}(v)", f"{reader}({reader}(v))"), strict=True):
        assert once == twice or _mended_twice(reader, once), text


def _mended_twice(reader: str, once: str | None) -> bool:
    """A text that was misread twice is mended once, a title may stand behind a title that was dropped."""
    return once is not None and ((reader == "text" and bool(re.search("[ÃÂâï]", once))) or (reader == "person_name" and "," in once))


DAYS = st.dates(dt.date(1800, 1, 2), dt.date(2199, 12, 30)).filter(lambda d: d not in {dt.date(1899, 12, 30), dt.date(1899, 12, 31), dt.date(1900, 1, 1)})
FORMS = ("{d.day}/{d.month}/{d.year}", "{d:%d/%m/}{d.year}", "{d.year}-{d:%m-%d}", "{d:%d.%m.}{d.year}", "{d:%d %B }{d.year}", "{d:%d-%b-}{d.year}", "{d.year}{d:%m%d}", "{d:%d/%m/}{d.year} 10:30", "{d.year}-{d:%m-%d}T23:59:59")


@few
@given(days=st.lists(st.tuples(DAYS, st.sampled_from(FORMS)), min_size=1, max_size=MOST))
def test_a_day_is_the_same_however_it_is_written(duckdb_engine: DuckDBEngine, days: list[tuple[dt.date, str]]) -> None:
    texts = [form.format(d=day) for day, form in days]
    assert [row[0] for row in read(duckdb_engine, texts, "uk_date(v)")] == [day for day, _ in days]


@few
@given(years=st.lists(st.integers(0, 99), min_size=1, max_size=MOST))
def test_two_digit_years_turn_at_69(duckdb_engine: DuckDBEngine, years: list[int]) -> None:
    found = read(duckdb_engine, [f"1/2/{y:02}" for y in years], "uk_date(v)")
    assert [row[0].year for row in found] == [y + (2000 if y < 69 else 1900) for y in years]


# The rule in force since 1996; the second of the hour that comes twice is never meant.
MOMENTS = st.datetimes(dt.datetime(1996, 1, 1), dt.datetime(2037, 12, 31)).map(lambda t: t.replace(microsecond=0))
CLOCKS = ("{t:%Y-%m-%dT%H:%M:%S}", "{t:%Y-%m-%d %H:%M:%S}", "{t:%d/%m/%Y %H:%M:%S}", "{t.day}/{t.month}/{t.year} {t:%H:%M:%S}", "{t:%d %b %Y %H:%M:%S}")


@few
@given(moments=st.lists(st.tuples(MOMENTS, st.sampled_from(CLOCKS)), min_size=1, max_size=MOST))
def test_local_time_is_london_time(duckdb_engine: DuckDBEngine, moments: list[tuple[dt.datetime, str]]) -> None:
    found = read(duckdb_engine, [form.format(t=t) for t, form in moments], "uk_timestamp(v)")
    for (moment, _), row in zip(moments, found, strict=True):
        instant = moment.replace(tzinfo=LONDON).astimezone(dt.UTC)
        if instant.astimezone(LONDON).replace(tzinfo=None) == moment:
            assert row[0] == instant.replace(tzinfo=None), moment


@few
@given(pence=st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=MOST))
def test_pence_survive_every_way_of_writing_them(duckdb_engine: DuckDBEngine, pence: list[int]) -> None:
    plain = [f"{abs(p) // 100:,}.{abs(p) % 100:02}" for p in pence]
    signed = [f"(£{t})" if p < 0 else f"£{t}" for t, p in zip(plain, pence, strict=True)]
    bare = [("-" if p < 0 else "") + t.replace(",", "") for t, p in zip(plain, pence, strict=True)]
    for texts in (signed, bare):
        assert [row[0] * 100 for row in read(duckdb_engine, texts, "money(v)")] == pence


@few
@given(numbers=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=MOST))
def test_whole_numbers_are_exact(duckdb_engine: DuckDBEngine, numbers: list[int]) -> None:
    for form in ("{:d}", "{:,d}", "{:d}.00"):
        assert [row[0] for row in read(duckdb_engine, [form.format(n) for n in numbers], "integer(v)")] == numbers


WORD = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=9).filter(lambda w: not w.startswith("mc"))
TITLES = st.sampled_from(["", "MR ", "Mrs. ", "dr ", "Mr & Mrs "])


@few
@given(names=st.lists(st.tuples(TITLES, WORD, WORD), min_size=1, max_size=MOST))
def test_a_name_is_the_same_in_either_order_and_case(duckdb_engine: DuckDBEngine, names: list[tuple[str, str, str]]) -> None:
    titles = {"mr", "mrs", "miss", "ms", "mx", "dr", "prof", "rev", "sir", "lady", "lord", "dame", "cllr", "master", "madam", "reverend", "professor", "councillor"}
    kept = [n for n in names if not {n[1], n[2]} & (titles | {"and"})]
    wanted = [f"{first.capitalize()} {last.capitalize()}" for _, first, last in kept]
    for shape in ("{0}{1} {2}", "{2}, {0}{1}"):
        for texts in ([shape.format(*n) for n in kept], [shape.format(n[0], n[1].upper(), n[2].upper()) for n in kept]):
            assert [row[0] for row in read(duckdb_engine, texts, "person_name(v)")] == wanted
