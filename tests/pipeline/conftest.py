"""Councils for the tests of the pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .council import DATASET, SOURCE, Council

DATED = "{extract_date:%Y-%m-%d}*.csv"
Make = Callable[..., Council]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a council with one feed ``reg.things``."""

    def made(delivers: str = "full", *, dataset: str = DATASET, glob: str = DATED, more: str = "", at: str = "council", header: str = "k,v,d") -> Council:
        operation = "    operation: {column: op}\n" if delivers == "changes" else ""
        return Council(tmp_path / at, SOURCE.format(delivers=delivers, glob=glob) + operation + more, dataset, header=header)

    return made
