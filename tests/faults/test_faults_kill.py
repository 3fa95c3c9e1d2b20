"""Kill -9 at the writes of a run, then run again: as if nothing had happened."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import little_council
import pytest
from fault_crew import KILLED, Crew, Driver, command, copied

pytestmark = pytest.mark.slow

COMMITS = ("create_table", "add_columns", "mark_personal", "commit_files", "restore", "optimize", "publish", "swap", "drop_folder")
STRIDE = 1 if os.environ.get("BOROUGH_FAULTS") == "all" else 6


@dataclass(frozen=True)
class Story:
    """A project, the command that is killed in it, and how its lake looks before and after it when nobody disturbs it."""

    template: Path
    command: tuple[str, ...]
    now: str | None
    before: Any
    after: Any
    code: int
    writes: tuple[str, ...]

    def step(self, root: Path) -> list[str]:
        return command(root, *self.command, now=self.now)


def tell(driver: Driver, template: Path, root: Path, *words: str, now: str | None) -> Story:
    """The undisturbed story."""
    copied(template, root)
    before = driver.snapshot(root)
    job = driver.start(command(root, *words, now=now))
    code = job.results()[0]["code"]
    after = driver.snapshot(root)
    assert after != before
    return Story(template, words, now, before, after, code, tuple(job.writes()))


@pytest.fixture(scope="module")
def first(driver: Driver, fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The first run of all."""
    return tell(driver, fresh, tmp_path_factory.mktemp("story") / "first", "run", now=little_council.NOW)


