"""A full disk: whoever runs into it, told in one way."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from borough.errors import BoroughError, LakeError
from borough.project.load import Project


@contextmanager
def full_disk_told(project: Project) -> Iterator[None]:
    """A full disk shows in many ways; whoever runs into it, it is told in one, with the folder that has least room."""
    try:
        yield
    except (BoroughError, OSError) as error:
        if not disk_full(error):
            raise
        raise LakeError(
            f"the disk that holds {_fullest(project)} is full: nothing of this run was published",
            advice="make room (`borough vacuum` may help) and run again; readers still see the last published run",
        ) from error


def disk_full(error: BoroughError | OSError) -> bool:
    """Is this how a full disk shows itself?"""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return any(words in error.message for words in ("No space left on device", "disk is full", "os error 28"))


def _fullest(project: Project) -> Path:
    """Of the folders that a run writes to, the one with least room."""
    engine = project.borough.engine
    scratch = engine["duckdb"].scratch if isinstance(engine, dict) else None
    places = (project.root / project.borough.lake, project.root, project.root / (scratch or ""))
    return min((place for place in places if place.is_dir()), key=lambda place: shutil.disk_usage(place).free)
