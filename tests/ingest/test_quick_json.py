"""Records decoded quickly say what those decoded pair by pair say: digits, repeated names, lists, whatever the text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.ingest.formats.documents import InvalidJSONError, Shape, flatten, records_of, rows_of

NAMES = st.sampled_from(["a", "b", "a.b", 'q"', '":', "é", "", "\\", "[", "a\n"])
NUMBERS = st.sampled_from(["0", "-0", "1.10", "1e5", "1E+05", "12345678901234567890123", "0.1000", "-1.0e-7"])
TEXTS = st.one_of(st.text(max_size=6), st.sampled_from(['":', '"a":1', "[", "1.10", "NaN"])).map(lambda t: json.dumps(t, ensure_ascii=False))
PLAIN = st.one_of(NUMBERS, TEXTS, st.sampled_from(["null", "true", "false", "{}", "[]"]))


def _object(values: st.SearchStrategy[str], colon: str) -> st.SearchStrategy[str]:
    """Objects as text, in which a name may stand twice."""
    return st.lists(st.tuples(NAMES, values), max_size=5).map(lambda pairs: "{" + ",".join(json.dumps(k, ensure_ascii=False) + colon + v for k, v in pairs) + "}")


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, str | None]:
    colon = draw(st.sampled_from([":", ": ", ":\n", " :"]))
    values = st.recursive(PLAIN, lambda inner: st.one_of(_object(inner, colon), st.lists(inner, max_size=3).map(lambda v: "[" + ",".join(v) + "]")), max_leaves=6)
    records = draw(st.lists(_object(values, colon), min_size=1, max_size=4))
    kind = draw(st.sampled_from(["array", "lines", "inside", "broken"]))
    if kind == "lines":
        return "\n".join(records), None
    array = "[" + ", ".join(records) + "]"
    if kind == "inside":
        more = draw(_object(values, colon))
        return f'{{"about"{colon}{more},"data"{colon}{{"records"{colon}{array}}}}}', "data.records"
    return (array if kind == "array" else array[: draw(st.integers(1, len(array)))]), None


def _outcome(rows: Any) -> tuple[list[dict[Any, Any]], str]:
    found = []
    try:
        found.extend(rows())
    except InvalidJSONError as error:
        return found, str(error)
    return found, ""


@settings(max_examples=400, deadline=None)
@given(documents())
def test_quick_equals_slow(document: tuple[str, str | None]) -> None:
    text, path = document
    shape = Shape(path)
    slow = _outcome(lambda: (flatten(record) for record in records_of(text, shape)))
    quick = _outcome(lambda: rows_of(text, shape))
    assert quick == slow
    assert [list(row) for row in quick[0]] == [list(row) for row in slow[0]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"a":1.10,"a":2}]', [{("a",): "1.10", ("a_2",): "2"}]),
        ('{"a":"x\\":1"}\n{"a":[1.0,"1.0"]}', [{("a",): 'x":1'}, {("a",): '[1.0,"1.0"]'}]),
        ('{"a" :1,"a":2}', [{("a",): "1", ("a_2",): "2"}]),
        ('{"a":{"b":1},"a":{"b":2}}', [{("a", "b"): "1", ("a", "b_2"): "2"}]),
    ],
)
def test_nothing_is_lost(text: str, expected: list[dict[Any, Any]]) -> None:
    assert list(rows_of(text, Shape())) == expected
