"""The history of licensing in Waltham Forest, to the day: a selective scheme of the whole borough, a month without, one of eighteen wards of twenty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.council import borough
from tests.licensing.forest import LICENSING, forest

HIGH_STREET, HATCH_LANE, ENDLEBURY, NOWHERE, SHOP, NEAR_THE_BORDER = 1, 2, 3, 4, 5, 6
HOMES = (
    (HIGH_STREET, "RD04", "", 0.5, 0.5), (HATCH_LANE, "RD04", "", 1.8, 0.5), (ENDLEBURY, "RD04", "", 2.5, 0.5), (NOWHERE, "RD04", "", "", ""), (SHOP, "C", "", 0.5, 0.6),
    (NEAR_THE_BORDER, "RD04", "", 1.2, 0.5),  # in Hatch Lane when the scheme was made; in High Street today
    (90, "PP", "", 0.2, 0.2), (91, "RD06", 90, 0.2, 0.2), (92, "RD06", 90, 0.2, 0.2), (93, "RD06", 90, 0.2, 0.2), (94, "RD06", 95, 0.3, 0.2), (96, "RD06", 95, 0.3, 0.2),
)  # fmt: skip
TABLES = {
    "blpu": HOMES,
    "licence": (
        ("S1", "selective", HIGH_STREET, "2015-06-01", "2020-03-31", "", "", 4, "2015-06-10"),
        ("S2", "selective", HIGH_STREET, "2020-07-01", "2025-04-30", "2023-02-01", "2023-03-15", 4, "2020-07-05"),
        ("S3", "selective", HIGH_STREET, "2023-06-01", "2025-04-30", "", "", 4, "2023-06-02"),
        ("M1", "mandatory", 91, "2019-01-01", "2023-12-31", "", "", 6, "2019-01-02"),
        ("BAD", "selective", HATCH_LANE, "2019-05-01", "2018-05-01", "", "", 4, "2019-05-01"),
    ),
    "application": (("A1", "selective", HIGH_STREET, "2020-05-20", "2020-06-30"), ("A2", "selective", HATCH_LANE, "2019-02-01", "")),
    "exemption": (("T1", HIGH_STREET, "2023-03-01", "2023-05-31"),),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return forest(tmp_path_factory.mktemp("forest") / "p", TABLES)


def _show(root: Path, uprn: int, on: str, *more: str) -> dict[str, dict[str, Any]]:
    done = borough("licensing", "show", str(uprn), "--on", on, "-p", root, "--json", *more)
    assert done.code == 0, done.err
    return {row["let_to"]: row for row in done.json}


@pytest.mark.parametrize(("on", "uprn", "needs"), [
    ("2015-03-31", HIGH_STREET, None), ("2015-04-01", HIGH_STREET, "selective"), ("2015-04-01", ENDLEBURY, "selective"), ("2020-03-31", ENDLEBURY, "selective"),
    ("2020-04-01", HIGH_STREET, None), ("2020-04-30", HIGH_STREET, None),  # the month between
    ("2020-05-01", HIGH_STREET, "selective"), ("2020-05-01", HATCH_LANE, None), ("2020-05-01", ENDLEBURY, None),
    ("2023-01-01", NEAR_THE_BORDER, None),  # the area is meant as it was when the scheme began
    ("2025-04-30", HIGH_STREET, "selective"), ("2025-05-01", HIGH_STREET, None),
    ("2019-01-01", NOWHERE, "selective"), ("2021-01-01", NOWHERE, None),  # the whole borough holds wherever it lies
])  # fmt: skip
def test_a_home_let_to_one_household(root: Path, on: str, uprn: int, needs: str | None) -> None:
    one = _show(root, uprn, on)["one household"]
    assert one["needs"] == needs
    assert (one["status"] == "not needed") == (needs is None)
    assert (one["note"] == "where it lies is not known") == (uprn == NOWHERE)


@pytest.mark.parametrize(("on", "status", "record"), [
    ("2015-05-31", "unlicensed", None), ("2015-06-01", "licensed", "licence:S1"), ("2020-03-31", "licensed", "licence:S1"), ("2020-05-19", "unlicensed", None),
    ("2020-05-20", "applied", "application:A1"), ("2020-06-29", "applied", "application:A1"), ("2020-06-30", "unlicensed", None), ("2020-07-01", "licensed", "licence:S2"),
    ("2023-01-31", "licensed", "licence:S2"), ("2023-02-01", "unlicensed", None),  # revoked on that day
    ("2023-03-01", "exempt", "exemption:T1"), ("2023-05-31", "exempt", "exemption:T1"), ("2023-06-01", "licensed", "licence:S3"), ("2025-04-30", "licensed", "licence:S3"),
])  # fmt: skip
def test_renewals_applications_revocations_and_exemptions_to_the_day(root: Path, on: str, status: str, record: str | None) -> None:
    one = _show(root, HIGH_STREET, on)["one household"]
    assert (one["status"], one["record"]) == (status, record)


def test_what_was_known_then(root: Path) -> None:
    """The licence was revoked on 1 February; that was entered on 15 March."""
    before = _show(root, HIGH_STREET, "2023-02-10", "--as-of", "2023-02-28")["one household"]
    after = _show(root, HIGH_STREET, "2023-02-10", "--as-of", "2023-03-15")["one household"]
    assert (before["status"], after["status"]) == ("licensed", "unlicensed")


def test_houses_in_multiple_occupation(root: Path) -> None:
    assert _show(root, HIGH_STREET, "2019-01-01")["house of five sharers"]["needs"] == "mandatory"
    early = _show(root, HIGH_STREET, "2018-09-30")["house of five sharers"]
    assert (early["needs"], early["note"]) == ("mandatory", "if of three storeys")
    assert _show(root, HIGH_STREET, "2006-04-05")["house of five sharers"]["needs"] is None
    small = {on: _show(root, HATCH_LANE, on)["house of three sharers"]["needs"] for on in ("2020-03-31", "2020-04-01", "2025-03-31", "2025-04-01")}
    assert small == {"2020-03-31": "selective", "2020-04-01": "additional", "2025-03-31": "additional", "2025-04-01": None}
    assert _show(root, HIGH_STREET, "2021-01-01")["two sharers"]["needs"] == "selective"


def test_purpose_built_flats_of_a_block_are_outside_mandatory_licensing(root: Path) -> None:
    assert _show(root, 91, "2019-06-01")["house of five sharers"]["needs"] == "selective"
    assert _show(root, 91, "2021-01-01")["house of five sharers"]["needs"] == "additional"
    assert _show(root, 94, "2021-01-01")["house of five sharers"]["needs"] == "mandatory", "two flats are no block"


def test_which_licence_covers_which_need(root: Path) -> None:
    """A licence for a house in multiple occupation covers a letting to one household; a selective one covers no such house."""
    block = _show(root, 91, "2021-01-01")
    assert block["house of five sharers"]["status"] == block["one household"]["status"] == "licensed"
    street = _show(root, HIGH_STREET, "2021-01-01")
    assert (street["one household"]["status"], street["house of three sharers"]["status"]) == ("licensed", "unlicensed")


def test_a_licence_that_ends_before_it_starts_never_held(root: Path) -> None:
    assert _show(root, HATCH_LANE, "2018-08-01")["one household"]["status"] == "unlicensed"
    assert _show(root, HATCH_LANE, "2019-06-01")["one household"]["status"] == "applied"


def test_all_homes_and_what_is_no_home(root: Path, tmp_path: Path) -> None:
    done = borough("licensing", "list", "--on", "2021-01-01", "-p", root, "--json")
    assert done.code == 0, done.err
    homes = {row["property"] for row in _file(root, tmp_path)}
    assert SHOP not in homes
    assert len(homes) == len(HOMES) - 1
    assert sum(row["homes"] for row in done.json) == 4 * len(homes)
    assert borough("licensing", "show", str(SHOP), "-p", root).code == 2
    assert borough("licensing", "show", "123456", "-p", root).code == 2


def _file(root: Path, tmp_path: Path) -> list[dict[str, Any]]:
    import json

    path = tmp_path / "homes.jsonl"
    assert borough("licensing", "list", "--on", "2021-01-01", "--people", "2", "--to", str(path), "-p", root).code == 0
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_each_day_has_one_answer_where_schemes_overlap(tmp_path: Path) -> None:
    both = LICENSING.replace("  additional_2020:", "  selective_also: {kind: selective, title: Also, from: 2018-01-01, to: 2022-12-31, areas: [High Street]}\n  additional_2020:")
    root = forest(tmp_path / "p", TABLES, both)
    one = _show(root, HIGH_STREET, "2019-01-01")["one household"]
    assert (one["needs"], one["scheme"], one["until"]) == ("selective", "Whole borough", "2022-12-31")
    assert _show(root, HIGH_STREET, "2020-04-15")["one household"]["scheme"] == "Also", "no gap there"


@pytest.mark.parametrize(("wrong", "right", "said"), [
    ("dataset: licence", "dataset: licences", "unknown dataset 'licences'"), ("kind: kind, from: started", "kind: sort, from: started", "unknown column 'sort'"),
    ("to: 2020-03-31", "to: 2010-03-31", "before it starts"), ("{kind: selective, title: Whole", "{kind: selektive, title: Whole", "selektive"),
    ("to: 2025-04-30, except", "to: 2025-04-30, areas: [W01], except", "`except:` beside `areas:`"), ("homes: {dataset: blpu", "homes: {area: parish, dataset: blpu", "'parish'"),
    ("class <> 'C'", "klass <> 'C'", "klass"),
])  # fmt: skip
def test_mistakes_are_told_where_they_stand(root: Path, tmp_path: Path, wrong: str, right: str, said: str) -> None:
    import shutil

    copy = tmp_path / "p"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("lake"))
    (copy / "licensing/forest.yaml").write_text(LICENSING.replace(wrong, right, 1))
    done = borough("check", "-p", copy)
    assert done.code == 1, done.out
    assert "licensing/forest.yaml:" in done.err + done.out
    assert said in done.err + done.out


def test_many_days_each_by_what_was_known_on_it(root: Path) -> None:
    """As training data of a model asks: one question about all days says what a question for each would."""
    import datetime as dt

    from borough.pipeline.licensing import Licensing
    from borough.pipeline.survey import open_engine, open_lake
    from borough.project.load import load

    project = load(root)
    engine, lake = open_engine(project), open_lake(project)
    published = lake.published()
    assert published is not None
    days = [dt.date(2019, 1, 1) + dt.timedelta(days=n) for n in range(0, 2400, 37)]
    days += [dt.date(2023, 2, 1), dt.date(2023, 3, 14), dt.date(2023, 3, 15), dt.date(2020, 7, 4), dt.date(2020, 7, 5), dt.date(2020, 6, 30)]
    try:
        spine = ", ".join(f"({uprn}, DATE '{day}')" for day in days for uprn in (HIGH_STREET, HATCH_LANE, 91))
        asked = f"(SELECT v.property, v.day, w.people, w.households FROM (VALUES {spine}) v(property, day), (VALUES (2, 1), (3, 2), (5, 2)) w(people, households))"
        together = Licensing(project, engine, lake, published, None, then=True)
        relation = together.answers(asked, together.spec())
        told = set(engine.rows(f"SELECT property, day, people, households, needs, status, record FROM {relation.sql}"))
        for day in days:
            alone = Licensing(project, engine, lake, published, day)
            one = alone.answers(f"(SELECT * FROM {asked} WHERE day = DATE '{day}')", alone.spec())
            expected = set(engine.rows(f"SELECT property, day, people, households, needs, status, record FROM {one.sql}"))
            assert {row for row in told if row[1] == day} == expected, day
    finally:
        engine.close()
