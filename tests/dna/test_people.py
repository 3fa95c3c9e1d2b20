"""What is told of people, households, landlords and homes by who appears where: kept day by day as it would be made anew, from the logs."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from tests.cli.council import borough, write
from tests.dna.test_reference import opened
from tests.identity.town import PROJECT, deliver, live, town

from borough.dna.building import builder
from borough.pipeline import profiling
from borough.pipeline.profiles import Profiles

_OF_PEOPLE = """\
  {0}_systems: {{title: Systems, meaning: Datasets., distinct: dataset}}
  {0}_people: {{title: People, meaning: There today., where: resident and kind = 'person', distinct: person, on: since, until: holds_until}}
  {0}_adults: {{title: Adults, meaning: There today., where: resident and kind = 'person', distinct: person, on: adult_from, until: holds_until}}
  {0}_new: {{title: New, meaning: In a year., where: resident, count: true, on: since, window: last 1 year}}
  {0}_left: {{title: Left, meaning: In a year., where: resident, count: true, on: to_day, window: last 1 year}}
  {0}_changes: {{title: Changes, meaning: Of place., where: resident, change: property, on: since}}
  {0}_lets: {{title: Lets, meaning: Homes., distinct: let, on: since}}
  {0}_born: {{title: Born, meaning: Latest., fact: born, on: since}}
"""
DNA = {
    f"dna/{entity}.yaml": f"dna: {entity}\nentity: {entity}\nowner: Tests\npurposes: [engineering]\nfrom: appearance\nattributes:\n" + _OF_PEOPLE.format(entity)
    for entity in ("property", "person", "household", "landlord")
}
DNA["dna/letting.yaml"] = (
    "dna: letting\nentity: property\npurposes: [engineering]\nattributes:\n  owner_party: {title: Owner, meaning: Owner., from: appearance, by: let, fact: landlord, on: since}\n"
    "  owner_homes: {title: Homes, meaning: Homes., neighbours: {by: owner_party, take: count}}\n  accounts: {title: Accounts, meaning: Accounts., from: account, count: true, on: moved_in, until: moved_out}\n"
    "  bills: {title: Bills, meaning: Through accounts., from: bill, count: true}\n"
)
DNA["dna/payers.yaml"] = (
    "dna: payers\nentity: person\npurposes: [engineering]\nattributes:\n  bills_paid: {title: Bills, meaning: Bills., from: bill, count: true}\n  accounts_held: {title: Accounts, meaning: Accounts., from: account, count: true}\n"
)


def _as_anew(profiles: Profiles, entity: str) -> None:
    """What the run kept is what the logs give, read whole."""
    day, kept = profiles.day(entity), profiles.kept(entity).sql
    assert day is not None
    with builder(profiles.engine, profiles.relations(), profiles.profile(entity)) as made:
        made.completed(day, "anew")
    for here, there in ((kept, "anew"), ("anew", kept)):
        assert profiles.engine.rows(f"SELECT * FROM {here} EXCEPT SELECT * FROM {there} ORDER BY 1 LIMIT 3") == [], f"{entity} on {day}, only in {'what is kept' if here == kept else 'what is made anew'}"
    assert profiles.engine.rows(f"SELECT count(*) > 5 FROM {kept}") == [(True,)]


@pytest.mark.slow
def test_day_after_day_is_as_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "MOST", 99)
    chance, root = random.Random(7), tmp_path / "town"
    write(root, {**PROJECT, **DNA})
    tables = town(chance)
    for day in ("2026-03-01", "2026-03-02", "2026-03-09", "2027-03-05", "2027-03-06"):
        done = deliver(root, day, tables, ("accounts",) if day == "2026-03-09" else tuple(tables))
        assert done.code == 0, done.err
        with opened(root) as profiles:
            for entity in ("property", "person", "household", "landlord"):
                _as_anew(profiles, entity)
        live(chance, tables, day)


def test_a_decision_about_people_reaches_their_profiles(tmp_path: Path) -> None:
    chance, root = random.Random(8), tmp_path / "town"
    write(root, {**PROJECT, **DNA})
    tables = town(chance)
    assert deliver(root, "2026-03-01", tables).code == 0
    account, other = sorted(tables["accounts"])[:2]
    assert borough("identity", "decide", f"account:{account}", f"account:{other}", "same", "-p", root, "--why", "they said so").code == 0
    done = borough("run", "-p", root, "--now", "2026-03-01T21:00:00Z")
    assert done.code == 0, done.err
    with opened(root) as profiles:
        for entity in ("property", "person", "household", "landlord"):
            _as_anew(profiles, entity)
        held = "SELECT count(*) FROM person_dna WHERE accounts_held > 1"
        assert profiles.engine.rows(held.replace("person_dna", profiles.kept("person").sql))[0][0] >= 1


def test_special_sources_are_not_in_appearances(tmp_path: Path) -> None:
    """Who is known to care alone has no profile: that they are there would tell of the care."""
    root = tmp_path / "town"
    write(root, {**PROJECT, **DNA})
    tables = town(random.Random(9))
    tables["care"]["C0"] = {"case": "C0", "client": "Ottilie Vanterpool", "born": "1931-02-03", "address": "99 Nowhere Street", "postcode": "NM1 9ZZ", "opened": "2025-01-01"}
    assert deliver(root, "2026-03-01", tables).code == 0
    found = borough("query", "SELECT person FROM appearance WHERE dataset = 'care' AND record = 'C0'", "-p", root, "--purpose", "care", "--json").json
    assert len(found) == 1
    with opened(root) as profiles:
        assert profiles.engine.rows(f"SELECT count(*) FROM {profiles.kept('person').sql} WHERE person = {found[0]['person']}") == [(0,)]
