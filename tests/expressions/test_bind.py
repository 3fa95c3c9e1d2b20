"""Binding: names, types, mistakes and their places."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.compile.expressions import ExpressionError, Fault, bind
from borough.engine.duckdb import DuckDBEngine

FEED = {"LICENCE NO": "string", "month": "string", "location.longitude": "string", "Size (m)": "string", "a": "string", "b": "string"}


def faults(text: str, **options: object) -> tuple[Fault, ...]:
    with pytest.raises(ExpressionError) as caught:
        bind(text, FEED, **options)  # type: ignore[arg-type]
    return caught.value.faults


@pytest.mark.parametrize(
    ("text", "kind", "columns"),
    [
        ("LICENCE NO", "string", ("LICENCE NO",)),
        ("Licence Number | LICENCE NO", "string", ("LICENCE NO",)),
        ("location.longitude", "number", ("location.longitude",)),
        ("Size (m)", "integer", ("Size (m)",)),
        ('upper("Size (m)") || a', "string", ("Size (m)", "a")),
        ("uk_date(MONTH)", "date", ("month",)),
        ("coalesce(integer(a), 0)", "number", ("a",)),
    ],
)
def test_names_and_types(text: str, kind: str, columns: tuple[str, ...]) -> None:
    bound = bind(text, FEED, as_type=kind, raw=True)
    assert (bound.type, bound.columns) == (kind, columns)


def test_every_mistake_at_its_place() -> None:
    found = faults("uk_date(monht) is null\n and yeer(a) > 1")
    assert [(f.line, f.column, f.nearest) for f in found] == [(1, 9, "month"), (2, 6, "year")]


@pytest.mark.parametrize(
    ("text", "column", "nearest"),
    [
        ("year(month)", 6, "uk_date"),
        ("integer(a) + b", 14, "number"),
        ("count(a)", 1, None),
        ("left(a)", 1, None),
        ("regexp_matches(a, 'x(?=y)')", 21, None),
        ("(select 1)", 2, None),
        ("a b c = 1", 3, None),
        ("cast(a as dat)", 1, "date"),
    ],
)
def test_a_mistake_says_where_and_what(text: str, column: int, nearest: str | None) -> None:
    (fault,) = faults(text)
    assert (fault.line, fault.column) == (1, column)
    assert fault.found
    assert fault.expected
    assert nearest is None or fault.nearest == nearest


def test_a_date_is_no_whole_number() -> None:
    (fault,) = faults("uk_date(month)", as_type="integer")
    assert "year(" in fault.expected


READERS = ("postcode", "nino", "email", "phone", "person_name", "text")


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=10)
@given(text=st.text(alphabet="AB EIO01789.-@x'£\u00a0,fFjJrRmM", max_size=14))
def test_reading_twice_changes_nothing(duckdb_engine: DuckDBEngine, reader: str, text: str) -> None:
    once, twice = (bind(e, {"v": "string"}).sql() for e in (f"{reader}(v)", f"{reader}({reader}(v))"))
    ((one, two),) = duckdb_engine.rows(f"SELECT {once}, {twice} FROM (SELECT CAST(? AS VARCHAR) AS v)", [text])
    assert one == two


@pytest.mark.parametrize("reader", ["integer", "number", "money", "uk_date", "uk_timestamp", "yes_no", "postcode", "uprn", "nino", "phone", "email"])
@settings(max_examples=10)
@given(text=st.text(alphabet="0123456789/-:.,TZ £()ynaeE", max_size=16))
def test_a_text_is_read_or_refused_or_unknown(duckdb_engine: DuckDBEngine, reader: str, text: str) -> None:
    bound = bind(f"{reader}(v)", {"v": "string"}, unknown=("n/a",))
    ((value, refused, blank),) = duckdb_engine.rows(
        f"SELECT {bound.sql()}, {bound.unreadable()}, trim(v) = '' FROM (SELECT CAST(? AS VARCHAR) AS v)", [text]
    )
    assert refused is not None
    assert not (refused and value is not None)
    assert not (blank and (refused or value is not None))
