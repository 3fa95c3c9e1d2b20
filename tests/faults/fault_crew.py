"""Processes that run commands, to be paused, signalled or killed by a test."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import little_council

DRIVER = str(Path(__file__).with_name("fault_driver.py"))
KILLED = -signal.SIGKILL


class Job:
    """One child at work on its steps."""

    def __init__(self, driver: Driver, steps: list[list[str]], **how: int) -> None:
        self.driver = driver
        self._ended: int | None = None
        self.folder = Path(tempfile.mkdtemp(dir=driver.folder))
        self.process = driver.ask({"steps": steps, "folder": str(self.folder), **how})

    def wait_until_paused(self) -> None:
        self._wait_for(self.folder / "paused")

    def go_on(self) -> None:
        (self.folder / "go").touch()

    def signal(self, number: int) -> None:
        os.kill(self.process, number)

    def end(self) -> int:
        """Wait for its end. Returns its exit code, or the signal that ended it as a negative number."""
        if self._ended is None:
            self._ended = self.driver.ask({"wait": self.process})
        problem = self.folder / "problem"
        assert not problem.exists(), problem.read_text()
        return self._ended

    def results(self) -> list[Any]:
        """What its steps gave."""
        assert self.end() == 0
        return list(self._result()["results"])

    def writes(self) -> list[str]:
        """The names of all writes of a job that ended."""
        return list(self._result()["writes"])

    def _result(self) -> Any:
        return json.loads((self.folder / "result.json").read_text(encoding="utf-8"))

    def _wait_for(self, path: Path) -> None:
        while not path.exists():
            assert Path(f"/proc/{self.process}").exists() and not (self.folder / "problem").exists(), "the child ended too early"
            time.sleep(0.005)


class Driver:
    """A process that forks a child for each job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._process = subprocess.Popen([sys.executable, DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def ask(self, question: dict[str, Any]) -> int:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        with self._lock:
            stdin.write(json.dumps(question) + "\n")
            stdin.flush()
            return int(stdout.readline())

    def start(self, *steps: list[str], **how: int) -> Job:
        return Job(self, list(steps), **how)

    def run(self, root: Path, *arguments: str, now: str | None = little_council.NOW) -> dict[str, Any]:
        """One command over a project, to its end: code, out, err."""
        return dict(self.start(command(root, *arguments, now=now)).results()[0])

    def snapshot(self, root: Path) -> Any:
        return self.start(["snapshot", str(root)]).results()[0]

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


def command(root: Path, *arguments: str, now: str | None = little_council.NOW) -> list[str]:
    """A step that runs a command over a project, by the given clock."""
    return ["cli", "--project", str(root), *arguments, *(["--now", now] if now else [])]


class Crew:
    """Two drivers, for work that can be shared."""

    def __init__(self, drivers: list[Driver]) -> None:
        self.drivers = drivers

    def each(self, work: Callable[[Driver, Any], None], items: Iterable[Any]) -> None:
        """Do the work for each item, two at a time. The first failure is raised."""
        free = list(self.drivers)

        def one(item: Any) -> None:
            driver = free.pop()
            try:
                work(driver, item)
            finally:
                free.append(driver)

        with ThreadPoolExecutor(len(self.drivers)) as pool:
            for done in [pool.submit(one, item) for item in items]:
                done.result()


def copied(template: Path, to: Path) -> Path:
    """A copy of a project with its lake."""
    shutil.copytree(template, to)
    return to
