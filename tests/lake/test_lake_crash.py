"""Kill -9 before every write of a run, then run again: as if nothing had happened."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import lake_driver
import pytest
from places import place_of

from borough.lake import Lake, vacuum
from s3_server import new_address

DRIVER = str(Path(lake_driver.__file__))
ALL = os.environ.get("BOROUGH_FAULTS") == "all"
"""At every single write of the runs on S3 too, which takes minutes."""


@pytest.fixture(scope="module")
def files(engine, tmp_path_factory):
    """The Parquet files that the driver copies into tables."""
    folder = tmp_path_factory.mktemp("files")
    for name, sql in {
        "id": "SELECT i::BIGINT AS id FROM range(3) t(i)",
        "extra": "SELECT i::BIGINT AS id, 'x' AS extra FROM range(10, 12) t(i)",
        "code": "SELECT 'c' || i AS code FROM range(2) t(i)",
    }.items():
        engine.copy(sql, str(folder / f"{name}.parquet"))
    return folder


@pytest.fixture(scope="module", params=["folder", "s3"])
def new_root(request, tmp_path_factory):
    """Gives roots where no lake is yet: in folders, and in a bucket."""
    if request.param == "folder":
        return lambda: str(tmp_path_factory.mktemp("roots") / "lake")
    request.getfixturevalue("s3")
    return new_address


def steps(last, new_root):
    """The writes to be killed before: each of them in a folder, some on S3, where a run takes ten times as long."""
    return range(1, last + 1) if ALL or new_root is not new_address else (3, last // 2, last - 1)


@pytest.fixture(scope="module")
def before(files, new_root):
    """A lake as a run finds it."""
    lake = Lake(new_root())
    for i in range(3):
        with lake.writer(now=lake_driver.NOW, holder="test") as writer:
            for name in (lake_driver.LOG, lake_driver.CURRENT, lake_driver.STILL):
                writer.append(name, lake_driver.copied(writer, name, files / "id.parquet", 3), [lake_driver.ID], app="feed")
            writer.publish({"run": f"A{i}"})
    return place_of(lake)


def drive(root, files, step):
    """Run the driver, to be killed before a write; whether it got to the end."""
    done = subprocess.run([sys.executable, DRIVER, root, str(files), str(step)], capture_output=True, text=True, check=False)
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def seen(lake, hands):
    """What a reader sees: all tables with rows, columns and properties, and the record."""
    run = lake.published()
    states = {name: lake.table(name) for name in run.tables}
    return run.record, {name: (hands.rows(s), s.columns, s.properties, len(s.files)) for name, s in states.items()}


@pytest.fixture(scope="module")
def undisturbed(before, files, new_root):
    """What a reader of the run's result sees, and how many writes it takes."""
    place = before.copy(new_root())
    return place, drive(place.root, files, 0)


def test_the_driver_does_something(undisturbed):
    assert undisturbed[1] > 15


@pytest.fixture(scope="module")
def outcomes(before, undisturbed, hands):
    """What a reader sees before the run, and after it."""
    return seen(Lake(before.root), hands), seen(Lake(undisturbed[0].root), hands)


def check_killed_at(step, template, outcomes, files, hands, root):
    template.copy(root)
    assert drive(root, files, step) is None
    found = seen(Lake(root), hands)
    assert found in outcomes, "a reader sees the run before or the run after, whole"
    lake_driver.write(Lake(root), files)
    lake = Lake(root)
    assert seen(lake, hands) == outcomes[1]
    vacuum(lake, keep_runs=1, keep_unreferenced_hours=0)
    assert seen(Lake(root), hands) == outcomes[1]


def test_killed_before_each_write(undisturbed, outcomes, before, files, hands, new_root):
    for step in steps(undisturbed[1], new_root):
        check_killed_at(step, before, outcomes, files, hands, new_root())


@pytest.mark.slow
def test_killed_before_each_write_of_the_recovery(undisturbed, outcomes, before, files, hands, new_root):
    """A run that died late leaves the most to undo; its successor dies too, at each write up to its first commit."""
    dead = before.copy(new_root())
    assert drive(dead.root, files, undisturbed[1] - (1 if new_root is new_address else 3)) is None  # before it publishes
    with Lake(dead.copy(new_root()).root).writer(now=lake_driver.NOW, holder="test") as writer:
        assert writer.restored == (lake_driver.NEW, lake_driver.CURRENT, lake_driver.LOG, lake_driver.STILL)
    for step in steps(18, new_root):
        check_killed_at(step, dead, outcomes, files, hands, new_root())


@pytest.mark.slow
def test_killed_at_any_instant(files, hands, new_root):
    """Kills inside Delta's own commits and compactions, which no step of ours can name; a reader looks on."""
    lake = Lake(new_root())
    pauses, enough = ((1.5, 2.5), 1) if new_root is new_address else ((0.5, 0.61, 0.73, 0.87, 1.0), 5)
    runs = 0
    for number, pause in enumerate((*pauses, 2, 4, 8, 16), 1):  # the last ones for a machine that is busy
        if number > len(pauses) and runs > enough:
            break
        writer = subprocess.Popen([sys.executable, DRIVER, lake.storage.root, str(files), "forever"])
        end = time.monotonic() + pause
        while time.monotonic() < end:
            check_both_tables_are_of_one_run(lake, hands)
            time.sleep(0.01)
        writer.kill()
        writer.wait()
        with lake.writer(now=lake_driver.NOW, holder="test") as recovered:
            runs = len(lake.runs(10_000))
            for name in (lake_driver.LOG, lake_driver.CURRENT) if runs else ():
                assert hands.rows(recovered.state(name)) == hands.rows(lake.table(name)) == sorted([(i,) for i in range(3)] * runs)
    assert runs > enough


def check_both_tables_are_of_one_run(lake, hands):
    run = lake.published()
    if run is not None:
        log, current = (hands.rows(lake.table(name, run)) for name in (lake_driver.LOG, lake_driver.CURRENT))
        assert log == current == sorted([(i,) for i in range(3)] * (len(log) // 3))
