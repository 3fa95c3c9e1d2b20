"""Binding: names, types, mistakes and their places."""

from __future__ import annotations

import pytest

from borough.compile.expressions import ExpressionError, Fault, bind

FEED = {"LICENCE NO": "string", "month": "string", "location.longitude": "string", "Size (m)": "string", "a": "string", "b": "string"}


def faults(text: str, **options: object) -> tuple[Fault, ...]:
    with pytest.raises(ExpressionError) as caught:
        bind(text, FEED, **options)  # type: ignore[arg-type] # options are as various as bind() takes
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
