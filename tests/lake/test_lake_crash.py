"""Kill -9 before every write of a run, then run again: as if nothing had happened."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import lake_driver
import pytest

from borough.lake import Lake, vacuum

DRIVER = str(Path(lake_driver.__file__))


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


@pytest.fixture(scope="module")
def before(files, tmp_path_factory):
    """A lake as a run finds it."""
    lake = Lake(str(tmp_path_factory.mktemp("before") / "lake"))
    for i in range(3):
        with lake.writer(now=lake_driver.NOW, holder="test") as writer:
            for name in (lake_driver.LOG, lake_driver.CURRENT, lake_driver.STILL):
                writer.append(name, lake_driver.copied(writer, name, files / "id.parquet", 3), [lake_driver.ID], app="feed")
            writer.publish({"run": f"A{i}"})
    return Path(lake.storage.root)


def drive(root, files, step):
    """Run the driver, to be killed before a write; whether it got to the end."""
    done = subprocess.run([sys.executable, DRIVER, str(root), str(files), str(step)], capture_output=True, text=True, check=False)
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
def undisturbed(before, files, tmp_path_factory):
    root = tmp_path_factory.mktemp("undisturbed") / "lake"
    shutil.copytree(before, root)
    return root, drive(root, files, 0)


def test_the_driver_does_something(undisturbed):
    assert undisturbed[1] > 20


def check_killed_at(step, template, undisturbed, before, files, hands, root):
    shutil.copytree(template, root)
    assert drive(root, files, step) is None
    found = seen(Lake(str(root)), hands)
    expected = seen(Lake(str(undisturbed[0])), hands)
    assert found in (seen(Lake(str(before)), hands), expected), "a reader sees the run before or the run after, whole"
    lake_driver.write(Lake(str(root)), files)
    lake = Lake(str(root))
    assert seen(lake, hands) == expected
    vacuum(lake, keep_runs=1, keep_unreferenced_hours=0)
    assert seen(Lake(str(root)), hands) == expected
    shutil.rmtree(root)


def test_killed_before_each_write(undisturbed, before, files, hands, tmp_path):
    for step in range(1, undisturbed[1] + 1):
        check_killed_at(step, before, undisturbed, before, files, hands, tmp_path / str(step))


def test_killed_before_each_write_of_the_recovery(undisturbed, before, files, hands, tmp_path):
    """A run that died late leaves the most to undo; its successor dies too, at each write up to its first commit."""
    dead = tmp_path / "dead"
    shutil.copytree(before, dead)
    assert drive(dead, files, undisturbed[1] - 3) is None  # before it publishes
    with Lake(str(shutil.copytree(dead, tmp_path / "look"))).writer(now=lake_driver.NOW, holder="test") as writer:
        assert writer.restored == (lake_driver.NEW, lake_driver.CURRENT, lake_driver.LOG, lake_driver.STILL)
    for step in range(1, 19):
        check_killed_at(step, dead, undisturbed, before, files, hands, tmp_path / str(step))


def test_killed_at_any_instant(files, hands, tmp_path):
    """Kills inside Delta's own commits and compactions, which no step of ours can name; a reader looks on."""
    lake = Lake(str(tmp_path / "lake"))
    for pause in (0.5, 0.61, 0.73, 0.87, 1.0):
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
    assert runs > 5


def check_both_tables_are_of_one_run(lake, hands):
    run = lake.published()
    if run is not None:
        log, current = (hands.rows(lake.table(name, run)) for name in (lake_driver.LOG, lake_driver.CURRENT))
        assert log == current == sorted([(i,) for i in range(3)] * (len(log) // 3))
