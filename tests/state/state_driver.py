"""A process of its own that writes to a project's state: ``python state_driver.py PROJECT WHAT NAME COUNT``."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path

from borough.project.load import load
from borough.state import Message, open_state
from borough.state.database import Database

NOW = dt.datetime(2030, 1, 1, 9, tzinfo=dt.UTC)


def append(state: Database, name: str, count: int) -> None:
    """Appends messages two by two, and says of each pair that it is on disk once it is. Every other process has the same second ones."""
    for n in range(count):
        own, _ = state.append([Message("events", f"{name}-{n}", b'{"n": 1}', NOW), Message("events", f"same-{n}", b"{}", NOW)])
        assert own
        os.write(1, f"{name}-{n}\n".encode())  # whole lines, whoever else writes


def fork(state: Database, name: str, count: int) -> None:
    """Parent and child both go on with the state that was opened before."""
    state.append([Message("events", "before", b"{}", NOW)])
    child = os.fork()
    append(state, f"{name}-{'parent' if child else 'child'}", count)
    state.close()
    if child == 0:
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0


def main(root: str, what: str, name: str, count: str) -> None:
    state = open_state(load(Path(root)))
    print("open", flush=True)
    {"append": append, "fork": fork}[what](state, name, int(count))


if __name__ == "__main__":
    main(*sys.argv[1:])
