"""A full disk: the run fails with a word about it, readers go on, and the next run succeeds."""

import os
import shutil
import subprocess
from pathlib import Path

import lake_driver
import pytest

from borough.errors import LakeError
from borough.lake import Lake


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 4 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk can't be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def fill(disk, leave_bytes):
    """Fill the disk but for some bytes."""
    filler = disk / "filler"
    filler.write_bytes(b"")
    space = os.statvfs(disk)
    filler.write_bytes(b"x" * max(0, space.f_bavail * space.f_frsize - leave_bytes))
    return filler


def test_a_full_disk(small_disk, engine, hands, now):
    files = {}
    for name, sql in {"id": "SELECT i::BIGINT AS id FROM range(3) t(i)", "extra": "SELECT 9::BIGINT AS id, 'x' AS extra"}.items():
        files[name] = engine.copy(sql, str(small_disk / f"{name}.parquet"))[0]
    log = lake_driver.LOG
    lake = Lake(str(small_disk / "lake"))
    hands.run(lake, {log: "SELECT 1::BIGINT AS id"})
    ours = Path(lake.storage.path(log)) / "prepared-{}.parquet"
    rows, failures, runs = [(1,)], [], 1
    for attempt in range(40):
        prepared = str(ours).format(attempt)
        shutil.copyfile(files["id"].path, prepared)
        filler = fill(small_disk, attempt * 4096)
        try:
            with lake.writer(now=now, holder="test") as writer:
                file = type(files["id"])(prepared, 3, files["id"].size)
                writer.append(log, [file], [lake_driver.ID], app="feed")
                writer.append(f"gold/t{attempt}", [], [lake_driver.ID, lake_driver.EXTRA], app="feed")
                writer.publish({"attempt": attempt})
            rows, runs = [*rows, (0,), (1,), (2,)], runs + 1
        except LakeError as error:
            assert "disk is full" in error.message, error.message
            assert "space" in error.advice
            failures.append(attempt)
        filler.unlink()
        for reader in (lake, Lake(lake.storage.root)):
            assert len(reader.runs()) == runs
            assert hands.rows(reader.table(log)) == sorted(rows)
    assert 3 <= len(failures) < 40, failures
    assert hands.run(lake, {log: "SELECT 5::BIGINT AS id"})
    assert hands.rows(lake.table(log)) == sorted([*rows, (5,)])
