"""Readers during runs, two runs at once, a run that is asked to stop."""

from __future__ import annotations

import datetime as dt
import json
import signal
import threading
import time
from pathlib import Path
from typing import Any

import little_council
import pytest
from fault_crew import KILLED, Crew, Driver, command, copied

from borough.cli.context import Opened
from borough.cli.read import ask
from borough.pipeline.survey import open_engine, open_lake
from borough.project.load import load

# All in one look: the report of sizes counts what the other tables hold.
TOTALS = """
SELECT (SELECT count(*) FROM street_report) AS reports, (SELECT count(*) FROM licence) AS licences,
       (SELECT sum(total) FROM ward_totals) AS in_wards, (SELECT count(*) FROM ward_totals) AS totals,
       (SELECT max(total) FROM sizes WHERE what = 'street_report') AS said, (SELECT max(total) FROM sizes WHERE what = 'ward_totals') AS said_totals,
       (SELECT count(*) FROM deliveries WHERE status = 'received') AS files
"""
PUBLISH = "borough.lake.runs.publish"


@pytest.mark.slow
def test_every_answer_during_runs_is_of_one_published_run(crew: Crew, once: Path, tmp_path: Path) -> None:
    root = copied(once, tmp_path / "project")
    over = threading.Event()
    problems: list[BaseException] = []

    def run_on() -> None:
        try:
            for month in range(1, 8):
                little_council.report_month(root, month, month)
                assert crew.drivers[0].run(root, "run", now=little_council.LATER)["code"] == 0
            assert crew.drivers[0].run(root, "compact", now=None)["code"] == 0
        except BaseException as error:  # noqa: BLE001  # told by the test, which reads meanwhile
            problems.append(error)
        finally:
            over.set()

    project = load(root)
    engine, lake = open_engine(project), open_lake(project)
    # How many reports there are after each run, were they read when it was the last.
    expected = {files: 5 + sum(range(files - 6)) for files in range(7, 15)}
    runner = threading.Thread(target=run_on)
    runner.start()
    seen: list[int] = []
    try:
        while not over.is_set() or len(seen) < 2:
            row = ask(Opened(project, engine, lake, lake.published()), TOTALS).rows()[0]
            reports, licences, in_wards, totals, said, said_totals, files = row
            assert reports == said == in_wards + 1 == expected[files], row
            assert totals == said_totals and licences == 3, row
            seen.append(files)
    finally:
        runner.join()
        engine.close()
    assert not problems, problems
    assert seen == sorted(seen), "no reader goes back in time"
    assert len(set(seen)) >= 4, "the readers saw several runs"


def test_a_reader_keeps_the_run_that_it_began_with(driver: Driver, grown: Path, tmp_path: Path) -> None:
    """While a run stands between two writes, and after it, one look sees one run."""
    root = copied(grown, tmp_path / "project")
    before = driver.snapshot(root)
    trial = copied(grown, tmp_path / "trial")
    writes = driver.start(command(trial, "run", now=little_council.LATER))
    assert writes.end() == 0
    for pause in (45, writes.writes().index(PUBLISH) + 1):
        again = copied(grown, tmp_path / str(pause))
        job = driver.start(command(again, "run", now=little_council.LATER), pause=pause)
        job.wait_until_paused()
        assert driver.snapshot(again) == before
        job.go_on()
        assert job.end() == 0
        assert driver.snapshot(again) == driver.snapshot(trial)


def test_two_runs_at_once(driver: Driver, grown: Path, tmp_path: Path) -> None:
    root = copied(grown, tmp_path / "project")
    first = driver.start(command(root, "run", now=little_council.LATER), pause=30)
    first.wait_until_paused()
    before = driver.snapshot(root)
    for words in (["run"], ["quarantine", "replay"], ["quarantine", "correct", *little_council.CORRECTION]):
        second = driver.run(root, *words, now=little_council.LATER)
        assert second["code"] == 4, second
        assert f"borough run (process {first.process} on" in second["err"], second["err"]
        assert "Traceback" not in second["err"]
    assert driver.run(root, "compact", now=None)["code"] == 4
    assert driver.snapshot(root) == before
    first.go_on()
    assert first.results()[0]["code"] == 0
    assert "nothing new" in driver.run(root, "run", now=little_council.LATER)["out"]