@pytest.fixture(scope="module")
def increment(driver: Driver, grown: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A run over a new, a late and a repeated extract, a new column and changed declarations."""
    return tell(driver, grown, tmp_path_factory.mktemp("story") / "increment", "run", now=little_council.LATER)


def points(story: Story, every: int) -> list[int]:
    """Where to kill, of all writes: one of so many that others can see, fewer in the middle of a copy, and all around the publication.

    With ``BOROUGH_FAULTS=all`` in the environment at every single write, which takes minutes.
    """
    if os.environ.get("BOROUGH_FAULTS") == "all":
        return list(range(1, len(story.writes) + 1))
    visible = [i for i, name in enumerate(story.writes, 1) if name.split(".")[-1] in COMMITS]
    torn = [i for i, name in enumerate(story.writes, 1) if name.endswith(".copy")]
    return sorted({*visible[::every], *torn[:: 4 * every], *range(len(story.writes) - 3, len(story.writes) + 1)})


def check_killed_at(driver: Driver, story: Story, root: Path, step: int) -> None:
    copied(story.template, root)
    assert driver.start(story.step(root), kill=step).end() == KILLED, f"write {step} was never reached"
    seen, again, found = driver.start(["snapshot", str(root)], story.step(root), ["snapshot", str(root)]).results()
    where = f"killed at write {step}, {story.writes[step - 1]}"
    published = step > story.writes.index("borough.lake.runs.publish") + 1
    assert seen == (story.after if published else story.before), f"{where}: a reader sees something else than a published run"
    assert again["code"] == story.code, f"{where}: {again}"
    check_alike(found, story.after, where)
    check_nothing_left(root, where, lease=published)
    shutil.rmtree(root)


def check_alike(found: Any, expected: Any, where: str) -> None:
    """Every row of every table, the record and the answers are the same: nothing doubled, nothing lost."""
    assert sorted(found["tables"]) == sorted(expected["tables"]), where
    for name, rows in expected["tables"].items():
        assert found["tables"][name] == rows, f"{where}: {name}"
    assert found == expected, where


def check_nothing_left(root: Path, where: str, *, lease: bool = False) -> None:
    """What the killed run left in scratch is gone too, and so is its lease; ``lease``: unless nobody has needed it since."""
    assert list((root / ".borough" / "scratch").iterdir()) == [], where
    assert lease or not (root / "lake" / "system" / "lease.json").exists(), where


def test_the_stories_write_what_they_should(first: Story, increment: Story) -> None:
    for story in (first, increment):
        assert len(story.writes) > 60
    quarantined = increment.after["tables"]["system/quarantine"]
    assert any("'released'" in row for row in quarantined) and any("'refused'" in row for row in quarantined)
    causes = "".join(increment.after["tables"]["system/ledger"])
    assert all(f"'{cause}'" in causes for cause in ("delivery", "late", "declaration"))
    assert any("'superseded'" in row for row in increment.after["tables"]["system/deliveries"])
    assert "borough.lake.delta.add_columns" in increment.writes


def test_the_first_run_killed_at_its_writes(crew: Crew, first: Story, tmp_path: Path) -> None:
    crew.each(lambda driver, step: check_killed_at(driver, first, tmp_path / str(step), step), points(first, 6))


def test_an_increment_killed_at_its_writes(crew: Crew, increment: Story, tmp_path: Path) -> None:
    crew.each(lambda driver, step: check_killed_at(driver, increment, tmp_path / str(step), step), points(increment, 3))


def test_killed_again_and_again(crew: Crew, first: Story, increment: Story, tmp_path: Path) -> None:
    """Every recovery dies too, each one write later than the one before; the last one is left in peace."""

    def chain(driver: Driver, story: Story) -> None:
        root = copied(story.template, tmp_path / story.template.parent.name)
        for step in range(1, len(story.writes) - 2, STRIDE):
            assert driver.start(story.step(root), kill=step).end() == KILLED
        look = ["snapshot", str(root)]
        seen, again, found, idle = driver.start(look, story.step(root), look, story.step(root)).results()
        assert seen == story.before
        assert again["code"] == story.code
        check_alike(found, story.after, "killed again and again")
        assert "nothing new" in idle["out"]
        swept, still = driver.start(command(root, "vacuum", now=None), look).results()
        assert swept["code"] == 0, swept
        assert still == found, "what the dead runs left is swept out, and nothing else"
        check_nothing_left(root, "killed again and again")

    crew.each(chain, [first, increment])


def test_killed_at_any_instant(crew: Crew, increment: Story, tmp_path: Path) -> None:
    """Kills inside Delta's own commits and the engine's statements, which no step of ours can name."""

    def at(driver: Driver, pause: float) -> None:
        root = copied(increment.template, tmp_path / str(pause))
        job = driver.start(increment.step(root))
        time.sleep(pause)
        job.signal(9)
        assert job.end() in (KILLED, 0)
        seen, _again, found = driver.start(["snapshot", str(root)], increment.step(root), ["snapshot", str(root)]).results()
        assert seen in (increment.before, increment.after)
        check_alike(found, increment.after, f"killed after {pause} s")

    crew.each(at, (0.2, 0.35, 0.5))


def test_a_correction_and_its_replay_killed(crew: Crew, once: Path, tmp_path: Path) -> None:
    identity, cell = little_council.CORRECTION
    driver = crew.drivers[0]
    noted = tell(driver, once, tmp_path / "noted", "quarantine", "correct", identity, cell, now=little_council.NOW)
    replayed = tell(driver, tmp_path / "noted", tmp_path / "replayed", "quarantine", "replay", now=little_council.LATER)
    assert any("'Cy Cedar'" in row and "'correction'" in row for row in replayed.after["tables"]["silver/licence/log"])
    crew.each(lambda driver, step: check_killed_or_done(driver, noted, tmp_path / f"n{step}", step), range(1, len(noted.writes) + 1))
    crew.each(lambda driver, step: check_killed_or_done(driver, replayed, tmp_path / f"r{step}", step), points(replayed, 5))


def test_compaction_killed(crew: Crew, increment: Story, grown: Path, tmp_path: Path) -> None:
    driver = crew.drivers[0]
    root = copied(grown, tmp_path / "busy")
    assert driver.run(root, "run", now=little_council.LATER)["code"] == increment.code
    for number in (1, 2):
        little_council.report_month(root, number, 3)
        assert driver.run(root, "run", now=little_council.LATER)["code"] == 0
    compacted = tell(driver, root, tmp_path / "compacted", "compact", now=None)
    assert sum(name.endswith("optimize") for name in compacted.writes) > 3
    assert compacted.after["answers"] == compacted.before["answers"]
    assert compacted.after["tables"] == compacted.before["tables"]
    crew.each(lambda driver, step: check_killed_or_done(driver, compacted, tmp_path / f"c{step}", step), points(compacted, 3))


def check_killed_or_done(driver: Driver, story: Story, root: Path, step: int) -> None:
    """As ``check_killed_at``, for a command that a person gives: they look whether it was done before they give it again."""
    copied(story.template, root)
    assert driver.start(story.step(root), kill=step).end() == KILLED
    where = f"{' '.join(story.command)} killed at write {step}, {story.writes[step - 1]}"
    seen = driver.snapshot(root)
    if seen != story.after:
        assert seen == story.before, where
        again, found = driver.start(story.step(root), ["snapshot", str(root)]).results()
        assert again["code"] == story.code, f"{where}: {again}"
        check_alike(found, story.after, where)
        assert not (root / "lake" / "system" / "lease.json").exists(), where
    shutil.rmtree(root)
