"""The demo borough month by month: what a run made on a day is what is read as of that day later, and nothing known later shows."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.cli.council import borough
from tests.dna.test_reference import opened

from borough.catalogue.dna import profile_table
from borough.compile.attributes.model import APPEARANCE, profile_columns
from borough.compile.attributes.resolve import profiles as declared
from borough.lake.logs import end_of_day, instant
from borough.lake.model import Published
from borough.library import shelf
from borough.pipeline.profiles import Profiles
from borough.project.load import load

pytestmark = pytest.mark.slow

MONTHS = (dt.date(2026, 7, 31), dt.date(2026, 8, 31), dt.date(2026, 9, 30))
_OF_PEOPLE = re.compile(r"^(person|people):.*\n(?:[ #].*\n)*", re.MULTILINE)
REFERRED = ("council_tax_account", "council_tax_property", "housing_property", "ward")
LATELY = dt.timedelta(100)  # by then every system has sent what it knew


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiles]:
    """A small borough, run at the end of each month. Its records are not linked to people: links are today's, whatever the day."""
    root = tmp_path_factory.mktemp("replay") / "borough"
    assert borough("demo", "generate", root, "--scale", "0.01", "--until", str(MONTHS[0])).code == 0
    for file in (root / "datasets").glob("*.yaml"):
        file.write_text(_OF_PEOPLE.sub("", file.read_text(encoding="utf-8")), encoding="utf-8")
    groups = [file for file in (root / "dna").glob("*.yaml") if file.stem in ("household", "person", "landlord")]
    needed = {a.source.dataset for a in declared(load(root))[0]["property"].attributes if a.source}
    unread = [root / "sources" / f"{name}.yaml" for name, ready in shelf.sources().items() if not {*needed, *REFERRED} & set(ready.fills)]
    for file in [*groups, *unread, *(root / "reports").iterdir()]:
        file.unlink()
    for before, month in zip((None, *MONTHS), MONTHS, strict=False):
        if before is not None:
            assert borough("demo", "advance", "-p", root, "--days", str((month - before).days)).code == 0
        done = borough("run", "-p", root, "--now", f"{month}T20:00:00Z")
        assert done.code in (0, 3), done.err
    with opened(root) as profiles:
        yield profiles


def _run_of(profiles: Profiles, month: dt.date) -> Published:
    return next(r for r in profiles.lake.runs() if r.record["profiles"]["property"]["day"] == str(month))


def _late(profiles: Profiles, run: Published, day: dt.date) -> set[str]:
    """Datasets of which something that was known by a day was sent only after a run."""
    found = set()
    relations = profiles.relations()
    for dataset in profiles.project.datasets:
        log = relations.log(dataset)
        if log is not None and profiles.engine.rows(f"SELECT 1 FROM {log.sql} WHERE _run > {run.number} AND _known < {instant(end_of_day(day))} LIMIT 1"):
            found.add(dataset)
    return found


def _differing(profiles: Profiles, one: str, other: str) -> dict[str, Any]:
    """Attributes that differ between two readings, with how often and an example."""
    names = [name for name, _ in profile_columns(profiles.profile("property"))][2:]
    cells = ", ".join(f'count(*) FILTER (WHERE a."{n}" IS DISTINCT FROM b."{n}")' for n in names)
    ((compared, *counts),) = profiles.engine.rows(f"SELECT count(*), {cells} FROM {one} a JOIN {other} b USING (property)")
    assert compared > 300
    return {name: count for name, count in zip(names, counts, strict=True) if count}


def _reads(profiles: Profiles, name: str) -> set[str]:
    """The datasets that an attribute, or its flag, is made from; and the gazetteer, by which all have their homes."""
    attribute = profiles.profile("property").attribute(name.removesuffix("_missing"))
    assert attribute is not None
    own = {attribute.source.dataset} if attribute.source else set()
    return own.union(*(_reads(profiles, other) for other in attribute.reads))


@pytest.mark.parametrize("month", MONTHS)
def test_as_of_a_day_is_what_a_run_on_that_day_gave(replayed: Profiles, month: dt.date) -> None:
    run = _run_of(replayed, month)
    state = replayed.lake.table(profile_table("property"), run)
    assert state is not None
    kept = replayed.engine.scan(state.files, profile_columns(replayed.profile("property")))
    replayed.engine.execute(f"CREATE OR REPLACE TEMP TABLE replayed_kept AS SELECT * FROM {kept}")
    late = _late(replayed, run, month)
    ((_, now),) = replayed.several("property", [month])
    differing = _differing(replayed, "replayed_kept", now.sql)
    unexplained = {name: count for name, count in differing.items() if not _reads(replayed, name) & late}
    assert not unexplained, f"late were {sorted(late)}"


def test_most_attributes_have_no_excuse(replayed: Profiles) -> None:
    """Systems that tell late what they knew differ from a run on the day; in other months they don't."""
    late = [_late(replayed, _run_of(replayed, month), month) | {APPEARANCE} for month in MONTHS]
    exact = {a.name for a in replayed.profile("property").attributes for one in late if not _reads(replayed, a.name) & one}
    assert len(exact) >= 50


@pytest.mark.parametrize("month", MONTHS[:-1])
def test_nothing_that_came_later_shows_in_the_past(replayed: Profiles, month: dt.date) -> None:
    """The past as a run's lake had it is the past as the last lake has it, once every system had sent what it knew."""
    past = month - LATELY
    then = Profiles(replayed.project, replayed.engine, replayed.lake, _run_of(replayed, month), replayed.profiles)
    ((_, before),) = then.several("property", [past])
    replayed.engine.execute(f"CREATE OR REPLACE TEMP TABLE replayed_then AS SELECT * FROM {before.sql}")
    ((_, after),) = replayed.several("property", [past])
    assert _differing(replayed, "replayed_then", after.sql) == {}
