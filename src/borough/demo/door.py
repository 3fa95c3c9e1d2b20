"""The demo's front door: makes the borough's extracts and hidden truth in a folder, and moves its clock."""

from __future__ import annotations

import datetime as dt
import importlib.resources
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.resources.abc import Traversable
from pathlib import Path

from borough.demo.files.yard import Summary
from borough.demo.plan import HORIZON, START, UNTIL, Period, Plan

NOTE = "demo.json"
"""In the project: what its demo data was made from."""
SMALLEST, LARGEST = 0.01, 33.0
FIRST_UNTIL = START + dt.timedelta(days=60)
_MADE = ("data", "truth", "lake", ".borough", "sources", "datasets", "reports")
"""What a demo consists of, beside single files: taken away when it is made anew."""

Told = Callable[[str], None]


@dataclass(frozen=True)
class Demo:
    """A demo in a folder: what it was made from, and the day that its clock shows (None while it is being made)."""

    scale: float = 1.0
    seed: int = 7
    until: dt.date | None = None
    rates: Mapping[str, float] = field(default_factory=dict)
    server: bool = False
    """Whether the systems' databases are on a PostgreSQL server. Its address is a secret, and not kept."""

    @property
    def plan(self) -> Plan:
        """What its worlds are made from."""
        return Plan(self.scale, self.seed, self.rates)

    @property
    def steps(self) -> int:
        """How many words of progress a delivery tells."""
        from borough.demo.build import SERVICES

        return len(self.plan.districts()) * (len(SERVICES) + 4)


def read(folder: Path) -> Demo | None:
    """The demo in a folder, None where there is none. Raises ValueError where its note can't be read."""
    note = folder / NOTE
    if not note.is_file():
        return None
    try:
        said = json.loads(note.read_text(encoding="utf-8"))
        return Demo(said["scale"], said["seed"], said["until"] and dt.date.fromisoformat(said["until"]), said["rates"], said["server"])
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{note} can't be read: it was not written by borough demo, or is cut short") from error


def prepare(folder: Path, demo: Demo, until: dt.date = UNTIL, *, postgres: str | None = None) -> None:
    """Empty a folder of an earlier demo, put the project's own files there, and note what is being made. Nothing is taken away before all is known to be sound.

    Raises ValueError where scale, rates or the day can't be, ConnectionError where the server is not there, FileExistsError where the folder holds anything but a demo.
    """
    _sound(demo, until)
    if postgres:
        from borough.demo.files.postgres import Server

        Server(postgres).drop()
    if folder.is_dir() and any(folder.iterdir()) and read(folder) is None:
        raise FileExistsError(f"{folder} is not empty, and what it holds is no demo")
    for name in _MADE:
        shutil.rmtree(folder / name, ignore_errors=True)
    for state in folder.glob("state.db*"):
        state.unlink()
    _copy(importlib.resources.files("borough.demo") / "project", folder)
    _note(folder, replace(demo, until=None))


def generate(folder: Path, demo: Demo, until: dt.date = UNTIL, *, postgres: str | None = None, told: Told = lambda _: None) -> Summary:
    """Write all extracts up to a day, and the truth, into a prepared folder. Raises ValueError where the day is out of bounds."""
    _sound(demo, until)
    summary = _deliver(folder, demo, Period(until), postgres, told, truth=True)
    _note(folder, replace(demo, until=until))
    return summary


def advance(folder: Path, days: int, *, postgres: str | None = None, told: Told = lambda _: None) -> tuple[Demo, Summary]:
    """Let days pass: write what arrives in them. The demo as it is then, and what was written.

    Repeat one that was killed: nothing of it was kept. Raises ValueError where there is no whole demo, or the days go beyond the simulated life.
    """
    demo = read(folder)
    if demo is None or demo.until is None:
        raise ValueError(f"{folder} holds no demo" if demo is None else f"the demo in {folder} was not made to the end")
    if demo.server and postgres is None:
        raise ValueError("this demo has its databases on a server, and --postgres does not say where")
    until = demo.until + dt.timedelta(days=days)
    if days < 1 or until > HORIZON:
        raise ValueError(f"{days} days from {demo.until}; expected at least 1, and a day up to {HORIZON}")
    summary = _deliver(folder, demo, Period(until, demo.until), postgres if demo.server else None, told, truth=False)
    later = replace(demo, until=until)
    _note(folder, later)
    return later, summary


def _deliver(folder: Path, demo: Demo, period: Period, postgres: str | None, told: Told, *, truth: bool) -> Summary:
    from borough.demo.build import deliver, world
    from borough.demo.files.yard import FilesYard
    from borough.demo.truth.people import write as write_truth

    with FilesYard(folder, period.until, postgres=postgres, anew=period.first) as yard:
        for district in demo.plan.districts():
            made = world(demo.plan, district, told)
            deliver(made, period, yard, told=told)
            told("truth")
            if truth:
                write_truth(made, folder)
    return yard.summary


def _sound(demo: Demo, until: dt.date) -> None:
    from borough.demo.mess.kinds import rates

    if not FIRST_UNTIL <= until <= HORIZON:
        raise ValueError(f"the day {until} is out of bounds; expected {FIRST_UNTIL} to {HORIZON}")

    if not SMALLEST <= demo.scale <= LARGEST:
        raise ValueError(f"scale {demo.scale:g}; expected {SMALLEST:g} to {LARGEST:g} (1 is a borough of 110,000 homes, 33 is London)")
    rates(demo.rates)


def _note(folder: Path, demo: Demo) -> None:
    said = {**asdict(demo), "until": demo.until and demo.until.isoformat()}
    part = folder / f"{NOTE}.part"
    part.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    os.replace(part, folder / NOTE)


def _copy(folder: Traversable, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for entry in folder.iterdir():
        if entry.is_dir():
            _copy(entry, to / entry.name)
        elif not entry.name.startswith("__"):
            (to / entry.name).write_bytes(entry.read_bytes())
