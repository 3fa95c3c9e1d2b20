"""What is made again for those whom a run touched alone is what making everything again gives: entities, links, appearances."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.cli.council import borough, write
from tests.identity.town import PROJECT, deliver, live, town

TABLES = ("appearance", "person", "person_value", "stay", "household", "household_member", "landlord", "portfolio", "account", "bill", "licence")
ANEW = {"datasets/nothing.yaml": "dataset: nothing\nclassification: personal\nkey: id\ncolumns:\n  id: {type: string, required: true}\n  name: {type: string}\n  where: {type: string}\naddress: {text: where}\nperson: {name: name}\n"}
"""A dataset with no rows: with it, everything about who and where is made anew."""


def _all(root: Path) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for name in TABLES:
        done = borough("query", f"SELECT * FROM {name} ORDER BY ALL", "-p", root, "--purpose", "care", "--json")
        assert done.code == 0, f"{name}: {done.err}"
        found[name] = done.json
    return found


def _same_as_anew(root: Path, day: str, tmp: Path) -> None:
    """The tables as they stand are those that a copy of the project has after everything was made again."""
    copy = tmp / f"anew-{day}"
    shutil.copytree(root, copy)
    write(copy, ANEW)
    done = borough("run", "-p", copy, "--now", f"{day}T21:00:00Z")
    assert done.code == 0, done.err
    before, after = _all(root), _all(copy)
    for name in TABLES:
        assert before[name] == after[name], name
    assert before["stay"], "something is compared"
    shutil.rmtree(copy)


@pytest.mark.slow
def test_day_after_day_is_as_anew(tmp_path: Path) -> None:
    chance, root = random.Random(1), tmp_path / "town"
    write(root, PROJECT)
    tables = town(chance)
    for day in ("2026-03-01", "2026-03-02", "2026-03-09", "2027-03-05"):
        done = deliver(root, day, tables, ("accounts",) if day == "2026-03-09" else tuple(tables))
        assert done.code == 0, done.err
        _same_as_anew(root, day, tmp_path)
        live(chance, tables, day)


@pytest.mark.slow
def test_a_day_on_which_only_time_passed(tmp_path: Path) -> None:
    """An end that had not come has come; who was last seen a year ago is gone; a home whose account did not change says so too."""
    root = tmp_path / "town"
    write(root, PROJECT)
    tables = town(random.Random(3), homes=12)
    assert deliver(root, "2026-03-01", tables).code == 0
    for day in ("2026-06-01", "2027-01-15", "2029-03-20"):
        tables["bills"][f"B{day}"] = {"bill": f"B{day}", "account": "nobody's", "payer": "Perpetua Undercliffe", "issued": day}
        assert deliver(root, day, tables, ("bills",)).code in (0, 3)
        _same_as_anew(root, day, tmp_path)


@pytest.mark.slow
def test_what_a_source_no_longer_fills(tmp_path: Path) -> None:
    """A feed that is declared no more, and one that comes back."""
    root = tmp_path / "town"
    write(root, PROJECT)
    tables = town(random.Random(4), homes=16)
    assert deliver(root, "2026-03-01", tables).code == 0
    (root / "sources/care.yaml").rename(tmp_path / "care.yaml")
    assert borough("run", "-p", root, "--now", "2026-03-02T20:00:00Z").code == 0
    assert borough("query", "SELECT * FROM appearance WHERE dataset = 'care'", "-p", root, "--purpose", "care", "--json").json == []
    _same_as_anew(root, "2026-03-02", tmp_path)
    (tmp_path / "care.yaml").rename(root / "sources/care.yaml")
    assert borough("run", "-p", root, "--now", "2026-03-03T20:00:00Z").code == 0
    assert borough("query", "SELECT * FROM appearance WHERE dataset = 'care'", "-p", root, "--purpose", "care", "--json").json != []
    _same_as_anew(root, "2026-03-03", tmp_path)


def test_what_a_decision_moves(tmp_path: Path) -> None:
    root = tmp_path / "town"
    write(root, PROJECT)
    tables = town(random.Random(5), homes=16)
    assert deliver(root, "2026-03-01", tables).code == 0
    first, second = sorted(tables["accounts"])[:2]
    assert borough("identity", "decide", f"account:{first}", f"account:{second}", "same", "--why", "one hand", "-p", root).code == 0
    assert borough("run", "-p", root, "--now", "2026-03-02T20:00:00Z").code == 0
    rows = borough("query", f"SELECT count(DISTINCT person) AS people FROM account WHERE ref IN ('{first}', '{second}')", "-p", root, "--json").json
    assert rows == [{"people": 1}]
    _same_as_anew(root, "2026-03-02", tmp_path)
