"""A disk that fills up during a run: a word about it, readers go on, and the next run is as if nothing had happened."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import little_council
from fault_crew import Driver, command, copied

LEVELS = (0, 1, 2, 4, 8, 14, 24, 40, 60, 90, 130)  # pages of 4096 bytes that are left
SELECT = "SELECT what, total FROM sizes ORDER BY what"


def fill(disk: Path, pages: int) -> Path:
    """Fill the disk but for some pages."""
    filler = disk / "filler"
    filler.write_bytes(b"")
    space = os.statvfs(disk)
    filler.write_bytes(b"x" * max(0, space.f_bavail * space.f_frsize - 4096 * pages))
    return filler


def check_told(told: dict[str, Any], disk: Path, where: str) -> None:
    assert told["code"] == 4, f"{where}: {told}"
    assert f"the disk that holds {disk}" in told["err"] and "is full" in told["err"], f"{where}: {told['err']}"
    assert "advice: make room" in told["err"], where
    for word in ("Traceback", "Logging error", "did not expect"):
        assert word not in told["err"], f"{where}: {told['err']}"


def test_the_disk_fills_up_at_any_moment_of_a_run(driver: Driver, grown: Path, small_disk: Path, tmp_path: Path) -> None:
    undisturbed = copied(grown, tmp_path / "undisturbed")
    run = driver.start(command(undisturbed, "run", now=little_council.LATER), ["snapshot", str(undisturbed)])
    done, after = run.results()
    code = done["code"]
    root = copied(grown, small_disk / "project")
    before = driver.snapshot(root)
    assert before != after
    full, errors = [], set()
    for pages in LEVELS:
        filler = fill(small_disk, pages)
        told, looked = driver.start(command(root, "run", now=little_council.LATER), ["look", str(root)]).results()
        asked = driver.run(root, "query", SELECT, "--format", "csv", now=None)
        filler.unlink()
        if told["code"] == code:
            break
        where = f"{pages} pages left"
        check_told(told, root, where)
        assert looked == before["tables"], f"{where}: readers see the last published run"
        assert_reads_or_says_why(asked, before["answers"]["sizes"], where)
        assert driver.snapshot(root) == before, where
        full.append(pages)
        errors.add(told["err"])
    assert len(full) >= 5, f"only {full} pages were too few"
    again, found = driver.start(command(root, "run", now=little_council.LATER), ["snapshot", str(root)]).results()
    assert again["code"] == code
    assert found == after
    assert list((root / ".borough" / "scratch").iterdir()) == []


def assert_reads_or_says_why(asked: dict[str, Any], rows: list[str], where: str) -> None:
    """A look that can't be recorded is refused; no other reason counts."""
    if asked["code"] == 0:
        answered = sorted(repr((what, int(total))) for what, total in (line.split(",") for line in asked["out"].splitlines()[1:]))
        assert answered == rows, where
    else:
        assert asked["code"] == 4, f"{where}: {asked}"
        assert "can't be recorded" in asked["err"] and ("No space left" in asked["err"] or "disk is full" in asked["err"]), (
            f"{where}: {asked['err']}"
        )


def test_the_first_run_on_a_full_disk(driver: Driver, fresh: Path, small_disk: Path) -> None:
    root = copied(fresh, small_disk / "project")
    for pages in (0, 6, 30):
        filler = fill(small_disk, pages)
        check_told(driver.run(root, "run"), root, f"{pages} pages left")
        filler.unlink()
        assert driver.snapshot(root) is None
        unread = driver.run(root, "query", SELECT, now=None)
        assert (unread["code"], "nothing is published yet" in unread["err"]) == (2, True)
    assert driver.run(root, "run")["code"] == 0


def test_a_correction_and_its_replay_on_a_full_disk(driver: Driver, once: Path, small_disk: Path) -> None:
    root = copied(once, small_disk / "project")
    identity, cell = little_council.CORRECTION
    correct, replay = ["quarantine", "correct", identity, cell], ["quarantine", "replay"]
    before = driver.snapshot(root)
    for words in (correct, replay):
        filler = fill(small_disk, 3)
        told = driver.run(root, *words)
        filler.unlink()
        if "can't be recorded" not in told["err"]:  # both look at the quarantine first, and every look is recorded
            check_told(told, root, " ".join(words))
        assert driver.snapshot(root) == before
    assert [driver.run(root, *words)["code"] for words in (correct, replay)] == [0, 0]
    assert "Cy Cedar" in str(driver.snapshot(root)["answers"]["licence"])
