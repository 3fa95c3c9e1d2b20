"""Addresses find their property, or none: as people write them, with slips, without postcodes, with wrong UPRNs; whatever comes, nothing breaks."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from borough.engine.duckdb import DuckDBEngine
from borough.engine.quoting import literal
from borough.identity.addresses.gazetteer import Gazetteer, Prepared, prepare
from borough.identity.addresses.matching import match
from borough.identity.addresses.revisiting import explain, revisit

LINE = ("uprn", "text", "sao", "pao_text", "number", "number_suffix", "number_to", "number_to_suffix", "street", "locality", "town", "postcode", "status", "started", "ended")
TYPES = ("BIGINT", "VARCHAR", "VARCHAR", "VARCHAR", "BIGINT", "VARCHAR", "BIGINT", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "VARCHAR", "DATE", "DATE")
STREETS = (("Brookside", "NM1 2AB"), ("High Street", "NM1 3CD"), ("Acacia Road", "NM2 4EF"), ("Kestrel Avenue", "NM2 5GH"), ("St Anne's Terrace", "NM3 6JK"))


def _lines(rows: Sequence[dict[str, Any]]) -> str:
    cells = [", ".join(f"CAST({'NULL' if row.get(c) is None else literal(row[c]) if isinstance(row[c], str) else row[c]} AS {t}) AS {c}" for c, t in zip(LINE, TYPES, strict=True)) for row in rows]
    return "(" + " UNION ALL ".join(f"SELECT {cell}" for cell in cells) + ")"


def _parents(rows: Sequence[tuple[int, int | None, str]]) -> str:
    cells = [f"SELECT CAST({uprn} AS BIGINT) AS uprn, CAST({'NULL' if parent is None else parent} AS BIGINT) AS parent_uprn, 'RD' AS class, {literal(status)} AS status" for uprn, parent, status in rows]
    return "(" + " UNION ALL ".join(cells) + ")" if cells else "(SELECT CAST(NULL AS BIGINT) AS uprn, CAST(NULL AS BIGINT) AS parent_uprn, '' AS class, '' AS status WHERE false)"


def _borough() -> tuple[list[dict[str, Any]], list[tuple[int, int | None, str]]]:
    """Five streets of houses; in each the house 10 is of flats 1 to 3 and a flat over a shop, 12 and 12A are two homes, 20 was demolished."""
    lines, properties = [], []
    for s, (street, postcode) in enumerate(STREETS):
        for number in range(1, 21):
            uprn = 1000 * (s + 1) + number
            lines.append({"uprn": uprn, "number": number, "street": street, "town": "Testmere", "postcode": postcode, "status": "historic" if number == 20 else "approved"})
            properties.append((uprn, None, "historic" if number == 20 else "approved"))
        lines.append({"uprn": 1000 * (s + 1) + 120, "number": 12, "number_suffix": "A", "street": street, "town": "Testmere", "postcode": postcode, "status": "approved"})
        properties.append((1000 * (s + 1) + 120, None, "approved"))
        for flat, name in ((1, "Flat 1"), (2, "Flat 2"), (3, "Flat 3"), (4, "First Floor Flat")):
            lines.append({"uprn": 1000 * (s + 1) + 500 + flat, "sao": name, "number": 10, "street": street, "town": "Testmere", "postcode": postcode, "status": "approved"})
            properties.append((1000 * (s + 1) + 500 + flat, 1000 * (s + 1) + 10, "approved"))
    return lines, properties


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    made = DuckDBEngine(threads=2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def prepared(engine: DuckDBEngine, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    lines, properties = _borough()
    return prepare(engine, Gazetteer(_lines(lines), _parents(properties)), folder=tmp_path_factory.mktemp("gazetteer"))


def _ask(engine: DuckDBEngine, prepared: Prepared, asked: Sequence[tuple[str | None, str | None, int | None, bool]], *, settle: bool = False) -> list[tuple[int | None, str]]:
    rows = ", ".join(
        f"({i}, {'NULL' if text is None else literal(text)}, {'NULL' if code is None else literal(code)}, {'NULL' if given is None else given}, {'true' if shell else 'false'})"
        for i, (text, code, given, shell) in enumerate(asked)
    )
    relation = f"(SELECT CAST(key AS BIGINT) AS key, CAST(text AS VARCHAR) AS text, CAST(postcode AS VARCHAR) AS postcode, CAST(uprn AS BIGINT) AS uprn, shell FROM (VALUES {rows}) v(key, text, postcode, uprn, shell))"
    match(engine, prepared, relation, "answers", settle=settle)
    return [(uprn, method) for uprn, method in engine.rows("SELECT uprn, method FROM answers ORDER BY key")]


@pytest.mark.parametrize(
    ("text", "postcode", "given", "uprn"),
    [
        ("5 Brookside, Testmere", "NM1 2AB", None, 1005),
        ("5 BROOKSIDE TESTMERE NM1 2AB", None, None, 1005),
        ("5, Brook side", "NM12AB", None, 1005),
        ("No. 5 Brookside", "NM1 2AB", None, 1005),
        ("Flat 2, 10 Acacia Rd", "NM2 4EF", None, 3502),
        ("10 Acacia Road, Flat 2", "NM2 4EF", None, 3502),
        ("Apt 2 10 Acacia Rd", "NM2 4EF", None, 3502),
        ("FALT 2, 10 ACACIA RD", "NM2 4EF", None, 3502),
        ("Flat 2, 10 Acasia Road", "NM2 4EF", None, 3502),
        ("2/10 Acacia Road", "NM2 4EF", None, 3502),
        ("FFF, 10 Acacia Road", "NM2 4EF", None, 3504),
        ("First Floor Apartment, 10 Acacia Road", "NM2 4EF", None, 3504),
        ("12a Kestrel Ave", "NM2 5GH", None, 4120),
        ("12 A Kestrel Avenue", "NM2 5GH", None, 4120),
        ("7 St. Annes Terr", "NM3 6JK", None, 5007),
        ("7 Kestrel Avenue, Testmere", None, None, 4007),  # no postcode
        ("7 Kestrel Avenue", "NM2 5GZ", None, 4007),  # a wrong one
        ("5 Brookside", "NM1 2AB", 1005, 1005),  # a UPRN that the text bears out
        ("5 Brookside", "NM1 2AB", 4007, 1005),  # one that it does not
        ("Flat 2, 10 Acacia Road", "NM2 4EF", 3010, 3502),  # of the building, moved to the flat
        (None, None, 1005, 1005),  # a UPRN alone
        ("Flat 9, 10 Acacia Road", "NM2 4EF", None, None),  # no such flat
        ("10 Acacia Road", "NM2 4EF", None, None),  # a building of several homes
        ("77 Acacia Road", "NM2 4EF", None, None),
        ("5 Elsewhere Street, Farville", "ZZ9 9ZZ", None, None),
    ],
)
def test_an_address_finds_its_home(engine: DuckDBEngine, prepared: Prepared, text: str | None, postcode: str | None, given: int | None, uprn: int | None) -> None:
    ((found, method),) = _ask(engine, prepared, [(text, postcode, given, False)])
    assert found == uprn, method


def test_a_building_is_an_answer_where_it_may_be(engine: DuckDBEngine, prepared: Prepared) -> None:
    assert [uprn for uprn, _ in _ask(engine, prepared, [("10 Acacia Road", "NM2 4EF", None, True), ("10 Acacia Road", "NM2 4EF", 3010, True)])] == [3010, 3010]


def test_what_only_the_matcher_could_tell_waits_for_it(engine: DuckDBEngine, prepared: Prepared) -> None:
    odd = [("5 Borkoside Tesmtere", "NM1 2AC", None, False)]
    assert _ask(engine, prepared, odd) == [(None, "pending")]
    ((_, method),) = _ask(engine, prepared, odd, settle=True)
    assert method in ("matcher", "none")


ODD = (
    "", " ", "x", "1", "5", "\u202e5 Brookside\u202c", "🏠 5 Brookside", "٥ بروكسايد", "五号", "5" * 300, "Flat " * 60, "a" * 300, "'; DROP TABLE x; --", "5 Brookside\x00", "NM1 2AB", ", , ,", "Flat 1, 10", "%_%",
    "10-12 Brookside", "0 Brookside", "-1 Brookside", "5½ Brookside", "Flat Flat Flat", "C/O Mr Smith, 5 Brookside",
)  # fmt: skip


def test_nothing_breaks_it(engine: DuckDBEngine, prepared: Prepared) -> None:
    answers = _ask(engine, prepared, [(text.replace("\x00", ""), code, given, False) for text in ODD for code, given in ((None, None), ("NM1 2AB", None), ("nonsense", 9))], settle=True)
    assert len(answers) == 3 * len(ODD)
    assert _ask(engine, prepared, [(None, None, None, False), (None, "NM1 2AB", None, False), (None, None, 424242, False)])[2][0] is None


def test_the_same_property_twice_in_the_gazetteer_is_one(engine: DuckDBEngine) -> None:
    lines = [{"uprn": 1, "number": 5, "street": "Brookside", "postcode": "NM1 2AB"}] * 2 + [{"uprn": 1, "number": 5, "street": "Brook Side", "postcode": "NM1 2AB"}]
    twice = prepare(engine, Gazetteer(_lines(lines), _parents([(1, None, "approved"), (1, None, "approved")])))
    assert _ask(engine, twice, [("5 Brookside", "NM1 2AB", None, False), ("5 Brookside", "NM1 2AB", 1, False)]) == [(1, "exact"), (1, "given")]
    lines, properties = _borough()
    prepare(engine, Gazetteer(_lines(lines), _parents(properties)))


def test_why_is_told(engine: DuckDBEngine, prepared: Prepared) -> None:
    answer, near = explain(engine, prepared, "Flat 2, 10 Acacia Road", "NM2 4EF")
    assert answer["uprn"] == 3502
    assert near[0].answer and near[0].uprn == 3502 and "flat" in near[0].agrees
    assert 3501 in {candidate.uprn for candidate in near}


def test_order_and_threads_do_not_matter(prepared: Prepared, engine: DuckDBEngine) -> None:
    asked = [(f"{flat}{number} {street.upper() if number % 2 else street}", code if number % 3 else None, None, False) for street, code in STREETS for number in range(1, 22) for flat in ("", "Flat 2, ")]
    first = dict(zip(asked, _ask(engine, prepared, asked), strict=True))
    mixed = random.Random(3).sample(asked, len(asked))
    engine.execute("SET threads = 1")
    try:
        again = dict(zip(mixed, _ask(engine, prepared, mixed), strict=True))
    finally:
        engine.execute("SET threads = 2")
    assert first == again


ASKED = [(f"{flat}{number} {street}", code, None, False) for street, code in (("Brookside", "NM1 2AB"), ("Brookside", None), ("Acacia Road", "NM2 4EF"), ("Mill Lane", "NM1 2AB")) for number in (4, 5, 10) for flat in ("", "Flat 1, ", "Flat 2, ")]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_a_change_of_the_gazetteer_touches_is_found(data: st.DataObject) -> None:
    """Matching again what ``revisit`` names gives what matching everything again gives."""
    engine = DuckDBEngine(threads=2)
    homes = [(street, code, number, flat) for street, code in (("Brookside", "NM1 2AB"), ("Acacia Road", "NM2 4EF"), ("Mill Lane", "NM1 2AB")) for number in (4, 5, 10) for flat in (None, 1, 2)]
    status = st.sampled_from(["approved", "approved", "approved", "historic", "gone"])
    before, after = (data.draw(st.lists(status, min_size=len(homes), max_size=len(homes))) for _ in range(2))
    if data.draw(st.booleans()):
        after = [b if i % 4 else a for i, (a, b) in enumerate(zip(after, before, strict=True))]

    def gazetteer(states: Sequence[str]) -> Gazetteer:
        there = [(i, home, state) for i, (home, state) in enumerate(zip(homes, states, strict=True)) if state != "gone"]
        whole = {(street, number): i for i, (street, _, number, flat), _ in there if flat is None}
        lines = [{"uprn": i + 1, "sao": f"Flat {flat}" if flat else None, "number": number, "street": street, "postcode": code, "status": state} for i, (street, code, number, flat), state in there]
        parents = [(i + 1, whole[street, number] + 1 if flat and (street, number) in whole else None, state) for i, (street, _, number, flat), state in there]
        return Gazetteer(_lines([*lines, {"uprn": 999, "number": 1, "street": "Nowhere", "postcode": "NM9 9ZZ"}]), _parents([*parents, (999, None, "approved")]))

    def told(states: Sequence[str], table: str) -> None:
        relation = ", ".join(f"({i}, {literal(str(text))}, {'NULL' if code is None else literal(code)})" for i, (text, code, _, _) in enumerate(ASKED))
        match(engine, prepare(engine, gazetteer(states)), f"(SELECT CAST(key AS BIGINT) AS key, text, CAST(code AS VARCHAR) AS postcode, CAST(NULL AS BIGINT) AS uprn, false AS shell FROM (VALUES {relation}) v(key, text, code))", table, settle=False)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE {table}_all AS SELECT a.*, v.text, v.code AS postcode, CAST(NULL AS BIGINT) AS given FROM {table} a JOIN (VALUES {relation}) v(key, text, code) ON v.key = a.key")

    told(before, "earlier")
    told(after, "later")
    moved = [f"SELECT CAST({i + 1} AS BIGINT) AS uprn, {literal(homes[i][1])} AS postcode" for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    changed = f"({' UNION ALL '.join(moved) or 'SELECT CAST(NULL AS BIGINT) AS uprn, NULL AS postcode WHERE false'})"
    again = {key for (key,) in engine.rows(revisit("earlier_all", changed))}
    now, then = (dict(engine.rows(f"SELECT key, (uprn, method) FROM {table}")) for table in ("later", "earlier"))
    engine.close()
    assert {key for key in now if now[key] != then[key]} <= again


def test_real_addresses_neither_crash_nor_hang(engine: DuckDBEngine, shared_data: Path) -> None:
    """Against a gazetteer made of half of them: most of that half are found, hardly one as another."""
    asked: list[tuple[str, str | None]] = []
    for path in sorted((shared_data / "addresses").glob("*.tsv")):
        with path.open(encoding="utf-8", errors="replace", newline="") as lines:
            rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        text = next((i for i, name in enumerate(rows[0]) if name == "text"), None)
        code = next((i for i, name in enumerate(rows[0]) if "postcode" in name.lower()), None)
        if text is not None:
            asked += [(row[text][:400], row[code] or None if code is not None else None) for row in rows[1:400] if len(row) == len(rows[0]) and row[text].strip()]
    asked = list(dict.fromkeys(asked))
    assert len(asked) > 300
    half = asked[::2]
    made = prepare(engine, Gazetteer(_lines([{"uprn": i + 1, "text": text, "postcode": code} for i, (text, code) in enumerate(half)]), _parents([])))
    answers = dict(zip(asked, _ask(engine, made, [(text, code, None, False) for text, code in asked]), strict=True))
    found = [(i + 1, answers[one][0]) for i, one in enumerate(half) if answers[one][0] is not None]
    assert len(found) > 0.5 * len(half)
    same = {i + 1: (text.upper(), code) for i, (text, code) in enumerate(half)}
    wrong = [(i, uprn) for i, uprn in found if i != uprn and same[i] != same[uprn or 0]]
    assert len(wrong) < 0.02 * len(found)
