"""What is worked out for a page: intervals, small counts, what an address chooses, words."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from borough.errors import UsageError
from borough.project.page_specs import PageSpec
from borough.web.access.door import local_path
from borough.web.choosing import chosen
from borough.web.downloads import harmless
from borough.web.intervals import byar, wilson
from borough.web.suppressing import suppressed
from borough.web.wording import FEW, in_words, said, share


def test_wilson_and_byar_are_as_published() -> None:
    low, high = wilson(81, 263) or (0, 0)  # Newcombe 1998, table I
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert [round(v, 4) for v in wilson(0, 20) or ()] == [0, 0.1611]
    low, high = byar(10, 1000, 1000) or (0, 0)
    assert abs(low - 4.795) < 0.05 and abs(high - 18.39) < 0.05  # exact Poisson limits of 10, Garwood 1936
    assert wilson(3, 0) is None and wilson(3, 2) is None and byar(3, 0, 1) is None


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_has_its_share(part: int, more: int) -> None:
    low, high = wilson(part, part + more) or (1, 0)
    assert 0 <= low <= part / (part + more) <= high <= 1


@given(st.lists(st.integers(0, 30), max_size=12))
def test_no_small_count_is_shown_nor_can_one_be_worked_out(counts: list[int]) -> None:
    shown = [r["n"] for r in suppressed([{"ward": i, "n": c} for i, c in enumerate(counts)], ["n"])]
    assert all(v in (c, FEW) for v, c in zip(shown, counts, strict=True))
    assert not any(isinstance(v, int) and 0 < v < 5 for v in shown)
    hidden = [c for v, c in zip(shown, counts, strict=True) if v == FEW]
    assert len(hidden) != 1 or not any(c for c in counts if c >= 5)  # one alone would be the total less the others


PAGE = PageSpec.model_validate({"page": "p", "title": "P", "filters": {"ward": {"default": "x"}, "month": {"kind": "period", "compare": True}, "address": {"kind": "search"}}, "tiles": [{"tile": "number", "title": "N", "value": "count(*)"}]})


def test_an_address_chooses() -> None:
    made = chosen(PAGE, {"month_from": "2026-01", "month_to": "2026-02", "month_compare_from": "2025-01-01", "address": " High ", "other": "y"})
    assert made.values == {"ward": "x", "month_from": "2026-01-01", "month_to": "2026-02-28", "address": "High"}
    assert made.before == {**made.values, "month_from": "2025-01-01"}
    assert made.address("/reports/p") == "/reports/p?month_from=2026-01&month_compare_from=2025-01-01&month_to=2026-02&address=High"
    assert chosen(PAGE, {}).before is None


@pytest.mark.parametrize("query", [{"month_from": "31/10/2026"}, {"month_to": "2026-13"}, {"month_from": "2026-02-30"}, {"address": "x" * 201}])
def test_an_address_that_can_not_be_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        chosen(PAGE, query)


def test_words() -> None:
    assert [said(v) for v in (None, 1234, 12.345, True, dt.date(2026, 10, 31), float("nan"), 0.0)] == ["–", "1,234", "12.3", "yes", "31 October 2026", "–", "0"]
    assert [share(v) for v in (0, 0.0001, 0.5, 0.9999, 1)] == ["0.0%", "under 0.1%", "50.0%", "over 99.9%", "100.0%"]
    assert in_words("asb") == "Anti-social behaviour" and in_words("ward_name") == "Ward name"


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil", "javascript:alert(1)", "", None, "/a\nb", "\\\\x"])
def test_after_sign_in_nobody_is_sent_elsewhere(wanted: str | None) -> None:
    assert local_path(wanted) == "/"


def test_a_cell_is_no_formula() -> None:
    assert [harmless(v) for v in ("=1+1", "+44", "-1", "@x", "plain", 5, None)] == ["'=1+1", "'+44", "'-1", "'@x", "plain", 5, ""]
