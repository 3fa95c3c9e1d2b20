"""The same on S3: kill -9 at the writes of a run, and S3 lost in its middle, then run again: as if nothing had happened."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import little_council
import pytest
from fault_crew import KILLED, Crew, Driver, command, copied
from obstore.store import from_url

from s3_server import Wire, new_address, s3_environment, s3_server

pytestmark = pytest.mark.slow

ALL = os.environ.get("BOROUGH_FAULTS") == "all"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as endpoint, s3_environment(endpoint):
        yield endpoint


@pytest.fixture(scope="module")
def s3_crew(s3: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    """A crew that knows the way to the server."""
    crew = Crew([Driver(tmp_path_factory.mktemp("jobs")) for _ in range(2)])
    yield crew
    for driver in crew.drivers:
        driver.close()


def lake_of(root: Path) -> str:
    line = next(line for line in (root / "borough.yaml").read_text(encoding="utf-8").splitlines() if line.startswith("lake:"))
    return line.removeprefix("lake:").strip()


def copied_with_lake(template: Path, to: Path) -> Path:
    """A copy of a project whose lake is in the bucket, with a copy of that lake; of a project that had none there, with an empty one."""
    root, before, address = copied(template, to), lake_of(template), new_address()
    declared = root / "borough.yaml"
    declared.write_text(declared.read_text(encoding="utf-8").replace(f"lake: {before}", f"lake: {address}"), encoding="utf-8")
    if "://" in before:
        old, new = (from_url(place, client_options={"allow_http": True}) for place in (before, address))
        names = [o["path"] for some in old.list() for o in some]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda name: new.put(name, bytes(old.get(name).bytes())), names))
    return root


@dataclass(frozen=True)
class Story:
    """A project, how its lake looks before and after a run that nobody disturbs, and what that run writes."""

    template: Path
    now: str
    before: Any
    after: Any
    code: int
    writes: tuple[str, ...]


def tell(driver: Driver, template: Path, root: Path, now: str) -> Story:
    copied_with_lake(template, root)
    before = driver.snapshot(root)
    job = driver.start(command(root, "run", now=now))
    code = job.results()[0]["code"]
    return Story(template, now, before, driver.snapshot(root), code, tuple(job.writes()))


@pytest.fixture(scope="module")
def first(s3_crew: Crew, fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return tell(s3_crew.drivers[0], fresh, tmp_path_factory.mktemp("s3") / "first", little_council.NOW)


@pytest.fixture(scope="module")
def increment(s3_crew: Crew, fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """A run over a new, a late and a repeated extract, a new column and changed declarations."""
    driver, folder = s3_crew.drivers[0], tmp_path_factory.mktemp("s3")
    grown = copied_with_lake(fresh, folder / "grown")
    assert driver.run(grown, "run")["code"] == 0
    little_council.grow(grown)
    return tell(driver, grown, folder / "increment", little_council.LATER)


def points(story: Story, *kinds: str) -> list[int]:
    """Where to kill: at the last write of each of these kinds; with ``BOROUGH_FAULTS=all`` at every write, which takes an hour."""
    last = {name.split(".")[-1]: i for i, name in enumerate(story.writes, 1)}
    return list(range(1, len(story.writes) + 1)) if ALL else [last[kind] for kind in kinds]


def check_killed_at(driver: Driver, story: Story, root: Path, step: int) -> None:
    copied_with_lake(story.template, root)
    run, look = command(root, "run", now=story.now), ["snapshot", str(root)]
    assert driver.start(run, kill=step).end() == KILLED, f"write {step} was never reached"
    seen, again, found = driver.start(look, run, look).results()
    where = f"killed at write {step}, {story.writes[step - 1]}"
    published = step > story.writes.index("borough.lake.runs.publish") + 1
    assert seen == (story.after if published else story.before), f"{where}: a reader sees something else than a published run"
    assert again["code"] == story.code, f"{where}: {again}"
    assert found == story.after, where
    assert list((root / ".borough" / "scratch").iterdir()) == [], where


def test_the_lake_in_a_bucket_says_what_a_lake_in_a_folder_says(first: Story, driver: Driver, once: Path) -> None:
    assert first.code == 0
    assert first.after == driver.snapshot(once)
    assert first.before is None


def test_runs_killed_at_their_writes(s3_crew: Crew, first: Story, increment: Story, tmp_path: Path) -> None:
    kills = [(first, step) for step in points(first, "commit_files")]
    kills += [(increment, step) for step in points(increment, "place", "publish")]

    def kill(driver: Driver, one: tuple[int, tuple[Story, int]]) -> None:
        number, (story, step) = one
        check_killed_at(driver, story, tmp_path / str(number), step)

    s3_crew.each(kill, enumerate(kills))


def test_s3_lost_in_the_middle_of_a_run(s3: str, increment: Story, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Told in one sentence with exit code 4, and the next run is as if nothing had happened."""
    wire = Wire(s3)
    with s3_environment(wire.endpoint):
        driver = Driver(tmp_path_factory.mktemp("jobs"))
    for pieces in (60, 250, 400, 550) if ALL else (400,):
        root = copied_with_lake(increment.template, tmp_path / str(pieces))
        run, look = command(root, "run", now=increment.now), ["snapshot", str(root)]
        wire.cut_after(pieces)
        told = driver.start(run).results()[0]
        assert told["code"] == 4, told
        assert f"the lake {lake_of(root)}" in told["err"].replace("\n       ", "") and "can't be reached" in told["err"], told["err"]
        assert "advice:" in told["err"] and "run again" in told["err"]
        assert not any(word in told["err"] for word in ("Traceback", "did not expect")), told["err"]
        wire.mend()
        seen, again, found = driver.start(look, run, look).results()
        assert seen == increment.before
        assert again["code"] == increment.code, again
        assert found == increment.after
    driver.close()
    wire.close()


def test_two_runs_at_once(s3_crew: Crew, increment: Story, tmp_path: Path) -> None:
    """One of them writes; the other is told who does, or finds nothing new. The lake is as after one run."""
    root = copied_with_lake(increment.template, tmp_path / "shared")
    jobs = [driver.start(command(root, "run", now=increment.now)) for driver in s3_crew.drivers]
    told = [job.results()[0] for job in jobs]
    for one in told:
        refused = one["code"] == 4 and "is being written by borough run" in one["err"]
        assert refused or one["code"] == increment.code or "nothing new" in one["out"], one
    assert increment.code in [one["code"] for one in told]
    assert s3_crew.drivers[0].snapshot(root) == increment.after