def test_a_run_that_looked_before_another_was_published(driver: Driver, grown: Path, tmp_path: Path) -> None:
    """The second run has looked for new files and waits for the lease, while the first takes them all in."""
    root = copied(grown, tmp_path / "project")
    late = driver.start(command(root, "run", now=little_council.LATER), pause=1)  # its first write takes the lease
    late.wait_until_paused()
    assert driver.run(root, "run", now=little_council.LATER)["code"] == 0
    published = driver.snapshot(root)
    late.go_on()
    told = late.results()[0]
    assert (told["code"], "nothing new" in told["out"]) == (0, True), told
    assert driver.snapshot(root) == published


def test_the_lease_of_a_dead_run_is_taken_over(driver: Driver, grown: Path, tmp_path: Path) -> None:
    root = copied(grown, tmp_path / "project")
    dead = driver.start(command(root, "run", now=little_council.LATER), kill=40)
    assert dead.end() == KILLED
    lease = root / "lake" / "system" / "lease.json"
    assert json.loads(lease.read_bytes())["pid"] == dead.process
    told = driver.run(root, "run", now=little_council.LATER)
    assert told["code"] == 0
    assert "an earlier run died" in told["out"]
    assert not lease.exists()


def test_the_lease_of_another_machine_counts_until_it_ends(driver: Driver, once: Path, tmp_path: Path) -> None:
    root = little_council.grow(copied(once, tmp_path / "project"))
    lease = root / "lake" / "system" / "lease.json"
    until = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    body: dict[str, Any] = {
        "token": "x",
        "holder": "borough run",
        "host": "elsewhere",
        "processes": "",
        "pid": 1,
        "since": until.isoformat(),
    }
    lease.write_text(json.dumps({**body, "until": until.isoformat()}), encoding="utf-8")
    told = driver.run(root, "run", now=little_council.LATER)
    assert told["code"] == 4 and "process 1 on elsewhere" in told["err"]
    lease.write_text(json.dumps({**body, "until": (until - dt.timedelta(hours=2)).isoformat()}), encoding="utf-8")
    assert driver.run(root, "run", now=little_council.LATER)["code"] == 0


@pytest.mark.slow
def test_a_run_that_is_asked_to_stop(driver: Driver, grown: Path, tmp_path: Path) -> None:
    before = driver.snapshot(grown)
    trial = driver.start(command(copied(grown, tmp_path / "trial"), "run", now=little_council.LATER))
    assert trial.end() == 0
    after = driver.snapshot(tmp_path / "trial")
    last = trial.writes().index(PUBLISH) + 1
    for number, pause in ((signal.SIGINT, 1), (signal.SIGTERM, 4), (signal.SIGINT, 35), (signal.SIGTERM, last)):
        root = copied(grown, tmp_path / f"{pause}")
        job = driver.start(command(root, "run", now=little_council.LATER), pause=pause)
        job.wait_until_paused()
        job.signal(number)
        told = job.results()[0]
        assert told["code"] == 128 + number, told
        assert f"interrupted ({number.name})" in told["err"] and "Traceback" not in told["err"], told["err"]
        assert list((root / ".borough" / "scratch").iterdir()) == []
        assert not (root / "lake" / "system" / "lease.json").exists()
        assert driver.snapshot(root) == before
        again, found = driver.start(command(root, "run", now=little_council.LATER), ["snapshot", str(root)]).results()
        assert again["code"] == 0
        assert found == after


def test_a_long_statement_is_stopped_too(driver: Driver, once: Path, tmp_path: Path) -> None:
    """A signal in the middle of a statement ends the command; the statement is not taken for a fault of its report."""
    root = copied(once, tmp_path / "project")
    before = driver.snapshot(root)
    many = " CROSS JOIN ".join(f"street_report AS r{i}" for i in range(16))
    ids = " + ".join(f"r{i}.id" for i in range(16))
    slow = root / "reports" / "slow.sql"
    slow.write_text(f"SELECT count(*) AS n FROM {many} WHERE ({ids}) % 7 = 3\n", encoding="utf-8")
    job = driver.start(command(root, "run", now=little_council.LATER))
    log = root / ".borough" / "log.jsonl"
    while '"step": "slow"' not in log.read_text(encoding="utf-8"):
        time.sleep(0.01)
    time.sleep(0.2)
    job.signal(signal.SIGINT)
    told = job.results()[0]
    assert told["code"] == 130 and "interrupted (SIGINT)" in told["err"], told
    slow.unlink()
    assert driver.snapshot(root) == before
