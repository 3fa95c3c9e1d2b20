"""A crew of processes to run commands in, and projects to start from."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import little_council
import pytest
from fault_crew import Crew, Driver, copied


@pytest.fixture(scope="session")
def crew(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crew]:
    drivers = [Driver(tmp_path_factory.mktemp("jobs")) for _ in range(2)]
    yield Crew(drivers)
    for driver in drivers:
        driver.close()


@pytest.fixture(scope="session")
def driver(crew: Crew) -> Driver:
    return crew.drivers[0]


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project before its first run. To be copied, with the times of its files, never used."""
    return little_council.write(tmp_path_factory.mktemp("fresh") / "project")


@pytest.fixture(scope="session")
def once(driver: Driver, fresh: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after its first run."""
    root = copied(fresh, tmp_path_factory.mktemp("once") / "project")
    assert driver.run(root, "run")["code"] == 0
    return root


@pytest.fixture(scope="session")
def grown(once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after its first run, with a busy month's files and declarations waiting."""
    return little_council.grow(copied(once, tmp_path_factory.mktemp("grown") / "project"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a small disk needs root")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)], capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk can't be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)
