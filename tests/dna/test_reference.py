"""Values are exact: a plain Python reading of the extracts gives the same, for every home and attribute, today and as of any day, however it got there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.dna.reference import dna, standing
from tests.dna.world import World, begin, run

from borough.compile.attributes.model import profile_columns
from borough.compile.attributes.resolve import profiles as declared
from borough.dna.cases import case_profiles
from borough.pipeline import profiling
from borough.pipeline.profiles import Profiles
from borough.pipeline.survey import open_engine, open_lake
from borough.project.load import load

FIRST = dt.date(2024, 1, 10)


@pytest.fixture
def advancing(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs never look at everybody because many were touched; how many each looked at, of those that advanced."""
    looked: list[int] = []
    advance = profiling._advance

    def told(*given: Any) -> int | None:
        found = advance(*given)
        looked.append(-1 if found is None else found)
        return found

    monkeypatch.setattr(profiling, "MOST", 99)
    monkeypatch.setattr(profiling, "_advance", told)
    return looked


@contextmanager
def opened(root: Path) -> Iterator[Profiles]:
    project = load(root)
    engine, lake = open_engine(project), open_lake(project)
    published = lake.published()
    assert published is not None
    try:
        yield Profiles(project, engine, lake, published, declared(project)[0])
    finally:
        engine.close()


def values(profiles: Profiles, sql: str) -> dict[int, dict[str, Any]]:
    """A profile's rows by home, flags and the day left out."""
    names = [name for name, _ in profile_columns(profiles.profile("property"))]
    rows = (dict(zip(names, row, strict=True)) for row in profiles.engine.rows(f"SELECT * FROM {sql}"))
    return {row["property"]: {k: v for k, v in row.items() if not k.endswith("_missing") and k not in ("property", "as_of")} for row in rows}


def assert_same(found: dict[int, dict[str, Any]], expected: dict[int, dict[str, Any]], when: str) -> None:
    assert found.keys() == expected.keys(), when
    for home, own in expected.items():
        differing = {n: (found[home][n], v) for n, v in own.items() if found[home][n] != (pytest.approx(v, abs=1e-9) if isinstance(v, float) else v)}
        assert not differing, f"{when}, home {home}: found, expected {differing}"
        assert own.keys() == found[home].keys()


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)])
def test_the_plain_reading_gives_the_same_today_and_as_of_every_day(tmp_path: Path, seed: int, advancing: list[int]) -> None:
    world, days = World(seed), []
    begin(tmp_path)
    today = FIRST
    for _ in range(6):
        world.step(today, edits=14)
        world.write(tmp_path, today)
        done = run(tmp_path, today)
        assert done.code == 0, done.out
        with opened(tmp_path) as profiles:  # what the run kept: brought up to date from the last one
            assert profiles.day("property") == today
            assert_same(values(profiles, profiles.kept("property").sql), dna(world, today), f"run of {today}")
        days.append(today)
        today += dt.timedelta(days=world.chance.choice((1, 1, 6, 20, 45)))
    assert len(advancing) >= 3 and -1 not in advancing  # a dataset that had no rows yet is a reason to look at all
    with opened(tmp_path) as profiles:
        past = [d for day in days for d in (day - dt.timedelta(2), day, day + dt.timedelta(9))]
        for day, relation in profiles.several("property", [*past, dt.date(1990, 1, 1), dt.date(2031, 5, 5)]):
            assert_same(values(profiles, relation.sql), dna(world, day), f"as of {day}")
        # The same, asked as cases of a model: every home on some of the days, all at once.
        asked = {day: dna(world, day) for day in past[::3]}
        spine = ", ".join(f"({home}, DATE '{day}')" for day, homes in asked.items() for home in (*homes, 999))
        with case_profiles(profiles.engine, profiles.relations(), profiles.profile("property")) as made:
            assert made.complete(f"(SELECT * FROM (VALUES {spine}) v(entity, day))", "asked")  # none of it a day at a time
        for day, expected in asked.items():
            assert_same(values(profiles, f"asked WHERE as_of = DATE '{day}'"), expected, f"cases of {day}")


def test_a_home_read_by_itself_is_as_among_all(tmp_path: Path) -> None:
    world = World(11)
    begin(tmp_path)
    for i in range(3):
        world.step(FIRST + dt.timedelta(30 * i), edits=25)
        world.write(tmp_path, FIRST + dt.timedelta(30 * i))
    assert run(tmp_path, FIRST + dt.timedelta(60)).code == 0
    with opened(tmp_path) as profiles:
        for day in (FIRST + dt.timedelta(20), FIRST + dt.timedelta(61)):
            expected = dna(world, day)
            for home in expected:
                found = values(profiles, profiles.as_of("property", day, str(home)).sql)
                assert_same(found, {home: expected[home]}, f"{home} as of {day}")


def test_days_that_pass_without_a_file_move_the_windows(tmp_path: Path, advancing: list[int]) -> None:
    world = World(5)
    begin(tmp_path)
    world.step(FIRST, edits=60)
    world.write(tmp_path, FIRST)
    assert run(tmp_path, FIRST).code == 0
    for later in (1, 3, 9, 40, 70):
        today = FIRST + dt.timedelta(later)
        assert run(tmp_path, today).code == 0
        with opened(tmp_path) as profiles:
            assert profiles.day("property") == today
            assert_same(values(profiles, profiles.kept("property").sql), dna(world, today), str(today))
    assert len(advancing) == 5 and -1 not in advancing


def test_the_evidence_of_a_count_is_as_many_rows(tmp_path: Path) -> None:
    world = World(3)
    begin(tmp_path)
    world.step(FIRST, edits=80)
    world.write(tmp_path, FIRST)
    assert run(tmp_path, FIRST).code == 0
    with opened(tmp_path) as profiles:
        counts = ["events", "events_60d", "loud_2m", "spells_now", "open_spells", "visits", "notes"]
        for home, expected in dna(world, FIRST).items():
            relation = profiles.evidence("property", str(home), FIRST, counts, "data_engineering")
            found = dict(profiles.engine.rows(f"SELECT attribute, count(*) FROM {relation.sql} GROUP BY attribute"))
            assert found == {name: expected[name] for name in counts if expected[name]}


def test_without_a_list_of_homes_those_are_there_of_which_anything_is_told(tmp_path: Path, advancing: list[int]) -> None:
    dna_of = "dna: life\nentity: property\nattributes:\n  events: {title: E, meaning: E., from: event, count: true}\n  spells: {title: S, meaning: S., from: spell, count: true, on: started, until: ended}\n"
    begin(tmp_path, {"dna/life.yaml": dna_of})
    (tmp_path / "entities" / "property.yaml").unlink()
    world = World(4)
    for i in range(4):
        today = FIRST + dt.timedelta(25 * i)
        world.step(today, edits=15)
        world.write(tmp_path, today)
        assert run(tmp_path, today).code == 0
        events, spells = (standing(world, d, today).values() for d in ("event", "spell"))
        there = {r["uprn"] for r in (*events, *spells)} - {None}
        with opened(tmp_path) as profiles:
            found = values(profiles, profiles.kept("property").sql)
        assert found.keys() == there
        for home, own in found.items():
            held = [s for s in spells if s["uprn"] == home and s["started"] and s["started"] <= today and (s["ended"] is None or s["ended"] >= today)]
            assert own == {"events": sum(e["uprn"] == home for e in events), "spells": len(held)}
    assert len(advancing) >= 2 and -1 not in advancing
